//! How a window differs from baseline, and whether a change is claimed.
//!
//! Within one placement of the sensors (baseline, treatment and follow-up without taking the cuff off) the interval of the difference
//! decides: a change is claimed where it leaves zero out. From one placement to another that interval covers too little, for it
//! does not know what putting the sensors on does; there the minimal detectable change decides, and both have to agree.
//!
//! A limb that is being treated is shown and not judged: hands on it pass for pulses.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::context::{Computed, Context};
use super::detectable::{Detectable, detectable, pooled};
use super::level::Estimate;
use super::result::Change;
use super::series::{Scale, Track, UNREFERENCED};
use super::window::Window;
use super::words::{amount, of_measure, percent, percent_text, quantity};

/// Changes of one track in every window that is compared.
pub(crate) fn changes(context: &Context<'_>, place: usize) -> Vec<Change> {
    let Some(track) = context.tracks.get(place) else { return Vec::new() };
    context.compared().map(|(window, w, _)| change(context, track, place, window, w)).collect()
}

/// The baselines of a window, put together.
struct Baseline {
    ids: String,
    /// Means on the scale of comparison, one for each placement.
    placements: Vec<f64>,
    level: Option<Estimate>,
    bootstrap: Option<Estimate>,
    independent: Option<Estimate>,
    /// The only placement, where there is one.
    placement: Option<usize>,
    short: bool,
}

fn baseline(context: &Context<'_>, place: usize, window: &Window) -> Baseline {
    let windows: Vec<usize> = context.baselines(window);
    let known = |w: &usize| context.computed(place, *w).filter(|computed| computed.level.is_some());
    let used: Vec<usize> = windows.iter().copied().filter(|w| known(w).is_some()).collect();
    let mut placements: Vec<usize> = used.iter().filter_map(|w| context.placement(*w)).collect();
    placements.dedup();
    let mean_of = |pick: fn(&Computed) -> Option<Estimate>| {
        // Windows of one placement first, so that a placement with many windows weighs no more than another.
        let each: Option<Vec<Estimate>> = placements
            .iter()
            .map(|p| {
                let own = used.iter().filter(|w| context.placement(**w) == Some(*p));
                let levels: Option<Vec<Estimate>> = own.map(|w| known(w).and_then(pick)).collect();
                Estimate::mean(&levels?)
            })
            .collect();
        each
    };
    let levels = mean_of(|computed| computed.level).unwrap_or_default();
    let pooled_mean = |pick| mean_of(pick).and_then(|levels| Estimate::mean(&levels));
    let ids: Vec<&str> = used.iter().filter_map(|w| context.windows.get(*w)).map(|w| w.id.as_str()).collect();
    Baseline {
        ids: ids.join(" "),
        placements: levels.iter().map(|level| level.value).collect(),
        level: Estimate::mean(&levels),
        bootstrap: pooled_mean(|computed| computed.bootstrap),
        independent: pooled_mean(|computed| computed.independent),
        placement: placements.first().copied().filter(|_| placements.len() == 1),
        short: used.iter().filter_map(known).any(|computed| computed.short),
    }
}

fn change(context: &Context<'_>, track: &Track, place: usize, at: usize, window: &Window) -> Change {
    let alpha = context.study.settings.alpha;
    let base = baseline(context, place, window);
    let computed = context.computed(place, at);
    let level = computed.and_then(|computed| computed.level);
    let minus = |a: Option<Estimate>, b: Option<Estimate>| Some(Estimate::minus(a?, b?));
    let difference = minus(level, base.level);
    let interval = |estimate: Option<Estimate>| estimate.map(|e| e.interval(alpha)).unzip();
    let (low, high) = interval(difference);
    let (bootstrap_low, bootstrap_high) = interval(minus(computed.and_then(|c| c.bootstrap), base.bootstrap));
    let (independent_low, independent_high) = interval(minus(computed.and_then(|c| c.independent), base.independent));
    let limit = detectable(&base.placements, pooled(&context.study.settings, &track.measure), alpha);
    let same_placement = base.placement.is_some() && base.placement == context.placement(at);
    let (verdict, why) = match (level, base.level, difference) {
        (Some(_), Some(_), Some(_)) if context.is_handled(track, window) => ("unsupported", "limb_handled"),
        (Some(_), Some(_), Some(_)) if track.source == UNREFERENCED => ("unsupported", "unreferenced"),
        (Some(_), Some(_), Some(difference)) => judge(difference, limit, base.placements.len(), same_placement, alpha),
        (None, ..) => ("unsupported", computed.and_then(|c| c.absent).unwrap_or("no_beats")),
        _ if context.baselines(window).is_empty() => ("unsupported", "no_baseline"),
        _ => ("unsupported", "baseline_absent"),
    };
    let back = |value: f64| if track.scale == Scale::Ratio { libm::exp(value) } else { value };
    let units = |estimate: Option<Estimate>| estimate.map(|estimate| back(estimate.value));
    let ratio = |value: Option<f64>| value.filter(|_| track.scale == Scale::Ratio).map(percent);
    let (before, now) = (units(base.level), units(level));
    let mut row = Change {
        channel: context.channel(track).map(|c| c.id.clone()).unwrap_or_default(),
        measure: track.measure.clone(),
        unit: track.unit.clone(),
        scale: track.scale.name(),
        window: window.id.clone(),
        against: base.ids,
        baselines: base.placements.len(),
        baseline: before,
        level: now,
        absolute: now.zip(before).map(|(now, before)| now - before),
        percent: ratio(difference.map(|d| d.value)),
        percent_low: ratio(low),
        percent_high: ratio(high),
        change: difference.map(|d| d.value),
        low,
        high,
        degrees_of_freedom: difference.map(|d| d.nu),
        bootstrap_low,
        bootstrap_high,
        independent_low,
        independent_high,
        s_w: limit.map(|limit| limit.s_w),
        detectable: limit.map(|limit| limit.change),
        detectable_percent: ratio(limit.map(|limit| limit.change)),
        detectable_from: limit.map_or("none", |limit| limit.from),
        scope: if same_placement { "session" } else { "placements" },
        verdict,
        why,
        text: String::new(),
        short: base.short || computed.is_some_and(|computed| computed.short),
    };
    row.text = sentence(&row, context.study.settings.alpha);
    row
}

/// The verdict and what it rests on.
fn judge(
    difference: Estimate,
    limit: Option<Detectable>,
    placements: usize,
    same_placement: bool,
    alpha: f64,
) -> (&'static str, &'static str) {
    match limit {
        Some(limit) if difference.value.abs() <= limit.change => ("not_claimed", "within_detectable_change"),
        Some(_) if difference.excludes_zero(alpha) => ("claimed", "exceeds_detectable_change"),
        None if !same_placement && placements < 2 => ("not_established", "one_baseline"),
        None if !same_placement => ("not_established", "two_baselines"),
        None if difference.excludes_zero(alpha) => ("claimed", "interval_excludes_zero"),
        _ => ("not_claimed", "interval_includes_zero"),
    }
}

fn sentence(row: &Change, alpha: f64) -> String {
    let what = format!("{} of {} in {}", of_measure(&row.measure), row.channel, row.window);
    let (Some(now), Some(before), Some(low), Some(high), Some(change)) =
        (row.level, row.baseline, row.low, row.high, row.change)
    else {
        return format!("{what}: no change can be given ({}).", super::words::reason(row.why));
    };
    let level = 100.0 * (1.0 - alpha);
    let moved = if row.scale == Scale::Ratio.name() {
        format!("{} ({level:.0} % interval {} to {})", percent_text(change), percent_text(low), percent_text(high))
    } else {
        let unit = quantity(change.abs(), &row.unit);
        let sign = if change < 0.0 { '−' } else { '+' };
        format!("{sign}{unit} ({level:.0} % interval {} to {})", signed(low), signed(high))
    };
    let limit = match row.detectable {
        Some(limit) if row.scale == Scale::Ratio.name() => {
            format!(", minimal detectable change {}", percent_text(limit))
        }
        Some(limit) => format!(", minimal detectable change {}", quantity(limit, &row.unit)),
        None => ", minimal detectable change not established".into(),
    };
    let verdict = match (row.verdict, row.scope) {
        ("claimed", "session") if row.detectable.is_none() => "a change within the session is claimed",
        ("claimed", _) => "a change is claimed",
        ("not_claimed", _) => "no change is claimed",
        ("unsupported", _) => "not judged, for the limb was being treated",
        _ => "whether it changed is not established",
    };
    format!("{what}: {} from {}, {moved}{limit}: {verdict}.", quantity(now, &row.unit), amount(before))
}

fn signed(value: f64) -> String {
    if value < 0.0 { format!("−{}", amount(-value)) } else { format!("+{}", amount(value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detectable_change_decides_where_it_is_known() {
        let wide = Estimate { value: 0.2, error: 0.5, nu: 6.0 };
        let sharp = Estimate { value: 0.2, error: 0.01, nu: 6.0 };
        let limit = |change| Some(Detectable { change, s_w: 0.1, from: "baselines" });
        assert_eq!(judge(sharp, limit(0.3), 3, false, 0.05), ("not_claimed", "within_detectable_change"));
        assert_eq!(judge(sharp, limit(0.1), 3, false, 0.05), ("claimed", "exceeds_detectable_change"));
        assert_eq!(judge(wide, limit(0.1), 3, false, 0.05), ("not_claimed", "interval_includes_zero"));
        assert_eq!(judge(sharp, None, 1, true, 0.05), ("claimed", "interval_excludes_zero"));
        assert_eq!(judge(wide, None, 1, true, 0.05), ("not_claimed", "interval_includes_zero"));
        assert_eq!(judge(sharp, None, 1, false, 0.05), ("not_established", "one_baseline"));
        assert_eq!(judge(sharp, None, 2, false, 0.05), ("not_established", "two_baselines"));
    }

    #[test]
    fn a_limb_under_treatment_is_shown_and_not_judged() {
        use crate::study::{
            Channel, ChannelSignal, Measurements, Phase, PhaseKind, Recording, Role, Side, SourceFacts, Study,
        };
        let mut study = Study::default();
        study.recordings.push(Recording::new("all", "1", 0.0));
        for (id, role) in [("rubbed", Role::Treated), ("other", Role::Contralateral)] {
            study.channels.push(Channel::new(id, ChannelSignal::Values, Side::None, role));
        }
        let kinds = [PhaseKind::Baseline, PhaseKind::Intervention, PhaseKind::FollowUp];
        for (turn, kind) in kinds.into_iter().enumerate() {
            let start = 600.0 * turn as f64;
            study.phases.push(Phase::new(kind.name(), kind, start, start + 600.0));
        }
        let time: Vec<f64> = (0..1800).map(f64::from).collect();
        let value: Vec<f64> =
            time.iter().map(|t| (if *t < 600.0 { 1.0 } else { 3.0 }) + 0.01 * libm::sin(t / 10.0)).collect();
        let mut data = Measurements::new();
        for id in ["rubbed", "other"] {
            let facts = SourceFacts { duration: 1800.0, ..SourceFacts::default() };
            data.add_values(&study, id, "all", "amplitude", "1", Scale::Ratio, &time, &value, facts).unwrap();
        }
        let changes = study.run(&data).changes;
        let verdict = |channel: &str, window: &str| {
            let row = changes.iter().find(|row| row.channel == channel && row.window == window).unwrap();
            assert!(row.percent.unwrap() > 190.0);
            (row.verdict, row.why)
        };
        assert_eq!(verdict("rubbed", "intervention"), ("unsupported", "limb_handled"));
        assert_eq!(verdict("rubbed", "follow_up"), ("claimed", "interval_excludes_zero"));
        assert_eq!(verdict("other", "intervention"), ("claimed", "interval_excludes_zero"));
    }
}
