//! A stack of thermal frames in one call.

use js_sys::Object;
use ndarray::ArrayView3;
use plethys::thermal::{Overview, ThermalAnalysis, analyze_thermal, frames_of};
use wasm_bindgen::prelude::*;

use super::config::RawThermalConfig;
use super::pixels::{PixelsOf, RawStack, telemetry};
use super::tables::{baselines, overview_of, put, snapshot, tables};
use crate::object::{error, range_error, set};

/// A stack's result.
#[wasm_bindgen]
pub struct RawThermalAnalysis {
    analysis: ThermalAnalysis,
}

/// Analyses a stack of frames with their stamps, s, and what else the camera says: empty, or one entry each.
///
/// # Errors
/// An `Error` or a `RangeError` with the kernel's message.
#[wasm_bindgen(js_name = rawAnalyzeThermal)]
pub fn raw_analyze_thermal(
    stack: &RawStack,
    times: &[f64],
    shutter: &[u8],
    counter: &[f64],
    uptime: &[f64],
    config: &RawThermalConfig,
) -> Result<RawThermalAnalysis, JsValue> {
    let config = config.config.clone();
    let shape = (stack.frames, config.rows, config.columns);
    let unfit = |_| range_error("the stack was made for another shape of frames");
    let told = |place: usize| {
        let shutter = shutter.get(place).is_some_and(|&shut| shut != 0);
        telemetry(shutter, counter.get(place).copied(), uptime.get(place).copied())
    };
    let analysis = match &stack.pixels {
        PixelsOf::Counts(pixels) => {
            let view = ArrayView3::from_shape(shape, pixels).map_err(unfit)?;
            analyze_thermal(frames_of(view).enumerate().map(|(place, frame)| frame.with(told(place))), times, config)
        }
        PixelsOf::Celsius(pixels) => {
            let view = ArrayView3::from_shape(shape, pixels).map_err(unfit)?;
            analyze_thermal(frames_of(view).enumerate().map(|(place, frame)| frame.with(told(place))), times, config)
        }
    };
    Ok(RawThermalAnalysis { analysis: analysis.map_err(|e| error(&e))? })
}

#[wasm_bindgen]
impl RawThermalAnalysis {
    /// Everything.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn fields(&self) -> Object {
        let analysis = &self.analysis;
        let config = &analysis.config;
        let ThermalAnalysis { regions, means, differences, difference_means, notices, .. } = analysis;
        let object = tables(config, regions, means, differences, difference_means, notices);
        let end = snapshot(&analysis.end);
        for name in ["state", "counts", "segment", "interval", "noise", "correction", "shift"] {
            let value = js_sys::Reflect::get(&end, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
            set(&object, name, value);
        }
        let (overview, difference_overview, absent) = (Object::new(), Object::new(), Object::new());
        let line = |lines: &Object, name: &str, over: Option<Overview>| {
            if let Some(over) = over {
                put(lines, name, overview_of(&over));
                if let Some(reason) = over.reason {
                    put(&absent, name, reason.name());
                }
            }
        };
        for name in config.region_names() {
            line(&overview, name, analysis.overview(name));
        }
        for pair in &config.differences {
            line(&difference_overview, pair.name.as_str(), analysis.difference_overview(pair.name.as_str()));
        }
        set(&object, "overview", overview);
        set(&object, "difference_overview", difference_overview);
        set(&object, "absent", absent);
        let baseline = |place: usize| analysis.baselines.get(place).copied().flatten();
        set(&object, "baselines", baselines(config, baseline));
        set(&object, "is_comparable", analysis.is_comparable());
        set(&object, "emissivity_applied_by", config.radiometry.applied_by().name());
        set(&object, "latency", analysis.latency);
        set(&object, "duration", analysis.duration);
        object
    }
}
