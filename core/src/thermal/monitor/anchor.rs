//! The reference of constant temperature in the frame: what has to be added to all other regions.

use crate::thermal::row::RegionRow;

/// Stretch over which the reference's own level is taken, s.
const SETTLING: f64 = 10.0;

/// The reference, and its level where it is not known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// Place of its region.
    pub(super) region: usize,
    known: Option<f64>,
    sum: f64,
    count: u32,
    is_lost: bool,
}

impl Anchor {
    /// Of the region at this place, °C where it is known.
    pub(super) fn new(region: usize, known: Option<f64>) -> Self {
        Self { region, known, sum: 0.0, count: 0, is_lost: false }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new(self.region, self.known);
    }

    /// The correction, K, that its `row` asks for, `since` s after the first frame; and whether it has just been lost.
    pub(super) fn correction(&mut self, row: Option<RegionRow>, since: f64) -> (Option<f64>, bool) {
        let reading = row.filter(|row| row.reason.is_none() || row.shutter).and_then(|row| row.mean);
        let was_lost = core::mem::replace(&mut self.is_lost, reading.is_none());
        let Some(reading) = reading else { return (None, !was_lost) };
        if let Some(known) = self.known {
            return (Some(known - reading), false);
        }
        let is_cut = row.is_some_and(|row| row.shutter);
        if self.count == 0 || (since <= SETTLING && !is_cut) {
            self.sum += reading;
            self.count += 1;
        }
        (Some(self.sum / f64::from(self.count) - reading), false)
    }
}
