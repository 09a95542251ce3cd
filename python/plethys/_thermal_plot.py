"""Figures of thermography: a frame with its regions, temperatures and differences over time."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _plethys

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._thermal_analysis import ThermalAnalysis

INK, FAINT = "#23303d", "#9aa5b1"
# Told apart by people who see few colours, too (Okabe and Ito 2008), and on the dark parts of the colour map.
COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#8c8c8c", "#b8a600")
MAP = "inferno"  # perceptually even: equal steps of temperature look equal
MOST_ROWS = 4000  # more points than pixels of the figure: windows are drawn instead


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
    count = len(result.frames)
    if frame is not None and not -count <= frame < count:
        raise ValueError(f"frame must be one of the {count} frames, from 0 on, got {frame}")
    has_picture = rows > 1 and columns > 1 and count > 0
    has_differences = len(result.difference_overview) > 0
    figure = new_figure((11, 6.6 if has_differences else 4.4))
    grid = figure.add_gridspec(
        2 if has_differences else 1, 2 if has_picture else 1, height_ratios=(1.35, 1) if has_differences else None,
        width_ratios=(1, 1.35) if has_picture else None,
    )  # fmt: skip
    temperature = figure.add_subplot(grid[0, -1])
    if has_picture:
        draw_frame(figure.add_subplot(grid[0, 0]), result, count // 2 if frame is None else frame)
    _temperatures(temperature, result)
    trends = [temperature]
    if has_differences:
        trends.append(figure.add_subplot(grid[1, :]))
        _differences(trends[-1], result)
    for axes in trends:
        style(axes)
        _mark_events(axes, result)
        scale_time(axes, result.time)
    figure.suptitle(_title(result), x=0.01, ha="left", fontsize=11, color=INK)
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
    axes.tick_params(colors=INK, labelsize=9)
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
        axes.set_xlabel("time [min]", color=INK)
    else:
        axes.set_xlabel("time [s]", color=INK)


def colour(place: int) -> str:
    """Of the region, or the difference, at this place."""
    return COLOURS[place % len(COLOURS)]


def _dash(place: int) -> Any:
    """Where colours come round again, lines are broken."""
    return ("solid", (0, (5, 2)), (0, (1, 1.4)))[place // len(COLOURS) % 3]


def thumbnails(
    frames: list[tuple[str, npt.NDArray[np.float64]]], regions: dict[str, npt.NDArray[np.bool_]], path: Any
) -> None:
    """Frames side by side on one scale of °C, each with the regions; saved as a PNG."""
    columns = min(len(frames), 4)
    rows = -(-len(frames) // columns)
    height, width = frames[0][1].shape
    figure = new_figure((2.6 * columns + 1.0, (2.6 * height / width + 0.35) * rows + 0.35))
    grid = np.atleast_1d(figure.subplots(rows, columns, squeeze=False)).ravel()
    seen = np.concatenate([frame[np.isfinite(frame) & (frame > -60) & (frame < 200)] for _, frame in frames])
    low, high = np.quantile(seen, (0.01, 0.995)) if len(seen) else (0.0, 1.0)
    image = None
    for axes, (title, frame) in zip(grid, frames, strict=False):
        image = axes.imshow(frame, cmap=MAP, vmin=low, vmax=max(high, low + 0.1))
        for number, (name, mask) in enumerate(regions.items()):
            _outline(axes, mask, colour(number), name)
        axes.set_title(title, loc="left", fontsize=9, color=INK)
    for axes in grid:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_frame_on(False)
    if image is not None:
        figure.colorbar(image, ax=list(grid), shrink=0.8, pad=0.01).set_label("°C", rotation=0, color=INK)
    figure.savefig(path, format="png", dpi=110)


def draw_frame(axes: Axes, result: ThermalAnalysis, place: int, *, limits: tuple[float, float] | None = None) -> None:
    """A frame in °C with its regions and a scale."""
    picture = result.celsius(place)
    seen = picture[np.isfinite(picture) & (picture > -60) & (picture < 200)]
    low, high = limits or (np.quantile(seen, (0.01, 0.995)) if len(seen) else (0.0, 1.0))
    image = axes.imshow(np.where(np.isfinite(picture), picture, np.nan), cmap=MAP, vmin=low, vmax=max(high, low + 0.1))
    axes.figure.colorbar(image, ax=axes, shrink=0.82, pad=0.02).set_label("°C", rotation=0, color=INK)
    for number, name in enumerate(result.names):
        if result.mask(name).all():
            continue
        _outline(axes, result.mask(name), colour(number), name)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(f"frame at {result.time[place]:.1f} s", loc="left", fontsize=9, color=INK)


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
        # In the corner of the region itself: above it may be another one.
        (float(columns[rows == rows.min()].min()) - 0.5, float(rows.min()) - 0.5),
        xytext=(3, -3),
        textcoords="offset points",
        ha="left",
        va="top",
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
        if len(time) <= MOST_ROWS:
            return time, values, None
        means, mean_values = result.series(name, window)
        if len(means) <= MOST_ROWS or window == 60.0:
            return means, mean_values, window
    return time, values, None


def broken(
    time: npt.NDArray[np.float64], values: npt.NDArray[np.float64], also: npt.NDArray[np.float64] | None = None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The series with its line broken where nothing was measured, and at the times of `also`."""
    places = {*_plethys.thermal_holes(np.ascontiguousarray(time))}
    if also is not None:
        places |= {int(place) for place in np.searchsorted(time, also) if 0 < place < len(time)}
    holes = sorted(places)
    return np.insert(time, holes, np.nan), np.insert(values, holes, np.nan)


def _segment_ends(result: ThermalAnalysis) -> npt.NDArray[np.float64]:
    """Times at which a shutter began a new segment."""
    events = result.events
    return np.asarray(events.time[np.isin(events.notice, ("Shutter", "Step"))], np.float64)


def _line(axes: Axes, result: ThermalAnalysis, name: str, place: int, label: str) -> float | None:
    time, values, window = _series(result, name)
    if len(values):
        ink, dash = colour(place), _dash(place if name in result.overview else 0)
        # A line from one segment to the next would compare what cannot be compared.
        ends = _segment_ends(result) if result.absent.get(name) == "Unreferenced" else None
        axes.plot(*broken(time, values, ends), color=ink, linestyle=dash, linewidth=1.3, label=label)
        if len(values) < 120:
            axes.plot(time, values, ".", color=ink, markersize=4)
    return window


def _temperatures(axes: Axes, result: ThermalAnalysis) -> None:
    window = None
    corrected = set(result.regions.region[np.isfinite(result.regions.correction)])
    reference = next((name for name in result.names if corrected and name not in corrected), None)
    for place, name in enumerate(result.names):
        reason = result.absent.get(name)
        label = name if reason in (None, "Unreferenced") else f"{name}: {reason}"
        if name == reference:
            label += " (reference, as read)"
        window = _line(axes, result, name, place, label) or window
        if reason not in (None, "Unreferenced"):
            axes.plot([], [], color=colour(place), label=label)
    axes.set_ylabel("temperature [°C]", color=INK)
    _legend(axes, len(result.names))
    _shade_warming(axes, result)
    if window:
        axes.set_title(f"means of {window:g} s", loc="right", fontsize=8.5, color=FAINT)


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
    axes.axhline(0.0, color=FAINT, linewidth=0.8)
    axes.set_ylabel("ΔT [K]", color=INK)
    _legend(axes, len(result.difference_overview))
    _shade_warming(axes, result)


_MARKS = {
    "Shutter": ("shutter", "#5f6b78"),
    "Step": ("shutter, by its step", "#5f6b78"),
    "WrongUnit": ("wrong unit", "#b3261e"),
    "Gap": ("pause before", "#b3261e"),
}
"""What is marked over time: in words, and its colour."""


def _mark_events(axes: Axes, result: ThermalAnalysis) -> None:
    events = result.events
    words = []
    for notice, (word, ink) in _MARKS.items():
        times: Any = events.time[events.notice == notice]
        for time in times[:200]:
            axes.axvline(float(time), color=ink, linewidth=0.7, linestyle=(0, (1, 2)), zorder=1)
        if len(times):
            words.append(word)
    if words:
        known = axes.get_title(loc="right")
        text = "; ".join([*([known] if known else []), f"dotted: {', '.join(words)}"])
        axes.set_title(text, loc="right", fontsize=8.5, color=FAINT)
