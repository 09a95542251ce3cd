//! What vascular laboratories add to a pulse volume recording: two-point calibration, cuff, averaged beat, category, volume.

use js_sys::{Float64Array, Object, Uint8Array};
use plethys::{
    Calibration, CuffMonitor, CuffReading, CuffSite, CuffTarget, Ensemble, Gain, Grading, Injection, Notch, Reason,
    SampleRate, category,
};
use wasm_bindgen::prelude::*;

use crate::block::RawBlock;
use crate::object::{config_error, range_error, set};

/// Scale and offset of the line through two points (raw, value).
///
/// # Errors
/// A `RangeError` with the kernel's message.
#[wasm_bindgen(js_name = rawTwoPoint)]
pub fn raw_two_point(raw: &[f64], value: &[f64], unit: &str) -> Result<Vec<f64>, JsValue> {
    let at = |of: &[f64], place: usize| of.get(place).copied().unwrap_or(f64::NAN);
    let (first, second) = ((at(raw, 0), at(value, 0)), (at(raw, 1), at(value, 1)));
    let made = Calibration::two_point(first, second, unit).map_err(|e| config_error(&e))?;
    Ok(vec![made.scale(), made.offset()])
}

/// Deflection in mm of a height in mmHg on the chart of a recorder of `gain` mm/mmHg; without a gain the classical one.
///
/// # Errors
/// A `RangeError` with the kernel's message.
#[wasm_bindgen(js_name = rawDeflection)]
pub fn raw_deflection(height: f64, gain: Option<f64>) -> Result<f64, JsValue> {
    let gain = gain.map_or(Ok(Gain::REFERENCE), Gain::mm_per_mmhg).map_err(|e| config_error(&e))?;
    Ok(gain.deflection(height))
}

/// The category, or the reason why there is none.
///
/// # Errors
/// A `RangeError` for a notch that there is not.
#[wasm_bindgen(js_name = rawCategory, unchecked_return_type = "object")]
#[allow(clippy::needless_pass_by_value)] // wasm-bindgen hands texts over by value.
pub fn raw_category(
    height: Option<f64>,
    noise: Option<f64>,
    notch: Option<String>,
    site: Option<String>,
    cuff_on_target: Option<bool>,
) -> Result<Object, JsValue> {
    let named = |name: &str| (1..=3).filter_map(Notch::from_code).find(|class| class.name() == name);
    let unknown =
        |name: &str| range_error(&format!("notch must be \"none\", \"inflection\" or \"clear\", got {name:?}"));
    let notch = notch.as_deref().map(|name| named(name).ok_or_else(|| unknown(name))).transpose()?;
    let site = site.as_deref().and_then(CuffSite::from_name);
    let found = category(&Grading { height, noise, notch, site, cuff_on_target });
    Ok(answer("category", found.map(f64::from)))
}

/// A height as a volume in mL, or the reason why there is none.
#[wasm_bindgen(js_name = rawMillilitres, unchecked_return_type = "object")]
pub fn raw_millilitres(height: f64, volume: Option<f64>, deflection: Option<f64>) -> Object {
    let injection = volume.zip(deflection).map(|(volume, deflection)| Injection { volume, deflection });
    answer("volume", Injection::millilitres(injection, height))
}

fn answer(name: &str, found: Result<f64, Reason>) -> Object {
    let object = Object::new();
    set(&object, name, found.ok());
    set(&object, "reason", found.err().map(Reason::name));
    object
}

/// The pressure of a cuff while it arrives.
#[wasm_bindgen]
pub struct RawCuffMonitor {
    cuff: CuffMonitor,
    readings: Vec<CuffReading>,
}

#[wasm_bindgen]
impl RawCuffMonitor {
    /// For a channel of `sample_rate` Hz whose cuff should hold `target` ± `tolerance` mmHg; where these are not given, the kernel's own.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message.
    #[wasm_bindgen(constructor)]
    pub fn new(sample_rate: f64, target: Option<f64>, tolerance: Option<f64>) -> Result<RawCuffMonitor, JsValue> {
        let rate = SampleRate::hz(sample_rate).map_err(|e| config_error(&e))?;
        Ok(Self { cuff: CuffMonitor::new(rate, target_of(target, tolerance)?), readings: Vec::new() })
    }

    /// Takes the first `n` pressures of `block`, mmHg, and gives the readings that they completed.
    ///
    /// # Errors
    /// A `RangeError` for a count that is not one of the block.
    #[wasm_bindgen(unchecked_return_type = "object")]
    pub fn push(&mut self, block: &RawBlock, n: f64) -> Result<Object, JsValue> {
        let input = block.input(n, false)?;
        self.readings.clear();
        self.readings.extend(input.samples.iter().filter_map(|pressure| self.cuff.push(*pressure)));
        Ok(readings(&self.readings))
    }

    /// The just-built state.
    pub fn reset(&mut self) {
        self.cuff.reset();
    }
}

/// The target, what is not given being the kernel's own.
pub(crate) fn target_of(pressure: Option<f64>, tolerance: Option<f64>) -> Result<CuffTarget, JsValue> {
    let usual = CuffTarget::default();
    CuffTarget::new(pressure.unwrap_or(usual.pressure()), tolerance.unwrap_or(usual.tolerance()))
        .map_err(|e| config_error(&e))
}

/// Readings of a cuff's pressure, column by column.
fn readings(rows: &[CuffReading]) -> Object {
    let object = Object::new();
    let numbers = |of: fn(&CuffReading) -> Option<f64>| {
        Float64Array::from(rows.iter().map(|row| of(row).unwrap_or(f64::NAN)).collect::<Vec<f64>>().as_slice())
    };
    let flags = |of: fn(&CuffReading) -> bool| {
        Uint8Array::from(rows.iter().map(|row| u8::from(of(row))).collect::<Vec<u8>>().as_slice())
    };
    set(&object, "length", rows.len() as f64);
    set(&object, "time", numbers(|row| Some(row.time)));
    set(&object, "pressure", numbers(|row| row.pressure));
    set(&object, "leak", numbers(|row| row.leak));
    set(&object, "inflating", flags(|row| row.inflating));
    set(&object, "holds", flags(|row| row.holds));
    set(&object, "leaks", flags(CuffReading::leaks));
    object
}

/// An averaged beat, field by field.
pub(crate) fn ensemble_fields(made: &Ensemble) -> Object {
    let object = Object::new();
    for (name, column) in [
        ("time", &made.time),
        ("median", &made.median),
        ("mean", &made.mean),
        ("lower", &made.lower),
        ("upper", &made.upper),
    ] {
        set(&object, name, Float64Array::from(column.as_slice()));
    }
    set(&object, "beats", made.beats as f64);
    for (name, value) in [
        ("cycle", Some(made.cycle)),
        ("amplitude", Some(made.amplitude)),
        ("upstroke_time", Some(made.upstroke_time)),
        ("max_slope", Some(made.max_slope)),
        ("rise_time", made.rise_time),
        ("upstroke_fraction", Some(made.upstroke_fraction)),
        ("width_25", made.width_25),
        ("width", made.width),
        ("width_75", made.width_75),
        ("mean_height", Some(made.mean_height)),
        ("bowing", Some(made.bowing)),
        ("area", Some(made.area)),
        ("notch_prominence", Some(made.notch_prominence)),
    ] {
        set(&object, name, value);
    }
    set(&object, "notch", made.notch.name());
    object
}
