//! From full-rate samples to decimated, high-passed ones that stand beside each other in time.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::PI;

use super::clean::AXES;
use crate::error::ConfigError;
use crate::filter::{Decimator, FirFilter, Taps};

/// The rate that streams are decimated to by a whole factor is at least this, Hz, and below twice this.
const TARGET_RATE: f64 = 25.0;
/// The slow level that is taken away is a mean under a Hann window over ± this, s.
const LEVEL_HALF: f64 = 1.0;

/// Samples are limited to this magnitude, so that no product of two overflows.
const LARGEST: f64 = 1e60;

/// All signals at one decimated instant.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Instant {
    pub(super) pulse: f64,
    pub(super) companion: f64,
    pub(super) acceleration: [f64; AXES],
    /// Length of the acceleration's slow level.
    pub(super) gravity: f64,
    pub(super) companion_known: bool,
    pub(super) acceleration_known: bool,
}

/// Decimation and split into slow level and rest, of one signal.
#[derive(Debug, Clone)]
struct Lane {
    decimator: Decimator,
    level: FirFilter,
    /// The last decimated samples, as many as the level is late.
    late: Box<[f64]>,
    place: usize,
    held: f64,
    started: bool,
}

impl Lane {
    fn new(factor: usize, taps: &Taps) -> Result<Self, ConfigError> {
        let late = vec![0.0; taps.len() / 2 + 1].into_boxed_slice();
        let (decimator, level) = (Decimator::new(factor)?, FirFilter::new(taps));
        Ok(Self { decimator, level, late, place: 0, held: 0.0, started: false })
    }

    fn reset(&mut self) {
        self.decimator.reset();
        self.level.reset();
        self.late.fill(0.0);
        self.place = 0;
        self.held = 0.0;
        self.started = false;
    }

    /// Returns the rest and the slow level, of a sample some time back. What is not finite repeats the sample before. `on_grid`:
    /// whether the decimator keeps this sample; a lane starts, without a step, at the first such one.
    fn push(&mut self, sample: f64, on_grid: bool) -> Option<(f64, f64)> {
        if sample.is_finite() && (self.started || on_grid) {
            self.held = sample.clamp(-LARGEST, LARGEST);
            if !self.started {
                self.started = true;
                self.decimator.fill(self.held);
                self.level.fill(self.held);
                self.late.fill(self.held);
            }
        }
        let decimated = self.decimator.push(self.held)?;
        let level = self.level.push(decimated);
        if let Some(slot) = self.late.get_mut(self.place) {
            *slot = decimated;
        }
        self.place = (self.place + 1) % self.late.len();
        let middle = self.late.get(self.place).copied().unwrap_or(0.0);
        Some((middle - level, level))
    }
}

/// Whether a signal was there, as late as the lanes are.
#[derive(Debug, Clone)]
struct Presence {
    late: Box<[bool]>,
    place: usize,
    /// Whether every sample since the last instant was there.
    complete: bool,
}

impl Presence {
    fn new(delay: usize) -> Self {
        Self { late: vec![false; delay + 1].into_boxed_slice(), place: 0, complete: true }
    }

    fn reset(&mut self) {
        self.late.fill(false);
        self.place = 0;
        self.complete = true;
    }

    fn note(&mut self, present: bool) {
        self.complete &= present;
    }

    fn instant(&mut self) -> bool {
        if let Some(slot) = self.late.get_mut(self.place) {
            *slot = self.complete;
        }
        self.complete = true;
        self.place = (self.place + 1) % self.late.len();
        self.late.get(self.place).copied().unwrap_or(false)
    }
}

/// Brings pulse signal, companion and acceleration to one decimated rate, high-passed, in step.
#[derive(Debug, Clone)]
pub(super) struct Intake {
    pulse: Lane,
    companion: Lane,
    axes: [Lane; AXES],
    companion_there: Presence,
    acceleration_there: Presence,
    factor: usize,
    /// Outputs that belong to before the first sample.
    delay: usize,
    /// Full-rate samples and instants so far, those of the flush at the end included.
    samples: u64,
    instants: u64,
}

impl Intake {
    /// For streams at `sample_rate` Hz, checked by the caller.
    pub(super) fn new(sample_rate: f64) -> Result<Self, ConfigError> {
        let factor = (libm::floor(sample_rate / TARGET_RATE) as usize).max(1);
        let half = libm::round(LEVEL_HALF * sample_rate / factor as f64) as usize;
        let taps = hann(half)?;
        let lane = Lane::new(factor, &taps)?;
        let delay = lane.decimator.delay_samples() / factor + half;
        Ok(Self {
            pulse: lane.clone(),
            companion: lane.clone(),
            axes: [lane.clone(), lane.clone(), lane],
            companion_there: Presence::new(delay),
            acceleration_there: Presence::new(delay),
            factor,
            delay,
            samples: 0,
            instants: 0,
        })
    }

    pub(super) fn reset(&mut self) {
        self.pulse.reset();
        self.companion.reset();
        for axis in &mut self.axes {
            axis.reset();
        }
        self.companion_there.reset();
        self.acceleration_there.reset();
        self.samples = 0;
        self.instants = 0;
    }

    /// How many full-rate samples there are for one instant.
    pub(super) fn factor(&self) -> usize {
        self.factor
    }

    /// How many full-rate samples an instant comes late.
    pub(super) fn delay_samples(&self) -> usize {
        self.delay * self.factor
    }

    pub(super) fn push(
        &mut self,
        sample: f64,
        acceleration: Option<[f64; AXES]>,
        companion: Option<f64>,
    ) -> Option<Instant> {
        let on_grid = self.samples.is_multiple_of(self.factor as u64);
        self.samples += 1;
        let companion = companion.unwrap_or(f64::NAN);
        let acceleration = acceleration.unwrap_or([f64::NAN; AXES]);
        self.companion_there.note(companion.is_finite());
        self.acceleration_there.note(acceleration.iter().all(|a| a.is_finite()));
        let pulse = self.pulse.push(sample, on_grid);
        let companion = self.companion.push(companion, on_grid);
        let [x, y, z] = &mut self.axes;
        let x = x.push(acceleration[0], on_grid);
        let y = y.push(acceleration[1], on_grid);
        let z = z.push(acceleration[2], on_grid);
        let (pulse, companion, x, y, z) = (pulse?, companion?, x?, y?, z?);
        let companion_known = self.companion_there.instant();
        let acceleration_known = self.acceleration_there.instant();
        self.instants += 1;
        (self.instants > self.delay as u64).then_some(Instant {
            pulse: pulse.0,
            companion: companion.0,
            acceleration: [x.0, y.0, z.0],
            gravity: libm::sqrt(x.1 * x.1 + y.1 * y.1 + z.1 * z.1),
            companion_known,
            acceleration_known,
        })
    }

    /// At the end of a stream: the instants still due, one for each call, as if the last sample had gone on.
    pub(super) fn flush(&mut self, pushed: u64) -> Option<Instant> {
        // As many instants as there are multiples of the factor among the indices of the samples.
        let due = pushed.div_ceil(self.factor as u64) + self.delay as u64;
        while self.instants < due {
            let axes = [self.axes[0].held, self.axes[1].held, self.axes[2].held];
            let instant = self.push(self.pulse.held, Some(axes), Some(self.companion.held));
            if instant.is_some() {
                return instant;
            }
        }
        None
    }
}

/// Weights of a Hann window, `half` samples to either side, sum 1.
fn hann(half: usize) -> Result<Taps, ConfigError> {
    let width = (half + 1) as f64;
    let mut weights: Vec<f64> = (0..=half).rev().map(|n| 0.5 + 0.5 * libm::cos(PI * n as f64 / width)).collect();
    weights.extend((1..=half).map(|n| 0.5 + 0.5 * libm::cos(PI * n as f64 / width)));
    let sum: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= sum;
    }
    Taps::from_slice(&weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn instants_stand_beside_each_other_in_time() {
        for rate in [20.0, 49.0, 125.0, 256.0, 4000.0] {
            let mut intake = Intake::new(rate).unwrap();
            let wave = |n: u64| libm::sin(2.0 * PI * 2.0 * n as f64 / rate);
            let mut instants = Vec::new();
            let pushed = (rate * 6.0) as u64;
            for n in 0..pushed {
                let late = |a: f64| if n < 100 { f64::NAN } else { a };
                let w = 3.0 + wave(n);
                instants.extend(intake.push(500.0 + wave(n), Some([late(w), late(2.0 * w), 7.0]), None));
            }
            while let Some(instant) = intake.flush(pushed) {
                instants.push(instant);
            }
            assert_eq!(instants.len() as u64, pushed.div_ceil(intake.factor() as u64), "{rate} Hz");
            let step = intake.factor() as u64;
            for (k, instant) in instants.iter().enumerate() {
                let time = k as f64 * step as f64 / rate;
                if (2.0..4.0).contains(&time) && 100.0 < (time - 1.0) * rate - intake.delay_samples() as f64 {
                    let truth = wave(k as u64 * step);
                    assert_abs_diff_eq!(instant.pulse, truth, epsilon = 0.03);
                    assert_abs_diff_eq!(instant.acceleration[1], 2.0 * truth, epsilon = 0.06);
                    assert_abs_diff_eq!(instant.acceleration[2], 0.0, epsilon = 1e-9);
                    assert!(instant.acceleration_known && !instant.companion_known);
                }
            }
            assert!(!instants[0].acceleration_known);
        }
    }
}
