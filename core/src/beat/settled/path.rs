//! The finding path: spike guard, decimation to 50–100 Hz, and a linear-phase band-pass of 0.5–8 Hz.
//!
//! Everything is a direct sum over a finite window, so that a spike of any size is forgotten entirely when it leaves.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::PI;

use super::super::found::Segmented;
use super::TUNING;
use crate::signal::SampleRate;

/// The sample was at a rail.
pub(super) const CLIPPED: u8 = 1;
/// The sample was missing.
pub(super) const BRIDGED: u8 = 2;

/// One sample of the finding path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Banded {
    /// Band-passed value.
    pub(super) value: f64,
    /// [`CLIPPED`] and [`BRIDGED`] of the input samples under it.
    pub(super) flags: u8,
}

/// Centre-symmetric FIR filter over a ring that holds every sample twice, so that its window is one slice.
#[derive(Debug, Clone)]
struct Symmetric {
    taps: Vec<f64>,
    ring: Box<[f64]>,
    head: usize,
}

impl Symmetric {
    /// `half` holds the taps from the centre outwards.
    fn new(half: Vec<f64>) -> Self {
        let length = 2 * half.len() - 1;
        Self { taps: half, ring: vec![0.0; 2 * length].into_boxed_slice(), head: 0 }
    }

    fn length(&self) -> usize {
        self.ring.len() / 2
    }

    fn fill(&mut self, value: f64) {
        self.ring.fill(value);
    }

    fn push(&mut self, value: f64) {
        let length = self.length();
        self.ring[self.head] = value;
        self.ring[self.head + length] = value;
        self.head = if self.head + 1 == length { 0 } else { self.head + 1 };
    }

    /// The filtered value at the centre of the window.
    fn output(&self) -> f64 {
        let window = &self.ring[self.head..self.head + self.length()];
        let reach = self.taps.len() - 1;
        let (before, rest) = window.split_at(reach);
        let (centre, after) = rest.split_at(1);
        let mut sums = [0.0; 4];
        let mut pairs = before.iter().rev().zip(after).zip(&self.taps[1..]);
        'all: loop {
            for sum in &mut sums {
                let Some(((left, right), tap)) = pairs.next() else { break 'all };
                *sum += tap * (left + right);
            }
        }
        self.taps[0] * centre[0] + ((sums[0] + sums[1]) + (sums[2] + sums[3]))
    }
}

/// Half of a windowed-sinc low-pass with unit gain at zero frequency, `corner` in cycles per sample (−6 dB), Hamming window.
fn low_pass(corner: f64, reach: usize) -> Vec<f64> {
    let mut half: Vec<f64> = (0..=reach)
        .map(|k| {
            let k = k as f64;
            let sinc = if k == 0.0 { 2.0 * corner } else { libm::sin(2.0 * PI * corner * k) / (PI * k) };
            sinc * (0.54 + 0.46 * libm::cos(PI * k / (reach as f64 + 1.0)))
        })
        .collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f64>();
    for tap in &mut half {
        *tap /= sum;
    }
    half
}

/// Full-rate samples in, band-passed samples at the internal rate out. Internal sample `i` lies exactly on input sample
/// `i × factor()`.
#[derive(Debug, Clone)]
pub(super) struct FindingPath {
    factor: usize,
    anti_alias: Symmetric,
    band: Symmetric,
    flags: Box<[u8]>,
    block_flags: u8,
    /// Input samples seen.
    seen: u64,
    /// Samples that came out of the decimator.
    decimated: u64,
    last: f64,
    first: f64,
}

impl FindingPath {
    pub(super) fn new(rate: SampleRate) -> Self {
        let factor = ((rate.as_hz() / TUNING.internal_hz) as usize).max(1);
        let internal = rate.as_hz() / factor as f64;
        let anti_alias = if factor == 1 { vec![1.0] } else { low_pass(0.5 / factor as f64, 3 * factor) };
        let reach = (TUNING.band_reach * internal) as usize;
        let mut band = low_pass((TUNING.band_high / internal).min(0.45), reach);
        for (high, low) in band.iter_mut().zip(low_pass(TUNING.band_low / internal, reach)) {
            *high -= low;
        }
        let band = Symmetric::new(band);
        let delay = reach + 8;
        Self {
            factor,
            anti_alias: Symmetric::new(anti_alias),
            band,
            flags: vec![0; delay].into_boxed_slice(),
            block_flags: 0,
            seen: 0,
            decimated: 0,
            last: 0.0,
            first: 0.0,
        }
    }

    /// Input samples per internal sample.
    pub(super) fn factor(&self) -> usize {
        self.factor
    }

    /// Input samples between an internal sample and the call that gives it.
    pub(super) fn delay(&self) -> usize {
        self.anti_alias.taps.len() - 1 + self.factor * (self.band.taps.len() - 1)
    }

    pub(super) fn reset(&mut self) {
        self.flags.fill(0);
        self.block_flags = 0;
        self.seen = 0;
        self.decimated = 0;
    }

    /// Takes one input sample; gives the internal sample that it completes.
    pub(super) fn push(&mut self, sample: Segmented) -> Option<Banded> {
        if self.seen == 0 {
            self.first = sample.value;
            self.anti_alias.fill(0.0);
            self.band.fill(0.0);
        }
        self.last = sample.value;
        self.block_flags |= if sample.clipped { CLIPPED } else { 0 } | if sample.bridged { BRIDGED } else { 0 };
        self.anti_alias.push(sample.value - self.first);
        let reach = (self.anti_alias.taps.len() - 1) as u64;
        let due = self.seen >= reach && (self.seen - reach).is_multiple_of(self.factor as u64);
        self.seen += 1;
        if !due {
            return None;
        }
        let low = self.anti_alias.output();
        self.band.push(low);
        let slots = self.flags.len() as u64;
        // The flags of the input up to here lie `reach` ahead of the decimated sample: 3 internal samples, within a pulse's foot.
        self.flags[(self.decimated % slots) as usize] = self.block_flags;
        self.block_flags = 0;
        let half = (self.band.taps.len() - 1) as u64;
        self.decimated += 1;
        if self.decimated <= half {
            return None;
        }
        let flags = self.flags[((self.decimated - 1 - half) % slots) as usize];
        Some(Banded { value: self.band.output(), flags })
    }

    /// The last value taken, which `finish` holds.
    pub(super) fn last(&self) -> Option<f64> {
        (self.seen > 0).then_some(self.last)
    }
}
