//! Fingerprints of what went in: SHA-256 of the study with its settings, and of all series.

use alloc::string::String;

use sha2::{Digest, Sha256};

use super::design::{Marker, Study};
use super::phase::Edge;
use super::series::Part;
use crate::signal::Calibration;

/// SHA-256 of `bytes`, hexadecimal.
///
/// ```
/// let empty = plethys::study::sha256(b"");
/// assert_eq!(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// ```
pub fn sha256(bytes: &[u8]) -> String {
    let mut writer = Writer::default();
    writer.0.update(bytes);
    writer.finish()
}

/// Fields as bytes that cannot be mistaken for other fields: texts and lists carry their length.
#[derive(Default)]
struct Writer(Sha256);

impl Writer {
    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.update(text.as_bytes());
    }

    fn count(&mut self, count: usize) {
        self.0.update((count as u64).to_le_bytes());
    }

    fn number(&mut self, number: f64) {
        // Both zeros are one number, and all NaN are absent.
        let plain = if number.is_nan() { crate::table::ABSENT } else { number + 0.0 };
        self.0.update(plain.to_le_bytes());
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.count(usize::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn maybe_text(&mut self, text: Option<&String>) {
        self.maybe(text, |writer, text| writer.text(text));
    }

    fn maybe_number(&mut self, number: Option<f64>) {
        self.maybe(number, Self::number);
    }

    fn finish(self) -> String {
        let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0'));
        self.0.finalize().iter().flat_map(digits).collect()
    }
}

/// The hash of all that was planned: recordings, channels, phases, windows, markers, settings.
pub(crate) fn study(study: &Study) -> String {
    let mut w = Writer::default();
    w.text("plethys study 1");
    w.text(&study.title);
    w.text(&study.subject);
    w.maybe_text(study.start.as_ref());
    w.text(&study.note);
    settings(&mut w, study);
    w.count(study.recordings.len());
    for recording in &study.recordings {
        w.text(&recording.id);
        w.maybe_text(recording.file.as_ref());
        w.text(&recording.visit);
        w.number(recording.start);
        w.number(recording.clock_offset);
        w.number(recording.clock_drift_ppm);
        w.maybe_number(recording.sample_rate);
        w.maybe_text(recording.time_column.as_ref());
        w.maybe_text(recording.events.as_ref());
        w.maybe(recording.reference_region, |w, region| region.iter().for_each(|edge| w.count(*edge as usize)));
        w.maybe_number(recording.reference_temperature);
    }
    channels(&mut w, study);
    w.count(study.phases.len());
    for phase in &study.phases {
        w.text(&phase.id);
        w.text(phase.kind.name());
        w.maybe_text(phase.visit.as_ref());
        w.maybe_text(phase.recording.as_ref());
        edge(&mut w, &phase.start);
        edge(&mut w, &phase.end);
        w.maybe(phase.reapplied, |w, reapplied| w.count(usize::from(reapplied)));
        w.maybe_text(phase.note.as_ref());
    }
    w.count(study.windows.len());
    for rule in &study.windows {
        w.text(&rule.id);
        w.text(&rule.phase);
        w.number(rule.start);
        w.maybe_number(rule.end);
    }
    markers(&mut w, &study.markers);
    w.finish()
}

fn settings(w: &mut Writer, study: &Study) {
    let s = &study.settings;
    for number in [s.alpha, s.window_length, s.short_below, s.seconds_per_cosine, s.bootstrap_block, s.pair_within] {
        w.number(number);
    }
    for count in [s.minimum_beats, s.cosines_min, s.cosines_max, s.bootstrap_draws, s.pooled.len()] {
        w.count(count);
    }
    w.0.update(s.bootstrap_seed.to_le_bytes());
    w.text(s.amplitude.name());
    for pooled in &s.pooled {
        w.text(&pooled.measure);
        w.number(pooled.s_w);
        w.maybe_number(pooled.degrees_of_freedom);
    }
}

fn channels(w: &mut Writer, study: &Study) {
    w.count(study.channels.len());
    for channel in &study.channels {
        for text in
            [&channel.id, channel.signal.name(), channel.side.name(), channel.role.name(), channel.polarity.name()]
        {
            w.text(text);
        }
        for text in [&channel.site, &channel.column, &channel.unit, &channel.cuff_column, &channel.reference] {
            w.maybe_text(text.as_ref());
        }
        for list in [&channel.recordings, &channel.measures] {
            w.count(list.len());
            for item in list {
                w.text(item);
            }
        }
        w.maybe(channel.calibration.as_ref(), calibration);
        w.maybe(channel.sensor_range, |w, range| {
            w.number(range.low());
            w.number(range.high());
        });
        w.maybe(channel.dc_coupled, |w, coupled| w.count(usize::from(coupled)));
        w.maybe_number(channel.gain_mm_per_mmhg);
        w.maybe_number(channel.cuff_pressure);
        w.maybe(channel.region, |w, region| region.iter().for_each(|edge| w.count(*edge as usize)));
    }
}

fn calibration(w: &mut Writer, calibration: &Calibration) {
    w.number(calibration.scale());
    w.number(calibration.offset());
    w.text(calibration.unit());
    w.maybe(calibration.date(), Writer::text);
}

fn edge(w: &mut Writer, edge: &Edge) {
    match edge {
        Edge::At(time) => {
            w.text("at");
            w.number(*time);
        }
        Edge::Marker(label) => {
            w.text("marker");
            w.text(label);
        }
        Edge::After(length) => {
            w.text("after");
            w.number(*length);
        }
    }
}

fn markers(w: &mut Writer, markers: &[Marker]) {
    w.count(markers.len());
    for marker in markers {
        w.maybe_text(marker.recording.as_ref());
        w.number(marker.time);
        w.text(&marker.label);
    }
}

/// The hash of all series and markers, in the study's order.
pub(crate) fn input(parts: &[&Part], marked: &[Marker]) -> String {
    let mut w = Writer::default();
    w.text("plethys input 1");
    w.count(parts.len());
    for part in parts {
        w.count(part.channel);
        w.count(part.recording);
        w.number(part.facts.duration);
        w.maybe_number(part.facts.sample_rate);
        w.maybe_text(part.facts.sha256.as_ref());
        w.count(part.series.len());
        for series in &part.series {
            for text in [&series.measure, &series.source, &series.unit] {
                w.text(text);
            }
            w.text(series.scale.name());
            w.count(series.time.len());
            series.time.iter().chain(&series.value).for_each(|number| w.number(*number));
            w.count(series.rejected.len());
            for (time, reason) in &series.rejected {
                w.number(*time);
                w.text(reason.name());
            }
        }
    }
    markers(&mut w, marked);
    w.finish()
}
