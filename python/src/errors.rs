//! Kernel errors as Python exceptions; the text is the kernel's.

use pyo3::exceptions::PyValueError;
use pyo3::{PyErr, create_exception};

create_exception!(
    plethys,
    ProcessError,
    PyValueError,
    "A call that cannot be answered: samples after finish(), time stamps that are no numbers, arrays that belong together and\n\
     differ in length. A subclass of ValueError, so that one except clause can take both kinds of fault."
);

/// A fault of a configuration is a `ValueError`.
pub(crate) fn config_error(error: plethys::ConfigError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A fault of a call is a `ProcessError`, unless the call brought a configuration that cannot be built.
pub(crate) fn process_error(error: plethys::Error) -> PyErr {
    match error {
        plethys::Error::Config(error) => config_error(error),
        other => ProcessError::new_err(other.to_string()),
    }
}
