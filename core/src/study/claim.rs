//! What one recording cannot support, in plain sentences; the reasoning is that of the module's documentation, the codes are those of
//! [`Finding`].

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::channel::{Role, Side};
use super::context::Context;
use super::phase::PhaseKind;
use super::result::{Change, Finding, Level};
use super::words::span;

fn finding(code: &'static str, text: String) -> Finding {
    Finding { code, channel: None, measure: None, window: None, text }
}

/// Everything a reader of this study has to know before concluding from it.
pub(crate) fn findings(context: &Context<'_>, levels: &[Level], changes: &[Change]) -> Vec<Finding> {
    let mut found = Vec::new();
    limbs_and_controls(context, &mut found);
    baselines(context, changes, &mut found);
    lengths(context, levels, &mut found);
    for channel in context.study.channels.iter().filter(|channel| channel.unit() == "unstated") {
        let amplitude = levels.iter().any(|level| level.channel == channel.id && level.unit == "unstated");
        if amplitude {
            let text = format!(
                "The unit of {} is not stated: its amplitudes can be compared with each other while nothing about the sensor \
                 changes, not with limits or other channels.",
                channel.id
            );
            found.push(Finding { channel: Some(channel.id.clone()), ..finding("unit_unstated", text) });
        }
    }
    let judged = changes.iter().filter(|row| matches!(row.verdict, "claimed" | "not_claimed")).count();
    if judged > 1 {
        let expected = context.study.settings.alpha * judged as f64;
        found.push(finding(
            "many_comparisons",
            format!(
                "{judged} comparisons were judged one by one: {expected:.1} of them would be claimed on average if nothing had \
                 changed. Decide before the study which one it is about."
            ),
        ));
    }
    if !changes.is_empty() {
        found.push(finding(
            "one_person",
            "This is one person: the figures describe this person's sessions, not the effect on people.".into(),
        ));
    }
    found
}

fn limbs_and_controls(context: &Context<'_>, found: &mut Vec<Finding>) {
    let channels = &context.study.channels;
    let tested: Vec<_> = channels.iter().filter(|channel| channel.role.is_tested()).collect();
    let compared = context.compared().next().is_some();
    if !compared {
        return;
    }
    let other_side = |side| match side {
        Side::Left => Some(Side::Right),
        Side::Right => Some(Side::Left),
        Side::None => None,
    };
    let has_twin = tested.iter().any(|channel| {
        channels.iter().any(|other| {
            Some(other.side) == other_side(channel.side) && other.signal == channel.signal && other.site == channel.site
        })
    });
    if !has_twin {
        found.push(finding(
            "one_limb",
            "Only one limb was recorded: its change cannot be told from a change of the whole circulation.".into(),
        ));
    }
    let reference = channels.iter().any(|channel| channel.role.is_reference())
        || tested.iter().any(|channel| channel.reference.is_some());
    let sham = context.phases.iter().any(|phase| phase.sham);
    if !reference && !sham {
        found.push(finding(
            "no_reference",
            "There is neither a remote site nor a sham session: what is seen may be rest, time of day, warmth or blood pressure as well \
             as the intervention."
                .into(),
        ));
        let has = |role| channels.iter().any(|channel| channel.role == role);
        if has(Role::Treated) && has(Role::Contralateral) {
            found.push(finding(
                "treated_limb_is_no_control",
                "The treated limb is no control for the other one: both may change, so that a difference between them may hide what \
                 both have in common."
                    .into(),
            ));
        }
    }
    if !sham && context.phases.iter().any(|phase| phase.kind == PhaseKind::Intervention) {
        found.push(finding(
            "no_sham",
            "There is no sham session at the same time of day: a change cannot be ascribed to the intervention alone."
                .into(),
        ));
    }
}

fn baselines(context: &Context<'_>, changes: &[Change], found: &mut Vec<Finding>) {
    let open = |count| changes.iter().any(|row| row.baselines == count && row.detectable.is_none());
    if open(1) {
        found.push(finding(
            "one_baseline",
            "There is one baseline: how much the level moves when the sensors are put on anew is not known, and the minimal detectable \
             change is not established."
                .into(),
        ));
    }
    if open(2) {
        found.push(finding(
            "two_baselines",
            "There are two baselines: they hardly bound how much the level moves when the sensors are put on anew. The minimal \
             detectable change is not established; a third baseline would establish it."
                .into(),
        ));
    }
    let assumed: Vec<&str> = context
        .phases
        .iter()
        .filter(|phase| phase.placement_assumed && phase.kind == PhaseKind::Baseline)
        .map(|phase| phase.id.as_str())
        .collect();
    if !assumed.is_empty() {
        let text = format!(
            "It was assumed that the sensors were taken off and put on again before {}: say `reapplied = false` where they were \
             not.",
            assumed.join(", ")
        );
        found.push(finding("placement_assumed", text));
    }
    if changes.iter().any(|row| row.verdict == "claimed" && row.scope == "session" && row.detectable.is_none()) {
        found.push(finding(
            "session_only",
            "Claims hold for this session with the sensors left in place. Whether they exceed what putting the sensors on anew does is \
             not established."
                .into(),
        ));
    }
    if changes.iter().any(|row| row.scope == "placements" && row.change.is_some()) {
        found.push(finding(
            "interval_within_session",
            "Between visits, or where the sensors were put on anew, the intervals hold the scatter within sessions only; the minimal \
             detectable change decides there."
                .into(),
        ));
    }
}

fn lengths(context: &Context<'_>, levels: &[Level], found: &mut Vec<Finding>) {
    let limit = context.study.settings.short_below;
    for window in context.windows {
        let rows = || levels.iter().filter(|level| level.window == window.id && level.accepted > 0);
        let short: Vec<&Level> = rows().filter(|level| level.short).collect();
        let Some(least) = short.iter().map(|level| level.covered).min_by(f64::total_cmp) else { continue };
        let mut channels: Vec<&str> = short.iter().map(|level| level.channel.as_str()).collect();
        channels.dedup();
        let text = format!(
            "{} holds {} of signal only ({}), less than {}: slow waves are seen too few times for a sharp interval.",
            window.id,
            span(least),
            channels.join(", "),
            span(limit)
        );
        found.push(Finding { window: Some(window.id.clone()), ..finding("short_window", text) });
    }
    let treated = context.phases.iter().filter(|p| p.kind == PhaseKind::Intervention && !p.sham);
    let over = treated.map(|phase| phase.end).fold(f64::NEG_INFINITY, f64::max);
    let last = context
        .compared()
        .filter(|(_, window, phase)| !phase.sham && window.start >= over - 1.0 && phase.kind != PhaseKind::Intervention)
        .map(|(_, window, _)| window.end)
        .fold(f64::NEG_INFINITY, f64::max);
    if over.is_finite() && last.is_finite() {
        let text = format!(
            "The last recording ends {} after the intervention: nothing is known of later times.",
            span((last - over).max(0.0))
        );
        found.push(finding("nothing_after", text));
    }
}
