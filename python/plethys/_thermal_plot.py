"""Figures of thermography: a frame with its regions, temperatures and differences over time."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._thermal import ThermalAnalysis

_INK, _FAINT = "#23303d", "#9aa5b1"
# Told apart by people who see few colours, too (Okabe and Ito 2008), and on the dark parts of the colour map.
_COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#8c8c8c", "#b8a600")
_MAP = "inferno"  # perceptually even: equal steps of temperature look equal
_MOST_ROWS = 4000  # more points than pixels of the figure: windows are drawn instead


def new_figure(size: tuple[float, float]) -> Figure:
    """An empty figure; matplotlib is an extra."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'plethys[plot]'") from error
    if "IPython" in sys.modules:  # lets a notebook show the figure
        import matplotlib.pyplot  # noqa: F401
    return Figure(figsize=size, layout="constrained")


def plot(result: ThermalAnalysis, path: str | os.PathLike[str] | None, *, frame: int | None) -> Figure:
    """See `ThermalAnalysis.plot`."""
    rows, columns = result.frames.shape[1:]
    has_picture = rows > 1 and columns > 1
    has_differences = len(result.difference_overview) > 0
    figure = new_figure((11, 6.6 if has_differences else 4.4))
    grid = figure.add_gridspec(
        2 if has_differences else 1, 2 if has_picture else 1, height_ratios=(1.35, 1) if has_differences else None,
        width_ratios=(1, 1.35) if has_picture else None,
    )  # fmt: skip
    temperature = figure.add_subplot(grid[0, -1])
    if has_picture:
        draw_frame(figure.add_subplot(grid[0, 0]), result, len(result.frames) // 2 if frame is None else frame)
    _temperatures(temperature, result)
    trends = [temperature]
    if has_differences:
        trends.append(figure.add_subplot(grid[1, :]))
        _differences(trends[-1], result)
    for axes in trends:
        style(axes)
        _mark_events(axes, result)
        scale_time(axes, result.time)
    figure.suptitle(_title(result), x=0.01, ha="left", fontsize=11, color=_INK)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _title(result: ThermalAnalysis) -> str:
    counts = result.counts
    rows, columns = result.frames.shape[1:]
    parts = [
        f"{counts['frames']} frames of {rows} × {columns}" if rows * columns > 1 else f"{counts['frames']} readings"
    ]
    parts.append(f"{result.duration / 60:.1f} min" if result.duration >= 120 else f"{result.duration:.0f} s")
    parts += [
        f"{counts[name]} {name.replace('_', ' ')}"
        for name in ("repeated", "backward", "shutters", "bad_pixels")
        if counts[name]
    ]
    if not result.comparable:
        parts.append("no reference: levels of different segments are not comparable")
    return ", ".join(parts)


def style(axes: Axes) -> None:
    """The look that all figures of the package share."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=9)
    axes.grid(True, color="#e6eaee", linewidth=0.7)
    axes.set_axisbelow(True)


def scale_time(axes: Axes, time: npt.NDArray[np.float64]) -> None:
    """Minutes where seconds would be long numbers."""
    finite = time[np.isfinite(time)]
    if not len(finite):
        return
    low, high = float(finite.min()), float(finite.max())
    axes.set_xlim(low, high if high > low else low + 1.0)
    if high - low >= 300:
        from matplotlib.ticker import FuncFormatter, MultipleLocator

        step = next((s for s in (1, 2, 5, 10, 20, 30, 60, 120) if (high - low) / 60 / s <= 12), 240)
        axes.xaxis.set_major_locator(MultipleLocator(60 * step))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds / 60:g}"))
        axes.set_xlabel("time [min]", color=_INK)
    else:
        axes.set_xlabel("time [s]", color=_INK)


def colour(place: int) -> str:
    """Of the region, or the difference, at this place."""
    return _COLOURS[place % len(_COLOURS)]


def _dash(place: int) -> Any:
    """Where colours come round again, lines are broken."""
    return ("solid", (0, (5, 2)), (0, (1, 1.4)))[place // len(_COLOURS) % 3]


def draw_frame(axes: Axes, result: ThermalAnalysis, place: int, *, limits: tuple[float, float] | None = None) -> None:
    """A frame in °C with its regions and a scale."""
    picture = result.celsius(place)
    seen = picture[np.isfinite(picture) & (picture > -60) & (picture < 200)]
    low, high = limits or (np.quantile(seen, (0.01, 0.995)) if len(seen) else (0.0, 1.0))
    image = axes.imshow(np.where(np.isfinite(picture), picture, np.nan), cmap=_MAP, vmin=low, vmax=max(high, low + 0.1))
    axes.figure.colorbar(image, ax=axes, shrink=0.82, pad=0.02).set_label("°C", rotation=0, color=_INK)
    for number, name in enumerate(result.names):
        if result.mask(name).all():
            continue
        _outline(axes, result.mask(name), colour(number), name)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"frame at {result.time[place]:.1f} s", loc="left", fontsize=9, color=_INK)


def _outline(axes: Axes, mask: npt.NDArray[np.bool_], colour: str, name: str) -> None:
    """The edge of a region along the edges of its pixels, and its name."""
    from matplotlib.collections import LineCollection
    from matplotlib.patheffects import withStroke

    padded = np.pad(mask, 1)
    rows, columns = np.nonzero(padded[1:, :] != padded[:-1, :])
    across = [((c - 1.5, r - 0.5), (c - 0.5, r - 0.5)) for r, c in zip(rows, columns, strict=True)]
    rows, columns = np.nonzero(padded[:, 1:] != padded[:, :-1])
    down = [((c - 0.5, r - 1.5), (c - 0.5, r - 0.5)) for r, c in zip(rows, columns, strict=True)]
    axes.add_collection(LineCollection(across + down, colors="black", linewidths=3.2))
    axes.add_collection(LineCollection(across + down, colors=colour, linewidths=1.7))
    rows, columns = np.nonzero(mask)
    axes.annotate(
        name,
        (float(columns.mean()), float(rows.min()) - 0.5),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom" if rows.min() > 0.06 * mask.shape[0] else "top",
        fontsize=8.5,
        color=colour,
        path_effects=[withStroke(linewidth=2.5, foreground="black")],
    )


def _series(
    result: ThermalAnalysis, name: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float | None]:
    """What is drawn of a series, and the window over which it is a mean."""
    time, values = result.series(name)
    for window in (1.0, 10.0, 60.0):
        if len(time) <= _MOST_ROWS:
            return time, values, None
        means, mean_values = result.series(name, window)
        if len(means) <= _MOST_ROWS or window == 60.0:
            return means, mean_values, window
    return time, values, None


def _line(axes: Axes, result: ThermalAnalysis, name: str, place: int, label: str) -> float | None:
    time, values, window = _series(result, name)
    # A line across a hole would claim what was not measured.
    usual = np.median(np.diff(time)) if len(time) > 1 else 0.0
    holes = np.nonzero(np.diff(time) > max(5 * usual, 2 * result.latency + 5 * usual))[0] + 1
    if len(values):
        ink, dash = colour(place), _dash(place)
        broken = np.insert(time, holes, np.nan), np.insert(values, holes, np.nan)
        axes.plot(*broken, color=ink, linestyle=dash, linewidth=1.3, label=label)
        if len(values) < 120:
            axes.plot(time, values, ".", color=ink, markersize=4)
    return window


def _temperatures(axes: Axes, result: ThermalAnalysis) -> None:
    window = None
    for place, name in enumerate(result.names):
        reason = result.absent.get(name)
        label = name if reason in (None, "Unreferenced") else f"{name}: {reason}"
        window = _line(axes, result, name, place, label) or window
        if reason not in (None, "Unreferenced"):
            axes.plot([], [], color=colour(place), label=label)
    axes.set_ylabel("temperature [°C]", color=_INK)
    _legend(axes, len(result.names))
    _shade_warming(axes, result)
    if window:
        axes.set_title(f"means of {window:g} s", loc="right", fontsize=8.5, color=_FAINT)


def _legend(axes: Axes, count: int) -> None:
    if count > 8:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    else:
        axes.legend(loc="best", fontsize=8.5, framealpha=0.85, ncols=2 if count > 4 else 1)


def _shade_warming(axes: Axes, result: ThermalAnalysis) -> None:
    warming = result.regions.time[result.regions.warming]
    if len(warming):
        axes.axvspan(float(warming.min()), float(warming.max()), color="#fbeee0", zorder=0)
        axes.annotate(
            "warming up", (float(warming.min()), 1.0), xycoords=("data", "axes fraction"), xytext=(4, -3),
            textcoords="offset points", va="top", fontsize=8, color="#b0702a",
        )  # fmt: skip


def _differences(axes: Axes, result: ThermalAnalysis) -> None:
    for place, (name, line) in enumerate(result.difference_overview.items()):
        ink = colour(len(result.names) + place)
        mean = "absent" if line["mean"] is None else f"{line['mean']:+.2f} K"
        _line(axes, result, name, len(result.names) + place, f"{name} (mean {mean})")
        base = result.baselines.get(name)
        if base is not None:
            axes.axhline(base, color=ink, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.axhline(0.0, color=_FAINT, linewidth=0.8)
    axes.set_ylabel("ΔT [K]", color=_INK)
    _legend(axes, len(result.difference_overview))
    _shade_warming(axes, result)


def _mark_events(axes: Axes, result: ThermalAnalysis) -> None:
    events = result.events
    for notice, ink in (("Shutter", "#8a94a0"), ("Step", "#8a94a0"), ("WrongUnit", "#b3261e"), ("Gap", "#b3261e")):
        times: Any = events.time[events.notice == notice]
        for time in times[:200]:
            axes.axvline(float(time), color=ink, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
