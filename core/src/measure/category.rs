//! The scale of the chart, and the category of a pulse volume recording.
//!
//! Categories after Raines 1973 (doctoral thesis, MIT) and Darling et al. 1972, Surgery 72(6):873, by the deflection at the reference gain of
//! 20 mm/mmHg and the reflected wave. Limits exist for thigh, calf and ankle with cuffs at about 65 mmHg only. A category describes a contour; it
//! is no diagnosis.

use crate::error::{ConfigError, in_range};
use crate::event::Notch;
use crate::reason::Reason;

/// The gain of the classical recorder, mm of chart for each mmHg.
pub const REFERENCE_GAIN: f64 = 20.0;

/// Below so many standard deviations of the noise a recording is flat.
const FLAT: f64 = 3.0;
/// Below this deflection a pulse is severely damped, mm.
const SEVERE: f64 = 5.0;

/// The gain of a recorder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain(f64);

impl Gain {
    /// Millimetres of chart for each mmHg.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] outside 0.01 to 10 000.
    pub fn mm_per_mmhg(gain: f64) -> Result<Self, ConfigError> {
        in_range("gain", gain, 0.01, 10_000.0).map(Self)
    }

    /// The gain, mm/mmHg.
    pub fn as_mm_per_mmhg(self) -> f64 {
        self.0
    }

    /// Deflection on this chart of a height in mmHg, mm.
    pub fn deflection(self, height: f64) -> f64 {
        self.0 * height
    }

    /// Height in mmHg of a deflection on this chart.
    ///
    /// ```
    /// use plethys::Gain;
    /// let gain = Gain::mm_per_mmhg(40.0)?;
    /// // 30 mm at twice the reference gain are 15 mm on the classical chart.
    /// assert_eq!(Gain::REFERENCE.deflection(gain.height(30.0)), 15.0);
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn height(self, deflection: f64) -> f64 {
        deflection / self.0
    }

    /// The gain of the classical chart.
    pub const REFERENCE: Self = Self(REFERENCE_GAIN);
}

/// Where a cuff sits, as far as there are limits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CuffSite {
    /// Above the knee.
    Thigh,
    /// Below the knee.
    Calf,
    /// Above the ankle.
    Ankle,
}

impl CuffSite {
    /// The site with this name (`thigh`, `calf`, `ankle`); `None` for one without limits, such as a digit.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "thigh" => Some(Self::Thigh),
            "calf" => Some(Self::Calf),
            "ankle" => Some(Self::Ankle),
            _ => None,
        }
    }

    /// The deflection above which a pulse is of normal height, mm.
    pub fn normal(self) -> f64 {
        match self {
            Self::Calf => 20.0,
            Self::Thigh | Self::Ankle => 15.0,
        }
    }
}

/// What a category rests on; what is not known is `None`, and then there is no category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grading {
    /// Median height of the pulses, mmHg: calibrated, so that the gain is known.
    pub height: Option<f64>,
    /// Standard deviation of the recording's noise, mmHg.
    pub noise: Option<f64>,
    /// Notch of the averaged beat. Only a clear one is a reflected wave.
    pub notch: Option<Notch>,
    /// Where the cuff sits.
    pub site: Option<CuffSite>,
    /// Whether the cuff's pressure was known, and on target.
    pub cuff_on_target: Option<bool>,
}

/// The category, 1 (normal) to 5 (flat).
///
/// # Errors
/// [`Reason::NotStated`] where height, noise, notch (of a pulse of normal height), site or cuff are not known; [`Reason::CuffPressure`] where the cuff was off its target.
///
/// ```
/// use plethys::{CuffSite, Grading, Notch, Reason, category};
/// let grading = Grading {
///     height: Some(0.81), // 16.2 mm
///     noise: Some(0.002),
///     notch: Some(Notch::Clear),
///     site: Some(CuffSite::Ankle),
///     cuff_on_target: Some(true),
/// };
/// assert_eq!(category(&grading), Ok(1));
/// assert_eq!(category(&Grading { site: Some(CuffSite::Calf), ..grading }), Ok(3));
/// assert_eq!(category(&Grading { site: None, ..grading }), Err(Reason::NotStated));
/// ```
pub fn category(grading: &Grading) -> Result<u8, Reason> {
    let Grading { height, noise, notch, site, cuff_on_target } = *grading;
    let known = |value: Option<f64>| value.filter(|value| value.is_finite()).ok_or(Reason::NotStated);
    let (height, noise, site) = (known(height)?, known(noise)?, site.ok_or(Reason::NotStated)?);
    if !cuff_on_target.ok_or(Reason::NotStated)? {
        return Err(Reason::CuffPressure);
    }
    let deflection = Gain::REFERENCE.deflection(height);
    Ok(match deflection {
        _ if height < FLAT * noise => 5,
        mm if mm < SEVERE => 4,
        mm if mm <= site.normal() => 3,
        _ if notch.ok_or(Reason::NotStated)? == Notch::Clear => 1,
        _ => 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_category_and_each_gap() {
        let grading = |height: f64| Grading {
            height: Some(height),
            noise: Some(0.01),
            notch: Some(Notch::Inflection),
            site: Some(CuffSite::Thigh),
            cuff_on_target: Some(true),
        };
        for (height, answer) in [(0.8, 2), (0.75, 3), (0.25, 3), (0.24, 4), (0.029, 5)] {
            assert_eq!(category(&grading(height)), Ok(answer), "{height} mmHg");
        }
        let full = grading(0.8);
        for gap in [
            Grading { height: None, ..full },
            Grading { noise: None, ..full },
            Grading { notch: None, ..full },
            Grading { site: CuffSite::from_name("digit"), ..full },
            Grading { cuff_on_target: None, ..full },
            Grading { height: Some(f64::NAN), ..full },
        ] {
            assert_eq!(category(&gap), Err(Reason::NotStated), "{gap:?}");
        }
        assert_eq!(category(&Grading { cuff_on_target: Some(false), ..full }), Err(Reason::CuffPressure));
    }
}
