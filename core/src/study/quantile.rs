//! Student's t: the numbers that intervals and detectable changes rest on.
//!
//! Its tail is a regularised incomplete beta function (Abramowitz & Stegun 1964, 26.7.1), computed from the continued fraction
//! (26.5.8 there) by the modified Lentz method (Thompson & Barnett 1986, doi 10.1016/0021-9991(86)90046-X). Agrees with `SciPy` within 1e-9
//! from 1 degree of freedom upwards.

use core::f64::consts::{PI, SQRT_2};

/// Above so many degrees of freedom the expansion around the normal quantile is exact to rounding.
const MANY: f64 = 2000.0;

/// The regularised incomplete beta function Iₓ(a, b); `y` is 1 − x, given apart so that neither end loses digits.
fn beta_share(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let front =
        libm::exp(libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log(y));
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, y) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        let step = d * c;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// Probability that |t| exceeds `t` ≥ 0.
fn two_tails(t: f64, nu: f64) -> f64 {
    let square = t * t;
    beta_share(0.5 * nu, 0.5, nu / (nu + square), square / (nu + square))
}

/// The normal deviate that `alpha` of the probability lies beyond, both tails together.
pub(crate) fn normal_quantile(alpha: f64) -> f64 {
    let tails = |z: f64| libm::erfc(z / SQRT_2);
    let density = |z: f64| 2.0 * libm::exp(-0.5 * z * z) / libm::sqrt(2.0 * PI);
    solve(alpha, tails, density)
}

/// Student's t with `nu` degrees of freedom that `alpha` of the probability lies beyond, both tails together: 2.228 for 0.05 and 10.
///
/// `alpha` in (0, 1); fractions of a degree of freedom are taken, infinity is the normal distribution; NaN below 1 degree of freedom.
pub(crate) fn t_quantile(alpha: f64, nu: f64) -> f64 {
    if nu.is_nan() || nu < 1.0 || !(alpha > 0.0 && alpha < 1.0) {
        return f64::NAN;
    }
    if nu > MANY {
        // Abramowitz & Stegun 26.7.5; the next term is below 1e-13 of the first here.
        let z = normal_quantile(alpha);
        let s = z * z;
        let g1 = (s + 1.0) / 4.0;
        let g2 = ((5.0 * s + 16.0) * s + 3.0) / 96.0;
        let g3 = (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
        let g4 = ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0;
        return z * (1.0 + (g1 + (g2 + (g3 + g4 / nu) / nu) / nu) / nu);
    }
    let log_scale = libm::lgamma(0.5 * (nu + 1.0)) - libm::lgamma(0.5 * nu) - 0.5 * libm::log(nu * PI);
    let density = |t: f64| 2.0 * libm::exp(log_scale - 0.5 * (nu + 1.0) * libm::log1p(t * t / nu));
    solve(alpha, |t| two_tails(t, nu), density)
}

/// Where the falling function `tails` comes down to `alpha`; Newton's step, halving where it leaves the bracket.
fn solve(alpha: f64, tails: impl Fn(f64) -> f64, density: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while tails(high) > alpha && high < 1e15 {
        low = high;
        high *= 2.0;
    }
    let mut x = 0.5 * (low + high);
    for _ in 0..200 {
        let excess = tails(x) - alpha;
        if excess > 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x + excess / density(x);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 2e-16 * x {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (alpha, degrees of freedom, t) by `scipy.stats.t.isf(alpha / 2, nu)`, `SciPy` 1.17.1.
    #[expect(clippy::unreadable_literal, reason = "as they were printed")]
    const SCIPY: &[(f64, f64, f64)] = &[
        (0.5, 1.0, 1.0000000000000002),
        (0.5, 1.5, 0.8725946625415716),
        (0.5, 2.0, 0.8164965809277261),
        (0.5, 3.0, 0.7648923284043444),
        (0.5, 4.0, 0.7406970841126829),
        (0.5, 5.0, 0.7266868438004226),
        (0.5, 6.0, 0.7175581964914126),
        (0.5, 7.3, 0.709573020456991),
        (0.5, 10.0, 0.6998120613124317),
        (0.5, 12.0, 0.6954828655117926),
        (0.5, 17.8, 0.6885224586898491),
        (0.5, 25.0, 0.6844299649042705),
        (0.5, 60.0, 0.6786007206481355),
        (0.5, 124.6, 0.6764638476145123),
        (0.5, 599.0, 0.6748995458820941),
        (0.5, 1278.0, 0.674681766723254),
        (0.5, 1999.0, 0.6746124989153225),
        (0.5, 2500.0, 0.6745878968846211),
        (0.5, 1e5, 0.674492203553292),
        (0.1, 1.0, 6.313751514675044),
        (0.1, 1.5, 3.7051808200967518),
        (0.1, 2.0, 2.9199855803537256),
        (0.1, 3.0, 2.353363434801824),
        (0.1, 4.0, 2.131846786326651),
        (0.1, 5.0, 2.015048373333024),
        (0.1, 6.0, 1.943180280515305),
        (0.1, 7.3, 1.8829300179564314),
        (0.1, 10.0, 1.812461122811676),
        (0.1, 12.0, 1.7822875556493194),
        (0.1, 17.8, 1.735119769757055),
        (0.1, 25.0, 1.708140761251899),
        (0.1, 60.0, 1.6706488649046367),
        (0.1, 124.6, 1.6571749013264692),
        (0.1, 599.0, 1.6474014447241672),
        (0.1, 1278.0, 1.6460468045880745),
        (0.1, 1999.0, 1.645616248187263),
        (0.1, 2500.0, 1.6454633619059025),
        (0.1, 1e5, 1.6448688647849699),
        (0.05, 1.0, 12.706204736174705),
        (0.05, 1.5, 6.016663104427933),
        (0.05, 2.0, 4.302652729749464),
        (0.05, 3.0, 3.1824463052837086),
        (0.05, 4.0, 2.7764451051977943),
        (0.05, 5.0, 2.5705818356363155),
        (0.05, 6.0, 2.4469118511449794),
        (0.05, 7.3, 2.3450667365477034),
        (0.05, 10.0, 2.2281388519862753),
        (0.05, 12.0, 2.1788128296672293),
        (0.05, 17.8, 2.1026153752624523),
        (0.05, 25.0, 2.059538552753297),
        (0.05, 60.0, 2.0002978220142604),
        (0.05, 124.6, 1.9791862089238315),
        (0.05, 599.0, 1.9639322489452788),
        (0.05, 1278.0, 1.9618219511470825),
        (0.05, 1999.0, 1.9611514201705618),
        (0.05, 2500.0, 1.9609133447955671),
        (0.05, 1e5, 1.95998770753461),
        (0.01, 1.0, 63.65674116287158),
        (0.01, 1.5, 17.82031051446281),
        (0.01, 2.0, 9.924843200918293),
        (0.01, 3.0, 5.840909309733357),
        (0.01, 4.0, 4.604094871349993),
        (0.01, 5.0, 4.032142983555229),
        (0.01, 6.0, 3.7074280213248065),
        (0.01, 7.3, 3.4510316556221854),
        (0.01, 10.0, 3.1692726726169504),
        (0.01, 12.0, 3.054539589392902),
        (0.01, 17.8, 2.8822021827243605),
        (0.01, 25.0, 2.7874358136769706),
        (0.01, 60.0, 2.660283028855037),
        (0.01, 124.6, 2.615863341200371),
        (0.01, 599.0, 2.5840619090365258),
        (0.01, 1278.0, 2.5796817824215714),
        (0.01, 1999.0, 2.5782910195219237),
        (0.01, 2500.0, 2.5777973369278233),
        (0.01, 1e5, 2.5758784699083757),
        (0.001, 1.0, 636.6192487687196),
        (0.001, 1.5, 82.84744670365761),
        (0.001, 2.0, 31.59905457644362),
        (0.001, 3.0, 12.923978636687481),
        (0.001, 4.0, 8.610301581379275),
        (0.001, 5.0, 6.86882662588111),
        (0.001, 6.0, 5.958816178818765),
        (0.001, 7.3, 5.283211758939399),
        (0.001, 10.0, 4.586893858702636),
        (0.001, 12.0, 4.3177912836061845),
        (0.001, 17.8, 3.9298901604012197),
        (0.001, 25.0, 3.72514394972865),
        (0.001, 60.0, 3.4602004691963555),
        (0.001, 124.6, 3.3703255440429825),
        (0.001, 599.0, 3.30684310372015),
        (0.001, 1278.0, 3.2981560050658474),
        (0.001, 1999.0, 3.2954005769273773),
        (0.001, 2500.0, 3.294422808445335),
        (0.001, 1e5, 3.290624031411883),
        (1e-6, 1.0, 636619.7723670577),
        (1e-6, 1.5, 8285.391195025039),
        (1e-6, 2.0, 999.9992499998438),
        (1e-6, 3.0, 130.15458955835794),
        (1e-6, 4.0, 49.45863675693464),
        (1e-6, 5.0, 28.478473462984212),
        (1e-6, 6.0, 20.047856110604165),
        (1e-6, 7.3, 14.883251714936563),
        (1e-6, 10.0, 10.516489956914905),
        (1e-6, 12.0, 9.084692934131269),
        (1e-6, 17.8, 7.267551862853488),
        (1e-6, 25.0, 6.424147794726332),
        (1e-6, 60.0, 5.44894783228607),
        (1e-6, 124.6, 5.1473156059543745),
        (1e-6, 599.0, 4.942995842453801),
        (1e-6, 1278.0, 4.915593702775689),
        (1e-6, 1999.0, 4.906930031996307),
        (1e-6, 2500.0, 4.903858942126608),
        (1e-6, 1e5, 4.891943340715112),
    ];

    #[test]
    fn quantiles_are_those_of_scipy() {
        for &(alpha, nu, expected) in SCIPY {
            let got = t_quantile(alpha, nu);
            assert!((got / expected - 1.0).abs() < 1e-9, "alpha {alpha}, nu {nu}: {got} against {expected}");
        }
    }

    #[test]
    fn one_and_two_degrees_of_freedom_have_closed_forms() {
        for alpha in [0.5, 0.1, 0.05, 0.01, 1e-4] {
            // Cauchy's distribution; for two, t = (1 - alpha) sqrt(2 / (alpha (2 - alpha))).
            let one = libm::tan(0.5 * PI * (1.0 - alpha));
            assert!((t_quantile(alpha, 1.0) / one - 1.0).abs() < 1e-12);
            let two = (1.0 - alpha) * libm::sqrt(2.0 / (alpha * (2.0 - alpha)));
            assert!((t_quantile(alpha, 2.0) / two - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn the_two_ways_meet() {
        for alpha in [0.3, 0.05, 1e-3, 1e-6] {
            let (below, above) = (t_quantile(alpha, MANY), t_quantile(alpha, MANY + 1e-6));
            assert!((below / above - 1.0).abs() < 1e-11, "{below} {above}");
            assert!((t_quantile(alpha, 1e15) / normal_quantile(alpha) - 1.0).abs() < 1e-14);
        }
        assert_eq!(t_quantile(0.05, f64::INFINITY), normal_quantile(0.05));
    }

    #[test]
    fn what_has_no_quantile_has_none() {
        for (alpha, nu) in [(0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0), (0.05, 0.0), (0.05, f64::NAN)] {
            assert!(t_quantile(alpha, nu).is_nan());
        }
    }
}
