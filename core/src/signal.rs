//! What a stream is: its rate, kind, polarity, calibration, sensor range, and whether its level means anything.

use core::fmt;

use crate::error::{ConfigError, in_range};

/// Samples per second of a pulse stream, 20 Hz to 4 kHz.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct SampleRate(f64);

impl SampleRate {
    /// Lowest rate taken, Hz.
    pub const MIN_HZ: f64 = 20.0;
    /// Highest rate taken, Hz.
    pub const MAX_HZ: f64 = 4000.0;

    /// A rate in hertz.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] below 20 Hz, above 4 kHz and for NaN.
    ///
    /// ```
    /// use plethys::SampleRate;
    /// assert_eq!(SampleRate::hz(125.0)?.as_hz(), 125.0);
    /// assert!(SampleRate::hz(5.0).is_err());
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn hz(hz: f64) -> Result<Self, ConfigError> {
        in_range("sample_rate", hz, Self::MIN_HZ, Self::MAX_HZ).map(Self)
    }

    /// The rate in hertz.
    pub fn as_hz(self) -> f64 {
        self.0
    }

    /// Number of samples nearest to `seconds`, at least one.
    pub(crate) fn samples(self, seconds: f64) -> usize {
        (libm::round(seconds * self.0) as usize).max(1)
    }
}

/// What the sensor is, which decides what can be measured on its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SignalKind {
    /// Photoplethysmography: light; the only kind with a perfusion index.
    #[default]
    Ppg,
    /// Pulse volume recording: pressure in a cuff at low static pressure.
    Pvr,
    /// Arterial pressure.
    Pressure,
}

impl SignalKind {
    /// The names that [`SignalKind::from_name`] takes.
    pub const NAMES: &'static str = "\"ppg\", \"pvr\", \"pressure\"";

    /// The kind with this name (`"ppg"`, `"pvr"`, `"pressure"`).
    ///
    /// # Errors
    /// [`ConfigError::UnknownName`] for any other word.
    pub fn from_name(name: &str) -> Result<Self, ConfigError> {
        match name {
            "ppg" => Ok(Self::Ppg),
            "pvr" => Ok(Self::Pvr),
            "pressure" => Ok(Self::Pressure),
            _ => Err(ConfigError::UnknownName { argument: "signal", expected: Self::NAMES }),
        }
    }

    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ppg => "ppg",
            Self::Pvr => "pvr",
            Self::Pressure => "pressure",
        }
    }
}

/// Whether systole is a rise or a fall of the raw samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Polarity {
    /// Decided from the stream's first beats, then kept until a reset or a gap of 10 s. Where a stream does not begin with pulses the
    /// decision is provisional, and turns, until ten periodic stretches of signal have confirmed it; a flat line decides nothing, and
    /// a pressure or PVR whose pulses do not say rises.
    #[default]
    Auto,
    /// Systole is a rise.
    Upright,
    /// Systole is a fall, as in raw light intensity.
    Inverted,
}

impl Polarity {
    /// The names that [`Polarity::from_name`] takes.
    pub const NAMES: &'static str = "\"auto\", \"upright\", \"inverted\"";

    /// The polarity with this name (`"auto"`, `"upright"`, `"inverted"`).
    ///
    /// # Errors
    /// [`ConfigError::UnknownName`] for any other word.
    pub fn from_name(name: &str) -> Result<Self, ConfigError> {
        match name {
            "auto" => Ok(Self::Auto),
            "upright" => Ok(Self::Upright),
            "inverted" => Ok(Self::Inverted),
            _ => Err(ConfigError::UnknownName { argument: "polarity", expected: Self::NAMES }),
        }
    }

    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Upright => "upright",
            Self::Inverted => "inverted",
        }
    }
}

/// A short text of at most 24 bytes, held without the heap: a unit, a date.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label {
    bytes: [u8; Label::MAX],
    length: u8,
}

impl Label {
    /// Longest text, bytes of UTF-8.
    pub const MAX: usize = 24;

    /// Takes `text` for the argument named `argument`.
    ///
    /// # Errors
    /// [`ConfigError::TooLong`] above 24 bytes.
    pub fn new(argument: &'static str, text: &str) -> Result<Self, ConfigError> {
        let source = text.as_bytes();
        let mut bytes = [0; Self::MAX];
        match bytes.get_mut(..source.len()) {
            Some(place) => place.copy_from_slice(source),
            None => return Err(ConfigError::TooLong { argument, length: source.len(), max: Self::MAX }),
        }
        Ok(Self { bytes, length: source.len() as u8 })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How raw samples become physical ones: value = scale × raw + offset.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    scale: f64,
    offset: f64,
    unit: Label,
    date: Option<Label>,
}

impl Calibration {
    /// A calibration with the unit of its result (UCUM, such as `mm[Hg]`).
    ///
    /// # Errors
    /// [`ConfigError::NotUsable`] for a scale that is zero or not finite, or an offset that is not finite;
    /// [`ConfigError::TooLong`] for a unit above 24 bytes.
    pub fn new(scale: f64, offset: f64, unit: &str) -> Result<Self, ConfigError> {
        if !scale.is_finite() || scale == 0.0 {
            return Err(ConfigError::NotUsable { argument: "calibration.scale", value: scale });
        }
        if !offset.is_finite() {
            return Err(ConfigError::NotUsable { argument: "calibration.offset", value: offset });
        }
        Ok(Self { scale, offset, unit: Label::new("calibration.unit", unit)?, date: None })
    }

    /// The calibration through two points (raw, value): zero at vent and a span at a known static pressure, say.
    ///
    /// # Errors
    /// As [`Calibration::new`]: [`ConfigError::NotUsable`] where the two raw readings, or the two values, are the same.
    ///
    /// ```
    /// use plethys::Calibration;
    /// let made = Calibration::two_point((410.0, 0.0), (20_410.0, 100.0), "mm[Hg]")?.dated("2026-11-22")?;
    /// assert_eq!((made.scale(), made.offset()), (0.005, -2.05));
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn two_point(first: (f64, f64), second: (f64, f64), unit: &str) -> Result<Self, ConfigError> {
        let scale = (second.1 - first.1) / (second.0 - first.0);
        Self::new(scale, first.1 - scale * first.0, unit)
    }

    /// The same calibration with the date it was made (ISO 8601).
    ///
    /// # Errors
    /// [`ConfigError::TooLong`] above 24 bytes.
    pub fn dated(mut self, date: &str) -> Result<Self, ConfigError> {
        self.date = Some(Label::new("calibration.date", date)?);
        Ok(self)
    }

    /// Physical units per raw unit.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The physical value of a raw zero.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The unit of the result.
    pub fn unit(&self) -> &str {
        self.unit.as_str()
    }

    /// When the calibration was made, if that was said.
    pub fn date(&self) -> Option<&str> {
        self.date.as_ref().map(Label::as_str)
    }
}

/// Lowest and highest raw value that the sensor can give; samples at either are clipped, beyond it out of range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SensorRange {
    low: f64,
    high: f64,
}

impl SensorRange {
    /// The range from `low` to `high`, raw units.
    ///
    /// # Errors
    /// [`ConfigError::NotIncreasing`] unless `low < high`, both finite.
    pub fn new(low: f64, high: f64) -> Result<Self, ConfigError> {
        if low.is_finite() && high.is_finite() && low < high {
            Ok(Self { low, high })
        } else {
            Err(ConfigError::NotIncreasing { argument: "sensor_range", low, high })
        }
    }

    /// Lowest raw value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Highest raw value.
    pub fn high(&self) -> f64 {
        self.high
    }
}

/// The pressure that a cuff should hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CuffTarget {
    pressure: f64,
    tolerance: f64,
}

impl CuffTarget {
    /// Largest loss of pressure without a warning, mmHg per minute.
    pub const LARGEST_LEAK: f64 = 1.0;

    /// A target in the calibrated unit of the stream (mmHg), and how far from it a beat still counts.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a pressure outside 0 to 400 or a tolerance outside 0.1 to 100.
    ///
    /// ```
    /// use plethys::CuffTarget;
    /// let target = CuffTarget::new(65.0, 5.0)?;
    /// assert!(target.holds(61.0) && !target.holds(59.0));
    /// # Ok::<(), plethys::ConfigError>(())
    /// ```
    pub fn new(pressure: f64, tolerance: f64) -> Result<Self, ConfigError> {
        Ok(Self {
            pressure: in_range("cuff.pressure", pressure, 0.0, 400.0)?,
            tolerance: in_range("cuff.tolerance", tolerance, 0.1, 100.0)?,
        })
    }

    /// The pressure, mmHg.
    pub fn pressure(&self) -> f64 {
        self.pressure
    }

    /// Largest distance from it, mmHg.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Whether a pressure is on target; NaN is not.
    pub fn holds(&self, pressure: f64) -> bool {
        (pressure - self.pressure).abs() <= self.tolerance
    }
}

impl Default for CuffTarget {
    /// 65 ± 5 mmHg.
    fn default() -> Self {
        Self { pressure: 65.0, tolerance: 5.0 }
    }
}

/// Everything a monitor is told about its stream; plain data.
///
/// ```
/// use plethys::{Config, Polarity, SampleRate};
/// let config = Config { polarity: Polarity::Inverted, ..Config::ppg(SampleRate::hz(64.0)?) };
/// assert_eq!(config.dc_coupled, None);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Samples per second; with time stamps, the rate of the grid that the samples are laid on.
    pub sample_rate: SampleRate,
    /// What the sensor is.
    pub signal: SignalKind,
    /// Whether systole is a rise or a fall.
    pub polarity: Polarity,
    /// Raw to physical units; without it amplitudes are in raw units, unit `unstated`.
    pub calibration: Option<Calibration>,
    /// The rails of the sensor, raw units; without them rails are recognised from flat extremes.
    pub sensor_range: Option<SensorRange>,
    /// Whether the level of the samples is the light's: `None` decides from the samples, `Some(false)` means never.
    pub dc_coupled: Option<bool>,
    /// The pressure that the cuff of a DC-coupled, calibrated PVR should hold: beats whose foot lies off it are left out, reason
    /// `CuffPressure`. `None` asks nothing.
    pub cuff: Option<CuffTarget>,
    /// Whether each sample comes with an acceleration.
    pub motion: bool,
    /// Whether each sample comes with one of a second optical channel of the same site.
    pub companion: bool,
}

impl Config {
    /// A stream of `signal` at `sample_rate`, everything else at its default.
    pub fn new(signal: SignalKind, sample_rate: SampleRate) -> Self {
        Self {
            sample_rate,
            signal,
            polarity: Polarity::Auto,
            calibration: None,
            sensor_range: None,
            dc_coupled: None,
            cuff: None,
            motion: false,
            companion: false,
        }
    }

    /// A photoplethysmogram.
    pub fn ppg(sample_rate: SampleRate) -> Self {
        Self::new(SignalKind::Ppg, sample_rate)
    }

    /// A pulse volume recording.
    pub fn pvr(sample_rate: SampleRate) -> Self {
        Self::new(SignalKind::Pvr, sample_rate)
    }

    /// An arterial pressure.
    pub fn pressure(sample_rate: SampleRate) -> Self {
        Self::new(SignalKind::Pressure, sample_rate)
    }

    /// The unit of amplitudes: the calibration's, or `unstated`.
    pub fn unit(&self) -> &str {
        self.calibration.as_ref().map_or("unstated", Calibration::unit)
    }
}
