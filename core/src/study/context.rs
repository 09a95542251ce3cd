//! What every comparison starts from: phases, windows, series, and the level of each series in each window.

use alloc::vec::Vec;

use super::bootstrap::bootstrap;
use super::channel::{Channel, Role};
use super::describe::{Description, describe};
use super::design::Study;
use super::level::{Estimate, independent, median_level};
use super::phase::PhaseKind;
use super::resolved::ResolvedPhase;
use super::series::{Scale, Track, covered};
use super::window::Window;

/// Share of a window's signal that may be missing before it counts as short.
const TOLERATED_LOSS: f64 = 0.1;

/// The level of one track in one window, with the intervals that are shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Computed {
    /// Number of values.
    pub(crate) count: usize,
    /// Number of values left out.
    pub(crate) rejected: usize,
    /// Signal behind the values, s.
    pub(crate) covered: f64,
    pub(crate) short: bool,
    /// In units.
    pub(crate) description: Option<Description>,
    /// On the scale of comparison, as all that follow.
    pub(crate) level: Option<Estimate>,
    pub(crate) bootstrap: Option<Estimate>,
    pub(crate) independent: Option<Estimate>,
    /// Why there is no level.
    pub(crate) absent: Option<&'static str>,
}

/// Everything that comparisons read.
pub(crate) struct Context<'a> {
    pub(crate) study: &'a Study,
    pub(crate) phases: &'a [ResolvedPhase],
    pub(crate) windows: &'a [Window],
    pub(crate) tracks: &'a [Track],
    /// By track, then by window.
    computed: Vec<Vec<Computed>>,
}

impl<'a> Context<'a> {
    /// Computes the levels; `recorded` says whether a channel was recording in a window at all.
    pub(crate) fn new(
        study: &'a Study,
        phases: &'a [ResolvedPhase],
        windows: &'a [Window],
        tracks: &'a [Track],
        recorded: impl Fn(usize, &Window) -> bool,
    ) -> Self {
        let level = |track: &Track, window: &Window| compute(study, track, window, recorded(track.channel, window));
        let computed = tracks.iter().map(|track| windows.iter().map(|window| level(track, window)).collect()).collect();
        Self { study, phases, windows, tracks, computed }
    }

    pub(crate) fn computed(&self, track: usize, window: usize) -> Option<&Computed> {
        self.computed.get(track)?.get(window)
    }

    pub(crate) fn channel(&self, track: &Track) -> Option<&'a Channel> {
        self.study.channels.get(track.channel)
    }

    pub(crate) fn phase(&self, window: &Window) -> Option<&'a ResolvedPhase> {
        self.phases.get(window.phase)
    }

    /// Places of the windows that are compared with baselines, in order of time.
    pub(crate) fn compared(&self) -> impl Iterator<Item = (usize, &'a Window, &'a ResolvedPhase)> {
        let windows = self.windows.iter().enumerate();
        windows
            .filter_map(|(place, window)| Some((place, window, self.phase(window).filter(|p| p.kind.is_compared())?)))
    }

    /// Places of the baseline windows of the same kind of session, sham or not, that came before `window`.
    pub(crate) fn baselines(&self, window: &Window) -> Vec<usize> {
        let sham = self.phase(window).is_some_and(|phase| phase.sham);
        let earlier = self.windows.iter().enumerate().filter(|(_, other)| {
            let phase = self.phase(other);
            let same = |phase: &ResolvedPhase| phase.kind == PhaseKind::Baseline && phase.sham == sham;
            other.start < window.start && phase.is_some_and(same)
        });
        earlier.map(|(place, _)| place).collect()
    }

    /// Whether the limb that the track is of was being treated in the window: hands on a limb pass for pulses.
    pub(crate) fn is_handled(&self, track: &Track, window: &Window) -> bool {
        let treated = self.channel(track).is_some_and(|channel| channel.role == Role::Treated);
        let kind = self.phase(window).map(|phase| phase.kind);
        treated && matches!(kind, Some(PhaseKind::Intervention | PhaseKind::Sham))
    }

    /// The placement of the sensors in a window.
    pub(crate) fn placement(&self, window: usize) -> Option<usize> {
        self.windows.get(window).and_then(|window| self.phase(window)).map(|phase| phase.placement)
    }

    /// Whether the changes of `tested` are held against `other`: the channel it names, else every reference channel.
    pub(crate) fn is_reference(tested: &Channel, other: &Channel) -> bool {
        match &tested.reference {
            Some(id) => other.id == *id,
            None => tested.role.is_tested() && other.role.is_reference(),
        }
    }

    /// The track of another channel that has the same measure and can be compared.
    pub(crate) fn counterpart(&self, track: &Track, channel: usize) -> Option<usize> {
        self.tracks.iter().position(|other| {
            let same = other.measure == track.measure && other.scale == track.scale;
            // Ratios have lost their unit; differences have not.
            other.channel == channel && same && (track.scale == Scale::Ratio || other.unit == track.unit)
        })
    }
}

fn compute(study: &Study, track: &Track, window: &Window, recorded: bool) -> Computed {
    let settings = &study.settings;
    let raw: Vec<f64> = track.within(window.start, window.end).iter().map(|(_, value)| *value).collect();
    let working: Vec<f64> = track.working(window.start, window.end).iter().map(|(_, value)| *value).collect();
    let rejected = track.rejected.iter().filter(|(time, _)| (window.start..window.end).contains(time)).count();
    let length = window.end - window.start;
    let covered = covered(track.within(window.start, window.end).iter().map(|(time, _)| *time)).min(length);
    let enough = raw.len() >= settings.minimum_beats;
    let level = if enough { median_level(&working, covered, settings) } else { None };
    let absent = match (raw.is_empty(), enough, &level) {
        (true, ..) if !recorded => Some("not_recorded"),
        (true, ..) if rejected == 0 => Some("no_beats"),
        (true, ..) => Some("all_rejected"),
        (_, false, _) => Some("too_few_beats"),
        (_, true, None) => Some("no_variation"),
        _ => None,
    };
    Computed {
        count: raw.len(),
        rejected,
        covered,
        short: covered < (1.0 - TOLERATED_LOSS) * settings.short_below,
        description: describe(&raw),
        bootstrap: level.and_then(|_| bootstrap(&working, covered, settings)),
        independent: level.and_then(|_| independent(&working)),
        level,
        absent,
    }
}
