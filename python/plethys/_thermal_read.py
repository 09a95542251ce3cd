"""Thermal recordings, and reading them from files.

Read so far: NumPy stacks (`.npy`, `.npz`), TIFF stacks (`.tif`, `.tiff`), frame dumps and tables of probes as text (`.csv`,
`.tsv`, `.txt`), Empatica E4 `TEMP.csv`, FLIR radiometric JPEG (`.jpg`, `.jpeg`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _convert
from ._files.content import Content, ReadError
from ._files.numpy_files import RATE_NAMES, STAMP_NAMES, load_archive
from ._files.stamps import TIME_NAME, UNIT_IN_NAME
from ._files.text import number_in, read_text
from ._thermal_series import FlowSeries

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ThermalRecording:
    """Thermal frames, or readings of contact probes, that have been stored.

    `plethys.analyze_thermal(recording)` takes its time stamps, unit, sites and emissivity from here.
    """

    frames: npt.NDArray[Any] = field(repr=False)
    """Shape (time, row, column); probes are one row, a column for each site."""
    time: Floats | None = field(default=None, repr=False)
    """Time stamp of each frame, s from the first; None where only the rate is known, or nothing."""
    sample_rate: float | None = None
    """Frames per second, where the file says it."""
    unit: str | float | Mapping[str, float] | None = None
    """As `plethys.analyze_thermal` takes it; None where the file does not say it. A stream of flow has the unit of its flow."""
    emissivity: float | None = None
    """Emissivity that the file carries."""
    emissivity_applied_by: str | None = None
    """"camera" where the temperatures are already those of a surface of this emissivity; None where the file does not say it."""
    regions: Mapping[str, Any] | None = None
    """Sites of probes by name."""
    labels: npt.NDArray[np.object_] | None = field(default=None, repr=False)
    """A word for each frame, where the file has one."""
    is_probe: bool = False
    """Whether these are contact probes rather than a camera."""
    is_flow: bool = False
    """Whether this is a stream of blood flow rather than of temperature."""
    name: str = "recording"
    """What it is called: the file's name without its ending."""
    path: Path | None = None
    """The file."""
    start_time: np.datetime64 | None = None
    """Wall-clock time of the first frame, where the file says it."""
    notes: tuple[str, ...] = ()
    """What was put right while reading."""

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a frame."""
        return self.frames.shape[1], self.frames.shape[2]

    @property
    def duration(self) -> float:
        """Length in s; NaN where neither stamps nor rate are known."""
        if self.time is not None and len(self.time):
            return float(np.nanmax(self.time) - np.nanmin(self.time))
        return len(self) / self.sample_rate if self.sample_rate else float("nan")

    def to_flow(self) -> FlowSeries:
        """A stream of flow as such: laser Doppler flux and the like. ValueError for frames of temperature."""
        if not self.is_flow:
            raise ValueError(f"{self.name} is no stream of flow: plethys.analyze_thermal takes it")
        values = np.ascontiguousarray(self.frames.ravel(), np.float64)
        if self.time is not None:
            time = self.time
        elif self.sample_rate is not None:
            time = np.arange(len(values)) / self.sample_rate
        else:
            raise ValueError(f"{self.name} has neither rate nor time stamps: give sample_rate to read_thermal")
        name = next(iter(self.regions or {}), self.name)
        return FlowSeries(name, time, values, unit=str(self.unit or "unstated"))

    def __repr__(self) -> str:
        rows, columns = self.shape
        what = "readings" if self.is_probe or self.is_flow else f"frames of {rows} x {columns}"
        sites = f", sites {', '.join(self.regions)}" if self.regions else ""
        return f"ThermalRecording {self.name}: {len(self)} {what}, unit {self.unit or 'unstated'}, {self.duration:.1f} s{sites}"


@dataclass
class _Asked:
    """What the caller said beside the path."""

    channel: str | None
    sample_rate: float | None
    shape: tuple[int, int] | None
    time: str | bool | None
    unit: str | float | Mapping[str, float] | None


def read_thermal(
    path: str | os.PathLike[str],
    *,
    channel: str | None = None,
    sample_rate: float | None = None,
    shape: tuple[int, int] | None = None,
    unit: str | float | Mapping[str, float] | None = None,
    time: str | bool | None = None,
) -> ThermalRecording:
    """Read thermal frames, or the readings of contact probes, from a file.

    Parameters
    ----------
    path
        `.npy`: a stack (time, row, column), memory-mapped, or one frame. `.npz`: arrays by name; `fs` or `<name>_fs` the rate in
        Hz, `t_s` or `t_ms` stamps, `unit`, `emissivity`, `emissivity_applied_by` if there; a file `frames.csv` beside it with the
        columns `frame`, `t_rel_s` and `label` gives stamps and words, and frames are put into the order of their stamps.
        `.tif`, `.tiff`: a stack of pages, 16-bit counts or floats (needs the extra `plethys[tiff]`). `.csv`, `.tsv`, `.txt`:
        a frame per line (64, 192, 768, 1024, 4800, 19200 values, or those of `shape`, with or without a time column: AMG8833,
        MLX90641, MLX90640 and others); frames as blocks of lines with blank lines between; a table of probes with a time
        column and a column per site; an Empatica E4 `TEMP.csv` (line 1 the start, line 2 the rate); or one column of readings.
        `.jpg`: FLIR radiometric JPEG, with the emissivity that the camera was set to applied (needs `plethys[flir]`).
    channel
        Name of the array, or of the column; left out, it is the stack of frames, or what is named as a temperature.
    sample_rate
        Frames per second; stands above what the file says.
    shape
        Rows and columns of a frame, where a line of text holds one.
    unit
        As `plethys.analyze_thermal` takes it; stands above what the file says.
    time
        Name of the time column, where it is not found by its name; False: there is none. Stamps are s unless the column's name
        says ms, µs or ns, or dates.

    Raises
    ------
    ReadError
        For a file that cannot be read; the message names file, line or byte, and what was expected. A ValueError.
    OSError
        For a file that is not there or may not be opened.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ReadError(
            f"{path}: expected a file that ends in {', '.join(READERS)}, got {path.suffix or 'no ending'!r}"
        )
    if path.is_dir():
        raise ReadError(f"{path}: expected a file, got a directory")
    if sample_rate is not None:
        sample_rate = _convert.number("sample_rate", sample_rate, "Hz")
    fields = reader(path, _Asked(channel, sample_rate, shape, time, unit))
    if sample_rate is not None:
        fields["time"], fields["sample_rate"] = None, sample_rate
    if unit is not None:
        fields["unit"] = unit
        fields["is_flow"] = False
    if not fields["frames"].size:
        raise ReadError(f"{path}: expected at least one frame, got an array of shape {fields['frames'].shape}")
    return ThermalRecording(name=path.stem, path=path, **fields)


# ---------------------------------------------------------------------------------------------- NumPy files

_TEMPERATURE = re.compile(r"temp|therm|skin|celsius|deg_?c|(^|_)c$", re.I)
_FLOW = re.compile(r"perfusion|flux|ldf|flow", re.I)
_UNIT = (
    (re.compile(r"(^|[^a-zA-Z])(degC|°C|celsius|C)$"), "Cel"),
    (re.compile(r"(^|[^a-zA-Z])cK$"), "cK"),
    (re.compile(r"(^|[^a-zA-Z])dK$"), "dK"),
    (re.compile(r"(^|[^a-zA-Z])(K|kelvin)$"), "K"),
    (re.compile(r"(^|[^a-zA-Z])pu$"), "pu"),
)


def _unit_of(name: str) -> str | None:
    return next((unit for pattern, unit in _UNIT if pattern.search(name)), None)


def _numpy_shape(path: Path, name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.dtype.kind not in "iuf":
        raise ReadError(f"{path}: expected numbers in {name}, got {array.dtype}")
    if array.ndim == 1:
        return array[:, None, None]
    if array.ndim == 2:
        return array[None]
    if array.ndim != 3:
        raise ReadError(
            f"{path}: expected {name} of shape (time, row, column), (row, column) or (time), got {array.shape}"
        )
    return array


def _read_npy(path: Path, asked: _Asked) -> dict[str, Any]:
    with path.open("rb") as file:
        if not file.read(6).startswith(b"\x93NUMPY"):
            raise ReadError(f"{path}: expected a NumPy array file, byte 0 does not start one")
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ReadError(f"{path}: expected a NumPy array: {error}") from None
    frames = _numpy_shape(path, "the array", array)
    return {"frames": frames, "unit": _unit_of(path.stem), "is_probe": frames.shape[1:] == (1, 1)}


def _read_npz(path: Path, asked: _Asked) -> dict[str, Any]:
    content = load_archive(path)
    name = _choose(path, content, asked.channel)
    frames = _numpy_shape(path, f"array {name!r}", content[name])
    unit = _text(content, "unit") or _unit_of(name)
    is_flow = unit == "pu" or (bool(_FLOW.search(name)) and not _TEMPERATURE.search(name))
    is_probe = frames.shape[1:] == (1, 1)
    if unit is None and frames.dtype.kind == "f" and not is_flow and is_probe:
        unit = "Cel"
    rate = next((_scalar(content, key) for key in (f"{name}_fs", *RATE_NAMES) if key in content), None)
    stamps = None
    for key, scale in STAMP_NAMES.items():
        if asked.time is not False and key in content and content[key].shape == (len(frames),):
            stamps = np.asarray(content[key], np.float64) * scale
            break
    fields: dict[str, Any] = {
        "frames": frames,
        "time": stamps,
        "sample_rate": rate if stamps is None else None,
        "unit": unit,
        "emissivity": _scalar(content, "emissivity") if "emissivity" in content else None,
        "emissivity_applied_by": _text(content, "emissivity_applied_by"),
        "regions": {name: None} if is_probe else None,
        "is_probe": is_probe and not is_flow,
        "is_flow": is_flow,
    }
    beside = path.with_name("frames.csv")
    if stamps is None and rate is None and asked.time is not False and beside.exists():
        _put_in_order(beside, fields)
    return fields


def _put_in_order(path: Path, fields: dict[str, Any]) -> None:
    """Takes stamps and words from a table beside the frames, and puts the frames into the order of their stamps."""
    table = read_text(path, False).channels
    name = next((column for column in table if TIME_NAME.match(column) or column == "t_rel_s"), None)
    if name is None:
        raise ReadError(f"{path}: expected a column t_rel_s of stamps, got {', '.join(table)}")
    stamps = np.asarray(table[name], np.float64)
    if len(stamps) != len(fields["frames"]):
        raise ReadError(f"{path}: expected a line for each of {len(fields['frames'])} frames, got {len(stamps)}")
    order = np.argsort(stamps, kind="stable")
    if (order != np.arange(len(order))).any():
        fields["frames"] = fields["frames"][order]
        fields["notes"] = (f"frames put into the order of their stamps in {path.name}",)
    fields["time"] = stamps[order] - stamps[order[:1]]
    if "label" in table:
        fields["labels"] = np.array(table["label"], object)[order]


def _choose(path: Path, arrays: Mapping[str, npt.NDArray[Any]], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in arrays:
            raise ReadError(f"{path}: expected an array of {', '.join(arrays)}, got {wanted!r}")
        return wanted
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind in "iuf" and array.size > 1}
    for found in (
        [name for name, array in numbers.items() if array.ndim == 3],
        [name for name in numbers if _TEMPERATURE.search(name) and not name.endswith(("_fs", "_offset_s"))],
        [name for name in numbers if _FLOW.search(name)],
        list(numbers),
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise ReadError(f"{path}: expected to be told which array: channel= one of {', '.join(found)}")
    raise ReadError(
        f"{path}: expected an array of frames (time, row, column) or of readings (time), got {', '.join(arrays) or 'none'}"
    )


def _scalar(content: Mapping[str, npt.NDArray[Any]], name: str) -> float | None:
    value = content[name]
    return float(value) if value.ndim == 0 and value.dtype.kind in "iuf" else None


def _text(content: Mapping[str, npt.NDArray[Any]], name: str) -> str | None:
    value = content.get(name)
    return str(value) if value is not None and value.ndim == 0 and value.dtype.kind == "U" else None


# ---------------------------------------------------------------------------------------------- TIFF stacks


def _read_tiff(path: Path, asked: _Asked) -> dict[str, Any]:
    try:
        import tifffile
    except ImportError as error:
        raise ReadError(f"{path}: a TIFF stack needs tifffile: pip install 'plethys[tiff]'") from error
    path.open("rb").close()  # a file that is not there is an OSError, as everywhere
    try:
        with tifffile.TiffFile(path) as file:
            pages = len(file.pages)
            frames = file.asarray()
            told = dict(file.shaped_metadata[0]) if file.shaped_metadata else dict(file.imagej_metadata or {})
            if not told:
                told = _json(file.pages.first.description)
    except (tifffile.TiffFileError, ValueError, IndexError, EOFError, RuntimeError) as error:
        raise ReadError(f"{path}: expected a TIFF stack: {error}") from None
    if frames.ndim not in (2, 3) or frames.dtype.kind not in "iuf" or frames.shape[-1] in (3, 4):
        raise ReadError(
            f"{path}: expected pages of one channel of counts or temperatures, got {pages} pages, "
            f"shape {frames.shape} of {frames.dtype}; a picture in colours holds no temperatures"
        )
    if frames.dtype.kind in "iu" and frames.dtype.itemsize == 1:
        raise ReadError(
            f"{path}: expected 16-bit counts or floats, got {frames.dtype}: a picture of 8 bits holds no temperatures"
        )
    rate = told.get("sample_rate") or told.get("fs")
    if rate is None and told.get("finterval"):
        rate = 1.0 / float(told["finterval"])
    unit = told.get("temperature_unit") or (told.get("unit") if told.get("unit") in ("Cel", "K", "cK", "dK") else None)
    stamps = told.get("time")
    return {
        "frames": frames if frames.ndim == 3 else frames[None],
        "time": np.asarray(stamps, np.float64) if stamps is not None else None,
        "sample_rate": None if rate is None else float(rate),
        "unit": unit or _unit_of(path.stem),
        "emissivity": told.get("emissivity"),
        "emissivity_applied_by": told.get("emissivity_applied_by"),
    }


def _json(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


# ---------------------------------------------------------------------------------------------- FLIR radiometric JPEG


def _read_flir(path: Path, asked: _Asked) -> dict[str, Any]:
    with path.open("rb") as file:
        if file.read(2) != b"\xff\xd8":
            raise ReadError(f"{path}: expected a JPEG file, byte 0 does not start one")
    try:
        import flyr
    except ImportError as error:
        raise ReadError(f"{path}: a FLIR radiometric JPEG needs flyr: pip install 'plethys[flir]'") from error
    try:
        thermogram = flyr.unpack(str(path))
        with np.errstate(all="ignore"):  # a dead pixel's count has no temperature
            celsius = np.array(thermogram.celsius, np.float64)
        taken = thermogram.camera_metadata.date_time
    except Exception as error:  # the reader has no error of its own: foreign files end in whatever its parser meets
        raise ReadError(
            f"{path}: expected a FLIR radiometric JPEG, this one holds no temperatures that can be read: "
            f"{error or type(error).__name__}"
        ) from None
    celsius[~(np.isfinite(celsius) & (celsius > -273.15))] = np.nan
    return {
        "frames": celsius[None],
        "unit": "Cel",
        "start_time": None if taken is None else np.datetime64(taken, "us"),
        "emissivity": float(thermogram.metadata["emissivity"]) if "emissivity" in thermogram.metadata else None,
        "emissivity_applied_by": "camera",
    }


# ---------------------------------------------------------------------------------------------- text

_GRIDS = {64: (8, 8), 192: (12, 16), 768: (24, 32), 1024: (32, 32), 4800: (60, 80), 19200: (120, 160)}
"""Rows and columns by the number of pixels on a line: AMG8833, MLX90641, MLX90640, HTPA 32 x 32, Lepton 2, Lepton 3."""


def _read_text(path: Path, asked: _Asked) -> dict[str, Any]:
    if (fields := _e4(path)) is not None:
        return fields
    if (fields := _blocks(path)) is not None:
        return fields
    content = read_text(path, False)
    columns = dict(content.channels)
    names = list(columns)
    time, start = _time_of(path, columns, content, asked)
    if len(columns) > 1 and _is_empty(columns[names[-1]]):
        columns.pop(names[-1])  # lines that end in a delimiter
    pixels = len(columns)
    shape = asked.shape or _GRIDS.get(pixels)
    if asked.shape is not None and shape is not None and shape[0] * shape[1] != pixels:
        raise ReadError(
            f"{path}: expected {shape[0]} x {shape[1]} = {shape[0] * shape[1]} pixels in a line, got {pixels}"
        )
    if shape is not None and asked.channel is None:
        for name in columns:
            if name in content.faults:
                raise ReadError(content.faults[name])
        frames = np.stack(list(columns.values()), axis=1).astype(np.float64).reshape(-1, *shape)
        return {"frames": frames, "time": time, "unit": "Cel" if _plausible(frames) else None, "start_time": start}
    return _probes(path, columns, content.faults, time, start, asked)


def _plausible(frames: Floats) -> bool:
    """Whether the numbers have a fractional part, as °C have and counts have not."""
    finite = frames[np.isfinite(frames)]
    return bool(len(finite)) and bool((finite != np.round(finite)).any())


def _is_empty(column: npt.NDArray[Any]) -> bool:
    return column.dtype.kind == "f" and bool(np.isnan(column).all())


def _probes(
    path: Path,
    columns: Mapping[str, npt.NDArray[Any]],
    faults: Mapping[str, str],
    time: Floats | None,
    start: np.datetime64 | None,
    asked: _Asked,
) -> dict[str, Any]:
    """A table of contact probes, one column each."""
    if asked.channel is not None:
        if asked.channel not in columns:
            raise ReadError(f"{path}: expected a column of {', '.join(columns)}, got {asked.channel!r}")
        columns = {asked.channel: columns[asked.channel]}
    said = [name for name in columns if _unit_of(name) == "Cel" or _TEMPERATURE.search(name)]
    is_guessed = not said and asked.channel is None and asked.unit is None and list(columns) != ["0"]
    if len(columns) == 1:
        said = list(columns)
    chosen = said or [name for name in columns if name not in faults]
    for name in chosen:
        if name in faults:
            raise ReadError(faults[name])
    if not chosen:
        raise ReadError(next(iter(faults.values()), f"{path}: expected at least one column of temperatures, got none"))
    if len(chosen) > 64:
        raise ReadError(
            f"{path}: expected at most 64 sites, or a frame's {sorted(_GRIDS)} pixels in a line, got {len(chosen)} columns"
        )
    sites = [re.sub(r"[ _]*[\[(]?(°C|degC|C|celsius)[\])]?$", "", name) or name for name in chosen]
    if len(set(sites)) != len(sites):
        sites = chosen
    frames = np.stack([np.asarray(columns[name], np.float64) for name in chosen], axis=1)[:, None, :]
    regions = {site: (0, 1, place, place + 1) for place, site in enumerate(sites)}
    if chosen == ["0"]:
        regions = {"probe": (0, 1, 0, 1)}
    fields: dict[str, Any] = {"frames": frames, "time": time, "unit": "Cel", "regions": regions}
    fields |= {"is_probe": True, "start_time": start}
    if is_guessed:
        fields["notes"] = (
            f"taken for °C, which no name says: {', '.join(sites)}; name one as channel, or say the unit",
        )
    return fields


def _time_of(
    path: Path, columns: dict[str, npt.NDArray[Any]], content: Content, asked: _Asked
) -> tuple[Floats | None, np.datetime64 | None]:
    """Takes the time column out: stamps in s from the first, and the wall-clock time of the first."""
    names = list(columns)
    if asked.time is False or len(names) < 2:
        return None, None
    if isinstance(asked.time, str):
        if asked.time not in columns:
            raise ReadError(f"{path}: expected a time column of {', '.join(names[:20])}, got {asked.time!r}")
        name: str | None = asked.time
    else:
        name = next((column for column in names if TIME_NAME.match(column.strip())), None)
        pixels = asked.shape[0] * asked.shape[1] if asked.shape is not None else None
        fits = len(names) - 1 == pixels or (pixels is None and len(names) - 1 in _GRIDS)
        if name is None and fits and not _is_empty(columns[names[-1]]):
            name = names[0]  # a frame's pixels and one more, before them
    if name is None:
        return None, None
    if name in content.faults:
        raise ReadError(content.faults[name])
    raw = columns.pop(name)
    if raw.dtype.kind == "M":
        return _convert.seconds(raw), raw[0] if not np.isnat(raw[0]) else None
    said = (
        scale
        for text in (content.units.get(name) or "", name)
        for pattern, scale in UNIT_IN_NAME
        if pattern.search(text)
    )
    scale = next(said, 1.0)
    stamps = np.asarray(raw, np.float64) * scale
    start = np.datetime64(round(float(stamps[0]) * 1e6), "us") if np.isfinite(stamps[0]) and stamps[0] > 1e9 else None
    return stamps - stamps[:1], start


def _e4(path: Path) -> dict[str, Any] | None:
    """Empatica E4: line 1 the start as seconds of 1970, line 2 the rate in Hz, then one reading per line."""
    with path.open("rb") as file:
        head = [file.readline(200).decode("latin-1").strip() for _ in range(3)]
    numbers = [_number(cell) for cell in head]
    start, rate = numbers[0], numbers[1]
    if start is None or rate is None or not 1e9 <= start < 1e10 or not 0.0 < rate <= 200.0:
        return None
    if numbers[2] is None:
        raise ReadError(f"{path}, line 3: expected a temperature in °C, got {head[2]!r}")
    values = []
    for line, text in enumerate(path.read_text("latin-1").splitlines()[2:], 3):
        value = number_in(text)
        if value is None:
            raise ReadError(f"{path}, line {line}: expected a temperature in °C, got {text!r}")
        values.append(value)
    return {
        "frames": np.array(values, np.float64)[:, None, None],
        "sample_rate": rate,
        "unit": "Cel",
        "regions": {"probe": None},
        "is_probe": True,
        "start_time": np.datetime64(round(start * 1e6), "us"),
    }


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _blocks(path: Path) -> dict[str, Any] | None:
    """Frames as blocks of lines with blank lines between: None where the file is no such thing."""
    raw = path.read_bytes()
    if b"\0" in raw[: 1 << 16]:
        return None
    lines = [line.strip() for line in raw.decode("utf-8-sig", "replace").splitlines()]
    if "" not in lines:
        return None
    blocks: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("#"):
            blocks[-1].append((number, line))
        elif not line and blocks[-1]:
            blocks.append([])
    blocks = [block for block in blocks if block]
    if len(blocks) < 2 or min(map(len, blocks)) < 2:
        return None
    frames: list[list[list[float]]] = []
    for block in blocks:
        rows = [_row(path, number, line) for number, line in block]
        first = frames[0] if frames else rows
        for (number, _), row in zip(block, rows, strict=True):
            if len(row) != len(first[0]):
                raise ReadError(
                    f"{path}, line {number}: expected {len(first[0])} pixels as in the first line, got {len(row)}"
                )
        if len(rows) != len(first):
            raise ReadError(
                f"{path}, line {block[-1][0]}: expected a frame of {len(first)} lines as the first, got {len(rows)}"
            )
        frames.append(rows)
    stack = np.array(frames, np.float64)
    return {"frames": stack, "unit": "Cel" if _plausible(stack) else None}


def _row(path: Path, number: int, line: str) -> list[float]:
    cells = [cell.strip() for cell in (re.split(r"[,;\t]", line) if re.search(r"[,;\t]", line) else line.split())]
    if len(cells) > 1 and cells[-1] == "":
        cells.pop()
    row = []
    for cell in cells:
        value = number_in(cell)
        if value is None:
            raise ReadError(f"{path}, line {number}: expected a temperature or a count, got {cell!r}")
        row.append(value)
    return row


READERS: dict[str, Callable[[Path, _Asked], dict[str, Any]]] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".tif": _read_tiff,
    ".tiff": _read_tiff,
    ".csv": _read_text,
    ".tsv": _read_text,
    ".txt": _read_text,
    ".jpg": _read_flir,
    ".jpeg": _read_flir,
}
"""Reader by file ending."""
