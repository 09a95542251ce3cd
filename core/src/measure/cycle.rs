//! A complete cycle of a waveform, from foot to foot, above the line between its feet: what a leaking cuff or a drifting
//! level adds is gone from it.

use alloc::vec::Vec;

use super::pulse::Reading;
use super::waveform::Waveform;
use crate::filter::sum;

/// The points of a pulse that a cycle starts from or ends at; times are places in the values, levels oriented.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Marks {
    /// The minimum before the upstroke.
    pub(crate) foot: f64,
    /// Level of the minimum.
    pub(crate) foot_level: f64,
    /// Intersecting tangents.
    pub(crate) onset: f64,
    /// Systolic peak.
    pub(crate) peak: f64,
    /// Level of the systolic peak.
    pub(crate) peak_level: f64,
}

/// A cycle whose feet and peak lie inside the values, in this order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cycle<'a> {
    /// Values above the line between the feet, from foot to foot.
    heights: &'a [f64],
    /// Values per second.
    rate: f64,
    /// Place of the first height, and number of that at the peak.
    foot: usize,
    peak: usize,
    amplitude: f64,
    /// From onset to onset and from peak to the next onset, in places.
    length: f64,
    descent: f64,
}

impl<'a> Cycle<'a> {
    /// The cycle of `this` pulse up to `next`; `None` where it is not complete in `values` or does not rise above its line. `heights` is
    /// filled with what the cycle is read from, one for each of its values.
    pub(crate) fn new(
        values: &[f64],
        rate: f64,
        this: &Marks,
        next: &Marks,
        heights: &'a mut Vec<f64>,
    ) -> Option<Self> {
        let place = |at: f64| libm::round(at.max(0.0)) as usize;
        let (foot, peak, end) = (place(this.foot), place(this.peak), place(next.foot));
        if !(foot < peak && peak < end) {
            return None;
        }
        let cycle = values.get(foot..=end)?;
        let tilt = (next.foot_level - this.foot_level) / (next.foot - this.foot);
        let level = this.foot_level - tilt * this.foot;
        let amplitude = this.peak_level - (level + tilt * this.peak);
        let (length, descent) = (next.onset - this.onset, next.onset - this.peak);
        if !(amplitude > 0.0 && length > 0.0 && descent > 0.0) {
            return None;
        }
        heights.clear();
        heights.extend((foot as u32..).zip(cycle).map(|(place, value)| value - (level + tilt * f64::from(place))));
        Some(Self { heights, rate, foot, peak: peak - foot, amplitude, length, descent })
    }

    /// The cycle of `this` pulse, which ends at the foot of `next`; both lie in `waveform`.
    pub(crate) fn of(waveform: &Waveform, this: &Reading, next: &Reading, heights: &'a mut Vec<f64>) -> Option<Self> {
        let marks = |reading: &Reading| Marks {
            foot: waveform.at(reading.foot),
            foot_level: reading.foot_level,
            onset: waveform.at(reading.onset),
            peak: waveform.at(reading.peak),
            peak_level: reading.peak_level,
        };
        Self::new(waveform.values(), waveform.rate(), &marks(this), &marks(next), heights)
    }

    /// Peak above the line from foot to foot.
    pub(crate) fn amplitude(&self) -> f64 {
        self.amplitude
    }

    /// The descent from the peak, above the line, as far as `share` of the cycle counted from its foot.
    pub(crate) fn descent(&self, share: f64) -> &'a [f64] {
        let last = ((self.heights.len() - 1) as f64 * share) as usize;
        self.heights.get(self.peak..=last.min(self.heights.len() - 1)).unwrap_or_default()
    }

    /// Number of places in this share of the cycle, at least one.
    pub(crate) fn places(&self, share: f64) -> usize {
        ((self.length * share) as usize).max(1)
    }

    /// Where the signal goes through `level` between the height with this number and the next.
    fn crossing(&self, before: usize, level: f64) -> f64 {
        let (low, high) = (self.heights[before], self.heights[before + 1]);
        let share = (level - low) / (high - low);
        (self.foot + before) as f64 + if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Places where the rise to the peak passes each of `levels` (shares of the amplitude, falling) for the last time.
    pub(crate) fn rises<const N: usize>(&self, levels: [f64; N]) -> [Option<f64>; N] {
        let mut from = self.peak;
        levels.map(|share| {
            let level = share * self.amplitude;
            let below = self.heights[..from].iter().rposition(|height| *height < level)?;
            from = below + 1;
            Some(self.crossing(below, level))
        })
    }

    /// Places where the fall from the peak passes each of `levels` (shares of the amplitude, falling) for the first time.
    pub(crate) fn falls<const N: usize>(&self, levels: [f64; N]) -> [Option<f64>; N] {
        let mut from = self.peak + 1;
        levels.map(|share| {
            let level = share * self.amplitude;
            from += self.heights[from..].iter().position(|height| *height < level)?;
            Some(self.crossing(from - 1, level))
        })
    }

    /// Seconds between two places.
    pub(crate) fn seconds(&self, from: f64, to: f64) -> f64 {
        (to - from) / self.rate
    }

    /// Integral of the values above the line over the whole cycle, and of it from the peak on, units × s.
    pub(crate) fn areas(&self) -> (f64, f64) {
        let area = |heights: &[f64]| {
            let ends = heights.first().zip(heights.last()).map_or(0.0, |(first, last)| first + last);
            (sum(heights) - 0.5 * ends) / self.rate
        };
        let descent = area(&self.heights[self.peak..]);
        (area(&self.heights[..=self.peak]) + descent, descent)
    }

    /// From onset to the next onset, and from the peak to it, s.
    pub(crate) fn lengths(&self) -> (f64, f64) {
        (self.length / self.rate, self.descent / self.rate)
    }
}
