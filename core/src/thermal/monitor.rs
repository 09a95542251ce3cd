//! The pipeline that one stream of frames flows through.
//!
//! Per frame: repeated and backward frames are told and left out; the change of the whole scene is judged for a shutter; bad pixels and
//! lost limbs are looked for each second; regions are read, corrected against the reference where there is one, and wait for `cut`
//! seconds (1 s), because only then it is known that no shutter followed. What comes out is settled and never taken back.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::aggregate::{Aggregate, Item};
use super::config::{MIN_PIXELS, MIN_SCENE, ShutterRule, ThermalConfig};
use super::frame::{Frame, Telemetry};
use super::limb::LimbWatch;
use super::measure::{Area, Frames};
use super::pixels::PixelWatch;
use super::reason::{ThermalNotice, ThermalReason, ThermalState};
use super::region::{Run, masks, runs};
use super::row::{DifferenceRow, NoticeRow, RegionRow, ThermalEvent};
use super::shutter::Scene;
use super::snapshot::{ThermalCounts, ThermalSnapshot};
use super::statistics::Grid;
use crate::error::{ConfigError, Error};

/// Highest frame rate for which rows wait their full time, Hz.
const FASTEST: f64 = 200.0;
/// A step below this is not one, K.
const SMALLEST_STEP: f64 = 0.01;
/// A frame that repeats for longer is a stream that stands still, s.
const FROZEN: f64 = 2.0;
/// A pause from which it is said, and from which the camera may have calibrated itself unseen, s.
const GAP: f64 = 10.0;
/// Stretch over which the reference's own level is taken, s.
const SETTLING: f64 = 10.0;
/// Share of a region that has to lie in the frame.
const COVERED: f64 = 0.9;

/// A region, laid onto the grid.
#[derive(Debug, Clone)]
struct Laid {
    runs: Vec<Run>,
    area: u32,
}

/// The two regions of a difference, and its baseline.
#[derive(Debug, Clone, Copy)]
struct Pair {
    of: usize,
    minus: usize,
    sum: f64,
    count: u32,
}

/// The reference of constant temperature.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    region: usize,
    known: Option<f64>,
    sum: f64,
    count: u32,
    is_lost: bool,
}

/// A stream of thermal frames: push frames in, take rows, means and notices out.
///
/// # Real-time
/// `new` allocates, nothing else does. A frame of 160 × 120 counts with four regions of 1000 pixels takes some 50 µs with percentiles.
/// Rows come `cut` seconds and one frame after their frame; [`ThermalMonitor::latency`].
///
/// ```
/// use ndarray::Array2;
/// use plethys::thermal::{Encoding, Shape, ThermalConfig, ThermalEvent, ThermalMonitor};
///
/// let config = ThermalConfig::new(120, 160, Encoding::LEPTON)
///     .region("foot", Shape::Rectangle { top: 40, bottom: 80, left: 20, right: 60 })?;
/// let mut monitor = ThermalMonitor::new(config)?;
/// let mut means = Vec::new();
/// for i in 0..100_u16 {
///     let counts = Array2::from_shape_fn((120, 160), |(row, column)| 30_615 + ((row + column + usize::from(i)) % 3) as u16);
///     monitor.push(counts.view(), f64::from(i) / 8.7, &mut |event| match event {
///         ThermalEvent::Region(row) => means.push(row.mean.unwrap()),
///         _ => {}
///     })?;
/// }
/// assert!((means[0] - 33.01).abs() < 1e-3); // °C
/// # Ok::<(), plethys::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ThermalMonitor {
    config: ThermalConfig,
    regions: Vec<Laid>,
    pairs: Vec<Pair>,
    anchor: Option<Anchor>,
    frames: Frames,
    grid: Grid,
    scene: Scene,
    pixels: PixelWatch,
    limb: LimbWatch,
    #[cfg(feature = "spectrum")]
    follower: Option<super::registration::Follower>,
    waiting: VecDeque<RegionRow>,
    latest: Vec<Option<RegionRow>>,
    settled: Vec<RegionRow>,
    means: Vec<Aggregate>,
    pair_means: Vec<Aggregate>,
    run: Course,
}

/// Where the stream is in its course: all that a reset forgets and that is no buffer.
#[derive(Debug, Clone, Copy, Default)]
struct Course {
    counts: ThermalCounts,
    first: Option<f64>,
    /// Last stamp, and last stamp of a frame that was not repeated.
    last: Option<f64>,
    last_new: Option<f64>,
    interval: Option<f64>,
    counter: Option<u64>,
    segment: u32,
    noise: Option<f64>,
    correction: Option<f64>,
    /// End of the present cut.
    cut_until: Option<f64>,
    /// Start of a shutter that telemetry has announced, and the step that has gathered.
    shut: Option<(f64, f64)>,
    is_wrong_unit: bool,
    is_missing: bool,
    is_warming: bool,
    shift: Option<[f64; 2]>,
    is_finished: bool,
}

/// What is the same for all regions of a frame.
#[derive(Debug, Clone, Copy)]
struct Moment {
    time: f64,
    shift: [i32; 2],
    is_cut: bool,
    is_unobservable: bool,
    is_wrong_unit: bool,
}

impl ThermalMonitor {
    /// Lays regions onto the grid and takes all memory.
    ///
    /// # Errors
    /// [`Error::Config`]: a region that lies outside the frame, is empty, or has the name of another; an unknown name; a number out of its
    /// range; settings that exclude each other.
    pub fn new(config: ThermalConfig) -> Result<Self, Error> {
        config.check()?;
        let (rows, columns) = (config.rows, config.columns);
        let regions: Vec<Laid> = masks(&config.regions, rows, columns)?
            .iter()
            .map(|mask| Laid { runs: runs(mask, columns), area: mask.iter().filter(|inside| **inside).count() as u32 })
            .collect();
        let pair = |difference: &super::Difference| -> Result<Pair, ConfigError> {
            Ok(Pair { of: config.place(difference.of)?, minus: config.place(difference.minus)?, sum: 0.0, count: 0 })
        };
        let pairs = config.differences.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        let anchor = match config.reference {
            Some(reference) => Some(Anchor {
                region: config.place(reference.region)?,
                known: reference.temperature,
                sum: 0.0,
                count: 0,
                is_lost: false,
            }),
            None => None,
        };
        let count = regions.len();
        let mut monitor = Self {
            frames: Frames::new(&config)?,
            grid: Grid::new(rows, columns),
            scene: Scene::new(rows * columns),
            pixels: PixelWatch::new(if config.find_bad_pixels { rows * columns } else { 0 }),
            limb: LimbWatch::new(count),
            #[cfg(feature = "spectrum")]
            follower: if config.follow { Some(super::registration::Follower::new(rows, columns)?) } else { None },
            waiting: VecDeque::with_capacity(count * (FASTEST * (config.cut + 0.5)) as usize),
            latest: alloc::vec![None; count],
            settled: Vec::with_capacity(count),
            means: (0..count).map(|place| Aggregate::new(place as u8)).collect(),
            pair_means: (0..pairs.len()).map(|place| Aggregate::new(place as u8)).collect(),
            run: Course::default(),
            regions,
            pairs,
            anchor,
            config,
        };
        monitor.reset();
        Ok(monitor)
    }

    /// What the monitor was built with.
    pub fn config(&self) -> &ThermalConfig {
        &self.config
    }

    /// How long after its frame a row comes, s of stream; one frame is added to it.
    pub fn latency(&self) -> f64 {
        self.config.cut
    }

    /// Takes a frame with its time stamp, s, and hands out what it settles.
    ///
    /// Where it returns an error the frame is left out, and the stream goes on. A stamp that does not increase is no error: the frame is
    /// left out, counted and told.
    ///
    /// # Errors
    /// [`Error::FrameShape`], [`Error::WrongInput`] for counts where temperatures were said or the other way round, [`Error::BadTime`]
    /// for a stamp that is not finite, [`Error::Finished`] after [`ThermalMonitor::finish`].
    pub fn push<'a>(
        &mut self,
        frame: impl Into<Frame<'a>>,
        time: f64,
        sink: &mut impl FnMut(ThermalEvent),
    ) -> Result<(), Error> {
        let frame: Frame<'a> = frame.into();
        if self.run.is_finished {
            return Err(Error::Finished);
        }
        if !time.is_finite() {
            return Err(Error::BadTime { value: time, index: self.run.counts.frames });
        }
        let (rows, columns) = frame.pixels.shape();
        let (expected_rows, expected_columns) = (self.config.rows, self.config.columns);
        if (rows, columns) != (expected_rows, expected_columns) {
            return Err(Error::FrameShape { rows, columns, expected_rows, expected_columns });
        }
        if let Some(last) = self.run.last
            && time <= last
        {
            self.run.counts.frames += 1;
            self.run.counts.backward += 1;
            sink(notice(time, ThermalNotice::BackwardStamp, Some(last - time)));
            return Ok(());
        }
        self.frames.load(&frame.pixels)?;
        self.run.counts.frames += 1;
        let is_first = self.run.first.is_none();
        let origin = *self.run.first.get_or_insert(time);
        self.run.last = Some(time);
        self.run.is_warming = frame.telemetry.uptime.unwrap_or(time - origin) < self.config.warm_up;
        if !is_first && self.is_repeated(&frame.telemetry) {
            self.run.counts.repeated += 1;
            // The earlier of the two stays: a counter may repeat over pixels that differ.
            self.frames.unload();
            if frame.telemetry.shutter {
                self.shut(time, 0.0);
            }
            return Ok(());
        }
        self.run.counter = frame.telemetry.counter;
        self.take(time, &frame.telemetry, is_first, sink);
        self.release(time - self.config.cut, sink);
        Ok(())
    }

    /// Hands out what is still due; after it only [`ThermalMonitor::snapshot`] and [`ThermalMonitor::reset`] are of use.
    pub fn finish(&mut self, sink: &mut impl FnMut(ThermalEvent)) {
        if core::mem::replace(&mut self.run.is_finished, true) {
            return;
        }
        self.opened(sink);
        self.release(f64::INFINITY, sink);
        for aggregate in &mut self.means {
            aggregate.finish(|row| sink(ThermalEvent::Mean(row)));
        }
        for aggregate in &mut self.pair_means {
            aggregate.finish(|row| sink(ThermalEvent::DifferenceMean(row)));
        }
    }

    /// Forgets the stream; the configuration stays.
    pub fn reset(&mut self) {
        self.run = Course::default();
        self.grid.forget_bad();
        for &[row, column] in &self.config.bad_pixels {
            self.grid.mark_bad(row * self.config.columns + column);
        }
        self.scene.reset();
        self.pixels.reset();
        self.limb.reset();
        #[cfg(feature = "spectrum")]
        if let Some(follower) = &mut self.follower {
            follower.reset();
        }
        self.waiting.clear();
        self.latest.fill(None);
        self.means.iter_mut().chain(&mut self.pair_means).for_each(Aggregate::reset);
        for pair in &mut self.pairs {
            (pair.sum, pair.count) = (0.0, 0);
        }
        if let Some(anchor) = &mut self.anchor {
            (anchor.sum, anchor.count, anchor.is_lost) = (0.0, 0, false);
        }
    }

    /// The stream as it is now.
    pub fn snapshot(&self) -> ThermalSnapshot {
        let run = &self.run;
        let now = run.last.unwrap_or(0.0);
        let state = if run.first.is_none() {
            ThermalState::TooShort
        } else if run.shut.is_some() || run.cut_until.is_some_and(|until| now <= until) {
            ThermalState::Shutter
        } else if run.last_new.is_some_and(|new| now - new > FROZEN) {
            ThermalState::Frozen
        } else if run.is_missing {
            ThermalState::Missing
        } else if run.is_warming {
            ThermalState::WarmingUp
        } else {
            ThermalState::Measuring
        };
        ThermalSnapshot {
            time: run.last,
            state,
            counts: ThermalCounts { bad_pixels: self.grid.bad_count(), ..run.counts },
            segment: run.segment,
            interval: run.interval,
            noise: run.noise,
            correction: run.correction,
            shift: run.shift,
        }
    }

    /// Time stamp of the first frame, s.
    pub fn start(&self) -> Option<f64> {
        self.run.first
    }

    /// The newest row of a region, at once and not settled: a shutter may still cut it out. For the live picture.
    pub fn latest(&self, region: usize) -> Option<RegionRow> {
        self.latest.get(region).copied().flatten()
    }

    /// The mean of a difference over the person's baseline so far, K.
    pub fn baseline(&self, difference: usize) -> Option<f64> {
        let pair = self.pairs.get(difference).filter(|pair| pair.count > 0)?;
        Some(pair.sum / f64::from(pair.count))
    }

    fn is_repeated(&self, telemetry: &Telemetry) -> bool {
        match (telemetry.counter, self.run.counter) {
            (Some(now), Some(before)) => now == before,
            _ => self.config.skip_repeated && self.frames.is_repeated(),
        }
    }

    /// Reads a frame that is new.
    fn take(&mut self, time: f64, telemetry: &Telemetry, is_first: bool, sink: &mut impl FnMut(ThermalEvent)) {
        let before = self.run.last_new.replace(time);
        if let Some(before) = before {
            self.pause(time, time - before, sink);
        }
        let share = self.frames.out_of_range(&self.scene);
        let is_wrong_unit = share > 0.5;
        self.run.counts.wrong_unit += u64::from(is_wrong_unit);
        if is_wrong_unit && !self.run.is_wrong_unit {
            sink(notice(time, ThermalNotice::WrongUnit, Some(share)));
        }
        self.run.is_wrong_unit = is_wrong_unit;
        if self.config.rows * self.config.columns >= MIN_SCENE && !is_first {
            self.judge_scene(time, before.unwrap_or(time), telemetry, sink);
        }
        if self.config.shutter != ShutterRule::None && telemetry.shutter {
            self.shut(time, 0.0);
        } else {
            self.opened(sink);
        }
        self.look(time, sink);
        let (shift, is_unobservable) = self.follow();
        let is_cut = self.run.shut.is_some() || self.run.cut_until.is_some_and(|until| time <= until);
        let moment = Moment { time, shift, is_cut, is_unobservable, is_wrong_unit };
        self.watch(moment, sink);
        self.read(moment, sink);
    }

    /// Judges the time since the last frame.
    fn pause(&mut self, time: f64, step: f64, sink: &mut impl FnMut(ThermalEvent)) {
        let usual = self.run.interval.unwrap_or(step);
        if step > GAP && step > 5.0 * usual {
            sink(notice(time, ThermalNotice::Gap, Some(step)));
            if self.config.shutter != ShutterRule::None {
                self.run.segment += 1;
            }
            return;
        }
        // A slow mean of the steps, which single long ones cannot move far.
        self.run.interval = Some(usual + 0.05 * (step.min(5.0 * usual) - usual));
    }

    fn judge_scene(&mut self, time: f64, before: f64, telemetry: &Telemetry, sink: &mut impl FnMut(ThermalEvent)) {
        let Some(change) = self.frames.change(&mut self.scene) else {
            return;
        };
        let per_raw = self.kelvin_per_raw();
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
            sink(notice(time, ThermalNotice::Step, Some(change.common * per_raw)));
            self.cut(before, time);
        }
    }

    /// Kelvin per raw unit, near room temperature.
    fn kelvin_per_raw(&self) -> f64 {
        let encoding = self.config.radiometry.encoding();
        match encoding {
            super::Encoding::TLinear { kelvin_per_count } => kelvin_per_count,
            super::Encoding::Planck(planck) => {
                let room = planck.signal(super::radiometry::ZERO_CELSIUS + 25.0);
                (encoding.celsius(room + 0.5) - encoding.celsius(room - 0.5)).abs().max(1e-6)
            }
            super::Encoding::Celsius => 1.0,
        }
    }

    /// Begins or prolongs a shutter that telemetry tells of.
    fn shut(&mut self, time: f64, step: f64) {
        if self.config.shutter == ShutterRule::None {
            return;
        }
        if self.run.shut.is_none() {
            self.run.shut = Some((time, step));
            self.mark(time - self.config.cut);
        }
    }

    /// Ends it.
    fn opened(&mut self, sink: &mut impl FnMut(ThermalEvent)) {
        if let Some((start, step)) = self.run.shut.take() {
            let size = (self.config.rows * self.config.columns >= MIN_SCENE).then_some(step);
            sink(notice(start, ThermalNotice::Shutter, size));
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

    /// Looks for bad pixels.
    fn look(&mut self, time: f64, sink: &mut impl FnMut(ThermalEvent)) {
        if !self.config.find_bad_pixels || self.run.is_wrong_unit || !self.pixels.is_due(time) {
            return;
        }
        let noise = match self.run.noise {
            Some(kelvin) => kelvin / self.kelvin_per_raw(),
            None => self.frames.roughness(&mut self.scene),
        };
        let columns = self.config.columns.max(1);
        self.frames.look(&mut self.pixels, time, noise, &mut self.grid, |place| {
            sink(ThermalEvent::Notice(NoticeRow {
                time,
                notice: ThermalNotice::BadPixel,
                region: None,
                size: None,
                row: Some((place / columns) as u32),
                column: Some((place % columns) as u32),
            }));
        });
    }

    /// How far regions are to be moved, rows and columns, and whether a direction is not seen.
    #[cfg(feature = "spectrum")]
    fn follow(&mut self) -> ([i32; 2], bool) {
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
    fn follow(&mut self) -> ([i32; 2], bool) {
        ([0, 0], false)
    }

    /// Watches that no region loses its limb.
    fn watch(&mut self, moment: Moment, sink: &mut impl FnMut(ThermalEvent)) {
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
                    time: moment.time,
                    notice: told,
                    region: Some(place as u8),
                    size: None,
                    row: None,
                    column: None,
                }));
            }
        }
    }

    /// Reads all regions.
    fn read(&mut self, moment: Moment, sink: &mut impl FnMut(ThermalEvent)) {
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
        let reading = row.filter(|row| row.reason.is_none() || row.shutter).and_then(|row| row.mean);
        if reading.is_none() != anchor.is_lost {
            anchor.is_lost = reading.is_none();
            if anchor.is_lost {
                sink(ThermalEvent::Notice(NoticeRow {
                    time: moment.time,
                    notice: ThermalNotice::ReferenceLost,
                    region: Some(anchor.region as u8),
                    size: None,
                    row: None,
                    column: None,
                }));
            }
        }
        let reading = reading?;
        if let Some(known) = anchor.known {
            return Some(known - reading);
        }
        let settling = self.run.first.is_some_and(|first| moment.time - first <= SETTLING);
        if anchor.count == 0 || (settling && !moment.is_cut) {
            anchor.sum += reading;
            anchor.count += 1;
        }
        Some(anchor.sum / f64::from(anchor.count) - reading)
    }

    /// Hands out the frames that were taken before `time`.
    fn release(&mut self, time: f64, sink: &mut impl FnMut(ThermalEvent)) {
        // While the shutter is shut, what lies before it is not settled before it is known where it ends.
        while self.waiting.front().is_some_and(|row| row.time < time) {
            self.settle(sink);
        }
    }

    /// Hands out the oldest frame.
    fn settle(&mut self, sink: &mut impl FnMut(ThermalEvent)) {
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
        if let Some([start, end]) = self.config.baseline {
            if accepted && of.time >= start && of.time < end {
                pair.sum += delta.unwrap_or(0.0);
                pair.count += 1;
            }
            if of.time >= end && pair.count > 0 {
                change = delta.map(|delta| delta - pair.sum / f64::from(pair.count));
            } else {
                reason = reason.or(Some(ThermalReason::NoBaseline));
            }
        }
        let (time, difference) = (of.time, place as u8);
        let each = item(of, delta.unwrap_or(0.0));
        sink(ThermalEvent::Difference(DifferenceRow { time, difference, delta, change, accepted, reason }));
        if accepted {
            aggregate.push(each, |mean| sink(ThermalEvent::DifferenceMean(mean)));
        } else {
            aggregate.advance(time, |mean| sink(ThermalEvent::DifferenceMean(mean)));
        }
    }
}

fn item(row: &RegionRow, value: f64) -> Item {
    Item { time: row.time, value, segment: row.segment, is_warming: row.warming }
}

fn notice(time: f64, notice: ThermalNotice, size: Option<f64>) -> ThermalEvent {
    ThermalEvent::Notice(NoticeRow { time, notice, region: None, size, row: None, column: None })
}
