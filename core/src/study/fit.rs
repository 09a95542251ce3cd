//! What does not fit together: clocks, sample rates, phases outside the recordings.

use alloc::format;
use alloc::vec::Vec;

use super::Study;
use super::context::Context;
use super::resolved::ResolvedPhase;
use super::result::Problem;
use super::series::Part;

/// Clocks that agree within this are taken to agree, s.
const CLOCK_TOLERANCE_S: f64 = 1.0;
/// Sample rates that agree within this share are taken to agree.
const RATE_TOLERANCE: f64 = 1e-3;

/// When each channel was recording, on the study's clock.
pub(crate) struct Spans(Vec<(usize, f64, f64)>);

impl Spans {
    pub(crate) fn new(study: &Study, parts: &[&Part]) -> Self {
        let span = |part: &&Part| {
            let clock = study.recordings.get(part.recording)?;
            Some((part.channel, clock.study_time(0.0), clock.study_time(part.facts.duration)))
        };
        Self(parts.iter().filter_map(span).collect())
    }

    /// Seconds of [start, end) in which a channel was recording.
    pub(crate) fn overlap(&self, channel: usize, start: f64, end: f64) -> f64 {
        let own = self.0.iter().filter(|(c, ..)| *c == channel);
        own.map(|(_, from, to)| (to.min(end) - from.max(start)).max(0.0)).sum()
    }

    /// What does not fit together: rates, and phases outside the recordings.
    pub(crate) fn check(&self, study: &Study, parts: &[&Part], phases: &[ResolvedPhase], problems: &mut Vec<Problem>) {
        let mut seen: Vec<(usize, f64, &str)> = Vec::new();
        for part in parts {
            let (Some(channel), Some(recording)) =
                (study.channels.get(part.channel), study.recordings.get(part.recording))
            else {
                continue;
            };
            let Some(rate) = part.facts.sample_rate else { continue };
            let differs = |other: f64| (rate / other - 1.0).abs() > RATE_TOLERANCE;
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
        self.overlaps(study, problems);
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

    /// Recordings of one channel at the same time: its beats would count twice.
    fn overlaps(&self, study: &Study, problems: &mut Vec<Problem>) {
        for (i, (channel, from, to)) in self.0.iter().enumerate() {
            let later = self.0.iter().skip(i + 1).filter(|(other, ..)| other == channel);
            for (_, start, end) in later {
                let shared = to.min(*end) - from.max(*start);
                if let Some(known) = study.channels.get(*channel).filter(|_| shared > CLOCK_TOLERANCE_S) {
                    let text = format!(
                        "channel \"{}\": two of its recordings overlap by {shared:.1} s from {:.1} s on, and their beats count twice",
                        known.id,
                        from.max(*start)
                    );
                    problems
                        .push(Problem { channel: Some(known.id.clone()), ..Problem::new("recordings_overlap", text) });
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

/// Channels that are compared with each other: a tested one with its references, a right one with its left one.
pub(crate) fn compared_channels(context: &Context<'_>, sides: &[(usize, usize)]) -> Vec<(usize, usize)> {
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
    pairs
}

/// Channels that are compared with each other and have different sample rates.
pub(crate) fn rates_apart(
    context: &Context<'_>,
    parts: &[&Part],
    pairs: &[(usize, usize)],
    problems: &mut Vec<Problem>,
) {
    let rate = |channel| parts.iter().filter(|part| part.channel == channel).find_map(|part| part.facts.sample_rate);
    for &(a, b) in pairs {
        let (Some(first), Some(second)) = (context.study.channels.get(a), context.study.channels.get(b)) else {
            continue;
        };
        let (Some(x), Some(y)) = (rate(a), rate(b)) else { continue };
        if first.signal == second.signal && (x / y - 1.0).abs() > RATE_TOLERANCE {
            let text = format!(
                "\"{}\" has {x} Hz, \"{}\" has {y} Hz: they are compared beat by beat; times within a beat are less sharp at the lower rate",
                first.id, second.id
            );
            problems.push(Problem { channel: Some(first.id.clone()), ..Problem::new("rates_differ", text) });
        }
    }
}

/// Channels that are to be compared at the same moments and share none.
pub(crate) fn clocks_apart(
    context: &Context<'_>,
    spans: &Spans,
    pairs: &[(usize, usize)],
    problems: &mut Vec<Problem>,
) {
    for &(a, b) in pairs {
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
