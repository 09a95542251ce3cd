//! Reading a pulse: its systolic peak, steepest rise, foot and onset.
//!
//! The foot *level* is the minimum before the upstroke; the onset *time* is where the tangent of the steepest rise meets
//! that level, which a flat foot cannot smear. Source: Vardoulis et al. 2013, J. Biomech. 46(12):2087, doi 10.1016/j.jbiomech.2013.05.015
//! (intersecting tangents); Chiu et al. 1991, Am. Heart J. 121(5):1460 (foot methods compared).

use super::level;
use super::waveform::{Waveform, vertex};

/// The systolic peak lies at most this far from where finding saw it, s.
pub(crate) const SEARCH_S: f64 = 0.15;
/// The same as a share of the cycle.
const SEARCH_SHARE: f64 = 0.3;
/// The upstroke takes at most this share of the cycle, and this long, s.
const UPSTROKE_SHARE: f64 = 0.6;
const UPSTROKE_S: f64 = 0.7;
/// Going back from the steepest rise, the foot is passed once the signal is so many standard deviations of its noise above it, …
const FOOT_PASSED_NOISE: f64 = 4.0;
/// … at least the first of these shares of the pulse's height and at most the second, which holds where the noise is not known: breathing
/// tilts a small pulse so far that an earlier dip is lower.
const FOOT_PASSED: [f64; 2] = [0.01, 0.08];

/// What was read of one pulse; times are sample indices of the segment, levels oriented.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// Systolic peak.
    pub(crate) peak: f64,
    /// Level of the systolic peak.
    pub(crate) peak_level: f64,
    /// Steepest rise.
    pub(crate) steepest: f64,
    /// Slope there, units per second.
    pub(crate) slope: f64,
    /// The minimum before the upstroke.
    pub(crate) foot: f64,
    /// Level of the minimum.
    pub(crate) foot_level: f64,
    /// Intersecting tangents.
    pub(crate) onset: f64,
}

impl Reading {
    /// Systolic peak minus foot level.
    pub(crate) fn amplitude(&self) -> f64 {
        self.peak_level - self.foot_level
    }

    /// How long the steepest rise would take from the level of the foot to that of the peak, s.
    pub(crate) fn rise(&self) -> f64 {
        self.amplitude() / self.slope
    }
}

/// How far from `found` the systolic peak is looked for in a cycle of `cycle` seconds, s.
pub(crate) fn search_reach(cycle: f64) -> f64 {
    SEARCH_S.min(SEARCH_SHARE * cycle)
}

/// How long before its peak an upstroke can begin in a cycle of `cycle` seconds, s.
pub(crate) fn upstroke_reach(cycle: f64) -> f64 {
    UPSTROKE_S.min(UPSTROKE_SHARE * cycle)
}

/// Reads the pulse that finding saw at sample index `found`, not looking before `earliest`. `None` where there is no rise.
pub(crate) fn read(waveform: &Waveform, found: f64, earliest: f64, cycle: f64) -> Option<Reading> {
    let values = waveform.values();
    if values.len() < 3 {
        return None;
    }
    let per_second = waveform.rate();
    let reach = search_reach(cycle) * waveform.sample_rate();
    let inner = 1..values.len() - 1;
    let bound = waveform.place_of(earliest).max(inner.start);
    let low = waveform.place_of(found - reach).max(bound + 1);
    let high = waveform.place_of(found + reach).min(inner.end - 1);
    if low > high {
        return None;
    }

    let peak = systolic_peak(values, low, high);
    let (shift, peak_level) = vertex(values[peak - 1], values[peak], values[peak + 1]);
    let (peak_place, peak_level) =
        if is_maximum(values, peak) { (peak as f64 + shift, peak_level) } else { (peak as f64, values[peak]) };

    let upstroke = (upstroke_reach(cycle) * per_second) as usize;
    let from = peak.saturating_sub(upstroke).max(bound);
    let slope_at = |i: usize| 0.5 * (values[i + 1] - values[i - 1]) * per_second;
    let mut steepest = from;
    let mut most = 0.0;
    for (i, around) in values.get(from - 1..=peak)?.windows(3).enumerate() {
        let rise = around[2] - around[0];
        if rise >= most {
            (steepest, most) = (from + i, rise);
        }
    }
    let slope = slope_at(steepest);
    if slope <= 0.0 {
        return None;
    }
    let (shift, slope) = if steepest > from && steepest + 1 < peak {
        vertex(slope_at(steepest - 1), slope, slope_at(steepest + 1))
    } else {
        (0.0, slope)
    };
    let steepest_place = steepest as f64 + shift;
    let steepest_level = values[steepest] + shift * 0.5 * (values[steepest + 1] - values[steepest - 1]);

    let noise = waveform.left_noise();
    let mut foot = steepest;
    for i in (bound..steepest).rev() {
        if values[i] < values[foot] {
            foot = i;
        } else if values[i] - values[foot] > passed(peak_level - values[foot], noise) {
            break;
        }
    }
    let (shift, foot_level) = if foot > 0 && is_minimum(values, foot) {
        vertex(values[foot - 1], values[foot], values[foot + 1])
    } else {
        (0.0, values[foot])
    };
    let foot_place = foot as f64 + shift;
    let (peak_level, foot_level) = match level::stretches(noise, peak_level - foot_level) {
        Some([top, bottom]) => {
            (level::level(values, peak, top, peak_level), level::level(values, foot, bottom, foot_level))
        }
        None => (peak_level, foot_level),
    };
    // On a ramp the foot may lie seconds before; the upstroke does not.
    let earliest_onset = foot_place.max(from as f64).min(steepest_place);
    let onset =
        (steepest_place - (steepest_level - foot_level) / slope * per_second).clamp(earliest_onset, steepest_place);
    Some(Reading {
        peak: waveform.index_of(peak_place),
        peak_level,
        steepest: waveform.index_of(steepest_place),
        slope,
        foot: waveform.index_of(foot_place),
        foot_level,
        onset: waveform.index_of(onset),
    })
}

/// How far above a minimum the signal has passed it, for a pulse of this height.
fn passed(height: f64, noise: Option<f64>) -> f64 {
    let [least, most] = FOOT_PASSED;
    noise.map_or(most * height, |noise| (FOOT_PASSED_NOISE * noise).max(least * height).min(most * height))
}

/// The highest maximum of `low..=high`, or, where the signal only rises or falls, the place where it is highest.
fn systolic_peak(values: &[f64], low: usize, high: usize) -> usize {
    let highest = |a: usize, b: usize| if values[b] > values[a] { b } else { a };
    let maximum = (low..=high).filter(|&i| is_maximum(values, i)).reduce(highest);
    maximum.or_else(|| (low..=high).reduce(highest)).unwrap_or(low)
}

fn is_maximum(values: &[f64], i: usize) -> bool {
    values[i] >= values[i - 1] && values[i] > values[i + 1]
}

fn is_minimum(values: &[f64], i: usize) -> bool {
    i + 1 < values.len() && values[i] <= values[i - 1] && values[i] < values[i + 1]
}
