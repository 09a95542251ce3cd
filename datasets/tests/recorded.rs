//! The reader against the recorded data named by `PLETHYS_DATA`; says so and passes where that is not set.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use plethys_datasets::{Record, find_data, records};

fn data() -> Option<PathBuf> {
    let found = find_data();
    if found.is_none() {
        // Not eprintln!, whose words the test harness keeps to itself while a test passes.
        let _ = writeln!(std::io::stderr(), "skipped: PLETHYS_DATA names no folder of recorded data");
    }
    found
}

/// One column of a dataset's records.csv, by record (no quoted cells before it).
fn facts(dataset: &Path, column: &str) -> Vec<(String, f64)> {
    let text = fs::read_to_string(dataset.join("records.csv")).unwrap();
    let mut lines = text.lines();
    let place = lines.next().unwrap().split(',').position(|name| name == column).unwrap();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[0].to_owned(), cells[place].parse().unwrap())
        })
        .collect()
}

#[test]
fn every_record_is_read() {
    let Some(data) = data() else { return };
    let paths = records(&data).unwrap();
    assert!(!paths.is_empty(), "no records below {}", data.display());
    for path in paths {
        let record = Record::read(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(!record.channels.is_empty(), "{}", path.display());
        for channel in &record.channels {
            assert_eq!(channel.values.len(), channel.shape.iter().product::<usize>(), "{}", path.display());
        }
        if let Some(beats) = record.beats().unwrap_or_else(|error| panic!("{error}")) {
            assert!(beats.len() > 10 && beats.windows(2).all(|pair| pair[0] < pair[1]), "{}", path.display());
        }
        assert!(record.excluded().unwrap().iter().all(|span| span.length() > 0.0));
        if let Some(rates) = record.heart_rates().unwrap_or_else(|error| panic!("{error}")) {
            assert!(rates.iter().all(|rate| (20.0..250.0).contains(&rate.bpm)), "{}", path.display());
        }
        if let Some(times) = &record.times {
            assert!(times.windows(2).filter(|pair| pair[1] >= pair[0]).count() > times.len() / 2);
        }
    }
}

#[test]
fn numbers_agree_with_the_tables_beside_them() {
    let Some(data) = data() else { return };
    let bidmc = data.join("bidmc");
    for (name, samples) in facts(&bidmc, "samples") {
        let record = Record::read(&bidmc.join(format!("{name}.npz"))).unwrap();
        assert_eq!(record.sample_rate, Some(125.0));
        assert_eq!(record.samples("ppg").unwrap().len() as f64, samples, "{name}");
    }
    for (name, lowest) in facts(&bidmc, "ppg_min") {
        let record = Record::read(&bidmc.join(format!("{name}.npz"))).unwrap();
        let least = record.samples("ppg").unwrap().iter().copied().fold(f64::INFINITY, f64::min);
        assert!((least - lowest).abs() < 1e-4, "{name}: {least}");
    }
    for (name, beats) in facts(&bidmc, "beats") {
        let record = Record::read(&bidmc.join(format!("{name}.npz"))).unwrap();
        assert_eq!(record.beats().unwrap().unwrap().len() as f64, beats, "{name}");
    }
    let troika = data.join("troika");
    for (name, windows) in facts(&troika, "windows") {
        let record = Record::read(&troika.join(format!("{name}.npz"))).unwrap();
        assert_eq!(record.heart_rates().unwrap().unwrap().len() as f64, windows, "{name}");
        assert_eq!(record.vectors("acc").unwrap().len(), record.samples("ppg1").unwrap().len());
    }
    let welltory = data.join("welltory_phone_ppg");
    for (name, frames) in facts(&welltory, "frames") {
        let record = Record::read(&welltory.join(format!("{name}.npz"))).unwrap();
        assert_eq!(record.times.as_ref().unwrap().len() as f64, frames, "{name}");
    }
    for (name, seconds) in facts(&welltory, "rr_sum_s") {
        let record = Record::read(&welltory.join(format!("{name}.npz"))).unwrap();
        let sum: f64 = record.intervals().unwrap().unwrap().iter().sum();
        assert!((sum - seconds).abs() < 0.06, "{name}: {sum} s");
    }
}
