//! The monitor of thermal frames.

use js_sys::Object;
use plethys::Error;
use plethys::thermal::{ThermalMonitor, ThermalTables};
use wasm_bindgen::prelude::*;

use super::config::RawThermalConfig;
use super::pixels::{PixelsOf, telemetry};
use super::tables::{baselines, put, snapshot, tables};
use crate::block::room;
use crate::object::{error, set};

fn rows_of(tables: &ThermalTables) -> usize {
    let ThermalTables { regions, means, differences, difference_means, notices } = tables;
    regions.len() + means.len() + differences.len() + difference_means.len() + notices.len()
}

/// One stream's state, with room for a frame.
#[wasm_bindgen]
pub struct RawThermalMonitor {
    monitor: ThermalMonitor,
    input: PixelsOf,
    announced: ThermalTables,
}

#[wasm_bindgen]
impl RawThermalMonitor {
    /// A monitor of the frames that `config` describes.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &RawThermalConfig) -> Result<RawThermalMonitor, JsValue> {
        let pixels = config.config.rows * config.config.columns;
        // Measured: 2.5 MB for 120 × 160 pixels with everything on, 8.6 MB for 480 × 640.
        room("another monitor", 3_000_000 + 40 * pixels)?;
        let monitor = ThermalMonitor::new(config.config.clone()).map_err(|e| error(&e))?;
        Ok(Self { monitor, input: PixelsOf::new(pixels, config.takes_counts())?, announced: ThermalTables::default() })
    }

    /// Where the pixels of the next frame are to be written: `u16` of counts, `f64` of °C.
    #[wasm_bindgen(js_name = inputPointer)]
    pub fn input_pointer(&mut self) -> usize {
        self.input.pointer()
    }

    /// Takes the frame that was written, with its stamp (s) and the camera's telemetry. Returns how many rows came.
    ///
    /// # Errors
    /// An `Error` or a `RangeError` with the kernel's message.
    pub fn push(
        &mut self,
        time: f64,
        shutter: bool,
        counter: Option<f64>,
        uptime: Option<f64>,
    ) -> Result<usize, JsValue> {
        let Self { monitor, input, announced } = self;
        announced.clear();
        let shape = (monitor.config().rows, monitor.config().columns);
        let frame = input.frame(shape).map_err(|e| error(&e))?.with(telemetry(shutter, counter, uptime));
        monitor.push(frame, time, &mut |event| announced.push(event)).map_err(|e| error(&e))?;
        Ok(rows_of(announced))
    }

    /// Refuses a frame of another shape or another kind of pixel with the kernel's message; the stream stays as it was.
    ///
    /// # Errors
    /// Always: a `RangeError` or an `Error`.
    pub fn refuse(&self, rows: f64, columns: f64, is_counts: bool) -> Result<(), JsValue> {
        let config = self.monitor.config();
        let (expected_rows, expected_columns) = (config.rows, config.columns);
        let (rows, columns) = (rows as usize, columns as usize);
        if (rows, columns) != (expected_rows, expected_columns) {
            return Err(error(&Error::FrameShape { rows, columns, expected_rows, expected_columns }));
        }
        let (expected, got) = if is_counts {
            ("temperatures in degrees Celsius (f32, f64)", "counts (u16)")
        } else {
            ("counts (u16)", "temperatures (f32, f64)")
        };
        Err(error(&Error::WrongInput { expected, got }))
    }

    /// Settles what is due. Returns how many rows that were.
    pub fn finish(&mut self) -> usize {
        let Self { monitor, announced, .. } = self;
        announced.clear();
        monitor.finish(&mut |event| announced.push(event));
        rows_of(announced)
    }

    /// The tables of the last call: regions, means, differences, their means, events.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn tables(&self) -> Object {
        let ThermalTables { regions, means, differences, difference_means, notices } = &self.announced;
        tables(self.monitor.config(), regions, means, differences, difference_means, notices)
    }

    /// The just-built state.
    pub fn reset(&mut self) {
        self.monitor.reset();
        self.announced.clear();
    }

    /// What the stream is now.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn snapshot(&self) -> Object {
        let object = snapshot(&self.monitor.snapshot());
        let (temperatures, absent) = (Object::new(), Object::new());
        for (place, name) in self.monitor.config().region_names().enumerate() {
            let row = self.monitor.latest(place);
            put(&temperatures, name, row.and_then(|row| row.mean));
            if let Some(reason) = row.and_then(|row| row.reason) {
                put(&absent, name, reason.name());
            }
        }
        set(&object, "temperatures", temperatures);
        set(&object, "absent", absent);
        set(&object, "baselines", baselines(self.monitor.config(), |place| self.monitor.baseline(place)));
        object
    }

    /// How long after its frame a row comes, s of stream.
    #[wasm_bindgen(getter)]
    pub fn latency(&self) -> f64 {
        self.monitor.latency()
    }
}
