//! The rate that a sequence of spectra supports: every rate of the grid stays a hypothesis.

use alloc::boxed::Box;
use alloc::vec;

use super::spectrum_grid::{RATES, rate_at};

/// Windows of look-ahead: a row is given when so many later windows are known.
pub(super) const LOOK_AHEAD: usize = 4;
/// Estimates that one window brings: for itself and for those it looked back to.
pub(super) const ESTIMATES: usize = LOOK_AHEAD + 1;

/// Standard deviation of the change of rate from one window to the next, 1 s later, bpm.
const STEP: f64 = 2.0;
/// Farthest change in one step, places of the grid: four standard deviations.
const REACH: usize = 8;
/// Chance of a change to any rate whatever, against that of no change.
const ESCAPE: f64 = 1e-6;
/// Rates this far from the most likely one, in places of the grid, share in the estimate.
const NEIGHBOURS: usize = 6;

/// What is believed of the rate of one window.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Estimate {
    /// Mean over the neighbourhood of the most likely rate, beats per minute.
    pub(super) rate: f64,
    /// Root-mean-square distance of all hypotheses, by their probability, from that rate, bpm.
    pub(super) spread: f64,
}

/// Hidden Markov model over the rates of the grid, run forward with a bounded look-ahead.
///
/// State: the rate. Transition: a Gaussian step of 2 bpm per second, plus an escape to any rate. Evidence of a window:
/// `exp(sharpness * (S - 1))` with `S` the spectrum over its maximum, so that a window without a clear peak says
/// little. The forward-backward recursion of Rabiner (1989), DOI 10.1109/5.18626, cut after four windows, gives each
/// window's distribution, not only its best path: a second hypothesis lives on until the first one wins.
#[derive(Debug, Clone)]
pub(super) struct RateTrack {
    kernel: [f64; REACH + 1],
    /// One over the sum of the transitions away from each rate.
    norm: Box<[f64]>,
    /// Forward beliefs of the last windows, one row each; the row of window `k` is `k % ESTIMATES`.
    belief: Box<[f64]>,
    /// Evidence of the same windows.
    evidence: Box<[f64]>,
    backward: Box<[f64]>,
    scratch: Box<[f64]>,
    windows: u64,
}

impl RateTrack {
    pub(super) fn new() -> Self {
        let mut kernel = [0.0; REACH + 1];
        for (distance, weight) in kernel.iter_mut().enumerate() {
            let sigmas = distance as f64 / STEP;
            *weight = libm::exp(-0.5 * sigmas * sigmas);
        }
        let mut norm = vec![0.0; RATES].into_boxed_slice();
        step(&kernel, &[1.0; RATES], &mut norm);
        for value in &mut norm {
            *value = 1.0 / *value;
        }
        let rows = vec![0.0; ESTIMATES * RATES].into_boxed_slice();
        let row = vec![0.0; RATES].into_boxed_slice();
        Self { kernel, norm, belief: rows.clone(), evidence: rows, backward: row.clone(), scratch: row, windows: 0 }
    }

    pub(super) fn reset(&mut self) {
        self.windows = 0;
    }

    fn row(window: u64) -> core::ops::Range<usize> {
        let start = (window % ESTIMATES as u64) as usize * RATES;
        start..start + RATES
    }

    /// Takes the next window's spectrum, its maximum 1 (or zeros: no evidence), and how much to trust it. Writes what is now
    /// believed of it and of the windows before, newest first, and returns how many there are.
    pub(super) fn push(&mut self, spectrum: &[f64], sharpness: f64, estimates: &mut [Estimate; ESTIMATES]) -> usize {
        let newest = self.windows;
        self.windows += 1;
        for (weight, &share) in self.evidence[Self::row(newest)].iter_mut().zip(spectrum) {
            *weight = libm::exp(sharpness * (share - 1.0));
        }
        if newest == 0 {
            self.belief[Self::row(0)].fill(1.0);
        } else {
            let before = &self.belief[Self::row(newest - 1)];
            for ((scaled, belief), norm) in self.scratch.iter_mut().zip(before).zip(&self.norm) {
                *scaled = belief * norm;
            }
            step(&self.kernel, &self.scratch, &mut self.belief[Self::row(newest)]);
        }
        let evidence = &self.evidence[Self::row(newest)];
        let belief = &mut self.belief[Self::row(newest)];
        for (belief, evidence) in belief.iter_mut().zip(evidence) {
            *belief *= evidence;
        }
        normalise(belief);
        self.look_back(newest, estimates)
    }

    fn look_back(&mut self, newest: u64, estimates: &mut [Estimate; ESTIMATES]) -> usize {
        self.backward.fill(1.0);
        let mut count = 0;
        for (back, estimate) in estimates.iter_mut().enumerate() {
            let Some(window) = newest.checked_sub(back as u64) else { break };
            let belief = &self.belief[Self::row(window)];
            for ((joint, forward), backward) in self.scratch.iter_mut().zip(belief).zip(&self.backward) {
                *joint = forward * backward;
            }
            normalise(&mut self.scratch);
            *estimate = summarise(&self.scratch);
            count += 1;
            // One window further back.
            let evidence = &self.evidence[Self::row(window)];
            for ((joint, evidence), backward) in self.scratch.iter_mut().zip(evidence).zip(&self.backward) {
                *joint = evidence * backward;
            }
            step(&self.kernel, &self.scratch, &mut self.backward);
            for (backward, norm) in self.backward.iter_mut().zip(&self.norm) {
                *backward *= norm;
            }
            normalise(&mut self.backward);
        }
        count
    }
}

/// One transition of all rates: `to[j] = sum over i of from[i] * (kernel[|i-j|] + ESCAPE)`; symmetric in i and j.
fn step(kernel: &[f64; REACH + 1], from: &[f64], to: &mut [f64]) {
    let everywhere = ESCAPE * from.iter().sum::<f64>();
    for (place, to) in to.iter_mut().enumerate() {
        let first = place.saturating_sub(REACH);
        let last = (place + REACH + 1).min(from.len());
        let mut sum = everywhere;
        for (offset, value) in from[first..last].iter().enumerate() {
            sum += kernel[place.abs_diff(first + offset)] * value;
        }
        *to = sum;
    }
}

fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    let scale = 1.0 / sum;
    for value in values {
        *value *= scale;
    }
}

fn summarise(probability: &[f64]) -> Estimate {
    let mut peak = 0;
    for (place, &p) in probability.iter().enumerate() {
        if p > probability[peak] {
            peak = place;
        }
    }
    let first = peak.saturating_sub(NEIGHBOURS);
    let last = (peak + NEIGHBOURS + 1).min(probability.len());
    let (mut mass, mut moment) = (0.0, 0.0);
    for (offset, &p) in probability[first..last].iter().enumerate() {
        mass += p;
        moment += p * rate_at(first + offset);
    }
    let rate = moment / mass;
    let mut square = 0.0;
    for (place, &p) in probability.iter().enumerate() {
        let distance = rate_at(place) - rate;
        square += p * distance * distance;
    }
    Estimate { rate, spread: libm::sqrt(square) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peaks(at: &[(f64, f64)]) -> [f64; RATES] {
        let mut spectrum = [0.1_f64; RATES];
        for (place, value) in spectrum.iter_mut().enumerate() {
            for &(rate, height) in at {
                let distance = (rate_at(place) - rate) / 4.0;
                *value = value.max(height * libm::exp(-0.5 * distance * distance));
            }
        }
        spectrum
    }

    #[test]
    fn transitions_away_from_every_rate_sum_to_one() {
        let track = RateTrack::new();
        let mut from = [0.0; RATES];
        for place in [0, 5, 100, RATES - 1] {
            from.fill(0.0);
            from[place] = track.norm[place];
            let mut to = [0.0; RATES];
            step(&track.kernel, &from, &mut to);
            assert!((to.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn follows_a_ramp_past_a_taller_peak_that_comes_later() {
        let mut track = RateTrack::new();
        let mut estimates = [Estimate::default(); ESTIMATES];
        for second in 0..40 {
            let rate = 80.0 + f64::from(second);
            let disturbance = if second < 20 { 0.0 } else { 1.0 };
            let height = if second < 20 { 1.0 } else { 0.9 };
            let count = track.push(&peaks(&[(rate, height), (165.0, disturbance)]), 2.5, &mut estimates);
            assert_eq!(count, ESTIMATES.min(second as usize + 1));
            if second >= 10 {
                assert!((estimates[0].rate - rate).abs() < 4.0, "at {second} s: {}", estimates[0].rate);
                assert!((estimates[LOOK_AHEAD].rate - (rate - 4.0)).abs() < 1.0);
            }
        }
    }

    #[test]
    fn no_evidence_is_no_certainty_and_a_new_rate_is_found() {
        let mut track = RateTrack::new();
        let mut estimates = [Estimate::default(); ESTIMATES];
        for _ in 0..20 {
            track.push(&peaks(&[(70.0, 1.0)]), 2.5, &mut estimates);
        }
        assert!((estimates[0].rate - 70.0).abs() < 0.5 && estimates[0].spread < 3.0);
        for _ in 0..60 {
            track.push(&[0.0; RATES], 2.5, &mut estimates);
        }
        assert!(estimates[0].spread > 8.0, "{}", estimates[0].spread);
        for _ in 0..20 {
            track.push(&peaks(&[(140.0, 1.0)]), 2.5, &mut estimates);
        }
        assert!((estimates[0].rate - 140.0).abs() < 0.5 && estimates[0].spread < 3.0);
    }
}
