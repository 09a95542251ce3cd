//! What a study answers: one type for each table.

use alloc::string::String;
use alloc::vec::Vec;

use super::course::CourseRow;
use super::row::{Rows, record};
use super::shape::ShapeRow;
use super::summary::SummaryRow;

record! {
    /// A phase on the study's clock.
    PhaseRow, "phases" {
        /// Id of the phase.
        phase: String => "",
        /// What it is.
        kind: &'static str => "",
        /// The visit it belongs to.
        visit: String => "",
        /// Start, study time.
        start: f64 => "s",
        /// End, study time.
        end: f64 => "s",
        /// Counts how often the sensors were put on; phases with equal numbers share one placement.
        placement: usize => "1",
        /// Whether the placement was assumed, as the study does not say it.
        placement_assumed: bool => "",
        /// Whether its visit is a sham session.
        sham: bool => "",
    }
}

record! {
    /// A window that levels are given for.
    WindowRow, "windows" {
        /// Id of the window.
        window: String => "",
        /// Id of its phase.
        phase: String => "",
        /// Kind of its phase.
        kind: &'static str => "",
        /// Visit of its phase.
        visit: String => "",
        /// Start, study time.
        start: f64 => "s",
        /// End, study time.
        end: f64 => "s",
        /// Whether its visit is a sham session.
        sham: bool => "",
    }
}

record! {
    /// A channel as the study knows it, with what came of it.
    ChannelRow, "channels" {
        /// Id of the channel.
        channel: String => "",
        /// What the sensor is.
        signal: &'static str => "",
        /// Where it sits.
        site: Option<String> => "",
        /// Side of the body.
        side: &'static str => "",
        /// The part it plays.
        role: &'static str => "",
        /// Unit of its values.
        unit: String => "",
        /// Chart gain.
        gain_mm_per_mmhg: Option<f64> => "mm/mm[Hg]",
        /// Target pressure of the cuff.
        cuff_pressure: Option<f64> => "mm[Hg]",
        /// When its calibration was made.
        calibration_date: Option<String> => "",
        /// Number of recordings that gave data.
        recordings: usize => "1",
        /// Length of its recordings together.
        recorded: f64 => "s",
        /// Number of accepted values of its first measure, all recordings together.
        accepted: usize => "1",
        /// Number of rejected values of its first measure.
        rejected: usize => "1",
    }
}

record! {
    /// One channel of one recording: what the study was told about it.
    SourceRow, "sources" {
        /// Id of the channel.
        channel: String => "",
        /// Id of the recording.
        recording: String => "",
        /// The file.
        file: Option<String> => "",
        /// The column in it.
        column: String => "",
        /// Visit of the recording.
        visit: String => "",
        /// Start, study time.
        start: f64 => "s",
        /// End, study time.
        end: f64 => "s",
        /// Samples per second.
        sample_rate: Option<f64> => "Hz",
        /// What was added to its clock.
        clock_offset: f64 => "s",
        /// How much longer than a second its seconds are.
        clock_drift_ppm: f64 => "[ppm]",
        /// SHA-256 of the file, where it was given.
        sha256: Option<String> => "",
    }
}

record! {
    /// The level of one measure of one channel in one window.
    Level, "levels" {
        /// Id of the channel.
        channel: String => "",
        /// What was measured.
        measure: String => "",
        /// The column of the beat table that it was read from.
        source: String => "",
        /// Unit of the measure.
        unit: String => "",
        /// `ratio`: compared as ln ratios; `difference`: compared as differences.
        scale: &'static str => "",
        /// Id of the window.
        window: String => "",
        /// Number of values that it rests on.
        accepted: usize => "1",
        /// Number of values left out; reasons in `rejections`.
        rejected: usize => "1",
        /// Signal in the window, gaps between values left out.
        covered: f64 => "s",
        /// Whether that is less than the settings' limit.
        short: bool => "",
        /// Median: the level.
        median: Option<f64> => "measure",
        /// Mean.
        mean: Option<f64> => "measure",
        /// Mean without the lowest and the highest tenth.
        trimmed_mean: Option<f64> => "measure",
        /// First quartile.
        quartile_1: Option<f64> => "measure",
        /// Third quartile.
        quartile_3: Option<f64> => "measure",
        /// Lower end of the level's interval (equal-weighted cosines).
        low: Option<f64> => "measure",
        /// Upper end of the level's interval.
        high: Option<f64> => "measure",
        /// Standard error of the level on the scale of comparison.
        standard_error: Option<f64> => "working",
        /// Degrees of freedom: the number of cosines.
        degrees_of_freedom: Option<f64> => "1",
        /// Lower end by the studentised block bootstrap.
        bootstrap_low: Option<f64> => "measure",
        /// Upper end by the studentised block bootstrap.
        bootstrap_high: Option<f64> => "measure",
        /// Number of its blocks.
        bootstrap_blocks: usize => "1",
        /// Lower end if values were independent: wrong, for comparison only.
        independent_low: Option<f64> => "measure",
        /// Upper end if values were independent: wrong, for comparison only.
        independent_high: Option<f64> => "measure",
        /// Why there is no level or no interval.
        absent: Option<&'static str> => "",
    }
}

record! {
    /// How many values of a window were left out for one reason.
    Rejection, "rejections" {
        /// Id of the channel.
        channel: String => "",
        /// What was measured.
        measure: String => "",
        /// Id of the window.
        window: String => "",
        /// Why: a name of `Reason`.
        reason: &'static str => "",
        /// How many.
        count: usize => "1",
    }
}

record! {
    /// How a window differs from the baselines of its session.
    Change, "changes" {
        /// Id of the channel.
        channel: String => "",
        /// What was measured.
        measure: String => "",
        /// Unit of the measure.
        unit: String => "",
        /// `ratio` or `difference`.
        scale: &'static str => "",
        /// Id of the window.
        window: String => "",
        /// Ids of the baseline windows that it is compared with.
        against: String => "",
        /// Number of placements among the baselines.
        baselines: usize => "1",
        /// Level of the baselines: on ratios the geometric mean of their medians.
        baseline: Option<f64> => "measure",
        /// Level of the window.
        level: Option<f64> => "measure",
        /// Level minus baseline.
        absolute: Option<f64> => "measure",
        /// Change in percent of the baseline; ratios only.
        percent: Option<f64> => "%",
        /// Lower end of its interval.
        percent_low: Option<f64> => "%",
        /// Upper end of its interval.
        percent_high: Option<f64> => "%",
        /// Change on the scale of comparison: the ln ratio, or the difference.
        change: Option<f64> => "working",
        /// Lower end of its interval (equal-weighted cosines, Welch).
        low: Option<f64> => "working",
        /// Upper end of its interval.
        high: Option<f64> => "working",
        /// Degrees of freedom of the interval.
        degrees_of_freedom: Option<f64> => "1",
        /// Lower end by the studentised block bootstrap.
        bootstrap_low: Option<f64> => "working",
        /// Upper end by the studentised block bootstrap.
        bootstrap_high: Option<f64> => "working",
        /// Lower end of the beat-by-beat t-test: wrong, for comparison only.
        independent_low: Option<f64> => "working",
        /// Upper end of the beat-by-beat t-test: wrong, for comparison only.
        independent_high: Option<f64> => "working",
        /// Standard deviation within the person from placement to placement.
        s_w: Option<f64> => "working",
        /// Minimal detectable change; absent while not established.
        detectable: Option<f64> => "working",
        /// The same in percent upwards; ratios only.
        detectable_percent: Option<f64> => "%",
        /// Where `s_w` is from: `baselines`, `pooled`, or `none`.
        detectable_from: &'static str => "",
        /// `session`: baseline and window share one placement of the sensors; `placements`: they do not.
        scope: &'static str => "",
        /// `claimed`, `not_claimed`, `not_established` or `unsupported`.
        verdict: &'static str => "",
        /// What the verdict rests on, or why there is none.
        why: &'static str => "",
        /// The same as a sentence.
        text: String => "",
        /// Whether a window of the comparison is short.
        short: bool => "",
    }
}

record! {
    /// How the change of one channel differs from that of a reference, from time-paired values.
    DifferenceInDifferences, "differences" {
        /// Id of the tested channel.
        channel: String => "",
        /// Id of the reference channel; for a sham session the channel itself.
        reference: String => "",
        /// `channel`: against a reference channel; `sham`: against the same channel in the sham session.
        against: &'static str => "",
        /// What was measured.
        measure: String => "",
        /// `ratio` or `difference`.
        scale: &'static str => "",
        /// Unit of the measure.
        unit: String => "",
        /// Id of the window.
        window: String => "",
        /// Number of pairs in the window.
        pairs: usize => "1",
        /// Number of pairs in the baselines together.
        baseline_pairs: usize => "1",
        /// Difference of the changes on the scale of comparison.
        change: Option<f64> => "working",
        /// Lower end of its interval (equal-weighted cosines on the paired differences).
        low: Option<f64> => "working",
        /// Upper end of its interval.
        high: Option<f64> => "working",
        /// The same in percent; ratios only.
        percent: Option<f64> => "%",
        /// Lower end in percent.
        percent_low: Option<f64> => "%",
        /// Upper end in percent.
        percent_high: Option<f64> => "%",
        /// Degrees of freedom.
        degrees_of_freedom: Option<f64> => "1",
        /// `claimed`, `not_claimed` or `unsupported`.
        verdict: &'static str => "",
        /// Why there is none.
        absent: Option<&'static str> => "",
        /// The same as a sentence.
        text: String => "",
    }
}

record! {
    /// Right against left in one window, from time-paired values.
    Asymmetry, "asymmetries" {
        /// Id of the right channel.
        right: String => "",
        /// Id of the left channel.
        left: String => "",
        /// What was measured.
        measure: String => "",
        /// `ratio` or `difference`.
        scale: &'static str => "",
        /// Unit of the measure.
        unit: String => "",
        /// Id of the window.
        window: String => "",
        /// Number of pairs.
        pairs: usize => "1",
        /// Asymmetry index 100 (R − L) / ((R + L) / 2); ratios only.
        index: Option<f64> => "%",
        /// Lower end of its interval.
        index_low: Option<f64> => "%",
        /// Upper end of its interval.
        index_high: Option<f64> => "%",
        /// R / L; ratios only.
        ratio: Option<f64> => "1",
        /// ln ratio, or R − L.
        difference: Option<f64> => "working",
        /// Lower end of its interval.
        low: Option<f64> => "working",
        /// Upper end of its interval.
        high: Option<f64> => "working",
        /// How far it moved from that of the baselines.
        change: Option<f64> => "working",
        /// Lower end of that.
        change_low: Option<f64> => "working",
        /// Upper end of that.
        change_high: Option<f64> => "working",
        /// Why there is none.
        absent: Option<&'static str> => "",
    }
}

record! {
    /// How long a change lasted, as an interval.
    Duration, "durations" {
        /// Id of the channel.
        channel: String => "",
        /// What was measured.
        measure: String => "",
        /// `between`, `at_least`, `none`, `returned` or `not_established`.
        outcome: &'static str => "",
        /// The last window whose change exceeds the minimal detectable one.
        last_above: Option<String> => "",
        /// The first window after it whose change does not.
        first_below: Option<String> => "",
        /// From the end of the intervention to the end of the last window above.
        at_least: Option<f64> => "s",
        /// From the end of the intervention to the start of the first window below.
        at_most: Option<f64> => "s",
        /// The same as a sentence.
        text: String => "",
    }
}

record! {
    /// What may not be concluded, and why; or what a reader has to know.
    ///
    /// Codes: `one_limb`, `no_reference`, `treated_limb_is_no_control`, `no_sham`, `one_baseline`, `two_baselines`, `placement_assumed`,
    /// `session_only`, `interval_within_session`, `short_window`, `unit_unstated`, `nothing_after`, `one_person`, `many_comparisons`.
    Finding, "findings" {
        /// Which one; see the type.
        code: &'static str => "",
        /// Id of the channel, where it is about one.
        channel: Option<String> => "",
        /// The measure, where it is about one.
        measure: Option<String> => "",
        /// Id of the window, where it is about one.
        window: Option<String> => "",
        /// A plain sentence.
        text: String => "",
    }
}

record! {
    /// What went wrong with the data, and where; everything else stands.
    ///
    /// Codes of the engine: `no_phases`, `unknown_marker`, `phase_backwards`, `phases_overlap`, `phase_outside`, `phase_partly_outside`,
    /// `recordings_overlap`, `rate_differs` (from what the study says), `rates_differ` (between recordings or compared channels),
    /// `clocks_apart`, `no_beats`, `unknown_measure`; callers add those of files ([`Measurements::add_failure`](super::Measurements::add_failure)).
    Problem, "problems" {
        /// Which one.
        code: &'static str => "",
        /// Id of the recording, where it is about one.
        recording: Option<String> => "",
        /// Id of the channel, where it is about one.
        channel: Option<String> => "",
        /// Id of the phase, where it is about one.
        phase: Option<String> => "",
        /// Id of the window, where it is about one.
        window: Option<String> => "",
        /// A plain sentence that says what and where.
        text: String => "",
    }
}

impl Problem {
    pub(crate) fn new(code: &'static str, text: String) -> Self {
        Self { code, recording: None, channel: None, phase: None, window: None, text }
    }

    pub(crate) fn phase(code: &'static str, phase: &str, text: String) -> Self {
        Self { phase: Some(phase.into()), ..Self::new(code, text) }
    }

    pub(crate) fn source(code: &'static str, channel: &str, recording: &str, text: String) -> Self {
        Self { channel: Some(channel.into()), recording: Some(recording.into()), ..Self::new(code, text) }
    }

    pub(crate) fn window(code: &'static str, channel: &str, window: &str, text: String) -> Self {
        Self { channel: Some(channel.into()), window: Some(window.into()), ..Self::new(code, text) }
    }
}

/// All that a study answers; the order of rows is that of the study file and of time, and the same bytes come of the same bytes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Title of the study.
    pub title: String,
    /// Code of the person.
    pub subject: String,
    /// Calendar time of study time 0 (ISO 8601), where it is known.
    pub start: Option<String>,
    /// The study's note.
    pub note: String,
    /// Version of the software.
    pub version: &'static str,
    /// SHA-256 of the study and its settings, hexadecimal.
    pub settings_hash: String,
    /// SHA-256 of all series that went in, hexadecimal.
    pub input_hash: String,
    /// Seed of the bootstrap.
    pub seed: u64,
    /// Intervals are of 1 − alpha.
    pub alpha: f64,
    /// Level and change side by side, a row for each channel, measure and window.
    pub summary: Vec<SummaryRow>,
    /// The phases, in order of time.
    pub phases: Vec<PhaseRow>,
    /// The windows, in order of time.
    pub windows: Vec<WindowRow>,
    /// The channels.
    pub channels: Vec<ChannelRow>,
    /// Channel by channel, the recordings it came from.
    pub sources: Vec<SourceRow>,
    /// Levels.
    pub levels: Vec<Level>,
    /// Values left out, by reason.
    pub rejections: Vec<Rejection>,
    /// Changes from baseline.
    pub changes: Vec<Change>,
    /// Differences in differences.
    pub differences: Vec<DifferenceInDifferences>,
    /// Right against left.
    pub asymmetries: Vec<Asymmetry>,
    /// How long changes lasted.
    pub durations: Vec<Duration>,
    /// Each measure minute by minute.
    pub course: Vec<CourseRow>,
    /// Averaged beats; empty until [`Report::add_shapes`].
    pub shapes: Vec<ShapeRow>,
    /// What may not be concluded.
    pub findings: Vec<Finding>,
    /// What went wrong.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Every table, in the order of the fields.
    pub fn tables(&self) -> Vec<Rows> {
        alloc::vec![
            Rows::of(&self.summary),
            Rows::of(&self.phases),
            Rows::of(&self.windows),
            Rows::of(&self.channels),
            Rows::of(&self.sources),
            Rows::of(&self.levels),
            Rows::of(&self.rejections),
            Rows::of(&self.changes),
            Rows::of(&self.differences),
            Rows::of(&self.asymmetries),
            Rows::of(&self.durations),
            Rows::of(&self.course),
            Rows::of(&self.shapes),
            Rows::of(&self.findings),
            Rows::of(&self.problems),
        ]
    }

    /// The table with this name, such as `levels`.
    pub fn table(&self, name: &str) -> Option<Rows> {
        self.tables().into_iter().find(|rows| rows.name == name)
    }
}
