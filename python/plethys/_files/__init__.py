"""Files: a reader for each format, and the samples and the clock of a channel of what they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy.typing as npt

from .. import _convert
from .content import Content, Floats, ReadError
from .edf import read_edf
from .numpy_files import read_npy, read_npz
from .stamps import even_rate
from .text import read_text

__all__ = ["READERS", "Content", "Floats", "ReadError", "clock_of", "read_content", "stream_of"]

# A file's channels, and its times if it has any.
Reader = Callable[[Path, str | int | bool | None], Content]

READERS: dict[str, Reader] = {
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".npy": read_npy,
    ".npz": read_npz,
    ".edf": read_edf,
    ".bdf": read_edf,
}
"""Reader by file ending."""


def read_content(path: Path, time: str | int | bool | None) -> Content:
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


def stream_of(path: Path, content: Content, name: str) -> npt.NDArray[Any]:
    """The samples of a channel."""
    if name in content.faults:
        raise ReadError(content.faults[name])
    try:
        return _convert.samples(content.channels[name], name)
    except TypeError as error:
        raise ReadError(f"{path}: {error}") from None


def clock_of(content: Content, name: str, sample_rate: float | None) -> tuple[float | None, Floats | None]:
    """Rate of a channel, or its stamps where they are uneven; a rate that is given stands above both."""
    own = sample_rate or content.rates.get(name) or content.sample_rate
    if sample_rate is not None or content.time is None:
        return own, None
    rate, stamps = even_rate(content.time, content.resolution)
    return rate or own, stamps
