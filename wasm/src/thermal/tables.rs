//! Tables, snapshots and overviews of thermal streams as JavaScript values.

use js_sys::{Array, Object};
use plethys::thermal::{
    DIFFERENCE_CODES, DIFFERENCE_FLAGS, DIFFERENCE_NUMBERS, DifferenceTable, MEAN_CODES, MEAN_FLAGS, MEAN_NUMBERS,
    MeanTable, NOTICE_CODES, NOTICE_FLAGS, NOTICE_NUMBERS, NoticeTable, Overview, REGION_CODES, REGION_FLAGS,
    REGION_NUMBERS, RegionTable, ThermalConfig, ThermalCounts, ThermalNotice, ThermalReason, ThermalSnapshot,
    ThermalState,
};
use wasm_bindgen::prelude::*;

use crate::object::{Layout, Words, set, table_with};

const REGIONS: Layout = Layout { numbers: &REGION_NUMBERS, flags: &REGION_FLAGS, codes: &REGION_CODES };
const MEANS: Layout = Layout { numbers: &MEAN_NUMBERS, flags: &MEAN_FLAGS, codes: &MEAN_CODES };
const DIFFERENCES: Layout = Layout { numbers: &DIFFERENCE_NUMBERS, flags: &DIFFERENCE_FLAGS, codes: &DIFFERENCE_CODES };
const EVENTS: Layout = Layout { numbers: &NOTICE_NUMBERS, flags: &NOTICE_FLAGS, codes: &NOTICE_CODES };
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
pub(super) fn tables(
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
pub(super) fn put(object: &Object, name: &str, value: impl Into<JsValue>) {
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(name), &value.into());
}

pub(super) fn snapshot(now: &ThermalSnapshot) -> Object {
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

pub(super) fn baselines(config: &ThermalConfig, of: impl Fn(usize) -> Option<f64>) -> Object {
    let object = Object::new();
    for (place, pair) in config.differences.iter().enumerate() {
        put(&object, pair.name.as_str(), of(place));
    }
    object
}

pub(super) fn overview_of(over: &Overview) -> Object {
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
