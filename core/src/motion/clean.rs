//! What of a pulse window the acceleration explains, by least squares.

use alloc::boxed::Box;
use alloc::vec;

/// Axes of the accelerometer.
pub(super) const AXES: usize = 3;
/// Delays of the acceleration against the pulse signal that take part, symmetric about none.
const DELAYS: usize = 5;
/// Distance between them, s; as many whole samples as come nearest.
const DELAY_STEP: f64 = 0.12;
/// Regressors: every axis at every delay.
const REGRESSORS: usize = AXES * DELAYS;
/// Penalty on the coefficients, as a share of the mean power of the regressors: settles near-collinear delays.
const RIDGE: f64 = 1e-2;
/// Movement below this share of gravity is left alone: it is the sensor's noise and the recoil of the heart itself.
const FLOOR: f64 = 0.01;

/// Least-squares fit of a window by the acceleration at several delays.
///
/// The skin moves against the sensor some time before or after, and not in proportion to, the accelerations of the three
/// axes; five delays over ±0.24 s are a short filter per axis that is fitted anew in every window and so follows strap,
/// posture and gait. With 15 coefficients for 8 s the fit takes about a tenth of what has nothing to do with motion.
#[derive(Debug, Clone)]
pub(super) struct MotionFit {
    /// Samples between two delays.
    step: usize,
    /// Gram matrix, then its Cholesky factor (lower triangle).
    matrix: Box<[f64]>,
    /// Whether the factor stands for the current window.
    usable: bool,
}

impl MotionFit {
    pub(super) fn new(sample_rate: f64) -> Self {
        let step = (libm::round(DELAY_STEP * sample_rate) as usize).max(1);
        Self { step, matrix: vec![0.0; REGRESSORS * REGRESSORS].into_boxed_slice(), usable: false }
    }

    /// How many samples of acceleration are needed beyond either end of a window.
    pub(super) fn margin(&self) -> usize {
        self.step * (DELAYS / 2)
    }

    /// Samples of regressor `index` that stand beside a window of `length`; `axes` reach a margin beyond it on both sides.
    fn regressor<'a>(&self, axes: &[&'a [f64]; AXES], index: usize, length: usize) -> &'a [f64] {
        let from = (index % DELAYS) * self.step;
        axes.get(index / DELAYS).and_then(|axis| axis.get(from..from + length)).unwrap_or(&[])
    }

    /// Prepares the fit of windows of `length` samples beside this acceleration, high-passed; `gravity` is its level before
    /// that, in the same unit, 0 where it is not known. Returns the root-mean-square acceleration.
    pub(super) fn prepare(&mut self, axes: &[&[f64]; AXES], length: usize, gravity: f64) -> f64 {
        let mut trace = 0.0;
        for row in 0..REGRESSORS {
            let one = self.regressor(axes, row, length);
            for column in 0..=row {
                self.matrix[row * REGRESSORS + column] = dot(one, self.regressor(axes, column, length));
            }
            trace += self.matrix[row * REGRESSORS + row];
        }
        let samples = length.max(1) as f64;
        let ridge = RIDGE * trace / REGRESSORS as f64 + samples * (FLOOR * gravity) * (FLOOR * gravity);
        for row in 0..REGRESSORS {
            self.matrix[row * REGRESSORS + row] += ridge;
        }
        self.usable = trace > 0.0 && self.factor();
        libm::sqrt(trace / DELAYS as f64 / samples)
    }

    /// Cholesky factorisation in place; false where the matrix is not positive.
    fn factor(&mut self) -> bool {
        let m = &mut self.matrix;
        for row in 0..REGRESSORS {
            for column in 0..=row {
                let mut sum = m[row * REGRESSORS + column];
                for k in 0..column {
                    sum -= m[row * REGRESSORS + k] * m[column * REGRESSORS + k];
                }
                if row > column {
                    m[row * REGRESSORS + column] = sum / m[column * REGRESSORS + column];
                } else if sum > 0.0 && sum.is_finite() {
                    m[row * REGRESSORS + row] = libm::sqrt(sum);
                } else {
                    return false;
                }
            }
        }
        true
    }

    /// Writes into `motion` what the acceleration explains of `window`: zeros where there is no motion.
    pub(super) fn explain(&self, axes: &[&[f64]; AXES], window: &[f64], motion: &mut [f64]) {
        motion.fill(0.0);
        if !self.usable {
            return;
        }
        let m = &self.matrix;
        let mut c = [0.0; REGRESSORS];
        for row in 0..REGRESSORS {
            let mut sum = dot(self.regressor(axes, row, window.len()), window);
            for k in 0..row {
                sum -= m[row * REGRESSORS + k] * c[k];
            }
            c[row] = sum / m[row * REGRESSORS + row];
        }
        for row in (0..REGRESSORS).rev() {
            let mut sum = c[row];
            for k in row + 1..REGRESSORS {
                sum -= m[k * REGRESSORS + row] * c[k];
            }
            c[row] = sum / m[row * REGRESSORS + row];
        }
        for (index, coefficient) in c.iter().enumerate() {
            for (sum, sample) in motion.iter_mut().zip(self.regressor(axes, index, window.len())) {
                *sum += coefficient * sample;
            }
        }
    }
}

/// Scalar product, four interleaved sums in a fixed order.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_lanes, a_rest) = a.as_chunks::<4>();
    let (b_lanes, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (x, y) in a_lanes.iter().zip(b_lanes) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let mut rest = 0.0;
    for (x, y) in a_rest.iter().zip(b_rest) {
        rest += x * y;
    }
    ((sums[0] + sums[2]) + (sums[1] + sums[3])) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn wave(length: usize, hz: f64, phase: f64) -> Vec<f64> {
        (0..length).map(|n| libm::sin(core::f64::consts::TAU * hz * n as f64 / 25.0 + phase)).collect()
    }

    #[test]
    fn delayed_motion_goes_and_the_pulse_stays() {
        let mut fit = MotionFit::new(25.0);
        let margin = fit.margin();
        let axes =
            [wave(200 + 2 * margin, 2.6, 0.0), wave(200 + 2 * margin, 5.2, 1.0), wave(200 + 2 * margin, 1.3, 2.0)];
        let axes: [&[f64]; AXES] = [&axes[0], &axes[1], &axes[2]];
        let pulse = wave(200, 2.1, 0.4);
        // Three times the pulse, with a phase that no axis has by itself.
        let window: Vec<f64> = pulse.iter().zip(wave(200, 2.6, 0.9)).map(|(p, m)| p + 3.0 * m).collect();
        let strength = fit.prepare(&axes, 200, 1.0);
        assert!((strength - libm::sqrt(1.5)).abs() < 0.05, "{strength}");
        let mut motion = [0.0; 200];
        fit.explain(&axes, &window, &mut motion);
        let error: f64 =
            window.iter().zip(motion).zip(&pulse).map(|((w, m), p)| (w - m - p) * (w - m - p)).sum::<f64>() / 100.0;
        assert!(error < 0.1, "remaining error {error} of the pulse's power");
    }

    #[test]
    fn rest_and_silence_explain_nothing() {
        let mut fit = MotionFit::new(25.0);
        let margin = fit.margin();
        let pulse = wave(200, 1.2, 0.0);
        let mut motion = [1.0; 200];
        let silent = [0.0; 250];
        let axes: [&[f64]; AXES] = [&silent, &silent, &silent];
        assert_eq!(fit.prepare(&axes, 200, 0.0), 0.0);
        fit.explain(&axes, &pulse, &mut motion);
        assert!(motion.iter().all(|&m| m == 0.0));
        // The recoil of the heart, 0.2 % of gravity, has the pulse's rhythm and must not take it away.
        let recoil: Vec<f64> = wave(200 + 2 * margin, 1.2, 0.3).iter().map(|x| 0.002 * x).collect();
        let axes: [&[f64]; AXES] = [&recoil, &recoil, &recoil];
        fit.prepare(&axes, 200, 1.0);
        fit.explain(&axes, &pulse, &mut motion);
        assert!(motion.iter().all(|m| m.abs() < 0.3));
    }
}
