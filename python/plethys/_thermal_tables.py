"""Tables of thermal results: regions, differences, means over windows, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _plethys
from ._tables import Bools, Floats, Table, Texts


def _words(names: Sequence[str | None]) -> Texts:
    words = np.empty(len(names), dtype=object)
    words[:] = list(names)
    return words


_NAMES: dict[str, Texts] = {column: _words(names) for column, names in _plethys.THERMAL_CODES.items()}


class _ThermalTable(Table):
    """A table whose rows are of regions, or of differences of two."""

    __slots__ = ("_names",)

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], names: Sequence[str] = ()) -> None:
        """Takes the kernel's columns and the names behind their codes; made by the package, not by callers."""
        super().__init__(arrays)
        self._names = tuple(names)

    @property
    def _lists(self) -> Mapping[str, Texts]:
        return {**_NAMES, "region": _words(self._names), "difference": _words(self._names)}

    def _like(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Table:
        return type(self)(arrays, self._names)

    def __getstate__(self) -> Any:
        return self._arrays, self._names


class ThermalRegions(_ThermalTable):
    """Each region in each frame, rejected rows with their reason; `regions[regions.region == "foot"]` is one of them."""

    _layout = _plethys.THERMAL_REGIONS
    __slots__ = ()

    time: Floats
    mean: Floats
    median: Floats
    sd: Floats
    p5: Floats
    p95: Floats
    count: Floats
    correction: Floats
    segment: Floats
    shift_x: Floats
    shift_y: Floats
    accepted: Bools
    shutter: Bools
    warming: Bools
    few_pixels: Bools
    limb_left: Bools
    out_of_frame: Bools
    unobservable: Bools
    region: Texts
    reason: Texts


class ThermalDifferences(_ThermalTable):
    """Each difference of two regions in each frame: right minus left, or distal minus proximal, K."""

    _layout = _plethys.THERMAL_DIFFERENCES
    __slots__ = ()

    time: Floats
    delta: Floats
    change: Floats
    accepted: Bools
    difference: Texts
    reason: Texts


class ThermalMeans(_ThermalTable):
    """Regions over windows of 1, 10 and 60 s, of accepted rows."""

    _layout = _plethys.THERMAL_MEANS
    __slots__ = ()

    time: Floats
    window: Floats
    mean: Floats
    sd: Floats
    frames: Floats
    coverage: Floats
    segment: Floats
    crossing: Bools
    warming: Bools
    region: Texts


class ThermalDifferenceMeans(ThermalMeans):
    """Differences over windows of 1, 10 and 60 s, K; the column `region` names the difference."""

    __slots__ = ()

    @property
    def units(self) -> dict[str, str]:
        """Unit (UCUM) of each column of numbers; `1` is a plain number."""
        return {**super().units, "mean": "K"}


class ThermalEvents(_ThermalTable):
    """What was noticed: shutters, steps, backward stamps, bad pixels, lost limbs, wrong units, gaps."""

    _layout = _plethys.THERMAL_EVENTS
    __slots__ = ()

    time: Floats
    size: Floats
    row: Floats
    column: Floats
    notice: Texts
    region: Texts

    @property
    def _lists(self) -> Mapping[str, Texts]:
        # Code 0 is no region here: most events are about the whole frame.
        return {**_NAMES, "region": _words((None, *self._names))}
