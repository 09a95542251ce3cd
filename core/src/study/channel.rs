//! What was measured: a sensor at a site, and the part it plays in the comparison.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::ConfigError;
use crate::signal::{Calibration, Polarity, SensorRange, SignalKind};

/// What kind of numbers a channel carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelSignal {
    /// A pulse stream, to be analysed into beats.
    Pulse(SignalKind),
    /// Skin thermography: a region's temperature over time.
    Thermal,
    /// Any other values over time, such as room temperature or a blood pressure reading.
    Values,
}

impl ChannelSignal {
    /// The names that [`ChannelSignal::from_name`] takes.
    pub const NAMES: &'static str = "\"ppg\", \"pvr\", \"pressure\", \"thermal\", \"values\"";

    /// The kind with this name.
    ///
    /// # Errors
    /// [`ConfigError::UnknownName`] for any other word.
    pub fn from_name(name: &str) -> Result<Self, ConfigError> {
        match name {
            "thermal" => Ok(Self::Thermal),
            "values" => Ok(Self::Values),
            _ => SignalKind::from_name(name)
                .map(Self::Pulse)
                .map_err(|_| ConfigError::UnknownName { argument: "signal", expected: Self::NAMES }),
        }
    }

    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pulse(kind) => kind.name(),
            Self::Thermal => "thermal",
            Self::Values => "values",
        }
    }

    /// The measures that are compared where the channel names none.
    pub fn measures(self) -> &'static [&'static str] {
        match self {
            Self::Pulse(SignalKind::Ppg) => &["perfusion_index", "amplitude", "pulse_rate"],
            Self::Pulse(SignalKind::Pvr) => &["amplitude", "pulse_rate", "upstroke_time", "mean_height"],
            Self::Pulse(_) => &["amplitude", "pulse_rate"],
            Self::Thermal | Self::Values => &[],
        }
    }
}

/// A closed list of words, the same in every language.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident($argument:literal, $names:literal) { $($(#[$what:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$what])* $variant,)+
        }

        impl $name {
            /// The names that `from_name` takes.
            pub const NAMES: &'static str = $names;
            /// Every word of the list, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The item with this name.
            ///
            /// # Errors
            /// [`ConfigError::UnknownName`](crate::ConfigError::UnknownName) for any other word.
            pub fn from_name(name: &str) -> Result<Self, $crate::error::ConfigError> {
                match name {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::error::ConfigError::UnknownName { argument: $argument, expected: Self::NAMES }),
                }
            }

            /// The name, the same in all languages.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The side of the body.
    Side("side", "\"left\", \"right\", \"none\"") {
        /// Left.
        Left = "left",
        /// Right.
        Right = "right",
        /// In the middle, or of no side.
        None = "none",
    }
}

words! {
    /// The part a channel plays.
    Role("role", "\"treated\", \"contralateral\", \"remote\", \"control\", \"other\"") {
        /// The limb that is treated.
        Treated = "treated",
        /// The limb opposite the treated one.
        Contralateral = "contralateral",
        /// A remote site of the same person, such as a finger: it shares the circulation and not the treatment.
        Remote = "remote",
        /// A site that the treatment is known not to reach.
        Control = "control",
        /// None of these: shown, and compared with its own baseline only.
        Other = "other",
    }
}

impl Role {
    /// Whether a change here is what the study asks about.
    pub fn is_tested(self) -> bool {
        matches!(self, Self::Treated | Self::Contralateral)
    }

    /// Whether a change here is what would have happened anyway.
    pub fn is_reference(self) -> bool {
        matches!(self, Self::Remote | Self::Control)
    }
}

/// One sensor at one site, over all its recordings.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Short name, unique in the study.
    pub id: String,
    /// What the sensor is.
    pub signal: ChannelSignal,
    /// Where it sits, such as `calf`; the same words on both sides.
    pub site: Option<String>,
    /// The side of the body.
    pub side: Side,
    /// The part it plays.
    pub role: Role,
    /// Ids of the recordings that hold it; empty: all of them.
    pub recordings: Vec<String>,
    /// Name of its column in those recordings; `None`: the channel's id.
    pub column: Option<String>,
    /// Unit of the values where there is no calibration.
    pub unit: Option<String>,
    /// Raw to physical units.
    pub calibration: Option<Calibration>,
    /// Whether systole is a rise or a fall.
    pub polarity: Polarity,
    /// The rails of the sensor, raw units.
    pub sensor_range: Option<SensorRange>,
    /// Whether the level of the samples is the light's; `None` decides from the samples.
    pub dc_coupled: Option<bool>,
    /// Chart gain, mm per mmHg; PVR only.
    pub gain_mm_per_mmhg: Option<f64>,
    /// Target pressure of the cuff, mmHg; PVR only.
    pub cuff_pressure: Option<f64>,
    /// Name of the column with the cuff's pressure, mmHg; PVR only.
    pub cuff_column: Option<String>,
    /// Rows and columns `[y0, y1, x0, x1]` of the region, half open; thermography only.
    pub region: Option<[u32; 4]>,
    /// The measures that are compared; empty: those of [`ChannelSignal::measures`], or all that are given.
    pub measures: Vec<String>,
    /// Id of the channel that its changes are held against; `None`: every channel of role remote or control.
    pub reference: Option<String>,
}

impl Channel {
    /// A channel of which only the kind and the role are known.
    pub fn new(id: &str, signal: ChannelSignal, side: Side, role: Role) -> Self {
        Self {
            id: id.into(),
            signal,
            site: None,
            side,
            role,
            recordings: Vec::new(),
            column: None,
            unit: None,
            calibration: None,
            polarity: Polarity::Auto,
            sensor_range: None,
            dc_coupled: None,
            gain_mm_per_mmhg: None,
            cuff_pressure: None,
            cuff_column: None,
            region: None,
            measures: Vec::new(),
            reference: None,
        }
    }

    /// Name of the column that holds it.
    pub fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.id)
    }

    /// Unit of its values after calibration, `unstated` where nothing was said.
    pub fn unit(&self) -> &str {
        self.calibration.as_ref().map_or(self.unit.as_deref().unwrap_or("unstated"), Calibration::unit)
    }

    /// Whether `recording` holds this channel.
    pub fn is_in(&self, recording: &str) -> bool {
        self.recordings.is_empty() || self.recordings.iter().any(|id| id == recording)
    }
}
