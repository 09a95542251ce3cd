//! What vascular laboratories add to a pulse volume recording: two-point calibration, category.

use numpy::{PyArray1, PyReadonlyArray1};
use plethys::{
    Calibration, CuffReading, CuffSite, CuffTarget, Ensemble, Gain, Grading, Injection, Notch, SampleRate, category,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::config_error;

/// Scale and offset of the line through two points (raw, value).
#[pyfunction]
pub(crate) fn two_point(first: (f64, f64), second: (f64, f64), unit: &str) -> PyResult<(f64, f64)> {
    let made = Calibration::two_point(first, second, unit).map_err(config_error)?;
    Ok((made.scale(), made.offset()))
}

/// The category, or the reason why there is none.
#[pyfunction]
#[pyo3(signature = (height, noise, notch, site, cuff_on_target))]
pub(crate) fn pvr_category(
    height: Option<f64>,
    noise: Option<f64>,
    notch: Option<&str>,
    site: Option<&str>,
    cuff_on_target: Option<bool>,
) -> (Option<u8>, Option<&'static str>) {
    let notch = notch.and_then(|name| (1..=3).filter_map(Notch::from_code).find(|class| class.name() == name));
    let site = site.and_then(CuffSite::from_name);
    match category(&Grading { height, noise, notch, site, cuff_on_target }) {
        Ok(category) => (Some(category), None),
        Err(reason) => (None, Some(reason.name())),
    }
}

/// Readings of a cuff's pressure, column by column.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
pub(crate) fn cuff_readings<'py>(
    py: Python<'py>,
    pressure: PyReadonlyArray1<'py, f64>,
    sample_rate: f64,
    target: f64,
    tolerance: f64,
) -> PyResult<Bound<'py, PyDict>> {
    let rate = SampleRate::hz(sample_rate).map_err(config_error)?;
    let target = CuffTarget::new(target, tolerance).map_err(config_error)?;
    let pressure = pressure.as_slice()?;
    let readings = py.detach(|| plethys::cuff_readings(pressure, rate, target));
    reading_columns(py, &readings)
}

/// Follows a cuff's pressure while it arrives.
#[pyclass(module = "plethys._plethys")]
pub(crate) struct CuffMonitor(plethys::CuffMonitor);

#[pymethods]
impl CuffMonitor {
    #[new]
    fn new(sample_rate: f64, target: f64, tolerance: f64) -> PyResult<Self> {
        let rate = SampleRate::hz(sample_rate).map_err(config_error)?;
        let target = CuffTarget::new(target, tolerance).map_err(config_error)?;
        Ok(Self(plethys::CuffMonitor::new(rate, target)))
    }

    /// Readings of the blocks that these pressures complete.
    #[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
    fn push<'py>(&mut self, py: Python<'py>, pressure: PyReadonlyArray1<'py, f64>) -> PyResult<Bound<'py, PyDict>> {
        let pressure = pressure.as_slice()?;
        let cuff = &mut self.0;
        let readings: Vec<_> = py.detach(|| pressure.iter().filter_map(|value| cuff.push(*value)).collect());
        reading_columns(py, &readings)
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

/// Readings of a cuff, column by column.
fn reading_columns<'py>(py: Python<'py>, readings: &[CuffReading]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
    dict.set_item("time", PyArray1::from_iter(py, readings.iter().map(|r| r.time)))?;
    dict.set_item("pressure", PyArray1::from_iter(py, readings.iter().map(|r| number(r.pressure))))?;
    dict.set_item("leak", PyArray1::from_iter(py, readings.iter().map(|r| number(r.leak))))?;
    dict.set_item("inflating", PyArray1::from_iter(py, readings.iter().map(|r| r.inflating)))?;
    dict.set_item("holds", PyArray1::from_iter(py, readings.iter().map(|r| r.holds)))?;
    dict.set_item("leaks", PyArray1::from_iter(py, readings.iter().map(CuffReading::leaks)))?;
    Ok(dict)
}

/// Deflection on a chart, mm.
#[pyfunction]
pub(crate) fn deflection(height: f64, gain: f64) -> PyResult<f64> {
    Ok(Gain::mm_per_mmhg(gain).map_err(config_error)?.deflection(height))
}

/// A height in mL, or the reason why there is none.
#[pyfunction]
pub(crate) fn millilitres(height: f64, injection: Option<(f64, f64)>) -> (Option<f64>, Option<&'static str>) {
    let injection = injection.map(|(volume, deflection)| Injection { volume, deflection });
    match Injection::millilitres(injection, height) {
        Ok(volume) => (Some(volume), None),
        Err(reason) => (None, Some(reason.name())),
    }
}

/// An averaged beat, field by field.
pub(crate) fn ensemble_fields<'py>(py: Python<'py>, made: &Ensemble) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, column) in [
        ("time", &made.time),
        ("median", &made.median),
        ("mean", &made.mean),
        ("lower", &made.lower),
        ("upper", &made.upper),
    ] {
        dict.set_item(name, PyArray1::from_slice(py, column))?;
    }
    dict.set_item("beats", made.beats)?;
    for (name, value) in [
        ("cycle", Some(made.cycle)),
        ("amplitude", Some(made.amplitude)),
        ("upstroke_time", Some(made.upstroke_time)),
        ("max_slope", Some(made.max_slope)),
        ("rise_time", made.rise_time),
        ("upstroke_fraction", Some(made.upstroke_fraction)),
        ("width_25", made.width_25),
        ("width", made.width),
        ("width_75", made.width_75),
        ("mean_height", Some(made.mean_height)),
        ("bowing", Some(made.bowing)),
        ("area", Some(made.area)),
        ("notch_prominence", Some(made.notch_prominence)),
    ] {
        dict.set_item(name, value)?;
    }
    dict.set_item("notch", made.notch.name())?;
    Ok(dict)
}
