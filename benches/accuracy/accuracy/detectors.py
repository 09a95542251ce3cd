"""What is measured: plethys through its Python package, the SciPy lines, and the peers.

Each detector takes a recording and gives an `Answer`. A detector that fails gives an answer with
the error and no beats, which scores 0.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

from .rate import Windows, rate_from_beats, rate_from_rows, sample_rows
from .recordings import Recording

PEER_GRID_HZ = 60.0  # peers know no time stamps: such recordings are resampled for them
LONG_WINDOW_S = 60.0


@dataclass(frozen=True)
class Answer:
    """What a detector says about one recording. Times are in s from the first sample."""

    beats: np.ndarray  # accepted beats: systolic peaks
    seconds: float = np.nan  # time taken
    error: str | None = None
    onsets: np.ndarray | None = None  # of the accepted beats
    rejected: np.ndarray | None = field(default=None, repr=False)  # peaks of the beats left out
    quality: np.ndarray | None = field(default=None, repr=False)  # of the accepted beats
    rejected_quality: np.ndarray | None = field(default=None, repr=False)
    rows: dict[str, np.ndarray] | None = field(default=None, repr=False)  # the rate rows, a row per second
    trend: tuple[np.ndarray, np.ndarray] | None = None  # 60 s windows: centre and pulse rate

    def rates(self, windows: Windows) -> dict[str, np.ndarray]:
        """The pulse rate in each window by each estimator on offer.

        A detector that gives rates is taken at its word. For the others the beat intervals are
        averaged, both by mean and by median; the report keeps the better one.
        """
        if self.rows is None:
            return {how: rate_from_beats(self.beats, windows, how) for how in ("mean", "median")}
        if windows.length == LONG_WINDOW_S:
            return {"trend": rate_from_rows(*self.trend, windows.centre)}
        return {"rows": rate_from_rows(self.rows["time"], self.rows["pulse_rate"], windows.centre)}

    def rate_quality(self, windows: Windows) -> np.ndarray | None:
        """The quality of the rate in each window."""
        if self.rows is None:
            return None
        return sample_rows(self.rows["time"], self.rows["quality"], windows.centre)


class Detector(Protocol):
    """Anything that finds beats."""

    name: str
    version: str

    def analyze(self, recording: Recording, motion: bool = False, companion: bool = False) -> Answer: ...


class Plethys:
    """plethys as its users call it: one call per recording, nothing set per recording."""

    name = "plethys"

    def __init__(self) -> None:
        import plethys

        self.module = plethys
        self.version = plethys.__version__

    def analyze(self, recording: Recording, motion: bool = False, companion: bool = False) -> Answer:
        options = arguments(recording, motion, companion)
        start = time.perf_counter()
        try:
            result = self.module.analyze(recording.samples, **options)
        except Exception as error:
            return failed(error)
        seconds = time.perf_counter() - start
        return replace(answer_of(result), seconds=seconds)


def arguments(recording: Recording, motion: bool = False, companion: bool = False) -> dict:
    """The keywords that `plethys.analyze` and `plethys.Monitor` take for this recording."""
    options = {"sample_rate": recording.sample_rate, "signal": recording.signal}
    if recording.time is not None:
        options["time"] = recording.time
    if motion and recording.motion is not None:
        options["motion"] = recording.motion
    if companion and recording.companion is not None:
        options["companion"] = recording.companion
    return options


def answer_of(result) -> Answer:
    """A plethys analysis as an answer."""
    beats, rows = result.beats, result.rates
    accepted = np.asarray(beats.accepted, dtype=bool)
    peak, quality = np.asarray(beats.peak), np.asarray(beats.quality)
    trend = result.trend(window=LONG_WINDOW_S, step=LONG_WINDOW_S)
    return Answer(
        beats=peak[accepted],
        onsets=np.asarray(beats.onset)[accepted],
        rejected=peak[~accepted],
        quality=quality[accepted],
        rejected_quality=quality[~accepted],
        rows={
            name: np.asarray(getattr(rows, name), dtype=float)
            for name in ("time", "pulse_rate", "pulse_rate_uncertainty", "quality")
        },
        trend=(np.asarray(trend.time, dtype=float), np.asarray(trend.pulse_rate, dtype=float)),
    )


class ScipyLines:
    """The ten lines that everybody writes: band-pass both ways, then peaks by distance and prominence."""

    name = "SciPy lines"

    def __init__(self) -> None:
        import scipy

        self.version = scipy.__version__

    def analyze(self, recording: Recording, motion: bool = False, companion: bool = False) -> Answer:
        samples, sample_rate = for_peers(recording)
        start = time.perf_counter()
        try:
            beats = scipy_lines(samples, sample_rate)
        except Exception as error:
            return failed(error)
        return Answer(beats, time.perf_counter() - start)


def scipy_lines(samples: np.ndarray, sample_rate: float) -> np.ndarray:
    band_pass = butter(2, [0.5, 8.0], btype="bandpass", fs=sample_rate, output="sos")
    smooth = sosfiltfilt(band_pass, samples)
    distance = max(1, int(0.33 * sample_rate))
    peaks, _ = find_peaks(smooth, distance=distance, prominence=0.5 * np.std(smooth))
    return peaks / sample_rate


def for_peers(recording: Recording) -> tuple[np.ndarray, float]:
    """Samples on an even grid and without NaN, which the peers cannot take: missing ones are interpolated."""
    samples = np.asarray(recording.samples, dtype=float)
    if recording.inverted:
        samples = -samples
    known = np.isfinite(samples)
    if not known.any():
        return np.zeros(len(samples)), recording.sample_rate
    if recording.time is not None:
        grid = np.arange(0.0, recording.duration, 1.0 / PEER_GRID_HZ)
        return np.interp(grid, recording.time[known], samples[known]), PEER_GRID_HZ
    if not known.all():
        index = np.arange(len(samples))
        samples = np.interp(index, index[known], samples[known])
    return samples, recording.sample_rate


def failed(error: Exception | str) -> Answer:
    text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return Answer(np.empty(0), error=text.splitlines()[0][:200] if text else "failed")
