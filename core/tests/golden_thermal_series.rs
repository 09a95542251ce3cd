//! Golden answers of what is computed of temperatures over time: rewarming to the last bit, bands, flow and its depth, which rest on an
//! FFT, to 1e-9.
//!
//! `tests/golden/thermal-series/answers.json` is written by this test (`PLETHYS_BLESS=1 cargo test -p plethys --test
//! golden_thermal_series`) and checked by it and by the WASM tests.

use std::path::PathBuf;

use plethys::thermal::{
    BANDS, Estimate, EvenSeries, FLOW_STEP, WaveletOptions, fit_depth, fit_rewarming, oscillations, relative_flow,
};
use plethys_datasets::{FlowDrive, Line, Rewarming, Rng};
use serde_json::{Value, json};

fn rounded(value: f64) -> f64 {
    libm::round(1000.0 * value) / 1000.0
}

fn estimate(of: Option<Estimate>) -> Value {
    of.map_or(Value::Null, |of| json!([of.value, of.low, of.high]))
}

fn answers() -> Value {
    let mut rng = Rng::new(11);
    let hand = Rewarming { from: 0.0, start: 22.0, lag: 55.0, tau: 260.0, end: 31.0 };
    let waves = Line::noise(&mut rng, 0.015, 0.0075, 0.15);
    let time: Vec<f64> = (0..900).map(f64::from).collect();
    let warming: Vec<f64> = time
        .iter()
        .map(|t| rounded(hand.at(*t) + waves.iter().map(|w| w.at(*t)).sum::<f64>() + 0.005 * rng.normal()))
        .collect();
    let drive = FlowDrive::new(&mut rng, 0.15, [0.005, 0.05], 1.5e-3);
    let long: Vec<f64> = (0..1200).map(f64::from).collect();
    let skin: Vec<f64> = long.iter().map(|t| rounded(31.0 + drive.surface(*t) + 0.005 * rng.normal())).collect();
    let ppg: Vec<f64> = long.iter().map(|t| rounded(drive.flow(*t) + 0.1 * rng.normal())).collect();

    let fit = fit_rewarming(&time, &warming, 0.0, Some(33.0));
    let series = EvenSeries::new(&long, &skin, 1.0);
    let found = oscillations(&series, WaveletOptions { surrogates: 19, seed: 3 });
    let bands: Vec<Value> =
        BANDS.iter().zip(&found.bands).map(|(band, of)| json!([band.name, of.power, of.threshold])).collect();
    let even = |values: &[f64]| EvenSeries::new(&long, values, FLOW_STEP);
    let flow = relative_flow(&even(&skin), 1.5e-3).expect("a depth in range");
    let depth = fit_depth(&even(&skin), &even(&ppg), 3).expect("twenty minutes of both");
    json!({
        "time": time, "warming": warming, "before": 33.0,
        "rewarming": {
            "start": estimate(fit.start), "lag": estimate(fit.lag), "tau": estimate(fit.tau), "end": estimate(fit.end),
            "maxSlope": estimate(fit.max_slope), "recovered": estimate(fit.recovered), "residual": fit.residual,
        },
        "long": long, "skin": skin, "ppg": ppg, "surrogates": 19, "seed": 3, "bands": bands,
        "depth": 1.5e-3, "flow_start": flow.start, "flow": flow.values,
        "fitted": { "depth": depth.depth, "correlation": depth.correlation, "rawCorrelation": depth.raw_correlation },
    })
}

/// Where two answers differ by more than `within`, relative to the larger.
fn differs(a: &Value, b: &Value, within: f64) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() > within * a.abs().max(b.abs()) + 1e-12 * f64::from(within > 0.0)
        }
        (Value::Array(a), Value::Array(b)) => a.len() != b.len() || a.iter().zip(b).any(|(a, b)| differs(a, b, within)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() != b.len() || a.iter().any(|(key, a)| b.get(key).is_none_or(|b| differs(a, b, within)))
        }
        _ => a != b,
    }
}

#[test]
fn answers_are_those_that_are_stored() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/thermal-series/answers.json");
    // Through text, as the stored ones: reading a number may cost its last bit.
    let text = serde_json::to_string(&answers()).expect("serialises");
    let now: Value = serde_json::from_str(&text).expect("JSON");
    if std::env::var_os("PLETHYS_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(&path, text + "\n").expect("writable");
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("the vector")).expect("JSON");
    assert!(!stored["rewarming"]["tau"].is_null() && !stored["fitted"]["depth"].is_null());
    for key in now.as_object().expect("an object").keys() {
        let within = if ["bands", "flow", "fitted"].contains(&key.as_str()) { 1e-9 } else { 0.0 };
        assert!(!differs(&now[key], &stored[key], within), "{key}");
    }
    assert!(differs(&now, &json!({ "time": [] }), 1e-9), "the comparison can fail");
}
