//! The camera: all that it adds to the scene.

use core::f64::consts::TAU;

use super::scene::Scene;
use super::{ThermalOutput, ThermalSynth};
use crate::rng::Rng;

/// Length of the table of normal deviates that pixels draw their noise from, a power of two.
const TABLE: usize = 1 << 16;

/// One frame as the camera hands it out.
#[derive(Debug, Clone, Copy)]
pub struct ThermalFrame<'a> {
    /// Time stamp, s.
    pub time: f64,
    /// Number of the frame, of those that differ.
    pub counter: u64,
    /// Whether the shutter is shut.
    pub shutter: bool,
    /// Counts, row by row; empty where the camera gives °C.
    pub counts: &'a [u16],
    /// °C, row by row; empty where the camera gives counts.
    pub celsius: &'a [f64],
}

/// A slow wave of the camera's own temperature.
#[derive(Debug, Clone, Copy)]
struct Wave {
    period: f64,
    phase: f64,
    size: f64,
}

/// A synthetic camera; frames come one by one.
#[derive(Debug, Clone)]
pub struct ThermalCamera {
    synth: ThermalSynth,
    scene: Scene,
    next: u64,
    noise: Vec<f64>,
    rng: Rng,
    pattern: Vec<f64>,
    dead: Vec<(usize, f64)>,
    level: Vec<Wave>,
    slope: Vec<Wave>,
    /// Number of the last shutter, and what it left: level, slope.
    shutter: (u64, [f64; 2]),
    frame: Vec<f64>,
    counts: Vec<u16>,
}

impl ThermalCamera {
    pub(super) fn new(synth: ThermalSynth, scene: Scene) -> Self {
        let pixels = synth.rows * synth.columns;
        let stream = |tag: &str| Rng::stream(synth.seed, tag);
        let mut rng = stream("noise table");
        let noise = (0..TABLE).map(|_| rng.normal()).collect();
        let mut rng = stream("fixed pattern");
        let pattern = (0..pixels).map(|_| synth.fixed_pattern * rng.normal()).collect();
        let mut rng = stream("dead pixels");
        let dead = |_| ((rng.uniform() * pixels as f64) as usize, if rng.uniform() < 0.5 { 15.0 } else { 45.0 });
        let dead = (0..synth.dead_pixels).map(dead).collect();
        let waves = |tag: &str, size: f64| {
            let mut rng = stream(tag);
            let share = size * libm::sqrt(2.0 / 6.0);
            let wave = |i: i32| Wave {
                period: 600.0 * libm::pow(24.0, (f64::from(i) + rng.uniform()) / 6.0),
                phase: rng.phase(),
                size: share,
            };
            (0..6).map(wave).collect()
        };
        let (level, slope) = (waves("drift", synth.drift), waves("slope drift", synth.slope_drift));
        let frame = vec![0.0; pixels];
        Self {
            rng: stream("noise"),
            scene,
            next: 0,
            noise,
            pattern,
            dead,
            level,
            slope,
            shutter: (0, [0.0; 2]),
            counts: if matches!(synth.output, ThermalOutput::Counts { .. }) { vec![0; pixels] } else { Vec::new() },
            frame,
            synth,
        }
    }

    /// The truth before the camera.
    pub fn scene(&mut self) -> &mut Scene {
        &mut self.scene
    }

    /// Pixels that hold one value: row, column.
    pub fn dead_pixels(&self) -> Vec<[usize; 2]> {
        self.dead.iter().map(|(place, _)| [place / self.synth.columns, place % self.synth.columns]).collect()
    }

    /// When the shutter shuts, s.
    pub fn shutters(&self) -> Vec<f64> {
        let Some(shutter) = self.synth.shutter else { return Vec::new() };
        let count = libm::ceil(self.synth.duration / shutter.interval) as u32;
        (1..count).map(|i| f64::from(i) * shutter.interval).collect()
    }

    /// The next frame; `None` at the end.
    pub fn next_frame(&mut self) -> Option<ThermalFrame<'_>> {
        let repeats = self.synth.repeats as u64;
        let rate = self.synth.frame_rate * repeats as f64;
        let time = self.next as f64 / rate;
        if time >= self.synth.duration {
            return None;
        }
        let counter = self.next / repeats;
        let mut is_shut = false;
        let moment = counter as f64 / self.synth.frame_rate;
        if let Some(shutter) = self.synth.shutter {
            let number = libm::floor(moment / shutter.interval) as u64;
            is_shut = number > 0 && moment - number as f64 * shutter.interval < shutter.freeze;
        }
        if self.next.is_multiple_of(repeats) && (!is_shut || counter == 0) {
            self.expose(moment);
        }
        self.next += 1;
        let celsius = if self.counts.is_empty() { self.frame.as_slice() } else { &[] };
        Some(ThermalFrame { time, counter, shutter: is_shut, counts: &self.counts, celsius })
    }

    /// The offset that the camera has at `time`: level, and slope from edge to edge.
    fn offset(&mut self, time: f64) -> [f64; 2] {
        let at = |waves: &[Wave], time: f64| -> f64 {
            waves.iter().map(|w| w.size * (libm::sin(TAU * time / w.period + w.phase) - libm::sin(w.phase))).sum()
        };
        let now = [at(&self.level, time), at(&self.slope, time)];
        let Some(shutter) = self.synth.shutter else { return now };
        let number = libm::floor(time / shutter.interval) as u64;
        if number != self.shutter.0 {
            // What had gathered is taken for zero, but for an error of its own.
            let start = number as f64 * shutter.interval;
            let mut rng = Rng::stream(self.synth.seed ^ number.rotate_left(32), "shutter");
            let level = shutter.level * rng.normal() - at(&self.level, start);
            let slope = shutter.residue * rng.normal() - at(&self.slope, start);
            self.shutter = (number, [level, slope]);
        }
        [now[0] + self.shutter.1[0], now[1] + self.shutter.1[1]]
    }

    fn expose(&mut self, time: f64) {
        let [level, slope] = self.offset(time);
        self.scene.render(time, &mut self.frame);
        let columns = self.synth.columns;
        for (row, line) in self.frame.chunks_exact_mut(columns).enumerate() {
            let start = self.rng.bits() as usize;
            for (column, pixel) in line.iter_mut().enumerate() {
                let side = (column as f64 + 0.5) / columns as f64 - 0.5;
                let noise = self.synth.netd * self.noise[start.wrapping_add(column) % TABLE];
                *pixel += level + slope * side + self.pattern[row * columns + column] + noise;
            }
        }
        for &(place, value) in &self.dead {
            self.frame[place] = value;
        }
        match self.synth.output {
            ThermalOutput::Counts { kelvin_per_count } => {
                for (count, celsius) in self.counts.iter_mut().zip(&self.frame) {
                    *count = libm::round((celsius + 273.15) / kelvin_per_count).clamp(0.0, 65_535.0) as u16;
                }
            }
            ThermalOutput::Celsius { step } if step > 0.0 => {
                for celsius in &mut self.frame {
                    *celsius = libm::round(*celsius / step) * step;
                }
            }
            ThermalOutput::Celsius { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_drift_and_repeats_are_those_asked_for() {
        let synth = ThermalSynth { drift: 0.0, shutter: None, dead_pixels: 0, ..ThermalSynth::lepton(3, 60.0) };
        let mut camera = synth.camera().expect("a valid configuration");
        let mut truth = vec![0.0; 19_200];
        camera.scene().render(0.0, &mut truth);
        let (mut frames, mut squares, mut same) = (0, 0.0, 0);
        let mut before: Vec<u16> = Vec::new();
        while let Some(frame) = camera.next_frame() {
            if frame.counts == before {
                same += 1;
            } else {
                let error = frame.counts.iter().zip(&truth).map(|(c, t)| f64::from(*c) * 0.01 - 273.15 - t);
                squares += error.map(|e| e * e).sum::<f64>() / 19_200.0;
                frames += 1;
            }
            before.clear();
            before.extend_from_slice(frame.counts);
        }
        // NETD, fixed pattern and quantisation.
        let expected = libm::sqrt(0.05 * 0.05 + 0.02 * 0.02 + 0.01 * 0.01 / 12.0);
        let rms = libm::sqrt(squares / f64::from(frames));
        assert!((rms / expected - 1.0).abs() < 0.01, "{rms} K, expected {expected}");
        assert_eq!((frames, same), (522, 1044));
    }

    #[test]
    fn the_shutter_freezes_the_picture_and_moves_the_level() {
        let mut camera = ThermalSynth::lepton(5, 200.0).camera().expect("a valid configuration");
        let mean = |counts: &[u16]| counts.iter().map(|c| f64::from(*c)).sum::<f64>() / 19_200.0 * 0.01;
        let (mut shut, mut last, mut step) = (Vec::new(), 0.0, 0.0);
        while let Some(frame) = camera.next_frame() {
            let now = mean(frame.counts);
            if frame.shutter {
                shut.push(frame.time);
                assert_eq!(now, last, "the picture stands still");
            } else if frame.time > 180.0 && step == 0.0 {
                step = now - last;
            }
            last = now;
        }
        assert!((shut[0] - 180.0).abs() < 0.12 && shut.len() > 15, "{shut:?}");
        assert!(step.abs() > 0.005, "{step} K");
        assert_eq!(camera.shutters(), [180.0]);
    }

    #[test]
    fn the_limb_moves_by_the_pixels_asked_for() {
        let synth = ThermalSynth { motion: vec![[0.0, 0.0, 0.0], [10.0, 5.0, -3.0]], ..ThermalSynth::lepton(1, 20.0) };
        let mut scene = synth.scene().expect("a valid configuration");
        assert_eq!(scene.shift(5.0), [2.5, -1.5]);
        let (mut rest, mut moved) = (vec![0.0; 19_200], vec![0.0; 19_200]);
        scene.render(0.0, &mut rest);
        scene.render(10.0, &mut moved);
        approx::assert_abs_diff_eq!(moved[57 * 160 + 50], rest[60 * 160 + 45], epsilon = 1e-9);
        approx::assert_abs_diff_eq!(moved[10 * 160 + 80], rest[10 * 160 + 80], epsilon = 1e-9);
    }
}
