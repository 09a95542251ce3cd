//! Why something is absent or was left out, and what state a stream is in: closed lists, the same in every language.

/// Why a value is absent, or why a beat was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Reason {
    /// The measure does not exist for this kind of signal, such as a perfusion index of a pressure.
    NotApplicable = 1,
    /// The stream's level is not the light's (it was filtered away), so that a share of it means nothing.
    NoDc = 2,
    /// The sensor was at a rail where the value would have been read.
    Clipped = 3,
    /// Samples are missing where the value would have been read.
    Missing = 4,
    /// Nothing ended the beat: a gap, a pause or the end of the recording followed it.
    NoNextBeat = 5,
    /// No accepted beat that is recent enough.
    NoBeats = 6,
    /// Too little signal so far.
    TooShort = 7,
    /// The polarity of the stream is not decided yet.
    NoPolarity = 8,
    /// Found with the help of the tracked rate, in motion: the time is good to 0.1 s, the height means nothing.
    Motion = 9,
    /// The height does not fit the pulses around it: on a beat that was not accepted, or for an amplitude that is left out.
    Height = 10,
    /// The interval does not fit the pulses around it.
    Rhythm = 11,
    /// The shape is not that of the pulses around it.
    Shape = 12,
    /// The signal is flat, or as small as its noise.
    Noise = 13,
    /// The rate was tracked through motion and is not known any more.
    LostLock = 14,
    /// Two estimates disagree, so that neither is given.
    Disagreement = 15,
    /// The waveform does not have the feature, such as a notch.
    NotPresent = 16,
    /// The pulses that it would rest on are too doubtful.
    LowQuality = 17,
    /// The cuff's pressure was off its target, or the cuff was being inflated: the stroke of a pump is no pulse.
    CuffPressure = 18,
    /// What it rests on was not stated: a calibration, a site, a gain, an injected volume.
    NotStated = 19,
}

impl Reason {
    /// Every reason, in the order of its code.
    pub const ALL: [Self; 19] = [
        Self::NotApplicable,
        Self::NoDc,
        Self::Clipped,
        Self::Missing,
        Self::NoNextBeat,
        Self::NoBeats,
        Self::TooShort,
        Self::NoPolarity,
        Self::Motion,
        Self::Height,
        Self::Rhythm,
        Self::Shape,
        Self::Noise,
        Self::LostLock,
        Self::Disagreement,
        Self::NotPresent,
        Self::LowQuality,
        Self::CuffPressure,
        Self::NotStated,
    ];

    /// The code in tables; 0 there means that there is no reason.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The reason with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code).checked_sub(1)?).copied()
    }

    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "NotApplicable",
            Self::NoDc => "NoDc",
            Self::Clipped => "Clipped",
            Self::Missing => "Missing",
            Self::NoNextBeat => "NoNextBeat",
            Self::NoBeats => "NoBeats",
            Self::TooShort => "TooShort",
            Self::NoPolarity => "NoPolarity",
            Self::Motion => "Motion",
            Self::Height => "Height",
            Self::Rhythm => "Rhythm",
            Self::Shape => "Shape",
            Self::Noise => "Noise",
            Self::LostLock => "LostLock",
            Self::Disagreement => "Disagreement",
            Self::NotPresent => "NotPresent",
            Self::LowQuality => "LowQuality",
            Self::CuffPressure => "CuffPressure",
            Self::NotStated => "NotStated",
        }
    }
}

/// What a stream is doing now. Where several hold, the first of `TooShort`, `Missing`, `Rail`, `Flat`, `Motion`, `Tracking`,
/// `Searching`, `NoPulse` is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
#[non_exhaustive]
pub enum State {
    /// Fewer than 3 s so far, or in the whole recording, whatever they are.
    #[default]
    TooShort = 0,
    /// Signal is there; its pulses or its polarity are not established yet.
    Searching = 1,
    /// Pulses are being followed.
    Tracking = 2,
    /// Samples change, and no pulse was accepted for 10 s.
    NoPulse = 3,
    /// The samples do not change.
    Flat = 4,
    /// The samples stay at a rail of the sensor.
    Rail = 5,
    /// Samples are missing.
    Missing = 6,
    /// The sensor moves, as its acceleration tells; the rate is tracked through the motion.
    Motion = 7,
}

impl State {
    /// Every state, in the order of its code.
    pub const ALL: [Self; 8] = [
        Self::TooShort,
        Self::Searching,
        Self::Tracking,
        Self::NoPulse,
        Self::Flat,
        Self::Rail,
        Self::Missing,
        Self::Motion,
    ];

    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooShort => "TooShort",
            Self::Searching => "Searching",
            Self::Tracking => "Tracking",
            Self::NoPulse => "NoPulse",
            Self::Flat => "Flat",
            Self::Rail => "Rail",
            Self::Missing => "Missing",
            Self::Motion => "Motion",
        }
    }
}
