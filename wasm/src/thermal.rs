//! Thermal frames: the monitor and the batch call.

use js_sys::{Array, Object};
use ndarray::{ArrayView2, ArrayView3};
use plethys::thermal::{
    DIFFERENCE_CODES, DIFFERENCE_FLAGS, DIFFERENCE_NUMBERS, DifferenceTable, Emissivity, Encoding, Frame, MEAN_CODES,
    MEAN_FLAGS, MEAN_NUMBERS, MeanTable, NOTICE_CODES, NOTICE_FLAGS, NOTICE_NUMBERS, NoticeTable, Overview, Planck,
    REGION_CODES, REGION_FLAGS, REGION_NUMBERS, Radiometry, RegionTable, Shape, ShutterRule, Telemetry,
    ThermalAnalysis, ThermalConfig, ThermalCounts, ThermalMonitor, ThermalNotice, ThermalReason, ThermalSnapshot,
    ThermalState, ThermalTables, analyze_thermal, frames_of,
};
use plethys::{ConfigError, Error, Label};
use wasm_bindgen::prelude::*;

use crate::block::{count, filled, room};
use crate::object::{Layout, Words, config_error, error, range_error, set, table_with};

mod series;

pub use series::{raw_bands, raw_depth, raw_flow, raw_rewarming};

const REGIONS: Layout = Layout { numbers: &REGION_NUMBERS, flags: &REGION_FLAGS, codes: &REGION_CODES };
const MEANS: Layout = Layout { numbers: &MEAN_NUMBERS, flags: &MEAN_FLAGS, codes: &MEAN_CODES };
const DIFFERENCES: Layout = Layout { numbers: &DIFFERENCE_NUMBERS, flags: &DIFFERENCE_FLAGS, codes: &DIFFERENCE_CODES };
const EVENTS: Layout = Layout { numbers: &NOTICE_NUMBERS, flags: &NOTICE_FLAGS, codes: &NOTICE_CODES };

/// Most pixels of a stack: 1 GiB of doubles. The memory of a module ends at 4 GiB.
const MAX_PIXELS: usize = 1 << 27;

pub(crate) fn layout_of(name: &str) -> Option<&'static Layout> {
    match name {
        "thermalRegions" => Some(&REGIONS),
        "thermalMeans" => Some(&MEANS),
        "thermalDifferences" => Some(&DIFFERENCES),
        "thermalEvents" => Some(&EVENTS),
        _ => None,
    }
}

/// The names of all reasons, notices and states of thermal streams, each in the order of its codes from 1.
#[wasm_bindgen(js_name = rawThermalLists, unchecked_return_type = "[string[], string[], string[]]")]
pub fn raw_thermal_lists() -> Array {
    let list = |names: Vec<&'static str>| names.into_iter().map(JsValue::from_str).collect::<Array>();
    [
        list(ThermalReason::ALL.iter().map(|reason| reason.name()).collect()),
        list(ThermalNotice::ALL.iter().map(|notice| notice.name()).collect()),
        list(ThermalState::ALL.iter().map(|state| state.name()).collect()),
    ]
    .iter()
    .collect()
}

/// A [`ThermalConfig`] under construction.
#[wasm_bindgen]
pub struct RawThermalConfig {
    config: ThermalConfig,
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

/// Pixels of one frame or of many, which JavaScript writes.
enum PixelsOf {
    Counts(Vec<u16>),
    Celsius(Vec<f64>),
}

impl PixelsOf {
    fn new(pixels: usize, is_counts: bool) -> Result<Self, JsValue> {
        Ok(if is_counts { Self::Counts(filled(pixels, 0)?) } else { Self::Celsius(filled(pixels, f64::NAN)?) })
    }

    fn pointer(&mut self) -> usize {
        match self {
            Self::Counts(pixels) => pixels.as_mut_ptr() as usize,
            Self::Celsius(pixels) => pixels.as_mut_ptr() as usize,
        }
    }

    fn frame(&self, shape: (usize, usize)) -> Result<Frame<'_>, Error> {
        let unfit = |_| Error::LengthMismatch { argument: "frame", length: 0, expected: shape.0 * shape.1 };
        Ok(match self {
            Self::Counts(pixels) => ArrayView2::from_shape(shape, pixels).map_err(unfit)?.into(),
            Self::Celsius(pixels) => ArrayView2::from_shape(shape, pixels).map_err(unfit)?.into(),
        })
    }
}

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

/// Room for a stack of frames.
#[wasm_bindgen]
pub struct RawStack {
    pixels: PixelsOf,
    frames: usize,
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

fn telemetry(shutter: bool, counter: Option<f64>, uptime: Option<f64>) -> Telemetry {
    let counter = counter.filter(|counter| *counter >= 0.0).map(|counter| counter as u64);
    Telemetry { counter, shutter, uptime: uptime.filter(|seconds| seconds.is_finite()) }
}

fn tables(
    config: &ThermalConfig,
    regions: &RegionTable,
    means: &MeanTable,
    differences: &DifferenceTable,
    difference_means: &MeanTable,
    notices: &NoticeTable,
) -> Object {
    let reasons = || Words::from_names(std::iter::once(None).chain(ThermalReason::ALL.iter().map(|r| Some(r.name()))));
    let names = || config.region_names().map(Some);
    let of_regions = |column: &str| if column == "region" { Words::from_names(names()) } else { reasons() };
    let pairs = || Words::from_names(config.differences.iter().map(|pair| Some(pair.name.as_str())));
    let of_pairs = |column: &str| if column == "reason" { reasons() } else { pairs() };
    let of_notices = |column: &str| {
        if column == "region" {
            return Words::from_names(std::iter::once(None).chain(names()));
        }
        Words::from_names(std::iter::once(None).chain(ThermalNotice::ALL.iter().map(|n| Some(n.name()))))
    };
    let object = Object::new();
    set(&object, "regions", table_with(regions, &REGIONS, of_regions));
    set(&object, "means", table_with(means, &MEANS, of_regions));
    set(&object, "differences", table_with(differences, &DIFFERENCES, of_pairs));
    set(&object, "difference_means", table_with(difference_means, &MEANS, of_pairs));
    set(&object, "events", table_with(notices, &EVENTS, of_notices));
    object
}

/// Sets a field under a name that users chose.
fn put(object: &Object, name: &str, value: impl Into<JsValue>) {
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(name), &value.into());
}

fn snapshot(now: &ThermalSnapshot) -> Object {
    let ThermalSnapshot { time, state, counts, segment, interval, noise, correction, shift } = *now;
    let object = Object::new();
    set(&object, "time", time);
    set(&object, "state", state.name());
    set(&object, "counts", counted(&counts));
    set(&object, "segment", segment);
    set(&object, "interval", interval);
    set(&object, "noise", noise);
    set(&object, "correction", correction);
    let shift = shift.map(|[x, y]| Array::of(&[JsValue::from_f64(x), JsValue::from_f64(y)]));
    set(&object, "shift", shift.map_or(JsValue::UNDEFINED, Into::into));
    object
}

fn counted(counts: &ThermalCounts) -> Object {
    let ThermalCounts { frames, repeated, backward, wrong_unit, shutters, bad_pixels } = *counts;
    let object = Object::new();
    for (name, count) in [
        ("frames", frames),
        ("repeated", repeated),
        ("backward", backward),
        ("wrong_unit", wrong_unit),
        ("shutters", u64::from(shutters)),
        ("bad_pixels", u64::from(bad_pixels)),
    ] {
        set(&object, name, count as f64);
    }
    object
}

fn baselines(config: &ThermalConfig, of: impl Fn(usize) -> Option<f64>) -> Object {
    let object = Object::new();
    for (place, pair) in config.differences.iter().enumerate() {
        put(&object, pair.name.as_str(), of(place));
    }
    object
}

fn overview_of(over: &Overview) -> Object {
    let Overview { accepted, left_out, left_out_reason, mean, course, reason } = *over;
    let object = Object::new();
    set(&object, "accepted", accepted);
    set(&object, "left_out", left_out);
    set(&object, "left_out_reason", left_out_reason.map(ThermalReason::name));
    set(&object, "mean", mean);
    set(&object, "first", course.map(|course| course.first));
    set(&object, "last", course.map(|course| course.last));
    set(&object, "lowest", course.map(|course| course.lowest));
    set(&object, "highest", course.map(|course| course.highest));
    set(&object, "rate", course.and_then(|course| course.rate));
    set(&object, "reason", reason.map(ThermalReason::name));
    object
}
