//! The way of a stream from conditioned samples to events: orientation, finding, reading, completing.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::complete::{Completer, LONGEST_CYCLE_S, PAUSE_S, Segment};
use super::history::History;
use super::intake::{Step, bridge};
use super::merge::{Merge, Reference, Standing};
use super::polarity::{DECIDE_EVERY_S, EARLIEST_S, LATEST_S, LOOK_EVERY_S, Orientation};
use super::queue::EventQueue;
use super::summary::Summary;
use crate::beat::{FindPulses, PromptFinder, Segmented, SettledFinder};
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

/// The state of a stream behind its intake.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    hz: f64,
    orientation: Orientation,
    /// Index in the segment of the sample that polarity is looked at again with; none once it is certain.
    next_look: u64,
    holding: bool,
    /// Stream index of the segment's first sample.
    start: u64,
    in_segment: bool,
    /// Stream index of the newest sample that was not plain, or of the last one, and of the newest time stamp.
    now: u64,
    pub(crate) clock: f64,
    history: History,
    prompt: PromptFinder,
    /// Where in the stream the newest pulse was announced, samples.
    announced: f64,
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
    /// Missing samples are waited for so long before the segment is ended, s.
    bridge: f64,
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
            orientation: Orientation::new(config),
            next_look: 0,
            holding: true,
            start: 0,
            in_segment: false,
            now: 0,
            clock: 0.0,
            history: History::new(room.max(rate.samples(LATEST_S) + 1)),
            prompt: PromptFinder::new(rate),
            announced: f64::NEG_INFINITY,
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
            bridge: (bridge(rate) + 1) as f64 / rate.as_hz(),
            tick_every: rate.samples(TICK_S) as u64,
            next_row: 4,
            row: None,
            queue: EventQueue::new(256),
        };
        stream.reset();
        Ok(stream)
    }

    pub(crate) fn reset(&mut self) {
        self.now = 0;
        self.clock = 0.0;
        self.begin(0);
        if let Some(merge) = &mut self.merge {
            merge.reset();
        }
        self.in_segment = false;
        self.forget_polarity();
        self.completer.reset();
        self.announced = f64::NEG_INFINITY;
        self.next_tick = 0;
        self.next_row = 4;
        self.row = None;
        self.queue.clear();
    }

    /// Back to the polarity that the caller asked for.
    pub(crate) fn forget_polarity(&mut self) {
        self.orientation.forget();
    }

    /// Starts a segment at this stream index.
    fn begin(&mut self, start: u64) {
        self.history.reset();
        self.restart(start);
        self.holding = true;
        self.next_look = libm::ceil(EARLIEST_S * self.hz) as u64;
        self.in_segment = true;
    }

    /// Lets the finders begin at this stream index.
    fn restart(&mut self, start: u64) {
        self.start = start;
        self.prompt.reset();
        self.settled.reset();
        self.decided.clear();
        if let Some(merge) = &mut self.merge {
            merge.begin(start as f64 / self.hz);
        }
        self.completer.begin();
        #[cfg(feature = "spectrum")]
        self.rhythm.reset();
    }

    /// Most time between the event that ends a beat and the beat, s: the wait for the decision, and the rise before a peak; or the wait
    /// for the polarity. That and the motion tracker wait for missing samples as well. The grid of stamped samples is one behind.
    pub(crate) fn latency(&self) -> f64 {
        let tracked = self.merge.as_ref().map_or(0.0, |merge| merge.beat_latency() + self.bridge);
        let read = self.decision_latency.max(tracked) + SEARCH_S + upstroke_reach(PAUSE_S) + TICK_S;
        read.max(LATEST_S + self.bridge + 1.0 / self.hz) + 1.0 / self.hz
    }

    /// All pulses whose peak lies before this time have been decided, s.
    pub(crate) fn horizon(&self, now: u64) -> f64 {
        now as f64 / self.hz - self.decision_latency - SEARCH_S
    }

    /// The polarity in force.
    pub(crate) fn polarity(&self) -> Polarity {
        self.orientation.polarity()
    }

    pub(crate) fn summary(&self) -> &Summary {
        &self.completer.summary
    }

    /// Whether the sensor moves, where that is known.
    pub(crate) fn is_moving(&self) -> bool {
        self.in_segment && self.merge.as_ref().is_some_and(|merge| merge.is_moving())
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
        self.now = index;
        match step {
            Step::Sample(sample, clipped_before) => {
                if !self.in_segment {
                    self.begin(index);
                }
                self.take(sample, clipped_before);
            }
            Step::Missing(run) => self.miss(run),
            Step::Break => self.end_segment(true),
        }
    }

    /// The most plain samples, up to `most`, that can be taken at once when `samples` have come so far: until something is due. 0 where
    /// they have to be taken one by one.
    pub(crate) fn room(&self, samples: u64, most: usize) -> usize {
        if !self.in_segment || self.holding || self.merge.is_some() {
            return 0;
        }
        let look = self.next_look.saturating_sub(self.history.end()).max(1);
        let due = self.next_tick.saturating_sub(samples).max(1).min(self.settled.until_decision()).min(look);
        usize::try_from(due).map_or(most, |due| due.min(most))
    }

    /// Takes plain samples, calibrated but not oriented, no more than there is [`room`](Self::room) for.
    pub(crate) fn take_plain(&mut self, values: &[f64]) {
        let sign = self.sign();
        let first = self.history.end();
        self.completer.perfusion.see_all(values);
        self.history.push_plain(values);
        let (start, hz) = (self.start as f64, self.hz);
        let (queue, announced) = (&mut self.queue, &mut self.announced);
        self.prompt.push_plain(values, sign, &mut |number, peak| {
            announce(queue, announced, peak, (first + number as u64) as f64, start, hz);
        });
        let decided = &mut self.decided;
        self.settled.push_plain(values, sign, &mut |found| decided.push(Standing { found, locked: false }));
        if !self.decided.is_empty() {
            self.settle();
        }
        if self.history.end() >= self.next_look {
            self.review();
        }
    }

    fn take(&mut self, sample: Segmented, clipped_before: usize) {
        self.completer.perfusion.see(sample.value);
        self.history.push(sample);
        if clipped_before > 0 {
            self.history.mark_clipped(clipped_before + 1);
        }
        if self.holding {
            self.hold();
            return;
        }
        let sign = self.sign();
        self.find(Segmented { value: sign * sample.value, ..sample }, self.history.end() - 1);
        if self.history.end() >= self.next_look {
            self.review();
        }
    }

    /// Decides what is due though samples are missing.
    fn miss(&mut self, run: usize) {
        if !self.in_segment || self.holding {
            return;
        }
        let decided = &mut self.decided;
        let merge = &mut self.merge;
        self.settled.miss(run as u64, &mut |found| match merge {
            Some(merge) => merge.offer(found, &mut |pulse| decided.push(pulse)),
            None => decided.push(Standing { found, locked: false }),
        });
        if !self.decided.is_empty() {
            self.settle();
        }
    }

    /// Where in the segment the newest sample lies, taken or missing, or the newest stamp: what is bridged is behind it.
    fn newest(&self) -> f64 {
        let taken = (self.start + self.history.end()).saturating_sub(1);
        self.clock.max(self.now.max(taken) as f64) - self.start as f64
    }

    /// The sign in force.
    fn sign(&self) -> f64 {
        self.orientation.sign().unwrap_or(1.0)
    }

    /// Waits until the polarity is known and the recording is long enough, then lets the finders see what was held.
    fn hold(&mut self) {
        let length = self.history.end();
        if length < self.next_look && self.start + length < libm::ceil(EARLIEST_S * self.hz) as u64 {
            return;
        }
        if self.orientation.sign().is_none() {
            if length < self.next_look {
                return;
            }
            let newest = self.newest_seconds();
            let last = libm::ceil(LATEST_S * self.hz) as u64;
            let at_last = length >= last;
            let next = length + (DECIDE_EVERY_S * self.hz) as u64 + 1;
            self.next_look = if at_last { next } else { next.min(last) };
            if !self.orientation.decide(self.history.values(newest), at_last) {
                return;
            }
        }
        self.replay();
    }

    /// Looks again at a provisional polarity; where it turns out to be wrong, what follows the last beat is read anew.
    fn review(&mut self) {
        let end = self.history.end();
        if !self.orientation.is_provisional() {
            self.next_look = u64::MAX;
            return;
        }
        self.next_look = end + (LOOK_EVERY_S * self.hz) as u64 + 1;
        if self.is_moving() {
            return;
        }
        let newest = self.newest_seconds();
        if self.orientation.review(self.history.values(newest)) {
            let settled = self.completer.withdraw();
            self.history.advance(settled);
            self.start += settled;
            self.replay();
        }
    }

    /// Where the newest samples are that polarity is decided on.
    fn newest_seconds(&self) -> Range<u64> {
        let end = self.history.end();
        end.saturating_sub((LATEST_S * self.hz) as u64)..end
    }

    /// Begins a segment with the newest of the samples that are there, and lets the finders see them.
    fn replay(&mut self) {
        // What can still be read in time, and what a first decision has waited for.
        let reach = (LATEST_S + self.bridge) * self.hz;
        let first = self.history.end().saturating_sub(reach as u64 + 2);
        self.history.advance(first);
        self.restart(self.start + first);
        self.holding = false;
        self.next_look = self.history.end() + (LOOK_EVERY_S * self.hz) as u64 + 1;
        let sign = self.sign();
        for index in self.history.start()..self.history.end() {
            if let Some(sample) = self.history.get(index) {
                self.find(Segmented { value: sign * sample.value, ..sample }, index);
            }
        }
    }

    /// Lets the finders see an oriented sample, which has this index in the segment.
    fn find(&mut self, sample: Segmented, index: u64) {
        let (newest, start, hz) = (self.newest(), self.start as f64, self.hz);
        let (queue, announced) = (&mut self.queue, &mut self.announced);
        self.prompt.push(sample, &mut |found| announce(queue, announced, found.peak, newest, start, hz));
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
        if held && keep_short {
            let known = self.orientation.sign().is_some();
            let newest = self.newest_seconds();
            let keep = known || self.orientation.conclude(self.history.values(newest));
            self.replay();
            self.flush();
            if !keep {
                // Good enough to read these pulses by, no more.
                self.orientation.forget();
            }
        } else if !held {
            self.flush();
        }
        self.in_segment = false;
    }

    fn flush(&mut self) {
        let (newest, start, hz) = (self.newest(), self.start as f64, self.hz);
        let (queue, announced) = (&mut self.queue, &mut self.announced);
        self.prompt.finish(&mut |found| announce(queue, announced, found.peak, newest, start, hz));
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
        self.now = samples.saturating_sub(1);
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
        self.completer.newest().map(|found| (self.start as f64 + found.peak) / self.hz + LONGEST_CYCLE_S + SEARCH_S)
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
        let from = libm::round((row.time - 0.5 * WINDOW_S) * self.hz) as u64;
        let Some(from) = from.checked_sub(self.start) else { return row };
        let window = self.rhythm.window(from);
        if window.start < self.history.start() || window.end > self.history.end() {
            return row;
        }
        let samples = self.history.values(window.clone());
        self.rhythm.share(samples, window.start, rate).map_or(row, |share| checked(row, share))
    }

    #[cfg(not(feature = "spectrum"))]
    #[allow(clippy::unused_self)] // Of the same form as with the feature.
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
        let segment = Segment { history: &self.history, start: self.start, sign: self.sign() };
        for &pulse in &self.decided {
            self.completer.take(pulse, segment, &mut self.queue);
        }
        self.decided.clear();
    }

    /// Completes what is open without a next pulse.
    fn close(&mut self) {
        let segment = Segment { history: &self.history, start: self.start, sign: self.sign() };
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

/// Announces a pulse, unless it comes too late to be prompt, or has been announced before the polarity turned.
fn announce(queue: &mut EventQueue, announced: &mut f64, found: f64, newest: f64, start: f64, hz: f64) {
    let peak = start + found;
    if newest - found <= PROMPT_S * hz && peak > *announced {
        *announced = peak;
        queue.push(Event::Pulse(Pulse { peak: peak / hz }));
    }
}
