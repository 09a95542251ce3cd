//! Which way is up, whatever a stream begins with: nothing, noise, a step, a moving limb.

use plethys::{Analysis, Config, Event, Monitor, Polarity, SampleRate, SignalKind, analyze};
use plethys_datasets::{Level, Motion, Record, Rng, Span, Synth};

const HZ: f64 = 125.0;

fn config(hz: f64) -> Config {
    Config::ppg(SampleRate::hz(hz).expect("in range"))
}

fn synth(seed: u64, seconds: f64) -> Synth {
    Synth { seed, white: Some(Level::SnrDb(30.0)), ..Synth::ppg(HZ, seconds) }
}

/// Pulses as the sensor sees them: light falls in systole.
fn pulses(seed: u64, seconds: f64) -> Vec<f64> {
    synth(seed, seconds).record().expect("a valid configuration").samples
}

fn negated(samples: &[f64]) -> Vec<f64> {
    samples.iter().map(|x| 100_000.0 - x).collect()
}

fn spread(samples: &[f64]) -> f64 {
    let (low, high) = samples.iter().fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
    high - low
}

fn noise(seed: u64, seconds: f64, hz: f64, level: f64, rms: f64) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    (0..(seconds * hz) as usize).map(|_| level + rms * rng.normal()).collect()
}

/// Accepted beats whose peak lies in `from..to` s.
fn accepted(result: &Analysis, from: f64, to: f64) -> usize {
    let beats = result.beats.number("peak").iter().zip(result.beats.flag("accepted"));
    beats.filter(|(peak, accepted)| **accepted && (from..to).contains(*peak)).count()
}

/// The pulses of `tail` in the ends up after `head`; read as they are from 12 s after their begin, and in part from 6 s after it.
fn assert_finds_its_way(head: &[f64], tail: &[f64], up: Polarity, what: &str) {
    let begin = head.len() as f64 / HZ;
    let samples: Vec<f64> = head.iter().chain(tail).copied().collect();
    let result = analyze(&samples, config(HZ)).expect("a fair call");
    assert_eq!(result.polarity, up, "{what}");
    let told = analyze(&samples, Config { polarity: up, ..config(HZ) }).expect("a fair call");
    let end = samples.len() as f64 / HZ - 2.0;
    let (found, there) = (accepted(&result, begin + 6.0, end), accepted(&told, begin + 6.0, end));
    assert!(found + 1 >= there && there > 20, "{what}: {found} of {there}");
    let amplitude = |result: &Analysis| {
        let rows = result.beats.number("peak").iter().zip(result.beats.number("amplitude"));
        let mut late: Vec<f64> =
            rows.filter(|(peak, _)| **peak > begin + 12.0).map(|(_, amplitude)| *amplitude).collect();
        late.sort_by(f64::total_cmp);
        late[late.len() / 2]
    };
    assert_eq!(amplitude(&result), amplitude(&told), "{what}");
    assert!(result.beats.number("peak").is_sorted(), "{what}");
    assert!(result.pulses.is_sorted(), "{what}");
}

#[test]
fn a_sensor_that_is_put_on_late() {
    for seed in 0..6 {
        let inverted = pulses(seed, 40.0);
        let upright = negated(&inverted);
        let size = spread(&upright);
        for (tail, up) in [(&upright, Polarity::Upright), (&inverted, Polarity::Inverted)] {
            for level in [0.0, tail[0], 4.0e6] {
                assert_finds_its_way(&vec![level; 20 * 125], tail, up, &format!("flat at {level}, seed {seed}"));
            }
            let head = noise(seed, 30.0, HZ, tail[0], 0.2 * size);
            assert_finds_its_way(&head, tail, up, &format!("noise, seed {seed}"));
            let mut steps = noise(seed, 5.0, HZ, 0.0, 0.01 * size);
            steps.extend(noise(seed + 50, 5.0, HZ, tail[0] + 5.0 * size, 0.01 * size));
            assert_finds_its_way(&steps, tail, up, &format!("steps, seed {seed}"));
        }
    }
}

#[test]
fn a_limb_that_moves_first() {
    for seed in 0..6 {
        let motion = Motion { bursts: vec![Span::new(0.0, 10.0)], cadence: 1.6, strength: 3.0, periodicity: 0.5 };
        let moved =
            Synth { motion: Some(motion), ..synth(seed, 60.0) }.record().expect("a valid configuration").samples;
        for (samples, up) in [(negated(&moved), Polarity::Upright), (moved.clone(), Polarity::Inverted)] {
            let (head, tail) = samples.split_at((10.0 * HZ) as usize);
            assert_finds_its_way(head, tail, up, &format!("motion, seed {seed}"));
        }
    }
}

#[test]
fn a_flat_line_has_no_polarity_and_a_pressure_without_a_clear_one_rises() {
    for samples in [vec![3.0; 2500], [vec![0.0; 1250], vec![9.0; 1250]].concat()] {
        let mut monitor = Monitor::new(config(HZ)).expect("a valid configuration");
        for sample in &samples {
            drop(monitor.push(*sample));
            assert_eq!(monitor.snapshot().polarity, Polarity::Auto);
        }
    }
    let triangle: Vec<f64> = (0..5000).map(|i| ((f64::from(i) / HZ).fract() - 0.5).abs()).collect();
    for signal in [SignalKind::Pvr, SignalKind::Pressure] {
        let config = Config { signal, ..config(HZ) };
        for samples in [triangle.clone(), negated(&triangle)] {
            assert_eq!(analyze(&samples, config).expect("a fair call").polarity, Polarity::Upright);
        }
        assert_eq!(analyze(&pulses(1, 30.0), config).expect("a fair call").polarity, Polarity::Inverted);
    }
}

#[test]
fn beats_come_in_time_also_where_the_polarity_turns() {
    for seed in 0..4 {
        let tail = if seed % 2 == 0 { pulses(seed, 40.0) } else { negated(&pulses(seed, 40.0)) };
        let mut samples = noise(seed, 30.0, HZ, tail[0], 0.2 * spread(&tail));
        samples.extend(tail);
        let mut monitor = Monitor::new(config(HZ)).expect("a valid configuration");
        let (mut last, mut turns, mut before) = (0.0, 0, Polarity::Auto);
        for (i, sample) in samples.iter().enumerate() {
            let now = i as f64 / HZ;
            for event in monitor.push(*sample) {
                if let Event::Beat(beat) = event {
                    let end = beat.end.unwrap_or(beat.peak + 3.0);
                    assert!(now - end <= 6.0 && beat.peak > last, "{now}: {beat:?} after {last}");
                    last = beat.peak;
                }
            }
            let polarity = monitor.snapshot().polarity;
            turns += u32::from(before != Polarity::Auto && polarity != before);
            before = polarity;
        }
        assert!(turns <= 3, "{turns} turns");
    }
}

/// The sign of systole over a whole recording: the skewness of its slopes, window by window, each with at most one vote.
fn majority(samples: &[f64], hz: f64) -> f64 {
    let reach = libm::round(0.08 * hz) as usize;
    let votes = samples.chunks((6.0 * hz) as usize).map(|window| {
        let mut slopes: Vec<f64> = window.windows(reach + 1).map(|part| part[reach] - part[0]).collect();
        slopes.retain(|slope| slope.is_finite());
        let mut sizes: Vec<f64> = slopes.iter().map(|slope| slope.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let limit = 1.5 * sizes.get(sizes.len() * 19 / 20).copied().unwrap_or(0.0);
        let limited = slopes.iter().map(|slope| slope.clamp(-limit, limit));
        let (squares, cubes) = limited.fold((0.0, 0.0), |(two, three), s| (two + s * s, three + s * s * s));
        let count = slopes.len() as f64;
        if squares > 0.0 { (cubes / count / libm::pow(squares / count, 1.5)).clamp(-1.0, 1.0) } else { 0.0 }
    });
    votes.sum()
}

#[test]
fn recordings_find_their_way_from_any_start() {
    let Some(data) = plethys_datasets::find_data() else {
        println!("skipped: PLETHYS_DATA is not set");
        return;
    };
    let mut rng = Rng::new(22);
    let (mut all, mut at_rest) = ([[0_u32; 2]; 3], [[0_u32; 2]; 3]);
    let mut folders: Vec<_> = std::fs::read_dir(&data).expect("PLETHYS_DATA names a folder").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::path);
    for folder in folders.iter().filter(|folder| folder.path().is_dir()) {
        let mut right = [[0_u32; 2]; 3];
        for path in plethys_datasets::records(&folder.path()).expect("a folder of records") {
            let record = Record::read(&path).expect("a record");
            for name in ["ppg", "ppg1", "ppg2", "bvp", "ppg_mV", "ppg_r", "flow"] {
                let Ok(samples) = record.samples(name) else { continue };
                let own = record.samples(&format!("{name}_fs")).ok().and_then(|fs| fs.first().copied());
                let Some(hz) = own.or(record.sample_rate).filter(|hz| *hz >= 20.0) else { continue };
                let up = majority(samples, hz).signum();
                for _ in 0..10 {
                    let room = samples.len().saturating_sub((40.0 * hz) as usize);
                    let from = (rng.uniform() * room as f64) as usize;
                    let part = &samples[from..samples.len().min(from + (120.0 * hz) as usize)];
                    let rms = 0.2 * spread(&part[..part.len().min((10.0 * hz) as usize)]);
                    let ten = (10.0 * hz) as usize;
                    let heads = [vec![], vec![0.0; ten], noise(rng.bits(), 10.0, hz, part[0], rms)];
                    for (counts, head) in right.iter_mut().zip(heads) {
                        for sign in [1.0, -1.0] {
                            let turned: Vec<f64> = head.iter().chain(part).map(|x| sign * x).collect();
                            let result = analyze(&turned, config(hz)).expect("a fair call");
                            let wanted = if sign * up > 0.0 { Polarity::Upright } else { Polarity::Inverted };
                            counts[0] += u32::from(result.polarity == wanted);
                            counts[1] += 1;
                        }
                    }
                }
            }
        }
        if right[0][1] == 0 {
            continue;
        }
        let name = folder.file_name().to_string_lossy().into_owned();
        println!("{name:24} {}", shares(right));
        // Where a limb moves for most of the time, the recording itself hardly has a polarity.
        let moves = ["troika", "wrist_ppg_exercise", "e4_wrist_temperature", "ppg_singles"].contains(&name.as_str());
        for (sum, part) in all.iter_mut().chain(at_rest.iter_mut().filter(|_| !moves)).zip(right.into_iter().cycle()) {
            sum[0] += part[0];
            sum[1] += part[1];
        }
    }
    println!("{:24} {}\n{:24} {}", "at rest", shares(at_rest), "all", shares(all));
    assert!(at_rest.into_iter().all(|[right, all]| f64::from(right) >= 0.98 * f64::from(all)));
    assert!(all.into_iter().all(|[right, all]| f64::from(right) >= 0.9 * f64::from(all)));
}

/// The shares of right ones, as text.
fn shares(counts: [[u32; 2]; 3]) -> String {
    let [plain, zeros, noise] = counts.map(|[right, all]| 100.0 * f64::from(right) / f64::from(all));
    format!("plain {plain:5.1} %, after zeros {zeros:5.1} %, after noise {noise:5.1} % of {}", counts[0][1])
}
