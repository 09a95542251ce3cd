//! Tables of the kernel as `NumPy` columns, and the lists of their names and units.

use numpy::PyArray1;
use plethys::table::{self, Column, Table};
use plethys::{Notch, Reason, State};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The columns of a table: numbers as `float64`, truth values as `bool`, codes as `uint8`, in the kernel's order.
pub(crate) fn columns<'py, const N: usize, const F: usize, const C: usize>(
    py: Python<'py>,
    table: &Table<N, F, C>,
    names: &Names<N, F, C>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (column, values) in names.numbers.iter().zip(table.numbers()) {
        dict.set_item(column.name, PyArray1::from_slice(py, values))?;
    }
    for (name, values) in names.flags.iter().zip(table.flags()) {
        dict.set_item(name, PyArray1::from_slice(py, values))?;
    }
    for (name, values) in names.codes.iter().zip(table.codes()) {
        dict.set_item(name, PyArray1::from_slice(py, values))?;
    }
    Ok(dict)
}

/// The names of a kind of table.
pub(crate) struct Names<const N: usize, const F: usize, const C: usize> {
    numbers: [Column; N],
    flags: [&'static str; F],
    codes: [&'static str; C],
}

/// Of beats.
pub(crate) const BEATS: Names<{ table::BEAT_NUMBERS.len() }, { table::BEAT_FLAGS.len() }, { table::BEAT_CODES.len() }> =
    Names { numbers: table::BEAT_NUMBERS, flags: table::BEAT_FLAGS, codes: table::BEAT_CODES };

/// Of rate rows.
pub(crate) const RATES: Names<{ table::RATE_NUMBERS.len() }, { table::RATE_FLAGS.len() }, { table::RATE_CODES.len() }> =
    Names { numbers: table::RATE_NUMBERS, flags: table::RATE_FLAGS, codes: table::RATE_CODES };

/// Of trends.
pub(crate) const TREND: Names<
    { table::TREND_NUMBERS.len() },
    { table::TREND_FLAGS.len() },
    { table::TREND_CODES.len() },
> = Names { numbers: table::TREND_NUMBERS, flags: table::TREND_FLAGS, codes: table::TREND_CODES };

impl<const N: usize, const F: usize, const C: usize> Names<N, F, C> {
    /// `(name, unit, what)` for each column, in order.
    fn describe(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let numbers = self.numbers.iter().map(|c| (c.name, c.unit.name(), c.what));
        let flags = self.flags.iter().map(|&name| (name, "bool", ""));
        let codes = self.codes.iter().map(|&name| (name, "code", ""));
        numbers.chain(flags).chain(codes).collect()
    }
}

/// Puts the lists into the module: `BEATS`, `RATES`, `TREND`, `TRUTH`, `STUDY_TRUTH` as `(name, unit, what)`, and the names behind the codes.
pub(crate) fn add_constants(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("BEATS", BEATS.describe())?;
    module.add("RATES", RATES.describe())?;
    module.add("TREND", TREND.describe())?;
    module.add("TRUTH", crate::synthetic::truth_columns())?;
    module.add("STUDY_TRUTH", crate::source_study::columns())?;
    // Code 0 is absent; the names follow in the order of their codes.
    let reasons: Vec<Option<&str>> = std::iter::once(None).chain(Reason::ALL.map(|r| Some(r.name()))).collect();
    let notches: Vec<Option<&str>> =
        std::iter::once(None).chain((1..=u8::MAX).map_while(Notch::from_code).map(|n| Some(n.name()))).collect();
    let codes = PyDict::new(module.py());
    codes.set_item("reason", reasons)?;
    codes.set_item("notch", notches)?;
    module.add("CODES", codes)?;
    module.add("STATES", State::ALL.map(State::name))?;
    Ok(())
}
