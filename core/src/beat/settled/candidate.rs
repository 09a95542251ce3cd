//! Candidates: every local maximum of the finding path, with its height on both sides.

use alloc::boxed::Box;
use alloc::vec;

use super::path::{BRIDGED, CLIPPED};
use super::scale::{Heights, NO_HEIGHTS, usual_height};
use super::trace::Trace;
use super::tuning::Tuning;

/// A local maximum of the finding path.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Candidate {
    /// Internal sample of the maximum.
    pub(super) index: u64,
    /// Maximum of the parabola through it, internal samples.
    pub(super) time: f64,
    /// Value at the maximum.
    pub(super) level: f64,
    /// Height above the lowest point before it, up to a higher sample and 1 s at most.
    pub(super) rise: f64,
    /// The same after it.
    pub(super) fall: f64,
    /// The smaller of the two: the prominence.
    pub(super) height: f64,
    /// Share of clipped samples around it.
    pub(super) clipped: f64,
    /// Share of missing samples around it.
    pub(super) bridged: f64,
    /// Its right side has been seen in full.
    pub(super) settled: bool,
    /// ln(rise / fall), −3 to 3.
    pub(super) lean: f64,
    /// The usual height before it, once it is settled.
    pub(super) past: Option<f64>,
}

/// The candidates of the last seconds, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Candidates {
    list: Box<[Candidate]>,
    count: usize,
    separation: u64,
    side: u64,
    around: u64,
    past: f64,
    share: f64,
    heights: Heights,
}

impl Candidates {
    pub(super) fn new(internal_hz: f64, tuning: &Tuning) -> Self {
        let most = (tuning.memory / tuning.separation) as usize + 2;
        Self {
            list: vec![Candidate::default(); most].into_boxed_slice(),
            count: 0,
            separation: (tuning.separation * internal_hz) as u64,
            side: (tuning.side * internal_hz) as u64,
            around: (tuning.around * internal_hz) as u64 + 1,
            past: tuning.past_scale * internal_hz,
            share: tuning.scale_share,
            heights: NO_HEIGHTS,
        }
    }

    pub(super) fn reset(&mut self) {
        self.count = 0;
    }

    pub(super) fn all(&self) -> &[Candidate] {
        &self.list[..self.count]
    }

    /// Looks whether the newest but one sample of the trace is a maximum.
    #[inline]
    pub(super) fn watch(&mut self, trace: &Trace) {
        let end = trace.end();
        if end < 3 {
            return;
        }
        let (before, at, after) = (trace.value(end - 3), trace.value(end - 2), trace.value(end - 1));
        if before < at && at >= after {
            self.add(trace, [before, at, after]);
        }
    }

    /// Adds the newest but one sample, a maximum between its neighbours.
    fn add(&mut self, trace: &Trace, [before, at, after]: [f64; 3]) {
        let index = trace.end() - 2;
        if let Some(last) = self.list[..self.count].last().filter(|last| index - last.index < self.separation) {
            if last.level >= at {
                return;
            }
            self.count -= 1;
        }
        if self.count == self.list.len() {
            self.list.copy_within(1.., 0);
            self.count -= 1;
        }
        let curve = before - 2.0 * at + after;
        let shift = if curve < 0.0 { (0.5 * (before - after) / curve).clamp(-0.5, 0.5) } else { 0.0 };
        let rise = at - lowest_before(trace, index, self.side);
        self.list[self.count] =
            Candidate { index, time: index as f64 + shift, level: at, rise, ..Candidate::default() };
        self.count += 1;
    }

    /// Completes the right sides as far as the trace goes, and forgets what is older than `oldest`.
    pub(super) fn complete(&mut self, trace: &Trace, oldest: u64) {
        let gone = self.list[..self.count].iter().take_while(|c| c.index < oldest).count();
        self.list.copy_within(gone..self.count, 0);
        self.count -= gone;
        for at in 0..self.count {
            let (before, rest) = self.list.split_at_mut(at);
            let Some(candidate) = rest.first_mut().filter(|candidate| !candidate.settled) else { continue };
            let fall = candidate.level - lowest_after(trace, candidate.index, self.side);
            if fall != candidate.fall {
                candidate.fall = fall;
                candidate.height = candidate.rise.min(fall);
                if candidate.height > 0.0 {
                    candidate.lean = libm::log(candidate.rise / fall).clamp(-3.0, 3.0);
                }
            }
            let (clipped, bridged) = flagged(trace, candidate.index, self.around);
            candidate.clipped = clipped;
            candidate.bridged = bridged;
            candidate.settled = trace.end() > candidate.index + self.side;
            if candidate.settled {
                // So are those before it: this will not change any more.
                candidate.past = past_height(before, candidate.time, self.past, self.share, &mut self.heights);
            }
        }
    }
}

/// The usual height of the candidates `before` one at `time` that lie within `reach` of it.
pub(super) fn past_height(
    before: &[Candidate],
    time: f64,
    reach: f64,
    share: f64,
    heights: &mut Heights,
) -> Option<f64> {
    let past = before.iter().rev().take_while(|candidate| candidate.time >= time - reach);
    usual_height(past, share, 1, heights)
}

fn lowest_before(trace: &Trace, index: u64, side: u64) -> f64 {
    let before = trace.values(index.saturating_sub(side)..index);
    lowest(trace.value(index), before.iter().rev())
}

fn lowest_after(trace: &Trace, index: u64, side: u64) -> f64 {
    lowest(trace.value(index), trace.values(index + 1..index + side + 1).iter())
}

/// The lowest of `values` up to the first that is higher than `level`.
fn lowest<'a>(level: f64, values: impl Iterator<Item = &'a f64>) -> f64 {
    let mut lowest = level;
    for &value in values {
        if value > level {
            break;
        }
        lowest = if value < lowest { value } else { lowest };
    }
    lowest
}

/// Shares of the samples up to `around` beside one that are clipped, and missing.
fn flagged(trace: &Trace, index: u64, around: u64) -> (f64, f64) {
    let from = index.saturating_sub(around).max(trace.start());
    let to = (index + around + 1).min(trace.end());
    let count = to.saturating_sub(from).max(1) as f64;
    let [clipped, bridged] = trace.count(from..to, [CLIPPED, BRIDGED]);
    (f64::from(clipped) / count, f64::from(bridged) / count)
}
