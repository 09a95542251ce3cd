//! What the settled finder must do on signals whose pulses are known.

use alloc::vec::Vec;

use super::{ACCEPT_QUALITY, SettledFinder};
use crate::beat::{FindPulses, Found, Segmented};
use crate::signal::SampleRate;

/// Pulses with a systolic and a dicrotic wave, their peaks (s), `rate` Hz, intervals of `interval` s with a slow variation of 4 %.
fn pulses(rate: f64, seconds: f64, interval: f64) -> (Vec<f64>, Vec<f64>) {
    let stretch = libm::sqrt(interval.min(1.0));
    let wave =
        |time: f64, centre: f64, width: f64| libm::exp(-0.5 * ((time - centre) / width) * ((time - centre) / width));
    let mut samples = alloc::vec![0.0; (rate * seconds) as usize];
    let mut peaks = Vec::new();
    let mut time = 0.3;
    while time < seconds {
        let from = ((time - 0.5) * rate).max(0.0) as usize;
        let to = (((time + 1.2) * rate) as usize).min(samples.len());
        for (k, slot) in samples.iter_mut().enumerate().take(to).skip(from) {
            let at = k as f64 / rate;
            *slot += wave(at, time, 0.07 * stretch) + 0.3 * wave(at, time + 0.3 * stretch, 0.08 * stretch);
        }
        peaks.push(time);
        time += interval * (1.0 + 0.04 * libm::sin(0.6 * time));
    }
    (samples, peaks)
}

/// Noise without any rhythm: uniform, in -1 to 1.
fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// Everything found, with the number of samples that had come by then.
fn run(finder: &mut SettledFinder, samples: &[f64]) -> Vec<(usize, Found)> {
    let mut all = Vec::new();
    for (k, &sample) in samples.iter().enumerate() {
        finder.push(Segmented::new(sample), &mut |found| all.push((k, found)));
    }
    finder.finish(&mut |found| all.push((samples.len(), found)));
    all
}

fn finder(rate: f64) -> SettledFinder {
    SettledFinder::new(SampleRate::hz(rate).unwrap())
}

#[test]
fn every_beat_from_30_to_240_per_minute_and_none_besides() {
    for (rate, most) in [(20.0, 150.0), (25.0, 180.0), (64.0, 240.0), (125.0, 240.0), (1000.0, 240.0)] {
        for bpm in [30.0, 40.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0, 240.0] {
            if bpm > most {
                continue;
            }
            let (samples, peaks) = pulses(rate, 40.0, 60.0 / bpm);
            let found = run(&mut finder(rate), &samples);
            let accepted: Vec<f64> =
                found.iter().filter(|f| f.1.quality >= ACCEPT_QUALITY).map(|f| f.1.peak / rate).collect();
            let near = |list: &[f64], time: f64| list.iter().filter(|other| (*other - time).abs() < 0.1).count();
            for &peak in peaks.iter().filter(|peak| **peak > 2.0 && **peak < 39.0) {
                assert_eq!(near(&accepted, peak), 1, "beat at {peak} s, {bpm} bpm, {rate} Hz");
            }
            for &time in accepted.iter().filter(|time| **time < 39.0) {
                assert_eq!(near(&peaks, time), 1, "invented at {time} s, {bpm} bpm, {rate} Hz");
            }
        }
    }
}

#[test]
fn no_pulse_waits_longer_than_said_and_5_s() {
    for rate in [20.0, 33.0, 39.9, 40.0, 79.0, 80.0, 125.0, 250.0, 999.0, 4000.0] {
        let mut finder = finder(rate);
        assert!(finder.latency_samples() as f64 <= 5.0 * rate, "{} at {rate} Hz", finder.latency_samples());
        let (samples, _) = pulses(rate, 20.0, 0.8);
        let most = finder.latency_samples() as f64;
        let found = run(&mut finder, &samples);
        assert!(found.len() > 20);
        let mut last = -1.0;
        for (came, found) in found {
            assert!(came as f64 - found.peak <= most + 1.0, "{} after {} at {rate} Hz", came, found.peak);
            assert!(found.peak > last, "in order");
            last = found.peak;
        }
    }
}

#[test]
fn the_same_again_after_a_reset() {
    let (samples, _) = pulses(100.0, 30.0, 0.7);
    let mut finder = finder(100.0);
    let first = run(&mut finder, &samples);
    run(&mut finder, &noise(1234, 7));
    finder.reset();
    assert_eq!(run(&mut finder, &samples), {
        finder.reset();
        first
    });
}

#[test]
fn level_and_gain_do_not_matter() {
    let (samples, _) = pulses(125.0, 30.0, 0.8);
    let plain = run(&mut finder(125.0), &samples);
    // Powers of two change no rounding.
    let scaled: Vec<f64> = samples.iter().map(|x| 1024.0 * x).collect();
    assert_eq!(plain, run(&mut finder(125.0), &scaled));
    let raised: Vec<f64> = samples.iter().map(|x| 50_000.0 + 25.0 * x).collect();
    let raised = run(&mut finder(125.0), &raised);
    assert_eq!(plain.len(), raised.len());
    for (a, b) in plain.iter().zip(&raised) {
        assert!((a.1.peak - b.1.peak).abs() < 1e-3, "{} and {} samples", a.1.peak, b.1.peak);
    }
}

#[test]
fn a_spike_of_any_size_is_forgotten() {
    let (samples, peaks) = pulses(125.0, 40.0, 0.8);
    let mut spiked = samples;
    spiked[1250] = 1e30;
    let found = run(&mut finder(125.0), &spiked);
    assert!(found.iter().all(|f| f.1.peak.is_finite() && f.1.quality.is_finite()));
    for peak in peaks.iter().filter(|peak| (**peak > 2.0 && **peak < 8.5) || (**peak > 12.0 && **peak < 39.0)) {
        assert!(found.iter().any(|f| (f.1.peak / 125.0 - peak).abs() < 0.05), "beat at {peak} s");
    }
}

#[test]
fn noise_is_not_accepted_and_stillness_has_no_pulses() {
    let minutes = 60;
    let accepted = run(&mut finder(125.0), &noise(125 * 60 * minutes, 0x9E37_79B9_7F4A_7C15))
        .iter()
        .filter(|f| f.1.quality >= ACCEPT_QUALITY)
        .count();
    assert!(accepted <= minutes, "{accepted} in {minutes} minutes");
    for level in [0.0, -3.7, 51_234.567] {
        assert!(run(&mut finder(125.0), &alloc::vec![level; 5000]).is_empty());
    }
    // The guard can fire: pulses are accepted.
    let (samples, _) = pulses(125.0, 30.0, 0.8);
    assert!(run(&mut finder(125.0), &samples).iter().any(|f| f.1.quality >= ACCEPT_QUALITY));
}

#[test]
fn a_segment_of_any_length_ends_quietly() {
    for count in [0, 1, 2, 3, 50, 200, 400] {
        let (samples, _) = pulses(125.0, 10.0, 0.8);
        let found = run(&mut finder(125.0), &samples[..count]);
        assert!(found.iter().all(|f| f.1.peak >= 0.0 && f.1.peak < count as f64 + 1.0));
    }
}
