//! Arrays as they come from the package's one conversion module (`plethys/_convert.py`): one-dimensional, contiguous, of the
//! machine's byte order. Borrowed, not copied.

use numpy::{PyArray1, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// Samples of one of the types that the kernel takes.
pub(crate) enum Samples<'py> {
    F64(PyReadonlyArray1<'py, f64>),
    F32(PyReadonlyArray1<'py, f32>),
    I8(PyReadonlyArray1<'py, i8>),
    I16(PyReadonlyArray1<'py, i16>),
    I32(PyReadonlyArray1<'py, i32>),
    I64(PyReadonlyArray1<'py, i64>),
    U8(PyReadonlyArray1<'py, u8>),
    U16(PyReadonlyArray1<'py, u16>),
    U32(PyReadonlyArray1<'py, u32>),
    U64(PyReadonlyArray1<'py, u64>),
}

impl<'py> Samples<'py> {
    /// Borrows the array, whatever its type.
    pub(crate) fn borrow(array: &Bound<'py, PyAny>) -> PyResult<Self> {
        fn one<'py, T: numpy::Element>(array: &Bound<'py, PyAny>) -> Option<PyReadonlyArray1<'py, T>> {
            array.cast::<PyArray1<T>>().ok().map(PyArrayMethods::readonly)
        }
        None.or_else(|| one(array).map(Self::F64))
            .or_else(|| one(array).map(Self::F32))
            .or_else(|| one(array).map(Self::I32))
            .or_else(|| one(array).map(Self::I16))
            .or_else(|| one(array).map(Self::I64))
            .or_else(|| one(array).map(Self::U16))
            .or_else(|| one(array).map(Self::U8))
            .or_else(|| one(array).map(Self::U32))
            .or_else(|| one(array).map(Self::I8))
            .or_else(|| one(array).map(Self::U64))
            .ok_or_else(|| {
                let got = array.cast::<PyUntypedArray>().map_or_else(
                    |_| "another object".to_owned(),
                    |a| format!("{} dimensions of {}", a.ndim(), a.dtype()),
                );
                PyTypeError::new_err(format!("samples must be one dimension of numbers, got {got}"))
            })
    }
}

/// Runs `$body` with `$slice` bound to the samples as a slice of their own type.
macro_rules! with_slice {
    ($samples:expr, $slice:ident => $body:expr) => {
        match $samples {
            $crate::input::Samples::F64(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::F32(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::I8(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::I16(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::I32(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::I64(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::U8(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::U16(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::U32(a) => {
                let $slice = a.as_slice()?;
                $body
            }
            $crate::input::Samples::U64(a) => {
                let $slice = a.as_slice()?;
                $body
            }
        }
    };
}
pub(crate) use with_slice;

/// What comes beside the samples, each one entry per sample.
pub(crate) struct Beside<'py> {
    pub(crate) time: Option<PyReadonlyArray1<'py, f64>>,
    pub(crate) motion: Option<PyReadonlyArray2<'py, f64>>,
    pub(crate) companion: Option<PyReadonlyArray1<'py, f64>>,
}

impl Beside<'_> {
    /// The kernel's view of `samples` and what comes beside them.
    pub(crate) fn input<'a, S>(&'a self, samples: &'a [S]) -> PyResult<plethys::Input<'a, S>> {
        let motion = match &self.motion {
            None => None,
            Some(array) if array.shape().get(1) == Some(&3) => Some(array.as_slice()?.as_chunks::<3>().0),
            Some(array) => {
                return Err(PyTypeError::new_err(format!(
                    "motion must have the shape (n, 3), got {:?}",
                    array.shape()
                )));
            }
        };
        Ok(plethys::Input {
            samples,
            time: self.time.as_ref().map(PyReadonlyArray1::as_slice).transpose()?,
            motion,
            companion: self.companion.as_ref().map(PyReadonlyArray1::as_slice).transpose()?,
        })
    }
}
