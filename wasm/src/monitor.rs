//! The monitor and the batch call.

use js_sys::{Float64Array, Object};
use plethys::{Analysis, BeatTable, Config, Event, Monitor, RateTable, Snapshot, analyze_input};
use wasm_bindgen::prelude::*;

use crate::block::{RawBlock, room};
use crate::config::RawConfig;
use crate::object::{self, BEATS, RATES, TREND, set};
use crate::pvr;

/// What one call announced; its memory is used again by the next.
#[derive(Default)]
struct Announced {
    beats: BeatTable,
    rates: RateTable,
    pulses: Vec<f64>,
}

impl Announced {
    fn clear(&mut self) {
        self.beats.clear();
        self.rates.clear();
        self.pulses.clear();
    }

    fn add(&mut self, event: &Event) {
        match event {
            Event::Pulse(pulse) => self.pulses.push(pulse.peak),
            Event::Beat(beat) => self.beats.push(beat),
            Event::Rate(row) => self.rates.push(row),
            _ => {}
        }
    }
}

/// Most bytes that a monitor takes: measured, 0.3 MB at 20 Hz and 4.1 MB at 4 kHz with motion, and some more.
fn size(config: &Config) -> usize {
    1_000_000 + (1200.0 * config.sample_rate.as_hz()) as usize
}

/// Bytes that the tables of an analysis take for each second: those of three beats, whose columns double as they grow.
const TABLES: f64 = 1200.0;

/// One stream's state.
#[wasm_bindgen]
pub struct RawMonitor {
    monitor: Monitor,
    announced: Announced,
}

#[wasm_bindgen]
impl RawMonitor {
    /// A monitor of the stream that `config` describes.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &RawConfig) -> Result<RawMonitor, JsValue> {
        room("another monitor", size(&config.config))?;
        let monitor = Monitor::new(config.config).map_err(|e| object::config_error(&e))?;
        Ok(Self { monitor, announced: Announced::default() })
    }

    /// Takes the first `n` samples of `block`, with their time stamps if `timed`. Returns how many beats settled.
    ///
    /// # Errors
    /// An `Error` or a `RangeError` with the kernel's message.
    pub fn push(&mut self, block: &RawBlock, n: f64, timed: bool) -> Result<usize, JsValue> {
        let input = block.input(n, timed)?;
        let Self { monitor, announced } = self;
        announced.clear();
        monitor.push_input(&input, &mut |event| announced.add(&event)).map_err(|e| object::error(&e))?;
        Ok(self.announced.beats.len())
    }

    /// Settles what is due. Returns how many beats that were.
    pub fn finish(&mut self) -> usize {
        let Self { monitor, announced } = self;
        announced.clear();
        monitor.finish(&mut |event| announced.add(&event));
        self.announced.beats.len()
    }

    /// The beats that settled in the last call.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn beats(&self) -> Object {
        object::table(&self.announced.beats, &BEATS)
    }

    /// The rate rows of the last call.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn rates(&self) -> Object {
        object::table(&self.announced.rates, &RATES)
    }

    /// The systolic peaks announced in the last call, s.
    pub fn pulses(&self) -> Float64Array {
        Float64Array::from(self.announced.pulses.as_slice())
    }

    /// The just-built state.
    pub fn reset(&mut self) {
        self.monitor.reset();
        self.announced.clear();
    }

    /// What the stream is now.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn snapshot(&self) -> Object {
        snapshot(&self.monitor.snapshot())
    }

    /// Longest time from what ends a beat to the beat, s of signal.
    #[wasm_bindgen(getter)]
    pub fn latency(&self) -> f64 {
        self.monitor.latency()
    }

    /// Whether `finish` was called.
    #[wasm_bindgen(getter, js_name = isFinished)]
    pub fn is_finished(&self) -> bool {
        self.monitor.is_finished()
    }

    /// The unit of each column of numbers.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn units(&self) -> Object {
        object::units(self.monitor.config())
    }
}

fn snapshot(now: &Snapshot) -> Object {
    let Snapshot {
        time,
        state,
        polarity,
        pulse_rate,
        pulse_rate_uncertainty,
        perfusion_index,
        amplitude,
        quality,
        absent,
        counts,
    } = now;
    let object = Object::new();
    set(&object, "time", *time);
    set(&object, "state", state.name());
    set(&object, "polarity", polarity.name());
    set(&object, "pulse_rate", *pulse_rate);
    set(&object, "pulse_rate_uncertainty", *pulse_rate_uncertainty);
    set(&object, "perfusion_index", *perfusion_index);
    set(&object, "amplitude", *amplitude);
    set(&object, "quality", *quality);
    set(&object, "absent", object::absent(*absent));
    set(&object, "counts", object::counts(counts));
    object
}

/// A recording's result, kept for its trends.
#[wasm_bindgen]
pub struct RawAnalysis {
    pub(crate) analysis: Analysis,
}

/// Analyses the first `n` samples of `block`.
///
/// # Errors
/// An `Error` or a `RangeError` with the kernel's message.
#[wasm_bindgen(js_name = rawAnalyze)]
pub fn raw_analyze(block: &RawBlock, n: f64, timed: bool, config: &RawConfig) -> Result<RawAnalysis, JsValue> {
    let seconds = n / config.config.sample_rate.as_hz();
    room("an analysis", size(&config.config) + (TABLES * seconds) as usize)?;
    let analysis = analyze_input(&block.input(n, timed)?, config.config).map_err(|e| object::error(&e))?;
    Ok(RawAnalysis { analysis })
}

#[wasm_bindgen]
impl RawAnalysis {
    /// Everything but the trends.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn fields(&self) -> Object {
        let analysis = &self.analysis;
        let object = Object::new();
        set(&object, "beats", object::table(&analysis.beats, &BEATS));
        set(&object, "rates", object::table(&analysis.rates, &RATES));
        set(&object, "pulses", Float64Array::from(analysis.pulses.as_slice()));
        set(&object, "pulse_rate", analysis.pulse_rate);
        set(&object, "perfusion_index", analysis.perfusion_index);
        set(&object, "amplitude", analysis.amplitude);
        set(&object, "quality", analysis.quality);
        set(&object, "state", analysis.state.name());
        set(&object, "absent", object::absent(analysis.absent));
        set(&object, "counts", object::counts(&analysis.counts));
        set(&object, "polarity", analysis.polarity.name());
        set(&object, "units", object::units(&analysis.config));
        set(&object, "sample_rate", analysis.config.sample_rate.as_hz());
        set(&object, "signal", analysis.config.signal.name());
        set(&object, "latency", analysis.latency);
        set(&object, "duration", analysis.duration);
        object
    }

    /// A row for each complete window of `window` s, one every `step` s.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn trend(&self, window: f64, step: f64) -> Result<Object, JsValue> {
        let trend = self.analysis.trend(window, step).map_err(|e| object::error(&e))?;
        Ok(object::table(&trend, &TREND))
    }

    /// The averaged beat of the accepted beats that peak from `start` to `end` s; `undefined` where there are too few. The first `n`
    /// samples of `block` are those that were analysed.
    ///
    /// # Errors
    /// A `RangeError` for a count that is not one of the block.
    #[wasm_bindgen(unchecked_return_type = "object | undefined")]
    pub fn ensemble(&self, block: &RawBlock, n: f64, start: f64, end: f64) -> Result<JsValue, JsValue> {
        let made = self.analysis.ensemble(block.input(n, false)?.samples, start..end);
        Ok(made.map_or(JsValue::UNDEFINED, |made| pvr::ensemble_fields(&made).into()))
    }
}
