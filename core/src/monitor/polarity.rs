//! Whether systole is a rise or a fall, decided from the first seconds.
//!
//! The steeper edge of a pulse is its systole, and a pulse stands out from its diastole more than it dips below it: the
//! skewness of the slope has the sign of systole, and so, less surely, has that of the signal (Elgendi 2016, Bioengineering
//! 3(4):21, doi 10.3390/bioengineering3040021, for the latter). Slopes are taken over 80 ms, the signal above its running mean, and both
//! limited to a few typical values, so that neither drift, noise, a step nor a spike decides.

use alloc::vec::Vec;

use crate::measure::robust::median;
use crate::signal::SampleRate;

/// The decision waits for this much signal, s.
pub(crate) const EARLIEST_S: f64 = 3.0;
/// And is made with what there is after this much, s.
pub(crate) const LATEST_S: f64 = 6.0;
/// Half of the time that a slope is taken over, s.
const REACH_S: f64 = 0.04;
/// Half of the time that the running mean is taken over, s.
const LEVEL_REACH_S: f64 = 0.6;
/// Slopes and values per second that are looked at.
const LOOK_HZ: f64 = 50.0;
/// Slopes are limited to this many median magnitudes.
const SLOPE_LIMIT: f64 = 8.0;
/// Values are limited to this many median magnitudes.
const VALUE_LIMIT: f64 = 4.0;
/// Skewness of the slope counts so many times that of the signal.
const SLOPE_WEIGHT: f64 = 2.0;
/// Weighted skewness from which the sign is clear.
const CLEAR: f64 = 0.6;
/// An edge counts from this share of the limit that slopes reach, at most every …
const EDGE_SHARE: f64 = 0.5;
/// … quarter of a second.
const EDGE_APART_S: f64 = 0.25;
/// So many pulses are needed.
const PULSES: usize = 3;

/// Which way is up, and whether that is clear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Verdict {
    /// +1 where systole is a rise, −1 where it is a fall.
    pub(crate) sign: f64,
    /// Enough pulses say so clearly.
    pub(crate) clear: bool,
}

/// Decides the polarity of a stretch.
#[derive(Debug, Clone)]
pub(crate) struct Decider {
    slopes: Vec<f64>,
    values: Vec<f64>,
    sorted: Vec<f64>,
    reach: usize,
    stride: usize,
    level_reach: usize,
    apart: usize,
}

impl Decider {
    pub(crate) fn new(rate: SampleRate) -> Self {
        let stride = rate.samples(1.0 / LOOK_HZ);
        let room = rate.samples(LATEST_S) / stride + 2;
        Self {
            slopes: Vec::with_capacity(room),
            values: Vec::with_capacity(room),
            sorted: Vec::with_capacity(room),
            reach: rate.samples(REACH_S),
            stride,
            level_reach: (rate.samples(LEVEL_REACH_S) / stride).max(1),
            apart: (rate.samples(EDGE_APART_S) / stride).max(1),
        }
    }

    /// The verdict on `samples`, the first seconds of a segment.
    pub(crate) fn decide(&mut self, samples: &[f64]) -> Verdict {
        let room = self.slopes.capacity();
        let steps = samples.windows(2 * self.reach + 1).step_by(self.stride).take(room);
        self.slopes.clear();
        self.slopes.extend(steps.clone().map(|window| window[2 * self.reach] - window[0]));
        self.values.clear();
        let centres = steps.map(|window| window[self.reach]);
        self.sorted.clear();
        self.sorted.extend(centres);
        for i in 0..self.sorted.len() {
            let around =
                &self.sorted[i.saturating_sub(self.level_reach)..(i + self.level_reach + 1).min(self.sorted.len())];
            let level = around.iter().fold(0.0, |sum, x| sum + x) / around.len() as f64;
            self.values.push(self.sorted[i] - level);
        }

        let limit = typical(&self.slopes, &mut self.sorted) * SLOPE_LIMIT;
        let steep = self.sorted.get(self.sorted.len() * 19 / 20).copied().unwrap_or(0.0);
        let limit = limit.min(1.5 * steep);
        let value_limit = typical(&self.values, &mut self.sorted) * VALUE_LIMIT;
        let score = SLOPE_WEIGHT * skewness(&self.slopes, limit) + skewness(&self.values, value_limit);
        let sign = if score < 0.0 { -1.0 } else { 1.0 };
        Verdict { sign, clear: self.edges(sign, EDGE_SHARE * limit) >= PULSES && score.abs() >= CLEAR }
    }

    /// Number of upstrokes: slopes above a level, a quarter of a second apart.
    fn edges(&self, sign: f64, level: f64) -> usize {
        let (mut count, mut wait, mut above) = (0, 0, false);
        for slope in &self.slopes {
            let steep = sign * slope > level;
            if steep && !above && wait == 0 {
                count += 1;
                wait = self.apart;
            }
            above = steep;
            wait = wait.saturating_sub(1);
        }
        count
    }
}

/// Median magnitude; leaves the magnitudes sorted in `sorted`.
fn typical(values: &[f64], sorted: &mut Vec<f64>) -> f64 {
    sorted.clear();
    sorted.extend(values.iter().map(|value| value.abs()));
    median(sorted).unwrap_or(0.0)
}

/// Skewness of `values` around zero, limited to ±`limit`.
fn skewness(values: &[f64], limit: f64) -> f64 {
    if limit <= 0.0 {
        return 0.0;
    }
    let (mut squares, mut cubes) = (0.0, 0.0);
    for value in values {
        let value = value.clamp(-limit, limit) / limit;
        squares += value * value;
        cubes += value * value * value;
    }
    let count = values.len() as f64;
    cubes / count / libm::pow(squares / count, 1.5)
}
