//! Phases with their times, sessions and sensor placements worked out.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::design::{Marker, Study};
use super::phase::{Edge, Phase, PhaseKind};
use super::result::Problem;

/// A phase on the study's clock.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResolvedPhase {
    pub(crate) id: String,
    pub(crate) kind: PhaseKind,
    pub(crate) visit: String,
    pub(crate) start: f64,
    pub(crate) end: f64,
    /// Counts how often the sensors were put on; equal numbers share one placement.
    pub(crate) placement: usize,
    /// Whether that was assumed rather than said.
    pub(crate) placement_assumed: bool,
    /// Whether its visit is a sham session.
    pub(crate) sham: bool,
}

/// The phases that have times, in order of time; what has none is a problem.
pub(crate) fn resolve(study: &Study, markers: &[Marker], problems: &mut Vec<Problem>) -> Vec<ResolvedPhase> {
    let mut phases = Vec::new();
    for phase in &study.phases {
        match times(study, phase, markers) {
            Ok((start, end)) if start < end => phases.push((phase, visit(study, phase, start), start, end)),
            Ok((start, end)) => problems.push(Problem::phase(
                "phase_backwards",
                &phase.id,
                format!("phase \"{}\" ends at {end:.3} s, before its start at {start:.3} s", phase.id),
            )),
            Err(text) => problems.push(Problem::phase("unknown_marker", &phase.id, text)),
        }
    }
    phases.sort_by(|a, b| a.2.total_cmp(&b.2));
    for pair in phases.windows(2) {
        let (earlier, later) = (&pair[0], &pair[1]);
        if later.2 < earlier.3 - 1e-3 {
            let text = format!(
                "phase \"{}\" starts at {:.3} s, before \"{}\" ends at {:.3} s: values in both count in both",
                later.0.id, later.2, earlier.0.id, earlier.3
            );
            problems.push(Problem::phase("phases_overlap", &later.0.id, text));
        }
    }
    place(phases)
}

/// Numbers the placements and finds the sham sessions.
fn place(phases: Vec<(&Phase, String, f64, f64)>) -> Vec<ResolvedPhase> {
    let sham: Vec<String> =
        phases.iter().filter(|(phase, ..)| phase.kind == PhaseKind::Sham).map(|(_, visit, ..)| visit.clone()).collect();
    let mut resolved: Vec<ResolvedPhase> = Vec::new();
    for (phase, visit, start, end) in phases {
        let (placement, assumed) = match resolved.last() {
            None => (0, false),
            Some(last) => {
                let another = phase.kind == PhaseKind::Baseline || last.visit != visit;
                let anew = phase.reapplied.unwrap_or(another);
                (last.placement + usize::from(anew), phase.reapplied.is_none() && another)
            }
        };
        resolved.push(ResolvedPhase {
            id: phase.id.clone(),
            kind: phase.kind,
            sham: sham.contains(&visit),
            visit,
            start,
            end,
            placement,
            placement_assumed: assumed,
        });
    }
    resolved
}

/// Start and end in study time, or what is missing.
fn times(study: &Study, phase: &Phase, markers: &[Marker]) -> Result<(f64, f64), String> {
    let clock = |recording: Option<&str>, time: f64| {
        recording.and_then(|id| study.recording(id)).map_or(time, |recording| recording.study_time(time))
    };
    let own = phase.recording.as_deref();
    let marked = |label: &str, after: f64| {
        let same = |marker: &&Marker| {
            marker.label.trim() == label.trim()
                && (own.is_none() || marker.recording.is_none() || marker.recording.as_deref() == own)
        };
        let times = markers.iter().chain(&study.markers).filter(same);
        times
            .map(|marker| clock(marker.recording.as_deref(), marker.time))
            .filter(|time| *time > after)
            .min_by(f64::total_cmp)
            .ok_or_else(|| format!("phase \"{}\": there is no marker \"{label}\"", phase.id))
    };
    let start = match &phase.start {
        Edge::At(time) => clock(own, *time),
        Edge::Marker(label) => marked(label, f64::NEG_INFINITY)?,
        Edge::After(_) => return Err(format!("phase \"{}\" has no start", phase.id)),
    };
    let end = match &phase.end {
        Edge::At(time) => clock(own, *time),
        Edge::Marker(label) => marked(label, start)?,
        Edge::After(length) => start + length,
    };
    Ok((start, end))
}

/// The visit a phase belongs to: its own, its recording's, or that of the recording that had started last.
fn visit(study: &Study, phase: &Phase, start: f64) -> String {
    let named = phase.visit.clone();
    let of_recording = || study.recording(phase.recording.as_deref()?).map(|recording| recording.visit.clone());
    // Clocks differ a little: a phase that starts with its recording may seem to start before it.
    let begun = |time: f64| time <= start + 1.0;
    let going_on = || {
        let started = study.recordings.iter().filter(|recording| begun(recording.study_time(0.0)));
        let last = started.max_by(|a, b| a.study_time(0.0).total_cmp(&b.study_time(0.0)));
        last.or(study.recordings.first()).map(|recording| recording.visit.clone())
    };
    named.or_else(of_recording).or_else(going_on).unwrap_or_else(|| "1".to_string())
}

/// Phases from markers that were set live: each label that starts with the name of a kind (`baseline`, `follow_up 2`; case and
/// spaces do not matter) starts a phase with that name, which ends at the next such marker, at a marker `end` or `stop`, or at `last`.
/// Other labels start nothing and end nothing.
///
/// Times are of the markers' own clocks, taken over into the phases; markers of different recordings are taken in the order given.
///
/// ```
/// use plethys::study::{Marker, PhaseKind, phases_from_markers};
/// let mark = |time: f64, label: &str| Marker { recording: None, time, label: label.into() };
/// let phases = phases_from_markers(&[mark(0.0, "Baseline"), mark(600.0, "intervention"), mark(900.0, "talked"), mark(1500.0, "end")], 1600.0);
/// assert_eq!(phases.len(), 2);
/// assert_eq!(phases[1].kind, PhaseKind::Intervention);
/// assert_eq!(phases[1].end, plethys::study::Edge::At(1500.0));
/// ```
pub fn phases_from_markers(markers: &[Marker], last: f64) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    let mut open = false;
    for marker in markers {
        let word: String = marker.label.trim().to_lowercase().replace([' ', '-'], "_");
        let ends = word == "end" || word == "stop";
        let kind = PhaseKind::ALL.iter().copied().find(|kind| word.starts_with(kind.name()));
        if !ends && kind.is_none() {
            continue;
        }
        if let Some(phase) = phases.last_mut().filter(|_| open) {
            phase.end = Edge::At(marker.time);
        }
        open = kind.is_some();
        if let Some(kind) = kind {
            let times =
                phases.iter().filter(|phase| phase.id == word || phase.id.starts_with(&format!("{word}#"))).count();
            let id = if times == 0 { word } else { format!("{word}#{}", times + 1) };
            phases.push(Phase { recording: marker.recording.clone(), ..Phase::new(&id, kind, marker.time, last) });
        }
    }
    phases
}
