//! The level of a peak or a foot where the waveform is noisy.
//!
//! The highest of many noisy values is too high, the lowest of a flat foot too low: by 2 % of a pulse of 0.05 mmHg at 100 Hz on 16 bits. So
//! the level is the mean over the stretch around the extremum that noise cannot tell from it. What the mean of a curved stretch
//! falls short is what the extremum of noise exceeds: the shares below make the two even on peaks and on feet (`cargo run --release -p
//! plethys-benches --example pvr`).

/// Around a peak the stretch is this many standard deviations of the noise high …
const PEAK_NOISE: f64 = 0.7;
/// … and around a foot, which is flat: more of its values are as low as the lowest.
const FOOT_NOISE: f64 = 1.8;
/// A stretch of fewer values is none.
const FEWEST: usize = 3;

/// Noise below this share of the pulse's height is left alone: it moves a level by less than the level is uncertain by.
const QUIET: f64 = 0.0025;

/// How far a value may lie from the peak, and how far from the foot, to be told from it by nothing but `noise` (the standard deviation
/// of the values, where known), on a pulse of this height. `None` where the noise is small.
pub(crate) fn stretches(noise: Option<f64>, height: f64) -> Option<[f64; 2]> {
    let noise = noise? - QUIET * height;
    (noise > 0.0).then_some([PEAK_NOISE * noise, FOOT_NOISE * noise])
}

/// Mean of the stretch around the place `at` whose values lie within `near` of the one there; `otherwise` where it is too short.
pub(crate) fn level(values: &[f64], at: usize, near: f64, otherwise: f64) -> f64 {
    let Some((before, [level, after @ ..])) = values.split_at_checked(at) else { return otherwise };
    let is_near = |value: &&f64| (**value - level).abs() < near;
    let sum = |sum: (f64, usize), value: &f64| (sum.0 + value, sum.1 + 1);
    let left = before.iter().rev().take_while(is_near).fold((*level, 1), sum);
    let (total, count) = after.iter().take_while(is_near).fold(left, sum);
    if count < FEWEST { otherwise } else { total / count as f64 }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// A parabola of 1 on top, with its maximum at 50.25.
    fn parabola() -> Vec<f64> {
        (0..100).map(|i| 1.0 - 1e-3 * (f64::from(i) - 50.25) * (f64::from(i) - 50.25)).collect()
    }

    #[test]
    fn where_noise_is_small_nothing_is_averaged() {
        assert_eq!(stretches(None, 1.0), None);
        assert_eq!(stretches(Some(0.002), 1.0), None);
        let [peak, foot] = stretches(Some(0.0225), 1.0).expect("noisy");
        approx::assert_abs_diff_eq!(peak, 0.02 * PEAK_NOISE, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(foot, 0.02 * FOOT_NOISE, epsilon = 1e-12);
        assert_eq!(level(&parabola(), 50, 1e-9, 7.0), 7.0);
    }

    #[test]
    fn the_level_lies_a_third_of_the_stretch_from_the_vertex_of_a_parabola() {
        approx::assert_abs_diff_eq!(level(&parabola(), 50, 0.1, 7.0), 1.0 - 0.1 / 3.0, epsilon = 2e-3);
    }

    #[test]
    fn a_flat_foot_with_a_ripple_is_read_in_its_middle() {
        let values: Vec<f64> = (0..100).map(|i| if i % 2 == 0 { 0.1 } else { -0.1 }).collect();
        approx::assert_abs_diff_eq!(level(&values, 51, 0.3, 7.0), 0.0, epsilon = 2e-3);
    }

    #[test]
    fn places_that_are_not_there_have_no_level() {
        assert_eq!(level(&[3.0, 4.0], 0, 9.0, 7.0), 7.0);
        assert_eq!(level(&[], 0, 9.0, 7.0), 7.0);
        assert_eq!(level(&[3.0], 5, 9.0, 7.0), 7.0);
        assert_eq!(level(&[f64::NAN; 9], 4, 9.0, 7.0), 7.0);
    }
}
