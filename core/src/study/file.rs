//! The study file: a text that says which recordings hold which channels, and what was done when. [`TEMPLATE`] documents every key.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use toml::de::{DeTable, DeValue};

use super::channel::{Channel, ChannelSignal, Role, Side};
use super::design::{Marker, Study};
use super::fault::{Fault, StudyError};
use super::phase::{Edge, Phase, PhaseKind};
use super::reader::{Reader, Section, calendar};
use super::recording::Recording;
use super::settings::{AmplitudeChoice, PooledDeviation, Settings};
use super::window::WindowRule;
use crate::signal::{Calibration, Polarity, SensorRange};

/// A study file with every key explained; it can be read as it stands.
pub const TEMPLATE: &str = include_str!("template.toml");

impl Study {
    /// Reads a study file (TOML 1.0), and checks it as [`Study::check`] does.
    ///
    /// # Errors
    /// Every fault with its line, column and key, and what was expected there.
    ///
    /// ```
    /// use plethys::study::{Study, TEMPLATE};
    /// let study = Study::parse(TEMPLATE)?;
    /// assert_eq!(study.phases.len(), 4);
    ///
    /// let wrong = TEMPLATE.replace("kind = \"intervention\"", "kind = \"massage\"");
    /// let error = Study::parse(&wrong).unwrap_err().to_string();
    /// assert!(error.contains("phase 2, kind: expected one of \"baseline\", \"intervention\""));
    /// # Ok::<(), plethys::study::StudyError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, StudyError> {
        // Editors on some systems put a mark before the first letter.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader::new(text);
        let document = DeTable::parse(text).map_err(|error| {
            let (line, column) = reader.line_column(error.span().map_or(0, |span| span.start));
            let text = error.message().replace('\n', ", ");
            StudyError::one(Fault { line, column, ..Fault::new("", 0, "", text) })
        })?;
        let mut study = Self::default();
        let mut file = Section::new(&mut reader, "", 0, document.get_ref(), 0..0);
        head(&mut file, &mut study);
        if let Some((table, span)) = file.table("settings") {
            study.settings = settings(file.inside("settings", 0, table, span));
        }
        for (index, (table, span)) in file.tables("recording").into_iter().enumerate() {
            study.recordings.push(recording(file.inside("recording", index, table, span)));
        }
        for (index, (table, span)) in file.tables("channel").into_iter().enumerate() {
            study.channels.push(channel(file.inside("channel", index, table, span)));
        }
        for (index, (table, span)) in file.tables("phase").into_iter().enumerate() {
            study.phases.push(phase(file.inside("phase", index, table, span)));
        }
        for (index, (table, span)) in file.tables("window").into_iter().enumerate() {
            study.windows.push(window(file.inside("window", index, table, span)));
        }
        for (index, (table, span)) in file.tables("marker").into_iter().enumerate() {
            study.markers.push(marker(file.inside("marker", index, table, span)));
        }
        file.done();
        // A study that could not be read would only be found to contradict itself.
        if reader.faults.is_empty()
            && let Err(error) = study.check()
        {
            reader.faults = error.faults.into_iter().map(|fault| reader.located(fault)).collect();
        }
        if reader.faults.is_empty() {
            return Ok(study);
        }
        let mut faults = reader.faults;
        faults.sort_by(|a, b| (a.line, a.column, &a.key).cmp(&(b.line, b.column, &b.key)));
        Err(StudyError { faults })
    }
}

/// `[study]`, and from it or from the first recording what study time 0 is.
fn head(file: &mut Section<'_, '_, '_>, study: &mut Study) {
    let mut zero = None;
    if let Some((table, span)) = file.table("study") {
        let mut section = file.inside("study", 0, table, span);
        study.title = section.text("title").unwrap_or_default();
        study.subject = section.text("subject").unwrap_or_default();
        study.note = section.text("note").unwrap_or_default();
        if let Some(value) = section.get("start") {
            match value.get_ref() {
                DeValue::Datetime(stamp) if calendar(stamp).is_some() => {
                    zero = calendar(stamp);
                    study.start = Some(stamp.to_string());
                }
                _ => section.fault(
                    value.span(),
                    "start",
                    "expected a date and time such as 2026-11-20T09:00:00, without quotes".into(),
                ),
            }
        }
        section.done();
    }
    if zero.is_none() {
        // The earliest date of a recording is study time 0 then.
        let stamps = file.tables("recording").into_iter().filter_map(|(table, _)| {
            let (_, value) = table.iter().find(|(key, _)| key.get_ref() == "start")?;
            match value.get_ref() {
                DeValue::Datetime(stamp) => calendar(stamp).map(|known| (known, stamp.to_string())),
                _ => None,
            }
        });
        let first = stamps.min_by(|a, b| a.0.0.total_cmp(&b.0.0));
        (zero, study.start) = first.map_or((None, None), |(known, text)| (Some(known), Some(text)));
    }
    file.set_zero(zero);
}

fn settings(mut section: Section<'_, '_, '_>) -> Settings {
    let usual = Settings::default();
    let mut pooled = Vec::new();
    for (table, span) in section.tables("pooled") {
        // Faults of all of them are shown under the settings.
        let mut inner = section.inside("settings", 0, table, span);
        let measure = inner.required_text("measure");
        if !inner.has("s_w") {
            inner.missing("s_w", "a number: of ln values, or in units where differences are compared");
        }
        let s_w = inner.number("s_w").unwrap_or(1.0);
        pooled.push(PooledDeviation { measure, s_w, degrees_of_freedom: inner.number("degrees_of_freedom") });
        inner.done();
    }
    let settings = Settings {
        alpha: section.number("alpha").unwrap_or(usual.alpha),
        window_length: section.time("window_length").unwrap_or(usual.window_length),
        short_below: section.time("short_below").unwrap_or(usual.short_below),
        minimum_beats: section.count("minimum_beats").unwrap_or(usual.minimum_beats),
        seconds_per_cosine: section.number("seconds_per_cosine").unwrap_or(usual.seconds_per_cosine),
        cosines_min: section.count("cosines_min").unwrap_or(usual.cosines_min),
        cosines_max: section.count("cosines_max").unwrap_or(usual.cosines_max),
        bootstrap_draws: section.count("bootstrap_draws").unwrap_or(usual.bootstrap_draws),
        bootstrap_block: section.number("bootstrap_block").unwrap_or(usual.bootstrap_block),
        bootstrap_seed: section.count("bootstrap_seed").map_or(usual.bootstrap_seed, |seed| seed as u64),
        amplitude: section.word("amplitude", AmplitudeChoice::from_name).unwrap_or(usual.amplitude),
        pair_within: section.number("pair_within").unwrap_or(usual.pair_within),
        pooled,
    };
    section.done();
    settings
}

fn recording(mut section: Section<'_, '_, '_>) -> Recording {
    let recording = Recording {
        id: section.required_text("id"),
        file: section.text("file"),
        visit: section.text("visit").unwrap_or_else(|| "1".into()),
        start: section.time("start").unwrap_or_default(),
        clock_offset: section.number("clock_offset").unwrap_or_default(),
        clock_drift_ppm: section.number("clock_drift_ppm").unwrap_or_default(),
        sample_rate: section.number("sample_rate"),
        events: section.text("events"),
        time_column: section.text("time_column"),
        reference_region: region(&mut section, "reference_region"),
        reference_temperature: section.number("reference_temperature"),
    };
    section.done();
    recording
}

fn channel(mut section: Section<'_, '_, '_>) -> Channel {
    let id = section.required_text("id");
    if !section.has("signal") {
        section.missing("signal", &format!("one of {}", ChannelSignal::NAMES));
    }
    let signal = section.word("signal", ChannelSignal::from_name).unwrap_or(ChannelSignal::Values);
    let side = section.word("side", Side::from_name).unwrap_or(Side::None);
    let role = section.word("role", Role::from_name).unwrap_or(Role::Other);
    let channel = Channel {
        site: section.text("site"),
        recordings: section.texts("recordings"),
        column: section.text("column"),
        unit: section.text("unit"),
        calibration: calibration(&mut section),
        polarity: section.word("polarity", Polarity::from_name).unwrap_or(Polarity::Auto),
        sensor_range: sensor_range(&mut section),
        dc_coupled: section.flag("dc_coupled"),
        gain_mm_per_mmhg: section.number("gain_mm_per_mmhg"),
        cuff_pressure: section.number("cuff_pressure"),
        cuff_column: section.text("cuff_column"),
        region: region(&mut section, "region"),
        measures: section.texts("measures"),
        reference: section.text("reference"),
        ..Channel::new(&id, signal, side, role)
    };
    section.done();
    channel
}

fn calibration(channel: &mut Section<'_, '_, '_>) -> Option<Calibration> {
    let (table, span) = channel.table("calibration")?;
    let at = span.clone();
    let mut section = channel.part(table, span);
    let unit = section.required_text("unit");
    let date = match section.get("date").map(toml::Spanned::get_ref) {
        Some(DeValue::Datetime(stamp)) => Some(stamp.to_string()),
        _ => section.text("date"),
    };
    let (scale, offset) = if section.has("raw") || section.has("value") {
        // Two points: such as the vented cuff and a known static pressure.
        for key in ["raw", "value"] {
            if !section.has(key) {
                section.missing(key, "two raw readings in raw, and what they stand for in value");
            }
        }
        let readings = section.numbers::<2>("raw").zip(section.numbers::<2>("value"));
        readings.map_or((1.0, 0.0), |([r0, r1], [v0, v1])| {
            let scale = (v1 - v0) / (r1 - r0);
            (scale, v0 - scale * r0)
        })
    } else {
        (section.number("scale").unwrap_or(1.0), section.number("offset").unwrap_or(0.0))
    };
    section.done();
    let made = Calibration::new(scale, offset, &unit);
    let made = made.and_then(|made| if let Some(date) = &date { made.dated(date) } else { Ok(made) });
    made.map_err(|error| channel.fault(at, "calibration", error.to_string())).ok()
}

fn sensor_range(section: &mut Section<'_, '_, '_>) -> Option<SensorRange> {
    let at = section.get("sensor_range")?.span();
    let [low, high] = section.numbers("sensor_range")?;
    SensorRange::new(low, high).map_err(|error| section.fault(at, "sensor_range", error.to_string())).ok()
}

fn region(section: &mut Section<'_, '_, '_>, key: &'static str) -> Option<[u32; 4]> {
    let at = section.get(key)?.span();
    let edges: [f64; 4] = section.numbers(key)?;
    let [y0, y1, x0, x1] = edges;
    let whole = edges.iter().all(|edge| *edge >= 0.0 && *edge <= 1e6 && libm::floor(*edge) == *edge);
    if !whole || y0 >= y1 || x0 >= x1 {
        section.fault(at, key, "expected rows and columns [y0, y1, x0, x1], y0 < y1 and x0 < x1".into());
        return None;
    }
    Some(edges.map(|edge| edge as u32))
}

fn phase(mut section: Section<'_, '_, '_>) -> Phase {
    let id = section.required_text("id");
    if !section.has("kind") {
        section.missing("kind", &format!("one of {}", PhaseKind::NAMES));
    }
    let kind = section.word("kind", PhaseKind::from_name).unwrap_or(PhaseKind::Other);
    if !section.has("start") {
        section.missing("start", "a time, or { marker = \"…\" }");
    }
    let start = edge(&mut section, "start").unwrap_or(Edge::At(0.0));
    let end = match (section.has("end"), section.has("duration")) {
        (true, true) => {
            let at = section.get("duration").map_or(0..0, toml::Spanned::span);
            section.fault(at, "duration", "give either end or duration".into());
            None
        }
        (false, false) => {
            section.missing("end", "a time or { marker = \"…\" }, or duration in its place");
            None
        }
        (true, false) => edge(&mut section, "end"),
        (false, true) => section.time("duration").map(Edge::After),
    };
    let phase = Phase {
        visit: section.text("visit"),
        recording: section.text("recording"),
        start,
        end: end.unwrap_or(Edge::After(1.0)),
        reapplied: section.flag("reapplied"),
        note: section.text("note"),
        ..Phase::new(&id, kind, 0.0, 1.0)
    };
    // Known whether or not this phase has them.
    section.get("end");
    section.get("duration");
    section.done();
    phase
}

/// A time, or `{ marker = "label" }`.
fn edge(section: &mut Section<'_, '_, '_>, key: &'static str) -> Option<Edge> {
    let value = section.get(key)?;
    let DeValue::Table(table) = value.get_ref() else {
        return section.time_of(key, value).map(Edge::At);
    };
    let label = table.iter().find(|(name, _)| name.get_ref() == "marker").map(|(_, label)| label.get_ref());
    match label {
        Some(DeValue::String(label)) if table.len() == 1 => Some(Edge::Marker(label.to_string())),
        _ => {
            section.fault(value.span(), key, "expected { marker = \"…\" } with the label of a marker".into());
            None
        }
    }
}

fn window(mut section: Section<'_, '_, '_>) -> WindowRule {
    let rule = WindowRule {
        id: section.required_text("id"),
        phase: section.required_text("phase"),
        start: section.time("start").unwrap_or_default(),
        end: section.time("end"),
    };
    section.done();
    rule
}

fn marker(mut section: Section<'_, '_, '_>) -> Marker {
    if !section.has("time") {
        section.missing("time", "a time");
    }
    let marker = Marker {
        recording: section.text("recording"),
        time: section.time("time").unwrap_or_default(),
        label: section.required_text("label"),
    };
    section.done();
    marker
}
