//! The thermal camera of the source study, made by the generator.

use numpy::PyArray1;
use plethys_datasets::{FEET_REGIONS, PLATE_CELSIUS, SourceStudy};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Counts, frame by frame, with shape, stamps (s), regions, the plate's temperature, and the true temperatures of both feet, °C.
#[pyfunction]
pub(crate) fn source_feet(
    py: Python<'_>,
    seed: u64,
    baseline: f64,
    massage: f64,
    follow_up: f64,
    hold: f64,
    effect: f64,
) -> PyResult<Bound<'_, PyDict>> {
    let synth = SourceStudy { baseline, massage, follow_up, hold, effect, ..SourceStudy::new(seed) }.feet();
    let mut camera = synth.camera().map_err(|error| PyValueError::new_err(error.to_string()))?;
    let (mut counts, mut time) = (Vec::new(), Vec::new());
    let mut truth = [Vec::new(), Vec::new()];
    py.detach(|| {
        while let Some(frame) = camera.next_frame() {
            counts.extend_from_slice(frame.counts);
            time.push(frame.time);
            for (truth, site) in truth.iter_mut().zip(&synth.sites) {
                truth.push(site.course.at(frame.time));
            }
        }
    });
    let dict = PyDict::new(py);
    dict.set_item("shape", (time.len(), synth.rows, synth.columns))?;
    dict.set_item("counts", PyArray1::from_vec(py, counts))?;
    dict.set_item("time", PyArray1::from_vec(py, time))?;
    for (truth, site) in truth.into_iter().zip(&synth.sites) {
        dict.set_item(&site.name, PyArray1::from_vec(py, truth))?;
    }
    dict.set_item("regions", FEET_REGIONS.to_vec())?;
    dict.set_item("plate", PLATE_CELSIUS)?;
    Ok(dict)
}
