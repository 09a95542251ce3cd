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
from ._pvr import CuffMonitor, CuffReadings, Ensemble, cuff_readings, deflection, millilitres, pvr_category, two_point
from ._stream import Analysis, Monitor, Snapshot, analyze
from ._tables import Beats, Rates, Table, Trend
from ._thermal import analyze_thermal
from ._thermal_analysis import ThermalAnalysis
from ._thermal_monitor import ThermalMonitor, ThermalSnapshot
from ._thermal_read import ThermalRecording, read_thermal
from ._thermal_series import BandPower, FlowSeries, Oscillations, Rewarming
from ._thermal_tables import (
    ThermalDifferenceMeans,
    ThermalDifferences,
    ThermalEvents,
    ThermalMeans,
    ThermalRegions,
)
from .recording import ReadError, Recording, read
from .study import Report, Study, StudyError

__version__ = _version("plethys")

STATES: tuple[str, ...] = tuple(_plethys.STATES)
"""Every state of a stream."""
REASONS: tuple[str | None, ...] = tuple(_plethys.CODES["reason"])
"""Every reason why something is absent or was left out, in the order of its code; code 0 is None."""
THERMAL_STATES: tuple[str, ...] = tuple(_plethys.THERMAL_STATES)
"""Every state of a stream of thermal frames."""
THERMAL_REASONS: tuple[str | None, ...] = tuple(_plethys.THERMAL_CODES["reason"])
"""Every reason why a temperature is absent or was left out, in the order of its code; code 0 is None."""
THERMAL_NOTICES: tuple[str | None, ...] = tuple(_plethys.THERMAL_CODES["notice"])
"""Everything that may be noticed in a stream of thermal frames, in the order of its code; code 0 is None."""

__all__ = [
    "REASONS",
    "STATES",
    "THERMAL_NOTICES",
    "THERMAL_REASONS",
    "THERMAL_STATES",
    "Analysis",
    "BandPower",
    "Beats",
    "CuffMonitor",
    "CuffReadings",
    "Ensemble",
    "FlowSeries",
    "Monitor",
    "Oscillations",
    "ProcessError",
    "Rates",
    "ReadError",
    "Recording",
    "Report",
    "Rewarming",
    "Snapshot",
    "Study",
    "StudyError",
    "Table",
    "ThermalAnalysis",
    "ThermalDifferenceMeans",
    "ThermalDifferences",
    "ThermalEvents",
    "ThermalMeans",
    "ThermalMonitor",
    "ThermalRecording",
    "ThermalRegions",
    "ThermalSnapshot",
    "Trend",
    "analyze",
    "analyze_thermal",
    "cuff_readings",
    "datasets",
    "deflection",
    "millilitres",
    "pvr_category",
    "read",
    "read_thermal",
    "two_point",
]
