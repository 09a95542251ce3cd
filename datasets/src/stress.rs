//! Named synthetic sets, each of which stresses one thing.
//!
//! A set is a recipe: [`StressSet::synth`] gives the configuration for a seed (plain data, so that a test may shorten it),
//! [`StressSet::make`] the recording. Seeds differ in rate, dicrotic wave, perfusion index, breathing and noise, so that
//! nothing can be tuned to one of them. Unless a set says otherwise: raw intensity at 125 Hz around 50 000 counts,
//! quantised to 1 count, 30 dB white noise, resting variability, 10 minutes.

use crate::disturb::{BaselineStep, Clip, Drift, Hum, Jitter, Level, Motion, Quantisation, Spike, scatter};
use crate::pulse::Shape;
use crate::rhythm::{Pattern, Rate, Rhythm, Variability};
use crate::rng::Rng;
use crate::synth::{AmplitudeStep, Kind, Modulation, Recording, Synth};

/// What a beat detector is asked to reach on a set (±150 ms, against the visible beats of the truth).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// At least this F1, 0 to 1.
    F1(f64),
    /// At most this many accepted beats a minute: there is no pulse in it.
    BeatsPerMinute(f64),
    /// Nothing is asked; the result is reported.
    Report,
}

/// A named set of recordings, one for each seed.
pub struct StressSet {
    /// Name, lower case with underscores.
    pub name: String,
    /// What it stresses, one sentence without full stop.
    pub what: String,
    /// What is asked of a detector.
    pub target: Target,
    recipe: Box<dyn Fn(u64) -> Synth + Send + Sync>,
}

impl StressSet {
    /// The configuration for `seed`.
    pub fn synth(&self, seed: u64) -> Synth {
        (self.recipe)(seed)
    }

    /// The recording for `seed`.
    ///
    /// # Panics
    /// Never for the sets of this module: a test makes every one of them.
    pub fn make(&self, seed: u64) -> Recording {
        self.synth(seed).record().expect("the sets' configurations are within range")
    }
}

impl core::fmt::Debug for StressSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("StressSet").field("name", &self.name).field("target", &self.target).finish_non_exhaustive()
    }
}

/// Length of a set's recordings, s.
const TEN_MINUTES: f64 = 600.0;

/// What seeds differ in.
fn usual(seed: u64, sample_rate: f64) -> Synth {
    let mut rng = Rng::stream(seed, "stress");
    let bpm = rng.between(52.0, 98.0);
    let dicrotic = rng.between(0.0, 0.7);
    // Logarithmic: 0.5 to 5 %.
    let perfusion_index = 0.5 * libm::pow(10.0, rng.uniform());
    let respiration = Modulation {
        frequency: rng.between(0.18, 0.35),
        amplitude: rng.between(0.03, 0.12),
        intensity: rng.between(0.0, 0.1),
    };
    Synth {
        seed,
        kind: Kind::Ppg { dc: 50_000.0, perfusion_index },
        shape: Shape::ppg(dicrotic),
        rhythm: Rhythm::resting(bpm),
        respiration: Some(respiration),
        white: Some(Level::SnrDb(30.0)),
        quantisation: Some(Quantisation::Step(1.0)),
        ..Synth::ppg(sample_rate, TEN_MINUTES)
    }
}

fn set(name: &str, what: &str, target: Target, recipe: impl Fn(u64) -> Synth + Send + Sync + 'static) -> StressSet {
    StressSet { name: name.into(), what: what.into(), target, recipe: Box::new(recipe) }
}

/// Moments from `first` on, each `shortest` to `longest` seconds after the one before, until `last`.
fn moments(rng: &mut Rng, first: f64, last: f64, shortest: f64, longest: f64) -> Vec<f64> {
    let mut times = Vec::new();
    let mut time = first + rng.between(0.0, longest - shortest);
    while time < last {
        times.push(time);
        time += rng.between(shortest, longest);
    }
    times
}

/// The sets that stress rhythm and shape.
fn rhythms() -> Vec<StressSet> {
    vec![
        set("rate_ramp", "rate rising from 40 to 180 bpm", Target::F1(0.99), |seed| {
            let mut rng = Rng::stream(seed, "ramp");
            Synth {
                shape: Shape::ppg(rng.uniform()),
                rhythm: Rhythm {
                    rate: Rate::Ramp(40.0, 180.0),
                    variability: Variability { respiratory: 0.015, slow: 0.01, fractal: 0.01 },
                    pattern: Pattern::Regular,
                },
                ..usual(seed, 125.0)
            }
        }),
        set(
            "atrial_fibrillation",
            "irregular intervals, pulses that follow the filling time",
            Target::F1(0.99),
            |seed| {
                let mut rng = Rng::stream(seed, "fibrillation");
                let pattern = Pattern::AtrialFibrillation { variation: rng.between(0.18, 0.28) };
                Synth { rhythm: Rhythm::constant(rng.between(70.0, 115.0)).with_pattern(pattern), ..usual(seed, 125.0) }
            },
        ),
        set("bigeminy", "every second beat premature and small, with a compensatory pause", Target::F1(0.98), |seed| {
            let mut rng = Rng::stream(seed, "bigeminy");
            let pattern = Pattern::Bigeminy { coupling: rng.between(0.58, 0.7), strength: rng.between(0.35, 0.7) };
            Synth { rhythm: Rhythm::resting(rng.between(58.0, 85.0)).with_pattern(pattern), ..usual(seed, 125.0) }
        }),
        set("ectopics", "one beat in twelve premature and small", Target::F1(0.98), |seed| {
            let mut rng = Rng::stream(seed, "ectopics");
            let pattern = Pattern::Ectopics {
                share: 1.0 / 12.0,
                coupling: rng.between(0.55, 0.7),
                strength: rng.between(0.3, 0.7),
            };
            Synth { rhythm: Rhythm::resting(rng.between(58.0, 90.0)).with_pattern(pattern), ..usual(seed, 125.0) }
        }),
        set("pulsus_alternans", "every second pulse weaker, intervals equal", Target::Report, |seed| {
            let mut rng = Rng::stream(seed, "alternans");
            let pattern = Pattern::Alternans { ratio: rng.between(0.5, 0.8) };
            Synth { rhythm: Rhythm::resting(rng.between(60.0, 110.0)).with_pattern(pattern), ..usual(seed, 125.0) }
        }),
        set("pauses", "a pause of 2 to 4 s each half minute", Target::Report, |seed| {
            let mut rng = Rng::stream(seed, "pauses");
            let pattern = Pattern::Pauses { every: 30.0, length: rng.between(2.0, 4.0) };
            Synth { rhythm: Rhythm::resting(rng.between(58.0, 90.0)).with_pattern(pattern), ..usual(seed, 125.0) }
        }),
        set(
            "deep_dicrotic_notch",
            "second wave of 70 % height behind a deep notch, 42 to 78 bpm",
            Target::F1(0.99),
            |seed| {
                let mut rng = Rng::stream(seed, "dicrotic");
                Synth { shape: Shape::ppg(1.0), rhythm: Rhythm::resting(rng.between(42.0, 78.0)), ..usual(seed, 125.0) }
            },
        ),
    ]
}

/// The sets that stress levels: of the pulse, of the baseline, of the light.
fn levels() -> Vec<StressSet> {
    vec![
        set(
            "amplitude_steps_x10",
            "pulse height jumping tenfold up and down, every 20 to 45 s",
            Target::F1(0.99),
            |seed| {
                let mut rng = Rng::stream(seed, "amplitude");
                let times = moments(&mut rng, 15.0, TEN_MINUTES, 20.0, 45.0);
                let factors = [10.0, 1.0].into_iter().cycle();
                Synth {
                    amplitude_steps: times
                        .into_iter()
                        .zip(factors)
                        .map(|(time, factor)| AmplitudeStep { time, factor })
                        .collect(),
                    ..usual(seed, 125.0)
                }
            },
        ),
        set(
            "strong_drift",
            "baseline swinging over 20 pulse heights, all of it below 0.3 Hz",
            Target::F1(0.99),
            |seed| Synth { drift: Some(Drift { swing: 20.0, highest: 0.29 }), ..usual(seed, 125.0) },
        ),
        set(
            "baseline_steps",
            "the baseline jumping by 1 to 5 pulse heights about once a minute",
            Target::F1(0.99),
            |seed| {
                let mut rng = Rng::stream(seed, "steps");
                let times = moments(&mut rng, 20.0, TEN_MINUTES, 45.0, 75.0);
                let step = |time| {
                    let height = rng.between(1.0, 5.0);
                    BaselineStep { time, height: if rng.uniform() < 0.5 { -height } else { height } }
                };
                Synth { baseline_steps: times.into_iter().map(step).collect(), ..usual(seed, 125.0) }
            },
        ),
        set(
            "low_perfusion",
            "perfusion index 0.05 % on 50 000 counts: pulses of 25 counts, 12 dB noise",
            Target::F1(0.97),
            |seed| Synth {
                kind: Kind::Ppg { dc: 50_000.0, perfusion_index: 0.05 },
                white: Some(Level::SnrDb(12.0)),
                ..usual(seed, 125.0)
            },
        ),
        set(
            "clipping",
            "20 % of the range cut off, on the side of the peaks or (odd seeds) of the feet",
            Target::F1(0.97),
            |seed| {
                // The light is least in systole.
                let clip = if seed.is_multiple_of(2) { Clip::Share(0.2, 0.0) } else { Clip::Share(0.0, 0.2) };
                Synth { clip: Some(clip), ..usual(seed, 125.0) }
            },
        ),
        set("spike_x1000", "one sample off by 1000 pulse heights", Target::F1(0.99), |seed| {
            let mut rng = Rng::stream(seed, "spike");
            let height = if rng.uniform() < 0.5 { -1000.0 } else { 1000.0 };
            Synth { spikes: vec![Spike { time: rng.between(60.0, 540.0), height }], ..usual(seed, 125.0) }
        }),
    ]
}

/// The sets that stress what the sensor and its clock add.
fn sensors() -> Vec<StressSet> {
    vec![
        set("hum_50hz", "50 Hz hum as high as the pulses", Target::F1(0.99), |seed| Synth {
            hum: Some(Hum { frequency: 50.0, amplitude: 0.5 }),
            ..usual(seed, 125.0)
        }),
        set("hum_60hz", "60 Hz hum as high as the pulses", Target::Report, |seed| Synth {
            hum: Some(Hum { frequency: 60.0, amplitude: 0.5 }),
            ..usual(seed, 250.0)
        }),
        set("wearable_25hz", "25 samples per second, 48 to 150 bpm", Target::F1(0.99), |seed| {
            let mut rng = Rng::stream(seed, "wearable");
            Synth { rhythm: Rhythm::resting(rng.between(48.0, 150.0)), ..usual(seed, 25.0) }
        }),
        set(
            "phone_30fps",
            "a phone camera: 30 frames per second, jittered, 2 % of the frames dropped",
            Target::Report,
            |seed| Synth {
                jitter: Some(Jitter { deviation: 0.004, dropped: 0.02, resolution: 0.001 }),
                white: Some(Level::SnrDb(20.0)),
                ..usual(seed, 30.0)
            },
        ),
        set("noise_10db", "white noise at 10 dB", Target::Report, |seed| Synth {
            white: Some(Level::SnrDb(10.0)),
            ..usual(seed, 125.0)
        }),
        set("gaps", "four gaps a minute of 0.1 to 4 s", Target::Report, |seed| Synth {
            gaps: scatter(seed, TEN_MINUTES, 4.0, 0.1, 4.0),
            ..usual(seed, 125.0)
        }),
        set(
            "motion_bursts",
            "one motion burst a minute of 3 to 15 s, twice as strong as the pulses",
            Target::Report,
            |seed| {
                let mut rng = Rng::stream(seed, "bursts");
                Synth {
                    motion: Some(Motion {
                        bursts: scatter(seed, TEN_MINUTES, 1.0, 3.0, 15.0),
                        cadence: rng.between(1.2, 2.6),
                        strength: 2.0,
                        periodicity: 0.8,
                    }),
                    ..usual(seed, 125.0)
                }
            },
        ),
    ]
}

/// Streams without a pulse.
fn without_pulse() -> Vec<StressSet> {
    let silent = |dc: f64| Synth { kind: Kind::Ppg { dc, perfusion_index: 0.0 }, ..Synth::ppg(125.0, TEN_MINUTES) };
    let hour =
        move |seed| Synth { seed, duration: 3600.0, quantisation: Some(Quantisation::Step(1.0)), ..silent(50_000.0) };
    vec![
        set("white_noise_hour", "an hour of white noise and nothing else", Target::BeatsPerMinute(1.0), move |seed| {
            Synth { white: Some(Level::Rms(100.0)), ..hour(seed) }
        }),
        set("pink_noise_hour", "an hour of 1/f noise and nothing else", Target::BeatsPerMinute(1.0), move |seed| {
            Synth { pink: Some(Level::Rms(100.0)), ..hour(seed) }
        }),
        set("constant", "one value throughout", Target::BeatsPerMinute(0.0), move |seed| Synth {
            seed,
            ..silent(libm::round(Rng::stream(seed, "constant").between(1.0, 262_143.0)))
        }),
        set("zeros", "zeros throughout", Target::BeatsPerMinute(0.0), |seed| Synth {
            seed,
            kind: Kind::PpgAc { amplitude: 0.0 },
            ..Synth::ppg(125.0, TEN_MINUTES)
        }),
    ]
}

/// All stress sets, those with a demanded result and those that are only reported.
///
/// ```
/// let sets = plethys_datasets::stress_sets();
/// let notch = sets.iter().find(|set| set.name == "deep_dicrotic_notch").unwrap();
/// let short = plethys_datasets::Synth { duration: 20.0, ..notch.synth(1) }.record()?;
/// assert!(short.truth.visible().count() > 12);
/// # Ok::<(), plethys_datasets::SynthError>(())
/// ```
pub fn stress_sets() -> Vec<StressSet> {
    let mut sets = rhythms();
    sets.extend(levels());
    sets.extend(sensors());
    sets.extend(without_pulse());
    sets
}

/// Sample rates of the clean sets, Hz.
pub const CLEAN_SAMPLE_RATES: [f64; 7] = [25.0, 64.0, 100.0, 125.0, 250.0, 500.0, 1000.0];

/// Pulse rates of the clean sets, bpm; at 25 Hz those up to 180.
pub const CLEAN_PULSE_RATES: [f64; 8] = [30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0, 240.0];

/// A clean minute: steady rate, quantised, 40 dB white noise, perfusion index `perfusion_index` % on 2¹⁹ counts.
///
/// The step of the converter is 1/4096 of the pulse height at a perfusion index of 1 %, and the same in counts for
/// every other, as it is in a sensor.
pub fn clean(sample_rate: f64, bpm: f64, perfusion_index: f64, seed: u64) -> Synth {
    let mut rng = Rng::stream(seed, "clean");
    let dc = 524_288.0;
    Synth {
        seed,
        kind: Kind::Ppg { dc, perfusion_index },
        shape: Shape::ppg(rng.between(0.0, 0.6)),
        rhythm: Rhythm::constant(bpm),
        white: Some(Level::SnrDb(40.0)),
        quantisation: Some(Quantisation::Step(0.01 * dc / 4096.0)),
        ..Synth::ppg(sample_rate, 60.0)
    }
}

/// The clean sets: every sample rate with every pulse rate, perfusion index 2 %.
pub fn clean_sets() -> Vec<StressSet> {
    let mut sets = Vec::new();
    for sample_rate in CLEAN_SAMPLE_RATES {
        for bpm in CLEAN_PULSE_RATES {
            if sample_rate > 25.0 || bpm <= 180.0 {
                sets.push(set(
                    &format!("clean_{sample_rate}hz_{bpm}bpm"),
                    &format!("steady {bpm} bpm at {sample_rate} Hz, quantised, 40 dB"),
                    Target::F1(1.0),
                    move |seed| clean(sample_rate, bpm, 2.0, seed),
                ));
            }
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let sets: Vec<StressSet> = stress_sets().into_iter().chain(clean_sets()).collect();
        let mut names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
        assert!(
            names.iter().all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), sets.len());
        assert_eq!(clean_sets().len(), 7 * 8 - 2);
    }

    #[test]
    fn every_set_makes_a_recording_and_seeds_differ() {
        for set in stress_sets() {
            let short = |seed| Synth { duration: 60.0, ..set.synth(seed) }.record().unwrap();
            let (one, again, two) = (short(1), short(1), short(2));
            assert_eq!(one.truth, again.truth, "{}", set.name);
            assert!(one.samples.iter().zip(&again.samples).all(|(a, b)| a.to_bits() == b.to_bits()), "{}", set.name);
            if set.name == "zeros" {
                assert!(one.samples.iter().all(|&value| value == 0.0));
            } else {
                assert_ne!(one.samples, two.samples, "{}", set.name);
            }
            let pulses = one.truth.visible().count();
            match set.target {
                Target::BeatsPerMinute(_) => assert_eq!(one.truth.beats.len(), 0, "{}", set.name),
                _ => assert!(pulses >= 36, "{}: {pulses} visible beats in a minute", set.name),
            }
        }
    }

    #[test]
    fn sets_stress_what_they_say() {
        let sets = stress_sets();
        let make = |name: &str, seed| sets.iter().find(|set| set.name == name).unwrap().make(seed);
        // Deciles: the first small pulse after a large one rides on its tail and is smaller still.
        let steps = make("amplitude_steps_x10", 3).truth;
        let mut heights: Vec<f64> = steps.visible().map(|beat| beat.amplitude).collect();
        heights.sort_by(f64::total_cmp);
        let ratio = heights[heights.len() * 9 / 10] / heights[heights.len() / 10];
        assert!((9.0..13.0).contains(&ratio), "ratio of heights {ratio}");

        let ramp = make("rate_ramp", 1).truth;
        let rates: Vec<f64> = ramp.visible().filter_map(|beat| beat.rate).collect();
        assert!(rates[2] < 46.0 && rates[rates.len() - 3] > 168.0);

        let index = make("low_perfusion", 1).truth.mean_perfusion_index().unwrap();
        assert!((index - 0.05).abs() < 0.004, "{index} %");

        for seed in [0, 1] {
            let clipped = make("clipping", seed);
            let (low, high) = clipped.truth.rails.unwrap();
            let railed = clipped.samples.iter().filter(|&&v| v <= low + 0.5 || v >= high - 0.5).count();
            let share = railed as f64 / clipped.samples.len() as f64;
            assert!((0.03..0.5).contains(&share), "{share} of the samples at a rail");
        }

        let wearable = make("wearable_25hz", 2);
        assert!(wearable.sample_rate == 25.0 && wearable.samples.len() == 15_000);

        let visible_share = |name: &str| {
            let truth = make(name, 1).truth;
            truth.visible().count() as f64 / truth.beats.len() as f64
        };
        // Premature beats must make a pulse of their own, or the truth would ask for what is not there.
        for name in ["atrial_fibrillation", "bigeminy", "ectopics", "deep_dicrotic_notch"] {
            assert!(visible_share(name) > 0.98, "{name}: {}", visible_share(name));
        }
    }
}
