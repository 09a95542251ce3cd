//! The last seconds of the finding path.

use alloc::boxed::Box;
use alloc::vec;
use core::ops::Range;

/// The newest internal samples, addressed by their number; what is smoothed comes a little later than what it is made of.
///
/// Each value is stored twice, a ring apart, so that every stretch of the past is one slice.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    fine: Box<[f64]>,
    value: Box<[f64]>,
    flags: Box<[u8]>,
    /// Length of the ring, a power of two.
    length: usize,
    /// Band-passed samples so far.
    stored: u64,
    /// Smoothed ones.
    end: u64,
    /// One past the newest sample that has a flag.
    flagged: u64,
}

impl Trace {
    /// Room for `length` samples or more.
    pub(super) fn new(length: usize) -> Self {
        let length = length.next_power_of_two();
        let zeros = vec![0.0; 2 * length].into_boxed_slice();
        Self {
            fine: zeros.clone(),
            value: zeros,
            flags: vec![0; length].into_boxed_slice(),
            length,
            stored: 0,
            end: 0,
            flagged: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        self.stored = 0;
        self.end = 0;
        self.flagged = 0;
    }

    /// Takes a band-passed sample.
    #[inline]
    pub(super) fn store(&mut self, fine: f64, flags: u8) {
        let place = self.place(self.stored);
        self.fine[place] = fine;
        self.fine[place + self.length] = fine;
        self.flags[place] = flags;
        self.stored += 1;
        if flags != 0 {
            self.flagged = self.stored;
        }
    }

    /// Takes the smoothed value of the sample number [`end`](Self::end).
    #[inline]
    pub(super) fn push(&mut self, value: f64) {
        let place = self.place(self.end);
        self.value[place] = value;
        self.value[place + self.length] = value;
        self.end += 1;
    }

    #[inline]
    fn place(&self, index: u64) -> usize {
        index as usize & (self.length - 1)
    }

    /// Internal samples so far: one past the newest that is smoothed.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// The oldest one that is still held.
    pub(super) fn start(&self) -> u64 {
        self.stored.saturating_sub(self.length as u64)
    }

    /// Where `range` lies, as far as it is held and lies before `end`.
    #[inline]
    fn places(&self, range: Range<u64>, end: u64) -> Range<usize> {
        let from = range.start.max(self.start()).min(end);
        let to = range.end.clamp(from, end);
        let place = self.place(from);
        place..place + (to - from) as usize
    }

    /// Band-passed samples.
    #[inline]
    pub(super) fn fine(&self, range: Range<u64>) -> &[f64] {
        &self.fine[self.places(range, self.stored)]
    }

    /// The band-passed sample that lies `back` before the newest.
    #[inline]
    pub(super) fn newest_fine(&self, back: usize) -> f64 {
        self.fine[self.place(self.stored.wrapping_sub(1 + back as u64))]
    }

    /// Smoothed ones.
    #[inline]
    pub(super) fn values(&self, range: Range<u64>) -> &[f64] {
        &self.value[self.places(range, self.end)]
    }

    /// The smoothed sample of this number.
    #[inline]
    pub(super) fn value(&self, index: u64) -> f64 {
        self.value[self.place(index)]
    }

    /// How many of the samples of `range` have each of two flags; most streams have none for long.
    pub(super) fn count(&self, range: Range<u64>, flags: [u8; 2]) -> [u32; 2] {
        let mut counts = [0; 2];
        for index in range.start..range.end.min(self.flagged) {
            let own = self.flags[self.place(index)];
            for (count, flag) in counts.iter_mut().zip(flags) {
                *count += u32::from(own & flag != 0);
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stretch_is_one_slice() {
        let mut trace = Trace::new(5);
        for i in 0..20_u64 {
            trace.store(i as f64, u8::from(i == 15));
            if i >= 2 {
                trace.push(-((i - 2) as f64));
            }
        }
        assert_eq!((trace.start(), trace.end()), (12, 18));
        assert_eq!(trace.fine(10..30), [12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0]);
        assert_eq!(trace.values(14..30), [-14.0, -15.0, -16.0, -17.0]);
        assert_eq!(trace.value(17), -17.0);
        assert_eq!((trace.count(13..17, [1, 2]), trace.count(16..18, [1, 2])), ([1, 0], [0, 0]));
        assert!(trace.values(3..5).is_empty());
    }
}
