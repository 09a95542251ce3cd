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
use super::fit::{Spans, clocks_apart, compared_channels, rates_apart};
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
        let pairs = compared_channels(&context, &sides);
        rates_apart(&context, &parts, &pairs, &mut problems);
        clocks_apart(&context, &spans, &pairs, &mut problems);

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
            shapes: Vec::new(),
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
