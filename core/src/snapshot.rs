//! What a stream is now.

use crate::reason::{Reason, State};
use crate::signal::Polarity;

/// How many samples were not plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Samples pushed (with time stamps: grid samples).
    pub samples: u64,
    /// Samples that were NaN.
    pub missing: u64,
    /// Samples that were infinite, beyond the sensor range, beyond 1e30 before or after calibration, or that jumped by more than the stream
    /// otherwise travels in 100 s.
    pub out_of_range: u64,
    /// Samples at a rail.
    pub clipped: u64,
    /// Stretches longer than 0.3 s without samples.
    pub gaps: u64,
    /// Time stamps before the newest by less than a period; their samples are left out.
    pub late_stamps: u64,
    /// Time stamps equal to the newest; their samples are left out.
    pub equal_stamps: u64,
    /// Time stamps before the newest by a period or more; their samples are left out.
    pub backward_stamps: u64,
    /// Far jumps of the time stamps, at each of which the stream started anew.
    pub clock_jumps: u64,
}

/// Why the fields of a snapshot or an analysis are absent; a field that is given has no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Absent {
    /// Why there is no pulse rate.
    pub pulse_rate: Option<Reason>,
    /// Why there is no perfusion index.
    pub perfusion_index: Option<Reason>,
    /// Why there is no amplitude.
    pub amplitude: Option<Reason>,
    /// Why there is no quality.
    pub quality: Option<Reason>,
}

impl Absent {
    /// Field names and reasons of what is absent.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Reason)> {
        [
            ("pulse_rate", self.pulse_rate),
            ("perfusion_index", self.perfusion_index),
            ("amplitude", self.amplitude),
            ("quality", self.quality),
        ]
        .into_iter()
        .filter_map(|(name, reason)| Some((name, reason?)))
    }
}

/// What a stream is now: medians over the accepted beats of the last 10 s of settled signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snapshot {
    /// Time of the newest sample, s from the first; 0 before it.
    pub time: f64,
    /// What the stream is doing.
    pub state: State,
    /// The polarity in force; `Auto` while it is not decided.
    pub polarity: Polarity,
    /// Pulse rate of the newest rate row, beats per minute.
    pub pulse_rate: Option<f64>,
    /// One standard deviation of the pulse rate, beats per minute.
    pub pulse_rate_uncertainty: Option<f64>,
    /// Perfusion index, %.
    pub perfusion_index: Option<f64>,
    /// Amplitude, calibrated units.
    pub amplitude: Option<f64>,
    /// Median quality of the beats.
    pub quality: Option<f64>,
    /// Why fields are absent.
    pub absent: Absent,
    /// How many samples were not plain.
    pub counts: Counts,
}
