"""Recordings, and reading them from files.

Read so far: delimited text (`.csv`, `.tsv`, `.txt`), NumPy files (`.npy`, `.npz`), EDF+ and BDF+ (`.edf`, `.bdf`, with
the extra `plethys[edf]`).
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert

if TYPE_CHECKING:
    from ._stream import Calibration

Floats = npt.NDArray[np.float64]


class ReadError(ValueError):
    """A file that cannot be read as a recording; the message names file, line or byte, and what was expected."""


@dataclass(frozen=True, eq=False)
class Recording:
    """A stream that has been stored: samples, rate, unit, start time, channel.

    `plethys.analyze(recording)` takes its rate, time stamps, kind and calibration from here. `recording["name"]` is the same
    recording with another of its channels in front.
    """

    samples: npt.NDArray[Any]
    """The stream, raw units, shape (n,)."""
    sample_rate: float | None
    """Hz; None where only the time stamps say it."""
    time: Floats | None = None
    """Time stamps, s from the first, where samples are unevenly spaced; otherwise None."""
    signal: str | None = None
    """"ppg", "pvr" or "pressure", where the channel's name says it."""
    unit: str | None = None
    """Unit of the samples, where the file says it."""
    channel: str | None = None
    """Name of the channel that the samples are of."""
    name: str = "recording"
    """What the recording is called: the file's name without its ending."""
    start_time: np.datetime64 | None = None
    """Wall-clock time of the first sample, where the file says it."""
    calibration: Calibration | None = None
    """Raw to physical units, as `plethys.analyze` takes it."""
    path: Path | None = None
    """The file."""
    channels: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict, repr=False)
    """All channels of the file by name, shape (n,) or (n, axes)."""
    rates: Mapping[str, float] = field(default_factory=dict, repr=False)
    """Hz of each channel, where those of one file differ."""

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def duration(self) -> float:
        """Length in s; NaN where neither rate nor time stamps are known."""
        if self.time is not None and len(self.time):
            return float(np.nanmax(self.time) - np.nanmin(self.time))
        return len(self.samples) / self.sample_rate if self.sample_rate else float("nan")

    def __getitem__(self, channel: str) -> Recording:
        if channel not in self.channels:
            raise KeyError(
                f"{self.name} has no channel {channel!r}; it has {', '.join(self.channels) or 'none by name'}"
            )
        return replace(
            self,
            samples=_convert.samples(self.channels[channel], channel),
            sample_rate=self.rates.get(channel, self.sample_rate),
            channel=channel,
            signal=_kind_of(channel),
            unit=None,
        )

    def __repr__(self) -> str:
        rate = f"{self.sample_rate:.6g} Hz" if self.sample_rate else "rate unknown"
        stamps = ", with time stamps" if self.time is not None else ""
        others = [name for name in self.channels if name != self.channel]
        return (
            f"Recording {self.name}: {len(self)} samples, {rate}{stamps}, {self.duration:.1f} s"
            + (f", channel {self.channel}" if self.channel else "")
            + (f" (also {', '.join(others)})" if others else "")
        )


def read(
    path: str | os.PathLike[str],
    channel: str | int | None = None,
    sample_rate: float | None = None,
    *,
    time: str | int | bool | None = None,
    signal: str | None = None,
) -> Recording:
    """Read a recording from a file.

    Parameters
    ----------
    path
        Delimited text (`.csv`, `.tsv`, `.txt`; comma, semicolon, tab or blanks; header or none; empty cells and "nan" are
        missing samples), one NumPy array (`.npy`), several by name (`.npz`: `fs` the rate in Hz, `t_ms` capture times if
        any, each other array a channel), or EDF+ and BDF+ (`.edf`, `.bdf`; needs the extra `plethys[edf]`).
    channel
        Name or number (from 0) of the column or array to put in front. Left out, it is the one that looks like a pulse wave
        by its name, or the only one there is.
    sample_rate
        Hz; needed where the file says neither rate nor time. It stands above what the file says.
    time
        Name or number of the time column, where it is not found by its name; False: there is none. Stamps may be s, ms, µs
        or ns (told by the column's name, or else by the one unit that gives a rate of 20 to 4000 Hz) or dates. Even stamps
        give the sample rate; uneven ones are kept, and `plethys.analyze` uses them.
    signal
        "ppg", "pvr" or "pressure"; left out, the channel's name may say it.

    Returns
    -------
    Recording

    Raises
    ------
    ReadError
        For a file that cannot be read as a recording; the message names file, line and what was expected. A ValueError.
    OSError
        For a file that is not there or may not be opened.

    >>> import plethys
    >>> recording = plethys.read("finger.csv", sample_rate=100.0)  # doctest: +SKIP
    >>> result = plethys.analyze(recording)                        # doctest: +SKIP
    """
    path = Path(path)
    if sample_rate is not None:
        sample_rate = _convert.number("sample_rate", sample_rate, "Hz")
    content = _content(path, time)
    name = _choose(path, content.channels, channel)
    stream = _stream(path, content, name)
    rate, stamps = _clock(content, name, sample_rate)
    return Recording(
        samples=stream,
        sample_rate=rate,
        time=stamps,
        signal=signal or _kind_of(name),
        unit=content.units.get(name),
        channel=name,
        name=path.stem,
        start_time=content.start_time,
        path=path,
        channels=content.channels,
        rates=content.rates,
    )


def _content(path: Path, time: str | int | bool | None) -> _Content:
    """All that a file holds; see `read`."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise ReadError(f"{path}: expected a file that ends in {known}, got {path.suffix or 'no ending'!r}")
    if path.is_dir():
        raise ReadError(f"{path}: expected a file, got a directory")
    content = reader(path, time)
    if not content.channels:
        raise ReadError(f"{path}: expected at least one column or array of samples, got none")
    return content


def _stream(path: Path, content: _Content, name: str) -> npt.NDArray[Any]:
    """The samples of a channel."""
    if name in content.faults:
        raise ReadError(content.faults[name])
    try:
        return _convert.samples(content.channels[name], name)
    except TypeError as error:
        raise ReadError(f"{path}: {error}") from None


def _clock(content: _Content, name: str, sample_rate: float | None) -> tuple[float | None, Floats | None]:
    """Rate of a channel, or its stamps where they are uneven; a rate that is given stands above both."""
    own = sample_rate or content.rates.get(name) or content.sample_rate
    if sample_rate is not None or content.time is None:
        return own, None
    even, stamps = _even(content.time, content.resolution)
    return even or own, stamps


@dataclass
class _Content:
    """What a file holds, before one channel is chosen."""

    channels: dict[str, npt.NDArray[Any]]
    sample_rate: float | None = None
    time: Floats | None = None
    resolution: float = 0.0
    start_time: np.datetime64 | None = None
    units: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    """What is wrong with a channel that is not one of numbers; said when it is chosen."""
    rates: dict[str, float] = field(default_factory=dict)
    """Hz, where channels of one file differ."""
    markers: list[tuple[float, str]] = field(default_factory=list)
    """Time, s from the first sample, and text of each annotation."""


# ---------------------------------------------------------------------------------------------- choosing a channel

# The kind of signal that a channel's name says, in the order in which channels are preferred.
_KINDS = (
    (re.compile(r"ppg|pleth|bvp|pulse_?ox", re.I), "ppg"),
    (re.compile(r"(^|[^a-z])(pvr|cuff)", re.I), "pvr"),
    (re.compile(r"(^|[^a-z])(abp|art|ibp|bp|pressure)([^a-z]|$)", re.I), "pressure"),
    (re.compile(r"(^|[^a-z])(ir|red|green|infrared|led)(_|\d|$|[^a-z])", re.I), "ppg"),
)


def _kind_of(name: str) -> str | None:
    return next((kind for pattern, kind in _KINDS if pattern.search(name)), None)


def _choose(path: Path, channels: Mapping[str, npt.NDArray[Any]], wanted: str | int | None) -> str:
    names = list(channels)
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 0 <= wanted < len(names):
            raise ReadError(f"{path}: expected a channel number from 0 to {len(names) - 1}, got {wanted}")
        return names[wanted]
    if wanted is not None:
        if wanted in channels:
            return _convert.word("channel", wanted)
        folded = [name for name in names if name.lower() == str(wanted).lower()]
        if len(folded) == 1:
            return folded[0]
        raise ReadError(f"{path}: expected a channel of {', '.join(names)}, got {wanted!r}")
    streams = [name for name in names if channels[name].ndim == 1 and channels[name].dtype.kind in "iuf"] or names
    if len(streams) == 1:
        return streams[0]
    for pattern, _ in _KINDS:
        if found := next((name for name in streams if pattern.search(name)), None):
            return found
    raise ReadError(f"{path}: expected to be told which channel: channel= one of {', '.join(names)}")


# ---------------------------------------------------------------------------------------------- time stamps

_TIME_NAME = re.compile(
    r"^(t|time|timer|timestamps?|times?tamp|datetime|date|dates|elapsed|seconds?|millis|clock)"
    r"([_ \-.]*[\[(]?[_ ]*(s|sec|seconds?|ms|millis|milliseconds?|msec|us|µs|micros|microseconds?|ns|unix|utc|cal|raw)[\])]?)*$",
    re.I,
)
_UNIT_IN_NAME = (
    (re.compile(r"(^|[^a-z])(ms|millis|milliseconds?|msec)([^a-z]|$)", re.I), 1e-3),
    (re.compile(r"(^|[^a-z])(us|µs|micros|microseconds?)([^a-z]|$)", re.I), 1e-6),
    (re.compile(r"(^|[^a-z])(ns|nanos|nanoseconds?)([^a-z]|$)", re.I), 1e-9),
    (re.compile(r"(^|[^a-z])(s|sec|seconds?)([^a-z]|$)", re.I), 1.0),
)


def _scale_of(path: Path, name: str, unit: str | None, stamps: Floats) -> float:
    """Seconds per unit of a time column: said by its name or unit, or the one under which the rate is 20 to 4000 Hz."""
    for text in (unit or "", name):
        for pattern, scale in _UNIT_IN_NAME:
            if pattern.search(text):
                return scale
    steps = np.diff(stamps[np.isfinite(stamps)])
    steps = steps[steps > 0]
    if not len(steps):
        raise ReadError(f"{path}: expected time stamps that increase in column {name!r}, got none")
    step = float(np.median(steps))
    for scale in (1.0, 1e-3, 1e-6, 1e-9):
        # A step of 1 is more often a row number, or a second, than a millisecond.
        if step != 1.0 and 1 / 4000 <= step * scale <= 1 / 20:
            return scale
    raise ReadError(
        f"{path}: expected time stamps of 20 to 4000 samples per second in column {name!r}, got a step of {step:g}; "
        f"give sample_rate=, or time=False if the column is not time"
    )


def _resolution(stamps: Floats) -> float:
    """The step to which stamps are rounded: the largest power of ten that they are all multiples of; 0 where there is none."""
    finite = stamps[np.isfinite(stamps)]
    precision = 4 * np.finfo(np.float64).eps * np.abs(finite).max(initial=0.0)
    for digits in range(10):
        unit = 10.0**-digits
        if precision < 0.1 * unit and (np.abs(finite - np.round(finite, digits)) <= max(precision, 1e-4 * unit)).all():
            return unit
    return 0.0


def _even(stamps: Floats, resolution: float) -> tuple[float | None, Floats | None]:
    """Rate of stamps that are even to within their own rounding, which are then not needed; otherwise the stamps.

    Stamps that differ from an even grid by more than that carry what the grid does not: they are kept, and the kernel's
    resampler lays the samples on a grid.
    """
    if len(stamps) > 2 and np.isfinite(stamps).all() and stamps[-1] > stamps[0]:
        step = (stamps[-1] - stamps[0]) / (len(stamps) - 1)
        off = np.abs(stamps - np.linspace(stamps[0], stamps[-1], len(stamps))).max()
        if off <= 1e-3 * step or (off <= 1.001 * resolution and resolution <= 0.5 * step):
            return float(f"{1.0 / step:.9g}"), None
    return None, stamps


# ---------------------------------------------------------------------------------------------- NumPy files

_RATE_NAMES = ("fs", "sample_rate", "sampling_rate", "sfreq")
_STAMP_NAMES = {"t_ms": 1e-3, "t_s": 1.0, "time_s": 1.0, "time_ms": 1e-3}


def _load(path: Path, file: Any, what: str) -> Any:
    try:
        return np.load(file, allow_pickle=False)
    except (zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise ReadError(f"{path}: expected {what}: {error}") from None


def _read_npy(path: Path, time: str | int | bool | None) -> _Content:
    with path.open("rb") as file:
        if not file.read(6).startswith(b"\x93NUMPY"):
            raise ReadError(f"{path}: expected a NumPy array file, byte 0 does not start one")
        file.seek(0)
        array = _load(path, file, "a NumPy array")
    if array.ndim == 2 and array.shape[1] < 1000:
        return _Content({str(i): array[:, i] for i in range(array.shape[1])})
    if array.ndim != 1:
        raise ReadError(f"{path}: expected an array of shape (n,) or (n, channels), got {array.shape}")
    return _Content({"samples": array})


def _load_archive(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a NumPy archive by name."""
    with path.open("rb") as file:
        archive = _load(path, file, "a NumPy archive (zip)")
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise ReadError(f"{path}: expected a NumPy archive (zip), got one array; name it .npy")
        arrays = {}
        for name in archive.files:
            try:
                arrays[name] = archive[name]
            except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
                raise ReadError(f"{path}: expected a readable array {name!r}: {error}") from None
    return arrays


def _read_npz(path: Path, time: str | int | bool | None) -> _Content:
    arrays = _load_archive(path)
    rate = next((float(arrays[n]) for n in _RATE_NAMES if n in arrays and arrays[n].ndim == 0), None)
    lengths = [len(a) for a in arrays.values() if a.ndim]
    stamps, resolution, stamp_name = None, 0.0, None
    if time is not False:
        candidates = [time] if isinstance(time, str) else list(_STAMP_NAMES)
        stamp_name = next((n for n in candidates if n in arrays and arrays[n].ndim == 1), None)
        if isinstance(time, str) and stamp_name is None:
            raise ReadError(f"{path}: expected an array of time stamps named {time!r}, got {', '.join(arrays)}")
    if stamp_name is not None:
        raw = np.asarray(arrays[stamp_name], np.float64)
        scale = _STAMP_NAMES.get(stamp_name) or _scale_of(path, stamp_name, None, raw)
        resolution = _resolution(raw) * scale
        stamps = (raw - raw[:1]) * scale
    channels = {
        name: array
        for name, array in arrays.items()
        if array.ndim in (1, 2) and array.dtype.kind in "iuf" and name != stamp_name and len(array) == max(lengths)
    }
    return _Content(channels, rate, stamps, resolution)


# ---------------------------------------------------------------------------------------------- EDF+ and BDF+


def _read_edf(path: Path, time: str | int | bool | None) -> _Content:
    try:
        import pyedflib
    except ImportError as error:
        raise ImportError("EDF and BDF files need pyedflib: pip install 'plethys[edf]'") from error
    with path.open("rb"):
        pass  # for the system's own words where the file is not there or may not be opened
    try:
        with pyedflib.EdfReader(str(path)) as file:
            names = _distinct([label.strip() or str(k) for k, label in enumerate(file.getSignalLabels())])
            channels = {name: file.readSignal(k) for k, name in enumerate(names)}
            rates = dict(zip(names, map(float, file.getSampleFrequencies()), strict=True))
            units = {name: file.getPhysicalDimension(k).strip() for k, name in enumerate(names)}
            onsets, _, texts = file.readAnnotations()
            start = file.getStartdatetime()
    except (OSError, ValueError) as error:
        raise ReadError(f"{path}: expected an EDF+ or BDF+ file: {error}") from None
    markers = [(float(onset), str(text).strip()) for onset, text in zip(onsets, texts, strict=True)]
    return _Content(channels, start_time=np.datetime64(start, "us"), units=units, rates=rates, markers=markers)


# ---------------------------------------------------------------------------------------------- delimited text

_MISSING = frozenset(("", "nan", "na", "n/a", "null", "none", "-", "--"))
_HEADER_LINES = 100


def _number(cell: str) -> float | None:
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
    numbers = sum(_number(c.replace(",", ".") if comma else c) is not None or _is_date(c) for c in filled)
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
            names = _distinct([name or str(k) for k, name in enumerate(names)])
            return _Layout(delimiter, comma, i, names, header[-1] if len(header) > 1 else [])
    raise ReadError(f"{path}: expected rows of numbers within the first {_HEADER_LINES} lines, got none")


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    cells = [c.strip() for row in rows for c in row]
    return any(re.fullmatch(r"[+-]?\d+,\d+", c) for c in cells) and not any(
        re.fullmatch(r"[+-]?\d+\.\d+", c) for c in cells
    )


def _distinct(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return distinct


def _read_text(path: Path, time: str | int | bool | None) -> _Content:
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
    content = _Content(_fast_columns(lines, layout) or {}, units=dict(zip(layout.names, layout.units, strict=False)))
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
        content.resolution = _resolution(stamps)
    else:
        scale = _scale_of(path, place, content.units.get(place), stamps)
        content.resolution = _resolution(stamps) * scale
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
    return next((name for name in names if _TIME_NAME.match(name.strip())), None)


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


def _careful_columns(path: Path, lines: Sequence[str], layout: _Layout, content: _Content) -> None:
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
        parse = _date if _is_date(first) else _decimal_comma if layout.comma else _number
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
    return _number(cell.replace(",", ".", 1))


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


READERS: dict[str, Callable[[Path, str | int | bool | None], _Content]] = {
    ".csv": _read_text,
    ".tsv": _read_text,
    ".txt": _read_text,
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".edf": _read_edf,
    ".bdf": _read_edf,
}
"""Reader by file ending."""
