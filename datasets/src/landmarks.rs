//! Where a pulse truly begins, peaks and is steepest: on a continuous signal, not on samples.
//!
//! The signal is a function of time that yields value and slope; roots of the slope are bisected to less than 1 ns.

/// The points of one pulse on a continuous, upright signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmarks {
    /// Time of the minimum before the upstroke, s. On a flat foot this is only loosely defined; `foot` is not.
    pub foot_time: f64,
    /// Level of that minimum, signal units.
    pub foot: f64,
    /// Onset, s: where the tangent at the steepest point of the upstroke meets the level of the foot.
    pub onset: f64,
    /// Time of the steepest point of the upstroke, s.
    pub slope_time: f64,
    /// Slope there, signal units per second.
    pub slope: f64,
    /// Time of the systolic peak, s: the first maximum after the steepest point.
    pub peak_time: f64,
    /// Level of that peak, signal units.
    pub peak: f64,
}

impl Landmarks {
    /// Peak minus foot, signal units.
    pub fn height(&self) -> f64 {
        self.peak - self.foot
    }

    /// Time between the two crossings of the half height that enclose the peak, s.
    ///
    /// `limit`: the falling crossing is not looked for beyond this time; `None` where there is none before it.
    pub fn half_width(&self, signal: &impl Fn(f64) -> (f64, f64), limit: f64) -> Option<f64> {
        let level = self.foot + 0.5 * self.height();
        let rising = bisect(&|t| signal(t).0 - level, self.foot_time, self.peak_time);
        let step = (self.peak_time - self.foot_time) / 64.0;
        let mut before = self.peak_time;
        while before < limit {
            let after = (before + step).min(limit);
            if signal(after).0 <= level {
                return Some(bisect(&|t| level - signal(t).0, before, after) - rising);
            }
            before = after;
        }
        None
    }
}

/// The root of `f` between `low`, where it is negative or zero, and `high`, where it is positive.
fn bisect(f: &impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    while high - low > 1e-10 * (1.0 + high.abs()) {
        let middle = 0.5 * (low + high);
        if f(middle) > 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}

/// Time of the largest slope between `low` and `high`: a grid, then golden-section search around its best point.
fn steepest(signal: &impl Fn(f64) -> (f64, f64), low: f64, high: f64) -> f64 {
    const POINTS: u32 = 72;
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let step = (high - low) / f64::from(POINTS);
    let mut best = (f64::NEG_INFINITY, low);
    for point in 0..=POINTS {
        let time = low + step * f64::from(point);
        let slope = signal(time).1;
        if slope > best.0 {
            best = (slope, time);
        }
    }
    let (mut a, mut b) = ((best.1 - step).max(low), (best.1 + step).min(high));
    let (mut c, mut d) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
    let (mut at_c, mut at_d) = (signal(c).1, signal(d).1);
    // The slope is flat at its maximum: 1e-7 s is as far as its value can tell points apart.
    while b - a > 1e-7 {
        if at_c > at_d {
            (b, d, at_d) = (d, c, at_c);
            c = b - GOLDEN * (b - a);
            at_c = signal(c).1;
        } else {
            (a, c, at_c) = (c, d, at_d);
            d = a + GOLDEN * (b - a);
            at_d = signal(d).1;
        }
    }
    0.5 * (a + b)
}

/// The landmarks of the pulse whose systolic wave is centred at `anchor` (s) with standard deviation `width` (s).
///
/// `earliest`, `latest`: the foot is not looked for before, the peak not after. `None` if the pulse does not show
/// in the signal: no rising slope near the anchor, no minimum within 200 widths before it or no maximum as near after it.
pub fn landmarks(
    signal: &impl Fn(f64) -> (f64, f64),
    anchor: f64,
    width: f64,
    earliest: f64,
    latest: f64,
) -> Option<Landmarks> {
    let slope_time = steepest(signal, anchor - 3.5 * width, anchor + width);
    let (level, slope) = signal(slope_time);
    // Also refuses NaN, from the signal as from the arguments.
    if !(slope > 0.0 && width > 0.0) {
        return None;
    }
    let step = width / 8.0;
    let (earliest, latest) = (earliest.max(slope_time - 200.0 * width), latest.min(slope_time + 200.0 * width));
    let mut after = slope_time;
    let foot_time = loop {
        let before = after - step;
        if before < earliest {
            return None;
        }
        if signal(before).1 <= 0.0 {
            break bisect(&|t| signal(t).1, before, after);
        }
        after = before;
    };
    let mut before = slope_time;
    let peak_time = loop {
        let after = before + step;
        if after > latest {
            return None;
        }
        if signal(after).1 <= 0.0 {
            // The slope falls through zero: turn it round, so that it rises.
            break bisect(&|t| -signal(t).1, before, after);
        }
        before = after;
    };
    let foot = signal(foot_time).0;
    let peak = signal(peak_time).0;
    Some(Landmarks { foot_time, foot, onset: slope_time - (level - foot) / slope, slope_time, slope, peak_time, peak })
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::{PI, TAU};

    /// A raised cosine: every landmark is known in closed form.
    fn cosine(time: f64) -> (f64, f64) {
        (3.0 - 2.0 * libm::cos(TAU * time), 2.0 * TAU * libm::sin(TAU * time))
    }

    #[test]
    fn a_cosine_has_its_landmarks_where_algebra_puts_them() {
        let found = landmarks(&cosine, 5.5, 0.2, 4.2, 6.3).unwrap();
        assert!((found.foot_time - 5.0).abs() < 1e-8, "foot {}", found.foot_time);
        assert!((found.peak_time - 5.5).abs() < 1e-8, "peak {}", found.peak_time);
        assert!((found.slope_time - 5.25).abs() < 1e-6, "slope {}", found.slope_time);
        // The tangent rises 2 units from the foot to the mid level at 4π units per second.
        assert!((found.onset - (5.25 - 2.0 / (4.0 * PI))).abs() < 1e-6, "onset {}", found.onset);
        assert!((found.height() - 4.0).abs() < 1e-12);
        assert!((found.half_width(&cosine, 6.0).unwrap() - 0.5).abs() < 1e-8);
    }

    #[test]
    fn no_pulse_gives_none() {
        assert_eq!(landmarks(&|_| (1.0, 0.0), 5.0, 0.07, 4.0, 6.0), None);
        assert_eq!(landmarks(&|_| (f64::NAN, f64::NAN), 5.0, 0.07, 4.0, 6.0), None);
        assert_eq!(landmarks(&cosine, 5.5, 0.0, 4.2, 6.3), None);
        // A plain ramp has neither foot nor peak.
        assert_eq!(landmarks(&|t| (t, 1.0), 5.0, 0.07, f64::NEG_INFINITY, f64::INFINITY), None);
        assert_eq!(landmarks(&|t| (t, 1.0), 5.0, 0.07, 4.0, 6.0), None);
        // Foot outside the limits.
        assert_eq!(landmarks(&cosine, 5.5, 0.2, 5.1, 6.3), None);
    }

    #[test]
    fn width_is_absent_where_the_signal_does_not_fall_in_time() {
        let found = landmarks(&cosine, 5.5, 0.2, 4.2, 6.3).unwrap();
        assert_eq!(found.half_width(&cosine, 5.7), None);
    }
}
