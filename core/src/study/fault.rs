//! What is wrong with a study before any data are looked at.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// One fault of a study, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line in the study file, from 1; 0 where there is no file.
    pub line: usize,
    /// Column in characters, from 1; 0 where there is no file.
    pub column: usize,
    /// The table it is in (`study`, `settings`, `recording`, `channel`, `phase`, `window`, `marker`), empty for the whole file.
    pub table: &'static str,
    /// Which one of that table, from 0 in the order of the file.
    pub index: usize,
    /// The key at fault, empty for the whole table.
    pub key: String,
    /// What is wrong and what was expected.
    pub text: String,
}

impl Fault {
    pub(crate) fn new(table: &'static str, index: usize, key: &str, text: String) -> Self {
        Self { line: 0, column: 0, table, index, key: key.into(), text }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        match (self.table, self.key.as_str()) {
            ("", "") => {}
            ("", key) => write!(f, "{key}: ")?,
            ("study" | "settings", "") => write!(f, "{}: ", self.table)?,
            ("study" | "settings", key) => write!(f, "{}.{key}: ", self.table)?,
            (table, "") => write!(f, "{table} {}: ", self.index + 1)?,
            (table, key) => write!(f, "{table} {}, {key}: ", self.index + 1)?,
        }
        f.write_str(&self.text)
    }
}

/// Everything that is wrong with a study, in the order of its file; displays one fault a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyError {
    /// The faults; at least one.
    pub faults: Vec<Fault>,
}

impl StudyError {
    pub(crate) fn one(fault: Fault) -> Self {
        Self { faults: alloc::vec![fault] }
    }
}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for StudyError {}
