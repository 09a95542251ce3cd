//! Skin thermography: regions of thermal frames, and what their temperatures say, while they arrive.
//!
//! A camera over both feet, an array of 8 × 8 thermopiles, a contact probe under a strap: frames of 1 × 1 to 1280 × 1280 pixels, as
//! counts or °C, go into a [`ThermalMonitor`] with their time stamps (0.01 to 200 Hz, need not be regular). Out come the temperatures of
//! regions frame by frame and over windows of 1, 10 and 60 s, differences of regions in the same frame, and what was noticed.
//! [`analyze_thermal`] is the same loop over a stack.
//!
//! # What is claimed, and what not
//!
//! An uncooled camera is a poor thermometer and a good comparator. Its level is off by up to 5 K, drifts, and jumps when its shutter
//! calibrates it every few minutes. What two regions of *one* frame differ by is free of all that. So:
//!
//! - Differences of regions, and their change from the person's own baseline, are what is reported without reservation.
//! - Around a shutter (by telemetry, or by the step of the whole scene) 1 s is cut out and a new segment begins. With a region of
//!   constant temperature in the frame ([`ThermalConfig::reference`]) everything is corrected against it. Without one, segments are
//!   numbered, and levels of two of them are not compared: joining them at the step fails by 0.2 to 0.8 K, because vasomotion leaks into
//!   each joint and the errors add up.
//! - No pulse rate. Tissue of 1.5 mm damps a thermal wave of 1.2 Hz about 10 000 times: a 1 K change of blood temperature with each
//!   pulse would arrive as 0.1 mK, a five-hundredth of the noise of one pixel. Pulse rates from thermal video were obtained over large
//!   superficial vessels with cooled cameras only (Garbey 2007, doi 10.1109/TBME.2007.891930).
//!
//! # The parts
//!
//! | file | what |
//! |---|---|
//! | [`Radiometry`] | counts to kelvin, emissivity, who applied it |
//! | [`Region`], [`Shape`] | regions laid onto the grid, [`limb_mask`] |
//! | [`ThermalMonitor`] | repeated frames, shutter, bad pixels, lost limbs, region rows, means, differences |
//! | [`Follower`] | movement of the limb (feature `spectrum`) |
//! | [`EvenSeries`] | a region's temperature on an even grid, which the following are computed from |
//! | [`fit_rewarming`] | T₀, lag, τ, T∞, maximal slope, recovered share, with intervals |
//! | [`BANDS`], [`BandMeter`] | oscillations while they arrive; [`oscillations`], [`coherence`], [`scalogram`] of a record (feature `spectrum`) |
//! | [`FlowFilter`], [`fit_depth`] | relative blood flow, 25 s late by design |

// Views of arrays are small, and passed by value.
#![allow(clippy::needless_pass_by_value)]

mod aggregate;
mod analysis;
mod bands;
mod config;
mod flow;
mod frame;
mod limb;
mod measure;
mod monitor;
mod noise;
mod overview;
mod pixels;
mod radiometry;
mod random;
mod reason;
mod region;
#[cfg(feature = "spectrum")]
mod registration;
mod rewarming;
mod row;
mod series;
mod shutter;
mod snapshot;
mod statistics;
#[cfg(feature = "spectrum")]
mod wavelet;

pub use aggregate::WINDOWS;
pub use analysis::{ThermalAnalysis, ThermalTables, analyze_thermal, frames_of};
pub use bands::{BANDS, Band, BandMeter};
pub use config::{Difference, DifferenceKind, MAX_REGIONS, MIN_PIXELS, Reference, ShutterRule, ThermalConfig};
pub use flow::{DIFFUSIVITY, DepthFit, FLOW_CAP, FLOW_STEP, FlowFilter, band_correlation, fit_depth, relative_flow};
pub use frame::{Frame, Pixels, Telemetry};
pub use limb::limb_mask;
pub use monitor::ThermalMonitor;
pub use overview::{Overview, Trajectory};
pub use radiometry::{Emissivity, EmissivityAppliedBy, Encoding, Planck, Radiometry, ZERO_CELSIUS};
pub use reason::{ThermalNotice, ThermalReason, ThermalState};
pub use region::{Region, Shape};
#[cfg(feature = "spectrum")]
pub use registration::{Follower, Shift};
pub use rewarming::{Estimate, RewarmingFit, fit_rewarming};
pub use row::{
    DIFFERENCE_CODES, DIFFERENCE_FLAGS, DIFFERENCE_NUMBERS, DifferenceRow, DifferenceTable, MEAN_CODES, MEAN_FLAGS,
    MEAN_NUMBERS, MeanRow, MeanTable, NOTICE_CODES, NOTICE_FLAGS, NOTICE_NUMBERS, NoticeRow, NoticeTable, REGION_CODES,
    REGION_FLAGS, REGION_NUMBERS, RegionRow, RegionTable, ThermalEvent,
};
pub use series::{EvenSeries, holes};
pub use snapshot::{ThermalCounts, ThermalSnapshot};
#[cfg(feature = "spectrum")]
pub use wavelet::{
    BandCoherence, BandPower, Oscillations, Scalogram, WaveletOptions, coherence, oscillations, scalogram,
};
