//! The source study from its raw streams, on seeds and at a rate of its own, with a shorter way between its windows: a smaller share of what
//! `cargo run --release -p plethys-benches --bin source_study` does.

use plethys_benches::study::{compared, source_raw};
use plethys_datasets::{STUDY_SENSORS, SourceStudy};

/// Half an hour with the windows of ten minutes that the full one has.
fn shorter(seed: u64) -> SourceStudy {
    SourceStudy { sample_rate: 125.0, massage: 60.0, follow_up: 1200.0, ..SourceStudy::new(seed) }
}

#[test]
fn medians_and_changes_are_those_of_all_true_beats() {
    for seed in [101, 102] {
        let (report, truth) = source_raw(&shorter(seed));
        let rows = compared(&report, &truth);
        assert_eq!(rows.len(), 18, "six channels, three windows");
        for row in rows {
            let far = row.off().unwrap_or_else(|| panic!("no median: {row:?}"));
            assert!(far.abs() <= 1.0, "seed {seed}: {row:?} is off by {far} %");
            if let (Some((said, real, verdict)), true) = (row.change, row.channel == STUDY_SENSORS[0].name) {
                assert!((said - real).abs() <= 1.5, "seed {seed}: {row:?}");
                assert_eq!(verdict, "claimed", "seed {seed}: {row:?}");
            }
        }
    }
}

#[test]
fn movements_are_counted_among_what_was_left_out() {
    let (report, _) = source_raw(&shorter(103));
    let heights = |channel: &str| -> usize {
        let rows = report.rejections.iter().filter(|row| row.channel == channel && row.reason == "Height");
        rows.map(|row| row.count).sum()
    };
    assert!(STUDY_SENSORS.iter().all(|sensor| heights(sensor.name) > 0), "{:?}", report.rejections);
}
