//! Samples with time stamps of their own, brought onto the grid of the sample rate.

use super::{admit, check_rate};
use crate::error::{ConfigError, Error, in_range};

/// What became of a stamped sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is part of the stream.
    Taken,
    /// It is part of the stream and ends a hole too long to bridge, whose grid samples are NaN.
    AfterHole,
    /// Its stamp is not after the newest; it is counted and left out.
    Dropped,
    /// Its stamp is far from the newest: the grid starts anew at it. What was emitted by this call ends the old grid.
    Jump,
}

/// How often the clock of a stream went wrong since it was built or reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClockCounts {
    /// Stamps before the newest by less than one grid interval: jitter, or a packet overtaken by the next.
    pub late: u64,
    /// Stamps equal to the newest, or after it by less than a thousandth of a grid interval.
    pub equal: u64,
    /// Stamps before the newest by a grid interval or more: a clock set back, or packets out of order.
    pub backward: u64,
    /// New starts: stamps more than 10 s after the newest or more than 1 s before it.
    pub jumps: u64,
}

/// One stamped sample of all channels.
#[derive(Debug, Clone, Copy)]
struct Knot<const CHANNELS: usize> {
    /// Seconds from the first sample of the grid.
    time: f64,
    values: [f64; CHANNELS],
}

/// Streaming resampler from jittered time stamps onto the grid `first stamp + k / sample_rate`.
///
/// Between two stamps the grid samples lie on the cubic whose slopes at the stamps are those of the parabolas through the neighbouring
/// stamps. At 64 Hz it keeps the amplitude of a 5 Hz component within 0.2 % wherever the grid falls between the stamps; a
/// straight line would lose up to 3 %. The price is one sample of waiting: the grid up to a stamp comes out with the next
/// stamp. A neighbour that lies across a hole, is missing, or whose distance differs by more than a factor of three
/// (a burst of stamps) is left out of the slope. The rate of the grid should be the nominal rate of the stream: nothing is low-passed here.
///
/// A NaN or infinite value is missing in its channel, and so (NaN) are the grid samples next to it. Stamps that are not after the newest are
/// counted and left out. Holes longer than [`Resampler::max_bridge`] become NaN grid samples. A stamp more than 10 s
/// after the newest (50 intervals for streams under 5 Hz) or more than 1 s before it (5 intervals) is a jump: the grid
/// starts anew there.
///
/// # Delay
/// None on the grid: grid sample `k` belongs to the time `origin + k / sample_rate`. It is emitted with the first stamp
/// after the one that reaches it, so [`Resampler::delay_samples`] = 1 on a regular clock, or with [`Resampler::finish`].
///
/// # Real-time
/// Nothing is allocated. One call emits at most the grid samples between two stamps: up to `10 * sample_rate + 1`
/// after the longest hole that is no jump.
///
/// ```
/// use plethys::filter::{Arrival, Resampler};
/// let mut resampler = Resampler::<1>::new(10.0)?;
/// let mut grid = Vec::new();
/// for (time, value) in [(5.00, 1.0), (5.11, 2.1), (5.19, 2.9), (5.30, 4.0)] {
///     assert_eq!(resampler.push(time, [value], &mut |[x]| grid.push(x))?, Arrival::Taken);
/// }
/// resampler.finish(&mut |[x]| grid.push(x));
/// assert_eq!(grid.len(), 4);                                     // 5.0, 5.1, 5.2, 5.3 s
/// assert!((grid[1] - 2.0).abs() < 1e-9);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Source
/// Cubic Hermite interpolation with three-point slopes: de Boor (1978), *A Practical Guide to Splines*, chapter IV
/// (Bessel interpolation).
#[derive(Debug, Clone)]
pub struct Resampler<const CHANNELS: usize> {
    sample_rate: f64,
    max_bridge: f64,
    /// Stamp of the grid's sample 0, in the caller's seconds; none before the first stamp.
    origin: Option<f64>,
    /// The three newest samples of the grid's time; what lies before `last` has been emitted up to `before`.
    earlier: Option<Knot<CHANNELS>>,
    before: Option<Knot<CHANNELS>>,
    last: Option<Knot<CHANNELS>>,
    /// Next grid sample to be emitted.
    next: u64,
    stamps: u64,
    counts: ClockCounts,
}

impl<const CHANNELS: usize> Resampler<CHANNELS> {
    /// Longest hole that is bridged unless [`with_max_bridge`](Self::with_max_bridge) says otherwise, s.
    pub const MAX_BRIDGE: f64 = 0.3;
    /// A stamp farther ahead than this starts anew, s.
    const FAR_AHEAD: f64 = 10.0;
    /// A stamp farther back than this starts anew, s.
    const FAR_BACK: f64 = 1.0;
    /// Stamps closer than this to a grid sample are on it, in grid intervals: stamps of the order of 1e9 s carry no more.
    const ON_GRID: f64 = 1e-3;

    /// A resampler onto `sample_rate` Hz, 0.001 to 1e6.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another rate.
    pub fn new(sample_rate: f64) -> Result<Self, ConfigError> {
        Self::with_max_bridge(sample_rate, Self::MAX_BRIDGE)
    }

    /// A resampler that bridges holes up to `max_bridge` seconds (0 to 10), and never less than two and a half grid
    /// intervals, which a single lost sample leaves.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for a rate or bridge outside these ranges.
    pub fn with_max_bridge(sample_rate: f64, max_bridge: f64) -> Result<Self, ConfigError> {
        check_rate(sample_rate)?;
        in_range("max_bridge", max_bridge, 0.0, Self::FAR_AHEAD)?;
        Ok(Self {
            sample_rate,
            max_bridge: max_bridge.max(2.5 / sample_rate),
            origin: None,
            before: None,
            last: None,
            earlier: None,
            next: 0,
            stamps: 0,
            counts: ClockCounts::default(),
        })
    }

    /// Takes the values of one stamp, `time` in seconds on any clock, and hands what is due to `emit`.
    ///
    /// # Errors
    /// [`Error::BadTime`] for a stamp that is not finite or beyond ±1e12 s; nothing is taken then, and the stream goes on.
    pub fn push(
        &mut self,
        time: f64,
        values: [f64; CHANNELS],
        emit: &mut impl FnMut([f64; CHANNELS]),
    ) -> Result<Arrival, Error> {
        let index = self.stamps;
        self.stamps += 1;
        // Beyond it, a grid interval would drown in the stamp's own rounding; also keeps all differences finite.
        if time.is_nan() || time.abs() > 1e12 {
            return Err(Error::BadTime { value: time, index });
        }
        let values = values.map(admit);
        let (Some(origin), Some(last)) = (self.origin, self.last) else {
            self.start(time, values);
            return Ok(Arrival::Taken);
        };
        let knot = Knot { time: time - origin, values };
        let step = knot.time - last.time;
        let interval = 1.0 / self.sample_rate;
        if step > Self::FAR_AHEAD.max(50.0 * interval) || step < -Self::FAR_BACK.max(5.0 * interval) {
            self.emit_to_last(None, emit);
            self.start(time, values);
            self.counts.jumps += 1;
            return Ok(Arrival::Jump);
        }
        if step < Self::ON_GRID * interval {
            let count = if step >= 0.0 {
                &mut self.counts.equal
            } else if step > -interval {
                &mut self.counts.late
            } else {
                &mut self.counts.backward
            };
            *count += 1;
            return Ok(Arrival::Dropped);
        }
        self.emit_to_last(Some(&knot), emit);
        (self.earlier, self.before, self.last) = (self.before, Some(last), Some(knot));
        Ok(if step > self.max_bridge { Arrival::AfterHole } else { Arrival::Taken })
    }

    /// Hands out the grid up to the newest stamp, which no later stamp will shape; the next stamp starts anew.
    pub fn finish(&mut self, emit: &mut impl FnMut([f64; CHANNELS])) {
        self.emit_to_last(None, emit);
        self.forget();
    }

    /// Back to the state just built, counts included.
    pub fn reset(&mut self) {
        self.forget();
        self.stamps = 0;
        self.counts = ClockCounts::default();
    }

    /// What went wrong with the clock so far.
    pub fn counts(&self) -> ClockCounts {
        self.counts
    }

    /// Time of the current grid's sample 0, on the clock of the stamps, s; `None` before the first stamp.
    pub fn origin(&self) -> Option<f64> {
        self.origin
    }

    /// Longest hole that is bridged, s.
    pub fn max_bridge(&self) -> f64 {
        self.max_bridge
    }

    /// How many samples of a regular clock a grid sample waits: 1. On the grid itself there is no delay.
    pub fn delay_samples(&self) -> usize {
        1
    }

    fn start(&mut self, time: f64, values: [f64; CHANNELS]) {
        self.forget();
        self.origin = Some(time);
        self.last = Some(Knot { time: 0.0, values });
    }

    fn forget(&mut self) {
        self.origin = None;
        self.earlier = None;
        self.before = None;
        self.last = None;
        self.next = 0;
    }

    /// Emits the grid samples after `before` up to `last`; `after` shapes the slope at `last`.
    fn emit_to_last(&mut self, after: Option<&Knot<CHANNELS>>, emit: &mut impl FnMut([f64; CHANNELS])) {
        let Some(last) = self.last else { return };
        let slack = Self::ON_GRID / self.sample_rate;
        let piece = self.before.map(|before| Piece::new(self.earlier.as_ref(), before, last, after, self.max_bridge));
        loop {
            let time = self.next as f64 / self.sample_rate;
            if time > last.time + slack {
                return;
            }
            self.next += 1;
            emit(match &piece {
                Some(piece) if time < last.time - slack => piece.at(time),
                _ => last.values,
            });
        }
    }
}

/// The cubics of all channels between two stamps.
struct Piece<const CHANNELS: usize> {
    from: Knot<CHANNELS>,
    width: f64,
    hole: bool,
    /// Of the chord, and at both ends less that of the chord; all times `width`.
    rise: [f64; CHANNELS],
    from_slope: [f64; CHANNELS],
    to_slope: [f64; CHANNELS],
}

impl<const CHANNELS: usize> Piece<CHANNELS> {
    fn new(
        earlier: Option<&Knot<CHANNELS>>,
        from: Knot<CHANNELS>,
        to: Knot<CHANNELS>,
        after: Option<&Knot<CHANNELS>>,
        max_bridge: f64,
    ) -> Self {
        let width = to.time - from.time;
        let mut piece = Self {
            from,
            width,
            hole: width > max_bridge,
            rise: [f64::NAN; CHANNELS],
            from_slope: [0.0; CHANNELS],
            to_slope: [0.0; CHANNELS],
        };
        if piece.hole {
            return piece;
        }
        // Three times as far or as near: a neighbour whose slope says nothing about this interval.
        let near = |distance: f64| distance <= max_bridge && distance <= 3.0 * width && width <= 3.0 * distance;
        let earlier = earlier.filter(|knot| near(from.time - knot.time));
        let after = after.filter(|knot| near(knot.time - to.time));
        for channel in 0..CHANNELS {
            let rise = to.values[channel] - from.values[channel];
            // Slope of the parabola through a neighbour and both ends, at the end beside the neighbour.
            let bend = |knot: &Knot<CHANNELS>, distance: f64, other: f64| {
                let slope = (other - knot.values[channel]) / distance;
                let excess = (slope * width - rise) * (width / (width + distance.abs()));
                if excess.is_nan() { None } else { Some(excess) }
            };
            let left = earlier.and_then(|k| bend(k, from.time - k.time, from.values[channel]));
            let right = after.and_then(|k| bend(k, to.time - k.time, to.values[channel]));
            // Where a neighbour is missing, the parabola through the other one.
            piece.rise[channel] = rise;
            piece.from_slope[channel] = left.or(right.map(|slope| -slope)).unwrap_or(0.0);
            piece.to_slope[channel] = right.or(left.map(|slope| -slope)).unwrap_or(0.0);
        }
        piece
    }

    /// Values at `time`, strictly between the ends.
    fn at(&self, time: f64) -> [f64; CHANNELS] {
        if self.hole {
            return [f64::NAN; CHANNELS];
        }
        let u = (time - self.from.time) / self.width;
        let mut values = self.from.values;
        for (channel, value) in values.iter_mut().enumerate() {
            let bow = u * (1.0 - u) * (self.from_slope[channel] * (1.0 - u) - self.to_slope[channel] * u);
            *value += u * self.rise[channel] + bow;
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use approx::assert_abs_diff_eq;
    use core::f64::consts::PI;

    /// All grid samples of a sequence of stamps, and what became of each.
    fn run(resampler: &mut Resampler<1>, stamps: &[(f64, f64)]) -> (Vec<f64>, Vec<Arrival>) {
        let mut grid = Vec::new();
        let arrivals = stamps
            .iter()
            .map(|&(time, value)| resampler.push(time, [value], &mut |[x]| grid.push(x)).unwrap())
            .collect();
        resampler.finish(&mut |[x]| grid.push(x));
        (grid, arrivals)
    }

    #[test]
    fn stamps_on_the_grid_pass_unchanged() {
        // As of Unix time, where a stamp carries a quarter of a microsecond.
        let stamps: Vec<_> = (0..500).map(|n| (1.7e9 + f64::from(n) / 64.0, libm::sin(f64::from(n)))).collect();
        let (grid, _) = run(&mut Resampler::new(64.0).unwrap(), &stamps);
        assert_eq!(grid, stamps.iter().map(|&(_, value)| value).collect::<Vec<_>>());
    }

    #[test]
    fn parabola_through_jittered_stamps_is_exact() {
        let curve = |t: f64| 1.0 - 3.0 * t + 0.7 * t * t;
        let stamps: Vec<_> = (0..100)
            .map(|n| (f64::from(n) + if n > 0 { 0.3 * libm::sin(f64::from(7 * n)) } else { 0.0 }) / 25.0)
            .map(|t| (100.0 + t, curve(t)))
            .collect();
        let (grid, arrivals) = run(&mut Resampler::new(25.0).unwrap(), &stamps);
        assert!(arrivals.iter().all(|&arrival| arrival == Arrival::Taken));
        assert!(grid.len() >= 99);
        for (k, value) in grid.iter().enumerate() {
            assert_abs_diff_eq!(*value, curve(k as f64 / 25.0), epsilon = 1e-9);
        }
    }

    #[test]
    fn amplitude_of_five_hertz_at_64_is_kept_within_a_fifth_of_a_percent() {
        let wave = |t: f64| libm::sin(2.0 * PI * 5.0 * t);
        // The stamps lie halfway between the grid samples.
        let stamps: Vec<_> =
            (0..640).map(|n| if n == 0 { 0.0 } else { (f64::from(n) + 0.5) / 64.0 }).map(|t| (t, wave(t))).collect();
        let (grid, _) = run(&mut Resampler::new(64.0).unwrap(), &stamps);
        for (k, value) in grid.iter().enumerate().take(600).skip(5) {
            assert_abs_diff_eq!(*value, wave(k as f64 / 64.0), epsilon = 2e-3);
        }
    }

    #[test]
    fn one_lost_sample_is_bridged_and_a_long_hole_is_missing() {
        let stamps: Vec<_> = (0..300)
            .filter(|n| *n != 50 && !(100..150).contains(n))
            .map(|n| (f64::from(n) / 100.0, f64::from(n)))
            .collect();
        let (grid, arrivals) = run(&mut Resampler::new(100.0).unwrap(), &stamps);
        assert_eq!(grid.len(), 300);
        assert_eq!(arrivals.iter().filter(|&&arrival| arrival == Arrival::AfterHole).count(), 1);
        for (k, value) in grid.iter().enumerate() {
            if (100..150).contains(&k) {
                assert!(value.is_nan(), "{k}");
            } else {
                assert_abs_diff_eq!(*value, k as f64, epsilon = 1e-9);
            }
        }
    }

    #[test]
    fn clock_faults_are_counted_and_left_out() {
        let mut resampler = Resampler::new(10.0).unwrap();
        let stamps = [(0.0, 0.0), (0.1, 1.0), (0.1, 77.0), (0.05, 77.0), (0.2, 2.0), (-0.5, 77.0), (0.3, 3.0)];
        let (grid, arrivals) = run(&mut resampler, &stamps);
        assert_eq!(resampler.counts(), ClockCounts { late: 1, equal: 1, backward: 1, jumps: 0 });
        assert_eq!(arrivals.iter().filter(|&&arrival| arrival == Arrival::Dropped).count(), 3);
        assert_eq!(grid.len(), 4);
        for (k, value) in grid.iter().enumerate() {
            assert_abs_diff_eq!(*value, k as f64, epsilon = 1e-12);
        }
    }

    #[test]
    fn a_far_jump_starts_anew_without_a_flood() {
        for far in [1e9, 30.0, -5.0, -1e9] {
            let mut resampler = Resampler::<1>::new(100.0).unwrap();
            let mut grid = Vec::new();
            for n in 0..10 {
                resampler.push(f64::from(n) / 100.0, [1.0], &mut |[x]| grid.push(x)).unwrap();
            }
            let arrival = resampler.push(far, [2.0], &mut |[x]| grid.push(x)).unwrap();
            assert_eq!(arrival, Arrival::Jump);
            assert_eq!(grid, [1.0; 10], "the old grid, complete, and nothing of the new one");
            assert_eq!(resampler.origin(), Some(far));
            for n in 1..10 {
                resampler.push(far + f64::from(n) / 100.0, [2.0], &mut |[x]| grid.push(x)).unwrap();
            }
            assert_eq!(grid.len(), 19);
            assert_eq!(resampler.counts().jumps, 1);
        }
    }

    #[test]
    fn emission_of_one_call_is_bounded() {
        let mut resampler = Resampler::<1>::new(1000.0).unwrap();
        let mut largest = 0;
        for time in [0.0, 9.9, 19.8, 10_000.0, 10_010.0, 10_000.5, 0.0, 10.0, 20.0] {
            let mut count = 0;
            resampler.push(time, [0.0], &mut |_| count += 1).unwrap();
            largest = largest.max(count);
        }
        assert!((9_000..=10_001).contains(&largest), "{largest}");
    }

    #[test]
    fn missing_values_stay_missing_in_their_channel() {
        let mut resampler = Resampler::<2>::new(50.0).unwrap();
        let mut grid = Vec::new();
        for n in 0..20 {
            let value = if n == 10 { f64::NAN } else { 4.0 };
            resampler.push(f64::from(n) / 50.0, [value, 1.0], &mut |x| grid.push(x)).unwrap();
        }
        resampler.finish(&mut |x| grid.push(x));
        for (k, [first, second]) in grid.iter().enumerate() {
            assert_eq!(first.is_nan(), k == 10);
            assert_eq!(*second, 1.0);
        }
    }

    #[test]
    fn bursts_of_stamps_do_not_overshoot() {
        // Three samples at a time within 0.2 ms, as a radio delivers them.
        let stamps: Vec<_> = (0..300)
            .map(|n| (f64::from(n / 3) * 0.06 + f64::from(n % 3) * 1e-4, libm::sin(f64::from(n) * 0.1)))
            .collect();
        let (grid, _) = run(&mut Resampler::new(50.0).unwrap(), &stamps);
        assert!(grid.iter().all(|value| value.abs() < 1.2));
    }

    #[test]
    fn a_stamp_that_is_no_number_is_an_error_and_the_stream_goes_on() {
        let mut resampler = Resampler::<1>::new(50.0).unwrap();
        let mut count = 0;
        resampler.push(0.0, [0.0], &mut |_| count += 1).unwrap();
        for bad in [f64::NAN, f64::INFINITY, -1e300] {
            let fault = resampler.push(bad, [0.0], &mut |_| count += 1).unwrap_err();
            assert!(matches!(fault, Error::BadTime { .. }), "{fault}");
        }
        resampler.push(0.02, [0.0], &mut |_| count += 1).unwrap();
        resampler.finish(&mut |_| count += 1);
        assert_eq!(count, 2);
    }

    #[test]
    fn reset_is_new() {
        let stamps: Vec<_> = (0..100).map(|n| (f64::from(n) * 0.0203, libm::sin(f64::from(n)))).collect();
        let mut used = Resampler::new(50.0).unwrap();
        let first = run(&mut used, &stamps);
        used.push(3.0, [1.0], &mut |_| ()).unwrap();
        used.reset();
        assert_eq!(run(&mut used, &stamps), first);
        assert_eq!(used.counts(), ClockCounts::default());
        assert!(Resampler::<1>::new(0.0).is_err());
        assert!(Resampler::<1>::with_max_bridge(50.0, f64::NAN).is_err());
    }
}
