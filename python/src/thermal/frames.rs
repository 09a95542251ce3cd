//! Frames as they come from the package: three dimensions (time, row, column), borrowed in any layout, with what comes beside them.

use numpy::{PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray3, PyUntypedArray, PyUntypedArrayMethods};
use plethys::Error;
use plethys::thermal::{Frame, Telemetry};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::errors::process_error;

/// Frames of one of the types that the kernel takes.
pub(crate) enum Frames<'py> {
    Counts(PyReadonlyArray3<'py, u16>),
    F32(PyReadonlyArray3<'py, f32>),
    F64(PyReadonlyArray3<'py, f64>),
}

impl<'py> Frames<'py> {
    pub(crate) fn borrow(array: &Bound<'py, PyAny>) -> PyResult<Self> {
        fn one<'py, T: numpy::Element>(array: &Bound<'py, PyAny>) -> Option<PyReadonlyArray3<'py, T>> {
            array.cast::<PyArray3<T>>().ok().map(PyArrayMethods::readonly)
        }
        None.or_else(|| one(array).map(Self::Counts))
            .or_else(|| one(array).map(Self::F32))
            .or_else(|| one(array).map(Self::F64))
            .ok_or_else(|| {
                let got = array.cast::<PyUntypedArray>().map_or_else(
                    |_| "another object".to_owned(),
                    |a| format!("{} dimensions of {}", a.ndim(), a.dtype()),
                );
                PyTypeError::new_err(format!(
                    "frames must be three dimensions of uint16, float32 or float64, got {got}"
                ))
            })
    }

    pub(crate) fn len(&self) -> usize {
        let shape = match self {
            Self::Counts(array) => array.shape(),
            Self::F32(array) => array.shape(),
            Self::F64(array) => array.shape(),
        };
        shape.first().copied().unwrap_or(0)
    }
}

/// Runs `$body` with `$frames` bound to an iterator over the frames, without the interpreter.
macro_rules! with_frames {
    ($stack:expr, $py:expr, $frames:ident => $body:expr) => {
        match $stack {
            $crate::thermal::frames::Frames::Counts(array) => {
                let $frames = array.as_array();
                $py.detach(|| {
                    let $frames = plethys::thermal::frames_of($frames);
                    $body
                })
            }
            $crate::thermal::frames::Frames::F32(array) => {
                let $frames = array.as_array();
                $py.detach(|| {
                    let $frames = plethys::thermal::frames_of($frames);
                    $body
                })
            }
            $crate::thermal::frames::Frames::F64(array) => {
                let $frames = array.as_array();
                $py.detach(|| {
                    let $frames = plethys::thermal::frames_of($frames);
                    $body
                })
            }
        }
    };
}
pub(crate) use with_frames;

/// What comes with the frames, one entry each.
pub(crate) struct Beside<'py> {
    pub(crate) time: PyReadonlyArray1<'py, f64>,
    pub(crate) shutter: Option<PyReadonlyArray1<'py, bool>>,
    pub(crate) counter: Option<PyReadonlyArray1<'py, u64>>,
    pub(crate) uptime: Option<PyReadonlyArray1<'py, f64>>,
}

/// The same as slices.
#[derive(Clone, Copy)]
pub(crate) struct BesideSlices<'a> {
    pub(crate) time: &'a [f64],
    shutter: Option<&'a [bool]>,
    counter: Option<&'a [u64]>,
    uptime: Option<&'a [f64]>,
}

impl Beside<'_> {
    /// Checked before any frame goes in, so that a call with a fault leaves the stream as it was.
    pub(crate) fn slices(&self, frames: usize) -> PyResult<BesideSlices<'_>> {
        fn column<'a, T: numpy::Element>(
            argument: &'static str,
            array: Option<&'a PyReadonlyArray1<'_, T>>,
            expected: usize,
        ) -> PyResult<Option<&'a [T]>> {
            let Some(array) = array else { return Ok(None) };
            let slice = array.as_slice()?;
            if slice.len() == expected {
                return Ok(Some(slice));
            }
            Err(process_error(Error::LengthMismatch { argument, length: slice.len(), expected }))
        }
        let time = column("time", Some(&self.time), frames)?.unwrap_or_default();
        if let Some(place) = time.iter().position(|stamp| !stamp.is_finite()) {
            return Err(process_error(Error::BadTime { value: time[place], index: place as u64 }));
        }
        Ok(BesideSlices {
            time,
            shutter: column("shutter", self.shutter.as_ref(), frames)?,
            counter: column("counter", self.counter.as_ref(), frames)?,
            uptime: column("uptime", self.uptime.as_ref(), frames)?,
        })
    }
}

impl BesideSlices<'_> {
    /// The frame at `place` with its telemetry.
    pub(crate) fn with<'f>(&self, frame: Frame<'f>, place: usize) -> Frame<'f> {
        frame.with(Telemetry {
            counter: self.counter.and_then(|all| all.get(place).copied()),
            shutter: self.shutter.and_then(|all| all.get(place).copied()).unwrap_or(false),
            uptime: self.uptime.and_then(|all| all.get(place).copied()).filter(|seconds| seconds.is_finite()),
        })
    }
}
