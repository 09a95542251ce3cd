//! The interval of a median under vasomotion: the equal-weighted cosine estimator.
//!
//! Beats are not independent: breathing, Mayer waves and vasomotion make neighbours alike for a minute and more, so that a t-test over
//! beats claims a change in one of three studies in which nothing changed. What the error of a mean over T seconds depends on is the
//! spectrum of the series near frequency zero. The estimator reads it there: the series is projected on the cosines of half a
//! wave, one wave, … ν half waves per window, and the mean of the squared projections is the long-run variance, with ν degrees of
//! freedom (Müller 2004; Lazarus, Lewis, Stock & Watson 2018, J. Bus. Econ. Stat. 36:541, doi 10.1080/07350015.2018.1506926).
//! With ν = T / 100 s the highest cosine is at 0.005 Hz, below the vasomotion band, whatever T is.
//!
//! A median is no mean, but asymptotically it is one of its influence series, sign(x − m) / (2 f(m)), f being the density of the
//! values (Hampel 1974, doi 10.1080/01621459.1974.10482962); f is estimated by a normal kernel of Silverman's width (1986, eq. 3.31).
//! What we changed: nothing but that the estimator runs on that influence series.

use alloc::vec::Vec;
use core::f64::consts::PI;

use super::describe::{describe, median_of};
use super::quantile::t_quantile;
use super::settings::Settings;

/// A number with its standard error and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    /// Standard error.
    pub(crate) error: f64,
    /// Degrees of freedom of the standard error.
    pub(crate) nu: f64,
}

impl Estimate {
    /// The interval that covers all but `alpha`.
    pub(crate) fn interval(&self, alpha: f64) -> (f64, f64) {
        let half = t_quantile(alpha, self.nu) * self.error;
        (self.value - half, self.value + half)
    }

    /// Whether its interval leaves zero out.
    pub(crate) fn excludes_zero(&self, alpha: f64) -> bool {
        let (low, high) = self.interval(alpha);
        low > 0.0 || high < 0.0
    }

    /// The sum of independent estimates with weights: errors add as squares, degrees of freedom as Welch (1947,
    /// doi 10.1093/biomet/34.1-2.28) and Satterthwaite have it.
    pub(crate) fn sum(parts: &[(f64, Self)]) -> Self {
        let (mut value, mut variance, mut spread) = (0.0, 0.0, 0.0);
        for (weight, part) in parts {
            let share = weight * weight * part.error * part.error;
            value += weight * part.value;
            variance += share;
            spread += share * share / part.nu;
        }
        let nu = if spread > 0.0 { variance * variance / spread } else { f64::INFINITY };
        Self { value, error: libm::sqrt(variance), nu }
    }

    /// `a` minus `b`.
    pub(crate) fn minus(a: Self, b: Self) -> Self {
        Self::sum(&[(1.0, a), (-1.0, b)])
    }

    /// The mean of several.
    pub(crate) fn mean(parts: &[Self]) -> Option<Self> {
        let weight = 1.0 / parts.len().max(1) as f64;
        let weighted: Vec<(f64, Self)> = parts.iter().map(|part| (weight, *part)).collect();
        (!parts.is_empty()).then(|| Self::sum(&weighted))
    }
}

/// Number of cosines for `seconds` of signal.
pub(crate) fn cosines(seconds: f64, settings: &Settings) -> usize {
    let wanted = libm::round(seconds / settings.seconds_per_cosine) as usize;
    wanted.clamp(settings.cosines_min, settings.cosines_max.max(settings.cosines_min))
}

/// The median of `values` (in order of time, `seconds` of signal) with its standard error.
///
/// `None` where there are fewer than two values for each cosine, or where all are equal: their scatter is not known then.
pub(crate) fn median_level(values: &[f64], seconds: f64, settings: &Settings) -> Option<Estimate> {
    let count = cosines(seconds, settings);
    if values.len() < 2 * count {
        return None;
    }
    let value = median_of(values)?;
    let density = density_at(value, values)?;
    let influence: Vec<f64> = values.iter().map(|x| sign(x - value) / (2.0 * density)).collect();
    let error = libm::sqrt(long_run_variance(&influence, count) / values.len() as f64);
    (error.is_finite() && error > 0.0).then_some(Estimate { value, error, nu: count as f64 })
}

/// The mean of `values` with its standard error, as [`median_level`]; the influence of a value on a mean is its distance from it.
pub(crate) fn mean_level(values: &[f64], seconds: f64, settings: &Settings) -> Option<Estimate> {
    let count = cosines(seconds, settings);
    if values.len() < 2 * count {
        return None;
    }
    let value = values.iter().sum::<f64>() / values.len() as f64;
    let influence: Vec<f64> = values.iter().map(|x| x - value).collect();
    let error = libm::sqrt(long_run_variance(&influence, count) / values.len() as f64);
    (error.is_finite() && error > 0.0).then_some(Estimate { value, error, nu: count as f64 })
}

/// The equal-weighted cosine estimate of the long-run variance of `series`, with `count` cosines.
pub(crate) fn long_run_variance(series: &[f64], count: usize) -> f64 {
    let n = series.len() as f64;
    let mut sum = 0.0;
    for j in 1..=count {
        let step = PI * j as f64 / n;
        let projection: f64 = series.iter().enumerate().map(|(i, x)| x * libm::cos(step * (i as f64 + 0.5))).sum();
        sum += projection * projection * 2.0 / n;
    }
    sum / count as f64
}

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        0.0
    }
}

/// The density of `values` at `at`; `None` where they do not vary.
fn density_at(at: f64, values: &[f64]) -> Option<f64> {
    let d = describe(values)?;
    let spread = (d.quartile_3 - d.quartile_1) / 1.349;
    let scale = if spread > 0.0 { spread.min(d.deviation) } else { d.deviation };
    let n = values.len() as f64;
    let width = 0.9 * scale * libm::pow(n, -0.2);
    if !(width > 0.0 && width.is_finite()) {
        return None;
    }
    let kernel = |x: &f64| {
        let z = (x - at) / width;
        libm::exp(-0.5 * z * z)
    };
    let sum: f64 = values.iter().map(kernel).sum();
    Some(sum / (n * width * libm::sqrt(2.0 * PI)))
}

/// The mean and its error if values were independent: what a beat-by-beat t-test takes them for.
pub(crate) fn independent(values: &[f64]) -> Option<Estimate> {
    let d = describe(values).filter(|_| values.len() > 1)?;
    let n = values.len() as f64;
    Some(Estimate { value: d.mean, error: d.deviation / libm::sqrt(n), nu: n - 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_follow_the_length_of_the_signal() {
        let settings = Settings::default();
        for (seconds, count) in [(60.0, 4), (300.0, 4), (600.0, 6), (640.0, 6), (900.0, 9), (7200.0, 12), (f64::NAN, 4)]
        {
            assert_eq!(cosines(seconds, &settings), count, "{seconds} s");
        }
    }

    #[test]
    fn a_pure_cosine_is_its_own_projection() {
        // Cosines on half-integer places are orthogonal: amplitude a gives a projection of a sqrt(n/2), once.
        let n = 600_u32;
        let wave = |j: f64| -> Vec<f64> {
            (0..n).map(|i| 3.0 * libm::cos(PI * j * (f64::from(i) + 0.5) / f64::from(n))).collect()
        };
        let inside = long_run_variance(&wave(2.0), 6);
        assert!((inside - 9.0 * 300.0 / 6.0).abs() < 1e-9, "{inside}");
        assert!(long_run_variance(&wave(7.0), 6) < 1e-18);
    }

    #[test]
    fn white_noise_has_the_error_that_theory_gives_its_median() {
        // Normal values: the variance of the median is pi/2 sigma^2 / n. Averaged over seeds, the estimate is unbiased.
        let settings = Settings::default();
        let (n, seeds) = (640, 400);
        let mut sum = 0.0;
        for seed in 0..seeds {
            let mut rng = plethys_datasets::Rng::new(seed);
            let values: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
            let error = median_level(&values, 600.0, &settings).unwrap().error;
            sum += error * error;
        }
        let expected = PI / 2.0 / f64::from(n);
        let ratio = sum / seeds as f64 / expected;
        // The mean of 400 chi-squares with 6 degrees of freedom: 2.9 % standard error; the kernel smooths the peak: 2 %.
        assert!((ratio - 1.0).abs() < 0.12, "{ratio}");
    }

    #[test]
    fn white_noise_has_the_error_that_theory_gives_its_mean() {
        let (n, seeds) = (640, 400);
        let mut sum = 0.0;
        for seed in 0..seeds {
            let mut rng = plethys_datasets::Rng::new(seed);
            let values: Vec<f64> = (0..n).map(|_| 5.0 + 2.0 * rng.normal()).collect();
            let level = mean_level(&values, 600.0, &Settings::default()).unwrap();
            assert!((level.value - 5.0).abs() < 0.4, "{}", level.value);
            sum += level.error * level.error;
        }
        let ratio = sum / seeds as f64 / (4.0 / f64::from(n));
        assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
    }

    #[test]
    fn the_interval_is_that_of_numpy_and_scipy() {
        // core/tests/oracle/study_level.py
        let series: Vec<f64> = (0..640_u32)
            .map(|i| {
                let t = f64::from(i);
                libm::sin(0.37 * t) + 0.5 * libm::sin(0.031 * t) + 0.1 * f64::from(i * 7919 % 101) / 101.0
            })
            .collect();
        let level = median_level(&series, 600.0, &Settings::default()).unwrap();
        let (low, high) = level.interval(0.05);
        let expected =
            [0.072_411_473_129_393_2, 0.094_118_006_051_793_86, -0.157_886_991_284_876_1, 0.302_709_937_543_662_5];
        for (got, expected) in [level.value, level.error, low, high].into_iter().zip(expected) {
            assert!((got - expected).abs() < 1e-12, "{got} against {expected}");
        }
    }

    #[test]
    fn errors_add_as_squares_and_freedom_as_welch_has_it() {
        let a = Estimate { value: 5.0, error: 3.0, nu: 6.0 };
        let b = Estimate { value: 1.0, error: 4.0, nu: 8.0 };
        let d = Estimate::minus(a, b);
        assert_eq!((d.value, d.error), (4.0, 5.0));
        assert!((d.nu - 625.0 / (81.0 / 6.0 + 256.0 / 8.0)).abs() < 1e-12);
        let mean = Estimate::mean(&[a, b]).unwrap();
        assert_eq!((mean.value, mean.error), (3.0, 2.5));
        assert!(Estimate::mean(&[]).is_none());
    }

    #[test]
    fn what_does_not_vary_has_no_interval() {
        assert!(mean_level(&[1.0; 600], 600.0, &Settings::default()).is_none());
        assert!(mean_level(&[1.0, 2.0, 3.0], 600.0, &Settings::default()).is_none());
        assert!(median_level(&[1.0; 600], 600.0, &Settings::default()).is_none());
        assert!(median_level(&[], 600.0, &Settings::default()).is_none());
        assert!(median_level(&[1.0, 2.0, 3.0], 600.0, &Settings::default()).is_none());
    }
}
