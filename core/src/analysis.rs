//! A whole recording at once: the monitor's own loop, and its results as tables.

use alloc::vec::Vec;

use crate::error::{ConfigError, Error};
use crate::event::Event;
use crate::measure::ensemble::{Ensemble, ensemble};
use crate::measure::robust::median_of_many as median;
use crate::monitor::Monitor;
use crate::reason::{Reason, State};
use crate::sample::{Input, Sample};
use crate::signal::{Config, Polarity, SampleRate, SignalKind};
use crate::snapshot::{Absent, Counts};
use crate::table::{BeatTable, RateTable};

/// Pulses per second of a resting heart, and some more.
const RESTING_HZ: f64 = 1.25;
/// Longest recording whose beats are reserved room for, s; those of a longer one, which may have none, make room as they come.
const RESERVED_S: f64 = 3600.0;

/// What a recording yields.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// All settled beats, accepted or not.
    pub beats: BeatTable,
    /// The pulse rate, each second.
    pub rates: RateTable,
    /// Peaks of the prompt pulses, s from the first sample.
    pub pulses: Vec<f64>,
    /// Median pulse rate of the accepted beats, beats per minute.
    pub pulse_rate: Option<f64>,
    /// Median perfusion index of the accepted beats, %.
    pub perfusion_index: Option<f64>,
    /// Median amplitude of the accepted beats, calibrated units.
    pub amplitude: Option<f64>,
    /// Median quality of the accepted beats.
    pub quality: Option<f64>,
    /// What the stream was.
    pub state: State,
    /// Why values are absent.
    pub absent: Absent,
    /// How many samples were not plain.
    pub counts: Counts,
    /// The polarity in force at the end; `Auto` where it was never decided.
    pub polarity: Polarity,
    /// What the analysis was made with.
    pub config: Config,
    /// The monitor's latency, s.
    pub latency: f64,
    /// Length of the recording, s.
    pub duration: f64,
}

/// Analyses a recording.
///
/// The same as pushing each sample into a [`Monitor`] and finishing it.
///
/// # Errors
/// [`Error::Config`] where a number of the configuration cannot be used.
///
/// ```
/// use plethys::{Config, SampleRate, State, analyze};
///
/// let flat = analyze(&[1000_u16; 1000], Config::ppg(SampleRate::hz(100.0)?))?;
/// assert!(flat.beats.is_empty());
/// assert_eq!(flat.state, State::Flat);
/// # Ok::<(), plethys::Error>(())
/// ```
pub fn analyze<S: Sample>(samples: &[S], config: Config) -> Result<Analysis, Error> {
    analyze_input(&Input::new(samples), config)
}

/// Analyses a recording with what was recorded alongside: time stamps, motion, a companion.
///
/// # Errors
/// As [`analyze`]; [`Error::LengthMismatch`], [`Error::BadTime`] and [`Error::WrongInput`] as [`Monitor::push_input`].
pub fn analyze_input<S: Sample>(input: &Input<'_, S>, config: Config) -> Result<Analysis, Error> {
    let mut monitor = Monitor::new(config)?;
    let mut beats = BeatTable::default();
    let mut rates = RateTable::default();
    let mut pulses = Vec::new();
    // Room for a resting pulse; tables and lists grow where there are more.
    let seconds = (input.samples.len() as f64 / config.sample_rate.as_hz()).min(RESERVED_S);
    beats.reserve((RESTING_HZ * seconds) as usize);
    rates.reserve(seconds as usize);
    pulses.reserve((RESTING_HZ * seconds) as usize);
    let mut sink = |event| match event {
        Event::Pulse(pulse) => pulses.push(pulse.peak),
        Event::Beat(beat) => beats.push(&beat),
        Event::Rate(row) => rates.push(&row),
    };
    monitor.push_input(input, &mut sink)?;
    monitor.finish(&mut sink);
    Ok(conclude(&monitor, beats, rates, pulses))
}

impl Analysis {
    /// The averaged beat of the accepted beats whose systolic peak lies in `window`, s; `samples` are those that were analysed.
    ///
    /// `None` as [`ensemble`] says. Samples with time stamps are not on the grid of the beats: give evenly spaced ones only.
    pub fn ensemble<S: Sample>(&self, samples: &[S], window: core::ops::Range<f64>) -> Option<Ensemble> {
        ensemble(samples, &self.config, self.polarity, &self.beats, window)
    }
}

fn conclude(monitor: &Monitor, beats: BeatTable, rates: RateTable, pulses: Vec<f64>) -> Analysis {
    let end = monitor.snapshot();
    let config = *monitor.config();
    let accepted = |name| accepted_values(&beats, name);
    let mut rate = accepted("rate");
    let mut amplitude = accepted("amplitude");
    let mut perfusion_index = accepted("perfusion_index");
    let mut quality = accepted("quality");
    let any_accepted = beats.flag("accepted").contains(&true);
    let duration = if end.counts.samples == 0 { 0.0 } else { end.time + 1.0 / config.sample_rate.as_hz() };
    let state = match end.state {
        State::TooShort => State::TooShort,
        _ if any_accepted => State::Tracking,
        State::Searching | State::Tracking => State::NoPulse,
        other => other,
    };
    let why = match state {
        State::TooShort => Reason::TooShort,
        _ => Reason::NoBeats,
    };
    let first_reason = |name: &str| if any_accepted { reason_of(&beats, name).unwrap_or(why) } else { why };
    let rate = median(&mut rate);
    let amplitude_count = amplitude.len();
    let amplitude = median(&mut amplitude);
    // Where only a minority of the beats has a perfusion index, the stream does not have one.
    let perfusion_index =
        if 2 * perfusion_index.len() >= amplitude_count { median(&mut perfusion_index) } else { None };
    let quality = median(&mut quality);
    let absent = Absent {
        pulse_rate: rate.is_none().then_some(if any_accepted { Reason::NoNextBeat } else { why }),
        perfusion_index: perfusion_index.is_none().then(|| match config.signal {
            SignalKind::Ppg => monitor.no_perfusion().filter(|_| any_accepted).unwrap_or(why),
            _ => Reason::NotApplicable,
        }),
        amplitude: amplitude.is_none().then(|| first_reason("amplitude")),
        quality: quality.is_none().then_some(why),
    };
    Analysis {
        pulse_rate: rate,
        perfusion_index,
        amplitude,
        quality,
        state,
        absent,
        counts: end.counts,
        polarity: end.polarity,
        config,
        latency: monitor.latency(),
        duration,
        beats,
        rates,
        pulses,
    }
}

/// The numbers of a column that are there, of the accepted beats.
fn accepted_values(beats: &BeatTable, name: &str) -> Vec<f64> {
    let values = beats.number(name).iter().zip(beats.flag("accepted"));
    values.filter(|(value, accepted)| **accepted && !value.is_nan()).map(|(value, _)| *value).collect()
}

/// The reason that the last accepted beat without a value in the column carries.
fn reason_of(beats: &BeatTable, name: &str) -> Option<Reason> {
    let rows = beats.number(name).iter().zip(beats.flag("accepted")).zip(beats.code("reason")).rev();
    rows.filter(|((value, accepted), _)| **accepted && value.is_nan()).find_map(|(_, code)| Reason::from_code(*code))
}

/// The sample rate behind time stamps: one over their median distance, of those that increase.
///
/// # Errors
/// [`Error::Config`] with the rate that came out where it is outside 20 Hz to 4 kHz, NaN for fewer than two stamps; with
/// the first and last stamp where none increases.
pub fn estimate_sample_rate(time: &[f64]) -> Result<SampleRate, Error> {
    let mut steps: Vec<f64> = time.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0).collect();
    let step = median(&mut steps);
    if let (None, [low, .., high]) = (step, time) {
        return Err(Error::Config(ConfigError::NotIncreasing { argument: "time", low: *low, high: *high }));
    }
    SampleRate::hz(1.0 / step.unwrap_or(f64::NAN)).map_err(Error::Config)
}
