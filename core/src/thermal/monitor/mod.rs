//! The pipeline that one stream of frames flows through.
//!
//! Per frame: repeated and backward frames are told and left out; the change of the whole scene is judged for a shutter; bad pixels and
//! lost limbs are looked for each second; regions are read, corrected against the reference where there is one, and wait for `cut`
//! seconds (1 s), because only then it is known that no shutter followed. What comes out is settled and never taken back.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::aggregate::Aggregate;
use super::config::{MIN_SCENE, ShutterRule, ThermalConfig};
use super::frame::{Frame, Telemetry};
use super::limb::LimbWatch;
use super::measure::Frames;
use super::pixels::PixelWatch;
use super::reason::{ThermalNotice, ThermalState};
use super::region::{Run, masks, runs};
use super::row::{NoticeRow, RegionRow, ThermalEvent};
use super::shutter::Scene;
use super::snapshot::{ThermalCounts, ThermalSnapshot};
use super::statistics::Grid;
use crate::error::{ConfigError, Error};
use anchor::Anchor;
use pair::Pair;

mod anchor;
mod pair;
mod reading;
mod settling;
mod shutters;
mod watches;

/// Highest frame rate for which rows wait their full time, Hz.
const FASTEST: f64 = 200.0;
/// A frame that repeats for longer is a stream that stands still, s.
const FROZEN: f64 = 2.0;

/// A region, laid onto the grid.
#[derive(Debug, Clone)]
struct Laid {
    runs: Vec<Run>,
    area: u32,
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
            Ok(Pair::new(config.place(difference.of)?, config.place(difference.minus)?))
        };
        let pairs = config.differences.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
        let anchor = match config.reference {
            Some(reference) => Some(Anchor::new(config.place(reference.region)?, reference.temperature)),
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
            let size = Some(last - time);
            sink(ThermalEvent::Notice(NoticeRow { size, ..NoticeRow::new(time, ThermalNotice::BackwardStamp) }));
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
        self.pairs.iter_mut().for_each(Pair::reset);
        self.anchor.iter_mut().for_each(Anchor::reset);
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
        self.pairs.get(difference)?.baseline()
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
            let size = Some(share);
            sink(ThermalEvent::Notice(NoticeRow { size, ..NoticeRow::new(time, ThermalNotice::WrongUnit) }));
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
}
