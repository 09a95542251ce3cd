"""What a stack of frames yields: `ThermalAnalysis`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys
from ._thermal_series import FlowSeries, Oscillations, Rewarming, oscillations_of, trend_of
from ._thermal_tables import (
    ThermalDifferenceMeans,
    ThermalDifferences,
    ThermalEvents,
    ThermalMeans,
    ThermalRegions,
)

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas
    import polars

Floats = npt.NDArray[np.float64]


class ThermalAnalysis:
    """What a stack of frames yields; made by `plethys.analyze_thermal`.

    Attributes
    ----------
    regions, means
        Tables: each region in each frame, rejected rows with their reason; regions over windows of 1, 10 and 60 s. °C.
    differences, difference_means
        The same of differences of two regions in the same frame, K.
    events
        Table: shutters, backward stamps, bad pixels, lost limbs, wrong units, gaps.
    overview, difference_overview
        Name to what a region (°C), or a difference (K), was over the whole recording: accepted, left_out, left_out_reason, mean,
        first and last (of a minute), lowest, highest, rate (K/min), reason. Where a shutter came between and the frame has no
        reference, all from `first` on is None and the reason says so.
    baselines
        Mean of each difference over the baseline, K, or None.
    absent
        Why a region or difference has no mean or course: name to reason, one of `plethys.THERMAL_REASONS`.
    state
        What the stream was doing at its end, one of `plethys.THERMAL_STATES`.
    counts
        How many frames were not plain: repeated, backward, wrong_unit; shutters, bad_pixels.
    comparable
        Whether levels of different times may be compared: there is a reference, or no shutter came between.
    segment, interval, noise, correction, shift
        Number of the last stretch between two shutters; usual time between frames, s; noise of a pixel, K (SD); what was added
        last against the camera's drift, K; how far the limb has moved (right, down), pixels.
    emissivity, emissivity_applied_by
        (emissivity, reflected °C, transmission, air °C) where it was applied here; "nobody", "camera" or "plethys".
    duration, latency
        s; how long after its frame a row comes from a monitor.
    frames, time
        The frames as they were analysed, not a copy where none was needed, and their stamps, s.
    """

    regions: ThermalRegions
    means: ThermalMeans
    differences: ThermalDifferences
    difference_means: ThermalDifferenceMeans
    events: ThermalEvents
    overview: dict[str, dict[str, Any]]
    difference_overview: dict[str, dict[str, Any]]
    baselines: dict[str, float | None]
    absent: dict[str, str]
    state: str
    counts: dict[str, int]
    comparable: bool
    segment: int
    interval: float | None
    noise: float | None
    correction: float | None
    shift: tuple[float, float] | None
    emissivity: tuple[float, float, float, float] | None
    emissivity_applied_by: str
    duration: float
    latency: float
    frames: npt.NDArray[Any]
    time: Floats

    def __init__(
        self,
        raw: _plethys.ThermalAnalysis,
        config: _plethys.ThermalConfig,
        frames: npt.NDArray[Any],
        time: Floats,
    ) -> None:
        self._raw, self._config = raw, config
        self.frames, self.time = frames, time
        regions, means, differences, difference_means, events = raw.columns()
        names, pairs = config.regions, config.differences
        self.regions = ThermalRegions(regions, names)
        self.means = ThermalMeans(means, names)
        self.differences = ThermalDifferences(differences, pairs)
        self.difference_means = ThermalDifferenceMeans(difference_means, pairs)
        self.events = ThermalEvents(events, names)
        self.overview, self.difference_overview = raw.overview(-np.inf, np.inf)
        lines = {**self.overview, **self.difference_overview}
        self.absent = {name: line["reason"] for name, line in lines.items() if line["reason"] is not None}
        self.__dict__.update(raw.summary())

    @property
    def names(self) -> list[str]:
        """Names of the regions."""
        return self._config.regions

    def series(self, name: str, window: float | None = None) -> tuple[Floats, Floats]:
        """Times (s) and values of a region (°C) or a difference (K): accepted rows, or windows of 1, 10 or 60 s.

        Windows that are covered to less than half are left out. Raises KeyError for a name that is neither.
        """
        if window is not None and window not in (1, 10, 60):
            raise ValueError(f"window must be 1, 10 or 60 s, got {window}")
        if name in self._config.regions:
            return self._raw.series(name, window)
        if name in self._config.differences:
            return self._raw.difference_series(name, window)
        known = ", ".join([*self._config.regions, *self._config.differences])
        raise KeyError(f"no region or difference is named {name!r}; there are {known}")

    def between(self, start: float, end: float) -> dict[str, dict[str, Any]]:
        """What each region (°C) and each difference (K) was from `start` to below `end`, s: the fields of `.overview`."""
        regions, differences = self._raw.overview(
            _convert.number("start", start, "s"), _convert.number("end", end, "s")
        )
        return {**regions, **differences}

    def comparable_series(self, name: str) -> tuple[Floats, Floats]:
        """The series that rewarming, oscillations and flow are computed from: accepted rows whose levels may be compared.

        Of a region without a reference, the longest stretch between two shutters; otherwise all.
        """
        self.series(name, 60)  # says which names there are
        return self._raw.comparable_series(name)

    def rewarming(self, region: str, from_time: float | None = None, before: float | None = None) -> Rewarming:
        """The course of rewarming from the end of the cold at `from_time` s (default: the first row) to the end of the series.

        `before` is the temperature before the cold, °C, which the recovered share needs. At least two time constants after the
        lag give intervals that hold; below one the answer is absent, "NotRewarmed".
        """
        time, values = self.comparable_series(region)
        start = (
            (float(time[0]) if len(time) else 0.0)
            if from_time is None
            else _convert.number("from_time", from_time, "s")
        )
        known = None if before is None else _convert.number("before", before, "°C")
        fit = _plethys.thermal_rewarming((time, values), start, known)
        return Rewarming(region=region, **fit, from_time=start, time=time, temperature=values)

    def bands(self, name: str, *, step: float | None = None, surrogates: int = 99, seed: int = 1) -> Oscillations:
        """Oscillations of a region or a difference, band by band, with the threshold of red noise from `surrogates` (0: none).

        The series is laid on a grid of `step` s, by default 1 s, or the time between frames where that is longer.
        """
        time, values = self.comparable_series(name)
        if step is None:
            step = max(1.0, self.interval or 1.0)
        unit = "Cel" if name in self._config.regions else "K"
        return oscillations_of(name, unit, time, values, step, surrogates, seed)

    def flow(self, region: str, ppg: Any = None, *, depth: float | None = None, seed: int = 1) -> FlowSeries:
        """Relative blood flow behind a region's temperature: the thermal wave undone, up to 0.1 Hz, 25 s late in a monitor.

        The depth of the bed (m) is fitted to `ppg`, a simultaneous reference of flow (a `Trend` of PPG amplitude, a
        `FlowSeries`, or (time, values)) of at least 1000 s in common; or it is given. Where the fit finds nothing, there is no
        flow, and `.reason` says why.
        """
        time, values = self.comparable_series(region)
        fit: dict[str, Any] = {}
        if depth is None:
            if ppg is None:
                raise TypeError("ppg is missing: give a simultaneous reference of flow, or depth in m")
            fit = _plethys.thermal_depth((time, values), trend_of(ppg), seed)
            depth = fit["depth"]
            if depth is None:
                return FlowSeries(region, np.empty(0), np.empty(0), fit=fit, reason=fit["reason"])
        else:
            depth = _convert.number("depth", depth, "m")
        at, flow, latency = _plethys.thermal_flow((time, values), depth)
        reason = None if len(at) else "TooShort"
        return FlowSeries(region, at, flow, depth=depth, latency=latency, fit=fit, reason=reason)

    def celsius(self, place: int) -> Floats:
        """The frame at `place` in °C, as the regions were read; for pictures."""
        return self._config.celsius(np.ascontiguousarray(self.frames[place], np.float64))

    def mask(self, region: str) -> npt.NDArray[np.bool_]:
        """The pixels of a region, eroded as it is: truth values (row, column)."""
        return self._config.mask(region)

    def to_pandas(self) -> pandas.DataFrame:
        """The regions as a pandas DataFrame."""
        return self.regions.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The regions as a polars DataFrame."""
        return self.regions.to_polars()

    def to_dict(self) -> dict[str, Any]:
        """Everything but the tables and frames, as plain values for JSON."""
        names = ("state", "duration", "counts", "overview", "difference_overview", "baselines", "absent", "comparable", "segment",
                 "interval", "noise", "correction", "shift", "emissivity", "emissivity_applied_by", "latency")  # fmt: skip
        rows, columns = self.frames.shape[1:]
        return {"rows": rows, "columns": columns, **{name: getattr(self, name) for name in names}}

    def plot(self, path: str | os.PathLike[str] | None = None, *, frame: int | None = None) -> matplotlib.figure.Figure:
        """Draw a frame with the regions, their temperatures and differences over time; needs the extra `plethys[plot]`.

        `frame` chooses the frame, by default the middle one. With `path` the figure is saved there too, at 150 dpi.
        """
        from ._thermal_plot import plot

        return plot(self, path, frame=frame)

    def __repr__(self) -> str:
        rows, columns = self.frames.shape[1:]
        head = f"ThermalAnalysis of {self.counts['frames']} frames of {rows} x {columns} in {self.duration:.1f} s: {self.state}"
        lines = []
        for overview, unit in ((self.overview, "°C"), (self.difference_overview, "K")):
            for name, line in overview.items():
                value = "absent" if line["mean"] is None else f"{line['mean']:.2f} {unit}"
                lines.append(f"  {name}: {value}" + (f" ({line['reason']})" if line["reason"] else ""))
        return "\n".join([head, *lines])
