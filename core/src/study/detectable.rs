//! The smallest change that counts: what putting the sensors on anew does by itself.
//!
//! From k baselines of one person, each with the sensors taken off and put on again, a further level is predicted within
//! `t(k − 1) · √(1 + 1/k) · s_w` of their mean, `s_w` being the standard deviation of their levels. Only a change beyond that is
//! detectable. The customary `2.77 · s_w` (Bland & Altman 1996, doi 10.1136/bmj.312.7047.1654) takes `s_w` as known: with two or
//! three baselines it claims a change in one of four, or one of seven, studies in which nothing changed. With two baselines the
//! factor is 15.6; below three we call it not established, unless `s_w` is known from elsewhere.

use super::describe::deviation;
use super::quantile::t_quantile;
use super::settings::{PooledDeviation, Settings};

/// Fewest baselines that establish a minimal detectable change by themselves.
pub(crate) const FEWEST_BASELINES: usize = 3;

/// A minimal detectable change, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Detectable {
    pub(crate) change: f64,
    pub(crate) s_w: f64,
    pub(crate) from: &'static str,
}

/// The minimal detectable change from the mean of `baselines`, one for each placement of the sensors, on the scale of comparison.
pub(crate) fn detectable(baselines: &[f64], pooled: Option<&PooledDeviation>, alpha: f64) -> Option<Detectable> {
    let k = baselines.len();
    let widen = libm::sqrt(1.0 + 1.0 / k.max(1) as f64);
    let (s_w, nu, from) = match pooled {
        Some(pooled) if k > 0 => (pooled.s_w, pooled.degrees_of_freedom.unwrap_or(f64::INFINITY), "pooled"),
        None if k >= FEWEST_BASELINES => (deviation(baselines)?, k as f64 - 1.0, "baselines"),
        _ => return None,
    };
    let change = t_quantile(alpha, nu) * widen * s_w;
    change.is_finite().then_some(Detectable { change, s_w, from })
}

/// The pooled deviation that the settings hold for a measure.
pub(crate) fn pooled<'a>(settings: &'a Settings, measure: &str) -> Option<&'a PooledDeviation> {
    settings.pooled.iter().find(|pooled| pooled.measure == measure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_those_of_the_formula() {
        // s_w of -1, 0, 1 is 1; t(2) = 4.302653.
        let three = detectable(&[-1.0, 0.0, 1.0], None, 0.05).unwrap();
        assert!((three.change - 4.302_652_729_749_464 * libm::sqrt(4.0 / 3.0)).abs() < 1e-9);
        assert_eq!(three.from, "baselines");
        assert!(detectable(&[0.0, 0.1], None, 0.05).is_none());
        assert!(detectable(&[], None, 0.05).is_none());
    }

    #[test]
    fn a_pooled_deviation_serves_from_one_baseline_on() {
        let known = PooledDeviation { measure: "amplitude".into(), s_w: 0.1, degrees_of_freedom: None };
        let one = detectable(&[0.3], Some(&known), 0.05).unwrap();
        // The classical limit: 1.96 sqrt 2 s_w.
        assert!((one.change - 1.959_963_984_540_054 * libm::sqrt(2.0) * 0.1).abs() < 1e-12);
        let few = PooledDeviation { degrees_of_freedom: Some(4.0), ..known };
        assert!(detectable(&[0.3], Some(&few), 0.05).unwrap().change > one.change);
        assert!(detectable(&[], Some(&few), 0.05).is_none());
    }
}
