"""Time stamps of a file: which column they are, their unit, their rounding, and whether they are needed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from .content import Floats, ReadError

TIME_NAME = re.compile(
    r"^(t|time|timer|timestamps?|times?tamp|datetime|date|dates|elapsed|seconds?|millis|clock)"
    r"([_ \-.]*[\[(]?[_ ]*(s|sec|seconds?|ms|millis|milliseconds?|msec|us|µs|micros|microseconds?|ns|unix|utc|cal|raw)[\])]?)*$",
    re.I,
)
UNIT_IN_NAME = (
    (re.compile(r"(^|[^a-z])(ms|millis|milliseconds?|msec)([^a-z]|$)", re.I), 1e-3),
    (re.compile(r"(^|[^a-z])(us|µs|micros|microseconds?)([^a-z]|$)", re.I), 1e-6),
    (re.compile(r"(^|[^a-z])(ns|nanos|nanoseconds?)([^a-z]|$)", re.I), 1e-9),
    (re.compile(r"(^|[^a-z])(s|sec|seconds?)([^a-z]|$)", re.I), 1.0),
)


def scale_of(path: Path, name: str, unit: str | None, stamps: Floats) -> float:
    """Seconds per unit of a time column: said by its name or unit, or the one under which the rate is 20 to 4000 Hz."""
    for text in (unit or "", name):
        for pattern, scale in UNIT_IN_NAME:
            if pattern.search(text):
                return scale
    steps = np.diff(stamps[np.isfinite(stamps)])
    steps = steps[steps > 0]
    if not len(steps):
        raise ReadError(f"{path}: expected time stamps that increase in column {name!r}, got none")
    step = float(np.median(steps))
    for scale in (1.0, 1e-3, 1e-6, 1e-9):
        # A step of 1 is more often a row number, or a second, than a millisecond.
        if step != 1.0 and 1 / 4000 <= step * scale <= 1 / 20:
            return scale
    raise ReadError(
        f"{path}: expected time stamps of 20 to 4000 samples per second in column {name!r}, got a step of {step:g}; "
        f"give sample_rate=, or time=False if the column is not time"
    )


def rounding(stamps: Floats) -> float:
    """The step to which stamps are rounded: the largest power of ten that they are all multiples of; 0 where there is none."""
    finite = stamps[np.isfinite(stamps)]
    precision = 4 * np.finfo(np.float64).eps * np.abs(finite).max(initial=0.0)
    for digits in range(10):
        unit = 10.0**-digits
        if precision < 0.1 * unit and (np.abs(finite - np.round(finite, digits)) <= max(precision, 1e-4 * unit)).all():
            return unit
    return 0.0


def even_rate(stamps: Floats, resolution: float) -> tuple[float | None, Floats | None]:
    """Rate of stamps that are even to within their own rounding, which are then not needed; otherwise the stamps.

    Stamps that differ from an even grid by more than that carry what the grid does not: they are kept, and the kernel's
    resampler lays the samples on a grid.
    """
    if len(stamps) > 2 and np.isfinite(stamps).all() and stamps[-1] > stamps[0]:
        step = (stamps[-1] - stamps[0]) / (len(stamps) - 1)
        off = np.abs(stamps - np.linspace(stamps[0], stamps[-1], len(stamps))).max()
        if off <= 1e-3 * step or (off <= 1.001 * resolution and resolution <= 0.5 * step):
            return float(f"{1.0 / step:.9g}"), None
    return None, stamps
