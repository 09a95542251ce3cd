//! Running median.

use alloc::boxed::Box;
use alloc::vec;

use crate::error::{ConfigError, in_range};

/// Median of the last `window` samples of a stream.
///
/// A NaN or infinite sample is missing: it takes its place in the window, so that older samples leave in time, and is left out
/// of the median. Of an even number of samples, the median is the mean of the middle two.
///
/// # Delay
/// Half the window for a monotonic stream ([`RunningMedian::delay_samples`]).
///
/// # Real-time
/// `new` allocates, nothing after it does. Two binary searches and one move of at most `window` numbers per sample;
/// meant for windows up to a few hundred.
///
/// ```
/// use plethys::filter::RunningMedian;
/// let mut median = RunningMedian::new(3)?;
/// assert_eq!([5.0, 1.0, 1e30, 2.0].map(|x| median.push(x)), [None, None, Some(5.0), Some(2.0)]);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Tukey (1977), *Exploratory Data Analysis*; the window is kept sorted by insertion.
#[derive(Debug, Clone)]
pub struct RunningMedian {
    /// In order of arrival, NaN where missing; `next` is the oldest once the window is full.
    arrivals: Box<[f64]>,
    next: usize,
    taken: usize,
    /// The samples of the window that are not missing, ascending; the first `present` are valid.
    sorted: Box<[f64]>,
    present: usize,
}

impl RunningMedian {
    /// Longest window, samples.
    pub const MAX_WINDOW: usize = 65_536;

    /// A median over `window` samples, 1 to [`RunningMedian::MAX_WINDOW`].
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another window.
    pub fn new(window: usize) -> Result<Self, ConfigError> {
        in_range("window", window as f64, 1.0, Self::MAX_WINDOW as f64)?;
        Ok(Self {
            arrivals: vec![f64::NAN; window].into_boxed_slice(),
            next: 0,
            taken: 0,
            sorted: vec![0.0; window].into_boxed_slice(),
            present: 0,
        })
    }

    /// Takes one sample, in any unit; returns the median in the same unit once the window is full, `None` before and
    /// while no sample of it is valid.
    pub fn push(&mut self, sample: f64) -> Option<f64> {
        let sample = if sample.is_finite() { sample } else { f64::NAN };
        let oldest = core::mem::replace(&mut self.arrivals[self.next], sample);
        self.next = if self.next + 1 == self.arrivals.len() { 0 } else { self.next + 1 };
        self.taken = (self.taken + 1).min(self.arrivals.len());
        match (oldest.is_nan(), sample.is_nan()) {
            (true, true) => {}
            (true, false) => {
                let place = self.rank(sample);
                self.sorted.copy_within(place..self.present, place + 1);
                self.sorted[place] = sample;
                self.present += 1;
            }
            (false, true) => {
                let place = self.rank(oldest);
                self.sorted.copy_within(place + 1..self.present, place);
                self.present -= 1;
            }
            (false, false) => {
                // One move between the two places instead of two moves to the end.
                let (from, to) = (self.rank(oldest), self.rank(sample));
                if to > from {
                    self.sorted.copy_within(from + 1..to, from);
                    self.sorted[to - 1] = sample;
                } else {
                    self.sorted.copy_within(to..from, to + 1);
                    self.sorted[to] = sample;
                }
            }
        }
        if self.is_full() { self.current() } else { None }
    }

    /// The median of what the window holds so far; `None` while it holds no valid sample.
    pub fn current(&self) -> Option<f64> {
        let valid = self.valid();
        let upper = *valid.get(valid.len() / 2)?;
        if valid.len() % 2 == 1 {
            return Some(upper);
        }
        // Halved first: the sum of two large samples would overflow.
        valid.get(valid.len() / 2 - 1).map(|lower| 0.5 * lower + 0.5 * upper)
    }

    /// The valid samples of the window, ascending.
    pub fn valid(&self) -> &[f64] {
        &self.sorted[..self.present]
    }

    /// Whether the window has filled.
    pub fn is_full(&self) -> bool {
        self.taken == self.arrivals.len()
    }

    /// Back to an empty window, as just built.
    pub fn reset(&mut self) {
        self.arrivals.fill(f64::NAN);
        self.next = 0;
        self.taken = 0;
        self.present = 0;
    }

    /// How many samples the median of a full window lags behind a monotonic stream: half the window, rounded down.
    pub fn delay_samples(&self) -> usize {
        self.arrivals.len() / 2
    }

    /// How many valid samples lie below `sample`; 0.0 and -0.0 are equal.
    fn rank(&self, sample: f64) -> usize {
        self.valid().partition_point(|&other| other < sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_window_takes_the_mean_of_the_middle_two() {
        let mut median = RunningMedian::new(4).unwrap();
        for sample in [4.0, 1.0, 3.0] {
            assert_eq!(median.push(sample), None);
        }
        assert_eq!(median.push(2.0), Some(2.5));
        assert_eq!(median.push(10.0), Some(2.5));
        assert_eq!(median.push(f64::MAX), Some(6.5));
        assert_eq!(median.push(f64::MAX), Some(5.0 + 0.5 * f64::MAX));
    }

    #[test]
    fn missing_samples_age_the_window() {
        let mut median = RunningMedian::new(3).unwrap();
        median.push(1.0);
        median.push(2.0);
        assert_eq!(median.push(f64::NAN), Some(1.5));
        assert_eq!(median.push(f64::NEG_INFINITY), Some(2.0));
        assert_eq!(median.push(f64::NAN), None);
        assert_eq!(median.push(9.0), Some(9.0));
    }

    #[test]
    fn signed_zeros_leave_as_they_came() {
        let mut median = RunningMedian::new(2).unwrap();
        for sample in [0.0, -0.0, -0.0, 0.0, 1.0, 1.0] {
            median.push(sample);
        }
        assert_eq!(median.valid(), [1.0, 1.0]);
    }

    #[test]
    fn window_is_checked() {
        assert!(RunningMedian::new(0).is_err());
        assert!(RunningMedian::new(usize::MAX).is_err());
    }
}
