//! JavaScript values made of the kernel's: columns under their names, reasons as words, errors with the kernel's message.

use js_sys::{Array, Float64Array, Object, Reflect, Uint8Array};
use plethys::table::{
    BEAT_CODES, BEAT_FLAGS, BEAT_NUMBERS, Column, ColumnUnit, RATE_CODES, RATE_FLAGS, RATE_NUMBERS, TREND_CODES,
    TREND_FLAGS, TREND_NUMBERS, Table,
};
use plethys::{Absent, BeatTable, Config, ConfigError, Counts, Error, Notch, RateTable, Reason, State};
use wasm_bindgen::prelude::*;

/// The names of a table's columns.
pub(crate) struct Layout {
    pub(crate) numbers: &'static [Column],
    pub(crate) flags: &'static [&'static str],
    pub(crate) codes: &'static [&'static str],
}

pub(crate) const BEATS: Layout = Layout { numbers: &BEAT_NUMBERS, flags: &BEAT_FLAGS, codes: &BEAT_CODES };
pub(crate) const RATES: Layout = Layout { numbers: &RATE_NUMBERS, flags: &RATE_FLAGS, codes: &RATE_CODES };
pub(crate) const TREND: Layout = Layout { numbers: &TREND_NUMBERS, flags: &TREND_FLAGS, codes: &TREND_CODES };

impl Layout {
    fn of(name: &str) -> Option<&'static Self> {
        match name {
            "beats" => Some(&BEATS),
            "rates" => Some(&RATES),
            "trend" => Some(&TREND),
            #[cfg(feature = "thermal")]
            _ => crate::thermal::layout_of(name),
            #[cfg(not(feature = "thermal"))]
            _ => None,
        }
    }
}

/// Every column of the table called `name`, in order: its name in JavaScript, its name in the other languages, its type
/// (`number`, `flag`, `code`), its unit and what it is. Empty for a table that there is not.
#[wasm_bindgen(js_name = rawLayout, unchecked_return_type = "[string, string, string, string, string][]")]
pub fn raw_layout(name: &str) -> Array {
    let rows = Array::new();
    let add = |column: &str, kind: &str, unit: &str, what: &str| {
        let camel = camel(column);
        rows.push(&[camel.as_str(), column, kind, unit, what].into_iter().map(JsValue::from_str).collect::<Array>());
    };
    if let Some(layout) = Layout::of(name) {
        layout.numbers.iter().for_each(|column| add(column.name, "number", column.unit.name(), column.what));
        layout.flags.iter().for_each(|column| add(column, "flag", "1", "0 or 1"));
        layout.codes.iter().for_each(|column| add(column, "code", "1", "a name, or undefined"));
    }
    rows
}

/// The table called `name` without rows: columns of length 0.
#[wasm_bindgen(js_name = rawEmpty, unchecked_return_type = "object")]
pub fn raw_empty(name: &str) -> Object {
    match name {
        "rates" => table(&RateTable::default(), &RATES),
        _ => table(&BeatTable::default(), &BEATS),
    }
}

/// The names of all reasons, in the order of their codes from 1.
#[wasm_bindgen(js_name = rawReasons, unchecked_return_type = "string[]")]
pub fn raw_reasons() -> Array {
    Reason::ALL.iter().map(|reason| JsValue::from_str(reason.name())).collect()
}

/// The names of all states, in the order of their codes from 0.
#[wasm_bindgen(js_name = rawStates, unchecked_return_type = "string[]")]
pub fn raw_states() -> Array {
    State::ALL.iter().map(|state| JsValue::from_str(state.name())).collect()
}

/// A table as an object: `length`, then one array under the name of each column.
pub(crate) fn table<const N: usize, const F: usize, const C: usize>(table: &Table<N, F, C>, layout: &Layout) -> Object {
    table_with(table, layout, Words::of)
}

/// The same with the words of its own codes, by the name of the column.
pub(crate) fn table_with<const N: usize, const F: usize, const C: usize>(
    table: &Table<N, F, C>,
    layout: &Layout,
    words_of: impl Fn(&str) -> Words,
) -> Object {
    let object = Object::new();
    set(&object, "length", table.len() as f64);
    for (column, values) in layout.numbers.iter().zip(table.numbers()) {
        set(&object, column.name, Float64Array::from(values.as_slice()));
    }
    for (name, values) in layout.flags.iter().zip(table.flags()) {
        let bytes: Vec<u8> = values.iter().map(|&flag| u8::from(flag)).collect();
        set(&object, name, Uint8Array::from(bytes.as_slice()));
    }
    for (name, values) in layout.codes.iter().zip(table.codes()) {
        let words = words_of(name);
        set(&object, name, values.iter().map(|&code| words.word(code)).collect::<Array>());
    }
    object
}

/// The words for the codes of one column, each made once; code 0 is `undefined`.
pub(crate) struct Words(Vec<JsValue>);

impl Words {
    fn of(column: &str) -> Self {
        let name = |code| match column {
            "notch" => Notch::from_code(code).map(Notch::name),
            _ => Reason::from_code(code).map(Reason::name),
        };
        Self(
            (0..=u8::MAX)
                .map_while(|code| if code == 0 { Some(JsValue::UNDEFINED) } else { name(code).map(JsValue::from_str) })
                .collect(),
        )
    }

    /// The words for the codes from 0.
    #[cfg(feature = "thermal")]
    pub(crate) fn from_names<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Self {
        Self(names.map(|name| name.map_or(JsValue::UNDEFINED, JsValue::from_str)).collect())
    }

    fn word(&self, code: u8) -> JsValue {
        self.0.get(usize::from(code)).cloned().unwrap_or(JsValue::UNDEFINED)
    }
}

/// Why fields are absent, by field name.
pub(crate) fn absent(absent: Absent) -> Object {
    let object = Object::new();
    for (name, reason) in absent.iter() {
        set(&object, name, reason.name());
    }
    object
}

/// How many samples were not plain.
pub(crate) fn counts(counts: &Counts) -> Object {
    let Counts {
        samples,
        missing,
        out_of_range,
        clipped,
        gaps,
        late_stamps,
        equal_stamps,
        backward_stamps,
        clock_jumps,
    } = *counts;
    let object = Object::new();
    for (name, count) in [
        ("samples", samples),
        ("missing", missing),
        ("out_of_range", out_of_range),
        ("clipped", clipped),
        ("gaps", gaps),
        ("late_stamps", late_stamps),
        ("equal_stamps", equal_stamps),
        ("backward_stamps", backward_stamps),
        ("clock_jumps", clock_jumps),
    ] {
        set(&object, name, count as f64);
    }
    object
}

/// The unit of each column of numbers of beats, rate rows and trends, the signal's own put in.
pub(crate) fn units(config: &Config) -> Object {
    let object = Object::new();
    for column in BEAT_NUMBERS.iter().chain(&RATE_NUMBERS).chain(&TREND_NUMBERS) {
        match column.unit {
            ColumnUnit::Signal => set(&object, column.name, config.unit()),
            ColumnUnit::SignalPerSecond => set(&object, column.name, format!("{}/s", config.unit())),
            ColumnUnit::SignalSeconds => set(&object, column.name, format!("{}.s", config.unit())),
            other => set(&object, column.name, other.name()),
        }
    }
    object
}

/// Sets the field that is called `name` in the kernel, under its JavaScript name. A plain object takes every field.
pub(crate) fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(object, &JsValue::from_str(&camel(name)), &value.into());
}

/// `snake_case` as `camelCase`.
fn camel(name: &str) -> String {
    let mut raised = false;
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '_' => raised = true,
            _ if raised => {
                text.push(letter.to_ascii_uppercase());
                raised = false;
            }
            _ => text.push(letter),
        }
    }
    text
}

/// A `RangeError` with `message`.
pub(crate) fn range_error(message: &str) -> JsValue {
    js_sys::RangeError::new(message).into()
}

/// A configuration's fault, as a `RangeError` with the kernel's message.
pub(crate) fn config_error(fault: &ConfigError) -> JsValue {
    range_error(&spelt(&fault.to_string()))
}

/// The same for a word that is none of those taken, which the kernel's message has no room for.
pub(crate) fn unknown(fault: &ConfigError, got: &str) -> JsValue {
    range_error(&format!("{}, got {got:?}", spelt(&fault.to_string())))
}

/// A message of the kernel with the argument that it begins with spelt as it is here.
fn spelt(message: &str) -> String {
    let (argument, rest) = message.split_at(message.find(' ').unwrap_or(message.len()));
    camel(argument) + rest
}

/// A call's fault with the kernel's message: an `Error` where the object is in the wrong state, otherwise a `RangeError`.
pub(crate) fn error(fault: &Error) -> JsValue {
    match fault {
        Error::Finished | Error::WrongInput { .. } => js_sys::Error::new(&fault.to_string()).into(),
        _ => range_error(&spelt(&fault.to_string())),
    }
}
