//! The source study from its raw streams: `cargo run --release -p plethys-benches --bin source_study [seeds]`.
//!
//! Six channels of two and a quarter hours at 250 Hz and both feet before a thermal camera are made, analysed and compared; the report's
//! medians and changes stand beside those of the true heights of all beats, and the true temperatures, in the same windows. Exits with 1
//! where a median is off by more than 1 %, a change of the contralateral ankle by more than 1.5 points, or one of the feet's difference
//! by more than 0.05 K.

use std::process::ExitCode;

use plethys::study::Report;
use plethys_benches::study::{compared, source_raw};
use plethys_benches::thermal::Feet;
use plethys_datasets::{STUDY_SENSORS, SourceStudy};

/// Furthest that a median may be off, %.
const MEDIAN_WITHIN: f64 = 1.0;
/// Furthest that a change may be off, percentage points.
const CHANGE_WITHIN: f64 = 1.5;
/// Furthest that a change of the feet's difference may be off, K.
const FEET_WITHIN: f64 = 0.05;

fn main() -> ExitCode {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut missed = 0;
    for seed in 1..=seeds {
        let (report, truth) = source_raw(&SourceStudy::new(seed));
        println!("seed {seed}");
        for row in compared(&report, &truth) {
            let (Some((got, real)), Some(off)) = (row.median, row.off()) else {
                println!("  {:<16} {:<16} absent", row.channel, row.window);
                missed += 1;
                continue;
            };
            missed += usize::from(off.abs() > MEDIAN_WITHIN);
            print!("  {:<16} {:<16} {got:7.4} {real:7.4} {off:+6.2} %", row.channel, row.window);
            if let Some((got, real, verdict)) = row.change {
                let asked = row.channel == STUDY_SENSORS[0].name;
                missed += usize::from(asked && (got - real).abs() > CHANGE_WITHIN);
                print!("   change {got:+6.1} %, truly {real:+6.1} %: {verdict}");
            }
            println!("   ({} accepted, {} not)", row.accepted, row.rejected);
        }
        missed += feet(seed, &report);
        for problem in &report.problems {
            println!("  problem: {}", problem.text);
        }
    }
    println!("{missed} demands missed");
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The changes of the feet's difference beside the true ones; how many are further off than they may be, or absent.
fn feet(seed: u64, report: &Report) -> usize {
    let source = SourceStudy::new(seed);
    let before = Feet::difference(&source, 0.0, source.baseline);
    let mut missed = 0;
    for window in report.windows.iter().filter(|window| window.kind == "follow_up") {
        let truth = Feet::difference(&source, window.start, window.end) - before;
        let row = report.asymmetries.iter().find(|row| row.measure == "temperature" && row.window == window.window);
        let change = row.and_then(|row| row.change);
        missed += usize::from(change.is_none_or(|change| (change - truth).abs() > FEET_WITHIN));
        let change = change.unwrap_or(f64::NAN);
        let off = change - truth;
        println!("  right - left foot {:<14} {change:+7.3} {truth:+7.3} {off:+7.4} K", window.window);
    }
    missed
}
