"""Pulse rate over windows against the reference beats: errors, coverage, and what quality is worth.

    from accuracy.rate import reference_rate, rate_from_rows, rate_from_beats, score_rate
    windows = reference_rate(reference_s, duration_s, exclude=[...])          # 8 s every 2 s
    estimate = rate_from_rows(rows.time, rows.pulse_rate, windows.centre)     # or rate_from_beats
    score = score_rate(estimate, windows.rate)
    score.mae, score.rmse, score.mape, score.answered                         # bpm, bpm, %, 0 to 1

NumPy is all that this file needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

WINDOW_S = 8.0
STEP_S = 2.0
ROW_REACH_S = 0.5  # a rate row is emitted each second and answers for the windows centred within it
LONGEST_PAUSE_S = 2.5  # a longer reference interval leaves the rate of its window open
SPLIT_FROM = 1.6  # an interval this many medians long hides a missed pulse


@dataclass(frozen=True)
class Windows:
    """The windows whose reference rate is known."""

    start: np.ndarray  # s
    length: float  # s
    rate: np.ndarray  # beats per minute

    @property
    def centre(self) -> np.ndarray:
        return self.start + self.length / 2.0


@dataclass(frozen=True)
class RateScore:
    """Errors over the answered windows of one record or of many."""

    windows: int
    mae: float  # bpm
    rmse: float  # bpm
    mape: float  # %
    answered: float  # share of the windows, 0 to 1
    error: np.ndarray = field(repr=False)  # bpm per window, estimate minus reference; NaN where not answered


def reference_rate(
    reference, duration: float, exclude=(), window: float = WINDOW_S, step: float = STEP_S
) -> Windows:
    """The rate of the reference beats in each window that they answer.

    The rate is 60 / mean interval between the beats inside the window. A window is left out if it
    touches an excluded interval, has fewer than two intervals, or holds a pause of over 2.5 s.
    """
    reference = np.sort(np.asarray(reference, dtype=float))
    starts = np.arange(0.0, duration - window + 1e-9, step)
    rates = np.full(len(starts), np.nan)
    for k, start in enumerate(starts):
        if any(a < start + window and b > start for a, b in exclude):
            continue
        beats = reference[(reference >= start) & (reference < start + window)]
        if len(beats) >= 3 and np.diff(beats).max() <= LONGEST_PAUSE_S:
            rates[k] = 60.0 * (len(beats) - 1) / (beats[-1] - beats[0])
    known = np.isfinite(rates)
    return Windows(starts[known], window, rates[known])


def rate_from_beats(beats, windows: Windows, how: str = "median") -> np.ndarray:
    """The rate of found beats in each window, in bpm; NaN with fewer than two intervals.

    `how` is "median" or "mean" of the intervals, or "split": the mean after an interval of 1.6
    medians or more has been divided into as many periods as it holds.
    """
    beats = np.sort(np.asarray(beats, dtype=float))
    first = np.searchsorted(beats, windows.start, "left")
    last = np.searchsorted(beats, windows.start + windows.length, "left")
    rates = np.full(len(windows.start), np.nan)
    for k, (a, b) in enumerate(zip(first, last, strict=True)):
        if b - a >= 3:
            rates[k] = 60.0 / _usual_interval(np.diff(beats[a:b]), how)
    return rates


def _usual_interval(intervals: np.ndarray, how: str) -> float:
    if how == "median":
        return float(np.median(intervals))
    if how == "mean":
        return float(np.mean(intervals))
    if how == "split":
        median = np.median(intervals)
        periods = np.where(intervals >= SPLIT_FROM * median, np.round(intervals / median), 1.0)
        return float(intervals.sum() / periods.sum())
    raise ValueError(f"how: {how!r} is not one of 'median', 'mean', 'split'")


def rate_from_rows(time, rate, centre) -> np.ndarray:
    """The rate row nearest to each window's centre, in bpm; NaN where the row is absent."""
    return sample_rows(time, rate, centre)


def sample_rows(time, value, centre) -> np.ndarray:
    """A column of the rate rows at each window's centre; NaN where no row is within half a second."""
    time, value = np.asarray(time, dtype=float), np.asarray(value, dtype=float)
    centre = np.asarray(centre, dtype=float)
    if not len(time):
        return np.full(len(centre), np.nan)
    right = np.searchsorted(time, centre).clip(0, len(time) - 1)
    left = (right - 1).clip(0)
    nearest = np.where(np.abs(time[left] - centre) <= np.abs(time[right] - centre), left, right)
    return np.where(np.abs(time[nearest] - centre) <= ROW_REACH_S + 1e-9, value[nearest], np.nan)


def score_rate(estimate, reference) -> RateScore:
    """Errors over the windows that were answered. An estimate that is NaN is an open window."""
    estimate, reference = np.asarray(estimate, dtype=float), np.asarray(reference, dtype=float)
    error = estimate - reference
    answered = np.isfinite(error)
    if not answered.any():
        return RateScore(len(reference), np.nan, np.nan, np.nan, 0.0 if len(reference) else np.nan, error)
    absolute = np.abs(error[answered])
    return RateScore(
        windows=len(reference),
        mae=float(absolute.mean()),
        rmse=float(np.sqrt(np.mean(absolute**2))),
        mape=float(100.0 * np.mean(absolute / reference[answered])),
        answered=float(answered.mean()),
        error=error,
    )


def coverage_error(error, quality) -> tuple[np.ndarray, np.ndarray]:
    """MAE over the best windows by quality, for each coverage from one window to all.

    Coverage counts all windows, also those that were not answered.
    """
    error, quality = np.asarray(error, dtype=float), np.asarray(quality, dtype=float)
    answered = np.isfinite(error)
    order = np.argsort(-np.nan_to_num(quality[answered], nan=-np.inf), kind="stable")
    absolute = np.abs(error[answered])[order]
    count = np.arange(1, len(absolute) + 1)
    return count / max(len(error), 1), np.cumsum(absolute) / count


def best_half_mae(error, quality) -> float:
    """MAE over the better half of all windows by quality, in bpm."""
    coverage, mae = coverage_error(error, quality)
    half = np.searchsorted(coverage, 0.5)
    return float(mae[half]) if half < len(mae) else np.nan
