//! Tables of the kernel as `NumPy` columns, and the lists of their names and units.

use numpy::PyArray1;
use plethys::table::{self, Column, Table};
use plethys::thermal::{self, ThermalNotice, ThermalReason, ThermalState};
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

/// Of regions in thermal frames.
pub(crate) const THERMAL_REGIONS: Names<
    { thermal::REGION_NUMBERS.len() },
    { thermal::REGION_FLAGS.len() },
    { thermal::REGION_CODES.len() },
> = Names { numbers: thermal::REGION_NUMBERS, flags: thermal::REGION_FLAGS, codes: thermal::REGION_CODES };

/// Of means over windows.
pub(crate) const THERMAL_MEANS: Names<
    { thermal::MEAN_NUMBERS.len() },
    { thermal::MEAN_FLAGS.len() },
    { thermal::MEAN_CODES.len() },
> = Names { numbers: thermal::MEAN_NUMBERS, flags: thermal::MEAN_FLAGS, codes: thermal::MEAN_CODES };

/// Of differences of regions.
pub(crate) const THERMAL_DIFFERENCES: Names<
    { thermal::DIFFERENCE_NUMBERS.len() },
    { thermal::DIFFERENCE_FLAGS.len() },
    { thermal::DIFFERENCE_CODES.len() },
> = Names { numbers: thermal::DIFFERENCE_NUMBERS, flags: thermal::DIFFERENCE_FLAGS, codes: thermal::DIFFERENCE_CODES };

/// Of notices.
pub(crate) const THERMAL_NOTICES: Names<
    { thermal::NOTICE_NUMBERS.len() },
    { thermal::NOTICE_FLAGS.len() },
    { thermal::NOTICE_CODES.len() },
> = Names { numbers: thermal::NOTICE_NUMBERS, flags: thermal::NOTICE_FLAGS, codes: thermal::NOTICE_CODES };

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
    module.add("THERMAL_REGIONS", THERMAL_REGIONS.describe())?;
    module.add("THERMAL_MEANS", THERMAL_MEANS.describe())?;
    module.add("THERMAL_DIFFERENCES", THERMAL_DIFFERENCES.describe())?;
    module.add("THERMAL_EVENTS", THERMAL_NOTICES.describe())?;
    let codes = PyDict::new(module.py());
    let named = |names: Vec<&'static str>| -> Vec<Option<&'static str>> {
        std::iter::once(None).chain(names.into_iter().map(Some)).collect()
    };
    codes.set_item("reason", named(ThermalReason::ALL.iter().map(|r| r.name()).collect()))?;
    codes.set_item("notice", named(ThermalNotice::ALL.iter().map(|n| n.name()).collect()))?;
    module.add("THERMAL_CODES", codes)?;
    module.add("THERMAL_STATES", ThermalState::ALL.iter().map(|s| s.name()).collect::<Vec<_>>())?;
    Ok(())
}
