//! The finding path: decimation to 40–80 Hz and a linear-phase band-pass of 0.5–8 Hz.
//!
//! Everything is a direct sum over a finite window, so that a spike of any size is forgotten entirely when it leaves.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::super::found::Segmented;
use super::tuning::Tuning;
use crate::filter::{BLOCK, Decimator, Kaiser, MirrorFilter, Taps};
use crate::signal::SampleRate;

/// The sample was at a rail.
pub(super) const CLIPPED: u8 = 1;
/// The sample was missing.
pub(super) const BRIDGED: u8 = 2;

/// Half the window of the decimation, internal samples. What folds back onto the band (up to 8 Hz of at least 40) comes from above 32 Hz:
/// 1.6 of half the internal rate; the band itself ends at 0.4 of it.
const DECIMATOR_HALF: usize = 4;

/// Full-rate samples in, band-passed samples at the internal rate out. Internal sample `i` lies exactly on input sample
/// `i × factor()`.
#[derive(Debug, Clone)]
pub(super) struct FindingPath {
    decimator: Decimator,
    band: MirrorFilter,
    /// A block of decimated samples, and of band-passed ones.
    low: [f64; BLOCK],
    banded: [f64; BLOCK],
    /// Internal samples from input to output.
    delay: u64,
    flags: Box<[u8]>,
    /// Place of the next flags, which is that of the oldest.
    place: usize,
    block_flags: u8,
    /// Samples that came out of the decimator.
    decimated: u64,
    first: Option<f64>,
    last: f64,
}

impl FindingPath {
    pub(super) fn new(rate: SampleRate, tuning: &Tuning) -> Self {
        let factor = (rate.as_hz() / tuning.internal_hz) as usize;
        // The factor is 1 to 80 and the taps are symmetric, so that neither constructor can refuse.
        let Ok(decimator) = Decimator::with_half(factor.max(1), DECIMATOR_HALF) else {
            unreachable!("decimation by {factor}")
        };
        let internal_hz = rate.as_hz() / decimator.factor() as f64;
        let Ok(taps) = band_pass(internal_hz, tuning) else { unreachable!("band-pass at {internal_hz} Hz") };
        let band = MirrorFilter::new(&taps);
        let delay = decimator.delay_samples() / decimator.factor() + band.delay_samples();
        Self {
            decimator,
            band,
            low: [0.0; BLOCK],
            banded: [0.0; BLOCK],
            delay: delay as u64,
            flags: vec![0; delay + 1].into_boxed_slice(),
            place: 0,
            block_flags: 0,
            decimated: 0,
            first: None,
            last: 0.0,
        }
    }

    /// Input samples per internal sample.
    pub(super) fn factor(&self) -> usize {
        self.decimator.factor()
    }

    /// Input samples between an internal sample and the call that gives it.
    pub(super) fn delay(&self) -> usize {
        self.delay as usize * self.factor()
    }

    pub(super) fn reset(&mut self) {
        self.decimator.fill(0.0);
        self.band.reset();
        self.flags.fill(0);
        self.place = 0;
        self.block_flags = 0;
        self.decimated = 0;
        self.first = None;
    }

    /// Takes one input sample; gives the internal sample that it completes, with its flags.
    pub(super) fn push(&mut self, sample: Segmented) -> Option<(f64, u8)> {
        // The segment counts from its first sample, as if it had been there for ever: no step at its start.
        let first = *self.first.get_or_insert(sample.value);
        self.last = sample.value;
        self.block_flags |= if sample.clipped { CLIPPED } else { 0 } | if sample.bridged { BRIDGED } else { 0 };
        let low = self.decimator.push(sample.value - first)?;
        let value = self.band.push(low);
        self.complete().map(|flags| (value, flags))
    }

    /// Takes up to `BLOCK` plain samples, `sign` times each of `values`; gives how many [`banded`](Self::banded) ones, each to be counted by
    /// [`complete`](Self::complete), that makes.
    pub(super) fn filter(&mut self, values: &[f64], sign: f64) -> usize {
        let Some((oldest, newest)) = values.first().zip(values.last()) else { return 0 };
        let first = *self.first.get_or_insert(sign * oldest);
        self.last = sign * newest;
        let (low, mut count) = (&mut self.low, 0);
        self.decimator.push_block(values.iter().map(|value| sign * value - first), |_, value| {
            if let Some(slot) = low.get_mut(count) {
                *slot = value;
                count += 1;
            }
        });
        self.band.push_block(&self.low[..count], &mut self.banded[..count]);
        count
    }

    /// Band-passed sample of this number of the last block.
    #[inline]
    pub(super) fn banded(&self, number: usize) -> f64 {
        self.banded[number]
    }

    /// Counts an internal sample that the band-pass has given; its flags ([`CLIPPED`] and [`BRIDGED`] of the input samples under it), unless
    /// it lies before the first.
    #[inline]
    pub(super) fn complete(&mut self) -> Option<u8> {
        self.flags[self.place] = self.block_flags;
        self.block_flags = 0;
        self.place = if self.place + 1 == self.flags.len() { 0 } else { self.place + 1 };
        self.decimated += 1;
        // There is one place more than the delay, so that the oldest flags belong to the value.
        (self.decimated > self.delay).then(|| self.flags[self.place])
    }

    /// Input samples until at least `outputs` (1 or more) more internal samples have come, the last included.
    pub(super) fn until_output(&self, outputs: u64) -> u64 {
        self.decimator.until_output() as u64 + outputs.saturating_sub(1) * self.factor() as u64
    }

    /// The last value taken, which `finish` holds.
    pub(super) fn last(&self) -> Option<f64> {
        self.first.map(|_| self.last)
    }
}

/// The difference of two low-passes of the same length, each with gain 1 at 0 Hz: a constant leaves nothing but rounding.
fn band_pass(internal_hz: f64, tuning: &Tuning) -> Result<Taps, crate::error::ConfigError> {
    let reach = (tuning.band_reach * internal_hz) as usize;
    let window = Kaiser::new(2 * reach + 1, tuning.band_beta)?;
    let high = Taps::low_pass(tuning.band_high.min(0.45 * internal_hz), window, internal_hz)?;
    let low = Taps::low_pass(tuning.band_low, window, internal_hz)?;
    let taps: Vec<f64> = high.as_slice().iter().zip(low.as_slice()).map(|(high, low)| high - low).collect();
    Taps::from_slice(&taps)
}
