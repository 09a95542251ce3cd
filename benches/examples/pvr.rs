//! Accuracy of pulse volume recordings on a cuff of 65 mmHg: 16 bits over 0 to 150 mmHg, noise of one step, breathing sway of
//! 0.05 mmHg, a leak of 0.5 mmHg/min. One row for each sample rate, pulse height and shape: the worst of the seeds, each 85 s long.
//!
//! `all`: the median amplitude over the beats of all seeds. Where the pulse is no higher than the sway, true amplitudes within a
//! breath differ by half and few lie about their median, so that a small error of a beat there moves the median of a recording.
//!
//! `cargo run --release -p plethys-benches --example pvr [seeds]`

#[path = "../../core/tests/pvr/accuracy.rs"]
#[allow(missing_docs)]
mod accuracy;

use accuracy::{Errors, compare, median_error, recording, shapes};

fn main() {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(4);
    println!(
        "  Hz   mmHg   shape    found   amplitude % median / p95    all    onset   peak   rise   W50 ms   %MAP   notch of ten"
    );
    for hz in [100.0, 125.0, 200.0, 250.0, 500.0, 1000.0] {
        for amplitude in [0.05, 0.1, 0.25, 0.5, 1.0, 2.0] {
            for (name, shape) in shapes() {
                let all: Vec<Errors> =
                    (0..seeds).map(|seed| compare(&recording(hz, amplitude, &shape, seed))).collect();
                let worst = |read: fn(&Errors) -> f64| {
                    let values = all.iter().map(read);
                    values.fold(0.0_f64, |worst, value| if value.abs() > worst.abs() { value } else { worst })
                };
                let sum = |read: fn(&Errors) -> usize| all.iter().map(read).sum::<usize>();
                let amplitudes: Vec<_> = all.iter().flat_map(|errors| errors.amplitudes.iter().copied()).collect();
                println!(
                    "{hz:5} {amplitude:6} {name:>8} {:4}/{:<4} {:12.2} / {:<8.2} {:5.2} {:8.1} {:6.1} {:6.1} {:8.1} {:6.2} {:6}/{}",
                    sum(|e| e.found),
                    sum(|e| e.beats),
                    worst(|e| e.amplitude),
                    worst(|e| e.amplitude_p95),
                    median_error(&amplitudes),
                    worst(|e| e.onset),
                    worst(|e| e.peak),
                    worst(|e| e.rise),
                    worst(|e| e.width),
                    worst(|e| e.mean_height),
                    sum(|e| e.notches),
                    sum(|e| e.ensembles),
                );
            }
        }
    }
}
