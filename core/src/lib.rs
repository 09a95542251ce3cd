//! Peripheral circulation from raw sensor streams, while they arrive.
//!
//! A light sensor on the skin (photoplethysmography, PPG), the pressure of a cuff around a limb (pulse volume recording, PVR)
//! or an arterial line goes in, sample by sample. Out come its pulses and beats, and what was measured on each: times of onset
//! and systolic peak, amplitude, upstroke, width, pulse rate, perfusion index, quality.
//!
//! ```
//! use plethys::{Config, Event, Monitor, SampleRate, analyze};
//!
//! // Half a minute of light on skin: 72 pulses per minute, each 1000 counts high, on a level of 50 000.
//! let wave = |i: u32| {
//!     let phase = (f64::from(i) / 125.0 * 1.2).fract();
//!     50_000.0 + 1000.0 * (-((phase - 0.3) / 0.1).powi(2)).exp()
//! };
//! let samples: Vec<f64> = (0..3750).map(wave).collect();
//! let config = Config::ppg(SampleRate::hz(125.0)?);
//!
//! // A recording, in one call.
//! let analysis = analyze(&samples, config)?;
//! assert!((analysis.pulse_rate.unwrap() - 72.0).abs() < 0.1); // beats per minute
//! assert!((analysis.amplitude.unwrap() - 1000.0).abs() < 10.0); // counts: peak above the onset level
//! assert!((analysis.perfusion_index.unwrap() - 2.0).abs() < 0.04); // %: amplitude over mean level
//!
//! // The same stream while it arrives: the same beats, bit for bit.
//! let mut monitor = Monitor::new(config)?;
//! let mut peaks = Vec::new();
//! for sample in samples {
//!     for event in monitor.push(sample) {
//!         match event {
//!             Event::Pulse(_pulse) => {} // prompt: within 0.3 s of the systolic peak
//!             Event::Beat(beat) => peaks.push(beat.peak), // settled: never taken back
//!             Event::Rate(_row) => {} // each second, with its uncertainty
//!             _ => {} // more to come
//!         }
//!     }
//! }
//! monitor.finish(&mut |event| if let Event::Beat(beat) = event { peaks.push(beat.peak) });
//! assert_eq!(peaks, analysis.beats.number("peak"));
//! # Ok::<(), plethys::Error>(())
//! ```
//!
//! # What holds everywhere
//!
//! - **Live is batch.** Beats depend on the sequence of samples and on nothing else: not on how it is cut into calls, nor on the
//!   target. [`analyze`] is a [`Monitor`]'s own loop.
//! - **Nothing is allocated while samples flow.** Constructors allocate; `push`, `snapshot` and `reset` do not, and without its
//!   features the crate is `no_std` with `alloc`.
//! - **Nothing is made up.** What a signal does not carry is absent, with a [`Reason`]: never 0. No input panics.
//! - **Time** is the index of a sample over the [`SampleRate`], in s from the first sample, on streams of 20 Hz to 4 kHz.
//!   Samples with time stamps of their own ([`Monitor::push_timed`], [`Input`]) are laid onto that grid.
//!
//! # Where to look
//!
//! | for | see |
//! |---|---|
//! | what a stream is: rate, kind, polarity, calibration | [`Config`] |
//! | a stream while it arrives | [`Monitor`], [`Event`], [`Snapshot`] |
//! | a recording | [`analyze`], [`analyze_input`], [`Analysis`], [`Analysis::trend`] |
//! | the columns of a table, with units | [`Beat`], [`RateRow`], [`table`] |
//! | why something is absent, or a beat left out | [`Reason`], [`State`] |
//! | skin temperature: thermal frames and contact probes | [`thermal`] |
//! | whether phases, sides or visits differ, and what may be concluded | [`study`] |
//! | the building blocks, for streams of other kinds | [`filter`], [`beat`], [`motion`] |
//!
//! # Features
//!
//! `std` (default) and `spectrum` (default; needs `std`): rate rows at rest are checked against a power spectrum; registration, bands
//! and coherence of thermography. `study-file`: studies from TOML, whose faults name line and key. `json`, part of it: reports as JSON.
//!
//! What this crate gives are estimates from signals. It is no medical device and makes no diagnosis.
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
#[cfg(feature = "spectrum")]
pub mod spectrum;
pub mod study;
pub mod table;
pub mod thermal;
mod trend;

pub use analysis::{Analysis, analyze, analyze_input, estimate_sample_rate};
pub use error::{ConfigError, Error};
pub use event::{Beat, Event, Notch, Pulse, RateRow};
pub use measure::category::{CuffSite, Gain, Grading, REFERENCE_GAIN, category};
pub use measure::cuff::{CuffMonitor, CuffReading, Injection, cuff_readings, rate_alongside, reject_off_target};
pub use measure::ensemble::{Ensemble, ensemble};
pub use monitor::{Events, Monitor};
pub use reason::{Reason, State};
pub use sample::{Input, Sample};
pub use signal::{Calibration, Config, CuffTarget, Label, Polarity, SampleRate, SensorRange, SignalKind};
pub use snapshot::{Absent, Counts, Snapshot};
pub use table::{BeatTable, RateTable, TrendTable};
