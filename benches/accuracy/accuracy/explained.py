"""The settled finder with its features laid open: what the example `quality_features` prints, parsed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from .score import BeatScore, f1_of, score_beats

REPOSITORY = Path(__file__).resolve().parents[3]
EXAMPLE = ("run", "--release", "--quiet", "-p", "plethys-benches", "--example", "quality_features", "--")


@dataclass(frozen=True)
class Explained:
    """Every settled pulse of one stream, accepted or not, before a monitor sees it."""

    name: str
    family: str
    duration: float
    lag_range: tuple[float, float]
    reference: np.ndarray
    exclude: tuple[tuple[float, float], ...]
    peak: np.ndarray
    quality: np.ndarray
    features: np.ndarray

    def score(self, keep=None) -> BeatScore:
        """Of all pulses, or of those to keep."""
        peak = self.peak if keep is None else self.peak[keep]
        return score_beats(peak, self.reference, self.duration, self.exclude, self.lag_range)

    @cached_property
    def whole(self) -> BeatScore:
        return self.score()

    def f1(self, keep) -> float:
        """F1 of the pulses to keep, at the lag of all of them."""
        score = self.whole
        kept = keep & score.scored
        return f1_of(int((kept & (score.matched >= 0)).sum()), score.reference, int(kept.sum()))


def run_example(settings: Iterable[str] = ()) -> list[Explained]:
    """The example over PLETHYS_DATA, with constants changed as in `height_weight=2`."""
    command = [os.environ.get("CARGO", "cargo"), *EXAMPLE, *settings]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        found = list(parse(process.stdout))
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed")
    return found


def parse(lines: Iterable[str]) -> Iterator[Explained]:
    head, reference, exclude, pulses = None, [], [], []
    for line in lines:
        kind, *rest = line.split()
        if kind == "record":
            if head:
                yield explained(head, reference, exclude, pulses)
            head, reference, exclude, pulses = rest, [], [], []
        elif kind == "reference":
            reference.append(float(rest[0]))
        elif kind == "exclude":
            exclude.append((float(rest[0]), float(rest[1])))
        else:
            pulses.append([float(value) for value in rest])
    if head:
        yield explained(head, reference, exclude, pulses)


def explained(head, reference, exclude, pulses) -> Explained:
    name, family, duration, low, high = head[0], head[1], *map(float, head[2:])
    table = np.array(pulses) if pulses else np.empty((0, 2))
    return Explained(
        name,
        family,
        duration,
        (low, high),
        np.array(reference),
        tuple(exclude),
        table[:, 0],
        table[:, 1],
        table[:, 2:],
    )
