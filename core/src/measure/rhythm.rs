//! How much of the signal's power goes along with a rate: the check of a counted rate against the spectrum.

use alloc::vec;
use alloc::vec::Vec;

use crate::error::ConfigError;
use crate::measure::rate::WINDOW_S;
use crate::signal::SampleRate;
use crate::spectrum::PowerSpectrum;

/// Samples are averaged in blocks down to this rate or a little more, Hz.
const BLOCK_HZ: f64 = 25.0;
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
    blocks: Vec<f64>,
    spectrum: PowerSpectrum,
}

impl RhythmCheck {
    pub(crate) fn new(rate: SampleRate) -> Result<Self, ConfigError> {
        let block = ((rate.as_hz() / BLOCK_HZ) as usize).max(1);
        let count = rate.samples(WINDOW_S) / block;
        let spectrum = PowerSpectrum::new(count, rate.as_hz() / block as f64)?;
        Ok(Self { block, blocks: vec![0.0; count], spectrum })
    }

    /// The share, 0 to 1, of the power from 0.5 to 6 Hz of `samples` that goes along with `per_minute`; `None` where there is no power.
    pub(crate) fn share(&mut self, samples: &[f64], per_minute: f64) -> Option<f64> {
        for (mean, block) in self.blocks.iter_mut().zip(samples.chunks_exact(self.block)) {
            *mean = block.iter().fold(0.0, |sum, x| sum + x) / block.len() as f64;
        }
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
        assert!(check.share(&samples, 78.0).is_some_and(|share| share > 0.95));
        assert!(check.share(&samples, 110.0).is_some_and(|share| share < 0.05));
        assert_eq!(check.share(&[5.0; 1000], 78.0), None);
    }
}
