//! The true contour of a pulse: on the continuous signal, above the line from foot to foot, over the cycle from onset to onset.

use crate::landmarks::Landmarks;

/// Points that a cycle is read on.
const POINTS: usize = 1600;

/// How far the dicrotic notch of a true pulse shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotchShape {
    /// The descent falls without a mark.
    None,
    /// It flattens to less than 0.35 of its steepest fall and falls faster again.
    Inflection,
    /// It has a minimum, at least 1 % of the amplitude deep.
    Clear,
}

impl NotchShape {
    /// `none`, `inflection`, `clear`.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Inflection => "inflection",
            Self::Clear => "clear",
        }
    }
}

/// The contour of a pulse as it truly is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueContour {
    /// From 10 to 90 % of the amplitude, s.
    pub rise_time: f64,
    /// Time above a quarter, a half and three quarters of the amplitude around the peak, s.
    pub widths: [f64; 3],
    /// 100 × mean over the cycle / amplitude, %.
    pub mean_height: f64,
    /// Mean distance of the descent from its chord, in amplitudes.
    pub bowing: f64,
    /// Integral over the cycle, units × s.
    pub area: f64,
    /// How far the notch shows.
    pub notch: NotchShape,
    /// Highest rise in the descent before 0.7 of the cycle, as a share of the amplitude.
    pub notch_prominence: f64,
}

/// The contour of `this` pulse, which ends at the foot of `next`; `None` where it does not rise above the line between.
pub fn contour(signal: &impl Fn(f64) -> (f64, f64), this: &Landmarks, next: &Landmarks) -> Option<TrueContour> {
    let length = next.foot_time - this.foot_time;
    let tilt = (next.foot - this.foot) / length;
    let above = |time: f64| signal(time).0 - this.foot - tilt * (time - this.foot_time);
    let amplitude = above(this.peak_time);
    let (cycle, descent) = (next.onset - this.onset, next.onset - this.peak_time);
    if !(amplitude > 0.0 && length > 0.0 && cycle > 0.0 && descent > 0.0) {
        return None;
    }
    let step = length / POINTS as f64;
    let values: Vec<f64> = (0..=POINTS).map(|k| above(this.foot_time + step * k as f64) / amplitude).collect();
    let peak = (((this.peak_time - this.foot_time) / step) as usize).clamp(1, POINTS - 1);
    let place = |k: usize, share: f64| k as f64 + (share - values[k]) / (values[k + 1] - values[k]);
    let rise = |share: f64| (0..=peak).rev().find(|&k| values[k] < share).map_or(0.0, |k| place(k, share));
    let fall = |share: f64| (peak + 1..POINTS).find(|&k| values[k] < share).map_or(0.0, |k| place(k - 1, share));
    // The feet are at zero, so that the rectangle rule is the trapezoidal one.
    let area = amplitude * step * values.iter().sum::<f64>();
    let descent_area = amplitude * step * (values[peak + 1..].iter().sum::<f64>() + 0.5 * values[peak]);

    let last = (0.7 * POINTS as f64) as usize;
    let (mut lowest, mut prominence): (f64, f64) = (f64::INFINITY, 0.0);
    let (mut steepest, mut flattest, mut inflection): (f64, f64, bool) = (0.0, f64::NEG_INFINITY, false);
    for k in peak..=last {
        lowest = lowest.min(values[k]);
        prominence = prominence.max(values[k] - lowest);
        let slope = values[k + 1] - values[k];
        steepest = steepest.min(slope);
        if values[k] < 0.85 && slope > 0.35 * steepest {
            flattest = flattest.max(slope);
        }
        inflection |= slope < flattest + 0.1 * steepest;
    }
    let notch = match prominence {
        p if p >= 0.01 => NotchShape::Clear,
        _ if inflection => NotchShape::Inflection,
        _ => NotchShape::None,
    };
    Some(TrueContour {
        rise_time: step * (rise(0.9) - rise(0.1)),
        widths: [0.25, 0.5, 0.75].map(|share| step * (fall(share) - rise(share))),
        mean_height: 100.0 * area / (amplitude * cycle),
        bowing: descent_area / (amplitude * descent) - 0.5,
        area,
        notch,
        notch_prominence: prominence,
    })
}

#[cfg(test)]
mod tests {
    use core::f64::consts::TAU;

    use super::*;
    use crate::landmarks::landmarks;

    #[test]
    fn a_cosine_on_a_falling_line_has_the_contour_of_a_cosine() {
        // A slight tilt: the landmarks are those of the tilted signal, the contour is not.
        let wave = |t: f64| (2.0 - 2.0 * libm::cos(TAU * t) - 0.01 * t, 2.0 * TAU * libm::sin(TAU * t) - 0.01);
        let at = |anchor: f64| landmarks(&wave, anchor, 0.2, anchor - 1.0, anchor + 1.0).unwrap();
        let found = contour(&wave, &at(5.5), &at(6.5)).unwrap();
        let near = |value: f64, truth: f64| assert!((value - truth).abs() < 2e-3, "{value} is not {truth}");
        near(found.mean_height, 50.0);
        near(found.widths[1], 0.5);
        near(found.rise_time, (libm::acos(-0.8) - libm::acos(0.8)) / TAU);
        near(found.area, 2.0);
        near(found.notch_prominence, 0.0);
        assert_eq!(found.notch, NotchShape::None);
    }
}
