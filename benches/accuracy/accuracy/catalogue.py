"""Recordings that `plethys datasets fetch` has brought into its cache: archives of WFDB records or of CSV."""

from __future__ import annotations

import csv
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .recordings import SPECIAL, Recording, Special
from .wfdb_records import ecg_beats, read_wfdb_directory


def read_cache(directory: Path, only: tuple[str, ...] = ()) -> Iterator[Recording]:
    """Every record with a pulse and an ECG among the archives of a cache, dataset by dataset."""
    for folder in sorted(p for p in directory.iterdir() if p.is_dir()):
        if only and folder.name not in only:
            continue
        for archive in sorted(folder.glob("*.zip")):
            yield from read_archive(archive, folder.name)


def read_archive(archive: Path, name: str) -> Iterator[Recording]:
    """The records of one archive."""
    special = SPECIAL.get(name, Special())
    with tempfile.TemporaryDirectory(prefix="plethys-archive-") as folder:
        with zipfile.ZipFile(archive) as members:
            members.extractall(folder)
        yield from read_wfdb_directory(Path(folder), name, special)
        for path in sorted(Path(folder).rglob("*_data.csv")):
            yield read_perform(path, name, special)


def read_perform(path: Path, name: str, special: Special) -> Recording:
    """One record of MIMIC PERform: columns Time, PPG, ECG and perhaps resp, evenly sampled."""
    with path.open(newline="") as file:
        rows = csv.reader(file)
        head = [label.strip().lower() for label in next(rows)]
        columns = np.array([[float(cell or "nan") for cell in row] for row in rows])
    time, ppg, ecg = (columns[:, head.index(label)] for label in ("time", "ppg", "ecg"))
    sample_rate = (len(time) - 1) / (time[-1] - time[0])
    return Recording(
        set=name,
        name=path.stem.removesuffix("_data"),
        samples=ppg,
        sample_rate=sample_rate,
        reference=ecg_beats(ecg, sample_rate),
        lag_range=special.lag_range,
        scored_by=special.scored_by,
    )
