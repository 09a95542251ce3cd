//! Pixels that JavaScript writes: of one frame, or of a stack.

use ndarray::ArrayView2;
use plethys::Error;
use plethys::thermal::{Frame, Telemetry};
use wasm_bindgen::prelude::*;

use super::config::RawThermalConfig;
use crate::block::{count, filled};

/// Most pixels of a stack: 1 GiB of doubles. The memory of a module ends at 4 GiB.
const MAX_PIXELS: usize = 1 << 27;
/// Pixels of one frame or of many, which JavaScript writes.
pub(super) enum PixelsOf {
    Counts(Vec<u16>),
    Celsius(Vec<f64>),
}

impl PixelsOf {
    pub(super) fn new(pixels: usize, is_counts: bool) -> Result<Self, JsValue> {
        Ok(if is_counts { Self::Counts(filled(pixels, 0)?) } else { Self::Celsius(filled(pixels, f64::NAN)?) })
    }

    pub(super) fn pointer(&mut self) -> usize {
        match self {
            Self::Counts(pixels) => pixels.as_mut_ptr() as usize,
            Self::Celsius(pixels) => pixels.as_mut_ptr() as usize,
        }
    }

    pub(super) fn frame(&self, shape: (usize, usize)) -> Result<Frame<'_>, Error> {
        let unfit = |_| Error::LengthMismatch { argument: "frame", length: 0, expected: shape.0 * shape.1 };
        Ok(match self {
            Self::Counts(pixels) => ArrayView2::from_shape(shape, pixels).map_err(unfit)?.into(),
            Self::Celsius(pixels) => ArrayView2::from_shape(shape, pixels).map_err(unfit)?.into(),
        })
    }
}
/// Room for a stack of frames.
#[wasm_bindgen]
pub struct RawStack {
    pub(super) pixels: PixelsOf,
    pub(super) frames: usize,
}

#[wasm_bindgen]
impl RawStack {
    /// Room for `frames` frames of what `config` describes.
    ///
    /// # Errors
    /// A `RangeError` where there is no memory.
    #[wasm_bindgen(constructor)]
    pub fn new(frames: f64, config: &RawThermalConfig) -> Result<RawStack, JsValue> {
        let each = config.config.rows * config.config.columns;
        let frames = count("frames", frames, MAX_PIXELS / each.max(1))?;
        Ok(Self { pixels: PixelsOf::new(frames * each, config.takes_counts())?, frames })
    }

    /// Where the pixels lie, frame by frame.
    pub fn pointer(&mut self) -> usize {
        self.pixels.pointer()
    }
}

/// What a camera says of a frame.
pub(super) fn telemetry(shutter: bool, counter: Option<f64>, uptime: Option<f64>) -> Telemetry {
    let counter = counter.filter(|counter| *counter >= 0.0).map(|counter| counter as u64);
    Telemetry { counter, shutter, uptime: uptime.filter(|seconds| seconds.is_finite()) }
}
