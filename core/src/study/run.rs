//! From data to report.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;

use super::asymmetry::{asymmetries, sides};
use super::change::changes;
use super::claim::findings;
use super::context::{Computed, Context};
use super::course::course;
use super::did::differences;
use super::duration::duration;
use super::hash;
use super::level::Estimate;
use super::resolved::{ResolvedPhase, phases_from_markers, resolve};
use super::result::{ChannelRow, Level, PhaseRow, Problem, Rejection, Report, SourceRow, WindowRow};
use super::series::{Measurements, Part, Scale, Track, ordered, tracks};
use super::settings::Settings;
use super::summary::summary;
use super::window::{Window, windows};
use super::{Marker, Study};
use crate::reason::Reason;

/// Clocks that agree within this are taken to agree, s.
const CLOCK_TOLERANCE_S: f64 = 1.0;

impl Study {
    /// Computes everything that the data can answer. Never fails: what cannot be answered is a row that says why, and what is wrong
    /// with the data is in [`Report::problems`].
    ///
    /// Deterministic: the order in which data were added does not matter, and the same data give the same bytes.
    pub fn run(&self, data: &Measurements) -> Report {
        let parts = ordered(&data.parts);
        let mut problems = data.problems.clone();
        problems.sort_by(|a, b| {
            (&a.recording, &a.channel, a.code, &a.text).cmp(&(&b.recording, &b.channel, b.code, &b.text))
        });
        let markers = sorted_markers(&data.markers);
        let study = self.with_phases(&markers, &parts);
        let phases = resolve(&study, &markers, &mut problems);
        if phases.is_empty() {
            problems.push(Problem::new("no_phases", "the study has no phase with a start and an end".into()));
        }
        let windows = windows(&phases, &study.windows, &study.settings);
        let tracks = tracks(&study, &parts);
        let spans = Spans::new(&study, &parts);
        spans.check(&study, &parts, &phases, &mut problems);
        let context = Context::new(&study, &phases, &windows, &tracks, |channel, window| {
            spans.overlap(channel, window.start, window.end) > 0.0
        });

        let levels = levels(&context);
        no_beats(&context, &levels, &mut problems);
        let all: Vec<Vec<_>> = (0..tracks.len()).map(|track| changes(&context, track)).collect();
        let durations = all.iter().filter_map(|rows| duration(&context, rows)).collect();
        let changes: Vec<_> = all.into_iter().flatten().collect();
        let sides = sides(&context);
        let asymmetries = sides.iter().flat_map(|&(right, left)| asymmetries(&context, right, left)).collect();
        clocks_apart(&context, &spans, &sides, &mut problems);
        let rows: Vec<_> =
            windows.iter().filter_map(|window| Some(window_row(window, phases.get(window.phase)?))).collect();
        let channels = channel_rows(&study, &parts, &tracks);
        let differences: Vec<_> = (0..tracks.len()).flat_map(|track| differences(&context, track)).collect();
        Report {
            title: self.title.clone(),
            subject: self.subject.clone(),
            start: self.start.clone(),
            note: self.note.clone(),
            version: env!("CARGO_PKG_VERSION"),
            settings_hash: hash::study(self),
            input_hash: hash::input(&parts, &markers),
            seed: self.settings.bootstrap_seed,
            alpha: self.settings.alpha,
            phases: phases.iter().map(phase_row).collect(),
            summary: summary(&levels, &channels, &rows, &changes, &differences),
            windows: rows,
            channels,
            course: course(&context),
            sources: parts.iter().filter_map(|part| source_row(&study, part)).collect(),
            rejections: rejections(&context),
            findings: findings(&context, &levels, &changes),
            levels,
            changes,
            differences,
            asymmetries,
            durations,
            problems,
        }
    }

    /// The study itself, or with phases from its markers where it names none.
    fn with_phases(&self, markers: &[Marker], parts: &[&Part]) -> Cow<'_, Self> {
        if !self.phases.is_empty() {
            return Cow::Borrowed(self);
        }
        // One clock for all: markers of different recordings come in order of study time then.
        let on_study_clock = |marker: &Marker| {
            let clock = marker.recording.as_deref().and_then(|id| self.recording(id));
            let time = clock.map_or(marker.time, |recording| recording.study_time(marker.time));
            Marker { recording: None, time, label: marker.label.clone() }
        };
        let mut all: Vec<Marker> = self.markers.iter().chain(markers).map(on_study_clock).collect();
        all.sort_by(|a, b| a.time.total_cmp(&b.time));
        let ends =
            parts.iter().filter_map(|part| Some(self.recordings.get(part.recording)?.study_time(part.facts.duration)));
        let phases = phases_from_markers(&all, ends.fold(0.0, f64::max));
        Cow::Owned(Self { phases, ..self.clone() })
    }
}

fn sorted_markers(markers: &[Marker]) -> Vec<Marker> {
    let mut sorted = markers.to_vec();
    sorted.sort_by(|a, b| {
        a.recording.cmp(&b.recording).then(a.time.total_cmp(&b.time)).then_with(|| a.label.cmp(&b.label))
    });
    sorted
}

/// When each channel was recording, on the study's clock.
struct Spans(Vec<(usize, f64, f64)>);

impl Spans {
    fn new(study: &Study, parts: &[&Part]) -> Self {
        let span = |part: &&Part| {
            let clock = study.recordings.get(part.recording)?;
            Some((part.channel, clock.study_time(0.0), clock.study_time(part.facts.duration)))
        };
        Self(parts.iter().filter_map(span).collect())
    }

    /// Seconds of [start, end) in which a channel was recording.
    fn overlap(&self, channel: usize, start: f64, end: f64) -> f64 {
        let own = self.0.iter().filter(|(c, ..)| *c == channel);
        own.map(|(_, from, to)| (to.min(end) - from.max(start)).max(0.0)).sum()
    }

    /// What does not fit together: rates, and phases outside the recordings.
    fn check(&self, study: &Study, parts: &[&Part], phases: &[ResolvedPhase], problems: &mut Vec<Problem>) {
        let mut seen: Vec<(usize, f64, &str)> = Vec::new();
        for part in parts {
            let (Some(channel), Some(recording)) =
                (study.channels.get(part.channel), study.recordings.get(part.recording))
            else {
                continue;
            };
            let Some(rate) = part.facts.sample_rate else { continue };
            let differs = |other: f64| (rate / other - 1.0).abs() > 1e-3;
            if let Some(stated) = recording.sample_rate.filter(|stated| differs(*stated)) {
                let text = format!(
                    "recording \"{}\", channel \"{}\": the study says {stated} Hz, the file has {rate} Hz",
                    recording.id, channel.id
                );
                problems.push(Problem::source("rate_differs", &channel.id, &recording.id, text));
            }
            if let Some((_, other, first)) = seen.iter().find(|(c, other, _)| *c == part.channel && differs(*other)) {
                let text = format!(
                    "channel \"{}\": {rate} Hz in \"{}\", {other} Hz in \"{first}\"; times of a beat are less sharp at the lower rate",
                    channel.id, recording.id
                );
                problems.push(Problem::source("rates_differ", &channel.id, &recording.id, text));
            }
            seen.push((part.channel, rate, &recording.id));
        }
        for phase in phases {
            for (place, channel) in study.channels.iter().enumerate() {
                let in_visit = |part: &&&Part| {
                    part.channel == place
                        && study.recordings.get(part.recording).is_some_and(|r| r.visit == phase.visit)
                };
                let covered = self.overlap(place, phase.start, phase.end);
                let length = phase.end - phase.start;
                if parts.iter().any(|part| in_visit(&part)) && covered < length - CLOCK_TOLERANCE_S {
                    let part = if covered > 0.0 { "partly " } else { "" };
                    let code = if covered > 0.0 { "phase_partly_outside" } else { "phase_outside" };
                    let text = format!(
                        "phase \"{}\" ({:.1} to {:.1} s) lies {part}outside the recordings of \"{}\": {covered:.1} of {length:.1} s are there",
                        phase.id, phase.start, phase.end, channel.id
                    );
                    problems
                        .push(Problem { channel: Some(channel.id.clone()), ..Problem::phase(code, &phase.id, text) });
                }
            }
        }
    }

    /// First start and last end of a channel's recordings that touch [start, end).
    fn within(&self, channel: usize, start: f64, end: f64) -> Option<(f64, f64)> {
        let own = self.0.iter().filter(|(c, from, to)| *c == channel && *from < end && *to > start);
        own.fold(None, |span, (_, from, to)| {
            let (low, high) = span.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
            Some((from.min(low), to.max(high)))
        })
    }
}

fn phase_row(phase: &ResolvedPhase) -> PhaseRow {
    PhaseRow {
        phase: phase.id.clone(),
        kind: phase.kind.name(),
        visit: phase.visit.clone(),
        start: phase.start,
        end: phase.end,
        placement: phase.placement,
        placement_assumed: phase.placement_assumed,
        sham: phase.sham,
    }
}

fn window_row(window: &Window, phase: &ResolvedPhase) -> WindowRow {
    WindowRow {
        window: window.id.clone(),
        phase: phase.id.clone(),
        kind: phase.kind.name(),
        visit: phase.visit.clone(),
        start: window.start,
        end: window.end,
        sham: phase.sham,
    }
}

fn channel_rows(study: &Study, parts: &[&Part], tracks: &[Track]) -> Vec<ChannelRow> {
    let rows = study.channels.iter().enumerate().map(|(place, channel)| {
        let own = || parts.iter().filter(|part| part.channel == place);
        let first = tracks.iter().find(|track| track.channel == place);
        ChannelRow {
            channel: channel.id.clone(),
            signal: channel.signal.name(),
            site: channel.site.clone(),
            side: channel.side.name(),
            role: channel.role.name(),
            unit: channel.unit().into(),
            gain_mm_per_mmhg: channel.gain_mm_per_mmhg,
            cuff_pressure: channel.cuff_pressure,
            calibration_date: channel.calibration.as_ref().and_then(|c| c.date().map(Into::into)),
            recordings: own().count(),
            recorded: own().map(|part| part.facts.duration).sum(),
            accepted: first.map_or(0, |track| track.values.len()),
            rejected: first.map_or(0, |track| track.rejected.len()),
        }
    });
    rows.collect()
}

fn source_row(study: &Study, part: &Part) -> Option<SourceRow> {
    let (channel, recording) = (study.channels.get(part.channel)?, study.recordings.get(part.recording)?);
    Some(SourceRow {
        channel: channel.id.clone(),
        recording: recording.id.clone(),
        file: recording.file.clone(),
        column: channel.column().into(),
        visit: recording.visit.clone(),
        start: recording.study_time(0.0),
        end: recording.study_time(part.facts.duration),
        sample_rate: part.facts.sample_rate,
        clock_offset: recording.clock_offset,
        clock_drift_ppm: recording.clock_drift_ppm,
        sha256: part.facts.sha256.clone(),
    })
}

fn levels(context: &Context<'_>) -> Vec<Level> {
    let settings = &context.study.settings;
    let mut rows = Vec::new();
    for (place, track) in context.tracks.iter().enumerate() {
        for (at, window) in context.windows.iter().enumerate() {
            let Some(computed) = context.computed(place, at) else { continue };
            rows.push(level_row(context, track, window, computed, settings));
        }
    }
    rows
}

fn level_row(context: &Context<'_>, track: &Track, window: &Window, computed: &Computed, settings: &Settings) -> Level {
    // Intervals are symmetric where values are compared, and go back to units around the median that is shown.
    let units = |estimate: Option<Estimate>| {
        let bounds = estimate.map(|estimate| estimate.interval(settings.alpha)).map(|(low, high)| match track.scale {
            Scale::Ratio => (libm::exp(low), libm::exp(high)),
            Scale::Difference => (low, high),
        });
        bounds.unzip()
    };
    let (low, high) = units(computed.level);
    let (bootstrap_low, bootstrap_high) = units(computed.bootstrap);
    let (independent_low, independent_high) = units(computed.independent);
    let d = computed.description;
    Level {
        channel: context.channel(track).map(|c| c.id.clone()).unwrap_or_default(),
        measure: track.measure.clone(),
        source: track.source.clone(),
        unit: track.unit.clone(),
        scale: track.scale.name(),
        window: window.id.clone(),
        accepted: computed.count,
        rejected: computed.rejected,
        covered: computed.covered,
        short: computed.short,
        median: d.map(|d| d.median),
        mean: d.map(|d| d.mean),
        trimmed_mean: d.map(|d| d.trimmed_mean),
        quartile_1: d.map(|d| d.quartile_1),
        quartile_3: d.map(|d| d.quartile_3),
        low,
        high,
        standard_error: computed.level.map(|level| level.error),
        degrees_of_freedom: computed.level.map(|level| level.nu),
        bootstrap_low,
        bootstrap_high,
        bootstrap_blocks: computed.bootstrap.map_or(0, |estimate| estimate.nu as usize + 1),
        independent_low,
        independent_high,
        absent: computed.absent,
    }
}

/// How many values each window lost, by reason, in the order of the reasons.
fn rejections(context: &Context<'_>) -> Vec<Rejection> {
    let mut rows = Vec::new();
    for track in context.tracks {
        for window in context.windows {
            let lost = track.rejected.iter().filter(|(time, _)| (window.start..window.end).contains(time));
            let reasons: Vec<Reason> = lost.map(|(_, reason)| *reason).collect();
            for reason in Reason::ALL {
                let count = reasons.iter().filter(|other| **other == reason).count();
                if count > 0 {
                    rows.push(Rejection {
                        channel: context.channel(track).map(|c| c.id.clone()).unwrap_or_default(),
                        measure: track.measure.clone(),
                        window: window.id.clone(),
                        reason: reason.name(),
                        count,
                    });
                }
            }
        }
    }
    rows
}

/// Windows in which a channel was recording and gave nothing.
fn no_beats(context: &Context<'_>, levels: &[Level], problems: &mut Vec<Problem>) {
    for level in levels.iter().filter(|level| matches!(level.absent, Some("no_beats" | "all_rejected"))) {
        let known = |p: &Problem| {
            p.code == "no_beats"
                && p.channel.as_ref() == Some(&level.channel)
                && p.window.as_ref() == Some(&level.window)
        };
        if problems.iter().any(known) {
            continue;
        }
        let window = context.windows.iter().find(|window| window.id == level.window);
        let visit = window.and_then(|window| context.phase(window)).map_or("", |phase| phase.visit.as_str());
        let (channel, id) = (&level.channel, &level.window);
        let text = if level.rejected == 0 {
            format!("channel \"{channel}\" has no beats in \"{id}\" (visit \"{visit}\")")
        } else {
            format!("channel \"{channel}\": all {} beats in \"{id}\" (visit \"{visit}\") were left out", level.rejected)
        };
        problems.push(Problem::window("no_beats", channel, id, text));
    }
}

/// Channels that are to be compared at the same moments and share none.
fn clocks_apart(context: &Context<'_>, spans: &Spans, sides: &[(usize, usize)], problems: &mut Vec<Problem>) {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (a, tested) in context.study.channels.iter().enumerate() {
        for (b, other) in context.study.channels.iter().enumerate() {
            if a != b && Context::is_reference(tested, other) {
                pairs.push((a, b));
            }
        }
    }
    let channel_of = |track: usize| context.tracks.get(track).map(|track| track.channel);
    pairs.extend(sides.iter().filter_map(|&(right, left)| Some((channel_of(right)?, channel_of(left)?))));
    pairs.sort_unstable();
    pairs.dedup();
    for (a, b) in pairs {
        let (Some(first), Some(second)) = (context.study.channels.get(a), context.study.channels.get(b)) else {
            continue;
        };
        for phase in context.phases {
            // A device that was off during the phase is found elsewhere; here both ran near it, and never at once.
            let near = |channel| spans.within(channel, phase.start - 86_400.0, phase.end + 86_400.0);
            let (Some(x), Some(y)) = (near(a), near(b)) else { continue };
            let known = problems.iter().any(|p| p.code == "clocks_apart" && p.channel.as_ref() == Some(&first.id));
            if x.1.min(y.1) <= x.0.max(y.0) && !known {
                let text = format!(
                    "\"{}\" was recorded from {:.1} to {:.1} s, \"{}\" from {:.1} to {:.1} s of study time: they share no moment; check \
                     start and clock_offset",
                    first.id, x.0, x.1, second.id, y.0, y.1
                );
                let problem = Problem { phase: Some(phase.id.clone()), ..Problem::new("clocks_apart", text) };
                problems.push(Problem { channel: Some(first.id.clone()), ..problem });
            }
        }
    }
}
