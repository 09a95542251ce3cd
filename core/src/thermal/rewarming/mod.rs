//! Rewarming after cold or occlusion: how late, how fast, how far.
//!
//! T(t) = T∞ − (T∞ − T₀) exp(−(t − lag)/τ) from the lag on, T₀ before it, t counted from the end of the cold. For given lag and τ the model is
//! linear in T₀ and T∞, so these are solved for and only lag and τ are searched: over a grid first, then in ever finer steps.
//! Vasomotion colours the residuals, so course and autoregression of the residuals are fitted together, by likelihood. Intervals (95 %)
//! are multiples of the standard errors of generalised least squares, how many a bootstrap of that colour tells; that of the lag, at which
//! the model has its kink, is the profile of the likelihood. Intervals of plain least squares hold the truth in 71 to 93 % of cases.
//!
//! A curve of which less than one time constant is seen does not tell where it ends: T∞ and τ trade against each other. Unless the record
//! holds, after the lag, 1.5 times the upper end of τ's interval, the answer is "not rewarmed", and only T₀ and the lag are given.
//!
//! Source of the quantities: O'Reilly et al. 1992, J Rheumatol 19:1193 (lag, maximal slope and recovered share separate primary from
//! sclerosis-related Raynaud's).

use alloc::vec::Vec;

use super::reason::ThermalReason;
use super::series::EvenSeries;
use crate::measure::robust::quantile;
use bootstrap::{Linear, reach};
use course::{decay, derivative};
use fit::{Asked, Fit, Record};

mod bootstrap;
mod course;
mod fit;

/// Step of the grid that is fitted, s, where the data are not further apart.
const STEP: f64 = 2.0;
/// Time constants that the record has to hold after the lag.
const SEEN: f64 = 1.5;
/// Shortest record, s.
const SHORTEST: f64 = 60.0;
/// Fewest values that four parameters and the colour of the noise are told from.
const FEWEST: usize = 20;
/// Values further apart than this do not tell when the rise begins, s.
const COARSEST: f64 = 10.0;

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// Whether the interval holds `value`.
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    fn about(value: f64, half_width: f64) -> Self {
        Self { value, low: value - half_width, high: value + half_width }
    }
}

/// The course of rewarming.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RewarmingFit {
    /// T₀: the temperature at the end of the cold, °C.
    pub start: Option<Estimate>,
    /// Time from the end of the cold until the rise, s.
    pub lag: Option<Estimate>,
    /// Time constant, s.
    pub tau: Option<Estimate>,
    /// T∞: where it leads, °C.
    pub end: Option<Estimate>,
    /// Steepest rise, K per minute: (T∞ − T₀)/τ.
    pub max_slope: Option<Estimate>,
    /// 100 (T − T₀)/(T before the cold − T₀) at the end of the record, %; needs the temperature before.
    pub recovered: Option<Estimate>,
    /// SD of the residuals, K: vasomotion and noise.
    pub residual: Option<f64>,
    /// Why numbers are absent.
    pub reason: Option<ThermalReason>,
}

impl RewarmingFit {
    const NONE: Self = Self {
        start: None,
        lag: None,
        tau: None,
        end: None,
        max_slope: None,
        recovered: None,
        residual: None,
        reason: None,
    };

    fn absent(reason: ThermalReason) -> Self {
        Self { reason: Some(reason), ..Self::NONE }
    }
}

/// Fits rewarming to a region's series (`time` s, `celsius`), from the end of the cold at `from` s to the end of the series;
/// `before`: the temperature before the cold, °C, where it is known. Allocates.
///
/// ```
/// use plethys::thermal::fit_rewarming;
/// let time: Vec<f64> = (0..900).map(f64::from).collect();
/// let hand: Vec<f64> = time.iter().map(|t| 32.0 - 10.0 * (-(t - 60.0).max(0.0) / 300.0).exp()).collect();
/// let fit = fit_rewarming(&time, &hand, 0.0, Some(33.0));
/// assert!((fit.tau.unwrap().value - 300.0).abs() < 1.0 && (fit.lag.unwrap().value - 60.0).abs() < 1.0);
/// assert!((fit.max_slope.unwrap().value - 2.0).abs() < 0.01); // K per minute
/// assert!(fit_rewarming(&time[..300], &hand[..300], 0.0, None).tau.is_none()); // not rewarmed
/// ```
pub fn fit_rewarming(time: &[f64], celsius: &[f64], from: f64, before: Option<f64>) -> RewarmingFit {
    let (time, celsius): (Vec<f64>, Vec<f64>) =
        time.iter().zip(celsius).filter(|(time, _)| **time >= from).map(|(time, value)| (*time, *value)).unzip();
    let mut intervals: Vec<f64> = time.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
    intervals.sort_unstable_by(f64::total_cmp);
    let step = quantile(&intervals, 0.5).unwrap_or(STEP).max(STEP);
    let even = EvenSeries::new(&time, &celsius, step);
    if even.duration() < SHORTEST || even.values.len() < FEWEST || step > COARSEST {
        return RewarmingFit::absent(ThermalReason::TooShort);
    }
    let record = Record { start: even.start - from, step, values: &even.values };
    let low = even.values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = even.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if high <= low {
        return RewarmingFit::absent(ThermalReason::Flat);
    }
    let fit = record
        .fit()
        .map_or(RewarmingFit::absent(ThermalReason::NoFit), |(fit, asked)| conclude(&record, &fit, asked, before));
    let estimates = [fit.start, fit.lag, fit.tau, fit.end, fit.max_slope, fit.recovered];
    let known = |estimate: &Estimate| estimate.low.is_finite() && estimate.high.is_finite();
    if estimates.iter().flatten().all(known) { fit } else { RewarmingFit::absent(ThermalReason::NoFit) }
}

/// Intervals, and whether there is an answer at all.
fn conclude(record: &Record<'_>, fit: &Fit, mut asked: Vec<Asked>, before: Option<f64>) -> RewarmingFit {
    let [start, end, lag, log_tau] = fit.parameters;
    let residuals = record.residuals(fit.parameters);
    let count = residuals.len() as f64;
    let residual = libm::sqrt(residuals.iter().map(|r| r * r).sum::<f64>() / (count - 4.0).max(1.0));
    let nothing = |reason| RewarmingFit { residual: Some(residual), ..RewarmingFit::absent(reason) };
    let rise = end - start;
    // A rise that drowns in what surrounds it is none.
    if rise.abs() < 3.0 * residual || !rise.is_finite() {
        return nothing(ThermalReason::Flat);
    }
    let columns = core::array::from_fn(|which| record.column(fit.parameters, which));
    let Some(linear) = Linear::new(&columns, &residuals, &fit.whitener) else {
        return nothing(ThermalReason::NoFit);
    };
    let tau = libm::exp(log_tau);
    let per_minute = 60.0 / tau;
    let reached = end - rise * decay(lag, log_tau, record.end(), record.step);
    let recovered = before.map(|before| {
        let share = (reached - start) / (before - start);
        let mut weights: [f64; 4] = core::array::from_fn(|which| {
            derivative(fit.parameters, record.end(), record.step, which) / (before - start)
        });
        weights[0] -= (1.0 - share) / (before - start);
        (100.0 * share, weights.map(|weight| 100.0 * weight))
    });
    let unit = |which: usize| core::array::from_fn(|i| if i == which { 1.0 } else { 0.0 });
    let slope = [-per_minute, per_minute, 0.0, -rise * per_minute];
    let sums = [unit(0), unit(1), unit(2), unit(3), slope, recovered.map_or(unit(0), |(_, weights)| weights)];
    let reach = reach(&columns, &fit.whitener, &sums);
    let half = |which: usize| reach[which] * linear.error(sums[which]);
    let tau_half = half(3);
    let tau = Estimate { value: tau, low: tau * libm::exp(-tau_half), high: tau * libm::exp(tau_half) };
    let [low, high] = record.lags(fit, half(2), reach[2] * reach[2], &mut asked);
    // T₀ hangs on the lag, whose likelihood is no parabola: with each lag that was asked, T₀ may lie as far off as is left to it.
    let given_lag = linear.error_without(2, 0);
    let cold = asked.iter().fold(Estimate::about(start, half(0)), |cold, [_, score, start]| {
        let left = reach[0] * reach[0] - (score - fit.score).max(0.0);
        let half = libm::sqrt(left.max(0.0)) * given_lag;
        if left > 0.0 {
            Estimate { low: cold.low.min(start - half), high: cold.high.max(start + half), ..cold }
        } else {
            cold
        }
    });
    let early = RewarmingFit {
        start: Some(cold),
        lag: Some(Estimate { value: lag, low, high }),
        residual: Some(residual),
        ..RewarmingFit::NONE
    };
    let is_seen = record.end() - lag >= SEEN * tau.high;
    if !is_seen {
        return RewarmingFit { reason: Some(ThermalReason::NotRewarmed), ..early };
    }
    RewarmingFit {
        tau: Some(tau),
        end: Some(Estimate::about(end, half(1))),
        max_slope: Some(Estimate::about(rise * per_minute, half(4))),
        recovered: recovered.map(|(share, _)| Estimate::about(share, half(5))).filter(|share| share.value.is_finite()),
        ..early
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_values_far_apart_have_no_course_and_no_interval_that_is_no_number() {
        let course = |t: f64| 32.0 - 10.0 * libm::exp(-(t - 15.0).max(0.0) / 150.0);
        for (count, step) in [(4, 60.0), (5, 20.0), (10, 10.0), (19, 10.0), (40, 30.0), (40, 10.0), (200, 3.0)] {
            let time: Vec<f64> = (0..count).map(|i| f64::from(i) * step).collect();
            let values: Vec<f64> = time.iter().map(|t| course(*t)).collect();
            let fit = fit_rewarming(&time, &values, 0.0, Some(33.0));
            assert_eq!(fit.tau.is_some(), fit.reason.is_none(), "{count} values at {step} s: {fit:?}");
            for estimate in [fit.start, fit.lag, fit.tau, fit.end, fit.max_slope, fit.recovered].into_iter().flatten() {
                assert!(
                    estimate.low <= estimate.value && estimate.value <= estimate.high,
                    "{count} at {step} s: {fit:?}"
                );
            }
            assert_eq!(fit.tau.is_some(), count >= 40 && step <= 10.0, "{count} values at {step} s: {fit:?}");
        }
    }

    #[test]
    fn what_does_not_rise_has_no_course() {
        let time: Vec<f64> = (0..600).map(f64::from).collect();
        assert_eq!(fit_rewarming(&time, &[30.0; 600], 0.0, None).reason, Some(ThermalReason::Flat));
        assert_eq!(fit_rewarming(&time[..20], &[30.0; 20], 0.0, None).reason, Some(ThermalReason::TooShort));
        assert_eq!(fit_rewarming(&[], &[], 0.0, None).reason, Some(ThermalReason::TooShort));
        let line: Vec<f64> = time.iter().map(|t| 20.0 + 0.01 * t).collect();
        assert_eq!(fit_rewarming(&time, &line, 0.0, None).reason, Some(ThermalReason::NotRewarmed));
    }
}
