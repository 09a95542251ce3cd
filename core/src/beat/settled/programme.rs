//! Dynamic programming over the open candidates: the chain of pulses with the most evidence and the best rhythm.

use alloc::boxed::Box;
use alloc::vec;

use super::candidate::{Candidate, past_height};
use super::period::Period;
use super::scale::{Heights, NO_HEIGHTS, usual_height};
use super::tuning::Tuning;

/// Logarithms that are remembered: more than there are samples of which one can be an open candidate.
const LOGS: usize = 512;

/// A candidate in the programme.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Node {
    /// Number of the candidate.
    pub(super) at: usize,
    /// Its time.
    pub(super) time: f64,
    /// What speaks for it by itself, natural-logarithm units.
    pub(super) evidence: f64,
    score: f64,
    before: Option<usize>,
    /// It is on the best chain.
    pub(super) chosen: bool,
}

/// The programme and its memory.
#[derive(Debug, Clone)]
pub(super) struct Programme {
    nodes: Box<[Node]>,
    count: usize,
    /// Ratios of heights and their logarithms, by index of the candidate.
    logs: Box<[[f64; 2]; LOGS]>,
    heights: Heights,
    hz: f64,
    /// How far behind a candidate its shadow reaches, internal samples.
    shadow_reach: f64,
    tuning: Tuning,
}

impl Programme {
    pub(super) fn new(internal_hz: f64, tuning: &Tuning) -> Self {
        let most = (tuning.memory / tuning.separation) as usize + 2;
        Self {
            nodes: vec![Node::default(); most].into_boxed_slice(),
            count: 0,
            logs: Box::new([[1.0, 0.0]; LOGS]),
            heights: NO_HEIGHTS,
            hz: internal_hz,
            shadow_reach: 0.0,
            tuning: *tuning,
        }
    }

    /// The nodes of the last run, oldest first.
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes[..self.count]
    }

    /// Finds the best chain among the `candidates` after `from` (internal sample), the last pulse before having been at `last`.
    pub(super) fn run(
        &mut self,
        candidates: &[Candidate],
        from: f64,
        last: Option<f64>,
        before_last: Option<f64>,
        period: Period,
        usual: f64,
    ) {
        self.count = 0;
        // A dicrotic wave comes the later the slower the pulse (Weissler et al. 1968, DOI 10.1161/01.CIR.37.2.149).
        let sure = period.lately >= self.tuning.shadow_sure;
        let slow = if sure { libm::sqrt((period.length / self.hz).max(1.0)) } else { 1.0 };
        self.shadow_reach = slow * self.tuning.shadow * self.hz;
        for (at, candidate) in candidates.iter().enumerate() {
            if candidate.time <= from {
                continue;
            }
            let evidence = self.evidence(candidates, at, period, usual);
            if let Some(node) = self.nodes.get_mut(self.count) {
                *node = Node { at, time: candidate.time, evidence, score: 0.0, before: None, chosen: false };
                self.count += 1;
            }
        }
        let refractory = self.refractory(period);
        let hz = self.hz;
        let tuning = self.tuning;
        let mut best: Option<usize> = None;
        for at in 0..self.count {
            let (done, open) = self.nodes.split_at_mut(at);
            let Some(node) = open.first_mut() else { break };
            let time = node.time;
            let mut score = f64::NEG_INFINITY;
            let mut before = None;
            match last {
                Some(last) if time - last < refractory => {}
                Some(last) => score = link(time - last, before_last.map(|b| time - b), period, hz, &tuning),
                None => score = 0.0,
            }
            for (index, earlier) in done.iter().enumerate() {
                let interval = time - earlier.time;
                if interval < refractory {
                    break;
                }
                let over = earlier.before.map_or(last, |b| done.get(b).map(|n| n.time));
                let through = earlier.score + link(interval, over.map(|b| time - b), period, hz, &tuning);
                if through > score {
                    score = through;
                    before = Some(index);
                }
            }
            node.score = score + node.evidence;
            node.before = before;
            if node.score > best.map_or(0.0, |b| done[b].score) {
                best = Some(at);
            }
        }
        while let Some(at) = best {
            self.nodes[at].chosen = true;
            best = self.nodes[at].before;
        }
    }

    /// Shortest interval, internal samples.
    fn refractory(&self, period: Period) -> f64 {
        let flat = self.tuning.refractory * self.hz;
        if period.length > 0.0 { flat.min(self.tuning.refractory_share * period.length) } else { flat }
    }

    /// Evidence of the candidate number `at`.
    fn evidence(&mut self, candidates: &[Candidate], at: usize, period: Period, usual: f64) -> f64 {
        let Some(own) = candidates.get(at) else { return self.tuning.evidence_least };
        let ahead = (self.tuning.future_scale * period.length)
            .clamp(self.tuning.future_scale_least * self.hz, self.tuning.future_scale_most * self.hz);
        let future = candidates[at + 1..].iter().take_while(|c| c.time <= own.time + ahead);
        let past = if own.settled {
            own.past
        } else {
            past_height(
                &candidates[..at],
                own.time,
                self.tuning.past_scale * self.hz,
                self.tuning.scale_share,
                &mut self.heights,
            )
        };
        let future = usual_height(future, self.tuning.scale_share, 0, &mut self.heights);
        let scale = match (past, future) {
            (Some(past), Some(future)) => past.min(future),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => own.height,
        };
        if !(own.height > 0.0 && own.fall > 0.0) {
            return self.tuning.evidence_least;
        }
        let relative = if scale > 0.0 { own.height / scale } else { 1.0 };
        let mut evidence = self.tuning.height_weight * self.log(relative / self.tuning.neutral_height, own.index);
        let floor = self.tuning.floor * usual;
        if own.height < floor {
            evidence -= self.tuning.height_weight * libm::log(floor / own.height);
        }
        evidence += self.tuning.side_weight * own.lean;
        let shadow = self.tuning.shadow_weight * self.shadow(candidates, at);
        evidence.min(self.tuning.evidence_most - shadow).clamp(self.tuning.evidence_least, self.tuning.evidence_most)
    }

    /// ln(`ratio`) for the candidate with this `index`: seldom another from one run to the next.
    fn log(&mut self, ratio: f64, index: u64) -> f64 {
        let [known, log] = &mut self.logs[index as usize % LOGS];
        if *known != ratio {
            (*known, *log) = (ratio, libm::log(ratio));
        }
        *log
    }

    /// How far the candidate number `at` stands in the shadow of a far higher one just before it, 0 to 1: a dicrotic wave does, and
    /// the rebound that a sensor's own high-pass leaves; a pulse so soon after another is not so much smaller.
    fn shadow(&self, candidates: &[Candidate], at: usize) -> f64 {
        let Some(own) = candidates.get(at) else { return 0.0 };
        let before = candidates[..at].iter().rev().take_while(|c| own.time - c.time <= self.shadow_reach);
        let highest = before.fold(0.0, |highest: f64, c| highest.max(c.height));
        let ratio = if own.height > 0.0 { highest / own.height } else { self.tuning.shadow_full };
        ((ratio - self.tuning.shadow_from) / (self.tuning.shadow_full - self.tuning.shadow_from)).clamp(0.0, 1.0)
    }
}

/// What an interval adds: a reward near the period, a cost where it is short, nothing where it is long.
fn link(interval: f64, over_one: Option<f64>, period: Period, hz: f64, tuning: &Tuning) -> f64 {
    if period.length <= 0.0 {
        return 0.0;
    }
    let ratio = interval / period.length;
    if ratio > 1.6 {
        return 0.0;
    }
    let near = |ratio: f64| {
        let off = (ratio - 1.0) / tuning.rhythm_width;
        1.0 / (1.0 + 0.5 * off * off * (1.0 + 0.25 * off * off))
    };
    let reward = near(ratio).max(over_one.map_or(0.0, |over| tuning.over_share * near(over / period.length)));
    let limit = tuning.short_share.min(tuning.short_cap * hz / period.length);
    let cost = tuning.short_weight * (1.0 - ratio / limit).max(0.0);
    period.confidence * (tuning.rhythm_weight * reward - cost)
}
