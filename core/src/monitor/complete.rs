//! From pulses that stand to beats: each pulse is read when its cycle is known, and completed when what follows is.

use alloc::vec::Vec;

use super::history::History;
use super::merge::Standing;
use super::queue::EventQueue;
use super::summary::Summary;
use crate::beat::{ACCEPT_QUALITY, Found};
use crate::event::{Beat, Event};
use crate::filter::Newest;
use crate::filter::sum;
use crate::measure::cuff::INFLATION;
use crate::measure::cycle::Cycle;
use crate::measure::perfusion::Perfusion;
use crate::measure::pulse::{Reading, search_reach, upstroke_reach};
use crate::measure::rate::{BeatRate, Tick};
use crate::measure::usual::UsualPulse;
use crate::measure::waveform::{Waveform, smoothing_reach};
use crate::measure::{contour, descent, pulse};
use crate::reason::Reason;
use crate::signal::{Config, CuffTarget, SignalKind};

/// A pause this long without an onset ends a beat, s.
pub(crate) const PAUSE_S: f64 = 3.0;
/// From peak to peak that is this long, s: the next upstroke begins within the pause, also at 20 beats per minute with some variability.
pub(crate) const LONGEST_CYCLE_S: f64 = PAUSE_S + 0.3;
/// So many times higher than the usual pulse before and than the next one, a pulse is no pulse's height …
const ODD_HEIGHT: f64 = 3.0;
/// … and so many times higher than the usual pulse before, whatever the next one is.
const ABSURD_HEIGHT: f64 = 100.0;
/// A pulse falls back; a stroke of a pump stays up by more than this share of its height.
const STAYS_UP: f64 = 0.5;
/// So does an artery before an early beat, by little more and once: a single stroke stays up by more than this share.
const SURELY_STAYS_UP: f64 = 0.8;
/// So many pulses make the usual one.
const FEWEST_HEIGHTS: usize = 3;
/// A foot that begins a segment is seen where the signal falls to it by this share of the pulse's height.
const FOOT_SEEN: f64 = 0.02;
/// The cycle of a pulse that stands alone is taken to be this long, s.
const LONE_CYCLE_S: f64 = 0.8;

/// The segment that pulses are read in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment<'a> {
    /// Its newest samples.
    pub(crate) history: &'a History,
    /// Stream index of its first sample.
    pub(crate) start: u64,
    /// +1 where systole is a rise, −1 where it is a fall.
    pub(crate) sign: f64,
}

/// A pulse that was found and read, whose beat is not complete.
#[derive(Debug, Clone, Copy)]
struct Open {
    found: Found,
    /// Found with the help of the tracked rate: nothing is read.
    locked: bool,
    /// `None` where there is no rise to read.
    reading: Option<Reading>,
    /// Whether the peak, or the foot, was clipped or missing.
    spoilt: Option<Reason>,
    /// The segment begins after its foot, or so close to it that its level is not known.
    headless: bool,
    accepted: bool,
}

impl Open {
    /// Accepted, and read without anything missing.
    fn is_whole(&self) -> bool {
        self.accepted && self.spoilt.is_none()
    }
}

/// Reads pulses and completes their beats.
#[derive(Debug, Clone)]
pub(crate) struct Completer {
    hz: f64,
    waveform: Waveform,
    /// The cycle that is read, above the line from foot to foot.
    above: Vec<f64>,
    usual: UsualPulse,
    /// A pulse without one before it: read when its cycle is known.
    lone: Option<Standing>,
    open: Option<Open>,
    linked: bool,
    /// Where in the segment the last beat ended.
    handed_out: f64,
    /// Heights of the last accepted pulses, and how far smoothing should reach for each, s.
    heights: Newest<5>,
    reaches: Newest<5>,
    pub(crate) perfusion: Perfusion,
    cuff: Option<CuffTarget>,
    /// The pressure has stayed up after the last pulse.
    rising: bool,
    /// The signal is a pressure in mmHg: a cuff may be inflated in it.
    is_pressure: bool,
    pub(crate) rate: BeatRate,
    pub(crate) summary: Summary,
}

impl Completer {
    pub(crate) fn new(config: &Config) -> Self {
        let rate = config.sample_rate;
        let waveform = Waveform::new(rate, rate.samples(2.0 * PAUSE_S + 2.0));
        Self {
            hz: rate.as_hz(),
            above: Vec::with_capacity(waveform.most()),
            usual: UsualPulse::new((LONGEST_CYCLE_S * waveform.rate()) as usize, waveform.most()),
            waveform,
            lone: None,
            open: None,
            linked: false,
            handed_out: 0.0,
            heights: Newest::new(),
            reaches: Newest::new(),
            perfusion: Perfusion::new(config.signal, config.dc_coupled),
            cuff: config.cuff,
            rising: false,
            is_pressure: config.signal != SignalKind::Ppg
                && config.calibration.as_ref().is_some_and(|c| ["mm[Hg]", "mmHg"].contains(&c.unit())),
            rate: BeatRate::new(),
            summary: Summary::new(),
        }
    }

    pub(crate) fn reset(&mut self) {
        self.begin();
        self.perfusion.reset();
        self.rate.reset();
        self.summary.reset();
    }

    /// Starts a segment.
    pub(crate) fn begin(&mut self) {
        self.waveform.forget();
        self.lone = None;
        self.open = None;
        self.linked = false;
        self.handed_out = 0.0;
        self.rising = false;
        self.heights.reset();
        self.reaches.reset();
        self.usual.reset();
    }

    /// Forgets the pulse whose beat is not complete, and what the beats so far were; says where in the segment the last of them ended.
    pub(crate) fn withdraw(&mut self) -> u64 {
        self.lone = None;
        if self.open.take().is_some() {
            self.rate.retract();
        }
        self.heights.reset();
        self.reaches.reset();
        self.usual.reset();
        self.summary.reset();
        libm::ceil(self.handed_out) as u64
    }

    /// How many samples of the past a beat is read from.
    pub(crate) fn reach(&self) -> usize {
        self.waveform.longest() + 2 * self.waveform.margin()
    }

    /// The newest pulse that stands.
    pub(crate) fn newest(&self) -> Option<Found> {
        self.open.map(|open| open.found).or(self.lone.map(|lone| lone.found))
    }

    /// Takes the next pulse that stands, and completes the beat before it.
    pub(crate) fn take(&mut self, pulse: Standing, segment: Segment<'_>, queue: &mut EventQueue) {
        let found = pulse.found;
        let Some(before) = self.newest() else {
            self.lone = Some(pulse);
            return;
        };
        // The pulse before may have been read where finding saw this one.
        let cycle = (found.peak - before.peak).max(1.0) / self.hz;
        if cycle > LONGEST_CYCLE_S {
            self.close(segment, queue);
            self.lone = Some(pulse);
            return;
        }
        if let Some(lone) = self.lone.take() {
            self.open = Some(self.read(lone, None, cycle, segment));
        }
        let next = self.read(pulse, self.open, cycle, segment);
        if let Some(open) = self.open.replace(next) {
            self.complete(&open, Some(&next), segment, queue);
        }
    }

    /// Completes what is open without a next pulse.
    pub(crate) fn close(&mut self, segment: Segment<'_>, queue: &mut EventQueue) {
        if let Some(lone) = self.lone.take() {
            self.open = Some(self.read(lone, None, LONE_CYCLE_S, segment));
        }
        if let Some(open) = self.open.take() {
            self.complete(&open, None, segment, queue);
        }
        self.linked = false;
    }

    /// Loads the stretch from the pulse before (or a cycle ago) to just after `found`, and reads the pulse in it.
    fn read(&mut self, pulse: Standing, before: Option<Open>, cycle: f64, segment: Segment<'_>) -> Open {
        let Standing { found, locked } = pulse;
        let Segment { history, start, sign } = segment;
        if locked {
            let time = (start as f64 + found.peak) / self.hz;
            self.rate.push(Tick { time, accepted: true, quality: found.quality, linked: self.linked });
            self.linked = true;
            return Open {
                found,
                locked,
                reading: None,
                spoilt: Some(Reason::Motion),
                headless: false,
                accepted: true,
            };
        }
        let reach = search_reach(cycle) * self.hz;
        let before = before.map(|open| open.reading.map_or((open.found.peak, open.found.peak), |r| (r.foot, r.peak)));
        let (from, earliest) = before.unwrap_or_else(|| {
            let from = found.peak - reach - upstroke_reach(cycle) * self.hz;
            (from, from)
        });
        let from = (libm::floor(from - self.usual.reach(cycle) * self.hz) - 2.0).max(0.0) as u64;
        let to = (libm::ceil(found.peak + reach) + 3.0).max(0.0) as u64;
        let margin = self.waveform.margin() as u64;
        let held = from.saturating_sub(margin).max(history.start())..(to + margin).min(history.end());
        let from = from.max(held.start);
        let values = history.values(held.clone());
        let read = |waveform: &mut Waveform, suited: Option<f64>| {
            waveform.load(values, held.start, from, to.min(held.end), sign, smoothing_reach(cycle, suited));
            pulse::read(waveform, found.peak, earliest, cycle).filter(|r| r.amplitude() > 0.0)
        };
        let usual = self.reaches.median();
        let mut reading = read(&mut self.waveform, usual);
        if let (None, Some(first)) = (usual, reading) {
            // The first pulses of a segment have to tell for themselves.
            let suited = self.waveform.suited_reach(first.rise(), first.amplitude());
            reading = read(&mut self.waveform, Some(suited));
        }
        if let Some(reading) = &reading {
            self.usual.look(&self.waveform, reading);
        }
        // The pulse before may have been read later than finding saw it; the order of peaks is kept.
        let found = Found { peak: found.peak.max(earliest + 1.0), ..found };
        let headless = reading.is_some_and(|r| self.is_headless(&r, cycle));
        let spoilt = reading.and_then(|r| spoilt(&r, history)).or(headless.then_some(Reason::Missing));
        let accepted = found.quality >= ACCEPT_QUALITY && reading.is_some_and(|r| self.on_target(&r, sign));
        let time = (start as f64 + reading.map_or(found.peak, |r| r.steepest)) / self.hz;
        self.rate.push(Tick { time, accepted, quality: found.quality, linked: self.linked });
        self.linked = true;
        Open { found, locked, reading, spoilt, headless, accepted }
    }

    /// Whether the segment begins at the foot of a pulse or after it: there is no fall to it.
    fn is_headless(&self, reading: &Reading, cycle: f64) -> bool {
        if reading.foot >= smoothing_reach(cycle, None) * self.hz {
            return false;
        }
        let before = self.waveform.values().iter().take(self.waveform.place_of(reading.foot));
        before.fold(0.0, |most: f64, value| most.max(value - reading.foot_level)) < FOOT_SEEN * reading.amplitude()
    }

    /// Whether what looks like a pulse is the stroke of a pump that inflates a cuff: the pressure does not fall back after it.
    fn is_stroke(&mut self, this: &Reading, next: &Reading, sign: f64) -> bool {
        let rise = next.foot_level - this.foot_level;
        let stays_up = |share: f64| rise > INFLATION && rise > share * this.amplitude();
        let before = core::mem::replace(&mut self.rising, stays_up(STAYS_UP));
        // An artery is one once some pulses are known.
        let may_be_a_cuff = before || self.heights.count() < FEWEST_HEIGHTS;
        self.is_pressure && sign > 0.0 && (stays_up(SURELY_STAYS_UP) || (self.rising && may_be_a_cuff))
    }

    /// Whether the cuff, which the foot of a pulse is the pressure of, is on its target, if it has one.
    fn on_target(&self, reading: &Reading, sign: f64) -> bool {
        self.cuff.is_none_or(|cuff| cuff.holds(sign * reading.foot_level))
    }

    fn complete(&mut self, open: &Open, next: Option<&Open>, segment: Segment<'_>, queue: &mut EventQueue) {
        let Segment { history, start, sign } = segment;
        let hz = self.hz;
        let time = |index: f64| (start as f64 + index) / hz;
        let reading = open.reading;
        let next_reading = next.and_then(|next| next.reading);
        let pair = reading.zip(next_reading).filter(|_| open.is_whole() && next.is_some_and(Open::is_whole));
        let shown = pair.and_then(|(this, next)| self.usual.read(&self.waveform, &this, &next));
        if let Some((this, next)) = pair {
            self.usual.learn(&self.waveform, &this, &next);
        }
        let (reading, next_reading) = shown.map_or((reading, next_reading), |(this, next)| (Some(this), Some(next)));
        let whole_cycle =
            reading.zip(next_reading).and_then(|(this, next)| Cycle::of(&self.waveform, &this, &next, &mut self.above));
        let notch = whole_cycle.map(|cycle| descent::notch(&cycle));
        let contour = whole_cycle.map(|cycle| contour::read(&cycle));
        let corrected = whole_cycle.map(|cycle| cycle.amplitude());
        let spoilt = open.spoilt.or_else(|| self.odd(open, next_reading).then_some(Reason::Height));
        let whole = |good: Option<f64>| if spoilt.is_some() { None } else { good };
        let amplitude = whole(reading.map(|r| r.amplitude()));
        let first = reading.map_or(open.found.peak, |r| r.onset).max(0.0) as u64;
        let last = next_reading.map_or(open.found.peak, |r| r.onset).max(0.0) as u64 + 1;
        let clipped = history.any_clipped(first..last);
        let perfusion_index = match (amplitude, next_reading) {
            (Some(_), Some(_)) if clipped => Err(Reason::Clipped),
            (Some(amplitude), Some(_)) => {
                let beat = history.values(first..last);
                let mean = sum(beat) / (beat.len().max(1)) as f64;
                self.perfusion.of(amplitude, mean)
            }
            _ => Err(spoilt.unwrap_or(Reason::NoNextBeat)),
        };
        // From steepest rise to steepest rise where both were read, else from peak to peak.
        let cycle = match (reading, next_reading, next) {
            (Some(this), Some(next), _) => Some(next.steepest - this.steepest),
            (_, _, Some(next)) => Some(next.found.peak - open.found.peak),
            _ => None,
        };
        let inflated = reading.zip(next_reading).is_some_and(|(this, next)| self.is_stroke(&this, &next, sign));
        let accepted = open.accepted && !inflated;
        if inflated {
            self.rate.reject_before_newest();
        }
        let rejection = match reading {
            None => Reason::Shape,
            Some(reading) if inflated || !self.on_target(&reading, sign) => Reason::CuffPressure,
            Some(_) => open.found.doubt,
        };
        let beat = Beat {
            onset: reading.filter(|_| !open.headless).map(|r| time(r.onset)),
            peak: time(reading.map_or(open.found.peak, |r| r.peak)),
            end: next_reading.map(|r| time(r.onset)),
            rate: cycle.filter(|cycle| *cycle > 0.0).map(|cycle| 60.0 * self.hz / cycle),
            amplitude,
            amplitude_corrected: whole(corrected),
            perfusion_index: perfusion_index.ok(),
            upstroke_time: whole(reading.map(|r| (r.peak - r.onset) / self.hz)),
            width: whole(contour.and_then(|c| c.width)),
            max_slope: reading.map(|r| r.slope),
            foot: whole(reading.map(|r| sign * r.foot_level)),
            quality: open.found.quality,
            rise_time: whole(contour.and_then(|c| c.rise_time)),
            upstroke_fraction: whole(contour.map(|c| c.upstroke_fraction)),
            width_25: whole(contour.and_then(|c| c.width_25)),
            width_75: whole(contour.and_then(|c| c.width_75)),
            mean_height: whole(contour.map(|c| c.mean_height)),
            bowing: whole(contour.map(|c| c.bowing)),
            area: whole(contour.map(|c| c.area)),
            notch_prominence: whole(notch.map(|(_, prominence)| prominence)),
            accepted,
            reason: if accepted { spoilt } else { Some(rejection) },
            notch: notch.map(|(class, _)| class),
            bridged: history.any_bridged(first..last),
            clipped,
            rate_locked: open.locked,
        };
        self.handed_out = next_reading.map_or_else(|| reading.map_or(open.found.peak, |r| r.peak) + 1.0, |r| r.onset);
        self.summary.push(&beat, perfusion_index);
        if let (true, false, Some(reading)) = (accepted, open.headless, reading) {
            self.heights.push(reading.amplitude());
            let rise = contour.and_then(|c| c.rise_time).unwrap_or_else(|| reading.rise());
            self.reaches.push(self.waveform.suited_reach(rise, reading.amplitude()));
        }
        queue.push(Event::Beat(beat));
    }
}

impl Completer {
    /// Whether the height of a pulse can only be that of a movement, a spike or a jump: far above both those before and the next.
    fn odd(&self, open: &Open, next: Option<Reading>) -> bool {
        let (Some(reading), Some(usual)) = (open.reading, self.heights.median()) else { return false };
        let height = reading.amplitude();
        let above = |others: f64| height > ODD_HEIGHT * others;
        self.heights.count() >= FEWEST_HEIGHTS
            && (height > ABSURD_HEIGHT * usual || (above(usual) && next.is_some_and(|next| above(next.amplitude()))))
    }
}

/// Why the amplitude of a pulse cannot be read: its peak or its foot is clipped, or lies in what was missing.
fn spoilt(reading: &Reading, history: &History) -> Option<Reason> {
    let around = |at: f64| (at.max(1.0) as u64 - 1)..at as u64 + 2;
    let (peak, foot) = (around(reading.peak), around(reading.foot));
    if history.any_clipped(peak.clone()) || history.any_clipped(foot.clone()) {
        Some(Reason::Clipped)
    } else if history.any_bridged(peak) || history.any_bridged(foot) {
        Some(Reason::Missing)
    } else {
        None
    }
}
