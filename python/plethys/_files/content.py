"""What a file of any format holds, before one channel is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class ReadError(ValueError):
    """A file that cannot be read as a recording; the message names file, line or byte, and what was expected."""


@dataclass
class Content:
    """What a file holds, before one channel is chosen."""

    channels: dict[str, npt.NDArray[Any]]
    sample_rate: float | None = None
    time: Floats | None = None
    resolution: float = 0.0
    start_time: np.datetime64 | None = None
    units: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    """What is wrong with a channel that is not one of numbers; said when it is chosen."""
    rates: dict[str, float] = field(default_factory=dict)
    """Hz, where channels of one file differ."""
    markers: list[tuple[float, str]] = field(default_factory=list)
    """Time, s from the first sample, and text of each annotation."""


def distinct(names: Sequence[str]) -> list[str]:
    """The names, those that repeat with a number behind."""
    seen: dict[str, int] = {}
    distinct = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name}.{seen[name] - 1}")
    return distinct
