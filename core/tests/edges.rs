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
