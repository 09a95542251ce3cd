//! What was done when: the phases of a study.

use alloc::string::String;

use super::channel::words;

words! {
    /// What a phase is.
    PhaseKind(
        "kind",
        "\"baseline\", \"intervention\", \"sham\", \"follow_up\", \"visit\", \"other\""
    ) {
        /// Before anything is done; each one counts for the minimal detectable change.
        Baseline = "baseline",
        /// The treatment.
        Intervention = "intervention",
        /// What looks like the treatment and is none; makes its visit the sham session.
        Sham = "sham",
        /// After the treatment, in the same session.
        FollowUp = "follow_up",
        /// A later recording, hours or days after.
        Visit = "visit",
        /// Anything else: its level is given, and nothing is compared.
        Other = "other",
    }
}

impl PhaseKind {
    /// Whether its windows are compared with the baselines.
    pub fn is_compared(self) -> bool {
        !matches!(self, Self::Baseline | Self::Other)
    }
}

/// One end of a phase.
#[derive(Debug, Clone, PartialEq)]
pub enum Edge {
    /// At this time, s: of the phase's recording where it names one, of the study otherwise.
    At(f64),
    /// Where a marker with this label was set.
    Marker(String),
    /// So many seconds after the start; for ends only.
    After(f64),
}

/// A stretch of time in which one thing was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Short name, unique in the study.
    pub id: String,
    /// What it is.
    pub kind: PhaseKind,
    /// The visit it belongs to; `None`: that of its recording, or the visit that was going on.
    pub visit: Option<String>,
    /// The recording whose clock its times are of; `None`: study time.
    pub recording: Option<String>,
    /// Its start.
    pub start: Edge,
    /// Its end.
    pub end: Edge,
    /// Whether the sensors were taken off and put on again before it. `None`: so for every baseline but the first of the study
    /// and for the first phase of each visit, not so for any other; the report says where it was assumed.
    pub reapplied: Option<bool>,
    /// Anything worth keeping, such as posture or room temperature.
    pub note: Option<String>,
}

impl Phase {
    /// A phase from `start` to `end`, s of study time.
    pub fn new(id: &str, kind: PhaseKind, start: f64, end: f64) -> Self {
        Self {
            id: id.into(),
            kind,
            visit: None,
            recording: None,
            start: Edge::At(start),
            end: Edge::At(end),
            reapplied: None,
            note: None,
        }
    }
}
