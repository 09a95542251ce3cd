//! Golden answers of what is read of a pulse volume recording: averaged beat, cuff, category, calibration, volume, to the last bit.
//!
//! `tests/golden/pvr-laboratory/answers.json` is written by this test (`PLETHYS_BLESS=1 cargo test -p plethys --test golden`) and
//! checked by it, by the Python tests and by the WASM tests. The averaged beat is that of the recording of `tests/golden/pvr.json`.
//! Numbers are written so that reading them gives the same bits; absent is null.

use std::path::PathBuf;

use plethys::{
    Calibration, CuffReading, CuffSite, CuffTarget, Ensemble, Gain, Grading, Injection, Notch, Reason, SampleRate,
    category, cuff_readings,
};
use serde_json::{Value, json};

/// Part of the recording of which the averaged beat is taken, s.
const WINDOW: (f64, f64) = (2.5, 23.0);

fn ensemble() -> Ensemble {
    let (_, recording) = super::vectors().into_iter().find(|(name, _)| *name == "pvr").expect("the recording");
    recording.analyze().ensemble(&recording.values(), WINDOW.0..WINDOW.1).expect("twenty beats")
}

fn averaged(beat: &Ensemble) -> Value {
    json!({
        "time": beat.time, "median": beat.median, "mean": beat.mean, "lower": beat.lower, "upper": beat.upper,
        "beats": beat.beats, "cycle": beat.cycle, "amplitude": beat.amplitude, "upstroke_time": beat.upstroke_time,
        "max_slope": beat.max_slope, "rise_time": beat.rise_time, "upstroke_fraction": beat.upstroke_fraction,
        "width_25": beat.width_25, "width": beat.width, "width_75": beat.width_75, "mean_height": beat.mean_height,
        "bowing": beat.bowing, "area": beat.area, "notch_prominence": beat.notch_prominence, "notch": beat.notch.name(),
    })
}

/// Two minutes at 20 Hz in thousandths of mmHg: 3 mmHg lost a minute under a pulse, pumped up again after 70 s, a stretch missing.
fn cuff() -> Value {
    let thousandths = |i: i32| -> Option<i32> {
        let lost = 65_000 - i * 5 / 2;
        let pumped = if i < 1400 { 0 } else { 3500 * (i - 1400).min(40) / 40 };
        let pulse = (i % 17 - 8).abs() * 60;
        (!(900..925).contains(&i)).then_some(lost + pumped + pulse)
    };
    let pressures: Vec<Option<i32>> = (0..2400).map(thousandths).collect();
    let mmhg: Vec<f64> = pressures.iter().map(|p| p.map_or(f64::NAN, |p| f64::from(p) / 1000.0)).collect();
    let rate = SampleRate::hz(20.0).expect("in range");
    let readings = cuff_readings(&mmhg, rate, CuffTarget::new(63.0, 1.5).expect("in range"));
    assert!(readings.iter().any(CuffReading::leaks) && readings.iter().any(|r| r.inflating && !r.holds));
    let column = |of: fn(&CuffReading) -> Value| readings.iter().map(of).collect::<Vec<Value>>();
    json!({
        "thousandths": pressures, "sample_rate": 20.0, "target": 63.0, "tolerance": 1.5,
        "readings": {
            "time": column(|r| json!(r.time)), "pressure": column(|r| json!(r.pressure)), "leak": column(|r| json!(r.leak)),
            "inflating": column(|r| json!(r.inflating)), "holds": column(|r| json!(r.holds)), "leaks": column(|r| json!(r.leaks())),
        },
    })
}

fn categories() -> Vec<Value> {
    let mut rows = Vec::new();
    for height in [None, Some(0.004), Some(0.24), Some(0.6), Some(0.81), Some(1.2)] {
        for (notch, site, on_target) in [
            (Some(Notch::Clear), Some("ankle"), Some(true)),
            (Some(Notch::Inflection), Some("calf"), Some(true)),
            (None, Some("thigh"), Some(true)),
            (Some(Notch::None), Some("toe"), Some(true)),
            (Some(Notch::Clear), None, Some(true)),
            (Some(Notch::Clear), Some("thigh"), Some(false)),
            (Some(Notch::Clear), Some("thigh"), None),
        ] {
            let grading = Grading {
                height,
                noise: Some(0.002),
                notch,
                site: site.and_then(CuffSite::from_name),
                cuff_on_target: on_target,
            };
            let found = category(&grading);
            rows.push(json!({
                "height": height, "noise": 0.002, "notch": notch.map(Notch::name), "site": site, "cuff_on_target": on_target,
                "category": found.ok(), "reason": found.err().map(Reason::name),
            }));
        }
    }
    rows
}

fn answers() -> Value {
    let points = ((410.0, 0.0), (20_411.0, 99.7));
    let made = Calibration::two_point(points.0, points.1, "mm[Hg]").expect("valid");
    let injection = Injection { volume: 1.0, deflection: 12.7 };
    let gain = Gain::mm_per_mmhg(37.3).expect("in range");
    json!({
        "window": [WINDOW.0, WINDOW.1], "ensemble": averaged(&ensemble()),
        "cuff": cuff(),
        "categories": categories(),
        "two_point": { "first": [410.0, 0.0], "second": [20_411.0, 99.7], "scale": made.scale(), "offset": made.offset() },
        "millilitres": {
            "height": 0.53, "injection": [injection.volume, injection.deflection],
            "volume": Injection::millilitres(Some(injection), 0.53).ok(),
        },
        "deflection": {
            "height": 0.81, "gain": gain.as_mm_per_mmhg(), "mm": gain.deflection(0.81), "classical": Gain::REFERENCE.deflection(0.81),
        },
    })
}

#[test]
fn answers_are_those_that_are_stored() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/pvr-laboratory/answers.json");
    // Compared as text: reading a number could cost its last bit.
    let text = serde_json::to_string(&answers()).expect("serialises") + "\n";
    if std::env::var_os("PLETHYS_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(&path, &text).expect("writable");
    }
    let stored = std::fs::read_to_string(&path).expect("the answers; PLETHYS_BLESS=1 writes them");
    let differs = text.bytes().zip(stored.bytes()).position(|(now, then)| now != then);
    let around = |text: &str| {
        differs.and_then(|at| text.get(at.saturating_sub(80)..(at + 40).min(text.len()))).map(str::to_owned)
    };
    assert!(text == stored, "the answers have changed: now {:?}, stored {:?}", around(&text), around(&stored));
}
