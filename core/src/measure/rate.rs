//! Pulse rate of a window, counted from its beats.
//!
//! The rate is the mean interval between accepted beats from maximal slope to maximal slope, after long intervals were split:
//! where most are even and few are long, one of at least 1.6 medians counts as the nearest whole number of cycles. So a missed or rejected pulse does not slow the rate;
//! a true pulse deficit is not in it either: the rate is that of the rhythm behind the pulses.
//!
//! With the feature `spectrum` the counted rate is checked against the power spectrum of the same 8 s: where beats and spectrum disagree, the
//! rate is not known. How many windows that leaves
//! unanswered, docs/accuracy.md shows for each set; in motion without an accelerometer, where counting fails, it is nearly half.

use crate::event::RateRow;
use crate::filter::median_of_few;
use crate::reason::Reason;

/// Length of the window that a row rests on, s.
pub(crate) const WINDOW_S: f64 = 8.0;
/// An interval of this many medians is split.
const SPLIT_FROM: f64 = 1.6;
/// An interval this near to the median, as a share of it, is even.
const EVEN: f64 = 0.15;
/// Fewest intervals that make a rate.
const FEWEST: usize = 2;
/// Mean quality that the pulses of a window have to have, rejected ones included.
const LEAST_QUALITY: f64 = 0.85;
/// Pulses are looked for up to 250 a minute; what is counted well beyond is none of theirs, beats per minute.
const FASTEST_BPM: f64 = 300.0;
/// Most beats that a window can hold (250 per minute), and some more.
const MOST: usize = 48;
/// Time of a pulse is uncertain by about this, s.
const JITTER_S: f64 = 0.012;

/// Share of the signal's power that has to go along with a counted rate.
#[cfg(feature = "spectrum")]
const LEAST_SHARE: f64 = 0.2;
/// Largest uncertainty, beats per minute per share of power, of a rate that is given.
#[cfg(feature = "spectrum")]
const LARGEST_DOUBT_BPM: f64 = 24.0;
/// An uncertainty that halves a row's quality, beats per minute.
const HALF_QUALITY_BPM: f64 = 4.0;

/// Whether long intervals are missed pulses: few, among others that are even. In an irregular rhythm they are its own.
fn may_split(intervals: &[f64], middle: f64) -> bool {
    let (mut long, mut uneven) = (0, 0);
    for interval in intervals {
        if *interval >= SPLIT_FROM * middle {
            long += 1;
        } else if (interval / middle - 1.0).abs() > EVEN {
            uneven += 1;
        }
    }
    let short = intervals.len() - long;
    3 * long <= intervals.len() && 4 * uneven <= short
}

/// A counted row in the light of the spectrum: `share` of the signal's power goes along with its rate. Where that is less than a fifth, or
/// little for so uncertain a rate, beats and spectrum disagree, and the rate is not known.
#[cfg(feature = "spectrum")]
pub(crate) fn checked(row: RateRow, share: f64) -> RateRow {
    let Some(uncertainty) = row.pulse_rate_uncertainty else { return row };
    if share < LEAST_SHARE || uncertainty > LARGEST_DOUBT_BPM * share {
        return RateRow {
            pulse_rate: None,
            pulse_rate_uncertainty: None,
            quality: 0.0,
            reason: Some(Reason::Disagreement),
            ..row
        };
    }
    // As if the uncertainty were the larger, the less of the power goes along.
    let plain = 1.0 + uncertainty / HALF_QUALITY_BPM;
    RateRow { quality: row.quality * plain / (1.0 + uncertainty / (share * HALF_QUALITY_BPM)), ..row }
}

/// A pulse, as far as the rate is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tick {
    /// Time of its steepest rise, s.
    pub(crate) time: f64,
    /// Whether it counts.
    pub(crate) accepted: bool,
    /// Its quality.
    pub(crate) quality: f64,
    /// Whether nothing broke the stream since the pulse before.
    pub(crate) linked: bool,
}

/// The newest pulses, and the rate of a window of them.
#[derive(Debug, Clone)]
pub(crate) struct BeatRate {
    ticks: [Option<Tick>; 2 * MOST],
    count: usize,
}

impl BeatRate {
    pub(crate) fn new() -> Self {
        Self { ticks: [None; 2 * MOST], count: 0 }
    }

    pub(crate) fn reset(&mut self) {
        self.ticks = [None; 2 * MOST];
        self.count = 0;
    }

    pub(crate) fn push(&mut self, tick: Tick) {
        self.ticks[self.count % (2 * MOST)] = Some(tick);
        self.count += 1;
    }

    /// Takes the newest pulse back.
    pub(crate) fn retract(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    /// The pulse before the newest turned out to be none.
    pub(crate) fn reject_before_newest(&mut self) {
        if let Some(Some(tick)) = self.count.checked_sub(2).and_then(|at| self.ticks.get_mut(at % (2 * MOST))) {
            tick.accepted = false;
        }
    }

    /// The pulses in [from, to), oldest first.
    fn within(&self, from: f64, to: f64) -> impl Iterator<Item = Tick> + '_ {
        let at = |i: usize| self.ticks[i % (2 * MOST)];
        let oldest = self.count.saturating_sub(2 * MOST);
        let after = |limit: f64| move |i: &usize| at(*i).is_some_and(|tick| tick.time >= limit);
        let late = (oldest..self.count).rev().take_while(after(to)).count();
        let held = (oldest..self.count - late).rev().take_while(after(from)).count();
        (self.count - late - held..self.count - late).filter_map(at)
    }

    /// The rate of the window of 8 s around `centre`.
    pub(crate) fn row(&self, centre: f64) -> RateRow {
        let (from, to) = (centre - 0.5 * WINDOW_S, centre + 0.5 * WINDOW_S);
        let mut intervals = [0.0; MOST];
        let (mut count, mut pulses, mut trust, mut quality) = (0, 0, 0.0, 0.0);
        let mut last: Option<f64> = None;
        for tick in self.within(from, to) {
            pulses += 1;
            quality += tick.quality;
            if !tick.linked {
                last = None;
            }
            if tick.accepted {
                trust += tick.quality;
                if let (Some(last), true) = (last, count < MOST) {
                    intervals[count] = tick.time - last;
                    count += 1;
                }
                last = Some(tick.time);
            }
        }
        let absent = |reason| RateRow {
            time: centre,
            pulse_rate: None,
            pulse_rate_uncertainty: None,
            quality: 0.0,
            tracked: false,
            reason: Some(reason),
        };
        if count < FEWEST {
            return absent(if pulses == 0 { Reason::NoBeats } else { Reason::TooShort });
        }
        if quality < LEAST_QUALITY * f64::from(pulses) {
            return absent(Reason::LowQuality);
        }
        let mut sorted = intervals;
        let Some(middle) = median_of_few(&mut sorted[..count]) else { return absent(Reason::NoBeats) };
        let splits = may_split(&intervals[..count], middle);
        let parts = |interval: f64| {
            if splits && interval >= SPLIT_FROM * middle { libm::round(interval / middle) } else { 1.0 }
        };
        let (mut span, mut cycles) = (0.0, 0.0);
        for &interval in &intervals[..count] {
            span += interval;
            cycles += parts(interval);
        }
        let mean = span / cycles;
        let mut scatter = 0.0;
        for &interval in &intervals[..count] {
            let off = interval / parts(interval) - mean;
            scatter += off * off;
        }
        // Two errors: the window cuts the rhythm where it happens to, and its outer beats are read with jitter.
        let cut = scatter / (count as f64 * cycles);
        let jitter = 2.0 * JITTER_S * JITTER_S / (cycles * cycles);
        let relative = libm::sqrt(cut + jitter) / mean;
        let rate = 60.0 / mean;
        if rate > FASTEST_BPM {
            return absent(Reason::LowQuality);
        }
        let uncertainty = rate * relative;
        let share = trust / f64::from(pulses);
        RateRow {
            time: centre,
            pulse_rate: Some(rate),
            pulse_rate_uncertainty: Some(uncertainty),
            quality: share * (span / WINDOW_S).min(1.0) / (1.0 + uncertainty / HALF_QUALITY_BPM),
            tracked: false,
            reason: None,
        }
    }
}
