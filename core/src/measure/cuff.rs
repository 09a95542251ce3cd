//! The pressure in the cuff of a pulse volume recording: on target or not, its leak, its re-inflations.
//!
//! The height of a pulse depends on the pressure in the cuff, so that pressure is recorded too: by a second, slow channel ([`CuffMonitor`]),
//! or by the PVR itself where it is DC-coupled and calibrated: the foot of each beat is the cuff's pressure then
//! ([`Config::cuff`](crate::Config)). Limits of this project: ±5 mmHg about the target, a warning above a leak of 1 mmHg/min.

use alloc::vec::Vec;

use crate::error::ConfigError;
use crate::reason::Reason;
use crate::signal::{CuffTarget, SampleRate};
use crate::table::BeatTable;

/// Pressure is averaged over blocks of this length, s: two pulses at least, so that they hardly show.
const BLOCK_S: f64 = 2.0;
/// The leak is taken over this many blocks at most …
const BLOCKS: usize = 32;
/// … and at least.
const FEWEST_BLOCKS: usize = 8;
/// A rise by this much from block to block, or from pulse to pulse, is an inflation, in units of pressure (mmHg).
pub(crate) const INFLATION: f64 = 0.7;

/// The cuff over a block of 2 s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CuffReading {
    /// Centre of the block, s from the first sample of the cuff's channel.
    pub time: f64,
    /// Mean pressure, mmHg; absent where more than half of the block is missing.
    pub pressure: Option<f64>,
    /// Pressure lost since the last inflation, over the last 64 s at most, mmHg per minute; absent for the first 16 s.
    pub leak: Option<f64>,
    /// The pressure rises: the cuff is being inflated.
    pub inflating: bool,
    /// On target, and not being inflated.
    pub holds: bool,
}

impl CuffReading {
    /// Whether the leak is above 1 mmHg per minute.
    pub fn leaks(&self) -> bool {
        self.leak.is_some_and(|leak| leak > CuffTarget::LARGEST_LEAK)
    }
}

/// Follows the pressure of a cuff while it arrives.
///
/// # Real-time
/// Nothing is allocated; a push is an addition, and every 2 s a line is laid through 32 numbers at most.
///
/// ```
/// use plethys::{CuffMonitor, CuffTarget, SampleRate};
/// let mut cuff = CuffMonitor::new(SampleRate::hz(20.0)?, CuffTarget::default());
/// // 2 mmHg lost a minute.
/// let newest = (0..1200).filter_map(|i| cuff.push(65.0 - 2.0 * f64::from(i) / 1200.0)).last().unwrap();
/// assert!((newest.leak.unwrap() - 2.0).abs() < 1e-6 && newest.leaks());
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CuffMonitor {
    hz: f64,
    target: CuffTarget,
    block: u64,
    index: u64,
    sum: f64,
    count: u64,
    /// Pressures of the blocks since the last inflation, the newest `filled` of them.
    held: [f64; BLOCKS],
    filled: usize,
    before: Option<f64>,
}

impl CuffMonitor {
    /// For a channel of this rate.
    pub fn new(rate: SampleRate, target: CuffTarget) -> Self {
        Self::with_block(rate.as_hz(), target, rate.samples(BLOCK_S) as u64)
    }

    fn with_block(hz: f64, target: CuffTarget, block: u64) -> Self {
        Self { hz, target, block, index: 0, sum: 0.0, count: 0, held: [0.0; BLOCKS], filled: 0, before: None }
    }

    /// Back to the just-built state.
    pub fn reset(&mut self) {
        *self = Self::with_block(self.hz, self.target, self.block);
    }

    /// Takes a pressure, mmHg (NaN is missing), and gives the reading of a block when it is full.
    pub fn push(&mut self, pressure: f64) -> Option<CuffReading> {
        if pressure.is_finite() {
            self.sum += pressure;
            self.count += 1;
        }
        self.index += 1;
        if !self.index.is_multiple_of(self.block) {
            return None;
        }
        let mean = (2 * self.count >= self.block).then(|| self.sum / self.count as f64);
        (self.sum, self.count) = (0.0, 0);
        let inflating = mean.zip(self.before).is_some_and(|(now, before)| now - before > INFLATION);
        if inflating || mean.is_none() {
            self.filled = 0;
        }
        self.before = mean;
        if let Some(mean) = mean.filter(|_| !inflating) {
            self.held.rotate_left(1);
            self.held[BLOCKS - 1] = mean;
            self.filled = (self.filled + 1).min(BLOCKS);
        }
        Some(CuffReading {
            time: (self.index as f64 - 0.5 * self.block as f64) / self.hz,
            pressure: mean,
            leak: self.leak(),
            inflating,
            holds: !inflating && mean.is_some_and(|mean| self.target.holds(mean)),
        })
    }

    /// Minus the slope of the line through the blocks, mmHg per minute.
    fn leak(&self) -> Option<f64> {
        if self.filled < FEWEST_BLOCKS {
            return None;
        }
        let held = &self.held[BLOCKS - self.filled..];
        let middle = 0.5 * (self.filled as f64 - 1.0);
        let (mut product, mut squares) = (0.0, 0.0);
        for (place, pressure) in held.iter().enumerate() {
            let x = place as f64 - middle;
            product += x * pressure;
            squares += x * x;
        }
        Some(-60.0 * product / squares / (self.block as f64 / self.hz))
    }
}

/// The readings of a whole recording of a cuff's pressure, mmHg; `rate` is that of its channel.
///
/// ```
/// use plethys::{CuffTarget, SampleRate, cuff_readings};
/// let readings = cuff_readings(&[64.0; 100], SampleRate::hz(20.0)?, CuffTarget::default());
/// assert_eq!(readings.len(), 2);
/// assert!(readings.iter().all(|reading| reading.holds));
/// # Ok::<(), plethys::ConfigError>(())
/// ```
pub fn cuff_readings(pressure: &[f64], rate: SampleRate, target: CuffTarget) -> Vec<CuffReading> {
    let mut cuff = CuffMonitor::new(rate, target);
    pressure.iter().filter_map(|pressure| cuff.push(*pressure)).collect()
}

/// The rate of a slow channel of `count` samples that was recorded over the same time as a stream of `samples` samples at `rate`.
///
/// # Errors
/// [`ConfigError`] where that is below 20 Hz or above 4 kHz, as for a channel without samples.
///
/// ```
/// use plethys::{SampleRate, rate_alongside};
/// assert_eq!(rate_alongside(SampleRate::hz(250.0)?, 1000, 100)?.as_hz(), 25.0);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
pub fn rate_alongside(rate: SampleRate, samples: usize, count: usize) -> Result<SampleRate, ConfigError> {
    SampleRate::hz(rate.as_hz() * count as f64 / samples.max(1) as f64)
}

/// Leaves out the beats whose cuff was off its target or being inflated, reason [`Reason::CuffPressure`], in the light of a cuff channel of its own.
///
/// `readings` are those of a [`CuffMonitor`]; `offset` is the time of the cuff channel's first sample on the beats' clock, s. A beat is
/// judged by the reading nearest to its peak; one without any within 2 s is left out too. Gives how many were newly left out.
pub fn reject_off_target(beats: &mut BeatTable, readings: &[CuffReading], offset: f64) -> usize {
    let mut left_out = 0;
    for row in 0..beats.len() {
        let time = beats.number("peak")[row] - offset;
        let after = readings.partition_point(|reading| reading.time < time);
        let near = readings[after.saturating_sub(1)..(after + 1).min(readings.len())]
            .iter()
            .min_by(|a, b| (a.time - time).abs().total_cmp(&(b.time - time).abs()));
        let holds = near.is_some_and(|reading| reading.holds && (reading.time - time).abs() <= BLOCK_S);
        if !holds && beats.flag("accepted")[row] {
            beats.reject(row, Reason::CuffPressure);
            left_out += 1;
        }
    }
    left_out
}

/// A known volume that was injected into the cuff at working pressure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Injection {
    /// Volume, mL.
    pub volume: f64,
    /// Rise of the calibrated signal that it made, mmHg.
    pub deflection: f64,
}

impl Injection {
    /// A height in mmHg as a volume in mL: height × volume / deflection.
    ///
    /// # Errors
    /// [`Reason::NotStated`] without an injection, or with one that says nothing. From the volume of the cuff alone the factor is uncertain by 40 %
    /// (isothermal to adiabatic), so it is not offered.
    ///
    /// ```
    /// use plethys::{Injection, Reason};
    /// let injection = Injection { volume: 1.0, deflection: 12.5 };
    /// assert_eq!(Injection::millilitres(Some(injection), 0.5), Ok(0.04));
    /// assert_eq!(Injection::millilitres(None, 0.5), Err(Reason::NotStated));
    /// ```
    pub fn millilitres(injection: Option<Self>, height: f64) -> Result<f64, Reason> {
        let factor = injection.map_or(f64::NAN, |injection| injection.volume / injection.deflection);
        let volume = height * factor;
        if factor > 0.0 && volume.is_finite() { Ok(volume) } else { Err(Reason::NotStated) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cuff_that_leaks_and_is_inflated_anew_says_so() {
        let rate = SampleRate::hz(50.0).expect("in range");
        let mut cuff = CuffMonitor::new(rate, CuffTarget::default());
        // From 65 at 3 mmHg/min for two minutes, then up to 65 within a second, with pulses of 1 mmHg on it.
        let pressure = |t: f64| {
            let base = if t < 120.0 { 65.0 - 0.05 * t } else { 59.0 + 6.0 * (t - 120.0).min(1.0) };
            base + libm::fabs(libm::sin(3.6 * t))
        };
        let readings: Vec<CuffReading> = (0..9000).filter_map(|i| cuff.push(pressure(f64::from(i) / 50.0))).collect();
        assert_eq!(readings.len(), 90);
        let at = |t: f64| readings[(t / 2.0) as usize];
        assert!(at(10.0).leak.is_none());
        approx::assert_abs_diff_eq!(at(100.0).leak.expect("long enough"), 3.0, epsilon = 0.15);
        assert!(at(100.0).leaks() && !at(178.0).leaks());
        let inflating: Vec<f64> = readings.iter().filter(|r| r.inflating).map(|r| r.time).collect();
        assert_eq!(inflating, [121.0, 123.0]);
        assert!(at(60.0).holds && at(150.0).holds && !at(119.0).holds, "{:?}", at(119.0));
        assert!(cuff.push(f64::NAN).is_none());
    }
}
