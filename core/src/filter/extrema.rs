//! Running minimum and maximum.

use alloc::boxed::Box;
use alloc::vec;

use crate::error::{ConfigError, in_range};

/// Smallest and largest sample of a window, in the unit of the samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extrema {
    /// Smallest.
    pub min: f64,
    /// Largest.
    pub max: f64,
}

/// Extrema of the last `window` samples of a stream, in O(1) amortised per sample.
///
/// A NaN or infinite sample is missing: it takes its place in the window, so that older samples leave in time, and is
/// otherwise left out.
///
/// # Delay
/// None: the newest sample counts at once. An extremum is held for `window` samples.
///
/// # Real-time
/// `new` allocates, nothing after it does. On average at most two comparisons per sample for each of minimum and
/// maximum, in one call at most `2 * window`.
///
/// ```
/// use plethys::filter::{Extrema, RunningExtrema};
/// let mut extrema = RunningExtrema::new(3)?;
/// assert_eq!(extrema.push(4.0), None);
/// assert_eq!(extrema.push(7.0), None);
/// assert_eq!(extrema.push(5.0), Some(Extrema { min: 4.0, max: 7.0 }));
/// assert_eq!(extrema.push(6.0), Some(Extrema { min: 5.0, max: 7.0 }));
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Lemire (2006), "Streaming maximum-minimum filter using no more than three comparisons per element", Nordic J.
/// Computing 13(4), arXiv cs/0610046; ours searches each wedge from its end only.
#[derive(Debug, Clone)]
pub struct RunningExtrema {
    window: u64,
    index: u64,
    low: Wedge,
    high: Wedge,
}

impl RunningExtrema {
    /// Longest window, samples.
    pub const MAX_WINDOW: usize = 1 << 24;

    /// Extrema over `window` samples, 1 to [`RunningExtrema::MAX_WINDOW`].
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another window.
    pub fn new(window: usize) -> Result<Self, ConfigError> {
        in_range("window", window as f64, 1.0, Self::MAX_WINDOW as f64)?;
        Ok(Self { window: window as u64, index: 0, low: Wedge::new(window), high: Wedge::new(window) })
    }

    /// Takes one sample; returns the extrema once the window has filled, `None` before and while no sample of it is valid.
    #[inline]
    pub fn push(&mut self, sample: f64) -> Option<Extrema> {
        let first = (self.index + 1).saturating_sub(self.window);
        self.low.retire(first);
        self.high.retire(first);
        if sample.is_finite() {
            self.low.admit(self.index, sample);
            // One kind of wedge serves both: the largest is minus the smallest of what is turned over.
            self.high.admit(self.index, -sample);
        }
        self.index += 1;
        if self.is_full() { self.current() } else { None }
    }

    /// The extrema of what the window holds so far; `None` while it holds no valid sample.
    #[inline]
    pub fn current(&self) -> Option<Extrema> {
        Some(Extrema { min: self.low.least()?, max: -self.high.least()? })
    }

    /// Whether the window has filled.
    pub fn is_full(&self) -> bool {
        self.index >= self.window
    }

    /// Back to an empty window, as just built.
    pub fn reset(&mut self) {
        self.index = 0;
        self.low.clear();
        self.high.clear();
    }

    /// 0: the newest sample counts at once.
    pub fn delay_samples(&self) -> usize {
        0
    }
}

/// The samples that may yet become the minimum: each smaller than all that came after it, so ascending, oldest first.
#[derive(Debug, Clone)]
struct Wedge {
    /// A ring whose length is a power of two; `front` and `back` count on and are masked.
    ring: Box<[(u64, f64)]>,
    front: usize,
    back: usize,
}

impl Wedge {
    fn new(window: usize) -> Self {
        Self { ring: vec![(0, 0.0); window.next_power_of_two()].into_boxed_slice(), front: 0, back: 0 }
    }

    fn at(&self, position: usize) -> (u64, f64) {
        self.ring[position & (self.ring.len() - 1)]
    }

    /// Drops what came before the sample with index `first`.
    fn retire(&mut self, first: u64) {
        while self.front != self.back && self.at(self.front).0 < first {
            self.front = self.front.wrapping_add(1);
        }
    }

    /// Drops what can no longer be the minimum and appends the sample.
    fn admit(&mut self, index: u64, sample: f64) {
        while self.front != self.back && self.at(self.back.wrapping_sub(1)).1 >= sample {
            self.back = self.back.wrapping_sub(1);
        }
        let mask = self.ring.len() - 1;
        self.ring[self.back & mask] = (index, sample);
        self.back = self.back.wrapping_add(1);
    }

    fn least(&self) -> Option<f64> {
        (self.front != self.back).then(|| self.at(self.front).1)
    }

    fn clear(&mut self) {
        self.front = 0;
        self.back = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_samples_age_the_window() {
        let mut extrema = RunningExtrema::new(2).unwrap();
        extrema.push(3.0);
        assert_eq!(extrema.push(f64::NAN), Some(Extrema { min: 3.0, max: 3.0 }));
        assert_eq!(extrema.push(f64::INFINITY), None);
        assert_eq!(extrema.push(-1.0), Some(Extrema { min: -1.0, max: -1.0 }));
    }

    #[test]
    fn current_answers_before_the_window_has_filled() {
        let mut extrema = RunningExtrema::new(10).unwrap();
        assert_eq!(extrema.current(), None);
        assert_eq!(extrema.push(3.0), None);
        assert_eq!(extrema.current(), Some(Extrema { min: 3.0, max: 3.0 }));
    }

    #[test]
    fn a_monotonic_stream_fits_the_wedge() {
        for window in [1, 2, 3, 4, 5, 8, 1000] {
            let mut extrema = RunningExtrema::new(window).unwrap();
            for n in 0..3000 {
                let sample = f64::from(n);
                if let Some(found) = extrema.push(sample) {
                    assert_eq!(found, Extrema { min: sample - (window - 1) as f64, max: sample });
                }
            }
        }
        assert!(RunningExtrema::new(0).is_err());
    }
}
