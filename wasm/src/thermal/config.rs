//! What thermal frames are, put together call by call.

use plethys::thermal::{Emissivity, Encoding, Planck, Radiometry, Shape, ShutterRule, ThermalConfig};
use plethys::{ConfigError, Label};
use wasm_bindgen::prelude::*;

use crate::block::count;
use crate::object::{config_error, range_error};

/// A [`ThermalConfig`] under construction.
#[wasm_bindgen]
pub struct RawThermalConfig {
    pub(super) config: ThermalConfig,
}

#[wasm_bindgen]
impl RawThermalConfig {
    /// Frames of `rows` × `columns` pixels, °C.
    ///
    /// # Errors
    /// A `RangeError` for what is no whole number.
    #[wasm_bindgen(constructor)]
    pub fn new(rows: f64, columns: f64) -> Result<RawThermalConfig, JsValue> {
        let (rows, columns) = (count("rows", rows, 1280)?, count("columns", columns, 1280)?);
        Ok(Self { config: ThermalConfig::new(rows, columns, Encoding::Celsius) })
    }

    /// Frames are counts, linear in temperature.
    pub fn linear(&mut self, kelvin_per_count: f64) {
        self.config.radiometry = Radiometry::new(Encoding::TLinear { kelvin_per_count });
    }

    /// Frames are counts, linear in radiation.
    pub fn planck(&mut self, r1: f64, r2: f64, b: f64, f: f64, o: f64) {
        self.config.radiometry = Radiometry::new(Encoding::Planck(Planck { r1, r2, b, f, o }));
    }

    /// Whether frames are counts.
    #[wasm_bindgen(getter, js_name = takesCounts)]
    pub fn takes_counts(&self) -> bool {
        self.config.radiometry.encoding().is_counts()
    }

    /// A region of the whole frame.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message, as of all regions.
    pub fn whole(&mut self, name: &str, erode: f64) -> Result<(), JsValue> {
        self.add(name, Shape::Whole, erode)
    }

    /// A rectangle of rows `top` to below `bottom` and columns `left` to below `right`.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn rectangle(
        &mut self,
        name: &str,
        top: f64,
        bottom: f64,
        left: f64,
        right: f64,
        erode: f64,
    ) -> Result<(), JsValue> {
        let edge = |value: f64| (value >= 0.0 && value == value as usize as f64).then_some(value as usize);
        let (Some(top), Some(bottom), Some(left), Some(right)) = (edge(top), edge(bottom), edge(left), edge(right))
        else {
            let region = label(name)?;
            return Err(config_error(&ConfigError::Region { region, problem: "lies outside the frame" }));
        };
        self.add(name, Shape::Rectangle { top, bottom, left, right }, erode)
    }

    /// A polygon of corners x, y in turn.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn polygon(&mut self, name: &str, corners: &[f64], erode: f64) -> Result<(), JsValue> {
        self.add(name, Shape::Polygon(corners.as_chunks::<2>().0.to_vec()), erode)
    }

    /// A mask: 0 or another number for each pixel, row by row.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn mask(&mut self, name: &str, mask: &[u8], erode: f64) -> Result<(), JsValue> {
        self.add(name, Shape::Mask(mask.iter().map(|&inside| inside != 0).collect()), erode)
    }

    /// The mirror image of region `of` across the vertical line x = `axis`.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn mirror(&mut self, name: &str, of: &str, axis: f64, erode: f64) -> Result<(), JsValue> {
        self.add(name, Shape::Mirrored { of: label(of)?, axis }, erode)
    }

    /// The difference of two regions.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn pair(&mut self, name: &str, of: &str, minus: &str, is_gradient: bool) -> Result<(), JsValue> {
        let config = self.config.clone();
        self.config = if is_gradient { config.gradient(name, of, minus) } else { config.difference(name, of, minus) }
            .map_err(|e| config_error(&e))?;
        Ok(())
    }

    /// The emissivity that is applied here.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn emissivity(&mut self, emissivity: f64, reflected: f64, transmission: f64, air: f64) -> Result<(), JsValue> {
        let surface = Emissivity { emissivity, reflected, transmission, air };
        self.config.radiometry = self.config.radiometry.corrected(surface).map_err(|e| config_error(&e))?;
        Ok(())
    }

    /// The camera has applied an emissivity.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(js_name = correctedByCamera)]
    pub fn corrected_by_camera(&mut self) -> Result<(), JsValue> {
        self.config.radiometry = self.config.radiometry.corrected_by_camera().map_err(|e| config_error(&e))?;
        Ok(())
    }

    /// A region of constant temperature.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    pub fn reference(&mut self, region: &str, temperature: Option<f64>) -> Result<(), JsValue> {
        self.config = self.config.clone().reference(region, temperature).map_err(|e| config_error(&e))?;
        Ok(())
    }

    /// Start and end of the baseline, s.
    pub fn baseline(&mut self, start: f64, end: f64) {
        self.config.baseline = Some([start, end]);
    }

    /// How long the camera warms up, s.
    #[wasm_bindgen(js_name = warmUp)]
    pub fn warm_up(&mut self, seconds: f64) {
        self.config.warm_up = seconds;
    }

    /// How much is cut out around a shutter, s.
    pub fn cut(&mut self, seconds: f64) {
        self.config.cut = seconds;
    }

    /// How the shutter is found: `"none"`, `"telemetry"`, `"detect"`.
    ///
    /// # Errors
    /// A `RangeError` for another word.
    #[wasm_bindgen(js_name = shutterRule)]
    pub fn shutter_rule(&mut self, name: &str) -> Result<(), JsValue> {
        self.config.shutter = match name {
            "none" => ShutterRule::None,
            "telemetry" => ShutterRule::Telemetry,
            "detect" => ShutterRule::Detect,
            _ => {
                return Err(range_error(&format!("shutterRule must be one of none, telemetry, detect, got {name:?}")));
            }
        };
        Ok(())
    }

    /// A pixel known to be bad.
    ///
    /// # Errors
    /// A `RangeError` for a place outside the frame.
    #[wasm_bindgen(js_name = badPixel)]
    pub fn bad_pixel(&mut self, row: f64, column: f64) -> Result<(), JsValue> {
        let row = count("row of a bad pixel", row, self.config.rows.saturating_sub(1))?;
        let column = count("column of a bad pixel", column, self.config.columns.saturating_sub(1))?;
        self.config.bad_pixels.push([row, column]);
        Ok(())
    }

    /// Sets a truth value by its name.
    ///
    /// # Errors
    /// A `RangeError` for an unknown name.
    pub fn flag(&mut self, name: &str, value: bool) -> Result<(), JsValue> {
        let place = match name {
            "skipRepeated" => &mut self.config.skip_repeated,
            "findBadPixels" => &mut self.config.find_bad_pixels,
            "percentiles" => &mut self.config.percentiles,
            "watchLimb" => &mut self.config.watch_limb,
            "follow" => &mut self.config.follow,
            _ => return Err(range_error(&format!("no option is named {name:?}"))),
        };
        *place = value;
        Ok(())
    }
}

impl RawThermalConfig {
    fn add(&mut self, name: &str, shape: Shape, erode: f64) -> Result<(), JsValue> {
        let erode = count("erode", erode, 32)?;
        self.config = self.config.clone().eroded_region(name, shape, erode).map_err(|e| config_error(&e))?;
        Ok(())
    }
}

fn label(name: &str) -> Result<Label, JsValue> {
    Label::new("region", name).map_err(|e| config_error(&e))
}
