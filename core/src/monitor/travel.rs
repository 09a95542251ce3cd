//! How far a stream travels from one sample to the next: what goes far beyond it is a spike.

use crate::signal::SampleRate;

/// A sample that jumps by more than the stream otherwise travels in so many seconds is no reading: some two hundred pulses high.
const JUMP_S: f64 = 100.0;
/// Time over which that travel is averaged, s; nothing is called a jump before.
const TRAVEL_S: f64 = 2.0;

/// The usual distance between one sample and the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Travel {
    /// Mean distance, how many it rests on, and how many it is averaged over at most.
    mean: f64,
    count: f64,
    most: f64,
    /// What a distance counts for once there are that many.
    share: f64,
    /// And what the mean before counts for.
    rest: f64,
    /// Distances in [`JUMP_S`].
    jump: f64,
    /// The mean before the last break, which counts until there is a new one; 0: none.
    before: f64,
}

impl Travel {
    pub(super) fn new(rate: SampleRate) -> Self {
        let most = libm::ceil(TRAVEL_S * rate.as_hz());
        Self {
            mean: 0.0,
            count: 0.0,
            most,
            share: 1.0 / most,
            rest: 1.0 - 1.0 / most,
            jump: JUMP_S * rate.as_hz(),
            before: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        (self.mean, self.count, self.before) = (0.0, 0.0, 0.0);
    }

    /// Starts anew after a break. What was usual is kept, so that the way back from a level where the stream only stood for a moment is
    /// seen as well; a second break before there is a new mean means that the stream has changed, and what was usual is forgotten.
    pub(super) fn interrupt(&mut self) {
        let learned = self.count >= self.most;
        self.before = if learned { self.usual() } else { 0.0 };
        (self.mean, self.count) = (0.0, 0.0);
    }

    /// The mean, or that before the last break where there is none; 0: not known.
    #[inline]
    fn usual(&self) -> f64 {
        if self.count >= self.most && self.mean > 0.0 {
            self.mean
        } else if self.before > 0.0 {
            self.before.max(self.mean)
        } else {
            0.0
        }
    }

    /// Whether a distance is a jump that no sensor makes; otherwise it is part of the usual travel from now on.
    #[inline]
    pub(super) fn jumps(&mut self, distance: f64) -> bool {
        let jumps = self.would_jump(distance);
        if !jumps {
            self.take(distance);
        }
        jumps
    }

    /// The same, without taking note.
    #[inline]
    pub(super) fn would_jump(&self, distance: f64) -> bool {
        let usual = self.usual();
        usual > 0.0 && distance > self.jump * usual
    }

    /// Whether the mean rests on as many distances as it is averaged over.
    pub(super) fn is_learned(&self) -> bool {
        self.count >= self.most
    }

    /// As [`jumps`](Self::jumps) where the mean [`is_learned`](Self::is_learned); with no travel at all every distance is a jump.
    #[inline]
    pub(super) fn jumps_learned(&mut self, distance: f64) -> bool {
        let jumps = distance > self.jump * self.mean;
        if !jumps {
            self.mean = self.mean * self.rest + distance * self.share;
        }
        jumps
    }

    /// Takes note of a distance.
    #[inline]
    pub(super) fn take(&mut self, distance: f64) {
        if self.count < self.most {
            self.count += 1.0;
            self.mean += (distance - self.mean) / self.count;
        } else {
            self.mean = self.mean * self.rest + distance * self.share;
        }
    }
}
