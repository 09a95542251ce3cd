//! What regression around temperatures has to know of their noise: it is coloured.
//!
//! Vasomotion makes neighbouring values depend on each other, so that least squares takes a minute of data for sixty measurements where it
//! is one. The residuals are therefore described by an autoregression (Burg 1975, order by the corrected Akaike criterion), and data and
//! model are both whitened with it: the first values by the prediction errors of lower order, which Burg's recursion has anyhow, so that
//! none is lost.
//!
//! Sources: Burg 1975, "Maximum entropy spectral analysis", thesis, Stanford; Hurvich & Tsai 1989, Biometrika 76:297,
//! doi 10.1093/biomet/76.2.297.

use alloc::vec;
use alloc::vec::Vec;

/// Highest order of the autoregression.
const HIGHEST: usize = 16;

/// An autoregression with its prediction error filters of all lower orders.
#[derive(Debug, Clone)]
pub(crate) struct Whitener {
    /// `filters[k]`: x[t] + Σ a x[t − 1 − i] is the error of order k.
    filters: Vec<Vec<f64>>,
    /// Its variance, of the same order.
    variances: Vec<f64>,
}

impl Whitener {
    /// Does nothing.
    pub(crate) fn none() -> Self {
        Self { filters: vec![Vec::new()], variances: vec![1.0] }
    }

    /// From residuals.
    pub(crate) fn of(residuals: &[f64]) -> Self {
        let count = residuals.len();
        let power = residuals.iter().map(|x| x * x).sum::<f64>() / count.max(1) as f64;
        if power <= 0.0 || count < 20 {
            return Self::none();
        }
        let (mut forward, mut backward) = (residuals.to_vec(), residuals.to_vec());
        let mut filters: Vec<Vec<f64>> = vec![Vec::new()];
        let mut variances = vec![power];
        for order in 1..=HIGHEST.min(count / 10) {
            let (mut above, mut below) = (0.0, 0.0);
            for t in order..count {
                above += forward[t] * backward[t - 1];
                below += forward[t] * forward[t] + backward[t - 1] * backward[t - 1];
            }
            if below <= 0.0 {
                break;
            }
            let reflection = -2.0 * above / below;
            for t in (order..count).rev() {
                let (f, b) = (forward[t], backward[t - 1]);
                forward[t] = f + reflection * b;
                backward[t] = b + reflection * f;
            }
            let before = filters.last().cloned().unwrap_or_default();
            let mut next: Vec<f64> =
                before.iter().zip(before.iter().rev()).map(|(a, mirrored)| a + reflection * mirrored).collect();
            next.push(reflection);
            filters.push(next);
            let last = variances.last().copied().unwrap_or(power);
            variances.push((last * (1.0 - reflection * reflection)).max(1e-12 * power));
        }
        let n = count as f64;
        let criterion = |order: usize| {
            let parameters = order as f64 + 1.0;
            n * libm::log(variances[order]) + 2.0 * parameters * n / (n - parameters - 1.0)
        };
        let best = (0..variances.len()).min_by(|a, b| criterion(*a).total_cmp(&criterion(*b))).unwrap_or(0);
        filters.truncate(best + 1);
        variances.truncate(best + 1);
        Self { filters, variances }
    }

    /// −2 ln likelihood of residuals, for the variance that suits them best, without constants; with what the order costs (as in `of`), so
    /// that whiteners of different orders compare.
    pub(crate) fn score(&self, residuals: &[f64]) -> f64 {
        let n = residuals.len() as f64;
        let last = self.variances[self.order()];
        let white = self.whiten(residuals).iter().map(|w| w * w).sum::<f64>() / n;
        let early: f64 = self.variances.iter().map(|v| libm::log(v / last)).sum();
        let parameters = self.order() as f64 + 1.0;
        n * libm::log(white) + early + 2.0 * parameters * n / (n - parameters - 1.0)
    }

    /// Noise of this colour from independent deviates: the inverse of `whiten`.
    pub(crate) fn colour(&self, deviates: &[f64]) -> Vec<f64> {
        let highest = self.order();
        let last = self.variances[highest];
        let mut values: Vec<f64> = Vec::with_capacity(deviates.len());
        for (t, deviate) in deviates.iter().enumerate() {
            let order = t.min(highest);
            let past: f64 = self.filters[order].iter().zip(values.iter().rev()).map(|(a, x)| a * x).sum();
            values.push(deviate * libm::sqrt(self.variances[order] / last) - past);
        }
        values
    }

    pub(crate) fn order(&self) -> usize {
        self.filters.len() - 1
    }

    /// Errors of prediction, all of one variance.
    pub(crate) fn whiten(&self, values: &[f64]) -> Vec<f64> {
        let highest = self.order();
        let last = self.variances[highest];
        let error = |t: usize| {
            let order = t.min(highest);
            let past = values[..t].iter().rev();
            let error = values[t] + self.filters[order].iter().zip(past).map(|(a, x)| a * x).sum::<f64>();
            error * libm::sqrt(last / self.variances[order])
        };
        (0..values.len()).map(error).collect()
    }
}

/// Solves the symmetric system `matrix` x = `right` by elimination; `None` where it is singular.
pub(crate) fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> Option<[f64; N]> {
    for i in 0..N {
        let pivot = (i..N).max_by(|a, b| matrix[*a][i].abs().total_cmp(&matrix[*b][i].abs()))?;
        matrix.swap(i, pivot);
        right.swap(i, pivot);
        if matrix[i][i] == 0.0 || !matrix[i][i].is_finite() {
            return None;
        }
        for row in i + 1..N {
            let share = matrix[row][i] / matrix[i][i];
            let pivot = matrix[i];
            for (entry, above) in matrix[row].iter_mut().zip(pivot).skip(i) {
                *entry -= share * above;
            }
            right[row] -= share * right[i];
        }
    }
    let mut x = [0.0; N];
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| matrix[i][j] * x[j]).sum();
        x[i] = (right[i] - known) / matrix[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plethys_datasets::Rng;

    #[test]
    fn coloured_noise_becomes_white() {
        let mut rng = Rng::new(7);
        let mut x = vec![0.0; 2000];
        for t in 2..2000 {
            x[t] = 1.6 * x[t - 1] - 0.8 * x[t - 2] + rng.normal();
        }
        let whitener = Whitener::of(&x);
        assert!((2..=5).contains(&whitener.order()), "order {}", whitener.order());
        let white = whitener.whiten(&x);
        let variance = white.iter().map(|w| w * w).sum::<f64>() / 2000.0;
        let neighbours = white.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / 2000.0;
        assert!((variance - 1.0).abs() < 0.1 && neighbours.abs() < 0.07, "{variance} {neighbours}");
        assert_eq!(Whitener::of(&[0.0; 100]).order(), 0);
        let same = whitener.colour(&white);
        assert!(same.iter().zip(&x).all(|(a, b)| (a - b).abs() < 1e-9), "colour undoes whiten");
        assert!(whitener.score(&x) < Whitener::none().score(&x) - 500.0, "its own colour explains it");
    }

    #[test]
    fn systems_are_solved() {
        let x = solve([[0.0, 2.0], [3.0, 1.0]], [4.0, 5.0]).expect("regular");
        assert_eq!(x, [1.0, 2.0]);
        assert!(solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0]).is_none());
    }
}
