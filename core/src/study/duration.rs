//! How long a change lasted: an interval between two looks, never an hour read off a curve.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::context::Context;
use super::phase::PhaseKind;
use super::result::{Change, Duration};
use super::words::{of_measure, span};

/// A look at the circulation after the intervention.
struct Look<'a> {
    change: &'a Change,
    start: f64,
    end: f64,
    above: bool,
}

/// How long the change of one track lasted; `None` where nothing was looked at after an intervention.
pub(crate) fn duration(context: &Context<'_>, changes: &[Change]) -> Option<Duration> {
    let treated = context.phases.iter().filter(|p| p.kind == PhaseKind::Intervention && !p.sham);
    let over = treated.map(|phase| phase.end).fold(f64::NEG_INFINITY, f64::max);
    let first = changes.first()?;
    let looks: Vec<Look<'_>> = context
        .compared()
        .filter(|(_, window, phase)| !phase.sham && over.is_finite() && window.start >= over - 1.0)
        .filter_map(|(_, window, _)| {
            let change = changes.iter().find(|change| change.window == window.id)?;
            let above = change.detectable.is_some() && change.verdict == "claimed";
            Some(Look { change, start: window.start, end: window.end, above })
        })
        .filter(|look| look.change.change.is_some())
        .collect();
    if looks.is_empty() {
        return None;
    }
    let what = format!("{} of {}", of_measure(&first.measure), first.channel);
    let row = |outcome, above: Option<&Look<'_>>, below: Option<&Look<'_>>, text: String| Duration {
        channel: first.channel.clone(),
        measure: first.measure.clone(),
        outcome,
        last_above: above.map(|look| look.change.window.clone()),
        first_below: below.map(|look| look.change.window.clone()),
        at_least: above.map(|look| (look.start - over).max(0.0)),
        at_most: below.map(|look| look.end - over),
        text,
    };
    if looks.iter().all(|look| look.change.detectable.is_none()) {
        let text = format!("{what}: how long a change lasted is not established, for no minimal detectable change is.");
        return Some(row("not_established", None, None, text));
    }
    let Some(onset) = looks.iter().position(|look| look.above) else {
        let text = format!("{what}: no window after the intervention exceeds the minimal detectable change.");
        return Some(row("none", None, looks.first(), text));
    };
    // A later change the other way is another change.
    let up = looks.get(onset).and_then(|look| look.change.change).unwrap_or_default() > 0.0;
    let same = |look: &Look<'_>| look.above && (look.change.change.unwrap_or_default() > 0.0) == up;
    let rest = looks.get(onset..).unwrap_or_default();
    let Some(fallen) = rest.iter().position(|look| !same(look)) else {
        let last = rest.last();
        let lasted = last.map_or(0.0, |look| look.start - over);
        let text = format!("{what}: the change lasted at least {}; no later window shows its end.", span(lasted));
        return Some(row("at_least", last, None, text));
    };
    let (above, below) = (rest.get(fallen.saturating_sub(1)), rest.get(fallen));
    let bounds = (above.map_or(0.0, |look| look.start - over), below.map_or(0.0, |look| look.end - over));
    let back = rest.get(fallen..).unwrap_or_default().iter().any(same);
    let outcome = if back { "returned" } else { "between" };
    let again = if back { "; a later window exceeds it again" } else { "" };
    let text = format!(
        "{what}: the change fell below the minimal detectable one between {} and {} after the intervention{again}.",
        span(bounds.0),
        span(bounds.1)
    );
    Some(row(outcome, above, below, text))
}
