//! Beats of recordings against the ECG: `make accuracy` tells the whole story, this holds the first mark.

use plethys::{Config, SampleRate, analyze};
use plethys_datasets::{Record, Span};

/// A beat is right within this of its reference, s.
const TOLERANCE_S: f64 = 0.15;
/// The pulse follows the R peak by one lag per record, up to this, s.
const LARGEST_LAG_S: f64 = 1.0;
/// The ends of a recording are not scored, s.
const EDGE_S: f64 = 2.0;

/// One-to-one matches in ascending times, each reference beat moved by `lag`.
fn matches(reference: &[f64], found: &[f64], lag: f64) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < reference.len() && j < found.len() {
        let distance = found[j] - reference[i] - lag;
        if distance.abs() <= TOLERANCE_S {
            count += 1;
            i += 1;
            j += 1;
        } else if distance < 0.0 {
            j += 1;
        } else {
            i += 1;
        }
    }
    count
}

/// F1 of the accepted beats after the one lag that suits them best.
fn score(record: &Record) -> f64 {
    let hz = record.sample_rate.expect("a rate");
    let samples = record.samples("ppg").expect("a PPG");
    let excluded = record.excluded().expect("readable");
    let end = samples.len() as f64 / hz - EDGE_S;
    let scored = |time: f64| time >= EDGE_S && time < end && !excluded.iter().any(|span: &Span| span.contains(time));
    let reference: Vec<f64> =
        record.beats().expect("readable").expect("a reference").into_iter().filter(|t| scored(*t)).collect();
    let result = analyze(samples, Config::ppg(SampleRate::hz(hz).expect("in range"))).expect("a valid configuration");
    let accepted: Vec<f64> = result
        .beats
        .number("peak")
        .iter()
        .zip(result.beats.flag("accepted"))
        .filter(|(_, accepted)| **accepted)
        .map(|(peak, _)| *peak)
        .collect();
    let best = (0..(LARGEST_LAG_S / 0.01) as usize)
        .map(|step| step as f64 * 0.01)
        .map(|lag| {
            let found: Vec<f64> = accepted.iter().copied().filter(|t| scored(t - lag)).collect();
            2.0 * matches(&reference, &found, lag) as f64 / (reference.len() + found.len()) as f64
        })
        .fold(0.0, f64::max);
    100.0 * best
}

#[test]
fn beats_of_bidmc_agree_with_the_ecg() {
    let Some(data) = plethys_datasets::find_data() else {
        println!("skipped: PLETHYS_DATA is not set");
        return;
    };
    let mut scores = Vec::new();
    for path in plethys_datasets::records(&data.join("bidmc")).expect("a folder of records") {
        let record = Record::read(&path).expect("a record");
        scores.push(score(&record));
    }
    scores.sort_by(f64::total_cmp);
    let median = scores[scores.len() / 2];
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    println!("BIDMC, {} records: median F1 {median:.2} %, mean {mean:.2} %, worst {:.2} %", scores.len(), scores[0]);
    assert!(scores.len() >= 26 && median >= 99.0, "median F1 {median:.2} %");
}

#[test]
fn the_score_knows_wrong_from_right() {
    let reference: Vec<f64> = (0..100).map(f64::from).collect();
    let late: Vec<f64> = reference.iter().map(|t| t + 0.3).collect();
    assert_eq!(matches(&reference, &late, 0.3), 100);
    assert_eq!(matches(&reference, &late, 0.0), 0);
    assert_eq!(matches(&reference, &late[..50], 0.25), 50);
}
