//! Rewarming after cold or occlusion: how late, how fast, how far.
//!
//! T(t) = T∞ − (T∞ − T₀) exp(−(t − lag)/τ) from the lag on, T₀ before it, t counted from the end of the cold. For given lag and τ the model is
//! linear in T₀ and T∞, so these are solved for and only lag and τ are searched: over a grid first, then in ever finer steps.
//! Vasomotion colours the residuals, so they are whitened (three rounds of generalised least squares) and intervals
//! (95 %, t) come from the whitened Jacobian, that of the lag, at which the model has its kink, from the profile of its sum of squares; those
//! of plain least squares hold the truth in 71 to 93 % of cases.
//!
//! A curve of which less than one time constant is seen does not tell where it ends: T∞ and τ trade against each other. Unless the record
//! holds, after the lag, 1.5 times the upper end of τ's interval, the answer is "not rewarmed", and only T₀ and the lag are given.
//!
//! Source of the quantities: O'Reilly et al. 1992, J Rheumatol 19:1193 (lag, maximal slope and recovered share separate primary from
//! sclerosis-related Raynaud's).

use alloc::vec::Vec;

use super::noise::{Whitener, solve, student};
use super::reason::ThermalReason;
use super::series::EvenSeries;

/// Step of the grid that is fitted, s.
const STEP: f64 = 4.0;
/// Time constants that the record has to hold after the lag.
const SEEN: f64 = 1.5;
/// Shortest record, s.
const SHORTEST: f64 = 60.0;

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

/// Parameters: T₀, T∞, lag, ln τ.
type Parameters = [f64; 4];

fn model([start, end, lag, log_tau]: Parameters, time: f64) -> f64 {
    end - (end - start) * decay(lag, log_tau, time)
}

/// exp(−(t − lag)/τ), 1 before the lag, as its mean over the step about `time` that the data are means of: the kink is sharper than that.
fn decay(lag: f64, log_tau: f64, time: f64) -> f64 {
    let tau = libm::exp(log_tau);
    let (from, to) = (time - 0.5 * STEP - lag, time + 0.5 * STEP - lag);
    let before = (-from).clamp(0.0, STEP);
    let integral = tau * (libm::exp(-from.max(0.0) / tau) - libm::exp(-to.max(0.0) / tau));
    (before + integral) / STEP
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
    let even = EvenSeries::new(&time, &celsius, STEP);
    if even.duration() < SHORTEST {
        return RewarmingFit::absent(ThermalReason::TooShort);
    }
    let record = Record { start: even.start - from, values: &even.values };
    let low = even.values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = even.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if high <= low {
        return RewarmingFit::absent(ThermalReason::Flat);
    }
    let mut whitener = Whitener::none();
    let Some(mut best) = record.search(&whitener, None) else {
        return RewarmingFit::absent(ThermalReason::NoFit);
    };
    for _ in 0..3 {
        whitener = Whitener::of(&record.residuals(best));
        let Some(next) = record.search(&whitener, Some(best)) else {
            break;
        };
        best = next;
    }
    record.conclude(best, &whitener, before)
}

/// What is fitted: values from `start` s after the end of the cold.
#[derive(Debug, Clone, Copy)]
struct Record<'a> {
    start: f64,
    values: &'a [f64],
}

impl Record<'_> {
    fn time(&self, i: usize) -> f64 {
        self.start + i as f64 * STEP
    }

    fn end(&self) -> f64 {
        self.time(self.values.len().saturating_sub(1))
    }

    fn residuals(&self, parameters: Parameters) -> Vec<f64> {
        self.values.iter().enumerate().map(|(i, value)| value - model(parameters, self.time(i))).collect()
    }

    /// T₀ and T∞ for given lag and τ, and the sum of squares that is left.
    fn levels(
        &self,
        lag: f64,
        log_tau: f64,
        whitener: &Whitener,
        data: &[f64],
        ones: &[f64],
    ) -> Option<(Parameters, f64)> {
        let decays: Vec<f64> = (0..self.values.len()).map(|i| decay(lag, log_tau, self.time(i))).collect();
        let decays = whitener.whiten(&decays);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let matrix = [[dot(ones, ones), dot(ones, &decays)], [dot(ones, &decays), dot(&decays, &decays)]];
        let right = [dot(ones, data), dot(&decays, data)];
        let [end, fall] = solve(matrix, right)?;
        let left = dot(data, data) - end * right[0] - fall * right[1];
        Some(([end + fall, end, lag, log_tau], left))
    }

    /// The best parameters: a grid over lag and τ (of the whole record, or about parameters that are near), then ever finer steps. The
    /// kink at the lag misleads gradients, and whitened data tell it to a second, so the grid about a place is fine.
    fn search(&self, whitener: &Whitener, near: Option<Parameters>) -> Option<Parameters> {
        // About a level, so that sums of squares lose no digits.
        let level = self.values.iter().sum::<f64>() / self.values.len() as f64;
        let shifted: Vec<f64> = self.values.iter().map(|value| value - level).collect();
        let data = whitener.whiten(&shifted);
        let ones = whitener.whiten(&alloc::vec![1.0; self.values.len()]);
        let (first, length) = (self.start.max(0.0), self.end() - self.start);
        let (lags, taus) = match near {
            None => {
                (Grid::new(first, first + 0.6 * length, 40), Grid::new(libm::log(10.0), libm::log(3.0 * length), 24))
            }
            Some([_, _, lag, log_tau]) => {
                (Grid::new((lag - 60.0).max(0.0), lag + 60.0, 60), Grid::new(log_tau - 0.5, log_tau + 0.5, 10))
            }
        };
        let mut best: Option<(Parameters, f64)> = None;
        for log_tau in taus.places() {
            for lag in lags.places() {
                if let Some(found) = self.levels(lag, log_tau, whitener, &data, &ones)
                    && best.is_none_or(|(_, left)| found.1 < left)
                {
                    best = Some(found);
                }
            }
        }
        let (mut parameters, mut left) = best?;
        let (mut lag_step, mut tau_step) = (lags.step, taus.step);
        for _ in 0..24 {
            let around = parameters;
            for place in 0..9 {
                let lag = (around[2] + f64::from(place % 3 - 1) * lag_step).max(0.0);
                let log_tau = around[3] + f64::from(place / 3 - 1) * tau_step;
                if let Some(found) = self.levels(lag, log_tau, whitener, &data, &ones)
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

    /// The interval of the lag: where the best sum of squares for it, over all else, stays below `ratio` times the least.
    fn profile(&self, [_, _, lag, log_tau]: Parameters, whitener: &Whitener, half: f64, ratio: f64) -> Estimate {
        let level = self.values.iter().sum::<f64>() / self.values.len() as f64;
        let data = whitener.whiten(&self.values.iter().map(|value| value - level).collect::<Vec<_>>());
        let ones = whitener.whiten(&alloc::vec![1.0; self.values.len()]);
        let least = |lag: f64, log_tau: &mut f64| -> f64 {
            // The best τ moves little from one lag to the next.
            let at = |log_tau: f64| {
                self.levels(lag, log_tau, whitener, &data, &ones).map_or(f64::INFINITY, |(_, left)| left)
            };
            let (mut best, mut step) = (at(*log_tau), 0.02);
            for _ in 0..8 {
                let found = [at(*log_tau - step), at(*log_tau + step)];
                if found[0] < best {
                    (best, *log_tau) = (found[0], *log_tau - step);
                } else if found[1] < best {
                    (best, *log_tau) = (found[1], *log_tau + step);
                } else {
                    step *= 0.4;
                }
            }
            best
        };
        let mut start = log_tau;
        let limit = ratio * least(lag, &mut start);
        let step = (half / 6.0).clamp(0.05, 5.0);
        let end = |direction: f64| {
            let (mut place, mut log_tau) = (lag, start);
            for _ in 0..60 {
                let next = place + direction * step;
                if next < 0.0 || least(next, &mut log_tau) > limit {
                    return next.max(0.0);
                }
                place = next;
            }
            place
        };
        Estimate { value: lag, low: end(-1.0), high: end(1.0) }
    }

    /// Intervals, and whether there is an answer at all.
    fn conclude(&self, parameters: Parameters, whitener: &Whitener, before: Option<f64>) -> RewarmingFit {
        let [start, end, lag, log_tau] = parameters;
        let residuals = self.residuals(parameters);
        let count = residuals.len() as f64;
        let residual = libm::sqrt(residuals.iter().map(|r| r * r).sum::<f64>() / (count - 4.0).max(1.0));
        let white = whitener.whiten(&residuals);
        // The colour of the noise is known from few independent values only, and the fit has taken four of them.
        let independent = independent(&residuals);
        let freedom = (independent - 4.0).max(3.0);
        let variance = white.iter().map(|r| r * r).sum::<f64>() / count * (1.0 + 4.0 / freedom);
        let columns: Vec<Vec<f64>> = (0..4)
            .map(|which| {
                let slope = |i: usize| derivative(parameters, self.time(i), which);
                whitener.whiten(&(0..self.values.len()).map(slope).collect::<Vec<_>>())
            })
            .collect();
        let mut information = [[0.0; 4]; 4];
        for (row, a) in information.iter_mut().zip(&columns) {
            for (entry, b) in row.iter_mut().zip(&columns) {
                *entry = a.iter().zip(b).map(|(a, b)| a * b).sum();
            }
        }
        let unit = |which: usize| core::array::from_fn(|i| if i == which { 1.0 } else { 0.0 });
        let covariance: Option<Vec<[f64; 4]>> = (0..4).map(|which| solve(information, unit(which))).collect();
        let Some(covariance) = covariance else {
            return RewarmingFit { residual: Some(residual), ..RewarmingFit::absent(ThermalReason::NoFit) };
        };
        let t = student(freedom);
        // Half width of the interval of a combination of parameters.
        let half = |weights: [f64; 4]| {
            let mut sum = 0.0;
            for (row, a) in covariance.iter().zip(weights) {
                sum += row.iter().zip(weights).map(|(c, b)| a * c * b).sum::<f64>();
            }
            t * libm::sqrt((variance * sum).max(0.0))
        };
        let rise = end - start;
        let tau_half = half(unit(3));
        let tau = libm::exp(log_tau);
        let tau = Estimate { value: tau, low: tau * libm::exp(-tau_half), high: tau * libm::exp(tau_half) };
        let seen = self.profile(parameters, whitener, half(unit(2)), 1.0 + t * t * (1.0 + 4.0 / freedom) / count);
        let early = RewarmingFit {
            start: Some(Estimate::about(start, half(unit(0)))),
            lag: Some(seen),
            residual: Some(residual),
            ..RewarmingFit::NONE
        };
        // A rise that drowns in what surrounds it is none.
        if rise.abs() < 3.0 * residual || !rise.is_finite() {
            return RewarmingFit { residual: Some(residual), ..RewarmingFit::absent(ThermalReason::Flat) };
        }
        let is_seen = self.end() - lag >= SEEN * tau.high;
        if !is_seen {
            return RewarmingFit { reason: Some(ThermalReason::NotRewarmed), ..early };
        }
        let per_minute = 60.0 / tau.value;
        let left = decay(lag, log_tau, self.end());
        let reached = end - rise * left;
        let recovered = before.map(|before| {
            let whole = before - start;
            let share = (reached - start) / whole;
            let at_end: [f64; 4] = core::array::from_fn(|which| derivative(parameters, self.end(), which));
            let mut weights = at_end.map(|slope| slope / whole);
            weights[0] -= (1.0 - share) / whole;
            Estimate::about(100.0 * share, 100.0 * half(weights))
        });
        RewarmingFit {
            tau: Some(tau),
            end: Some(Estimate::about(end, half(unit(1)))),
            max_slope: Some(Estimate::about(
                rise * per_minute,
                half([-per_minute, per_minute, 0.0, -rise * per_minute]),
            )),
            recovered: recovered.filter(|share| share.value.is_finite()),
            ..early
        }
    }
}

/// How many independent values have a variance as well known: n / (1 + 2 Σ ρ²) (Bartlett 1946, doi 10.2307/2983611), over lags in which
/// sample correlations are more than chance.
fn independent(residuals: &[f64]) -> f64 {
    let count = residuals.len();
    let power = residuals.iter().map(|r| r * r).sum::<f64>();
    let chance = 4.0 / count as f64;
    let mut sum = 0.0;
    for lag in 1..=count / 4 {
        let shared = residuals.iter().zip(residuals.iter().skip(lag)).map(|(a, b)| a * b).sum::<f64>();
        let square = (shared / power) * (shared / power);
        if square > chance {
            sum += square;
        }
    }
    count as f64 / (1.0 + 2.0 * sum)
}

/// Evenly spaced places.
#[derive(Debug, Clone, Copy)]
struct Grid {
    first: f64,
    step: f64,
    count: u32,
}

impl Grid {
    fn new(first: f64, last: f64, count: u32) -> Self {
        Self { first, step: (last - first) / f64::from(count), count }
    }

    fn places(self) -> impl Iterator<Item = f64> {
        (0..=self.count).map(move |i| self.first + f64::from(i) * self.step)
    }
}

/// Derivative of the model by a parameter.
fn derivative([start, end, lag, log_tau]: Parameters, time: f64, which: usize) -> f64 {
    let by = 1e-4;
    match which {
        0 => decay(lag, log_tau, time),
        1 => 1.0 - decay(lag, log_tau, time),
        2 => (start - end) * (decay(lag + by, log_tau, time) - decay(lag - by, log_tau, time)) / (2.0 * by),
        _ => (start - end) * (decay(lag, log_tau + by, time) - decay(lag, log_tau - by, time)) / (2.0 * by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_model() {
        let parameters = [22.0, 32.0, 50.0, 5.7];
        for which in 0..4 {
            for time in [20.0, 51.0, 300.0] {
                let moved = |by: f64| {
                    let mut parameters = parameters;
                    parameters[which] += by;
                    model(parameters, time)
                };
                let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                approx::assert_abs_diff_eq!(derivative(parameters, time, which), slope, epsilon = 1e-5);
            }
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
