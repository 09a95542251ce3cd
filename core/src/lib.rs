//! Streaming kernel for peripheral circulation.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod beat;
mod error;
mod event;
pub mod filter;
mod reason;
mod signal;
mod snapshot;
pub mod table;

pub use error::{ConfigError, Error};
pub use event::{Beat, Event, Notch, Pulse, RateRow};
pub use reason::{Reason, State};
pub use signal::{Calibration, Config, Label, Polarity, SampleRate, SensorRange, SignalKind};
pub use snapshot::{Absent, Counts, Snapshot};
pub use table::{BeatTable, RateTable};
