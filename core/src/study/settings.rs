//! The numbers a study is computed with; part of its hash.

use alloc::string::String;
use alloc::vec::Vec;

use super::channel::words;

words! {
    /// Which of a beat's two amplitudes stands for it.
    AmplitudeChoice("amplitude", "\"by_signal\", \"foot\", \"corrected\"") {
        /// Corrected for PVR, whose cuff leaks and creeps; foot for the others.
        BySignal = "by_signal",
        /// Above the foot before the beat (`amplitude`).
        Foot = "foot",
        /// Above the line from foot to foot (`amplitude_corrected`).
        Corrected = "corrected",
    }
}

/// A within-person standard deviation that is known from elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct PooledDeviation {
    /// The measure it belongs to.
    pub measure: String,
    /// Standard deviation between visits with the sensors put on anew: of ln values, or in units for differences such as °C.
    pub s_w: f64,
    /// Its degrees of freedom; `None`: so many that it counts as known.
    pub degrees_of_freedom: Option<f64>,
}

/// Everything that decides numbers and is not data.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Share of false claims that is accepted, 0 to 1; intervals are of 1 − alpha.
    pub alpha: f64,
    /// Length of the first and the last window of a follow-up, s.
    pub window_length: f64,
    /// Windows with less signal than this are marked as short, s.
    pub short_below: f64,
    /// Fewest values that a level rests on.
    pub minimum_beats: usize,
    /// One cosine for so many seconds of signal (equal-weighted cosine estimator).
    pub seconds_per_cosine: f64,
    /// Fewest cosines.
    pub cosines_min: usize,
    /// Most cosines.
    pub cosines_max: usize,
    /// Draws of the block bootstrap; 0 leaves it out.
    pub bootstrap_draws: usize,
    /// Length of its blocks, s.
    pub bootstrap_block: f64,
    /// Its seed.
    pub bootstrap_seed: u64,
    /// Which amplitude stands for a beat.
    pub amplitude: AmplitudeChoice,
    /// Furthest apart in time that two values may be to count as one pair, s.
    pub pair_within: f64,
    /// Known within-person deviations.
    pub pooled: Vec<PooledDeviation>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            window_length: 600.0,
            short_below: 600.0,
            minimum_beats: 30,
            seconds_per_cosine: 100.0,
            cosines_min: 4,
            cosines_max: 12,
            bootstrap_draws: 2000,
            bootstrap_block: 60.0,
            bootstrap_seed: 1,
            amplitude: AmplitudeChoice::BySignal,
            pair_within: 0.5,
            pooled: Vec::new(),
        }
    }
}
