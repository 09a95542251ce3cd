//! What the temperature of a site does over time.
//!
//! Blood flow reaches the skin's surface as a thermal wave: below the surface at depth z, in tissue of diffusivity χ, a wave of frequency f
//! arrives damped by exp(−κ) and late by κ in phase, κ = z √(π f / χ) (Carslaw & Jaeger 1959, "Conduction of heat in solids", §2.6;
//! measured on fingers by Sagaidachnyi et al. 2014, Physiol Meas 35:153, doi 10.1088/0967-3334/35/2/153). A drive made of sines passes
//! through it exactly.

use core::f64::consts::{PI, TAU};

use crate::check::{SynthError, within};
use crate::rng::Rng;

/// A sine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Frequency, Hz.
    pub frequency: f64,
    /// Amplitude, K.
    pub amplitude: f64,
    /// Phase at time 0, rad.
    pub phase: f64,
}

impl Line {
    /// `amplitude` times the sine at `time`.
    pub fn at(&self, time: f64) -> f64 {
        self.amplitude * libm::sin(TAU * self.frequency * time + self.phase)
    }

    /// Narrow-band noise as a sum of lines: `rms` K in all, about `frequency` with an SD of `width` Hz, lines at random places.
    pub fn band(rng: &mut Rng, frequency: f64, width: f64, rms: f64) -> Vec<Self> {
        let count = 24;
        let amplitude = rms * libm::sqrt(2.0 / f64::from(count));
        (0..count)
            .map(|_| {
                let frequency = (frequency + width * rng.normal()).clamp(0.2 * frequency, 3.0 * frequency);
                Self { frequency, amplitude, phase: rng.phase() }
            })
            .collect()
    }

    /// Noise with a Gaussian spectrum: `rms` K in all, about `frequency` with an SD of `width` Hz however wide that is, as the
    /// oscillations of the source study are.
    pub fn noise(rng: &mut Rng, frequency: f64, width: f64, rms: f64) -> Vec<Self> {
        let count = 96;
        let amplitude = rms * libm::sqrt(2.0 / f64::from(count));
        (0..count)
            .map(|_| Self { frequency: (frequency + width * rng.normal()).abs(), amplitude, phase: rng.phase() })
            .collect()
    }
}

/// Narrow-band noise as it is in nature: a resonance of `frequency` Hz and `width` Hz (full, at half of its power) driven by white noise,
/// `rms` in all, `count` values every `step` s.
pub fn resonance(rng: &mut Rng, [frequency, width]: [f64; 2], rms: f64, step: f64, count: usize) -> Vec<f64> {
    let keep = libm::exp(-PI * width * step);
    let (a, b) = (2.0 * keep * libm::cos(TAU * frequency * step), -keep * keep);
    // Variance of a second-order autoregression driven by unit noise.
    let variance = (1.0 - b) / ((1.0 + b) * ((1.0 - b) * (1.0 - b) - a * a));
    let scale = rms / libm::sqrt(variance);
    let (mut last, mut before) = (0.0, 0.0);
    let mut next = || {
        let value = a * last + b * before + scale * rng.normal();
        (before, last) = (last, value);
        value
    };
    // Until it does not know any more that it began at rest.
    let settling = libm::ceil(10.0 / (width * step)) as usize;
    (0..settling + count).map(|_| next()).skip(settling).collect()
}

/// Rewarming after cold or occlusion: `start` until `lag`, then towards `end` with time constant `tau`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rewarming {
    /// When the cold ends, s.
    pub from: f64,
    /// Temperature then, °C.
    pub start: f64,
    /// Time from there until the rise, s.
    pub lag: f64,
    /// Time constant, s.
    pub tau: f64,
    /// Temperature at the end of all time, °C.
    pub end: f64,
}

impl Rewarming {
    /// The temperature at `time`, °C.
    pub fn at(&self, time: f64) -> f64 {
        let risen = (time - self.from - self.lag).max(0.0);
        self.end - (self.end - self.start) * libm::exp(-risen / self.tau)
    }
}

/// Blood flow as noise of a band, and the depth that it has to come through.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowDrive {
    /// Lines of the drive, K of blood temperature.
    pub lines: Vec<Line>,
    /// Depth, m.
    pub depth: f64,
    /// Diffusivity of the tissue, m²/s.
    pub diffusivity: f64,
}

impl FlowDrive {
    /// A drive of `rms` K, level from `low` to `high` Hz, through `depth` m of skin (χ = 1e-7 m²/s).
    pub fn new(rng: &mut Rng, rms: f64, [low, high]: [f64; 2], depth: f64) -> Self {
        let count = 120;
        let amplitude = rms * libm::sqrt(2.0 / f64::from(count));
        let line = |i: i32| Line {
            frequency: low + (high - low) * (f64::from(i) + rng.uniform()) / f64::from(count),
            amplitude,
            phase: rng.phase(),
        };
        Self { lines: (0..count).map(line).collect(), depth, diffusivity: 1e-7 }
    }

    /// The flow at `time`.
    pub fn flow(&self, time: f64) -> f64 {
        self.lines.iter().map(|line| line.at(time)).sum()
    }

    /// What of it the surface shows, K.
    pub fn surface(&self, time: f64) -> f64 {
        let wave = |line: &Line| {
            let kappa = self.depth * libm::sqrt(PI * line.frequency / self.diffusivity);
            libm::exp(-kappa) * line.amplitude * libm::sin(TAU * line.frequency * time + line.phase - kappa)
        };
        self.lines.iter().map(wave).sum()
    }
}

/// What the temperature of a site does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    /// Level, °C; without effect where it rewarms.
    pub level: f64,
    /// Rewarming.
    pub rewarming: Option<Rewarming>,
    /// Levels on the way: (time s, K above the level), lines between.
    pub steps: Vec<[f64; 2]>,
    /// Vasomotion: lines.
    pub lines: Vec<Line>,
    /// Blood flow.
    pub flow: Option<FlowDrive>,
}

impl Course {
    /// Constant at `level` °C.
    pub fn constant(level: f64) -> Self {
        Self { level, ..Self::default() }
    }

    /// The temperature at `time`, °C.
    pub fn at(&self, time: f64) -> f64 {
        let level = self.rewarming.map_or(self.level, |rewarming| rewarming.at(time));
        let lines = self.lines.iter().map(|line| line.at(time)).sum::<f64>();
        level + between(&self.steps, time) + lines + self.flow.as_ref().map_or(0.0, |flow| flow.surface(time))
    }

    pub(crate) fn check(&self) -> Result<(), SynthError> {
        within("level", self.at(0.0), -50.0, 100.0)
    }
}

/// Lines between points (time, value); constant outside, 0 without points.
pub(crate) fn between<const N: usize>(points: &[[f64; N]], time: f64) -> f64 {
    let value = |i: usize| points.get(i).map_or(0.0, |point| point[1]);
    let after = points.partition_point(|point| point[0] <= time);
    match (after.checked_sub(1), points.get(after)) {
        (None, _) => value(0),
        (Some(before), None) => value(before),
        (Some(before), Some(next)) => {
            let share = (time - points[before][0]) / (next[0] - points[before][0]);
            value(before) + share * (value(after) - value(before))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the project's physiology reference, §4.5: z = 1.5 mm.
    #[test]
    fn thermal_wave_is_that_of_the_table() {
        for (frequency, gain, delay) in [(0.005, 1.8, 19.0), (0.02, 3.3, 9.5), (0.1, 14.0, 4.2)] {
            let drive = FlowDrive {
                lines: vec![Line { frequency, amplitude: 1.0, phase: 0.0 }],
                depth: 1.5e-3,
                diffusivity: 1e-7,
            };
            let step = 0.001 / frequency;
            let (mut best, mut at) = (0.0, 0.0);
            for i in 0..1000 {
                let time = f64::from(i) * step;
                if drive.surface(time) > best {
                    (best, at) = (drive.surface(time), time);
                }
            }
            assert!((1.0 / best / gain - 1.0).abs() < 0.05, "gain at {frequency} Hz: {}", 1.0 / best);
            assert!((at - 0.25 / frequency - delay).abs() < 0.05 * delay, "delay at {frequency} Hz");
        }
    }

    #[test]
    fn band_has_its_rms() {
        let mut rng = Rng::new(1);
        let lines = Line::band(&mut rng, 0.015, 0.003, 0.15);
        let square = (0..200_000).map(|i| lines.iter().map(|line| line.at(f64::from(i))).sum::<f64>()).map(|v| v * v);
        assert!((libm::sqrt(square.sum::<f64>() / 200_000.0) - 0.15).abs() < 0.01);
        let square = resonance(&mut rng, [0.015, 0.0075], 0.15, 1.0, 200_000).into_iter().map(|v| v * v);
        assert!((libm::sqrt(square.sum::<f64>() / 200_000.0) - 0.15).abs() < 0.005);
    }
}
