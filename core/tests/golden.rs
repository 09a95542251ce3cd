//! Golden vectors: what the kernel makes of small synthetic streams, byte for byte.
//!
//! `tests/golden/*.json` is written by this test (`PLETHYS_BLESS=1 cargo test -p plethys --test golden`) and checked by it, by the Python
//! tests and by the WASM tests: one truth for three languages. Samples are integers times a power of two, so that every
//! language reads the same number.

use std::fmt::Write as _;
use std::path::PathBuf;

use plethys::{Analysis, Calibration, Config, Input, SampleRate, SignalKind, analyze_input};
use plethys_datasets::{Clip, Kind, Level, Motion, Pattern, Rhythm, Shape, Span, Synth};
use serde::{Deserialize, Serialize};

#[path = "golden/laboratory.rs"]
mod laboratory;

/// A vector: what goes in, and the bytes that come out.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Golden {
    what: String,
    sample_rate: f64,
    signal: String,
    /// scale, offset, unit.
    calibration: Option<(f64, f64, String)>,
    /// Sample = integer × scale; null is a missing sample.
    scale: f64,
    samples: Vec<Option<i64>>,
    /// Milliseconds; seconds are these / 1000.
    time_ms: Option<Vec<i64>>,
    /// Acceleration = integers / 1024.
    motion_1024: Option<Vec<[i64; 3]>>,
    /// Bytes of the tables (`to_bytes`) and of the pulses' peaks, hexadecimal.
    beats: String,
    rates: String,
    pulses: String,
}

impl Golden {
    fn new(what: &str, signal: SignalKind, synth: &Synth, scale: f64) -> Self {
        let recording = synth.record().expect("a valid configuration");
        let integer = |value: f64, scale: f64| libm::round(value / scale) as i64;
        let samples =
            recording.samples.iter().map(|x| if x.is_nan() { None } else { Some(integer(*x, scale)) }).collect();
        let acceleration = recording.acceleration.as_ref();
        Self {
            what: what.to_owned(),
            sample_rate: recording.sample_rate,
            signal: signal.name().to_owned(),
            calibration: None,
            scale,
            samples,
            time_ms: recording.times.as_ref().map(|t| t.iter().map(|t| integer(*t, 1e-3)).collect()),
            motion_1024: acceleration.map(|a| a.iter().map(|row| row.map(|x| integer(x, 1.0 / 1024.0))).collect()),
            beats: String::new(),
            rates: String::new(),
            pulses: String::new(),
        }
    }

    fn values(&self) -> Vec<f64> {
        self.samples.iter().map(|x| x.map_or(f64::NAN, |x| x as f64 * self.scale)).collect()
    }

    fn analyze(&self) -> Analysis {
        let samples = self.values();
        let time: Option<Vec<f64>> = self.time_ms.as_ref().map(|t| t.iter().map(|ms| *ms as f64 / 1000.0).collect());
        let motion: Option<Vec<[f64; 3]>> =
            self.motion_1024.as_ref().map(|m| m.iter().map(|row| row.map(|x| x as f64 / 1024.0)).collect());
        let rate = SampleRate::hz(self.sample_rate).expect("in range");
        let mut config = Config::new(SignalKind::from_name(&self.signal).expect("a kind"), rate);
        config.motion = motion.is_some();
        config.calibration = self
            .calibration
            .as_ref()
            .map(|(scale, offset, unit)| Calibration::new(*scale, *offset, unit).expect("valid"));
        let input = Input { samples: &samples, time: time.as_deref(), motion: motion.as_deref(), companion: None };
        analyze_input(&input, config).expect("a valid configuration")
    }

    fn answered(mut self) -> Self {
        let result = self.analyze();
        assert!(result.beats.len() > 10, "{}: {} beats", self.what, result.beats.len());
        self.beats = hex(&result.beats.to_bytes());
        self.rates = hex(&result.rates.to_bytes());
        self.pulses = hex(&result.pulses.iter().flat_map(|pulse| pulse.to_le_bytes()).collect::<Vec<u8>>());
        self
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

fn vectors() -> Vec<(&'static str, Golden)> {
    let ppg = |sample_rate: f64, duration: f64| Synth { seed: 11, ..Synth::ppg(sample_rate, duration) };
    let irregular = Rhythm::resting(76.0).with_pattern(Pattern::AtrialFibrillation { variation: 0.2 });
    let mut calibrated = Golden::new(
        "PVR of 0.6 mmHg in counts of 1/400 mmHg",
        SignalKind::Pvr,
        &Synth {
            kind: Kind::Pvr { amplitude: 240.0, pedestal: 390.0, leak: 8.0 },
            white: Some(Level::Rms(1.0)),
            ..Synth::pvr(100.0, 25.0, 1.0)
        },
        1.0,
    );
    calibrated.calibration = Some((0.0025, 0.5, "mm[Hg]".to_owned()));
    let motion = Motion { bursts: vec![Span::new(12.0, 30.0)], cadence: 1.6, strength: 3.0, periodicity: 0.8 };
    vec![
        ("clean", Golden::new("clean PPG, light falls in systole", SignalKind::Ppg, &ppg(125.0, 20.0), 0.5)),
        (
            "rough",
            Golden::new(
                "irregular rhythm, noise, clipping, a bridged and a long gap",
                SignalKind::Ppg,
                &Synth {
                    rhythm: irregular,
                    shape: Shape::ppg(0.8),
                    white: Some(Level::SnrDb(20.0)),
                    clip: Some(Clip::Share(0.1, 0.0)),
                    gaps: vec![Span::new(9.0, 9.2), Span::new(16.0, 17.5)],
                    inverted: false,
                    ..ppg(64.0, 30.0)
                },
                1.0,
            ),
        ),
        ("pvr", calibrated),
        (
            "stamped",
            Golden::new(
                "phone camera: 30 frames a second with jittered stamps and lost frames",
                SignalKind::Ppg,
                &Synth {
                    jitter: Some(plethys_datasets::Jitter { deviation: 0.004, dropped: 0.02, resolution: 0.001 }),
                    ..ppg(30.0, 25.0)
                },
                0.25,
            ),
        ),
        (
            "motion",
            Golden::new(
                "a moving wrist with its acceleration",
                SignalKind::Ppg,
                &Synth { motion: Some(motion), ..ppg(32.0, 40.0) },
                0.5,
            ),
        ),
    ]
}

#[test]
fn the_kernel_still_gives_the_golden_bytes() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (name, vector) in vectors() {
        let path = folder.join(format!("{name}.json"));
        if std::env::var_os("PLETHYS_BLESS").is_some() {
            std::fs::create_dir_all(&folder).expect("a writable folder");
            let text = serde_json::to_string(&vector.answered()).expect("plain data");
            std::fs::write(&path, text + "\n").expect("a writable file");
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a golden vector; PLETHYS_BLESS=1 writes it");
        let golden: Golden = serde_json::from_str(&text).expect("a golden vector");
        let now = golden.analyze();
        assert!(golden.beats == hex(&now.beats.to_bytes()), "{name}: the beats have changed");
        assert!(golden.rates == hex(&now.rates.to_bytes()), "{name}: the rate rows have changed");
        assert_eq!(golden.samples, vector.samples, "{name}: the generator has changed");
    }
}
