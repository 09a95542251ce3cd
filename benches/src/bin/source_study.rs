//! The source study from its raw streams: `cargo run --release -p plethys-benches --bin source_study [seeds]`.
//!
//! Six channels of two and a quarter hours at 250 Hz are made, analysed and compared; the report's medians and changes stand beside those
//! of the true heights of all beats in the same windows. Exits with 1 where a median is off by more than 1 %, or a change of the
//! contralateral ankle by more than 1.5 points.

use std::process::ExitCode;

use plethys_benches::study::{compared, source_raw};
use plethys_datasets::{STUDY_SENSORS, SourceStudy};

/// Furthest that a median may be off, %.
const MEDIAN_WITHIN: f64 = 1.0;
/// Furthest that a change may be off, percentage points.
const CHANGE_WITHIN: f64 = 1.5;

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
        for problem in &report.problems {
            println!("  problem: {}", problem.text);
        }
    }
    println!("{missed} demands missed");
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
