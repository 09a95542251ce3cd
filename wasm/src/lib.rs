//! The WebAssembly face of `plethys`: conversions and errors around the kernel, and nothing else.
//!
//! The classes exported here are raw. What users see is the TypeScript layer in `wasm/ts`, which checks types, names them and
//! manages lifetimes. Numbers cross the border as `f64`, so that a wrong count can be refused instead of wrapping.
//!
//! Features: `study` and `thermal` (both by default) export studies and thermography. Without them the module is that of the
//! npm package's entry `plethys/pulses`.
//!
//! No input may panic, since a panic would leave the module unusable: counts are checked against the buffers before they are
//! used, and buffers that do not fit into memory are refused.

mod block;
mod config;
mod monitor;
mod object;
mod pvr;
#[cfg(feature = "study")]
mod study;
#[cfg(feature = "thermal")]
mod thermal;

pub use block::RawBlock;
pub use config::RawConfig;
pub use monitor::{RawAnalysis, RawMonitor, raw_analyze};
pub use object::{raw_empty, raw_layout, raw_reasons, raw_states};
pub use pvr::{RawCuffMonitor, raw_category, raw_deflection, raw_millilitres, raw_two_point};
#[cfg(feature = "study")]
pub use study::{RawReport, RawStudy, raw_study_template};
#[cfg(feature = "thermal")]
pub use thermal::{
    RawStack, RawThermalAnalysis, RawThermalConfig, RawThermalMonitor, raw_analyze_thermal, raw_bands, raw_depth,
    raw_flow, raw_rewarming, raw_thermal_lists,
};
