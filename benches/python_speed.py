"""One hour at 125 Hz: plethys.analyze against the ten SciPy lines that everybody writes, in the same run.

python benches/python_speed.py [--runs 15] [--limit 2.0]

Prints the best processor time of each and their ratio; exits with 1 where the ratio is above the limit. Both get the same array.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.signal import butter, find_peaks, sosfiltfilt

import plethys

SAMPLE_RATE = 125.0
HOUR = 3600.0


def scipy_lines(samples: np.ndarray, sample_rate: float) -> np.ndarray:
    """Band-pass both ways, then peaks by distance and prominence; s."""
    band_pass = butter(2, [0.5, 8.0], btype="bandpass", fs=sample_rate, output="sos")
    smooth = sosfiltfilt(band_pass, samples)
    distance = max(1, int(0.33 * sample_rate))
    peaks, _ = find_peaks(smooth, distance=distance, prominence=0.5 * np.std(smooth))
    return peaks / sample_rate


def best(works: list[Callable[[], object]], runs: int) -> list[float]:
    """Shortest of `runs` times of each in turn, s of processor time: other work on the machine counts little, each has one thread."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, own in zip(works, times, strict=True):
            start = time.process_time()
            work()
            own.append(time.process_time() - start)
    return [min(own) for own in times]


def main() -> int:
    """Runs the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--limit", type=float, default=2.0)
    options = parser.parse_args()

    stream = plethys.datasets.synthetic(
        HOUR,
        SAMPLE_RATE,
        pulse_rate=70.0,
        variability=True,
        respiration=(0.25, 0.08, 0.05),
        noise_db=30.0,
        quantisation=1.0,
        inverted=False,  # the SciPy lines know no polarity
    )
    samples = stream.samples
    truth = stream.truth.beats.peak[stream.truth.beats.visible]
    result = plethys.analyze(samples, SAMPLE_RATE)
    found = result.beats.peak[result.beats.accepted]
    for name, peaks in (("plethys", found), ("SciPy lines", scipy_lines(samples, SAMPLE_RATE))):
        hits = (np.abs(peaks[np.searchsorted(peaks, truth).clip(1, len(peaks) - 1)] - truth) < 0.15) | (
            np.abs(peaks[np.searchsorted(peaks, truth).clip(1, len(peaks) - 1) - 1] - truth) < 0.15
        )
        # Checked once before timing: speed of something that finds no beats means nothing.
        if hits.mean() < 0.99:
            print(f"{name} finds only {100 * hits.mean():.1f} % of the beats", file=sys.stderr)
            return 1

    works = [lambda: plethys.analyze(samples, SAMPLE_RATE), lambda: scipy_lines(samples, SAMPLE_RATE)]
    ours, theirs = best(works, options.runs)
    ratio = ours / theirs
    print(f"one hour at {SAMPLE_RATE:g} Hz, best of {options.runs}")
    print(f"plethys.analyze  {1000 * ours:8.1f} ms  {HOUR / ours:9.0f} times real time")
    print(f"SciPy lines      {1000 * theirs:8.1f} ms  {HOUR / theirs:9.0f} times real time")
    print(f"ratio            {ratio:8.2f}     limit {options.limit:g}")
    return 0 if ratio <= options.limit else 1


if __name__ == "__main__":
    sys.exit(main())
