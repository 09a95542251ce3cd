//! Quality: the probability that a pulse is one of the heart, from how it fits the pulses around it.
//!
//! A logistic regression on seven features: intervals against the usual one; spread of the heights around (what is irregular
//! anyway says less); unlikeness to the running pulse and to the next; that of the pulses before; other maxima beside it; how
//! much faster the pulses rise than they fall; and unlikeness where nothing was periodic for a minute. The last one tells
//! noise, which is neither alike nor periodic, from atrial fibrillation, which is alike.
//!
//! Coefficients: `benches/accuracy/fit_quality.py` on the features that `cargo run --release -p plethys-benches --example
//! quality_features` prints (BIDMC at three speeds, TROIKA, four small sets, 26 synthetic recordings, eight hours of noise). With
//! the recording left out: expected calibration error 0.002 and AUROC 0.946 on BIDMC, 0.041 and 0.81 on TROIKA; white noise
//! at most 0.95, 1/f noise at most 0.4 accepted a minute. The phone recordings are off by 0.10: in three of eleven the signal is as
//! good as noise, and half of what is found there is right by chance. Weights of clipped and missing samples are set by
//! hand: the recordings have too few of them.

use alloc::boxed::Box;
use alloc::vec;

use super::candidate::{Candidate, Trace};
use super::period::Period;
use super::programme::Node;
use crate::reason::Reason;

/// Number of features.
const FEATURES: usize = 7;
/// What a quality rests on.
pub(super) type Features = [f64; FEATURES];

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
/// Skew from which on more of it says no more.
const SKEW_MOST: f64 = 0.6;
/// Largest lately seen autocorrelation from which on more of it says no more.
const PERIODIC: f64 = 0.5;
/// Largest share with which a pulse enters the running pulse.
const LEARNING: f64 = 0.15;

/// A pulse that was handed out.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    time: f64,
    height: f64,
    likeness: f64,
    skew: f64,
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
    features: [f64; FEATURES],
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
    skew: f64,
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
            features: [0.0; FEATURES],
        }
    }

    pub(super) fn reset(&mut self) {
        self.count = 0;
        self.taught = false;
        // What is learned first enters as a difference to this.
        self.template.fill(0.0);
        self.features = [0.0; FEATURES];
    }

    /// Features of the last pulse judged.
    pub(super) fn features(&self) -> &Features {
        &self.features
    }

    /// The neighbours of the chosen node number `at` on the chain: up to `PAST` before it, up to `AHEAD` after it.
    fn around(&self, nodes: &[Node], at: usize, own: Candidate) -> Around {
        let mut around = Around {
            heights: [0.0; PAST + AHEAD],
            height_count: 0,
            intervals: [0.0; PAST + AHEAD],
            interval_count: 0,
            back: None,
            next: None,
            likeness: 0.0,
            skew: 0.0,
        };
        let mut previous: Option<f64> = None;
        for past in self.past[..self.count].iter().filter(|past| own.time - past.time <= RECENT * self.hz) {
            around.heights[around.height_count] = past.height;
            around.height_count += 1;
            around.likeness += past.likeness;
            around.skew += past.skew;
            if let Some(previous) = previous.replace(past.time) {
                around.intervals[around.interval_count] = past.time - previous;
                around.interval_count += 1;
            }
        }
        if around.height_count > 0 {
            around.likeness /= around.height_count as f64;
            around.skew /= around.height_count as f64;
        }
        around.back = previous.map(|previous| own.time - previous);
        let mut earlier = own.time;
        for later in nodes[at + 1..].iter().filter(|node| node.chosen).take(AHEAD).map(|node| node.candidate) {
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
        let mut around = self.around(nodes, at, own);
        let ahead = around.next.map(|next| next.time - own.time);
        let usual_interval = median(&mut around.intervals[..around.interval_count]);
        let usual_height = median(&mut around.heights[..around.height_count]);
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
        let skew = skew(trace, own.index, (0.3 * self.hz) as u64);
        let unlike_around = libm::sqrt((1.0 - if self.count > 0 { around.likeness } else { likeness }).max(0.0));
        self.features = [
            back.abs() + forth.abs(),
            spread(&around.heights[..around.height_count], usual_height),
            libm::sqrt((1.0 - likeness).max(0.0)),
            unlike_around,
            roughness,
            (if self.count > 0 { around.skew } else { skew }).clamp(0.0, SKEW_MOST),
            (PERIODIC - period.lately).max(0.0) * unlike_around,
        ];
        let mut logit = INTERCEPT + CLIPPED_WEIGHT * own.clipped + BRIDGED_WEIGHT * own.bridged;
        for (feature, weight) in self.features.iter().zip(WEIGHTS) {
            logit += feature * weight;
        }
        let quality = 1.0 / (1.0 + libm::exp(-logit));
        let small = usual_height.map_or(0.0, |usual| (SMALL - log_ratio(own.height, usual)).max(0.0));
        let doubt = self.doubt(own, small);
        self.remember(own, quality, likeness, skew);
        (quality, doubt)
    }

    /// The reason with the largest share in what speaks against the pulse.
    fn doubt(&self, own: Candidate, small: f64) -> Reason {
        let against = |feature: usize| {
            let usual = USUAL[feature];
            (WEIGHTS[feature] * (usual - self.features[feature])).max(0.0)
        };
        let shares = [
            (Reason::Clipped, -CLIPPED_WEIGHT * own.clipped),
            (Reason::Missing, -BRIDGED_WEIGHT * own.bridged),
            (Reason::Height, small),
            (Reason::Rhythm, against(0)),
            (Reason::Shape, against(2)),
            (Reason::Noise, against(3) + against(4) + against(5) + against(6)),
        ];
        let mut largest = shares[2];
        for share in shares {
            if share.1 > largest.1 {
                largest = share;
            }
        }
        largest.0
    }

    fn remember(&mut self, own: Candidate, quality: f64, likeness: f64, skew: f64) {
        if self.count == PAST {
            self.past.copy_within(1.., 0);
            self.count -= 1;
        }
        self.past[self.count] = Past { time: own.time, height: own.height, likeness, skew };
        self.count += 1;
        let share = if self.taught { LEARNING * quality } else { 1.0 };
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

/// ln(a / b), 0 where that has no meaning.
fn log_ratio(a: f64, b: f64) -> f64 {
    if a > 0.0 && b > 0.0 { libm::log(a / b) } else { 0.0 }
}

/// Mean absolute deviation of the `values` from their median, as a share of it, at most 1.
fn spread(values: &[f64], median: Option<f64>) -> f64 {
    match median {
        Some(median) if median > 0.0 => {
            let sum = values.iter().map(|value| (value - median).abs()).sum::<f64>();
            (sum / (median * values.len() as f64)).min(1.0)
        }
        _ => 0.3,
    }
}

/// ln of the steepest rise before `index` over the steepest fall after it, within `reach`: pulses rise faster than they fall.
fn skew(trace: &Trace, index: u64, reach: u64) -> f64 {
    let (mut rise, mut fall) = (0.0_f64, 0.0_f64);
    for i in index.saturating_sub(reach).max(trace.start())..index {
        rise = rise.max(trace.value(i + 1) - trace.value(i));
    }
    for i in index..(index + reach).min(trace.end().saturating_sub(1)) {
        fall = fall.max(trace.value(i) - trace.value(i + 1));
    }
    log_ratio(rise, fall).clamp(-1.5, 1.5)
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

/// Logit of a pulse whose features are all 0.
const INTERCEPT: f64 = 6.38;
/// Added to the logit per unit of each feature.
const WEIGHTS: [f64; FEATURES] = [-1.59, 2.09, -5.18, -3.58, -0.43, 1.38, -28.32];
/// Usual features of right pulses.
const USUAL: [f64; FEATURES] = [0.02, 0.08, 0.07, 0.08, 0.0, 0.6, 0.0];
/// Added to the logit per unit of the share of clipped samples at the peak.
const CLIPPED_WEIGHT: f64 = -0.5;
/// Added to the logit per unit of the share of missing samples at the peak.
const BRIDGED_WEIGHT: f64 = -1.5;
