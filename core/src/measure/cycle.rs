//! A complete cycle of a waveform, from foot to foot, above the line between its feet: what a leaking cuff or a drifting
//! level adds is gone from it.

use core::ops::RangeInclusive;

use super::pulse::Reading;
use super::waveform::Waveform;

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
    values: &'a [f64],
    /// Values per second.
    rate: f64,
    foot: usize,
    peak: usize,
    end: usize,
    /// Level of the line between the feet at place 0, and its rise from place to place.
    level: f64,
    tilt: f64,
    amplitude: f64,
    /// From onset to onset and from peak to the next onset, in places.
    length: f64,
    descent: f64,
}

impl<'a> Cycle<'a> {
    /// The cycle of `this` pulse up to `next`; `None` where it is not complete in `values` or does not rise above its line.
    pub(crate) fn new(values: &'a [f64], rate: f64, this: &Marks, next: &Marks) -> Option<Self> {
        let place = |at: f64| libm::round(at.max(0.0)) as usize;
        let (foot, peak, end) = (place(this.foot), place(this.peak), place(next.foot));
        if !(foot < peak && peak < end && end < values.len()) {
            return None;
        }
        let tilt = (next.foot_level - this.foot_level) / (next.foot - this.foot);
        let level = this.foot_level - tilt * this.foot;
        let amplitude = this.peak_level - (level + tilt * this.peak);
        let (length, descent) = (next.onset - this.onset, next.onset - this.peak);
        let whole = amplitude > 0.0 && length > 0.0 && descent > 0.0;
        whole.then_some(Self { values, rate, foot, peak, end, level, tilt, amplitude, length, descent })
    }

    /// The cycle of `this` pulse, which ends at the foot of `next`; both lie in `waveform`.
    pub(crate) fn of(waveform: &'a Waveform, this: &Reading, next: &Reading) -> Option<Self> {
        let marks = |reading: &Reading| Marks {
            foot: waveform.at(reading.foot),
            foot_level: reading.foot_level,
            onset: waveform.at(reading.onset),
            peak: waveform.at(reading.peak),
            peak_level: reading.peak_level,
        };
        Self::new(waveform.values(), waveform.rate(), &marks(this), &marks(next))
    }

    /// Peak above the line from foot to foot.
    pub(crate) fn amplitude(&self) -> f64 {
        self.amplitude
    }

    /// Value above the line at a place.
    pub(crate) fn above(&self, place: usize) -> f64 {
        self.values[place] - (self.level + self.tilt * place as f64)
    }

    /// The places of the descent: from the peak as far as `share` of the cycle counted from its foot, at most its end.
    pub(crate) fn descent(&self, share: f64) -> RangeInclusive<usize> {
        let last = self.foot + ((self.end - self.foot) as f64 * share) as usize;
        self.peak..=last.min(self.end)
    }

    /// Number of places in this share of the cycle, at least one.
    pub(crate) fn places(&self, share: f64) -> usize {
        ((self.length * share) as usize).max(1)
    }

    /// Where the signal goes through `level` between two neighbouring places.
    fn crossing(&self, before: usize, level: f64) -> f64 {
        let (low, high) = (self.above(before), self.above(before + 1));
        let share = (level - low) / (high - low);
        before as f64 + if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Places where the rise to the peak passes each of `levels` (shares of the amplitude, falling) for the last time.
    pub(crate) fn rises<const N: usize>(&self, levels: [f64; N]) -> [Option<f64>; N] {
        let mut from = self.peak;
        levels.map(|share| {
            let level = share * self.amplitude;
            let below = (self.foot..from).rev().find(|&place| self.above(place) < level)?;
            from = below + 1;
            Some(self.crossing(below, level))
        })
    }

    /// Places where the fall from the peak passes each of `levels` (shares of the amplitude, falling) for the first time.
    pub(crate) fn falls<const N: usize>(&self, levels: [f64; N]) -> [Option<f64>; N] {
        let mut from = self.peak + 1;
        levels.map(|share| {
            let level = share * self.amplitude;
            let below = (from..=self.end).find(|&place| self.above(place) < level)?;
            from = below;
            Some(self.crossing(below - 1, level))
        })
    }

    /// Seconds between two places.
    pub(crate) fn seconds(&self, from: f64, to: f64) -> f64 {
        (to - from) / self.rate
    }

    /// Integral of the values above the line over the whole cycle, and of it from the peak on, units × s.
    pub(crate) fn areas(&self) -> (f64, f64) {
        let sum = |from: usize, to: usize| {
            let values = &self.values[from..=to];
            let sum = values.iter().fold(0.0, |sum, value| sum + value) - 0.5 * (values[0] + values[to - from]);
            // The line's own integral, by the same rule.
            sum - (to - from) as f64 * (self.level + self.tilt * 0.5 * (from + to) as f64)
        };
        let descent = sum(self.peak, self.end);
        ((sum(self.foot, self.peak) + descent) / self.rate, descent / self.rate)
    }

    /// From onset to the next onset, and from the peak to it, s.
    pub(crate) fn lengths(&self) -> (f64, f64) {
        (self.length / self.rate, self.descent / self.rate)
    }
}
