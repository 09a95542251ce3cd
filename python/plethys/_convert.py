"""The one place where what a caller brings becomes what the kernel takes.

Arrays that are one-dimensional, contiguous and of the machine's byte order pass as they are, without a copy; everything
else that DESIGN's table of bad input accepts is copied once; what it refuses raises a `TypeError` that names the argument,
what came and what is taken.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

# The sample types of the kernel, in the machine's byte order.
_TAKEN = frozenset(np.dtype(code) for code in ("f8", "f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"))
_STREAM = "one dimension of real numbers (NumPy array, list, pandas or polars Series, masked array)"
_KINDS = {"b": "truth values", "c": "complex numbers", "U": "text", "S": "bytes", "O": "Python objects",
          "M": "dates", "m": "time spans", "V": "records", "T": "text"}  # fmt: skip


def _refuse(argument: str, taken: str, got: str, hint: str = "") -> NoReturn:
    raise TypeError(f"{argument} must be {taken}, got {got}" + (f"; {hint}" if hint else ""))


def _named(value: object) -> str:
    module, name = type(value).__module__, type(value).__qualname__
    return name if module == "builtins" else f"{module.split('.')[0]}.{name}"


def _array(argument: str, value: Any, taken: str) -> Array:
    """`value` as an array of plain numbers of any layout; missing entries are NaN."""
    if isinstance(value, (str, bytes, bytearray)):
        _refuse(argument, taken, _named(value), "a file is read by plethys.read(path)")
    if isinstance(value, np.ma.MaskedArray):
        if value.mask is np.ma.nomask or not value.mask.any():
            return np.asarray(value.data)
        _check_kind(argument, value.data, taken)
        return np.where(np.ma.getmaskarray(value), np.nan, value.data.astype(np.float64))
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if (converted := _from_columns(value)) is not None:
        return converted
    try:
        return np.asarray(value)
    except (ValueError, TypeError) as error:  # ragged lists, objects whose conversion fails
        _refuse(argument, taken, _named(value), str(error))


def _from_columns(value: Any) -> Array | None:
    """pandas, polars and pyarrow columns, whose missing entries are not NaN by themselves."""
    library = type(value).__module__.split(".")[0]
    if library not in {"pandas", "polars", "pyarrow"} or not hasattr(value, "to_numpy"):
        return None
    if library == "pyarrow":
        return np.asarray(value.to_numpy(zero_copy_only=False)) if hasattr(value, "null_count") else None
    if library == "pandas" and getattr(value, "ndim", 1) == 1:
        kind = getattr(value.dtype, "kind", "O")
        if kind in "iuf" and not isinstance(value.dtype, np.dtype):  # nullable types
            return np.asarray(value.to_numpy(dtype=np.float64, na_value=np.nan))
        if kind == "M":
            return np.asarray(value.to_numpy(dtype="datetime64[ns]"))
    return np.asarray(value.to_numpy())


def _check_kind(argument: str, array: Array, taken: str) -> None:
    if array.dtype.kind in "iuf":
        return
    hint = ""
    if array.dtype.kind == "O":
        hint = "a missing sample is NaN, not None"
    elif array.dtype.kind in "UST":
        hint = "a file is read by plethys.read(path)"
    kind = _KINDS.get(array.dtype.kind, str(array.dtype))
    _refuse(argument, taken, f"{kind} (dtype {array.dtype})", hint)


def _contiguous(array: Array) -> Array:
    if array.dtype not in _TAKEN:
        array = array.astype(np.float64 if array.dtype.kind == "f" else array.dtype.newbyteorder("="))
    return np.require(array, requirements=["C", "A"])


def samples(value: Any, argument: str = "samples") -> Array:
    """A stream of samples: one dimension, contiguous, of one of the kernel's types."""
    if (
        type(value) is np.ndarray
        and value.ndim == 1
        and value.dtype in _TAKEN
        and value.flags.c_contiguous
        and value.flags.aligned
    ):
        return value
    array = _array(argument, value, _STREAM)
    if array.ndim != 1:
        hint = f"pick one column, such as {argument}[:, 0]" if array.ndim == 2 else ""
        _refuse(argument, _STREAM, f"{_named(value)} of shape {array.shape}", hint)
    _check_kind(argument, array, _STREAM)
    return _contiguous(array)


def real(argument: str, value: Any, taken: str) -> Array:
    """Real numbers of any shape and memory layout."""
    array = _array(argument, value, taken)
    _check_kind(argument, array, taken)
    return array


def floats(value: Any, argument: str) -> Floats:
    """One stream, such as a second optical channel or the pressure of a cuff, as float64."""
    return np.require(samples(value, argument), np.float64, ["C", "A"])


def motion(value: Any) -> Floats:
    """Accelerations of shape (n, 3), as float64."""
    taken = "real numbers of shape (n, 3)"
    array = _array("motion", value, taken)
    if array.ndim != 2 or array.shape[1] != 3:
        _refuse("motion", taken, f"{_named(value)} of shape {array.shape}")
    _check_kind("motion", array, taken)
    return np.require(array, np.float64, ["C", "A"])


def time(value: Any, *, dates: bool = False) -> Floats:
    """Time stamps in s, as float64; with `dates`, NumPy or pandas dates too, counted from the first."""
    taken = "one dimension of seconds" + (" or dates" if dates else "")
    array = _array("time", value, taken)
    if array.ndim != 1:
        _refuse("time", taken, f"{_named(value)} of shape {array.shape}")
    if dates and array.dtype.kind == "M":
        return seconds(array)
    _check_kind("time", array, taken)
    return np.require(array, np.float64, ["C", "A"])


def seconds(dates: Array) -> Floats:
    """Dates as seconds from the first; not-a-date is NaN."""
    spans = (dates - dates[:1]).astype("timedelta64[ns]") if len(dates) else dates.astype("timedelta64[ns]")
    counted = spans.astype(np.int64) / 1e9
    counted[np.isnat(spans)] = np.nan
    return np.asarray(counted, np.float64)


def number(argument: str, value: Any, unit: str = "") -> float:
    """One real number."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, np.ndarray) and value.ndim == 0 and value.dtype.kind in "iuf":
        return float(value)
    _refuse(argument, "a number" + (f" ({unit})" if unit else ""), _named(value))


def word(argument: str, value: Any) -> str:
    """One word; whether it is a known one is for the kernel to say."""
    if isinstance(value, str):
        return value
    _refuse(argument, "text", _named(value))


def flag(argument: str, value: Any) -> bool:
    """True or False."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    _refuse(argument, "True or False", _named(value))


def calibration(value: Any) -> tuple[float, float, str, str | None] | None:
    """`(scale, offset, unit, date)` from a mapping with these keys or a tuple in this order; offset and date may be left out."""
    if value is None:
        return None
    keys = ("scale", "offset", "unit", "date")
    taken = "a mapping with scale, offset, unit and date, or a tuple in this order"
    if isinstance(value, Mapping):
        if unknown := set(value) - set(keys):
            _refuse("calibration", taken, f"the key {sorted(map(str, unknown))[0]!r}")
        given = dict(value)
    elif isinstance(value, tuple) and len(value) in (3, 4):
        given = dict(zip(keys, value, strict=False))
    else:
        _refuse("calibration", taken, _named(value))
    for key in ("scale", "unit"):
        if key not in given:
            _refuse("calibration", taken, f"no {key}")
    date = given.get("date")
    return (
        number("calibration.scale", given["scale"]),
        number("calibration.offset", given.get("offset", 0.0)),
        word("calibration.unit", given["unit"]),
        None if date is None else word("calibration.date", date),
    )


def sensor_range(value: Any) -> tuple[float, float] | None:
    """`(low, high)` in raw units."""
    if value is None:
        return None
    try:
        low, high = value
    except (TypeError, ValueError):
        _refuse("sensor_range", "two numbers (low, high), raw units", _named(value))
    return number("sensor_range", low), number("sensor_range", high)


def cuff(value: Any) -> tuple[float, float] | None:
    """`(pressure, tolerance)` in calibrated units; 5 about a pressure alone."""
    if value is None:
        return None
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            _refuse("cuff", "a pressure, or (pressure, tolerance), calibrated units", _named(value))
        return number("cuff", value[0]), number("cuff", value[1])
    return number("cuff", value), 5.0
