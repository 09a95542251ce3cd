//! The contour of a complete cycle, as vascular laboratories read it off a pulse volume recording.
//!
//! Everything is read above the line from foot to foot, and over the cycle from onset to onset (intersecting tangents): the foot of
//! a pulse is flat, and where on it the minimum lies is chance. A cuff that leaks 1 mmHg/min would otherwise cost a pulse of
//! 0.5 mmHg 8 ms of its width and 1.5 points of its mean height.
//!
//! Sources: Raines 1973, doctoral thesis, MIT, and Darling et al. 1972, Surgery 72(6):873 (the recorder and the reading of its contours); the
//! height of the mean waveform as a percentage of the amplitude is what volume-plethysmographic recorders print as %MAP.

use super::cycle::Cycle;

/// What was read of a cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Contour {
    /// From 10 to 90 % of the amplitude on the upstroke, s.
    pub(crate) rise_time: Option<f64>,
    /// Time above a quarter of the amplitude, s.
    pub(crate) width_25: Option<f64>,
    /// Time above half of the amplitude, s.
    pub(crate) width: Option<f64>,
    /// Time above three quarters of the amplitude, s.
    pub(crate) width_75: Option<f64>,
    /// Share of the cycle that lies between onset and peak.
    pub(crate) upstroke_fraction: f64,
    /// 100 × mean over the cycle / amplitude, %: the height of the mean waveform, %MAP.
    pub(crate) mean_height: f64,
    /// Mean distance of the descent from the chord between the peak and the next foot, in amplitudes.
    pub(crate) bowing: f64,
    /// Integral over the cycle, units × s.
    pub(crate) area: f64,
}

/// Reads the contour of a cycle.
pub(crate) fn read(cycle: &Cycle<'_>) -> Contour {
    let [rise_90, rise_75, rise_50, rise_25, rise_10] = cycle.rises([0.9, 0.75, 0.5, 0.25, 0.1]);
    let [fall_75, fall_50, fall_25] = cycle.falls([0.75, 0.5, 0.25]);
    let between = |from: Option<f64>, to: Option<f64>| from.zip(to).map(|(from, to)| cycle.seconds(from, to));
    let (area, descent_area) = cycle.areas();
    let (length, descent_length) = cycle.lengths();
    Contour {
        rise_time: between(rise_10, rise_90),
        width_25: between(rise_25, fall_25),
        width: between(rise_50, fall_50),
        width_75: between(rise_75, fall_75),
        upstroke_fraction: 1.0 - descent_length / length,
        mean_height: 100.0 * area / (cycle.amplitude() * length),
        // The mean of the chord is half of the amplitude.
        bowing: descent_area / (cycle.amplitude() * descent_length) - 0.5,
        area,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::measure::cycle::Marks;
    use crate::measure::descent;

    /// A triangle of height 2 from place 100 to 300 with its peak at 150, repeated every 200, on a falling line.
    fn triangle(drift: f64) -> (Vec<f64>, Marks, Marks) {
        let wave = |place: i32| {
            let phase = f64::from((place - 100).rem_euclid(200));
            let height = if phase <= 50.0 { phase / 25.0 } else { (200.0 - phase) / 75.0 };
            height - drift * f64::from(place)
        };
        let marks = |foot: i32| Marks {
            foot: f64::from(foot),
            foot_level: wave(foot),
            onset: f64::from(foot),
            peak: f64::from(foot + 50),
            peak_level: wave(foot + 50),
        };
        ((0..600).map(wave).collect(), marks(100), marks(300))
    }

    #[test]
    fn a_triangle_has_the_contour_that_algebra_gives_it_whatever_the_drift() {
        for drift in [0.0, 0.003, -0.01] {
            let (values, this, next) = triangle(drift);
            let mut heights = Vec::new();
            let cycle = Cycle::new(&values, 200.0, &this, &next, &mut heights).expect("a complete cycle");
            approx::assert_abs_diff_eq!(cycle.amplitude(), 2.0, epsilon = 1e-12);
            let contour = read(&cycle);
            let near = |value: Option<f64>, truth: f64| {
                approx::assert_abs_diff_eq!(value.expect("a crossing"), truth, epsilon = 1e-9);
            };
            near(contour.rise_time, 0.8 * 0.25);
            near(contour.width_25, 0.75);
            near(contour.width_75, 0.25);
            near(contour.width, 0.5);
            near(Some(contour.upstroke_fraction), 0.25);
            near(Some(contour.mean_height), 50.0);
            near(Some(contour.bowing), 0.0);
            near(Some(contour.area), 1.0);
            assert_eq!(descent::notch(&cycle), (crate::event::Notch::None, 0.0));
        }
    }

    #[test]
    fn a_cycle_that_is_not_whole_has_no_contour() {
        let (values, this, next) = triangle(0.0);
        let none = |values: &[f64], this: &Marks, next: &Marks| {
            Cycle::new(values, 200.0, this, next, &mut Vec::new()).is_none()
        };
        assert!(none(&values[..290], &this, &next));
        assert!(none(&values, &next, &this));
        let flat = Marks { peak_level: this.foot_level, ..this };
        assert!(none(&values, &flat, &next));
    }
}
