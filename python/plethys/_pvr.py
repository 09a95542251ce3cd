"""Pulse volume recording: the averaged beat, two-point calibration, cuff, category, volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """The averaged beat of a stretch of time: levels above the line from foot to foot, oriented, calibrated units.

    The contour is that of the median beat; its fields are those of `Beats`.
    """

    time: Floats
    """s from the onset."""
    median: Floats
    mean: Floats
    lower: Floats
    """Lower quartile over the beats."""
    upper: Floats
    """Upper quartile over the beats."""
    beats: int
    """Number of beats."""
    cycle: float
    """Median cycle, s."""
    amplitude: float
    upstroke_time: float
    max_slope: float
    rise_time: float | None
    upstroke_fraction: float
    width_25: float | None
    width: float | None
    width_75: float | None
    mean_height: float
    bowing: float
    area: float
    notch_prominence: float
    notch: str
    """"none", "inflection" or "clear"."""

    def __repr__(self) -> str:
        return (
            f"Ensemble of {self.beats} beats: amplitude {self.amplitude:.4g}, cycle {self.cycle:.3f} s, "
            f"rise {1e3 * (self.rise_time or float('nan')):.0f} ms, %MAP {self.mean_height:.1f}, notch {self.notch}"
        )


def two_point(
    first: tuple[float, float], second: tuple[float, float], unit: str = "mm[Hg]", date: str | None = None
) -> tuple[float, float, str] | tuple[float, float, str, str]:
    """The calibration through two points (raw, value), as `plethys.analyze(calibration=…)` takes it.

    Zero at vent and a span at a known static pressure, say. Raises ValueError where the two readings, or the two values, are
    the same.

    >>> import plethys
    >>> plethys.two_point((410, 0), (20410, 100), date="2026-11-22")
    (0.005, -2.05, 'mm[Hg]', '2026-11-22')
    """

    def pair(name: str, point: tuple[float, float]) -> tuple[float, float]:
        raw, value = point
        return _convert.number(f"{name} raw", raw, "raw"), _convert.number(f"{name} value", value, unit)

    scale, offset = _plethys.two_point(pair("first", first), pair("second", second), unit)
    return (scale, offset, unit) if date is None else (scale, offset, unit, date)


def pvr_category(
    height: float | None,
    noise: float | None,
    notch: str | None,
    site: str | None,
    cuff_on_target: bool | None,
) -> tuple[int | None, str | None]:
    """The Raines/Darling category, 1 (normal) to 5 (flat), and None; or None and the reason why there is none.

    `height` and `noise` (its standard deviation) in mmHg, `notch` that of the averaged beat, `site` "thigh", "calf" or "ankle",
    and whether the cuff was at its pressure. Whatever is not known is None, and then there is no category.

    >>> import plethys
    >>> plethys.pvr_category(0.81, 0.002, "clear", "ankle", True), plethys.pvr_category(0.81, 0.002, "clear", None, True)
    ((1, None), (None, 'NotStated'))
    """
    return _plethys.pvr_category(height, noise, notch, site, cuff_on_target)


@dataclass(frozen=True, eq=False)
class CuffReadings:
    """The pressure of a cuff, in blocks of 2 s."""

    time: Floats
    """Centre of the block, s from the first sample."""
    pressure: Floats
    """Mean pressure, mmHg; NaN where more than half of the block is missing."""
    leak: Floats
    """Pressure lost since the last inflation, over 64 s at most, mmHg per minute; NaN for the first 16 s."""
    inflating: npt.NDArray[np.bool_]
    """The pressure rises by more than 0.7 mmHg from block to block."""
    holds: npt.NDArray[np.bool_]
    """On target, and not being inflated."""
    leaks: npt.NDArray[np.bool_]
    """The leak is above 1 mmHg per minute."""


def cuff_readings(
    pressure: npt.ArrayLike, sample_rate: float, target: float = 65.0, tolerance: float = 5.0
) -> CuffReadings:
    """Whether a cuff holds its pressure, from a channel of its own in mmHg, 20 Hz or faster: leak, re-inflations, target.

    >>> import numpy as np, plethys
    >>> cuff = plethys.cuff_readings(65 - 2 * np.arange(2400) / 2400, 20.0)  # 1 mmHg lost a minute
    >>> round(float(cuff.leak[-1]), 3), bool(cuff.holds.all())
    (1.0, True)
    """
    values = _convert.floats(pressure, "pressure")
    hz = _convert.number("sample_rate", sample_rate, "Hz")
    limits = _convert.number("target", target, "mmHg"), _convert.number("tolerance", tolerance, "mmHg")
    return CuffReadings(**_plethys.cuff_readings(values, hz, *limits))


class CuffMonitor:
    """Follows the pressure of a cuff while it arrives; what `cuff_readings` gives of a recording, in pieces.

    Parameters
    ----------
    sample_rate
        Hz of the cuff's channel.
    target, tolerance
        mmHg; the cuff holds within `tolerance` of `target`.

    >>> import plethys
    >>> cuff = plethys.CuffMonitor(20.0)
    >>> cuff.push([65.0] * 39).time, cuff.push([65.0] * 41).time
    (array([], dtype=float64), array([1., 3.]))
    """

    def __init__(self, sample_rate: float, target: float = 65.0, tolerance: float = 5.0) -> None:
        self._inner = _plethys.CuffMonitor(
            _convert.number("sample_rate", sample_rate, "Hz"),
            _convert.number("target", target, "mmHg"),
            _convert.number("tolerance", tolerance, "mmHg"),
        )

    def push(self, pressure: npt.ArrayLike) -> CuffReadings:
        """Take pressures, mmHg (NaN is missing), and give the readings of the blocks of 2 s that they complete."""
        return CuffReadings(**self._inner.push(_convert.floats(pressure, "pressure")))

    def reset(self) -> None:
        """Go back to the just-built state."""
        self._inner.reset()


def deflection(height: float, gain: float = 20.0) -> float:
    """The deflection in mm that a height in mmHg makes on the chart of a recorder of this gain, mm/mmHg.

    The classical recorder has 20 mm/mmHg (Raines 1973); a study's reports give it where the gain is stated.

    >>> import plethys
    >>> plethys.deflection(0.81)
    16.2
    """
    return _plethys.deflection(_convert.number("height", height, "mmHg"), _convert.number("gain", gain, "mm/mmHg"))


def millilitres(height: float, injection: tuple[float, float] | None) -> tuple[float | None, str | None]:
    """A height in mmHg as a volume in mL, and None; or None and the reason why there is none.

    `injection`: the volume that was injected into the cuff at working pressure, mL, and the rise that it made, mmHg. Without
    one there is no volume: from the size of the cuff alone it is uncertain by 40 %.

    >>> import plethys
    >>> plethys.millilitres(0.5, (1.0, 12.5)), plethys.millilitres(0.5, None)
    ((0.04, None), (None, 'NotStated'))
    """
    return _plethys.millilitres(_convert.number("height", height, "mmHg"), injection)
