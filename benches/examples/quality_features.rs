//! Prints what the quality of each settled pulse rests on, for `benches/accuracy/fit_quality.py` and `ablation.py`.
//!
//! `PLETHYS_DATA=… cargo run --release -p plethys-benches --example quality_features [NAME=VALUE…] > features.txt`, with constants of
//! `core/src/beat/settled/tuning.rs` to be changed. Lines: `record NAME FAMILY DURATION LAG_LOW LAG_HIGH`, then `reference TIME`,
//! `exclude START END` and `pulse TIME QUALITY FEATURE…` of that record, times in s.

use std::io::{BufWriter, Write};

use plethys::SampleRate;
use plethys::beat::{Segmented, SettledFinder, SettledTuning};
use plethys_datasets::{
    Kind, Level, Modulation, Pink, Record, Rhythm, Rng, STUDY_SENSORS, Shape, SourceStudy, Synth, Target, Wave,
    find_data, records, stress_sets,
};

/// Channel, factor that orients it, and lag range (s) by dataset.
const SETS: [(&str, &str, f64, f64, f64); 6] = [
    ("bidmc", "ppg", 1.0, 0.0, 1.0),
    ("mimic_abp", "abp", 1.0, 0.0, 1.0),
    ("physionet2015", "ppg", 1.0, 0.0, 1.0),
    ("pyphysio_medical", "", 1.0, 0.0, 1.0),
    ("troika", "ppg1", 1.0, 0.0, 1.0),
    ("welltory_phone_ppg", "", -1.0, -2.0, 5.0),
];
/// BIDMC is also taken stretched and squeezed in time by these factors.
const SPEEDS: [f64; 3] = [1.0, 1.5, 0.7];
/// Rates of the noise that is not in the stress sets, Hz.
const NOISE_HZ: [f64; 3] = [25.0, 64.0, 500.0];
/// Its length, s.
const NOISE_S: f64 = 1200.0;
/// Camera frames are laid on a grid of this rate, Hz.
const CAMERA_HZ: f64 = 30.0;

struct Stream {
    name: String,
    family: String,
    rate: f64,
    samples: Vec<f64>,
    reference: Vec<f64>,
    exclude: Vec<(f64, f64)>,
    lags: (f64, f64),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut tuning = SettledTuning::default();
    for argument in std::env::args().skip(1) {
        let (name, value) = argument.split_once('=').ok_or("NAME=VALUE is expected")?;
        if !tuning.set(name, value.parse()?) {
            return Err(format!("no constant is called {name}").into());
        }
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let data = find_data().ok_or("PLETHYS_DATA must name the directory of recordings")?;
    for path in records(&data)? {
        let record = Record::read(&path)?;
        if let Some(stream) = recorded(&record)? {
            let speeds = if stream.family == "bidmc" { &SPEEDS[..] } else { &SPEEDS[..1] };
            for speed in speeds {
                print(&mut out, &stream, *speed, &tuning)?;
            }
        }
    }
    for set in stress_sets() {
        let (family, seeds) = match set.target {
            // What tells a premature beat from a dicrotic wave is looked at more closely.
            Target::F1(_) if ["bigeminy", "deep_dicrotic_notch"].contains(&set.name.as_str()) => ("synthetic", 5..13),
            Target::F1(_) => ("synthetic", 21..23),
            Target::BeatsPerMinute(limit) if limit > 0.0 => ("noise", 21..25),
            _ => continue,
        };
        for seed in seeds {
            let made = set.make(seed);
            let sign = if set.synth(seed).inverted { -1.0 } else { 1.0 };
            let stream = Stream {
                name: format!("{}-{seed}", set.name),
                family: family.into(),
                rate: made.sample_rate,
                samples: made.samples.iter().map(|sample| sign * sample).collect(),
                reference: made.truth.beats.iter().filter(|beat| beat.is_visible).map(|beat| beat.peak).collect(),
                exclude: Vec::new(),
                lags: (-0.2, 0.2),
            };
            print(&mut out, &stream, 1.0, &tuning)?;
        }
    }
    for stream in slow()? {
        print(&mut out, &stream, 1.0, &tuning)?;
    }
    for stream in moved()? {
        print(&mut out, &stream, 1.0, &tuning)?;
    }
    for stream in noise().into_iter().chain(interrupted()) {
        print(&mut out, &stream, 1.0, &tuning)?;
    }
    Ok(())
}

/// The stream of a record that is fitted to.
fn recorded(record: &Record) -> Result<Option<Stream>, Box<dyn std::error::Error>> {
    let Some(&(family, channel, sign, low, high)) = SETS.iter().find(|set| set.0 == record.dataset) else {
        return Ok(None);
    };
    let swing = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        values.iter().map(|value| (value - mean).abs()).sum::<f64>()
    };
    let flat = |channel: &&plethys_datasets::Channel| channel.shape.len() == 1;
    let name = if channel.is_empty() {
        // The channel that moves most.
        let candidates =
            record.channels.iter().filter(flat).filter(|c| c.name.contains("ppg") || c.name.contains("bvp"));
        candidates.max_by(|a, b| swing(&a.values).total_cmp(&swing(&b.values))).map(|c| c.name.clone())
    } else {
        Some(channel.to_owned())
    };
    let Some(values) = name.and_then(|name| record.samples(&name).ok()) else { return Ok(None) };
    let (rate, samples) = match &record.times {
        Some(times) => (CAMERA_HZ, on_grid(times, values)),
        None => (record.sample_rate.ok_or("no sample rate")?, values.to_vec()),
    };
    let reference = match (record.beats()?, record.intervals()?) {
        (Some(beats), _) => beats,
        (None, Some(intervals)) => intervals
            .iter()
            .scan(-1.0, |at, interval| {
                *at += interval;
                Some(*at)
            })
            .collect(),
        (None, None) => return Ok(None),
    };
    Ok(Some(Stream {
        name: record.name.clone(),
        family: family.into(),
        rate,
        samples: samples.iter().map(|sample| sign * sample).collect(),
        reference,
        exclude: record.excluded()?.iter().map(|span| (span.start, span.end)).collect(),
        lags: (low, high),
    }))
}

/// Linear interpolation at [`CAMERA_HZ`].
fn on_grid(times: &[f64], values: &[f64]) -> Vec<f64> {
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return Vec::new() };
    let mut at = 0;
    (0..((last - first) * CAMERA_HZ) as usize)
        .map(|k| {
            let time = first + k as f64 / CAMERA_HZ;
            while at + 2 < times.len() && times[at + 1] <= time {
                at += 1;
            }
            let share = (time - times[at]) / (times[at + 1] - times[at]).max(1e-9);
            values[at] + share.clamp(0.0, 1.0) * (values[at + 1] - values[at])
        })
        .collect()
}

/// Slow hearts, as of athletes and under beta-blockers, whose dicrotic wave is of any height, width and delay.
fn slow() -> Result<Vec<Stream>, Box<dyn std::error::Error>> {
    let mut streams = Vec::new();
    for seed in 21..45 {
        let mut rng = Rng::stream(seed, "slow");
        let wave = |height, delay, width| Wave { height, delay, width, stretch: 0.5, fast_height: height };
        let width = rng.between(0.04, 0.08);
        let delay = rng.between(0.18, 0.32);
        let shape = Shape {
            waves: vec![
                wave(1.0, 0.0, width),
                wave(rng.between(0.0, 0.4), rng.between(0.08, 0.13), 1.3 * width),
                wave(rng.between(0.2, 0.65), delay, rng.between(0.05, 0.11)),
                wave(rng.between(0.0, 0.3), delay + rng.between(0.05, 0.2), rng.between(0.1, 0.2)),
            ],
        };
        let respiration = Modulation {
            frequency: rng.between(0.12, 0.3),
            amplitude: rng.between(0.0, 0.15),
            intensity: rng.between(0.0, 0.3),
        };
        let made = Synth {
            seed,
            kind: Kind::PpgAc { amplitude: 1.0 },
            shape,
            rhythm: Rhythm::resting(rng.between(31.0, 50.0)),
            respiration: Some(respiration),
            white: Some(Level::SnrDb(rng.between(25.0, 45.0))),
            inverted: false,
            ..Synth::ppg(100.0, 180.0)
        }
        .record()?;
        let beats = made.truth.beats.iter().filter(|beat| beat.is_visible).map(|beat| beat.peak).collect();
        streams.push(bare(format!("slow-{seed}"), "slow", made.sample_rate, made.samples, beats));
    }
    Ok(streams)
}

/// White and 1/f noise at other rates, and a random walk.
fn noise() -> Vec<Stream> {
    let mut streams = Vec::new();
    for (seed, rate) in (21..).zip(NOISE_HZ) {
        let count = (NOISE_S * rate) as usize;
        let mut rng = Rng::new(seed);
        let white: Vec<f64> = (0..count).map(|_| rng.normal()).collect();
        let walk = white.iter().scan(0.0, |level, step| {
            *level += step;
            Some(*level)
        });
        let walk = walk.collect();
        let mut pink = Pink::new(Rng::new(seed), 0.01, 0.5 * rate);
        let pink = (0..count).map(|_| pink.next(1.0 / rate)).collect();
        for (name, samples) in [("white", white), ("pink", pink), ("walk", walk)] {
            let family = if name == "walk" { "walk" } else { "noise" };
            streams.push(bare(format!("{name}_{rate}hz"), family, rate, samples, Vec::new()));
        }
    }
    streams
}

/// Pulses for a minute, then white noise as strong as they for half a minute, and so on: what was good does not excuse what follows.
fn interrupted() -> Vec<Stream> {
    const CYCLE: f64 = 90.0;
    const PULSES: f64 = 60.0;
    let mut streams = Vec::new();
    for set in stress_sets().iter().filter(|set| ["noise_10db", "atrial_fibrillation"].contains(&set.name.as_str())) {
        for seed in 21..25 {
            let made = set.make(seed);
            let sign = if set.synth(seed).inverted { -1.0 } else { 1.0 };
            let rate = made.sample_rate;
            let mean = made.samples.iter().sum::<f64>() / made.samples.len() as f64;
            let power = made.samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / made.samples.len() as f64;
            let mut rng = Rng::new(seed);
            let is_pulse = |time: f64| time % CYCLE < PULSES;
            let samples = made.samples.iter().enumerate().map(|(k, x)| {
                let noise = rng.normal() * libm::sqrt(power);
                if is_pulse(k as f64 / rate) { sign * (x - mean) } else { noise }
            });
            let samples = samples.collect();
            let beats = made.truth.beats.iter().filter(|beat| beat.is_visible).map(|beat| beat.peak);
            let beats = beats.filter(|peak| is_pulse(*peak)).collect();
            streams.push(bare(format!("{}_interrupted-{seed}", set.name), "interrupted", rate, samples, beats));
        }
    }
    streams
}

/// Legs, toes and a finger at rest that move for a few seconds now and then. Pulses that the movement hides are no pulses to be found: what
/// is measured on them is the movement.
fn moved() -> Result<Vec<Stream>, Box<dyn std::error::Error>> {
    let mut streams = Vec::new();
    for seed in 21..25 {
        let study =
            SourceStudy { baseline: 600.0, massage: 120.0, follow_up: 0.0, hold: 0.0, ..SourceStudy::new(seed) };
        for index in 0..STUDY_SENSORS.len() {
            let made = study.record(index)?;
            let sign = if made.sensor.inverted { -1.0 } else { 1.0 };
            let samples = made.samples.iter().map(|sample| sign * sample).collect();
            let beats = made.beats.iter().filter(|beat| !beat.is_disturbed).map(|beat| beat.time).collect();
            streams.push(bare(format!("{}-{seed}", made.sensor.name), "moved", made.sample_rate, samples, beats));
        }
    }
    Ok(streams)
}

/// A made stream.
fn bare(name: String, family: &str, rate: f64, samples: Vec<f64>, reference: Vec<f64>) -> Stream {
    Stream { name, family: family.into(), rate, samples, reference, exclude: Vec::new(), lags: (-0.2, 0.2) }
}

fn print(
    out: &mut impl Write,
    stream: &Stream,
    speed: f64,
    tuning: &SettledTuning,
) -> Result<(), Box<dyn std::error::Error>> {
    let rate = stream.rate / speed;
    let duration = stream.samples.len() as f64 / rate;
    let (low, high) = (stream.lags.0 * speed, stream.lags.1 * speed);
    let family = if speed == 1.0 { stream.family.clone() } else { format!("{}_x{speed}", stream.family) };
    writeln!(out, "record {} {family} {duration} {low} {high}", stream.name.replace(' ', "_"))?;
    for time in &stream.reference {
        writeln!(out, "reference {}", time * speed)?;
    }
    for (start, end) in &stream.exclude {
        writeln!(out, "exclude {} {}", start * speed, end * speed)?;
    }
    let mut finder = SettledFinder::with_tuning(SampleRate::hz(rate)?, tuning);
    let mut peaks = Vec::new();
    let mut last = 0.0;
    for value in stream.samples.iter().map(Some).chain([None]) {
        match value {
            Some(value) => {
                let missing = value.is_nan();
                last = if missing { last } else { *value };
                let sample = Segmented { value: last, clipped: false, bridged: missing };
                finder.push_explained(sample, &mut |found, features| peaks.push((found, *features)));
            }
            None => finder.finish_explained(&mut |found, features| peaks.push((found, *features))),
        }
    }
    for (found, features) in peaks {
        write!(out, "pulse {} {}", found.peak / rate, found.quality)?;
        for feature in features {
            write!(out, " {feature}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
