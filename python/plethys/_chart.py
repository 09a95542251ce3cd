"""Figures of the report as SVG text: sharp in print, small, readable without scripts or fonts from elsewhere.

Colours are classes that the page defines; lines differ in dash and marker too, so that nothing rests on colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from `low` to `high`, about so many."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return [low] if math.isfinite(low) else []
    rough = span / max(about, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((s * power for s in (1.0, 2.0, 2.5, 5.0, 10.0) if s * power >= rough), 10.0 * power)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 12) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def plain(value: float) -> str:
    """A tick's text."""
    return f"{value:.10g}".replace("-", "−")


@dataclass
class Axis:
    """A linear axis: values from `low` to `high` on pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def map(self, values: Floats) -> Floats:
        """Pixels of many values."""
        return self.start + (values - self.low) / (self.high - self.low) * (self.end - self.start)


def around(low: float, high: float, margin: float = 0.08) -> tuple[float, float]:
    """The range with a margin; never empty."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 1.0
    pad = margin * (high - low) or 0.1 * abs(high) or 1.0
    return low - pad, high + pad


def points(x: Floats, y: Floats) -> str:
    """A path through the points, in tenths of a pixel; not-a-numbers break the line."""
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return ""
    parts = []
    edges = np.flatnonzero(np.diff(known.astype(np.int8)))
    for run in np.split(np.arange(len(x)), edges + 1):
        if known[run[0]]:
            text = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[run].tolist(), y[run].tolist(), strict=True))
            parts.append("M" + text)
    return "".join(parts)


def dots(x: Floats, y: Floats) -> str:
    """A path of points without length: with round caps, dots as wide as the line."""
    known = np.isfinite(x) & np.isfinite(y)
    return "".join(f"M{a:.1f},{b:.1f}h0" for a, b in zip(x[known].tolist(), y[known].tolist(), strict=True))


def band(x: Floats, low: Floats, high: Floats) -> str:
    """The closed outline between two lines."""
    known = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    if known.sum() < 2:
        return ""
    x, low, high = x[known], low[known], high[known]
    return points(np.concatenate([x, x[::-1]]), np.concatenate([high, low[::-1]])) + "Z"


def marker(shape: str, x: float, y: float, size: float = 4.0) -> str:
    """A marker of one of the shapes circle, square, triangle, diamond, as a path."""
    s = size
    if shape == "square":
        return f"M{x - s:.1f},{y - s:.1f}h{2 * s:.1f}v{2 * s:.1f}h{-2 * s:.1f}z"
    if shape == "triangle":
        return f"M{x:.1f},{y - 1.2 * s:.1f}l{1.2 * s:.1f},{2.1 * s:.1f}h{-2.4 * s:.1f}z"
    if shape == "diamond":
        d = f"{1.3 * s:.1f}"
        return f"M{x:.1f},{y - 1.3 * s:.1f}l{d},{d}l-{d},{d}l-{d},-{d}z"
    return f"M{x - s:.1f},{y:.1f}a{s},{s} 0 1,0 {2 * s:.1f},0a{s},{s} 0 1,0 {-2 * s:.1f},0z"


@dataclass
class Svg:
    """A figure that is drawn from back to front."""

    width: float
    height: float
    title: str
    """What it is, for those who cannot see it."""
    about: str = ""
    """What it shows, with its numbers, for the same readers."""
    parts: list[str] = field(default_factory=list)

    def add(self, markup: str) -> None:
        """Markup as it is."""
        self.parts.append(markup)

    def path(self, d: str, css: str) -> None:
        """A path with the class."""
        if d:
            self.parts.append(f'<path class="{css}" d="{d}"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        """A straight line."""
        self.parts.append(f'<path class="{css}" d="M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}"/>')

    def rect(self, x: float, y: float, width: float, height: float, css: str) -> None:
        """A rectangle."""
        self.parts.append(
            f'<rect class="{css}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"/>'
        )

    def text(self, x: float, y: float, text: str, css: str = "", anchor: str = "start", turn: bool = False) -> None:
        """A text at its anchor; `turn`: upwards."""
        css = f' class="{css}"' if css else ""
        anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
        turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
        self.parts.append(f'<text{css} x="{x:.1f}" y="{y:.1f}"{anchored}{turned}>{escape(text)}</text>')

    def __str__(self) -> str:
        described = f"<desc>{escape(self.about)}</desc>" if self.about else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" role="img" '
            f'aria-label="{escape(self.title)}"><title>{escape(self.title)}</title>{described}{"".join(self.parts)}</svg>'
        )


@dataclass
class Stretch:
    """A stretch of study time that is drawn without a break."""

    start: float
    end: float
    left: float = 0.0
    right: float = 0.0


class BrokenTime:
    """Study time on pixels, without the hours or days between visits in which nothing was recorded."""

    gap = 26.0

    def __init__(self, spans: Sequence[tuple[float, float]], start: float, end: float) -> None:
        """Joins spans that lie within a tenth of an hour, or of the whole of what was recorded, of each other."""
        merged: list[Stretch] = []
        total = sum(b - a for a, b in spans)
        for a, b in sorted(spans):
            if merged and a - merged[-1].end <= max(360.0, 0.1 * total):
                merged[-1].end = max(merged[-1].end, b)
            else:
                merged.append(Stretch(a, b))
        room = end - start - self.gap * (len(merged) - 1)
        shown = sum(s.end - s.start for s in merged) or 1.0
        # A short visit keeps enough room for its label.
        least = min(0.12 * room, room / max(len(merged), 1))
        widths = [max(room * (s.end - s.start) / shown, least) for s in merged]
        scale = room / sum(widths) if widths else 1.0
        at = start
        for stretch, width in zip(merged, widths, strict=True):
            stretch.left, stretch.right = at, at + width * scale
            at = stretch.right + self.gap
        self.stretches = merged

    def __call__(self, time: float) -> float | None:
        """The pixel of a time; None within a break."""
        for s in self.stretches:
            if s.start - 1e-6 <= time <= s.end + 1e-6:
                return s.left + (time - s.start) / ((s.end - s.start) or 1.0) * (s.right - s.left)
        return None

    def map(self, times: Floats) -> Floats:
        """Pixels of many times; not-a-number within a break."""
        out = np.full(len(times), np.nan)
        for s in self.stretches:
            inside = (times >= s.start - 1e-6) & (times <= s.end + 1e-6)
            out[inside] = s.left + (times[inside] - s.start) / ((s.end - s.start) or 1.0) * (s.right - s.left)
        return out


def grid(svg: Svg, y: Axis, left: float, right: float, form: Callable[[float], str] = plain, about: int = 4) -> None:
    """Horizontal lines with their values at the left."""
    for value in ticks(min(y.low, y.high), max(y.low, y.high), about):
        at = y(value)
        svg.line(left, at, right, at, "grid")
        svg.text(left - 6, at + 3.5, form(value), "tick", "end")
