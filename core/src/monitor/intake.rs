//! From raw samples to unbroken stretches of calibrated ones: what is missing, out of range, clipped or flat is told apart here.

use alloc::vec;
use alloc::vec::Vec;

use super::travel::Travel;
use crate::beat::Segmented;
use crate::signal::{Calibration, Config, SampleRate, SensorRange};
use crate::snapshot::Counts;

/// Longest stretch without samples that is bridged by a line, s.
pub(crate) const BRIDGE_S: f64 = 0.3;
/// Beyond this magnitude, raw or calibrated, a sample is no reading of a sensor, and would spoil sums.
const LARGEST: f64 = 1e30;
/// An unchanging stretch this long is flat, s.
const FLAT_S: f64 = 1.0;
/// A flat extreme this long, entered steeply, is a rail, s.
const RAIL_S: f64 = 0.06;
/// Steeply: by this share of the recent span, in the time that the rail lasts.
const RAIL_RISE: f64 = 0.12;
/// And by this many of the smallest steps seen: a round peak that a coarse converter shows as one step of length D has risen by 8 steps
/// in the D before it, one that rises twice as sharply as it falls by 15.
const RAIL_STEPS: f64 = 16.0;
/// The recent span is that of the last seconds.
const SPAN_S: f64 = 2.0;

/// What the intake makes of a raw sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    /// The next sample of the segment, calibrated but not oriented, and how many before it turn out to be clipped.
    Sample(Segmented, usize),
    /// So many samples are missing since the last; they may be bridged yet.
    Missing(usize),
    /// The segment has ended: samples have been missing for longer than can be bridged.
    Break,
}

/// What the newest samples are, apart from their pulses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// They change.
    Live,
    /// They have not changed for a second.
    Flat,
    /// They have stayed at a rail for a second.
    Rail,
    /// They are missing.
    Missing,
}

/// So many missing samples are bridged.
pub(crate) fn bridge(rate: SampleRate) -> usize {
    libm::floor(BRIDGE_S * rate.as_hz()) as usize
}

/// Sorts raw samples.
#[derive(Debug, Clone)]
pub(crate) struct Intake {
    scale: f64,
    offset: f64,
    range: Option<SensorRange>,
    bridge: usize,
    flat: usize,
    rail: usize,
    pub(crate) counts: Counts,
    last: Option<f64>,
    missing_run: usize,
    equal_run: usize,
    rail_run: usize,
    /// The raw samples of the recent span, the place of the next one, and how many there are.
    recent: Vec<f64>,
    next: usize,
    received: usize,
    smallest_step: f64,
    plateau_is_rail: bool,
    travel: Travel,
}

impl Intake {
    pub(crate) fn new(config: &Config) -> Self {
        let rate = config.sample_rate;
        let rail = rate.samples(RAIL_S).max(3);
        Self {
            scale: config.calibration.as_ref().map_or(1.0, Calibration::scale),
            offset: config.calibration.as_ref().map_or(0.0, Calibration::offset),
            range: config.sensor_range,
            bridge: bridge(rate),
            flat: rate.samples(FLAT_S),
            rail,
            counts: Counts::default(),
            last: None,
            missing_run: 0,
            equal_run: 0,
            rail_run: 0,
            recent: vec![0.0; rate.samples(SPAN_S).max(2 * rail + 1)],
            next: 0,
            received: 0,
            smallest_step: f64::INFINITY,
            plateau_is_rail: false,
            travel: Travel::new(rate),
        }
    }

    pub(crate) fn reset(&mut self) {
        self.counts = Counts::default();
        self.break_off();
        self.travel.reset();
        self.missing_run = 0;
    }

    /// Forgets the segment, not the counts.
    pub(crate) fn break_off(&mut self) {
        self.last = None;
        self.equal_run = 0;
        self.rail_run = 0;
        self.next = 0;
        self.received = 0;
        self.smallest_step = f64::INFINITY;
        self.plateau_is_rail = false;
        self.travel.interrupt();
    }

    /// Samples missing since the newest that was there.
    pub(crate) fn missing_run(&self) -> usize {
        self.missing_run
    }

    /// Ends the segment from outside; says whether there was one.
    pub(crate) fn interrupt(&mut self) -> bool {
        let open = self.last.is_some();
        if open {
            self.counts.gaps += 1;
            self.break_off();
        }
        open
    }

    /// What the newest samples are.
    pub(crate) fn line(&self) -> Line {
        if self.missing_run > self.bridge {
            Line::Missing
        } else if self.rail_run >= self.flat || (self.plateau_is_rail && self.equal_run >= self.flat) {
            Line::Rail
        } else if self.equal_run >= self.flat {
            Line::Flat
        } else {
            Line::Live
        }
    }

    /// Takes a raw sample.
    pub(crate) fn push(&mut self, raw: f64, sink: &mut impl FnMut(Step)) {
        self.counts.samples += 1;
        let beyond = self.range.is_some_and(|range| raw < range.low() || raw > range.high());
        if raw.is_nan() {
            self.counts.missing += 1;
            self.miss(sink);
        } else if beyond || raw.abs() > LARGEST || (self.scale * raw + self.offset).abs() > LARGEST {
            self.counts.out_of_range += 1;
            self.miss(sink);
        } else if let Some(last) = self.last
            && self.travel.jumps((raw - last).abs())
        {
            self.counts.out_of_range += 1;
            self.miss(sink);
        } else {
            self.take(raw, sink);
        }
    }

    /// Takes the plain samples that `raw` begins with, as if each was pushed, and puts what they are calibrated into `values`; gives how
    /// many there are. Plain is what is there, within range, at no rail and no candidate for one, after a sample that was there.
    pub(crate) fn push_plain(&mut self, raw: &[f64], values: &mut [f64]) -> usize {
        let Some(mut last) = self.last else { return 0 };
        if self.missing_run > 0 {
            return 0;
        }
        let (low, high) = self.range.map_or((-LARGEST, LARGEST), |range| (range.low(), range.high()));
        let (low, high) = (low.max(-LARGEST), high.min(LARGEST));
        // NaN is not.
        let usual = |raw: f64, calibrated: f64| raw > low && raw < high && calibrated.abs() <= LARGEST;
        let mut all_usual = true;
        for (&raw, value) in raw.iter().zip(&mut *values) {
            *value = self.scale * raw + self.offset;
            all_usual &= usual(raw, *value);
        }
        let (mut run, mut smallest_step, mut at_rail) = (self.equal_run, self.smallest_step, self.plateau_is_rail);
        let mut travel = self.travel;
        let learned = travel.is_learned();
        let mut count = 0;
        for (&raw, &value) in raw.iter().zip(&*values) {
            if !all_usual && !usual(raw, value) {
                break;
            }
            let step = (raw - last).abs();
            let stands = step == 0.0;
            if stands && (at_rail || run + 1 >= self.rail) {
                break;
            }
            let jumps = if learned { travel.jumps_learned(step) } else { travel.jumps(step) };
            if jumps {
                break;
            }
            if stands {
                run += 1;
            } else {
                (run, at_rail) = (1, false);
                smallest_step = if step < smallest_step { step } else { smallest_step };
            }
            last = raw;
            count += 1;
        }
        if count > 0 {
            (self.equal_run, self.smallest_step, self.plateau_is_rail) = (run, smallest_step, at_rail);
            self.travel = travel;
            self.rail_run = 0;
            self.last = Some(last);
            self.counts.samples += count as u64;
            if self.range.is_none() {
                self.remember(&raw[..count]);
            }
        }
        count
    }

    /// Puts raw samples into the recent span.
    fn remember(&mut self, raw: &[f64]) {
        let mut rest = raw;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.recent.len() - self.next));
            self.recent[self.next..self.next + now.len()].copy_from_slice(now);
            self.next = if self.next + now.len() == self.recent.len() { 0 } else { self.next + now.len() };
            rest = later;
        }
        self.received = (self.received + raw.len()).min(self.recent.len());
    }

    fn miss(&mut self, sink: &mut impl FnMut(Step)) {
        self.missing_run = self.missing_run.saturating_add(1);
        if self.last.is_some() && self.missing_run == self.bridge + 1 {
            self.counts.gaps += 1;
            self.break_off();
            sink(Step::Break);
        } else if self.last.is_some() {
            sink(Step::Missing(self.missing_run));
        }
    }

    fn take(&mut self, raw: f64, sink: &mut impl FnMut(Step)) {
        let value = self.scale * raw + self.offset;
        if let (Some(last), true) = (self.last, self.missing_run > 0) {
            let before = self.scale * last + self.offset;
            let step = (value - before) / (self.missing_run + 1) as f64;
            for i in 1..=self.missing_run {
                let value = before + step * i as f64;
                sink(Step::Sample(Segmented { value, clipped: false, bridged: true }, 0));
            }
        }
        self.missing_run = 0;
        let (clipped, before) = self.at_rail(raw);
        if clipped {
            self.counts.clipped += 1 + before as u64;
        }
        self.last = Some(raw);
        sink(Step::Sample(Segmented { value, clipped, bridged: false }, before));
    }

    /// Whether the sample is at a rail, and how many before it are, as it turns out.
    fn at_rail(&mut self, raw: f64) -> (bool, usize) {
        self.equal_run = if self.last == Some(raw) { self.equal_run.saturating_add(1) } else { 1 };
        if let Some(range) = self.range {
            let clipped = raw <= range.low() || raw >= range.high();
            self.rail_run = if clipped { self.rail_run.saturating_add(1) } else { 0 };
            return (clipped, 0);
        }
        self.recent[self.next] = raw;
        self.next = if self.next + 1 == self.recent.len() { 0 } else { self.next + 1 };
        self.received = (self.received + 1).min(self.recent.len());
        if self.equal_run == 1 {
            if let Some(last) = self.last {
                self.smallest_step = self.smallest_step.min((raw - last).abs());
            }
            self.plateau_is_rail = false;
            return (false, 0);
        }
        let back = 2 * self.rail;
        if self.equal_run != self.rail || self.received <= back {
            return (self.plateau_is_rail, 0);
        }
        // As long before the plateau as the plateau lasts so far.
        let before = self.recent[(self.next + self.recent.len() - 1 - back) % self.recent.len()];
        let recent = &self.recent[..self.received];
        let (low, high) = recent.iter().fold((raw, raw), |(low, high), x| (x.min(low), x.max(high)));
        let span = high - low;
        let is_extreme = raw == low || raw == high;
        let steep = (RAIL_RISE * span).max(RAIL_STEPS * self.smallest_step);
        self.plateau_is_rail = is_extreme && span > 0.0 && (raw - before).abs() >= steep;
        (self.plateau_is_rail, if self.plateau_is_rail { self.rail - 1 } else { 0 })
    }
}
