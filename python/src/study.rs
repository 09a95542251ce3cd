//! A study: its file read, its measurements gathered, its report as tables.

use std::sync::{Mutex, MutexGuard, PoisonError};

use numpy::{PyArray1, PyReadonlyArray1};
use plethys::study::{self, Cells, ChannelSignal, Rows, Scale, SourceFacts};
use plethys::{CuffTarget, cuff_readings, rate_alongside, reject_off_target};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use pyo3::{PyErr, create_exception};

use crate::config::Config;
use crate::errors::config_error;
use crate::input::{Samples, with_slice};
use crate::monitor::Analysis;

create_exception!(
    plethys,
    StudyError,
    PyValueError,
    "A study that contradicts itself, or a study file that cannot be read; one fault a line, each with line and key of the file.\n\
     `faults` lists them: (line, column, table, index, key, text), line 0 where there is no file. A subclass of ValueError."
);

/// A fault of a study, with all its faults as an attribute.
#[allow(clippy::needless_pass_by_value)] // The signature that `map_err` takes.
fn study_error(error: study::StudyError) -> PyErr {
    let raised = StudyError::new_err(error.to_string());
    let faults: Vec<_> =
        error.faults.into_iter().map(|f| (f.line, f.column, f.table, f.index, f.key, f.text)).collect();
    Python::attach(|py| {
        // An exception takes any attribute; without it, the text still says all.
        let _ = raised.value(py).setattr("faults", faults);
    });
    raised
}

/// The template of a study file.
#[pyfunction]
pub(crate) fn study_template() -> &'static str {
    study::TEMPLATE
}

/// A study as it was planned.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct Study(study::Study);

#[pymethods]
impl Study {
    /// Reads the text of a study file.
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        study::Study::parse(text).map(Self).map_err(study_error)
    }

    /// Title, subject, start and note.
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        dict.set_item("title", &self.0.title)?;
        dict.set_item("subject", &self.0.subject)?;
        dict.set_item("start", &self.0.start)?;
        dict.set_item("note", &self.0.note)?;
        dict.set_item("phases", self.0.phases.iter().map(|phase| phase.id.as_str()).collect::<Vec<_>>())?;
        Ok(dict)
    }

    /// The recordings, field by field.
    fn recordings<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let rows = self.0.recordings.iter().map(|recording| {
            let dict = PyDict::new(py);
            dict.set_item("id", &recording.id)?;
            dict.set_item("file", &recording.file)?;
            dict.set_item("events", &recording.events)?;
            dict.set_item("visit", &recording.visit)?;
            dict.set_item("start", recording.study_time(0.0))?;
            dict.set_item("sample_rate", recording.sample_rate)?;
            dict.set_item("time_column", &recording.time_column)?;
            dict.set_item("reference_region", recording.reference_region)?;
            dict.set_item("reference_temperature", recording.reference_temperature)?;
            Ok(dict)
        });
        rows.collect()
    }

    /// The channels, field by field, with the recordings that hold them.
    fn channels<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let rows = self.0.channels.iter().map(|channel| {
            let dict = PyDict::new(py);
            let held: Vec<&str> = self
                .0
                .recordings
                .iter()
                .map(|recording| recording.id.as_str())
                .filter(|recording| channel.is_in(recording))
                .collect();
            dict.set_item("id", &channel.id)?;
            dict.set_item("signal", channel.signal.name())?;
            dict.set_item("pulse", matches!(channel.signal, ChannelSignal::Pulse(_)))?;
            dict.set_item("column", channel.column())?;
            dict.set_item("cuff_column", &channel.cuff_column)?;
            dict.set_item("recordings", held)?;
            dict.set_item("scale", channel.calibration.map_or(1.0, |c| c.scale()))?;
            dict.set_item("offset", channel.calibration.map_or(0.0, |c| c.offset()))?;
            dict.set_item("unit", channel.unit())?;
            dict.set_item("measures", channel.measures.clone())?;
            dict.set_item("region", channel.region)?;
            Ok(dict)
        });
        rows.collect()
    }

    /// How the kernel analyses a channel at a sample rate, Hz.
    fn config(&self, channel: &str, sample_rate: f64) -> PyResult<Config> {
        let known = self.channel(channel)?;
        let ChannelSignal::Pulse(signal) = known.signal else {
            return Err(PyTypeError::new_err(format!("channel {channel:?} is no pulse stream")));
        };
        Ok(Config(plethys::Config {
            sample_rate: plethys::SampleRate::hz(sample_rate).map_err(config_error)?,
            signal,
            polarity: known.polarity,
            calibration: known.calibration,
            sensor_range: known.sensor_range,
            dc_coupled: known.dc_coupled,
            cuff: carries_cuff(known).then(|| cuff_target(known)).transpose()?.flatten(),
            motion: false,
            companion: false,
        }))
    }

    /// The analysis without the beats whose cuff was off its target, in the light of a channel of its pressure, mmHg.
    #[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
    fn with_cuff(
        &self,
        py: Python<'_>,
        channel: &str,
        analysis: &Analysis,
        pressure: PyReadonlyArray1<'_, f64>,
        sample_rate: f64,
        samples: usize,
    ) -> PyResult<Analysis> {
        let stream = plethys::SampleRate::hz(sample_rate).map_err(config_error)?;
        let mut judged = analysis.0.clone();
        if let Some(target) = cuff_target(self.channel(channel)?)? {
            let pressure = pressure.as_slice()?;
            let rate = rate_alongside(stream, samples, pressure.len()).map_err(config_error)?;
            py.detach(|| reject_off_target(&mut judged.beats, &cuff_readings(pressure, rate, target), 0.0));
        }
        Ok(Analysis(judged))
    }

    /// Study time of a time of a recording, s.
    fn study_time(&self, recording: &str, time: f64) -> PyResult<f64> {
        Ok(self.recording(recording)?.study_time(time))
    }

    /// Time of a recording, s from its first sample, of a study time.
    fn recording_time(&self, recording: &str, time: f64) -> PyResult<f64> {
        Ok(self.recording(recording)?.recording_time(time))
    }

    /// Computes the report.
    fn run(&self, py: Python<'_>, data: &Measurements) -> Report {
        py.detach(|| Report(Mutex::new(self.0.run(&data.lock()))))
    }
}

/// The pressure that the channel's cuff should hold, mmHg.
fn cuff_target(channel: &study::Channel) -> PyResult<Option<CuffTarget>> {
    let target = channel.cuff_pressure.map(|target| CuffTarget::new(target, CuffTarget::default().tolerance()));
    target.transpose().map_err(config_error)
}

/// Whether the samples of the channel carry the pressure of its cuff: calibrated, DC-coupled, and no channel of its own for it.
fn carries_cuff(channel: &study::Channel) -> bool {
    channel.cuff_column.is_none()
        && channel.dc_coupled != Some(false)
        && channel.calibration.is_some_and(|calibration| calibration.unit() == "mm[Hg]")
}

impl Study {
    fn recording(&self, id: &str) -> PyResult<&study::Recording> {
        self.0.recording(id).ok_or_else(|| PyValueError::new_err(format!("the study has no recording {id:?}")))
    }

    fn channel(&self, id: &str) -> PyResult<&study::Channel> {
        self.0.channel(id).ok_or_else(|| PyValueError::new_err(format!("the study has no channel {id:?}")))
    }
}

/// What a file could not give; the codes of the report's problems.
const FAILURES: [&str; 5] =
    ["missing_file", "unreadable_file", "missing_column", "unusable_channel", "unreadable_events"];

/// The data of a study, gathered from any thread.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct Measurements(Mutex<study::Measurements>);

impl Measurements {
    fn lock(&self) -> MutexGuard<'_, study::Measurements> {
        // Nothing panics inside, and half of a call leaves nothing half.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Measurements {
    #[new]
    fn new() -> Self {
        Self(Mutex::new(study::Measurements::new()))
    }

    /// Takes the beats of an analysis.
    fn add_beats(
        &self,
        py: Python<'_>,
        study: &Study,
        channel: &str,
        recording: &str,
        analysis: &Analysis,
        sha256: Option<String>,
    ) -> PyResult<()> {
        let result = &analysis.0;
        let facts =
            SourceFacts { duration: result.duration, sample_rate: Some(result.config.sample_rate.as_hz()), sha256 };
        py.detach(|| self.lock().add_beats(&study.0, channel, recording, &result.beats, facts)).map_err(study_error)
    }

    /// Takes values over time, raw; the channel's calibration is applied.
    #[allow(clippy::too_many_arguments)] // One call for one series.
    #[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
    fn add_values(
        &self,
        study: &Study,
        channel: &str,
        recording: &str,
        measure: &str,
        time: PyReadonlyArray1<'_, f64>,
        value: PyReadonlyArray1<'_, f64>,
        duration: f64,
        sample_rate: Option<f64>,
        sha256: Option<String>,
    ) -> PyResult<()> {
        let known = study.channel(channel)?;
        let (scale, offset) = known.calibration.map_or((1.0, 0.0), |c| (c.scale(), c.offset()));
        let values: Vec<f64> = value.as_slice()?.iter().map(|raw| scale * raw + offset).collect();
        let facts = SourceFacts { duration, sample_rate, sha256 };
        self.lock()
            .add_values(
                &study.0,
                channel,
                recording,
                measure,
                known.unit(),
                Scale::of_measure(measure),
                time.as_slice()?,
                &values,
                facts,
            )
            .map_err(study_error)
    }

    /// Takes the temperature of a region of thermal frames.
    #[pyo3(signature = (study, channel, recording, analysis, region, sha256))]
    fn add_thermal(
        &self,
        study: &Study,
        channel: &str,
        recording: &str,
        analysis: &crate::thermal::ThermalAnalysis,
        region: &str,
        sha256: Option<String>,
    ) -> PyResult<()> {
        self.lock().add_thermal(&study.0, channel, recording, &analysis.0, region, sha256).map_err(study_error)
    }

    /// Notes what could not be had, and why; `code` is one of `FAILURES`.
    fn add_failure(&self, code: &str, channel: Option<&str>, recording: &str, text: &str) -> PyResult<()> {
        let code = FAILURES
            .iter()
            .find(|known| **known == code)
            .ok_or_else(|| PyValueError::new_err(format!("code must be one of {FAILURES:?}, got {code:?}")))?;
        self.lock().add_failure(code, channel, recording, text);
        Ok(())
    }

    /// Takes a marker that came with a recording.
    fn add_marker(&self, recording: &str, time: f64, label: &str) {
        self.lock().add_marker(Some(recording), time, label);
    }
}

/// What a study answers.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct Report(Mutex<study::Report>);

impl Report {
    fn lock(&self) -> MutexGuard<'_, study::Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Window, number of beats, times (s from the foot), median, lower and upper quartile of an averaged beat.
type Beat<'py> = (String, usize, [Bound<'py, PyArray1<f64>>; 4]);

/// Name, unit, kind and meaning of a column.
type ResultColumn = (&'static str, &'static str, &'static str, &'static str);

/// Name, columns and cells of a table.
type ResultTable<'py> = (&'static str, Vec<ResultColumn>, Bound<'py, PyDict>);

#[pymethods]
impl Report {
    /// Takes the averaged beats of an analysis, one for each window, and gives them; `evenly`: samples have no time stamps.
    #[allow(clippy::too_many_arguments)] // One call for one channel of one recording.
    fn add_shapes<'py>(
        &self,
        py: Python<'py>,
        study: &Study,
        channel: &str,
        recording: &str,
        analysis: &Analysis,
        samples: &Bound<'py, PyAny>,
        evenly: bool,
    ) -> PyResult<Vec<Beat<'py>>> {
        let shapes = with_slice!(&Samples::borrow(samples)?, slice => {
            let slice = if evenly { slice } else { &[] };
            py.detach(|| {
                // A copy of what is read, so that channels do not wait for each other.
                let known = self.lock().clone();
                known.shapes(&study.0, channel, recording, &analysis.0, slice)
            })
        });
        self.lock().add_shapes(shapes.iter().map(|shape| shape.row.clone()));
        let drawn = shapes.into_iter().filter_map(|shape| Some((shape.row.window, shape.beat?)));
        Ok(drawn
            .map(|(window, beat)| {
                let columns = [beat.time, beat.median, beat.lower, beat.upper];
                (window, beat.beats, columns.map(|column| PyArray1::from_vec(py, column)))
            })
            .collect())
    }

    /// Everything that is no table.
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (dict, report) = (PyDict::new(py), self.lock());
        dict.set_item("title", &report.title)?;
        dict.set_item("subject", &report.subject)?;
        dict.set_item("start", &report.start)?;
        dict.set_item("note", &report.note)?;
        dict.set_item("version", report.version)?;
        dict.set_item("settings_hash", &report.settings_hash)?;
        dict.set_item("input_hash", &report.input_hash)?;
        dict.set_item("seed", report.seed)?;
        dict.set_item("alpha", report.alpha)?;
        Ok(dict)
    }

    /// Name, columns and cells of each table, in order.
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Vec<ResultTable<'py>>> {
        let tables = self.lock().tables();
        tables.iter().map(|rows| table(py, rows)).collect()
    }

    /// The report as JSON.
    fn json(&self, py: Python<'_>) -> String {
        py.detach(|| self.lock().to_json())
    }
}

fn table<'py>(py: Python<'py>, rows: &Rows) -> PyResult<ResultTable<'py>> {
    let columns = rows.columns.iter().zip(&rows.cells);
    let described = columns.map(|(c, cells)| (c.name, c.unit, kind(cells), c.what)).collect();
    let dict = PyDict::new(py);
    for (column, cells) in rows.columns.iter().zip(&rows.cells) {
        match cells {
            Cells::Text(texts) => dict.set_item(column.name, PyList::new(py, texts)?)?,
            Cells::Number(numbers) => dict.set_item(column.name, PyArray1::from_slice(py, numbers))?,
            Cells::Count(counts) => dict.set_item(column.name, PyArray1::from_slice(py, counts))?,
            Cells::Flag(flags) => dict.set_item(column.name, PyList::new(py, flags)?)?,
            // A kind of cell that this build of the package does not know.
            _ => {}
        }
    }
    Ok((rows.name, described, dict))
}

fn kind(cells: &Cells) -> &'static str {
    match cells {
        Cells::Number(_) => "number",
        Cells::Count(_) => "count",
        Cells::Flag(_) => "flag",
        _ => "text",
    }
}
