//! Quality: the probability that a pulse is one of the heart, from how it fits the pulses around it.

use alloc::boxed::Box;
use alloc::vec;

use super::TUNING;
use super::candidate::{Candidate, Trace};
use super::period::Period;
use super::programme::Node;
use crate::reason::Reason;

/// Number of features.
const FEATURES: usize = 8;

/// Emitted pulses that are remembered.
const PAST: usize = 6;

/// A pulse that was handed out.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    time: f64,
    height: f64,
}

/// Judges pulses.
#[derive(Debug, Clone)]
pub(super) struct Judge {
    past: [Past; PAST],
    count: usize,
    template: Box<[f64]>,
    own: Box<[f64]>,
    other: Box<[f64]>,
    taught: bool,
    before: usize,
    hz: f64,
    features: [f64; FEATURES],
}

impl Judge {
    pub(super) fn new(internal_hz: f64) -> Self {
        let before = (0.25 * internal_hz) as usize;
        let length = before + (0.35 * internal_hz) as usize + 1;
        let zeros = vec![0.0; length].into_boxed_slice();
        Self {
            past: [Past::default(); PAST],
            count: 0,
            template: zeros.clone(),
            own: zeros.clone(),
            other: zeros,
            taught: false,
            before,
            hz: internal_hz,
            features: [0.0; FEATURES],
        }
    }

    pub(super) fn reset(&mut self) {
        self.count = 0;
        self.taught = false;
    }

    /// Quality of the chosen node number `at`, and what speaks most against it.
    pub(super) fn judge(
        &mut self,
        nodes: &[Node],
        at: usize,
        candidates: &[Candidate],
        trace: &Trace,
        period: Period,
    ) -> (f64, Reason) {
        let Some(node) = nodes.get(at) else { return (0.0, Reason::Noise) };
        let own = node.candidate;
        // Neighbours on the chain: up to PAST before, up to three after.
        let mut intervals = [0.0; PAST + 3];
        let mut heights = [0.0; PAST + 3];
        let (mut interval_count, mut height_count) = (0, 0);
        let mut previous: Option<f64> = None;
        for past in &self.past[..self.count] {
            if own.time - past.time > 8.0 * self.hz {
                continue;
            }
            heights[height_count] = past.height;
            height_count += 1;
            if let Some(previous) = previous {
                intervals[interval_count] = past.time - previous;
                interval_count += 1;
            }
            previous = Some(past.time);
        }
        let back = previous.map(|p| own.time - p);
        let mut next: Option<Candidate> = None;
        let mut earlier = own.time;
        for later in nodes[at + 1..].iter().filter(|n| n.chosen).take(3) {
            heights[height_count] = later.candidate.height;
            height_count += 1;
            if next.is_none() {
                next = Some(later.candidate);
            } else {
                intervals[interval_count] = later.candidate.time - earlier;
                interval_count += 1;
            }
            earlier = later.candidate.time;
        }
        let ahead = next.map(|n| n.time - own.time);
        let usual_interval = median(&mut intervals[..interval_count]);
        let usual_height = median(&mut heights[..height_count]);
        let off = |interval: Option<f64>| match (interval, usual_interval) {
            (Some(interval), Some(usual)) if usual > 0.0 && interval > 0.0 => {
                libm::log(interval / usual).clamp(-1.5, 1.5)
            }
            _ => 0.3,
        };
        let height =
            usual_height.map_or(0.0, |u| if u > 0.0 { libm::log(own.height / u).clamp(-3.0, 3.0) } else { 0.0 });
        // Shape against the running pulse and the next one.
        excerpt(trace, own.index, self.before, &mut self.own);
        let to_template = if self.taught { product(&self.own, &self.template) } else { 0.5 };
        let to_next = next.map_or(to_template, |next| {
            excerpt(trace, next.index, self.before, &mut self.other);
            product(&self.own, &self.other)
        });
        // Other maxima between the neighbours, relative to this one.
        let reach = 0.5 * usual_interval.unwrap_or(self.hz);
        let others = candidates
            .iter()
            .filter(|c| c.index != own.index && (c.time - own.time).abs() < reach)
            .fold(0.0, |sum: f64, c| sum + c.height);
        let roughness = if own.height > 0.0 { (others / own.height).min(3.0) } else { 3.0 };
        self.features = [
            node.evidence,
            height.abs(),
            off(back).abs(),
            off(ahead).abs(),
            to_template.max(to_next),
            to_template.min(to_next),
            period.confidence,
            roughness,
        ];
        let weights = [0.25, -0.8, -1.5, -1.5, 1.5, 1.0, 3.0, -0.6];
        let mut sum = 0.0;
        for (feature, weight) in self.features.iter().zip(weights) {
            sum += feature * weight;
        }
        let logit = sum - 1.0 - 2.0 * own.clipped - 3.0 * own.bridged;
        let quality = 1.0 / (1.0 + libm::exp(-logit));
        let doubts = [
            (own.clipped * 2.0, Reason::Clipped),
            (own.bridged * 3.0, Reason::Missing),
            (0.8 * self.features[1] + 0.25 * (TUNING.evidence_most - node.evidence), Reason::Height),
            (1.5 * (self.features[2] + self.features[3]), Reason::Rhythm),
            (1.5 * (1.0 - self.features[4]) + (1.0 - self.features[5]), Reason::Shape),
            (3.0 * (0.8 - period.confidence).max(0.0) + 0.6 * roughness, Reason::Noise),
        ];
        let mut doubt = doubts[0];
        for other in &doubts[1..] {
            if other.0 > doubt.0 {
                doubt = *other;
            }
        }
        self.remember(own, quality);
        (quality, doubt.1)
    }

    fn remember(&mut self, own: Candidate, quality: f64) {
        if self.count == PAST {
            self.past.copy_within(1.., 0);
            self.count -= 1;
        }
        self.past[self.count] = Past { time: own.time, height: own.height };
        self.count += 1;
        let share = if self.taught { 0.1 * quality } else { 1.0 };
        self.taught = true;
        for (slot, value) in self.template.iter_mut().zip(&self.own) {
            *slot += share * (value - *slot);
        }
        let norm = libm::sqrt(self.template.iter().map(|x| x * x).sum::<f64>());
        if norm > 0.0 {
            for slot in &mut self.template {
                *slot /= norm;
            }
        }
    }
}

/// The trace around `index`, with zero mean and unit norm.
fn excerpt(trace: &Trace, index: u64, before: usize, out: &mut [f64]) {
    let last = trace.end().saturating_sub(1);
    for (k, slot) in out.iter_mut().enumerate() {
        let at = (index + k as u64).saturating_sub(before as u64).clamp(trace.start(), last);
        *slot = trace.value(at);
    }
    let mean = out.iter().sum::<f64>() / out.len() as f64;
    let mut square = 0.0;
    for slot in out.iter_mut() {
        *slot -= mean;
        square += *slot * *slot;
    }
    let norm = libm::sqrt(square);
    if norm > 0.0 {
        for slot in out.iter_mut() {
            *slot /= norm;
        }
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0)
}

fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    Some(0.5 * (values[n / 2] + values[(n - 1) / 2]))
}
