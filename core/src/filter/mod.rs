//! The building blocks: filters and running statistics, each on one stream, one sample at a time.
//!
//! | stage | what it answers | delay | cost per sample |
//! |---|---|---|---|
//! | [`BiquadCascade`] | recursive low-, high-, band-pass, band-stop from [`Sections::design`] | by frequency: [`Sections::group_delay_at`] | 5 multiplications per section |
//! | [`FirFilter`] | linear-phase filter from [`Taps`] | half the window | 1 multiplication per tap |
//! | [`Decimator`] | low-passed stream at a fraction of its rate | half its window, a multiple of the factor | 20 multiplications |
//! | [`Derivative`] | slope per second | half the window | 1 multiplication per tap |
//! | [`Baseline`] | level that survives spikes | half the window | 1 addition |
//! | [`RunningExtrema`] | minimum and maximum of a window | none | 4 comparisons on average |
//! | [`RunningMedian`] | median of a window | half the window | one move within the window |
//! | [`Resampler`] | samples on a grid from samples with time stamps | none on the grid; comes out one sample late | 1 cubic per grid sample and channel |
//!
//! All of them are built by `new`, which does all allocation and checks every argument, take samples through `push`, and go
//! back to the just-built state by `reset`. Outputs are functions of the sequence of samples only, so chunks of any size
//! give the same bits. Samples are in any unit; NaN and ±inf are missing samples, which no stage is poisoned by.
//! Finite samples are limited to ±1e100 before they are summed, so that finite input gives finite output.

mod baseline;
mod biquad;
mod complex;
mod decimate;
mod derivative;
mod design;
mod extrema;
mod fir;
mod median;
mod mirror;
mod moving_sum;
mod newest;
mod prototype;
mod resampler;
mod taps;
mod window;

pub use baseline::Baseline;
pub use biquad::{Biquad, BiquadCascade, BiquadState, Sections};
pub use decimate::Decimator;
pub use derivative::Derivative;
pub use design::{Band, Family, MAX_ORDER};
pub use extrema::{Extrema, RunningExtrema};
pub use fir::FirFilter;
pub(crate) use fir::{dot, sum};
pub use median::RunningMedian;
pub(crate) use mirror::{MirrorFilter, mirrored};
pub(crate) use moving_sum::MovingSum;
pub(crate) use newest::{Newest, median_of_few};
pub use resampler::{Arrival, ClockCounts, Resampler};
pub use taps::{Kaiser, MAX_TAPS, Taps};
pub(crate) use window::BLOCK;

use crate::error::{ConfigError, in_range};

/// Largest magnitude that enters the arithmetic of a stage; far beyond any sensor, far from overflow.
const LARGEST: f64 = 1e100;

/// The sample as a stage takes it: finite values within ±1e100, NaN for what is missing.
#[inline]
fn admit(sample: f64) -> f64 {
    if sample.abs() <= LARGEST {
        sample
    } else if sample.is_finite() {
        libm::copysign(LARGEST, sample)
    } else {
        f64::NAN
    }
}

/// Rates that filters are designed for: from one sample in a quarter of an hour to far above any stream.
fn check_rate(sample_rate: f64) -> Result<f64, ConfigError> {
    in_range("sample_rate", sample_rate, 1e-3, 1e6)
}
