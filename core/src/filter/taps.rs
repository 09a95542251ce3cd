//! Design of linear-phase FIR filters: windowed ideal responses and local polynomials.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::PI;

use super::check_rate;
use super::complex::Complex;
use crate::error::{ConfigError, in_range};

/// Longest FIR filter, taps.
pub const MAX_TAPS: usize = 65_535;

/// Taps of a linear-phase FIR filter: odd in number, and symmetric or antisymmetric about the middle.
///
/// `y[n] = sum h[k] x[n-k]`: the first weighs the newest sample. Dimensionless, 1/s for derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Taps(Box<[f64]>);

/// Length and shape of a Kaiser window.
///
/// # Source
/// Kaiser (1974), "Nonrecursive digital filter design using the I0-sinh window function", Proc. IEEE Int. Symp. Circuits
/// and Systems; the formulas for attenuation and length are in Oppenheim and Schafer (2010), section 7.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kaiser {
    length: usize,
    beta: f64,
}

impl Kaiser {
    /// A window of `length` taps (odd, 1 to [`MAX_TAPS`]) with shape `beta` (0, rectangular, to 50).
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] outside these ranges; an even length is out of range, with the next odd one as `min`.
    pub fn new(length: usize, beta: f64) -> Result<Self, ConfigError> {
        check_length("length", length, 1)?;
        in_range("beta", beta, 0.0, 50.0)?;
        Ok(Self { length, beta })
    }

    /// The shortest odd window whose stop band lies `attenuation_db` dB down (21 to 200) and whose pass band ends
    /// `transition` Hz before the stop band begins.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for an attenuation or a rate out of range, and for a transition so narrow that it takes more than
    /// [`MAX_TAPS`], or wider than half the sample rate.
    ///
    /// ```
    /// use plethys::filter::Kaiser;
    /// let window = Kaiser::for_transition(6.0, 60.0, 125.0)?;
    /// assert_eq!(window.len(), 77);
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn for_transition(transition: f64, attenuation_db: f64, sample_rate: f64) -> Result<Self, ConfigError> {
        check_rate(sample_rate)?;
        in_range("attenuation_db", attenuation_db, 21.0, 200.0)?;
        let taps_per_width = sample_rate * (attenuation_db - 7.95) / (2.285 * 2.0 * PI);
        in_range("transition", transition, taps_per_width / (MAX_TAPS - 2) as f64, 0.5 * sample_rate)?;
        let length = libm::ceil(taps_per_width / transition + 1.0) as usize;
        Self::new(length | 1, kaiser_beta(attenuation_db))
    }

    /// Number of taps.
    #[expect(clippy::len_without_is_empty, reason = "a window without taps cannot be built")]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Shape, dimensionless: 0 is rectangular, more is a lower stop band and a wider transition.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// Weight at `offset` taps from the middle.
    fn weight(&self, offset: usize) -> f64 {
        let middle = (self.length / 2) as f64;
        let place = if middle > 0.0 { offset as f64 / middle } else { 0.0 };
        bessel_i0(self.beta * libm::sqrt(1.0 - place * place)) / bessel_i0(self.beta)
    }
}

/// Shape of the window whose stop band lies `attenuation_db` dB down.
pub(super) fn kaiser_beta(attenuation_db: f64) -> f64 {
    if attenuation_db > 50.0 {
        0.1102 * (attenuation_db - 8.7)
    } else if attenuation_db > 21.0 {
        0.5842 * libm::pow(attenuation_db - 21.0, 0.4) + 0.07886 * (attenuation_db - 21.0)
    } else {
        0.0
    }
}

/// Modified Bessel function of the first kind, order 0: its power series, all terms positive.
fn bessel_i0(x: f64) -> f64 {
    let quarter = 0.25 * x * x;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-17 * sum {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

/// Checks an odd length from `min` to [`MAX_TAPS`].
fn check_length(argument: &'static str, length: usize, min: usize) -> Result<(), ConfigError> {
    let max = MAX_TAPS as f64;
    in_range(argument, length as f64, min as f64, max)?;
    if length.is_multiple_of(2) {
        return Err(ConfigError::OutOfRange { argument, value: length as f64, min: (length + 1) as f64, max });
    }
    Ok(())
}

impl Taps {
    /// Taps from elsewhere, newest sample first.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for an even number of taps, none or more than [`MAX_TAPS`]; for a tap beyond ±1e12 or NaN;
    /// and, as argument `"taps (mirror image)"`, for one that equals neither its mirror image nor, throughout, minus it.
    pub fn from_slice(taps: &[f64]) -> Result<Self, ConfigError> {
        check_length("taps", taps.len(), 1)?;
        for &tap in taps {
            in_range("taps", tap, -1e12, 1e12)?;
        }
        let mirrored = || taps.iter().zip(taps.iter().rev());
        let antisymmetric = mirrored().all(|(one, other)| *one == -other);
        let uneven = mirrored().find(|(one, other)| one != other);
        if let Some((&one, &other)) = uneven.filter(|_| !antisymmetric) {
            let argument = "taps (mirror image)";
            return Err(ConfigError::OutOfRange { argument, value: one, min: other, max: other });
        }
        Ok(Self(taps.into()))
    }

    /// Low-pass: an ideal one with its corner (gain 0.5) at `corner` Hz, windowed; gain 1 at 0 Hz.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a corner outside 0 to half the sample rate, or a rate outside 0.001 Hz to 1 MHz.
    ///
    /// ```
    /// use plethys::filter::{Kaiser, Taps};
    /// let taps = Taps::low_pass(10.0, Kaiser::for_transition(6.0, 60.0, 125.0)?, 125.0)?;
    /// assert!((taps.gain_at(5.0, 125.0) - 1.0).abs() < 1.5e-3);
    /// assert!(taps.gain_at(14.0, 125.0) < 1.5e-3);
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn low_pass(corner: f64, window: Kaiser, sample_rate: f64) -> Result<Self, ConfigError> {
        let corner = fraction("corner", corner, sample_rate)?;
        Ok(windowed(0.0, corner, 0.0, window))
    }

    /// High-pass: an ideal one with its corner (gain 0.5) at `corner` Hz, windowed; gain 1 at half the sample rate.
    ///
    /// # Errors
    /// As for [`Taps::low_pass`].
    pub fn high_pass(corner: f64, window: Kaiser, sample_rate: f64) -> Result<Self, ConfigError> {
        let corner = fraction("corner", corner, sample_rate)?;
        Ok(windowed(corner, 1.0, 1.0, window))
    }

    /// Band-pass: an ideal one with its corners (gain 0.5) at `low` and `high` Hz, windowed; gain 1 midway between them.
    ///
    /// # Errors
    /// As for [`Taps::low_pass`]; [`ConfigError::NotIncreasing`] where `low` is not below `high`.
    pub fn band_pass(low: f64, high: f64, window: Kaiser, sample_rate: f64) -> Result<Self, ConfigError> {
        let (left, right) = (fraction("low corner", low, sample_rate)?, fraction("high corner", high, sample_rate)?);
        if low >= high {
            return Err(ConfigError::NotIncreasing { argument: "corners", low, high });
        }
        Ok(windowed(left, right, 0.5 * (left + right), window))
    }

    /// Savitzky-Golay smoothing: the value, in the middle of `length` samples (odd), of the polynomial of `degree` that fits them
    /// best. Polynomials up to that degree (and the next, if it is odd) pass unchanged.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for an even length, one not above the degree, or a degree above 8.
    ///
    /// ```
    /// use plethys::filter::Taps;
    /// let taps = Taps::savitzky_golay(5, 2)?;
    /// let expected = [-3.0, 12.0, 17.0, 12.0, -3.0].map(|x| x / 35.0);
    /// assert!(taps.as_slice().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-15));
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    ///
    /// # Source
    /// Savitzky and Golay (1964), DOI 10.1021/ac60214a047; by discrete orthogonal polynomials as in Gorry (1990),
    /// DOI 10.1021/ac00205a007, whose recurrence we take in the monic form.
    pub fn savitzky_golay(length: usize, degree: usize) -> Result<Self, ConfigError> {
        let half = local_polynomial(length, degree, 0)?;
        Ok(mirrored(&half, 1.0))
    }

    /// Savitzky-Golay derivative: the slope per second, in the middle of `length` samples (odd), of the polynomial of `degree`
    /// (at least 1) that fits them best.
    ///
    /// # Errors
    /// As for [`Taps::savitzky_golay`]; a sample rate outside 0.001 Hz to 1 MHz; degree 0.
    pub fn derivative(length: usize, degree: usize, sample_rate: f64) -> Result<Self, ConfigError> {
        check_rate(sample_rate)?;
        in_range("degree", degree as f64, 1.0, MAX_DEGREE as f64)?;
        let mut half = local_polynomial(length, degree, 1)?;
        for tap in &mut half {
            *tap *= sample_rate;
        }
        Ok(mirrored(&half, -1.0))
    }

    /// The taps; the first weighs the newest sample.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    /// Number of taps, odd.
    #[expect(clippy::len_without_is_empty, reason = "there is always a tap in the middle")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Gain (not negative; 1/s for derivatives) for a sine of `frequency` Hz at `sample_rate` Hz.
    pub fn gain_at(&self, frequency: f64, sample_rate: f64) -> f64 {
        let angle = -2.0 * PI * frequency / sample_rate;
        self.0
            .iter()
            .enumerate()
            .fold(Complex::new(0.0, 0.0), |sum, (k, &tap)| sum + Complex::on_circle(angle * k as f64).scale(tap))
            .norm()
    }
}

/// Highest degree of a local polynomial.
const MAX_DEGREE: usize = 8;

/// A corner as a fraction of half the sample rate, between 0 and 1.
fn fraction(argument: &'static str, corner: f64, sample_rate: f64) -> Result<f64, ConfigError> {
    check_rate(sample_rate)?;
    let half = 0.5 * sample_rate;
    Ok(in_range(argument, corner, 1e-5 * half, (1.0 - 1e-5) * half)? / half)
}

/// Taps from those at the middle, one after it, two after it ...; the others times `sign`.
fn mirrored(half: &[f64], sign: f64) -> Taps {
    let newest = half.iter().rev().map(|tap| sign * tap);
    Taps(newest.chain(half.iter().skip(1).copied()).collect())
}

/// The ideal response between `left` and `right` (fractions of half the sample rate), windowed, with gain 1 at `unit`.
fn windowed(left: f64, right: f64, unit: f64, window: Kaiser) -> Taps {
    let ideal = |edge: f64, m: f64| if m == 0.0 { edge } else { libm::sin(PI * edge * m) / (PI * m) };
    let mut half: Vec<f64> = (0..=window.length / 2)
        .map(|offset| {
            let m = offset as f64;
            (ideal(right, m) - ideal(left, m)) * window.weight(offset)
        })
        .collect();
    let gain = half.iter().enumerate().fold(0.0, |sum, (offset, tap)| {
        let share = tap * libm::cos(PI * offset as f64 * unit);
        sum + if offset == 0 { share } else { 2.0 * share }
    });
    for tap in &mut half {
        *tap /= gain;
    }
    mirrored(&half, 1.0)
}

/// Weights, at the middle and after it towards older samples, that give the `derivative` (0 or 1, per sample) at the
/// middle of the polynomial of `degree` fitted to `length` samples.
///
/// `h(i) = sum over k of p_k(i) p_k'(0) / |p_k|^2`, with polynomials orthogonal over the samples, from the recurrence
/// `p_(k+1)(x) = x p_k(x) - |p_k|^2 / |p_(k-1)|^2 p_(k-1)(x)`; the samples lie at -1 ... 1.
fn local_polynomial(length: usize, degree: usize, derivative: usize) -> Result<Vec<f64>, ConfigError> {
    in_range("degree", degree as f64, 0.0, MAX_DEGREE as f64)?;
    check_length("length", length, degree + 1)?;
    let middle = length / 2;
    let unit = 1.0 / middle.max(1) as f64;
    // Values at the middle and on the side of newer samples; the other side is their mirror image, with the sign of (-1)^k.
    let mut now = vec![1.0; middle + 1];
    let mut before = vec![0.0; middle + 1];
    let (mut now_zero, mut before_zero) = ([1.0, 0.0], [0.0, 0.0]);
    let mut norm_before = f64::INFINITY;
    let mut weights = vec![0.0; middle + 1];
    for k in 0..=degree {
        let norm = now.iter().enumerate().fold(0.0, |sum, (i, p)| sum + if i == 0 { p * p } else { 2.0 * p * p });
        let share = now_zero[derivative] / norm;
        weights.iter_mut().zip(&now).for_each(|(weight, p)| *weight += share * p);
        let ratio = norm / norm_before;
        for (i, (p, previous)) in now.iter_mut().zip(&mut before).enumerate() {
            let next = i as f64 * unit * *p - ratio * *previous;
            (*previous, *p) = (*p, next);
        }
        let next_zero = [-ratio * before_zero[0], now_zero[0] - ratio * before_zero[1]];
        (before_zero, now_zero) = (now_zero, next_zero);
        norm_before = norm;
        // The fit of a single sample is that sample; higher polynomials vanish on it.
        if k + 1 >= length {
            break;
        }
    }
    if derivative == 1 {
        // Towards older samples the slope's weights are negative, and a sample is `unit` wide.
        for weight in &mut weights {
            *weight *= -unit;
        }
        if let Some(at_middle) = weights.first_mut() {
            *at_middle = 0.0;
        }
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn published_savitzky_golay_tables() {
        // Savitzky and Golay (1964), tables I (quadratic, 7 and 9 points), II (quartic, 7) and III (slope, quadratic, 5).
        for (length, degree, norm, expected) in [
            (7, 2, 21.0, &[-2.0, 3.0, 6.0, 7.0, 6.0, 3.0, -2.0][..]),
            (9, 2, 231.0, &[-21.0, 14.0, 39.0, 54.0, 59.0, 54.0, 39.0, 14.0, -21.0]),
            (7, 4, 231.0, &[5.0, -30.0, 75.0, 131.0, 75.0, -30.0, 5.0]),
        ] {
            let taps = Taps::savitzky_golay(length, degree).unwrap();
            for (tap, weight) in taps.as_slice().iter().zip(expected) {
                assert_abs_diff_eq!(*tap, weight / norm, epsilon = 1e-14);
            }
        }
        let slope = Taps::derivative(5, 2, 1.0).unwrap();
        for (tap, weight) in slope.as_slice().iter().zip([2.0, 1.0, 0.0, -1.0, -2.0]) {
            assert_abs_diff_eq!(*tap, weight / 10.0, epsilon = 1e-15);
        }
    }

    #[test]
    fn slope_is_exact_on_the_polynomials_it_fits() {
        for (length, degree) in [(3, 1), (5, 2), (11, 4), (101, 4), (31, 6)] {
            let rate = 50.0;
            let taps = Taps::derivative(length, degree, rate).unwrap();
            let cubic = |t: f64| if degree < 3 { 2.0 - 3.0 * t } else { 1.0 + t - 2.0 * t * t + 4.0 * t * t * t };
            let at = |k: usize| cubic(((length / 2) as f64 - k as f64) / rate);
            let slope: f64 = taps.as_slice().iter().enumerate().map(|(k, h)| h * at(k)).sum();
            assert_abs_diff_eq!(slope, if degree < 3 { -3.0 } else { 1.0 }, epsilon = 1e-11);
        }
    }

    #[test]
    fn taps_are_exact_mirror_images() {
        let window = Kaiser::for_transition(3.0, 70.0, 100.0).unwrap();
        for taps in [
            Taps::low_pass(8.0, window, 100.0).unwrap(),
            Taps::high_pass(8.0, window, 100.0).unwrap(),
            Taps::band_pass(4.0, 8.0, window, 100.0).unwrap(),
            Taps::savitzky_golay(21, 4).unwrap(),
            Taps::derivative(21, 4, 100.0).unwrap(),
        ] {
            assert_eq!(Taps::from_slice(taps.as_slice()).unwrap(), taps);
        }
    }

    #[test]
    fn designs_meet_their_attenuation() {
        let window = Kaiser::for_transition(3.0, 60.0, 100.0).unwrap();
        let low_pass = Taps::low_pass(12.0, window, 100.0).unwrap();
        // Kaiser's formula fits the ripple, 1e-3 at 60 dB, within a tenth.
        for tenth in 0..500 {
            let frequency = f64::from(tenth) / 10.0;
            let gain = low_pass.gain_at(frequency, 100.0);
            if frequency <= 10.5 {
                assert_abs_diff_eq!(gain, 1.0, epsilon = 1.1e-3);
            } else if frequency >= 13.5 {
                assert!(gain < 1.1e-3, "{frequency} Hz: {gain}");
            }
        }
    }

    #[test]
    fn faults_are_named() {
        assert_eq!(
            Taps::from_slice(&[1.0, 2.0, 3.0]).unwrap_err(),
            ConfigError::OutOfRange { argument: "taps (mirror image)", value: 1.0, min: 3.0, max: 3.0 }
        );
        assert!(Taps::from_slice(&[]).is_err());
        assert!(Taps::from_slice(&[1.0, 1.0]).is_err());
        assert!(Taps::from_slice(&[f64::NAN]).is_err());
        assert!(Taps::savitzky_golay(4, 2).is_err());
        assert!(Taps::savitzky_golay(3, 3).is_err());
        assert!(Taps::derivative(3, 0, 1.0).is_err());
        assert!(Kaiser::new(8, 3.0).is_err());
        assert!(Kaiser::for_transition(0.0, 60.0, 100.0).is_err());
        let window = Kaiser::new(9, 3.0).unwrap();
        assert!(Taps::low_pass(60.0, window, 100.0).is_err());
        assert!(Taps::band_pass(9.0, 5.0, window, 100.0).is_err());
    }
}
