//! Whether systole is a rise or a fall, decided from the first pulses and looked at again until they have made it certain.
//!
//! The steeper edge of a pulse is its systole, and a pulse stands out from its diastole more than it dips below it: the
//! skewness of the slope has the sign of systole, and so, less surely, has that of the signal (Elgendi 2016, Bioengineering
//! 3(4):21, doi 10.3390/bioengineering3040021, for the latter). Slopes are taken over 80 ms, the signal above its running mean, and both
//! limited to a few typical values, so that neither drift, noise, a step nor a spike decides.
//!
//! A stream need not begin with pulses: a sensor is put on late, a limb moves first. So the first decision is held for provisional until
//! stretches of signal that are *periodic* as well as skewed have confirmed it, ten more than have spoken against it; noise has a
//! sign by chance, but no period. A provisional sign that such stretches contradict is turned, and what follows the last beat is read
//! anew. Once confirmed the sign stays, and nothing is looked at any more.

use alloc::vec::Vec;

use crate::measure::robust::median;
use crate::signal::{Config, Polarity, SampleRate, SignalKind};

/// The decision waits for this much signal, s.
pub(crate) const EARLIEST_S: f64 = 3.0;
/// It rests on the newest signal of this length, s; after that much it is made with what there is, unless nothing pulsates.
pub(crate) const LATEST_S: f64 = 5.5;
/// While nothing is decided, the signal is looked at this often, s …
pub(crate) const DECIDE_EVERY_S: f64 = 0.25;
/// … and while the sign is provisional this often, s.
pub(crate) const LOOK_EVERY_S: f64 = 1.0;
/// Half of the time that a slope is taken over, s.
const REACH_S: f64 = 0.04;
/// Half of the time that the running mean is taken over, s.
const LEVEL_REACH_S: f64 = 0.6;
/// Slopes and values per second that are looked at.
const LOOK_HZ: f64 = 50.0;
/// Slopes are limited to this many times what one in twenty exceeds: upstrokes at 20 beats per minute, but neither a step nor a spike.
const STEEP_LIMIT: f64 = 1.5;
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
/// So many pulses are needed for a clear sign …
const PULSES: usize = 3;
/// … and so many for any: a step alone is no pulse.
const FEWEST: usize = 2;
/// Every so many slopes make the series whose period is looked for.
const PERIOD_STRIDE: usize = 2;
/// Shortest and longest period looked for, s.
const PERIOD_S: (f64, f64) = (0.24, 3.0);
/// Autocorrelation from which a stretch is periodic; six seconds of noise reach it once in some hundred times.
const PERIODIC: f64 = 0.45;
/// The same where there are so few pulses that three artefacts could be as even.
const PERIODIC_OF_FEW: f64 = 0.7;
/// So many more stretches for the sign than against it confirm it: ten seconds of pulses, or of a limb that swings before they come.
const CONFIRMED: u32 = 10;
/// So many against it, with none for it between them, turn it.
const CONTRARY: u32 = 3;
/// And so many where none, or no more than against it, have been for it.
const CONTRARY_AT_FIRST: u32 = 2;

/// Which way is up, and how well that is founded.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Verdict {
    /// +1 where systole is a rise, −1 where it is a fall.
    sign: f64,
    /// Something rises and falls more than once.
    pulsates: bool,
    /// Enough pulses say so clearly.
    clear: bool,
    /// And they come at even intervals.
    periodic: bool,
}

/// The sign in force.
#[derive(Debug, Clone)]
pub(crate) struct Orientation {
    wanted: Polarity,
    /// Where the pulses themselves do not say, they rise, as those of a pressure do.
    rises: bool,
    decider: Decider,
    /// +1 or −1 once there is one.
    sign: Option<f64>,
    /// How many more periodic stretches were for the sign than against it.
    evidence: u32,
    /// How many were against it since the last that was for it.
    contrary: u32,
}

impl Orientation {
    pub(crate) fn new(config: &Config) -> Self {
        let mut orientation = Self {
            wanted: config.polarity,
            rises: config.signal != SignalKind::Ppg,
            decider: Decider::new(config.sample_rate, config.signal != SignalKind::Ppg),
            sign: None,
            evidence: 0,
            contrary: 0,
        };
        orientation.forget();
        orientation
    }

    /// Back to what the caller asked for.
    pub(crate) fn forget(&mut self) {
        self.sign = match self.wanted {
            Polarity::Auto => None,
            Polarity::Upright => Some(1.0),
            Polarity::Inverted => Some(-1.0),
        };
        self.evidence = if self.wanted == Polarity::Auto { 0 } else { CONFIRMED };
        self.contrary = 0;
    }

    /// +1 or −1, once the polarity is in force.
    pub(crate) fn sign(&self) -> Option<f64> {
        self.sign
    }

    /// The polarity in force.
    pub(crate) fn polarity(&self) -> Polarity {
        match self.sign {
            None => Polarity::Auto,
            Some(sign) if sign < 0.0 => Polarity::Inverted,
            Some(_) => Polarity::Upright,
        }
    }

    /// Whether the sign can still turn.
    pub(crate) fn is_provisional(&self) -> bool {
        self.evidence < CONFIRMED
    }

    /// Decides on `samples`, the newest seconds; says whether there is a sign now. Without `at_last` it has to be clear.
    pub(crate) fn decide(&mut self, samples: &[f64], at_last: bool) -> bool {
        let verdict = self.decider.decide(samples);
        if verdict.clear {
            self.sign = Some(verdict.sign);
            self.evidence = u32::from(verdict.periodic);
        } else if at_last && verdict.pulsates {
            self.sign = Some(if self.rises { 1.0 } else { verdict.sign });
            self.evidence = 0;
        }
        self.sign.is_some()
    }

    /// Looks again at a provisional sign; says whether it has turned.
    pub(crate) fn review(&mut self, samples: &[f64]) -> bool {
        let verdict = self.decider.decide(samples);
        if !verdict.periodic {
            return false;
        }
        if self.sign == Some(verdict.sign) {
            self.evidence += 1;
            self.contrary = 0;
            return false;
        }
        self.contrary += 1;
        if self.contrary < if self.evidence > 0 { CONTRARY } else { CONTRARY_AT_FIRST } {
            self.evidence = self.evidence.saturating_sub(1);
            return false;
        }
        self.sign = Some(verdict.sign);
        self.evidence = self.contrary;
        self.contrary = 0;
        true
    }

    /// Takes a sign to read the last seconds of a stream or of a stretch by, `samples`; says whether it is clear enough to keep.
    pub(crate) fn conclude(&mut self, samples: &[f64]) -> bool {
        let verdict = self.decider.decide(samples);
        self.sign = Some(if verdict.clear || !self.rises { verdict.sign } else { 1.0 });
        self.evidence = u32::from(verdict.periodic);
        verdict.clear
    }
}

/// Decides the polarity of a stretch.
#[derive(Debug, Clone)]
struct Decider {
    /// Most steps that are looked at; not the capacity of `slopes`, which a clone does not have.
    room: usize,
    slopes: Vec<f64>,
    values: Vec<f64>,
    sorted: Vec<f64>,
    /// The level may rise or fall all the time, as in a cuff that is deflated.
    pedestal: bool,
    reach: usize,
    stride: usize,
    level_reach: usize,
    apart: usize,
    /// Shortest and longest period, in slopes of the series whose period is looked for.
    lags: (usize, usize),
}

impl Decider {
    fn new(rate: SampleRate, pedestal: bool) -> Self {
        let stride = rate.samples(1.0 / LOOK_HZ);
        let room = rate.samples(LATEST_S) / stride + 2;
        let lag = |seconds: f64| (libm::round(seconds * rate.as_hz()) as usize / (stride * PERIOD_STRIDE)).max(1);
        Self {
            room,
            slopes: Vec::with_capacity(room),
            values: Vec::with_capacity(room),
            sorted: Vec::with_capacity(room),
            pedestal,
            reach: rate.samples(REACH_S),
            stride,
            level_reach: (rate.samples(LEVEL_REACH_S) / stride).max(1),
            apart: (rate.samples(EDGE_APART_S) / stride).max(1),
            lags: (lag(PERIOD_S.0), lag(PERIOD_S.1)),
        }
    }

    /// The verdict on `samples`, up to [`LATEST_S`] of them.
    fn decide(&mut self, samples: &[f64]) -> Verdict {
        let steps = samples.windows(2 * self.reach + 1).step_by(self.stride).take(self.room);
        self.slopes.clear();
        self.slopes.extend(steps.clone().map(|window| window[2 * self.reach] - window[0]));
        if self.pedestal {
            let sum = self.slopes.iter().fold(0.0, |sum, slope| sum + slope);
            let fall = Some(sum / self.slopes.len().max(1) as f64).filter(|fall| fall.is_finite()).unwrap_or(0.0);
            for slope in &mut self.slopes {
                *slope -= fall;
            }
        }
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

        typical(&self.slopes, &mut self.sorted);
        let limit = STEEP_LIMIT * self.sorted.get(self.sorted.len() * 19 / 20).copied().unwrap_or(0.0);
        let value_limit = typical(&self.values, &mut self.sorted) * VALUE_LIMIT;
        let score = SLOPE_WEIGHT * skewness(&self.slopes, limit) + skewness(&self.values, value_limit);
        let sign = if score < 0.0 { -1.0 } else { 1.0 };
        let edges = if limit > 0.0 { self.edges(sign, EDGE_SHARE * limit) } else { 0 };
        let clear = edges >= PULSES && score.abs() >= CLEAR;
        let enough = if edges > PULSES { PERIODIC } else { PERIODIC_OF_FEW };
        let periodic = clear && self.periodicity(limit) >= enough;
        Verdict { sign, pulsates: edges >= FEWEST, clear, periodic }
    }

    /// The largest autocorrelation of the slopes, limited to ±`limit`, at the periods of pulses; the two parts that a lag compares are
    /// each held against their own power, so that a stretch which begins or ends in silence is not taken for unlike.
    fn periodicity(&mut self, limit: f64) -> f64 {
        let series = &mut self.sorted;
        series.clear();
        series.extend(self.slopes.iter().step_by(PERIOD_STRIDE).map(|slope| slope.clamp(-limit, limit) / limit));
        let count = series.len();
        let mean = series.iter().fold(0.0, |sum, x| sum + x) / count.max(1) as f64;
        for value in series.iter_mut() {
            *value -= mean;
        }
        let power = |part: &[f64]| part.iter().fold(0.0, |sum, x| sum + x * x);
        let mut largest = 0.0_f64;
        for lag in self.lags.0..=self.lags.1.min(count / 2) {
            let (early, late) = (&series[..count - lag], &series[lag..]);
            let together = early.iter().zip(late).fold(0.0, |sum, (a, b)| sum + a * b);
            let alone = libm::sqrt(power(early) * power(late));
            if alone > 0.0 {
                largest = largest.max(together / alone);
            }
        }
        largest
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
