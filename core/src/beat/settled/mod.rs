//! The settled finder: each pulse judged in the light of what came before and after it.

mod candidate;
mod path;
mod period;
mod programme;
mod quality;
mod scale;
#[cfg(test)]
mod tests;
mod tuning;

use alloc::boxed::Box;
use alloc::vec;

use self::candidate::{Candidates, Trace};
use self::path::{Banded, FindingPath};
use self::period::{Period, PeriodFinder};
use self::programme::Programme;
use self::quality::{Features, Judge};
use self::scale::usual_height;
use self::tuning::TUNING;
use super::found::{FindPulses, Found, Segmented};
use crate::signal::SampleRate;

/// Pulses with a quality below this are not accepted.
pub const ACCEPT_QUALITY: f64 = 0.5;

/// Finds pulses with up to 5 s of delay; see the module's documentation.
#[derive(Debug, Clone)]
pub struct SettledFinder {
    path: FindingPath,
    trace: Trace,
    candidates: Candidates,
    period_finder: PeriodFinder,
    period: Period,
    programme: Programme,
    judge: Judge,
    long_scales: Box<[f64]>,
    long_count: usize,
    sorted: Box<[f64]>,
    internal_hz: f64,
    hop: u64,
    until_hop: u64,
    future: f64,
    /// Decided up to here, internal samples.
    decided: f64,
    last: Option<f64>,
    before_last: Option<f64>,
}

impl SettledFinder {
    /// A finder for streams of `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        let path = FindingPath::new(sample_rate);
        let internal_hz = sample_rate.as_hz() / path.factor() as f64;
        let hop = libm::round(TUNING.hop * internal_hz) as usize;
        let long = (TUNING.long_scale / TUNING.hop) as usize;
        Self {
            path,
            trace: Trace::new((TUNING.memory * internal_hz) as usize),
            candidates: Candidates::new(internal_hz),
            period_finder: PeriodFinder::new(internal_hz),
            period: Period::default(),
            programme: Programme::new(internal_hz),
            judge: Judge::new(internal_hz),
            long_scales: vec![0.0; long].into_boxed_slice(),
            long_count: 0,
            sorted: vec![0.0; long].into_boxed_slice(),
            internal_hz,
            hop: hop as u64,
            until_hop: hop as u64,
            future: TUNING.future * internal_hz,
            decided: -1.0,
            last: None,
            before_last: None,
        }
    }

    fn take(&mut self, sample: Banded, found: &mut impl FnMut(Found, &Features)) {
        let index = self.trace.end();
        self.trace.push(sample);
        if let Some(period) = self.period_finder.push(index, sample.value) {
            self.period = period;
        }
        self.candidates.watch(&self.trace);
        self.until_hop -= 1;
        if self.until_hop == 0 {
            self.until_hop = self.hop;
            let until = self.trace.end() as f64 - self.future;
            self.decide(until, found);
        }
    }

    /// Decides the candidates up to `until`, internal samples.
    fn decide(&mut self, until: f64, found: &mut impl FnMut(Found, &Features)) {
        let oldest = self.decided - (TUNING.past_scale + 1.0) * self.internal_hz;
        self.candidates.complete(&self.trace, oldest.max(0.0) as u64);
        let usual = self.usual();
        self.programme.run(self.candidates.all(), self.decided, self.last, self.before_last, self.period, usual);
        let factor = self.path.factor() as f64;
        let nodes = self.programme.nodes();
        for (at, node) in nodes.iter().enumerate() {
            let time = node.candidate.time;
            if !node.chosen || time > until {
                continue;
            }
            let (quality, doubt) = self.judge.judge(nodes, at, self.candidates.all(), &self.trace, self.period);
            self.before_last = self.last.replace(time);
            found(Found { peak: (time * factor).max(0.0), quality, doubt }, self.judge.features());
        }
        self.decided = self.decided.max(until);
    }

    /// Median over the last 40 s of the usual height of the last 5 s.
    fn usual(&mut self) -> f64 {
        let from = self.trace.end() as f64 - TUNING.past_scale * self.internal_hz;
        let recent = self.candidates.all().iter().filter(|c| c.time >= from && c.settled);
        if let Some(height) = usual_height(recent, TUNING.scale_share, 1) {
            if self.long_count == self.long_scales.len() {
                self.long_scales.copy_within(1.., 0);
                self.long_count -= 1;
            }
            self.long_scales[self.long_count] = height;
            self.long_count += 1;
        }
        let count = self.long_count;
        if count == 0 {
            return 0.0;
        }
        let sorted = &mut self.sorted[..count];
        sorted.copy_from_slice(&self.long_scales[..count]);
        *sorted.select_nth_unstable_by(count / 2, f64::total_cmp).1
    }
}

/// The finder as the fit of its quality sees it: each pulse comes with the features that its quality rests on (see `quality.rs`).
#[doc(hidden)]
impl SettledFinder {
    /// As [`FindPulses::push`].
    pub fn push_explained(&mut self, sample: Segmented, found: &mut impl FnMut(Found, &Features)) {
        if let Some(banded) = self.path.push(sample) {
            self.take(banded, found);
        }
    }

    /// As [`FindPulses::finish`].
    pub fn finish_explained(&mut self, found: &mut impl FnMut(Found, &Features)) {
        let Some(last) = self.path.last() else { return };
        for _ in 0..self.path.delay() {
            if let Some(banded) = self.path.push(Segmented::new(last)) {
                self.take(banded, found);
            }
        }
        self.decide(self.trace.end() as f64, found);
    }
}

impl FindPulses for SettledFinder {
    fn push(&mut self, sample: Segmented, found: &mut impl FnMut(Found)) {
        self.push_explained(sample, &mut |pulse, _| found(pulse));
    }

    fn finish(&mut self, found: &mut impl FnMut(Found)) {
        self.finish_explained(&mut |pulse, _| found(pulse));
    }

    fn reset(&mut self) {
        self.path.reset();
        self.trace.reset();
        self.candidates.reset();
        self.period_finder.reset();
        self.period = Period::default();
        self.judge.reset();
        self.long_count = 0;
        self.until_hop = self.hop;
        self.decided = -1.0;
        self.last = None;
        self.before_last = None;
    }

    fn latency_samples(&self) -> usize {
        self.path.delay() + self.path.factor() * (libm::ceil(self.future) as usize + self.hop as usize)
    }
}
