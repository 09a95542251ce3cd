//! A studentised moving-block bootstrap of the median, shown beside the cosine estimator.
//!
//! A block has to hold a vasomotion wave, about a minute, and ten minutes hold only ten such blocks: raw percentiles come out too
//! narrow, and shorter blocks look right only because they catch the positive lobe of the waves' autocorrelation. So the standard deviation of the draws is widened by √(b / (b − 1)), b blocks, and goes with Student's t of b − 1 degrees of freedom.
//!
//! Source: Künsch (1989, doi 10.1214/aos/1176347265), moving blocks; the widening and t: as for b batch means.

use alloc::vec::Vec;

use super::describe::{deviation, median_of};
use super::level::Estimate;
use super::settings::Settings;

/// A small generator with a stored seed: `SplitMix64` (Steele, Lea & Flood 2014, doi 10.1145/2714064.2660195).
struct Draws(u64);

impl Draws {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// Uniform from 0 to `count` − 1; the bias is below count / 2⁶⁴.
    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.bits()) * count as u128) >> 64) as usize
    }
}

/// Number of blocks that `seconds` of signal hold, and how many of `n` values make one.
fn blocks(n: usize, seconds: f64, block: f64) -> (usize, usize) {
    let count = (libm::round(seconds / block) as usize).min(n);
    (count, n.checked_div(count).unwrap_or(0))
}

/// The median of `values` (in order of time, `seconds` of signal) with the error that the bootstrap gives it.
///
/// `None` without draws, with fewer than three blocks or fewer than two values in a block, and where nothing varies.
pub(crate) fn bootstrap(values: &[f64], seconds: f64, settings: &Settings) -> Option<Estimate> {
    let (count, length) = blocks(values.len(), seconds, settings.bootstrap_block);
    if settings.bootstrap_draws < 2 || count < 3 || length < 2 {
        return None;
    }
    // Ranks instead of values: integers sort faster, and a rank stands for its value.
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    let at = |place: u32| values.get(place as usize).copied().unwrap_or_default();
    order.sort_unstable_by(|a, b| at(*a).total_cmp(&at(*b)).then(a.cmp(b)));
    let mut ranks = alloc::vec![0_u32; values.len()];
    for (rank, &place) in order.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(place as usize) {
            *slot = rank as u32;
        }
    }
    let of_rank = |rank: u32| order.get(rank as usize).map_or(0.0, |place| at(*place));
    let mut draws = Draws(settings.bootstrap_seed);
    let mut medians = Vec::with_capacity(settings.bootstrap_draws);
    let mut drawn: Vec<u32> = Vec::with_capacity(count * length);
    for _ in 0..settings.bootstrap_draws {
        drawn.clear();
        for _ in 0..count {
            let start = draws.below(values.len() - length + 1);
            drawn.extend(ranks.get(start..start + length).unwrap_or_default());
        }
        let middle = drawn.len() / 2;
        let even = drawn.len().is_multiple_of(2);
        let (below, upper, _) = drawn.select_nth_unstable(middle);
        let upper = of_rank(*upper);
        let lower = if even { below.iter().max().map_or(upper, |rank| of_rank(*rank)) } else { upper };
        medians.push(0.5 * (lower + upper));
    }
    let b = count as f64;
    let error = deviation(&medians)? * libm::sqrt(b / (b - 1.0));
    (error > 0.0 && error.is_finite()).then_some(Estimate { value: median_of(values)?, error, nu: b - 1.0 })
}

#[cfg(test)]
mod tests {
    use core::f64::consts::PI;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bits_and_another_seed_others() {
        let mut rng = plethys_datasets::Rng::new(3);
        let values: Vec<f64> = (0..640).map(|_| rng.normal()).collect();
        let with = |seed| bootstrap(&values, 600.0, &Settings { bootstrap_seed: seed, ..Settings::default() }).unwrap();
        assert_eq!(with(1).error.to_bits(), with(1).error.to_bits());
        assert_ne!(with(1).error.to_bits(), with(2).error.to_bits());
        assert!((with(1).error / with(2).error - 1.0).abs() < 0.12);
        assert_eq!(with(1).nu, 9.0);
    }

    #[test]
    fn white_noise_has_the_error_that_theory_gives_its_median() {
        let settings = Settings { bootstrap_draws: 400, ..Settings::default() };
        let (n, seeds) = (640, 150);
        let mut sum = 0.0;
        for seed in 0..seeds {
            let mut rng = plethys_datasets::Rng::new(1000 + seed);
            let values: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
            let error = bootstrap(&values, 600.0, &settings).unwrap().error;
            sum += error * error;
        }
        let ratio = sum / seeds as f64 / (PI / 2.0 / f64::from(n));
        // Overlapping blocks: about 3/2 (b - 1) degrees of freedom each, 150 seeds: 3 % standard error; discreteness of the median: 5 %.
        assert!((ratio - 1.0).abs() < 0.15, "{ratio}");
    }

    #[test]
    fn too_few_blocks_give_none() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        assert!(bootstrap(&values, 100.0, &Settings::default()).is_none());
        assert!(bootstrap(&[1.0; 640], 600.0, &Settings::default()).is_none());
        assert!(bootstrap(&values, 600.0, &Settings { bootstrap_draws: 0, ..Settings::default() }).is_none());
        assert!(bootstrap(&[], 600.0, &Settings::default()).is_none());
    }
}
