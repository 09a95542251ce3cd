//! Synthetic pulse streams with known truth, a catalogue of public recordings, and readers for recorded data.

mod disturb;
mod landmarks;
mod pulse;
mod read;
mod rhythm;
mod rng;
mod synth;
mod truth;

pub use disturb::{BaselineStep, Clip, Drift, Hum, Jitter, Level, Motion, Quantisation, Spike, scatter};
pub use landmarks::{Landmarks, landmarks};
pub use pulse::{Pulse, Shape, Steady, Train, Wave};
pub use read::{Channel, HeartRate, ReadError, Record, find_data, records};
pub use rhythm::{HeartBeat, Pattern, Rate, Rhythm, Variability, heart_beats};
pub use rng::{Pink, Rng};
pub use synth::{AmplitudeStep, Kind, Modulation, Recording, Synth, SynthError};
pub use truth::{Span, TrueBeat, Truth};
