//! The newest samples of a stream as one slice.

use alloc::boxed::Box;
use alloc::vec;

/// Samples that [`Window::append`] takes at once, at least.
pub(crate) const BLOCK: usize = 128;

/// The last `length` samples, oldest first, in one contiguous slice.
///
/// Samples are appended in a buffer of twice the length or more; when it is full, the last ones move to its start. So each sample is
/// written once and moved once at most.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    buffer: Box<[f64]>,
    length: usize,
    /// One past the newest sample, `length` or more.
    end: usize,
}

impl Window {
    /// A window of zeros.
    pub(crate) fn new(length: usize) -> Self {
        Self { buffer: vec![0.0; length + length.max(BLOCK)].into_boxed_slice(), length, end: length }
    }

    /// Takes one sample.
    #[inline]
    pub(crate) fn push(&mut self, sample: f64) {
        if self.end == self.buffer.len() {
            self.make_room();
        }
        self.buffer[self.end] = sample;
        self.end += 1;
    }

    /// Takes up to [`BLOCK`] samples; gives the slice in which [`Window::length`] samples before them and they lie.
    #[inline]
    pub(crate) fn append(&mut self, samples: impl ExactSizeIterator<Item = f64>) -> &[f64] {
        let count = samples.len().min(BLOCK);
        if self.end + count > self.buffer.len() {
            self.make_room();
        }
        let start = self.end;
        self.end += count;
        for (place, sample) in self.buffer[start..self.end].iter_mut().zip(samples) {
            *place = sample;
        }
        &self.buffer[start - self.length..self.end]
    }

    /// The last samples, as many as the window is long.
    #[inline]
    pub(crate) fn values(&self) -> &[f64] {
        &self.buffer[self.end - self.length..self.end]
    }

    /// Replaces all samples by a constant.
    pub(crate) fn fill(&mut self, level: f64) {
        self.end = self.length;
        self.buffer[..self.length].fill(level);
    }

    #[cold]
    fn make_room(&mut self) {
        self.buffer.copy_within(self.end - self.length..self.end, 0);
        self.end = self.length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_single_samples_leave_the_same_window() {
        for length in [1, 5, 100] {
            let (mut single, mut blocks) = (Window::new(length), Window::new(length));
            let samples: [f64; 1000] = core::array::from_fn(|i| i as f64);
            let mut from = 0;
            for count in (1..=BLOCK).cycle() {
                let Some(block) = samples.get(from..from + count) else { break };
                for sample in block {
                    single.push(*sample);
                }
                let around = blocks.append(block.iter().copied());
                assert_eq!(around.len(), length + count);
                assert!(around.ends_with(block));
                assert_eq!(single.values(), blocks.values());
                from += count;
            }
            assert_eq!(single.values().last(), Some(&(from as f64 - 1.0)));
        }
    }
}
