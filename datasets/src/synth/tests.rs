//! The generator against independent measurements on its own samples.

use super::*;
use crate::disturb::scatter;
use crate::rhythm::Pattern;

fn bits(samples: &[f64]) -> Vec<u64> {
    samples.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn perfusion_index_and_dc_are_those_planted() {
    for (planted, bpm) in [(0.02, 60.0), (0.05, 90.0), (1.0, 45.0), (5.0, 150.0), (20.0, 72.0)] {
        let synth = Synth {
            kind: Kind::Ppg { dc: 30_000.0, perfusion_index: planted },
            rhythm: Rhythm::constant(bpm),
            ..Synth::ppg(1000.0, 20.0)
        };
        let recording = synth.record().unwrap();
        let beats: Vec<_> = recording.truth.visible().filter(|beat| beat.end.is_some()).collect();
        assert!(beats.len() as f64 >= 20.0 * bpm / 60.0 - 3.0);
        for beat in beats {
            let measured = beat.perfusion_index.unwrap();
            assert!((measured / planted - 1.0).abs() < 1e-3, "{planted} % at {bpm} bpm: {measured} %");
            // The same from the samples alone: largest, smallest and mean value between the onsets.
            let at = |time: f64| libm::round(time * 1000.0) as usize;
            let part = &recording.samples[at(beat.onset)..at(beat.end.unwrap())];
            let (low, high) = part.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
            let sampled = 100.0 * (high - low) / (part.iter().sum::<f64>() / part.len() as f64);
            assert!((sampled / planted - 1.0).abs() < 2e-3, "{planted} % at {bpm} bpm: {sampled} % from samples");
        }
    }
}

/// Onset, peak and amplitude from samples, by the textbook: steepest chord, foot before it, tangents.
fn sampled_landmarks(values: &[f64], rate: f64, near: f64) -> (f64, f64, f64) {
    let centre = libm::round(near * rate) as usize;
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let window = (centre - (0.1 * rate) as usize)..(centre + (0.1 * rate) as usize);
    let steepest = window.max_by(|&a, &b| steps[a].total_cmp(&steps[b])).unwrap();
    let mut foot = steepest;
    while steps[foot - 1] > 0.0 {
        foot -= 1;
    }
    let mut peak = steepest;
    while steps[peak] > 0.0 {
        peak += 1;
    }
    let middle = 0.5 * (values[steepest] + values[steepest + 1]);
    let onset = (steepest as f64 + 0.5 - (middle - values[foot]) / steps[steepest]) / rate;
    (onset, peak as f64 / rate, values[peak] - values[foot])
}

#[test]
fn truth_is_what_dense_samples_show_at_every_rate() {
    for (rate, tolerance) in [(1000.0, 1e-4), (4000.0, 1e-4), (10_000.0, 1e-4)] {
        for synth in [
            Synth::ppg(rate, 6.0),
            Synth { shape: Shape::ppg(1.0), rhythm: Rhythm::constant(48.0), ..Synth::ppg(rate, 6.0) },
            Synth { shape: Shape::ppg(0.0), rhythm: Rhythm::constant(170.0), ..Synth::ppg(rate, 6.0) },
            Synth::pvr(rate, 6.0, 0.81),
            Synth::pressure(rate, 6.0),
            Synth {
                respiration: Some(Modulation { frequency: 0.3, amplitude: 0.2, intensity: 0.3 }),
                rhythm: Rhythm::resting(70.0),
                ..Synth::ppg(rate, 6.0)
            },
        ] {
            let recording = synth.record().unwrap();
            let upright: Vec<f64> =
                recording.samples.iter().map(|value| if synth.inverted { -value } else { *value }).collect();
            let inner: Vec<_> = recording.truth.visible().filter(|b| b.onset > 0.5 && b.peak < 5.5).collect();
            assert!(inner.len() >= 3);
            for beat in inner {
                let (onset, peak, amplitude) = sampled_landmarks(&upright, rate, beat.slope_time);
                assert!((onset - beat.onset).abs() < tolerance, "{rate} Hz: onset {onset}, truth {}", beat.onset);
                assert!((peak - beat.peak).abs() <= 1.0 / rate, "{rate} Hz: peak {peak}, truth {}", beat.peak);
                assert!((amplitude / beat.amplitude - 1.0).abs() < 5e-4, "{rate} Hz: {amplitude}");
            }
        }
    }
}

#[test]
fn truth_does_not_depend_on_the_sample_rate() {
    let truth = |rate: f64| Synth { rhythm: Rhythm::resting(66.0), ..Synth::ppg(rate, 30.0) }.record().unwrap().truth;
    let reference = truth(1000.0);
    for rate in [25.0, 64.0, 100.0, 125.0, 250.0, 500.0] {
        let other = truth(rate);
        for beat in other.visible() {
            let same = reference.visible().find(|same| (same.peak - beat.peak).abs() < 1e-4).unwrap();
            assert!((same.onset - beat.onset).abs() < 1e-4 && same.amplitude == beat.amplitude);
        }
        assert!(reference.visible().count() - other.visible().count() <= 1);
    }
}

#[test]
fn amplitudes_and_levels_of_the_other_kinds() {
    let pvr = Synth::pvr(200.0, 20.0, 0.81).record().unwrap();
    for beat in pvr.truth.visible() {
        assert!((beat.amplitude - 0.81).abs() < 1e-6 && (beat.foot - 65.0).abs() < 1e-6, "{beat:?}");
        assert_eq!(beat.perfusion_index, None);
    }
    let pressure = Synth::pressure(200.0, 20.0).record().unwrap();
    let (low, high) = pressure.samples.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    assert!((low - 80.0).abs() < 0.05 && (high - 120.0).abs() < 0.05, "{low} to {high} mmHg");
    let leaking =
        Synth { kind: Kind::Pvr { amplitude: 1.0, pedestal: 65.0, leak: 3.0 }, ..Synth::pvr(200.0, 60.0, 1.0) };
    let beats = leaking.record().unwrap().truth.beats;
    let (first, last) = (beats[0], beats[beats.len() - 1]);
    let lost = (first.foot - last.foot) / (last.onset - first.onset) * 60.0;
    assert!((lost - 3.0).abs() < 0.01, "{lost} mmHg per minute");
    // The leak lowers the foot-referenced amplitude and not the corrected one.
    assert!(first.amplitude < 0.999 && (first.amplitude_corrected.unwrap() - 1.0).abs() < 2e-3, "{first:?}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let synth = |seed| Synth {
        seed,
        rhythm: Rhythm::resting(75.0),
        white: Some(Level::SnrDb(20.0)),
        pink: Some(Level::SnrDb(20.0)),
        drift: Some(Drift { swing: 3.0, highest: 0.25 }),
        motion: Some(Motion { bursts: vec![Span::new(5.0, 9.0)], cadence: 2.0, strength: 2.0, periodicity: 0.7 }),
        jitter: Some(Jitter { deviation: 0.004, dropped: 0.02, resolution: 0.001 }),
        ..Synth::ppg(30.0, 20.0)
    };
    let (a, b, c) = (synth(1).record().unwrap(), synth(1).record().unwrap(), synth(2).record().unwrap());
    assert_eq!(a, b);
    assert_eq!(bits(&a.samples), bits(&b.samples));
    assert_ne!(bits(&a.samples), bits(&c.samples));
    // A disturbance draws from its own stream: leaving one out leaves the others as they were.
    let plain = Synth { white: None, ..synth(1) }.record().unwrap();
    assert_eq!(plain.acceleration, a.acceleration);
    assert_eq!(plain.truth, a.truth);
}

/// Power per Hz at one frequency, Hann window.
fn power(values: &[f64], rate: f64, frequency: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let hann = 0.5 - 0.5 * libm::cos(TAU * index as f64 / values.len() as f64);
        let (sine, cosine) = libm::sincos(TAU * frequency * index as f64 / rate);
        re += hann * value * cosine;
        im += hann * value * sine;
    }
    (re * re + im * im) / values.len() as f64
}

#[test]
fn drift_has_the_swing_asked_for_and_nothing_above_its_limit() {
    let flat = Synth { kind: Kind::PpgAc { amplitude: 1.0 }, ..Synth::ppg(25.0, 600.0) };
    let drifting = Synth { drift: Some(Drift { swing: 20.0, highest: 0.25 }), ..flat.clone() };
    let (flat, drifting) = (flat.record().unwrap(), drifting.record().unwrap());
    let drift: Vec<f64> = drifting.samples.iter().zip(&flat.samples).map(|(with, without)| with - without).collect();
    let (low, high) = drift.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
    assert!((high - low - 20.0).abs() < 0.2, "swing {}", high - low);
    let inside: f64 = (1..50).map(|k| power(&drift, 25.0, 0.005 * f64::from(k))).sum();
    let above: f64 = (0..500).map(|k| power(&drift, 25.0, 0.3 + 0.02 * f64::from(k))).sum();
    // What the Hann window leaks at 0.05 Hz from the last line, and no more.
    assert!(above < 1e-9 * inside, "share above 0.3 Hz {}", above / inside);
    assert_eq!(drifting.truth.beats, flat.truth.beats);
    let beyond = Synth { drift: Some(Drift { swing: 1.0, highest: 0.3 }), ..Synth::ppg(25.0, 10.0) };
    assert!(matches!(beyond.record(), Err(SynthError::OutOfRange { argument: "drift highest", .. })));
}

#[test]
fn noise_and_hum_have_the_size_asked_for() {
    let plain = Synth::ppg(500.0, 60.0);
    let clean = plain.record().unwrap().samples;
    let rms = |synth: &Synth| {
        let noisy = synth.record().unwrap().samples;
        let squares: f64 = noisy.iter().zip(&clean).map(|(a, b)| (a - b) * (a - b)).sum();
        libm::sqrt(squares / clean.len() as f64)
    };
    let mean = clean.iter().sum::<f64>() / clean.len() as f64;
    let wave = libm::sqrt(clean.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / clean.len() as f64);
    let white = rms(&Synth { white: Some(Level::SnrDb(40.0)), ..plain.clone() });
    assert!((20.0 * libm::log10(wave / white) - 40.0).abs() < 0.1, "{} dB", 20.0 * libm::log10(wave / white));
    assert!((rms(&Synth { white: Some(Level::Rms(3.0)), ..plain.clone() }) - 3.0).abs() < 0.05);
    let hum = rms(&Synth { hum: Some(Hum { frequency: 50.0, amplitude: 0.5 }), ..plain.clone() });
    assert!((hum - 0.5 * 1000.0 * core::f64::consts::FRAC_1_SQRT_2).abs() < 1.0, "{hum}");
}

#[test]
fn gaps_flats_rails_and_steps_are_where_the_truth_says() {
    let gaps = scatter(4, 120.0, 6.0, 0.2, 3.0);
    assert!(gaps.len() > 5);
    let synth = Synth {
        gaps,
        flats: vec![Span::new(50.0, 53.0)],
        clip: Some(Clip::Share(0.0, 0.2)),
        quantisation: Some(Quantisation::Step(4.0)),
        ..Synth::ppg(100.0, 120.0)
    };
    let recording = synth.record().unwrap();
    let truth = &recording.truth;
    let (_, high) = truth.rails.unwrap();
    let mut held = None;
    for (index, &value) in recording.samples.iter().enumerate() {
        let time = recording.time(index).unwrap();
        assert_eq!(value.is_nan(), truth.gaps.iter().any(|gap| gap.contains(time)), "at {time} s");
        if value.is_finite() {
            assert!(value <= high + 2.0 && value % 4.0 == 0.0);
            if truth.flats[0].contains(time) {
                assert_eq!(value, *held.get_or_insert(value));
            }
        }
    }
    for beat in &truth.beats {
        let peak_hidden = truth.gaps.iter().chain(&truth.flats).any(|span| span.contains(beat.peak));
        assert!(!(peak_hidden && beat.is_visible));
        if let Some(end) = beat.end {
            let whole = Span::new(beat.onset, end);
            assert!(truth.gaps.iter().all(|gap| gap.length() <= 0.3 || gap.overlap(whole) == 0.0));
        }
    }
    // The light falls in systole: the upper rail cuts the feet, so every beat is touched.
    assert!(truth.visible().all(|beat| beat.is_disturbed));
    assert!(truth.beats.iter().filter(|beat| !beat.is_visible).count() > 3);
}

#[test]
fn steps_and_spikes_are_added_once() {
    let plain = Synth::ppg(100.0, 20.0);
    let clean = plain.record().unwrap().samples;
    let synth = Synth {
        baseline_steps: vec![BaselineStep { time: 5.0, height: 4.0 }, BaselineStep { time: 10.0, height: -6.0 }],
        spikes: vec![Spike { time: 15.0, height: 1000.0 }],
        ..plain
    };
    let added: Vec<f64> = synth.record().unwrap().samples.iter().zip(&clean).map(|(a, b)| libm::round(a - b)).collect();
    for (index, value) in added.iter().enumerate() {
        let expected = match index {
            0..500 => 0.0,
            500..1000 => 4000.0,
            1500 => 998_000.0,
            _ => -2000.0,
        };
        assert_eq!(*value, expected, "sample {index}");
    }
}

#[test]
fn amplitude_steps_scale_the_pulses() {
    let synth = Synth { amplitude_steps: vec![AmplitudeStep { time: 10.0, factor: 10.0 }], ..Synth::ppg(100.0, 20.0) };
    let truth = synth.record().unwrap().truth;
    for beat in truth.visible() {
        let factor = beat.amplitude / synth.pulse_height();
        if beat.peak < 9.0 {
            assert!((factor - 1.0).abs() < 1e-3, "{factor} at {}", beat.peak);
        } else if beat.peak > 11.0 {
            assert!((factor - 10.0).abs() < 1e-2, "{factor} at {}", beat.peak);
        }
    }
}

#[test]
fn jittered_stamps_run_forward_and_carry_the_signal_of_their_moment() {
    let plain = Synth { rhythm: Rhythm::resting(80.0), ..Synth::ppg(30.0, 60.0) };
    let synth = Synth { jitter: Some(Jitter { deviation: 0.005, dropped: 0.05, resolution: 0.0 }), ..plain.clone() };
    let recording = synth.record().unwrap();
    let times = recording.times.as_ref().unwrap();
    assert!(times.windows(2).all(|pair| pair[1] > pair[0]));
    let share = 1.0 - times.len() as f64 / 1800.0;
    assert!((0.03..0.07).contains(&share), "{share} of the frames dropped");
    let model = synth.model().unwrap();
    assert!(times.iter().zip(&recording.samples).all(|(&time, &value)| model.raw(time) == value));
    assert!((recording.truth.mean_rate().unwrap() - 80.0).abs() < 2.0);
}

#[test]
fn motion_disturbs_its_bursts_and_shows_in_the_acceleration() {
    let burst = Span::new(20.0, 40.0);
    let plain = Synth::ppg(125.0, 60.0);
    let synth = Synth {
        motion: Some(Motion { bursts: vec![burst], cadence: 1.5, strength: 3.0, periodicity: 0.8 }),
        ..plain.clone()
    };
    let (clean, moved) = (plain.record().unwrap(), synth.record().unwrap());
    let artefact: Vec<f64> = moved.samples.iter().zip(&clean.samples).map(|(a, b)| (a - b) / 1000.0).collect();
    let rms =
        |from: usize, to: usize| libm::sqrt(artefact[from..to].iter().map(|v| v * v).sum::<f64>() / (to - from) as f64);
    assert!((rms(2500, 5000) - 3.0).abs() < 0.01 && rms(0, 2500) == 0.0 && rms(5200, 7500) < 0.01);
    let acceleration = moved.acceleration.unwrap();
    assert_eq!(acceleration.len(), moved.samples.len());
    let spread = |from: usize, to: usize, axis: usize| {
        let part = &acceleration[from..to];
        let mean = part.iter().map(|row| row[axis]).sum::<f64>() / part.len() as f64;
        libm::sqrt(part.iter().map(|row| (row[axis] - mean) * (row[axis] - mean)).sum::<f64>() / part.len() as f64)
    };
    for axis in 0..3 {
        assert!(spread(2600, 4900, axis) > 0.1 && spread(0, 2400, axis) < 0.01);
    }
    assert!(
        moved
            .truth
            .beats
            .iter()
            .all(|b| b.is_disturbed == (burst.overlap(Span::new(b.onset, b.end.unwrap_or(b.peak))) > 0.0))
    );
}

#[test]
fn irregular_rhythms_keep_their_truth_in_order() {
    for pattern in [
        Pattern::AtrialFibrillation { variation: 0.25 },
        Pattern::Bigeminy { coupling: 0.6, strength: 0.5 },
        Pattern::Ectopics { share: 0.1, coupling: 0.55, strength: 0.4 },
        Pattern::Alternans { ratio: 0.6 },
        Pattern::Pauses { every: 15.0, length: 3.5 },
    ] {
        let synth = Synth { rhythm: Rhythm::resting(84.0).with_pattern(pattern), ..Synth::ppg(125.0, 120.0) };
        let truth = synth.record().unwrap().truth;
        let visible: Vec<_> = truth.visible().collect();
        assert!(visible.len() > 100, "{pattern:?}: {}", visible.len());
        for pair in visible.windows(2) {
            let [a, b] = [pair[0], pair[1]];
            assert!(a.onset < a.slope_time && a.slope_time < a.peak && a.peak < b.onset, "{pattern:?}: {a:?} {b:?}");
            assert!(a.amplitude > 0.0 && a.width.is_none_or(|width| width > 0.0));
            assert_eq!(a.end, Some(b.onset));
        }
        assert_eq!(
            visible.iter().any(|beat| beat.is_ectopic),
            matches!(pattern, Pattern::Bigeminy { .. } | Pattern::Ectopics { .. })
        );
    }
}

#[test]
fn an_empty_recording_has_no_truth() {
    let recording = Synth::ppg(100.0, 0.0).record().unwrap();
    assert!(recording.samples.is_empty() && recording.truth.beats.is_empty());
    assert_eq!(recording.truth.mean_rate(), None);
}

#[test]
fn clipped_stretches_are_told_and_mark_their_beats() {
    // The light is least at the systolic peak: a lower rail cuts peaks, here those of the stronger pulses.
    let pattern = Pattern::Alternans { ratio: 0.5 };
    let plain = Synth { rhythm: Rhythm::constant(70.0).with_pattern(pattern), ..Synth::ppg(200.0, 30.0) };
    let clean = plain.record().unwrap();
    let low = clean.samples.iter().copied().fold(f64::INFINITY, f64::min) + 50.0;
    let clipped = Synth { clip: Some(Clip::Rails(low, 1e9)), ..plain.clone() }.record().unwrap();
    for (index, (&value, &free)) in clipped.samples.iter().zip(&clean.samples).enumerate() {
        let time = index as f64 / 200.0;
        assert_eq!(clipped.truth.clipped.iter().any(|span| span.contains(time)), free < low, "{time} s");
        assert_eq!(value, free.max(low));
    }
    let height = plain.pulse_height();
    assert!(clipped.truth.visible().all(|beat| beat.is_clipped == (beat.amplitude > 0.75 * height)));
    assert!(clean.truth.clipped.is_empty() && clean.truth.visible().all(|beat| !beat.is_clipped));
}

#[test]
fn a_seed_means_the_same_bits_in_every_release_and_on_every_platform() {
    let synth = Synth {
        seed: 42,
        shape: Shape::ppg(0.7),
        rhythm: Rhythm::resting(77.0).with_pattern(Pattern::AtrialFibrillation { variation: 0.2 }),
        respiration: Some(Modulation { frequency: 0.25, amplitude: 0.1, intensity: 0.1 }),
        drift: Some(Drift { swing: 2.0, highest: 0.2 }),
        white: Some(Level::SnrDb(30.0)),
        pink: Some(Level::SnrDb(30.0)),
        hum: Some(Hum { frequency: 50.0, amplitude: 0.1 }),
        motion: Some(Motion { bursts: vec![Span::new(3.0, 6.0)], cadence: 2.0, strength: 1.0, periodicity: 0.5 }),
        ..Synth::ppg(64.0, 20.0)
    };
    let recording = synth.record().unwrap();
    let times = recording.truth.beats.iter().flat_map(|beat| [beat.onset, beat.peak, beat.amplitude]);
    let digest = recording.samples.iter().copied().chain(times).fold(0xCBF2_9CE4_8422_2325_u64, |hash, value| {
        value.to_bits().to_le_bytes().iter().fold(hash, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
    });
    // Changes when, and only when, the generator does: then results on synthetic data are not comparable any more.
    assert_eq!(digest, 0x8f2d_3be0_898e_b34b, "{digest:#018x}");
}
