//! How much of the signal's power goes along with a rate: the check of a counted rate against the spectrum.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::ConfigError;
use crate::measure::rate::WINDOW_S;
use crate::signal::SampleRate;
use crate::spectrum::PowerSpectrum;

/// Samples are averaged in blocks down to this rate or a little more, Hz.
const BLOCK_HZ: f64 = 15.0;
/// Power counts from here …
const LOWEST_HZ: f64 = 0.5;
/// … to here, Hz.
const HIGHEST_HZ: f64 = 6.0;
/// Power this near to a multiple of the rate goes along with it, Hz: the half width of the spectrum's line.
const NEAR_HZ: f64 = 0.18;
/// Multiples that count.
const HARMONICS: [f64; 3] = [1.0, 2.0, 3.0];

/// Share of the power of 8 s of signal that lies at a rate and its multiples.
#[derive(Debug, Clone)]
pub(crate) struct RhythmCheck {
    block: usize,
    /// Means of the blocks of the window looked at last, and the number of its first block in the segment.
    blocks: Vec<f64>,
    first: Option<u64>,
    spectrum: PowerSpectrum,
}

impl RhythmCheck {
    pub(crate) fn new(rate: SampleRate) -> Result<Self, ConfigError> {
        let block = ((rate.as_hz() / BLOCK_HZ) as usize).max(1);
        let count = rate.samples(WINDOW_S) / block;
        let spectrum = PowerSpectrum::new(count, rate.as_hz() / block as f64)?;
        Ok(Self { block, blocks: vec![0.0; count], first: None, spectrum })
    }

    /// A new segment begins.
    pub(crate) fn reset(&mut self) {
        self.first = None;
    }

    /// The window from the block on in which sample `from` of the segment lies: samples.
    pub(crate) fn window(&self, from: u64) -> Range<u64> {
        let block = self.block as u64;
        let start = from / block * block;
        start..start + block * self.blocks.len() as u64
    }

    /// Averages the blocks of the window that begins with sample `start` of the segment; those of the window before are at hand.
    fn average(&mut self, samples: &[f64], start: u64) {
        let first = start / self.block as u64;
        let count = self.blocks.len();
        let gone = self
            .first
            .and_then(|before| first.checked_sub(before))
            .map_or(count, |gone| gone.min(count as u64) as usize);
        self.first = Some(first);
        self.blocks.copy_within(gone.., 0);
        let fresh = count - gone;
        for (mean, block) in self.blocks.iter_mut().zip(samples.chunks_exact(self.block)).skip(fresh) {
            *mean = block.iter().fold(0.0, |sum, x| sum + x) / block.len() as f64;
        }
    }

    /// The share, 0 to 1, of the power from 0.5 to 6 Hz that goes along with `per_minute`, of the `samples` of the
    /// [`window`](Self::window) that begins with sample `start`; `None` where there is no power.
    pub(crate) fn share(&mut self, samples: &[f64], start: u64, per_minute: f64) -> Option<f64> {
        self.average(samples, start);
        let first = per_minute / 60.0;
        let step = self.spectrum.frequency(1);
        let (mut along, mut all) = (0.0, 0.0);
        for (bin, power) in self.spectrum.of(&self.blocks).iter().enumerate() {
            let frequency = bin as f64 * step;
            if frequency >= HIGHEST_HZ {
                break;
            }
            if frequency > LOWEST_HZ {
                all += power;
                if HARMONICS.iter().any(|harmonic| (frequency - harmonic * first).abs() < NEAR_HZ) {
                    along += power;
                }
            }
        }
        (all > 0.0 && all.is_finite()).then(|| along / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_goes_along_with_its_rate_and_not_with_another() {
        let rate = SampleRate::hz(125.0).expect("in range");
        let mut check = RhythmCheck::new(rate).expect("in range");
        let wave = |i: i32| {
            let phase = core::f64::consts::TAU * 1.3 * f64::from(i) / 125.0;
            1000.0 + libm::sin(phase) + 0.5 * libm::sin(2.0 * phase)
        };
        let samples: Vec<f64> = (0..1000).map(wave).collect();
        assert!(check.share(&samples, 0, 78.0).is_some_and(|share| share > 0.95));
        assert!(check.share(&samples, 0, 110.0).is_some_and(|share| share < 0.05));
        check.reset();
        assert_eq!(check.share(&[5.0; 1000], 0, 78.0), None);
    }

    #[test]
    fn blocks_at_hand_are_those_of_the_samples() {
        let rate = SampleRate::hz(103.0).expect("in range");
        let mut going = RhythmCheck::new(rate).expect("in range");
        let samples: Vec<f64> =
            (0..4000).map(|i| libm::sin(0.07 * f64::from(i)) + libm::sin(f64::from(i * i % 77))).collect();
        for from in [0, 103, 206, 309, 1500, 1600, 3000, 100] {
            let window = going.window(from);
            assert!(from - window.start < 6 && 824 - (window.end - window.start) < 6);
            let held = &samples[window.start as usize..window.end as usize];
            let mut anew = RhythmCheck::new(rate).expect("in range");
            let expected = anew.share(held, window.start, 67.0).map(f64::to_bits);
            assert_eq!(going.share(held, window.start, 67.0).map(f64::to_bits), expected, "from {from}");
        }
    }
}
