//! Difference in differences: how the change of one site differs from that of a site, or a session, without the treatment.
//!
//! Both series swing with the same breath and the same waves. So their ln values are subtracted at the same moments first, and the
//! change of that difference is estimated: with correlated limbs its interval is less than half as wide as that from two separate
//! changes. Against a sham session there are no same moments; values are paired by the time since the start of the window.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::context::Context;
use super::level::Estimate;
use super::paired::{PairedLevel, paired_level, paired_mean};
use super::phase::PhaseKind;
use super::resolved::ResolvedPhase;
use super::result::DifferenceInDifferences;
use super::series::Scale;
use super::window::Window;
use super::words::{amount, of_measure, percent, percent_text, quantity, reason};

/// All differences in differences of one track.
pub(crate) fn differences(context: &Context<'_>, place: usize) -> Vec<DifferenceInDifferences> {
    let mut rows = Vec::new();
    let Some(track) = context.tracks.get(place) else { return rows };
    let Some(channel) = context.channel(track) else { return rows };
    for (other, reference) in context.study.channels.iter().enumerate() {
        if other == track.channel || !Context::is_reference(channel, reference) {
            continue;
        }
        let Some(with) = context.counterpart(track, other) else { continue };
        for (at, window, _) in context.compared() {
            let baselines: Vec<(usize, usize)> = context.baselines(window).iter().map(|b| (*b, *b)).collect();
            let now = paired_level(context, place, at, with, at);
            let before = paired_mean(context, place, with, &baselines);
            rows.push(row(context, place, &reference.id, "channel", window, &now, &before));
        }
    }
    for (at, window, phase) in context.compared().filter(|(_, _, phase)| !phase.sham) {
        let Some(sham) = sham_window(context, window, phase) else { continue };
        let baselines = context.baselines(window).into_iter().filter_map(|b| {
            let own = context.windows.get(b)?;
            Some((b, sham_window(context, own, context.phase(own)?)?))
        });
        let baselines: Vec<(usize, usize)> = baselines.collect();
        let now = paired_level(context, place, at, place, sham);
        let before = paired_mean(context, place, place, &baselines);
        rows.push(row(context, place, &channel.id, "sham", window, &now, &before));
    }
    rows
}

/// The window of the sham session that stands where `window` stands in its own: the same kind of phase, the same turn, the same part.
fn sham_window(context: &Context<'_>, window: &Window, phase: &ResolvedPhase) -> Option<usize> {
    let kind = if phase.kind == PhaseKind::Intervention { PhaseKind::Sham } else { phase.kind };
    let turn = context.phases.iter().filter(|p| !p.sham && p.kind == phase.kind && p.start < phase.start).count();
    let mut shams = context.phases.iter().enumerate().filter(|(_, p)| p.sham && p.kind == kind);
    let (place, _) = shams.nth(turn)?;
    context.windows.iter().position(|other| other.phase == place && other.part == window.part)
}

fn row(
    context: &Context<'_>,
    place: usize,
    reference: &str,
    against: &'static str,
    window: &Window,
    now: &PairedLevel,
    before: &PairedLevel,
) -> DifferenceInDifferences {
    let alpha = context.study.settings.alpha;
    let (channel, measure, scale, unit) = context.tracks.get(place).map_or_else(
        || (String::new(), String::new(), Scale::Ratio, String::new()),
        |track| {
            let id = context.channel(track).map(|c| c.id.clone()).unwrap_or_default();
            (id, track.measure.clone(), track.scale, track.unit.clone())
        },
    );
    let change = now.level.and_then(|now| Ok(Estimate::minus(now, before.level?)));
    let estimate = change.ok();
    let (low, high) = estimate.map(|e| e.interval(alpha)).unzip();
    let ratio = |value: Option<f64>| value.filter(|_| scale == Scale::Ratio).map(percent);
    let verdict = match estimate {
        None => "unsupported",
        Some(_) if context.tracks.get(place).is_some_and(|track| context.is_handled(track, window)) => "unsupported",
        Some(estimate) if estimate.excludes_zero(alpha) => "claimed",
        Some(_) => "not_claimed",
    };
    let other = if against == "sham" { "the sham session".into() } else { format!("{reference} at the same moments") };
    let what = format!("{} of {channel} in {} against {other}", of_measure(&measure), window.id);
    let text = match (estimate, low, high) {
        (Some(e), Some(low), Some(high)) if scale == Scale::Ratio => {
            format!("{what}: {} ({} to {}).", percent_text(e.value), percent_text(low), percent_text(high))
        }
        (Some(e), Some(low), Some(high)) => {
            format!("{what}: {} ({} to {}).", quantity(e.value, &unit), amount(low), amount(high))
        }
        _ => format!("{what}: not available ({}).", reason(change.err().unwrap_or_default())),
    };
    DifferenceInDifferences {
        channel,
        reference: reference.into(),
        against,
        measure,
        scale: scale.name(),
        unit,
        window: window.id.clone(),
        pairs: now.count,
        baseline_pairs: before.count,
        change: estimate.map(|e| e.value),
        low,
        high,
        percent: ratio(estimate.map(|e| e.value)),
        percent_low: ratio(low),
        percent_high: ratio(high),
        degrees_of_freedom: estimate.map(|e| e.nu),
        verdict,
        absent: change.err(),
        text,
    }
}
