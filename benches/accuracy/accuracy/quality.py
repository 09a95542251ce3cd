"""What the quality of a beat is worth: calibration, and how well it tells right beats from wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .detectors import Answer
from .recordings import Recording
from .score import BeatScore, inside_scored, match

BINS = 10


@dataclass(frozen=True)
class Bin:
    """One group of beats of similar quality."""

    beats: int
    quality: float  # mean
    right: float  # share


def judged_beats(answer: Answer, recording: Recording, score: BeatScore) -> tuple[np.ndarray, np.ndarray]:
    """Quality, and whether it is right, of every settled beat that is scored.

    Beats left out are judged too: quality is meant for them as well. Accepted beats choose their
    reference beat first.
    """
    pairs = match(answer.beats - score.lag, recording.reference)
    free = np.delete(recording.reference, pairs[pairs >= 0])
    time = answer.rejected - score.lag
    partner = match(time, free)
    hit = partner >= 0
    hit[hit] = inside_scored(free, recording.duration, recording.exclude)[partner[hit]]
    scored = hit | ((partner < 0) & inside_scored(time, recording.duration, recording.exclude))
    quality = np.concatenate([answer.quality[score.scored], answer.rejected_quality[scored]])
    right = np.concatenate([score.matched[score.scored] >= 0, hit[scored]])
    known = np.isfinite(quality)
    return quality[known], right[known]


def reliability(quality, right, bins: int = BINS) -> list[Bin]:
    """Beats in `bins` equal steps of quality; steps without beats are left out."""
    index = np.minimum((np.asarray(quality) * bins).astype(int), bins - 1)
    return _grouped(quality, right, [np.flatnonzero(index == k) for k in range(bins)])


def deciles(quality, right, bins: int = BINS) -> list[Bin]:
    """Beats in `bins` groups of equal size, from the lowest quality to the highest."""
    order = np.argsort(quality, kind="stable")
    return _grouped(quality, right, np.array_split(order, bins))


def _grouped(quality, right, groups) -> list[Bin]:
    quality, right = np.asarray(quality, dtype=float), np.asarray(right, dtype=float)
    return [
        Bin(len(members), float(quality[members].mean()), float(right[members].mean()))
        for members in groups
        if len(members)
    ]


def calibration_error(quality, right, bins: int = BINS) -> float:
    """Expected calibration error: |share right − quality| over equal steps of quality, by their beats."""
    total = len(quality)
    if not total:
        return np.nan
    return sum(b.beats * abs(b.right - b.quality) for b in reliability(quality, right, bins)) / total


def auroc(quality, right) -> float:
    """The chance that a right beat has the higher quality of the two; ties count half."""
    quality, right = np.asarray(quality, dtype=float), np.asarray(right, dtype=bool)
    good, bad = int(right.sum()), int((~right).sum())
    if not good or not bad:
        return np.nan
    _, inverse, counts = np.unique(quality, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[inverse]
    return float((ranks[right].sum() - good * (good + 1) / 2.0) / (good * bad))
