//! Where levels of a stream cannot be compared: a shutter, told by telemetry or by its step, or a pause; what lies around it is cut out.

use super::ThermalMonitor;
use crate::thermal::config::{MIN_SCENE, ShutterRule};
use crate::thermal::frame::Telemetry;
use crate::thermal::reason::{ThermalNotice, ThermalReason};
use crate::thermal::row::{NoticeRow, ThermalEvent};

/// A step below this is not one, K.
const SMALLEST_STEP: f64 = 0.01;
/// A pause from which it is said, and from which the camera may have calibrated itself unseen, s.
const GAP: f64 = 10.0;

impl ThermalMonitor {
    /// Judges the time since the last frame.
    pub(super) fn pause(&mut self, time: f64, step: f64, sink: &mut impl FnMut(ThermalEvent)) {
        let usual = self.run.interval.unwrap_or(step);
        if step > GAP && step > 5.0 * usual {
            sink(ThermalEvent::Notice(NoticeRow { size: Some(step), ..NoticeRow::new(time, ThermalNotice::Gap) }));
            if self.config.shutter != ShutterRule::None {
                self.run.segment += 1;
            }
            return;
        }
        // A slow mean of the steps, which single long ones cannot move far.
        self.run.interval = Some(usual + 0.05 * (step.min(5.0 * usual) - usual));
    }

    /// Judges what all pixels have in common since the frame before.
    pub(super) fn judge_scene(
        &mut self,
        time: f64,
        before: f64,
        telemetry: &Telemetry,
        sink: &mut impl FnMut(ThermalEvent),
    ) {
        let Some(change) = self.frames.change(&mut self.scene) else {
            return;
        };
        let per_raw = self.config.radiometry.encoding().kelvin_per_raw();
        self.run.noise = Some(match self.run.noise {
            Some(noise) => noise + 0.05 * (change.noise * per_raw - noise),
            None => change.noise * per_raw,
        });
        if let Some((_, step)) = &mut self.run.shut {
            *step += change.common * per_raw;
            return;
        }
        let is_step = self.scene.is_step(change.common, SMALLEST_STEP / per_raw);
        if is_step && self.config.shutter == ShutterRule::Detect && !telemetry.shutter {
            let size = Some(change.common * per_raw);
            sink(ThermalEvent::Notice(NoticeRow { size, ..NoticeRow::new(time, ThermalNotice::Step) }));
            self.cut(before, time);
        }
    }

    /// Begins or prolongs a shutter that telemetry tells of.
    pub(super) fn shut(&mut self, time: f64, step: f64) {
        if self.config.shutter == ShutterRule::None {
            return;
        }
        if self.run.shut.is_none() {
            self.run.shut = Some((time, step));
            self.mark(time - self.config.cut);
        }
    }

    /// Ends it.
    pub(super) fn opened(&mut self, sink: &mut impl FnMut(ThermalEvent)) {
        if let Some((start, step)) = self.run.shut.take() {
            let size = (self.config.rows * self.config.columns >= MIN_SCENE).then_some(step);
            sink(ThermalEvent::Notice(NoticeRow { size, ..NoticeRow::new(start, ThermalNotice::Shutter) }));
            self.cut(start, self.run.last.unwrap_or(start));
        }
    }

    /// Cuts out what lies around the stretch from `start` to `end`, and begins a new segment.
    fn cut(&mut self, start: f64, end: f64) {
        self.run.counts.shutters += 1;
        self.run.segment += 1;
        self.run.cut_until = Some(end + self.config.cut);
        self.mark(start - self.config.cut);
    }

    /// Marks the rows that wait, from `start` on.
    fn mark(&mut self, start: f64) {
        for row in self.waiting.iter_mut().rev().take_while(|row| row.time >= start) {
            row.shutter = true;
            row.accepted = false;
            row.reason = row.reason.or(Some(ThermalReason::Shutter));
        }
    }
}
