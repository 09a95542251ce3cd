//! Second-order sections and the cascade that runs them.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::PI;

use super::complex::Complex;
use super::{admit, check_rate};
use crate::error::{ConfigError, in_range};

/// Coefficients of one second-order section, `a0 = 1`.
///
/// `y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]`: the feedback coefficients are stored with the sign
/// of the transfer function's denominator, `H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2)`, as `SciPy` does.
/// Dimensionless.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Biquad {
    /// Weight of the newest input.
    pub b0: f64,
    /// Weight of the input one sample before.
    pub b1: f64,
    /// Weight of the input two samples before.
    pub b2: f64,
    /// Minus the weight of the output one sample before.
    pub a1: f64,
    /// Minus the weight of the output two samples before.
    pub a2: f64,
}

/// What a [`Biquad`] remembers, transposed direct form II: two numbers, whatever the coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BiquadState {
    s1: f64,
    s2: f64,
}

impl Biquad {
    /// Takes one sample through the section: transposed direct form II, five multiplications.
    ///
    /// Plain arithmetic without a guard; [`BiquadCascade`] keeps missing samples and overflow out.
    ///
    /// ```
    /// use plethys::filter::{Biquad, BiquadState};
    /// let mean_of_two = Biquad { b0: 0.5, b1: 0.5, b2: 0.0, a1: 0.0, a2: 0.0 };
    /// let mut state = BiquadState::default();
    /// assert_eq!(mean_of_two.push(&mut state, 4.0), 2.0);
    /// assert_eq!(mean_of_two.push(&mut state, 6.0), 5.0);
    /// ```
    #[inline]
    pub fn push(&self, state: &mut BiquadState, sample: f64) -> f64 {
        let output = self.b0 * sample + state.s1;
        state.s1 = self.b1 * sample + state.s2 - self.a1 * output;
        state.s2 = self.b2 * sample - self.a2 * output;
        output
    }

    /// Gain for a constant input, `H(1)`.
    pub fn gain_at_zero(&self) -> f64 {
        (self.b0 + self.b1 + self.b2) / (1.0 + self.a1 + self.a2)
    }

    /// The state that an endless constant input of `level` leaves.
    pub fn settled(&self, level: f64) -> BiquadState {
        let output = self.gain_at_zero() * level;
        let s2 = self.b2 * level - self.a2 * output;
        BiquadState { s1: self.b1 * level + s2 - self.a1 * output, s2 }
    }

    /// Value of the transfer function at `angle` radians per sample.
    fn response(&self, angle: f64) -> Complex {
        let one = Complex::on_circle(-angle);
        let two = Complex::on_circle(-2.0 * angle);
        let above = Complex::new(self.b0, 0.0) + one.scale(self.b1) + two.scale(self.b2);
        let below = Complex::new(1.0, 0.0) + one.scale(self.a1) + two.scale(self.a2);
        above / below
    }

    /// Group delay in samples at `angle` radians per sample.
    fn group_delay(&self, angle: f64) -> f64 {
        // Zeros on the unit circle delay by half a sample each, also at the frequency that they silence.
        let above = if self.b0.abs() == self.b2.abs() {
            1.0
        } else if self.b2 == 0.0 && self.b0.abs() == self.b1.abs() {
            0.5
        } else {
            polynomial_delay([self.b0, self.b1, self.b2], angle)
        };
        above - polynomial_delay([1.0, self.a1, self.a2], angle)
    }
}

/// Group delay of `c0 + c1 z^-1 + c2 z^-2` in samples: `Re(sum k c[k] z^-k / sum c[k] z^-k)`.
fn polynomial_delay(c: [f64; 3], angle: f64) -> f64 {
    let one = Complex::on_circle(-angle);
    let two = Complex::on_circle(-2.0 * angle);
    let value = Complex::new(c[0], 0.0) + one.scale(c[1]) + two.scale(c[2]);
    let ramp = one.scale(c[1]) + two.scale(2.0 * c[2]);
    (ramp / value).re
}

/// A designed filter: second-order sections and the rate that they were designed for.
///
/// Made by [`Sections::design`]; run by any number of [`BiquadCascade`]s.
#[derive(Debug, Clone, PartialEq)]
pub struct Sections {
    biquads: Box<[Biquad]>,
    sample_rate: f64,
}

impl Sections {
    /// Sections with coefficients from elsewhere, run in the order given at `sample_rate` Hz.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a sample rate outside 0.001 Hz to 1 MHz, for a coefficient that is not finite, and
    /// for an unstable section (a pole on or outside the unit circle), which the argument names `a1` or `a2`.
    pub fn from_biquads(biquads: &[Biquad], sample_rate: f64) -> Result<Self, ConfigError> {
        check_rate(sample_rate)?;
        for section in biquads {
            for (argument, value) in [("b0", section.b0), ("b1", section.b1), ("b2", section.b2)] {
                in_range(argument, value, -1e12, 1e12)?;
            }
            let below_one = 1.0 - f64::EPSILON;
            in_range("a2", section.a2, -below_one, below_one)?;
            let limit = (1.0 + section.a2) * below_one;
            in_range("a1", section.a1, -limit, limit)?;
        }
        Ok(Self::from_parts(biquads.to_vec(), sample_rate))
    }

    /// Sections of a design whose arguments have been checked.
    pub(super) fn from_parts(biquads: Vec<Biquad>, sample_rate: f64) -> Self {
        Self { biquads: biquads.into_boxed_slice(), sample_rate }
    }

    /// The sections, in the order in which a sample passes them.
    pub fn biquads(&self) -> &[Biquad] {
        &self.biquads
    }

    /// The rate that the sections were designed for, Hz.
    pub fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// Gain (output over input, dimensionless, not negative) for a sine of `frequency` Hz; periodic in the sample rate.
    ///
    /// ```
    /// use plethys::filter::{Band, Family, Sections};
    /// let low_pass = Sections::design(Family::Butterworth, 4, Band::LowPass { corner: 8.0 }, 125.0)?;
    /// assert!((low_pass.gain_at(8.0) - 0.5_f64.sqrt()).abs() < 1e-12);
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn gain_at(&self, frequency: f64) -> f64 {
        self.response_at(frequency).norm()
    }

    /// Phase of a sine of `frequency` Hz at the output minus that at the input, radians from -pi to pi.
    pub fn phase_at(&self, frequency: f64) -> f64 {
        let response = self.response_at(frequency);
        libm::atan2(response.im, response.re)
    }

    /// Group delay at `frequency` Hz, in seconds; an infinite impulse response has no single one.
    ///
    /// Zeros on the unit circle count half a sample each at every frequency, so that the delay is finite
    /// also where the gain is 0.
    pub fn group_delay_at(&self, frequency: f64) -> f64 {
        self.biquads.iter().fold(0.0, |sum, section| sum + section.group_delay(self.angle(frequency)))
            / self.sample_rate
    }

    fn response_at(&self, frequency: f64) -> Complex {
        let angle = self.angle(frequency);
        self.biquads.iter().fold(Complex::new(1.0, 0.0), |product, section| product * section.response(angle))
    }

    fn angle(&self, frequency: f64) -> f64 {
        2.0 * PI * frequency / self.sample_rate
    }
}

/// A running cascade of second-order sections on one stream.
///
/// A NaN or infinite sample is missing: it answers NaN and leaves the memory as it was. Finite samples are limited to
/// ±1e100, so that no finite stream ever ends in NaN. An infinite impulse response forgets a spike only gradually, in
/// proportion to its height; where spikes must leave nothing behind, use a [`FirFilter`](super::FirFilter).
///
/// # Delay
/// Depends on the frequency: [`Sections::group_delay_at`], of [`BiquadCascade::sections`].
///
/// # Real-time
/// `new` allocates, nothing after it does. Five multiplications and four additions per section and sample.
///
/// ```
/// use plethys::filter::{Band, BiquadCascade, Family, Sections};
/// let low_pass = Sections::design(Family::Bessel, 2, Band::LowPass { corner: 10.0 }, 100.0)?;
/// let mut filter = BiquadCascade::new(low_pass);
/// filter.fill(3.0);                            // as if 3.0 had come forever: no step at the start
/// assert!((filter.push(3.0) - 3.0).abs() < 1e-12);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
///
/// # Source
/// Oppenheim and Schafer (2010), *Discrete-Time Signal Processing*, 3rd ed., section 6.3 (transposed direct form II).
#[derive(Debug, Clone)]
pub struct BiquadCascade {
    sections: Sections,
    states: Box<[BiquadState]>,
}

impl BiquadCascade {
    /// A cascade at rest.
    pub fn new(sections: Sections) -> Self {
        let states = vec![BiquadState::default(); sections.biquads.len()].into_boxed_slice();
        Self { sections, states }
    }

    /// Takes one sample, in any unit, and returns the filtered one in the same unit.
    #[inline]
    pub fn push(&mut self, sample: f64) -> f64 {
        let mut value = admit(sample);
        if value.is_nan() {
            return value;
        }
        for (section, state) in self.sections.biquads.iter().zip(&mut self.states) {
            value = section.push(state, value);
        }
        value
    }

    /// Filters a block in place: the same values, bit for bit, as one [`push`](Self::push) after another.
    pub fn push_slice(&mut self, samples: &mut [f64]) {
        for sample in samples {
            *sample = self.push(*sample);
        }
    }

    /// Puts the memory where an endless constant input of `level` would leave it; a level that is not finite counts as 0.
    pub fn fill(&mut self, level: f64) {
        let mut level = admit(level);
        if level.is_nan() {
            level = 0.0;
        }
        for (section, state) in self.sections.biquads.iter().zip(&mut self.states) {
            *state = section.settled(level);
            level *= section.gain_at_zero();
        }
    }

    /// Back to rest, as just built.
    pub fn reset(&mut self) {
        self.states.fill(BiquadState::default());
    }

    /// The design that is run.
    pub fn sections(&self) -> &Sections {
        &self.sections
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{Band, Family};
    use approx::assert_abs_diff_eq;

    fn band_pass() -> Sections {
        Sections::design(Family::Butterworth, 3, Band::BandPass { low: 0.5, high: 8.0 }, 125.0).unwrap()
    }

    #[test]
    fn equation_holds_against_the_difference_equation() {
        let section = Biquad { b0: 0.3, b1: -0.2, b2: 0.7, a1: -1.1, a2: 0.6 };
        let mut state = BiquadState::default();
        let input = [1.0, -2.0, 0.5, 4.0, 0.0, -1.0];
        let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
        for x in input {
            let y = section.b0 * x + section.b1 * x1 + section.b2 * x2 - section.a1 * y1 - section.a2 * y2;
            assert_abs_diff_eq!(section.push(&mut state, x), y, epsilon = 1e-14);
            (x2, x1, y2, y1) = (x1, x, y1, y);
        }
    }

    #[test]
    fn fill_starts_without_a_step() {
        let mut filter = BiquadCascade::new(band_pass());
        filter.fill(1000.0);
        for _ in 0..500 {
            assert_abs_diff_eq!(filter.push(1000.0), 0.0, epsilon = 1e-7);
        }
    }

    #[test]
    fn reset_is_new() {
        let (mut used, mut fresh) = (BiquadCascade::new(band_pass()), BiquadCascade::new(band_pass()));
        for n in 0..100 {
            used.push(f64::from(n));
        }
        used.reset();
        for n in 0..100 {
            assert_eq!(used.push(f64::from(n % 7)).to_bits(), fresh.push(f64::from(n % 7)).to_bits());
        }
    }

    #[test]
    fn missing_sample_leaves_the_memory() {
        let (mut with_gap, mut without) = (BiquadCascade::new(band_pass()), BiquadCascade::new(band_pass()));
        for n in 0..50 {
            if n == 20 {
                assert!(with_gap.push(f64::NAN).is_nan());
                assert!(with_gap.push(f64::INFINITY).is_nan());
            }
            assert_eq!(with_gap.push(f64::from(n)), without.push(f64::from(n)));
        }
    }

    #[test]
    fn huge_samples_do_not_poison_it() {
        let mut filter = BiquadCascade::new(band_pass());
        for n in 0..1000 {
            let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
            assert!(filter.push(sign * f64::MAX).is_finite());
        }
    }

    #[test]
    fn unstable_coefficients_are_refused() {
        let stable = Biquad { b0: 1.0, b1: 0.0, b2: 0.0, a1: -1.8, a2: 0.81 };
        assert!(Sections::from_biquads(&[stable], 100.0).is_ok());
        for (a1, a2) in [(-1.9, 0.81), (0.0, 1.0), (-2.0, 1.0), (f64::NAN, 0.0)] {
            let section = Biquad { a1, a2, ..stable };
            assert!(Sections::from_biquads(&[section], 100.0).is_err(), "{section:?}");
        }
    }

    #[test]
    fn group_delay_is_the_slope_of_the_phase() {
        let sections = band_pass();
        for frequency in [0.4, 1.0, 3.0, 7.0, 20.0] {
            let step = 1e-4;
            let mut turn = sections.phase_at(frequency + step) - sections.phase_at(frequency - step);
            if turn > PI {
                turn -= 2.0 * PI;
            }
            let slope = -turn / (2.0 * PI * 2.0 * step);
            assert_abs_diff_eq!(sections.group_delay_at(frequency), slope, epsilon = 1e-6);
        }
    }
}
