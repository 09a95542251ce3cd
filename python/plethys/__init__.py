"""plethys: peripheral circulation from raw sensor streams, whole or while they arrive.

    >>> import plethys
    >>> stream = plethys.datasets.synthetic(seconds=30.0, sample_rate=125.0, pulse_rate=72.0)
    >>> result = plethys.analyze(stream.samples, sample_rate=125.0, signal="ppg")
    >>> round(result.pulse_rate)
    72

`analyze` takes a whole recording, `Monitor` one that is still arriving; both give the same beats, bit for bit. `read` reads
recordings from files, `datasets` makes synthetic ones with known truth and fetches public ones. `python -m plethys.demo` shows
what comes out of real recordings; `plethys --help` is the same from the shell.
"""

from __future__ import annotations

from importlib.metadata import version as _version

from . import _plethys, datasets
from ._plethys import ProcessError
from ._stream import Analysis, Monitor, Snapshot, analyze
from ._tables import Beats, Rates, Table, Trend
from .recording import ReadError, Recording, read
from .study import Report, Study, StudyError

__version__ = _version("plethys")

STATES: tuple[str, ...] = tuple(_plethys.STATES)
"""Every state of a stream."""
REASONS: tuple[str | None, ...] = tuple(_plethys.CODES["reason"])
"""Every reason why something is absent or was left out, in the order of its code; code 0 is None."""

__all__ = [
    "REASONS",
    "STATES",
    "Analysis",
    "Beats",
    "Monitor",
    "ProcessError",
    "Rates",
    "ReadError",
    "Recording",
    "Report",
    "Snapshot",
    "Study",
    "StudyError",
    "Table",
    "Trend",
    "analyze",
    "datasets",
    "read",
]
