"""Delimited text: comma, semicolon, tab or blanks; header or none; decimal point or comma; dates."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _convert
from .content import Content, ReadError, distinct
from .stamps import TIME_NAME, rounding, scale_of

_MISSING = frozenset(("", "nan", "na", "n/a", "null", "none", "-", "--"))
_HEADER_LINES = 100


def number_in(cell: str) -> float | None:
    """The cell's number, NaN where it is missing, None where it is no number."""
    cell = cell.strip()
    try:
        return float(cell)
    except ValueError:
        return float("nan") if cell.lower() in _MISSING else None


@dataclass
class _Layout:
    """How a text file is laid out."""

    delimiter: str | None  # None: blanks
    comma: bool  # decimal comma
    first: int  # line of the first row of data, from 0
    names: list[str]
    units: list[str]


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter is None:
        return [cell.strip('"') for cell in line.split()]
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _is_data(cells: Sequence[str], comma: bool) -> bool:
    """Whether a row is one of data: mostly numbers or dates, and not only empty."""
    filled = [c for c in cells if c.strip().lower() not in _MISSING]
    numbers = sum(number_in(c.replace(",", ".") if comma else c) is not None or _is_date(c) for c in filled)
    return bool(filled) and 2 * numbers > len(filled)


def _is_date(cell: str) -> bool:
    return re.match(r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?", cell) is not None


def _layout(path: Path, lines: Sequence[str]) -> _Layout:
    """Delimiter, decimal mark and header, told from the file's first lines."""
    first_line = lines[0] if lines else ""
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?\s*", first_line)
    for delimiter in [declared[1]] if declared else ["\t", ";", ",", None]:
        rows = [_cells(line, delimiter) for line in lines[:_HEADER_LINES] if not line.lstrip().startswith("#")]
        if not declared and delimiter is not None and not any(len(row) > 1 for row in rows):
            continue
        comma = delimiter in (";", "\t") and _has_decimal_commas(rows)
        for i, line in enumerate(lines[:_HEADER_LINES]):
            cells = _cells(line, delimiter)
            if line.lstrip().startswith("#") or not _is_data(cells, comma):
                continue
            header = [_cells(text.lstrip("#"), delimiter) for text in lines[:i]]
            header = [[c.strip() for c in row] for row in header if len(row) == len(cells)]
            names = header[0] if header else [str(k) for k in range(len(cells))]
            names = distinct([name or str(k) for k, name in enumerate(names)])
            return _Layout(delimiter, comma, i, names, header[-1] if len(header) > 1 else [])
    raise ReadError(f"{path}: expected rows of numbers within the first {_HEADER_LINES} lines, got none")


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    cells = [c.strip() for row in rows for c in row]
    return any(re.fullmatch(r"[+-]?\d+,\d+", c) for c in cells) and not any(
        re.fullmatch(r"[+-]?\d+\.\d+", c) for c in cells
    )


def read_text(path: Path, time: str | int | bool | None) -> Content:
    raw = path.read_bytes()
    if (at := raw.find(b"\0", 0, 1 << 16)) >= 0 and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(f"{path}: expected text, byte {at} is not")
    if not raw.strip():
        raise ReadError(f"{path}: expected rows of numbers, the file is empty")
    try:
        text = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # every byte is a letter there: only names of columns can be hurt
    lines = text.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    layout = _layout(path, lines)
    content = Content(_fast_columns(lines, layout) or {}, units=dict(zip(layout.names, layout.units, strict=False)))
    if not content.channels:
        _careful_columns(path, lines, layout, content)
    place = _time_column(path, layout.names, time)
    if place is None:
        return content
    if place in content.faults:
        raise ReadError(content.faults[place])
    stamps = content.channels.pop(place)
    if stamps.dtype.kind == "M":
        content.start_time = stamps[0] if not np.isnat(stamps[0]) else None
        stamps = _convert.seconds(stamps)
        content.resolution = rounding(stamps)
    else:
        scale = scale_of(path, place, content.units.get(place), stamps)
        content.resolution = rounding(stamps) * scale
        if scale * stamps[0] > 1e9:  # counted from 1970
            content.start_time = np.datetime64(round(scale * float(stamps[0]) * 1e6), "us")
        stamps = (stamps - stamps[:1]) * scale
    content.time = stamps
    return content


def _time_column(path: Path, names: Sequence[str], wanted: str | int | bool | None) -> str | None:
    if wanted is False or (wanted is None and len(names) < 2):
        return None
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 0 <= wanted < len(names):
            raise ReadError(f"{path}: expected a time column from 0 to {len(names) - 1}, got {wanted}")
        return names[wanted]
    if isinstance(wanted, str):
        if wanted not in names:
            raise ReadError(f"{path}: expected a time column of {', '.join(names)}, got {wanted!r}")
        return wanted
    return next((name for name in names if TIME_NAME.match(name.strip())), None)


def _fast_columns(lines: Sequence[str], layout: _Layout) -> dict[str, npt.NDArray[Any]] | None:
    """The plain case, by NumPy's parser: numbers only, no cell or line missing, no decimal comma."""
    if layout.comma:
        return None
    try:
        body = np.loadtxt(lines[layout.first :], delimiter=layout.delimiter, ndmin=2, comments=None, quotechar='"')
    except ValueError:
        return None  # the careful reader finds out why
    if body.shape != (len(lines) - layout.first, len(layout.names)):
        return None
    return {name: np.ascontiguousarray(body[:, k]) for k, name in enumerate(layout.names)}


def _careful_columns(path: Path, lines: Sequence[str], layout: _Layout, content: Content) -> None:
    """The careful case, line by line: missing cells and lines, dates, decimal commas, and what is wrong where."""
    width = len(layout.names)
    rows: list[list[str]] = []
    numbers: list[int] = []  # of the lines, from 1
    split: Iterable[list[str]]
    if layout.delimiter is None:
        split = (_cells(line, None) for line in lines[layout.first :])
    else:
        split = csv.reader(lines[layout.first :], delimiter=layout.delimiter, skipinitialspace=True)
    for number, (line, cells) in enumerate(zip(lines[layout.first :], split, strict=False), layout.first + 1):
        if line.lstrip().startswith("#"):
            continue
        if not line.strip():
            cells = [""] * width  # an empty line is a missing sample: to leave it out would shift the time of the rest
        if len(cells) != width:
            raise ReadError(f"{path}, line {number}: expected {width} cells, got {len(cells)}")
        rows.append(cells)
        numbers.append(number)
    for name, texts in zip(layout.names, zip(*rows, strict=True), strict=True):
        first = next((text for text in texts if text.strip()), "")
        if _is_date(first) and (dates := _dates(texts)) is not None:
            content.channels[name] = dates
            continue
        parse = _date if _is_date(first) else _decimal_comma if layout.comma else number_in
        values: list[Any]
        try:
            values = list(map(float, texts))  # the plain case is several times as quick
        except ValueError:
            values = [parse(text) for text in texts]
        if None in values:
            at = values.index(None)
            expected = "an ISO 8601 date" if parse is _date else "a number"
            content.faults[name] = (
                f"{path}, line {numbers[at]}: expected {expected} in column {name!r}, got {texts[at]!r}"
            )
            content.channels[name] = np.array(texts, object)
        else:
            content.channels[name] = np.array(values, "datetime64[us]" if parse is _date else np.float64)


def _decimal_comma(cell: str) -> float | None:
    return number_in(cell.replace(",", ".", 1))


def _dates(texts: Sequence[str]) -> npt.NDArray[Any] | None:
    """All cells at once, or None where one of them is no ISO 8601 date."""
    try:
        return np.array([t.strip().removesuffix("Z").replace(" ", "T", 1) or "NaT" for t in texts], "datetime64[us]")
    except ValueError:
        return None


def _date(cell: str) -> np.datetime64 | None:
    text = cell.strip().removesuffix("Z").replace(" ", "T", 1)
    try:
        return np.datetime64(text or "NaT", "us")
    except ValueError:
        return None
