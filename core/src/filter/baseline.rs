//! Baseline: the level on which the pulses ride.

use super::admit;
use super::check_rate;
use super::median::RunningMedian;
use crate::error::{ConfigError, in_range};

/// Level of a stream: the running median of the means of short blocks.
///
/// A mean over a block of about a pulse takes the pulses out, and the median over blocks takes out what does not last: up to three
/// spoiled blocks of seven leave it where it was, however high the spike. A low-pass would follow a spike in proportion to its
/// height, which is why this is not one. The price is a level that moves in steps, one per block.
///
/// NaN and infinite samples are missing; a block of which less than half is valid is left out.
///
/// # Delay
/// [`Baseline::delay_samples`]: half the window, for a drift in one direction.
///
/// # Real-time
/// `new` allocates, nothing after it does. One addition per sample, one insertion among seven numbers per block.
///
/// ```
/// use plethys::filter::Baseline;
/// let mut baseline = Baseline::new(7.0, 100.0)?;          // seven blocks of 1 s
/// for n in 0..700 {
///     baseline.push(if n == 350 { 1e30 } else { 250.0 });
/// }
/// assert_eq!(baseline.current(), Some(250.0));
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Tukey (1977), *Exploratory Data Analysis* (running medians); the median of means is that of Nemirovsky and Yudin (1983).
#[derive(Debug, Clone)]
pub struct Baseline {
    means: RunningMedian,
    block: usize,
    taken: usize,
    valid: usize,
    sum: f64,
}

impl Baseline {
    /// Blocks in a window: odd, so that the median is one of the means.
    const BLOCKS: usize = 7;

    /// A baseline over `window` seconds at `sample_rate` Hz; the window is rounded to seven blocks of whole samples.
    ///
    /// Blocks of a pulse or more, so windows of 7 s or more, keep the pulses out of the level best.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a window under 0 s, over an hour, or a rate outside 0.001 Hz to 1 MHz.
    pub fn new(window: f64, sample_rate: f64) -> Result<Self, ConfigError> {
        check_rate(sample_rate)?;
        in_range("window", window, 0.0, 3600.0)?;
        let block = (libm::round(window * sample_rate / Self::BLOCKS as f64) as usize).max(1);
        Ok(Self { means: RunningMedian::new(Self::BLOCKS)?, block, taken: 0, valid: 0, sum: 0.0 })
    }

    /// Takes one sample, in any unit; returns the level in the same unit, `None` until the first block is complete and
    /// while no block of the window is valid.
    #[inline]
    pub fn push(&mut self, sample: f64) -> Option<f64> {
        let sample = admit(sample);
        self.taken += 1;
        if !sample.is_nan() {
            self.valid += 1;
            self.sum += sample;
        }
        if self.taken == self.block {
            let enough = 2 * self.valid >= self.block;
            self.means.push(if enough { self.sum / self.valid as f64 } else { f64::NAN });
            (self.taken, self.valid, self.sum) = (0, 0, 0.0);
        }
        self.current()
    }

    /// The level as it stands.
    #[inline]
    pub fn current(&self) -> Option<f64> {
        self.means.current()
    }

    /// Back to no level, as just built.
    pub fn reset(&mut self) {
        self.means.reset();
        (self.taken, self.valid, self.sum) = (0, 0, 0.0);
    }

    /// How many samples a full window lags behind a drift in one direction: half the window.
    pub fn delay_samples(&self) -> usize {
        Self::BLOCKS * self.block / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use core::f64::consts::PI;

    #[test]
    fn pulses_are_taken_out_and_drift_is_followed() {
        let rate = 100.0;
        let mut baseline = Baseline::new(7.0, rate).unwrap();
        for n in 0..6000 {
            let t = f64::from(n) / rate;
            let level = baseline.push(50.0 + 0.2 * t + 5.0 * libm::sin(2.0 * PI * 1.0 * t));
            if t > 10.0 {
                let delay = baseline.delay_samples() as f64 / rate;
                // Held for a block of 1 s.
                assert_abs_diff_eq!(level.unwrap(), 50.0 + 0.2 * (t - delay), epsilon = 0.2);
            }
        }
    }

    #[test]
    fn three_spoiled_blocks_of_seven_do_not_move_it() {
        let mut baseline = Baseline::new(7.0, 50.0).unwrap();
        for n in 0..350 {
            baseline.push(if (100..250).contains(&n) { 1e308 } else { 3.0 });
        }
        assert_eq!(baseline.current(), Some(3.0));
    }

    #[test]
    fn missing_blocks_are_left_out() {
        let mut baseline = Baseline::new(7.0, 10.0).unwrap();
        for n in 0..70 {
            baseline.push(if n % 10 < 5 && n < 60 { f64::NAN } else { 2.0 });
        }
        assert_eq!(baseline.current(), Some(2.0));
        for _ in 0..69 {
            baseline.push(f64::INFINITY);
        }
        assert_eq!(baseline.current(), Some(2.0));
        assert_eq!(baseline.push(f64::NAN), None);
        baseline.reset();
        assert_eq!(baseline.push(1.0), None);
    }
}
