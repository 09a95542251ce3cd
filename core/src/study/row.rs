//! Results as rows of named cells, so that a language needs one conversion for all of them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::table::cell;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CellKind {
    /// Texts; absent is `None`.
    Text,
    /// Numbers; absent is the canonical NaN of [`table::ABSENT`](crate::table::ABSENT).
    Number,
    /// Counts; never absent.
    Count,
    /// Truth values; absent is `None`.
    Flag,
}

/// Name, unit and meaning of a column of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowColumn {
    /// Field name, snake case.
    pub name: &'static str,
    /// Unit (UCUM); `measure`: that of the row's `unit`; `working`: ln, or the row's unit where differences are compared; empty
    /// for texts and truth values.
    pub unit: &'static str,
    /// What the cells are.
    pub kind: CellKind,
    /// What it is, one line.
    pub what: &'static str,
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// A text, or absent.
    Text(Option<String>),
    /// A number; absent is the canonical NaN.
    Number(f64),
    /// A count.
    Count(u64),
    /// A truth value, or absent.
    Flag(Option<bool>),
}

/// The cells of a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Cells {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Numbers.
    Number(Vec<f64>),
    /// Counts.
    Count(Vec<u64>),
    /// Truth values.
    Flag(Vec<Option<bool>>),
}

/// A type whose values fill cells of one kind.
pub(crate) trait IntoCell {
    const KIND: CellKind;
    fn cell(&self) -> Cell;
}

macro_rules! into_cell {
    ($($type:ty, $kind:ident, |$value:ident| $cell:expr;)+) => {
        $(impl IntoCell for $type {
            const KIND: CellKind = CellKind::$kind;
            fn cell(&self) -> Cell {
                let $value = self;
                Cell::$kind($cell)
            }
        })+
    };
}

into_cell! {
    String, Text, |value| Some(value.clone());
    Option<String>, Text, |value| value.clone();
    &'static str, Text, |value| Some((*value).into());
    Option<&'static str>, Text, |value| value.map(Into::into);
    f64, Number, |value| cell(Some(*value));
    Option<f64>, Number, |value| cell(*value);
    usize, Count, |value| *value as u64;
    bool, Flag, |value| Some(*value);
    Option<bool>, Flag, |value| *value;
}

/// A type of result that has a table.
pub trait Record {
    /// Name of the table, plural.
    const TABLE: &'static str;
    /// The columns, in order.
    const COLUMNS: &'static [RowColumn];
    /// The cells of this row, in the order of the columns.
    fn cells(&self) -> Vec<Cell>;
}

/// Declares a struct together with its table: `field: Type => unit`, the first line of its doc being the column's meaning.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident, $table:literal { $(#[doc = $what:literal] $field:ident: $type:ty => $unit:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $(#[doc = $what] pub $field: $type,)+
        }

        impl $crate::study::row::Record for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [$crate::study::row::RowColumn] = &[$($crate::study::row::RowColumn {
                name: stringify!($field),
                unit: $unit,
                kind: <$type as $crate::study::row::IntoCell>::KIND,
                what: $what.trim_ascii(),
            }),+];

            fn cells(&self) -> alloc::vec::Vec<$crate::study::row::Cell> {
                alloc::vec![$($crate::study::row::IntoCell::cell(&self.$field)),+]
            }
        }
    };
}
pub(crate) use record;

/// A table of results.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [RowColumn],
    /// The cells, column by column.
    pub cells: Vec<Cells>,
}

impl Rows {
    /// The records as a table.
    pub fn of<R: Record>(records: &[R]) -> Self {
        let mut cells: Vec<Cells> = R::COLUMNS
            .iter()
            .map(|column| match column.kind {
                CellKind::Text => Cells::Text(Vec::new()),
                CellKind::Number => Cells::Number(Vec::new()),
                CellKind::Count => Cells::Count(Vec::new()),
                CellKind::Flag => Cells::Flag(Vec::new()),
            })
            .collect();
        for record in records {
            for (column, cell) in cells.iter_mut().zip(record.cells()) {
                match (column, cell) {
                    (Cells::Text(column), Cell::Text(value)) => column.push(value),
                    (Cells::Number(column), Cell::Number(value)) => column.push(value),
                    (Cells::Count(column), Cell::Count(value)) => column.push(value),
                    (Cells::Flag(column), Cell::Flag(value)) => column.push(value),
                    // Kinds and cells come from the same macro.
                    _ => debug_assert!(false, "a cell of another kind than its column"),
                }
            }
        }
        Self { name: R::TABLE, columns: R::COLUMNS, cells }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self.cells.first() {
            Some(Cells::Text(cells)) => cells.len(),
            Some(Cells::Number(cells)) => cells.len(),
            Some(Cells::Count(cells)) => cells.len(),
            Some(Cells::Flag(cells)) => cells.len(),
            None => 0,
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The column with this name.
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.cells.get(self.columns.iter().position(|column| column.name == name)?)
    }
}

#[cfg(test)]
#[allow(unreachable_pub)] // The macro makes public types.
mod tests {
    use super::*;

    record! {
        /// For the test.
        Sample, "samples" {
            /// A word.
            word: &'static str => "",
            /// A number.
            number: Option<f64> => "s",
            /// How many.
            count: usize => "1",
            /// Whether.
            flag: bool => "",
        }
    }

    #[test]
    fn a_record_is_a_row_of_its_fields_in_order() {
        let rows = Rows::of(&[
            Sample { word: "a", number: None, count: 2, flag: true },
            Sample { word: "b", number: Some(1.5), count: 0, flag: false },
        ]);
        assert_eq!(rows.len(), 2);
        let names: Vec<&str> = rows.columns.iter().map(|column| column.name).collect();
        assert_eq!(names, ["word", "number", "count", "flag"]);
        assert_eq!(rows.columns[1].what, "A number.");
        assert_eq!(rows.column("count"), Some(&Cells::Count(alloc::vec![2, 0])));
        match rows.column("number") {
            Some(Cells::Number(numbers)) => {
                assert_eq!(numbers[0].to_bits(), crate::table::ABSENT.to_bits());
                assert_eq!(numbers[1], 1.5);
            }
            other => panic!("{other:?}"),
        }
    }
}
