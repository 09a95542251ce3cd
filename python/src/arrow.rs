//! Tables through the Arrow `PyCapsule` interface, so that pandas, polars, pyarrow, `DuckDB` and others read them as they are.

// PyO3 hands extracted arguments over by value.
#![allow(clippy::needless_pass_by_value)]

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, RecordBatch, RecordBatchIterator, StringArray, StructArray,
    UInt64Array,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use numpy::{PyArray1, PyArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// Name, values (`float64`, `bool`, `uint64`, or text and None in an object array) and unit of a column.
type ColumnArgument<'py> = (String, Bound<'py, PyAny>, Option<String>);

fn arrow_error(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// One column; an absent number is an Arrow null, not a NaN.
fn array(name: &str, values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    if let Ok(numbers) = values.cast::<PyArray1<f64>>() {
        let numbers = numbers.readonly();
        let cells = numbers.as_array();
        return Ok(Arc::new(cells.iter().map(|&v| (!v.is_nan()).then_some(v)).collect::<Float64Array>()));
    }
    if let Ok(flags) = values.cast::<PyArray1<bool>>() {
        let flags = flags.readonly();
        return Ok(Arc::new(flags.as_array().iter().map(|&v| Some(v)).collect::<BooleanArray>()));
    }
    if let Ok(counts) = values.cast::<PyArray1<u64>>() {
        let counts = counts.readonly();
        return Ok(Arc::new(counts.as_array().iter().map(|&v| Some(v)).collect::<UInt64Array>()));
    }
    let texts: Vec<Option<String>> = values
        .try_iter()?
        .map(|text| text?.extract())
        .collect::<PyResult<_>>()
        .map_err(|_| PyTypeError::new_err(format!("column {name} must hold numbers, truth values or text")))?;
    Ok(Arc::new(StringArray::from(texts)))
}

/// The whole table as one batch, units as field metadata `unit`.
fn batch(columns: &[ColumnArgument<'_>]) -> PyResult<RecordBatch> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays = Vec::with_capacity(columns.len());
    for (name, values, unit) in columns {
        let values = array(name, values)?;
        let metadata = unit.iter().map(|unit| ("unit".to_owned(), unit.clone())).collect::<HashMap<_, _>>();
        fields.push(Field::new(name, values.data_type().clone(), true).with_metadata(metadata));
        arrays.push(values);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(arrow_error)
}

/// An `arrow_array_stream` capsule of the table.
#[pyfunction(name = "arrow_stream")]
pub(crate) fn export_stream<'py>(
    py: Python<'py>,
    columns: Vec<ColumnArgument<'py>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = batch(&columns)?;
    let schema = batch.schema();
    let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

/// An `arrow_schema` capsule of the table.
#[pyfunction(name = "arrow_schema")]
pub(crate) fn export_schema<'py>(
    py: Python<'py>,
    columns: Vec<ColumnArgument<'py>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(batch(&columns)?.schema().as_ref()).map_err(arrow_error)?;
    PyCapsule::new_with_value(py, schema, c"arrow_schema")
}

/// The table as one struct array: capsules `arrow_schema` and `arrow_array`.
#[pyfunction(name = "arrow_array")]
pub(crate) fn export_array<'py>(
    py: Python<'py>,
    columns: Vec<ColumnArgument<'py>>,
) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    let table = StructArray::from(batch(&columns)?);
    let field = Field::new("", DataType::Struct(table.fields().clone()), false);
    let schema = FFI_ArrowSchema::try_from(&field).map_err(arrow_error)?;
    let values = FFI_ArrowArray::new(&table.to_data());
    Ok((
        PyCapsule::new_with_value(py, schema, c"arrow_schema")?,
        PyCapsule::new_with_value(py, values, c"arrow_array")?,
    ))
}
