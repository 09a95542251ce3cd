//! The generator of synthetic recordings, with their truth.

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use plethys_datasets::{
    AmplitudeStep, BaselineStep, Clip, Drift, Hum, Jitter, Kind, Level, Modulation, Motion, Pattern, Quantisation,
    Rate, Recording, Rhythm, Shape, Span, Spike, StressSet, Synth, SynthError, Target, TrueBeat, Variability,
};
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The keywords of `plethys.datasets.synthetic`, all present; names, units and defaults are documented there.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Options {
    seed: u64,
    seconds: f64,
    sample_rate: f64,
    signal: String,
    pulse_rate: (f64, f64),
    perfusion_index: f64,
    amplitude: Option<f64>,
    dc: Option<f64>,
    inverted: Option<bool>,
    notch: f64,
    variability: (f64, f64, f64),
    rhythm: String,
    respiration: Option<(f64, f64, f64)>,
    vasomotion: Option<(f64, f64, f64)>,
    amplitude_steps: Vec<(f64, f64)>,
    drift: Option<(f64, f64)>,
    noise_db: Option<f64>,
    pink_db: Option<f64>,
    hum: Option<(f64, f64)>,
    motion: Vec<(f64, f64)>,
    motion_cadence: f64,
    motion_strength: f64,
    motion_periodicity: f64,
    baseline_steps: Vec<(f64, f64)>,
    spikes: Vec<(f64, f64)>,
    clip: Option<(f64, f64)>,
    flats: Vec<(f64, f64)>,
    gaps: Vec<(f64, f64)>,
    quantisation: Option<f64>,
    jitter: Option<(f64, f64, f64)>,
}

const PATTERNS: [(&str, Pattern); 6] = [
    ("regular", Pattern::Regular),
    ("atrial_fibrillation", Pattern::AtrialFibrillation { variation: 0.25 }),
    ("bigeminy", Pattern::Bigeminy { coupling: 0.65, strength: 0.5 }),
    ("ectopics", Pattern::Ectopics { share: 0.1, coupling: 0.65, strength: 0.5 }),
    ("alternans", Pattern::Alternans { ratio: 0.6 }),
    ("pauses", Pattern::Pauses { every: 30.0, length: 2.5 }),
];

fn pattern(name: &str) -> PyResult<Pattern> {
    PATTERNS.iter().find(|(known, _)| *known == name).map(|(_, pattern)| *pattern).ok_or_else(|| {
        let known: Vec<_> = PATTERNS.iter().map(|(name, _)| format!("{name:?}")).collect();
        PyValueError::new_err(format!("rhythm must be one of {}, got {name:?}", known.join(", ")))
    })
}

fn spans(pairs: &[(f64, f64)]) -> Vec<Span> {
    pairs.iter().map(|&(start, end)| Span::new(start, end)).collect()
}

fn modulation(triple: Option<(f64, f64, f64)>) -> Option<Modulation> {
    triple.map(|(frequency, amplitude, intensity)| Modulation { frequency, amplitude, intensity })
}

impl Options {
    fn synth(&self) -> PyResult<Synth> {
        let base = match self.signal.as_str() {
            "ppg" => Synth {
                kind: match self.dc {
                    Some(dc) => Kind::Ppg { dc, perfusion_index: self.perfusion_index },
                    None => Kind::PpgAc { amplitude: self.amplitude.unwrap_or(1.0) },
                },
                shape: Shape::ppg(self.notch),
                ..Synth::ppg(self.sample_rate, self.seconds)
            },
            "pvr" => Synth::pvr(self.sample_rate, self.seconds, self.amplitude.unwrap_or(1.0)),
            "pressure" => Synth {
                kind: Kind::Pressure { diastolic: 80.0, systolic: 80.0 + self.amplitude.unwrap_or(40.0) },
                ..Synth::pressure(self.sample_rate, self.seconds)
            },
            other => {
                let known = plethys::SignalKind::NAMES;
                return Err(PyValueError::new_err(format!("signal must be one of {known}, got {other:?}")));
            }
        };
        let (from, to) = self.pulse_rate;
        let (respiratory, slow, fractal) = self.variability;
        Ok(Synth {
            seed: self.seed,
            inverted: self.inverted.unwrap_or(base.inverted),
            rhythm: Rhythm {
                rate: if from == to { Rate::Constant(from) } else { Rate::Ramp(from, to) },
                variability: Variability { respiratory, slow, fractal },
                pattern: pattern(&self.rhythm)?,
            },
            respiration: modulation(self.respiration),
            vasomotion: modulation(self.vasomotion),
            amplitude_steps: self
                .amplitude_steps
                .iter()
                .map(|&(time, factor)| AmplitudeStep { time, factor })
                .collect(),
            drift: self.drift.map(|(swing, highest)| Drift { swing, highest }),
            white: self.noise_db.map(Level::SnrDb),
            pink: self.pink_db.map(Level::SnrDb),
            hum: self.hum.map(|(frequency, amplitude)| Hum { frequency, amplitude }),
            motion: (!self.motion.is_empty()).then(|| Motion {
                bursts: spans(&self.motion),
                cadence: self.motion_cadence,
                strength: self.motion_strength,
                periodicity: self.motion_periodicity,
            }),
            baseline_steps: self.baseline_steps.iter().map(|&(time, height)| BaselineStep { time, height }).collect(),
            spikes: self.spikes.iter().map(|&(time, height)| Spike { time, height }).collect(),
            clip: self.clip.map(|(below, above)| Clip::Share(below, above)),
            flats: spans(&self.flats),
            gaps: spans(&self.gaps),
            quantisation: self.quantisation.map(Quantisation::Step),
            jitter: self.jitter.map(|(deviation, dropped, resolution)| Jitter { deviation, dropped, resolution }),
            ..base
        })
    }
}

#[allow(clippy::needless_pass_by_value)] // The signature that `map_err` takes.
fn synth_error(error: SynthError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A numeric column of a table of true beats: name, unit, how it is read.
type TruthNumber = (&'static str, &'static str, fn(&TrueBeat) -> Option<f64>);

const TRUTH_NUMBERS: [TruthNumber; 11] = [
    ("onset", "s", |b| Some(b.onset)),
    ("slope_time", "s", |b| Some(b.slope_time)),
    ("peak", "s", |b| Some(b.peak)),
    ("end", "s", |b| b.end),
    ("rate", "/min", |b| b.rate),
    ("amplitude", "signal", |b| Some(b.amplitude)),
    ("amplitude_corrected", "signal", |b| b.amplitude_corrected),
    ("perfusion_index", "%", |b| b.perfusion_index),
    ("upstroke_time", "s", |b| Some(b.upstroke_time)),
    ("width", "s", |b| b.width),
    ("foot", "signal", |b| Some(b.foot)),
];

/// A column of truth values of a table of true beats: name, how it is read.
type TruthFlag = (&'static str, fn(&TrueBeat) -> bool);

const TRUTH_FLAGS: [TruthFlag; 3] =
    [("ectopic", |b| b.is_ectopic), ("visible", |b| b.is_visible), ("disturbed", |b| b.is_disturbed)];

/// `(name, unit, what)` of each column of true beats.
pub(crate) fn truth_columns() -> Vec<(&'static str, &'static str, &'static str)> {
    let numbers = TRUTH_NUMBERS.iter().map(|(name, unit, _)| (*name, *unit, ""));
    numbers.chain(TRUTH_FLAGS.iter().map(|(name, _)| (*name, "bool", ""))).collect()
}

fn recording<'py>(py: Python<'py>, recording: &Recording) -> PyResult<Bound<'py, PyDict>> {
    let truth = &recording.truth;
    let beats = PyDict::new(py);
    for (name, _, read) in TRUTH_NUMBERS {
        let column = truth.beats.iter().map(|beat| read(beat).unwrap_or(plethys::table::ABSENT));
        beats.set_item(name, PyArray1::from_iter(py, column))?;
    }
    for (name, read) in TRUTH_FLAGS {
        beats.set_item(name, PyArray1::from_iter(py, truth.beats.iter().map(read)))?;
    }
    let pairs = |spans: &[Span]| spans.iter().map(|span| (span.start, span.end)).collect::<Vec<_>>();
    let dict = PyDict::new(py);
    dict.set_item("samples", PyArray1::from_slice(py, &recording.samples))?;
    dict.set_item("sample_rate", recording.sample_rate)?;
    dict.set_item("time", recording.times.as_ref().map(|times| PyArray1::from_slice(py, times)))?;
    let motion = match &recording.acceleration {
        None => None,
        Some(rows) => Some(PyArray1::from_slice(py, rows.as_flattened()).reshape([rows.len(), 3])?),
    };
    dict.set_item::<_, Option<Bound<'py, PyArray2<f64>>>>("motion", motion)?;
    dict.set_item("beats", beats)?;
    dict.set_item("gaps", pairs(&truth.gaps))?;
    dict.set_item("flats", pairs(&truth.flats))?;
    dict.set_item("bursts", pairs(&truth.motion))?;
    dict.set_item("rails", truth.rails)?;
    Ok(dict)
}

/// A synthetic recording and its truth.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
pub(crate) fn synthetic(py: Python<'_>, options: Options) -> PyResult<Bound<'_, PyDict>> {
    let synth = options.synth()?;
    let made = py.detach(|| synth.record()).map_err(synth_error)?;
    recording(py, &made)
}

/// Name, what it stresses, and what is asked (`"f1"`, `"beats_per_minute"` or None, and the number) of a stress set.
type StressSetRow = (String, String, Option<(&'static str, f64)>);

/// Each stress set.
#[pyfunction]
pub(crate) fn stress_sets() -> Vec<StressSetRow> {
    plethys_datasets::stress_sets()
        .into_iter()
        .map(|StressSet { name, what, target, .. }| {
            let target = match target {
                Target::F1(least) => Some(("f1", least)),
                Target::BeatsPerMinute(most) => Some(("beats_per_minute", most)),
                Target::Report => None,
            };
            (name, what, target)
        })
        .collect()
}

/// The recording of a stress set for a seed; `seconds` shortens it.
#[pyfunction]
#[pyo3(signature = (name, seed, seconds=None))]
pub(crate) fn stress_set<'py>(
    py: Python<'py>,
    name: &str,
    seed: u64,
    seconds: Option<f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let set = plethys_datasets::stress_sets()
        .into_iter()
        .find(|set| set.name == name)
        .ok_or_else(|| PyKeyError::new_err(format!("no stress set is named {name:?}")))?;
    let mut synth = set.synth(seed);
    synth.duration = seconds.unwrap_or(synth.duration);
    let (kind, inverted) = (synth.kind, synth.inverted);
    let made = py.detach(|| synth.record()).map_err(synth_error)?;
    let dict = recording(py, &made)?;
    let signal = match kind {
        Kind::Pvr { .. } => "pvr",
        Kind::Pressure { .. } => "pressure",
        _ => "ppg",
    };
    dict.set_item("signal", signal)?;
    dict.set_item("inverted", inverted)?;
    Ok(dict)
}

/// The catalogue of public recordings, as TOML.
#[pyfunction]
pub(crate) fn catalogue_toml() -> &'static str {
    plethys_datasets::CATALOGUE
}

/// The catalogue of public recordings, entry by entry; what is not known is None.
#[pyfunction]
pub(crate) fn catalogue(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    plethys_datasets::catalogue()
        .into_iter()
        .map(|entry| {
            let dict = PyDict::new(py);
            dict.set_item("name", entry.name)?;
            dict.set_item("title", entry.title)?;
            dict.set_item("what", entry.what)?;
            dict.set_item("rate_hz", entry.rate_hz)?;
            dict.set_item("unit", entry.unit)?;
            dict.set_item("has_dc", entry.has_dc)?;
            dict.set_item("reference", entry.reference)?;
            dict.set_item("licence", entry.licence)?;
            dict.set_item("citation", entry.citation)?;
            dict.set_item("source", entry.source)?;
            let files: Vec<_> = entry.files.into_iter().map(|file| (file.path, file.url, file.sha256)).collect();
            dict.set_item("files", files)?;
            dict.set_item("package", entry.package.map(|package| (package.name, package.version, package.members)))?;
            Ok(dict)
        })
        .collect()
}
