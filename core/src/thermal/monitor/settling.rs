//! Rows that have waited long enough for no shutter to follow: handed out, subtracted from each other, and taken into the windows.

use super::ThermalMonitor;
use crate::thermal::aggregate::Item;
use crate::thermal::row::{RegionRow, ThermalEvent};

impl ThermalMonitor {
    /// Hands out the frames that were taken before `time`.
    pub(super) fn release(&mut self, time: f64, sink: &mut impl FnMut(ThermalEvent)) {
        // While the shutter is shut, what lies before it is not settled before it is known where it ends.
        while self.waiting.front().is_some_and(|row| row.time < time) {
            self.settle(sink);
        }
    }

    /// Hands out the oldest frame.
    pub(super) fn settle(&mut self, sink: &mut impl FnMut(ThermalEvent)) {
        self.settled.clear();
        let count = self.regions.len().min(self.waiting.len());
        self.settled.extend(self.waiting.drain(..count));
        for (row, aggregate) in self.settled.iter().zip(&mut self.means) {
            sink(ThermalEvent::Region(*row));
            if let Some(value) = row.mean.filter(|_| row.accepted) {
                aggregate.push(item(row, value), |mean| sink(ThermalEvent::Mean(mean)));
            } else {
                aggregate.advance(row.time, |mean| sink(ThermalEvent::Mean(mean)));
            }
        }
        for place in 0..self.pairs.len() {
            self.subtract(place, sink);
        }
    }

    fn subtract(&mut self, place: usize, sink: &mut impl FnMut(ThermalEvent)) {
        let (Some(pair), Some(aggregate)) = (self.pairs.get_mut(place), self.pair_means.get_mut(place)) else {
            return;
        };
        let (Some(of), Some(minus)) = (self.settled.get(pair.of), self.settled.get(pair.minus)) else {
            return;
        };
        let row = pair.row(place, of, minus, self.config.baseline);
        sink(ThermalEvent::Difference(row));
        if let Some(delta) = row.delta.filter(|_| row.accepted) {
            aggregate.push(item(of, delta), |mean| sink(ThermalEvent::DifferenceMean(mean)));
        } else {
            aggregate.advance(row.time, |mean| sink(ThermalEvent::DifferenceMean(mean)));
        }
    }
}

fn item(row: &RegionRow, value: f64) -> Item {
    Item { time: row.time, value, segment: row.segment, is_warming: row.warming }
}
