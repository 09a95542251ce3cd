"""What is computed of a temperature, or a flow, over time: rewarming, oscillations, relative flow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys

if TYPE_CHECKING:
    import matplotlib.figure

Floats = npt.NDArray[np.float64]
Estimate = tuple[float, float, float]
"""A number with the lower and the upper end of its 95 % interval."""
_STEP_OF_FLOW = 0.1  # s: slow enough to even out the sensor's own steps, quick enough for the pulse


@dataclass(frozen=True, eq=False)
class Rewarming:
    """The course of rewarming after cold or occlusion: T = T∞ − (T∞ − T₀)·exp(−(t − lag)/τ); of `ThermalAnalysis.rewarming`."""

    region: str
    """Name of the region."""
    start: Estimate | None
    """T₀: the temperature at the end of the cold, °C."""
    lag: Estimate | None
    """Time from the end of the cold until the rise, s."""
    tau: Estimate | None
    """Time constant, s."""
    end: Estimate | None
    """T∞: where it leads, °C."""
    max_slope: Estimate | None
    """Steepest rise, K/min."""
    recovered: Estimate | None
    """100 (T − T₀)/(T before − T₀) at the end of the record, %; None without the temperature before."""
    residual: float | None
    """SD of the residuals, K: vasomotion and noise."""
    reason: str | None
    """Why numbers are absent, one of `plethys.THERMAL_REASONS`: "NotRewarmed" below one time constant."""
    from_time: float = 0.0
    """When the cold ended, s."""
    time: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    """Times of the series that was fitted, s."""
    temperature: Floats = field(default_factory=lambda: np.empty(0), repr=False)
    """Its values, °C."""

    def plot(self, path: str | os.PathLike[str] | None = None) -> matplotlib.figure.Figure:
        """Draw the series with T₀, lag, τ and T∞; needs the extra `plethys[plot]`."""
        from ._thermal_series_plot import plot_rewarming

        return plot_rewarming(self, path)


@dataclass(frozen=True)
class BandPower:
    """The power of one band of frequencies."""

    name: str
    """Whose oscillation it is."""
    low: float
    """Lower edge, Hz."""
    high: float
    """Upper edge, Hz."""
    power: float | None
    """Power, K² (of a flow, its unit squared): a sine of amplitude a has a²/2."""
    threshold: float | None
    """What 95 % of red noise of the same variance stays below."""
    significant: bool | None
    """Whether the power is more than that."""
    reason: str | None
    """Why the power is absent: "NotComputable" below five cycles of the lower edge, or where values come too slowly."""


@dataclass(frozen=True, eq=False)
class Oscillations:
    """The oscillations of a series, band by band (Morlet wavelet); `oscillations["neurogenic"]` is one band."""

    name: str
    """Of what."""
    unit: str
    """Unit of the series: "Cel" of a region, "K" of a difference, or that of a flow; powers are in K² or that squared."""
    bands: tuple[BandPower, ...]
    """From the slowest."""
    duration: float
    """Length of the longest stretch without a gap of more than 10 s, which they rest on, s."""
    step: float
    """Time between two values, s."""
    time: Floats = field(repr=False)
    """Times of the series, s."""
    values: Floats = field(repr=False)
    """Its values."""

    def __getitem__(self, name: str) -> BandPower:
        for band in self.bands:
            if band.name == name:
                return band
        raise KeyError(f"no band is named {name!r}; there are {', '.join(band.name for band in self.bands)}")

    def __iter__(self) -> Iterator[BandPower]:
        return iter(self.bands)

    def scalogram(self, columns: int = 800) -> tuple[Floats, Floats, Floats, Floats] | None:
        """Frequencies (Hz), times (s), power (frequency, time), and the cone of influence: the lowest frequency outside it, Hz.

        None where no band can be told.
        """
        return _plethys.thermal_scalogram((self.time, self.values), self.step, columns)

    def plot(self, path: str | os.PathLike[str] | None = None) -> matplotlib.figure.Figure:
        """Draw series, scalogram with the cone of influence, and bands; needs the extra `plethys[plot]`."""
        from ._thermal_series_plot import plot_bands

        return plot_bands(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the series, as plain values for JSON."""
        return {
            "duration": self.duration,
            "step": self.step,
            "unit": self.unit,
            "bands": [vars(band) for band in self.bands],
        }


@dataclass(frozen=True, eq=False)
class FlowSeries:
    """Blood flow over time: relative, behind a temperature (`ThermalAnalysis.flow`), or measured (laser Doppler)."""

    name: str
    """Of what."""
    time: Floats = field(repr=False)
    """Time of the flow, s; of relative flow, not that of the temperature, which is later."""
    flow: Floats = field(repr=False)
    """Flow, in `unit`; relative flow has no level."""
    unit: str = "1"
    """"1" for relative flow."""
    depth: float | None = None
    """Depth of the bed, m."""
    latency: float | None = None
    """How late a monitor would have given it, s."""
    fit: dict[str, Any] = field(default_factory=dict)
    """How the depth was fitted to a reference: correlation, raw_correlation, threshold, significant, or the reason why not."""
    reason: str | None = None
    """Why there is no flow."""

    @property
    def duration(self) -> float:
        """From the first to the last value, s."""
        return float(self.time[-1] - self.time[0]) if len(self.time) else 0.0

    @property
    def overview(self) -> dict[str, Any]:
        """What it was over the whole recording: the fields of `ThermalAnalysis.overview`, in `unit`."""
        return _plethys.thermal_overview((self.time, self.flow))

    def bands(self, *, step: float = _STEP_OF_FLOW, surrogates: int = 99, seed: int = 1) -> Oscillations:
        """Its oscillations, on a grid of `step` s."""
        return oscillations_of(self.name, self.unit, self.time, self.flow, step, surrogates, seed)

    def plot(self, path: str | os.PathLike[str] | None = None) -> matplotlib.figure.Figure:
        """Draw the flow over time; needs the extra `plethys[plot]`."""
        from ._thermal_series_plot import plot_flow

        return plot_flow(self, path)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the series, as plain values for JSON."""
        return {
            "flow": self.name, "unit": self.unit, "duration": self.duration, "depth": self.depth, "latency": self.latency,
            "fit": self.fit, "reason": self.reason, "overview": {self.name: self.overview},
        }  # fmt: skip


def oscillations_of(
    name: str, unit: str, time: Floats, values: Floats, step: float, surrogates: int, seed: int
) -> Oscillations:
    """Of a series of time stamps and values."""
    if not isinstance(surrogates, int) or not (surrogates == 0 or 19 <= surrogates <= 999):
        raise ValueError(f"surrogates must be from 19 to 999, or 0 for no threshold, got {surrogates}")
    step = _convert.number("step", step, "s")
    bands, duration = _plethys.thermal_bands((time, values), step, surrogates, seed)
    return Oscillations(name, unit, tuple(BandPower(**band) for band in bands), duration, step, time, values)


def trend_of(reference: Any) -> tuple[Floats, Floats]:
    """Times and values of a reference of flow: a `Trend` (its amplitude), a `FlowSeries`, or a pair (time, values)."""
    if isinstance(reference, FlowSeries):
        return reference.time, reference.flow
    if hasattr(reference, "amplitude") and hasattr(reference, "time"):
        return np.ascontiguousarray(reference.time), np.ascontiguousarray(reference.amplitude, np.float64)
    try:
        time, values = reference
    except (TypeError, ValueError):
        raise TypeError(
            f"ppg must be a Trend, a FlowSeries or a pair (time, values), got {type(reference).__name__}"
        ) from None
    stamps, series = _convert.time(time), np.require(_convert.samples(values, "ppg"), np.float64, ["C", "A"])
    if len(stamps) != len(series):
        raise ValueError(f"ppg must have as many values as times, got {len(stamps)} and {len(series)}")
    return stamps, series
