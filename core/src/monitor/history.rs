//! The last seconds of a segment, for measuring what finding has pointed at.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use crate::beat::Segmented;

const CLIPPED: u8 = 1;
const BRIDGED: u8 = 2;

/// A ring of the newest samples of a segment, addressed by their index in it, which `advance` may move.
///
/// Each sample is stored twice, half a buffer apart, so that every stretch of the past is one slice.
#[derive(Debug, Clone)]
pub(crate) struct History {
    values: Vec<f64>,
    marks: Vec<u8>,
    capacity: usize,
    next: u64,
    /// Samples before the one with index 0.
    before: u64,
    /// Place of the next sample: `before + next` modulo the capacity.
    place: usize,
    /// One past the newest sample that has a mark.
    marked: u64,
}

impl History {
    /// Room for the newest `capacity` samples.
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self {
            values: vec![0.0; 2 * capacity],
            marks: vec![0; 2 * capacity],
            capacity,
            next: 0,
            before: 0,
            place: 0,
            marked: 0,
        }
    }

    /// Empties the history; the next sample has index 0.
    pub(crate) fn reset(&mut self) {
        self.next = 0;
        self.before = 0;
        self.place = 0;
        self.marked = 0;
    }

    /// Lets the segment begin at the sample that has this index.
    pub(crate) fn advance(&mut self, index: u64) {
        let index = index.min(self.next);
        self.before += index;
        self.next -= index;
        self.marked = self.marked.saturating_sub(index);
    }

    /// Appends a sample.
    pub(crate) fn push(&mut self, sample: Segmented) {
        let marks = if sample.clipped { CLIPPED } else { 0 } | if sample.bridged { BRIDGED } else { 0 };
        for place in [self.place, self.place + self.capacity] {
            self.values[place] = sample.value;
            self.marks[place] = marks;
        }
        self.place = if self.place + 1 == self.capacity { 0 } else { self.place + 1 };
        self.next += 1;
        if marks != 0 {
            self.marked = self.next;
        }
    }

    /// Appends plain samples, no more than there is room for.
    pub(crate) fn push_plain(&mut self, samples: &[f64]) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.capacity - self.place));
            for place in [self.place, self.place + self.capacity] {
                self.values[place..place + now.len()].copy_from_slice(now);
                self.marks[place..place + now.len()].fill(0);
            }
            self.place = if self.place + now.len() == self.capacity { 0 } else { self.place + now.len() };
            rest = later;
        }
        self.next += samples.len() as u64;
    }

    /// Marks the newest `count` samples as clipped.
    pub(crate) fn mark_clipped(&mut self, count: usize) {
        if count > 0 {
            self.marked = self.next;
        }
        for back in 1..=(count as u64).min(self.len()) {
            let at = ((self.before + self.next - back) % self.capacity as u64) as usize;
            self.marks[at] |= CLIPPED;
            self.marks[at + self.capacity] |= CLIPPED;
        }
    }

    /// Number of samples held.
    fn len(&self) -> u64 {
        self.next.min(self.capacity as u64)
    }

    /// Index after the newest sample.
    pub(crate) fn end(&self) -> u64 {
        self.next
    }

    /// Index of the oldest sample held.
    pub(crate) fn start(&self) -> u64 {
        self.next - self.len()
    }

    /// The part of `range` that is held, as places in the buffers.
    fn places(&self, range: Range<u64>) -> Range<usize> {
        let start = range.start.clamp(self.start(), self.next);
        let end = range.end.clamp(start, self.next);
        let at = ((self.before + start) % self.capacity as u64) as usize;
        at..at + (end - start) as usize
    }

    /// The samples of `range`, as far as they are held.
    pub(crate) fn values(&self, range: Range<u64>) -> &[f64] {
        &self.values[self.places(range)]
    }

    /// Whether any sample of `range` was clipped.
    pub(crate) fn any_clipped(&self, range: Range<u64>) -> bool {
        self.any(range, CLIPPED)
    }

    /// Whether any sample of `range` was bridged.
    pub(crate) fn any_bridged(&self, range: Range<u64>) -> bool {
        self.any(range, BRIDGED)
    }

    /// Whether any sample of `range` has this mark; most streams have none for long.
    fn any(&self, range: Range<u64>, mark: u8) -> bool {
        range.start < self.marked && self.marks[self.places(range)].iter().any(|marks| marks & mark != 0)
    }

    /// The sample at `index`, as it was pushed.
    pub(crate) fn get(&self, index: u64) -> Option<Segmented> {
        if index < self.start() || index >= self.next {
            return None;
        }
        let at = ((self.before + index) % self.capacity as u64) as usize;
        let marks = self.marks[at];
        Some(Segmented { value: self.values[at], clipped: marks & CLIPPED != 0, bridged: marks & BRIDGED != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stretch_of_the_past_is_one_slice() {
        let mut history = History::new(5);
        for i in 0..12 {
            history.push(Segmented { value: f64::from(i), clipped: i == 9, bridged: false });
        }
        assert_eq!(history.values(0..20), &[7.0, 8.0, 9.0, 10.0, 11.0]);
        assert_eq!(history.values(9..11), &[9.0, 10.0]);
        assert!(history.any_clipped(9..10) && !history.any_clipped(10..12));
        history.mark_clipped(1);
        assert!(history.any_clipped(11..12));
        assert_eq!(history.get(6), None);
        history.advance(9);
        assert_eq!((history.start(), history.end()), (0, 3));
        assert_eq!(history.values(0..9), &[9.0, 10.0, 11.0]);
        assert!(history.any_clipped(2..3) && !history.any_clipped(1..2));
    }

    #[test]
    fn a_block_is_its_samples_one_by_one() {
        let (mut single, mut block) = (History::new(5), History::new(5));
        for count in [1_usize, 4, 2, 5, 3] {
            let samples: Vec<f64> = (0..count).map(|i| (10 * count + i) as f64).collect();
            for &value in &samples {
                single.push(Segmented { value, clipped: false, bridged: false });
            }
            block.push_plain(&samples);
            assert_eq!(single.values(0..100), block.values(0..100));
            // What was marked before is not marked any more.
            assert!(!block.any_clipped(block.end() - count as u64..block.end()));
            block.mark_clipped(5);
            single.mark_clipped(5);
        }
        assert_eq!((single.end(), single.place), (block.end(), block.place));
    }
}
