//! When the heart beats, and how strongly: series of beat times with their intervals.

use core::f64::consts::TAU;

use crate::rng::{Pink, Rng};

/// The mean rate over a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// The same throughout, beats per minute.
    Constant(f64),
    /// From the first rate to the second (beats per minute), linear in time over the recording.
    Ramp(f64, f64),
}

impl Rate {
    /// Beats per minute at `time` of a recording of `duration` seconds.
    pub fn at(&self, time: f64, duration: f64) -> f64 {
        match *self {
            Self::Constant(bpm) => bpm,
            Self::Ramp(from, to) => from + (to - from) * (time / duration).clamp(0.0, 1.0),
        }
    }
}

/// Heart-rate variability, each part as a share of the interval (0 none).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Variability {
    /// Amplitude of the modulation by respiration (respiratory sinus arrhythmia), at the respiration's frequency.
    pub respiratory: f64,
    /// Amplitude of the 0.1 Hz wave.
    pub slow: f64,
    /// Standard deviation of the 1/f part.
    pub fractal: f64,
}

impl Variability {
    /// What a resting adult shows: 3 % respiratory, 2 % at 0.1 Hz, 2 % 1/f.
    pub fn resting() -> Self {
        Self { respiratory: 0.03, slow: 0.02, fractal: 0.02 }
    }
}

/// How beats follow each other beyond the smooth variability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pattern {
    /// Sinus rhythm.
    Regular,
    /// Atrial fibrillation: intervals without memory (log-normal, not below 0.33 s), pulses that follow the filling time.
    AtrialFibrillation {
        /// Coefficient of variation of the intervals; 0.2 to 0.3 is typical.
        variation: f64,
    },
    /// Every second beat premature, after it a fully compensatory pause.
    Bigeminy {
        /// Interval before the premature beat, as a share of the sinus interval.
        coupling: f64,
        /// Its height, as a share of a normal pulse's.
        strength: f64,
    },
    /// Isolated premature beats, each after one normal beat at least and with a fully compensatory pause.
    Ectopics {
        /// Probability that a normal beat is followed by a premature one.
        share: f64,
        /// As in `Bigeminy`.
        coupling: f64,
        /// As in `Bigeminy`.
        strength: f64,
    },
    /// Pulsus alternans: equal intervals, every second pulse weaker.
    Alternans {
        /// Height of the weaker pulse, as a share of the stronger one's.
        ratio: f64,
    },
    /// Sinus pauses.
    Pauses {
        /// From one pause to the next, s.
        every: f64,
        /// Interval of the pause, s.
        length: f64,
    },
}

/// A rhythm: rate, variability and pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Mean rate.
    pub rate: Rate,
    /// Smooth variability of the sinus node.
    pub variability: Variability,
    /// What happens beyond it.
    pub pattern: Pattern,
}

impl Rhythm {
    /// The same interval throughout, at `bpm` beats per minute.
    pub fn constant(bpm: f64) -> Self {
        Self { rate: Rate::Constant(bpm), variability: Variability::default(), pattern: Pattern::Regular }
    }

    /// Sinus rhythm of a resting adult at `bpm` beats per minute.
    pub fn resting(bpm: f64) -> Self {
        Self { variability: Variability::resting(), ..Self::constant(bpm) }
    }

    /// This rhythm with another pattern.
    #[must_use]
    pub fn with_pattern(self, pattern: Pattern) -> Self {
        Self { pattern, ..self }
    }
}

/// One heart beat as the generator places it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeartBeat {
    /// Centre of the systolic wave, s from the first sample; negative before the recording.
    pub time: f64,
    /// The cycle length that sets the shape of the pulse, s: a running mean of the intervals, so that a pause or a
    /// premature beat does not stretch the pulse itself.
    pub cycle: f64,
    /// Height relative to a normal pulse.
    pub strength: f64,
    /// Whether the beat is premature (bigeminy, ectopics).
    pub is_ectopic: bool,
}

/// The beats of a recording of `duration` seconds, from some seconds before it to some after.
///
/// `respiration`: frequency in Hz and phase at time 0, rad, of the breathing that modulates the intervals.
/// Rates are limited to 15 to 300 bpm.
pub fn heart_beats(rhythm: &Rhythm, duration: f64, respiration: (f64, f64), seed: u64) -> Vec<HeartBeat> {
    let mut rng = Rng::stream(seed, "rhythm");
    let mut fractal = Pink::new(Rng::stream(seed, "fractal"), 0.003, 0.5);
    let slow_phase = rng.phase();
    let sinus = |time: f64, fractal: f64| {
        let bpm = rhythm.rate.at(time, duration).clamp(15.0, 300.0);
        let variability = rhythm.variability;
        let share = variability.respiratory * libm::sin(TAU * respiration.0 * time + respiration.1)
            + variability.slow * libm::sin(TAU * 0.1 * time + slow_phase)
            + variability.fractal * fractal;
        60.0 / bpm * (1.0 + share.clamp(-0.5, 1.0))
    };
    let start = sinus(0.0, 0.0);
    // Long enough before the first sample for every running mean to settle and for no pulse to be missing from the sum.
    let mut time = -(8.0 + rng.uniform()) * start;
    let mut beats = vec![HeartBeat { time, cycle: start, strength: 1.0, is_ectopic: false }];
    let mut cycle = start;
    let mut next_pause = match rhythm.pattern {
        Pattern::Pauses { every, .. } => every * rng.between(0.3, 0.7),
        _ => f64::INFINITY,
    };
    let mut count = 0_u64;
    let mut last = start;
    while time < duration + 8.0 * start.max(cycle) {
        count += 1;
        let base = sinus(time, fractal.next(last));
        let previous_ectopic = beats.last().is_some_and(|beat| beat.is_ectopic);
        let (interval, strength, is_ectopic) = match rhythm.pattern {
            Pattern::Regular => (base, 1.0, false),
            Pattern::AtrialFibrillation { variation } => {
                let sigma = libm::sqrt(libm::log1p(variation * variation));
                let interval = (base * libm::exp(sigma * rng.normal() - 0.5 * sigma * sigma)).clamp(0.33, 2.5);
                // Less filling, less stroke volume; half of what a short interval lacks.
                let filling = (interval / base).min(1.2);
                (interval, (0.3 + 0.7 * filling) * (1.0 + 0.05 * rng.normal()).clamp(0.8, 1.2), false)
            }
            Pattern::Bigeminy { coupling, strength } | Pattern::Ectopics { coupling, strength, .. }
                if previous_ectopic =>
            {
                // Fully compensatory: the sinus node was not reset. The well filled beat is a little stronger.
                ((2.0 - coupling) * base, 1.0 + 0.2 * (1.0 - strength), false)
            }
            Pattern::Bigeminy { coupling, strength } => (coupling * base, strength, true),
            Pattern::Ectopics { share, coupling, strength } => {
                if rng.uniform() < share {
                    (coupling * base, strength, true)
                } else {
                    (base, 1.0, false)
                }
            }
            Pattern::Alternans { ratio } => (base, if count.is_multiple_of(2) { 1.0 } else { ratio }, false),
            Pattern::Pauses { every, length } => {
                if time + base > next_pause {
                    next_pause += every;
                    (length.max(base), 1.0, false)
                } else {
                    (base, 1.0, false)
                }
            }
        };
        time += interval;
        last = interval;
        // A running mean over about four beats; a pause counts as two normal intervals at most.
        cycle += 0.25 * (interval.min(2.0 * base) - cycle);
        if matches!(rhythm.pattern, Pattern::Regular | Pattern::Alternans { .. })
            && rhythm.variability == Variability::default()
        {
            // No irregularity at all: the shape follows the rate at once, so that steady means steady to the last bit.
            cycle = interval;
        }
        beats.push(HeartBeat { time, cycle, strength, is_ectopic });
    }
    beats
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREATH: (f64, f64) = (0.25, 0.0);

    fn intervals(beats: &[HeartBeat]) -> Vec<f64> {
        beats.windows(2).map(|pair| pair[1].time - pair[0].time).collect()
    }

    fn mean_and_variation(values: &[f64]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
        (mean, libm::sqrt(variance) / mean)
    }

    #[test]
    fn constant_is_constant_and_covers_the_recording() {
        let beats = heart_beats(&Rhythm::constant(72.0), 60.0, BREATH, 3);
        assert!(intervals(&beats).iter().all(|i| (i - 60.0 / 72.0).abs() < 1e-12));
        assert!(beats[0].time < -4.0 && beats.last().unwrap().time > 64.0);
        assert_ne!(beats[0].time, heart_beats(&Rhythm::constant(72.0), 60.0, BREATH, 4)[0].time);
    }

    #[test]
    fn ramp_runs_from_one_rate_to_the_other() {
        let rhythm = Rhythm { rate: Rate::Ramp(40.0, 180.0), ..Rhythm::constant(0.0) };
        let beats = heart_beats(&rhythm, 600.0, BREATH, 1);
        let rate_near = |time: f64| {
            let at = beats.partition_point(|beat| beat.time < time);
            60.0 / (beats[at].time - beats[at - 1].time)
        };
        for (time, bpm) in [(1.0, 40.0), (300.0, 110.0), (599.0, 180.0)] {
            assert!((rate_near(time) - bpm).abs() < 0.6, "{time} s: {}", rate_near(time));
        }
    }

    #[test]
    fn variability_has_the_size_and_the_frequency_asked_for() {
        let rhythm = Rhythm {
            variability: Variability { respiratory: 0.05, slow: 0.0, fractal: 0.0 },
            ..Rhythm::constant(75.0)
        };
        let beats = heart_beats(&rhythm, 300.0, BREATH, 1);
        let (mean, variation) = mean_and_variation(&intervals(&beats));
        assert!((mean - 0.8).abs() < 0.002, "{mean}");
        // A sine of amplitude 0.05 has the standard deviation 0.0354.
        assert!((variation - 0.0354).abs() < 0.001, "{variation}");
        let (_, fractal) = mean_and_variation(&intervals(&heart_beats(
            &Rhythm {
                variability: Variability { respiratory: 0.0, slow: 0.0, fractal: 0.03 },
                ..Rhythm::constant(75.0)
            },
            3600.0,
            BREATH,
            2,
        )));
        assert!((0.02..0.04).contains(&fractal), "{fractal}");
    }

    #[test]
    fn fibrillation_is_irregular_without_memory() {
        let rhythm = Rhythm::constant(90.0).with_pattern(Pattern::AtrialFibrillation { variation: 0.24 });
        let beats = heart_beats(&rhythm, 1200.0, BREATH, 5);
        let series = intervals(&beats);
        let (mean, variation) = mean_and_variation(&series);
        assert!((mean - 60.0 / 90.0).abs() < 0.02, "{mean}");
        assert!((0.20..0.27).contains(&variation), "{variation}");
        let memory = series.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>()
            / series.iter().map(|i| (i - mean) * (i - mean)).sum::<f64>();
        assert!(memory.abs() < 0.08, "lag-one correlation {memory}");
        assert!(series.iter().all(|&i| i >= 0.33 - 1e-9));
    }

    #[test]
    fn premature_beats_are_early_weak_and_compensated() {
        let rhythm = Rhythm::constant(60.0).with_pattern(Pattern::Bigeminy { coupling: 0.6, strength: 0.5 });
        let beats = heart_beats(&rhythm, 60.0, BREATH, 1);
        for pair in beats.windows(3) {
            if pair[1].is_ectopic {
                assert!((pair[1].time - pair[0].time - 0.6).abs() < 1e-9);
                assert!((pair[2].time - pair[0].time - 2.0).abs() < 1e-9);
                assert!(pair[1].strength == 0.5 && !pair[2].is_ectopic);
            }
        }
        assert!(beats.iter().filter(|beat| beat.is_ectopic).count() > 28);
        let rare = Rhythm::constant(60.0).with_pattern(Pattern::Ectopics { share: 0.1, coupling: 0.6, strength: 0.5 });
        let beats = heart_beats(&rare, 3600.0, BREATH, 1);
        let found = beats.iter().filter(|beat| beat.is_ectopic).count() as f64 / beats.len() as f64;
        // One of 11 beats is ectopic when one normal beat of ten is followed by one.
        assert!((found - 0.1 / 1.1).abs() < 0.015, "{found}");
    }

    #[test]
    fn alternans_and_pauses_do_what_they_say() {
        let beats =
            heart_beats(&Rhythm::constant(80.0).with_pattern(Pattern::Alternans { ratio: 0.6 }), 30.0, BREATH, 1);
        assert!(beats[1..].windows(2).all(|pair| (pair[0].strength - pair[1].strength).abs() > 0.39));
        let beats = heart_beats(
            &Rhythm::constant(80.0).with_pattern(Pattern::Pauses { every: 20.0, length: 2.5 }),
            100.0,
            BREATH,
            1,
        );
        let pauses = intervals(&beats).iter().filter(|&&i| (i - 2.5).abs() < 1e-9).count();
        assert_eq!(pauses, 5);
    }

    #[test]
    fn the_same_seed_gives_the_same_beats() {
        let rhythm = Rhythm::resting(70.0).with_pattern(Pattern::AtrialFibrillation { variation: 0.2 });
        assert_eq!(heart_beats(&rhythm, 60.0, BREATH, 9), heart_beats(&rhythm, 60.0, BREATH, 9));
        assert_ne!(heart_beats(&rhythm, 60.0, BREATH, 9), heart_beats(&rhythm, 60.0, BREATH, 10));
    }
}
