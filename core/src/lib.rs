//! Streaming kernel for peripheral circulation.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod analysis;
pub mod beat;
mod error;
mod event;
pub mod filter;
mod measure;
mod monitor;
pub mod motion;
mod reason;
mod sample;
mod signal;
mod snapshot;
pub mod table;
mod trend;

pub use analysis::{Analysis, analyze, analyze_input, estimate_sample_rate};
pub use error::{ConfigError, Error};
pub use event::{Beat, Event, Notch, Pulse, RateRow};
pub use monitor::{Events, Monitor};
pub use reason::{Reason, State};
pub use sample::{Input, Sample};
pub use signal::{Calibration, Config, Label, Polarity, SampleRate, SensorRange, SignalKind};
pub use snapshot::{Absent, Counts, Snapshot};
pub use table::{BeatTable, RateTable, TrendTable};
