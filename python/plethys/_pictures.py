"""What the report's figures are drawn from: stretches of the streams, averaged beats, the course of each measure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._figures import Average, Course, Trace
from ._page import Pictures, primary_measure
from ._study_thermal import Framed, thumbnails_of

if TYPE_CHECKING:
    from . import _plethys
    from .study import Report, _Taken

Floats = npt.NDArray[np.float64]

_TRACE_S = 8.0


def pictures(
    report: Report, study: _plethys.Study, taken: list[_Taken], averages: list[Average], framed: list[Framed]
) -> Pictures:
    """Everything that can be drawn of a report."""
    windows = report.tables["windows"].rows()
    frames = [thumbnails_of(study, own, windows) for own in framed]
    found = Pictures(averages=averages, frames=[own for own in frames if own.windows])
    _courses(report, found)
    channels = {c["id"]: c for c in study.channels()}
    streams = [_Stream(study, channels[t.channel], t) for t in taken]
    by_kind: dict[str, list[_Stream]] = defaultdict(list)
    for stream in streams:
        by_kind[stream.channel["signal"]].append(stream)
    for window in report.tables["windows"].rows():
        for group in by_kind.values():
            found.traces += _traces(group, window)
    return found


def _courses(report: Report, found: Pictures) -> None:
    table, signals = report.tables["course"], {r["channel"]: r["signal"] for r in report.tables["channels"].rows()}
    for channel in dict.fromkeys(table["channel"]):
        own = table["channel"] == channel
        measure = primary_measure(signals[channel], list(dict.fromkeys(table["measure"][own])))
        rows = table[own & (table["measure"] == measure)]
        found.course_measures[channel] = measure or ""
        found.courses.append(Course(channel, rows["time"], rows["median"], rows["quartile_1"], rows["quartile_3"]))


class _Stream:
    """A channel of a recording with its beats, on the study's clock."""

    def __init__(self, study: _plethys.Study, channel: dict[str, Any], taken: _Taken) -> None:
        self.study, self.channel, self.taken = study, channel, taken
        summary = taken.raw.summary()
        self.rate: float = summary["sample_rate"]
        self.sign = -1.0 if summary["polarity"] == "inverted" else 1.0
        beats, _, _ = taken.raw.columns()
        self.peak: Floats = beats["peak"]
        self.accepted: npt.NDArray[np.bool_] = beats["accepted"]
        doubt = np.where(self.accepted, 1.0 - beats["quality"], 1.0)
        order = np.argsort(self.peak)
        self.sorted_peak = self.peak[order]
        self.doubt = np.concatenate([[0.0], np.cumsum(np.nan_to_num(doubt[order], nan=1.0))])
        self.start = study.study_time(taken.recording, 0.0)
        self.end = study.study_time(taken.recording, summary["duration"])

    def at(self, time: float) -> float:
        """Time of the recording."""
        return self.study.recording_time(self.taken.recording, time)

    def doubtful(self, starts: Floats) -> Floats:
        """How doubtful the beats of a trace from each study time are together; a trace without beats is worst."""
        begins = self.at(0.0) + starts * (self.at(1.0) - self.at(0.0))
        first = np.searchsorted(self.sorted_peak, begins)
        last = np.searchsorted(self.sorted_peak, begins + _TRACE_S)
        return np.asarray(self.doubt[last] - self.doubt[first] + 100.0 * (first == last))

    def trace(self, window: str, start: float) -> Trace | None:
        """The stretch from a study time, calibrated, systole up."""
        begin = self.at(start)
        samples = self.taken.samples
        if self.taken.time is None:
            first = max(round(begin * self.rate), 0)
            piece = np.asarray(samples[first : first + round(_TRACE_S * self.rate)], np.float64)
        else:
            grid = begin + np.arange(round(_TRACE_S * self.rate)) / self.rate
            known = np.isfinite(self.taken.time)
            piece = np.interp(grid, self.taken.time[known], np.asarray(samples, np.float64)[known])
        if not len(piece):
            return None
        values = self.sign * self.channel["scale"] * piece
        inside = (self.peak >= begin) & (self.peak < begin + _TRACE_S)
        peaks = self.peak[inside] - begin
        kept = self.accepted[inside]
        return Trace(self.channel["id"], window, start, self.rate, values, peaks[kept], peaks[~kept])


def _traces(streams: list[_Stream], window: dict[str, Any]) -> list[Trace]:
    """The same stretch of every channel: where the beats are least in doubt, near the middle of the window."""
    own = [s for s in streams if s.start < window["end"] and s.end > window["start"]]
    if not own:
        return []
    low = max(window["start"], min(s.start for s in own))
    high = min(window["end"], max(s.end for s in own)) - _TRACE_S
    starts = np.arange(low, max(high, low) + 0.5, 1.0)
    middle = np.abs(starts - (low + high) / 2)
    cost = np.sum([s.doubtful(starts) for s in own], axis=0) + 0.5 * middle / (middle.max() + 1.0)
    start = float(starts[np.argmin(cost)])
    return [t for s in own if (t := s.trace(window["window"], start)) is not None]
