//! From what a camera gives to the temperature of skin.
//!
//! Three things stand between them. The *encoding*: counts that are linear in temperature (`TLinear`: Lepton at 0.01 or 0.1 K, Tau at
//! 0.04 or 0.4 K per count), counts that are linear in radiation, turned by the camera's own Planck form
//! T = B / ln(R1 / (R2 (S + O)) + F), or °C as they are. The *emissivity*: skin sends out 98 % of what a black body does, and mirrors
//! 2 % of its surroundings,
//!
//! W = ε τ W(skin) + (1 − ε) τ W(reflected) + (1 − τ) W(air),
//!
//! which is solved for W(skin) in the camera's Planck form where its constants are known, and in W = T⁴ (K) where only temperatures are.
//! And *who did it*: cameras often have applied an emissivity already, and a second time would be wrong by as much as the first was
//! right, so it is stored who did ([`EmissivityAppliedBy`]), and asking for both is an error.
//!
//! Correcting is monotone and nearly straight over a region, so it is applied to a region's percentiles exactly and to its mean and
//! SD by three-point Gauss–Hermite quadrature (exact up to the third moment of a normal spread: below 1 mK at an SD of 5 K), not to
//! each pixel: that is what lets counts be summed as integers.
//!
//! Sources: FLIR Systems, "Lepton engineering datasheet" (`TLinear`) and "FLIR user manual: thermographic measurement techniques" (the
//! measurement formula and the Planck form); emissivity of skin 0.98: Steketee 1973, Phys Med Biol 18:686,
//! doi 10.1088/0031-9155/18/5/307.

use crate::error::{ConfigError, in_range};

/// 0 °C in kelvin.
pub const ZERO_CELSIUS: f64 = 273.15;

/// Constants of a camera's Planck form, as radiometric files carry them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planck {
    /// R1, counts.
    pub r1: f64,
    /// R2, without unit.
    pub r2: f64,
    /// B, K.
    pub b: f64,
    /// F, without unit: 0.5 to 2.
    pub f: f64,
    /// O, counts (usually negative).
    pub o: f64,
}

impl Planck {
    /// The apparent temperature behind `signal` counts, K; NaN where there is none.
    pub fn kelvin(&self, signal: f64) -> f64 {
        self.b / libm::log(self.r1 / (self.r2 * (signal + self.o)) + self.f)
    }

    /// The signal that a black body of `kelvin` gives, counts.
    pub fn signal(&self, kelvin: f64) -> f64 {
        self.r1 / (self.r2 * (libm::exp(self.b / kelvin) - self.f)) - self.o
    }

    fn check(&self) -> Result<(), ConfigError> {
        in_range("planck.r1", self.r1, 1e-3, 1e9)?;
        in_range("planck.r2", self.r2, 1e-9, 1e9)?;
        in_range("planck.b", self.b, 100.0, 1e5)?;
        in_range("planck.f", self.f, 0.1, 10.0)?;
        in_range("planck.o", self.o, -1e6, 1e6)?;
        Ok(())
    }
}

/// What the numbers of a frame are.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Encoding {
    /// Unsigned 16-bit counts, linear in temperature: kelvin = `kelvin_per_count` × count.
    TLinear {
        /// Resolution, K per count: 0.001 to 1.
        kelvin_per_count: f64,
    },
    /// Unsigned 16-bit counts, linear in radiation.
    Planck(Planck),
    /// Temperatures in °C, `f32` or `f64`.
    Celsius,
}

impl Encoding {
    /// Lepton with `TLinear` at its fine resolution (flag 1), 0.01 K.
    pub const LEPTON: Self = Self::TLinear { kelvin_per_count: 0.01 };
    /// Lepton with `TLinear` at its coarse resolution (flag 0), 0.1 K.
    pub const LEPTON_COARSE: Self = Self::TLinear { kelvin_per_count: 0.1 };
    /// Tau and Duo at their fine resolution, 0.04 K.
    pub const TAU: Self = Self::TLinear { kelvin_per_count: 0.04 };
    /// Tau and Duo at their coarse resolution, 0.4 K.
    pub const TAU_COARSE: Self = Self::TLinear { kelvin_per_count: 0.4 };

    /// Whether frames are counts (`u16`), rather than temperatures.
    pub fn is_counts(self) -> bool {
        !matches!(self, Self::Celsius)
    }

    /// The apparent temperature behind a raw value, °C; NaN where there is none.
    pub fn celsius(self, raw: f64) -> f64 {
        match self {
            Self::TLinear { kelvin_per_count } => kelvin_per_count * raw - ZERO_CELSIUS,
            Self::Planck(planck) => planck.kelvin(raw) - ZERO_CELSIUS,
            Self::Celsius => raw,
        }
    }

    /// Kelvin per raw unit, near room temperature.
    pub(crate) fn kelvin_per_raw(self) -> f64 {
        match self {
            Self::TLinear { kelvin_per_count } => kelvin_per_count,
            Self::Planck(planck) => {
                let room = planck.signal(ZERO_CELSIUS + 25.0);
                (self.celsius(room + 0.5) - self.celsius(room - 0.5)).abs().max(1e-6)
            }
            Self::Celsius => 1.0,
        }
    }

    pub(crate) fn check(self) -> Result<(), ConfigError> {
        match self {
            Self::TLinear { kelvin_per_count } => {
                in_range("kelvin_per_count", kelvin_per_count, 0.001, 1.0).map(|_| ())
            }
            Self::Planck(planck) => planck.check(),
            Self::Celsius => Ok(()),
        }
    }
}

/// Who turned apparent temperatures into those of skin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum EmissivityAppliedBy {
    /// Nobody: temperatures are apparent ones, of a black body.
    #[default]
    Nobody = 0,
    /// The camera, or the program that wrote the file.
    Camera = 1,
    /// Plethys, here.
    Plethys = 2,
}

impl EmissivityAppliedBy {
    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Camera => "camera",
            Self::Plethys => "plethys",
        }
    }
}

/// What lies between skin and lens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Emissivity {
    /// ε of the surface, 0.5 to 1; skin has 0.98.
    pub emissivity: f64,
    /// Apparent temperature of what it mirrors, °C: that of the walls, usually.
    pub reflected: f64,
    /// τ of the air between, 0.5 to 1; 1 within 1 m.
    pub transmission: f64,
    /// Temperature of that air, °C; without effect at τ = 1.
    pub air: f64,
}

impl Emissivity {
    /// Bare skin within 1 m, in a room whose walls have `reflected` °C.
    pub fn skin(reflected: f64) -> Self {
        Self { emissivity: 0.98, reflected, transmission: 1.0, air: reflected }
    }

    fn check(&self) -> Result<(), ConfigError> {
        in_range("emissivity", self.emissivity, 0.5, 1.0)?;
        in_range("reflected", self.reflected, -100.0, 200.0)?;
        in_range("transmission", self.transmission, 0.5, 1.0)?;
        in_range("air", self.air, -100.0, 200.0)?;
        Ok(())
    }
}

/// Raw values to temperatures of skin: encoding, then emissivity, at most once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Radiometry {
    encoding: Encoding,
    applied_by: EmissivityAppliedBy,
    emissivity: Option<Emissivity>,
}

impl Radiometry {
    /// Apparent temperatures of an encoding; nobody has applied an emissivity.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, applied_by: EmissivityAppliedBy::Nobody, emissivity: None }
    }

    /// The camera has applied an emissivity already.
    ///
    /// # Errors
    /// [`ConfigError::Conflict`] where plethys was told to.
    pub fn corrected_by_camera(mut self) -> Result<Self, ConfigError> {
        if self.applied_by == EmissivityAppliedBy::Plethys {
            return Err(TWICE);
        }
        self.applied_by = EmissivityAppliedBy::Camera;
        Ok(self)
    }

    /// Plethys shall apply this emissivity.
    ///
    /// # Errors
    /// [`ConfigError::Conflict`] where it was applied already; [`ConfigError::OutOfRange`] for a number out of its range.
    pub fn corrected(mut self, emissivity: Emissivity) -> Result<Self, ConfigError> {
        if self.applied_by != EmissivityAppliedBy::Nobody {
            return Err(TWICE);
        }
        emissivity.check()?;
        self.applied_by = EmissivityAppliedBy::Plethys;
        self.emissivity = Some(emissivity);
        Ok(self)
    }

    /// What raw values are.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Who applied an emissivity.
    pub fn applied_by(&self) -> EmissivityAppliedBy {
        self.applied_by
    }

    /// The emissivity that is applied here.
    pub fn emissivity(&self) -> Option<Emissivity> {
        self.emissivity
    }

    /// The temperature behind a raw value, °C; NaN where there is none.
    ///
    /// ```
    /// use plethys::thermal::{Emissivity, Encoding, Radiometry};
    /// let camera = Radiometry::new(Encoding::LEPTON);
    /// assert!((camera.celsius(30_615.0) - 33.0).abs() < 1e-9); // 306.15 K
    /// let skin = camera.corrected(Emissivity::skin(22.0))?;
    /// assert!((skin.celsius(30_615.0) - 33.2124).abs() < 1e-4); // what it mirrors is colder
    /// assert!(skin.corrected(Emissivity::skin(22.0)).is_err()); // never twice
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn celsius(&self, raw: f64) -> f64 {
        let Some(surface) = self.emissivity else {
            return self.encoding.celsius(raw);
        };
        let (share, through) = (surface.emissivity, surface.transmission);
        let own = |total: f64, reflected: f64, air: f64| {
            (total - (1.0 - share) * through * reflected - (1.0 - through) * air) / (share * through)
        };
        if let Encoding::Planck(planck) = self.encoding {
            let of = |celsius: f64| planck.signal(celsius + ZERO_CELSIUS) + planck.o;
            let signal = own(raw + planck.o, of(surface.reflected), of(surface.air)) - planck.o;
            return planck.kelvin(signal) - ZERO_CELSIUS;
        }
        let fourth = |celsius: f64| {
            let square = (celsius + ZERO_CELSIUS) * (celsius + ZERO_CELSIUS);
            square * square
        };
        let power = own(fourth(self.encoding.celsius(raw)), fourth(surface.reflected), fourth(surface.air));
        libm::sqrt(libm::sqrt(power)) - ZERO_CELSIUS
    }

    /// Mean and SD, °C, of raw values with this mean and SD.
    pub(crate) fn moments(&self, mean: f64, deviation: f64) -> (f64, f64) {
        match (self.encoding, self.emissivity) {
            (Encoding::TLinear { kelvin_per_count }, None) => (self.celsius(mean), deviation * kelvin_per_count),
            (Encoding::Celsius, None) => (mean, deviation),
            _ => {
                let middle = self.celsius(mean);
                let (high, low) = (self.celsius(mean + ROOT_3 * deviation), self.celsius(mean - ROOT_3 * deviation));
                if !(high.is_finite() && low.is_finite()) {
                    return (middle, f64::NAN);
                }
                (middle + (high - 2.0 * middle + low) / 6.0, (high - low) / (2.0 * ROOT_3))
            }
        }
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.encoding.check()
    }
}

const ROOT_3: f64 = 1.732_050_807_568_877_2;

const TWICE: ConfigError =
    ConfigError::Conflict { argument: "emissivity", because: "it has been applied already, and must not be twice" };

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: Planck = Planck { r1: 21_106.77, r2: 0.012_545_258, b: 1501.0, f: 1.0, o: -7340.0 };

    /// The table of the project's physiology reference, §4.2, by its own formula in kelvin.
    #[test]
    fn fourth_power_form_is_the_table() {
        for (emissivity, expected) in [(0.98, 0.21), (0.95, 0.55)] {
            let surface = Emissivity { emissivity, ..Emissivity::skin(22.0) };
            let skin = Radiometry::new(Encoding::Celsius).corrected(surface).expect("once").celsius(33.0);
            assert!((skin - 33.0 - expected).abs() < 0.005, "emissivity {emissivity}: {:+.4} K", skin - 33.0);
            let warmer = Emissivity { reflected: 23.0, ..surface };
            let change = Radiometry::new(Encoding::Celsius).corrected(warmer).expect("once").celsius(33.0) - skin;
            if emissivity == 0.98 {
                assert!((change + 0.02).abs() < 0.005, "1 K of the walls: {change:+.4} K");
            }
        }
    }

    #[test]
    fn resolutions_are_those_of_the_cameras() {
        for (encoding, count, celsius) in [
            (Encoding::LEPTON, 30_615.0, 33.0),
            (Encoding::LEPTON_COARSE, 3061.5, 33.0),
            (Encoding::TAU, 7653.75, 33.0),
            (Encoding::TAU_COARSE, 765.375, 33.0),
        ] {
            approx::assert_abs_diff_eq!(encoding.celsius(count), celsius, epsilon = 1e-9);
        }
    }

    #[test]
    fn planck_form_leads_back_and_undoes_what_skin_does() {
        let skin_kelvin = 306.15;
        let walls = 295.15;
        approx::assert_abs_diff_eq!(CAMERA.kelvin(CAMERA.signal(skin_kelvin)), skin_kelvin, epsilon = 1e-9);
        // The lens sees 97 % of the skin's radiation and 3 % of the walls', through air that takes 1 %.
        let radiation = |kelvin: f64| CAMERA.signal(kelvin) + CAMERA.o;
        let seen = 0.99 * (0.97 * radiation(skin_kelvin) + 0.03 * radiation(walls)) + 0.01 * radiation(297.0);
        let surface = Emissivity { emissivity: 0.97, reflected: 22.0, transmission: 0.99, air: 297.0 - ZERO_CELSIUS };
        let radiometry = Radiometry::new(Encoding::Planck(CAMERA)).corrected(surface).expect("once");
        approx::assert_abs_diff_eq!(radiometry.celsius(seen - CAMERA.o), 33.0, epsilon = 1e-9);
    }

    #[test]
    fn never_twice_whoever_was_first() {
        let plain = Radiometry::new(Encoding::LEPTON);
        assert!(plain.corrected_by_camera().and_then(|r| r.corrected(Emissivity::skin(22.0))).is_err());
        assert!(plain.corrected(Emissivity::skin(22.0)).and_then(Radiometry::corrected_by_camera).is_err());
        assert!(plain.corrected(Emissivity { emissivity: 1.2, ..Emissivity::skin(22.0) }).is_err());
        assert_eq!(plain.corrected_by_camera().expect("once").applied_by(), EmissivityAppliedBy::Camera);
    }

    #[test]
    fn moments_of_a_region_are_those_of_its_corrected_pixels() {
        let radiometry = Radiometry::new(Encoding::Planck(CAMERA)).corrected(Emissivity::skin(22.0)).expect("once");
        // A normal spread of 2 K, by its quantiles.
        let raw: Vec<f64> = (0..2000)
            .map(|i| {
                let u = (f64::from(i) + 0.5) / 1000.0 - 1.0;
                CAMERA.signal(306.0 + 2.0 * core::f64::consts::SQRT_2 * inverse_error_function(u))
            })
            .collect();
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let square = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64;
            (mean, libm::sqrt(square))
        };
        let (mean, deviation) = moments(&raw);
        let got = radiometry.moments(mean, deviation);
        let expected = moments(&raw.iter().map(|&r| radiometry.celsius(r)).collect::<Vec<_>>());
        assert!((got.0 - expected.0).abs() < 1e-3 && (got.1 - expected.1).abs() < 1e-2, "{got:?} {expected:?}");
    }

    /// By bisection: slow and plain.
    fn inverse_error_function(target: f64) -> f64 {
        let (mut low, mut high) = (-6.0, 6.0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if libm::erf(middle) < target { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}
