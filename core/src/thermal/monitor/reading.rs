//! A frame's regions: what is read of each, why a row is not accepted, and what the reference corrects.

use super::{Moment, ThermalMonitor};
use crate::thermal::config::MIN_PIXELS;
use crate::thermal::measure::Area;
use crate::thermal::reason::{ThermalNotice, ThermalReason};
use crate::thermal::row::{NoticeRow, RegionRow, ThermalEvent};

/// Share of a region that has to lie in the frame.
const COVERED: f64 = 0.9;

impl ThermalMonitor {
    /// Reads all regions.
    pub(super) fn read(&mut self, moment: Moment, sink: &mut impl FnMut(ThermalEvent)) {
        if self.waiting.len() + self.regions.len() > self.waiting.capacity() {
            // Faster than the fastest stream: the oldest frame goes before its time.
            self.settle(sink);
        }
        for place in 0..self.regions.len() {
            let row = self.row(place, moment);
            self.latest[place] = Some(row);
        }
        self.run.is_missing = self.latest.iter().flatten().all(|row| row.count == 0);
        let correction = self.anchored(moment, sink);
        self.run.correction = correction;
        for place in 0..self.regions.len() {
            let Some(mut row) = self.latest[place] else { continue };
            if self.anchor.is_some_and(|anchor| anchor.region != place) {
                match correction {
                    Some(kelvin) => {
                        for value in [&mut row.mean, &mut row.median, &mut row.p5, &mut row.p95] {
                            *value = value.map(|celsius| celsius + kelvin);
                        }
                        row.correction = correction;
                    }
                    None => row.reason = row.reason.or(Some(ThermalReason::Unreferenced)),
                }
            }
            row.accepted = row.reason.is_none();
            self.latest[place] = Some(row);
            self.waiting.push_back(row);
        }
    }

    fn row(&mut self, place: usize, moment: Moment) -> RegionRow {
        let laid = &self.regions[place];
        let area = Area { grid: &self.grid, runs: &laid.runs, shift: moment.shift };
        let reading = self.frames.reading(&area, &self.config.radiometry, self.config.percentiles);
        let covered = if moment.shift == [0, 0] { laid.area } else { self.grid.covered(&laid.runs, moment.shift) };
        let out_of_frame = f64::from(covered) < COVERED * f64::from(laid.area);
        let limb_left = self.limb.has_left(place);
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        let mean = finite(reading.mean);
        let reason = if moment.is_wrong_unit {
            Some(ThermalReason::WrongUnit)
        } else if moment.is_cut {
            Some(ThermalReason::Shutter)
        } else if out_of_frame {
            Some(ThermalReason::OutOfFrame)
        } else if mean.is_none() {
            Some(ThermalReason::Missing)
        } else if limb_left {
            Some(ThermalReason::LimbLeft)
        } else {
            None
        };
        let [p5, median, p95] = reading.percentiles.map(finite);
        RegionRow {
            time: moment.time,
            region: place as u8,
            mean,
            median,
            sd: finite(reading.deviation),
            p5,
            p95,
            count: reading.count,
            correction: None,
            segment: self.run.segment,
            shift_x: self.run.shift.map(|[x, _]| x),
            shift_y: self.run.shift.map(|[_, y]| y),
            accepted: reason.is_none(),
            shutter: moment.is_cut,
            warming: self.run.is_warming,
            few_pixels: reading.count < MIN_PIXELS && self.config.rows * self.config.columns > 1,
            limb_left,
            out_of_frame,
            unobservable: moment.is_unobservable,
            reason,
        }
    }

    /// The correction that the reference asks for in the frame just read, K.
    fn anchored(&mut self, moment: Moment, sink: &mut impl FnMut(ThermalEvent)) -> Option<f64> {
        let anchor = self.anchor.as_mut()?;
        let row = self.latest.get(anchor.region).copied().flatten();
        let since = moment.time - self.run.first.unwrap_or(moment.time);
        let (correction, is_lost) = anchor.correction(row, since);
        if is_lost {
            let region = Some(anchor.region as u8);
            let lost = NoticeRow { region, ..NoticeRow::new(moment.time, ThermalNotice::ReferenceLost) };
            sink(ThermalEvent::Notice(lost));
        }
        correction
    }
}
