//! Each measure minute by minute, for the eye: nothing is concluded from it.

use alloc::string::String;
use alloc::vec::Vec;

use super::context::Context;
use super::describe::describe;
use super::row::record;

/// Length of a bin, s: longer than a Mayer wave, shorter than vasomotion.
const STEP_S: f64 = 60.0;
/// Fewest values that a bin is described from.
const LEAST: usize = 5;

record! {
    /// A minute of one measure of one channel.
    CourseRow, "course" {
        /// Id of the channel.
        channel: String => "",
        /// What was measured.
        measure: String => "",
        /// Unit of the measure.
        unit: String => "",
        /// Centre of the minute, study time.
        time: f64 => "s",
        /// Number of values.
        accepted: usize => "1",
        /// Median.
        median: Option<f64> => "measure",
        /// First quartile.
        quartile_1: Option<f64> => "measure",
        /// Third quartile.
        quartile_3: Option<f64> => "measure",
    }
}

/// Every track in whole minutes of study time; minutes with fewer than five values are left out.
pub(crate) fn course(context: &Context<'_>) -> Vec<CourseRow> {
    let mut rows = Vec::new();
    for track in context.tracks {
        let mut rest = track.values.as_slice();
        while let Some((first, _)) = rest.first() {
            let minute = libm::floor(first / STEP_S);
            let (own, later) = rest.split_at(rest.partition_point(|(time, _)| *time < (minute + 1.0) * STEP_S).max(1));
            rest = later;
            if own.len() < LEAST {
                continue;
            }
            let values: Vec<f64> = own.iter().map(|(_, value)| *value).collect();
            let known = describe(&values);
            rows.push(CourseRow {
                channel: context.channel(track).map(|channel| channel.id.clone()).unwrap_or_default(),
                measure: track.measure.clone(),
                unit: track.unit.clone(),
                time: (minute + 0.5) * STEP_S,
                accepted: own.len(),
                median: known.map(|d| d.median),
                quartile_1: known.map(|d| d.quartile_1),
                quartile_3: known.map(|d| d.quartile_3),
            });
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use alloc::vec::Vec;

    #[test]
    fn a_minute_is_described_by_its_own_values_and_a_sparse_one_is_left_out() {
        let mut study = Study::default();
        study.recordings.push(Recording::new("all", "1", 30.0));
        study.channels.push(Channel::new("toe", ChannelSignal::Thermal, Side::Left, Role::Contralateral));
        study.phases.push(Phase::new("before", PhaseKind::Baseline, 0.0, 600.0));
        // From study time 30 s: half of minute 0, minute 1, and four values of minute 2.
        let time: Vec<f64> = (0..94).map(f64::from).collect();
        let value: Vec<f64> = time.iter().map(|t| if *t < 30.0 { 20.0 } else { 30.0 + (t - 30.0) / 59.0 }).collect();
        let mut data = Measurements::new();
        let facts = SourceFacts { duration: 94.0, ..SourceFacts::default() };
        data.add_values(&study, "toe", "all", "temperature", "Cel", Scale::Difference, &time, &value, facts).unwrap();
        let course = study.run(&data).course;
        let times: Vec<f64> = course.iter().map(|row| row.time).collect();
        assert_eq!(times, [30.0, 90.0]);
        assert_eq!((course[0].accepted, course[0].median), (30, Some(20.0)));
        assert_eq!((course[1].accepted, course[1].median), (60, Some(30.5)));
        assert!((course[1].quartile_3.unwrap() - 30.75).abs() < 1e-12);
    }
}
