//! The dicrotic notch in the descent of a complete cycle.

use super::cycle::Cycle;
use crate::event::Notch;

/// The notch lies before this share of the cycle, counted from the foot.
const NOTCH_BEFORE: f64 = 0.7;
/// A minimum counts from this share of the amplitude.
const NOTCH_PROMINENCE: f64 = 0.01;
/// The descent flattens where its slope rises to this share of the steepest fall before it …
const INFLECTION_SHARE: f64 = 0.35;
/// … below this share of the amplitude: a flat top is no inflection.
const INFLECTION_BELOW: f64 = 0.85;

/// The class of the notch, and its prominence: the highest rise in the descent, as a share of the amplitude.
pub(crate) fn notch(cycle: &Cycle<'_>) -> (Notch, f64) {
    let amplitude = cycle.amplitude();
    let (mut lowest, mut before) = (f64::INFINITY, amplitude);
    let (mut steepest, mut prominence): (f64, f64) = (0.0, 0.0);
    let (mut flattened, mut inflection) = (false, false);
    for value in cycle.descent(NOTCH_BEFORE) {
        let slope = value - before;
        before = value;
        lowest = lowest.min(value);
        prominence = prominence.max(value - lowest);
        if slope < steepest {
            // A new steepest fall after the descent had flattened: an inflection lies between.
            inflection |= flattened;
            steepest = slope;
        } else if value < INFLECTION_BELOW * amplitude && slope > INFLECTION_SHARE * steepest {
            flattened = true;
        } else {
            inflection |= flattened && slope < 1.5 * INFLECTION_SHARE * steepest;
        }
    }
    let prominence = prominence / amplitude;
    let class = match prominence {
        p if p >= NOTCH_PROMINENCE => Notch::Clear,
        _ if inflection => Notch::Inflection,
        _ => Notch::None,
    };
    (class, prominence)
}
