"""Frames, their stamps and the camera's telemetry, as a caller hands them over: made into arrays that the kernel takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from . import _convert
from ._thermal_config import Unit, encoding_of

Floats = npt.NDArray[np.float64]


def stack_of(value: Any, unit: Unit | None) -> npt.NDArray[Any]:
    """Frames of three dimensions (time, row, column), of one of the kernel's types; °C where the unit is K."""
    taken = "frames of real numbers: one (row, column), a stack (time, row, column), or the readings of a probe (time)"
    array = _convert.real("frames", value, taken)
    if array.ndim == 1:
        array = array[:, None, None]
    elif array.ndim == 2:
        array = array[None]
    elif array.ndim == 0:
        array = array[None, None, None]
    if array.ndim != 3:
        raise TypeError(f"frames must be {taken}, got an array of shape {array.shape}")
    kind = array.dtype.kind
    if unit is None:
        if kind != "f":
            raise ValueError(
                f"unit is missing: frames of {array.dtype} are counts; say unit='cK' (Lepton, 0.01 K per count), 'dK', "
                "K per count, or the Planck constants; or 'Cel' where they are whole °C"
            )
        unit = "Cel"
    if encoding_of(unit) is not None:
        if kind == "f":
            return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)  # the kernel says it
        if array.dtype != np.uint16 and array.size and not (array.min() >= 0 and array.max() <= 65535):
            raise ValueError(f"frames of counts must be from 0 to 65535, got {array.min()} to {array.max()}")
        return array.astype(np.uint16, copy=False)
    if kind != "f" or array.dtype not in (np.float32, np.float64) or not array.dtype.isnative:
        array = array.astype(np.float64)
    return array - 273.15 if unit == "K" else array


def column_of(argument: str, value: Any, dtype: type[Any], count: int) -> npt.NDArray[Any] | None:
    """What comes with the frames, one entry each; one value stands for all."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or (dtype is np.uint64 and array.dtype.kind == "f"):
        raise TypeError(
            f"{argument} must be one {'number' if dtype is not np.bool_ else 'truth value'} per frame, got {array.dtype}"
        )
    if array.ndim == 0 and count == 1:
        array = array[None]
    if array.ndim != 1:
        raise TypeError(f"{argument} must have one entry per frame, got an array of shape {array.shape}")
    return np.require(array, dtype, ["C", "A"])


def stamps_of(time: Any, count: int, *, dates: bool) -> Floats:
    if count == 1 and np.ndim(time) == 0 and not isinstance(time, (str, np.datetime64)):
        return np.array([_convert.number("time", time, "s")])
    return _convert.time(time, dates=dates)
