//! The period of the pulse: autocorrelation of the upstrokes.
//!
//! The rising slopes of the finding path (falling ones count as none) are cut off at a multiple of the usual one and freed of their mean, so
//! that each pulse is one short bump of nearly the same height: breathing that moves the level, a dicrotic wave that falls
//! slowly, and one large artefact weigh little. Their normalised autocorrelation is summed second by second; the sums over the
//! last seconds are made of those, of the older ones from sums kept ready, so that nothing is subtracted and no rounding residue stays.

use alloc::boxed::Box;
use alloc::vec;

use super::tuning::Tuning;

/// Lags whose products are summed together.
const LANES: usize = 16;

/// Blocks over which the usual slope and the mean are taken.
const BLOCKS: usize = 6;

/// The period, and how far the signal repeats with it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Period {
    /// Internal samples; 0 while unknown.
    pub(super) length: f64,
    /// Normalised autocorrelation at that lag, 0 to 1.
    pub(super) confidence: f64,
    /// The highest peak of the autocorrelation over a longer past, which fades slowly: noise repeats now and then, not for long.
    pub(super) lately: f64,
}

/// Autocorrelation of the upstrokes over the last seconds.
#[derive(Debug, Clone)]
pub(super) struct PeriodFinder {
    /// Every how many internal samples one is taken.
    every: u64,
    /// Internal samples until the next one.
    wait: u64,
    shortest: usize,
    lags: usize,
    /// Slopes cut off and without their mean, oldest first: `lags` old ones and one block.
    recent: Box<[f64]>,
    /// `recent` newest first, and some zeros.
    reversed: Box<[f64]>,
    /// Sums of squares of `recent` up to each.
    squares: Box<[f64]>,
    /// Slopes of the block that fills.
    slopes: Box<[f64]>,
    filled: usize,
    previous: Option<f64>,
    powers: [f64; BLOCKS],
    means: [f64; BLOCKS],
    /// Products by block and lag, squares of the delayed signal by block and lag; from place `at` on, sums from each block to the
    /// last, and `new_product` and `new_energy` are the sums of the blocks before.
    products: Box<[f64]>,
    energies: Box<[f64]>,
    blocks: usize,
    at: usize,
    new_product: Box<[f64]>,
    new_energy: Box<[f64]>,
    product: Box<[f64]>,
    energy: Box<[f64]>,
    /// Squares of the normalised autocorrelation by lag, with its sign.
    squared: Box<[f64]>,
    /// Products and energies by lag, those of the past faded.
    long_product: Box<[f64]>,
    long_energy: Box<[f64]>,
    tuning: Tuning,
}

impl PeriodFinder {
    /// For internal samples at `internal_hz`.
    pub(super) fn new(internal_hz: f64, tuning: &Tuning) -> Self {
        let every = ((internal_hz / tuning.period_hz) as usize).max(1);
        let hz = internal_hz / every as f64;
        let block = libm::ceil(tuning.period_block * hz) as usize;
        let lags = (tuning.longest_period * hz) as usize + 2;
        let blocks = (libm::round(tuning.period_window * hz / block as f64) as usize).max(1);
        let zeros = |length: usize| vec![0.0; length].into_boxed_slice();
        Self {
            every: every as u64,
            wait: 0,
            shortest: ((tuning.shortest_period * hz) as usize).max(1),
            lags,
            recent: zeros(lags + block),
            reversed: zeros(lags.next_multiple_of(LANES) + block),
            squares: zeros(lags + block + 1),
            slopes: zeros(block),
            filled: 0,
            previous: None,
            powers: [0.0; BLOCKS],
            means: [0.0; BLOCKS],
            products: zeros(lags * blocks),
            energies: zeros(lags * blocks),
            blocks,
            at: 0,
            new_product: zeros(lags),
            new_energy: zeros(lags),
            product: zeros(lags),
            energy: zeros(lags),
            squared: zeros(lags),
            long_product: zeros(lags),
            long_energy: zeros(lags),
            tuning: *tuning,
        }
    }

    pub(super) fn reset(&mut self) {
        self.wait = 0;
        self.recent.fill(0.0);
        self.filled = 0;
        self.previous = None;
        self.powers = [0.0; BLOCKS];
        self.means = [0.0; BLOCKS];
        self.products.fill(0.0);
        self.energies.fill(0.0);
        self.new_product.fill(0.0);
        self.new_energy.fill(0.0);
        self.at = 0;
        self.long_product.fill(0.0);
        self.long_energy.fill(0.0);
    }

    /// Takes an internal sample; gives the period when that ends a block.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<Period> {
        if self.wait > 0 {
            self.wait -= 1;
            return None;
        }
        self.wait = self.every - 1;
        let slope = value - self.previous.replace(value).unwrap_or(value);
        *self.slopes.get_mut(self.filled)? = slope.max(0.0);
        self.filled += 1;
        (self.filled == self.slopes.len()).then(|| self.end_block())
    }

    fn end_block(&mut self) -> Period {
        self.filled = 0;
        self.level();
        self.add_block();
        let mut period = self.pick();
        period.lately = self.lately();
        period
    }

    /// Moves the block that has filled into `recent`.
    fn level(&mut self) {
        let block = self.slopes.len();
        self.powers.copy_within(1.., 0);
        self.powers[BLOCKS - 1] = self.slopes.iter().map(|slope| slope * slope).sum::<f64>() / block as f64;
        let scale = libm::sqrt(self.powers.iter().sum::<f64>() / BLOCKS as f64);
        self.recent.copy_within(block.., 0);
        let start = self.recent.len() - block;
        let fresh = &mut self.recent[start..];
        for (slot, slope) in fresh.iter_mut().zip(&self.slopes) {
            *slot = if scale > 0.0 { (slope / scale).min(self.tuning.period_clip) } else { 0.0 };
        }
        self.means.copy_within(1.., 0);
        self.means[BLOCKS - 1] = fresh.iter().sum::<f64>() / block as f64;
        let mean = self.means.iter().sum::<f64>() / BLOCKS as f64;
        for slot in fresh {
            *slot -= mean;
        }
    }

    /// Products and energies of the newest block at every lag, and their sums over all blocks.
    fn add_block(&mut self) {
        let block = self.slopes.len();
        let start = self.recent.len() - block;
        let mut sum = 0.0;
        for (value, square) in self.recent.iter().zip(&mut self.squares[1..]) {
            sum += value * value;
            *square = sum;
        }
        let own = self.at * self.lags..(self.at + 1) * self.lags;
        for (slot, value) in self.reversed.iter_mut().zip(self.recent.iter().rev()) {
            *slot = *value;
        }
        correlate(&self.recent[start..], &self.reversed, &mut self.products[own.clone()]);
        for (lag, energy) in self.energies[own].iter_mut().enumerate() {
            let from = start - lag;
            *energy = self.squares[from + block] - self.squares[from];
        }
        let own = self.at * self.lags..(self.at + 1) * self.lags;
        let kept = self.tuning.period_fade;
        for (sum, product) in self.long_product.iter_mut().zip(&self.products[own.clone()]) {
            *sum = kept * *sum + product;
        }
        for (sum, energy) in self.long_energy.iter_mut().zip(&self.energies[own]) {
            *sum = kept * *sum + energy;
        }
        self.at += 1;
        let (at, lags) = (self.at, self.lags);
        total(&mut self.product, &mut self.new_product, &mut self.products, at, lags);
        total(&mut self.energy, &mut self.new_energy, &mut self.energies, at, lags);
        if at == self.blocks {
            self.at = 0;
        }
    }

    /// The highest peak of the long memory.
    fn lately(&mut self) -> f64 {
        squares(&self.long_product, &self.long_energy, &mut self.squared);
        let most = maxima(&self.squared, self.shortest).fold(0.0, |most: f64, (_, square)| most.max(square));
        libm::sqrt(most)
    }

    /// The shortest lag whose peak is nearly the best.
    fn pick(&mut self) -> Period {
        squares(&self.product, &self.energy, &mut self.squared);
        let (product, energy) = (&self.product, &self.energy);
        // The normalised autocorrelation itself is only needed at a few lags, its square says where.
        let own = energy[0];
        let rho = |lag: usize| {
            let norm = own * energy[lag];
            if norm > 0.0 { product[lag] / libm::sqrt(norm) } else { 0.0 }
        };
        let peaks = || {
            let around =
                maxima(&self.squared, self.shortest).map(|(lag, _)| (lag, [rho(lag - 1), rho(lag), rho(lag + 1)]));
            around.filter(|(_, w)| w[0] < w[1] && w[1] >= w[2]).map(|(lag, w)| {
                let shift = (0.5 * (w[0] - w[2]) / (w[0] - 2.0 * w[1] + w[2])).clamp(-0.5, 0.5);
                (lag as f64 + shift, w[1] - 0.25 * (w[0] - w[2]) * shift)
            })
        };
        let best = peaks().fold(0.0, |best: f64, (_, height)| best.max(height));
        if best <= 0.0 {
            return Period::default();
        }
        let near = |lag: f64| {
            let at = libm::round(lag) as usize;
            let around = at.saturating_sub(1)..at + 2;
            (around.end <= product.len()).then(|| around.map(rho).fold(0.0, f64::max))
        };
        // Three waves a cycle: the third of the period lines up two small waves with each other's large one, two thirds less so.
        let is_third = |lag: f64, height: f64| {
            near(2.0 * lag)
                .zip(near(3.0 * lag))
                .is_some_and(|(two, three)| three > height && three > self.tuning.period_third * two)
                && height < self.tuning.period_third_most
        };
        let fits = |(lag, height): &(f64, f64)| *height >= self.tuning.period_share * best && !is_third(*lag, *height);
        peaks().find(fits).map_or_else(Period::default, |(lag, height)| Period {
            length: lag * self.every as f64,
            confidence: height.clamp(0.0, 1.0),
            lately: 0.0,
        })
    }
}

/// Squares of the normalised autocorrelation, each with its sign: `products` by lag over the `energies` at no lag and at this one.
fn squares(products: &[f64], energies: &[f64], squared: &mut [f64]) {
    let own = energies.first().copied().unwrap_or(0.0);
    for ((square, product), energy) in squared.iter_mut().zip(products).zip(energies) {
        let norm = own * energy;
        let share = product * product.abs() / norm;
        *square = if norm > 0.0 { share } else { 0.0 };
    }
}

/// The local maxima of `values` from number `first` (1 or more) on.
fn maxima(values: &[f64], first: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
    let around = (first..).zip(values.windows(3).skip(first - 1));
    around.filter(|(_, w)| w[0] < w[1] && w[1] >= w[2]).map(|(lag, w)| (lag, w[1]))
}

/// Adds the newest block, number `at − 1` of `blocks`, to the sums `new` and gives the sums over all blocks. When the last place has
/// been filled, the sums from each block on take the blocks' places, and `new` begins again.
fn total(sums: &mut [f64], new: &mut [f64], blocks: &mut [f64], at: usize, lags: usize) {
    let (done, older) = blocks.split_at_mut(at * lags);
    let (before, newest) = done.split_at_mut((at - 1) * lags);
    for (sum, value) in new.iter_mut().zip(&*newest) {
        *sum += value;
    }
    if let Some(older) = older.get(..lags) {
        for ((sum, new), older) in sums.iter_mut().zip(&*new).zip(older) {
            *sum = new + older;
        }
        return;
    }
    sums.copy_from_slice(newest);
    for block in before.rchunks_exact_mut(lags) {
        for (value, sum) in block.iter_mut().zip(&mut *sums) {
            *sum += *value;
            *value = *sum;
        }
    }
    new.fill(0.0);
}

/// Products of `now` with what was `lag` samples before, summed, for each lag. `reversed` is the past with `now`, newest first: what
/// lag after lag multiplies with one value lies side by side in it.
fn correlate(now: &[f64], reversed: &[f64], products: &mut [f64]) {
    for (first, products) in (0..).step_by(LANES).zip(products.chunks_mut(LANES)) {
        let mut sums = [0.0; LANES];
        let windows = reversed.get(first..).unwrap_or_default().windows(LANES);
        for (before, value) in windows.zip(now.iter().rev()) {
            for lane in 0..LANES {
                sums[lane] += value * before[lane];
            }
        }
        for (product, sum) in products.iter_mut().zip(sums) {
            *product = sum;
        }
    }
}
