"""Synthetic recordings that stress one thing each, and streams that hold no pulse at all.

The sets come from the crate `plethys-datasets`, which writes them as a directory of recordings.
"""

from __future__ import annotations

import csv
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .cases import Case
from .detectors import Detector
from .recordings import Recording, Special, read_set

PREFIX = "synthetic: "
# The truth is the pulse itself, so there is hardly a lag. The light falls in systole: peers, which have no
# notion of polarity, get it turned over.
SYNTHETIC = Special(lag_range=(-0.15, 0.15), inverted=True)
WRITER = (
    "cargo",
    "run",
    "--quiet",
    "--release",
    "--package",
    "plethys-datasets",
    "--example",
    "write_stress_sets",
)


@dataclass(frozen=True)
class Asked:
    """What is asked of a detector on a set: an F1, accepted beats a minute, or nothing."""

    f1: float | None = None
    beats_per_minute: float | None = None


@dataclass(frozen=True)
class NoiseResult:
    """Accepted beats in streams without a pulse, one per seed."""

    name: str
    detector: str
    minutes: float  # of one stream
    accepted: tuple[int, ...]
    asked: float  # accepted beats a minute at most
    errors: tuple[str, ...]

    @property
    def worst_per_minute(self) -> float:
        return max(self.accepted) / self.minutes


def write_stress_sets(repository: Path, directory: Path) -> None:
    """The sets, written anew: they are the same bits each time."""
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run([*WRITER, "--", directory.resolve()], cwd=repository, check=True)


def read_asked(directory: Path) -> dict[str, Asked]:
    """Set to what is asked of it."""
    with (directory / "targets.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["set"]: _asked(row["asked"], float(row["limit"])) for row in rows}


def _asked(what: str, limit: float) -> Asked:
    return Asked(limit if what == "f1" else None, limit if what == "beats_per_minute" else None)


def stress_cases(directory: Path) -> list[Case]:
    """The sets with a pulse."""
    return [
        Case(PREFIX + name, tuple(read_set(directory / name, SYNTHETIC)), asked_f1=asked.f1)
        for name, asked in read_asked(directory).items()
        if asked.beats_per_minute is None
    ]


def run_noise(detector: Detector, directory: Path) -> list[NoiseResult]:
    """The sets without a pulse through a detector."""
    results = []
    for name, asked in read_asked(directory).items():
        if asked.beats_per_minute is None:
            continue
        recordings: list[Recording] = list(read_set(directory / name, SYNTHETIC))
        answers = [detector.analyze(recording) for recording in recordings]
        results.append(
            NoiseResult(
                name=name,
                detector=detector.name,
                minutes=recordings[0].duration / 60.0,
                accepted=tuple(len(answer.beats) for answer in answers),
                asked=asked.beats_per_minute,
                errors=tuple(answer.error for answer in answers if answer.error),
            )
        )
    return results
