//! A difference of two regions of one frame, and its change from the person's own baseline.

use crate::thermal::reason::ThermalReason;
use crate::thermal::row::{DifferenceRow, RegionRow};

/// The places of the two regions, and their mean difference over the baseline so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) of: usize,
    pub(super) minus: usize,
    sum: f64,
    count: u32,
}

impl Pair {
    pub(super) fn new(of: usize, minus: usize) -> Self {
        Self { of, minus, sum: 0.0, count: 0 }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new(self.of, self.minus);
    }

    /// The mean over the baseline so far, K.
    pub(super) fn baseline(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }

    /// The difference of two rows of one frame, the one at `place`; `baseline`: from when to when that goes, s.
    pub(super) fn row(
        &mut self,
        place: usize,
        of: &RegionRow,
        minus: &RegionRow,
        baseline: Option<[f64; 2]>,
    ) -> DifferenceRow {
        // Of one frame, so that a correction cancels where both have it; of the reference itself there is none.
        let own = |row: &RegionRow| row.mean.map(|mean| mean - row.correction.unwrap_or(0.0));
        let delta = own(of).zip(own(minus)).map(|(of, minus)| of - minus);
        // The lack of a reference does not matter to what the whole frame shares.
        let fault = |row: &RegionRow| row.reason.filter(|reason| *reason != ThermalReason::Unreferenced);
        let fault = match (fault(of), fault(minus)) {
            (Some(reason), Some(_)) => Some(reason),
            (Some(ThermalReason::Shutter), _) | (_, Some(ThermalReason::Shutter)) => Some(ThermalReason::Shutter),
            (None, None) => None,
            _ => Some(ThermalReason::Partner),
        };
        let accepted = fault.is_none() && delta.is_some();
        let (mut change, mut reason) = (None, fault);
        if let Some([start, end]) = baseline {
            if let Some(delta) = delta.filter(|_| accepted && of.time >= start && of.time < end) {
                self.sum += delta;
                self.count += 1;
            }
            match self.baseline().filter(|_| of.time >= end) {
                Some(level) => change = delta.map(|delta| delta - level),
                None => reason = reason.or(Some(ThermalReason::NoBaseline)),
            }
        }
        DifferenceRow { time: of.time, difference: place as u8, delta, change, accepted, reason }
    }
}
