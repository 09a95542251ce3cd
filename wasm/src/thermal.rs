//! Thermal frames: the monitor, the batch call, and what is read of a temperature over time.

mod analysis;
mod config;
mod monitor;
mod pixels;
mod series;
mod tables;

pub use analysis::{RawThermalAnalysis, raw_analyze_thermal};
pub use config::RawThermalConfig;
pub use monitor::RawThermalMonitor;
pub use pixels::RawStack;
pub use series::{raw_bands, raw_depth, raw_flow, raw_rewarming};
pub(crate) use tables::layout_of;
pub use tables::raw_thermal_lists;
