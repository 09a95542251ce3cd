//! The ensemble-averaged beat of a stretch of time, for overlays of before and after, left and right.
//!
//! Beats are aligned at their steepest rise, which jitters least (foot and apex are flat), each above the line between its own
//! feet, so that neither a leak nor breathing tilts them. At each time after the onset the median and the quartiles are taken over the
//! beats that have not ended yet. The samples themselves are averaged, not the smoothed ones that single beats are read from: noise goes down with
//! the root of the number of beats, and a notch that smoothing would blur stays.
//!
//! Source: the averaged cycle of the vascular laboratory's recorders (Raines 1973, doctoral thesis, MIT), with medians for means.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::contour;
use super::cycle::{Cycle, Marks};
use super::descent;
use super::pulse::{self, Reading};
use super::robust::{median, quantile};
use super::waveform::{REACH, Waveform, lanczos, smoothing_reach};
use crate::event::Notch;
use crate::filter::dot;
use crate::sample::Sample;
use crate::signal::{Config, Polarity};
use crate::table::BeatTable;

/// The average is given on a grid of at least this rate, Hz.
const GRID_HZ: f64 = 200.0;
/// Fewer beats are no ensemble.
const FEWEST: usize = 3;
/// Beats whose cycle is this much shorter or longer than the median one are left out: premature ones, and those with a pause.
const CYCLES: Range<f64> = 0.7..1.5;
/// The average begins this share of the cycle before the onset.
const LEAD: f64 = 0.12;
/// The median beat is smoothed over this share of the cycle to either side before its contour is read, at most so long, s.
const SMOOTHING_SHARE: f64 = 0.05;
const SMOOTHING_S: f64 = 0.04;
/// Samples beyond are none, as in a monitor: their differences are no numbers.
const LARGEST: f64 = 1e30;

/// The averaged beat of a stretch of time; levels above the line from foot to foot, oriented, calibrated units.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// Time of each point, s from the onset.
    pub time: Vec<f64>,
    /// Median over the beats.
    pub median: Vec<f64>,
    /// Mean over the beats.
    pub mean: Vec<f64>,
    /// Lower quartile.
    pub lower: Vec<f64>,
    /// Upper quartile.
    pub upper: Vec<f64>,
    /// Number of beats.
    pub beats: usize,
    /// Median cycle, from onset to onset, s.
    pub cycle: f64,
    /// Systolic peak above the line from foot to foot, of the median beat as all that follows.
    pub amplitude: f64,
    /// From onset to systolic peak, s.
    pub upstroke_time: f64,
    /// Steepest rise, units per second.
    pub max_slope: f64,
    /// As [`crate::Beat::rise_time`].
    pub rise_time: Option<f64>,
    /// As [`crate::Beat::upstroke_fraction`].
    pub upstroke_fraction: f64,
    /// As [`crate::Beat::width_25`].
    pub width_25: Option<f64>,
    /// As [`crate::Beat::width`].
    pub width: Option<f64>,
    /// As [`crate::Beat::width_75`].
    pub width_75: Option<f64>,
    /// As [`crate::Beat::mean_height`], %.
    pub mean_height: f64,
    /// As [`crate::Beat::bowing`].
    pub bowing: f64,
    /// As [`crate::Beat::area`], units × s.
    pub area: f64,
    /// As [`crate::Beat::notch`].
    pub notch: Notch,
    /// As [`crate::Beat::notch_prominence`].
    pub notch_prominence: f64,
}

/// The averaged beat of the accepted beats whose systolic peak lies in `window` (s from the first sample).
///
/// `samples` and `config` are those that `beats` came from, evenly spaced (no time stamps); `polarity` is the one that was in force. `None` with
/// fewer than three beats that are whole: with an end, neither clipped nor bridged, their cycle 0.7 to 1.5 times the median one.
///
/// ```
/// use plethys::{Config, SampleRate, analyze, ensemble};
/// let wave = |i: u32| { let t = f64::from(i) / 100.0 * 1.2; 10.0 * (-8.0 * (t - t.floor())).exp() };
/// let samples: Vec<f64> = (0..3000).map(wave).collect();
/// let result = analyze(&samples, Config::pvr(SampleRate::hz(100.0)?))?;
/// let beat = ensemble(&samples, &result.config, result.polarity, &result.beats, 5.0..25.0).unwrap();
/// assert!(beat.beats >= 20 && (beat.cycle - 1.0 / 1.2).abs() < 0.01);
/// # Ok::<(), plethys::Error>(())
/// ```
pub fn ensemble<S: Sample>(
    samples: &[S],
    config: &Config,
    polarity: Polarity,
    beats: &BeatTable,
    window: Range<f64>,
) -> Option<Ensemble> {
    let chosen = choose(beats, &window);
    let cycle = median(&mut chosen.iter().map(Chosen::cycle).collect::<Vec<_>>())?;
    let fits = |beat: &&Chosen| beat.next_peak.is_finite() && CYCLES.contains(&(beat.cycle() / cycle));
    let mut reader = Reader::new(samples, config, polarity, cycle);
    let aligned: Vec<Aligned> = chosen.iter().filter(fits).filter_map(|beat| reader.align(beat)).collect();
    if aligned.len() < FEWEST {
        return None;
    }
    let hz = reader.hz;
    let rise = median(&mut aligned.iter().map(|beat| (beat.this.steepest - beat.this.onset) / hz).collect::<Vec<_>>())?;
    let grid_hz = hz * reader.factor as f64;
    let lead = libm::ceil((rise + LEAD * cycle) * grid_hz) as usize;
    let count = lead + libm::ceil((cycle - rise) * grid_hz) as usize + 1;
    let table: Vec<Vec<f64>> = aligned.iter().map(|beat| reader.row(beat, lead, count)).collect();
    summarise(&table, lead, grid_hz, cycle)
}

/// A beat of the window, s.
#[derive(Debug, Clone, Copy)]
struct Chosen {
    onset: f64,
    peak: f64,
    end: f64,
    next_peak: f64,
}

impl Chosen {
    fn cycle(&self) -> f64 {
        self.end - self.onset
    }
}

fn choose(beats: &BeatTable, window: &Range<f64>) -> Vec<Chosen> {
    let (onsets, peaks, ends) = (beats.number("onset"), beats.number("peak"), beats.number("end"));
    let amplitudes = beats.number("amplitude_corrected");
    let flags = |name: &str, row: usize| beats.flag(name).get(row).copied().unwrap_or(true);
    (0..beats.len())
        .filter(|&row| {
            let whole = !flags("clipped", row) && !flags("bridged", row) && !flags("rate_locked", row);
            flags("accepted", row) && whole && window.contains(&peaks[row]) && amplitudes[row] > 0.0
        })
        .map(|row| Chosen {
            onset: onsets[row],
            peak: peaks[row],
            end: ends[row],
            next_peak: peaks.get(row + 1).copied().unwrap_or(f64::NAN),
        })
        .filter(|beat| beat.cycle() > 0.0)
        .collect()
}

/// A beat between two readings.
#[derive(Debug, Clone, Copy)]
struct Aligned {
    this: Reading,
    next: Reading,
}

/// Reads single beats out of the samples.
struct Reader<'a, S> {
    samples: &'a [S],
    hz: f64,
    cycle: f64,
    /// Grid points per sample.
    factor: usize,
    scale: f64,
    offset: f64,
    waveform: Waveform,
    stretch: Vec<f64>,
}

impl<'a, S: Sample> Reader<'a, S> {
    fn new(samples: &'a [S], config: &Config, polarity: Polarity, cycle: f64) -> Self {
        let hz = config.sample_rate.as_hz();
        let sign = if polarity == Polarity::Inverted { -1.0 } else { 1.0 };
        let (scale, offset) = config.calibration.as_ref().map_or((1.0, 0.0), |c| (c.scale(), c.offset()));
        let longest = config.sample_rate.samples(2.0 * cycle) + 16;
        Self {
            samples,
            hz,
            cycle,
            factor: (libm::ceil(GRID_HZ / hz) as usize).max(1),
            scale: sign * scale,
            offset: sign * offset,
            waveform: Waveform::new(config.sample_rate, longest),
            stretch: Vec::new(),
        }
    }

    /// Loads the samples of an inclusive range of indices, calibrated and oriented; gives the first index, `None` where a sample is not there
    /// or beyond what a sensor gives.
    fn load(&mut self, from: f64, to: f64) -> Option<usize> {
        let (first, last) = (libm::floor(from), libm::ceil(to));
        if !(first >= 0.0 && last < self.samples.len() as f64) {
            return None;
        }
        let first = first as usize;
        let source = self.samples.get(first..=last as usize)?;
        self.stretch.clear();
        self.stretch.extend(source.iter().map(|sample| self.scale * sample.to_f64() + self.offset));
        self.stretch.iter().all(|value| value.abs() <= LARGEST).then_some(first)
    }

    /// The reading of the pulse that peaks at this time.
    fn read(&mut self, peak: f64, onset: f64) -> Option<Reading> {
        let (from, to) = ((onset - 0.25 * self.cycle) * self.hz, peak * self.hz + 0.2 * self.cycle * self.hz);
        let margin = self.waveform.margin() as f64;
        let first = self.load((from - margin).max(0.0), (to + margin).min(self.samples.len() as f64 - 1.0))?;
        let (from, to) = (libm::floor(from.max(first as f64)) as u64, libm::ceil(to) as u64);
        self.waveform.forget();
        self.waveform.load(&self.stretch, first as u64, from, to, 1.0, smoothing_reach(self.cycle, None));
        pulse::read(&self.waveform, peak * self.hz, from as f64, self.cycle).filter(|reading| reading.amplitude() > 0.0)
    }

    fn align(&mut self, beat: &Chosen) -> Option<Aligned> {
        let this = self.read(beat.peak, beat.onset)?;
        let next = self.read(beat.next_peak, beat.end)?;
        (next.foot > this.peak && this.steepest > this.foot).then_some(Aligned { this, next })
    }

    /// The beat on the grid, `lead` points before its steepest rise; NaN from the next foot on and beyond the recording.
    fn row(&mut self, beat: &Aligned, lead: usize, count: usize) -> Vec<f64> {
        let Aligned { this, next } = *beat;
        let mut row = vec![f64::NAN; count];
        let start = this.steepest - lead as f64 / self.factor as f64;
        let reach = REACH as f64;
        let end = (start + count as f64 / self.factor as f64).min(next.foot);
        let top = self.samples.len() as f64 - 1.0;
        let Some(first) = self.load((start - reach).max(0.0), (end + reach + 1.0).min(top)) else { return row };
        let tilt = (next.foot_level - this.foot_level) / (next.foot - this.foot);
        for phase in 0..self.factor {
            let offset = start + phase as f64 / self.factor as f64;
            let whole = libm::floor(offset);
            let kernel = lanczos(offset - whole);
            for (step, k) in (phase..count).step_by(self.factor).enumerate() {
                let index = whole + step as f64;
                let low = index - first as f64 - (reach - 1.0);
                if offset + step as f64 > next.foot || low < 0.0 {
                    continue;
                }
                if let Some(around) = self.stretch.get(low as usize..low as usize + 2 * REACH) {
                    let line = this.foot_level + tilt * (offset + step as f64 - this.foot);
                    row[k] = dot(around, &kernel) - line;
                }
            }
        }
        row
    }
}

fn summarise(table: &[Vec<f64>], lead: usize, grid_hz: f64, cycle: f64) -> Option<Ensemble> {
    let count = table.first()?.len();
    let enough = table.len().div_ceil(2).max(2);
    let (mut centre, mut mean) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let (mut lower, mut upper) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut column = Vec::with_capacity(table.len());
    for k in 0..count {
        column.clear();
        column.extend(table.iter().filter_map(|row| row.get(k)).filter(|value| value.is_finite()));
        if column.len() < enough {
            if k > lead {
                break;
            }
            return None;
        }
        mean.push(column.iter().fold(0.0, |sum, value| sum + value) / column.len() as f64);
        centre.push(median(&mut column)?);
        lower.push(quantile(&column, 0.25)?);
        upper.push(quantile(&column, 0.75)?);
    }

    let waveform = Waveform::of(&centre, grid_hz, (SMOOTHING_SHARE * cycle).min(SMOOTHING_S));
    let values = waveform.values();
    let highest = (lead..values.len()).reduce(|a, b| if values[b] > values[a] { b } else { a })?;
    let reading = pulse::read(&waveform, highest as f64, 0.0, cycle)?;
    let last = values.len() - 1;
    let end = (reading.foot + cycle * grid_hz).min(last as f64);
    let marks = Marks {
        foot: reading.foot,
        foot_level: reading.foot_level,
        onset: reading.onset,
        peak: reading.peak,
        peak_level: reading.peak_level,
    };
    let next = Marks {
        foot: end,
        foot_level: values[(libm::round(end) as usize).min(last)],
        onset: reading.onset + cycle * grid_hz,
        ..marks
    };
    let mut heights = Vec::new();
    let whole = Cycle::new(values, grid_hz, &marks, &next, &mut heights)?;
    let shape = contour::read(&whole);
    let (notch, notch_prominence) = descent::notch(&whole);
    Some(Ensemble {
        time: (0..centre.len()).map(|k| (k as f64 - reading.onset) / grid_hz).collect(),
        median: centre,
        mean,
        lower,
        upper,
        beats: table.len(),
        cycle,
        amplitude: whole.amplitude(),
        upstroke_time: (reading.peak - reading.onset) / grid_hz,
        max_slope: reading.slope,
        rise_time: shape.rise_time,
        upstroke_fraction: shape.upstroke_fraction,
        width_25: shape.width_25,
        width: shape.width,
        width_75: shape.width_75,
        mean_height: shape.mean_height,
        bowing: shape.bowing,
        area: shape.area,
        notch,
        notch_prominence,
    })
}
