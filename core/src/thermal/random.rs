//! Random numbers for surrogates, and the threshold that these give: a stored seed gives the same ones everywhere.
//!
//! `SplitMix64` (Steele, Lea & Flood 2014, doi 10.1145/2714064.2660195). Not for secrets.

use core::f64::consts::TAU;

/// What 95 % of surrogates stay below: the value of rank 0.95 (n + 1) of n; reorders. `None` without any.
pub(crate) fn threshold(surrogates: &mut [f64]) -> Option<f64> {
    surrogates.sort_unstable_by(f64::total_cmp);
    surrogates.get((surrogates.len() * 95 / 100).min(surrogates.len().saturating_sub(1))).copied()
}

/// A source of uniform and normal deviates.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Uniform on [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Normal with mean 0 and SD 1.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(TAU * self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_of_surrogates_lies_above_the_threshold() {
        let mut values: Vec<f64> = (1..=99).rev().map(f64::from).collect();
        assert_eq!(threshold(&mut values), Some(95.0));
        assert_eq!(threshold(&mut [7.0]), Some(7.0));
        assert_eq!(threshold(&mut []), None);
    }

    #[test]
    fn first_output_is_that_of_the_published_generator() {
        assert_eq!(Random::new(0).bits(), 0xE220_A839_7B1D_CDAF);
    }

    #[cfg(feature = "spectrum")]
    #[test]
    fn moments_are_those_of_the_distribution() {
        let mut random = Random::new(1);
        let values: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        let mean = values.iter().sum::<f64>() / 1e5;
        let variance = values.iter().map(|v| v * v).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.013 && (variance - 1.0).abs() < 0.02, "{mean} {variance}");
    }
}
