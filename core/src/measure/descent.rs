//! The dicrotic notch in the descent of a complete cycle.

use super::cycle::Cycle;
use crate::event::Notch;

/// The notch lies before this share of the cycle, counted from the foot.
const NOTCH_BEFORE: f64 = 0.7;
/// A minimum counts from this share of the amplitude.
const NOTCH_PROMINENCE: f64 = 0.01;
/// Slopes are taken over this share of the cycle.
const SLOPE_SHARE: f64 = 0.025;
/// The descent flattens where its slope is less than this share of the steepest fall before it …
const FLAT: f64 = 0.35;
/// … below this share of the amplitude: a flat top is no inflection …
const FLAT_BELOW: f64 = 0.85;
/// … and it was an inflection if the slope then falls again by this share of the steepest fall.
const FALLS_AGAIN: f64 = 0.1;

/// The class of the notch, and its prominence: the highest rise in the descent, as a share of the amplitude.
pub(crate) fn notch(cycle: &Cycle<'_>) -> (Notch, f64) {
    let amplitude = cycle.amplitude();
    let lag = cycle.places(SLOPE_SHARE);
    let descent = cycle.descent(NOTCH_BEFORE);
    let first = *descent.start();
    let mut lowest = f64::INFINITY;
    let (mut steepest, mut flattest, mut prominence) = (0.0_f64, f64::NEG_INFINITY, 0.0_f64);
    let mut inflection = false;
    for place in descent {
        let value = cycle.above(place);
        lowest = lowest.min(value);
        prominence = prominence.max(value - lowest);
        if place < first + lag {
            continue;
        }
        let slope = value - cycle.above(place - lag);
        steepest = steepest.min(slope);
        if value < FLAT_BELOW * amplitude && slope > FLAT * steepest {
            flattest = flattest.max(slope);
        }
        inflection |= slope < flattest + FALLS_AGAIN * steepest;
    }
    let prominence = prominence / amplitude;
    let class = match prominence {
        p if p >= NOTCH_PROMINENCE => Notch::Clear,
        _ if inflection => Notch::Inflection,
        _ => Notch::None,
    };
    (class, prominence)
}
