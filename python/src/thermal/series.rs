//! What is computed of a temperature, or a flow, over time: rewarming, oscillations, coherence, relative flow.

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1};
use plethys::ConfigError;
use plethys::thermal::{
    BANDS, Band, Estimate, EvenSeries, FlowFilter, Overview, RewarmingFit, ThermalReason, WaveletOptions,
    band_correlation, coherence, fit_depth, fit_rewarming, holes, oscillations, relative_flow, scalogram,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::config_error;

/// Time stamps (s) and values of a series.
type Pairs<'py> = (PyReadonlyArray1<'py, f64>, PyReadonlyArray1<'py, f64>);
/// The same on their way back.
type Arrays<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>);

/// Times, flow, and how late it is, s.
type TimedFlow<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray1<f64>>, f64);

fn even(pairs: &Pairs<'_>, step: f64) -> PyResult<EvenSeries> {
    if !(0.001..=3600.0).contains(&step) {
        return Err(config_error(ConfigError::OutOfRange { argument: "step", value: step, min: 0.001, max: 3600.0 }));
    }
    Ok(EvenSeries::new(pairs.0.as_slice()?, pairs.1.as_slice()?, step))
}

fn arrays(py: Python<'_>, series: EvenSeries) -> Arrays<'_> {
    let time = (0..series.values.len()).map(|place| series.start + place as f64 * series.step);
    (PyArray1::from_iter(py, time), PyArray1::from_vec(py, series.values))
}

fn bounds(estimate: Option<Estimate>) -> Option<(f64, f64, f64)> {
    estimate.map(|Estimate { value, low, high }| (value, low, high))
}

/// A dictionary for what is found of a band: its name and its edges, so far.
fn named<'py>(py: Python<'py>, band: &Band) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("name", band.name)?;
    dict.set_item("low", band.low)?;
    dict.set_item("high", band.high)?;
    Ok(dict)
}

fn word(reason: Option<ThermalReason>) -> Option<&'static str> {
    reason.map(ThermalReason::name)
}

/// The course of rewarming of a series from the end of the cold on; numbers as (value, low, high).
#[pyfunction]
#[pyo3(signature = (series, from_time, before))]
#[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
pub(crate) fn thermal_rewarming<'py>(
    py: Python<'py>,
    series: Pairs<'py>,
    from_time: f64,
    before: Option<f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let (time, celsius) = (series.0.as_slice()?, series.1.as_slice()?);
    let fit = py.detach(|| fit_rewarming(time, celsius, from_time, before));
    let RewarmingFit { start, lag, tau, end, max_slope, recovered, residual, reason } = fit;
    let dict = PyDict::new(py);
    dict.set_item("start", bounds(start))?;
    dict.set_item("lag", bounds(lag))?;
    dict.set_item("tau", bounds(tau))?;
    dict.set_item("end", bounds(end))?;
    dict.set_item("max_slope", bounds(max_slope))?;
    dict.set_item("recovered", bounds(recovered))?;
    dict.set_item("residual", residual)?;
    dict.set_item("reason", word(reason))?;
    Ok(dict)
}

/// The power of a series in each band, on a grid of `step` s: a dictionary for each, and the length that was used, s.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_bands<'py>(
    py: Python<'py>,
    series: Pairs<'py>,
    step: f64,
    surrogates: u32,
    seed: u64,
) -> PyResult<(Vec<Bound<'py, PyDict>>, f64)> {
    let series = even(&series, step)?;
    let found = py.detach(|| oscillations(&series, WaveletOptions { surrogates, seed }));
    let of_band = |(band, power): (&Band, &plethys::thermal::BandPower)| {
        let dict = named(py, band)?;
        dict.set_item("power", power.power)?;
        dict.set_item("threshold", power.threshold)?;
        dict.set_item("significant", power.threshold.map(|_| power.is_significant()))?;
        dict.set_item("reason", word(power.reason))?;
        Ok(dict)
    };
    let bands: PyResult<Vec<_>> = BANDS.iter().zip(&found.bands).map(of_band).collect();
    Ok((bands?, series.duration()))
}

/// Frequencies, times, power (frequency, time) and the cone of a series; None where no band can be told.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
#[allow(clippy::type_complexity)] // Four arrays under their names.
pub(crate) fn thermal_scalogram<'py>(
    py: Python<'py>,
    series: Pairs<'py>,
    step: f64,
    columns: usize,
) -> PyResult<
    Option<(
        Bound<'py, PyArray1<f64>>,
        Bound<'py, PyArray1<f64>>,
        Bound<'py, PyArray2<f64>>,
        Bound<'py, PyArray1<f64>>,
    )>,
> {
    let series = even(&series, step)?;
    let every = series.values.len().div_ceil(columns.max(1)).max(1);
    let Some(found) = py.detach(|| scalogram(&series, every)) else { return Ok(None) };
    let shape = [found.frequency.len(), found.time.len()];
    let power = PyArray1::from_vec(py, found.power).reshape(shape)?;
    let (frequency, time) = (PyArray1::from_vec(py, found.frequency), PyArray1::from_vec(py, found.time));
    Ok(Some((frequency, time, power, PyArray1::from_vec(py, found.cone))))
}

/// How two series go together in each band.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_coherence<'py>(
    py: Python<'py>,
    one: Pairs<'py>,
    other: Pairs<'py>,
    step: f64,
    surrogates: u32,
    seed: u64,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let (one, other) = (even(&one, step)?, even(&other, step)?);
    let found = py.detach(|| coherence(&one, &other, WaveletOptions { surrogates, seed }));
    let of_band = |(band, both): (&Band, &plethys::thermal::BandCoherence)| {
        let dict = named(py, band)?;
        dict.set_item("coherence", both.coherence)?;
        dict.set_item("threshold", both.threshold)?;
        dict.set_item("lag", both.lag)?;
        dict.set_item("reason", word(both.reason))?;
        Ok(dict)
    };
    BANDS.iter().zip(&found).map(of_band).collect()
}

/// Times, relative flow behind a temperature for a depth in m, and how late a monitor would give it, s.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_flow<'py>(py: Python<'py>, series: Pairs<'py>, depth: f64) -> PyResult<TimedFlow<'py>> {
    let series = even(&series, plethys::thermal::FLOW_STEP)?;
    let latency = FlowFilter::new(depth).map_err(config_error)?.latency();
    let flow = py.detach(|| relative_flow(&series, depth)).map_err(config_error)?;
    let (time, flow) = arrays(py, flow);
    Ok((time, flow, latency))
}

/// The depth (m) that a simultaneous reference of flow tells, with its correlations and threshold, or the reason why it does not.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_depth<'py>(
    py: Python<'py>,
    series: Pairs<'py>,
    reference: Pairs<'py>,
    seed: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let step = plethys::thermal::FLOW_STEP;
    let (series, reference) = (even(&series, step)?, even(&reference, step)?);
    let fit = py.detach(|| fit_depth(&series, &reference, seed));
    let dict = PyDict::new(py);
    let found = fit.as_ref().ok();
    dict.set_item("depth", found.map(|fit| fit.depth))?;
    dict.set_item("correlation", found.map(|fit| fit.correlation))?;
    dict.set_item("raw_correlation", found.map(|fit| fit.raw_correlation))?;
    dict.set_item("threshold", found.map(|fit| fit.threshold))?;
    dict.set_item("significant", found.map(plethys::thermal::DepthFit::is_significant))?;
    dict.set_item("reason", word(fit.as_ref().err().copied()))?;
    Ok(dict)
}

/// Correlation of two series in 0.005 to 0.05 Hz; None where it cannot be told.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_correlation(py: Python<'_>, one: Pairs<'_>, other: Pairs<'_>) -> PyResult<Option<f64>> {
    let step = plethys::thermal::FLOW_STEP;
    let (one, other) = (even(&one, step)?, even(&other, step)?);
    Ok(py.detach(|| band_correlation(&one, &other)))
}

/// What a series of anything was from its first to its last value.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_overview<'py>(py: Python<'py>, series: Pairs<'py>) -> PyResult<Bound<'py, PyDict>> {
    let over = Overview::of_series(series.0.as_slice()?, series.1.as_slice()?);
    super::overview(py, &over)
}

/// Places of times before which nothing was measured for more than 10 s and five usual steps.
#[pyfunction]
#[allow(clippy::needless_pass_by_value)] // As above.
pub(crate) fn thermal_holes(time: PyReadonlyArray1<'_, f64>) -> PyResult<Vec<usize>> {
    Ok(holes(time.as_slice()?))
}
