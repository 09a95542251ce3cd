"""Tables of a study's results: the columns come from the kernel, with units and meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ._tables import Table

Column = tuple[str, str, str, str]
"""Name, unit, kind ("number", "count", "flag", "text") and meaning."""


class Results(Table):
    """Rows of a study's results held as columns: numbers float64 with NaN where absent, counts uint64, truth values bool, texts
    an object array of str and None. `what` says what a column means. Otherwise as every table."""

    __slots__ = ("_described", "name")

    def __init__(self, name: str, described: Sequence[Column], cells: Mapping[str, Any]) -> None:
        """Made by plethys.Study.run."""
        self.name = name
        self._described = list(described)
        super().__init__({column: _array(kind, cells[column]) for column, _, kind, _ in described})

    @property
    def units(self) -> dict[str, str]:
        """Unit (UCUM) of each column of numbers; `measure`: that of the row's `unit`; `working`: ln, or the row's unit where
        differences are compared."""
        return {name: unit for name, unit, _, _ in self._described if unit}

    @property
    def what(self) -> dict[str, str]:
        """What each column means."""
        return {name: what for name, _, _, what in self._described}

    def rows(self) -> list[dict[str, Any]]:
        """The rows as plain values; an absent number is None."""
        columns = [_plain(self._arrays[name]) for name in self.columns]
        return [dict(zip(self.columns, cells, strict=True)) for cells in zip(*columns, strict=True)]

    def to_bytes(self) -> bytes:
        """All columns in order as bytes: numbers little-endian, truth values as one byte, texts as JSON."""
        parts = []
        for array in self._arrays.values():
            if array.dtype.kind == "O":
                parts.append(json.dumps(array.tolist()).encode())
            else:
                parts.append(array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes())
        return b"".join(parts)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str) and key in self._arrays:
            return self._arrays[key]
        if isinstance(key, str):
            raise KeyError(f"no column is named {key!r}; there are {', '.join(self._arrays)}")
        if isinstance(key, slice) or (np.ndim(key) == 1 and np.asarray(key).dtype.kind in "biu"):
            rows = key if isinstance(key, slice) else np.asarray(key)
            return Results(
                self.name, self._described, {name: array[rows].copy() for name, array in self._arrays.items()}
            )
        raise TypeError(f"a table takes a column's name, a mask, indices or a slice of rows, got {type(key).__name__}")

    def __getstate__(self) -> Any:
        return self.name, self._described, self._arrays

    def __setstate__(self, state: Any) -> None:
        Results.__init__(self, *state)

    def __repr__(self) -> str:
        return super().__repr__().replace("Results:", f"{self.name}:", 1)


def _array(kind: str, cells: Any) -> npt.NDArray[Any]:
    if kind in ("number", "count"):
        return np.asarray(cells)
    if kind == "flag" and not any(cell is None for cell in cells):
        return np.asarray(cells, np.bool_)
    array = np.empty(len(cells), object)
    array[:] = cells
    return array


def _plain(array: npt.NDArray[Any]) -> list[Any]:
    cells: list[Any] = array.tolist()
    return [None if cell != cell else cell for cell in cells] if array.dtype.kind == "f" else cells
