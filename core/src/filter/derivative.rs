//! Slope of a stream, smoothed, with linear phase.

use super::fir::FirFilter;
use super::taps::{MAX_TAPS, Taps};
use crate::error::{ConfigError, in_range};

/// Slope per second of a stream: the derivative, in the middle of a window, of the parabola that fits it best.
///
/// A missing sample makes the slope missing (NaN) for one window. Direct form: a spike leaves nothing behind.
///
/// # Delay
/// [`Derivative::delay_samples`]: half the window, the same at every frequency.
///
/// # Real-time
/// As [`FirFilter`]: one multiplication and addition per sample of the window; `new` allocates, nothing after it does.
///
/// ```
/// use plethys::filter::Derivative;
/// let mut slope = Derivative::new(0.1, 100.0)?;                       // 11 samples
/// let last = (0..20).map(|n| slope.push(3.0 * n as f64 / 100.0)).last();
/// assert!((last.unwrap() - 3.0).abs() < 1e-12);                       // units per second
/// assert_eq!(slope.delay_samples(), 5);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Savitzky and Golay (1964), DOI 10.1021/ac60214a047.
#[derive(Debug, Clone)]
pub struct Derivative {
    filter: FirFilter,
}

impl Derivative {
    /// A derivative over `window` seconds at `sample_rate` Hz, rounded to an odd number of samples, at least three.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a rate outside 0.001 Hz to 1 MHz, or a window under 0 s or over [`MAX_TAPS`] samples.
    pub fn new(window: f64, sample_rate: f64) -> Result<Self, ConfigError> {
        super::check_rate(sample_rate)?;
        in_range("window", window, 0.0, (MAX_TAPS - 2) as f64 / sample_rate)?;
        let half = (libm::round(0.5 * window * sample_rate) as usize).max(1);
        Ok(Self { filter: FirFilter::new(&Taps::derivative(2 * half + 1, 2, sample_rate)?) })
    }

    /// Takes one sample and returns the slope, in units of the samples per second, which belongs
    /// [`delay_samples`](Self::delay_samples) samples back.
    #[inline]
    pub fn push(&mut self, sample: f64) -> f64 {
        self.filter.push(sample)
    }

    /// Replaces the history by a constant, so that a stream that begins there begins without a slope.
    pub fn fill(&mut self, level: f64) {
        self.filter.fill(level);
    }

    /// Back to a history of zeros, as just built.
    pub fn reset(&mut self) {
        self.filter.reset();
    }

    /// How many samples the slope lags behind the stream.
    pub fn delay_samples(&self) -> usize {
        self.filter.delay_samples()
    }

    /// How many samples it takes until no slope rests on the history from before the first.
    pub fn warmup_samples(&self) -> usize {
        self.filter.warmup_samples()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn slope_of_a_parabola_is_exact_at_its_delay() {
        for rate in [20.0, 25.0, 125.0, 1000.0] {
            let mut slope = Derivative::new(0.12, rate).unwrap();
            let delay = slope.delay_samples();
            for n in 0..300 {
                let t = n as f64 / rate;
                let value = slope.push(4.0 - 2.0 * t + 0.5 * t * t);
                if n >= slope.warmup_samples() {
                    assert_abs_diff_eq!(value, -2.0 + (n - delay) as f64 / rate, epsilon = 1e-9);
                }
            }
        }
    }

    #[test]
    fn constant_has_no_slope() {
        let mut slope = Derivative::new(0.2, 100.0).unwrap();
        slope.fill(1e6);
        for _ in 0..50 {
            assert_abs_diff_eq!(slope.push(1e6), 0.0, epsilon = 1e-7);
        }
        assert!(Derivative::new(f64::NAN, 100.0).is_err());
        assert!(Derivative::new(1e9, 100.0).is_err());
    }
}
