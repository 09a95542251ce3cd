//! Fewer samples per second: a linear-phase low-pass, computed only where its output is kept.

use alloc::boxed::Box;

use super::fir::FirFilter;
use super::taps::{Kaiser, Taps, kaiser_beta};
use crate::error::{ConfigError, in_range};

/// Keeps every `factor`-th sample of a low-passed stream.
///
/// The low-pass passes up to 0.8 of half the new rate within 0.1 % and lies 60 dB down from 1.2 of it, so that what folds
/// back lands above the pass band. An output comes with the first sample and every `factor`-th from there; output `k`
/// belongs to the sample `k * factor - delay_samples()`. The delay is a whole multiple of `factor`, so that outputs lie
/// on the grid of the samples whose index `factor` divides.
///
/// A NaN or infinite sample is missing, and so (NaN) is every output that rests on it.
///
/// # Real-time
/// `new` allocates, nothing after it does. 20 multiplications per sample on average, done in one go (`20 * factor + 1`) every
/// `factor` samples.
///
/// ```
/// use plethys::filter::Decimator;
/// let mut quarter = Decimator::new(4)?;
/// quarter.fill(2.0);
/// let kept: Vec<f64> = (0..16).filter_map(|_| quarter.push(2.0)).collect();
/// assert_eq!(kept.len(), 4);
/// assert!((kept[0] - 2.0).abs() < 1e-12);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Crochiere and Rabiner (1975), DOI 10.1109/TASSP.1975.1162647; the window is Kaiser's.
#[derive(Debug, Clone)]
pub struct Decimator {
    low_pass: FirFilter,
    factor: usize,
    /// Samples until the next output.
    wait: usize,
}

impl Decimator {
    /// Half the window, in new samples.
    const HALF: usize = 10;
    /// Shape of the window, dB of Kaiser's formula: with this one and that length, both ripples stay under 1e-3.
    const SHAPE_DB: f64 = 64.0;

    /// A decimator by `factor`, 1 to 1000; 1 passes samples on as they are.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another factor.
    pub fn new(factor: usize) -> Result<Self, ConfigError> {
        Self::with_half(factor, Self::HALF)
    }

    /// A decimator whose window is `half` new samples long to either side: with 4 it passes up to 0.5 of half the new rate within 0.1 %
    /// and lies 60 dB down from 1.5 of it, which is enough where a band-pass follows.
    pub(crate) fn with_half(factor: usize, half: usize) -> Result<Self, ConfigError> {
        in_range("factor", factor as f64, 1.0, 1000.0)?;
        let taps = if factor == 1 {
            Taps::from_slice(&[1.0])?
        } else {
            // In units of the old sample rate.
            let new_rate = 1.0 / factor as f64;
            let window = Kaiser::new(2 * half * factor + 1, kaiser_beta(Self::SHAPE_DB))?;
            Taps::low_pass(0.5 * new_rate, window, 1.0)?
        };
        Ok(Self { low_pass: FirFilter::new(&taps), factor, wait: 0 })
    }

    /// Every `factor`-th output of a filter with these taps, oldest sample first.
    pub(crate) fn from_oldest_first(taps: Box<[f64]>, factor: usize) -> Self {
        Self { low_pass: FirFilter::from_oldest_first(taps), factor: factor.max(1), wait: 0 }
    }

    /// Takes one sample and returns an output in the same unit with the first and every `factor`-th from there.
    #[inline]
    pub fn push(&mut self, sample: f64) -> Option<f64> {
        self.low_pass.store(sample);
        if self.wait > 0 {
            self.wait -= 1;
            return None;
        }
        self.wait = self.factor - 1;
        Some(self.low_pass.value())
    }

    /// Takes up to `BLOCK` samples, finite and within ±1e100; `sink` gets each output with the number of the sample that it came with. The same values, bit
    /// for bit, as one [`push`](Self::push) after another.
    #[inline]
    pub(crate) fn push_block(&mut self, samples: impl ExactSizeIterator<Item = f64>, sink: impl FnMut(usize, f64)) {
        let count = samples.len();
        self.low_pass.push_block(samples, self.wait, self.factor, sink);
        self.wait = if self.wait >= count {
            self.wait - count
        } else {
            self.factor - 1 - (count - 1 - self.wait) % self.factor
        };
    }

    /// Samples until the next output, that with which it comes included.
    pub(crate) fn until_output(&self) -> usize {
        self.wait + 1
    }

    /// Replaces the history by a constant and expects the first sample; a level that is not finite counts as 0.
    pub fn fill(&mut self, level: f64) {
        self.low_pass.fill(level);
        self.wait = 0;
    }

    /// Back to a history of zeros, as just built.
    pub fn reset(&mut self) {
        self.low_pass.reset();
        self.wait = 0;
    }

    /// How many samples go in for one that comes out.
    pub fn factor(&self) -> usize {
        self.factor
    }

    /// How many *input* samples the output lags behind the input: a multiple of the factor.
    pub fn delay_samples(&self) -> usize {
        self.low_pass.delay_samples()
    }

    /// How many input samples it takes until no output rests on the history from before the first.
    pub fn warmup_samples(&self) -> usize {
        self.low_pass.warmup_samples()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use approx::assert_abs_diff_eq;
    use core::f64::consts::PI;

    fn sine(cycles_per_sample: f64, n: f64) -> f64 {
        libm::sin(2.0 * PI * cycles_per_sample * n)
    }

    #[test]
    fn pass_band_comes_out_in_time_and_size() {
        for factor in [1, 2, 3, 8, 20] {
            let mut decimator = Decimator::new(factor).unwrap();
            assert_eq!(decimator.delay_samples(), if factor == 1 { 0 } else { 10 * factor });
            let frequency = 0.4 / factor as f64;
            for n in 0..3000 {
                if let Some(output) = decimator.push(sine(frequency, n as f64)) {
                    assert_eq!(n % factor, 0);
                    if n >= decimator.warmup_samples() {
                        let truth = sine(frequency, (n - decimator.delay_samples()) as f64);
                        assert_abs_diff_eq!(output, truth, epsilon = 1e-3);
                    }
                }
            }
        }
    }

    #[test]
    fn what_would_fold_back_is_gone() {
        let mut decimator = Decimator::new(5).unwrap();
        let warmup = decimator.warmup_samples();
        let mut largest = 0.0_f64;
        for n in 0..3000 {
            if let Some(output) = decimator.push(sine(0.12, n as f64)).filter(|_| n >= warmup) {
                largest = largest.max(output.abs());
            }
        }
        assert!(largest < 1e-3, "{largest}");
    }

    #[test]
    fn a_short_one_passes_half_and_stops_three_halves() {
        for (frequency, gain) in [(0.25, 1.0), (0.75, 0.0)] {
            let mut decimator = Decimator::with_half(5, 4).unwrap();
            let (warmup, mut largest) = (decimator.warmup_samples(), 0.0_f64);
            for n in 0..3000 {
                if let Some(output) = decimator.push(sine(frequency / 5.0, n as f64)).filter(|_| n >= warmup) {
                    let truth = gain * sine(frequency / 5.0, (n - decimator.delay_samples()) as f64);
                    largest = largest.max((output - truth).abs());
                }
            }
            assert!(largest < 1e-3, "{largest} at {frequency}");
        }
    }

    #[test]
    fn blocks_are_samples_one_by_one() {
        let samples: Vec<f64> = (0..1000).map(|n| sine(0.013, f64::from(n)) + f64::from(n % 7)).collect();
        for factor in [1, 2, 3, 80] {
            let (mut single, mut blocks) = (Decimator::new(factor).unwrap(), Decimator::new(factor).unwrap());
            let expected: Vec<f64> = samples.iter().filter_map(|x| single.push(*x)).collect();
            let (mut given, mut rest) = (Vec::new(), samples.as_slice());
            for count in [1, 64, 2, 13, 5].into_iter().cycle() {
                let (now, later) = rest.split_at(count.min(rest.len()));
                blocks.push_block(now.iter().copied(), |_, output| given.push(output));
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            assert!(given.iter().map(|x| x.to_bits()).eq(expected.iter().map(|x| x.to_bits())), "by {factor}");
        }
    }

    #[test]
    fn reset_is_new() {
        let mut used = Decimator::new(3).unwrap();
        let mut fresh = used.clone();
        for n in 0..100 {
            used.push(f64::from(n));
        }
        used.reset();
        let run = |d: &mut Decimator| (0..50).map(|n| d.push(f64::from(n)).map(f64::to_bits)).collect::<Vec<_>>();
        assert_eq!(run(&mut used), run(&mut fresh));
        assert!(Decimator::new(0).is_err());
    }
}
