"""The figures of a study's report: course over time, traces, averaged beats. They draw what the kernel computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _words
from ._chart import Axis, BrokenTime, Svg, around, band, dots, grid, marker, plain, points, ticks

Floats = npt.NDArray[np.float64]
Row = Mapping[str, Any]

SHAPES = ("circle", "square", "triangle", "diamond")


@dataclass(frozen=True)
class Course:
    """One measure of one channel over the study, already summed up by the kernel."""

    channel: str
    time: Floats
    """Centres of the bins, study time, s."""
    median: Floats
    quartile_1: Floats
    quartile_3: Floats


@dataclass(frozen=True)
class Trace:
    """A stretch of a stream in calibrated units, systole up."""

    channel: str
    window: str
    start: float
    """Study time of its first sample, s."""
    rate: float
    """Samples per second."""
    values: Floats
    beats: Floats
    """Systolic peaks of accepted beats, s from its first sample."""
    rejected: Floats
    """Those of beats that were left out."""


@dataclass(frozen=True)
class Average:
    """The averaged beat of a window, from the kernel."""

    channel: str
    window: str
    beats: int
    time: Floats
    """s from the foot."""
    median: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Look:
    """How a channel looks in every figure: one of the page's line classes, and a shape."""

    css: str
    shape: str
    label: str


def looks(channels: Sequence[Row], labels: Mapping[str, str]) -> dict[str, Look]:
    """Colour, dash and marker of each channel, by its role; a second one of the same role and kind takes the next."""
    order = {"treated": 0, "contralateral": 1, "remote": 2, "control": 2, "other": 3}
    taken: set[tuple[str, int]] = set()
    chosen = {}
    for row in channels:
        place = order.get(row["role"], 3)
        while (row["signal"], place) in taken and place < 5:
            place += 1
        taken.add((row["signal"], place))
        chosen[row["channel"]] = Look(f"c{place}", SHAPES[place % len(SHAPES)], labels[row["channel"]])
    return chosen


def course(
    panels: Sequence[tuple[str, str, Sequence[Course]]],
    levels: Sequence[Row],
    phases: Sequence[Row],
    windows: Sequence[Row],
    sources: Sequence[Row],
    look: Mapping[str, Look],
) -> str:
    """The course over time: a panel for each `(measure, unit, channels)`, phases shaded, levels with their intervals."""
    width, left, right, top, height, head = 720.0, 40.0, 10.0, 26.0, (140.0, 66.0), 22.0
    heights = [height[0] if i == 0 else height[1] for i in range(len(panels))]
    bottom = top + sum(heights) + head * len(panels)
    svg = Svg(width, bottom + 34, "Course over time", _about_course(levels, windows, look))
    spans = [(float(r["start"]), float(r["end"])) for r in [*phases, *sources] if r["end"] > r["start"]]
    time = BrokenTime(spans or [(0.0, 1.0)], left, width - right)
    _phases(svg, time, phases, top, bottom)
    places = {row["window"]: row for row in windows}
    at = top
    for (measure, unit, courses), tall in zip(panels, heights, strict=True):
        own = [r for r in levels if r["measure"] == measure and r["channel"] in {c.channel for c in courses}]
        said = _words.unit(unit)
        svg.text(left, at + 16, f"{measure_title(measure)}{f', {said}' if said else ''}", "panel")
        _legend(svg, [look[c.channel] for c in courses], left + 170, at + 16)
        at += head
        low, high = _range(courses, own, phases, places)
        y = Axis(low, high, at + tall, at)
        grid(svg, y, left, width - right, about=5 if tall > 100 else 3)
        box = f'x="{left:g}" y="{at - 3:g}" width="{width - left - right:g}" height="{tall + 4:g}"'
        svg.add(f'<clipPath id="panel{at:.0f}"><rect {box}/></clipPath>')
        svg.add(f'<g clip-path="url(#panel{at:.0f})">')
        for c in courses:
            x = time.map(c.time)
            css = look[c.channel].css
            svg.path(
                band(x, y.map(c.quartile_1), y.map(c.quartile_3)) if len(time.stretches) == 1 else "", f"{css} spread"
            )
            svg.path(dots(x, y.map(c.median)), f"{css} dots")
        for row in own:
            window = places.get(row["window"])
            if window is None or not _words.known(row["median"]):
                continue
            x1, x2 = time(window["start"]), time(window["end"])
            if x1 is None or x2 is None:
                continue
            css, level = look[row["channel"]].css, y(row["median"])
            if _words.known(row["low"]) and _words.known(row["high"]):
                svg.rect(x1, y(row["high"]), x2 - x1, y(row["low"]) - y(row["high"]), f"{css} interval")
            svg.line(x1, level, x2, level, f"{css} level")
            svg.path(marker(look[row["channel"]].shape, (x1 + x2) / 2, level), f"{css} marker")
        svg.add("</g>")
        at += tall
    _time_ticks(svg, time, bottom)
    return str(svg)


def measure_title(measure: str) -> str:
    """A measure's name at the head of a figure or column."""
    text = _words.measure(measure)
    return text[:1].upper() + text[1:]


def _about_course(levels: Sequence[Row], windows: Sequence[Row], look: Mapping[str, Look]) -> str:
    said = []
    for channel, seen in look.items():
        rows = [r for r in levels if r["channel"] == channel and _words.known(r["median"])]
        if rows:
            own = [r for r in rows if r["measure"] == rows[0]["measure"]]
            digits = _words.decimals(r["median"] for r in own)
            texts = [f"{_words.number(r['median'], digits)} in {r['window']}" for r in own]
            said.append(f"{seen.label}, {_words.measure(own[0]['measure'])}: {', '.join(texts)}")
    return ". ".join(said)


def _range(
    courses: Sequence[Course], levels: Sequence[Row], phases: Sequence[Row], windows: Mapping[str, Row]
) -> tuple[float, float]:
    """What is seen outside of interventions, in which limbs are moved; those are drawn as far as they fit."""
    moved = [(p["start"], p["end"]) for p in phases if p["kind"] in ("intervention", "sham")]
    parts = []
    for c in courses:
        quiet = np.ones(len(c.time), bool)
        for start, end in moved:
            # A minute that straddles the edge is not quiet either.
            quiet &= (c.time < start - 30.0) | (c.time > end + 30.0)
        quiet = quiet if quiet.any() else ~quiet
        seen = np.concatenate([c.quartile_1[quiet], c.quartile_3[quiet]])
        seen = seen[np.isfinite(seen)]
        if len(seen):
            # One minute of artefact must not flatten the rest.
            parts += [float(np.quantile(seen, 0.01)), float(np.quantile(seen, 0.99))]
    for row in levels:
        window = windows.get(row["window"])
        if window is not None and window["kind"] not in ("intervention", "sham"):
            parts += [row[k] for k in ("low", "high", "median") if _words.known(row[k])]
    if not parts:
        return 0.0, 1.0
    low, high = around(min(parts), max(parts), 0.1)
    # A ratio is read against zero where zero is near.
    return (0.0 if 0 < low < 0.6 * high else low), high


def _phases(svg: Svg, time: BrokenTime, phases: Sequence[Row], top: float, bottom: float) -> None:
    svg.add(
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="hatch" d="M0,0V6"/></pattern></defs>'
    )
    for i, phase in enumerate(phases):
        x1, x2 = time(phase["start"]), time(phase["end"])
        if x1 is None or x2 is None:
            continue
        svg.rect(x1, top - 4, x2 - x1, bottom - top + 4, f"phase {phase['kind']}")
        if phase["kind"] in ("intervention", "sham"):
            box = f'x="{x1:.1f}" y="{top - 4:.1f}" width="{x2 - x1:.1f}" height="{bottom - top + 4:.1f}"'
            svg.add(f'<rect fill="url(#hatch)" {box}/>')
        name = _words.phase(phase["phase"])
        # Narrow neighbours take turns, so that names do not run into each other.
        lift = 12 if x2 - x1 < 7 * len(name) and i % 2 else 0
        svg.text((x1 + x2) / 2, top - 9 - lift, name if lift else _short(name, x2 - x1), "phase-name", "middle")
    for before, after in zip(time.stretches, time.stretches[1:], strict=False):
        middle = (before.right + after.left) / 2
        svg.text(middle, bottom + 14, "⫽", "tick", "middle")


def _short(text: str, room: float) -> str:
    fits = max(int(room / 5.6), 6)
    return text if len(text) <= fits else text[: fits - 1] + "…"


def _legend(svg: Svg, looks: Sequence[Look], x: float, y: float) -> None:
    for seen in looks:
        svg.path(marker(seen.shape, x + 4, y - 3.5, 3.6), f"{seen.css} marker")
        svg.text(x + 13, y, seen.label, "legend")
        x += 24 + 5.9 * len(seen.label)


def _time_ticks(svg: Svg, time: BrokenTime, bottom: float) -> None:
    long = any(s.end - s.start > 3 * 3600 for s in time.stretches)
    per, name = (3600.0, "h") if long else (60.0, "min")
    for i, stretch in enumerate(time.stretches):
        # Within a later visit, minutes count from its own start.
        origin = 0.0 if i == 0 else stretch.start
        room = stretch.right - stretch.left
        for value in ticks((stretch.start - origin) / per, (stretch.end - origin) / per, max(int(room / 60), 1)):
            x = time(value * per + origin)
            if x is not None:
                svg.line(x, bottom, x, bottom + 4, "tick-mark")
                svg.text(x, bottom + 15, plain(value), "tick", "middle")
        if i:
            svg.text(
                (stretch.left + stretch.right) / 2, bottom + 28, f"from {_words.clock(stretch.start)}", "axis", "middle"
            )
    first = time.stretches[0]
    svg.text((first.left + first.right) / 2, bottom + 28, f"time [{name}]", "axis", "middle")


def traces(
    group: Sequence[Trace],
    order: Sequence[str],
    window_label: str,
    seconds: float,
    span: float,
    unit: str,
    look: Mapping[str, Look],
) -> str:
    """Strips of several channels in one window, one above the other, all on one scale: `span` units high, `seconds` wide."""
    width, left, right, strip, top = 228.0, 34.0, 4.0, 86.0, 16.0
    by_channel = {t.channel: t for t in group}
    height = top + strip * len(order) + 18
    names = _words.listing(look[c].label for c in order)
    svg = Svg(width, height, f"Traces in {window_label}", f"{seconds:g} s of {names}, each {span:g} {unit} high")
    x = Axis(0.0, seconds, left, width - right)
    for k, channel in enumerate(order):
        base = top + strip * (k + 1) - 8
        y = Axis(0.0, span, base, base - strip + 14)
        svg.text(left, base - strip + 12, look[channel].label, f"{look[channel].css} name")
        for value in ticks(0.0, span, 3):
            svg.line(left, y(value), width - right, y(value), "grid")
            svg.text(left - 5, y(value) + 3.5, plain(value), "tick", "end")
        trace = by_channel.get(channel)
        if trace is None or not np.isfinite(trace.values).any():
            svg.text((left + width) / 2, base - strip / 2 + 8, "no trace", "absent", "middle")
            continue
        values = trace.values - np.nanquantile(trace.values, 0.01) + 0.02 * span
        times = np.arange(len(values)) / trace.rate
        svg.path(points(x.map(times), np.clip(y.map(values), base - strip + 6, base + 5)), f"{look[channel].css} trace")
        left_out = trace.rejected[(trace.rejected >= 0) & (trace.rejected <= seconds)]
        for peak in left_out.tolist():
            svg.text(x(peak), base + 2, "×", "left-out", "middle")
    bottom = top + strip * len(order) - 4
    for value in ticks(0.0, seconds, 4):
        svg.line(x(value), bottom, x(value), bottom + 3, "tick-mark")
        svg.text(x(value), bottom + 13, plain(value), "tick", "middle")
    svg.text(width - right, bottom + 22, "s", "tick", "end")
    return str(svg)


def overlay(
    averages: Sequence[Average], labels: Mapping[str, str], title: str, ceiling: float, seconds: float, unit: str
) -> str:
    """Averaged beats of several windows of one channel over each other, aligned at the foot, with their spread."""
    width, height, left, right, top, bottom = 350.0, 220.0, 40.0, 8.0, 12.0, 32.0
    told = ", ".join(
        f"{labels[a.window]}: {a.beats} beats, {_words.number(float(np.nanmax(a.median)), 3)} {unit} high"
        for a in averages
    )
    svg = Svg(width, height, f"Averaged beats, {title}", told)
    start = max(min(float(a.time[0]) for a in averages), -0.1)
    x = Axis(start, seconds, left, width - right)
    y = Axis(min(-0.03 * ceiling, float(min(np.nanmin(a.low) for a in averages))), ceiling, height - bottom, top)
    grid(svg, y, left, width - right, about=4)
    for value in ticks(start, seconds, 5):
        svg.line(x(value), height - bottom, x(value), height - bottom + 4, "tick-mark")
        svg.text(x(value), height - bottom + 15, plain(value), "tick", "middle")
    svg.text((left + width) / 2, height - 4, "s from the foot", "axis", "middle")
    svg.text(11, (top + height - bottom) / 2, unit, "axis", "middle", turn=True)
    for i, average in enumerate(averages):
        shown = (average.time >= start) & (average.time <= seconds)
        svg.path(
            band(x.map(average.time[shown]), y.map(average.low[shown]), y.map(average.high[shown])), f"w{i} spread"
        )
    for i, average in enumerate(averages):
        shown = (average.time >= start) & (average.time <= seconds)
        svg.path(points(x.map(average.time[shown]), y.map(average.median[shown])), f"w{i} beat")
    for i, average in enumerate(averages):
        svg.line(width - 30, top + 8 + 14 * i, width - 8, top + 8 + 14 * i, f"w{i} beat")
        svg.text(width - 36, top + 11.5 + 14 * i, labels[average.window], "legend", "end")
    return str(svg)
