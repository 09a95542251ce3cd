//! What a monitor hands out: prompt pulses, settled beats, rate rows.

use crate::reason::Reason;

/// A pulse as soon as it is seen, for the cursor, the tone and the live number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    /// Time of the systolic peak, s from the first sample.
    pub peak: f64,
}

/// How far the dicrotic notch shows in a beat's descent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Notch {
    /// The descent falls without a mark.
    None = 1,
    /// The descent flattens without a minimum.
    Inflection = 2,
    /// The descent has a minimum, at least 1 % of the amplitude deep.
    Clear = 3,
}

impl Notch {
    /// The code in tables; 0 there means absent.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The name, the same in all languages.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Inflection => "inflection",
            Self::Clear => "clear",
        }
    }

    /// The class with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::None),
            2 => Some(Self::Inflection),
            3 => Some(Self::Clear),
            _ => None,
        }
    }
}

/// A settled, delineated pulse; never taken back once handed out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// Onset: where the tangent of the steepest rise meets the foot level, s from the first sample; absent where there is no
    /// rise to read, where the signal begins after it, or the beat was found by its rate.
    pub onset: Option<f64>,
    /// Systolic peak, s.
    pub peak: f64,
    /// The next beat's onset, s; absent where a gap, a pause of 3 s or the end of the recording followed.
    pub end: Option<f64>,
    /// Beats per minute, from maximal slope to maximal slope of the next beat.
    pub rate: Option<f64>,
    /// Systolic peak minus the foot level before it, calibrated units, positive.
    pub amplitude: Option<f64>,
    /// The amplitude above the line from this foot to the next, calibrated units: immune to linear drift.
    pub amplitude_corrected: Option<f64>,
    /// 100 × amplitude / mean of the samples from onset to end, %; of a PPG with its DC level only.
    pub perfusion_index: Option<f64>,
    /// From onset to systolic peak, s.
    pub upstroke_time: Option<f64>,
    /// Time spent above half of the amplitude, s.
    pub width: Option<f64>,
    /// Largest slope of the upstroke, calibrated units per second.
    pub max_slope: Option<f64>,
    /// Level of the foot, calibrated units, not oriented.
    pub foot: Option<f64>,
    /// Probability that this is a pulse of the heart, 0 to 1.
    pub quality: f64,
    /// From 10 to 90 % of `amplitude_corrected` on the upstroke, s.
    pub rise_time: Option<f64>,
    /// Share of the cycle (onset to end) that `upstroke_time` takes, 0 to 1.
    pub upstroke_fraction: Option<f64>,
    /// Time spent above a quarter of the amplitude, s.
    pub width_25: Option<f64>,
    /// Time spent above three quarters of the amplitude, s.
    pub width_75: Option<f64>,
    /// Height of the mean waveform (%MAP): 100 × mean over the cycle above the line from foot to foot / `amplitude_corrected`, %.
    pub mean_height: Option<f64>,
    /// Mean distance of the descent from the chord between the peak and the next foot, in amplitudes: negative where it
    /// sags to the baseline (normal), positive where it is bowed away.
    pub bowing: Option<f64>,
    /// Integral over the cycle above the line from foot to foot, calibrated units × s.
    pub area: Option<f64>,
    /// Highest rise in the descent before 0.7 of the cycle, as a share of the amplitude; 0 where it only falls.
    pub notch_prominence: Option<f64>,
    /// Whether the beat enters medians, rates and studies.
    pub accepted: bool,
    /// Why the beat was not accepted, or, on an accepted beat, why its amplitude is absent.
    pub reason: Option<Reason>,
    /// The dicrotic notch; absent where the descent is not complete.
    pub notch: Option<Notch>,
    /// Samples were missing inside, and were bridged by a line.
    pub bridged: bool,
    /// Samples inside were clipped.
    pub clipped: bool,
    /// Found with the help of the rate tracked through motion: its time is good to 0.1 s, it has no amplitude.
    pub rate_locked: bool,
}

/// The pulse rate of 8 s of signal, once per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRow {
    /// Centre of the signal that the row rests on, s from the first sample.
    pub time: f64,
    /// Pulse rate, beats per minute.
    pub pulse_rate: Option<f64>,
    /// One standard deviation of the pulse rate, beats per minute.
    pub pulse_rate_uncertainty: Option<f64>,
    /// How far the row can be trusted, 0 to 1.
    pub quality: f64,
    /// Whether the rate was tracked through motion, rather than counted.
    pub tracked: bool,
    /// Why the rate is absent.
    pub reason: Option<Reason>,
}

/// What a push can bring about.
// A box would allocate; events are few, and live in one queue that is as large as it ever gets.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A pulse, within 0.3 s of its systolic peak.
    Pulse(Pulse),
    /// A settled beat, within the monitor's latency of what ended it.
    Beat(Beat),
    /// The pulse rate, each second.
    Rate(RateRow),
}
