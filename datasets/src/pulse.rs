//! Analytic pulse shapes, and trains of them.
//!
//! A pulse is a sum of Gaussian waves (systolic, its shoulder, dicrotic, diastolic run-off), as in Baruch et al. 2011
//! (doi 10.1186/1475-925X-10-1) and Banerjee et al. 2015 (doi 10.1109/EMBC.2015.7319303). A train is the sum of its
//! pulses: smooth everywhere, and a premature pulse rides on what is left of the one before, as it does in a vessel.
//! Times stretch with the cycle, each wave with its own exponent: systole shortens less than diastole when the rate
//! rises (Weissler et al. 1968, doi 10.1161/01.CIR.37.2.149).

use crate::landmarks::landmarks;

/// One wave of a pulse at a cycle of one second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wave {
    /// Height relative to the systolic wave.
    pub height: f64,
    /// Centre after the centre of the systolic wave, s.
    pub delay: f64,
    /// Standard deviation, s.
    pub width: f64,
    /// Exponent by which `delay` and `width` follow the cycle: 0 stay, 1 scale with it.
    pub stretch: f64,
    /// Height at high rates, relative to the systolic wave: `height` holds at and below 100 bpm, this at and above 160,
    /// a smooth blend between. Dicrotic waves fade there; if they did not, the notch would be as deep and as long as
    /// the diastole, and which of the two is the onset a mere convention.
    pub fast_height: f64,
}

/// A pulse shape: its waves, the systolic one first, with delay 0 and height 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The waves at a cycle of one second.
    pub waves: Vec<Wave>,
}

/// What a shape amounts to in a steady rhythm, before scaling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steady {
    /// Peak minus foot.
    pub height: f64,
    /// Level of the foot: what is left of the waves before.
    pub foot: f64,
    /// Mean over the cycle.
    pub mean: f64,
    /// Root mean square about the mean.
    pub rms: f64,
}

impl Shape {
    /// Rows of height, height at high rates, delay (s), width (s), stretch.
    fn of<const N: usize>(rows: [[f64; 5]; N]) -> Self {
        let wave = |[height, fast_height, delay, width, stretch]: [f64; 5]| Wave {
            height,
            delay,
            width,
            stretch,
            fast_height,
        };
        Self { waves: rows.map(wave).to_vec() }
    }

    /// A finger PPG pulse (blood volume, upright).
    ///
    /// `dicrotic` in [0, 1] sets the second wave: 0 none, 0.5 a clear notch, 1 a deep notch and a second wave of 70 % of
    /// the systolic height (values outside are limited). Upstroke about 0.18 s at 60 bpm.
    pub fn ppg(dicrotic: f64) -> Self {
        let dicrotic = dicrotic.clamp(0.0, 1.0);
        Self::of([
            [1.00, 1.00, 0.00, 0.070, 0.5],
            [0.50 * (1.0 - 0.9 * dicrotic), 0.50, 0.13, 0.090, 0.5],
            [0.47 * dicrotic, 0.00, 0.32, 0.065, 0.5],
            [0.28, 0.28, 0.34, 0.170, 0.6],
        ])
    }

    /// A normal pulse volume recording: brisk upstroke, sharp peak, reflected wave, downslope sagging to the baseline.
    pub fn pvr() -> Self {
        Self::of([
            [1.00, 1.00, 0.00, 0.060, 0.5],
            [0.35, 0.35, 0.12, 0.080, 0.5],
            [0.25, 0.00, 0.32, 0.070, 0.5],
            [0.12, 0.12, 0.40, 0.160, 0.6],
        ])
    }

    /// A pulse volume recording whose reflected wave has run into the descent: an inflection, and no minimum, where the notch would be.
    pub fn pvr_blurred() -> Self {
        Self::of([
            [1.00, 1.00, 0.00, 0.070, 0.5],
            [0.40, 0.40, 0.12, 0.090, 0.5],
            [0.22, 0.00, 0.30, 0.085, 0.5],
            [0.12, 0.12, 0.42, 0.160, 0.6],
        ])
    }

    /// The pulse volume recording behind an obstruction: slow upstroke, rounded peak, no reflected wave, bowed downslope.
    pub fn pvr_damped() -> Self {
        Self::of([[1.00, 1.00, 0.00, 0.110, 0.6], [0.85, 0.85, 0.18, 0.140, 0.6], [0.45, 0.45, 0.38, 0.160, 0.7]])
    }

    /// An arterial pressure pulse: steep upstroke, incisura, slow diastolic decay.
    pub fn pressure() -> Self {
        Self::of([
            [1.00, 1.00, 0.00, 0.055, 0.5],
            [0.75, 0.75, 0.11, 0.075, 0.5],
            [0.25, 0.00, 0.31, 0.050, 0.5],
            [0.50, 0.50, 0.33, 0.160, 0.6],
            [0.22, 0.22, 0.56, 0.150, 0.8],
        ])
    }

    /// The pulse at a cycle of `cycle` seconds, centred at `anchor` seconds, `strength` times as high.
    pub fn pulse(&self, anchor: f64, cycle: f64, strength: f64) -> Pulse {
        let shown = ((cycle - 0.375) / (0.6 - 0.375)).clamp(0.0, 1.0);
        let shown = shown * shown * (3.0 - 2.0 * shown);
        let waves: Vec<Gaussian> = self
            .waves
            .iter()
            .map(|wave| {
                let scale = libm::pow(cycle, wave.stretch);
                Gaussian {
                    height: strength * (wave.fast_height + shown * (wave.height - wave.fast_height)),
                    centre: anchor + scale * wave.delay,
                    width: scale * wave.width,
                }
            })
            .collect();
        Pulse { anchor, waves }
    }

    /// Height, foot and mean of this shape repeated every `cycle` seconds, all at strength 1.
    ///
    /// `None` if such a train has no pulse: no minimum between the upstrokes (cycles below about 0.15 s).
    pub fn steady(&self, cycle: f64) -> Option<Steady> {
        // The longest wave reaches about two cycles and a bit; ten to each side leave nothing out.
        let train = Train::new((-10..=10).map(|k| self.pulse(f64::from(k) * cycle, cycle, 1.0)).collect());
        let signal = |time: f64| train.at(time);
        let found = landmarks(&signal, 0.0, self.pulse(0.0, cycle, 1.0).systolic_width(), -cycle, cycle)?;
        // The rectangle rule over a whole period converges faster than any power of the step.
        let points = 256;
        let (mut sum, mut squares) = (0.0, 0.0);
        for k in 0..points {
            let value = train.at(cycle * f64::from(k) / f64::from(points)).0;
            sum += value;
            squares += value * value;
        }
        let mean = sum / f64::from(points);
        let rms = libm::sqrt(squares / f64::from(points) - mean * mean);
        Some(Steady { height: found.height(), foot: found.foot, mean, rms })
    }
}

/// A Gaussian of absolute place and size.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gaussian {
    height: f64,
    centre: f64,
    width: f64,
}

/// Beyond this many standard deviations a wave is below 1e-14 of its height.
const REACH: f64 = 8.0;

/// One placed pulse.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    anchor: f64,
    waves: Vec<Gaussian>,
}

impl Pulse {
    /// Standard deviation of the systolic wave, s.
    pub fn systolic_width(&self) -> f64 {
        self.waves.first().map_or(0.0, |wave| wave.width)
    }
}

/// A sum of pulses: a function of time that is smooth everywhere.
#[derive(Debug, Clone)]
pub struct Train {
    pulses: Vec<Pulse>,
    /// How far a pulse reaches before and after its anchor, at most, s.
    before: f64,
    after: f64,
}

impl Train {
    /// The sum of `pulses`, given in the order of their anchors.
    pub fn new(pulses: Vec<Pulse>) -> Self {
        debug_assert!(pulses.is_sorted_by(|a, b| a.anchor <= b.anchor), "pulses out of order");
        let reach = |side: f64| {
            pulses
                .iter()
                .flat_map(|pulse| {
                    pulse.waves.iter().map(move |wave| side * (wave.centre - pulse.anchor) + REACH * wave.width)
                })
                .fold(0.0_f64, f64::max)
        };
        let (before, after) = (reach(-1.0), reach(1.0));
        Self { pulses, before, after }
    }

    /// Value and slope (per second) at `time` seconds.
    pub fn at(&self, time: f64) -> (f64, f64) {
        let first = self.pulses.partition_point(|pulse| pulse.anchor < time - self.after);
        let (mut value, mut slope) = (0.0, 0.0);
        for pulse in &self.pulses[first..] {
            if pulse.anchor > time + self.before {
                break;
            }
            for wave in &pulse.waves {
                let z = (time - wave.centre) / wave.width;
                if z.abs() < REACH {
                    let part = wave.height * libm::exp(-0.5 * z * z);
                    value += part;
                    slope -= part * z / wave.width;
                }
            }
        }
        (value, slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes() -> Vec<(&'static str, Shape)> {
        vec![
            ("ppg 0", Shape::ppg(0.0)),
            ("ppg 0.5", Shape::ppg(0.5)),
            ("ppg 1", Shape::ppg(1.0)),
            ("pvr", Shape::pvr()),
            ("blurred", Shape::pvr_blurred()),
            ("damped", Shape::pvr_damped()),
            ("pressure", Shape::pressure()),
        ]
    }

    fn steady_train(shape: &Shape, cycle: f64) -> Train {
        Train::new((-10..=12).map(|k| shape.pulse(f64::from(k) * cycle, cycle, 1.0)).collect())
    }

    /// Extrema of one steady cycle from the foot on: (phase, level over the foot relative to the height).
    fn extrema(shape: &Shape, cycle: f64) -> Vec<(f64, f64)> {
        let train = steady_train(shape, cycle);
        let signal = |t: f64| train.at(t);
        let found = landmarks(&signal, 0.0, shape.pulse(0.0, cycle, 1.0).systolic_width(), -cycle, cycle).unwrap();
        let n = 4000;
        let mut turns = Vec::new();
        for k in 1..n - 1 {
            let time = |k: i32| found.foot_time + cycle * f64::from(k) / f64::from(n);
            let (before, after) = (signal(time(k)).1, signal(time(k + 1)).1);
            // On a flat foot rounding turns the slope about; only real turns count.
            if before.signum() != after.signum() && before.abs().max(after.abs()) > 1e-9 {
                turns.push(((time(k) - found.foot_time) / cycle, (signal(time(k)).0 - found.foot) / found.height()));
            }
        }
        turns
    }

    #[test]
    fn slope_is_the_derivative_of_the_value() {
        for (name, shape) in shapes() {
            let train = steady_train(&shape, 0.8);
            for k in 0..200 {
                let time = f64::from(k) * 0.0071;
                let h = 1e-5;
                let numeric = (train.at(time + h).0 - train.at(time - h).0) / (2.0 * h);
                assert!((numeric - train.at(time).1).abs() < 1e-5, "{name} at {time} s");
            }
        }
    }

    #[test]
    fn the_foot_is_the_lowest_and_the_systolic_peak_the_highest_point_at_every_rate() {
        for (name, shape) in shapes() {
            for bpm in (20..=250).step_by(5) {
                let cycle = 60.0 / f64::from(bpm);
                for (phase, level) in extrema(&shape, cycle) {
                    assert!(level > -1e-9 && level < 1.0 + 1e-6, "{name} at {bpm} bpm: level {level} at phase {phase}");
                }
            }
        }
    }

    #[test]
    fn dicrotic_knob_goes_from_none_to_a_deep_notch() {
        // Without it the only turn is the systolic peak, at all rates.
        for bpm in (30..=240).step_by(10) {
            let turns = extrema(&Shape::ppg(0.0), 60.0 / f64::from(bpm));
            assert_eq!(turns.len(), 1, "{bpm} bpm: {turns:?}");
        }
        let deep = extrema(&Shape::ppg(1.0), 1.0);
        assert_eq!(deep.len(), 3, "{deep:?}");
        assert!((0.1..0.3).contains(&deep[1].1), "notch {deep:?}");
        assert!((0.68..0.72).contains(&deep[2].1), "second wave {deep:?}");
        let half = extrema(&Shape::ppg(0.5), 1.0);
        assert_eq!(half.len(), 3, "{half:?}");
        assert!(half[2].1 < deep[2].1 && half[2].1 - half[1].1 < deep[2].1 - deep[1].1, "{half:?}");
    }

    #[test]
    fn pulses_are_as_fast_as_life() {
        let upstroke = |shape: &Shape, cycle: f64| {
            let train = steady_train(shape, cycle);
            let found =
                landmarks(&|t| train.at(t), 0.0, shape.pulse(0.0, cycle, 1.0).systolic_width(), -cycle, cycle).unwrap();
            found.peak_time - found.onset
        };
        let (ppg, pvr) = (upstroke(&Shape::ppg(0.3), 1.0), upstroke(&Shape::pvr(), 1.0));
        let damped = upstroke(&Shape::pvr_damped(), 1.0);
        assert!((0.13..0.22).contains(&ppg), "PPG {ppg} s");
        assert!((0.10..0.18).contains(&pvr), "PVR {pvr} s");
        assert!(damped > 0.24, "damped {damped} s");
        // Systole shortens with the rate, less than the cycle does.
        let fast = upstroke(&Shape::ppg(0.3), 0.4);
        assert!(fast < 0.8 * ppg && fast > 0.4 * ppg, "at 150 bpm {fast} s");
    }

    #[test]
    fn steady_numbers_match_a_fine_grid() {
        for (name, shape) in shapes() {
            let cycle = 0.7;
            let steady = shape.steady(cycle).unwrap();
            let train = steady_train(&shape, cycle);
            let values: Vec<f64> = (0..70_000).map(|k| train.at(f64::from(k) * 1e-5).0).collect();
            let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
            let mean = values.iter().sum::<f64>() / 70_000.0;
            assert!(
                (steady.height - (high - low)).abs() < 1e-6 && (steady.foot - low).abs() < 1e-6,
                "{name}: {steady:?}"
            );
            assert!((steady.mean - mean).abs() < 1e-6, "{name}: mean {mean}, {steady:?}");
        }
    }
}
