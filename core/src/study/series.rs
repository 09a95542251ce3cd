//! What the study is computed from: values over time, channel by channel, recording by recording.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::channel::{ChannelSignal, words};
use super::design::{Marker, Study};
use super::fault::{Fault, StudyError};
use super::outlier::outliers;
use super::result::Problem;
use super::settings::AmplitudeChoice;
use crate::reason::Reason;
use crate::signal::SignalKind;
use crate::table::{BEAT_NUMBERS, BeatTable, ColumnUnit};

words! {
    /// How values of a measure are compared.
    Scale("scale", "\"ratio\", \"difference\"") {
        /// As ln ratios: amplitudes, times, rates, whose scatter grows with their size.
        Ratio = "ratio",
        /// As differences: temperatures, and what may be zero or negative.
        Difference = "difference",
    }
}

impl Scale {
    /// The scale of a measure of beats.
    pub fn of_measure(measure: &str) -> Self {
        match measure {
            "bowing" | "notch_prominence" | "foot" | "temperature" | "quality" => Self::Difference,
            _ => Self::Ratio,
        }
    }
}

/// What is known about one channel of one recording.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceFacts {
    /// Length of the recording, s of its own clock.
    pub duration: f64,
    /// Samples per second that it really has.
    pub sample_rate: Option<f64>,
    /// SHA-256 of its file, hexadecimal.
    pub sha256: Option<String>,
}

/// The source of temperatures whose levels are not to be compared: the camera's own level has moved between them.
pub(crate) const UNREFERENCED: &str = "temperature_unreferenced";

/// Columns of the beat table whose outliers are movements.
const HEIGHTS: [&str; 3] = ["amplitude", "amplitude_corrected", "perfusion_index"];

/// Values of one measure, s of the recording's clock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Taken {
    pub(crate) measure: String,
    pub(crate) source: String,
    pub(crate) unit: String,
    pub(crate) scale: Scale,
    pub(crate) time: Vec<f64>,
    pub(crate) value: Vec<f64>,
    pub(crate) rejected: Vec<(f64, Reason)>,
}

/// What one channel gave in one recording.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) channel: usize,
    pub(crate) recording: usize,
    pub(crate) facts: SourceFacts,
    pub(crate) series: Vec<Taken>,
}

/// The data of a study, as they come in; the order in which they come does not matter.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measurements {
    pub(crate) parts: Vec<Part>,
    pub(crate) markers: Vec<Marker>,
    pub(crate) problems: Vec<Problem>,
}

impl Measurements {
    /// No data yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the beats of one channel of one recording: of each measure that the channel is compared on, accepted beats as
    /// values at their peaks, the others with their reasons. Of amplitudes and perfusion indices, those that lie further than four times the
    /// spread from the values within half a minute are left out, reason [`Reason::Height`]: movements that passed for beats.
    ///
    /// The measures `amplitude` and `pulse_rate` are the beat table's `amplitude` or `amplitude_corrected`
    /// ([`Settings::amplitude`](super::Settings::amplitude)) and `rate`; any other is the column of its name. A measure that the table
    /// does not have is a problem of the report where the channel asks for it, and left out where it is a default.
    ///
    /// # Errors
    /// A channel or a recording that the study does not know.
    pub fn add_beats(
        &mut self,
        study: &Study,
        channel: &str,
        recording: &str,
        beats: &BeatTable,
        facts: SourceFacts,
    ) -> Result<(), StudyError> {
        let (place, at) = places(study, channel, recording)?;
        let Some(known) = study.channels.get(place) else { return Ok(()) };
        let asked: Vec<&str> = if known.measures.is_empty() {
            known.signal.measures().to_vec()
        } else {
            known.measures.iter().map(String::as_str).collect()
        };
        let mut series = Vec::new();
        for measure in asked {
            let source = source_of(measure, known.signal, study.settings.amplitude);
            match BEAT_NUMBERS.iter().find(|column| column.name == source) {
                Some(column) => {
                    let unit = match column.unit {
                        ColumnUnit::Signal => known.unit().to_string(),
                        ColumnUnit::SignalPerSecond => format!("{}/s", known.unit()),
                        other => other.name().to_string(),
                    };
                    series.push(beat_series(beats, measure, source, unit));
                }
                None if known.measures.is_empty() => {}
                None => {
                    let text = format!("channel \"{channel}\": beats have no measure \"{measure}\"");
                    self.problems.push(Problem::source("unknown_measure", channel, recording, text));
                }
            }
        }
        self.put(Part { channel: place, recording: at, facts, series });
        Ok(())
    }

    /// Takes values over time of one channel of one recording, such as the temperature of a region; `time` in s of the
    /// recording's clock. Values that are not finite are counted as missing.
    ///
    /// # Errors
    /// A channel or a recording that the study does not know, or slices that differ in length.
    #[expect(clippy::too_many_arguments, reason = "one call for one series; a struct would only name them twice")]
    pub fn add_values(
        &mut self,
        study: &Study,
        channel: &str,
        recording: &str,
        measure: &str,
        unit: &str,
        scale: Scale,
        time: &[f64],
        value: &[f64],
        facts: SourceFacts,
    ) -> Result<(), StudyError> {
        let (place, at) = places(study, channel, recording)?;
        if time.len() != value.len() {
            let text = format!("{} times for {} values of \"{measure}\"", time.len(), value.len());
            return Err(StudyError::one(Fault::new("channel", place, "time", text)));
        }
        let mut taken = Taken {
            measure: measure.into(),
            source: measure.into(),
            unit: unit.into(),
            scale,
            time: Vec::new(),
            value: Vec::new(),
            rejected: Vec::new(),
        };
        for (&time, &value) in time.iter().zip(value).filter(|(time, _)| time.is_finite()) {
            taken.admit(time, value, Reason::Missing);
        }
        self.put(Part { channel: place, recording: at, facts, series: alloc::vec![taken] });
        Ok(())
    }

    /// Notes that a channel of a recording, or the whole recording, could not be had (`code`, such as `missing_file`), and why.
    pub fn add_failure(&mut self, code: &'static str, channel: Option<&str>, recording: &str, text: &str) {
        let channel = channel.map(Into::into);
        self.problems.push(Problem { channel, recording: Some(recording.into()), ..Problem::new(code, text.into()) });
    }

    /// Takes a marker that came with a recording; `time` in s of the recording's clock, or of the study without one.
    pub fn add_marker(&mut self, recording: Option<&str>, time: f64, label: &str) {
        self.markers.push(Marker { recording: recording.map(Into::into), time, label: label.into() });
    }

    /// Adds to what is there of the same channel and recording.
    fn put(&mut self, part: Part) {
        match self.parts.iter_mut().find(|p| p.channel == part.channel && p.recording == part.recording) {
            Some(known) => {
                known.facts = part.facts;
                for series in part.series {
                    known.series.retain(|s| s.measure != series.measure);
                    known.series.push(series);
                }
            }
            None => self.parts.push(part),
        }
    }
}

impl Taken {
    /// A value that can be compared enters, any other is counted.
    fn admit(&mut self, time: f64, value: f64, otherwise: Reason) {
        if !value.is_finite() {
            self.rejected.push((time, otherwise));
        } else if self.scale == Scale::Ratio && value <= 0.0 {
            // Nothing to take the logarithm of: a pulse that is not there.
            self.rejected.push((time, Reason::Noise));
        } else {
            self.time.push(time);
            self.value.push(value);
        }
    }

    /// Leaves out the values that are marked: their height does not fit those around them.
    fn leave_out(&mut self, marked: &[bool]) {
        let rows = self.time.iter().zip(&self.value).zip(marked);
        let left_out = rows.clone().filter(|(_, out)| **out).map(|((time, _), _)| (*time, Reason::Height));
        self.rejected.extend(left_out);
        let kept = rows.filter(|(_, out)| !**out).map(|((time, value), _)| (*time, *value));
        (self.time, self.value) = kept.unzip();
    }
}

fn beat_series(beats: &BeatTable, measure: &str, source: &str, unit: String) -> Taken {
    let mut taken = Taken {
        measure: measure.into(),
        source: source.into(),
        unit,
        scale: Scale::of_measure(measure),
        time: Vec::new(),
        value: Vec::new(),
        rejected: Vec::new(),
    };
    let rows =
        beats.number("peak").iter().zip(beats.number(source)).zip(beats.flag("accepted")).zip(beats.code("reason"));
    for (((&time, &value), &accepted), &code) in rows {
        let reason = Reason::from_code(code);
        if accepted {
            // What a beat without a next one lacks is the next foot.
            taken.admit(time, value, reason.unwrap_or(Reason::NoNextBeat));
        } else {
            taken.rejected.push((time, reason.unwrap_or(Reason::LowQuality)));
        }
    }
    if HEIGHTS.contains(&source) {
        taken.leave_out(&outliers(&taken.time, &taken.value));
    }
    taken
}

/// The column of the beat table that a measure is read from.
fn source_of(measure: &str, signal: ChannelSignal, choice: AmplitudeChoice) -> &str {
    let corrected = match choice {
        AmplitudeChoice::BySignal => signal == ChannelSignal::Pulse(SignalKind::Pvr),
        AmplitudeChoice::Corrected => true,
        AmplitudeChoice::Foot => false,
    };
    match measure {
        "amplitude" if corrected => "amplitude_corrected",
        "pulse_rate" => "rate",
        other => other,
    }
}

fn places(study: &Study, channel: &str, recording: &str) -> Result<(usize, usize), StudyError> {
    let unknown =
        |table, name: &str| StudyError::one(Fault::new("", 0, table, format!("the study has no {table} \"{name}\"")));
    let place = study.channels.iter().position(|c| c.id == channel).ok_or_else(|| unknown("channel", channel))?;
    let at = study.recordings.iter().position(|r| r.id == recording).ok_or_else(|| unknown("recording", recording))?;
    Ok((place, at))
}

/// One measure of one channel over the whole study, in order of study time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Track {
    pub(crate) channel: usize,
    pub(crate) measure: String,
    pub(crate) source: String,
    pub(crate) unit: String,
    pub(crate) scale: Scale,
    /// (study time, value)
    pub(crate) values: Vec<(f64, f64)>,
    pub(crate) rejected: Vec<(f64, Reason)>,
}

impl Track {
    /// Values in [start, end) on the scale of comparison.
    pub(crate) fn working(&self, start: f64, end: f64) -> Vec<(f64, f64)> {
        let scale = |value: f64| if self.scale == Scale::Ratio { libm::log(value) } else { value };
        self.within(start, end).iter().map(|&(time, value)| (time, scale(value))).collect()
    }

    /// Values in [start, end).
    pub(crate) fn within(&self, start: f64, end: f64) -> &[(f64, f64)] {
        let from = self.values.partition_point(|(time, _)| *time < start);
        let to = self.values.partition_point(|(time, _)| *time < end);
        self.values.get(from..to).unwrap_or_default()
    }
}

/// The parts in the study's order, whatever order they came in.
pub(crate) fn ordered(parts: &[Part]) -> Vec<&Part> {
    let mut ordered: Vec<&Part> = parts.iter().collect();
    ordered.sort_by_key(|part| (part.channel, part.recording));
    ordered
}

/// Joins the recordings of each channel on the study's clock.
pub(crate) fn tracks(study: &Study, parts: &[&Part]) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    for part in parts {
        let Some(clock) = study.recordings.get(part.recording) else { continue };
        for series in &part.series {
            let known = tracks.iter().position(|t| t.channel == part.channel && t.measure == series.measure);
            let place = known.unwrap_or(tracks.len());
            if known.is_none() {
                tracks.push(Track {
                    channel: part.channel,
                    measure: series.measure.clone(),
                    source: series.source.clone(),
                    unit: series.unit.clone(),
                    scale: series.scale,
                    values: Vec::new(),
                    rejected: Vec::new(),
                });
            }
            let Some(track) = tracks.get_mut(place) else { continue };
            let values = series.time.iter().zip(&series.value);
            track.values.extend(values.map(|(time, value)| (clock.study_time(*time), *value)));
            track.rejected.extend(series.rejected.iter().map(|(time, reason)| (clock.study_time(*time), *reason)));
        }
    }
    for track in &mut tracks {
        track.values.sort_by(|a, b| a.0.total_cmp(&b.0));
        track.rejected.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    tracks
}

/// How much signal stands behind values at `times`, s: each counts for its distance to the next, a gap for three typical distances.
pub(crate) fn covered(times: impl Iterator<Item = f64>) -> f64 {
    let times: Vec<f64> = times.collect();
    let steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let Some(typical) = super::describe::median_of(&steps) else { return 0.0 };
    steps.iter().map(|step| step.min(3.0 * typical)).sum::<f64>() + typical
}
