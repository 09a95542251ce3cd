//! What a stream is, put together call by call.

use plethys::{Calibration, Config, Polarity, SampleRate, SensorRange, SignalKind, estimate_sample_rate};
use wasm_bindgen::prelude::*;

use crate::block::RawBlock;
use crate::object::{config_error, error, unknown};
use crate::pvr::target_of;

/// A [`Config`] under construction.
#[wasm_bindgen]
pub struct RawConfig {
    pub(crate) config: Config,
}

#[wasm_bindgen]
impl RawConfig {
    /// A stream of the kind `signal` at `sample_rate` Hz.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(constructor)]
    pub fn new(sample_rate: f64, signal: &str) -> Result<RawConfig, JsValue> {
        let rate = SampleRate::hz(sample_rate).map_err(|e| config_error(&e))?;
        let signal = SignalKind::from_name(signal).map_err(|e| unknown(&e, signal))?;
        Ok(Self { config: Config::new(signal, rate) })
    }

    /// The same, at the sample rate that the first `n` time stamps of `block` show.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(js_name = ofTime)]
    pub fn of_time(block: &RawBlock, n: f64, signal: &str) -> Result<RawConfig, JsValue> {
        let signal = SignalKind::from_name(signal).map_err(|e| unknown(&e, signal))?;
        let time = block.input(n, true)?.time.unwrap_or_default();
        let rate = estimate_sample_rate(time).map_err(|e| error(&e))?;
        Ok(Self { config: Config::new(signal, rate) })
    }

    /// Whether systole is a rise or a fall: `"auto"`, `"upright"`, `"inverted"`.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn polarity(&mut self, name: &str) -> Result<(), JsValue> {
        self.config.polarity = Polarity::from_name(name).map_err(|e| unknown(&e, name))?;
        Ok(())
    }

    /// Raw to physical units.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn calibration(&mut self, scale: f64, offset: f64, unit: &str, date: Option<String>) -> Result<(), JsValue> {
        let mut calibration = Calibration::new(scale, offset, unit).map_err(|e| config_error(&e))?;
        if let Some(date) = date {
            calibration = calibration.dated(&date).map_err(|e| config_error(&e))?;
        }
        self.config.calibration = Some(calibration);
        Ok(())
    }

    /// The rails of the sensor, raw units.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(js_name = sensorRange)]
    pub fn sensor_range(&mut self, low: f64, high: f64) -> Result<(), JsValue> {
        self.config.sensor_range = Some(SensorRange::new(low, high).map_err(|e| config_error(&e))?);
        Ok(())
    }

    /// The pressure that the cuff should hold, and how far from it a beat still counts, calibrated units.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn cuff(&mut self, pressure: f64, tolerance: Option<f64>) -> Result<(), JsValue> {
        self.config.cuff = Some(target_of(Some(pressure), tolerance)?);
        Ok(())
    }

    /// Whether the level of the samples is the light's.
    #[wasm_bindgen(js_name = dcCoupled)]
    pub fn dc_coupled(&mut self, coupled: bool) {
        self.config.dc_coupled = Some(coupled);
    }

    /// What comes with each sample.
    pub fn references(&mut self, motion: bool, companion: bool) {
        self.config.motion = motion;
        self.config.companion = companion;
    }
}
