//! Analog low-pass prototypes: where the poles and zeros of each family lie before they are moved.

use alloc::vec::Vec;
use core::f64::consts::{FRAC_1_SQRT_2, PI};

use super::complex::Complex;

/// One real root, or a root and its conjugate; keeping them apart needs no tolerance later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Root {
    /// A root on the real axis.
    Real(f64),
    /// A root of the upper half plane (`im > 0`) together with its conjugate.
    Pair(Complex),
}

impl Root {
    /// The root `value` of the upper or lower half plane with its conjugate.
    pub(super) fn pair(value: Complex) -> Self {
        Self::Pair(Complex::new(value.re, value.im.abs()))
    }

    /// How many roots this stands for.
    pub(super) fn count(self) -> usize {
        match self {
            Self::Real(_) => 1,
            Self::Pair(_) => 2,
        }
    }

    /// Product of `at - root` over the roots that this stands for, at a real point.
    pub(super) fn distance(self, at: f64) -> f64 {
        match self {
            Self::Real(re) => at - re,
            Self::Pair(root) => (at - root.re) * (at - root.re) + root.im * root.im,
        }
    }
}

/// Number of roots in a list, conjugates counted.
pub(super) fn count(roots: &[Root]) -> usize {
    roots.iter().map(|root| root.count()).sum()
}

/// Product of `at - root` over all roots of a list.
pub(super) fn distance(roots: &[Root], at: f64) -> f64 {
    roots.iter().fold(1.0, |product, root| product * root.distance(at))
}

/// `H(s) = gain * prod(s - zero) / prod(s - pole)`.
#[derive(Clone, Debug)]
pub(super) struct Analog {
    pub(super) zeros: Vec<Root>,
    pub(super) poles: Vec<Root>,
    pub(super) gain: f64,
}

impl Analog {
    /// The all-pole filter with gain 1 at frequency 0.
    fn all_pole(poles: Vec<Root>) -> Self {
        Self { zeros: Vec::new(), gain: distance(&poles, 0.0), poles }
    }
}

/// Angles of the Butterworth poles from the negative real axis, upper half plane, 0 first if `order` is odd.
fn butterworth_angles(order: usize) -> impl Iterator<Item = f64> {
    let first = usize::from(order.is_multiple_of(2));
    (first..order).step_by(2).map(move |m| PI * m as f64 / (2.0 * order as f64))
}

/// Butterworth (1930): maximally flat, half power at 1 rad/s; poles evenly on the unit circle.
pub(super) fn butterworth(order: usize) -> Analog {
    let poles = butterworth_angles(order)
        .map(|angle| {
            if angle == 0.0 { Root::Real(-1.0) } else { Root::pair(Complex::new(-libm::cos(angle), libm::sin(angle))) }
        })
        .collect();
    Analog { zeros: Vec::new(), poles, gain: 1.0 }
}

/// Chebyshev's second kind: monotonic pass band, equal ripples of `-attenuation_db` from 1 rad/s upward.
pub(super) fn chebyshev_two(order: usize, attenuation_db: f64) -> Analog {
    let stop = libm::sqrt(libm::pow(10.0, 0.1 * attenuation_db) - 1.0);
    let mu = libm::asinh(stop) / order as f64;
    let mut zeros = Vec::with_capacity(order);
    let mut poles = Vec::with_capacity(order);
    for angle in butterworth_angles(order) {
        // Inverse of the pole of the first kind; its zeros, j / sin, are the peaks of the ripple turned over.
        let re = -libm::sinh(mu) * libm::cos(angle);
        if angle == 0.0 {
            poles.push(Root::Real(1.0 / re));
        } else {
            let im = libm::cosh(mu) * libm::sin(angle);
            let norm = re * re + im * im;
            poles.push(Root::pair(Complex::new(re / norm, im / norm)));
            zeros.push(Root::pair(Complex::new(0.0, 1.0 / libm::sin(angle))));
        }
    }
    let gain = distance(&poles, 0.0) / distance(&zeros, 0.0);
    Analog { zeros, poles, gain }
}

/// Which frequency of a Bessel filter lies at 1 rad/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BesselScale {
    /// The asymptotes are those of a Butterworth filter of the same order.
    Phase,
    /// Half power.
    HalfPower,
}

/// Thomson (1949): maximally flat group delay; the poles are the zeros of the reverse Bessel polynomial.
pub(super) fn bessel(order: usize, scale: BesselScale) -> Analog {
    let roots = bessel_roots(order);
    let unit = match scale {
        BesselScale::Phase => geometric_mean(order),
        BesselScale::HalfPower => half_power(&roots),
    };
    let poles = roots
        .into_iter()
        .map(|root| match root {
            Root::Real(re) => Root::Real(re / unit),
            Root::Pair(value) => Root::Pair(value.scale(1.0 / unit)),
        })
        .collect();
    Analog::all_pole(poles)
}

/// Geometric mean of the magnitudes of the roots: the constant term, (2n)! / (2^n n!), to the power 1/n.
fn geometric_mean(order: usize) -> f64 {
    let constant = (1..=order).fold(1.0, |product, k| product * (2 * k - 1) as f64);
    libm::pow(constant, 1.0 / order as f64)
}

/// Reverse Bessel polynomial and its derivative by the recurrence
/// `theta[k] = (2k - 1) theta[k-1] + s^2 theta[k-2]` (Grosswald 1978), which keeps more digits than its coefficients.
fn reverse_bessel(order: usize, s: Complex) -> (Complex, Complex) {
    let square = s * s;
    let one = Complex::new(1.0, 0.0);
    let (mut before, mut before_slope) = (one, Complex::new(0.0, 0.0));
    let (mut now, mut now_slope) = (s + one, one);
    for k in 2..=order {
        let factor = (2 * k - 1) as f64;
        let next = now.scale(factor) + square * before;
        let next_slope = now_slope.scale(factor) + square * before_slope + s.scale(2.0) * before;
        (before, before_slope) = (now, now_slope);
        (now, now_slope) = (next, next_slope);
    }
    (now, now_slope)
}

/// Zeros of the reverse Bessel polynomial by the Ehrlich-Aberth iteration (Aberth 1973, DOI
/// 10.1090/S0025-5718-1973-0329236-7), begun at the Butterworth poles of the same geometric mean.
fn bessel_roots(order: usize) -> Vec<Root> {
    let radius = geometric_mean(order);
    let mut roots: Vec<Complex> = (0..order)
        .map(|k| {
            let angle = PI * (0.5 + (k as f64 + 0.5) / order as f64);
            Complex::on_circle(angle).scale(radius)
        })
        .collect();
    for _ in 0..60 {
        let mut moved = 0.0_f64;
        for k in 0..order {
            let here = roots[k];
            let (value, slope) = reverse_bessel(order, here);
            let newton = value / slope;
            let mut repulsion = Complex::new(0.0, 0.0);
            for (other, &root) in roots.iter().enumerate() {
                if other != k {
                    repulsion = repulsion + Complex::new(1.0, 0.0) / (here - root);
                }
            }
            let step = newton / (Complex::new(1.0, 0.0) - newton * repulsion);
            roots[k] = here - step;
            moved = moved.max(step.norm());
        }
        if moved < 1e-15 * radius {
            break;
        }
    }
    // The start runs from the upper half plane to the lower; the root in the middle of an odd order is real.
    let half = order / 2;
    let mut found: Vec<Root> = roots.iter().take(half).map(|&root| Root::pair(root)).collect();
    if order % 2 == 1 {
        found.push(Root::Real(roots[half].re));
    }
    found
}

/// Frequency at which the all-pole filter with these poles has fallen to half power, by bisection (it falls monotonically).
fn half_power(poles: &[Root]) -> f64 {
    let magnitude = |frequency: f64| {
        let at = Complex::new(0.0, frequency);
        poles.iter().fold(1.0, |product, root| {
            product
                * match *root {
                    Root::Real(re) => re.abs() / (at - Complex::new(re, 0.0)).norm(),
                    Root::Pair(value) => {
                        let other = Complex::new(value.re, -value.im);
                        value.norm_squared() / ((at - value).norm() * (at - other).norm())
                    }
                }
        })
    };
    let (mut low, mut high) = (0.0, 1.0);
    while magnitude(high) > FRAC_1_SQRT_2 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if magnitude(middle) > FRAC_1_SQRT_2 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn bessel_of_second_order_has_the_textbook_poles() {
        // theta_2 = s^2 + 3 s + 3
        let roots = bessel_roots(2);
        let [Root::Pair(root)] = roots[..] else {
            panic!("one pair expected, got {roots:?}");
        };
        assert_abs_diff_eq!(root.re, -1.5, epsilon = 1e-15);
        assert_abs_diff_eq!(root.im, libm::sqrt(0.75), epsilon = 1e-15);
    }

    #[test]
    fn every_bessel_root_is_a_zero_of_the_polynomial() {
        for order in 1..=12 {
            let roots = bessel_roots(order);
            assert_eq!(count(&roots), order);
            for root in roots {
                let at = match root {
                    Root::Real(re) => Complex::new(re, 0.0),
                    Root::Pair(value) => value,
                };
                let (value, slope) = reverse_bessel(order, at);
                let step = (value / slope).norm() / at.norm();
                // A tenth of what the designs promise.
                assert!(step < 1e-10, "order {order}: relative Newton step {step}");
                assert!(at.re < 0.0);
            }
        }
    }

    #[test]
    fn chebyshev_meets_its_attenuation_at_one_radian() {
        for order in 1..=8 {
            let analog = chebyshev_two(order, 40.0);
            let at = Complex::new(0.0, 1.0);
            let product = |roots: &[Root]| {
                roots.iter().fold(1.0, |product, root| {
                    product
                        * match *root {
                            Root::Real(re) => (at - Complex::new(re, 0.0)).norm(),
                            Root::Pair(v) => (at - v).norm() * (at - Complex::new(v.re, -v.im)).norm(),
                        }
                })
            };
            let gain = analog.gain * product(&analog.zeros) / product(&analog.poles);
            assert_abs_diff_eq!(gain, 0.01, epsilon = 1e-12);
        }
    }
}
