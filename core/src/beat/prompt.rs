//! The prompt finder: a pulse is announced as soon as its peak has passed.
//!
//! The samples are smoothed by a short causal filter (the impulse response of a second-order Bessel low-pass of 6 Hz, cut
//! off at 0.26 s, so that nothing older has any part in it), evaluated 50 to 100 times a second. A pulse is a rise
//! between two turning points that reaches a share of the usual rise; the share is larger while the pulse would be early,
//! and falls while none comes. It is announced once the signal has fallen by a part of the rise again.
//!
//! What it saves in time it pays in certainty: it cannot see what follows. The settled finder can.

use alloc::vec::Vec;

use super::found::{FindPulses, Found, Segmented};
use crate::filter::{Decimator, MovingSum, Newest};
use crate::reason::Reason;
use crate::signal::SampleRate;

/// Filtered samples per second, at least.
const INTERNAL_HZ: f64 = 50.0;
/// Corner of the low-pass, Hz.
const CORNER: f64 = 6.0;
/// Length of its impulse response, s.
const REACH: f64 = 0.26;
/// Share of the usual rise that makes a pulse.
const SHARE: f64 = 0.25;
/// How fast the share grows as an interval falls below [`EARLY`] periods.
const EARLY_SLOPE: f64 = 2.5;
/// Intervals below this share of the period are early.
const EARLY: f64 = 0.6;
/// Without a pulse for this many periods, the share starts to fall.
const LATE: f64 = 1.4;
/// Time constant of that fall, s.
const FORGET: f64 = 1.7;
/// Shortest interval, s.
const REFRACTORY: f64 = 0.2;
/// Intervals shorter than this, s,
const SOON: f64 = 0.32;
/// and shorter than this share of the period
const SOON_SHARE: f64 = 0.6;
/// need this share of the usual rise.
const SOON_HEIGHT: f64 = 0.6;
/// The level is the mean of the filtered signal over this long, s.
const LEVEL: f64 = 1.2;
/// A pulse is announced after a fall of this share of its rise,
const FALLEN: f64 = 0.12;
/// at the earliest this long after its peak, s,
const WAIT: f64 = 0.05;
/// and at the latest this long after it, s.
const WAIT_MOST: f64 = 0.2;
/// A turning point counts when the signal has moved by this share of the usual rise from it.
const TURN: f64 = 0.05;
/// A rise of this share of the level is none.
const ROUNDING: f64 = 1e-12;
/// Nothing is announced before this much of the segment has passed, s.
const LEARN: f64 = 1.0;
/// Pulses that make the usual rise and the period.
const PAST: usize = 8;

/// Finds pulses within 0.3 s of their peak.
#[derive(Debug, Clone)]
pub struct PromptFinder {
    low_pass: Decimator,
    /// The first sample of the segment has been seen.
    begun: bool,
    turns: Turns,
}

/// What lies behind the filter: the filtered stream's rises, and the pulses among them.
#[derive(Debug, Clone)]
struct Turns {
    factor: u64,
    hz: f64,
    /// What is left of the largest rise from one filtered sample to the next.
    fade: f64,
    delay: f64,
    /// Filtered samples so far.
    index: u64,
    before: [f64; 2],
    /// The last filtered samples, and how many they are.
    recent: MovingSum,
    slots: f64,
    /// Lowest value since the last turn downwards.
    trough: f64,
    peak: Option<Peak>,
    rises: Newest<PAST>,
    intervals: Newest<PAST>,
    /// The usual rise and period of the last pulses: medians of the above, made anew when a pulse comes.
    usual: (Option<f64>, Option<f64>),
    last: Option<f64>,
    /// Largest rise while learning.
    learned: f64,
    suspect: Option<Reason>,
}

/// The highest point since the trough.
#[derive(Debug, Clone, Copy)]
struct Peak {
    index: u64,
    time: f64,
    level: f64,
}

/// A pulse that is announced, with what it is judged by.
#[derive(Debug, Clone, Copy)]
struct Announced {
    /// In samples.
    peak: f64,
    height: f64,
    usual: f64,
    /// Filtered samples.
    interval: Option<f64>,
    period: Option<f64>,
    suspect: Option<Reason>,
}

impl PromptFinder {
    /// A finder for streams of `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        let rate = sample_rate.as_hz();
        let factor = ((rate / INTERNAL_HZ) as u64).max(1);
        let taps = bessel(rate);
        let newest = taps.len() - 1;
        let slots = ((LEVEL * rate / factor as f64) as usize).max(1);
        let delay = taps.iter().enumerate().map(|(k, tap)| (newest - k) as f64 * tap).sum();
        let turns = Turns::new(factor, rate / factor as f64, delay, slots);
        Self { low_pass: Decimator::from_oldest_first(taps.into_boxed_slice(), factor as usize), begun: false, turns }
    }

    /// Takes up to `BLOCK` plain samples, `sign` times each of `values`, with the same result as if they were pushed one by one;
    /// `found` gets the number of the sample that a pulse was announced with, and its peak as [`Found`] has it.
    pub(crate) fn push_plain(&mut self, values: &[f64], sign: f64, found: &mut impl FnMut(usize, f64)) {
        let Some(first) = values.first() else { return };
        self.begin(sign * first);
        let Self { low_pass, turns, .. } = self;
        low_pass.push_block(values.iter().map(|value| sign * value), |number, smooth| {
            turns.take(smooth, &mut |pulse| found(number, pulse.peak));
        });
    }

    fn begin(&mut self, value: f64) {
        if !self.begun {
            self.begun = true;
            self.low_pass.fill(value);
        }
    }
}

impl Turns {
    fn new(factor: u64, hz: f64, delay: f64, slots: usize) -> Self {
        Self {
            factor,
            hz,
            fade: 1.0 - 1.0 / (FORGET * hz),
            delay,
            index: 0,
            before: [0.0; 2],
            recent: MovingSum::new(slots),
            slots: slots as f64,
            trough: 0.0,
            peak: None,
            rises: Newest::new(),
            intervals: Newest::new(),
            usual: (None, None),
            last: None,
            learned: 0.0,
            suspect: None,
        }
    }

    fn reset(&mut self) {
        self.index = 0;
        self.peak = None;
        self.rises.reset();
        self.intervals.reset();
        self.usual = (None, None);
        self.last = None;
        self.learned = 0.0;
        self.suspect = None;
    }

    /// Takes the next filtered sample.
    #[inline]
    fn take(&mut self, smooth: f64, found: &mut impl FnMut(Announced)) {
        let index = self.index;
        if index == 0 {
            self.recent.fill(smooth);
        }
        let level = self.recent.push(smooth) / self.slots;
        let value = smooth - level;
        self.index += 1;
        if index == 0 {
            self.before = [value; 2];
            self.trough = value;
            return;
        }
        let [older, newer] = self.before;
        self.before = [newer, value];
        let (rise, period) = self.usual;
        let unit = rise.unwrap_or(self.learned);
        match self.peak {
            None => {
                self.trough = self.trough.min(newer);
                // A maximum far enough above the trough.
                if older < newer && newer >= value && newer - self.trough > TURN * unit {
                    self.peak =
                        Some(Peak { index: index - 1, time: vertex(index - 1, older, newer, value), level: newer });
                }
            }
            Some(peak) if newer > peak.level && older < newer && newer >= value => {
                self.peak = Some(Peak { index: index - 1, time: vertex(index - 1, older, newer, value), level: newer });
            }
            Some(_) => {}
        }
        self.learned *= self.fade;
        let Some(peak) = self.peak else { return };
        if value > peak.level {
            return;
        }
        let height = peak.level - self.trough;
        let fall = peak.level - value;
        let waited = (index - peak.index) as f64;
        let over = waited >= WAIT_MOST * self.hz;
        if (fall >= FALLEN * height && waited >= WAIT * self.hz) || over {
            self.peak = None;
            self.trough = value;
            self.learned = self.learned.max(height);
            // Less is rounding: the level of a constant is not quite one.
            if height > ROUNDING * (smooth.abs() + level.abs()) {
                self.announce(peak, height, rise, period, found);
            }
        }
    }

    fn announce(
        &mut self,
        peak: Peak,
        height: f64,
        rise: Option<f64>,
        period: Option<f64>,
        found: &mut impl FnMut(Announced),
    ) {
        let interval = self.last.map(|last| peak.time - last);
        let usual = rise.unwrap_or(self.learned);
        let mut share = if rise.is_none() { 0.5 } else { SHARE };
        if let Some(interval) = interval {
            let soon = period.map_or(SOON * self.hz, |period| (SOON_SHARE * period).min(SOON * self.hz));
            if interval < REFRACTORY * self.hz || (interval < soon && height < SOON_HEIGHT * usual) {
                return;
            }
        }
        if let (Some(interval), Some(period)) = (interval, period) {
            let ratio = interval / period;
            if ratio < EARLY {
                share *= 1.0 + EARLY_SLOPE * (EARLY - ratio);
            } else if ratio > LATE {
                share *= libm::exp((LATE * period - interval) / (FORGET * self.hz));
            }
        }
        if height < share * usual || peak.time < (LEARN - 0.5) * self.hz {
            return;
        }
        if self.index as f64 <= LEARN * self.hz {
            return;
        }
        // A pulse that is small against the last ones, and comes after a pause: they say nothing about what follows.
        if rise.is_some_and(|rise| height < SHARE * rise) {
            self.rises.reset();
        }
        self.rises.push(height);
        if let Some(interval) = interval.filter(|d| *d < 3.0 * self.hz) {
            self.intervals.push(interval);
        }
        self.usual = (self.rises.median(), self.intervals.median());
        self.last = Some(peak.time);
        let suspect = self.suspect.take();
        let peak = (peak.time * self.factor as f64 - self.delay).max(0.0);
        found(Announced { peak, height, usual, interval, period, suspect });
    }
}

impl Announced {
    /// The pulse with its quality and what speaks most against it.
    fn judged(self) -> Found {
        let off_height = libm::log(self.height / self.usual).abs().min(2.0);
        let off_rhythm = match (self.interval, self.period) {
            (Some(interval), Some(period)) if interval > 0.0 => libm::log(interval / period).abs().min(1.0),
            _ => 0.3,
        };
        let quality = 1.0 / (1.0 + libm::exp(-(4.5 - 1.5 * off_height - 4.0 * off_rhythm)));
        let off = if 1.5 * off_height > 4.0 * off_rhythm { Reason::Height } else { Reason::Rhythm };
        Found { peak: self.peak, quality, doubt: self.suspect.unwrap_or(off) }
    }
}

impl FindPulses for PromptFinder {
    fn push(&mut self, sample: Segmented, found: &mut impl FnMut(Found)) {
        if sample.clipped || sample.bridged {
            self.turns.suspect = Some(if sample.bridged { Reason::Missing } else { Reason::Clipped });
        }
        self.begin(sample.value);
        if let Some(smooth) = self.low_pass.push(sample.value) {
            self.turns.take(smooth, &mut |pulse| found(pulse.judged()));
        }
    }

    fn finish(&mut self, _found: &mut impl FnMut(Found)) {}

    fn reset(&mut self) {
        self.begun = false;
        self.turns.reset();
    }

    fn latency_samples(&self) -> usize {
        let Turns { factor, hz, delay, .. } = self.turns;
        libm::ceil(delay) as usize + factor as usize * (libm::ceil(WAIT_MOST * hz) as usize + 2)
    }
}

/// Impulse response of the second-order Bessel low-pass, oldest sample first in the window, so newest tap last; unit sum.
fn bessel(rate: f64) -> Vec<f64> {
    // Poles of s² + 3s + 3, scaled to −3 dB at `CORNER`: 1.3617 is that corner of the delay-normalised filter, rad/s.
    let scale = 2.0 * core::f64::consts::PI * CORNER / 1.361_654_128_716_13;
    let (decay, turn) = (1.5 * scale, 0.866_025_403_784_438_6 * scale);
    let length = ((REACH * rate) as usize).max(4);
    let mut taps: Vec<f64> = (0..length)
        .map(|k| {
            let time = (k as f64 + 0.5) / rate;
            libm::exp(-decay * time) * libm::sin(turn * time)
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    for tap in &mut taps {
        *tap /= sum;
    }
    taps.reverse();
    taps
}

/// Where the parabola through three samples around `index` has its top.
fn vertex(index: u64, before: f64, at: f64, after: f64) -> f64 {
    let curve = before - 2.0 * at + after;
    index as f64 + if curve < 0.0 { (0.5 * (before - after) / curve).clamp(-0.5, 0.5) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pulses of one wave each every `interval` s, 0.07 s wide, and what is found with the sample at which it was.
    fn run(rate: f64, seconds: f64, interval: f64, height: impl Fn(f64) -> f64) -> Vec<(usize, Found)> {
        let width = 0.07 * libm::sqrt(interval.min(1.0));
        let mut finder = PromptFinder::new(SampleRate::hz(rate).unwrap());
        let mut all = Vec::new();
        for k in 0..(rate * seconds) as usize {
            let time = k as f64 / rate;
            let beat = libm::round(time / interval) * interval;
            let off = (time - beat) / width;
            let value = height(beat) * libm::exp(-0.5 * off * off);
            finder.push(Segmented::new(value), &mut |found| all.push((k, found)));
        }
        all
    }

    #[test]
    fn every_beat_is_announced_within_a_quarter_second() {
        for rate in [20.0, 30.0, 64.0, 125.0, 250.0, 1000.0, 4000.0] {
            for bpm in [30.0, 60.0, 100.0, 150.0, 180.0, 240.0] {
                if bpm > 6.0 * rate {
                    continue;
                }
                let interval = 60.0 / bpm;
                let found = run(rate, 20.0, interval, |_| 1.0);
                let late: Vec<_> = found.iter().filter(|f| f.1.peak > 3.0 * rate).collect();
                let expected = ((19.7 - 3.0) / interval) as usize;
                assert!(late.len().abs_diff(expected) <= 1, "{} of {expected} at {bpm} bpm, {rate} Hz", late.len());
                for (came, found) in late {
                    let time = found.peak / rate;
                    let true_peak = libm::round(time / interval) * interval;
                    assert!((time - true_peak).abs() < 0.03 + 0.5 / rate, "{time} s for {true_peak} s at {rate} Hz");
                    assert!(*came as f64 / rate - true_peak < 0.25, "{bpm} bpm at {rate} Hz");
                }
            }
        }
    }

    #[test]
    fn it_finds_its_way_after_a_fall_to_a_tenth() {
        let found = run(125.0, 40.0, 0.8, |time| if time < 20.0 { 1.0 } else { 0.1 });
        let after = found.iter().filter(|f| f.1.peak > 25.0 * 125.0).count();
        assert!(after >= 17, "{after} of 18");
    }

    #[test]
    fn nothing_is_announced_without_a_change() {
        let mut finder = PromptFinder::new(SampleRate::hz(125.0).unwrap());
        for _ in 0..2000 {
            finder.push(Segmented::new(51_234.567), &mut |found| panic!("{found:?}"));
        }
    }
}
