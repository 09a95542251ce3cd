//! What a sensor, a cable and a moving limb add to a pulse signal.

use core::f64::consts::TAU;

use crate::rng::{Pink, Rng};
use crate::truth::Span;

/// A slow movement of the baseline that has nothing at or above 0.3 Hz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// Largest minus smallest value over the recording, in pulse heights.
    pub swing: f64,
    /// Highest frequency in it, Hz; below 0.3.
    pub highest: f64,
}

impl Drift {
    /// Number of sines in the sum.
    const TONES: usize = 40;

    /// A sum of sines of random phase, their amplitude inverse to the frequency: band-limited by construction, which no
    /// filtered random walk is. Values at `times` (s), swing as asked, mean of the extremes 0.
    pub(crate) fn values(&self, times: &[f64], rng: &mut Rng) -> Vec<f64> {
        let lowest = 0.005_f64.min(self.highest);
        let tones: Vec<(f64, f64, f64)> = (0..Self::TONES)
            .map(|k| {
                // One random frequency in each of equal logarithmic steps.
                let place = (k as f64 + rng.uniform()) / Self::TONES as f64;
                let hz = lowest * libm::pow(self.highest / lowest, place);
                (hz, rng.phase(), 1.0 / hz)
            })
            .collect();
        let at = |time: f64| tones.iter().map(|(hz, phase, height)| height * libm::sin(TAU * hz * time + phase)).sum();
        let (first, last) = (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(0.0));
        // The swing is taken on a grid of its own, so that it does not depend on the sample rate.
        let grid = libm::ceil((last - first) * 8.0) as usize + 1;
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for k in 0..=grid {
            let value: f64 = at(first + (last - first) * k as f64 / grid as f64);
            low = low.min(value);
            high = high.max(value);
        }
        let gain = if high > low { self.swing / (high - low) } else { 0.0 };
        times.iter().map(|&time| gain * (at(time) - 0.5 * (low + high))).collect()
    }
}

/// Size of a noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// Signal-to-noise ratio in dB: the RMS of the steady pulse wave about its mean, over the RMS of the noise.
    SnrDb(f64),
    /// RMS in the recording's unit.
    Rms(f64),
}

impl Level {
    /// RMS in the recording's unit, where the steady pulse wave has the RMS `signal`.
    pub(crate) fn rms(self, signal: f64) -> f64 {
        match self {
            Self::SnrDb(decibel) => signal * libm::pow(10.0, -decibel / 20.0),
            Self::Rms(rms) => rms,
        }
    }
}

/// Mains hum: a sine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hum {
    /// 50 or 60 Hz.
    pub frequency: f64,
    /// Amplitude (half of peak to peak), in pulse heights.
    pub amplitude: f64,
}

/// A moving limb: bursts of artefact, with the acceleration that goes with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Motion {
    /// When the limb moves. Between the bursts the accelerometer shows gravity and its own noise.
    pub bursts: Vec<Span>,
    /// Steps or swings per second, Hz; each burst's own within 10 % of it.
    pub cadence: f64,
    /// RMS of the artefact within a burst, in pulse heights.
    pub strength: f64,
    /// Share of the movement's power that is periodic; the rest is shaking without a rhythm.
    pub periodicity: f64,
}

impl Motion {
    /// Artefact in pulse heights and acceleration in g (three axes), at `times` (s).
    ///
    /// The artefact follows the acceleration with a lag of 1/(2π·3 Hz), from all axes, and partly from its square: it is
    /// correlated with the movement, but not a copy of it.
    pub(crate) fn values(&self, times: &[f64], rng: &mut Rng) -> (Vec<f64>, Vec<[f64; 3]>) {
        const GRAVITY: [f64; 3] = [0.21, -0.33, 0.92];
        let (mut artefact, mut acceleration) = (vec![0.0; times.len()], Vec::with_capacity(times.len()));
        let envelope = |time: f64, burst: &Span| {
            // Ramps of 0.3 s.
            let edge = ((time - burst.start).min(burst.end - time) / 0.3).clamp(0.0, 1.0);
            0.5 - 0.5 * libm::cos(0.5 * TAU * edge)
        };
        let gain: [f64; 3] = core::array::from_fn(|_| rng.normal());
        let tones: Vec<[(f64, f64); 3]> =
            // For each axis: phase and height of the cadence, of its double, and of its triple.
            (0..3).map(|_| [(0, 1.0), (1, 0.6), (2, 0.25)].map(|(_, height)| (rng.phase(), height * rng.between(0.5, 1.5)))).collect();
        let mut cadences = Pink::new(Rng::new(rng.bits()), 0.05, 0.5);
        let mut shakes: Vec<Pink> = (0..3).map(|_| Pink::new(Rng::new(rng.bits()), 0.7, 5.0)).collect();
        let bursts: Vec<(Span, f64)> =
            self.bursts.iter().map(|&burst| (burst, self.cadence * rng.between(0.9, 1.1))).collect();
        let (mut phase, mut lagged, mut before) = (rng.phase(), 0.0, times.first().copied().unwrap_or(0.0));
        let periodic = libm::sqrt(self.periodicity.clamp(0.0, 1.0));
        let random = libm::sqrt(1.0 - self.periodicity.clamp(0.0, 1.0));
        for (&time, artefact) in times.iter().zip(&mut artefact) {
            let step = time - before;
            before = time;
            let active = bursts.iter().find(|(burst, _)| burst.contains(time));
            let (size, cadence) =
                active.map_or((0.0, self.cadence), |(burst, cadence)| (envelope(time, burst), *cadence));
            phase += TAU * cadence * (1.0 + 0.03 * cadences.next(step)) * step;
            let movement: [f64; 3] = core::array::from_fn(|axis| {
                let rhythm: f64 = tones[axis]
                    .iter()
                    .zip([1.0, 2.0, 3.0])
                    .map(|(&(offset, height), order)| height * libm::sin(order * phase + offset))
                    .sum();
                size * (periodic * rhythm + random * shakes[axis].next(step))
            });
            acceleration.push(core::array::from_fn(|axis| GRAVITY[axis] + 0.5 * movement[axis] + 0.004 * rng.normal()));
            let push = (0..3).map(|axis| gain[axis] * movement[axis]).sum::<f64>()
                + 0.3 * movement.iter().map(|part| part * part).sum::<f64>();
            lagged += (1.0 - libm::exp(-TAU * 3.0 * step)) * (push - lagged);
            *artefact = lagged;
        }
        let inside: Vec<f64> = times
            .iter()
            .zip(&artefact)
            .filter(|&(&time, _)| self.bursts.iter().any(|burst| burst.contains(time)))
            .map(|(_, value)| value * value)
            .collect();
        let rms = libm::sqrt(inside.iter().sum::<f64>() / inside.len().max(1) as f64);
        let scale = if rms > 0.0 { self.strength / rms } else { 0.0 };
        for value in &mut artefact {
            *value *= scale;
        }
        (artefact, acceleration)
    }
}

/// A change of the baseline that stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselineStep {
    /// First moment of the new level, s.
    pub time: f64,
    /// Height, in pulse heights; adds to the steps before.
    pub height: f64,
}

/// A single wrong sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// The sample nearest to this time, s.
    pub time: f64,
    /// What is added to it, in pulse heights.
    pub height: f64,
}

/// Rails at which the sensor stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Clip {
    /// Lowest and highest value, in the recording's unit.
    Rails(f64, f64),
    /// Shares of the recording's whole range (largest minus smallest value) cut off below and above.
    Share(f64, f64),
}

impl Clip {
    /// The rails for these samples.
    pub(crate) fn rails(self, samples: &[f64]) -> (f64, f64) {
        match self {
            Self::Rails(low, high) => (low, high),
            Self::Share(below, above) => {
                let (low, high) =
                    samples.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
                (low + below * (high - low), high - above * (high - low))
            }
        }
    }
}

/// Steps of the converter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantisation {
    /// Height of one step, in the recording's unit.
    Step(f64),
    /// 2^`bits` steps from `low` to `high`; values outside are limited.
    Bits {
        /// Number of bits, 1 to 32.
        bits: u32,
        /// Value of code 0.
        low: f64,
        /// Value of the highest code.
        high: f64,
    },
}

impl Quantisation {
    pub(crate) fn apply(self, samples: &mut [f64]) {
        match self {
            Self::Step(step) => samples.iter_mut().for_each(|value| *value = step * libm::round(*value / step)),
            Self::Bits { bits, low, high } => {
                let codes = libm::exp2(f64::from(bits)) - 1.0;
                let step = (high - low) / codes;
                for value in samples {
                    *value = low + step * libm::round((*value - low) / step).clamp(0.0, codes);
                }
            }
        }
    }
}

/// Time stamps of a camera: irregular, with frames missing. The signal is sampled at the true, jittered times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jitter {
    /// Standard deviation of a frame's time about its place on the grid, s (limited to 0.45 frame periods, so that time
    /// never runs backward).
    pub deviation: f64,
    /// Share of the frames that are missing.
    pub dropped: f64,
    /// Step of the stamps, s (0.001 for milliseconds, 0 for exact ones).
    pub resolution: f64,
}

impl Jitter {
    /// Capture times of a recording of `duration` seconds at nominally `rate` Hz.
    pub(crate) fn times(&self, rate: f64, duration: f64, rng: &mut Rng) -> Vec<f64> {
        let frames = libm::round(duration * rate) as u64;
        let limit = 0.45 / rate;
        (0..frames)
            .filter_map(|frame| {
                let offset = (self.deviation * rng.normal()).clamp(-limit, limit);
                let kept = rng.uniform() >= self.dropped || frame == 0;
                kept.then(|| (frame as f64 / rate + offset).max(0.0))
            })
            .collect()
    }

    /// The stamp that is written for a capture time.
    pub(crate) fn stamp(&self, time: f64) -> f64 {
        if self.resolution > 0.0 { self.resolution * libm::round(time / self.resolution) } else { time }
    }
}

/// Spans scattered at random over a recording: `per_minute` on average, each between `shortest` and `longest` seconds,
/// in order, not overlapping, none in the first and last two seconds.
pub fn scatter(seed: u64, duration: f64, per_minute: f64, shortest: f64, longest: f64) -> Vec<Span> {
    let mut rng = Rng::stream(seed, "scatter");
    let mut spans = Vec::new();
    if per_minute <= 0.0 {
        return spans;
    }
    let mut time = 2.0;
    loop {
        // Exponential waiting time; the spans themselves take their share of the minute.
        let wait = -libm::log(1.0 - rng.uniform()) * (60.0 / per_minute - 0.5 * (shortest + longest)).max(0.0);
        let length = rng.between(shortest, longest);
        let start = time + wait;
        if start + length > duration - 2.0 {
            return spans;
        }
        spans.push(Span::new(start, start + length));
        time = start + length;
    }
}
