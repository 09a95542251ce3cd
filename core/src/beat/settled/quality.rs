//! Quality: the probability that a pulse is one of the heart.
//!
//! It is the product of two probabilities, each a logistic function of few features.
//!
//! *That the stream carries a pulse*, from the last dozen pulses and half a minute: how much faster they rise than they fall,
//! the mean frequency of the slopes, and the highest autocorrelation over a past that fades slowly. White and 1/f noise in the
//! band have a slope frequency of their own, from which they hardly wander, and repeat themselves at no lag for long.
//! A weak or moved pulse is as rough as noise from beat to beat, but not in these means, so that noise need not be kept out
//! by rejecting such beats one by one.
//!
//! *That this is one of its pulses*, from what is around it: its intervals against the usual one; its unlikeness to the running pulse and to
//! the next; that of the pulses before; other maxima beside it; how far the signal is periodic; and how much more it moves than usual: a
//! limb that moves makes more of it than any pulse, but for a pulse after a premature one, which may rise twice as steeply.
//!
//! Coefficients: `benches/accuracy/fit_quality.py` on the features that `cargo run --release -p plethys-benches --example
//! quality_features` prints; it says how well they hold on recordings left out. Weights of clipped and missing samples are set by
//! hand: the recordings have too few of them.

use alloc::boxed::Box;
use alloc::vec;

use super::candidate::Candidate;
use super::period::Period;
use super::programme::Node;
use super::trace::Trace;
use super::tuning::Tuning;
use crate::filter::{dot, median_of_few, sum};
use crate::reason::Reason;

/// Features that say whether the stream carries a pulse.
const STREAM: usize = 3;
/// Features that say whether a wave is one of its pulses.
const OWN: usize = 6;
/// What a quality rests on: of the stream, then of the pulse.
pub(super) type Features = [f64; STREAM + OWN];

/// Pulses handed out that are remembered.
const PAST: usize = 8;
/// Pulses ahead on the chain that are looked at.
const AHEAD: usize = 3;
/// Pulses longer ago than this do not count, s.
const RECENT: f64 = 8.0;
/// The excerpt that is compared begins this long before the peak, s,
const BEFORE: f64 = 0.25;
/// and ends this long after it, s.
const AFTER: f64 = 0.35;
/// Pulses below this height speak against themselves, log of the share of their neighbours'.
const SMALL: f64 = -0.7;
/// Slopes are looked at this far on both sides of a peak, s.
const SLOPES: f64 = 0.3;
/// Skew of one pulse from which on more of it says no more.
const SKEW_MOST: f64 = 1.5;
/// Unlikeness from which on more of it says little more.
const UNLIKE: f64 = 0.6;
/// A pulse is loud where the power of its slopes exceeds the usual one by this, ln,
const LOUD: f64 = 1.4;
/// and more of it says no more from here on.
const LOUD_MOST: f64 = 2.0;
/// Share of its distance from the usual by which a pulse moves that, and the largest such distance, ln.
const LOUD_LEARNING: f64 = 0.1;
const LOUD_STEP: f64 = 1.0;
/// Most pulses over which the stream's means are taken.
const MEMORY: f64 = 12.0;
/// Largest share with which a pulse enters the running pulse.
const LEARNING: f64 = 0.15;

/// A pulse that was handed out.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    time: f64,
    height: f64,
    likeness: f64,
}

/// Judges pulses; remembers those it has judged.
#[derive(Debug, Clone)]
pub(super) struct Judge {
    past: [Past; PAST],
    count: usize,
    /// Running pulse: zero mean, unit norm.
    template: Box<[f64]>,
    own: Box<[f64]>,
    other: Box<[f64]>,
    taught: bool,
    before: usize,
    hz: f64,
    /// ln of the internal rate in radians.
    log_hz: f64,
    /// Mean skew and slope frequency of the last pulses, and how many these are.
    slopes: [f64; 2],
    averaged: f64,
    /// Usual power of the slopes, ln.
    usual_power: Option<f64>,
    features: Features,
}

/// What is around a pulse.
struct Around {
    heights: [f64; PAST + AHEAD],
    height_count: usize,
    intervals: [f64; PAST + AHEAD],
    interval_count: usize,
    back: Option<f64>,
    next: Option<Candidate>,
    likeness: f64,
}

impl Judge {
    pub(super) fn new(internal_hz: f64) -> Self {
        let before = (BEFORE * internal_hz) as usize;
        let length = before + (AFTER * internal_hz) as usize + 1;
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
            log_hz: libm::log(internal_hz / core::f64::consts::TAU),
            slopes: [0.0; 2],
            averaged: 0.0,
            usual_power: None,
            features: Features::default(),
        }
    }

    pub(super) fn reset(&mut self) {
        self.count = 0;
        self.taught = false;
        // What is learned first enters as a difference to this.
        self.template.fill(0.0);
        self.averaged = 0.0;
        self.usual_power = None;
        self.features = Features::default();
    }

    /// Features of the last pulse judged.
    pub(super) fn features(&self) -> &Features {
        &self.features
    }

    /// The neighbours of the chosen node number `at` on the chain: up to `PAST` before it, up to `AHEAD` after it.
    fn around(&self, nodes: &[Node], at: usize, candidates: &[Candidate], own: Candidate) -> Around {
        let mut around = Around {
            heights: [0.0; PAST + AHEAD],
            height_count: 0,
            intervals: [0.0; PAST + AHEAD],
            interval_count: 0,
            back: None,
            next: None,
            likeness: 0.0,
        };
        let mut previous: Option<f64> = None;
        for past in self.past[..self.count].iter().filter(|past| own.time - past.time <= RECENT * self.hz) {
            around.heights[around.height_count] = past.height;
            around.height_count += 1;
            around.likeness += past.likeness;
            if let Some(previous) = previous.replace(past.time) {
                around.intervals[around.interval_count] = past.time - previous;
                around.interval_count += 1;
            }
        }
        if around.height_count > 0 {
            around.likeness /= around.height_count as f64;
        }
        around.back = previous.map(|previous| own.time - previous);
        let mut earlier = own.time;
        let ahead = nodes[at + 1..].iter().filter(|node| node.chosen).take(AHEAD);
        for later in ahead.filter_map(|node| candidates.get(node.at)).copied() {
            around.heights[around.height_count] = later.height;
            around.height_count += 1;
            if around.next.is_none() {
                around.next = Some(later);
            } else {
                around.intervals[around.interval_count] = later.time - earlier;
                around.interval_count += 1;
            }
            earlier = later.time;
        }
        around
    }

    /// Of the humps on the plateau of the pulse `chosen` the one that, taken for the peak, makes it most like the running pulse: which
    /// of them is the highest changes from beat to beat where noise does.
    pub(super) fn hump(
        &mut self,
        chosen: Candidate,
        candidates: &[Candidate],
        trace: &Trace,
        last: Option<f64>,
        tuning: &Tuning,
    ) -> Candidate {
        if !self.taught {
            return chosen;
        }
        let reach = tuning.hump_reach * self.hz;
        let lowest = chosen.level - tuning.hump_share * chosen.height;
        let earliest = last.map_or(f64::NEG_INFINITY, |last| last + reach);
        let near = |hump: &&Candidate| (hump.time - chosen.time).abs() <= reach && hump.time >= earliest;
        if !candidates.iter().filter(near).any(|hump| hump.index != chosen.index) {
            return chosen;
        }
        let mut best = (f64::NEG_INFINITY, chosen);
        for hump in candidates.iter().filter(near) {
            let between = trace.values(hump.index.min(chosen.index)..hump.index.max(chosen.index) + 1);
            if between.iter().any(|value| *value < lowest) {
                continue;
            }
            excerpt(trace, hump.index, self.before, &mut self.other);
            let likeness = product(&self.other, &self.template);
            if likeness > best.0 {
                best = (likeness, *hump);
            }
        }
        // It is the same wave, from foot to foot.
        Candidate { rise: chosen.rise, fall: chosen.fall, height: chosen.height, ..best.1 }
    }

    /// Quality of the pulse `own`, which is the chosen node number `at`, and what speaks most against it.
    pub(super) fn judge(
        &mut self,
        own: Candidate,
        nodes: &[Node],
        at: usize,
        candidates: &[Candidate],
        trace: &Trace,
        period: Period,
    ) -> (f64, Reason) {
        let mut around = self.around(nodes, at, candidates, own);
        let ahead = around.next.map(|next| next.time - own.time);
        let usual_interval = median_of_few(&mut around.intervals[..around.interval_count]);
        let usual_height = median_of_few(&mut around.heights[..around.height_count]);
        let off_interval = |interval: Option<f64>| match (interval, usual_interval) {
            (Some(interval), Some(usual)) => log_ratio(interval, usual).clamp(-1.0, 1.0),
            _ => 0.0,
        };
        let (back, forth) = (off_interval(around.back), off_interval(ahead));
        // Likeness of its shape to the running pulse and to the next one.
        excerpt(trace, own.index, self.before, &mut self.own);
        let to_running = if self.taught { product(&self.own, &self.template) } else { 0.0 };
        let to_next = around.next.map_or(to_running, |next| {
            excerpt(trace, next.index, self.before, &mut self.other);
            product(&self.own, &self.other)
        });
        let likeness = if self.taught { to_running.max(to_next) } else { to_next };
        // Other maxima between the neighbours, in its heights.
        let reach = 0.5 * usual_interval.unwrap_or(self.hz);
        let near = candidates.iter().filter(|c| c.index != own.index && (c.time - own.time).abs() < reach);
        let others = near.fold(0.0, |sum: f64, c| sum + c.height.max(0.0));
        let roughness = if own.height > 0.0 { (others / own.height).min(3.0) } else { 3.0 };
        let unlike = |likeness: f64| libm::sqrt((1.0 - likeness).max(0.0));
        let (slopes, power) = slopes(trace, own.index, (SLOPES * self.hz) as u64, self.log_hz);
        let [skew, frequency] = self.average(slopes);
        let saturated = |likeness: f64| {
            let far = (1.0 - likeness).max(0.0);
            libm::sqrt(far / (1.0 + far / (UNLIKE * UNLIKE)))
        };
        self.features = [
            skew,
            frequency,
            period.lately,
            back.abs() + forth.abs(),
            saturated(likeness),
            unlike(if self.count > 0 { around.likeness } else { likeness }),
            roughness,
            period.confidence,
            self.loudness(power),
        ];
        let (of_stream, of_own) = self.features.split_at(STREAM);
        let flags = CLIPPED_WEIGHT * own.clipped + BRIDGED_WEIGHT * own.bridged;
        let carried = logistic(STREAM_INTERCEPT + weighted(of_stream, &STREAM_WEIGHTS));
        let quality = carried * logistic(INTERCEPT + weighted(of_own, &WEIGHTS) + flags);
        // A logarithm only where it counts: more than half is not small.
        let low = usual_height.filter(|usual| own.height < 0.5 * usual);
        let small = low.map_or(0.0, |usual| (SMALL - log_ratio(own.height, usual)).max(0.0));
        let doubt = self.doubt(own, small, carried);
        self.remember(own, quality, likeness);
        (quality, doubt)
    }

    /// Takes the slopes of one more pulse into the means over the last ones.
    fn average(&mut self, slopes: [f64; 2]) -> [f64; 2] {
        self.averaged = (self.averaged + 1.0).min(MEMORY);
        for (mean, slope) in self.slopes.iter_mut().zip(slopes) {
            let before = if self.averaged > 1.0 { *mean } else { slope };
            *mean = before + (slope - before) / self.averaged;
        }
        self.slopes
    }

    /// How far the power of a pulse's slopes exceeds the usual one, which it then moves.
    fn loudness(&mut self, power: f64) -> f64 {
        if power <= 0.0 {
            return 0.0;
        }
        let power = libm::log(power);
        let usual = *self.usual_power.get_or_insert(power);
        self.usual_power = Some(usual + LOUD_LEARNING * (power - usual).clamp(-LOUD_STEP, LOUD_STEP));
        (power - usual - LOUD).clamp(0.0, LOUD_MOST)
    }

    /// The reason with the largest share in what speaks against the pulse.
    fn doubt(&self, own: Candidate, small: f64, carried: f64) -> Reason {
        let against = |feature: usize| (WEIGHTS[feature] * (USUAL[feature] - self.features[STREAM + feature])).max(0.0);
        let shares = [
            (Reason::Clipped, -CLIPPED_WEIGHT * own.clipped),
            (Reason::Missing, -BRIDGED_WEIGHT * own.bridged),
            (Reason::Height, small),
            (Reason::Rhythm, against(0)),
            (Reason::Shape, against(1)),
            (
                Reason::Noise,
                against(2) + against(3) + against(4) + against(5) - libm::log(carried.max(f64::MIN_POSITIVE)),
            ),
        ];
        let mut largest = shares[4];
        for share in shares {
            if share.1 > largest.1 {
                largest = share;
            }
        }
        largest.0
    }

    fn remember(&mut self, own: Candidate, quality: f64, likeness: f64) {
        if self.count == PAST {
            self.past.copy_within(1.., 0);
            self.count -= 1;
        }
        self.past[self.count] = Past { time: own.time, height: own.height, likeness };
        self.count += 1;
        let share = if self.taught { LEARNING * quality } else { 1.0 };
        self.taught = true;
        for (slot, value) in self.template.iter_mut().zip(&self.own) {
            *slot += share * (value - *slot);
        }
        normalise(&mut self.template);
    }
}

/// ln(a / b), 0 where that has no meaning.
fn log_ratio(a: f64, b: f64) -> f64 {
    if a > 0.0 && b > 0.0 { libm::log(a / b) } else { 0.0 }
}

/// Of the slopes within `reach` of `index`: ln of the steepest rise before it over the steepest fall after it, as pulses rise faster
/// than they fall; ln of their root-mean-square frequency in Hz, `log_hz` being ln of the internal rate over 2π; and beside these
/// their power.
fn slopes(trace: &Trace, index: u64, reach: u64, log_hz: f64) -> ([f64; 2], f64) {
    let (mut rise, mut fall) = (0.0, 0.0);
    let (mut power, mut bend) = (0.0, 0.0);
    let from = index.saturating_sub(reach).max(trace.start());
    let to = (index + reach).min(trace.end().saturating_sub(1));
    for (i, around) in (from + 2..).zip(trace.fine(from..to).windows(3)) {
        let (before, slope) = (around[1] - around[0], around[2] - around[1]);
        power += slope * slope;
        bend += (slope - before) * (slope - before);
        let most = if i <= index { &mut rise } else { &mut fall };
        let steep = if i <= index { slope } else { -slope };
        *most = if steep > *most { steep } else { *most };
    }
    let frequency = 0.5 * log_ratio(bend, power) + log_hz;
    ([log_ratio(rise, fall).clamp(-SKEW_MOST, SKEW_MOST), frequency], power)
}

/// Sum of the products, in order.
fn weighted(features: &[f64], weights: &[f64]) -> f64 {
    features.iter().zip(weights).fold(0.0, |sum, (feature, weight)| sum + feature * weight)
}

fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

/// The trace around `index`, with zero mean and unit norm.
fn excerpt(trace: &Trace, index: u64, before: usize, out: &mut [f64]) {
    let from = index.checked_sub(before as u64).filter(|from| *from >= trace.start());
    let held = from.map_or(&[][..], |from| trace.values(from..from + out.len() as u64));
    if held.len() == out.len() {
        out.copy_from_slice(held);
    } else {
        let last = trace.end().saturating_sub(1);
        for (k, slot) in out.iter_mut().enumerate() {
            let at = (index + k as u64).saturating_sub(before as u64).clamp(trace.start(), last);
            *slot = trace.value(at);
        }
    }
    let mean = sum(out) / out.len() as f64;
    for slot in out.iter_mut() {
        *slot -= mean;
    }
    normalise(out);
}

/// Gives `values` unit norm, unless they are zero.
fn normalise(values: &mut [f64]) {
    let norm = libm::sqrt(dot(values, values));
    if norm > 0.0 {
        let scale = 1.0 / norm;
        for value in values {
            *value *= scale;
        }
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    dot(a, b).clamp(-1.0, 1.0)
}

/// Logit of a stream whose features are all 0, and what is added per unit of each.
const STREAM_INTERCEPT: f64 = 26.13;
const STREAM_WEIGHTS: [f64; STREAM] = [11.68, -21.71, 23.38];
/// Logit of a pulse whose features are all 0, and what is added per unit of each.
const INTERCEPT: f64 = 6.06;
const WEIGHTS: [f64; OWN] = [-1.33, -11.17, -1.36, -0.69, 2.97, -1.93];
/// Usual features of right pulses.
const USUAL: [f64; OWN] = [0.02, 0.07, 0.08, 0.0, 0.9, 0.0];
/// Added to the logit per unit of the share of clipped samples at the peak.
const CLIPPED_WEIGHT: f64 = -0.5;
/// Added to the logit per unit of the share of missing samples at the peak.
const BRIDGED_WEIGHT: f64 = -1.5;
