//! The kernel's thermal monitor and its whole-recording form.

pub(crate) mod config;
pub(crate) mod frames;
pub(crate) mod series;

use std::sync::{Mutex, MutexGuard, TryLockError};

use numpy::{PyArray1, PyReadonlyArray1};
use plethys::thermal::{
    DifferenceTable, MeanTable, NoticeTable, Overview, RegionTable, ThermalCounts, ThermalReason, ThermalSnapshot,
    ThermalTables, analyze_thermal,
};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::columns::{THERMAL_DIFFERENCES, THERMAL_MEANS, THERMAL_NOTICES, THERMAL_REGIONS, columns};
use crate::errors::process_error;
use config::ThermalConfig;
use frames::{Beside, Frames, with_frames};

/// Columns of regions, of means, of differences, of their means, of notices.
type Columns<'py> =
    (Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>);

fn all_columns<'py>(
    py: Python<'py>,
    regions: &RegionTable,
    means: &MeanTable,
    differences: &DifferenceTable,
    difference_means: &MeanTable,
    notices: &NoticeTable,
) -> PyResult<Columns<'py>> {
    Ok((
        columns(py, regions, &THERMAL_REGIONS)?,
        columns(py, means, &THERMAL_MEANS)?,
        columns(py, differences, &THERMAL_DIFFERENCES)?,
        columns(py, difference_means, &THERMAL_MEANS)?,
        columns(py, notices, &THERMAL_NOTICES)?,
    ))
}

fn columns_of<'py>(py: Python<'py>, tables: &ThermalTables) -> PyResult<Columns<'py>> {
    let ThermalTables { regions, means, differences, difference_means, notices } = tables;
    all_columns(py, regions, means, differences, difference_means, notices)
}

fn is_empty(tables: &ThermalTables) -> bool {
    let ThermalTables { regions, means, differences, difference_means, notices } = tables;
    regions.is_empty()
        && means.is_empty()
        && differences.is_empty()
        && difference_means.is_empty()
        && notices.is_empty()
}

struct Inner {
    monitor: plethys::thermal::ThermalMonitor,
    announced: ThermalTables,
}

impl Inner {
    /// Hands out what was announced.
    fn hand_out<'py>(&mut self, py: Python<'py>) -> PyResult<Columns<'py>> {
        let columns = columns_of(py, &self.announced);
        self.announced.clear();
        columns
    }
}

/// One stream of frames. Belongs to one thread at a time: a call while another thread is inside raises, and never waits.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct ThermalMonitor(Mutex<Inner>);

impl ThermalMonitor {
    fn lock(&self) -> PyResult<MutexGuard<'_, Inner>> {
        match self.0.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::WouldBlock) => Err(PyRuntimeError::new_err(
                "this ThermalMonitor is in use by another thread; a monitor belongs to one thread, make one for each",
            )),
            Err(TryLockError::Poisoned(_)) => {
                Err(PyRuntimeError::new_err("this ThermalMonitor failed inside an earlier call; make a new one"))
            }
        }
    }
}

#[pymethods]
impl ThermalMonitor {
    #[new]
    fn new(config: &ThermalConfig) -> PyResult<Self> {
        let monitor = plethys::thermal::ThermalMonitor::new(config.0.clone()).map_err(process_error)?;
        Ok(Self(Mutex::new(Inner { monitor, announced: ThermalTables::default() })))
    }

    /// Pushes frames; the columns that settled, or None where nothing did. After an error they come with the next call.
    #[pyo3(signature = (frames, time, shutter=None, counter=None, uptime=None))]
    fn push<'py>(
        &self,
        py: Python<'py>,
        frames: &Bound<'py, PyAny>,
        time: PyReadonlyArray1<'py, f64>,
        shutter: Option<PyReadonlyArray1<'py, bool>>,
        counter: Option<PyReadonlyArray1<'py, u64>>,
        uptime: Option<PyReadonlyArray1<'py, f64>>,
    ) -> PyResult<Option<Columns<'py>>> {
        let mut guard = self.lock()?;
        let stack = Frames::borrow(frames)?;
        let beside = Beside { time, shutter, counter, uptime };
        let slices = beside.slices(stack.len())?;
        let Inner { monitor, announced } = &mut *guard;
        with_frames!(&stack, py, frames => {
            frames.zip(slices.time).enumerate().try_for_each(|(place, (frame, &time))| {
                monitor.push(slices.with(frame, place), time, &mut |event| announced.push(event))
            })
        })
        .map_err(process_error)?;
        if is_empty(&guard.announced) { Ok(None) } else { guard.hand_out(py).map(Some) }
    }

    /// Ends the stream; the columns that were still due.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        let mut guard = self.lock()?;
        let Inner { monitor, announced } = &mut *guard;
        py.detach(|| monitor.finish(&mut |event| announced.push(event)));
        guard.hand_out(py)
    }

    /// Columns without a row.
    #[allow(clippy::unused_self)] // A method, so that it sits beside those that give the same.
    fn nothing<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        columns_of(py, &ThermalTables::default())
    }

    /// Back to the state after construction.
    fn reset(&self) -> PyResult<()> {
        let mut guard = self.lock()?;
        guard.monitor.reset();
        guard.announced.clear();
        Ok(())
    }

    /// What the stream is now, field by field.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let guard = self.lock()?;
        let monitor = &guard.monitor;
        let dict = snapshot(py, &monitor.snapshot())?;
        let (temperatures, absent) = (PyDict::new(py), PyDict::new(py));
        for (place, name) in monitor.config().region_names().enumerate() {
            let row = monitor.latest(place);
            temperatures.set_item(name, row.and_then(|row| row.mean))?;
            if let Some(reason) = row.and_then(|row| row.reason) {
                absent.set_item(name, reason.name())?;
            }
        }
        dict.set_item("temperatures", temperatures)?;
        dict.set_item("absent", absent)?;
        dict.set_item("baselines", baselines(py, monitor.config(), |place| monitor.baseline(place))?)?;
        Ok(dict)
    }

    /// How long after its frame a row comes, s of stream.
    #[getter]
    fn latency(&self) -> PyResult<f64> {
        Ok(self.lock()?.monitor.latency())
    }
}

/// A recording's result.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct ThermalAnalysis(pub(crate) plethys::thermal::ThermalAnalysis);

/// Times and values of a series.
type Series<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

#[pymethods]
impl ThermalAnalysis {
    /// Columns of regions, of means, of differences, of their means, of notices.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Columns<'py>> {
        let plethys::thermal::ThermalAnalysis { regions, means, differences, difference_means, notices, .. } = &self.0;
        all_columns(py, regions, means, differences, difference_means, notices)
    }

    /// Times (s) and means (°C) of a region, frame by frame or over windows of 1, 10 or 60 s.
    #[pyo3(signature = (region, window=None))]
    fn series<'py>(&self, py: Python<'py>, region: &str, window: Option<f64>) -> Series<'py> {
        let (time, mean) = match window {
            None => self.0.series(region),
            Some(window) => self.0.mean_series(region, window),
        };
        (PyArray1::from_vec(py, time), PyArray1::from_vec(py, mean))
    }

    /// Times and values of a region or a difference whose levels may be compared.
    fn comparable_series<'py>(&self, py: Python<'py>, name: &str) -> Series<'py> {
        let (time, values) = self.0.comparable_series(name);
        (PyArray1::from_vec(py, time), PyArray1::from_vec(py, values))
    }

    /// Times (s) and values (K) of a difference, frame by frame or over windows of 1, 10 or 60 s.
    #[pyo3(signature = (difference, window=None))]
    fn difference_series<'py>(&self, py: Python<'py>, difference: &str, window: Option<f64>) -> Series<'py> {
        let (time, delta) = match window {
            None => self.0.difference_series(difference),
            Some(window) => self.0.difference_mean_series(difference, window),
        };
        (PyArray1::from_vec(py, time), PyArray1::from_vec(py, delta))
    }

    /// Regions, then differences, from `start` to below `end`, s: name to fields.
    fn overview<'py>(
        &self,
        py: Python<'py>,
        start: f64,
        end: f64,
    ) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let (regions, differences) = (PyDict::new(py), PyDict::new(py));
        for name in self.0.config.region_names() {
            let over = self.0.overview_between(name, [start, end]);
            regions.set_item(name, over.map(|over| overview(py, &over)).transpose()?)?;
        }
        for pair in &self.0.config.differences {
            let name = pair.name.as_str();
            let over = self.0.difference_overview_between(name, [start, end]);
            differences.set_item(name, over.map(|over| overview(py, &over)).transpose()?)?;
        }
        Ok((regions, differences))
    }

    /// Everything that is not a table, field by field.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let analysis = &self.0;
        let config = &analysis.config;
        let dict = snapshot(py, &analysis.end)?;
        dict.del_item("time")?;
        dict.set_item("comparable", analysis.is_comparable())?;
        dict.set_item("baselines", baselines(py, config, |place| analysis.baselines.get(place).copied().flatten())?)?;
        dict.set_item("emissivity", config::emissivity(&config.radiometry))?;
        dict.set_item("emissivity_applied_by", config.radiometry.applied_by().name())?;
        dict.set_item("latency", analysis.latency)?;
        dict.set_item("duration", analysis.duration)?;
        Ok(dict)
    }
}

/// Analyses a stack of frames.
#[pyfunction]
#[pyo3(name = "analyze_thermal", signature = (frames, config, time, shutter=None, counter=None, uptime=None))]
pub(crate) fn analyze_stack<'py>(
    py: Python<'py>,
    frames: &Bound<'py, PyAny>,
    config: &ThermalConfig,
    time: PyReadonlyArray1<'py, f64>,
    shutter: Option<PyReadonlyArray1<'py, bool>>,
    counter: Option<PyReadonlyArray1<'py, u64>>,
    uptime: Option<PyReadonlyArray1<'py, f64>>,
) -> PyResult<ThermalAnalysis> {
    let stack = Frames::borrow(frames)?;
    let beside = Beside { time, shutter, counter, uptime };
    let slices = beside.slices(stack.len())?;
    let config = config.0.clone();
    with_frames!(&stack, py, frames => {
        let frames = frames.enumerate().map(|(place, frame)| slices.with(frame, place));
        analyze_thermal(frames, slices.time, config)
    })
    .map(ThermalAnalysis)
    .map_err(process_error)
}

pub(crate) fn overview<'py>(py: Python<'py>, over: &Overview) -> PyResult<Bound<'py, PyDict>> {
    let Overview { accepted, left_out, left_out_reason, mean, course, reason } = *over;
    let dict = PyDict::new(py);
    dict.set_item("accepted", accepted)?;
    dict.set_item("left_out", left_out)?;
    dict.set_item("left_out_reason", left_out_reason.map(ThermalReason::name))?;
    dict.set_item("mean", mean)?;
    dict.set_item("first", course.map(|course| course.first))?;
    dict.set_item("last", course.map(|course| course.last))?;
    dict.set_item("lowest", course.map(|course| course.lowest))?;
    dict.set_item("highest", course.map(|course| course.highest))?;
    dict.set_item("rate", course.and_then(|course| course.rate))?;
    dict.set_item("reason", reason.map(ThermalReason::name))?;
    Ok(dict)
}

fn baselines<'py>(
    py: Python<'py>,
    config: &plethys::thermal::ThermalConfig,
    of: impl Fn(usize) -> Option<f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (place, pair) in config.differences.iter().enumerate() {
        dict.set_item(pair.name.as_str(), of(place))?;
    }
    Ok(dict)
}

fn snapshot<'py>(py: Python<'py>, now: &ThermalSnapshot) -> PyResult<Bound<'py, PyDict>> {
    let ThermalSnapshot { time, state, counts, segment, interval, noise, correction, shift } = *now;
    let dict = PyDict::new(py);
    dict.set_item("time", time)?;
    dict.set_item("state", state.name())?;
    dict.set_item("counts", counted(py, &counts)?)?;
    dict.set_item("segment", segment)?;
    dict.set_item("interval", interval)?;
    dict.set_item("noise", noise)?;
    dict.set_item("correction", correction)?;
    dict.set_item("shift", shift.map(|[x, y]| (x, y)))?;
    Ok(dict)
}

fn counted<'py>(py: Python<'py>, counts: &ThermalCounts) -> PyResult<Bound<'py, PyDict>> {
    let ThermalCounts { frames, repeated, backward, wrong_unit, shutters, bad_pixels } = *counts;
    let dict = PyDict::new(py);
    dict.set_item("frames", frames)?;
    dict.set_item("repeated", repeated)?;
    dict.set_item("backward", backward)?;
    dict.set_item("wrong_unit", wrong_unit)?;
    dict.set_item("shutters", shutters)?;
    dict.set_item("bad_pixels", bad_pixels)?;
    Ok(dict)
}
