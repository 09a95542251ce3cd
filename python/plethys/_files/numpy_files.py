"""NumPy files: one array (`.npy`), or several by name (`.npz`)."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .content import Content, ReadError
from .stamps import rounding, scale_of

RATE_NAMES = ("fs", "sample_rate", "sampling_rate", "sfreq")
STAMP_NAMES = {"t_ms": 1e-3, "t_s": 1.0, "time_s": 1.0, "time_ms": 1e-3}


def _load(path: Path, file: Any, what: str) -> Any:
    try:
        return np.load(file, allow_pickle=False)
    except (zipfile.BadZipFile, EOFError, ValueError, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise ReadError(f"{path}: expected {what}: {error}") from None


def read_npy(path: Path, time: str | int | bool | None) -> Content:
    with path.open("rb") as file:
        if not file.read(6).startswith(b"\x93NUMPY"):
            raise ReadError(f"{path}: expected a NumPy array file, byte 0 does not start one")
        file.seek(0)
        array = _load(path, file, "a NumPy array")
    if array.ndim == 2 and array.shape[1] < 1000:
        return Content({str(i): array[:, i] for i in range(array.shape[1])})
    if array.ndim != 1:
        raise ReadError(f"{path}: expected an array of shape (n,) or (n, channels), got {array.shape}")
    return Content({"samples": array})


def load_archive(path: Path) -> dict[str, npt.NDArray[Any]]:
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


def read_npz(path: Path, time: str | int | bool | None) -> Content:
    arrays = load_archive(path)
    rate = next((float(arrays[n]) for n in RATE_NAMES if n in arrays and arrays[n].ndim == 0), None)
    lengths = [len(a) for a in arrays.values() if a.ndim]
    stamps, resolution, stamp_name = None, 0.0, None
    if time is not False:
        candidates = [time] if isinstance(time, str) else list(STAMP_NAMES)
        stamp_name = next((n for n in candidates if n in arrays and arrays[n].ndim == 1), None)
        if isinstance(time, str) and stamp_name is None:
            raise ReadError(f"{path}: expected an array of time stamps named {time!r}, got {', '.join(arrays)}")
    if stamp_name is not None:
        raw = np.asarray(arrays[stamp_name], np.float64)
        scale = STAMP_NAMES.get(stamp_name) or scale_of(path, stamp_name, None, raw)
        resolution = rounding(raw) * scale
        stamps = (raw - raw[:1]) * scale
    channels = {
        name: array
        for name, array in arrays.items()
        if array.ndim in (1, 2) and array.dtype.kind in "iuf" and name != stamp_name and len(array) == max(lengths)
    }
    return Content(channels, rate, stamps, resolution)
