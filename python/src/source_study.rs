//! The source study, made by the generator.

use numpy::PyArray1;
use plethys_datasets::{STUDY_SENSORS, SourceStudy, Span, StudyBeat};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A column of the beats of the source study: name, unit, how it is read.
type Number = (&'static str, &'static str, fn(&StudyBeat) -> f64);

/// Kind, start and end (s) of a phase.
type Phase = (&'static str, f64, f64);

const NUMBERS: [Number; 4] = [
    ("time", "s", |beat| beat.time),
    ("amplitude", "signal", |beat| beat.amplitude),
    ("perfusion_index", "%", |beat| beat.perfusion_index.unwrap_or(plethys::table::ABSENT)),
    ("level", "1", |beat| beat.level),
];

/// `(name, unit, what)` of each column of the study's beats.
pub(crate) fn columns() -> Vec<(&'static str, &'static str, &'static str)> {
    let numbers = NUMBERS.iter().map(|(name, unit, _)| (*name, *unit, ""));
    numbers.chain(["ectopic", "disturbed"].map(|name| (name, "bool", ""))).collect()
}

fn beats<'py>(py: Python<'py>, beats: &[StudyBeat]) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, _, read) in NUMBERS {
        dict.set_item(name, PyArray1::from_iter(py, beats.iter().map(read)))?;
    }
    dict.set_item("ectopic", PyArray1::from_iter(py, beats.iter().map(|beat| beat.is_ectopic)))?;
    dict.set_item("disturbed", PyArray1::from_iter(py, beats.iter().map(|beat| beat.is_disturbed)))?;
    Ok(dict)
}

/// Phases as (kind, start, end), and one dict for each channel; without `waveforms` the beats alone, as they were planted.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // One for each field of the kernel's; the package calls it in one place.
pub(crate) fn source_study(
    py: Python<'_>,
    seed: u64,
    sample_rate: f64,
    baseline: f64,
    massage: f64,
    follow_up: f64,
    hold: f64,
    effect: f64,
    waveforms: bool,
) -> PyResult<(Vec<Phase>, Vec<Bound<'_, PyDict>>)> {
    let study = SourceStudy { seed, sample_rate, baseline, massage, follow_up, hold, effect };
    let phases = study.phases().map(|(kind, span)| (kind, span.start, span.end)).to_vec();
    let pairs = |spans: &[Span]| spans.iter().map(|span| (span.start, span.end)).collect::<Vec<_>>();
    let mut channels = Vec::with_capacity(STUDY_SENSORS.len());
    for (index, sensor) in STUDY_SENSORS.iter().enumerate() {
        let dict = PyDict::new(py);
        for (key, value) in [
            ("name", sensor.name),
            ("signal", sensor.signal),
            ("site", sensor.site),
            ("side", sensor.side),
            ("role", sensor.role.name()),
        ] {
            dict.set_item(key, value)?;
        }
        dict.set_item("scale", sensor.scale)?;
        dict.set_item("offset", sensor.offset)?;
        dict.set_item("bits", sensor.bits)?;
        dict.set_item("inverted", sensor.inverted)?;
        if waveforms {
            let made = py.detach(|| study.record(index)).map_err(|error| PyValueError::new_err(error.to_string()))?;
            dict.set_item("samples", PyArray1::from_iter(py, made.samples.iter().map(|count| *count as i32)))?;
            dict.set_item("beats", beats(py, &made.beats)?)?;
            dict.set_item("reinflations", pairs(&made.reinflations))?;
            dict.set_item("motion", pairs(&made.motion))?;
        } else {
            let planted = py.detach(|| study.beats(index));
            dict.set_item("samples", PyArray1::from_slice(py, &[] as &[i32]))?;
            dict.set_item("beats", beats(py, &planted)?)?;
            dict.set_item("reinflations", Vec::<(f64, f64)>::new())?;
            dict.set_item("motion", Vec::<(f64, f64)>::new())?;
        }
        channels.push(dict);
    }
    Ok((phases, channels))
}
