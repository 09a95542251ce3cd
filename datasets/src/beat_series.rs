//! Series of one value per beat, without a waveform: what statistics of a study are tried on, by the thousand.
//!
//! The swings of a circulation at rest are narrow-band noise: breathing (0.25 Hz), Mayer waves (0.1 Hz), vasomotion (0.015 Hz), each with
//! a Gaussian spectrum of a standard deviation of half its centre frequency, and noise from beat to beat.

use core::f64::consts::TAU;

use crate::rng::Rng;

/// Lines that a spectrum is made of.
const LINES: usize = 128;

/// Narrow-band noise with a Gaussian spectrum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// Centre frequency, Hz.
    pub frequency: f64,
    /// Standard deviation of the spectrum, Hz.
    pub width: f64,
    /// Standard deviation of the noise.
    pub deviation: f64,
}

impl Swing {
    /// A swing whose spectrum has a standard deviation of half its centre frequency.
    pub fn new(frequency: f64, deviation: f64) -> Self {
        Self { frequency, width: 0.5 * frequency, deviation }
    }

    /// Breathing, Mayer waves and vasomotion of ln amplitude: 0.05, 0.08 and 0.10.
    pub fn at_rest() -> [Self; 3] {
        [Self::new(0.25, 0.05), Self::new(0.1, 0.08), Self::new(0.015, 0.10)]
    }

    /// Adds `values.len()` values, `step` s apart, of one realisation.
    ///
    /// A sum of sines of normal amplitudes: their frequencies are drawn one from each of 128 equally likely parts of the Gaussian, so
    /// that over realisations the process is Gaussian with exactly that spectrum (Shinozuka & Deodatis 1991, doi 10.1115/1.3119501).
    pub fn add(&self, rng: &mut Rng, step: f64, values: &mut [f64]) {
        let scale = self.deviation / libm::sqrt(LINES as f64);
        for line in 0..LINES {
            let place = (line as f64 + rng.uniform()) / LINES as f64;
            let frequency = self.frequency + self.width * normal_quantile(place.clamp(1e-9, 1.0 - 1e-9));
            let (turn_sine, turn_cosine) = libm::sincos(TAU * frequency * step);
            let (mut sine, mut cosine) = (scale * rng.normal(), scale * rng.normal());
            for value in values.iter_mut() {
                *value += cosine;
                (sine, cosine) = (sine * turn_cosine + cosine * turn_sine, cosine * turn_cosine - sine * turn_sine);
            }
        }
    }
}

/// Red noise: a stationary Ornstein–Uhlenbeck process of time constant `tau` s, added to values `step` s apart.
pub fn add_red(rng: &mut Rng, tau: f64, deviation: f64, step: f64, values: &mut [f64]) {
    let keep = libm::exp(-step / tau);
    let fresh = libm::sqrt(1.0 - keep * keep);
    let mut state = rng.normal();
    for value in values {
        *value += deviation * state;
        state = keep * state + fresh * rng.normal();
    }
}

/// Noise from beat to beat, added.
pub fn add_white(rng: &mut Rng, deviation: f64, values: &mut [f64]) {
    for value in values {
        *value += deviation * rng.normal();
    }
}

/// The normal deviate below which `share` of the probability lies, by Newton's method.
fn normal_quantile(share: f64) -> f64 {
    let mut z = 0.0;
    for _ in 0..60 {
        let below = 0.5 * libm::erfc(-z / core::f64::consts::SQRT_2);
        let density = libm::exp(-0.5 * z * z) / libm::sqrt(TAU);
        // A step of at most one keeps the start in the middle from overshooting into the tails.
        let step = ((share - below) / density).clamp(-1.0, 1.0);
        z += step;
        if step.abs() < 1e-12 {
            break;
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swing_has_its_deviation_and_its_spectrum() {
        let swing = Swing::new(0.1, 0.08);
        let (step, n) = (60.0 / 64.0, 640_usize);
        let (mut variance, mut power) = (0.0, [0.0; 3]);
        let seeds = 200;
        for seed in 0..seeds {
            let mut values = vec![0.0; n];
            swing.add(&mut Rng::new(seed), step, &mut values);
            variance += values.iter().map(|x| x * x).sum::<f64>() / n as f64;
            for (power, frequency) in power.iter_mut().zip([0.1, 0.15, 0.2]) {
                let (mut re, mut im) = (0.0, 0.0);
                for (i, x) in values.iter().enumerate() {
                    let (sine, cosine) = libm::sincos(TAU * frequency * i as f64 * step);
                    re += x * cosine;
                    im += x * sine;
                }
                *power += re * re + im * im;
            }
        }
        let variance = variance / seeds as f64;
        assert!((variance / 0.0064 - 1.0).abs() < 0.05, "{variance}");
        // One and two standard deviations of the spectrum off its centre: e^-0.5 and e^-2; 200 seeds: 10 % each.
        let (one, two) = (power[1] / power[0], power[2] / power[0]);
        assert!((one / 0.6065 - 1.0).abs() < 0.35, "{one}");
        assert!((two / 0.1353 - 1.0).abs() < 0.35, "{two}");
    }

    #[test]
    fn red_noise_forgets_with_its_time_constant() {
        let (tau, step) = (30.0, 1.0);
        let (mut square, mut lagged) = (0.0, 0.0);
        for seed in 0..100 {
            let mut values = vec![0.0; 3000];
            add_red(&mut Rng::new(seed), tau, 0.08, step, &mut values);
            square += values.iter().map(|x| x * x).sum::<f64>() / 3000.0;
            lagged += values.windows(31).map(|w| w[0] * w[30]).sum::<f64>() / 2970.0;
        }
        assert!((square / 100.0 / 0.0064 - 1.0).abs() < 0.08, "{square}");
        assert!((lagged / square - libm::exp(-1.0)).abs() < 0.06, "{}", lagged / square);
    }

    #[test]
    fn quantiles_are_those_of_the_normal_distribution() {
        for (share, z) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.001, -3.090_232_306_167_813)] {
            assert!((normal_quantile(share) - z).abs() < 1e-10, "{share}");
        }
    }
}
