//! What can be wrong: faults of a configuration, found when it is built, and faults of a call, found when it is made.
//!
//! Bad *samples* are neither: a missing, infinite or clipped sample is part of a recording, is counted and marked, and never
//! an error.

use core::fmt;

use crate::signal::Label;

/// A configuration that cannot be built; carries the argument, the value received and what is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A number outside the range that is taken; NaN counts as outside.
    OutOfRange {
        /// Name of the argument, as the caller knows it.
        argument: &'static str,
        /// The value received.
        value: f64,
        /// Smallest value taken.
        min: f64,
        /// Largest value taken.
        max: f64,
    },
    /// Two numbers in the wrong order, such as the edges of a band.
    NotIncreasing {
        /// Name of the argument.
        argument: &'static str,
        /// The value that should be the smaller.
        low: f64,
        /// The value that should be the larger.
        high: f64,
    },
    /// A number that has to be finite, and where zero makes no sense, such as the scale of a calibration.
    NotUsable {
        /// Name of the argument.
        argument: &'static str,
        /// The value received.
        value: f64,
    },
    /// A text longer than its field, such as a unit or a date.
    TooLong {
        /// Name of the argument.
        argument: &'static str,
        /// Bytes received.
        length: usize,
        /// Bytes taken at most.
        max: usize,
    },
    /// A word that is not in a closed list.
    UnknownName {
        /// Name of the argument.
        argument: &'static str,
        /// The words taken, separated by commas.
        expected: &'static str,
    },
    /// Two slices that belong together differ in length.
    LengthMismatch {
        /// Name of the argument that does not fit.
        argument: &'static str,
        /// Length received.
        length: usize,
        /// Length expected: that of the samples.
        expected: usize,
    },
    /// A region of a thermal frame, or a difference of two, that cannot be used.
    Region {
        /// Its name.
        region: Label,
        /// What is wrong, as the predicate of a sentence.
        problem: &'static str,
    },
    /// Two settings that exclude each other.
    Conflict {
        /// What was asked for.
        argument: &'static str,
        /// What forbids it.
        because: &'static str,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OutOfRange { argument, value, min, max } => {
                write!(f, "{argument} must be from {min} to {max}, got {value}")
            }
            Self::NotIncreasing { argument, low, high } => {
                write!(f, "{argument} must increase, got {low} before {high}")
            }
            Self::NotUsable { argument, value } => write!(f, "{argument} must be finite and not zero, got {value}"),
            Self::TooLong { argument, length, max } => {
                write!(f, "{argument} takes at most {max} bytes of text, got {length}")
            }
            Self::UnknownName { argument, expected } => write!(f, "{argument} must be one of {expected}"),
            Self::LengthMismatch { argument, length, expected } => {
                write!(f, "{argument} must have one entry per sample: expected {expected}, got {length}")
            }
            Self::Region { region, problem } => write!(f, "region {region:?} {problem}"),
            Self::Conflict { argument, because } => write!(f, "{argument} cannot be used: {because}"),
        }
    }
}

impl core::error::Error for ConfigError {}

/// A call that cannot be answered in the state its object is in, or with the numbers it was given.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The configuration cannot be built.
    Config(ConfigError),
    /// Samples were pushed after `finish`; `reset` starts anew.
    Finished,
    /// A time stamp that is no finite number, or too far from 0 to be one of seconds.
    BadTime {
        /// The stamp received.
        value: f64,
        /// How many stamps had been pushed before it.
        index: u64,
    },
    /// Samples came with a reference (motion, companion, time) that the monitor was not built for, or without one that it needs.
    WrongInput {
        /// What the monitor was built for.
        expected: &'static str,
        /// What the call brought.
        got: &'static str,
    },
    /// Two slices that belong together differ in length.
    LengthMismatch {
        /// Name of the slice that does not fit.
        argument: &'static str,
        /// Length received.
        length: usize,
        /// Length expected.
        expected: usize,
    },
    /// A number outside the range that is taken; NaN counts as outside.
    OutOfRange {
        /// Name of the argument.
        argument: &'static str,
        /// The value received.
        value: f64,
        /// Smallest value taken.
        min: f64,
        /// Largest value taken.
        max: f64,
    },
    /// A thermal frame of another shape than the monitor was built for; the frame is left out, the stream goes on.
    FrameShape {
        /// Rows received.
        rows: usize,
        /// Columns received.
        columns: usize,
        /// Rows expected.
        expected_rows: usize,
        /// Columns expected.
        expected_columns: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Config(error) => error.fmt(f),
            Self::Finished => write!(f, "the monitor is finished: only snapshot and reset are accepted"),
            Self::BadTime { value, index } => {
                if value.is_finite() {
                    write!(f, "time must be within 1e12 s of 0, got {value:e} at stamp {index}")
                } else {
                    write!(f, "time must be a finite number of seconds, got {value} at stamp {index}")
                }
            }
            Self::WrongInput { expected, got } => write!(f, "the monitor takes {expected}, got {got}"),
            Self::LengthMismatch { argument, length, expected } => {
                write!(f, "{argument} must have one entry per sample: expected {expected}, got {length}")
            }
            Self::OutOfRange { argument, value, min, max } => {
                write!(f, "{argument} must be from {min} to {max}, got {value}")
            }
            Self::FrameShape { rows, columns, expected_rows, expected_columns } => {
                write!(f, "frames must be {expected_rows} x {expected_columns}, got {rows} x {columns}")
            }
        }
    }
}

impl core::error::Error for Error {}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// Checks that `value` lies in `[min, max]`; NaN does not.
pub(crate) fn in_range(argument: &'static str, value: f64, min: f64, max: f64) -> Result<f64, ConfigError> {
    if value >= min && value <= max { Ok(value) } else { Err(ConfigError::OutOfRange { argument, value, min, max }) }
}
