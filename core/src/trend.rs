//! How a recording goes on: one row per window.

use alloc::vec::Vec;

use crate::analysis::Analysis;
use crate::error::{Error, in_range};
use crate::measure::rate::WINDOW_S;
use crate::measure::robust::median;
use crate::table::{ABSENT, Row, TrendTable, cell};

/// Shortest window and step, s.
const SHORTEST_S: f64 = 0.1;
/// Longest window and step, s: a month.
const LONGEST_S: f64 = 2_678_400.0;
/// Most rows of a trend; a clock that jumped years ahead makes a recording of years, and would make as many rows.
const MOST_ROWS: f64 = 4_194_304.0;

/// A row of a trend.
struct TrendRow([f64; 7]);

impl Row<7, 0, 0> for TrendRow {
    fn numbers(&self) -> [f64; 7] {
        self.0
    }

    fn flags(&self) -> [bool; 0] {
        []
    }

    fn codes(&self) -> [u8; 0] {
        []
    }
}

impl Analysis {
    /// A row per window [k · step, k · step + window), complete windows only; `window` and `step` in seconds, 0.1 s to a month.
    ///
    /// Pulse rate: mean of the rate rows whose centre lies in the window, absent where fewer than half of them have a rate; amplitude,
    /// perfusion index and quality: medians over the accepted beats whose peak lies in it. What a window cannot answer is absent.
    ///
    /// # Errors
    /// [`Error::Config`] for a window or step outside that range, and for a step that makes more than 2^22 rows.
    ///
    /// ```
    /// use plethys::{Config, SampleRate, analyze};
    /// let flat = analyze(&[7.0; 12_600], Config::ppg(SampleRate::hz(100.0)?))?;
    /// let trend = flat.trend(60.0, 30.0)?;
    /// assert_eq!(trend.number("time"), [30.0, 60.0, 90.0]);
    /// assert!(trend.number("pulse_rate")[0].is_nan());
    /// # Ok::<(), plethys::Error>(())
    /// ```
    pub fn trend(&self, window: f64, step: f64) -> Result<TrendTable, Error> {
        in_range("window", window, SHORTEST_S, LONGEST_S)?;
        in_range("step", step, SHORTEST_S.max(self.duration / MOST_ROWS), LONGEST_S)?;
        let mut table = TrendTable::default();
        let mut start = 0.0;
        for k in 1_u64.. {
            if start + window > self.duration {
                break;
            }
            table.push(&self.trend_row(start, start + window));
            start = k as f64 * step;
        }
        Ok(table)
    }

    fn trend_row(&self, start: f64, end: f64) -> TrendRow {
        let peaks = self.beats.number("peak");
        let beats = within(peaks, start, end);
        let accepted = &self.beats.flag("accepted")[beats.clone()];
        let middle = |name: &str| {
            let column = &self.beats.number(name)[beats.clone()];
            let values = column.iter().zip(accepted).filter(|(value, accepted)| **accepted && !value.is_nan());
            cell(median(&mut values.map(|(value, _)| *value).collect::<Vec<f64>>()))
        };
        let rows = within(self.rates.number("time"), start, end);
        let (rate, uncertainty) = mean_rate(
            &self.rates.number("pulse_rate")[rows.clone()],
            &self.rates.number("pulse_rate_uncertainty")[rows],
        );
        let count = accepted.iter().filter(|accepted| **accepted).count();
        TrendRow([
            0.5 * (start + end),
            rate,
            uncertainty,
            middle("perfusion_index"),
            middle("amplitude"),
            middle("quality"),
            count as f64,
        ])
    }
}

/// The places of ascending `times` in [start, end).
fn within(times: &[f64], start: f64, end: f64) -> core::ops::Range<usize> {
    let first = times.partition_point(|time| *time < start);
    first..first + times[first..].partition_point(|time| *time < end)
}

/// Mean of the rates that are there and its uncertainty; neighbouring rows share seven of their eight seconds.
fn mean_rate(rates: &[f64], uncertainties: &[f64]) -> (f64, f64) {
    let (mut count, mut sum, mut variance) = (0.0, 0.0, 0.0);
    for (rate, uncertainty) in rates.iter().zip(uncertainties).filter(|(rate, _)| !rate.is_nan()) {
        count += 1.0;
        sum += rate;
        variance += uncertainty * uncertainty;
    }
    if count == 0.0 || 2.0 * count < rates.len() as f64 {
        return (ABSENT, ABSENT);
    }
    let independent = (count / WINDOW_S).max(1.0);
    (sum / count, libm::sqrt(variance / count / independent))
}
