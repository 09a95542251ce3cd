//! Magnitudes of a short window at the rates of a grid, without an FFT.

use alloc::boxed::Box;
use alloc::vec;
use core::f64::consts::PI;

/// Lowest rate of the grid, beats per minute.
const LOWEST: f64 = 30.0;
/// Rates of the grid: 30 to 240 bpm, 1 bpm apart.
pub(super) const RATES: usize = 211;

/// The rate at this place of the grid, beats per minute.
pub(super) fn rate_at(place: usize) -> f64 {
    LOWEST + place as f64
}

/// Goertzel's recurrence for all rates of the grid side by side.
///
/// `s[n] = x[n] + 2 cos(w) s[n-1] - s[n-2]`; the squared magnitude is `s1^2 + s2^2 - 2 cos(w) s1 s2`. One multiplication and
/// two additions per sample and rate, no table of twiddles, the same order of operations on every target.
///
/// # Source
/// Goertzel (1958), "An algorithm for the evaluation of finite trigonometric series", Am. Math. Monthly 65(1):34,
/// DOI 10.2307/2310304.
#[derive(Debug, Clone)]
pub(super) struct SpectrumGrid {
    /// 2 cos(w) of each rate.
    twice_cosine: Box<[f64]>,
    one_back: Box<[f64]>,
    two_back: Box<[f64]>,
}

impl SpectrumGrid {
    /// For windows sampled at `sample_rate` Hz.
    pub(super) fn new(sample_rate: f64) -> Self {
        let twice_cosine =
            (0..RATES).map(|place| 2.0 * libm::cos(2.0 * PI * rate_at(place) / 60.0 / sample_rate)).collect();
        let zeros = vec![0.0; RATES].into_boxed_slice();
        Self { twice_cosine, one_back: zeros.clone(), two_back: zeros }
    }

    /// Writes the magnitude at each rate into `magnitudes`, in the samples' unit times their number.
    pub(super) fn magnitudes(&mut self, samples: &[f64], magnitudes: &mut [f64]) {
        self.one_back.fill(0.0);
        self.two_back.fill(0.0);
        for &sample in samples {
            // The recurrence writes each new value over the older one; then the two change roles.
            for ((newer, older), factor) in
                self.one_back.iter().zip(self.two_back.iter_mut()).zip(self.twice_cosine.iter())
            {
                *older = (sample + factor * newer) - *older;
            }
            core::mem::swap(&mut self.one_back, &mut self.two_back);
        }
        for (((magnitude, newer), older), factor) in
            magnitudes.iter_mut().zip(self.one_back.iter()).zip(self.two_back.iter()).zip(self.twice_cosine.iter())
        {
            let power = (newer * newer + older * older) - factor * newer * older;
            *magnitude = libm::sqrt(power.max(0.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use approx::assert_abs_diff_eq;

    #[test]
    fn agrees_with_the_definition() {
        for (rate, length) in [(25.0, 200), (25.6, 205), (50.0, 400)] {
            let samples: Vec<f64> =
                (0..length).map(|n| libm::sin(0.37 * f64::from(n)) + libm::cos(f64::from(n * n % 89))).collect();
            let mut magnitudes = [0.0; RATES];
            let mut grid = SpectrumGrid::new(rate);
            grid.magnitudes(&samples, &mut magnitudes);
            for place in (0..RATES).step_by(7) {
                let angle = 2.0 * PI * rate_at(place) / 60.0 / rate;
                let (mut real, mut imaginary) = (0.0, 0.0);
                for (n, sample) in samples.iter().enumerate() {
                    real += sample * libm::cos(angle * n as f64);
                    imaginary += sample * libm::sin(angle * n as f64);
                }
                assert_abs_diff_eq!(
                    magnitudes[place],
                    libm::hypot(real, imaginary),
                    epsilon = 1e-9 * f64::from(length)
                );
            }
        }
    }

    #[test]
    fn finds_a_sine_and_forgets_the_window_before() {
        let mut grid = SpectrumGrid::new(25.0);
        let mut magnitudes = [0.0; RATES];
        grid.magnitudes(&[1e6; 200], &mut magnitudes);
        let sine: Vec<f64> = (0..200).map(|n| libm::sin(2.0 * PI * 1.5 * f64::from(n) / 25.0)).collect();
        grid.magnitudes(&sine, &mut magnitudes);
        let highest = (0..RATES).max_by(|&a, &b| magnitudes[a].total_cmp(&magnitudes[b])).unwrap();
        assert_eq!(rate_at(highest), 90.0);
        assert_abs_diff_eq!(magnitudes[highest], 100.0, epsilon = 0.5);
    }
}
