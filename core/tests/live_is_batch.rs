//! Live is batch: one sample at a time, in chunks of any size, or all at once, the tables are the same bit for bit.

#[path = "common/tables.rs"]
mod tables;

use plethys::{Analysis, Config, Input, Monitor, SampleRate, SignalKind, analyze_input};
use plethys_datasets::{Drift, Level, Modulation, Motion, Rhythm, Span, Synth};
use proptest::prelude::*;
use tables::Tables;

fn batch(input: &Input<'_, f64>, config: Config) -> Tables {
    let Analysis { beats, rates, pulses, .. } = analyze_input(input, config).expect("a valid configuration");
    Tables { beats, rates, pulses }
}

/// Pushes `input` in chunks whose sizes `sizes` gives, over and over, into a monitor that has been used before.
fn live(input: &Input<'_, f64>, config: Config, sizes: &[usize]) -> Tables {
    let mut monitor = Monitor::new(config).expect("a valid configuration");
    monitor.push_slice(&[5.0, -1.0, f64::NAN, 7.0], &mut |_| ()).expect("plain samples");
    monitor.reset();
    let mut tables = Tables::default();
    let mut from = 0;
    for size in sizes.iter().cycle() {
        let to = (from + size).min(input.samples.len());
        let chunk = Input {
            samples: &input.samples[from..to],
            time: input.time.map(|time| &time[from..to]),
            motion: input.motion.map(|motion| &motion[from..to]),
            companion: input.companion.map(|companion| &companion[from..to]),
        };
        monitor.push_input(&chunk, &mut |event| tables.take(event)).expect("a valid chunk");
        from = to;
        if from == input.samples.len() {
            break;
        }
    }
    monitor.finish(&mut |event| tables.take(event));
    tables
}

fn single(samples: &[f64], config: Config) -> Tables {
    let mut monitor = Monitor::new(config).expect("a valid configuration");
    let mut tables = Tables::default();
    for sample in samples {
        monitor.push(*sample).for_each(|event| tables.take(event));
    }
    monitor.finish(&mut |event| tables.take(event));
    tables
}

/// A stream with breathing, drift, noise, motion, gaps and a clipped stretch.
fn rough(seed: u64, sample_rate: f64) -> plethys_datasets::Recording {
    Synth {
        seed,
        rhythm: Rhythm::resting(50.0 + (seed % 80) as f64),
        respiration: Some(Modulation { frequency: 0.25, amplitude: 0.1, intensity: 0.2 }),
        drift: Some(Drift { highest: 0.2, swing: 2.0 }),
        white: Some(Level::SnrDb(20.0)),
        motion: Some(Motion { bursts: vec![Span::new(20.0, 24.0)], cadence: 1.7, strength: 2.0, periodicity: 0.7 }),
        gaps: vec![Span::new(8.0, 8.2), Span::new(30.0, 32.0)],
        ..Synth::ppg(sample_rate, 45.0)
    }
    .record()
    .expect("a valid configuration")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chunking_gives_the_same_tables(
        seed in 0_u64..1000,
        sample_rate in prop_oneof![Just(25.0), Just(64.0), Just(125.0), Just(250.0)],
        sizes in prop::collection::vec(1_usize..700, 1..12),
    ) {
        let recording = rough(seed, sample_rate);
        let config = Config::ppg(SampleRate::hz(sample_rate).expect("in range"));
        let input = Input::new(&recording.samples[..]);
        let whole = batch(&input, config);
        prop_assert!(whole.beats.len() > 20);
        prop_assert!(whole.bytes() == live(&input, config, &sizes).bytes());
        prop_assert!(whole.bytes() == single(&recording.samples, config).bytes());
    }

    #[test]
    fn any_chunking_of_stamps_and_motion_gives_the_same_tables(
        seed in 0_u64..1000,
        sizes in prop::collection::vec(1_usize..700, 1..12),
    ) {
        let recording = rough(seed, 64.0);
        let rate = SampleRate::hz(64.0).expect("in range");
        let config = Config { motion: true, companion: true, ..Config::ppg(rate) };
        let time: Vec<f64> = (0..recording.samples.len()).map(|i| (i as f64 + 0.3 * libm::sin(i as f64)) / 64.0).collect();
        let motion = recording.acceleration.clone().expect("motion was asked for");
        let input = Input { samples: &recording.samples[..], time: Some(&time), motion: Some(&motion), companion: Some(&recording.samples) };
        let whole = batch(&input, config);
        prop_assert!(whole.beats.len() > 20);
        prop_assert!(whole.bytes() == live(&input, config, &sizes).bytes());
    }
}

#[test]
fn recorded_streams_give_the_same_tables_in_pieces() {
    let Some(data) = plethys_datasets::find_data() else {
        println!("skipped: PLETHYS_DATA is not set");
        return;
    };
    let mut streams = 0;
    for dataset in std::fs::read_dir(&data).expect("PLETHYS_DATA names a folder").flatten() {
        if !dataset.path().is_dir() {
            continue;
        }
        for path in plethys_datasets::records(&dataset.path()).expect("a folder of records") {
            let record = plethys_datasets::Record::read(&path).expect("a record");
            for (name, signal) in [
                ("ppg", SignalKind::Ppg),
                ("ppg1", SignalKind::Ppg),
                ("bvp", SignalKind::Ppg),
                ("ppg_mV", SignalKind::Ppg),
                ("flow", SignalKind::Ppg),
                ("abp", SignalKind::Pressure),
                ("volt", SignalKind::Pressure),
            ] {
                let Ok(samples) = record.samples(name) else { continue };
                // Where channels differ in rate, each has its own `<name>_fs`.
                let own = record.samples(&format!("{name}_fs")).ok().and_then(|fs| fs.first().copied());
                let Some(Ok(rate)) = own.or(record.sample_rate).map(SampleRate::hz) else { continue };
                let config = Config::new(signal, rate);
                let input = Input::new(samples);
                let whole = batch(&input, config);
                assert!(whole.bytes() == single(samples, config).bytes(), "{} {name}", path.display());
                assert!(whole.bytes() == live(&input, config, &[1, 17, 4096]).bytes(), "{} {name}", path.display());
                streams += 1;
            }
        }
    }
    println!("{streams} recorded streams: live is batch");
    assert!(streams >= 40, "only {streams} streams found in {}", data.display());
}

/// Pushes the rest of a recording into `monitor` one by one, and finishes it.
fn carried_on(mut monitor: Monitor, rest: &[f64], mut tables: Tables) -> Tables {
    for sample in rest {
        monitor.push(*sample).for_each(|event| tables.take(event));
    }
    monitor.finish(&mut |event| tables.take(event));
    tables
}

#[test]
fn a_clone_goes_on_as_its_original_would() {
    let rate = SampleRate::hz(64.0).expect("in range");
    let samples = rough(3, 64.0).samples;
    let expected = single(&samples, Config::ppg(rate));
    assert!(expected.beats.len() > 30);
    // Before the first sample, while the polarity is not decided, in a gap, near the end.
    for at in [0, 100, 31 * 64, samples.len() - 64] {
        let (before, rest) = samples.split_at(at);
        let mut monitor = Monitor::new(Config::ppg(rate)).expect("a valid configuration");
        let mut tables = Tables::default();
        for sample in before {
            monitor.push(*sample).for_each(|event| tables.take(event));
        }
        assert!(carried_on(monitor.clone(), rest, tables).bytes() == expected.bytes(), "cloned after {at} samples");
    }
}
