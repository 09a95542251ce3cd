//! Nothing is allocated after construction: a counting allocator over everything that a live stream calls.

mod common;

use std::hint::black_box;

use plethys::{Config, Event, Input, Monitor, Polarity, SampleRate, SensorRange};
use plethys_datasets::Synth;

use common::heap_events;

/// Fifty seconds with everything that can go wrong: gaps short and long, infinities, a rail, a flat line, a spike, a giant.
fn rough(sample_rate: f64) -> Vec<f64> {
    let mut samples = Synth::ppg(sample_rate, 50.0).record().expect("a valid configuration").samples;
    let at = |seconds: f64| (seconds * sample_rate) as usize;
    samples[at(6.0)..at(6.2)].fill(f64::NAN);
    samples[at(10.0)..at(12.0)].fill(f64::NAN);
    samples[at(15.0)] = f64::INFINITY;
    samples[at(16.0)] = 1e308;
    samples[at(17.0)] = 1e29;
    samples[at(20.0)..at(22.0)].fill(50_000.0);
    // The polarity that the first seconds suggest is the wrong one.
    let mut next = 1_u32;
    for sample in &mut samples[..at(9.0)] {
        next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *sample = 50_000.0 + f64::from(next >> 16) * 0.02;
    }
    let high = samples[at(25.0)..at(30.0)].iter().copied().fold(f64::MIN, f64::max);
    for sample in &mut samples[at(25.0)..at(30.0)] {
        *sample = sample.min(high - 200.0);
    }
    samples
}

#[test]
fn the_counter_counts() {
    assert!(heap_events(|| drop(black_box(vec![0_u8; 64]))) >= 2, "the counter is dead");
}

#[test]
fn a_live_monitor_leaves_the_heap_alone() {
    for sample_rate in [20.0, 125.0, 1000.0] {
        let samples = rough(sample_rate);
        let rate = SampleRate::hz(sample_rate).expect("in range");
        for config in [
            Config::ppg(rate),
            Config {
                polarity: Polarity::Inverted,
                sensor_range: SensorRange::new(0.0, 65535.0).ok(),
                ..Config::ppg(rate)
            },
            Config::pvr(rate),
        ] {
            let mut monitor = Monitor::new(config).expect("a valid configuration");
            let mut beats = 0;
            let mut sink = |event| beats += u32::from(matches!(event, Event::Beat(_)));
            let events = heap_events(|| {
                for sample in &samples {
                    monitor.push(*sample).for_each(&mut sink);
                    black_box(monitor.snapshot());
                }
                monitor.finish(&mut sink);
                black_box(monitor.push_slice(&samples, &mut sink).is_err());
                monitor.reset();
                black_box(monitor.push_slice(&samples, &mut sink).is_ok());
                monitor.finish(&mut sink);
                monitor.reset();
                black_box(monitor.latency());
            });
            assert_eq!(events, 0, "{sample_rate} Hz");
            assert!(beats > 40, "the monitor had nothing to do: {beats} beats");
        }
    }
}

#[test]
fn time_stamps_motion_and_their_faults_leave_the_heap_alone() {
    let samples = rough(125.0);
    let mut time: Vec<f64> = (0..samples.len()).map(|i| i as f64 / 125.0).collect();
    time[700] = time[699];
    time[800] = time[790];
    for stamp in &mut time[3000..] {
        *stamp += 100.0;
    }
    let motion: Vec<[f64; 3]> = time.iter().map(|t| [libm::sin(8.0 * t), 0.1, 1.0]).collect();
    let rate = SampleRate::hz(125.0).expect("in range");
    let config = Config { motion: true, companion: true, ..Config::ppg(rate) };
    let mut monitor = Monitor::new(config).expect("a valid configuration");
    let input = Input { samples: &samples, time: Some(&time), motion: Some(&motion), companion: Some(&samples) };
    let mut rows = 0;
    let mut sink = |event| rows += u32::from(matches!(event, Event::Rate(_)));
    let events = heap_events(|| {
        black_box(monitor.push_input(&input, &mut sink).is_ok());
        black_box(monitor.push_timed(f64::NAN, 1.0).is_err());
        black_box(monitor.push_input(&Input { time: None, ..input }, &mut sink).is_err());
        monitor.finish(&mut sink);
        monitor.reset();
        black_box(monitor.push_timed(5.0, 1.0).is_ok());
    });
    assert_eq!(events, 0);
    assert!(rows > 20, "the monitor had nothing to do: {rows} rows");
}
