//! One row for each channel, measure and window: who, when, level and change side by side, for tables that people read.

use alloc::string::String;
use alloc::vec::Vec;

use super::result::{Change, DifferenceInDifferences, Level};
use super::result::{ChannelRow, WindowRow};
use super::row::record;

record! {
    /// The level of a measure in a window with its change, its limits and its channel.
    SummaryRow, "summary" {
        /// Id of the channel.
        channel: String => "",
        /// What the sensor is.
        signal: &'static str => "",
        /// Where it sits.
        site: Option<String> => "",
        /// Side of the body.
        side: &'static str => "",
        /// The part it plays.
        role: &'static str => "",
        /// What was measured.
        measure: String => "",
        /// Unit of the measure.
        unit: String => "",
        /// `ratio` or `difference`.
        scale: &'static str => "",
        /// Visit of the window.
        visit: String => "",
        /// Id of the window.
        window: String => "",
        /// Id of its phase.
        phase: String => "",
        /// Kind of its phase.
        kind: &'static str => "",
        /// Start of the window, study time.
        start: f64 => "s",
        /// End of the window, study time.
        end: f64 => "s",
        /// Number of values that the level rests on.
        accepted: usize => "1",
        /// Number of values left out.
        rejected: usize => "1",
        /// Whether the window is short.
        short: bool => "",
        /// Median: the level.
        median: Option<f64> => "measure",
        /// First quartile.
        quartile_1: Option<f64> => "measure",
        /// Third quartile.
        quartile_3: Option<f64> => "measure",
        /// Lower end of the level's interval.
        low: Option<f64> => "measure",
        /// Upper end of the level's interval.
        high: Option<f64> => "measure",
        /// Why there is no level or no interval.
        absent: Option<&'static str> => "",
        /// The level as chart millimetres; PVR amplitudes in mmHg with a known gain only.
        chart: Option<f64> => "mm",
        /// Level of the baselines.
        baseline: Option<f64> => "measure",
        /// Level minus baseline.
        absolute: Option<f64> => "measure",
        /// Change in percent of the baseline; ratios only.
        percent: Option<f64> => "%",
        /// Lower end of its interval.
        percent_low: Option<f64> => "%",
        /// Upper end of its interval.
        percent_high: Option<f64> => "%",
        /// Change on the scale of comparison.
        change: Option<f64> => "working",
        /// Lower end of its interval.
        change_low: Option<f64> => "working",
        /// Upper end of its interval.
        change_high: Option<f64> => "working",
        /// Minimal detectable change; absent while not established.
        detectable: Option<f64> => "working",
        /// The same in percent upwards; ratios only.
        detectable_percent: Option<f64> => "%",
        /// `claimed`, `not_claimed`, `not_established` or `unsupported`; absent for baselines.
        verdict: Option<&'static str> => "",
        /// What the verdict rests on, or why there is none.
        why: Option<&'static str> => "",
        /// Reference of the first difference in differences, where there is one.
        reference: Option<String> => "",
        /// Difference from the change of the reference, on the scale of comparison.
        difference: Option<f64> => "working",
        /// Lower end of its interval.
        difference_low: Option<f64> => "working",
        /// Upper end of its interval.
        difference_high: Option<f64> => "working",
        /// The same in percent; ratios only.
        difference_percent: Option<f64> => "%",
    }
}

/// Joins levels with what belongs to them.
pub(crate) fn summary(
    levels: &[Level],
    channels: &[ChannelRow],
    windows: &[WindowRow],
    changes: &[Change],
    differences: &[DifferenceInDifferences],
) -> Vec<SummaryRow> {
    let row = |level: &Level| {
        let channel = channels.iter().find(|row| row.channel == level.channel)?;
        let window = windows.iter().find(|row| row.window == level.window)?;
        let same = |c: &str, m: &str, w: &str| c == level.channel && m == level.measure && w == level.window;
        let change = changes.iter().find(|row| same(&row.channel, &row.measure, &row.window));
        let other =
            differences.iter().find(|row| same(&row.channel, &row.measure, &row.window) && row.change.is_some());
        let charted = channel.signal == "pvr" && level.measure == "amplitude" && level.unit == "mm[Hg]";
        Some(SummaryRow {
            channel: level.channel.clone(),
            signal: channel.signal,
            site: channel.site.clone(),
            side: channel.side,
            role: channel.role,
            measure: level.measure.clone(),
            unit: level.unit.clone(),
            scale: level.scale,
            visit: window.visit.clone(),
            window: window.window.clone(),
            phase: window.phase.clone(),
            kind: window.kind,
            start: window.start,
            end: window.end,
            accepted: level.accepted,
            rejected: level.rejected,
            short: level.short,
            median: level.median,
            quartile_1: level.quartile_1,
            quartile_3: level.quartile_3,
            low: level.low,
            high: level.high,
            absent: level.absent,
            chart: channel.gain_mm_per_mmhg.zip(level.median).filter(|_| charted).map(|(gain, median)| gain * median),
            baseline: change.and_then(|row| row.baseline),
            absolute: change.and_then(|row| row.absolute),
            percent: change.and_then(|row| row.percent),
            percent_low: change.and_then(|row| row.percent_low),
            percent_high: change.and_then(|row| row.percent_high),
            change: change.and_then(|row| row.change),
            change_low: change.and_then(|row| row.low),
            change_high: change.and_then(|row| row.high),
            detectable: change.and_then(|row| row.detectable),
            detectable_percent: change.and_then(|row| row.detectable_percent),
            verdict: change.map(|row| row.verdict),
            why: change.map(|row| row.why),
            reference: other.map(|row| row.reference.clone()),
            difference: other.and_then(|row| row.change),
            difference_low: other.and_then(|row| row.low),
            difference_high: other.and_then(|row| row.high),
            difference_percent: other.and_then(|row| row.percent),
        })
    };
    levels.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::signal::{Calibration, SignalKind};
    use alloc::vec::Vec;

    #[test]
    fn a_row_joins_the_level_with_its_change_and_gives_chart_millimetres_where_the_gain_is_known() {
        let mut study = Study::default();
        study.recordings.push(Recording::new("all", "1", 0.0));
        for (id, gain) in [("known", Some(20.0)), ("unknown", None)] {
            let mut channel = Channel::new(id, ChannelSignal::Pulse(SignalKind::Pvr), Side::Left, Role::Contralateral);
            channel.calibration = Some(Calibration::new(1.0, 0.0, "mm[Hg]").unwrap());
            channel.gain_mm_per_mmhg = gain;
            study.channels.push(channel);
        }
        study.phases.push(Phase::new("before", PhaseKind::Baseline, 0.0, 600.0));
        study.phases.push(Phase::new("after", PhaseKind::FollowUp, 600.0, 1200.0));
        let time: Vec<f64> = (0..1200).map(f64::from).collect();
        let value: Vec<f64> =
            time.iter().map(|t| (if *t < 600.0 { 1.0 } else { 1.5 }) + 0.01 * libm::sin(t / 10.0)).collect();
        let mut data = Measurements::new();
        for id in ["known", "unknown"] {
            let facts = SourceFacts { duration: 1200.0, ..SourceFacts::default() };
            data.add_values(&study, id, "all", "amplitude", "mm[Hg]", Scale::Ratio, &time, &value, facts).unwrap();
        }
        let report = study.run(&data);
        assert_eq!(report.summary.len(), report.levels.len());
        let row = |channel: &str, window: &str| {
            report.summary.iter().find(|row| row.channel == channel && row.window == window).unwrap()
        };
        let (before, after) = (row("known", "before"), row("known", "after"));
        assert_eq!((before.verdict, before.percent), (None, None));
        assert_eq!(after.verdict, Some("claimed"));
        assert_eq!(after.percent, report.changes[0].percent);
        assert_eq!(after.chart, after.median.map(|median| 20.0 * median));
        assert_eq!(row("unknown", "after").chart, None);
    }
}
