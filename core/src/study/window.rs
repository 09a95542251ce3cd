//! Which stretches of a phase get a level of their own.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::phase::PhaseKind;
use super::resolved::ResolvedPhase;
use super::settings::Settings;

/// A window that the study asks for besides the default ones. A phase with a rule of its own loses its default windows.
///
/// By default a baseline, an intervention, a sham and a visit are one window each, named as the phase; a follow-up has its first
/// and its last [`Settings::window_length`], named `<phase>:first` and `<phase>:last`, or is one window where it is shorter than both.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowRule {
    /// Short name, unique in the study.
    pub id: String,
    /// Id of the phase it lies in.
    pub phase: String,
    /// Its start, s from the start of the phase; negative: from its end.
    pub start: f64,
    /// Its end, in the same way; `None`: the end of the phase.
    pub end: Option<f64>,
}

/// A stretch of study time that levels are computed for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    pub(crate) id: String,
    /// Place in the list of resolved phases.
    pub(crate) phase: usize,
    /// Which window of its phase it is, in order.
    pub(crate) part: usize,
    pub(crate) start: f64,
    pub(crate) end: f64,
}

/// The windows of all phases, in order of time.
pub(crate) fn windows(phases: &[ResolvedPhase], rules: &[WindowRule], settings: &Settings) -> Vec<Window> {
    let mut windows = Vec::new();
    for (place, phase) in phases.iter().enumerate() {
        let before = windows.len();
        for rule in rules.iter().filter(|rule| rule.phase == phase.id) {
            let at = |time: f64| if time < 0.0 { phase.end + time } else { phase.start + time };
            let (start, end) = (at(rule.start).max(phase.start), rule.end.map_or(phase.end, at).min(phase.end));
            if start < end {
                windows.push(Window { id: rule.id.clone(), phase: place, part: windows.len() - before, start, end });
            }
        }
        if rules.iter().any(|rule| rule.phase == phase.id) {
            continue;
        }
        let length = settings.window_length;
        let mut add =
            |id: String, part: usize, start: f64, end: f64| windows.push(Window { id, phase: place, part, start, end });
        if phase.kind == PhaseKind::FollowUp && phase.end - phase.start >= 2.0 * length {
            add(format!("{}:first", phase.id), 0, phase.start, phase.start + length);
            add(format!("{}:last", phase.id), 1, phase.end - length, phase.end);
        } else {
            add(phase.id.clone(), 0, phase.start, phase.end);
        }
    }
    windows
}
