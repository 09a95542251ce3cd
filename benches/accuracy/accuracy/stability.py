"""Never taken back: what a live view shows must not change afterwards.

plethys is streamed one sample at a time and compared with one call. The peers know no streams: they
are run as their users run them live, on the last 10 s, once a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .detectors import Detector, arguments
from .recordings import Recording

WINDOW_S = 10.0
HOP_S = 1.0
EDGE_S = 1.0  # left out at both ends of a window in the milder of the two counts
SAME_S = 0.010
MOVED_S = 0.150
PEER_STRETCH_S = 120.0
PAUSE_S = 3.0  # a beat without a next onset is ended by this pause at the latest


@dataclass(frozen=True)
class Stream:
    """One recording pushed one sample at a time."""

    record: str
    beats: int
    latency: float  # s, that the monitor states
    late: int  # came more than the latency after the event that ends them
    out_of_order: int  # came after a later beat
    different: int  # rows of beats or rates that are not bit for bit those of `analyze`
    pulse_time: np.ndarray  # s, systolic peaks of the prompt pulses
    pulse_delay: np.ndarray  # s, from the peak to the sample that announced it

    @property
    def changes(self) -> int:
        return self.late + self.out_of_order + self.different


def stream(plethys, recording: Recording, motion: bool = False, companion: bool = False) -> Stream:
    """plethys' monitor over the recording, one sample per push."""
    options = arguments(recording, motion, companion)
    whole = plethys.analyze(recording.samples, **options)
    beside = {name: options.pop(name) for name in ("time", "motion", "companion") if name in options}
    monitor = plethys.Monitor(**options, motion="motion" in beside, companion="companion" in beside)
    beats, rows, emitted, pulses, delays = [], [], [], [], []
    samples = np.ascontiguousarray(recording.samples)
    step = 1.0 / recording.sample_rate
    times = np.arange(len(samples)) * step if recording.time is None else recording.time
    for k, now in enumerate(times.tolist()):
        now_beside = {name: values[k : k + 1] for name, values in beside.items()}
        settled = monitor.push(samples[k : k + 1], **now_beside)
        if len(settled):
            beats.append(settled)
            emitted += [now] * len(settled)
        if len(monitor.rates):
            rows.append(monitor.rates)
        for pulse in monitor.pulses.tolist():
            pulses.append(pulse)
            delays.append(now - pulse)
    tail = monitor.finish()
    beats.append(tail)
    rows.append(monitor.rates)
    emitted += [recording.duration] * len(tail)
    streamed, streamed_rows = _joined(beats), _joined(rows)
    return Stream(
        record=recording.name,
        beats=len(streamed["peak"]),
        latency=monitor.latency,
        late=int((np.array(emitted) - _ended(streamed) > monitor.latency + step).sum()),
        out_of_order=int((np.diff(streamed["peak"]) < 0).sum()),
        different=_different_rows(streamed, whole.beats) + _different_rows(streamed_rows, whole.rates),
        pulse_time=np.array(pulses),
        pulse_delay=np.array(delays),
    )


def _joined(tables: list) -> dict[str, np.ndarray]:
    return {name: np.concatenate([np.asarray(t[name]) for t in tables]) for name in tables[0].columns}


def _ended(beats: dict[str, np.ndarray]) -> np.ndarray:
    """When the event that ends each beat happened, in s."""
    end = beats["end"].astype(float)
    return np.where(np.isfinite(end), end, beats["peak"] + PAUSE_S)


def _different_rows(streamed: dict[str, np.ndarray], table) -> int:
    count = len(next(iter(streamed.values())))
    rows = min(count, len(table))
    different = np.zeros(rows, dtype=bool)
    for name, column in streamed.items():
        different |= differs(column[:rows], np.asarray(table[name])[:rows])
    return int(different.sum()) + abs(count - len(table))


def differs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Per row whether the values differ in any bit; absent equals absent."""
    if a.dtype.kind == "f" and b.dtype == a.dtype:
        bits = f"u{a.dtype.itemsize}"
        return np.ascontiguousarray(a).view(bits) != np.ascontiguousarray(b).view(bits)
    return a != b


@dataclass(frozen=True)
class Rerun:
    """A peer re-run on the last 10 s once a second, over two minutes."""

    detector: str
    shown: int  # changes of what a user sees who shows all that each run finds
    settled: int  # changes if the first and the last second of each run are not shown
    failed: int  # runs that raised
    runs: int

    @property
    def is_usable(self) -> bool:
        return 2 * self.failed < self.runs


def rerun(detector: Detector, recording: Recording) -> Rerun:
    """How often beats that a peer had already shown move or vanish, or appear where it had shown none."""
    runs, failed = [], 0
    for end in np.arange(WINDOW_S, PEER_STRETCH_S + HOP_S / 2, HOP_S):
        answer = detector.analyze(_part(recording, end - WINDOW_S, end))
        failed += answer.error is not None
        runs.append((end, end - WINDOW_S + answer.beats))
    counts = {edge: 0 for edge in (0.0, EDGE_S)}
    for (_, before), (end, after) in pairwise(runs):
        for edge in counts:
            # The stretch that both runs show.
            counts[edge] += changes(before, after, end - WINDOW_S + edge, end - HOP_S - edge)
    return Rerun(detector.name, counts[0.0], counts[EDGE_S], failed, len(runs))


def changes(before: np.ndarray, after: np.ndarray, low: float, high: float) -> int:
    """Beats between low and high that moved, appeared or vanished from one run to the next."""
    then = before[(before >= low) & (before <= high)]
    now = after[(after >= low) & (after <= high)]
    moved_or_vanished = _distance(then, after) > SAME_S
    appeared = _distance(now, before) > MOVED_S
    return int(moved_or_vanished.sum()) + int(appeared.sum())


def _distance(times: np.ndarray, others: np.ndarray) -> np.ndarray:
    if not len(others):
        return np.full(len(times), np.inf)
    return np.abs(times[:, None] - others[None, :]).min(axis=1)


def _part(recording: Recording, start: float, end: float) -> Recording:
    first, last = round(start * recording.sample_rate), round(end * recording.sample_rate)
    return replace(recording, samples=recording.samples[first:last], motion=None, companion=None)
