//! What is watched while frames come: bad pixels, how far the limb has moved, whether it is still in its regions.

use super::{Moment, ThermalMonitor};
use crate::thermal::measure::Area;
use crate::thermal::reason::ThermalNotice;
use crate::thermal::row::{NoticeRow, ThermalEvent};

impl ThermalMonitor {
    /// Looks for bad pixels.
    pub(super) fn look(&mut self, time: f64, sink: &mut impl FnMut(ThermalEvent)) {
        if !self.config.find_bad_pixels || self.run.is_wrong_unit || !self.pixels.is_due(time) {
            return;
        }
        let noise = match self.run.noise {
            Some(kelvin) => kelvin / self.config.radiometry.encoding().kelvin_per_raw(),
            None => self.frames.roughness(&mut self.scene),
        };
        let columns = self.config.columns.max(1);
        self.frames.look(&mut self.pixels, time, noise, &mut self.grid, |place| {
            sink(ThermalEvent::Notice(NoticeRow {
                row: Some((place / columns) as u32),
                column: Some((place % columns) as u32),
                ..NoticeRow::new(time, ThermalNotice::BadPixel)
            }));
        });
    }

    /// How far regions are to be moved, rows and columns, and whether a direction is not seen.
    #[cfg(feature = "spectrum")]
    pub(super) fn follow(&mut self) -> ([i32; 2], bool) {
        let Some(follower) = &mut self.follower else {
            return ([0, 0], false);
        };
        self.frames.filled(&self.grid, follower.image());
        let found = follower.follow();
        self.run.shift = Some([found.x, found.y]);
        ([libm::round(found.y) as i32, libm::round(found.x) as i32], found.is_unobservable)
    }

    #[cfg(not(feature = "spectrum"))]
    #[allow(clippy::unused_self)] // Of the same form as with the feature.
    pub(super) fn follow(&mut self) -> ([i32; 2], bool) {
        ([0, 0], false)
    }

    /// Watches that no region loses its limb.
    pub(super) fn watch(&mut self, moment: Moment, sink: &mut impl FnMut(ThermalEvent)) {
        if !self.config.watch_limb || moment.is_cut {
            return;
        }
        self.frames.renew(&mut self.limb, moment.time);
        let Some(threshold) = self.limb.threshold() else {
            return;
        };
        for (place, laid) in self.regions.iter().enumerate() {
            let area = Area { grid: &self.grid, runs: &laid.runs, shift: moment.shift };
            if let Some(share) = self.frames.warm_share(&area, threshold)
                && self.limb.judge(place, share)
            {
                let has_left = self.limb.has_left(place);
                let told = if has_left { ThermalNotice::LimbLeft } else { ThermalNotice::LimbBack };
                sink(ThermalEvent::Notice(NoticeRow {
                    region: Some(place as u8),
                    ..NoticeRow::new(moment.time, told)
                }));
            }
        }
    }
}
