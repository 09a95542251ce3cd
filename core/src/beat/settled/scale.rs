//! The local scale: the usual height of the pulses before and after a candidate.

use alloc::boxed::Box;
use alloc::vec;

use super::candidate::Candidate;
use crate::filter::median_of_few;

/// At most this many candidates count on one side.
const MOST: usize = 64;
/// Room for their heights.
pub(super) type Heights = [f64; MOST];
/// Room that is not used yet.
pub(super) const NO_HEIGHTS: Heights = [0.0; MOST];

/// Median of the larger heights among `candidates`: of those that reach `share` of the one with this `rank` (0 the largest, 1 the
/// second, which one artefact cannot be). `None` without any. What is in `heights` does not matter, and is overwritten.
pub(super) fn usual_height<'a>(
    candidates: impl Iterator<Item = &'a Candidate>,
    share: f64,
    rank: usize,
    heights: &mut Heights,
) -> Option<f64> {
    let (mut count, mut largest, mut second) = (0, f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (place, candidate) in heights.iter_mut().zip(candidates) {
        let height = candidate.height;
        *place = height;
        count += 1;
        let smaller = if height > largest { largest } else { height };
        largest = if height > largest { height } else { largest };
        second = if smaller > second { smaller } else { second };
    }
    let least = share * if rank > 0 && count > 1 { second } else { largest };
    // The large ones move to the front.
    let mut large = 0;
    for at in 0..count {
        let height = heights[at];
        heights[large] = height;
        large += usize::from(height >= least);
    }
    median_of_few(&mut heights[..large])
}

/// The median of the newest heights, kept in order.
#[derive(Debug, Clone)]
pub(super) struct LongScale {
    /// A ring, and the place of the next height, which is that of the oldest once it is full.
    newest: Box<[f64]>,
    place: usize,
    /// The same heights, smallest first.
    sorted: Box<[f64]>,
    count: usize,
}

impl LongScale {
    /// Of up to `most` heights, 1 or more.
    pub(super) fn new(most: usize) -> Self {
        let zeros = vec![0.0; most].into_boxed_slice();
        Self { newest: zeros.clone(), place: 0, sorted: zeros, count: 0 }
    }

    pub(super) fn reset(&mut self) {
        self.place = 0;
        self.count = 0;
    }

    pub(super) fn push(&mut self, height: f64) {
        let most = self.newest.len();
        let oldest = core::mem::replace(&mut self.newest[self.place], height);
        self.place = if self.place + 1 == most { 0 } else { self.place + 1 };
        if self.count == most {
            let at = self.rank(oldest);
            self.sorted.copy_within(at + 1.., at);
        } else {
            self.count += 1;
        }
        // The last place is free.
        self.count -= 1;
        let at = self.rank(height);
        self.sorted.copy_within(at..self.count, at + 1);
        self.sorted[at] = height;
        self.count += 1;
    }

    /// How many of the sorted heights are smaller.
    fn rank(&self, height: f64) -> usize {
        self.sorted[..self.count].partition_point(|other| other.total_cmp(&height).is_lt())
    }

    /// The upper median, 0 without any.
    pub(super) fn median(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sorted[self.count / 2] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_long_scale_is_the_median_of_the_newest() {
        let mut scale = LongScale::new(40);
        let heights: Vec<f64> = (0..300).map(|i| f64::from(i * i % 83)).collect();
        assert_eq!(scale.median(), 0.0);
        for now in 0..heights.len() {
            scale.push(heights[now]);
            let mut newest = heights[(now + 1).saturating_sub(40)..=now].to_vec();
            newest.sort_unstable_by(f64::total_cmp);
            assert_eq!(scale.median(), newest[newest.len() / 2]);
        }
    }
}
