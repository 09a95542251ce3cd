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

/// Groups of neighbouring ranks that are counted together.
const GROUPS: usize = 64;

/// The values in order of time and of size, so that the median of a few blocks is counted instead of sorted.
struct Blocks<'a> {
    values: &'a [f64],
    /// Values in a block.
    length: usize,
    /// Places of the values in order of size.
    order: Vec<usize>,
    /// How many of the values before a place belong to each group of ranks.
    before: Vec<[u32; GROUPS]>,
}

impl<'a> Blocks<'a> {
    fn new(values: &'a [f64], length: usize) -> Self {
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_unstable_by(|a, b| at(*a).total_cmp(&at(*b)).then(a.cmp(b)));
        let mut group_of = alloc::vec![0; values.len()];
        for (rank, &place) in order.iter().enumerate() {
            if let Some(group) = group_of.get_mut(place) {
                *group = rank * GROUPS / values.len();
            }
        }
        let mut counts = [0; GROUPS];
        let mut before = alloc::vec![counts];
        for group in group_of {
            if let Some(count) = counts.get_mut(group) {
                *count += 1;
            }
            before.push(counts);
        }
        Self { values, length, order, before }
    }

    /// The median of the blocks that start at these places.
    fn median(&self, starts: &[usize]) -> f64 {
        let mut counts = [0; GROUPS];
        for &start in starts {
            if let (Some(from), Some(to)) = (self.before.get(start), self.before.get(start + self.length)) {
                for ((count, to), from) in counts.iter_mut().zip(to).zip(from) {
                    *count += to - from;
                }
            }
        }
        let drawn = starts.len() * self.length;
        let upper = self.nth(&counts, starts, drawn / 2);
        if drawn.is_multiple_of(2) { 0.5 * (self.nth(&counts, starts, drawn / 2 - 1) + upper) } else { upper }
    }

    /// The value at place `nth` in order of size, from 0, of the drawn blocks with these counts.
    fn nth(&self, counts: &[u32; GROUPS], starts: &[usize], nth: usize) -> f64 {
        let (mut left, mut group) = (nth, 0);
        for &count in counts {
            if left < count as usize {
                break;
            }
            left -= count as usize;
            group += 1;
        }
        // The ranks whose group it is, by size.
        let first = (group * self.values.len()).div_ceil(GROUPS);
        for &place in self.order.iter().skip(first) {
            let times = starts.iter().filter(|start| (**start..**start + self.length).contains(&place)).count();
            if left < times {
                return self.values.get(place).copied().unwrap_or_default();
            }
            left -= times;
        }
        0.0
    }
}

/// The median of `values` (in order of time, `seconds` of signal) with the error that the bootstrap gives it.
///
/// `None` without draws, with fewer than three blocks or fewer than two values in a block, and where nothing varies.
pub(crate) fn bootstrap(values: &[f64], seconds: f64, settings: &Settings) -> Option<Estimate> {
    let (count, length) = blocks(values.len(), seconds, settings.bootstrap_block);
    if settings.bootstrap_draws < 2 || count < 3 || length < 2 {
        return None;
    }
    let blocks = Blocks::new(values, length);
    let mut draws = Draws(settings.bootstrap_seed);
    let mut starts = alloc::vec![0; count];
    let medians: Vec<f64> = (0..settings.bootstrap_draws)
        .map(|_| {
            for start in &mut starts {
                *start = draws.below(values.len() - length + 1);
            }
            blocks.median(&starts)
        })
        .collect();
    let b = count as f64;
    let error = deviation(&medians)? * libm::sqrt(b / (b - 1.0));
    (error > 0.0 && error.is_finite()).then_some(Estimate { value: median_of(values)?, error, nu: b - 1.0 })
}

#[cfg(test)]
mod tests {
    use core::f64::consts::PI;

    use super::*;

    #[test]
    fn counting_finds_the_median_that_sorting_finds() {
        for (seed, n, length, count) in
            [(1, 640, 64, 10), (2, 37, 5, 7), (3, 641, 63, 9), (4, 9, 2, 4), (5, 5000, 17, 3)]
        {
            let mut rng = plethys_datasets::Rng::new(seed);
            // Few different values: ties everywhere.
            let coarse = seed % 2 == 0;
            let values: Vec<f64> =
                (0..n).map(|_| if coarse { libm::round(3.0 * rng.normal()) } else { rng.normal() }).collect();
            let blocks = Blocks::new(&values, length);
            let mut draws = Draws(seed);
            for _ in 0..50 {
                let starts: Vec<usize> = (0..count).map(|_| draws.below(n - length + 1)).collect();
                let drawn: Vec<f64> = starts.iter().flat_map(|s| values[*s..*s + length].to_vec()).collect();
                assert_eq!(blocks.median(&starts), median_of(&drawn).unwrap(), "{n} {length} {count}");
            }
        }
    }

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
