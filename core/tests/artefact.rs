//! Bad input, row by row as the design's table has it: an answer that says what came, never a panic, never a NaN in an answer.

use plethys::{
    Analysis, Calibration, Config, ConfigError, Error, Input, Monitor, Notch, Polarity, Reason, SampleRate,
    SensorRange, State, analyze, analyze_input,
};
use plethys_datasets::{Clip, Spike, Synth};
use proptest::prelude::*;

fn rate(hz: f64) -> SampleRate {
    SampleRate::hz(hz).expect("in range")
}

fn pulses(seconds: f64) -> Vec<f64> {
    Synth::ppg(125.0, seconds).record().expect("a valid configuration").samples
}

fn accepted(result: &Analysis) -> usize {
    result.beats.flag("accepted").iter().filter(|accepted| **accepted).count()
}

/// Nothing in an answer is infinite, negative where it cannot be, or NaN where it claims to be there.
fn assert_sound(result: &Analysis) {
    for name in ["peak", "quality"] {
        assert!(result.beats.number(name).iter().all(|value| value.is_finite()), "{name}");
    }
    for column in result.beats.numbers() {
        assert!(column.iter().all(|value| !value.is_infinite()));
    }
    for name in ["amplitude", "rate", "upstroke_time", "width", "perfusion_index"] {
        assert!(result.beats.number(name).iter().all(|value| value.is_nan() || *value >= 0.0), "{name}");
    }
    assert!(result.beats.number("quality").iter().all(|quality| (0.0..=1.0).contains(quality)));
    assert!(
        result.beats.number("peak").is_sorted(),
        "{:?} {:?}",
        result.beats.number("peak"),
        result.beats.number("onset")
    );
    let pairs = result.beats.number("onset").iter().zip(result.beats.number("peak"));
    assert!(pairs.into_iter().all(|(onset, peak)| onset.is_nan() || onset <= peak));
    let rejected = result.beats.flag("accepted").iter().zip(result.beats.code("reason"));
    assert!(rejected.into_iter().all(|(accepted, reason)| *accepted || Reason::from_code(*reason).is_some()));
    assert!(result.beats.code("notch").iter().all(|code| *code == 0 || Notch::from_code(*code).is_some()));
    for value in [result.pulse_rate, result.amplitude, result.perfusion_index, result.quality].into_iter().flatten() {
        assert!(value.is_finite());
    }
    assert_eq!(result.pulse_rate.is_none(), result.absent.pulse_rate.is_some());
    assert_eq!(result.amplitude.is_none(), result.absent.amplitude.is_some());
    assert_eq!(result.perfusion_index.is_none(), result.absent.perfusion_index.is_some());
}

#[test]
fn a_rate_outside_the_range_is_an_error_that_names_it() {
    for hz in [0.0, -125.0, 19.9, 4000.1, f64::NAN, f64::INFINITY] {
        let error = SampleRate::hz(hz).expect_err("out of range");
        let text = error.to_string();
        assert!(text.contains("sample_rate") && text.contains("20") && text.contains("4000"), "{text}");
        assert!(text.contains(&hz.to_string()), "{text}");
    }
}

#[test]
fn other_numbers_that_cannot_be_used_are_errors_that_name_them() {
    assert!(matches!(
        Calibration::new(0.0, 1.0, "mV"),
        Err(ConfigError::NotUsable { argument: "calibration.scale", .. })
    ));
    assert!(matches!(Calibration::new(1.0, f64::NAN, "mV"), Err(ConfigError::NotUsable { .. })));
    assert!(matches!(SensorRange::new(5.0, 5.0), Err(ConfigError::NotIncreasing { .. })));
    assert!(matches!(Calibration::new(1.0, 0.0, "a unit of far too many letters"), Err(ConfigError::TooLong { .. })));
    assert!(Polarity::from_name("sideways").expect_err("unknown").to_string().contains("\"upright\""));
}

#[test]
fn an_empty_or_short_recording_has_no_beats_and_says_too_short() {
    for samples in [vec![], pulses(2.9)] {
        for polarity in [Polarity::Auto, Polarity::Inverted] {
            let result = analyze(&samples, Config { polarity, ..Config::ppg(rate(125.0)) }).expect("no error");
            assert!(result.beats.is_empty() && result.pulses.is_empty());
            assert_eq!(result.state, State::TooShort);
            assert_eq!(result.absent.pulse_rate, Some(Reason::TooShort));
        }
    }
}

#[test]
fn missing_and_infinite_samples_are_counted_and_bridged_or_end_a_beat() {
    let mut samples = pulses(30.0);
    samples[1000..1030].fill(f64::NAN);
    samples[2000..2250].fill(f64::NAN);
    samples[2900] = f64::INFINITY;
    samples[2901] = f64::NEG_INFINITY;
    let result = analyze(&samples, Config::ppg(rate(125.0))).expect("no error");
    assert_eq!((result.counts.missing, result.counts.out_of_range, result.counts.gaps), (280, 2, 1));
    assert_eq!(result.beats.flag("bridged").iter().filter(|bridged| **bridged).count(), 2);
    let ends = result.beats.number("end");
    let before_gap = result.beats.number("peak").iter().position(|peak| *peak > 16.0).expect("beats after the gap") - 1;
    assert!(ends[before_gap].is_nan() && !ends[before_gap - 1].is_nan());
    assert!(accepted(&result) >= 31, "{}", accepted(&result));
    assert_sound(&result);
}

#[test]
fn what_never_changes_has_no_beat_and_says_why() {
    let config = Config::ppg(rate(125.0));
    let railed = Config { sensor_range: SensorRange::new(0.0, 4095.0).ok(), ..config };
    for (value, config, state) in [
        (7.0, config, State::Flat),
        (0.0, config, State::Flat),
        (f64::NAN, config, State::Missing),
        (f64::INFINITY, config, State::Missing),
        (4095.0, railed, State::Rail),
    ] {
        let result = analyze(&vec![value; 5000], config).expect("no error");
        assert_eq!(accepted(&result), 0);
        assert_eq!(result.state, state, "{value}");
        assert_sound(&result);
    }
}

#[test]
fn clipped_beats_stand_without_what_needs_the_clipped_part() {
    let synth = Synth { clip: Some(Clip::Share(0.2, 0.0)), ..Synth::ppg(125.0, 60.0) };
    let recording = synth.record().expect("a valid configuration");
    for sensor_range in [None, recording.truth.rails.and_then(|(low, high)| SensorRange::new(low, high).ok())] {
        let result =
            analyze(&recording.samples, Config { sensor_range, ..Config::ppg(rate(125.0)) }).expect("no error");
        assert!(accepted(&result) >= 65, "{}", accepted(&result));
        let clipped = result.beats.flag("clipped").iter().filter(|clipped| **clipped).count();
        assert!(clipped >= 65, "{clipped} clipped beats recognised, sensor range {sensor_range:?}");
        assert_eq!(result.amplitude, None);
        assert_eq!(result.absent.amplitude, Some(Reason::Clipped));
        assert_eq!(result.absent.perfusion_index, Some(Reason::Clipped));
        assert!(result.pulse_rate.is_some_and(|rate| (rate - 72.0).abs() < 1.0));
        assert_sound(&result);
    }
}

#[test]
fn unclipped_pulses_are_not_taken_for_clipped() {
    for step in [1.0, 20.0, 40.0] {
        let samples: Vec<f64> = pulses(60.0).iter().map(|x| libm::round(x / step) * step).collect();
        let result = analyze(&samples, Config::ppg(rate(125.0))).expect("no error");
        assert_eq!(
            result.beats.flag("clipped").iter().filter(|clipped| **clipped).count(),
            0,
            "steps of {step} in 1000"
        );
    }
}

#[test]
fn giants_spikes_and_steps_are_survived_within_five_seconds() {
    for giant in [1e308, -1e308, 1e29, -1e12, 1e6] {
        let mut samples = pulses(40.0);
        samples[2500] = giant;
        for sample in &mut samples[3500..] {
            *sample += 10_000.0;
        }
        let result = analyze(&samples, Config::ppg(rate(125.0))).expect("no error");
        assert_sound(&result);
        let after = |from: f64, to: f64| {
            let beats = result.beats.number("peak").iter().zip(result.beats.flag("accepted"));
            beats.into_iter().filter(|(peak, accepted)| **accepted && **peak > from && **peak < to).count()
        };
        assert!(after(25.0, 28.0) >= 3, "{giant}: {} beats 5 s after the spike", after(25.0, 28.0));
        assert!(after(33.0, 39.0) >= 6, "{giant}: {} beats 5 s after the step", after(33.0, 39.0));
    }
    let spike = Synth { spikes: vec![Spike { time: 20.0, height: 1000.0 }], ..Synth::ppg(125.0, 40.0) };
    let recording = spike.record().expect("a valid configuration");
    let result = analyze(&recording.samples, Config::ppg(rate(125.0))).expect("no error");
    assert!(accepted(&result) >= recording.truth.visible().count() - 3);
}

/// A stream that stands elsewhere for a while and comes back: neither the way there nor the way back stays in the filters.
#[test]
fn a_stay_at_another_level_is_survived_within_five_seconds() {
    for level in [1e30, -1e30, 1e12, 1e7, 0.0] {
        for stay in [0.2, 0.5, 1.6, 4.0] {
            let mut samples = pulses(40.0);
            samples[2500..2500 + (stay * 125.0) as usize].fill(level);
            let result = analyze(&samples, Config::ppg(rate(125.0))).expect("no error");
            assert_sound(&result);
            let from = 20.0 + stay + 5.0;
            let beats = result.beats.number("peak").iter().zip(result.beats.flag("accepted"));
            let found = beats.into_iter().filter(|(peak, accepted)| **accepted && **peak > from).count();
            let expected = ((39.0 - from) * 1.1) as usize;
            assert!(found >= expected, "{level} for {stay} s: {found} beats of {expected} from 5 s after it");
        }
    }
}

#[test]
fn integers_and_single_precision_are_taken() {
    let samples: Vec<f64> = pulses(20.0).iter().map(|x| libm::round(*x)).collect();
    let config = Config::ppg(rate(125.0));
    let expected = analyze(&samples, config).expect("no error").beats.to_bytes();
    let integers: Vec<i32> = samples.iter().map(|x| *x as i32).collect();
    let singles: Vec<f32> = samples.iter().map(|x| *x as f32).collect();
    let shorts: Vec<u16> = samples.iter().map(|x| *x as u16).collect();
    assert!(expected == analyze(&integers, config).expect("no error").beats.to_bytes());
    assert!(expected == analyze(&singles, config).expect("no error").beats.to_bytes());
    assert!(expected == analyze(&shorts, config).expect("no error").beats.to_bytes());
}

#[test]
fn what_does_not_belong_together_is_an_error_that_says_so() {
    let samples = pulses(5.0);
    let config = Config::ppg(rate(125.0));
    let input = Input::new(&samples[..]);
    let short = analyze_input(&Input { time: Some(&samples[..7]), ..input }, config).expect_err("lengths differ");
    assert_eq!(short, Error::LengthMismatch { argument: "time", length: 7, expected: 625 });
    let motion = vec![[0.0; 3]; samples.len()];
    assert!(matches!(analyze_input(&Input { motion: Some(&motion), ..input }, config), Err(Error::WrongInput { .. })));
    let mut time: Vec<f64> = (0..625).map(|i| f64::from(i) / 125.0).collect();
    time[300] = f64::NAN;
    assert!(matches!(
        analyze_input(&Input { time: Some(&time), ..input }, config),
        Err(Error::BadTime { index: 300, .. })
    ));
}

#[test]
fn a_finished_monitor_takes_nothing_until_it_is_reset() {
    let samples = pulses(10.0);
    let mut monitor = Monitor::new(Config::ppg(rate(125.0))).expect("a valid configuration");
    monitor.push_slice(&samples, &mut |_| ()).expect("not finished");
    monitor.finish(&mut |_| ());
    let before = monitor.snapshot();
    assert_eq!(monitor.push(1.0).count(), 0);
    assert_eq!(monitor.push_slice(&samples, &mut |_| ()), Err(Error::Finished));
    assert_eq!(monitor.snapshot(), before);
    monitor.finish(&mut |_| panic!("nothing is due twice"));
    monitor.reset();
    assert!(monitor.push_slice(&samples, &mut |_| ()).is_ok());
}

#[test]
fn stamps_that_go_wrong_are_counted_and_a_far_jump_brings_no_flood() {
    let samples = pulses(20.0);
    let mut time: Vec<f64> = (0..samples.len()).map(|i| i as f64 / 125.0).collect();
    time[500] = time[499];
    time[700] = time[699] - 0.1;
    for stamp in &mut time[1500..] {
        *stamp += 1e9;
    }
    let config = Config::ppg(rate(125.0));
    let result = analyze_input(&Input { time: Some(&time), ..Input::new(&samples[..]) }, config).expect("no error");
    assert_eq!(result.counts.equal_stamps + result.counts.late_stamps, 1);
    assert_eq!((result.counts.backward_stamps, result.counts.clock_jumps), (1, 1));
    assert!(result.rates.len() < 40, "{} rows", result.rates.len());
    assert!(result.beats.len() >= 18 && result.beats.len() <= 30, "{} beats", result.beats.len());
    assert!(result.beats.number("peak").last().is_some_and(|peak| *peak > 1e9));
    assert_sound(&result);
}

#[test]
fn a_rate_from_before_a_far_jump_is_not_the_rate_now() {
    let mut monitor = Monitor::new(Config::ppg(rate(125.0))).expect("a valid configuration");
    let samples = pulses(30.0);
    let time: Vec<f64> = (0..samples.len()).map(|i| i as f64 / 125.0).collect();
    monitor.push_input(&Input { time: Some(&time), ..Input::new(&samples[..]) }, &mut |_| ()).expect("plain samples");
    assert!(monitor.snapshot().pulse_rate.is_some());
    drop(monitor.push_timed(10_000.0, samples[0]).expect("a far jump is no error"));
    let now = monitor.snapshot();
    assert_eq!(now.pulse_rate, None);
    assert!(now.absent.pulse_rate.is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_samples_panic(
        samples in prop::collection::vec(
            prop_oneof![
                8 => -100.0..100.0_f64,
                1 => any::<f64>(),
                1 => Just(f64::NAN),
                1 => Just(0.0),
            ],
            0..4000,
        ),
        hz in prop_oneof![Just(20.0), Just(33.3), Just(100.0), Just(512.0), Just(4000.0)],
    ) {
        let result = analyze(&samples, Config::ppg(rate(hz))).expect("no error");
        assert_sound(&result);
    }
}
