//! Course and noise together: for each lag, the course and the colour of the residuals that explain the record best.
//!
//! Vasomotion in the first minute looks like a kink. A whitener learnt from residuals about a wrong lag then makes that lag look right, so
//! whitening in rounds stays where plain least squares began, 5 to 15 s off in one of twenty records. Here every lag is asked what
//! course and what autoregression it needs together, and the likelihood of both decides.

use alloc::vec::Vec;

use super::course::{Parameters, decay, derivative, model};
use crate::thermal::noise::{Whitener, solve};

/// Rounds in which course and colour follow each other; their neighbours are known.
const ROUNDS: usize = 4;
/// Lags about that of least squares: so many s, and so many times the residuals over the slope.
const AROUND: [f64; 2] = [20.0, 3.0];

/// A course with the colour of what it leaves.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) parameters: Parameters,
    pub(super) whitener: Whitener,
    /// −2 ln likelihood, and what the order of the autoregression costs.
    pub(super) score: f64,
}

impl Fit {
    fn asked(&self) -> Asked {
        [self.parameters[2], self.score, self.parameters[0]]
    }
}

/// A lag that was asked: the lag, its score, T₀ with it.
pub(super) type Asked = [f64; 3];

/// What is fitted: values every `step` s from `start` s after the end of the cold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) start: f64,
    pub(super) step: f64,
    pub(super) values: &'a [f64],
}

impl Record<'_> {
    pub(super) fn time(&self, i: usize) -> f64 {
        self.start + i as f64 * self.step
    }

    pub(super) fn end(&self) -> f64 {
        self.time(self.values.len().saturating_sub(1))
    }

    pub(super) fn residuals(&self, parameters: Parameters) -> Vec<f64> {
        self.values.iter().enumerate().map(|(i, value)| value - model(parameters, self.time(i), self.step)).collect()
    }

    /// Derivatives of the course by a parameter.
    pub(super) fn column(&self, parameters: Parameters, which: usize) -> Vec<f64> {
        (0..self.values.len()).map(|i| derivative(parameters, self.time(i), self.step, which)).collect()
    }

    /// The course and the colour of its residuals, together, and the lags that were asked.
    pub(super) fn fit(&self) -> Option<(Fit, Vec<Asked>)> {
        let parameters = self.least_squares()?;
        let residuals = self.residuals(parameters);
        let sd = libm::sqrt(residuals.iter().map(|r| r * r).sum::<f64>() / residuals.len() as f64);
        let [start, end, lag, log_tau] = parameters;
        let slope = (end - start).abs() / libm::exp(log_tau);
        let first = self.start.max(0.0);
        let last = first + 0.6 * (self.end() - self.start);
        let reach = (AROUND[0] + AROUND[1] * sd / slope.max(1e-9)).min(last - first);
        let begun = Fit { parameters, whitener: Whitener::of(&residuals), score: f64::INFINITY };
        let mut best = self.given_lag(lag, &begun)?;
        let mut asked = Vec::new();
        for direction in [-1.0, 1.0] {
            let mut near = best.clone();
            for i in 1..=libm::ceil(reach / self.step) as u32 {
                let lag = lag + direction * self.step * f64::from(i);
                if !(first..=last).contains(&lag) {
                    break;
                }
                let Some(found) = self.given_lag(lag, &near) else { break };
                asked.push(found.asked());
                if found.score < best.score {
                    best = found.clone();
                }
                near = found;
            }
        }
        let mut step = 0.5 * self.step;
        while step > 0.02 {
            let lag = best.parameters[2];
            let around = [lag - step, lag + step].map(|lag| self.given_lag(lag.max(first), &best));
            asked.extend(around.iter().flatten().map(Fit::asked));
            match around.into_iter().flatten().min_by(|a, b| a.score.total_cmp(&b.score)) {
                Some(found) if found.score < best.score => best = found,
                _ => step *= 0.5,
            }
        }
        asked.push(best.asked());
        Some((best, asked))
    }

    /// The best course with this lag, and its colour; `near` is one with a lag not far from it.
    pub(super) fn given_lag(&self, lag: f64, near: &Fit) -> Option<Fit> {
        let mut parameters = near.parameters;
        parameters[2] = lag;
        let mut whitener = near.whitener.clone();
        let longest = libm::log(10.0 * (self.end() - self.start));
        for _ in 0..ROUNDS {
            let data = whitener.whiten(&self.residuals(parameters));
            let columns = [0, 1, 3].map(|which| whitener.whiten(&self.column(parameters, which)));
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let matrix = core::array::from_fn(|i| core::array::from_fn(|j| dot(&columns[i], &columns[j])));
            let [start, end, log_tau] = solve(matrix, core::array::from_fn(|i| dot(&columns[i], &data)))?;
            parameters[0] += start;
            parameters[1] += end;
            parameters[3] = (parameters[3] + log_tau.clamp(-0.5, 0.5)).clamp(1.0, longest);
            whitener = Whitener::of(&self.residuals(parameters));
        }
        let score = whitener.score(&self.residuals(parameters));
        score.is_finite().then_some(Fit { parameters, whitener, score })
    }

    /// Where to begin: plain least squares over a grid of lag and τ, then in ever finer steps.
    fn least_squares(&self) -> Option<Parameters> {
        // About a level, so that sums of squares lose no digits.
        let count = self.values.len() as f64;
        let level = self.values.iter().sum::<f64>() / count;
        let data: Vec<f64> = self.values.iter().map(|value| value - level).collect();
        let power: f64 = data.iter().map(|value| value * value).sum();
        // T₀ and T∞ for given lag and τ, and the sum of squares that is left.
        let levels = |lag: f64, log_tau: f64| -> Option<(Parameters, f64)> {
            let (mut sum, mut squares, mut along) = (0.0, 0.0, 0.0);
            for (i, value) in data.iter().enumerate() {
                let decay = decay(lag, log_tau, self.time(i), self.step);
                sum += decay;
                squares += decay * decay;
                along += decay * value;
            }
            let [end, fall] = solve([[count, sum], [sum, squares]], [0.0, along])?;
            Some(([end + fall, end, lag, log_tau], power - fall * along))
        };
        let (first, length) = (self.start.max(0.0), self.end() - self.start);
        let (mut lag_step, shortest) = (0.6 * length / 40.0, libm::log(10.0));
        let mut tau_step = (libm::log(3.0 * length) - shortest) / 24.0;
        let mut best: Option<(Parameters, f64)> = None;
        for tau in 0..=24 {
            for lag in 0..=40 {
                let place = (first + f64::from(lag) * lag_step, shortest + f64::from(tau) * tau_step);
                if let Some(found) = levels(place.0, place.1)
                    && best.is_none_or(|(_, left)| found.1 < left)
                {
                    best = Some(found);
                }
            }
        }
        let (mut parameters, mut left) = best?;
        for _ in 0..16 {
            let around = parameters;
            for place in 0..9 {
                let lag = (around[2] + f64::from(place % 3 - 1) * lag_step).max(0.0);
                let log_tau = around[3] + f64::from(place / 3 - 1) * tau_step;
                if let Some(found) = levels(lag, log_tau)
                    && found.1 < left
                {
                    (parameters, left) = found;
                }
            }
            if parameters == around {
                lag_step *= 0.5;
                tau_step *= 0.5;
            }
        }
        Some([parameters[0] + level, parameters[1] + level, parameters[2], parameters[3]])
    }

    /// The lags that the record does not speak against: where the likelihood of the best course and colour with that lag stays within
    /// `above` of the most, in steps of an eighth of `half` from the best on, or beyond a gap among those `asked`, which grow.
    pub(super) fn lags(&self, best: &Fit, half: f64, above: f64, asked: &mut Vec<Asked>) -> [f64; 2] {
        let step = (half / 8.0).clamp(0.02, 4.0);
        let first = self.start.max(0.0);
        let ends = [-1.0, 1.0].map(|direction| {
            let (mut place, mut near) = (best.parameters[2], best.clone());
            for _ in 0..100 {
                let next = place + direction * step;
                if next < first {
                    return first;
                }
                let Some(found) = self.given_lag(next, &near) else { return next };
                if found.score > best.score + above {
                    // Where it goes through, on a line.
                    let share = (best.score + above - near.score) / (found.score - near.score);
                    return place + direction * step * share.clamp(0.0, 1.0);
                }
                asked.push(found.asked());
                (place, near) = (next, found);
            }
            place
        });
        let held = asked.iter().filter(|asked| asked[1] <= best.score + above);
        held.fold(ends, |[low, high], asked| [low.min(asked[0]), high.max(asked[0])])
    }
}
