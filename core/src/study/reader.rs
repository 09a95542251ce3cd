//! Reads one table of a study file: each key with its type, its place in the text, and a fault that says what was expected.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::{Datetime, Offset};

use super::fault::Fault;
use crate::error::ConfigError;

/// The text of a file with the faults found in it.
pub(crate) struct Reader<'t> {
    pub(crate) text: &'t str,
    pub(crate) faults: Vec<Fault>,
    /// Where each key of each table stands; an empty key is the table itself.
    places: Vec<(&'static str, usize, String, usize)>,
    /// Study time 0, s of the calendar, and whether it has an offset from UTC.
    pub(crate) zero: Option<(f64, bool)>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, faults: Vec::new(), places: Vec::new(), zero: None }
    }

    /// Line and column of a byte, from 1.
    pub(crate) fn line_column(&self, byte: usize) -> (usize, usize) {
        let before = self.text.get(..byte.min(self.text.len())).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before.get(start..).unwrap_or_default().chars().count() + 1)
    }

    pub(crate) fn fault(&mut self, at: Range<usize>, table: &'static str, index: usize, key: &str, text: String) {
        let (line, column) = self.line_column(at.start);
        self.faults.push(Fault { line, column, ..Fault::new(table, index, key, text) });
    }

    /// Gives a fault of the study its place in the text.
    pub(crate) fn located(&self, mut fault: Fault) -> Fault {
        let of_table = |key: &str| {
            let same = |(table, index, known, _): &&(&str, usize, String, usize)| {
                *table == fault.table && *index == fault.index && known == key
            };
            self.places.iter().find(same).map(|(.., byte)| *byte)
        };
        if let Some(byte) = of_table(&fault.key).or_else(|| of_table("")) {
            (fault.line, fault.column) = self.line_column(byte);
        }
        fault
    }
}

/// One table of the file.
pub(crate) struct Section<'a, 'r, 't> {
    reader: &'r mut Reader<'t>,
    name: &'static str,
    index: usize,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    asked: Vec<&'static str>,
}

impl<'a, 'r, 't> Section<'a, 'r, 't> {
    pub(crate) fn new(
        reader: &'r mut Reader<'t>,
        name: &'static str,
        index: usize,
        entries: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Self {
        reader.places.push((name, index, String::new(), span.start));
        for (key, value) in entries {
            // A fault of a value is shown at its value.
            reader.places.push((name, index, key.get_ref().to_string(), value.span().start));
        }
        Self { reader, name, index, entries, span, asked: Vec::new() }
    }

    pub(crate) fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entries.iter().find(|(known, _)| known.get_ref() == key).map(|(_, value)| value)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(known, _)| known.get_ref() == key)
    }

    pub(crate) fn fault(&mut self, at: Range<usize>, key: &str, text: String) {
        self.reader.fault(at, self.name, self.index, key, text);
    }

    fn wrong(&mut self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        self.fault(value.span(), key, format!("expected {expected}, got {}", kind_of(value.get_ref())));
    }

    pub(crate) fn missing(&mut self, key: &str, expected: &str) {
        self.fault(self.span.clone(), key, format!("is missing; expected {expected}"));
    }

    pub(crate) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(text.to_string());
        }
        self.wrong(key, value, "a text in quotes");
        None
    }

    pub(crate) fn required_text(&mut self, key: &'static str) -> String {
        if !self.has(key) {
            self.missing(key, "a text in quotes");
        }
        self.text(key).unwrap_or_default()
    }

    pub(crate) fn number(&mut self, key: &'static str) -> Option<f64> {
        let value = self.get(key)?;
        let number = number_of(value.get_ref());
        if number.is_none() {
            self.wrong(key, value, "a number");
        }
        number
    }

    pub(crate) fn count(&mut self, key: &'static str) -> Option<usize> {
        let value = self.get(key)?;
        let count = integer_of(value.get_ref()).and_then(|count| usize::try_from(count).ok());
        if count.is_none() {
            self.wrong(key, value, "a whole number, not negative");
        }
        count
    }

    pub(crate) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        self.wrong(key, value, "true or false");
        None
    }

    /// A word of a closed list.
    pub(crate) fn word<T>(&mut self, key: &'static str, named: impl Fn(&str) -> Result<T, ConfigError>) -> Option<T> {
        let value = self.get(key)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong(key, value, "a text in quotes");
            return None;
        };
        let expected = match named(text) {
            Ok(word) => return Some(word),
            Err(ConfigError::UnknownName { expected, .. }) => format!("expected one of {expected}, got \"{text}\""),
            Err(other) => format!("{other}"),
        };
        self.fault(value.span(), key, expected);
        None
    }

    /// A text, or a list of texts.
    pub(crate) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::String(text) => alloc::vec![text.to_string()],
            DeValue::Array(items) => {
                let mut texts = Vec::new();
                for item in items {
                    match item.get_ref() {
                        DeValue::String(text) => texts.push(text.to_string()),
                        _ => self.wrong(key, item, "a list of texts in quotes"),
                    }
                }
                texts
            }
            _ => {
                self.wrong(key, value, "a list of texts in quotes");
                Vec::new()
            }
        }
    }

    /// A list of exactly `N` numbers.
    pub(crate) fn numbers<const N: usize>(&mut self, key: &'static str) -> Option<[f64; N]> {
        let value = self.get(key)?;
        let list = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| number_of(item.get_ref())).collect::<Option<Vec<f64>>>(),
            _ => None,
        };
        let numbers = list.and_then(|list| list.try_into().ok());
        if numbers.is_none() {
            self.wrong(key, value, &format!("a list of {N} numbers"));
        }
        numbers
    }

    /// The table under a key.
    pub(crate) fn table(&mut self, key: &'static str) -> Option<(&'a DeTable<'a>, Range<usize>)> {
        let value = self.get(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some((table, value.span()));
        }
        self.wrong(key, value, "a table");
        None
    }

    /// The tables under `[[key]]`.
    pub(crate) fn tables(&mut self, key: &'static str) -> Vec<(&'a DeTable<'a>, Range<usize>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let mut tables = Vec::new();
        if let DeValue::Array(items) = value.get_ref() {
            for item in items {
                match item.get_ref() {
                    DeValue::Table(table) => tables.push((table, item.span())),
                    _ => self.wrong(key, item, "a table"),
                }
            }
        } else {
            self.wrong(key, value, &format!("tables, each headed [[{key}]]"));
        }
        tables
    }

    /// Says what study time 0 is.
    pub(crate) fn set_zero(&mut self, zero: Option<(f64, bool)>) {
        self.reader.zero = zero;
    }

    /// A section inside this one.
    pub(crate) fn inside(
        &mut self,
        name: &'static str,
        index: usize,
        entries: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Section<'a, '_, 't> {
        Section::new(self.reader, name, index, entries, span)
    }

    /// A table under one of this one's keys; its faults are this one's.
    pub(crate) fn part(&mut self, entries: &'a DeTable<'a>, span: Range<usize>) -> Section<'a, '_, 't> {
        Section::new(self.reader, self.name, self.index, entries, span)
    }

    /// A time in s: a number of seconds, "MM:SS" or "HH:MM:SS", or a date with a time where study time 0 has one.
    pub(crate) fn time(&mut self, key: &'static str) -> Option<f64> {
        let value = self.get(key)?;
        self.time_of(key, value)
    }

    pub(crate) fn time_of(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<f64> {
        let expected = "seconds, \"MM:SS\", \"HH:MM:SS\", or a date and time";
        match value.get_ref() {
            DeValue::String(text) => {
                let time = clock_time(text);
                if time.is_none() {
                    self.fault(value.span(), key, format!("expected {expected}, got \"{text}\""));
                }
                time
            }
            DeValue::Datetime(stamp) => match (calendar(stamp), self.reader.zero) {
                (Some((seconds, offset)), Some((zero, known))) if offset == known => Some(seconds - zero),
                (Some(_), Some(_)) => {
                    let text = "either all dates have an offset from UTC or none has".to_string();
                    self.fault(value.span(), key, text);
                    None
                }
                (Some(_), None) => {
                    self.fault(value.span(), key, "a date needs [study] start, the date of study time 0".to_string());
                    None
                }
                (None, _) => {
                    let text = format!("expected {expected}, got {stamp}: put a time without a date in quotes");
                    self.fault(value.span(), key, text);
                    None
                }
            },
            other => {
                let number = number_of(other);
                if number.is_none() {
                    self.wrong(key, value, expected);
                }
                number
            }
        }
    }

    /// Says which keys are not known, and what was probably meant.
    pub(crate) fn done(self) {
        let Self { reader, name, index, entries, mut asked, .. } = self;
        asked.sort_unstable();
        asked.dedup();
        for (key, _) in entries {
            let known = key.get_ref();
            if asked.contains(&known.as_ref()) {
                continue;
            }
            let near = asked.iter().map(|asked| (distance(known, asked), *asked)).min();
            let meant = match near {
                Some((steps, word)) if steps <= 2 + known.len() / 4 => format!("did you mean \"{word}\"?"),
                _ => format!("known keys: {}", asked.join(", ")),
            };
            reader.fault(key.span(), name, index, known, format!("is not a key of this table; {meant}"));
        }
    }
}

fn kind_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{text}\""),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => format!("{flag}"),
        DeValue::Datetime(stamp) => format!("the date {stamp}"),
        DeValue::Array(items) => format!("a list of {}", items.len()),
        DeValue::Table(_) => "a table".to_string(),
    }
}

fn integer_of(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

fn number_of(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => integer_of(value).map(|number| number as f64),
    }
}

/// Seconds of "MM:SS" or "HH:MM:SS", with a sign and decimals if need be; hours may exceed 24.
pub(crate) fn clock_time(text: &str) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let parts: Vec<&str> = digits.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let mut seconds = 0.0;
    for (place, part) in parts.iter().enumerate() {
        let last = place + 1 == parts.len();
        let plain = part.bytes().all(|byte| byte.is_ascii_digit() || (last && byte == b'.'));
        let number: f64 = part.parse().ok().filter(|_| plain)?;
        if place > 0 && number >= 60.0 {
            return None;
        }
        seconds = 60.0 * seconds + number;
    }
    Some(sign * seconds)
}

/// Seconds of a date and time since 1970, and whether it says its offset from UTC.
pub(crate) fn calendar(stamp: &Datetime) -> Option<(f64, bool)> {
    let (date, time) = (stamp.date?, stamp.time?);
    // Days since 1970 in the Gregorian calendar, the year counted from March (Hinnant 2013, "chrono-compatible low-level date
    // algorithms").
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year - 400 * era;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let whole = days * 86_400
        + i64::from(time.hour) * 3600
        + i64::from(time.minute) * 60
        + i64::from(time.second.unwrap_or_default());
    let ahead = match stamp.offset {
        Some(Offset::Custom { minutes }) => 60 * i64::from(minutes),
        _ => 0,
    };
    Some(((whole - ahead) as f64 + 1e-9 * f64::from(time.nanosecond.unwrap_or_default()), stamp.offset.is_some()))
}

/// Letters to change, to add or to drop (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&row, j) + usize::from(x != *y);
            next.push(replaced.min(at(&row, j + 1) + 1).min(at(&next, j) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_clock_are_seconds() {
        assert_eq!(clock_time("10:00"), Some(600.0));
        assert_eq!(clock_time("1:02:03.5"), Some(3723.5));
        assert_eq!(clock_time("-05:00"), Some(-300.0));
        assert_eq!(clock_time("30:00:00"), Some(108_000.0));
        for wrong in ["", "600", "1:60", "1:2:3:4", "a:b", "1:+5", "1:-5", "1.5:00"] {
            assert_eq!(clock_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_are_seconds_of_the_calendar() {
        let seconds = |text: &str| calendar(&text.parse().unwrap());
        assert_eq!(seconds("1970-01-01T00:00:00"), Some((0.0, false)));
        assert_eq!(seconds("2024-02-29T12:00:00Z"), Some((1_709_208_000.0, true)));
        assert_eq!(seconds("2026-11-22T12:00:00+02:00"), Some((1_795_341_600.0, true)));
        assert_eq!(seconds("12:00:00"), None);
        assert_eq!(seconds("2026-11-22"), None);
    }

    #[test]
    fn misspellings_are_near() {
        assert_eq!(distance("satrt", "start"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kind", "kind"), 0);
    }
}
