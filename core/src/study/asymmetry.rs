//! Right against left, at the same site, at the same moments.

use alloc::vec::Vec;

use super::channel::{Channel, Side};
use super::context::Context;
use super::level::Estimate;
use super::paired::{paired_level, paired_mean};
use super::result::Asymmetry;
use super::series::Scale;

/// The right and left tracks that belong together: same signal, same site, same measure.
pub(crate) fn sides(context: &Context<'_>) -> Vec<(usize, usize)> {
    let mut sides = Vec::new();
    for (right, track) in context.tracks.iter().enumerate() {
        let Some(channel) = context.channel(track).filter(|channel| channel.side == Side::Right) else { continue };
        let twin =
            |other: &Channel| other.side == Side::Left && other.signal == channel.signal && other.site == channel.site;
        for (place, _) in context.study.channels.iter().enumerate().filter(|(_, other)| twin(other)) {
            sides.extend(context.counterpart(track, place).map(|left| (right, left)));
        }
    }
    sides
}

/// The asymmetry of a right and a left track in every window.
pub(crate) fn asymmetries(context: &Context<'_>, right: usize, left: usize) -> Vec<Asymmetry> {
    let (Some(r), Some(l)) = (context.tracks.get(right), context.tracks.get(left)) else { return Vec::new() };
    let alpha = context.study.settings.alpha;
    let rows = context.windows.iter().enumerate().map(|(at, window)| {
        let now = paired_level(context, right, at, left, at);
        let same_unit = r.unit == l.unit;
        let level = if same_unit { now.level } else { Err("units_differ") };
        let baselines: Vec<(usize, usize)> = context.baselines(window).iter().map(|b| (*b, *b)).collect();
        let compared = context.phase(window).is_some_and(|phase| phase.kind.is_compared());
        let before = paired_mean(context, right, left, &baselines).level.ok().filter(|_| compared);
        let (estimate, why) = (level.ok(), level.err());
        let moved = estimate.zip(before).map(|(now, before)| Estimate::minus(now, before));
        let (low, high) = estimate.map(|e| e.interval(alpha)).unzip();
        let (change_low, change_high) = moved.map(|e| e.interval(alpha)).unzip();
        // 100 (R - L) / ((R + L) / 2) with R / L = e^d is 200 tanh(d / 2).
        let index = |d: Option<f64>| d.filter(|_| r.scale == Scale::Ratio).map(|d| 200.0 * libm::tanh(0.5 * d));
        let difference = estimate.map(|e| e.value);
        Asymmetry {
            right: context.channel(r).map(|c| c.id.clone()).unwrap_or_default(),
            left: context.channel(l).map(|c| c.id.clone()).unwrap_or_default(),
            measure: r.measure.clone(),
            scale: r.scale.name(),
            unit: r.unit.clone(),
            window: window.id.clone(),
            pairs: now.count,
            index: index(difference),
            index_low: index(low),
            index_high: index(high),
            ratio: difference.filter(|_| r.scale == Scale::Ratio).map(libm::exp),
            difference,
            low,
            high,
            change: moved.map(|e| e.value),
            change_low,
            change_high,
            absent: why,
        }
    });
    rows.collect()
}
