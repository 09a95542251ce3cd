//! The way of a stream from conditioned samples to events: orientation, finding, reading, completing.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::complete::{Completer, PAUSE_S, Segment};
use super::history::History;
use super::intake::Step;
use super::merge::{Merge, Reference, Standing};
use super::polarity::{Decider, EARLIEST_S, LATEST_S};
use super::queue::EventQueue;
use super::summary::Summary;
use crate::beat::{FindPulses, Found, PromptFinder, Segmented, SettledFinder};
use crate::error::ConfigError;
use crate::event::{Event, Pulse, RateRow};
use crate::measure::pulse::{SEARCH_S, upstroke_reach};
use crate::measure::rate::WINDOW_S;
#[cfg(feature = "spectrum")]
use crate::measure::{rate::checked, rhythm::RhythmCheck};
use crate::motion::TrackRow;
use crate::reason::Reason;
use crate::signal::{Config, Polarity};

/// A pulse that could only be announced later than this after its peak is not, s.
const PROMPT_S: f64 = 0.3;
/// At rest, counted and tracked rate agree within this, beats per minute.
const AGREE_BPM: f64 = 6.0;
/// Pauses and rows are looked for this often, s.
const TICK_S: f64 = 0.05;
/// Polarity is looked at this often until it is decided, s.
const DECIDE_EVERY_S: f64 = 0.25;

/// The state of a stream behind its intake.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    hz: f64,
    wanted: Polarity,
    /// +1 or −1 once the polarity is in force.
    sign: Option<f64>,
    decider: Decider,
    next_decision: u64,
    holding: bool,
    /// Stream index of the segment's first sample.
    start: u64,
    in_segment: bool,
    history: History,
    prompt: PromptFinder,
    settled: SettledFinder,
    decided: Vec<Standing>,
    /// Where something is recorded alongside: the motion tracker, and what came with the newest samples of the stream.
    merge: Option<Box<Merge>>,
    references: Vec<Reference>,
    completer: Completer,
    #[cfg(feature = "spectrum")]
    rhythm: RhythmCheck,
    /// Stream index at which time is looked at again, and the step to the next.
    next_tick: u64,
    /// Most time between a peak and the decision on it, and between the end of a row's window and the row, s.
    decision_latency: f64,
    row_latency: f64,
    tick_every: u64,
    next_row: u64,
    row: Option<RateRow>,
    pub(crate) queue: EventQueue,
}

impl Stream {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let rate = config.sample_rate;
        let settled = SettledFinder::new(rate);
        let completer = Completer::new(config);
        // A beat is read once the next pulse is settled, from its own foot on; a decision on polarity looks at all there is.
        let room = settled.latency_samples() + completer.reach() + rate.samples(WINDOW_S);
        let merge = if config.motion || config.companion { Some(Box::new(Merge::new(rate)?)) } else { None };
        let references = if merge.is_some() { rate.samples(LATEST_S) + rate.samples(1.0) } else { 0 };
        let settled_latency = (settled.latency_samples() + 1) as f64 / rate.as_hz();
        let decision_latency =
            merge.as_ref().map_or(settled_latency, |merge| settled_latency.max(merge.beat_latency()));
        let row_latency = merge.as_ref().map_or(0.0, |merge| merge.row_latency());
        let mut stream = Self {
            hz: rate.as_hz(),
            wanted: config.polarity,
            sign: None,
            decider: Decider::new(rate),
            next_decision: 0,
            holding: true,
            start: 0,
            in_segment: false,
            history: History::new(room.max(rate.samples(LATEST_S) + 1)),
            prompt: PromptFinder::new(rate),
            settled,
            decided: Vec::with_capacity(128),
            merge,
            references: vec![[f64::NAN; 4]; references],
            completer,
            #[cfg(feature = "spectrum")]
            rhythm: RhythmCheck::new(rate)?,
            next_tick: 0,
            decision_latency,
            row_latency,
            tick_every: rate.samples(TICK_S) as u64,
            next_row: 4,
            row: None,
            queue: EventQueue::new(256),
        };
        stream.reset();
        Ok(stream)
    }

    pub(crate) fn reset(&mut self) {
        self.begin(0);
        if let Some(merge) = &mut self.merge {
            merge.reset();
        }
        self.in_segment = false;
        self.forget_polarity();
        self.completer.reset();
        self.next_tick = 0;
        self.next_row = 4;
        self.row = None;
        self.queue.clear();
    }

    /// Back to the polarity that the caller asked for.
    pub(crate) fn forget_polarity(&mut self) {
        self.sign = match self.wanted {
            Polarity::Auto => None,
            Polarity::Upright => Some(1.0),
            Polarity::Inverted => Some(-1.0),
        };
    }

    /// Starts a segment at this stream index.
    fn begin(&mut self, start: u64) {
        self.start = start;
        self.history.reset();
        self.prompt.reset();
        self.settled.reset();
        self.decided.clear();
        if let Some(merge) = &mut self.merge {
            merge.begin(start as f64 / self.hz);
        }
        self.completer.begin();
        self.holding = true;
        self.next_decision = libm::ceil(EARLIEST_S * self.hz) as u64;
        self.in_segment = true;
    }

    /// Most time between the event that ends a beat and the beat, s: the wait for the decision, and the rise before a peak.
    pub(crate) fn latency(&self) -> f64 {
        self.decision_latency + SEARCH_S + upstroke_reach(PAUSE_S) + TICK_S
    }

    /// All pulses whose peak lies before this time have been decided, s.
    pub(crate) fn horizon(&self, now: u64) -> f64 {
        now as f64 / self.hz - self.decision_latency - SEARCH_S
    }

    /// The polarity in force.
    pub(crate) fn polarity(&self) -> Polarity {
        match self.sign {
            None => Polarity::Auto,
            Some(sign) if sign < 0.0 => Polarity::Inverted,
            Some(_) => Polarity::Upright,
        }
    }

    pub(crate) fn summary(&self) -> &Summary {
        &self.completer.summary
    }

    pub(crate) fn row(&self) -> Option<RateRow> {
        self.row
    }

    /// Takes what was recorded alongside the raw sample with this stream index.
    pub(crate) fn note(&mut self, reference: Reference, index: u64) {
        let length = self.references.len() as u64;
        if length > 0 {
            self.references[(index % length) as usize] = reference;
        }
    }

    /// Takes what the intake made of the raw sample with this stream index.
    pub(crate) fn step(&mut self, step: Step, index: u64) {
        match step {
            Step::Sample(sample, clipped_before) => {
                if !self.in_segment {
                    self.begin(index);
                }
                self.take(sample, clipped_before);
            }
            Step::Break => self.end_segment(true),
        }
    }

    /// The most plain samples, up to `most`, that can be taken at once when `samples` have come so far: until something is due. 0 where
    /// they have to be taken one by one.
    pub(crate) fn room(&self, samples: u64, most: usize) -> usize {
        if !self.in_segment || self.holding || self.sign.is_none() || self.merge.is_some() {
            return 0;
        }
        let due = self.next_tick.saturating_sub(samples).max(1).min(self.settled.until_decision());
        usize::try_from(due).map_or(most, |due| due.min(most))
    }

    /// Takes plain samples, calibrated but not oriented, no more than there is [`room`](Self::room) for.
    pub(crate) fn take_plain(&mut self, values: &[f64]) {
        let sign = self.sign.unwrap_or(1.0);
        let first = self.history.end();
        self.completer.perfusion.see_all(values);
        self.history.push_plain(values);
        let (queue, start, hz) = (&mut self.queue, self.start as f64, self.hz);
        self.prompt.push_plain(values, sign, &mut |number, found| {
            announce(queue, found, (first + number as u64) as f64, start, hz);
        });
        let decided = &mut self.decided;
        self.settled.push_plain(values, sign, &mut |found| decided.push(Standing { found, locked: false }));
        if !self.decided.is_empty() {
            self.settle();
        }
    }

    fn take(&mut self, sample: Segmented, clipped_before: usize) {
        self.completer.perfusion.see(sample.value);
        self.history.push(sample);
        if clipped_before > 0 {
            self.history.mark_clipped(clipped_before + 1);
        }
        match self.sign {
            Some(sign) if !self.holding => {
                self.find(Segmented { value: sign * sample.value, ..sample }, self.history.end() - 1);
            }
            _ => self.hold(),
        }
    }

    /// Waits until the polarity is known and the recording is long enough, then lets the finders see what was held.
    fn hold(&mut self) {
        let length = self.history.end();
        if length < self.next_decision && self.start + length < libm::ceil(EARLIEST_S * self.hz) as u64 {
            return;
        }
        if self.sign.is_none() {
            if length < self.next_decision {
                return;
            }
            self.next_decision += (DECIDE_EVERY_S * self.hz) as u64 + 1;
            let verdict = self.decider.decide(self.history.values(0..length));
            if !verdict.clear && (length as f64) < LATEST_S * self.hz {
                return;
            }
            self.sign = Some(verdict.sign);
        }
        self.replay();
    }

    fn replay(&mut self) {
        self.holding = false;
        let sign = self.sign.unwrap_or(1.0);
        for index in self.history.start()..self.history.end() {
            if let Some(sample) = self.history.get(index) {
                self.find(Segmented { value: sign * sample.value, ..sample }, index);
            }
        }
    }

    /// Lets the finders see an oriented sample, which has this index in the segment.
    fn find(&mut self, sample: Segmented, index: u64) {
        let (queue, newest, start, hz) = (&mut self.queue, self.history.end() as f64 - 1.0, self.start as f64, self.hz);
        self.prompt.push(sample, &mut |found| announce(queue, found, newest, start, hz));
        let decided = &mut self.decided;
        if let Some(merge) = &mut self.merge {
            let reference = self.references[((self.start + index) % self.references.len() as u64) as usize];
            self.settled.push(sample, &mut |found| merge.offer(found, &mut |pulse| decided.push(pulse)));
            merge.push(sample, reference, &mut |pulse| decided.push(pulse));
        } else {
            self.settled.push(sample, &mut |found| decided.push(Standing { found, locked: false }));
        }
        if !self.decided.is_empty() {
            self.settle();
        }
    }

    /// Ends the segment: everything that is due comes out.
    fn end_segment(&mut self, keep_short: bool) {
        if !self.in_segment {
            return;
        }
        let held = self.holding;
        let latched = self.sign;
        if held && keep_short {
            let mut clear = true;
            if self.sign.is_none() {
                let verdict = self.decider.decide(self.history.values(0..self.history.end()));
                self.sign = Some(verdict.sign);
                clear = verdict.clear;
            }
            self.replay();
            self.flush();
            if !clear {
                // Good enough to read these pulses by, not to keep.
                self.sign = latched;
            }
        } else if !held {
            self.flush();
        }
        self.in_segment = false;
    }

    fn flush(&mut self) {
        let (queue, newest, start, hz) = (&mut self.queue, self.history.end() as f64 - 1.0, self.start as f64, self.hz);
        self.prompt.finish(&mut |found| announce(queue, found, newest, start, hz));
        let decided = &mut self.decided;
        if let Some(merge) = &mut self.merge {
            self.settled.finish(&mut |found| merge.offer(found, &mut |pulse| decided.push(pulse)));
            merge.finish(&mut |pulse| decided.push(pulse));
        } else {
            self.settled.finish(&mut |found| decided.push(Standing { found, locked: false }));
        }
        self.settle();
        self.close();
    }

    /// Ends the stream at `samples` samples in all.
    pub(crate) fn finish(&mut self, samples: u64) {
        let long_enough = samples as f64 >= EARLIEST_S * self.hz;
        self.end_segment(long_enough);
        self.rows(samples as f64 / self.hz);
    }

    /// What is due because time went on: the end of a pause, rows.
    #[inline]
    pub(crate) fn tick(&mut self, samples: u64) {
        if samples >= self.next_tick {
            self.look_around(samples);
        }
    }

    fn look_around(&mut self, samples: u64) {
        let horizon = self.horizon(samples);
        if self.in_segment && !self.holding && self.pause_from().is_some_and(|from| from < horizon) {
            self.close();
        }
        self.rows(horizon.min(samples as f64 / self.hz - self.row_latency));
        // Looks at which nothing can be due are left out; a pulse yet to be decided on ends no pause within a second.
        let row = self.next_row as f64 + 0.5 * WINDOW_S + self.row_latency.max(self.decision_latency + SEARCH_S);
        let pause = self.pause_from().map_or(f64::INFINITY, |from| from + self.decision_latency + SEARCH_S);
        let wait = (row.min(pause) * self.hz - samples as f64).min(self.hz) - 1.0;
        self.next_tick = samples + ((wait / self.tick_every as f64) as u64).max(1) * self.tick_every;
    }

    /// When the pulse that waits for its next has waited long enough, s.
    fn pause_from(&self) -> Option<f64> {
        self.completer.newest().map(|found| (self.start as f64 + found.peak) / self.hz + PAUSE_S + SEARCH_S)
    }

    /// Goes on at stream index `to` after a jump at `from`: no rows for the time between.
    pub(crate) fn skip(&mut self, from: u64, to: u64) {
        self.rows(from as f64 / self.hz);
        self.next_row = self.next_row.max(libm::ceil(to as f64 / self.hz) as u64 + 4);
        self.row = None;
    }

    /// The row in the light of the spectrum of its 8 s, where they lie in one segment and are still held.
    #[cfg(feature = "spectrum")]
    fn check(&mut self, row: RateRow) -> RateRow {
        let Some(rate) = row.pulse_rate else { return row };
        let at = |time: f64| libm::round(time * self.hz) as u64;
        let (from, to) = (at(row.time - 0.5 * WINDOW_S), at(row.time + 0.5 * WINDOW_S));
        let held = self.start + self.history.start()..=self.start + self.history.end();
        if !held.contains(&from) || !held.contains(&to) {
            return row;
        }
        let samples = self.history.values(from - self.start..to - self.start);
        self.rhythm.share(samples, rate).map_or(row, |share| checked(row, share))
    }

    #[cfg(not(feature = "spectrum"))]
    #[allow(clippy::unused_self)]
    fn check(&mut self, row: RateRow) -> RateRow {
        row
    }

    fn rows(&mut self, horizon: f64) {
        while self.next_row as f64 + 0.5 * WINDOW_S <= horizon {
            let centre = self.next_row as f64;
            let counted = self.completer.rate.row(centre);
            let counted = self.check(counted);
            let tracked = self.merge.as_ref().and_then(|merge| merge.row(centre));
            let row = tracked.map_or(counted, |tracked| fuse(counted, &tracked));
            self.row = Some(row);
            self.queue.push(Event::Rate(row));
            self.next_row += 1;
        }
    }

    /// Completes the beats before the pulses that have been decided on.
    fn settle(&mut self) {
        let segment = Segment { history: &self.history, start: self.start, sign: self.sign.unwrap_or(1.0) };
        for &pulse in &self.decided {
            self.completer.take(pulse, segment, &mut self.queue);
        }
        self.decided.clear();
    }

    /// Completes what is open without a next pulse.
    fn close(&mut self) {
        let segment = Segment { history: &self.history, start: self.start, sign: self.sign.unwrap_or(1.0) };
        self.completer.close(segment, &mut self.queue);
    }
}

/// The row of a second that was both counted and tracked: tracked in motion; at rest counted, as long as the track agrees.
fn fuse(counted: RateRow, tracked: &TrackRow) -> RateRow {
    let agree = counted.pulse_rate.zip(tracked.rate).is_none_or(|(a, b)| (a - b).abs() <= AGREE_BPM);
    if !tracked.moving && counted.pulse_rate.is_some() && agree {
        return counted;
    }
    RateRow {
        time: counted.time,
        pulse_rate: tracked.rate,
        pulse_rate_uncertainty: tracked.rate.map(|_| tracked.uncertainty),
        quality: tracked.quality,
        tracked: true,
        reason: if tracked.rate.is_some() { None } else { Some(Reason::LostLock) },
    }
}

/// Announces a pulse, unless it comes too late to be prompt.
fn announce(queue: &mut EventQueue, found: Found, newest: f64, start: f64, hz: f64) {
    if newest - found.peak <= PROMPT_S * hz {
        queue.push(Event::Pulse(Pulse { peak: (start + found.peak) / hz }));
    }
}
