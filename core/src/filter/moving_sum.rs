//! The sum of the newest samples.

use alloc::boxed::Box;
use alloc::vec;

use super::sum;

/// Samples whose sum is kept.
const BLOCK: usize = 8;

/// The sum of the last `length` samples, without a subtraction: a sample that has left the window leaves nothing behind. The order of
/// the additions is that of the places in a ring, so that the sums of a constant are the same bit for bit.
#[derive(Debug, Clone)]
pub(crate) struct MovingSum {
    /// A ring of samples in blocks; beyond its length are zeros.
    blocks: Box<[[f64; BLOCK]]>,
    sums: Box<[f64]>,
    length: usize,
    /// Place of the next sample, which is that of the oldest.
    place: usize,
}

impl MovingSum {
    /// A window of `length` zeros, 1 or more.
    pub(crate) fn new(length: usize) -> Self {
        let length = length.max(1);
        let count = length.div_ceil(BLOCK);
        Self {
            blocks: vec![[0.0; BLOCK]; count].into_boxed_slice(),
            sums: vec![0.0; count].into_boxed_slice(),
            length,
            place: 0,
        }
    }

    /// Replaces all samples by a constant.
    pub(crate) fn fill(&mut self, level: f64) {
        for (place, slot) in self.blocks.iter_mut().flatten().enumerate() {
            *slot = if place < self.length { level } else { 0.0 };
        }
        for (sum, block) in self.sums.iter_mut().zip(&self.blocks) {
            *sum = fold(block);
        }
        self.place = 0;
    }

    /// Takes one sample and gives the sum of the window, of which it is the newest.
    #[inline]
    pub(crate) fn push(&mut self, sample: f64) -> f64 {
        let number = self.place / BLOCK;
        if let (Some(block), Some(sum)) = (self.blocks.get_mut(number), self.sums.get_mut(number)) {
            block[self.place % BLOCK] = sample;
            *sum = fold(block);
        }
        self.place = if self.place + 1 == self.length { 0 } else { self.place + 1 };
        sum(&self.sums)
    }
}

#[inline]
fn fold(block: &[f64; BLOCK]) -> f64 {
    let low = (block[0] + block[4]) + (block[2] + block[6]);
    let high = (block[1] + block[5]) + (block[3] + block[7]);
    low + high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_and_a_spike_leaves_nothing() {
        for length in [1, 2, 7, 8, 75] {
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

    #[test]
    fn the_sums_of_a_constant_are_one_number() {
        let mut moving = MovingSum::new(75);
        let sums: [f64; 400] = core::array::from_fn(|_| moving.push(0.1));
        assert!(sums[75..].iter().all(|sum| *sum == sums[75]));
    }
}
