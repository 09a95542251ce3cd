//! What the tests, benches and notebooks of plethys measure against: signals whose truth is known, the catalogue of
//! public recordings, and the reader for recorded data.
//!
//! - [`Synth`] makes a recording with its [`Truth`]: pulses of an analytic [`Shape`] at the times of a [`Rhythm`], with
//!   every disturbance that a sensor adds. Truth is measured on the continuous signal, not on the samples.
//! - [`ThermalSynth`] is a limb in front of a thermal camera: the scene is the truth, and the camera adds what cameras add.
//! - [`stress_sets`] and [`clean_sets`] are named families of such recordings, with what is asked of a detector.
//! - [`catalogue`] lists public recordings: where they are, what is in them, under which terms.
//! - [`Record`] reads recorded data in the project's layout; [`find_data`] finds it through `PLETHYS_DATA`.
//!
//! Everything random follows from a seed, and transcendental functions come from `libm`: the same configuration gives the
//! same bits on every platform.
//!
//! ```
//! use plethys_datasets::{Kind, Pattern, Rhythm, Shape, Synth};
//!
//! let recording = Synth {
//!     seed: 1,
//!     kind: Kind::Ppg { dc: 50_000.0, perfusion_index: 1.4 },
//!     shape: Shape::ppg(0.8),
//!     rhythm: Rhythm::resting(70.0).with_pattern(Pattern::Ectopics { share: 0.1, coupling: 0.6, strength: 0.5 }),
//!     ..Synth::ppg(125.0, 60.0)
//! }
//! .record()?;
//! let normal = recording.truth.visible().find(|beat| !beat.is_ectopic && beat.end.is_some()).unwrap();
//! assert!((normal.perfusion_index.unwrap() - 1.4).abs() < 0.2);
//! assert!(normal.onset < normal.peak);
//! # Ok::<(), plethys_datasets::SynthError>(())
//! ```

mod beat_series;
mod catalogue;
mod check;
mod contour;
mod disturb;
mod landmarks;
mod pulse;
mod read;
mod rhythm;
mod rng;
mod source_feet;
mod source_study;
mod stress;
mod synth;
mod thermal;
mod truth;

pub use beat_series::{Swing, add_red, add_white};
pub use catalogue::{CATALOGUE, Entry, Package, RemoteFile, catalogue};
pub use check::SynthError;
pub use contour::{NotchShape, TrueContour, contour};
pub use disturb::{BaselineStep, Clip, Drift, Hum, Jitter, Level, Motion, Quantisation, Spike, scatter};
pub use landmarks::{Landmarks, landmarks};
pub use pulse::{Pulse, Shape, Steady, Train, Wave};
pub use read::{Channel, HeartRate, ReadError, Record, find_data, records};
pub use rhythm::{HeartBeat, Pattern, Rate, Rhythm, Variability, heart_beats};
pub use rng::{Pink, Rng};
pub use source_feet::{FEET_REGIONS, PLATE_CELSIUS};
pub use source_study::{Role, STUDY_SENSORS, SourceStudy, StudyBeat, StudyRecording, StudySensor};
pub use stress::{CLEAN_PULSE_RATES, CLEAN_SAMPLE_RATES, StressSet, Target, clean, clean_sets, stress_sets};
pub use synth::{AmplitudeStep, Kind, Modulation, Recording, Synth};
pub use thermal::{
    Course, FlowDrive, Line, Outline, Rewarming, Scene, Shutter, Site, ThermalCamera, ThermalFrame, ThermalOutput,
    ThermalSynth, resonance,
};
pub use truth::{Span, TrueBeat, Truth};

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
