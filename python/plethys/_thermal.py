"""Thermal frames that are whole (`analyze_thermal`) or still arriving (`ThermalMonitor`)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys
from ._thermal_read import ThermalRecording
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
Unit = str | float | Mapping[str, float]
"""`"Cel"`, `"K"`, `"cK"`, `"dK"`, K per count, or the Planck constants r1, r2, b, f, o."""
Regions = Mapping[str, Any] | Iterable[tuple[str, Any]]
Pairs = Mapping[str, tuple[str, str]]

# K per count of units of counts.
_COUNTS = {"cK": 0.01, "dK": 0.1}
_PLANCK = ("r1", "r2", "b", "f", "o")
_REGION = (
    "(y0, y1, x0, x1), a polygon of corners (x, y), a mask of truth values, None for the whole frame, "
    "{'mirror': name, 'axis': x}, or one of these as {'region': …, 'erode': pixels}"
)


def _encoding(unit: Unit) -> float | tuple[float, ...] | None:
    """What the kernel makes temperatures of: K per count, Planck constants, or None for °C."""
    if isinstance(unit, Mapping):
        if missing := [name for name in _PLANCK if name not in unit]:
            raise ValueError(f"unit must have the Planck constants {', '.join(_PLANCK)}, {missing[0]} is missing")
        return tuple(_convert.number(f"unit[{name!r}]", unit[name]) for name in _PLANCK)
    if isinstance(unit, str):
        if unit in ("Cel", "K"):
            return None
        if unit in _COUNTS:
            return _COUNTS[unit]
        raise ValueError(
            f"unit must be 'Cel', 'K', 'cK' (counts of 0.01 K), 'dK' (counts of 0.1 K), K per count, "
            f"or the Planck constants, got {unit!r}"
        )
    return _convert.number("unit", unit, "K per count")


def _shape(name: str, given: Any) -> tuple[str, str, Any, int]:
    """A region as the extension takes it: name, kind, shape, pixels taken off its edge."""
    erode = 0
    if isinstance(given, Mapping) and "region" in given:
        if unknown := set(given) - {"region", "erode"}:
            raise TypeError(f"region {name!r} must be {_REGION}, got the key {sorted(map(str, unknown))[0]!r}")
        erode = _whole(f"regions[{name!r}].erode", given.get("erode", 0))
        given = given["region"]
    if given is None:
        return name, "whole", None, erode
    if isinstance(given, Mapping):
        if set(given) != {"mirror", "axis"}:
            raise TypeError(f"region {name!r} must be {_REGION}, got the keys {sorted(map(str, given))}")
        of = _convert.word(f"regions[{name!r}].mirror", given["mirror"])
        return name, "mirror", (of, _convert.number(f"regions[{name!r}].axis", given["axis"], "pixels")), erode
    try:
        array = np.asarray(given)
    except (ValueError, TypeError):
        array = np.empty(0, object)
    if array.dtype == np.bool_ and array.ndim == 2:
        return name, "mask", np.ascontiguousarray(array), erode
    if array.dtype.kind in "iu" and array.shape == (4,):
        return name, "rectangle", [int(edge) for edge in array], erode
    if array.dtype.kind == "f" and array.shape == (4,) and np.all(array == np.round(array)):
        return name, "rectangle", [int(edge) for edge in array], erode
    if array.dtype.kind in "iuf" and array.ndim == 2 and array.shape[1] == 2:
        return name, "polygon", array.astype(np.float64).tolist(), erode
    got = f"shape {array.shape} of {array.dtype}" if array.dtype != object else type(given).__name__
    raise TypeError(f"region {name!r} must be {_REGION}, got {got}")


def _whole(argument: str, value: Any) -> int:
    number = _convert.number(argument, value)
    if number != round(number) or number < 0:
        raise ValueError(f"{argument} must be a whole number from 0, got {value}")
    return int(number)


def _pairs(argument: str, given: Pairs | None, is_gradient: bool) -> list[tuple[str, str, str, bool]]:
    pairs = []
    for name, pair in (given or {}).items():
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise TypeError(f"{argument}[{name!r}] must be two names of regions, got {pair!r}")
        of, minus = (_convert.word(f"{argument}[{name!r}]", region) for region in pair)
        pairs.append((_convert.word(argument, name), of, minus, is_gradient))
    return pairs


def _config(
    shape: tuple[int, int],
    unit: Unit,
    regions: Regions | None,
    *,
    differences: Pairs | None,
    gradients: Pairs | None,
    emissivity: float | str | None,
    reflected: float | None,
    transmission: float,
    air: float | None,
    reference: str | tuple[str, float] | None,
    baseline: tuple[float, float] | None,
    **settings: Any,
) -> _plethys.ThermalConfig:
    told: dict[str, Any] = {name: value for name, value in settings.items() if value is not None}
    if emissivity == "camera":
        told["corrected_by_camera"] = True
    elif emissivity is not None:
        if isinstance(emissivity, str):
            raise ValueError(f"emissivity must be a number from 0.5 to 1, or 'camera', got {emissivity!r}")
        if reflected is None:
            raise ValueError(
                "reflected is missing: an emissivity needs the apparent temperature of what the skin mirrors, °C"
            )
        wall = _convert.number("reflected", reflected, "°C")
        told["emissivity"] = (
            _convert.number("emissivity", emissivity),
            wall,
            _convert.number("transmission", transmission),
            wall if air is None else _convert.number("air", air, "°C"),
        )
    elif reflected is not None:
        raise ValueError("emissivity is missing: a reflected temperature alone corrects nothing")
    if reference is not None:
        name, known = (reference, None) if isinstance(reference, str) else reference
        told["reference"] = (
            _convert.word("reference", name),
            None if known is None else _convert.number("reference", known, "°C"),
        )
    if baseline is not None:
        start, end = baseline
        told["baseline"] = (_convert.number("baseline", start, "s"), _convert.number("baseline", end, "s"))
    for name in ("warm_up", "cut"):
        if name in told:
            told[name] = _convert.number(name, told[name], "s")
    for name in ("skip_repeated", "find_bad_pixels", "percentiles", "watch_limb", "follow"):
        if name in told:
            told[name] = _convert.flag(name, told[name])
    if "bad_pixels" in told:
        told["bad_pixels"] = [
            (_whole("row of a bad pixel", row), _whole("column of a bad pixel", column))
            for row, column in told["bad_pixels"]
        ]
    if "shutter_rule" in told:
        told["shutter"] = _convert.word("shutter_rule", told.pop("shutter_rule"))
    if regions is None:
        regions = {"all": None}
    named = regions.items() if isinstance(regions, Mapping) else list(regions)
    return _plethys.ThermalConfig(
        shape[0],
        shape[1],
        _encoding(unit),
        [_shape(_convert.word("regions", name), given) for name, given in named],
        [*_pairs("differences", differences, False), *_pairs("gradients", gradients, True)],
        told,
    )


def _stack(value: Any, unit: Unit | None) -> npt.NDArray[Any]:
    """Frames of three dimensions (time, row, column), of one of the kernel's types; °C where the unit is K."""
    taken = "frames of real numbers: one (row, column), a stack (time, row, column), or the readings of a probe (time)"
    array = _convert.real("frames", value, taken)
    if array.ndim == 1:
        array = array[:, None, None]
    elif array.ndim == 2:
        array = array[None]
    elif array.ndim == 0:
        array = array[None, None, None]
    if array.ndim != 3:
        raise TypeError(f"frames must be {taken}, got an array of shape {array.shape}")
    kind = array.dtype.kind
    if unit is None:
        if kind != "f":
            raise ValueError(
                f"unit is missing: frames of {array.dtype} are counts; say unit='cK' (Lepton, 0.01 K per count), 'dK', "
                "K per count, or the Planck constants; or 'Cel' where they are whole °C"
            )
        unit = "Cel"
    if _encoding(unit) is not None:
        if kind == "f":
            return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)  # the kernel says it
        if array.dtype != np.uint16 and array.size and not (array.min() >= 0 and array.max() <= 65535):
            raise ValueError(f"frames of counts must be from 0 to 65535, got {array.min()} to {array.max()}")
        return array.astype(np.uint16, copy=False)
    if kind != "f" or array.dtype not in (np.float32, np.float64) or not array.dtype.isnative:
        array = array.astype(np.float64)
    return array - 273.15 if unit == "K" else array


def _column(argument: str, value: Any, dtype: type[Any], count: int) -> npt.NDArray[Any] | None:
    """What comes with the frames, one entry each; one value stands for all."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or (dtype is np.uint64 and array.dtype.kind == "f"):
        raise TypeError(
            f"{argument} must be one {'number' if dtype is not np.bool_ else 'truth value'} per frame, got {array.dtype}"
        )
    if array.ndim == 0 and count == 1:
        array = array[None]
    if array.ndim != 1:
        raise TypeError(f"{argument} must have one entry per frame, got an array of shape {array.shape}")
    return np.require(array, dtype, ["C", "A"])


def _stamps(time: Any, count: int, *, dates: bool) -> Floats:
    if count == 1 and np.ndim(time) == 0 and not isinstance(time, (str, np.datetime64)):
        return np.array([_convert.number("time", time, "s")])
    return _convert.time(time, dates=dates)


def analyze_thermal(
    frames: npt.ArrayLike | ThermalRecording,
    time: npt.ArrayLike | None = None,
    regions: Regions | None = None,
    *,
    sample_rate: float | None = None,
    unit: Unit | None = None,
    differences: Pairs | None = None,
    gradients: Pairs | None = None,
    emissivity: float | str | None = None,
    reflected: float | None = None,
    transmission: float = 1.0,
    air: float | None = None,
    reference: str | tuple[str, float] | None = None,
    baseline: tuple[float, float] | None = None,
    warm_up: float | None = None,
    cut: float | None = None,
    skip_repeated: bool | None = None,
    bad_pixels: Iterable[tuple[int, int]] | None = None,
    find_bad_pixels: bool | None = None,
    percentiles: bool | None = None,
    watch_limb: bool | None = None,
    follow: bool | None = None,
    shutter_rule: str | None = None,
    shutter: npt.ArrayLike | None = None,
    counter: npt.ArrayLike | None = None,
    uptime: npt.ArrayLike | None = None,
) -> ThermalAnalysis:
    """Measure the temperatures of regions in a stack of thermal frames, or of a contact probe.

    What comes out is, bit for bit, what a `ThermalMonitor` gives for the same frames one at a time.

    Parameters
    ----------
    frames
        A stack, shape (time, row, column); one frame (row, column); the readings of a probe (time); or a `ThermalRecording`
        from `plethys.read_thermal`, which brings its time stamps, unit, sites and emissivity. Up to 1280 x 1280 pixels. uint16
        counts, float32 and float64 °C of any memory layout are not copied. NaN is a missing pixel.
    time
        Time stamp of each frame, shape (time,), s, or dates; they need not be even. A stamp that does not increase leaves its
        frame out, is counted and told in `.events`.
    regions
        Name to place: a rectangle (y0, y1, x0, x1) of rows y0 to below y1 and columns x0 to below x1; a polygon of corners
        (x, y); a mask of truth values (row, column); None for the whole frame; {"mirror": name, "axis": x}, the mirror image of
        an earlier one across the vertical line x; or one of these as {"region": …, "erode": pixels}. Left out: the recording's
        sites, or the whole frame as "all".
    sample_rate
        Frames per second, where there are no time stamps.
    unit
        "Cel" (°C), "K", "cK" (counts of 0.01 K, Lepton TLinear), "dK" (0.1 K), K per count, or the Planck constants of the
        camera {"r1", "r2", "b", "f", "o"}. Floats are °C where nothing is said; integers need a unit.
    differences, gradients
        Name to two names of regions: (right, left), or (distal, proximal). The second is subtracted in the same frame.
    emissivity, reflected, transmission, air
        Emissivity of the surface (skin 0.98), 0.5 to 1, applied here, with the apparent temperature of what it mirrors, °C;
        transmission of the air, 0.5 to 1, and its temperature, °C. `emissivity="camera"`: the camera has applied it already,
        and it is never applied twice.
    reference
        Name of a region of constant temperature, against which the camera's drift is corrected; (name, °C) where it is known.
    baseline
        Start and end of the person's own baseline, s, from which `differences.change` is counted.
    warm_up
        Time since switching on, s, during which rows are flagged as warming; 600 for cameras, 0 for probes and arrays.
    cut
        Time around a shutter that is left out, s; 1.
    skip_repeated, find_bad_pixels, percentiles, watch_limb, follow
        Whether frames that repeat are one frame, bad pixels are looked for, median and percentiles are given, it is watched that
        the limb stays in its region, and regions follow the limb (frames of 16 x 16 or more).
    bad_pixels
        Pixels known to be bad, (row, column).
    shutter_rule
        How the shutter is found: "none", "telemetry", "detect"; cameras of 256 pixels or more: "detect".
    shutter, counter, uptime
        The camera's telemetry, one entry per frame: whether the shutter is shut, its frame counter, time since switching on, s.

    Returns
    -------
    ThermalAnalysis
        `.regions` (a row per region and frame, rejected ones with their reason), `.means` (windows of 1, 10, 60 s),
        `.differences`, `.difference_means`, `.events`, `.overview` (a line per region), `.state`, `.counts`, `.absent`.

    Raises
    ------
    TypeError
        For what is no frame of real numbers, and regions that are none.
    ValueError
        For a region that lies outside the frame, is empty or has the name of another, and numbers outside their range.
    ProcessError
        For counts where °C was said or the other way round, stamps that are no numbers, lengths that differ; a ValueError.

    >>> import numpy as np, plethys
    >>> frames = np.full((100, 24, 32), 22.0)
    >>> frames[:, 8:16, 4:12] = 31.0 + 0.1 * np.sin(np.arange(100.0))[:, None, None]
    >>> result = plethys.analyze_thermal(frames, sample_rate=8.0, regions={"foot": (8, 16, 4, 12)})
    >>> round(result.overview["foot"]["mean"], 1)
    31.0
    """
    sites: Regions | None = None
    if isinstance(frames, ThermalRecording):
        recording = frames
        if recording.is_flow:
            raise ValueError(
                f"{recording.name} is a stream of flow ({recording.unit}), not of temperature: no region can be read"
            )
        frames, sites = recording.frames, recording.regions
        unit = recording.unit if unit is None else unit
        if emissivity is None and recording.emissivity_applied_by == "camera":
            emissivity = "camera"
        if time is None and sample_rate is None:
            time, sample_rate = recording.time, recording.sample_rate
        if skip_repeated is None and recording.is_probe:
            skip_repeated = False  # sites that hold their readings for a while are not a camera's repeated frame
    stack = _stack(frames, unit)
    if time is not None:
        stamps = _stamps(time, len(stack), dates=True)
    elif sample_rate is not None:
        rate = _convert.number("sample_rate", sample_rate, "Hz")
        if not 0.0 < rate <= 200.0:
            raise ValueError(f"sample_rate must be above 0 and at most 200 Hz, got {sample_rate}")
        stamps = np.arange(len(stack)) / rate
    elif len(stack) <= 1:
        stamps = np.zeros(len(stack))
    else:
        raise TypeError("time is missing: give time stamps in s, or sample_rate in Hz")
    config = _config(
        (stack.shape[1], stack.shape[2]),
        "Cel" if unit is None else unit,
        sites if regions is None else regions,
        differences=differences,
        gradients=gradients,
        emissivity=emissivity,
        reflected=reflected,
        transmission=transmission,
        air=air,
        reference=reference,
        baseline=baseline,
        warm_up=warm_up,
        cut=cut,
        skip_repeated=skip_repeated,
        bad_pixels=bad_pixels,
        find_bad_pixels=find_bad_pixels,
        percentiles=percentiles,
        watch_limb=watch_limb,
        follow=follow,
        shutter_rule=shutter_rule,
    )
    count = len(stack)
    raw = _plethys.analyze_thermal(
        stack,
        config,
        stamps,
        _column("shutter", shutter, np.bool_, count),
        _column("counter", counter, np.uint64, count),
        _column("uptime", uptime, np.float64, count),
    )
    return ThermalAnalysis(raw, config, stack, stamps)


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


@dataclass(frozen=True)
class ThermalSnapshot:
    """A thermal stream as it is now."""

    time: float | None
    """Time stamp of the last frame, s; None before the first."""
    state: str
    """What the stream is doing; one of `plethys.THERMAL_STATES`."""
    counts: dict[str, int]
    """How many frames were not plain."""
    segment: int
    """Number of the stretch between two shutters."""
    interval: float | None
    """Usual time between two frames that are not repeated, s."""
    noise: float | None
    """Noise of one pixel in one frame, K (SD); None below 256 pixels."""
    correction: float | None
    """What is added against the camera's drift, K; None without a reference."""
    shift: tuple[float, float] | None
    """How far the limb has moved since the first frame, pixels (right, down); None where it is not followed."""
    temperatures: dict[str, float | None] = field(default_factory=dict)
    """Newest mean of each region, °C, at once and not settled: a shutter may still cut it out."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why a region's newest row is not accepted: name to reason, one of `plethys.THERMAL_REASONS`."""
    baselines: dict[str, float | None] = field(default_factory=dict)
    """Mean of each difference over the baseline so far, K."""


class ThermalMonitor:
    """A stream of thermal frames while it arrives: push frames in, take rows, means and events out.

    `shape` is (rows, columns), (1, 1) for a contact probe; the other keywords are those of `plethys.analyze_thermal`. A monitor
    belongs to one thread at a time: a call while another thread is inside raises RuntimeError, and nothing waits.

    >>> import numpy as np, plethys
    >>> monitor = plethys.ThermalMonitor((24, 32), regions={"foot": (8, 16, 4, 12)})
    >>> for i in range(4):
    ...     rows = monitor.push(np.full((24, 32), 31.0 + 0.01 * i), 0.5 * i)
    >>> monitor.snapshot().temperatures
    {'foot': 31.03}
    """

    means: ThermalMeans
    """Windows of 1, 10 and 60 s that the last call ended."""
    differences: ThermalDifferences
    """Differences that the last call settled."""
    difference_means: ThermalDifferenceMeans
    """Windows of differences that the last call ended."""
    events: ThermalEvents
    """What was noticed in the last call."""

    def __init__(
        self,
        shape: tuple[int, int],
        regions: Regions | None = None,
        *,
        unit: Unit = "Cel",
        differences: Pairs | None = None,
        gradients: Pairs | None = None,
        emissivity: float | str | None = None,
        reflected: float | None = None,
        transmission: float = 1.0,
        air: float | None = None,
        reference: str | tuple[str, float] | None = None,
        baseline: tuple[float, float] | None = None,
        warm_up: float | None = None,
        cut: float | None = None,
        skip_repeated: bool | None = None,
        bad_pixels: Iterable[tuple[int, int]] | None = None,
        find_bad_pixels: bool | None = None,
        percentiles: bool | None = None,
        watch_limb: bool | None = None,
        follow: bool | None = None,
        shutter_rule: str | None = None,
    ) -> None:
        try:
            rows, columns = shape
        except (TypeError, ValueError):
            raise TypeError(f"shape must be (rows, columns), got {shape!r}") from None
        self._shape = (_whole("rows", rows), _whole("columns", columns))
        self._unit: Unit = unit
        self._config = _config(
            self._shape,
            unit,
            regions,
            differences=differences,
            gradients=gradients,
            emissivity=emissivity,
            reflected=reflected,
            transmission=transmission,
            air=air,
            reference=reference,
            baseline=baseline,
            warm_up=warm_up,
            cut=cut,
            skip_repeated=skip_repeated,
            bad_pixels=bad_pixels,
            find_bad_pixels=find_bad_pixels,
            percentiles=percentiles,
            watch_limb=watch_limb,
            follow=follow,
            shutter_rule=shutter_rule,
        )
        self._raw = _plethys.ThermalMonitor(self._config)
        self._nothing = self._tables(self._raw.nothing())
        self._take(None)

    def _tables(
        self, columns: _plethys._ThermalColumns
    ) -> tuple[ThermalRegions, ThermalMeans, ThermalDifferences, ThermalDifferenceMeans, ThermalEvents]:
        regions, means, differences, difference_means, events = columns
        names, pairs = self._config.regions, self._config.differences
        return (
            ThermalRegions(regions, names),
            ThermalMeans(means, names),
            ThermalDifferences(differences, pairs),
            ThermalDifferenceMeans(difference_means, pairs),
            ThermalEvents(events, names),
        )

    def _take(self, columns: _plethys._ThermalColumns | None) -> ThermalRegions:
        tables = self._nothing if columns is None else self._tables(columns)
        regions, self.means, self.differences, self.difference_means, self.events = tables
        return regions

    def push(
        self,
        frames: npt.ArrayLike,
        time: npt.ArrayLike,
        *,
        shutter: npt.ArrayLike | None = None,
        counter: npt.ArrayLike | None = None,
        uptime: npt.ArrayLike | None = None,
    ) -> ThermalRegions:
        """Take a frame (row, column), a stack of them, or readings of a probe, with their stamps (s); give the rows that settled.

        `.means`, `.differences`, `.difference_means` and `.events` are those of this call. `shutter`, `counter` and `uptime` are
        the camera's telemetry, one entry per frame. Raises TypeError for what is no frame, ProcessError for a frame of another
        shape, counts where °C was said or the other way round, stamps that are no numbers, and after `finish()`; a call that
        raises leaves the stream as it was. The global interpreter lock is released during the work.
        """
        stack = _stack(frames, self._unit)
        count = len(stack)
        return self._take(
            self._raw.push(
                stack,
                _stamps(time, count, dates=False),
                _column("shutter", shutter, np.bool_, count),
                _column("counter", counter, np.uint64, count),
                _column("uptime", uptime, np.float64, count),
            )
        )

    def finish(self) -> ThermalRegions:
        """End the stream and give the rows that were due; after it only `snapshot` and `reset` are accepted."""
        return self._take(self._raw.finish())

    def reset(self) -> None:
        """Back to the state after construction."""
        self._raw.reset()
        self._take(None)

    def snapshot(self) -> ThermalSnapshot:
        """What the stream is now."""
        return ThermalSnapshot(**self._raw.snapshot())

    @property
    def latency(self) -> float:
        """How long after its frame a row comes, s of stream; one frame is added to it."""
        return self._raw.latency

    @property
    def names(self) -> list[str]:
        """Names of the regions."""
        return self._config.regions

    def __repr__(self) -> str:
        rows, columns = self._shape
        return f"ThermalMonitor({rows} x {columns}, {', '.join(self.names)}): {self.snapshot().state}"
