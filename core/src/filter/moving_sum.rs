//! The sum of the newest samples.

use alloc::boxed::Box;
use alloc::vec;

/// The sum of the last `length` samples in about three additions each, and without a subtraction: a sample that has left the window
/// leaves nothing behind.
///
/// The window is in two parts: of the older one the sums from each sample to its end are known, of the newer one the sum. When the
/// older part has left, the newer one takes its place (a queue of two stacks). The order of the additions changes with the place, so
/// that sums of the same samples differ by rounding.
#[derive(Debug, Clone)]
pub(crate) struct MovingSum {
    /// The samples of the newer part, then the sums of the older one from each place to its end.
    slots: Box<[f64]>,
    /// Samples in the newer part.
    place: usize,
    newer: f64,
}

impl MovingSum {
    /// A window of `length` zeros, 1 or more.
    pub(crate) fn new(length: usize) -> Self {
        Self { slots: vec![0.0; length.max(1)].into_boxed_slice(), place: 0, newer: 0.0 }
    }

    /// Replaces all samples by a constant.
    pub(crate) fn fill(&mut self, level: f64) {
        let mut sum = 0.0;
        for slot in self.slots.iter_mut().rev() {
            sum += level;
            *slot = sum;
        }
        self.place = 0;
        self.newer = 0.0;
    }

    /// Takes one sample and gives the sum of the window, of which it is the newest.
    #[inline]
    pub(crate) fn push(&mut self, sample: f64) -> f64 {
        if let Some(slot) = self.slots.get_mut(self.place) {
            *slot = sample;
        }
        self.newer += sample;
        self.place += 1;
        if let Some(older) = self.slots.get(self.place) {
            return self.newer + older;
        }
        self.turn_over()
    }

    /// Makes the newer part the older one; gives the sum.
    fn turn_over(&mut self) -> f64 {
        let mut sum = 0.0;
        for slot in self.slots.iter_mut().rev() {
            sum += *slot;
            *slot = sum;
        }
        self.place = 0;
        self.newer = 0.0;
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_and_a_spike_leaves_nothing() {
        for length in [1, 2, 7, 75] {
            let mut moving = MovingSum::new(length);
            moving.fill(3.0);
            // Sums of whole numbers are exact.
            let samples: [f64; 400] = core::array::from_fn(|i| if i == 100 { 1e30 } else { (i * i % 31) as f64 });
            for now in 0..samples.len() {
                let sum = moving.push(samples[now]);
                let held = samples[..=now].iter().rev().take(length);
                let before = 3.0 * length.saturating_sub(now + 1) as f64;
                let spiked = (100..100 + length).contains(&now);
                assert!(
                    if spiked { sum == 1e30 } else { sum == held.fold(before, |sum, x| sum + x) },
                    "{now} of {length}"
                );
            }
        }
    }
}
