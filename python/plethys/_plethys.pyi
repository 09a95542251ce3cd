"""The extension module, for the package `plethys`; not an interface of its own."""

from typing import Any, final

import numpy as np
import numpy.typing as npt

__all__ = [
    "BEATS",
    "CODES",
    "RATES",
    "STATES",
    "STUDY_TRUTH",
    "THERMAL_CODES",
    "THERMAL_DIFFERENCES",
    "THERMAL_EVENTS",
    "THERMAL_MEANS",
    "THERMAL_REGIONS",
    "THERMAL_STATES",
    "TREND",
    "TRUTH",
    "Analysis",
    "Config",
    "CuffMonitor",
    "Measurements",
    "Monitor",
    "ProcessError",
    "Report",
    "Study",
    "StudyError",
    "ThermalAnalysis",
    "ThermalConfig",
    "ThermalMonitor",
    "analyze",
    "analyze_thermal",
    "arrow_array",
    "arrow_schema",
    "arrow_stream",
    "catalogue",
    "catalogue_toml",
    "cuff_readings",
    "deflection",
    "estimate_sample_rate",
    "millilitres",
    "pvr_category",
    "restored",
    "source_feet",
    "source_study",
    "stress_set",
    "stress_sets",
    "study_template",
    "synthetic",
    "thermal_bands",
    "thermal_coherence",
    "thermal_correlation",
    "thermal_depth",
    "thermal_flow",
    "thermal_holes",
    "thermal_overview",
    "thermal_rewarming",
    "thermal_scalogram",
    "two_point",
]

_Floats = npt.NDArray[np.float64]
_ArrowColumn = tuple[str, npt.NDArray[Any], str | None]

_Columns = tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[Any]], _Floats]
"""Columns of beats, columns of rate rows, times of pulses (n,) in s."""

BEATS: list[tuple[str, str, str]]
"""Name, unit and meaning of each column of a table of beats; the unit is "bool" for truth values, "code" for codes."""
RATES: list[tuple[str, str, str]]
TREND: list[tuple[str, str, str]]
TRUTH: list[tuple[str, str, str]]
STUDY_TRUTH: list[tuple[str, str, str]]
CODES: dict[str, list[str | None]]
"""The words behind each column of codes, in the order of the codes."""
STATES: list[str]
"""The states of a stream."""

THERMAL_REGIONS: list[tuple[str, str, str]]
THERMAL_MEANS: list[tuple[str, str, str]]
THERMAL_DIFFERENCES: list[tuple[str, str, str]]
THERMAL_EVENTS: list[tuple[str, str, str]]
THERMAL_CODES: dict[str, list[str | None]]
"""The words behind the codes of thermal tables that do not depend on a configuration."""
THERMAL_STATES: list[str]

_ThermalColumns = tuple[
    dict[str, npt.NDArray[Any]],
    dict[str, npt.NDArray[Any]],
    dict[str, npt.NDArray[Any]],
    dict[str, npt.NDArray[Any]],
    dict[str, npt.NDArray[Any]],
]
"""Columns of regions, of means, of differences, of their means, of events."""

class ProcessError(ValueError): ...

class StudyError(ValueError):
    faults: list[tuple[int, int, str, int, str, str]]
    """Line, column, table, place in it, key and text of each fault."""

@final
class Config:
    def __new__(
        cls,
        sample_rate: float,
        signal: str,
        polarity: str,
        calibration: tuple[float, float, str, str | None] | None,
        sensor_range: tuple[float, float] | None,
        dc_coupled: bool | None,
        cuff: tuple[float, float] | None,
        motion: bool,
        companion: bool,
    ) -> Config: ...
    def __getnewargs__(
        self,
    ) -> tuple[
        float,
        str,
        str,
        tuple[float, float, str, str | None] | None,
        tuple[float, float] | None,
        bool | None,
        tuple[float, float] | None,
        bool,
        bool,
    ]: ...
    @property
    def unit(self) -> str: ...
    @property
    def sample_rate(self) -> float: ...

@final
class Analysis:
    def columns(self) -> _Columns: ...
    def trend(self, window: float, step: float) -> dict[str, npt.NDArray[Any]]: ...
    def ensemble(self, samples: npt.NDArray[Any], start: float, end: float) -> dict[str, Any] | None: ...
    def summary(self) -> dict[str, Any]: ...
    def stored(self) -> tuple[Any, ...]: ...

def restored(
    version: str,
    config: Config,
    bytes: tuple[bytes, bytes, bytes],
    values: tuple[list[float | None], list[int], list[float]],
    words: tuple[str, str],
    counts: list[int],
) -> Analysis: ...
@final
class Monitor:
    def __new__(cls, config: Config) -> Monitor: ...
    def push(
        self,
        samples: npt.NDArray[Any],
        time: _Floats | None = None,
        motion: _Floats | None = None,
        companion: _Floats | None = None,
    ) -> _Columns | None: ...
    def finish(self) -> _Columns: ...
    def nothing(self) -> _Columns: ...
    def reset(self) -> None: ...
    def snapshot(self) -> dict[str, Any]: ...
    @property
    def latency(self) -> float: ...
    @property
    def finished(self) -> bool: ...

def analyze(
    samples: npt.NDArray[Any],
    config: Config,
    time: _Floats | None = None,
    motion: _Floats | None = None,
    companion: _Floats | None = None,
) -> Analysis:
    """`samples` (n,), `time` (n,) in s, `motion` (n, 3), `companion` (n,), all contiguous."""

def estimate_sample_rate(time: _Floats) -> float:
    """Hz, of time stamps (n,) in s."""

@final
class ThermalConfig:
    def __new__(
        cls,
        rows: int,
        columns: int,
        encoding: float | tuple[float, ...] | None,
        regions: list[tuple[str, str, Any, int]],
        differences: list[tuple[str, str, str, bool]],
        settings: dict[str, Any],
    ) -> ThermalConfig: ...
    @property
    def regions(self) -> list[str]: ...
    @property
    def differences(self) -> list[str]: ...
    @property
    def takes_counts(self) -> bool: ...
    @property
    def emissivity_applied_by(self) -> str: ...
    def mask(self, region: str) -> npt.NDArray[np.bool_]:
        """Pixels of a region (row, column)."""
    def celsius(self, frame: _Floats) -> _Floats:
        """Raw pixels (row, column) to °C."""

@final
class ThermalAnalysis:
    def columns(self) -> _ThermalColumns: ...
    def series(self, region: str, window: float | None = None) -> tuple[_Floats, _Floats]: ...
    def comparable_series(self, name: str) -> tuple[_Floats, _Floats]: ...
    def difference_series(self, difference: str, window: float | None = None) -> tuple[_Floats, _Floats]: ...
    def overview(self, start: float, end: float) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]: ...
    def summary(self) -> dict[str, Any]: ...

@final
class ThermalMonitor:
    def __new__(cls, config: ThermalConfig) -> ThermalMonitor: ...
    def push(
        self,
        frames: npt.NDArray[Any],
        time: _Floats,
        shutter: npt.NDArray[np.bool_] | None = None,
        counter: npt.NDArray[np.uint64] | None = None,
        uptime: _Floats | None = None,
    ) -> _ThermalColumns | None: ...
    def finish(self) -> _ThermalColumns: ...
    def nothing(self) -> _ThermalColumns: ...
    def reset(self) -> None: ...
    def snapshot(self) -> dict[str, Any]: ...
    @property
    def latency(self) -> float: ...

def analyze_thermal(
    frames: npt.NDArray[Any],
    config: ThermalConfig,
    time: _Floats,
    shutter: npt.NDArray[np.bool_] | None = None,
    counter: npt.NDArray[np.uint64] | None = None,
    uptime: _Floats | None = None,
) -> ThermalAnalysis:
    """`frames` (n, rows, columns) of uint16, float32 or float64, `time` (n,) in s."""

_Series = tuple[_Floats, _Floats]
"""Time stamps (n,) in s and values (n,)."""

def thermal_rewarming(series: _Series, from_time: float, before: float | None) -> dict[str, Any]: ...
def thermal_bands(series: _Series, step: float, surrogates: int, seed: int) -> tuple[list[dict[str, Any]], float]: ...
def thermal_scalogram(
    series: _Series, step: float, columns: int
) -> tuple[_Floats, _Floats, _Floats, _Floats] | None: ...
def thermal_coherence(
    one: _Series, other: _Series, step: float, surrogates: int, seed: int
) -> list[dict[str, Any]]: ...
def thermal_flow(series: _Series, depth: float) -> tuple[_Floats, _Floats, float]:
    """Times, relative flow, and how late a monitor would give it, s."""

def thermal_depth(series: _Series, reference: _Series, seed: int) -> dict[str, Any]: ...
def thermal_correlation(one: _Series, other: _Series) -> float | None: ...
def thermal_holes(time: _Floats) -> list[int]:
    """Places before which nothing was measured for more than 10 s and five usual steps."""

def thermal_overview(series: _Series) -> dict[str, Any]: ...
def arrow_stream(columns: list[_ArrowColumn]) -> object: ...
def arrow_schema(columns: list[_ArrowColumn]) -> object: ...
def arrow_array(columns: list[_ArrowColumn]) -> tuple[object, object]: ...
def synthetic(options: dict[str, Any]) -> dict[str, Any]:
    """The keywords of plethys.datasets.synthetic, all present."""

def two_point(first: tuple[float, float], second: tuple[float, float], unit: str) -> tuple[float, float]: ...
@final
class CuffMonitor:
    def __new__(cls, sample_rate: float, target: float, tolerance: float) -> CuffMonitor: ...
    def push(self, pressure: _Floats) -> dict[str, npt.NDArray[Any]]:
        """Readings of the blocks that these pressures complete."""

    def reset(self) -> None: ...

def cuff_readings(
    pressure: _Floats, sample_rate: float, target: float, tolerance: float
) -> dict[str, npt.NDArray[Any]]: ...
def deflection(height: float, gain: float) -> float: ...
def millilitres(height: float, injection: tuple[float, float] | None) -> tuple[float | None, str | None]: ...
def pvr_category(
    height: float | None,
    noise: float | None,
    notch: str | None,
    site: str | None,
    cuff_on_target: bool | None,
) -> tuple[int | None, str | None]: ...
def source_feet(
    seed: int,
    baseline: float,
    massage: float,
    follow_up: float,
    hold: float,
    effect: float,
) -> dict[str, Any]:
    """Counts, stamps, regions and the true temperatures of both feet before a thermal camera."""

def source_study(
    seed: int,
    sample_rate: float,
    baseline: float,
    massage: float,
    follow_up: float,
    hold: float,
    effect: float,
    waveforms: bool,
) -> tuple[list[tuple[str, float, float]], list[dict[str, Any]]]:
    """Phases (kind, start, end), and one dict for each channel."""

def stress_sets() -> list[tuple[str, str, tuple[str, float] | None]]: ...
def stress_set(name: str, seed: int, seconds: float | None = None) -> dict[str, Any]: ...
def catalogue_toml() -> str: ...
def catalogue() -> list[dict[str, Any]]: ...

@final
class Study:
    def __new__(cls, text: str) -> Study: ...
    def facts(self) -> dict[str, Any]: ...
    def recordings(self) -> list[dict[str, Any]]: ...
    def channels(self) -> list[dict[str, Any]]: ...
    def config(self, channel: str, sample_rate: float) -> Config: ...
    def with_cuff(
        self, channel: str, analysis: Analysis, pressure: _Floats, sample_rate: float, samples: int
    ) -> Analysis: ...
    def study_time(self, recording: str, time: float) -> float: ...
    def recording_time(self, recording: str, time: float) -> float: ...
    def run(self, data: Measurements) -> Report: ...

@final
class Measurements:
    def __new__(cls) -> Measurements: ...
    def add_beats(self, study: Study, channel: str, recording: str, analysis: Analysis, sha256: str | None) -> None: ...
    def add_values(
        self,
        study: Study,
        channel: str,
        recording: str,
        measure: str,
        time: _Floats,
        value: _Floats,
        duration: float,
        sample_rate: float | None,
        sha256: str | None,
    ) -> None: ...
    def add_thermal(
        self,
        study: Study,
        channel: str,
        recording: str,
        analysis: ThermalAnalysis,
        region: str,
        sha256: str | None,
    ) -> None: ...
    def add_failure(self, code: str, channel: str | None, recording: str, text: str) -> None: ...
    def add_marker(self, recording: str, time: float, label: str) -> None: ...

@final
class Report:
    def add_shapes(
        self,
        study: Study,
        channel: str,
        recording: str,
        analysis: Analysis,
        samples: npt.NDArray[Any],
        evenly: bool,
    ) -> list[tuple[str, int, tuple[_Floats, _Floats, _Floats, _Floats]]]:
        """Window, number of beats; times (s from the foot), median, lower and upper quartile of each averaged beat."""

    def facts(self) -> dict[str, Any]: ...
    def tables(self) -> list[tuple[str, list[tuple[str, str, str, str]], dict[str, Any]]]:
        """Name; name, unit, kind and meaning of each column; cells of each column."""

    def json(self) -> str: ...

def study_template() -> str: ...
