"""Recordings, and reading them from files.

Read so far: delimited text (`.csv`, `.tsv`, `.txt`), NumPy files (`.npy`, `.npz`), EDF+ and BDF+ (`.edf`, `.bdf`, with
the extra `plethys[edf]`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert, _files
from ._files import Floats, ReadError

if TYPE_CHECKING:
    from ._stream import Calibration

__all__ = ["ReadError", "Recording", "read"]

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
    content = _files.read_content(path, time)
    name = _choose(path, content.channels, channel)
    stream = _files.stream_of(path, content, name)
    rate, stamps = _files.clock_of(content, name, sample_rate)
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
