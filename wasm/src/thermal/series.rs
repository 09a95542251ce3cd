//! What is computed of a region's temperature over time: rewarming, oscillations, relative flow.

use js_sys::{Array, Float64Array, Object};
use plethys::ConfigError;
use plethys::thermal::{
    BANDS, Estimate, EvenSeries, FLOW_STEP, FlowFilter, RewarmingFit, ThermalReason, WaveletOptions, fit_depth,
    fit_rewarming, oscillations, relative_flow,
};
use wasm_bindgen::prelude::*;

use crate::object::{config_error, set};

fn even(time: &[f64], value: &[f64], step: f64) -> Result<EvenSeries, JsValue> {
    if !(0.001..=3600.0).contains(&step) {
        return Err(config_error(&ConfigError::OutOfRange { argument: "step", value: step, min: 0.001, max: 3600.0 }));
    }
    Ok(EvenSeries::new(time, value, step))
}

fn estimate(of: Option<Estimate>) -> JsValue {
    of.map_or(JsValue::UNDEFINED, |Estimate { value, low, high }| {
        let object = Object::new();
        set(&object, "value", value);
        set(&object, "low", low);
        set(&object, "high", high);
        object.into()
    })
}

/// The course of rewarming from the end of the cold at `from` s on.
#[wasm_bindgen(js_name = rawRewarming, unchecked_return_type = "object")]
pub fn raw_rewarming(time: &[f64], celsius: &[f64], from: f64, before: Option<f64>) -> Object {
    let fit = fit_rewarming(time, celsius, from, before);
    let RewarmingFit { start, lag, tau, end, max_slope, recovered, residual, reason } = fit;
    let object = Object::new();
    set(&object, "start", estimate(start));
    set(&object, "lag", estimate(lag));
    set(&object, "tau", estimate(tau));
    set(&object, "end", estimate(end));
    set(&object, "max_slope", estimate(max_slope));
    set(&object, "recovered", estimate(recovered));
    set(&object, "residual", residual);
    set(&object, "reason", reason.map(ThermalReason::name));
    object
}

/// The power in each band, on a grid of `step` s.
///
/// # Errors
/// A `RangeError` for a step out of range.
#[wasm_bindgen(js_name = rawBands, unchecked_return_type = "object[]")]
pub fn raw_bands(time: &[f64], value: &[f64], step: f64, surrogates: u32, seed: u32) -> Result<Array, JsValue> {
    let found = oscillations(&even(time, value, step)?, WaveletOptions { surrogates, seed: seed.into() });
    let rows = BANDS.iter().zip(&found.bands).map(|(band, power)| {
        let object = Object::new();
        set(&object, "name", band.name);
        set(&object, "low", band.low);
        set(&object, "high", band.high);
        set(&object, "power", power.power);
        set(&object, "threshold", power.threshold);
        set(&object, "significant", power.threshold.map(|_| power.is_significant()));
        set(&object, "reason", power.reason.map(ThermalReason::name));
        JsValue::from(object)
    });
    Ok(rows.collect())
}

/// Relative flow behind a temperature, for a depth in m.
///
/// # Errors
/// A `RangeError` for a depth out of range.
#[wasm_bindgen(js_name = rawFlow, unchecked_return_type = "object")]
pub fn raw_flow(time: &[f64], celsius: &[f64], depth: f64) -> Result<Object, JsValue> {
    let latency = FlowFilter::new(depth).map_err(|e| config_error(&e))?.latency();
    let flow = relative_flow(&EvenSeries::new(time, celsius, FLOW_STEP), depth).map_err(|e| config_error(&e))?;
    let stamps: Vec<f64> = (0..flow.values.len()).map(|place| flow.start + place as f64 * flow.step).collect();
    let object = Object::new();
    set(&object, "time", Float64Array::from(stamps.as_slice()));
    set(&object, "flow", Float64Array::from(flow.values.as_slice()));
    set(&object, "latency", latency);
    Ok(object)
}

/// The depth that a simultaneous reference of flow tells.
#[wasm_bindgen(js_name = rawDepth, unchecked_return_type = "object")]
pub fn raw_depth(time: &[f64], celsius: &[f64], reference_time: &[f64], reference: &[f64], seed: u32) -> Object {
    let series = EvenSeries::new(time, celsius, FLOW_STEP);
    let reference = EvenSeries::new(reference_time, reference, FLOW_STEP);
    let fit = fit_depth(&series, &reference, seed.into());
    let found = fit.as_ref().ok();
    let object = Object::new();
    set(&object, "depth", found.map(|fit| fit.depth));
    set(&object, "correlation", found.map(|fit| fit.correlation));
    set(&object, "raw_correlation", found.map(|fit| fit.raw_correlation));
    set(&object, "threshold", found.map(|fit| fit.threshold));
    set(&object, "significant", found.map(plethys::thermal::DepthFit::is_significant));
    set(&object, "reason", fit.as_ref().err().map(|reason| reason.name()));
    object
}
