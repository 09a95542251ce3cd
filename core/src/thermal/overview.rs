//! A region, or a difference of two, over a whole recording: the line of a table that a person reads first.

use alloc::vec::Vec;

use super::analysis::ThermalAnalysis;
use super::reason::ThermalReason;

/// Stretch at either end of which the mean is given, s.
const END: f64 = 60.0;
/// Shortest recording of which a rate is given, s.
const SHORTEST: f64 = 60.0;

/// A region (°C), or a difference of two (K), over a whole recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overview {
    /// Rows that were accepted; each is a frame.
    pub accepted: u32,
    /// Rows that were left out.
    pub left_out: u32,
    /// Why most of these were.
    pub left_out_reason: Option<ThermalReason>,
    /// Mean of the accepted rows; absent without one.
    pub mean: Option<f64>,
    /// From the first to the last, where levels of different times may be compared.
    pub course: Option<Trajectory>,
    /// Why there is no mean or no course.
    pub reason: Option<ThermalReason>,
}

/// How a temperature went from the first to the last accepted row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trajectory {
    /// Mean of the rows in the first minute, or in the first half of two minutes or less.
    pub first: f64,
    /// Mean of the rows in the last minute, likewise.
    pub last: f64,
    /// Lowest row.
    pub lowest: f64,
    /// Highest row.
    pub highest: f64,
    /// Slope of the straight line through all rows (least squares), K/min; absent below one minute.
    pub rate: Option<f64>,
}

impl ThermalAnalysis {
    /// A region over the whole recording; `None` for an unknown name.
    ///
    /// Its course is absent ([`ThermalReason::Unreferenced`]) where a shutter came between two rows and nothing in the frame is known
    /// to be constant.
    pub fn overview(&self, region: &str) -> Option<Overview> {
        self.overview_between(region, [f64::NEG_INFINITY, f64::INFINITY])
    }

    /// A region from `start` to below `end`, s: a phase of a protocol; `None` for an unknown name.
    pub fn overview_between(&self, region: &str, span: [f64; 2]) -> Option<Overview> {
        let place = self.config.region_place(region)?;
        let table = &self.regions;
        let rows = table.number("time").iter().zip(table.number("mean")).zip(table.flag("accepted"));
        let rows = rows.zip(table.code("reason")).zip(table.number("segment")).zip(table.code("region"));
        let rows = rows.filter(|(row, code)| usize::from(**code) == place && is_within(*row.0.0.0.0, span));
        let mut segments = rows.clone().filter(|(row, _)| *row.0.0.1).map(|(row, _)| *row.1);
        let first = segments.next();
        let is_comparable = self.config.reference.is_some() || segments.all(|segment| Some(segment) == first);
        let rows = rows.map(|(((((time, mean), accepted), reason), _), _)| (*time, *mean, *accepted, *reason));
        Some(Overview::of(rows, is_comparable))
    }

    /// A difference over the whole recording; `None` for an unknown name.
    pub fn difference_overview(&self, difference: &str) -> Option<Overview> {
        self.difference_overview_between(difference, [f64::NEG_INFINITY, f64::INFINITY])
    }

    /// A difference from `start` to below `end`, s; `None` for an unknown name.
    pub fn difference_overview_between(&self, difference: &str, span: [f64; 2]) -> Option<Overview> {
        let place = self.config.differences.iter().position(|pair| pair.name.as_str() == difference)?;
        let table = &self.differences;
        let rows = table.number("time").iter().zip(table.number("delta")).zip(table.flag("accepted"));
        let rows = rows.zip(table.code("reason")).zip(table.code("difference"));
        let rows = rows.filter(|(row, code)| usize::from(**code) == place && is_within(*row.0.0.0, span));
        let rows = rows.map(|((((time, delta), accepted), reason), _)| (*time, *delta, *accepted, *reason));
        Some(Overview::of(rows, true))
    }
}

impl ThermalAnalysis {
    /// Times (s) and values of a region (°C), or of a difference (K), whose levels may be compared: what rewarming, oscillations and flow
    /// are computed from. Of a region without a reference, the longest stretch between two shutters; otherwise every accepted row.
    /// Empty for an unknown name. Allocates.
    pub fn comparable_series(&self, name: &str) -> (Vec<f64>, Vec<f64>) {
        let Some(place) = self.config.region_place(name) else {
            return self.difference_series(name);
        };
        if self.config.reference.is_some() {
            return self.series(name);
        }
        let table = &self.regions;
        let rows = table.number("time").iter().zip(table.number("mean")).zip(table.number("segment"));
        let rows = rows.zip(table.flag("accepted")).zip(table.code("region"));
        let rows = rows.filter(|((_, accepted), code)| **accepted && usize::from(**code) == place);
        let rows = rows.map(|((((time, mean), segment), _), _)| (*time, *mean, *segment));
        let (mut best, mut part) = ((0.0, 0.0), (f64::NAN, f64::NAN, 0.0));
        for (time, _, segment) in rows.clone() {
            if segment != part.0 {
                part = (segment, time, 0.0);
            }
            part.2 = time - part.1;
            if part.2 >= best.1 {
                best = (segment, part.2);
            }
        }
        rows.filter(|row| row.2 == best.0).map(|row| (row.0, row.1)).unzip()
    }
}

fn is_within(time: f64, [start, end]: [f64; 2]) -> bool {
    time >= start && time < end
}

impl Overview {
    /// Of a series of time stamps (s) and values, in their unit; missing values are left out.
    pub fn of_series(time: &[f64], values: &[f64]) -> Self {
        let missing = ThermalReason::Missing.code();
        Self::of(time.iter().zip(values).map(|(time, value)| (*time, *value, value.is_finite(), missing)), true)
    }

    /// Of rows of time, value, acceptance and code of the reason.
    fn of(rows: impl Iterator<Item = (f64, f64, bool, u8)> + Clone, is_comparable: bool) -> Self {
        let accepted = rows.clone().filter(|row| row.2 && row.1.is_finite()).map(|(time, value, _, _)| (time, value));
        let mut reasons = [0_u32; 256];
        let mut left_out = 0;
        for (_, _, _, code) in rows.filter(|row| !row.2 || !row.1.is_finite()) {
            left_out += 1;
            if let Some(count) = reasons.get_mut(usize::from(code)) {
                *count += 1;
            }
        }
        let most = (1..=u8::MAX).rev().max_by_key(|&code| reasons[usize::from(code)]);
        let left_out_reason = most.filter(|_| left_out > 0).and_then(ThermalReason::from_code);
        let number = accepted.clone().count();
        let mean = mean(accepted.clone());
        let course = if is_comparable { Trajectory::of(&accepted) } else { None };
        let reason = match (mean, course) {
            (None, _) => Some(left_out_reason.unwrap_or(ThermalReason::TooShort)),
            (Some(_), None) => Some(ThermalReason::Unreferenced),
            (Some(_), Some(_)) => None,
        };
        Self { accepted: number as u32, left_out, left_out_reason, mean, course, reason }
    }
}

impl Trajectory {
    fn of(rows: &(impl Iterator<Item = (f64, f64)> + Clone)) -> Option<Self> {
        let (start, end) = (rows.clone().next()?.0, rows.clone().last()?.0);
        let stretch = END.min(0.5 * (end - start));
        let (low, high) =
            rows.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), row| (l.min(row.1), h.max(row.1)));
        Some(Self {
            first: mean(rows.clone().filter(|row| row.0 <= start + stretch))?,
            last: mean(rows.clone().filter(|row| row.0 >= end - stretch))?,
            lowest: low,
            highest: high,
            rate: if end - start >= SHORTEST { slope(rows).map(|slope| 60.0 * slope) } else { None },
        })
    }
}

/// Mean of the values, relative to the first of them so that many do not lose digits.
fn mean(rows: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let mut rows = rows.peekable();
    let origin = rows.peek()?.1;
    let (sum, count) = rows.fold((0.0, 0_u32), |(sum, count), row| (sum + (row.1 - origin), count + 1));
    Some(origin + sum / f64::from(count))
}

/// Least squares; `None` where all stamps are the same.
fn slope(rows: &(impl Iterator<Item = (f64, f64)> + Clone)) -> Option<f64> {
    let middle = mean(rows.clone().map(|row| (0.0, row.0)))?;
    let level = mean(rows.clone())?;
    let (product, square) = rows.clone().fold((0.0, 0.0), |(product, square), (time, value)| {
        (product + (time - middle) * (value - level), square + (time - middle) * (time - middle))
    });
    (square > 0.0).then(|| product / square)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thermal::{ThermalConfig, analyze_thermal};
    use alloc::vec::Vec;
    use ndarray::Array3;

    fn probe(values: &[f64], step: f64) -> ThermalAnalysis {
        let stack = Array3::from_shape_vec((values.len(), 1, 1), values.to_vec()).expect("one pixel each");
        let times: Vec<f64> = (0..values.len()).map(|i| step * i as f64).collect();
        let config = ThermalConfig::probe("finger").expect("short");
        analyze_thermal(crate::thermal::frames_of(stack.view()), &times, config).expect("a probe")
    }

    #[test]
    fn a_straight_fall_has_its_rate_and_its_ends() {
        let values: Vec<f64> = (0..601).map(|i| 34.0 - 0.005 * f64::from(i)).collect();
        let overview = probe(&values, 1.0).overview("finger").expect("a region");
        let course = overview.course.expect("comparable");
        assert_eq!((overview.accepted, overview.left_out, overview.reason), (601, 0, None));
        approx::assert_abs_diff_eq!(overview.mean.expect("rows"), 32.5, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(course.rate.expect("long"), -0.3, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(course.first, 33.85, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(course.last, 31.15, epsilon = 1e-12);
        assert_eq!((course.lowest, course.highest), (31.0, 34.0));
    }

    #[test]
    fn missing_rows_are_counted_with_their_reason_and_do_not_count() {
        let mut values = [30.0; 40];
        values[3..10].fill(f64::NAN);
        values[20] = 400.0;
        let overview = probe(&values, 1.0).overview("finger").expect("a region");
        assert_eq!((overview.accepted, overview.left_out), (32, 8));
        assert_eq!((overview.left_out_reason, overview.mean), (Some(ThermalReason::Missing), Some(30.0)));
        assert_eq!(overview.course.and_then(|course| course.rate), None); // 39 s
        let nothing = probe(&[f64::NAN; 5], 1.0).overview("finger").expect("a region");
        assert_eq!((nothing.mean, nothing.reason), (None, Some(ThermalReason::Missing)));
        assert!(probe(&[30.0], 1.0).overview("toe").is_none());
    }

    #[test]
    fn a_phase_is_its_own_rows() {
        let values: Vec<f64> = (0..200).map(|i| if i < 100 { 33.0 } else { 24.0 }).collect();
        let analysis = probe(&values, 1.0);
        let between = |span| analysis.overview_between("finger", span).expect("a region");
        assert_eq!((between([0.0, 100.0]).accepted, between([0.0, 100.0]).mean), (100, Some(33.0)));
        assert_eq!(between([100.0, 1e9]).mean, Some(24.0));
        assert_eq!(between([500.0, 600.0]).reason, Some(ThermalReason::TooShort));
    }

    #[test]
    fn series_stay_within_one_stretch_unless_there_is_a_reference() {
        let frames: Vec<f64> = (0..60).map(|i| if i < 20 { 30.0 } else { 31.0 }).collect();
        let stack = Array3::from_shape_fn((60, 2, 1), |(i, row, _)| if row == 0 { frames[i] } else { frames[i] - 9.0 });
        let times: Vec<f64> = (0..60).map(f64::from).collect();
        let analyze = |config: ThermalConfig| {
            let frames = crate::thermal::frames_of(stack.view()).enumerate().map(|(i, frame)| {
                let shutter = i == 20;
                frame.with(crate::thermal::Telemetry { shutter, ..crate::thermal::Telemetry::default() })
            });
            analyze_thermal(frames, &times, config).expect("a stack")
        };
        let rectangle = |top| crate::thermal::Shape::Rectangle { top, bottom: top + 1, left: 0, right: 1 };
        let mut config = ThermalConfig::new(2, 1, crate::thermal::Encoding::Celsius);
        config.shutter = crate::thermal::ShutterRule::Telemetry;
        let config = config.region("foot", rectangle(0)).and_then(|config| config.region("plate", rectangle(1)));
        let config = config.and_then(|config| config.difference("over", "foot", "plate")).expect("short");
        let analysis = analyze(config.clone());
        let (time, values) = analysis.comparable_series("foot");
        assert!(time[0] > 20.0 && time.len() > 30 && values.iter().all(|value| *value == 31.0), "{time:?}");
        assert!(analysis.comparable_series("over").0.len() > 50);
        assert!(analyze(config.reference("plate", Some(21.0)).expect("short")).comparable_series("foot").0.len() > 50);
        assert!(analysis.comparable_series("toe").0.is_empty());
        let overview = analysis.overview("foot").expect("a region");
        assert_eq!((overview.reason, overview.course), (Some(ThermalReason::Unreferenced), None));
    }

    #[test]
    fn a_series_of_anything_has_its_overview() {
        let time: Vec<f64> = (0..121).map(f64::from).collect();
        let values: Vec<f64> = time.iter().map(|t| if *t == 7.0 { f64::NAN } else { 500.0 + t }).collect();
        let overview = Overview::of_series(&time, &values);
        let course = overview.course.expect("comparable");
        assert_eq!((overview.accepted, overview.left_out, course.highest), (120, 1, 620.0));
        approx::assert_abs_diff_eq!(course.rate.expect("long"), 60.0, epsilon = 1e-9);
    }
}
