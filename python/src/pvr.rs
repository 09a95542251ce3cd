//! What vascular laboratories add to a pulse volume recording: two-point calibration, category.

use numpy::PyArray1;
use plethys::{Calibration, CuffSite, Ensemble, Grading, Notch, category};
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
