//! The period of the pulse, from the autocorrelation of the amplitude-compressed finding path.
//!
//! Products are summed per hop and lag and kept; the sums of the last seconds are rebuilt from them at each hop, so that
//! nothing is subtracted and no rounding residue stays.

use alloc::boxed::Box;
use alloc::vec;

use super::TUNING;

/// The period, and how far the signal repeats with it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Period {
    /// Internal samples; 0 while unknown.
    pub(super) length: f64,
    /// Normalised autocorrelation at that lag, 0 to 1.
    pub(super) confidence: f64,
}

#[derive(Debug, Clone)]
pub(super) struct PeriodFinder {
    every: usize,
    block: usize,
    shortest: usize,
    lags: usize,
    /// Compressed samples, newest last: `lags` old ones and one block.
    recent: Box<[f64]>,
    filled: usize,
    raw: Box<[f64]>,
    power: Box<[f64]>,
    cross: Box<[f64]>,
    energy: Box<[f64]>,
    own: Box<[f64]>,
    blocks: usize,
    at: usize,
    rho: Box<[f64]>,
    held: usize,
    previous: f64,
    means: [f64; 8],
}

impl PeriodFinder {
    pub(super) fn new(internal_hz: f64, hop: usize) -> Self {
        let every = ((internal_hz / TUNING.period_hz) as usize).max(1);
        let hz = internal_hz / every as f64;
        let block = hop.div_ceil(every);
        let lags = (TUNING.longest_period * hz) as usize + 2;
        let blocks = libm::ceil(TUNING.period_window * hz / block as f64) as usize;
        Self {
            every,
            block,
            shortest: ((TUNING.shortest_period * hz) as usize).max(2),
            lags,
            recent: vec![0.0; lags + block].into_boxed_slice(),
            filled: 0,
            raw: vec![0.0; block].into_boxed_slice(),
            power: vec![0.0; 4].into_boxed_slice(),
            cross: vec![0.0; lags * blocks].into_boxed_slice(),
            energy: vec![0.0; lags * blocks].into_boxed_slice(),
            own: vec![0.0; blocks].into_boxed_slice(),
            blocks,
            at: 0,
            rho: vec![0.0; lags].into_boxed_slice(),
            held: 0,
            previous: 0.0,
            means: [0.0; 8],
        }
    }

    pub(super) fn reset(&mut self) {
        self.recent.fill(0.0);
        self.filled = 0;
        self.power.fill(0.0);
        self.cross.fill(0.0);
        self.energy.fill(0.0);
        self.own.fill(0.0);
        self.at = 0;
        self.held = 0;
        self.previous = 0.0;
    }

    /// Takes internal sample number `index`.
    pub(super) fn push(&mut self, index: u64, value: f64) {
        if index.is_multiple_of(self.every as u64) && self.filled < self.block {
            let slope = value - self.previous;
            self.previous = value;
            self.raw[self.filled] = if TUNING.period_mode == 0.0 {
                value
            } else if TUNING.period_mode == 1.0 {
                slope
            } else {
                slope.max(0.0)
            };
            self.filled += 1;
        }
    }

    /// Ends a hop: the period over the last seconds.
    pub(super) fn estimate(&mut self) -> Period {
        let taken = self.filled;
        self.filled = 0;
        if taken == 0 {
            return Period::default();
        }
        self.power.copy_within(1.., 0);
        let power = self.raw[..taken].iter().map(|x| x * x).sum::<f64>() / taken as f64;
        if let Some(newest) = self.power.last_mut() {
            *newest = power;
        }
        let scale = libm::sqrt(self.power.iter().sum::<f64>() / self.power.len() as f64);
        self.recent.copy_within(taken.., 0);
        let mut mean = 0.0;
        if TUNING.period_mode >= 2.0 {
            for value in &self.raw[..taken] {
                mean += value / (value.abs() + scale + f64::MIN_POSITIVE);
            }
            mean /= taken as f64;
            self.means.copy_within(1.., 0);
            self.means[7] = mean;
            mean = self.means.iter().sum::<f64>() / 8.0;
        }
        let start = self.recent.len() - taken;
        for (slot, value) in self.recent[start..].iter_mut().zip(&self.raw[..taken]) {
            *slot = if scale > 0.0 { value / (value.abs() + scale) - mean } else { 0.0 };
        }
        let (from, to) = (self.at * self.lags, (self.at + 1) * self.lags);
        let now = &self.recent[start..];
        for (lag, (cross, energy)) in self.cross[from..to].iter_mut().zip(&mut self.energy[from..to]).enumerate() {
            let before = &self.recent[start - lag..start - lag + taken];
            let (mut product, mut square) = (0.0, 0.0);
            for (a, b) in now.iter().zip(before) {
                product += a * b;
                square += b * b;
            }
            *cross = product;
            *energy = square;
        }
        self.own[self.at] = self.energy[from];
        self.at = (self.at + 1) % self.blocks;
        self.held = (self.held + 1).min(self.blocks);

        let own = self.own.iter().sum::<f64>();
        for lag in 0..self.lags {
            let (mut cross, mut energy) = (0.0, 0.0);
            for block in 0..self.blocks {
                cross += self.cross[block * self.lags + lag];
                energy += self.energy[block * self.lags + lag];
            }
            let norm = own * energy;
            self.rho[lag] = if norm > 0.0 { cross / libm::sqrt(norm) } else { 0.0 };
        }
        self.pick()
    }

    /// The shortest lag whose peak is nearly the best.
    fn pick(&self) -> Period {
        let peaks = || {
            let maxima = self.rho.windows(3).enumerate().skip(self.shortest.saturating_sub(1));
            maxima.filter(|(_, w)| w[0] < w[1] && w[1] >= w[2]).map(|(i, w)| {
                let curve = w[0] - 2.0 * w[1] + w[2];
                let shift = if curve < 0.0 { (0.5 * (w[0] - w[2]) / curve).clamp(-0.5, 0.5) } else { 0.0 };
                ((i + 1) as f64 + shift, w[1] - 0.25 * (w[0] - w[2]) * shift)
            })
        };
        let best = peaks().fold(0.0, |best: f64, (_, height)| best.max(height));
        if best <= 0.0 {
            return Period::default();
        }
        peaks().find(|(_, height)| *height >= TUNING.period_share * best).map_or_else(
            Period::default,
            |(lag, height)| Period { length: lag * self.every as f64, confidence: height.clamp(0.0, 1.0) },
        )
    }
}
