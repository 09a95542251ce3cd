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
    let descent = cycle.descent(NOTCH_BEFORE);
    let (mut lowest, mut prominence) = (f64::INFINITY, 0.0);
    for &value in descent {
        lowest = if value < lowest { value } else { lowest };
        let rise = value - lowest;
        prominence = if rise > prominence { rise } else { prominence };
    }
    let prominence = prominence / cycle.amplitude();
    let class = if prominence >= NOTCH_PROMINENCE {
        Notch::Clear
    } else if flattens(descent, cycle.places(SLOPE_SHARE), cycle.amplitude()) {
        Notch::Inflection
    } else {
        Notch::None
    };
    (class, prominence)
}

/// Whether a descent flattens and then falls again; slopes are taken over `lag` places.
fn flattens(descent: &[f64], lag: usize, amplitude: f64) -> bool {
    let (mut steepest, mut flattest) = (0.0, f64::NEG_INFINITY);
    for (before, &value) in descent.iter().zip(descent.get(lag..).unwrap_or_default()) {
        let slope = value - before;
        steepest = if slope < steepest { slope } else { steepest };
        if value < FLAT_BELOW * amplitude && slope > FLAT * steepest && slope > flattest {
            flattest = slope;
        }
        if slope < flattest + FALLS_AGAIN * steepest {
            return true;
        }
    }
    false
}
