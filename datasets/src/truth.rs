//! What is true of a synthetic recording: each pulse, measured on the continuous signal that no disturbance has touched.

use crate::contour::{TrueContour, contour};
use crate::landmarks::{Landmarks, landmarks};

/// A stretch of time, s from the first sample; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// First moment, s.
    pub start: f64,
    /// Moment after the last, s.
    pub end: f64,
}

impl Span {
    /// A span from `start` to `end`, s.
    pub fn new(start: f64, end: f64) -> Self {
        Self { start, end }
    }

    /// Length, s; 0 for an inverted span.
    pub fn length(&self) -> f64 {
        (self.end - self.start).max(0.0)
    }

    /// Whether `time` lies in it.
    pub fn contains(&self, time: f64) -> bool {
        self.start <= time && time < self.end
    }

    /// How much of `other` it covers, s.
    pub fn overlap(&self, other: Self) -> f64 {
        (self.end.min(other.end) - self.start.max(other.start)).max(0.0)
    }
}

/// One pulse as it truly is.
///
/// "Truly" means: on the continuous signal of pulses, their respiratory and vasomotor modulation and, for PVR, the leak.
/// Drift, noise, hum, steps, motion and all else that a sensor adds is left out. Times are s from the first sample; levels
/// are in the recording's unit, amplitudes positive whatever the polarity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueBeat {
    /// Onset: where the tangent at the steepest point of the upstroke meets the level of the minimum before it.
    pub onset: f64,
    /// Time of the steepest point of the upstroke.
    pub slope_time: f64,
    /// Time of the systolic peak.
    pub peak: f64,
    /// Onset of the next visible beat; absent after the last one and across gaps and flat stretches over 0.3 s.
    pub end: Option<f64>,
    /// Level of the recording at the minimum before the upstroke (for an inverted recording, a maximum).
    pub foot: f64,
    /// Systolic peak minus foot; 0 where the beat makes no pulse.
    pub amplitude: f64,
    /// Peak minus the line through the minima before this upstroke and the next, so that a linear drift leaves no trace;
    /// absent without an `end`.
    pub amplitude_corrected: Option<f64>,
    /// 100 × amplitude / mean of the recording from onset to end, %; absent without an `end` and where there is no DC.
    pub perfusion_index: Option<f64>,
    /// Beats per minute from this steepest slope to the next visible one's; absent without an `end`.
    pub rate: Option<f64>,
    /// Onset to systolic peak, s.
    pub upstroke_time: f64,
    /// Width at half amplitude, s, between the crossings that enclose the peak; absent where the signal does not fall so
    /// far before the next beat.
    pub width: Option<f64>,
    /// The contour above the line from foot to foot; of PVR and pressure, absent without an `end`.
    pub contour: Option<TrueContour>,
    /// A premature beat.
    pub is_ectopic: bool,
    /// Whether the recording shows it: it makes a pulse of at least 5 % of the normal height at that time, begins and
    /// peaks inside the recording, and no gap or flat stretch hides its peak or more than half of its upstroke.
    pub is_visible: bool,
    /// Whether a clipped sample lies between the minimum before its upstroke and its end (its peak where it has none):
    /// then the samples do not hold its amplitude or its mean any more.
    pub is_clipped: bool,
    /// Whether a motion burst, a spike, a baseline step or a clipped sample lies between onset and end.
    pub is_disturbed: bool,
}

/// All that is true of a recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    /// The beats whose systolic peak lies in the recording, in order.
    pub beats: Vec<TrueBeat>,
    /// Stretches without samples (NaN).
    pub gaps: Vec<Span>,
    /// Stretches in which the sensor repeats its last value.
    pub flats: Vec<Span>,
    /// Motion bursts.
    pub motion: Vec<Span>,
    /// Stretches whose samples are at a rail.
    pub clipped: Vec<Span>,
    /// The rails that clipped the recording, lower and upper, in its unit.
    pub rails: Option<(f64, f64)>,
}

impl Truth {
    /// The visible beats.
    pub fn visible(&self) -> impl Iterator<Item = &TrueBeat> {
        self.beats.iter().filter(|beat| beat.is_visible)
    }

    /// Mean rate in beats per minute: intervals that are present, over the time they take. `None` without any.
    pub fn mean_rate(&self) -> Option<f64> {
        rate_of(self.visible())
    }

    /// Mean rate of the visible beats whose steepest slope lies in `span`, beats per minute; `None` if none has a rate.
    pub fn rate_in(&self, span: Span) -> Option<f64> {
        rate_of(self.visible().filter(|beat| span.contains(beat.slope_time)))
    }

    /// Mean amplitude of the visible beats, in the recording's unit; `None` without any.
    pub fn mean_amplitude(&self) -> Option<f64> {
        mean(self.visible().map(|beat| beat.amplitude))
    }

    /// Mean perfusion index of the visible beats that have one, %; `None` without any.
    pub fn mean_perfusion_index(&self) -> Option<f64> {
        mean(self.visible().filter_map(|beat| beat.perfusion_index))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

/// Number of intervals over their total length.
fn rate_of<'a>(beats: impl Iterator<Item = &'a TrueBeat>) -> Option<f64> {
    mean(beats.filter_map(|beat| beat.rate).map(|rate| 60.0 / rate)).map(|interval| 60.0 / interval)
}

/// A beat as the generator planted it, with what is needed to measure it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planted {
    /// Centre of the systolic wave, s.
    pub(crate) anchor: f64,
    /// Its standard deviation, s.
    pub(crate) width: f64,
    /// Height of a normal pulse at that time, recording units.
    pub(crate) normal_height: f64,
    pub(crate) is_ectopic: bool,
}

/// What stands between the pulses and the samples.
pub(crate) struct View<'a> {
    /// Level of the recording where the upright signal is 0.
    pub(crate) base: f64,
    /// +1 upright, -1 inverted.
    pub(crate) sign: f64,
    /// Whether the recording has a DC level to relate to.
    pub(crate) has_dc: bool,
    /// Whether contours are read, which takes as long as all the rest.
    pub(crate) contours: bool,
    /// Times of the first and the last sample, s.
    pub(crate) covered: Span,
    pub(crate) gaps: &'a [Span],
    pub(crate) flats: &'a [Span],
    pub(crate) motion: &'a [Span],
    pub(crate) clipped: &'a [Span],
    /// Times of single spikes and of baseline steps, s.
    pub(crate) jolts: &'a [f64],
}

impl View<'_> {
    fn hides(&self, found: &Landmarks) -> bool {
        let upstroke = Span::new(found.onset, found.peak_time);
        let lost = || self.gaps.iter().chain(self.flats);
        lost().any(|span| span.contains(found.peak_time))
            || lost().map(|span| span.overlap(upstroke)).sum::<f64>() > 0.5 * upstroke.length()
    }

    fn interrupts(&self, beat: Span) -> bool {
        self.gaps.iter().chain(self.flats).any(|span| span.length() > 0.3 && span.overlap(beat) > 0.0)
    }

    fn clips(&self, beat: Span) -> bool {
        self.clipped.iter().any(|span| span.overlap(beat) > 0.0)
    }

    fn disturbs(&self, beat: Span) -> bool {
        self.motion.iter().any(|span| span.overlap(beat) > 0.0)
            || self.jolts.iter().any(|&time| beat.contains(time))
            || self.clips(beat)
    }
}

/// Measures each planted beat on `signal` (upright, value and slope).
pub(crate) fn measure(signal: &impl Fn(f64) -> (f64, f64), planted: &[Planted], view: &View) -> Vec<TrueBeat> {
    let found: Vec<Option<Landmarks>> = planted
        .iter()
        .enumerate()
        .map(|(index, beat)| {
            let earliest = if index > 0 { planted[index - 1].anchor } else { f64::NEG_INFINITY };
            let latest = planted.get(index + 1).map_or(f64::INFINITY, |next| next.anchor);
            landmarks(signal, beat.anchor, beat.width, earliest, latest)
                .filter(|found| found.height() >= 0.05 * beat.normal_height)
        })
        .collect();
    let shown = |found: &Landmarks| {
        found.onset >= view.covered.start && found.peak_time <= view.covered.end && !view.hides(found)
    };
    let mut beats = Vec::with_capacity(planted.len());
    for (index, beat) in planted.iter().enumerate() {
        let Some(mark) = found[index] else {
            if beat.anchor >= view.covered.start && beat.anchor <= view.covered.end {
                beats.push(without_pulse(beat, view.base + view.sign * signal(beat.anchor).0));
            }
            continue;
        };
        if mark.peak_time < view.covered.start || mark.peak_time > view.covered.end {
            continue;
        }
        let next = found[index + 1..]
            .iter()
            .flatten()
            .find(|next| !view.hides(next))
            .filter(|next| next.onset <= view.covered.end && !view.interrupts(Span::new(mark.onset, next.onset)));
        let amplitude = mark.height();
        let level = |value: f64| view.base + view.sign * value;
        let whole = Span::new(mark.onset, next.map_or(mark.peak_time, |next| next.onset));
        beats.push(TrueBeat {
            onset: mark.onset,
            slope_time: mark.slope_time,
            peak: mark.peak_time,
            end: next.map(|next| next.onset),
            foot: level(mark.foot),
            amplitude,
            amplitude_corrected: next.map(|next| {
                let share = (mark.peak_time - mark.foot_time) / (next.foot_time - mark.foot_time);
                amplitude - (next.foot - mark.foot) * share
            }),
            perfusion_index: next
                .filter(|_| view.has_dc)
                .map(|_| 100.0 * amplitude / level(mean_over(signal, whole)).abs()),
            rate: next.map(|next| 60.0 / (next.slope_time - mark.slope_time)),
            upstroke_time: mark.peak_time - mark.onset,
            width: mark.half_width(signal, planted.get(index + 1).map_or(f64::INFINITY, |next| next.anchor)),
            contour: next.filter(|_| view.contours).and_then(|next| contour(signal, &mark, next)),
            is_ectopic: beat.is_ectopic,
            is_visible: shown(&mark),
            is_clipped: view.clips(Span::new(mark.foot_time, whole.end)),
            is_disturbed: view.disturbs(whole),
        });
    }
    beats
}

/// A heart beat that reaches the sensor as no pulse of its own: placed where its pulse would be.
fn without_pulse(beat: &Planted, foot: f64) -> TrueBeat {
    TrueBeat {
        onset: beat.anchor - 2.0 * beat.width,
        slope_time: beat.anchor - beat.width,
        peak: beat.anchor,
        end: None,
        foot,
        amplitude: 0.0,
        amplitude_corrected: None,
        perfusion_index: None,
        rate: None,
        upstroke_time: 2.0 * beat.width,
        width: None,
        contour: None,
        is_ectopic: beat.is_ectopic,
        is_visible: false,
        is_clipped: false,
        is_disturbed: false,
    }
}

/// Mean of the signal over `span` by Simpson's rule.
fn mean_over(signal: &impl Fn(f64) -> (f64, f64), span: Span) -> f64 {
    const HALVES: u32 = 128;
    let step = span.length() / f64::from(2 * HALVES);
    let at = |k: u32| signal(span.start + step * f64::from(k)).0;
    let inner: f64 = (1..2 * HALVES).map(|k| if k % 2 == 1 { 4.0 * at(k) } else { 2.0 * at(k) }).sum();
    (at(0) + inner + at(2 * HALVES)) / f64::from(6 * HALVES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_measure_themselves() {
        let span = Span::new(1.0, 2.0);
        assert!(span.contains(1.0) && !span.contains(2.0));
        assert_eq!(span.overlap(Span::new(1.5, 4.0)), 0.5);
        assert_eq!(span.overlap(Span::new(3.0, 4.0)), 0.0);
    }

    #[test]
    fn mean_over_integrates_a_cosine() {
        let mean = mean_over(&|t| (2.0 + libm::cos(t), 0.0), Span::new(0.0, 1.0));
        assert!((mean - (2.0 + libm::sin(1.0))).abs() < 1e-10);
    }
}
