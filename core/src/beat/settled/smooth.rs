//! A smoother as wide as the pulse is slow and the signal does not repeat.
//!
//! What repeats from pulse to pulse is shape, and is kept; what does not may be noise, and the slower the pulse the less of the band up
//! to 8 Hz belongs to it. Noise climbs all the time: a pulse rises once by its height, or by 1.2 of it with its dicrotic wave,
//! however irregular the rhythm and however the limb moves, but white noise in the band rises by 3 and more. So: raised-cosine weights
//! over `smooth_share` of the period to either side where nothing repeats and `smooth_full` pulse heights are climbed in a period; none
//! where the autocorrelation reaches `smooth_sure`, or less than `smooth_from` is climbed. The delay is constant.

use alloc::boxed::Box;
use alloc::vec;
use core::f64::consts::PI;

use super::period::Period;
use super::trace::Trace;
use super::tuning::Tuning;

/// Weighted average around each sample of the finding path.
#[derive(Debug, Clone)]
pub(super) struct Smoother {
    /// Weights of the middle sample and of those beside it.
    weights: Box<[f64]>,
    /// Weights in use.
    wide: usize,
    /// Samples of the trace that were looked at.
    seen: u64,
    /// What these climb, and over how many samples; the past fades.
    climb: [f64; 2],
    share: f64,
    most: f64,
    sure: f64,
    from: f64,
    full: f64,
    fade: f64,
}

impl Smoother {
    pub(super) fn new(internal_hz: f64, tuning: &Tuning) -> Self {
        let most = tuning.smooth_most * internal_hz;
        let reach = libm::ceil(most) as usize;
        let mut smoother = Self {
            weights: vec![0.0; reach + 1].into_boxed_slice(),
            wide: 1,
            seen: 0,
            climb: [0.0; 2],
            share: tuning.smooth_share,
            most,
            sure: tuning.smooth_sure,
            from: tuning.smooth_from,
            full: tuning.smooth_full,
            fade: tuning.smooth_fade,
        };
        smoother.widen(0.0);
        smoother
    }

    /// Internal samples from input to output.
    pub(super) fn delay(&self) -> usize {
        self.weights.len() - 1
    }

    pub(super) fn reset(&mut self) {
        self.seen = 0;
        self.climb = [0.0; 2];
        self.widen(0.0);
    }

    /// As wide as `period` asks for from now on, the usual pulse being `height` high.
    pub(super) fn follow(&mut self, period: Period, height: f64, trace: &Trace) {
        let fresh = trace.fine(self.seen.saturating_sub(1)..trace.end());
        self.seen = trace.end();
        let climb: f64 = fresh.iter().zip(fresh.iter().skip(1)).map(|(before, after)| (after - before).max(0.0)).sum();
        for (sum, new) in self.climb.iter_mut().zip([climb, fresh.len() as f64]) {
            *sum = self.fade * *sum + new;
        }
        let [climb, over] = self.climb;
        let heights = if height > 0.0 && over > 0.0 { climb / over * period.length / height } else { self.from };
        let rough = ((heights - self.from) / (self.full - self.from)).clamp(0.0, 1.0);
        let unsure = (1.0 - period.confidence / self.sure).max(0.0);
        self.widen((self.share * rough * unsure * period.length).min(self.most));
    }

    /// Weights that reach zero `width` internal samples from the middle.
    fn widen(&mut self, width: f64) {
        self.wide = (libm::ceil(width) as usize).clamp(1, self.weights.len());
        self.weights[0] = 1.0;
        let mut sum = 1.0;
        for (k, weight) in self.weights.iter_mut().enumerate().take(self.wide).skip(1) {
            *weight = 0.5 + 0.5 * libm::cos(PI * k as f64 / width);
            sum += 2.0 * *weight;
        }
        for weight in &mut self.weights[..self.wide] {
            *weight /= sum;
        }
    }

    /// The smoothed value of the next sample of the trace; those up to the delay after it have come.
    #[inline]
    pub(super) fn next(&self, trace: &Trace) -> f64 {
        let middle = trace.end();
        if self.wide == 1 {
            return trace.newest_fine(self.delay()) * self.weights[0];
        }
        let beside = self.wide as u64 - 1;
        let window = trace.fine(middle.saturating_sub(beside)..middle + beside + 1);
        let (before, after) = window.split_at((middle.min(beside) as usize).min(window.len()));
        let Some((middle, after)) = after.split_first() else { return 0.0 };
        let pairs = before.iter().rev().zip(after).zip(self.weights.iter().skip(1));
        let sides = pairs.fold(0.0, |sum, ((before, after), weight)| sum + weight * (before + after));
        self.weights[0] * middle + sides
    }
}
