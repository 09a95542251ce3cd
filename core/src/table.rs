//! Beats and rate rows as columns: the same names, order, units and bytes in every language.

use alloc::vec::Vec;

use crate::event::{Beat, RateRow};

/// In what a column of numbers is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnUnit {
    /// Seconds, or seconds from the first sample.
    Seconds,
    /// Per minute.
    PerMinute,
    /// Percent.
    Percent,
    /// A number without unit.
    One,
    /// The stream's unit, after calibration.
    Signal,
    /// The stream's unit per second.
    SignalPerSecond,
    /// The stream's unit times seconds.
    SignalSeconds,
    /// Degrees Celsius.
    Celsius,
    /// Kelvin: differences of temperature.
    Kelvin,
}

impl ColumnUnit {
    /// The unit's text (UCUM), `signal` being that of the stream; units per second are `<signal>/s`, times seconds `<signal>.s`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::PerMinute => "/min",
            Self::Percent => "%",
            Self::One => "1",
            Self::Signal => "signal",
            Self::SignalPerSecond => "signal/s",
            Self::SignalSeconds => "signal.s",
            Self::Celsius => "Cel",
            Self::Kelvin => "K",
        }
    }
}

/// Name, unit and meaning of a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Field name, snake case.
    pub name: &'static str,
    /// Unit of the numbers.
    pub unit: ColumnUnit,
    /// What it is, one line.
    pub what: &'static str,
}

pub(crate) const fn column(name: &'static str, unit: ColumnUnit, what: &'static str) -> Column {
    Column { name, unit, what }
}

/// The one NaN that stands for an absent number in tables.
pub const ABSENT: f64 = f64::from_bits(0x7ff8_0000_0000_0000);

/// A number for a table: absent is [`ABSENT`], and so is any other NaN.
pub(crate) fn cell(value: Option<f64>) -> f64 {
    value.filter(|v| !v.is_nan()).unwrap_or(ABSENT)
}

/// Columns of numbers of a beat table, in order.
pub const BEAT_NUMBERS: [Column; 20] = [
    column("onset", ColumnUnit::Seconds, "start of the upstroke (intersecting tangents)"),
    column("peak", ColumnUnit::Seconds, "systolic peak"),
    column("end", ColumnUnit::Seconds, "onset of the next beat"),
    column("rate", ColumnUnit::PerMinute, "pulse rate, maximal slope to maximal slope"),
    column("amplitude", ColumnUnit::Signal, "systolic peak minus foot level"),
    column("amplitude_corrected", ColumnUnit::Signal, "amplitude above the line from foot to foot"),
    column("perfusion_index", ColumnUnit::Percent, "100 x amplitude / mean of the beat"),
    column("upstroke_time", ColumnUnit::Seconds, "onset to systolic peak"),
    column("width", ColumnUnit::Seconds, "time above half of the amplitude"),
    column("max_slope", ColumnUnit::SignalPerSecond, "steepest rise"),
    column("foot", ColumnUnit::Signal, "level of the foot, not oriented"),
    column("quality", ColumnUnit::One, "probability of a pulse of the heart"),
    column("rise_time", ColumnUnit::Seconds, "10 to 90 % of the amplitude"),
    column("upstroke_fraction", ColumnUnit::One, "upstroke time / cycle"),
    column("width_25", ColumnUnit::Seconds, "time above a quarter of the amplitude"),
    column("width_75", ColumnUnit::Seconds, "time above three quarters of the amplitude"),
    column("mean_height", ColumnUnit::Percent, "%MAP: 100 x mean of the cycle / amplitude"),
    column("bowing", ColumnUnit::One, "descent above its chord / amplitude"),
    column("area", ColumnUnit::SignalSeconds, "integral over the cycle"),
    column("notch_prominence", ColumnUnit::One, "highest rise in the descent / amplitude"),
];

/// Columns of truth values of a beat table, in order.
pub const BEAT_FLAGS: [&str; 4] = ["accepted", "bridged", "clipped", "rate_locked"];

/// Columns of codes of a beat table, in order: [`Reason`](crate::Reason) and [`Notch`](crate::Notch); 0 is absent.
pub const BEAT_CODES: [&str; 2] = ["reason", "notch"];

/// Columns of numbers of a table of rate rows, in order.
pub const RATE_NUMBERS: [Column; 4] = [
    column("time", ColumnUnit::Seconds, "centre of the signal that the row rests on"),
    column("pulse_rate", ColumnUnit::PerMinute, "pulse rate"),
    column("pulse_rate_uncertainty", ColumnUnit::PerMinute, "one standard deviation of the pulse rate"),
    column("quality", ColumnUnit::One, "how far the row can be trusted"),
];

/// Columns of truth values of a table of rate rows, in order.
pub const RATE_FLAGS: [&str; 1] = ["tracked"];

/// Columns of codes of a table of rate rows, in order.
pub const RATE_CODES: [&str; 1] = ["reason"];

/// Columns of numbers of a trend, in order.
pub const TREND_NUMBERS: [Column; 7] = [
    column("time", ColumnUnit::Seconds, "centre of the window"),
    column("pulse_rate", ColumnUnit::PerMinute, "mean pulse rate"),
    column("pulse_rate_uncertainty", ColumnUnit::PerMinute, "one standard deviation of the pulse rate"),
    column("perfusion_index", ColumnUnit::Percent, "median perfusion index"),
    column("amplitude", ColumnUnit::Signal, "median amplitude"),
    column("quality", ColumnUnit::One, "median quality of the accepted beats"),
    column("beats", ColumnUnit::One, "number of accepted beats"),
];

/// Columns of truth values of a trend: none.
pub const TREND_FLAGS: [&str; 0] = [];

/// Columns of codes of a trend: none.
pub const TREND_CODES: [&str; 0] = [];

/// A record type that a [`Table`] holds in columns.
pub trait Row<const NUMBERS: usize, const FLAGS: usize, const CODES: usize> {
    /// The numbers, in the order of the columns; absent is [`ABSENT`].
    fn numbers(&self) -> [f64; NUMBERS];
    /// The truth values, in the order of the columns.
    fn flags(&self) -> [bool; FLAGS];
    /// The codes, in the order of the columns.
    fn codes(&self) -> [u8; CODES];
}

impl Row<20, 4, 2> for Beat {
    fn numbers(&self) -> [f64; 20] {
        [
            cell(self.onset),
            self.peak,
            cell(self.end),
            cell(self.rate),
            cell(self.amplitude),
            cell(self.amplitude_corrected),
            cell(self.perfusion_index),
            cell(self.upstroke_time),
            cell(self.width),
            cell(self.max_slope),
            cell(self.foot),
            self.quality,
            cell(self.rise_time),
            cell(self.upstroke_fraction),
            cell(self.width_25),
            cell(self.width_75),
            cell(self.mean_height),
            cell(self.bowing),
            cell(self.area),
            cell(self.notch_prominence),
        ]
    }

    fn flags(&self) -> [bool; 4] {
        [self.accepted, self.bridged, self.clipped, self.rate_locked]
    }

    fn codes(&self) -> [u8; 2] {
        [self.reason.map_or(0, crate::Reason::code), self.notch.map_or(0, crate::Notch::code)]
    }
}

impl Row<4, 1, 1> for RateRow {
    fn numbers(&self) -> [f64; 4] {
        [self.time, cell(self.pulse_rate), cell(self.pulse_rate_uncertainty), self.quality]
    }

    fn flags(&self) -> [bool; 1] {
        [self.tracked]
    }

    fn codes(&self) -> [u8; 1] {
        [self.reason.map_or(0, crate::Reason::code)]
    }
}

/// Rows held as columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<const NUMBERS: usize, const FLAGS: usize, const CODES: usize> {
    numbers: [Vec<f64>; NUMBERS],
    flags: [Vec<bool>; FLAGS],
    codes: [Vec<u8>; CODES],
}

/// Beats as columns; see [`BEAT_NUMBERS`], [`BEAT_FLAGS`], [`BEAT_CODES`].
pub type BeatTable = Table<20, 4, 2>;

/// Rate rows as columns; see [`RATE_NUMBERS`], [`RATE_FLAGS`], [`RATE_CODES`].
pub type RateTable = Table<4, 1, 1>;

/// A trend as columns; see [`TREND_NUMBERS`].
pub type TrendTable = Table<7, 0, 0>;

impl<const N: usize, const F: usize, const C: usize> Default for Table<N, F, C> {
    fn default() -> Self {
        Self {
            numbers: core::array::from_fn(|_| Vec::new()),
            flags: core::array::from_fn(|_| Vec::new()),
            codes: core::array::from_fn(|_| Vec::new()),
        }
    }
}

impl<const N: usize, const F: usize, const C: usize> Table<N, F, C> {
    /// Makes room for so many more rows.
    pub(crate) fn reserve(&mut self, rows: usize) {
        self.numbers.iter_mut().for_each(|column| column.reserve(rows));
        self.flags.iter_mut().for_each(|column| column.reserve(rows));
        self.codes.iter_mut().for_each(|column| column.reserve(rows));
    }

    /// Appends a row; allocates as a `Vec` does.
    pub fn push(&mut self, row: &impl Row<N, F, C>) {
        for (column, value) in self.numbers.iter_mut().zip(row.numbers()) {
            column.push(value);
        }
        for (column, value) in self.flags.iter_mut().zip(row.flags()) {
            column.push(value);
        }
        for (column, value) in self.codes.iter_mut().zip(row.codes()) {
            column.push(value);
        }
    }

    /// Empties the table, keeping its memory.
    pub fn clear(&mut self) {
        self.numbers.iter_mut().for_each(Vec::clear);
        self.flags.iter_mut().for_each(Vec::clear);
        self.codes.iter_mut().for_each(Vec::clear);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.numbers.first().map_or(0, Vec::len)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns of numbers.
    pub fn numbers(&self) -> &[Vec<f64>; N] {
        &self.numbers
    }

    /// The columns of truth values.
    pub fn flags(&self) -> &[Vec<bool>; F] {
        &self.flags
    }

    /// The columns of codes.
    pub fn codes(&self) -> &[Vec<u8>; C] {
        &self.codes
    }

    pub(crate) fn at<T>(columns: &[Vec<T>], place: Option<usize>) -> &[T] {
        place.and_then(|place| columns.get(place)).map_or(&[], Vec::as_slice)
    }

    /// All columns in order as bytes: numbers little-endian, truth values and codes as one byte each.
    /// Two tables are the same bit for bit if and only if these are.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len() * (8 * N + F + C));
        for column in &self.numbers {
            bytes.extend(column.iter().flat_map(|value| value.to_le_bytes()));
        }
        for column in &self.flags {
            bytes.extend(column.iter().map(|&flag| u8::from(flag)));
        }
        for column in &self.codes {
            bytes.extend(column.iter());
        }
        bytes
    }
}

impl<const N: usize, const F: usize, const C: usize> Table<N, F, C> {
    /// The table whose [`Table::to_bytes`] these are; `None` where their number is none of a table's.
    ///
    /// ```
    /// use plethys::{BeatTable, Config, SampleRate, analyze};
    /// let wave = |i: u32| { let t = f64::from(i) / 100.0 * 1.2; 10.0 * (-8.0 * (t - t.floor())).exp() };
    /// let samples: Vec<f64> = (0..3000).map(wave).collect();
    /// let bytes = analyze(&samples, Config::ppg(SampleRate::hz(100.0)?))?.beats.to_bytes();
    /// assert_eq!(BeatTable::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    /// assert!(BeatTable::from_bytes(&bytes[1..]).is_none());
    /// # Ok::<(), plethys::Error>(())
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let width = 8 * N + F + C;
        let rows = bytes.len() / width;
        if rows * width != bytes.len() {
            return None;
        }
        let mut table = Self::default();
        let (numbers, rest) = bytes.split_at(8 * N * rows);
        let (flags, codes) = rest.split_at(F * rows);
        for (column, values) in table.numbers.iter_mut().zip(numbers.chunks_exact((8 * rows).max(1))) {
            column.extend(values.as_chunks::<8>().0.iter().map(|number| f64::from_le_bytes(*number)));
        }
        for (column, values) in table.flags.iter_mut().zip(flags.chunks_exact(rows.max(1))) {
            column.extend(values.iter().map(|flag| *flag != 0));
        }
        for (column, values) in table.codes.iter_mut().zip(codes.chunks_exact(rows.max(1))) {
            column.extend(values);
        }
        Some(table)
    }
}

impl BeatTable {
    /// Leaves a beat out for this reason; a row that there is not is no fault.
    pub(crate) fn reject(&mut self, row: usize, reason: crate::Reason) {
        let place = |names: &[&str], name: &str| names.iter().position(|known| *known == name);
        if let Some(column) = place(&BEAT_FLAGS, "accepted").and_then(|place| self.flags.get_mut(place))
            && let Some(accepted) = column.get_mut(row)
        {
            *accepted = false;
        }
        if let Some(column) = place(&BEAT_CODES, "reason").and_then(|place| self.codes.get_mut(place))
            && let Some(code) = column.get_mut(row)
        {
            *code = reason.code();
        }
    }
}

macro_rules! by_name {
    ($table:ty, $numbers:expr, $flags:expr, $codes:expr) => {
        impl $table {
            /// The column of numbers with this name; empty where there is none.
            pub fn number(&self, name: &str) -> &[f64] {
                Self::at(self.numbers(), $numbers.iter().position(|column| column.name == name))
            }

            /// The column of truth values with this name; empty where there is none.
            pub fn flag(&self, name: &str) -> &[bool] {
                Self::at(self.flags(), $flags.iter().position(|column| *column == name))
            }

            /// The column of codes with this name; empty where there is none.
            pub fn code(&self, name: &str) -> &[u8] {
                Self::at(self.codes(), $codes.iter().position(|column| *column == name))
            }
        }
    };
}

pub(crate) use by_name;

by_name!(BeatTable, BEAT_NUMBERS, BEAT_FLAGS, BEAT_CODES);
by_name!(RateTable, RATE_NUMBERS, RATE_FLAGS, RATE_CODES);
by_name!(TrendTable, TREND_NUMBERS, TREND_FLAGS, TREND_CODES);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nan_in_a_table_is_the_canonical_one() {
        let odd = f64::from_bits(0xfff8_0000_0000_0001);
        assert_eq!(cell(Some(odd)).to_bits(), ABSENT.to_bits());
        assert_eq!(cell(None).to_bits(), ABSENT.to_bits());
        assert_eq!(cell(Some(0.0)).to_bits(), 0);
    }
}
