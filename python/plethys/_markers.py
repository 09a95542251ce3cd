"""Markers that were set while recording: BIDS `_events.tsv`, CSV. Those of EDF+ come with the recording itself."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from ._files import ReadError

# BIDS calls the columns onset and trial_type; devices and people call them as they like.
_TIMES = ("onset", "time", "time_s", "t", "start", "seconds", "timestamp")
_LABELS = ("trial_type", "label", "event", "marker", "description", "name", "text", "annotation", "value")


def read_markers(path: Path) -> list[tuple[float, str]]:
    """Time, s of the recording's clock, and label of each marker, in the order of the file.

    Raises ReadError, which names file and line, for a table without a column of times and one of labels, and for a time that
    is no number; OSError for a file that is not there.
    """
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = text.splitlines()
    if not lines:
        raise ReadError(f"{path}: expected a table of markers, the file is empty")
    delimiter = next((d for d in ("\t", ";", ",") if d in lines[0]), ",")
    names = [name.strip().lower() for name in next(csv.reader([lines[0]], delimiter=delimiter))]
    time = next((names.index(n) for n in _TIMES if n in names), None)
    label = next((names.index(n) for n in _LABELS if n in names), None)
    if time is None or label is None:
        raise ReadError(
            f"{path}, line 1: expected a column of times ({', '.join(_TIMES[:3])} …) and one of labels "
            f"({', '.join(_LABELS[:3])} …), got {', '.join(names)}"
        )
    markers = []
    for number, cells in enumerate(csv.reader(lines[1:], delimiter=delimiter), 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(time, label):
            raise ReadError(f"{path}, line {number}: expected {len(names)} cells, got {len(cells)}")
        try:
            at = float(cells[time])
        except ValueError:
            at = math.nan
        if not math.isfinite(at):
            raise ReadError(f"{path}, line {number}: expected a time in seconds, got {cells[time]!r}")
        markers.append((at, cells[label].strip()))
    return markers
