//! The source study from its raw streams: `cargo run --release -p plethys-benches --bin source_study [seeds]`.
//!
//! Six channels of two and a quarter hours at 250 Hz are made, analysed and compared; the report's medians and changes stand beside those
//! of the true heights of all beats in the same windows. Exits with 1 where a median is off by more than 1 %, or a change of the
//! contralateral ankle by more than 1.5 points.

use std::process::ExitCode;

use plethys_benches::study::{measure_of, source_raw};
use plethys_datasets::{STUDY_SENSORS, StudyRecording};

/// Furthest that a median may be off, %.
const MEDIAN_WITHIN: f64 = 1.0;
/// Furthest that a change may be off, percentage points.
const CHANGE_WITHIN: f64 = 1.5;

fn main() -> ExitCode {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut missed = 0;
    for seed in 1..=seeds {
        let (report, truth) = source_raw(seed);
        println!("seed {seed}");
        for (sensor, truth) in STUDY_SENSORS.iter().zip(&truth) {
            let measure = measure_of(sensor);
            let mut before = None;
            for window in report.windows.iter().filter(|window| window.kind != "intervention") {
                let row = report
                    .levels
                    .iter()
                    .find(|row| row.channel == sensor.name && row.measure == measure && row.window == window.window);
                let Some(row) = row else { continue };
                let (Some(got), Some(real)) = (row.median, true_median(truth, window.start, window.end)) else {
                    println!("  {:<16} {:<16} absent: {:?}", sensor.name, window.window, row.absent);
                    missed += 1;
                    continue;
                };
                let off = 100.0 * (got / real - 1.0);
                missed += usize::from(off.abs() > MEDIAN_WITHIN);
                let change = before.map(|before: f64| 100.0 * (real / before - 1.0));
                let said = report.changes.iter().find(|change| {
                    change.channel == sensor.name && change.measure == measure && change.window == window.window
                });
                let changes = change.zip(said.and_then(|said| said.percent));
                let asked = sensor.name == STUDY_SENSORS[0].name;
                missed += usize::from(asked && changes.is_some_and(|(real, got)| (got - real).abs() > CHANGE_WITHIN));
                before = before.or(Some(real));
                print!("  {:<16} {:<16} {got:7.4} {real:7.4} {off:+6.2} %", sensor.name, window.window);
                if let (Some((real, got)), Some(said)) = (changes, said) {
                    print!("   change {got:+6.1} %, truly {real:+6.1} %: {}", said.verdict);
                }
                println!("   ({} accepted, {} not)", row.accepted, row.rejected);
            }
        }
        for problem in &report.problems {
            println!("  problem: {}", problem.text);
        }
    }
    println!("{missed} demands missed");
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The median of the true heights of all beats from `start` to `end`.
fn true_median(truth: &StudyRecording, start: f64, end: f64) -> Option<f64> {
    let inside = truth.beats.iter().filter(|beat| (start..end).contains(&beat.time));
    let mut heights: Vec<f64> = inside.map(|beat| beat.perfusion_index.unwrap_or(beat.amplitude)).collect();
    heights.sort_by(f64::total_cmp);
    let upper = heights.get(heights.len() / 2)?;
    let lower = heights.get((heights.len() - 1) / 2)?;
    Some(0.5 * (lower + upper))
}
