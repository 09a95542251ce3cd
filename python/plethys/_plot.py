"""The figure of an analysis: waveform with its beats, and amplitude, rate and perfusion index over time."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._stream import Analysis

_INK, _FAINT = "#23303d", "#9aa5b1"
_WAVE, _PEAK, _ONSET, _REJECTED, _TREND = "#4a5a6a", "#c2410c", "#1d6fb8", "#b3261e", "#0f766e"
_MOST_REASONS = 24  # labels in the detail; more would cover the waveform


def plot(result: Analysis, path: str | os.PathLike[str] | None, *, start: float | None, seconds: float) -> Figure:
    """See `Analysis.plot`."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'plethys[plot]'") from error
    if "IPython" in sys.modules:  # lets a notebook show the figure
        import matplotlib.pyplot  # noqa: F401

    moving = _cuff_moves(result)
    figure = Figure(figsize=(11, 10.4 if moving else 8.2), layout="constrained")
    wave, amplitude, rate, last, *extra = figure.subplots(
        5 if moving else 4, 1, height_ratios=(2.2, 1, 1, 1) + ((1.5,) if moving else ())
    )
    _waveform(wave, result, start, seconds)
    _amplitude(amplitude, result)
    _rate(rate, result)
    if result.signal == "ppg":
        _perfusion(last, result)
    else:
        _pressure(last, result)
    for axes in (amplitude, rate, last):
        axes.set_xlim(0, max(result.duration, 1e-9))
        axes.sharex(amplitude) if axes is not amplitude else None
    for axes in (amplitude, rate):
        axes.tick_params(labelbottom=False)
    for axes in (amplitude, rate, last):
        axes.axvspan(*wave.get_xlim(), color="#eef2f6", zorder=0)  # the stretch above
    last.set_xlabel("time from the first sample [s]")
    for axes in extra:
        _envelope(axes, result)
    for axes in (wave, amplitude, rate, last, *extra):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=_INK, labelsize=9)
        axes.grid(True, color="#e6eaee", linewidth=0.7)
        axes.set_axisbelow(True)
    figure.align_ylabels()
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _times(result: Analysis) -> npt.NDArray[np.float64]:
    """Time of each sample, s from the first."""
    if result.time is None:
        return np.arange(len(result.samples)) / result.sample_rate
    finite = result.time[np.isfinite(result.time)]
    return result.time - (finite[0] if len(finite) else 0.0)


def _waveform(axes: Axes, result: Analysis, start: float | None, seconds: float) -> None:
    beats = result.beats
    if start is None:
        start = max(0.0, (result.duration - seconds) / 2)
    end = start + seconds
    times, samples = _times(result), np.asarray(result.samples, np.float64)
    shown = (times >= start) & (times <= end)
    axes.plot(times[shown], samples[shown], color=_WAVE, linewidth=1.0)
    known = np.isfinite(samples) & np.isfinite(times)

    def level(at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.interp(at, times[known], samples[known]) if known.any() else np.zeros(len(at))

    inside = (beats.peak >= start) & (beats.peak <= end)
    good, bad = inside & beats.accepted, inside & ~beats.accepted
    onset, peak = beats.onset[good], beats.peak[good]
    axes.plot(onset, level(onset), "o", color=_ONSET, markersize=4.5, label="onset")
    axes.plot(peak, level(peak), "v", color=_PEAK, markersize=6, label="systolic peak")
    if bad.any():
        peak = beats.peak[bad]
        axes.plot(peak, level(peak), "x", color=_REJECTED, markersize=7, markeredgewidth=1.6, label="left out")
        for x, reason in list(zip(peak, beats.reason[bad], strict=True))[:_MOST_REASONS]:
            axes.annotate(
                str(reason or ""),
                (float(x), 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, -3),
                textcoords="offset points",
                rotation=90,
                ha="center",
                va="top",
                fontsize=8,
                color=_REJECTED,
            )
    axes.set_xlim(start, min(end, max(result.duration, start + 1e-9)))
    axes.margins(y=0.12)
    inverted = result.polarity == "inverted"
    if inverted:
        axes.invert_yaxis()
    axes.set_ylabel("raw samples" + (", axis turned" if inverted else ""), color=_INK)
    accepted = int(beats.accepted.sum())
    axes.set_title(
        f"{result.signal.upper() if len(result.signal) == 3 else result.signal}, {result.duration:.0f} s at "
        f"{result.sample_rate:.4g} Hz: {result.state}, {accepted} beats accepted, {len(beats) - accepted} left out",
        loc="left",
        fontsize=11,
        color=_INK,
    )
    axes.legend(loc="upper right", ncols=3, fontsize=9, framealpha=0.9, bbox_to_anchor=(1, 1.16), frameon=False)


def _dots(axes: Axes, result: Analysis, column: str) -> npt.NDArray[np.float64]:
    beats = result.beats
    values: npt.NDArray[np.float64] = beats[column]
    good = beats.accepted
    axes.plot(beats.peak[good], values[good], ".", color=_FAINT, markersize=3)
    return values[good][np.isfinite(values[good])]


def _limits(axes: Axes, values: npt.NDArray[np.float64]) -> None:
    """Fits the axis to all but the outermost hundredth, so that one odd beat does not flatten the rest."""
    if len(values):
        low, high = np.quantile(values, (0.005, 0.995))
        margin = 0.15 * (high - low) or 0.1 * abs(high) or 1.0
        axes.set_ylim(low - margin, high + margin)


def _trend(axes: Axes, result: Analysis, column: str) -> None:
    """The trend over the recording's own minutes, or ten parts of a short one."""
    window = next((w for w in (60.0, 30.0, 15.0, 10.0) if result.duration >= 5 * w), 5.0)
    if result.duration < 2 * window:
        return
    trend = result.trend(window=window, step=window)
    if np.isfinite(trend[column]).any():
        label = f"{window:.0f} s windows"
        axes.plot(trend.time, trend[column], "-o", color=_TREND, linewidth=1.6, markersize=3.5, label=label)
        axes.legend(loc="upper right", fontsize=8, framealpha=0.8, edgecolor="none", borderpad=0.2)


def _amplitude(axes: Axes, result: Analysis) -> None:
    values = _dots(axes, result, "amplitude")
    _limits(axes, values)
    _trend(axes, result, "amplitude")
    unit = result.units["amplitude"]
    axes.set_ylabel("amplitude\n" + ("[raw units]" if unit == "unstated" else f"[{unit}]"), color=_INK)
    _say_absent(axes, result, "amplitude", values)


def _rate(axes: Axes, result: Analysis) -> None:
    values = _dots(axes, result, "rate")
    rows = result.rates
    axes.plot(rows.time, rows.pulse_rate, color=_TREND, linewidth=1.4)
    low, high = rows.pulse_rate - rows.pulse_rate_uncertainty, rows.pulse_rate + rows.pulse_rate_uncertainty
    axes.fill_between(rows.time, low, high, color=_TREND, alpha=0.25, linewidth=0)
    _limits(axes, np.concatenate([values, rows.pulse_rate[np.isfinite(rows.pulse_rate)]]))
    axes.set_ylabel("pulse rate\n[/min]", color=_INK)
    _say_absent(axes, result, "pulse_rate", values)


def _perfusion(axes: Axes, result: Analysis) -> None:
    values = _dots(axes, result, "perfusion_index")
    _limits(axes, values)
    _trend(axes, result, "perfusion_index")
    axes.set_ylabel("perfusion\nindex [%]", color=_INK)
    _say_absent(axes, result, "perfusion_index", values)


def _held(result: Analysis) -> npt.NDArray[np.bool_]:
    """Accepted beats whose level and height above the line from foot to foot are known."""
    beats = result.beats
    return beats.accepted & np.isfinite(beats.foot) & np.isfinite(beats.amplitude_corrected)


def _cuff_moves(result: Analysis) -> bool:
    """Whether the pressure under the pulses goes through many of their heights, as in a cuff that is deflated."""
    held = _held(result)
    if result.signal == "ppg" or held.sum() < 10:
        return False
    low, high = np.percentile(result.beats.foot[held], (5, 95))
    return bool(high - low > 10 * np.median(result.beats.amplitude_corrected[held]))


def _pressure(axes: Axes, result: Analysis) -> None:
    held = _held(result)
    unit = result.units["foot"]
    axes.plot(result.beats.peak[held], result.beats.foot[held], ".", color=_WAVE, markersize=3)
    axes.set_ylabel("level of the\nfoot " + ("[raw units]" if unit == "unstated" else f"[{unit}]"), color=_INK)


def _envelope(axes: Axes, result: Analysis) -> None:
    """Heights of the pulses against the pressure that they ride on."""
    held = _held(result)
    level, height = result.beats.foot[held], result.beats.amplitude_corrected[held]
    axes.plot(level, height, ".", color=_FAINT, markersize=4)
    # In order of time the cuff is inflated and deflated; in order of pressure the envelope is one line.
    order = np.argsort(level, kind="stable")
    around = np.lib.stride_tricks.sliding_window_view(height[order], 7)
    line = np.median(around, axis=1)
    axes.plot(level[order][3:-3], line, color=_TREND, linewidth=1.4)
    axes.set_ylim(0, 1.4 * float(line.max()))  # strokes of the pump are twenty times as high
    unit = result.units["foot"]
    text = "raw units" if unit == "unstated" else unit
    axes.set_xlabel(f"pressure in the cuff [{text}]" if result.signal == "pvr" else f"pressure [{text}]")
    axes.set_ylabel(f"amplitude\n[{text}]", color=_INK)
    axes.invert_xaxis()


def _say_absent(axes: Axes, result: Analysis, name: str, values: npt.NDArray[Any]) -> None:
    if name not in result.absent:
        return
    some = len(values) > 0  # single beats have a value, the recording as a whole has none
    axes.text(
        0.01 if some else 0.5,
        0.86 if some else 0.5,
        ("median absent: " if some else "absent: ") + result.absent[name],
        transform=axes.transAxes,
        ha="left" if some else "center",
        va="center",
        color=_INK,
        fontsize=9 if some else 10,
    )
    if not some:
        axes.set_yticks([])
