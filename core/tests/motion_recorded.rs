//! The motion tracker on the recorded sets, where they are at hand.
//!
//! `PLETHYS_DATA=… cargo test --release -p plethys --test motion_recorded -- --nocapture` prints the tables of the module's
//! documentation and holds the demands; without the variable there is nothing to read and the tests say so.

use std::path::PathBuf;

use plethys::motion::{LockedBeat, MotionTracker, Stretch, TrackRow};
use plethys_datasets::Record;

const RECORDS: [&str; 6] = [
    "troika_01_type01",
    "troika_02_type02",
    "troika_03_type02",
    "troika_04_type01",
    "troika_04_type02",
    "troika_05_type02",
];
const STARTS: [f64; 5] = [0.0, 40.0, 80.0, 120.0, 150.0];
/// What the first and the last number of a record's rate are declared to be: the recordings stretched and squeezed in time.
const STRETCHES: [f64; 3] = [0.8, 1.0, 1.25];

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("PLETHYS_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("PLETHYS_DATA is not set: nothing to read");
    }
    folder
}

struct Answer {
    rows: Vec<TrackRow>,
    beats: Vec<LockedBeat>,
    stretches: Vec<Stretch>,
}

/// Runs the tracker over samples from `start` s on; times come out from the record's begin.
fn run(rate: f64, start: f64, pulse: &[f64], acceleration: Option<&[[f64; 3]]>, companion: Option<&[f64]>) -> Answer {
    let mut tracker = MotionTracker::new(rate).unwrap();
    let mut answer = Answer { rows: Vec::new(), beats: Vec::new(), stretches: Vec::new() };
    let first = (start * rate).round() as usize;
    let offset = first as f64 / rate;
    let collect = |tracker: &mut MotionTracker, answer: &mut Answer| {
        while let Some(mut row) = tracker.pop_row() {
            row.time += offset;
            answer.rows.push(row);
        }
        while let Some(mut beat) = tracker.pop_beat() {
            beat.peak_time += offset;
            answer.beats.push(beat);
        }
        while let Some(stretch) = tracker.pop_stretch() {
            let (start, end) = (stretch.start + offset, stretch.end + offset);
            answer.stretches.push(Stretch { start, end, ..stretch });
        }
    };
    for n in first..pulse.len() {
        let now = (n - first + 1) as f64 / rate;
        tracker.push(pulse[n], acceleration.map(|a| a[n]), companion.map(|c| c[n]));
        let (rows, beats) = (answer.rows.len(), answer.beats.len());
        collect(&mut tracker, &mut answer);
        for row in &answer.rows[rows..] {
            let delay = now + offset - (row.time + 4.0);
            assert!(delay <= tracker.row_latency() + 1.0 / rate && delay <= 6.0, "row {delay} s after its window");
        }
        for beat in &answer.beats[beats..] {
            let delay = now + offset - beat.peak_time;
            assert!(delay <= tracker.beat_latency() + 1.0 / rate && delay <= 6.0, "beat {delay} s after its peak");
        }
    }
    tracker.finish();
    collect(&mut tracker, &mut answer);
    answer
}

struct RateScore {
    mean_error: f64,
    /// Share of the reference's windows with a rate.
    answered: f64,
    /// Mean error as if a rate had been given always: that of the likeliest.
    worst_decile: f64,
}

/// Mean absolute error against the reference's windows, whose times are stretched.
fn score_rate(record: &Record, stretch: f64, start: f64, rows: &[TrackRow]) -> RateScore {
    let mut errors = Vec::new();
    let mut windows = 0;
    for reference in record.heart_rates().unwrap().unwrap() {
        let middle = 0.5 * (reference.span.start + reference.span.end) * stretch;
        if middle < start + 4.0 {
            continue;
        }
        // Rows stand a second apart; a stretched window lies between two.
        let Some(row) = rows.iter().find(|row| (row.time - middle).abs() <= 0.5) else { continue };
        windows += 1;
        if let Some(rate) = row.rate {
            errors.push((rate * stretch - reference.bpm).abs());
        }
    }
    assert!(windows >= 20, "{windows} windows");
    errors.sort_by(f64::total_cmp);
    let mean_error = errors.iter().sum::<f64>() / errors.len() as f64;
    let worst_decile = errors[errors.len() * 9 / 10];
    RateScore { mean_error, answered: errors.len() as f64 / f64::from(windows), worst_decile }
}

/// One-to-one matches of two ordered lists within 150 ms.
fn matches(truth: &[f64], found: &[f64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < truth.len() && j < found.len() {
        if (truth[i] - found[j]).abs() <= 0.15 {
            count += 1;
            i += 1;
            j += 1;
        } else if found[j] < truth[i] {
            j += 1;
        } else {
            i += 1;
        }
    }
    count
}

/// F1 in % after the best constant lag.
fn score_beats(record: &Record, start: f64, end: f64, beats: &[f64]) -> f64 {
    let excluded = record.excluded().unwrap();
    let scored =
        |time: f64| time >= start && time <= end && !excluded.iter().any(|span| time >= span.start && time < span.end);
    let truth: Vec<f64> = record.beats().unwrap().unwrap().into_iter().filter(|&t| scored(t)).collect();
    let mut best: f64 = 0.0;
    for step in 0..50 {
        let lag = f64::from(step) * 0.02 - 0.2;
        let found: Vec<f64> = beats.iter().map(|beat| beat - lag).filter(|&t| scored(t)).collect();
        best = best.max(200.0 * matches(&truth, &found) as f64 / (truth.len() + found.len()).max(1) as f64);
    }
    best
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn troika() -> Option<Vec<Record>> {
    let folder = folder()?.join("troika");
    Some(RECORDS.iter().map(|name| Record::read(&folder.join(format!("{name}.npz"))).unwrap()).collect())
}

/// One case: rates per record and start, and what is demanded of the means.
fn table(
    records: &[Record],
    title: &str,
    channels: [&str; 2],
    motion: bool,
    companion: bool,
    stretch: f64,
) -> Vec<f64> {
    println!("\n{title}: MAE in bpm (answered in %), by the second the recording starts at");
    println!("{:18} {}", "record", STARTS.map(|start| format!("{start:>12}")).join(""));
    let mut by_start = vec![Vec::new(); STARTS.len()];
    let mut answered = Vec::new();
    for record in records {
        let rate = record.sample_rate.unwrap() / stretch;
        let pulse = record.samples(channels[0]).unwrap();
        let acceleration = record.vectors("acc").unwrap();
        let other = record.samples(channels[1]).unwrap();
        print!("{:18} ", record.name);
        for (place, start) in STARTS.iter().enumerate() {
            let start = start * stretch;
            let answer = run(rate, start, pulse, motion.then_some(&acceleration), companion.then_some(other));
            let score = score_rate(record, stretch, start, &answer.rows);
            print!("{:6.2} ({:3.0})", score.mean_error, 100.0 * score.answered);
            by_start[place].push(score.mean_error);
            answered.push(score.answered);
            assert!(score.worst_decile >= 0.0);
        }
        println!();
    }
    print!("{:18} ", "mean");
    for errors in &by_start {
        print!("{:6.2}      ", mean(errors));
    }
    println!();
    println!("answered {:.1} %, worst record {:.2}", 100.0 * mean(&answered), worst(&by_start));
    let mut means: Vec<f64> = by_start.iter().map(|v| mean(v)).collect();
    means.push(worst(&by_start));
    means.push(mean(&answered));
    means
}

fn worst(by_start: &[Vec<f64>]) -> f64 {
    by_start.iter().flatten().fold(0.0_f64, |a, &b| a.max(b))
}

#[test]
fn rate_in_motion() {
    let Some(records) = troika() else { return };
    let first = ["ppg1", "ppg2"];
    let second = ["ppg2", "ppg1"];
    let with_motion = table(&records, "ppg1 + acc", first, true, false, 1.0);
    let other_channel = table(&records, "ppg2 + acc", second, true, false, 1.0);
    let clock = std::time::Instant::now();
    let companion = table(&records, "ppg1 + ppg2 + acc", first, true, true, 1.0);
    let samples: f64 = records
        .iter()
        .flat_map(|record| {
            let length = record.samples("ppg1").unwrap().len() as f64;
            STARTS.map(|start| length - start * 125.0)
        })
        .sum();
    println!(
        "{:.2} µs per sample, reading the files and scoring included",
        1e6 * clock.elapsed().as_secs_f64() / samples
    );
    let alone = table(&records, "ppg1 without acc", first, false, false, 1.0);
    for stretch in STRETCHES.into_iter().filter(|&s| s != 1.0) {
        let stretched = table(&records, &format!("ppg1 + acc, stretched {stretch}"), first, true, false, stretch);
        assert!(stretched[..5].iter().all(|&error| error <= 3.0));
    }
    assert!(with_motion[..5].iter().all(|&error| error <= 2.5));
    assert!(with_motion[5] <= 6.0, "worst record");
    assert!(with_motion[6] >= 0.95, "answered");
    assert!(other_channel[..5].iter().all(|&error| error <= 3.5));
    assert!(companion[..5].iter().all(|&error| error <= 1.5));
    assert!(companion[6] >= 0.95, "answered");
    assert!(alone[0] <= 11.0);
}

#[test]
fn locked_beats_in_motion() {
    let Some(records) = troika() else { return };
    println!("\nlocked beats throughout: F1 in %, ±150 ms after one lag");
    println!("{:18} {:>8} {:>8} {:>10} {:>8} {:>8}", "record", "ppg1", "ppg2", "companion", "no acc", "moving");
    let mut scores = [const { Vec::new() }; 4];
    for record in &records {
        let rate = record.sample_rate.unwrap();
        let (one, two) = (record.samples("ppg1").unwrap(), record.samples("ppg2").unwrap());
        let acceleration = record.vectors("acc").unwrap();
        let end = one.len() as f64 / rate - 2.0;
        let answers = [
            run(rate, 0.0, one, Some(&acceleration), None),
            run(rate, 0.0, two, Some(&acceleration), None),
            run(rate, 0.0, one, Some(&acceleration), Some(two)),
            run(rate, 0.0, one, None, None),
        ];
        for (scores, answer) in scores.iter_mut().zip(&answers) {
            let beats: Vec<f64> = answer.beats.iter().map(|beat| beat.peak_time).collect();
            assert!(beats.windows(2).all(|pair| pair[0] < pair[1]), "in order");
            scores.push(score_beats(record, 4.2, end, &beats));
        }
        let moving: f64 = answers[0].stretches.iter().filter(|s| s.moving).map(|s| s.end - s.start).sum();
        let last = |v: &Vec<f64>| v[v.len() - 1];
        let [a, b, c, d] = &scores;
        println!(
            "{:18} {:8.1} {:8.1} {:10.1} {:8.1} {:7.0}%",
            record.name,
            last(a),
            last(b),
            last(c),
            last(d),
            100.0 * moving / end
        );
    }
    let means = scores.each_ref().map(|v| mean(v));
    println!("{:18} {:8.1} {:8.1} {:10.1} {:8.1}", "mean", means[0], means[1], means[2], means[3]);
    assert!(means[0] >= 96.0 && means[1] >= 95.0 && means[2] >= 96.0);
}

/// At rest, without a reference: the track beside the mean beat interval of the ECG, in windows of 8 s.
#[test]
fn rate_at_rest() {
    let Some(folder) = folder() else { return };
    println!();
    for (stretch, limit) in [(1.0, 0.65), (0.7, 0.8), (1.5, 0.65)] {
        let mut means = Vec::new();
        let mut answered = Vec::new();
        for number in 1..=53 {
            let path = folder.join(format!("bidmc/bidmc_{number:02}.npz"));
            if !path.is_file() {
                continue;
            }
            let record = Record::read(&path).unwrap();
            let rate = record.sample_rate.unwrap() / stretch;
            let answer = run(rate, 0.0, record.samples("ppg").unwrap(), None, None);
            let truth: Vec<f64> = record.beats().unwrap().unwrap().iter().map(|beat| beat * stretch).collect();
            let excluded = record.excluded().unwrap();
            let mut errors = Vec::new();
            let mut windows = 0;
            for row in answer.rows.iter().step_by(2) {
                let (start, end) = (row.time - 4.0, row.time + 4.0);
                let inside: Vec<f64> = truth.iter().copied().filter(|&t| t >= start && t < end).collect();
                let doubtful = excluded.iter().any(|span| span.start * stretch < end && start < span.end * stretch);
                if let (false, [first, .., last]) = (doubtful, &inside[..]) {
                    windows += 1;
                    let truth = 60.0 * (inside.len() - 1) as f64 / (last - first);
                    errors.extend(row.rate.map(|rate| (rate - truth).abs()));
                }
            }
            means.push(mean(&errors));
            answered.push(errors.len() as f64 / f64::from(windows));
        }
        println!(
            "bidmc, no motion given, stretched {stretch}: MAE {:.2} bpm (worst record {:.2}), {:.1} % answered",
            mean(&means),
            worst(std::slice::from_ref(&means)),
            100.0 * mean(&answered)
        );
        println!("{means:.1?}");
        assert!(means.len() == 26 && mean(&means) <= limit && mean(&answered) >= 0.97);
    }
}

/// The bikes of the other set; its clocks differ by 4.6 s, and only rates can be scored.
#[test]
fn rate_on_bikes() {
    let Some(folder) = folder() else { return };
    println!();
    for (name, limit) in [("s1_high_resistance_bike", 1.0), ("s1_low_resistance_bike", 6.0)] {
        let record = Record::read(&folder.join(format!("wrist_ppg_exercise/{name}.npz"))).unwrap();
        let acceleration = record.vectors("acc_low_noise").unwrap();
        let pulse = record.samples("ppg").unwrap();
        let answer = run(record.sample_rate.unwrap(), 0.0, pulse, Some(&acceleration), None);
        let truth: Vec<f64> = record.beats().unwrap().unwrap().iter().map(|beat| beat + 4.6).collect();
        let mut errors = Vec::new();
        let mut windows = 0;
        for row in &answer.rows {
            let inside: Vec<f64> = truth.iter().copied().filter(|t| (t - row.time).abs() <= 4.0).collect();
            if inside.len() < 6 || row.time - 4.0 < 4.6 {
                continue;
            }
            windows += 1;
            let rate = 60.0 * (inside.len() - 1) as f64 / (inside[inside.len() - 1] - inside[0]);
            errors.extend(row.rate.map(|r| (r - rate).abs()));
        }
        println!("{name}: MAE {:.2} bpm in {} of {windows} windows", mean(&errors), errors.len());
        assert!(mean(&errors) <= limit && 2 * errors.len() > windows);
    }
}
