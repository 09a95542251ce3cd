//! How wide intervals have to be: the fit is tried on noise of the colour that was found.
//!
//! The colour of vasomotion is known from the residuals of one record, in which each of its waves is counted in dozens, and the fit has
//! bent those residuals. So estimates miss the truth by more of their standard errors than normal deviates do, how many more depends on
//! the record. A parametric bootstrap of t tells: noise is drawn from the autoregression, a course (linear about the one that was found)
//! and a colour are fitted to it as to the record, and of 199 such trials the 95 % quantile of |error|/standard error is taken.
//!
//! Source: Efron & Tibshirani 1993, "An introduction to the bootstrap", §12.5.

use alloc::vec::Vec;

use crate::measure::robust::quantile;
use crate::thermal::noise::{Whitener, solve};
use crate::thermal::random::Random;

const TRIALS: usize = 199;
const COVERAGE: f64 = 0.95;
const SEED: u64 = 1;

/// Estimates of generalised least squares over four columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linear {
    /// The coefficients.
    pub(super) values: [f64; 4],
    /// Their covariance.
    covariance: [[f64; 4]; 4],
}

impl Linear {
    /// Of `data` on `columns`, whitened.
    pub(super) fn new(columns: &[Vec<f64>; 4], data: &[f64], whitener: &Whitener) -> Option<Self> {
        let columns: [Vec<f64>; 4] = core::array::from_fn(|i| whitener.whiten(&columns[i]));
        let data = whitener.whiten(data);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let information: [[f64; 4]; 4] =
            core::array::from_fn(|i| core::array::from_fn(|j| dot(&columns[i], &columns[j])));
        let right: [f64; 4] = core::array::from_fn(|i| dot(&columns[i], &data));
        let values = solve(information, right)?;
        let left = (dot(&data, &data) - dot(&values, &right)).max(0.0);
        let variance = left / (data.len() as f64 - 4.0).max(1.0);
        let mut covariance = [[0.0; 4]; 4];
        for (which, row) in covariance.iter_mut().enumerate() {
            *row = solve(information, core::array::from_fn(|i| if i == which { variance } else { 0.0 }))?;
        }
        Some(Self { values, covariance })
    }

    /// Standard error of a coefficient where another one is known.
    pub(super) fn error_without(&self, known: usize, which: usize) -> f64 {
        let shared = self.covariance[which][known];
        libm::sqrt((self.covariance[which][which] - shared * shared / self.covariance[known][known]).max(0.0))
    }

    /// Standard error of the sum of coefficients with these weights.
    pub(super) fn error(&self, weights: [f64; 4]) -> f64 {
        let along = |row: &[f64; 4]| row.iter().zip(weights).map(|(c, w)| c * w).sum::<f64>();
        libm::sqrt(self.covariance.iter().zip(weights).map(|(row, w)| w * along(row)).sum::<f64>().max(0.0))
    }
}

/// How many standard errors an interval reaches to both sides, for each of `sums` (weights of the coefficients).
pub(super) fn reach(columns: &[Vec<f64>; 4], whitener: &Whitener, sums: &[[f64; 4]]) -> Vec<f64> {
    let count = columns[0].len();
    let mut random = Random::new(SEED);
    let mut found: Vec<Vec<f64>> = sums.iter().map(|_| Vec::with_capacity(TRIALS)).collect();
    for _ in 0..TRIALS {
        let deviates: Vec<f64> = (0..count).map(|_| random.normal()).collect();
        let data = whitener.colour(&deviates);
        let mut fit = Linear::new(columns, &data, &Whitener::none());
        for _ in 0..2 {
            fit = fit.and_then(|fit| {
                let left = |i: usize| data[i] - columns.iter().zip(fit.values).map(|(c, b)| c[i] * b).sum::<f64>();
                let residuals: Vec<f64> = (0..count).map(left).collect();
                Linear::new(columns, &data, &Whitener::of(&residuals))
            });
        }
        let Some(fit) = fit else { continue };
        for (found, sum) in found.iter_mut().zip(sums) {
            let miss = fit.values.iter().zip(sum).map(|(value, weight)| value * weight).sum::<f64>();
            found.push(miss.abs() / fit.error(*sum));
        }
    }
    let of = |mut found: Vec<f64>| {
        found.sort_unstable_by(f64::total_cmp);
        quantile(&found, COVERAGE).unwrap_or(f64::INFINITY)
    };
    found.into_iter().map(of).collect()
}
