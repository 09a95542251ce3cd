//! Buffers that JavaScript writes samples into.

use std::hint::black_box;

use plethys::{ConfigError, Input};
use wasm_bindgen::prelude::*;

use crate::object::{config_error, range_error};

/// Most samples that one block takes: 12 days at 125 Hz. The memory of a module ends at 4 GiB.
const MAX_SAMPLES: usize = 1 << 27;

/// Room for a block of samples, and for what may come with each: a time stamp, an acceleration, a companion sample.
///
/// The pointers are byte offsets into the module's memory. They stay valid as long as the block lives; a view on them has to
/// be made anew when `memory.buffer` is another object than before.
#[wasm_bindgen]
pub struct RawBlock {
    samples: Vec<f64>,
    time: Vec<f64>,
    motion: Vec<[f64; 3]>,
    companion: Vec<f64>,
}

#[wasm_bindgen]
impl RawBlock {
    /// Room for `length` samples, for time stamps if `timed`, and for the references that are `true`.
    ///
    /// # Errors
    /// A `RangeError` for a length that is no whole number from 0 to 2^27, or for which there is no memory.
    #[wasm_bindgen(constructor)]
    pub fn new(length: f64, timed: bool, motion: bool, companion: bool) -> Result<RawBlock, JsValue> {
        let length = count("samples", length, MAX_SAMPLES)?;
        let some = |wanted: bool| if wanted { length } else { 0 };
        Ok(Self {
            samples: filled(length, 0.0)?,
            time: filled(some(timed), 0.0)?,
            motion: filled(some(motion), [0.0; 3])?,
            companion: filled(some(companion), 0.0)?,
        })
    }

    /// Number of samples that fit.
    #[wasm_bindgen(getter)]
    pub fn length(&self) -> usize {
        self.samples.len()
    }

    /// Where the samples lie.
    #[wasm_bindgen(js_name = samplesPointer)]
    pub fn samples_pointer(&mut self) -> usize {
        self.samples.as_mut_ptr() as usize
    }

    /// Where the time stamps lie, s.
    #[wasm_bindgen(js_name = timePointer)]
    pub fn time_pointer(&mut self) -> usize {
        self.time.as_mut_ptr() as usize
    }

    /// Where the accelerations lie: x, y, z of each sample in turn.
    #[wasm_bindgen(js_name = motionPointer)]
    pub fn motion_pointer(&mut self) -> usize {
        self.motion.as_mut_ptr() as usize
    }

    /// Where the companion samples lie.
    #[wasm_bindgen(js_name = companionPointer)]
    pub fn companion_pointer(&mut self) -> usize {
        self.companion.as_mut_ptr() as usize
    }
}

impl RawBlock {
    /// The first `n` samples, with everything that the block has room for; time stamps only if `timed`.
    pub(crate) fn input(&self, n: f64, timed: bool) -> Result<Input<'_, f64>, JsValue> {
        let n = count("n", n, self.samples.len())?;
        Ok(Input {
            samples: self.samples.get(..n).unwrap_or_default(),
            time: if timed { self.time.get(..n) } else { None },
            motion: if self.motion.is_empty() { None } else { self.motion.get(..n) },
            companion: if self.companion.is_empty() { None } else { self.companion.get(..n) },
        })
    }
}

/// `value` as a count from 0 to `max`.
pub(crate) fn count(argument: &'static str, value: f64, max: usize) -> Result<usize, JsValue> {
    let whole = value as usize; // saturates, and NaN becomes 0
    if whole as f64 == value && whole <= max {
        Ok(whole)
    } else {
        Err(config_error(&ConfigError::OutOfRange { argument, value, min: 0.0, max: max as f64 }))
    }
}

/// Refuses where the module's memory has no room of `bytes` in one piece for `what` is about to be built: the kernel's constructors would
/// trap, and leave the module unusable.
pub(crate) fn room(what: &str, bytes: usize) -> Result<(), JsValue> {
    let mut probe: Vec<u8> = Vec::new();
    probe
        .try_reserve_exact(bytes)
        .map_err(|_| range_error(&format!("no memory for {what}: free() those that are no longer needed")))?;
    black_box(&probe); // else the compiler knows that nothing is written there, and asks nobody
    Ok(())
}

/// A vector of `length` times `value`, or a `RangeError` where there is no memory for it.
pub(crate) fn filled<T: Copy>(length: usize, value: T) -> Result<Vec<T>, JsValue> {
    let mut vector = Vec::new();
    vector
        .try_reserve_exact(length)
        .map_err(|_| range_error(&format!("no memory for a block of {length} samples; push a recording in parts")))?;
    vector.resize(length, value);
    Ok(vector)
}
