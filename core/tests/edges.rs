//! What a stream gets at the edges of the contract.

use plethys::{Calibration, Config, Monitor, Polarity, Reason, SampleRate, SignalKind, State, analyze};

const HZ: f64 = 125.0;

fn config(signal: SignalKind) -> Config {
    Config::new(signal, SampleRate::hz(HZ).expect("in range"))
}

/// Pulses at 72 per minute, 1000 high, on a level of 50 000: a fast rise, a slow fall.
fn pulse(i: u32) -> f64 {
    let phase = (f64::from(i) / HZ * 1.2).fract();
    let bump = |at: f64, width: f64| libm::exp(-((phase - at) / width) * ((phase - at) / width));
    50_000.0 + 900.0 * bump(0.25, 0.1) + 400.0 * bump(0.5, 0.2)
}

fn pulses(seconds: f64) -> Vec<f64> {
    (0..(seconds * HZ) as u32).map(pulse).collect()
}

#[test]
fn a_calibration_that_leaves_the_numbers_behind_is_out_of_range_and_no_panic() {
    for scale in [1e300, -1e300, 1e26] {
        let calibration = Some(Calibration::new(scale, 0.0, "mV").expect("finite"));
        let analysis = analyze(&pulses(10.0), Config { calibration, ..config(SignalKind::Ppg) }).expect("a fair call");
        assert_eq!(analysis.counts.out_of_range, 1250, "{scale}");
        assert_eq!(analysis.state, State::Missing);
        assert!(analysis.beats.is_empty());
    }
}

#[test]
fn three_seconds_are_enough_and_a_sample_less_is_too_short() {
    let config = Config { polarity: Polarity::Upright, ..config(SignalKind::Ppg) };
    let enough = analyze(&pulses(3.0), config).expect("a fair call");
    assert!(enough.state == State::Tracking && !enough.beats.is_empty());
    let short = analyze(&pulses(3.0)[1..], config).expect("a fair call");
    assert!(short.state == State::TooShort && short.beats.is_empty());
}

#[test]
fn fewer_than_three_seconds_have_no_beats_at_any_rate() {
    let hz = 33.3;
    let wave: Vec<f64> = (0..99).map(|i| pulse((f64::from(i) * HZ / hz) as u32)).collect();
    let rate = SampleRate::hz(hz).expect("in range");
    let short = analyze(&wave, Config { polarity: Polarity::Upright, ..Config::ppg(rate) }).expect("a fair call");
    assert!(short.state == State::TooShort && short.beats.is_empty());
}

#[test]
fn quality_is_that_of_the_accepted_beats() {
    let mut next = 1_u32;
    let mut noise = || {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(next >> 8)
    };
    let mut samples = pulses(30.0);
    samples.extend((0..3750).map(|_| 50_000.0 + noise() * 1e-4));
    let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
    let beats = analysis.beats.number("quality").iter().zip(analysis.beats.flag("accepted"));
    let mut accepted: Vec<f64> = beats.filter(|(_, accepted)| **accepted).map(|(quality, _)| *quality).collect();
    accepted.sort_by(f64::total_cmp);
    assert!(accepted.len() > 30 && accepted.len() + 10 < analysis.beats.len(), "{}", accepted.len());
    let middle = accepted.len() / 2;
    let median =
        if accepted.len() % 2 == 1 { accepted[middle] } else { 0.5 * (accepted[middle - 1] + accepted[middle]) };
    assert_eq!(analysis.quality, Some(median));
}

#[test]
fn what_took_the_perfusion_index_away_is_said_also_when_the_stream_has_ended_in_silence() {
    let mut samples: Vec<f64> = pulses(30.0).iter().map(|x| x - 50_300.0).collect();
    samples.resize(samples.len() + 2500, 0.0);
    let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
    assert_eq!(analysis.absent.perfusion_index, Some(Reason::NoDc));
}

#[test]
fn one_spike_below_zero_does_not_take_the_perfusion_index_away() {
    let mut samples = pulses(40.0);
    samples[2000] = -1e6;
    let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
    let clean = analyze(&pulses(40.0), config(SignalKind::Ppg)).expect("a fair call");
    let (with, without) = (analysis.perfusion_index.expect("a level"), clean.perfusion_index.expect("a level"));
    assert!((with - without).abs() < 0.01 * without, "{with} %, {without} %");
}

#[test]
fn stamped_and_plain_samples_do_not_mix() {
    let mut monitor = Monitor::new(config(SignalKind::Ppg)).expect("in range");
    drop(monitor.push(1.0));
    assert!(monitor.push_timed(0.0, 1.0).is_err());
    monitor.reset();
    assert!(monitor.push_timed(0.0, 1.0).is_ok());
    drop(monitor.push(1.0));
    assert_eq!(monitor.snapshot().counts.samples, 0);
}

#[test]
fn a_coarse_converter_is_not_a_rail() {
    for levels in [6.0, 12.0, 24.0, 48.0] {
        // Flat between pulses, so that the foot is the lowest level for long.
        let bump = |i: u32| libm::exp(-libm::pow(((f64::from(i) / HZ * 1.2).fract() - 0.3) / 0.1, 2.0));
        let coarse: Vec<f64> = (0..3750).map(|i| 5000.0 + libm::round(levels * bump(i))).collect();
        let analysis = analyze(&coarse, config(SignalKind::Ppg)).expect("a fair call");
        assert_eq!(analysis.counts.clipped, 0, "{levels} levels");
    }
    let cut: Vec<f64> = pulses(30.0).iter().map(|x| libm::round(x.min(50_700.0) / 4.0) * 4.0).collect();
    let analysis = analyze(&cut, config(SignalKind::Ppg)).expect("a fair call");
    let clipped = analysis.beats.flag("clipped").iter().filter(|clipped| **clipped).count();
    assert!(clipped >= analysis.beats.len() - 2 && clipped > 30, "{clipped} of {}", analysis.beats.len());
}

/// Accepted beats: times of their peaks with their amplitudes.
fn amplitudes(analysis: &plethys::Analysis) -> Vec<(f64, f64)> {
    let rows = analysis.beats.number("peak").iter().zip(analysis.beats.number("amplitude"));
    let rows = rows.zip(analysis.beats.flag("accepted")).filter(|(_, accepted)| **accepted);
    rows.map(|((peak, amplitude), _)| (*peak, *amplitude)).collect()
}

#[test]
fn no_spike_leaves_an_accepted_beat_with_a_height_that_is_not_its_own() {
    let clean = analyze(&pulses(40.0), config(SignalKind::Ppg)).expect("a fair call");
    let usual = clean.amplitude.expect("clean pulses");
    for giant in [1e6, 1e8, 1e10, 1e12, 1e20, 1e29] {
        for sign in [1.0, -1.0] {
            for place in (2500..2610).step_by(7) {
                let mut samples = pulses(40.0);
                samples[place] = sign * giant;
                let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
                let beats = amplitudes(&analysis);
                for &(peak, amplitude) in beats.iter().filter(|(_, amplitude)| !amplitude.is_nan()) {
                    let share = amplitude / usual;
                    assert!((0.9..=1.1).contains(&share), "{sign} × {giant} at {place}: {share} at {peak} s");
                }
                let after = beats.iter().filter(|(peak, amplitude)| *peak > 25.0 && !amplitude.is_nan()).count();
                assert!(after >= 16, "{sign} × {giant} at {place}: {after} beats from 5 s after it on");
            }
        }
    }
}

#[test]
fn a_height_far_above_those_on_both_sides_is_left_out_and_a_step_in_height_is_not() {
    let level = 50_000.0;
    let grown = |from: usize, to: usize, gain: f64| -> Vec<f64> {
        let grow = |(i, x): (usize, &f64)| if (from..to).contains(&i) { level + gain * (x - level) } else { *x };
        pulses(60.0).iter().enumerate().map(grow).collect()
    };
    // Pulses begin every 104 samples, with 0 at phase 0; the twenty-first is enlarged.
    let one = analyze(&grown(2083, 2187, 4.0), config(SignalKind::Ppg)).expect("a fair call");
    let odd = (one.beats.number("peak").iter())
        .position(|peak| (16.7..17.4).contains(peak))
        .expect("the pulse is found all the same");
    assert!(one.beats.number("amplitude")[odd].is_nan());
    assert_eq!(Reason::from_code(one.beats.code("reason")[odd]), Some(Reason::Height));
    for gain in [0.1, 10.0] {
        let step = analyze(&grown(3000, 7500, gain), config(SignalKind::Ppg)).expect("a fair call");
        let beats = amplitudes(&step);
        let without: Vec<f64> =
            beats.iter().filter(|(_, amplitude)| amplitude.is_nan()).map(|(peak, _)| *peak).collect();
        // The recording begins with the first one's foot: that one has no amplitude, for this reason, and no other has none.
        assert!(beats.len() > 60 && without == [beats[0].0], "{gain}: {without:?} of {}", beats.len());
        assert_eq!(Reason::from_code(step.beats.code("reason")[0]), Some(Reason::Missing));
    }
}

#[test]
fn twenty_a_minute_have_an_end_and_a_rate() {
    for (variability, least) in [(0.0, 0.98), (0.03, 0.9), (0.06, 0.9)] {
        let mut samples = vec![50_000.0; (240.0 * HZ) as usize];
        let (mut begin, mut there) = (0.5, 0.0);
        while begin < 238.0 {
            for (i, sample) in samples.iter_mut().enumerate() {
                let off = i as f64 / HZ - begin - 0.4;
                let width = if off < 0.0 { 0.12 } else { 0.4 };
                *sample += 900.0 * libm::exp(-(off / width) * (off / width));
            }
            there += 1.0;
            begin += 3.0 * (1.0 + variability * libm::sin(1.3 * there));
        }
        let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
        assert_eq!(analysis.polarity, Polarity::Upright);
        let accepted = analysis.beats.flag("accepted");
        let ended = analysis.beats.number("rate").iter().zip(accepted).filter(|(r, a)| **a && !r.is_nan()).count();
        println!("{variability:?}: {ended} of {there} with an end, {:?}", analysis.pulse_rate);
        assert!(ended as f64 >= least * (there - 2.0), "{variability:?}: {ended} of {there}");
        assert!(analysis.pulse_rate.is_some_and(|rate| (rate - 20.0).abs() < 0.5), "{:?}", analysis.pulse_rate);
        assert!(analysis.latency <= 6.0);
    }
}

#[test]
fn an_empty_push_decides_nothing() {
    let mut monitor = Monitor::new(config(SignalKind::Ppg)).expect("in range");
    monitor.push_slice::<f64>(&[], &mut |_| ()).expect("nothing is no fault");
    assert!(monitor.push_timed(0.0, 1.0).is_ok());
    let empty = plethys::Input { time: Some(&[]), ..plethys::Input::new(&[] as &[f64]) };
    monitor.reset();
    monitor.push_input(&empty, &mut |_| ()).expect("nothing is no fault");
    assert!(monitor.push_slice(&[1.0], &mut |_| ()).is_ok());
    monitor.finish(&mut |_| ());
    assert_eq!(monitor.push_slice::<f64>(&[], &mut |_| ()), Err(plethys::Error::Finished));
}

#[test]
fn a_weak_stretch_does_not_bring_back_a_level_that_was_lost() {
    // A bedside export: swing over mean 60 %, then 10 %.
    let swing = |(i, x): (usize, f64)| 1000.0 + if i < 5000 { 0.6 } else { 0.1 } * (x - 50_400.0);
    let samples: Vec<f64> = pulses(80.0).into_iter().enumerate().map(swing).collect();
    let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
    assert!(analysis.beats.number("perfusion_index").iter().all(|index| index.is_nan()));
    assert_eq!(analysis.absent.perfusion_index, Some(Reason::NoDc));
    let weak: Vec<f64> = samples[5000..].to_vec();
    assert!(analyze(&weak, config(SignalKind::Ppg)).expect("a fair call").perfusion_index.is_some());
}

#[test]
fn fewer_than_three_seconds_are_too_short_whatever_they_are() {
    for value in [f64::NAN, 0.0, f64::INFINITY] {
        let short = analyze(&vec![value; 374], config(SignalKind::Ppg)).expect("a fair call");
        assert_eq!(short.state, State::TooShort);
        let enough = analyze(&vec![value; 376], config(SignalKind::Ppg)).expect("a fair call");
        assert_eq!(enough.state, if value == 0.0 { State::Flat } else { State::Missing });
    }
}

#[test]
fn a_sensor_that_moves_is_said_to() {
    let config = Config { motion: true, ..config(SignalKind::Ppg) };
    let mut monitor = Monitor::new(config).expect("in range");
    let mut states = Vec::new();
    for i in 0..(90.0 * HZ) as u32 {
        let time = f64::from(i) / HZ;
        let swing = if (30.0..60.0).contains(&time) { libm::sin(10.0 * time) } else { 0.0 };
        drop(
            monitor
                .push_with_motion(pulse(i) + 3000.0 * swing, [swing, 0.2 * swing, 1.0])
                .expect("motion was announced"),
        );
        if i % 125 == 124 {
            states.push(monitor.snapshot().state);
        }
    }
    let count = |from: usize, to: usize| states[from..to].iter().filter(|state| **state == State::Motion).count();
    assert_eq!((count(0, 30), count(40, 60), count(72, 90)), (0, 20, 0), "{states:?}");
}

#[test]
fn a_stamp_too_far_away_is_named_in_a_few_digits() {
    let mut monitor = Monitor::new(config(SignalKind::Ppg)).expect("in range");
    let text = monitor.push_timed(1e308, 1.0).map(|_| ()).expect_err("no time of seconds").to_string();
    assert_eq!(text, "time must be within 1e12 s of 0, got 1e308 at stamp 0");
}

#[test]
fn a_signal_that_begins_within_a_pulse_gives_that_pulse_no_height_and_no_onset() {
    let whole = pulses(20.0);
    let usual = analyze(&whole, config(SignalKind::Ppg)).expect("a fair call").amplitude.expect("clean pulses");
    let mut without = 0;
    // A pulse lasts 104 samples; after the second of these gaps a segment of its own begins.
    for first in 0..104 {
        let mut samples = whole[first..].to_vec();
        samples[1250..1300].fill(f64::NAN);
        let analysis = analyze(&samples, config(SignalKind::Ppg)).expect("a fair call");
        let rows = analysis.beats.number("amplitude").iter().zip(analysis.beats.number("onset"));
        let rows = rows.zip(analysis.beats.code("reason")).zip(analysis.beats.flag("accepted"));
        for (((amplitude, onset), reason), _) in rows.filter(|(_, accepted)| **accepted) {
            if amplitude.is_nan() {
                assert!(onset.is_nan() && *reason == Reason::Missing.code(), "from {first}: {onset} {reason}");
                without += 1;
            } else {
                assert!((amplitude / usual - 1.0).abs() < 0.02, "from {first}: {amplitude} of {usual}");
            }
        }
    }
    assert!((40..120).contains(&without), "{without}");
}

#[test]
fn stamps_that_never_increase_are_named() {
    let error = plethys::estimate_sample_rate(&[3.0, 2.0, 1.0]).expect_err("no rate");
    assert_eq!(error.to_string(), "time must increase, got 3 before 1");
}

#[test]
fn samples_that_no_sensor_gives_are_not_averaged() {
    let mut samples = pulses(60.0);
    let clean = analyze(&samples, config(SignalKind::Pvr)).expect("a fair call");
    // Every third beat, each time elsewhere in it.
    for (k, at) in (300..samples.len() - 300).step_by(3 * 104 + 7).enumerate() {
        samples[at] = [1e308, -1e308, 1e200, -1e31][k % 4];
    }
    let analysis = analyze(&samples, config(SignalKind::Pvr)).expect("a fair call");
    let (beat, usual) = (analysis.ensemble(&samples, 0.0..60.0), clean.ensemble(&pulses(60.0), 0.0..60.0));
    let (beat, usual) = (beat.expect("two beats in three"), usual.expect("all beats"));
    assert!(beat.beats >= 15 && beat.beats < usual.beats, "{} of {}", beat.beats, usual.beats);
    approx::assert_relative_eq!(beat.amplitude, usual.amplitude, max_relative = 0.02);
    // Samples that are not those of the analysis: nothing, or a beat, but no panic.
    let other: Vec<f64> = samples.iter().rev().map(|x| x * 1e300).collect();
    assert!(analysis.ensemble(&other, 0.0..60.0).is_none_or(|beat| beat.amplitude.is_finite()));
}
