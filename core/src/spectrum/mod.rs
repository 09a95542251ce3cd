//! Power spectra by the fast Fourier transform (feature `spectrum`): planned once, run in place.
//!
//! They enter rate rows, never beats: the transform's rounding differs by target, in the last digits.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::TAU;
use core::fmt;

use realfft::num_complex::Complex64;
use realfft::{RealFftPlanner, RealToComplex};

use crate::error::{ConfigError, in_range};
use crate::filter::{dot, sum};

/// Power spectrum of stretches of one length: trend removed, Hann window, padded with zeros to a power of two.
///
/// Powers are relative: their scale is that of the squared input, and their sum is not normalised.
///
/// # Real-time
/// `new` plans and allocates, [`PowerSpectrum::of`] does not allocate. 200 samples take about 2 000 multiplications.
///
/// ```
/// use plethys::spectrum::PowerSpectrum;
/// let mut spectrum = PowerSpectrum::new(200, 25.0)?;
/// let wave: Vec<f64> = (0..200).map(|i| (f64::from(i) / 25.0 * 1.5 * std::f64::consts::TAU).sin()).collect();
/// let powers = spectrum.of(&wave).to_vec();
/// let peak = (0..powers.len()).max_by(|&a, &b| powers[a].total_cmp(&powers[b])).unwrap();
/// assert!((spectrum.frequency(peak) - 1.5).abs() < 0.1);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Welch 1967, IEEE Trans. Audio Electroacoust. 15(2):70, doi 10.1109/TAU.1967.1161901, with a single stretch.
#[derive(Clone)]
pub struct PowerSpectrum {
    sample_rate: f64,
    plan: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    /// Number of each sample, counted from the middle.
    ramp: Vec<f64>,
    input: Vec<f64>,
    output: Vec<Complex64>,
    scratch: Vec<Complex64>,
    powers: Vec<f64>,
}

impl fmt::Debug for PowerSpectrum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PowerSpectrum")
            .field("length", &self.window.len())
            .field("padded", &self.input.len())
            .field("sample_rate", &self.sample_rate)
            .finish_non_exhaustive()
    }
}

impl PowerSpectrum {
    /// For stretches of `length` samples (4 to 2^20) at `sample_rate` Hz.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another length, or a rate that is not from 1e-3 to 1e6.
    pub fn new(length: usize, sample_rate: f64) -> Result<Self, ConfigError> {
        in_range("length", length as f64, 4.0, 1_048_576.0)?;
        in_range("sample_rate", sample_rate, 1e-3, 1e6)?;
        let plan = RealFftPlanner::new().plan_fft_forward(length.next_power_of_two());
        let hann = |i: usize| 0.5 - 0.5 * libm::cos(TAU * (i as f64 + 0.5) / length as f64);
        Ok(Self {
            sample_rate,
            window: (0..length).map(hann).collect(),
            ramp: (0..length).map(|i| i as f64 - 0.5 * (length as f64 - 1.0)).collect(),
            input: plan.make_input_vec(),
            output: plan.make_output_vec(),
            scratch: plan.make_scratch_vec(),
            powers: vec![0.0; plan.complex_len()],
            plan,
        })
    }

    /// Samples that [`PowerSpectrum::of`] takes.
    pub fn length(&self) -> usize {
        self.window.len()
    }

    /// Frequency of power number `bin`, Hz.
    pub fn frequency(&self, bin: usize) -> f64 {
        bin as f64 * self.sample_rate / self.input.len() as f64
    }

    /// Powers of `samples` at rising frequencies from 0 Hz to half the rate; where there are more or fewer samples than planned for, the
    /// rest is left out or taken for zero.
    pub fn of(&mut self, samples: &[f64]) -> &[f64] {
        let count = samples.len().min(self.window.len());
        let samples = &samples[..count];
        let (level, slope) = line(samples, &self.ramp);
        self.input[count..].fill(0.0);
        for (((place, sample), weight), at) in self.input.iter_mut().zip(samples).zip(&self.window).zip(&self.ramp) {
            *place = weight * (sample - level - slope * at);
        }
        let done = self.plan.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
        if done.is_err() {
            // Only lengths can be at fault, and they were planned together.
            self.output.fill(Complex64::new(0.0, 0.0));
        }
        for (power, value) in self.powers.iter_mut().zip(&self.output) {
            *power = value.norm_sqr();
        }
        &self.powers
    }
}

/// The straight line that fits best: its level where `ramp`, which counts the samples, is zero, and its slope per sample.
fn line(samples: &[f64], ramp: &[f64]) -> (f64, f64) {
    let Some((ramp, [first, .., last])) = ramp.get(..samples.len()).map(|ramp| (ramp, ramp)) else {
        return (samples.first().copied().unwrap_or(0.0), 0.0);
    };
    let count = samples.len() as f64;
    let middle = 0.5 * (first + last);
    let total = sum(samples);
    let squares = count * (count * count - 1.0) / 12.0;
    let slope = (dot(samples, ramp) - middle * total) / squares;
    (total / count - slope * middle, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_direct_transform() {
        let samples: Vec<f64> = (0..50).map(|i| libm::sin(f64::from(i * i) * 0.01) + 0.02 * f64::from(i)).collect();
        let mut spectrum = PowerSpectrum::new(50, 10.0).expect("in range");
        let window = spectrum.window.clone();
        let powers = spectrum.of(&samples).to_vec();
        let (mean, slope) = line(&samples, &spectrum.ramp);
        let largest = powers.iter().copied().fold(0.0, f64::max);
        for (bin, power) in powers.iter().enumerate() {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, sample) in samples.iter().enumerate() {
                let value = window[i] * (sample - mean - slope * (i as f64 - 24.5));
                let angle = TAU * bin as f64 * i as f64 / 64.0;
                re += value * libm::cos(angle);
                im -= value * libm::sin(angle);
            }
            approx::assert_abs_diff_eq!(*power, re * re + im * im, epsilon = 1e-9 * largest);
        }
    }

    #[test]
    fn a_straight_line_has_no_power() {
        let mut spectrum = PowerSpectrum::new(64, 25.0).expect("in range");
        let line: Vec<f64> = (0..64).map(|i| 5.0 - 3.0 * f64::from(i)).collect();
        assert!(spectrum.of(&line).iter().all(|power| *power < 1e-20));
    }
}
