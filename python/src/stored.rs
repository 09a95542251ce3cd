//! An analysis as plain values and back, for pickle: processes pass results to each other so.

use plethys::{Absent, BeatTable, Counts, Polarity, RateTable, Reason, State};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::config::Config;
use crate::monitor::Analysis;

/// Bytes of the tables and of the pulses' peaks.
type Bytes<'py> = (Bound<'py, PyBytes>, Bound<'py, PyBytes>, Bound<'py, PyBytes>);
/// Medians; codes of what is absent; latency and duration.
type Values = ([Option<f64>; 4], [u8; 4], [f64; 2]);
/// State and polarity, by their names.
type Words = (String, String);
/// The version of the package, then everything.
type Stored<'py> = (String, Config, Bytes<'py>, Values, Words, [u64; 9]);

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything that an analysis holds.
pub(crate) fn stored<'py>(py: Python<'py>, of: &plethys::Analysis) -> Stored<'py> {
    let pulses: Vec<u8> = of.pulses.iter().flat_map(|peak| peak.to_le_bytes()).collect();
    let bytes = |bytes: &[u8]| PyBytes::new(py, bytes);
    let Absent { pulse_rate, perfusion_index, amplitude, quality } = of.absent;
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
    } = of.counts;
    (
        VERSION.to_owned(),
        Config(of.config),
        (bytes(&of.beats.to_bytes()), bytes(&of.rates.to_bytes()), bytes(&pulses)),
        (
            [of.pulse_rate, of.perfusion_index, of.amplitude, of.quality],
            [pulse_rate, perfusion_index, amplitude, quality].map(|reason| reason.map_or(0, Reason::code)),
            [of.latency, of.duration],
        ),
        (of.state.name().to_owned(), of.polarity.name().to_owned()),
        [samples, missing, out_of_range, clipped, gaps, late_stamps, equal_stamps, backward_stamps, clock_jumps],
    )
}

/// The analysis that was stored. Raises `ValueError` for one of another version, whose columns may be others, or for bytes of no table.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
pub(crate) fn restored(
    version: &str,
    config: &Config,
    bytes: Bytes<'_>,
    values: Values,
    words: Words,
    counts: [u64; 9],
) -> PyResult<Analysis> {
    if version != VERSION {
        let text = format!("an analysis that plethys {version} stored is read by that version only, this is {VERSION}");
        return Err(PyValueError::new_err(text));
    }
    let unreadable = || PyValueError::new_err("the stored analysis is damaged");
    let (beats, rates, pulses) = bytes;
    let (peaks, rest) = pulses.as_bytes().as_chunks::<8>();
    if !rest.is_empty() {
        return Err(unreadable());
    }
    let ([pulse_rate, perfusion_index, amplitude, quality], reasons, [latency, duration]) = values;
    let [no_rate, no_perfusion_index, no_amplitude, no_quality] = reasons.map(Reason::from_code);
    let [samples, missing, out_of_range, clipped, gaps, late_stamps, equal_stamps, backward_stamps, clock_jumps] =
        counts;
    Ok(Analysis(plethys::Analysis {
        beats: BeatTable::from_bytes(beats.as_bytes()).ok_or_else(unreadable)?,
        rates: RateTable::from_bytes(rates.as_bytes()).ok_or_else(unreadable)?,
        pulses: peaks.iter().map(|peak| f64::from_le_bytes(*peak)).collect(),
        pulse_rate,
        perfusion_index,
        amplitude,
        quality,
        state: State::ALL.into_iter().find(|state| state.name() == words.0).ok_or_else(unreadable)?,
        absent: Absent {
            pulse_rate: no_rate,
            perfusion_index: no_perfusion_index,
            amplitude: no_amplitude,
            quality: no_quality,
        },
        counts: Counts {
            samples,
            missing,
            out_of_range,
            clipped,
            gaps,
            late_stamps,
            equal_stamps,
            backward_stamps,
            clock_jumps,
        },
        polarity: Polarity::from_name(&words.1).map_err(|_| unreadable())?,
        config: config.0,
        latency,
        duration,
    }))
}
