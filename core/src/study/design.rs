//! The study as it was planned: recordings, channels, phases, windows, settings.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::channel::{Channel, ChannelSignal};
use super::fault::{Fault, StudyError};
use super::phase::{Edge, Phase};
use super::recording::Recording;
use super::settings::Settings;
use super::window::WindowRule;

/// A marker that was set while recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// The recording whose clock its time is of; `None`: study time.
    pub recording: Option<String>,
    /// When, s.
    pub time: f64,
    /// What was written.
    pub label: String,
}

/// What is compared with what. Plain data; [`Study::check`] says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Study {
    /// What it is called.
    pub title: String,
    /// Code of the person; never a name.
    pub subject: String,
    /// Calendar time of study time 0 (ISO 8601), where it is known.
    pub start: Option<String>,
    /// Anything worth keeping: posture, room, time since a meal.
    pub note: String,
    /// The files.
    pub recordings: Vec<Recording>,
    /// The sensors.
    pub channels: Vec<Channel>,
    /// What was done when; where there is none, phases follow from the markers ([`phases_from_markers`](super::phases_from_markers)).
    pub phases: Vec<Phase>,
    /// Windows besides those that follow from the phases; see [`WindowRule`].
    pub windows: Vec<WindowRule>,
    /// Markers that the study itself names; more may come with the data.
    pub markers: Vec<Marker>,
    /// The numbers it is computed with.
    pub settings: Settings,
}

impl Study {
    /// The channel with this id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The recording with this id.
    pub fn recording(&self, id: &str) -> Option<&Recording> {
        self.recordings.iter().find(|recording| recording.id == id)
    }

    /// Looks for everything that is wrong without the data: names used twice or unknown, numbers out of range, phases that
    /// end before they start or overlap.
    ///
    /// # Errors
    /// All faults found.
    pub fn check(&self) -> Result<(), StudyError> {
        let mut faults = Vec::new();
        self.check_settings(&mut faults);
        self.check_recordings(&mut faults);
        self.check_channels(&mut faults);
        self.check_phases(&mut faults);
        self.check_overlap(&mut faults);
        for (i, rule) in self.windows.iter().enumerate() {
            if !self.phases.iter().any(|phase| phase.id == rule.phase) {
                faults.push(unknown("window", i, "phase", "phase", &rule.phase, &ids(&self.phases, |phase| &phase.id)));
            }
            let end = rule.end.unwrap_or(f64::INFINITY);
            if rule.start.is_nan() || rule.start >= end {
                let text = format!("must be after the start, got {} to {end} s", rule.start);
                faults.push(Fault::new("window", i, "end", text));
            }
        }
        unique("window", self.windows.iter().map(|rule| rule.id.as_str()), &mut faults);
        for (i, marker) in self.markers.iter().enumerate() {
            self.check_recording("marker", i, marker.recording.as_deref(), &mut faults);
            finite("marker", i, "time", marker.time, &mut faults);
        }
        if faults.is_empty() { Ok(()) } else { Err(StudyError { faults }) }
    }

    fn check_settings(&self, faults: &mut Vec<Fault>) {
        let s = &self.settings;
        let mut range = |key: &str, value: f64, low: f64, high: f64| {
            if !(value >= low && value <= high) {
                faults.push(Fault::new("settings", 0, key, format!("must be from {low} to {high}, got {value}")));
            }
        };
        range("alpha", s.alpha, 1e-6, 0.5);
        range("window_length", s.window_length, 10.0, 86_400.0);
        range("short_below", s.short_below, 0.0, 86_400.0);
        range("minimum_beats", s.minimum_beats as f64, 8.0, 1e6);
        range("seconds_per_cosine", s.seconds_per_cosine, 1.0, 86_400.0);
        range("cosines_min", s.cosines_min as f64, 2.0, 1000.0);
        range("cosines_max", s.cosines_max as f64, s.cosines_min as f64, 1000.0);
        range("bootstrap_draws", s.bootstrap_draws as f64, 0.0, 1e6);
        range("bootstrap_block", s.bootstrap_block, 1.0, 86_400.0);
        range("pair_within", s.pair_within, 0.001, 60.0);
        for pooled in &s.pooled {
            range("pooled", pooled.s_w, 1e-9, 1e9);
            range("pooled", pooled.degrees_of_freedom.unwrap_or(1.0), 1.0, 1e9);
        }
    }

    fn check_recordings(&self, faults: &mut Vec<Fault>) {
        unique("recording", self.recordings.iter().map(|recording| recording.id.as_str()), faults);
        for (i, recording) in self.recordings.iter().enumerate() {
            finite("recording", i, "start", recording.start, faults);
            finite("recording", i, "clock_offset", recording.clock_offset, faults);
            // A clock that is off by more than 1 % is a wrong sample rate, not drift.
            if recording.clock_drift_ppm.is_nan() || recording.clock_drift_ppm.abs() > 10_000.0 {
                let text = format!("must be from -10000 to 10000 ppm, got {}", recording.clock_drift_ppm);
                faults.push(Fault::new("recording", i, "clock_drift_ppm", text));
            }
            if recording.sample_rate.is_some_and(|rate| !(rate > 0.0 && rate.is_finite())) {
                let text = format!("must be positive, got {} Hz", recording.sample_rate.unwrap_or_default());
                faults.push(Fault::new("recording", i, "sample_rate", text));
            }
            let is_framed = |channel: &Channel| channel.region.is_some() && channel.is_in(&recording.id);
            if recording.reference_region.is_some() && !self.channels.iter().any(is_framed) {
                let text = "is of thermal frames, and no thermal channel with a region is in this recording".into();
                faults.push(Fault::new("recording", i, "reference_region", text));
            }
            if let Some(celsius) = recording.reference_temperature {
                if recording.reference_region.is_none() {
                    let text = "needs reference_region, which has this temperature".into();
                    faults.push(Fault::new("recording", i, "reference_temperature", text));
                }
                finite("recording", i, "reference_temperature", celsius, faults);
            }
        }
    }

    fn check_channels(&self, faults: &mut Vec<Fault>) {
        if self.channels.is_empty() {
            faults.push(Fault::new("", 0, "channel", "at least one [[channel]] is needed".into()));
        }
        unique("channel", self.channels.iter().map(|channel| channel.id.as_str()), faults);
        for (i, channel) in self.channels.iter().enumerate() {
            for id in &channel.recordings {
                self.check_recording("channel", i, Some(id), faults);
            }
            if channel.region.is_some() && channel.signal != ChannelSignal::Thermal {
                let text = format!("is of thermal frames, and the signal is \"{}\"", channel.signal.name());
                faults.push(Fault::new("channel", i, "region", text));
            }
            if let Some(reference) = &channel.reference {
                if *reference == channel.id {
                    faults.push(Fault::new("channel", i, "reference", "a channel cannot be its own reference".into()));
                } else if self.channel(reference).is_none() {
                    let known = ids(&self.channels, |channel| &channel.id);
                    faults.push(unknown("channel", i, "reference", "channel", reference, &known));
                }
            }
        }
    }

    fn check_phases(&self, faults: &mut Vec<Fault>) {
        unique("phase", self.phases.iter().map(|phase| phase.id.as_str()), faults);
        for (i, phase) in self.phases.iter().enumerate() {
            self.check_recording("phase", i, phase.recording.as_deref(), faults);
            if let Some(visit) = phase.visit.as_ref().filter(|_| !self.recordings.is_empty())
                && !self.recordings.iter().any(|recording| recording.visit == *visit)
            {
                let known = ids(&self.recordings, |recording| &recording.visit);
                faults.push(unknown("phase", i, "visit", "recording of the visit", visit, &known));
            }
            match (&phase.start, &phase.end) {
                (Edge::After(_), _) => {
                    faults.push(Fault::new("phase", i, "start", "must be a time or a marker".into()));
                }
                (Edge::At(start), _) if !start.is_finite() => finite("phase", i, "start", *start, faults),
                (_, Edge::At(end)) if !end.is_finite() => finite("phase", i, "end", *end, faults),
                (Edge::At(start), Edge::At(end)) if end <= start => {
                    let text = format!("must be after the start, got {start} to {end} s");
                    faults.push(Fault::new("phase", i, "end", text));
                }
                (_, Edge::After(length)) if !(*length > 0.0 && length.is_finite()) => {
                    faults.push(Fault::new("phase", i, "duration", format!("must be positive, got {length} s")));
                }
                _ => {}
            }
        }
    }

    /// Phases with known times may touch, and must not overlap.
    fn check_overlap(&self, faults: &mut Vec<Fault>) {
        let mut spans: Vec<(f64, f64, usize)> = Vec::new();
        for (i, phase) in self.phases.iter().enumerate() {
            let clock = phase.recording.as_deref().and_then(|id| self.recording(id));
            let at = |time: f64| clock.map_or(time, |recording| recording.study_time(time));
            if let (Edge::At(start), Edge::At(end)) = (&phase.start, &phase.end) {
                spans.push((at(*start), at(*end), i));
            } else if let (Edge::At(start), Edge::After(length)) = (&phase.start, &phase.end) {
                spans.push((at(*start), at(start + length), i));
            }
        }
        spans.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        for pair in spans.windows(2) {
            let [(from, until, a), (start, end, b)] = pair else { continue };
            // Clocks are good to a millisecond at best.
            if *start < until - 1e-3 && end > start && until > from {
                let (earlier, later) = (&self.phases[*a].id, &self.phases[*b].id);
                let text = format!(
                    "overlaps the phase \"{earlier}\": \"{later}\" starts at {start} s, \"{earlier}\" ends at {until} s of study time"
                );
                faults.push(Fault::new("phase", *b, "start", text));
            }
        }
    }

    fn check_recording(&self, table: &'static str, index: usize, id: Option<&str>, faults: &mut Vec<Fault>) {
        if let Some(id) = id.filter(|id| self.recording(id).is_none()) {
            let key = if table == "channel" { "recordings" } else { "recording" };
            let known = ids(&self.recordings, |recording| &recording.id);
            faults.push(unknown(table, index, key, "recording", id, &known));
        }
    }
}

fn ids<T>(items: &[T], id: impl Fn(&T) -> &String) -> String {
    let names: Vec<String> = items.iter().map(|item| format!("\"{}\"", id(item))).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

fn unknown(table: &'static str, index: usize, key: &str, what: &str, got: &str, known: &str) -> Fault {
    Fault::new(table, index, key, format!("there is no {what} \"{got}\"; known: {known}"))
}

fn finite(table: &'static str, index: usize, key: &str, value: f64, faults: &mut Vec<Fault>) {
    if !value.is_finite() {
        faults.push(Fault::new(table, index, key, format!("must be a finite number of seconds, got {value}")));
    }
}

fn unique<'a>(table: &'static str, ids: impl Iterator<Item = &'a str>, faults: &mut Vec<Fault>) {
    let mut seen = BTreeSet::new();
    for (index, id) in ids.enumerate() {
        if id.is_empty() {
            faults.push(Fault::new(table, index, "id", "must not be empty".into()));
        } else if !seen.insert(id) {
            faults.push(Fault::new(table, index, "id", format!("\"{id}\" is used twice")));
        }
    }
}
