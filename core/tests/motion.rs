//! The motion tracker on made-up streams whose truth is known, and its contract: delay, order, heap, bad input.

mod common;

use std::f64::consts::TAU;

use libm::{cos, sin};
use plethys::motion::{LockedBeat, MotionTracker, Stretch, TrackRow};

use common::heap_events;

/// One instant of a runner's wrist: pulse signal, companion, acceleration in g.
#[derive(Clone, Copy)]
struct Sample {
    pulse: f64,
    companion: f64,
    acceleration: [f64; 3],
}

/// A pulse of `rate(t)` Hz with its second harmonic, four times as much motion at 2.6 Hz and its harmonics from `moves` s on.
struct Wrist {
    rate: fn(f64) -> f64,
    moves: f64,
    phase: f64,
}

impl Wrist {
    fn sample(&mut self, time: f64, step: f64) -> Sample {
        let pulse = cos(self.phase) + 0.4 * cos(2.0 * self.phase - 1.0);
        self.phase += TAU * (self.rate)(time) * step;
        let stride = TAU * 2.6 * time;
        let on = if time >= self.moves { 1.0 } else { 0.0 };
        let x = on * (sin(stride) + 0.5 * sin(0.5 * stride + 1.0));
        let y = on * (0.6 * sin(2.0 * stride + 0.3) + 0.3 * cos(3.0 * stride));
        let z = 1.0 + on * 0.4 * sin(stride + 2.0);
        let drag = 3.0 * sin(stride - 0.8) + 1.5 * cos(2.0 * stride + 1.9) + sin(0.5 * stride - 0.4);
        let other = 2.0 * sin(stride + 0.5) + 2.0 * cos(2.0 * stride - 0.7);
        Sample { pulse: 900.0 + pulse + on * drag, companion: 40.0 + pulse + on * other, acceleration: [x, y, z] }
    }
}

#[derive(Default)]
struct Answer {
    rows: Vec<TrackRow>,
    beats: Vec<LockedBeat>,
    stretches: Vec<Stretch>,
}

impl Answer {
    fn drain(&mut self, tracker: &mut MotionTracker) {
        self.rows.extend(std::iter::from_fn(|| tracker.pop_row()));
        self.beats.extend(std::iter::from_fn(|| tracker.pop_beat()));
        self.stretches.extend(std::iter::from_fn(|| tracker.pop_stretch()));
    }
}

/// Runs `seconds` of a wrist, `change` deciding what the tracker gets to see of each sample, and checks the delays.
fn run(
    hz: f64,
    seconds: f64,
    mut wrist: Wrist,
    mut change: impl FnMut(f64, Sample) -> (f64, Option<[f64; 3]>, Option<f64>),
) -> Answer {
    let mut tracker = MotionTracker::new(hz).unwrap();
    let mut answer = Answer::default();
    for n in 0..(seconds * hz) as u64 {
        let time = n as f64 / hz;
        let (sample, acceleration, companion) = change(time, wrist.sample(time, 1.0 / hz));
        tracker.push(sample, acceleration, companion);
        let (rows, beats) = (answer.rows.len(), answer.beats.len());
        answer.drain(&mut tracker);
        let now = (n + 1) as f64 / hz;
        assert!(answer.rows[rows..].iter().all(|row| now - (row.time + 4.0) <= tracker.row_latency()));
        assert!(answer.beats[beats..].iter().all(|beat| now - beat.peak_time <= tracker.beat_latency()));
        assert!(tracker.row_latency() < 6.0 && tracker.beat_latency() < 6.0);
    }
    tracker.finish();
    answer.drain(&mut tracker);
    answer
}

fn steady(_: f64) -> f64 {
    2.2
}

fn runner(rate: fn(f64) -> f64) -> Wrist {
    Wrist { rate, moves: 0.0, phase: 0.0 }
}

#[test]
fn pulse_under_a_stride_is_tracked_at_every_sample_rate() {
    for hz in [20.0, 25.0, 31.25, 49.0, 64.0, 125.0, 256.0, 1000.0] {
        let answer = run(hz, 40.0, runner(steady), |_, s| (s.pulse, Some(s.acceleration), None));
        // One row per second, whole seconds, from the first window's centre to the last one's.
        let times: Vec<f64> = answer.rows.iter().map(|row| row.time).collect();
        assert_eq!(times, (4..=36).map(f64::from).collect::<Vec<_>>(), "{hz} Hz");
        for row in &answer.rows {
            let rate = row.rate.unwrap_or_else(|| panic!("lost at {row:?}, {hz} Hz"));
            assert!((rate - 132.0).abs() < 1.0 && row.moving && row.locked && row.quality > 0.8, "{row:?}, {hz} Hz");
            assert!(row.uncertainty < 5.0, "{row:?}");
        }
        // Beats from 4.75 s on, one per cycle of 0.45 s, all at one phase.
        let first = answer.beats[0].peak_time;
        assert!((4.75..5.25).contains(&first), "{first}");
        for (k, beat) in answer.beats.iter().enumerate() {
            let expected = first + k as f64 / 2.2;
            // The last beats rest on half an averaging window.
            let tolerance = if expected < 38.0 { 0.05 } else { 0.1 };
            let error = (beat.peak_time - expected).abs();
            assert!(error < tolerance, "beat {k} at {}, not {expected}, {hz} Hz", beat.peak_time);
            let cycle = 2.2 * beat.peak_time;
            assert!((cycle - cycle.round()).abs() / 2.2 < 0.1, "crest of the fundamental");
        }
        assert!(answer.beats.last().unwrap().peak_time > 39.0);
        assert!(answer.stretches.windows(2).all(|pair| pair[0].end == pair[1].start));
        // One window alone need not be enough.
        assert!(answer.stretches.iter().skip(3).all(Stretch::prefers_locked), "{:?}", answer.stretches);
    }
}

#[test]
fn without_acceleration_the_stride_wins_and_with_it_the_pulse() {
    let blind = run(50.0, 40.0, runner(steady), |_, s| (s.pulse, None, None));
    assert!(blind.rows.iter().all(|row| row.rate.is_none_or(|rate| (rate - 132.0).abs() > 5.0) && !row.moving));
    assert!(blind.stretches.iter().all(|stretch| !stretch.prefers_locked()));
    let seeing = run(50.0, 40.0, runner(steady), |_, s| (s.pulse, Some(s.acceleration), None));
    assert!(seeing.rows.iter().all(|row| row.rate.is_some_and(|rate| (rate - 132.0).abs() < 1.0)));
}

#[test]
fn rate_crosses_the_cadence() {
    // 120 to 180 bpm in a minute, through the stride's 156 at 46 s.
    fn ramp(time: f64) -> f64 {
        (120.0 + (time - 10.0).clamp(0.0, 60.0)) / 60.0
    }
    let answer = run(50.0, 90.0, runner(ramp), |_, s| (s.pulse, Some(s.acceleration), None));
    let mut errors = 0.0;
    let mut count = 0.0;
    for row in &answer.rows {
        if let Some(rate) = row.rate {
            errors += (rate - 60.0 * ramp(row.time)).abs();
            count += 1.0;
        }
    }
    assert!(errors / count < 2.5, "mean error {}", errors / count);
    assert!(count / answer.rows.len() as f64 > 0.9, "{count} of {} answered", answer.rows.len());
    let end = answer.rows[answer.rows.len() - 5];
    assert!((end.rate.unwrap() - 180.0).abs() < 1.5, "{end:?}");
}

#[test]
fn any_unit_and_level_of_any_channel_give_the_same_rates() {
    let plain = run(50.0, 30.0, runner(steady), |_, s| (s.pulse, Some(s.acceleration), Some(s.companion)));
    let scaled = run(50.0, 30.0, runner(steady), |_, s| {
        (1e-3 * s.pulse + 7.0, Some(s.acceleration.map(|a| 9.81e3 * a)), Some(1e6 * s.companion))
    });
    assert_eq!(plain.rows.len(), scaled.rows.len());
    for (one, other) in plain.rows.iter().zip(&scaled.rows) {
        assert!((one.rate.unwrap() - other.rate.unwrap()).abs() < 1e-3 && one.moving == other.moving);
    }
    assert!(plain.rows.iter().all(|row| (row.rate.unwrap() - 132.0).abs() < 1.0));
}

#[test]
fn motion_begins_and_rest_is_rest() {
    let wrist = Wrist { rate: |_| 1.3, moves: 30.0, phase: 0.0 };
    let answer = run(50.0, 60.0, wrist, |_, s| (s.pulse, Some(s.acceleration), None));
    for row in &answer.rows {
        if row.time + 4.0 < 30.0 {
            assert!(!row.moving, "{row:?}");
        } else if row.time - 2.0 > 30.0 {
            assert!(row.moving, "{row:?}");
        }
        assert!(row.rate.is_some_and(|rate| (rate - 78.0).abs() < 2.0), "{row:?}");
    }
    assert!(answer.stretches.iter().all(|stretch| stretch.moving || stretch.end < 32.0));
}

#[test]
fn what_carries_no_pulse_has_no_rate() {
    let flat = run(50.0, 40.0, runner(steady), |_, s| (5.0, Some(s.acceleration), None));
    assert!(flat.rows.iter().all(|row| row.rate.is_none() && !row.locked) && flat.beats.is_empty());
    // Hashed noise: the peaks wander, the lock must not hold for long.
    let mut state = 1_u64;
    let noise = run(50.0, 120.0, runner(steady), |_, s| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f64, Some(s.acceleration), None)
    });
    let locked = noise.rows.iter().filter(|row| row.locked).count();
    assert!(2 * locked < noise.rows.len(), "locked to noise in {locked} of {}", noise.rows.len());
}

#[test]
fn lost_pulse_is_said_and_found_again() {
    // The sensor lifts off from 30 to 60 s.
    let answer = run(50.0, 100.0, runner(steady), |time, s| {
        let off = (30.0..60.0).contains(&time);
        (if off { 900.0 } else { s.pulse }, Some(s.acceleration), None)
    });
    let at = |time: f64| answer.rows.iter().find(|row| row.time == time).unwrap();
    assert!(at(25.0).locked && !at(52.0).locked, "{:?}", at(52.0));
    assert!((70..=95).all(|time| at(f64::from(time)).rate.is_some_and(|rate| (rate - 132.0).abs() < 1.5)));
}

#[test]
fn reference_that_comes_and_goes() {
    // Acceleration missing for 0.2 s every 5 s is bridged; from 40 s on it is gone, and with it the word about motion.
    let answer = run(50.0, 70.0, runner(steady), |time, s| {
        let missing = time % 5.0 < 0.2 || time >= 40.0;
        (s.pulse, (!missing).then_some(s.acceleration), (time >= 20.0).then_some(s.companion))
    });
    for row in &answer.rows {
        if row.time < 34.0 {
            assert!(row.moving && row.rate.is_some_and(|rate| (rate - 132.0).abs() < 2.0), "{row:?}");
        } else if row.time > 46.0 {
            assert!(!row.moving, "{row:?}");
        }
    }
}

#[test]
fn bad_input_never_panics_and_passes() {
    for hz in [20.0, 125.0] {
        let answer = run(hz, 60.0, runner(steady), |time, s| {
            let bad = match (time * 4.0) as u64 {
                40 => f64::NAN,
                41 => f64::INFINITY,
                42 => 1e308,
                43 => -1e308,
                _ => return (s.pulse, Some(s.acceleration), Some(s.companion)),
            };
            (bad, Some([bad, 1.0, bad]), Some(bad))
        });
        for row in &answer.rows {
            assert!(row.uncertainty.is_finite() && (0.0..=1.0).contains(&row.quality), "{row:?}");
            assert!(row.rate.is_none_or(|rate| (30.0..=240.0).contains(&rate)));
        }
        let settled = |row: &&TrackRow| row.time > 25.0;
        assert!(answer.rows.iter().filter(settled).all(|row| row.rate.is_some_and(|rate| (rate - 132.0).abs() < 1.5)));
        assert!(answer.beats.iter().all(|beat| beat.peak_time.is_finite() && (0.0..=1.0).contains(&beat.quality)));
    }
    for hz in [0.0, 19.9, 4001.0, f64::NAN, f64::INFINITY] {
        assert!(MotionTracker::new(hz).is_err());
    }
}

#[test]
fn short_streams_and_what_comes_after_the_end() {
    for seconds in [0.0, 0.1, 3.0, 7.9] {
        let answer = run(50.0, seconds, runner(steady), |_, s| (s.pulse, Some(s.acceleration), None));
        assert!(answer.rows.is_empty() && answer.beats.is_empty() && answer.stretches.is_empty());
    }
    let answer = run(50.0, 8.0, runner(steady), |_, s| (s.pulse, Some(s.acceleration), None));
    assert_eq!(answer.rows.len(), 1);
    let mut tracker = MotionTracker::new(50.0).unwrap();
    tracker.finish();
    for _ in 0..2000 {
        tracker.push(1.0, None, None);
    }
    assert!(tracker.pop_row().is_none());
}

#[test]
fn nothing_is_allocated_and_reset_is_new() {
    let mut tracker = MotionTracker::new(125.0).unwrap();
    let pass = |tracker: &mut MotionTracker| {
        let mut wrist = runner(steady);
        let mut sum = 0_u64;
        for n in 0..125 * 30 {
            let s = wrist.sample(f64::from(n) / 125.0, 1.0 / 125.0);
            let bad = n % 1000 > 990;
            tracker.push(if bad { f64::NAN } else { s.pulse }, Some(s.acceleration), Some(s.companion));
            while let Some(row) = tracker.pop_row() {
                sum = sum.rotate_left(5) ^ row.rate.unwrap_or(0.0).to_bits() ^ row.uncertainty.to_bits();
            }
            while let Some(beat) = tracker.pop_beat() {
                sum = sum.rotate_left(5) ^ beat.peak_time.to_bits() ^ beat.quality.to_bits();
            }
            while let Some(stretch) = tracker.pop_stretch() {
                sum = sum.rotate_left(5) ^ stretch.end.to_bits();
            }
        }
        tracker.finish();
        while let Some(row) = tracker.pop_row() {
            sum = sum.rotate_left(5) ^ row.rate.unwrap_or(0.0).to_bits();
        }
        sum
    };
    let (mut first, mut second) = (0, 0);
    // Not popping fills the queues; that must not grow them.
    let undrained = |tracker: &mut MotionTracker| {
        let mut wrist = runner(steady);
        for n in 0..125 * 60 {
            tracker.push(wrist.sample(f64::from(n) / 125.0, 1.0 / 125.0).pulse, None, None);
        }
        tracker.finish();
    };
    assert_eq!(
        heap_events(|| {
            first = pass(&mut tracker);
            tracker.reset();
            undrained(&mut tracker);
            tracker.reset();
            second = pass(&mut tracker);
        }),
        0
    );
    assert!(first != 0 && first == second);
    assert!(heap_events(|| drop(vec![0_u8; 64])) > 0, "the counter is dead");
}
