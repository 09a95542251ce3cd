//! Linear-phase filter with a finite impulse response, one sample at a time.

use alloc::boxed::Box;

use super::admit;
use super::taps::Taps;
use super::window::Window;

/// Partial sums kept apart, so that the compiler may add several at once and every target adds in the same order.
const LANES: usize = 8;

/// Scalar product in a fixed order: `LANES` interleaved sums, folded in halves, then the rest.
///
/// The lengths are equal wherever this is called; surplus of either slice would be left out.
#[inline]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<LANES>();
    let (b_lanes, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (x, y) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let mut rest = 0.0;
    for (x, y) in a_rest.iter().zip(b_rest) {
        rest += x * y;
    }
    fold(sums) + rest
}

/// Sum in the order of [`dot`].
#[inline]
pub(crate) fn sum(values: &[f64]) -> f64 {
    let (lanes, rest) = values.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in lanes {
        for lane in 0..LANES {
            sums[lane] += chunk[lane];
        }
    }
    fold(sums) + rest.iter().fold(0.0, |sum, x| sum + x)
}

#[inline]
fn fold(sums: [f64; LANES]) -> f64 {
    let low = (sums[0] + sums[4]) + (sums[2] + sums[6]);
    let high = (sums[1] + sums[5]) + (sums[3] + sums[7]);
    low + high
}

/// A running linear-phase FIR filter on one stream.
///
/// Direct form only: an output rests on the last [`FirFilter::len`] samples and on nothing else, so a spike of 1e30
/// leaves nothing behind once it has left the window. A NaN or infinite sample is missing, and so (NaN) is every output
/// that rests on it; finite samples are limited to ±1e100, which keeps sums finite.
///
/// # Delay
/// [`FirFilter::delay_samples`]: half the window, the same at every frequency.
///
/// # Real-time
/// `new` allocates, nothing after it does. One multiplication and one addition per tap and sample, over one contiguous
/// slice: the history moves to the start of its buffer when that is full, and never wraps within a window.
///
/// ```
/// use plethys::filter::{FirFilter, Taps};
/// let mut smooth = FirFilter::new(&Taps::savitzky_golay(5, 2)?);
/// smooth.fill(1.0);
/// let last = [1.0, 1.0, 1.0, 1.0, 6.0].map(|x| smooth.push(x))[4];
/// assert!((last - (1.0 - 5.0 * 3.0 / 35.0)).abs() < 1e-12);   // the newest of five weighs -3/35
/// assert_eq!(smooth.delay_samples(), 2);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct FirFilter {
    /// Weight of the oldest sample first.
    taps: Box<[f64]>,
    history: Window,
}

impl FirFilter {
    /// A filter with these taps and a history of zeros.
    pub fn new(taps: &Taps) -> Self {
        Self::from_oldest_first(taps.as_slice().iter().rev().copied().collect())
    }

    /// A filter with these taps, oldest sample first, which need not be mirror images: then it has no one delay.
    pub(crate) fn from_oldest_first(taps: Box<[f64]>) -> Self {
        Self { history: Window::new(taps.len()), taps }
    }

    /// Takes one sample, in any unit, and returns the filtered one, which belongs [`delay_samples`](Self::delay_samples)
    /// samples back.
    #[inline]
    pub fn push(&mut self, sample: f64) -> f64 {
        self.store(sample);
        self.value()
    }

    /// Filters a block in place: the same values, bit for bit, as one [`push`](Self::push) after another.
    pub fn push_slice(&mut self, samples: &mut [f64]) {
        for sample in samples {
            *sample = self.push(*sample);
        }
    }

    /// Takes one sample without computing an output.
    #[inline]
    pub(super) fn store(&mut self, sample: f64) {
        self.history.push(admit(sample));
    }

    /// The output that belongs to the samples taken so far.
    #[inline]
    pub(super) fn value(&self) -> f64 {
        dot(&self.taps, self.history.values())
    }

    /// Takes up to `BLOCK` samples, finite and within ±1e100, and computes the outputs that belong to every `step`-th of them, from number
    /// `first` on; `sink` gets each with that number. The same values, bit for bit, as [`store`](Self::store) and [`value`](Self::value).
    #[inline]
    pub(super) fn push_block(
        &mut self,
        samples: impl ExactSizeIterator<Item = f64>,
        first: usize,
        step: usize,
        mut sink: impl FnMut(usize, f64),
    ) {
        let mut held = self.history.append(samples).get(first + 1..).unwrap_or_default();
        let mut number = first;
        while let Some(window) = held.get(..self.taps.len()) {
            sink(number, dot(&self.taps, window));
            number += step;
            held = held.get(step..).unwrap_or_default();
        }
    }

    /// Replaces the history by a constant, so that a stream that begins there begins without a step; a level that is not
    /// finite counts as 0.
    pub fn fill(&mut self, level: f64) {
        let level = admit(level);
        self.history.fill(if level.is_nan() { 0.0 } else { level });
    }

    /// Back to a history of zeros, as just built.
    pub fn reset(&mut self) {
        self.history.fill(0.0);
    }

    /// Number of taps, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a filter without taps cannot be built")]
    pub fn len(&self) -> usize {
        self.taps.len()
    }

    /// How many samples the output lags behind the input, at every frequency.
    pub fn delay_samples(&self) -> usize {
        self.taps.len() / 2
    }

    /// How many samples it takes until no output rests on the history from before the first.
    pub fn warmup_samples(&self) -> usize {
        self.taps.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Kaiser;
    use alloc::vec::Vec;
    use approx::assert_abs_diff_eq;

    fn low_pass(length: usize) -> Taps {
        Taps::low_pass(8.0, Kaiser::new(length, 5.0).unwrap(), 125.0).unwrap()
    }

    #[test]
    fn impulse_response_is_the_taps_in_order() {
        let taps = Taps::derivative(7, 2, 10.0).unwrap();
        let mut filter = FirFilter::new(&taps);
        let response: Vec<f64> = (0..10).map(|n| filter.push(if n == 0 { 1.0 } else { 0.0 })).collect();
        assert_eq!(&response[..7], taps.as_slice());
        assert_eq!(&response[7..], [0.0; 3]);
    }

    #[test]
    fn agrees_with_plain_convolution_at_every_length() {
        for length in [1, 3, 5, 7, 9, 15, 17, 33, 101] {
            let taps = low_pass(length);
            let mut filter = FirFilter::new(&taps);
            let input: Vec<f64> = (0..300).map(|n| libm::sin(f64::from(n * n % 97))).collect();
            for n in 0..input.len() {
                let direct: f64 =
                    taps.as_slice().iter().enumerate().filter(|&(k, _)| k <= n).map(|(k, h)| h * input[n - k]).sum();
                assert_abs_diff_eq!(filter.push(input[n]), direct, epsilon = 1e-14);
            }
        }
    }

    #[test]
    fn spike_leaves_nothing_behind() {
        let mut filter = FirFilter::new(&low_pass(31));
        let mut clean = filter.clone();
        for n in 0..200 {
            let sample = libm::sin(f64::from(n));
            let spiked = filter.push(if n == 50 { 1e30 } else { sample });
            let plain = clean.push(sample);
            if !(50..50 + 31).contains(&n) {
                assert_eq!(spiked.to_bits(), plain.to_bits(), "sample {n}");
            }
        }
    }

    #[test]
    fn missing_sample_is_missing_for_one_window() {
        let mut filter = FirFilter::new(&low_pass(31));
        let missing = (0..200).filter(|&n| filter.push(if n == 50 { f64::NAN } else { 1.0 }).is_nan()).count();
        assert_eq!(missing, 31);
        assert!((0..100).all(|_| filter.push(f64::MAX).is_finite()));
    }

    #[test]
    fn fill_and_reset() {
        let mut filter = FirFilter::new(&low_pass(31));
        filter.fill(7.0);
        assert_abs_diff_eq!(filter.push(7.0), 7.0, epsilon = 1e-13);
        filter.reset();
        let mut fresh = FirFilter::new(&low_pass(31));
        for n in 0..100 {
            assert_eq!(filter.push(f64::from(n)).to_bits(), fresh.push(f64::from(n)).to_bits());
        }
    }
}
