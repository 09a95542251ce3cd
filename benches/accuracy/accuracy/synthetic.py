"""Synthetic recordings that stress one thing each, and streams that hold no pulse at all.

The generator is the crate `plethys-datasets`, reached through the Python package.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .cases import Case
from .detectors import Detector
from .recordings import Recording

PREFIX = "synthetic: "
SEEDS = 5
LAG_RANGE_S = (-0.15, 0.15)  # the truth is the pulse itself, so there is hardly a lag


@dataclass(frozen=True)
class NoiseResult:
    """Accepted beats in streams without a pulse, one stream per seed."""

    name: str
    detector: str
    minutes: float  # of one stream
    accepted: tuple[int, ...]
    asked: float  # accepted beats a minute at most
    errors: tuple[str, ...]

    @property
    def worst_per_minute(self) -> float:
        return max(self.accepted) / self.minutes


def stress_cases(first_seed: int = 0) -> list[Case]:
    """The sets with a pulse. Other seeds than those that were tuned on show what holds in general."""
    from plethys import datasets

    return [
        Case(PREFIX + s.name, tuple(recording(s, first_seed + k) for k in range(SEEDS)), asked_f1=s.least_f1)
        for s in datasets.stress_sets()
        if s.most_beats_per_minute is None
    ]


def recording(stress_set, seed: int) -> Recording:
    """One recording of a set; its reference beats are the systolic peaks that are visible."""
    made = stress_set.make(seed)
    beats = made.truth.beats
    time = None if made.time is None else np.asarray(made.time)
    return Recording(
        set=PREFIX + stress_set.name,
        name=f"{stress_set.name}_{seed}",
        samples=np.asarray(made.samples),
        sample_rate=float(made.sample_rate),
        reference=np.asarray(beats.peak)[np.asarray(beats.visible)],
        signal=made.signal,
        time=None if time is None else time - time[0],
        motion=made.motion,
        lag_range=LAG_RANGE_S,
        # The light falls in systole. The peers have no notion of polarity: they get it turned over.
        inverted=True,
    )


def run_noise(detector: Detector, first_seed: int = 0) -> list[NoiseResult]:
    """The sets without a pulse through a detector."""
    from plethys import datasets

    return [
        noise_result(detector, s, first_seed)
        for s in datasets.stress_sets()
        if s.most_beats_per_minute is not None
    ]


def noise_result(detector: Detector, stress_set, first_seed: int) -> NoiseResult:
    accepted, errors, minutes = [], [], 0.0
    for k in range(SEEDS):
        stream = recording(stress_set, first_seed + k)
        answer = detector.analyze(stream)
        accepted.append(len(answer.beats))
        minutes = stream.duration / 60.0
        if answer.error:
            errors.append(answer.error)
    return NoiseResult(
        stress_set.name,
        detector.name,
        minutes,
        tuple(accepted),
        stress_set.most_beats_per_minute,
        tuple(errors),
    )
