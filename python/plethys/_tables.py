"""Tables of results: columns as NumPy arrays, with units, readable by every Arrow library."""

from __future__ import annotations

import csv
import html
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np
import numpy.typing as npt

from . import _plethys

if TYPE_CHECKING:
    import pandas
    import polars

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

# The names behind the codes; code 0 is None.
_NAMES: dict[str, npt.NDArray[np.object_]] = {
    column: np.array(names, dtype=object) for column, names in _plethys.CODES.items()
}
_SHOWN_ROWS = 10


class Table:
    """Rows of results held as columns.

    A column is an attribute (`table.peak`) and an item (`table["peak"]`): numbers are float64 with NaN where a value is
    absent, truth values are bool, words such as `reason` are an object array of str and None. Columns are read-only views of
    the table; take a copy to write. `table[mask]`, `table[indices]` and `table[start:stop]` give a table of these rows.
    pandas, polars, pyarrow, DuckDB and others take a table as it is, through the Arrow PyCapsule interface; there an absent
    number is a null.
    """

    _layout: ClassVar[list[tuple[str, str, str]]] = []
    __iter__ = None  # rows or columns? say which: table.columns, len(table)
    __slots__ = ("_arrays", "_unit", "_words")

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], unit: str = "unstated") -> None:
        """Takes the kernel's columns; made by plethys.analyze and plethys.Monitor, not by callers."""
        self._arrays = dict(arrays)
        self._words: dict[str, Texts] = {}
        self._unit = unit
        for array in self._arrays.values():
            array.flags.writeable = False

    @property
    def _lists(self) -> Mapping[str, Texts]:
        """The words behind each column of codes."""
        return _NAMES

    def _like(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Table:
        """A table of the same kind with other rows."""
        return type(self)(arrays, self._unit)

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self._arrays)

    @property
    def units(self) -> dict[str, str]:
        """Unit (UCUM) of each column of numbers; `1` is a plain number."""
        return {
            name: unit.replace("signal", self._unit)
            for name, unit, _ in self._layout
            if name in self._arrays and unit not in ("bool", "code")
        }

    def keys(self) -> list[str]:
        """Names of the columns: `dict(table)` holds the columns by name."""
        return self.columns

    def codes(self, name: str) -> npt.NDArray[np.uint8]:
        """The codes behind a column of words, such as `reason`: 0 is None, the others as `plethys.REASONS` lists them."""
        if name not in self._lists or name not in self._arrays:
            raise KeyError(f"no column of words is named {name!r}")
        return self._arrays[name]

    def to_bytes(self) -> bytes:
        """All columns in order as bytes, numbers little-endian, truth values and codes as one byte each.

        Two tables are the same bit for bit if and only if these are; Rust and JavaScript give the same bytes.
        """
        return b"".join(a.astype(a.dtype.newbyteorder("<"), copy=False).tobytes() for a in self._arrays.values())

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Writes the table as comma-separated text, numbers in full precision, absent cells empty."""
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(self.columns)
            writer.writerows(zip(*(_texts(self[name]) for name in self.columns), strict=True))

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a pandas DataFrame; units are in `.attrs["units"]`."""
        import pandas

        frame = pandas.DataFrame({name: np.array(self[name]) for name in self.columns})
        frame.attrs["units"] = self.units
        return frame

    def to_polars(self) -> polars.DataFrame:
        """The table as a polars DataFrame; absent is null."""
        import polars

        return polars.DataFrame(self)

    def __len__(self) -> int:
        return len(next(iter(self._arrays.values()), ()))

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    @overload
    def __getitem__(self, key: str) -> npt.NDArray[Any]: ...
    @overload
    def __getitem__(self, key: slice | npt.NDArray[Any] | list[int]) -> Table: ...
    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key not in self._arrays:
                raise KeyError(f"no column is named {key!r}; there are {', '.join(self._arrays)}")
            return self._word_column(key) if key in self._lists else self._arrays[key]
        if isinstance(key, slice) or (np.ndim(key) == 1 and np.asarray(key).dtype.kind in "biu"):
            rows = key if isinstance(key, slice) else np.asarray(key)
            # A slice alone would be a view that keeps the whole table alive.
            return self._like({name: array[rows].copy() for name, array in self._arrays.items()})
        raise TypeError(f"a table takes a column's name, a mask, indices or a slice of rows, got {type(key).__name__}")

    def _word_column(self, name: str) -> Texts:
        if name not in self._words:
            words = self._lists[name][self._arrays[name]]
            words.flags.writeable = False
            self._words[name] = words
        return self._words[name]

    def __getattr__(self, name: str) -> npt.NDArray[Any]:
        if not name.startswith("_") and name in self._arrays:
            return self[name]
        raise AttributeError(f"{type(self).__name__} has no column or attribute {name!r}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._arrays]

    def __eq__(self, other: object) -> bool:
        """Whether all columns are the same bit for bit."""
        if type(other) is not type(self):
            return NotImplemented
        return self.columns == other.columns and self.to_bytes() == other.to_bytes()

    def __getstate__(self) -> tuple[dict[str, npt.NDArray[Any]], str]:
        return self._arrays, self._unit

    def __setstate__(self, state: tuple[dict[str, npt.NDArray[Any]], str]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def _arrow_columns(self) -> list[tuple[str, npt.NDArray[Any], str | None]]:
        units = self.units
        return [(name, self[name], units.get(name)) for name in self.columns]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The Arrow PyCapsule interface: the table as one batch."""
        return _plethys.arrow_stream(self._arrow_columns())

    def __arrow_c_schema__(self) -> object:
        """The Arrow PyCapsule interface: names, types and units."""
        return _plethys.arrow_schema(self._arrow_columns())

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """The Arrow PyCapsule interface: the table as one struct array."""
        return _plethys.arrow_array(self._arrow_columns())

    def _shown(self) -> Iterator[list[str]]:
        """Header, then the first and last rows as text; a row of dots stands for those between."""
        units = self.units
        yield [name + (f" [{units[name]}]" if units.get(name, "1") != "1" else "") for name in self.columns]
        count = len(self)
        rows = range(count)
        head: range | list[int] = rows
        tail: range | list[int] = []
        if count > _SHOWN_ROWS:
            head, tail = rows[: _SHOWN_ROWS // 2], rows[-_SHOWN_ROWS // 2 :]
        for row in head:
            yield [_cell(self[name][row]) for name in self.columns]
        if tail:
            yield ["…"] * len(self.columns)
        for row in tail:
            yield [_cell(self[name][row]) for name in self.columns]

    def __repr__(self) -> str:
        lines = list(self._shown())
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        body = "\n".join("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in lines)
        return f"{type(self).__name__}: {len(self)} rows\n{body}"

    def _repr_html_(self) -> str:
        head, *rows = ([html.escape(cell) for cell in line] for line in self._shown())
        return (
            f"<table><caption>{type(self).__name__}: {len(self)} rows</caption>"
            f"<thead><tr>{''.join(f'<th>{c}</th>' for c in head)}</tr></thead>"
            f"<tbody>{''.join('<tr>' + ''.join(f'<td>{c}</td>' for c in row) + '</tr>' for row in rows)}</tbody></table>"
        )


def _texts(column: npt.NDArray[Any]) -> list[str]:
    if column.dtype.kind == "f":
        return ["" if np.isnan(value) else repr(value) for value in column.tolist()]
    if column.dtype.kind == "b":
        return ["true" if value else "false" for value in column.tolist()]
    return ["" if value is None else str(value) for value in column]


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return f"{value:.4g}" if abs(value) < 1e3 else f"{value:.1f}"


class Beats(Table):
    """Settled beats, one per row, rejected ones too; `beats[beats.accepted]` leaves these out."""

    _layout = _plethys.BEATS
    __slots__ = ()

    onset: Floats
    peak: Floats
    end: Floats
    rate: Floats
    amplitude: Floats
    amplitude_corrected: Floats
    perfusion_index: Floats
    upstroke_time: Floats
    width: Floats
    max_slope: Floats
    foot: Floats
    quality: Floats
    rise_time: Floats
    upstroke_fraction: Floats
    width_25: Floats
    width_75: Floats
    mean_height: Floats
    bowing: Floats
    area: Floats
    notch_prominence: Floats
    accepted: Bools
    bridged: Bools
    clipped: Bools
    rate_locked: Bools
    reason: Texts
    notch: Texts


class Rates(Table):
    """The pulse rate once per second, stamped at the centre of the signal that it rests on."""

    _layout = _plethys.RATES
    __slots__ = ()

    time: Floats
    pulse_rate: Floats
    pulse_rate_uncertainty: Floats
    quality: Floats
    tracked: Bools
    reason: Texts


class Trend(Table):
    """Beats and rate rows over windows, one window per row; NaN where a window cannot be answered."""

    _layout = _plethys.TREND
    __slots__ = ()

    time: Floats
    pulse_rate: Floats
    pulse_rate_uncertainty: Floats
    perfusion_index: Floats
    amplitude: Floats
    quality: Floats
    beats: Floats
