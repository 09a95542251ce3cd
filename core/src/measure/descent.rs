//! Reading a complete cycle, from foot to foot: half-amplitude width and dicrotic notch, after the line between the feet
//! has been taken away, which a leaking cuff or a drifting level needs.

use super::pulse::Reading;
use super::waveform::Waveform;
use crate::event::Notch;

/// The notch lies before this share of the cycle, counted from the onset.
const NOTCH_BEFORE: f64 = 0.7;
/// A minimum counts from this share of the amplitude.
const NOTCH_PROMINENCE: f64 = 0.01;
/// The descent flattens where its slope rises to this share of the steepest fall before it.
const INFLECTION_SHARE: f64 = 0.35;

/// What was read of a complete cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Descent {
    /// Peak above the line from foot to foot.
    pub(crate) amplitude_corrected: f64,
    /// Time above half of that amplitude, s.
    pub(crate) width: Option<f64>,
    /// The dicrotic notch.
    pub(crate) notch: Notch,
}

/// Reads the cycle of `this` pulse, which ends at the foot of `next`; both lie in `waveform`.
pub(crate) fn read(waveform: &Waveform, this: &Reading, next: &Reading) -> Option<Descent> {
    let values = waveform.values();
    let (foot, peak, end) = (waveform.place_of(this.foot), waveform.place_of(this.peak), waveform.place_of(next.foot));
    if !(foot < peak && peak < end && end < values.len()) {
        return None;
    }
    let span = next.foot - this.foot;
    let tilt = (next.foot_level - this.foot_level) / span;
    let line = |index: f64| this.foot_level + tilt * (index - this.foot);
    let above = |place: usize| values[place] - line(waveform.index_of(place as f64));
    let amplitude = this.peak_level - line(this.peak);
    if amplitude <= 0.0 {
        return None;
    }
    let half = 0.5 * amplitude;
    let crossing = |a: usize, b: usize| {
        let (low, high) = (above(a), above(b));
        let share = (half - low) / (high - low);
        a as f64 + if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 } * (b as f64 - a as f64)
    };
    let rise = (foot..peak).rev().find(|&i| above(i) < half).map(|i| crossing(i, i + 1));
    let fall = (peak + 1..=end).find(|&i| above(i) < half).map(|i| crossing(i - 1, i));
    let width = rise.zip(fall).map(|(rise, fall)| (fall - rise) / waveform.rate());
    let last = foot + ((end - foot) as f64 * NOTCH_BEFORE) as usize;
    Some(Descent { amplitude_corrected: amplitude, width, notch: notch(peak, last, amplitude, above) })
}

/// The class of the notch between the peak and `last`.
fn notch(peak: usize, last: usize, amplitude: f64, above: impl Fn(usize) -> f64) -> Notch {
    let mut lowest = above(peak);
    let mut steepest = 0.0;
    let mut flattened = false;
    for i in peak + 1..=last {
        let value = above(i);
        let slope = value - above(i - 1);
        if value < lowest {
            lowest = value;
        }
        if value - lowest >= NOTCH_PROMINENCE * amplitude {
            return Notch::Clear;
        }
        if slope < steepest {
            // A new steepest fall after the descent had flattened: an inflection lies between.
            if flattened && slope < 0.0 {
                return Notch::Inflection;
            }
            steepest = slope;
        } else if value < 0.85 * amplitude && slope > INFLECTION_SHARE * steepest {
            flattened = true;
        } else if flattened && slope < 1.5 * INFLECTION_SHARE * steepest {
            return Notch::Inflection;
        }
    }
    Notch::None
}
