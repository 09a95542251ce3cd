//! A stack of frames at once: the monitor's own loop, and its results as tables.

use alloc::vec::Vec;

use ndarray::{ArrayView2, ArrayView3, Axis};

use super::config::ThermalConfig;
use super::frame::Frame;
use super::monitor::ThermalMonitor;
use super::row::{DifferenceTable, MeanTable, NoticeTable, RegionTable, ThermalEvent};
use super::snapshot::ThermalSnapshot;
use crate::error::Error;

/// What a stack of frames yields.
#[derive(Debug, Clone, PartialEq)]
pub struct ThermalAnalysis {
    /// Each region in each frame.
    pub regions: RegionTable,
    /// Regions over windows of 1, 10 and 60 s.
    pub means: MeanTable,
    /// Each difference in each frame.
    pub differences: DifferenceTable,
    /// Differences over windows of 1, 10 and 60 s.
    pub difference_means: MeanTable,
    /// What was noticed.
    pub notices: NoticeTable,
    /// Mean of each difference over the baseline, K.
    pub baselines: Vec<Option<f64>>,
    /// The stream at its end.
    pub end: ThermalSnapshot,
    /// What the analysis was made with.
    pub config: ThermalConfig,
    /// The monitor's latency, s.
    pub latency: f64,
    /// From the first to the last stamp, s.
    pub duration: f64,
}

/// Analyses frames with their time stamps, s.
///
/// The same as pushing each frame into a [`ThermalMonitor`] and finishing it. Frames are anything that becomes a [`Frame`]: views, or
/// frames with telemetry; [`frames_of`] cuts a three-dimensional array into them.
///
/// # Errors
/// As [`ThermalMonitor::new`] and [`ThermalMonitor::push`]; [`Error::LengthMismatch`] where stamps are not as many as frames.
///
/// ```
/// use ndarray::Array3;
/// use plethys::thermal::{Encoding, Shape, ThermalConfig, analyze_thermal, frames_of};
///
/// let stack = Array3::from_shape_fn((200, 24, 32), |(i, row, column)| 30_600 + ((7 * i + 3 * row + column) % 31) as u16);
/// let times: Vec<f64> = (0..200).map(|i| f64::from(i) / 8.0).collect();
/// let config = ThermalConfig::new(24, 32, Encoding::LEPTON)
///     .region("left", Shape::Rectangle { top: 8, bottom: 16, left: 4, right: 12 })?
///     .mirrored("right", "left", 16.0)?
///     .difference("side", "right", "left")?;
/// let analysis = analyze_thermal(frames_of(stack.view()), &times, config)?;
/// assert_eq!(analysis.regions.len(), 400);
/// let (time, mean) = analysis.series("left");
/// assert_eq!((time.len(), mean[0] > 32.9 && mean[0] < 33.2), (200, true));
/// # Ok::<(), plethys::Error>(())
/// ```
pub fn analyze_thermal<'a, F: Into<Frame<'a>>>(
    frames: impl IntoIterator<Item = F>,
    times: &[f64],
    config: ThermalConfig,
) -> Result<ThermalAnalysis, Error> {
    let mut monitor = ThermalMonitor::new(config)?;
    let mut tables = ThermalTables::default();
    let mut count = 0;
    for frame in frames {
        if let Some(&time) = times.get(count) {
            monitor.push(frame, time, &mut |event| tables.push(event))?;
        }
        count += 1;
    }
    if count != times.len() {
        return Err(Error::LengthMismatch { argument: "times", length: times.len(), expected: count });
    }
    monitor.finish(&mut |event| tables.push(event));
    Ok(ThermalAnalysis::new(&monitor, tables))
}

/// The frames of a stack (time, row, column) of counts (`u16`), or of temperatures in °C (`f32`, `f64`).
pub fn frames_of<'a, T: 'a>(stack: ArrayView3<'a, T>) -> impl Iterator<Item = Frame<'a>>
where
    Frame<'a>: From<ArrayView2<'a, T>>,
{
    (0..stack.len_of(Axis(0))).map(move |i| Frame::from(stack.index_axis_move(Axis(0), i)))
}

/// Events, sorted into tables: a sink for [`ThermalMonitor::push`] where rows are wanted as columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ThermalTables {
    /// Each region in each frame.
    pub regions: RegionTable,
    /// Regions over windows.
    pub means: MeanTable,
    /// Each difference in each frame.
    pub differences: DifferenceTable,
    /// Differences over windows.
    pub difference_means: MeanTable,
    /// What was noticed.
    pub notices: NoticeTable,
}

impl ThermalTables {
    /// Empties all tables, keeping their memory.
    pub fn clear(&mut self) {
        self.regions.clear();
        self.means.clear();
        self.differences.clear();
        self.difference_means.clear();
        self.notices.clear();
    }

    /// Appends an event to its table; allocates as a `Vec` does.
    pub fn push(&mut self, event: ThermalEvent) {
        match event {
            ThermalEvent::Region(row) => self.regions.push(&row),
            ThermalEvent::Mean(row) => self.means.push(&row),
            ThermalEvent::Difference(row) => self.differences.push(&row),
            ThermalEvent::DifferenceMean(row) => self.difference_means.push(&row),
            ThermalEvent::Notice(row) => self.notices.push(&row),
        }
    }
}

impl ThermalAnalysis {
    /// What a finished monitor's events amount to.
    pub fn new(monitor: &ThermalMonitor, tables: ThermalTables) -> Self {
        let end = monitor.snapshot();
        let config = monitor.config().clone();
        Self {
            regions: tables.regions,
            means: tables.means,
            differences: tables.differences,
            difference_means: tables.difference_means,
            notices: tables.notices,
            baselines: (0..config.differences.len()).map(|place| monitor.baseline(place)).collect(),
            latency: monitor.latency(),
            duration: end.time.zip(monitor.start()).map_or(0.0, |(last, first)| last - first),
            end,
            config,
        }
    }

    /// Whether levels of different times may be compared: there is a reference, or no shutter came between.
    ///
    /// Differences within a frame may be compared in any case.
    pub fn is_comparable(&self) -> bool {
        self.config.reference.is_some() || self.end.segment == 0
    }

    /// Times (s) and means (°C) of a region's accepted rows; empty for an unknown name.
    pub fn series(&self, region: &str) -> (Vec<f64>, Vec<f64>) {
        let Some(place) = self.config.region_place(region) else {
            return (Vec::new(), Vec::new());
        };
        let table = &self.regions;
        let rows = table.number("time").iter().zip(table.number("mean"));
        let kept = rows.zip(table.flag("accepted")).zip(table.code("region"));
        kept.filter(|((_, accepted), code)| **accepted && usize::from(**code) == place)
            .map(|(((time, mean), _), _)| (*time, *mean))
            .unzip()
    }

    /// Times (s) and values (K) of a difference's accepted rows; empty for an unknown name.
    pub fn difference_series(&self, difference: &str) -> (Vec<f64>, Vec<f64>) {
        let known = self.config.differences.iter().position(|pair| pair.name.as_str() == difference);
        let Some(place) = known else {
            return (Vec::new(), Vec::new());
        };
        let table = &self.differences;
        let rows = table.number("time").iter().zip(table.number("delta"));
        let kept = rows.zip(table.flag("accepted")).zip(table.code("difference"));
        kept.filter(|((_, accepted), code)| **accepted && usize::from(**code) == place)
            .map(|(((time, delta), _), _)| (*time, *delta))
            .unzip()
    }

    /// Centres (s) and means (°C) of a region over windows of `window` s (1, 10 or 60) that are covered to at least half.
    pub fn mean_series(&self, region: &str, window: f64) -> (Vec<f64>, Vec<f64>) {
        self.config.region_place(region).map_or_else(Default::default, |place| windows(&self.means, place, window))
    }

    /// The same of a difference, K.
    pub fn difference_mean_series(&self, difference: &str, window: f64) -> (Vec<f64>, Vec<f64>) {
        let known = self.config.differences.iter().position(|pair| pair.name.as_str() == difference);
        known.map_or_else(Default::default, |place| windows(&self.difference_means, place, window))
    }
}

fn windows(table: &MeanTable, place: usize, window: f64) -> (Vec<f64>, Vec<f64>) {
    let rows = table.number("time").iter().zip(table.number("mean")).zip(table.number("window"));
    let kept = rows.zip(table.number("coverage")).zip(table.code("region"));
    kept.filter(|(((_, length), coverage), code)| {
        **length == window && **coverage >= 0.5 && usize::from(**code) == place
    })
    .map(|((((time, mean), _), _), _)| (*time, *mean))
    .unzip()
}
