//! What a thermal monitor hands out, and its tables.

use super::reason::{ThermalNotice, ThermalReason};
use crate::table::{Column, ColumnUnit, Row, Table, by_name, cell, column};

/// One region in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegionRow {
    /// Time stamp of the frame, s.
    pub time: f64,
    /// Place of the region in the configuration.
    pub region: u8,
    /// Mean, °C.
    pub mean: Option<f64>,
    /// Median, °C.
    pub median: Option<f64>,
    /// Standard deviation of the pixels, K.
    pub sd: Option<f64>,
    /// 5th percentile, °C.
    pub p5: Option<f64>,
    /// 95th percentile, °C.
    pub p95: Option<f64>,
    /// Pixels that entered.
    pub count: u32,
    /// What was added to correct the camera's drift, K; absent without a reference.
    pub correction: Option<f64>,
    /// Number of the stretch between two shutters, from 0: without a reference, levels of two of them are not to be compared.
    pub segment: u32,
    /// How far the limb has moved since the first frame, pixels to the right; absent where it is not followed.
    pub shift_x: Option<f64>,
    /// How far it has moved down, pixels.
    pub shift_y: Option<f64>,
    /// Whether the row enters means, differences, trends and studies.
    pub accepted: bool,
    /// Within the cut around a shutter.
    pub shutter: bool,
    /// While the camera warms up.
    pub warming: bool,
    /// Of fewer than 25 pixels.
    pub few_pixels: bool,
    /// The limb has left the region.
    pub limb_left: bool,
    /// More than a tenth of the region, moved along with the limb, lies outside the frame.
    pub out_of_frame: bool,
    /// The limb is followed, and along one direction its movement cannot be seen.
    pub unobservable: bool,
    /// Why the row is not accepted.
    pub reason: Option<ThermalReason>,
}

/// A region, or a difference of two, over a window of 1, 10 or 60 s; of accepted rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanRow {
    /// Centre of the window, s; windows begin at multiples of their length.
    pub time: f64,
    /// Length of the window, s.
    pub window: f64,
    /// Place of the region, or of the difference, in the configuration.
    pub region: u8,
    /// Mean of the frames' means, °C, or K of a difference.
    pub mean: f64,
    /// Standard deviation of the frames' means, K; absent of one frame.
    pub sd: Option<f64>,
    /// Frames that entered.
    pub frames: u32,
    /// Share of the window that they span.
    pub coverage: f64,
    /// The segment of the first of them.
    pub segment: u32,
    /// Whether they belong to more than one segment.
    pub crossing: bool,
    /// Whether the camera was warming up.
    pub warming: bool,
}

/// The difference of two regions in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifferenceRow {
    /// Time stamp of the frame, s.
    pub time: f64,
    /// Place of the difference in the configuration.
    pub difference: u8,
    /// Right minus left, or distal minus proximal, K.
    pub delta: Option<f64>,
    /// Its change from the person's own baseline, K; absent until that is over.
    pub change: Option<f64>,
    /// Whether it enters means and studies.
    pub accepted: bool,
    /// Why the difference, or its change, is absent, or the row not accepted.
    pub reason: Option<ThermalReason>,
}

/// Something that was noticed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoticeRow {
    /// When, s.
    pub time: f64,
    /// What.
    pub notice: ThermalNotice,
    /// Place of the region that it is about.
    pub region: Option<u8>,
    /// Its size; see [`ThermalNotice`].
    pub size: Option<f64>,
    /// Row of the pixel that it is about.
    pub row: Option<u32>,
    /// Column of that pixel.
    pub column: Option<u32>,
}

impl NoticeRow {
    /// Of the whole frame.
    pub(crate) fn new(time: f64, notice: ThermalNotice) -> Self {
        Self { time, notice, region: None, size: None, row: None, column: None }
    }
}

/// What a push can bring about.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ThermalEvent {
    /// A region in a frame, settled: 1 s and a frame after it was taken.
    Region(RegionRow),
    /// A difference in a frame, settled likewise.
    Difference(DifferenceRow),
    /// A region's mean over a window, once that is over.
    Mean(MeanRow),
    /// A difference's mean over a window.
    DifferenceMean(MeanRow),
    /// Something noticed, at once.
    Notice(NoticeRow),
}

/// Columns of numbers of a table of regions, in order.
pub const REGION_NUMBERS: [Column; 11] = [
    column("time", ColumnUnit::Seconds, "time stamp of the frame"),
    column("mean", ColumnUnit::Celsius, "mean of the region"),
    column("median", ColumnUnit::Celsius, "median of the region"),
    column("sd", ColumnUnit::Kelvin, "standard deviation of its pixels"),
    column("p5", ColumnUnit::Celsius, "5th percentile"),
    column("p95", ColumnUnit::Celsius, "95th percentile"),
    column("count", ColumnUnit::One, "pixels that entered"),
    column("correction", ColumnUnit::Kelvin, "added against the camera's drift"),
    column("segment", ColumnUnit::One, "number of the stretch between two shutters"),
    column("shift_x", ColumnUnit::One, "pixels to the right since the first frame"),
    column("shift_y", ColumnUnit::One, "pixels down since the first frame"),
];

/// Columns of truth values of a table of regions, in order.
pub const REGION_FLAGS: [&str; 7] =
    ["accepted", "shutter", "warming", "few_pixels", "limb_left", "out_of_frame", "unobservable"];

/// Columns of codes of a table of regions, in order: place of the region (from 0), and [`ThermalReason`] (0 is absent).
pub const REGION_CODES: [&str; 2] = ["region", "reason"];

/// Columns of numbers of a table of means, in order.
pub const MEAN_NUMBERS: [Column; 7] = [
    column("time", ColumnUnit::Seconds, "centre of the window"),
    column("window", ColumnUnit::Seconds, "length of the window"),
    column("mean", ColumnUnit::Celsius, "mean of the frames; K of a difference"),
    column("sd", ColumnUnit::Kelvin, "standard deviation of the frames"),
    column("frames", ColumnUnit::One, "frames that entered"),
    column("coverage", ColumnUnit::One, "share of the window that they span"),
    column("segment", ColumnUnit::One, "number of the stretch between two shutters"),
];

/// Columns of truth values of a table of means, in order.
pub const MEAN_FLAGS: [&str; 2] = ["crossing", "warming"];

/// Columns of codes of a table of means, in order: place of the region, or of the difference, from 0.
pub const MEAN_CODES: [&str; 1] = ["region"];

/// Columns of numbers of a table of differences, in order.
pub const DIFFERENCE_NUMBERS: [Column; 3] = [
    column("time", ColumnUnit::Seconds, "time stamp of the frame"),
    column("delta", ColumnUnit::Kelvin, "right minus left, or distal minus proximal"),
    column("change", ColumnUnit::Kelvin, "its change from the baseline"),
];

/// Columns of truth values of a table of differences, in order.
pub const DIFFERENCE_FLAGS: [&str; 1] = ["accepted"];

/// Columns of codes of a table of differences, in order: place of the difference (from 0), and [`ThermalReason`] (0 is absent).
pub const DIFFERENCE_CODES: [&str; 2] = ["difference", "reason"];

/// Columns of numbers of a table of notices, in order.
pub const NOTICE_NUMBERS: [Column; 4] = [
    column("time", ColumnUnit::Seconds, "when"),
    column("size", ColumnUnit::One, "its size, in the unit of its kind"),
    column("row", ColumnUnit::One, "row of the pixel"),
    column("column", ColumnUnit::One, "column of the pixel"),
];

/// Columns of truth values of a table of notices: none.
pub const NOTICE_FLAGS: [&str; 0] = [];

/// Columns of codes of a table of notices, in order: [`ThermalNotice`], and 1 + place of the region (0 is none).
pub const NOTICE_CODES: [&str; 2] = ["notice", "region"];

/// Regions frame by frame, as columns; see [`REGION_NUMBERS`], [`REGION_FLAGS`], [`REGION_CODES`].
pub type RegionTable = Table<11, 7, 2>;

/// Means over windows, as columns; see [`MEAN_NUMBERS`], [`MEAN_FLAGS`], [`MEAN_CODES`].
pub type MeanTable = Table<7, 2, 1>;

/// Differences frame by frame, as columns; see [`DIFFERENCE_NUMBERS`], [`DIFFERENCE_FLAGS`], [`DIFFERENCE_CODES`].
pub type DifferenceTable = Table<3, 1, 2>;

/// Notices, as columns; see [`NOTICE_NUMBERS`], [`NOTICE_CODES`].
pub type NoticeTable = Table<4, 0, 2>;

by_name!(RegionTable, REGION_NUMBERS, REGION_FLAGS, REGION_CODES);
by_name!(MeanTable, MEAN_NUMBERS, MEAN_FLAGS, MEAN_CODES);
by_name!(DifferenceTable, DIFFERENCE_NUMBERS, DIFFERENCE_FLAGS, DIFFERENCE_CODES);
by_name!(NoticeTable, NOTICE_NUMBERS, NOTICE_FLAGS, NOTICE_CODES);

impl Row<11, 7, 2> for RegionRow {
    fn numbers(&self) -> [f64; 11] {
        [
            self.time,
            cell(self.mean),
            cell(self.median),
            cell(self.sd),
            cell(self.p5),
            cell(self.p95),
            f64::from(self.count),
            cell(self.correction),
            f64::from(self.segment),
            cell(self.shift_x),
            cell(self.shift_y),
        ]
    }

    fn flags(&self) -> [bool; 7] {
        [
            self.accepted,
            self.shutter,
            self.warming,
            self.few_pixels,
            self.limb_left,
            self.out_of_frame,
            self.unobservable,
        ]
    }

    fn codes(&self) -> [u8; 2] {
        [self.region, self.reason.map_or(0, ThermalReason::code)]
    }
}

impl Row<7, 2, 1> for MeanRow {
    fn numbers(&self) -> [f64; 7] {
        let (frames, segment) = (f64::from(self.frames), f64::from(self.segment));
        [self.time, self.window, self.mean, cell(self.sd), frames, self.coverage, segment]
    }

    fn flags(&self) -> [bool; 2] {
        [self.crossing, self.warming]
    }

    fn codes(&self) -> [u8; 1] {
        [self.region]
    }
}

impl Row<3, 1, 2> for DifferenceRow {
    fn numbers(&self) -> [f64; 3] {
        [self.time, cell(self.delta), cell(self.change)]
    }

    fn flags(&self) -> [bool; 1] {
        [self.accepted]
    }

    fn codes(&self) -> [u8; 2] {
        [self.difference, self.reason.map_or(0, ThermalReason::code)]
    }
}

impl Row<4, 0, 2> for NoticeRow {
    fn numbers(&self) -> [f64; 4] {
        [self.time, cell(self.size), cell(self.row.map(f64::from)), cell(self.column.map(f64::from))]
    }

    fn flags(&self) -> [bool; 0] {
        []
    }

    fn codes(&self) -> [u8; 2] {
        [self.notice.code(), self.region.map_or(0, |region| region.saturating_add(1))]
    }
}
