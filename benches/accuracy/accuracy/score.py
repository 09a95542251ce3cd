"""Beats against a reference: one constant lag per record, then a match within ±150 ms.

Two scores are given. The strict one pairs each beat with one reference beat at most. The public
one follows Charlton et al. 2022 (Physiol Meas 43:085007), which asks of each reference beat only
whether its nearest beat is close enough.

    from accuracy.score import score_beats
    score = score_beats(found_s, reference_s, duration_s, exclude=[(120.0, 124.5)])
    score.f1, score.sensitivity, score.ppv, score.lag        # 0 to 1, and seconds

NumPy is all that this file needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

TOLERANCE_S = 0.150
EDGE_S = 2.0
LAG_RANGE_S = (0.0, 1.0)
LAG_STEP_S = 0.010

PUBLIC_LAG_RANGE_S = (-10.0, 10.0)
PUBLIC_LAG_STEP_S = 0.020

CHANCE_SEEDS = 5
CHANCE_INTERVAL_SPREAD = 0.05


@dataclass(frozen=True)
class BeatScore:
    """How the found beats of one record compare with its reference beats."""

    hits: int
    reference: int  # reference beats that are scored
    found: int  # found beats that are scored
    lag: float  # s, found minus reference
    matched: np.ndarray = field(repr=False)  # per found beat: index of its reference beat, or -1
    scored: np.ndarray = field(repr=False)  # per found beat: whether it is scored at all
    error: np.ndarray = field(repr=False)  # s, per hit: found minus lag minus reference

    @property
    def sensitivity(self) -> float:
        return self.hits / self.reference if self.reference else np.nan

    @property
    def ppv(self) -> float:
        return self.hits / self.found if self.found else 0.0

    @property
    def f1(self) -> float:
        return f1_of(self.hits, self.reference, self.found)

    @property
    def timing_error(self) -> float:
        """Median distance of the hits from their own median delay, in s.

        The lag is the one with the most hits, which may lie off that median.
        """
        if not self.error.size:
            return np.nan
        return float(np.median(np.abs(self.error - np.median(self.error))))


def f1_of(hits: int, reference: int, found: int) -> float:
    """The harmonic mean of sensitivity and positive predictive value; absent without a reference."""
    return 2.0 * hits / (reference + found) if reference else np.nan


def score_beats(
    found,
    reference,
    duration: float,
    exclude=(),
    lag_range: tuple[float, float] = LAG_RANGE_S,
    tolerance: float = TOLERANCE_S,
) -> BeatScore:
    """The strict score: each found beat pairs with one reference beat at most.

    All times are in s from the first sample. Intervals in `exclude`, and the first and last 2 s,
    are not scored; a beat whose partner lies there counts neither for nor against.
    """
    found = _times(found)
    reference = _times(reference)
    lag = best_lag(found, reference, lag_range, tolerance)
    matched = match(found - lag, reference, tolerance)

    reference_scored = inside_scored(reference, duration, exclude)
    hit = matched >= 0
    hit[hit] = reference_scored[matched[hit]]
    scored = hit | ((matched < 0) & inside_scored(found - lag, duration, exclude))
    return BeatScore(
        hits=int(hit.sum()),
        reference=int(reference_scored.sum()),
        found=int(scored.sum()),
        lag=lag,
        matched=np.where(hit, matched, -1),
        scored=scored,
        error=found[hit] - lag - reference[matched[hit]],
    )


def match(found, reference, tolerance: float = TOLERANCE_S) -> np.ndarray:
    """Per found beat the index of its reference beat, or -1: the most pairs that are possible.

    Both lists ascend. Pairing from the left is optimal, since all pairs have the same tolerance.
    """
    pairs = np.full(len(found), -1, dtype=np.int64)
    found_list, reference_list = list(found), list(reference)
    i = j = 0
    while i < len(found_list) and j < len(reference_list):
        distance = found_list[i] - reference_list[j]
        if distance > tolerance:
            j += 1
        elif distance < -tolerance:
            i += 1
        else:
            pairs[i] = j
            i += 1
            j += 1
    return pairs


def best_lag(
    found,
    reference,
    lag_range: tuple[float, float] = LAG_RANGE_S,
    tolerance: float = TOLERANCE_S,
) -> float:
    """The one lag (found minus reference, s) with the most one-to-one pairs.

    Counting all pairs bounds the one-to-one pairs from above and is cheap, so the lags are tried
    from the highest bound down until no bound can win. Equal counts go to the tighter pairs.
    """
    lags = np.arange(lag_range[0], lag_range[1] + LAG_STEP_S / 2, LAG_STEP_S)
    distances = _pair_distances(found, reference, lag_range[0] - tolerance, lag_range[1] + tolerance)
    if not distances.size:
        return float(np.clip(0.0, *lag_range))
    bound = np.searchsorted(distances, lags + tolerance, "right") - np.searchsorted(
        distances, lags - tolerance, "left"
    )
    best = (-1, -np.inf, 0.0)
    for index in np.argsort(-bound, kind="stable"):
        if bound[index] < best[0]:
            break
        best = max(best, _try_lag(found, reference, lags[index], tolerance))
    centred = _centre_lag(found, reference, best[2], lag_range, tolerance)
    return max(best, _try_lag(found, reference, centred, tolerance))[2]


def _pair_distances(found, reference, low: float, high: float) -> np.ndarray:
    """All found − reference between low and high, ascending."""
    start = np.searchsorted(found, reference + low, "left")
    stop = np.searchsorted(found, reference + high, "right")
    parts = [found[a:b] - r for a, b, r in zip(start, stop, reference, strict=True)]
    return np.sort(np.concatenate(parts)) if parts else np.empty(0)


def _try_lag(found, reference, lag: float, tolerance: float) -> tuple[int, float, float]:
    pairs = match(found - lag, reference, tolerance)
    hit = pairs >= 0
    spread = np.abs(found[hit] - lag - reference[pairs[hit]]).mean() if hit.any() else np.inf
    return int(hit.sum()), -float(spread), float(lag)


def _centre_lag(found, reference, lag: float, lag_range, tolerance: float) -> float:
    """The lag moved to the median of its pairs, so that their errors are symmetric."""
    pairs = match(found - lag, reference, tolerance)
    hit = pairs >= 0
    if not hit.any():
        return lag
    return float(np.clip(np.median(found[hit] - reference[pairs[hit]]), *lag_range))


def inside_scored(time, duration: float, exclude=()) -> np.ndarray:
    """Which times are scored: not in the first or last 2 s, and in no excluded interval."""
    time = np.asarray(time, dtype=float)
    keep = (time >= EDGE_S) & (time <= duration - EDGE_S)
    for start, end in exclude:
        keep &= (time < start) | (time > end)
    return keep


def score_public(found, reference, duration: float, exclude=(), flat=()) -> BeatScore:
    """The public benchmark's score: each reference beat asks for a nearest beat within 150 ms.

    One beat may serve two reference beats. The lag is searched within ±10 s in steps of 20 ms, and
    intervals in which the signal is flat for over 0.2 s (`flat`) are left out as well.
    """
    found = _times(found)
    reference = _times(reference)
    lags = np.arange(PUBLIC_LAG_RANGE_S[0], PUBLIC_LAG_RANGE_S[1] + PUBLIC_LAG_STEP_S / 2, PUBLIC_LAG_STEP_S)
    left_out = [*exclude, *flat]
    reference = reference[inside_scored(reference, duration, left_out)]
    hits_per_lag = _nearest_hits(found, reference, lags)
    best = int(np.argmax(hits_per_lag)) if hits_per_lag.size else 0
    lag = float(lags[best])
    scored = inside_scored(found - lag, duration, left_out)
    nearest = _nearest(found - lag, reference)
    close = np.abs(nearest) < TOLERANCE_S
    return BeatScore(
        hits=int(close.sum()),
        reference=len(reference),
        found=max(int(scored.sum()), int(close.sum())),
        lag=lag,
        matched=np.full(len(found), -1),
        scored=scored,
        error=nearest[close],
    )


def _nearest(found, reference) -> np.ndarray:
    """Per reference beat the distance to its nearest found beat (found minus reference), in s."""
    if not len(found):
        return np.full(len(reference), np.inf)
    right = np.searchsorted(found, reference).clip(0, len(found) - 1)
    left = (right - 1).clip(0)
    to_left, to_right = found[left] - reference, found[right] - reference
    return np.where(np.abs(to_left) < np.abs(to_right), to_left, to_right)


def _nearest_hits(found, reference, lags) -> np.ndarray:
    return np.array([(np.abs(_nearest(found - lag, reference)) < TOLERANCE_S).sum() for lag in lags])


def flat_intervals(samples, sample_rate: float, longer_than: float = 0.2) -> list[tuple[float, float]]:
    """Where the signal does not change for longer than `longer_than` s, as (start, end) in s."""
    still = np.concatenate([[False], np.diff(np.asarray(samples, dtype=float)) == 0.0, [False]])
    edges = np.flatnonzero(np.diff(still.astype(np.int8)))
    runs = edges.reshape(-1, 2) / sample_rate
    return [(a, b) for a, b in runs if b - a > longer_than]


def chance_f1(
    reference,
    duration: float,
    exclude=(),
    lag_range: tuple[float, float] = LAG_RANGE_S,
    seeds: int = CHANCE_SEEDS,
) -> float:
    """The strict F1 of a train that knows the mean rate and nothing else; mean over seeds.

    Its intervals scatter by 5 % about the median interval of the reference. It gets the best lag, as
    every detector does.
    """
    reference = _times(reference)
    if len(reference) < 2:
        return np.nan
    interval = float(np.median(np.diff(reference)))
    count = int(2 * duration / interval) + 2
    scores = []
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        intervals = interval * np.exp(CHANCE_INTERVAL_SPREAD * random.standard_normal(count))
        train = random.uniform(0.0, interval) + np.cumsum(intervals)
        train = train[train < duration]
        scores.append(score_beats(train, reference, duration, exclude, lag_range).f1)
    return float(np.mean(scores))


def _times(values) -> np.ndarray:
    times = np.asarray(values, dtype=float).ravel()
    return np.sort(times[np.isfinite(times)])
