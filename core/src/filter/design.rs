//! Design of recursive filters: analog prototype, change of band, bilinear transform, second-order sections.

use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::PI;

use super::biquad::{Biquad, Sections};
use super::check_rate;
use super::complex::Complex;
use super::prototype::{self, Analog, BesselScale, Root};
use crate::error::{ConfigError, in_range};

/// Highest order of a prototype; band-pass and band-stop filters have twice as many poles.
pub const MAX_ORDER: usize = 12;

/// Shape of a recursive filter.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Family {
    /// Maximally flat gain; corners at half power (-3.01 dB). Butterworth (1930), *Wireless Engineer* 7.
    Butterworth,
    /// Maximally flat group delay before the bilinear transform; corners where the asymptotes of a Butterworth filter of
    /// the same order have them (`SciPy`'s `norm="phase"`). Thomson (1949), DOI 10.1049/pi-3.1949.0101.
    Bessel,
    /// [`Family::Bessel`] with its corners at half power, -3.01 dB (`SciPy`'s `norm="mag"`).
    BesselHalfPower,
    /// Chebyshev's second kind: monotonic pass band, ripples in the stop band; corners are where the stop band *begins*,
    /// at the full attenuation.
    ChebyshevII {
        /// Attenuation of the whole stop band, dB, from 1 to 200.
        attenuation_db: f64,
    },
}

/// What passes; corners in Hz.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Band {
    /// What lies below the corner.
    LowPass {
        /// Corner, Hz.
        corner: f64,
    },
    /// What lies above the corner.
    HighPass {
        /// Corner, Hz.
        corner: f64,
    },
    /// What lies between the corners; twice the poles of a low-pass of the same order.
    BandPass {
        /// Lower corner, Hz.
        low: f64,
        /// Upper corner, Hz.
        high: f64,
    },
    /// What does not lie between the corners; twice the poles of a low-pass of the same order.
    BandStop {
        /// Lower corner, Hz.
        low: f64,
        /// Upper corner, Hz.
        high: f64,
    },
}

impl Sections {
    /// Designs a recursive filter as second-order sections.
    ///
    /// `order`: that of the low-pass prototype, 1 to [`MAX_ORDER`]. Corners in Hz, from 1e-5 of the sample rate (below it
    /// the coefficients no longer carry the corner in 64 bits) to 1e-5 of the sample rate under half of it. `sample_rate` in Hz, 0.001 to 1e6.
    ///
    /// Sections run from the poles farthest from the unit circle to the nearest, each with the zeros nearest to its poles;
    /// the whole gain is in the first one. Coefficients and responses agree with `SciPy`'s `butter`, `bessel` and
    /// `cheby2` to 1e-9 (`core/tests/oracle.rs`).
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for an order, corner, attenuation or rate outside these ranges (NaN is outside);
    /// [`ConfigError::NotIncreasing`] for a band whose lower corner is not below the upper.
    ///
    /// ```
    /// use plethys::filter::{Band, Family, Sections};
    /// let pulse_band = Sections::design(Family::Butterworth, 2, Band::BandPass { low: 0.5, high: 8.0 }, 125.0)?;
    /// assert_eq!(pulse_band.biquads().len(), 2);
    /// assert!((pulse_band.gain_at(2.0) - 1.0).abs() < 0.01);
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    ///
    /// # Source
    /// Oppenheim and Schafer (2010), *Discrete-Time Signal Processing*, 3rd ed., chapter 7.
    pub fn design(family: Family, order: usize, band: Band, sample_rate: f64) -> Result<Self, ConfigError> {
        check_rate(sample_rate)?;
        in_range("order", order as f64, 1.0, MAX_ORDER as f64)?;
        let corner = |argument, frequency: f64| {
            let margin = 1e-5 * sample_rate;
            let frequency = in_range(argument, frequency, margin, 0.5 * sample_rate - margin)?;
            // Prewarped: the bilinear transform takes this analog frequency, rad/s, to the digital one.
            Ok(libm::tan(PI * frequency / sample_rate))
        };
        let corners = |low, high| {
            let warped = (corner("low corner", low)?, corner("high corner", high)?);
            if low < high { Ok(warped) } else { Err(ConfigError::NotIncreasing { argument: "corners", low, high }) }
        };
        let low_pass = || {
            Ok(match family {
                Family::Butterworth => prototype::butterworth(order),
                Family::Bessel => prototype::bessel(order, BesselScale::Phase),
                Family::BesselHalfPower => prototype::bessel(order, BesselScale::HalfPower),
                Family::ChebyshevII { attenuation_db } => {
                    prototype::chebyshev_two(order, in_range("attenuation_db", attenuation_db, 1.0, 200.0)?)
                }
            })
        };
        let moved = match band {
            Band::LowPass { corner: frequency } => {
                let frequency = corner("corner", frequency)?;
                to_low_pass(&low_pass()?, frequency)
            }
            Band::HighPass { corner: frequency } => {
                let frequency = corner("corner", frequency)?;
                to_high_pass(&low_pass()?, frequency)
            }
            Band::BandPass { low, high } => {
                let (low, high) = corners(low, high)?;
                to_band_pass(&low_pass()?, low, high)
            }
            Band::BandStop { low, high } => {
                let (low, high) = corners(low, high)?;
                to_band_stop(&low_pass()?, low, high)
            }
        };
        Ok(Self::from_parts(bilinear(&moved).into_biquads(), sample_rate))
    }
}

/// How many more poles than zeros: the zeros at infinite frequency.
fn excess(analog: &Analog) -> usize {
    prototype::count(&analog.poles) - prototype::count(&analog.zeros)
}

/// `s -> s / corner`.
fn to_low_pass(low_pass: &Analog, corner: f64) -> Analog {
    let scale = |root: &Root| match *root {
        Root::Real(re) => Root::Real(re * corner),
        Root::Pair(value) => Root::Pair(value.scale(corner)),
    };
    Analog {
        zeros: low_pass.zeros.iter().map(scale).collect(),
        poles: low_pass.poles.iter().map(scale).collect(),
        gain: (0..excess(low_pass)).fold(low_pass.gain, |gain, _| gain * corner),
    }
}

/// `s -> corner / s`; the zeros at infinity come to 0.
fn to_high_pass(low_pass: &Analog, corner: f64) -> Analog {
    let invert = |root: &Root| match *root {
        Root::Real(re) => Root::Real(corner / re),
        Root::Pair(value) => Root::pair(Complex::new(corner, 0.0) / value),
    };
    let mut zeros: Vec<Root> = low_pass.zeros.iter().map(invert).collect();
    zeros.extend((0..excess(low_pass)).map(|_| Root::Real(0.0)));
    Analog { zeros, poles: low_pass.poles.iter().map(invert).collect(), gain: gain_at_zero(low_pass) }
}

/// `s -> (s^2 + low high) / (s (high - low))`; the zeros at infinity come to 0, as many stay.
fn to_band_pass(low_pass: &Analog, low: f64, high: f64) -> Analog {
    let (width, centre_squared) = (high - low, low * high);
    let half = |value: Complex| value.scale(0.5 * width);
    let mut zeros = split(&low_pass.zeros, centre_squared, half);
    zeros.extend((0..excess(low_pass)).map(|_| Root::Real(0.0)));
    Analog {
        zeros,
        poles: split(&low_pass.poles, centre_squared, half),
        gain: (0..excess(low_pass)).fold(low_pass.gain, |gain, _| gain * width),
    }
}

/// `s -> s (high - low) / (s^2 + low high)`; the zeros at infinity come to the centre.
fn to_band_stop(low_pass: &Analog, low: f64, high: f64) -> Analog {
    let (width, centre_squared) = (high - low, low * high);
    let half = |value: Complex| Complex::new(0.5 * width, 0.0) / value;
    let mut zeros = split(&low_pass.zeros, centre_squared, half);
    let centre = Complex::new(0.0, libm::sqrt(centre_squared));
    zeros.extend((0..excess(low_pass)).map(|_| Root::Pair(centre)));
    Analog { zeros, poles: split(&low_pass.poles, centre_squared, half), gain: gain_at_zero(low_pass) }
}

fn gain_at_zero(analog: &Analog) -> f64 {
    analog.gain * prototype::distance(&analog.zeros, 0.0) / prototype::distance(&analog.poles, 0.0)
}

/// Each root becomes the two solutions of `s^2 - 2 half(root) s + centre_squared = 0`.
fn split(roots: &[Root], centre_squared: f64, half: impl Fn(Complex) -> Complex) -> Vec<Root> {
    let mut found = Vec::with_capacity(2 * roots.len());
    for root in roots {
        match *root {
            Root::Real(re) => {
                let middle = half(Complex::new(re, 0.0)).re;
                let square = middle * middle - centre_squared;
                if square < 0.0 {
                    found.push(Root::Pair(Complex::new(middle, libm::sqrt(-square))));
                } else {
                    // The larger solution first, the other from their product: no cancellation.
                    let large = middle + libm::copysign(libm::sqrt(square), middle);
                    found.extend([Root::Real(large), Root::Real(centre_squared / large)]);
                }
            }
            Root::Pair(value) => {
                let middle = half(value);
                let distance = (middle * middle - Complex::new(centre_squared, 0.0)).sqrt();
                let (plus, minus) = (middle + distance, middle - distance);
                let large = if plus.norm_squared() >= minus.norm_squared() { plus } else { minus };
                found.extend([Root::pair(large), Root::pair(Complex::new(centre_squared, 0.0) / large)]);
            }
        }
    }
    found
}

/// A root in the z plane: one real root, or a conjugate pair with its squared distance from 0.
#[derive(Clone, Copy, Debug)]
enum DigitalRoot {
    Real(f64),
    Pair { at: Complex, norm_squared: f64 },
}

impl DigitalRoot {
    /// `s -> z = (1 + s) / (1 - s)`.
    fn from_analog(root: Root) -> Self {
        match root {
            Root::Real(re) => Self::Real((1.0 + re) / (1.0 - re)),
            Root::Pair(value) => {
                let below = Root::Pair(value).distance(1.0);
                let at = Complex::new((1.0 - value.norm_squared()) / below, 2.0 * value.im / below);
                // Straight from the analog root, so that a zero on the imaginary axis comes to lie on the circle exactly.
                Self::Pair { at, norm_squared: Root::Pair(value).distance(-1.0) / below }
            }
        }
    }

    fn is_real(self) -> bool {
        matches!(self, Self::Real(_))
    }

    fn place(self) -> Complex {
        match self {
            Self::Real(re) => Complex::new(re, 0.0),
            Self::Pair { at, .. } => at,
        }
    }

    fn distance_from_circle(self) -> f64 {
        match self {
            Self::Real(re) => (1.0 - re.abs()).abs(),
            Self::Pair { norm_squared, .. } => (1.0 - libm::sqrt(norm_squared)).abs(),
        }
    }
}

/// `H(z) = gain * prod(z - zero) / prod(z - pole)`, as many zeros as poles.
struct Digital {
    zeros: Vec<DigitalRoot>,
    poles: Vec<DigitalRoot>,
    gain: f64,
}

/// `s = (z - 1) / (z + 1)`: the left half plane into the unit circle, infinite frequency to half the sample rate.
fn bilinear(analog: &Analog) -> Digital {
    let digital = |roots: &[Root]| roots.iter().map(|&root| DigitalRoot::from_analog(root)).collect::<Vec<_>>();
    let mut zeros = digital(&analog.zeros);
    zeros.extend(vec![DigitalRoot::Real(-1.0); excess(analog)]);
    Digital {
        zeros,
        poles: digital(&analog.poles),
        gain: analog.gain * prototype::distance(&analog.zeros, 1.0) / prototype::distance(&analog.poles, 1.0),
    }
}

impl Digital {
    /// Sections from the last to the first: the poles nearest to the unit circle take the zeros nearest to them, which
    /// keeps the peak of each section low, and run last, where the others have already taken away what they would amplify.
    /// Jackson (1970), DOI 10.1109/TAU.1970.1162085.
    fn into_biquads(mut self) -> Vec<Biquad> {
        let reals = self.poles.iter().filter(|pole| pole.is_real()).count();
        if reals % 2 == 1 {
            self.poles.push(DigitalRoot::Real(0.0));
            self.zeros.push(DigitalRoot::Real(0.0));
        }
        let mut sections = Vec::new();
        while let Some((above, below)) = self.take_section() {
            sections.push(Biquad { b0: 1.0, b1: above.0, b2: above.1, a1: below.0, a2: below.1 });
        }
        sections.reverse();
        if let Some(first) = sections.first_mut() {
            first.b0 *= self.gain;
            first.b1 *= self.gain;
            first.b2 *= self.gain;
        }
        sections
    }

    /// Numerator and denominator (without the leading 1) of the section with the worst poles that are left.
    fn take_section(&mut self) -> Option<((f64, f64), (f64, f64))> {
        let pole = take_least(&mut self.poles, |_| true, DigitalRoot::distance_from_circle)?;
        let below = match pole {
            DigitalRoot::Real(re) => {
                let other = take_least(&mut self.poles, DigitalRoot::is_real, DigitalRoot::distance_from_circle);
                monic(re, other)
            }
            DigitalRoot::Pair { at, norm_squared } => (-2.0 * at.re, norm_squared),
        };
        let near = |root: DigitalRoot| (root.place() - pole.place()).norm();
        let above = match take_least(&mut self.zeros, |_| true, near) {
            None => (0.0, 0.0),
            Some(DigitalRoot::Real(re)) => monic(re, take_least(&mut self.zeros, DigitalRoot::is_real, near)),
            Some(DigitalRoot::Pair { at, norm_squared }) => (-2.0 * at.re, norm_squared),
        };
        Some((above, below))
    }
}

/// Coefficients of `(z - one)(z - other)` after the leading 1.
fn monic(one: f64, other: Option<DigitalRoot>) -> (f64, f64) {
    let other = other.map_or(0.0, |root| root.place().re);
    (-(one + other), one * other)
}

/// Removes the root of least `cost` among those that are `wanted`; the first of equals.
fn take_least(
    roots: &mut Vec<DigitalRoot>,
    wanted: impl Fn(DigitalRoot) -> bool,
    cost: impl Fn(DigitalRoot) -> f64,
) -> Option<DigitalRoot> {
    let (mut least, mut place) = (f64::INFINITY, None);
    for (index, &root) in roots.iter().enumerate() {
        if wanted(root) && cost(root) < least {
            (least, place) = (cost(root), Some(index));
        }
    }
    place.map(|index| roots.remove(index))
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    const FAMILIES: [Family; 4] =
        [Family::Butterworth, Family::Bessel, Family::BesselHalfPower, Family::ChebyshevII { attenuation_db: 30.0 }];

    #[test]
    fn corners_have_the_gain_that_the_family_promises() {
        let half = libm::sqrt(0.5);
        let stop = libm::pow(10.0, -1.5);
        for order in 1..=MAX_ORDER {
            for (family, gain) in [
                (Family::Butterworth, half),
                (Family::BesselHalfPower, half),
                (Family::ChebyshevII { attenuation_db: 30.0 }, stop),
            ] {
                for (band, corners) in [
                    (Band::LowPass { corner: 8.0 }, [8.0, 8.0]),
                    (Band::HighPass { corner: 3.0 }, [3.0, 3.0]),
                    (Band::BandPass { low: 3.0, high: 12.0 }, [3.0, 12.0]),
                    (Band::BandStop { low: 3.0, high: 12.0 }, [3.0, 12.0]),
                ] {
                    let sections = Sections::design(family, order, band, 60.0).unwrap();
                    for corner in corners {
                        assert_abs_diff_eq!(sections.gain_at(corner), gain, epsilon = 1e-9);
                    }
                }
            }
        }
    }

    #[test]
    fn pass_band_has_gain_one() {
        for family in FAMILIES {
            for order in 1..=MAX_ORDER {
                let low = Sections::design(family, order, Band::LowPass { corner: 8.0 }, 100.0).unwrap();
                assert_abs_diff_eq!(low.gain_at(0.0), 1.0, epsilon = 1e-10);
                let high = Sections::design(family, order, Band::HighPass { corner: 8.0 }, 100.0).unwrap();
                assert_abs_diff_eq!(high.gain_at(50.0), 1.0, epsilon = 1e-10);
                // Chebyshev's ripple of an even order ends at full height.
                let rest = if matches!(family, Family::ChebyshevII { .. }) { libm::pow(10.0, -1.5) } else { 0.0 };
                assert!(high.gain_at(0.0) <= rest + 1e-10);
                let stop = Sections::design(family, order, Band::BandStop { low: 8.0, high: 20.0 }, 100.0).unwrap();
                assert_abs_diff_eq!(stop.gain_at(0.0), 1.0, epsilon = 1e-10);
            }
        }
    }

    #[test]
    fn all_designs_are_stable() {
        for family in FAMILIES {
            for order in 1..=MAX_ORDER {
                for rate in [20.0, 125.0, 4000.0] {
                    let band = Band::BandPass { low: 0.5, high: 0.4 * rate };
                    let sections = Sections::design(family, order, band, rate).unwrap();
                    Sections::from_biquads(sections.biquads(), rate).unwrap();
                }
            }
        }
    }

    #[test]
    fn faults_name_the_argument() {
        let fault = |order, band, rate| Sections::design(Family::Butterworth, order, band, rate).unwrap_err();
        let low = |corner| Band::LowPass { corner };
        assert_eq!(
            fault(0, low(5.0), 100.0),
            ConfigError::OutOfRange { argument: "order", value: 0.0, min: 1.0, max: 12.0 }
        );
        for (corner, rate) in [(50.0, 100.0), (0.0, 100.0), (-1.0, 100.0), (f64::NAN, 100.0)] {
            assert!(matches!(fault(2, low(corner), rate), ConfigError::OutOfRange { argument: "corner", .. }));
        }
        for rate in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(fault(2, low(1.0), rate), ConfigError::OutOfRange { argument: "sample_rate", .. }));
        }
        assert_eq!(
            fault(2, Band::BandPass { low: 8.0, high: 0.5 }, 100.0),
            ConfigError::NotIncreasing { argument: "corners", low: 8.0, high: 0.5 }
        );
        let band = Band::LowPass { corner: 5.0 };
        let ripple = Sections::design(Family::ChebyshevII { attenuation_db: 0.0 }, 2, band, 100.0).unwrap_err();
        assert!(matches!(ripple, ConfigError::OutOfRange { argument: "attenuation_db", .. }));
    }
}
