//! The strokes of the pump that inflates a cuff look like pulses, and are none.

use plethys::{Calibration, Config, Reason, SampleRate, analyze};

/// A cuff pressure at 250 Hz: twelve strokes of 14 mmHg, one every 0.8 s, then a slow deflation with pulses of 1.5 mmHg.
fn recording() -> Vec<f64> {
    let step = |t: f64| 1.0 / (1.0 + libm::exp(-t / 0.04));
    let pulse = |t: f64| {
        let phase = (t / 0.85 - libm::floor(t / 0.85)) * 0.85;
        libm::exp(-0.5 * (phase - 0.25) * (phase - 0.25) / 0.0049)
            + 0.3 * libm::exp(-0.5 * (phase - 0.5) * (phase - 0.5) / 0.01)
    };
    let at = |t: f64| {
        let inflated: f64 = (0..12).map(|k| 14.0 * step(t - 3.0 - 0.8 * f64::from(k))).sum();
        let deflating = (t - 14.0).max(0.0);
        inflated - 3.0 * deflating + if t > 14.0 { 1.5 * pulse(t) } else { 0.0 }
    };
    (0..250 * 44).map(|i| at(f64::from(i) / 250.0) + 0.002 * f64::from(i * 7919 % 13)).collect()
}

#[test]
fn strokes_of_the_pump_are_left_out_and_pulses_of_the_deflation_are_not() {
    let config = |calibrated: bool| {
        let plain = Config::pressure(SampleRate::hz(250.0).expect("in range"));
        let unit = Calibration::new(1.0, 0.0, "mm[Hg]").expect("a calibration");
        Config { calibration: calibrated.then_some(unit), ..plain }
    };
    let analysis = analyze(&recording(), config(true)).expect("usable");
    let rates = analysis.rates.number("time").iter().zip(analysis.rates.number("pulse_rate"));
    assert_eq!(rates.filter(|(time, rate)| **time < 8.0 && !rate.is_nan()).count(), 0, "the rate of the pump");
    let beats = analysis.beats;
    let (peaks, accepted) = (beats.number("peak"), beats.flag("accepted"));
    let strokes = (0..beats.len()).filter(|&row| peaks[row] < 12.5 && accepted[row]).count();
    let pulses = (0..beats.len()).filter(|&row| peaks[row] > 18.0 && accepted[row]).count();
    assert_eq!(strokes, 0, "{:?}", &peaks[..12.min(peaks.len())]);
    assert!(pulses >= 29, "{pulses} pulses");
    let marked = (0..beats.len()).filter(|&row| beats.code("reason")[row] == Reason::CuffPressure.code()).count();
    assert!(marked >= 11, "{marked} strokes marked");
    // Without a unit nothing is known about cuffs: the guard has a twin that shows it firing.
    let plain = analyze(&recording(), config(false)).expect("usable").beats;
    let passed = plain.number("peak").iter().zip(plain.flag("accepted")).filter(|(t, ok)| **t < 12.5 && **ok).count();
    assert!(passed > 0, "no stroke ever looked like a pulse");
}

/// Arterial pressure at 125 Hz: each beat raises it by 40 mmHg, then it decays; every fourth comes after 0.45 s, upon a decay not done.
#[test]
fn an_early_beat_upon_the_decay_of_an_artery_is_no_stroke() {
    let mut starts = Vec::new();
    let mut t = 0.2;
    while t < 60.0 {
        starts.push(t);
        t += if starts.len() % 4 == 0 { 0.45 } else { 0.85 };
    }
    let (mut pressure, mut samples) = (80.0, Vec::new());
    for i in 0..125 * 60 {
        let now = f64::from(i) / 125.0;
        let flow = starts.iter().map(|start| now - start).find(|since| (0.0..0.15).contains(since));
        let inflow = flow.map_or(0.0, |since| 40.0 / 0.15 * 1.571 * libm::sin(since / 0.15 * core::f64::consts::PI));
        pressure += (inflow - (pressure - 20.0) / 1.6) / 125.0;
        samples.push(pressure);
    }
    let unit = Calibration::new(1.0, 0.0, "mm[Hg]").expect("a calibration");
    let plain = Config::pressure(SampleRate::hz(125.0).expect("in range"));
    let beats = analyze(&samples, Config { calibration: Some(unit), ..plain }).expect("usable").beats;
    assert!(beats.len() > 70, "{} beats", beats.len());
    let strokes = (0..beats.len()).filter(|&row| beats.code("reason")[row] == Reason::CuffPressure.code());
    assert_eq!(strokes.count(), 0, "of {} beats", beats.len());
}
