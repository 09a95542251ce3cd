//! Heights that no pulse has: movements that passed for beats.
//!
//! A movement of the limb can have the shape and the rhythm of a pulse, not its height. Twenty of them among six hundred beats, most of them
//! higher, move a median by half a percent. So a height is left out that lies further from the median of those within
//! half a minute than four times their spread (the median absolute deviation, as that of a normal distribution; Hampel 1974, doi
//! 10.1080/01621459.1974.10482962, Davies & Gather 1993, doi 10.1080/01621459.1993.10476339). Breathing and vasomotion do not
//! reach so far: of normal values it is one in sixteen thousand, as often above as below.

use alloc::vec::Vec;

use super::describe::median_of;

/// Heights are held against those within this time, s …
const REACH_S: f64 = 30.0;
/// … if there are so many of them, …
const FEWEST: usize = 15;
/// … and left out beyond so many times their spread.
const SPREADS: f64 = 4.0;
/// From a median absolute deviation to the standard deviation of a normal distribution.
const NORMAL: f64 = 1.4826;

/// Which of `heights` (positive, at `times` in rising order, s) do not belong to those around them.
pub(crate) fn outliers(times: &[f64], heights: &[f64]) -> Vec<bool> {
    let logarithms: Vec<f64> = heights.iter().map(|height| libm::log(*height)).collect();
    let (mut from, mut to) = (0, 0);
    let rows = times.iter().zip(&logarithms).map(|(&time, &value)| {
        while times.get(from).is_some_and(|other| *other < time - REACH_S) {
            from += 1;
        }
        while times.get(to).is_some_and(|other| *other <= time + REACH_S) {
            to += 1;
        }
        let near = logarithms.get(from..to).filter(|near| near.len() >= FEWEST)?;
        let middle = median_of(near)?;
        let off: Vec<f64> = near.iter().map(|other| (other - middle).abs()).collect();
        let spread = NORMAL * median_of(&off)?;
        Some(spread > 0.0 && (value - middle).abs() > SPREADS * spread)
    });
    rows.map(|row| row.unwrap_or(false)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(n: u32) -> (Vec<f64>, Vec<f64>) {
        let mut rng = plethys_datasets::Rng::new(3);
        (0..n).map(|i| (f64::from(i), libm::exp(0.1 * rng.normal() + 0.1 * libm::sin(0.1 * f64::from(i))))).unzip()
    }

    #[test]
    fn movements_are_left_out_and_pulses_are_not() {
        let (times, mut heights) = beats(600);
        assert!(outliers(&times, &heights).iter().filter(|out| **out).count() <= 1);
        for place in (20..600).step_by(40) {
            heights[place] *= if place % 80 == 20 { 2.5 } else { 0.3 };
        }
        let out = outliers(&times, &heights);
        for (place, out) in out.iter().enumerate() {
            if place % 40 == 20 {
                assert!(*out, "the movement at {place} has passed");
            } else {
                assert!(!*out || !(0.75..1.35).contains(&heights[place]), "beat {place} was left out");
            }
        }
    }

    #[test]
    fn a_change_of_all_heights_is_no_outlier() {
        let (times, heights) = beats(600);
        let changed: Vec<f64> =
            times.iter().zip(&heights).map(|(t, h)| if *t < 300.0 { *h } else { 2.0 * h }).collect();
        // Within half a minute before the step nothing says that it will last: at most a few of the first.
        assert!(outliers(&times, &changed).iter().filter(|out| **out).count() <= 1);
    }

    #[test]
    fn too_few_and_equal_heights_have_no_outliers() {
        assert_eq!(outliers(&[1.0, 2.0, 3.0], &[1.0, 1.0, 99.0]), [false; 3]);
        let times: Vec<f64> = (0..40).map(f64::from).collect();
        let mut heights = alloc::vec![1.0; 40];
        heights[7] = 9.0;
        assert!(outliers(&times, &heights).iter().all(|out| !out));
        assert!(outliers(&[], &[]).is_empty());
    }
}
