//! Streaming kernel for peripheral circulation.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod beat;
mod error;
mod reason;
mod signal;

pub use error::{ConfigError, Error};
pub use reason::{Reason, State};
pub use signal::{Calibration, Config, Label, Polarity, SampleRate, SensorRange, SignalKind};
