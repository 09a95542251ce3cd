//! A report as JSON, the same bytes from every language.

use alloc::string::String;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::result::Report;
use super::row::{Cells, RowColumn, Rows};

impl Report {
    /// The report as one JSON object: what it is, then `columns` (name, unit and meaning of each table's columns), then each table
    /// as a list of objects. Absent is `null`. The order of keys and rows is fixed, and the same report gives the same bytes.
    ///
    /// # Panics
    /// Never: nothing in a report fails to serialise.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tables = self.tables();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("format", "plethys study report 1")?;
        map.serialize_entry("software", "plethys")?;
        map.serialize_entry("version", self.version)?;
        map.serialize_entry("purpose", "estimates from signals, not for diagnosis")?;
        map.serialize_entry("title", &self.title)?;
        map.serialize_entry("subject", &self.subject)?;
        map.serialize_entry("start", &self.start)?;
        map.serialize_entry("note", &self.note)?;
        map.serialize_entry("settings_sha256", &self.settings_hash)?;
        map.serialize_entry("input_sha256", &self.input_hash)?;
        map.serialize_entry("seed", &self.seed)?;
        map.serialize_entry("alpha", &self.alpha)?;
        map.serialize_entry("columns", &Columns(&tables))?;
        for table in &tables {
            map.serialize_entry(table.name, table)?;
        }
        map.end()
    }
}

/// The columns of every table.
struct Columns<'a>(&'a [Rows]);

impl Serialize for Columns<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|table| (table.name, table.columns)))
    }
}

impl Serialize for RowColumn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("unit", self.unit)?;
        map.serialize_entry("what", self.what)?;
        map.end()
    }
}

/// As a list of objects, one for each row.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for row in 0..self.len() {
            list.serialize_element(&RowOf { table: self, row })?;
        }
        list.end()
    }
}

/// One row of a table.
struct RowOf<'a> {
    table: &'a Rows,
    row: usize,
}

impl Serialize for RowOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.table.columns.len()))?;
        for (column, cells) in self.table.columns.iter().zip(&self.table.cells) {
            match cells {
                Cells::Text(cells) => map.serialize_entry(column.name, &cells.get(self.row))?,
                // NaN and infinities have no JSON: null.
                Cells::Number(cells) => map.serialize_entry(column.name, &cells.get(self.row))?,
                Cells::Count(cells) => map.serialize_entry(column.name, &cells.get(self.row))?,
                Cells::Flag(cells) => map.serialize_entry(column.name, &cells.get(self.row))?,
            }
        }
        map.end()
    }
}
