//! The kernel's monitor and its whole-recording form.

use std::sync::{Mutex, MutexGuard, TryLockError};

use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use plethys::{Absent, BeatTable, Counts, Event, RateTable};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::columns::{BEATS, RATES, TREND, columns};
use crate::config::Config;
use crate::errors::{config_error, process_error};
use crate::input::{Beside, Samples, with_slice};

/// What a push brought about, in tables that are emptied and used again.
#[derive(Default)]
struct Announced {
    beats: BeatTable,
    rates: RateTable,
    pulses: Vec<f64>,
}

impl Announced {
    fn is_empty(&self) -> bool {
        self.beats.is_empty() && self.rates.is_empty() && self.pulses.is_empty()
    }

    fn clear(&mut self) {
        self.beats.clear();
        self.rates.clear();
        self.pulses.clear();
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Pulse(pulse) => self.pulses.push(pulse.peak),
            Event::Beat(beat) => self.beats.push(&beat),
            Event::Rate(row) => self.rates.push(&row),
            // A kind of event that this build of the package does not know.
            _ => {}
        }
    }

    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        Ok((
            columns(py, &self.beats, &BEATS)?,
            columns(py, &self.rates, &RATES)?,
            PyArray1::from_slice(py, &self.pulses),
        ))
    }
}

/// Columns of beats, columns of rate rows, times of pulses.
type Columns<'py> = (Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyArray1<f64>>);

struct Inner {
    monitor: plethys::Monitor,
    announced: Announced,
}

/// One stream. Belongs to one thread at a time: a call while another thread is inside raises, and never waits.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct Monitor(Mutex<Inner>);

impl Monitor {
    fn lock(&self) -> PyResult<MutexGuard<'_, Inner>> {
        match self.0.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::WouldBlock) => Err(PyRuntimeError::new_err(
                "this Monitor is in use by another thread; a monitor belongs to one thread, make one for each",
            )),
            Err(TryLockError::Poisoned(_)) => {
                Err(PyRuntimeError::new_err("this Monitor failed inside an earlier call; make a new one"))
            }
        }
    }
}

#[pymethods]
impl Monitor {
    #[new]
    fn new(config: &Config) -> PyResult<Self> {
        let monitor = plethys::Monitor::new(config.0).map_err(config_error)?;
        Ok(Self(Mutex::new(Inner { monitor, announced: Announced::default() })))
    }

    /// Pushes samples; the columns that settled and were announced, or None where nothing was.
    #[pyo3(signature = (samples, time=None, motion=None, companion=None))]
    fn push<'py>(
        &self,
        py: Python<'py>,
        samples: &Bound<'py, PyAny>,
        time: Option<PyReadonlyArray1<'py, f64>>,
        motion: Option<PyReadonlyArray2<'py, f64>>,
        companion: Option<PyReadonlyArray1<'py, f64>>,
    ) -> PyResult<Option<Columns<'py>>> {
        let mut guard = self.lock()?;
        let beside = Beside { time, motion, companion };
        with_slice!(&Samples::borrow(samples)?, slice => {
            let input = beside.input(slice)?;
            let Inner { monitor, announced } = &mut *guard;
            announced.clear();
            py.detach(|| monitor.push_input(&input, &mut |event| announced.take(event)))
        })
        .map_err(process_error)?;
        // Most pushes of a few samples bring nothing about, and empty columns cost more than the samples.
        if guard.announced.is_empty() { Ok(None) } else { guard.announced.columns(py).map(Some) }
    }

    /// Ends the stream; the columns that were still due.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        let mut guard = self.lock()?;
        let Inner { monitor, announced } = &mut *guard;
        announced.clear();
        py.detach(|| monitor.finish(&mut |event| announced.take(event)));
        guard.announced.columns(py)
    }

    /// Columns without a row.
    #[allow(clippy::unused_self)] // A method, so that it sits beside those that give the same.
    fn nothing<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        Announced::default().columns(py)
    }

    /// Back to the state after construction.
    fn reset(&self) -> PyResult<()> {
        self.lock()?.monitor.reset();
        Ok(())
    }

    /// What the stream is now, field by field.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let now = self.lock()?.monitor.snapshot();
        let dict = PyDict::new(py);
        dict.set_item("time", now.time)?;
        dict.set_item("state", now.state.name())?;
        dict.set_item("polarity", now.polarity.name())?;
        dict.set_item("pulse_rate", now.pulse_rate)?;
        dict.set_item("pulse_rate_uncertainty", now.pulse_rate_uncertainty)?;
        dict.set_item("perfusion_index", now.perfusion_index)?;
        dict.set_item("amplitude", now.amplitude)?;
        dict.set_item("quality", now.quality)?;
        dict.set_item("absent", absent(py, now.absent)?)?;
        dict.set_item("counts", counts(py, &now.counts)?)?;
        Ok(dict)
    }

    /// Longest time from what ends a beat to the beat, s of signal.
    #[getter]
    fn latency(&self) -> PyResult<f64> {
        Ok(self.lock()?.monitor.latency())
    }

    /// Whether `finish` was called.
    #[getter]
    fn finished(&self) -> PyResult<bool> {
        Ok(self.lock()?.monitor.is_finished())
    }
}

/// A recording's result.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct Analysis(pub(crate) plethys::Analysis);

#[pymethods]
impl Analysis {
    /// All that it holds as plain values, as `restored` takes them.
    fn stored<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        crate::stored::stored(py, &self.0).into_pyobject(py)
    }

    /// Columns of beats, of rate rows, and the times of pulses.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        Ok((
            columns(py, &self.0.beats, &BEATS)?,
            columns(py, &self.0.rates, &RATES)?,
            PyArray1::from_slice(py, &self.0.pulses),
        ))
    }

    /// A row per window.
    fn trend<'py>(&self, py: Python<'py>, window: f64, step: f64) -> PyResult<Bound<'py, PyDict>> {
        let table = py.detach(|| self.0.trend(window, step)).map_err(process_error)?;
        columns(py, &table, &TREND)
    }

    /// The averaged beat of a window, s; None where it has too few beats.
    fn ensemble<'py>(
        &self,
        py: Python<'py>,
        samples: &Bound<'py, PyAny>,
        start: f64,
        end: f64,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let made = with_slice!(&Samples::borrow(samples)?, slice => py.detach(|| self.0.ensemble(slice, start..end)));
        made.map(|made| crate::pvr::ensemble_fields(py, &made)).transpose()
    }

    /// Everything that is not a table, field by field.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("pulse_rate", self.0.pulse_rate)?;
        dict.set_item("perfusion_index", self.0.perfusion_index)?;
        dict.set_item("amplitude", self.0.amplitude)?;
        dict.set_item("quality", self.0.quality)?;
        dict.set_item("state", self.0.state.name())?;
        dict.set_item("polarity", self.0.polarity.name())?;
        dict.set_item("absent", absent(py, self.0.absent)?)?;
        dict.set_item("counts", counts(py, &self.0.counts)?)?;
        dict.set_item("signal", self.0.config.signal.name())?;
        dict.set_item("unit", self.0.config.unit())?;
        dict.set_item("sample_rate", self.0.config.sample_rate.as_hz())?;
        dict.set_item("latency", self.0.latency)?;
        dict.set_item("duration", self.0.duration)?;
        Ok(dict)
    }
}

/// Analyses a recording.
#[pyfunction]
#[pyo3(signature = (samples, config, time=None, motion=None, companion=None))]
pub(crate) fn analyze<'py>(
    py: Python<'py>,
    samples: &Bound<'py, PyAny>,
    config: &Config,
    time: Option<PyReadonlyArray1<'py, f64>>,
    motion: Option<PyReadonlyArray2<'py, f64>>,
    companion: Option<PyReadonlyArray1<'py, f64>>,
) -> PyResult<Analysis> {
    let beside = Beside { time, motion, companion };
    let config = config.0;
    with_slice!(&Samples::borrow(samples)?, slice => {
        let input = beside.input(slice)?;
        py.detach(|| plethys::analyze_input(&input, config))
    })
    .map(Analysis)
    .map_err(process_error)
}

/// The rate of time stamps, Hz.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
pub(crate) fn estimate_sample_rate(time: PyReadonlyArray1<'_, f64>) -> PyResult<f64> {
    plethys::estimate_sample_rate(time.as_slice()?).map(plethys::SampleRate::as_hz).map_err(process_error)
}

fn absent(py: Python<'_>, absent: Absent) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for (field, reason) in absent.iter() {
        dict.set_item(field, reason.name())?;
    }
    Ok(dict)
}

fn counts<'py>(py: Python<'py>, counts: &Counts) -> PyResult<Bound<'py, PyDict>> {
    let Counts {
        samples,
        missing,
        out_of_range,
        clipped,
        gaps,
        late_stamps,
        equal_stamps,
        backward_stamps,
        clock_jumps,
    } = *counts;
    let dict = PyDict::new(py);
    for (name, count) in [
        ("samples", samples),
        ("missing", missing),
        ("out_of_range", out_of_range),
        ("clipped", clipped),
        ("gaps", gaps),
        ("late_stamps", late_stamps),
        ("equal_stamps", equal_stamps),
        ("backward_stamps", backward_stamps),
        ("clock_jumps", clock_jumps),
    ] {
        dict.set_item(name, count)?;
    }
    Ok(dict)
}
