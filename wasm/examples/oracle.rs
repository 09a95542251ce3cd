//! What the kernel says natively, for the tests of the WebAssembly module to compare with.
//!
//! `oracle synthetic DIR` and `oracle recorded DIR` write, for stream number `k`, the samples (`k.samples`, and `k.time`,
//! `k.motion`, `k.companion` where they have them) and the tables (`k.beats`, `k.rates`, `k.pulses`) as bytes, little-endian, and a list of
//! them all: `index.json`. `oracle study DIR` writes the report (`report.json`) of the study `wasm/tests/ankle.toml`, whose recording is
//! in `samples`, with the pressure of its cuff in `cuff`. Recorded data comes from the folder that `PLETHYS_DATA` names; what is written of it is for one
//! test run and is not to be kept.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use plethys::study::{Measurements, SourceFacts, Study};
use plethys::{
    Analysis, Calibration, Config, CuffTarget, Input, SampleRate, SignalKind, analyze_input, cuff_readings,
    rate_alongside, reject_off_target,
};
use plethys_datasets::{Jitter, Kind, Motion, Quantisation, Record, Rhythm, Span, Synth, find_data, records};
use serde_json::{Value, json};

/// One stream and what comes with its samples.
struct Stream {
    name: String,
    sample_rate: f64,
    signal: SignalKind,
    samples: Vec<f64>,
    time: Option<Vec<f64>>,
    motion: Option<Vec<[f64; 3]>>,
    companion: Option<Vec<f64>>,
    /// True systolic peaks, s.
    truth: Vec<f64>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["synthetic", folder] => synthetic().and_then(|streams| write(Path::new(folder), &streams)),
        ["recorded", folder] => recorded().and_then(|streams| write(Path::new(folder), &streams)),
        ["study", folder] => study(Path::new(folder)),
        _ => Err("usage: oracle synthetic|recorded|study DIR".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oracle: {error}");
            ExitCode::FAILURE
        }
    }
}

fn synthetic() -> Result<Vec<Stream>, Box<dyn Error>> {
    let clean = Synth { rhythm: Rhythm::resting(66.0), ..Synth::ppg(125.0, 60.0) };
    let cases = [
        ("clean", clean.clone()),
        ("integer counts", Synth { quantisation: Some(Quantisation::Step(1.0)), ..clean.clone() }),
        ("gaps", Synth { gaps: vec![Span::new(20.0, 20.2), Span::new(31.0, 35.0)], ..clean.clone() }),
        (
            "time stamps",
            Synth { jitter: Some(Jitter { deviation: 0.004, dropped: 0.02, resolution: 0.001 }), ..clean.clone() },
        ),
        (
            "motion",
            Synth {
                motion: Some(Motion {
                    bursts: vec![Span::new(20.0, 40.0)],
                    cadence: 2.2,
                    strength: 1.0,
                    periodicity: 0.7,
                }),
                ..clean.clone()
            },
        ),
        ("slow rate", Synth { rhythm: Rhythm::constant(110.0), ..Synth::ppg(25.0, 60.0) }),
        ("fast rate", Synth { rhythm: Rhythm::constant(45.0), ..Synth::ppg(1000.0, 20.0) }),
        ("pvr", Synth::pvr(200.0, 60.0, 1.22)),
        ("pressure", Synth::pressure(250.0, 30.0)),
    ];
    cases
        .into_iter()
        .map(|(name, synth)| {
            let recording = synth.record()?;
            Ok(Stream {
                name: name.into(),
                sample_rate: recording.sample_rate,
                signal: match synth.kind {
                    Kind::Ppg { .. } | Kind::PpgAc { .. } => SignalKind::Ppg,
                    Kind::Pvr { .. } => SignalKind::Pvr,
                    Kind::Pressure { .. } => SignalKind::Pressure,
                },
                truth: recording.truth.visible().map(|beat| beat.peak).collect(),
                samples: recording.samples,
                time: recording.times,
                motion: recording.acceleration,
                companion: None,
            })
        })
        .collect()
}

/// Every pulse stream in the recorded data; time stamps, accelerations and companions are used in a second pass over the same stream.
fn recorded() -> Result<Vec<Stream>, Box<dyn Error>> {
    let folder = find_data().ok_or("PLETHYS_DATA does not name a folder")?;
    let mut streams = Vec::new();
    for path in records(&folder)? {
        let record = Record::read(&path)?;
        let Some(sample_rate) = record.sample_rate.filter(|&hz| SampleRate::hz(hz).is_ok()) else { continue };
        for channel in &record.channels {
            let signal = match channel.name.as_str() {
                "abp" => SignalKind::Pressure,
                "volt" | "raw_mmHg" | "osc_mmHg" => SignalKind::Pvr,
                name if name.starts_with("ppg") && !name.ends_with("_t_s") || name == "bvp" => SignalKind::Ppg,
                _ => continue,
            };
            let Ok(samples) = record.samples(&channel.name) else { continue };
            let plain = Stream {
                name: format!("{}/{} {}", record.dataset, record.name, channel.name),
                sample_rate,
                signal,
                samples: samples.to_vec(),
                time: None,
                motion: None,
                companion: None,
                truth: Vec::new(),
            };
            let time = record.times.clone().filter(|time| time.len() == samples.len());
            let motion = record.vectors("acc").ok().filter(|motion| motion.len() == samples.len());
            let other = if channel.name == "ppg1" { record.samples("ppg2").ok() } else { None };
            let companion = other.filter(|other| other.len() == samples.len()).map(<[f64]>::to_vec);
            if time.is_some() || motion.is_some() || companion.is_some() {
                let name = format!("{}, with what came with it", plain.name);
                streams.push(Stream {
                    name,
                    time,
                    motion,
                    companion,
                    samples: plain.samples.clone(),
                    truth: Vec::new(),
                    ..plain
                });
            }
            streams.push(plain);
        }
    }
    Ok(streams)
}

/// A pulse volume recording of four minutes, whose cuff loses its pressure towards the end, as a study.
fn study(folder: &Path) -> Result<(), Box<dyn Error>> {
    let study = Study::parse(include_str!("../tests/ankle.toml"))?;
    let recording = Synth::pvr(200.0, 240.0, 0.8).record()?;
    let rate = SampleRate::hz(recording.sample_rate)?;
    let cuff: Vec<f64> = (0..20 * 240).map(|i| 65.0 - 8.0 * f64::from((i - 3600).max(0)) / 1200.0).collect();
    let config = Config { calibration: Some(Calibration::new(1.0, 0.0, "mm[Hg]")?), ..Config::pvr(rate) };
    let mut analysis = analyze_input(&Input::new(&recording.samples), config)?;
    let readings =
        cuff_readings(&cuff, rate_alongside(rate, recording.samples.len(), cuff.len())?, CuffTarget::default());
    reject_off_target(&mut analysis.beats, &readings, 0.0);
    let facts =
        SourceFacts { duration: analysis.duration, sample_rate: Some(recording.sample_rate), ..SourceFacts::default() };
    let mut data = Measurements::new();
    data.add_beats(&study, "ankle", "session", &analysis.beats, facts)?;
    let mut report = study.run(&data);
    let shapes = report.shapes(&study, "ankle", "session", &analysis, &recording.samples);
    report.add_shapes(shapes.into_iter().map(|shape| shape.row));
    fs::write(folder.join("samples"), bytes(&recording.samples))?;
    fs::write(folder.join("cuff"), bytes(&cuff))?;
    fs::write(folder.join("report.json"), report.to_json())?;
    Ok(())
}

fn write(folder: &Path, streams: &[Stream]) -> Result<(), Box<dyn Error>> {
    let mut index = Vec::new();
    for (k, stream) in streams.iter().enumerate() {
        let config = Config {
            motion: stream.motion.is_some(),
            companion: stream.companion.is_some(),
            ..Config::new(stream.signal, SampleRate::hz(stream.sample_rate)?)
        };
        let input = Input {
            samples: &stream.samples,
            time: stream.time.as_deref(),
            motion: stream.motion.as_deref(),
            companion: stream.companion.as_deref(),
        };
        let analysis = analyze_input(&input, config)?;
        let put = |kind: &str, bytes: Vec<u8>| fs::write(folder.join(format!("{k}.{kind}")), bytes);
        put("samples", bytes(&stream.samples))?;
        if let Some(time) = &stream.time {
            put("time", bytes(time))?;
        }
        if let Some(motion) = &stream.motion {
            put("motion", bytes(motion.as_flattened()))?;
        }
        if let Some(companion) = &stream.companion {
            put("companion", bytes(companion))?;
        }
        put("beats", analysis.beats.to_bytes())?;
        put("rates", analysis.rates.to_bytes())?;
        put("pulses", bytes(&analysis.pulses))?;
        index.push(entry(stream, &analysis));
    }
    fs::write(folder.join("index.json"), serde_json::to_vec(&Value::Array(index))?)?;
    Ok(())
}

fn entry(stream: &Stream, analysis: &Analysis) -> Value {
    json!({
        "name": stream.name,
        "sampleRate": stream.sample_rate,
        "signal": stream.signal.name(),
        "timed": stream.time.is_some(),
        "motion": stream.motion.is_some(),
        "companion": stream.companion.is_some(),
        "truth": stream.truth,
        "beats": analysis.beats.len(),
        "state": analysis.state.name(),
        "pulseRate": analysis.pulse_rate,
        "perfusionIndex": analysis.perfusion_index,
        "amplitude": analysis.amplitude,
        "quality": analysis.quality,
        "polarity": analysis.polarity.name(),
        "duration": analysis.duration,
        "latency": analysis.latency,
    })
}

fn bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
