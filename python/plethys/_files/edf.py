"""EDF+ and BDF+ files, by pyedflib."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .content import Content, ReadError, distinct


def read_edf(path: Path, time: str | int | bool | None) -> Content:
    try:
        import pyedflib
    except ImportError as error:
        raise ImportError("EDF and BDF files need pyedflib: pip install 'plethys[edf]'") from error
    with path.open("rb"):
        pass  # for the system's own words where the file is not there or may not be opened
    try:
        with pyedflib.EdfReader(str(path)) as file:
            names = distinct([label.strip() or str(k) for k, label in enumerate(file.getSignalLabels())])
            channels = {name: file.readSignal(k) for k, name in enumerate(names)}
            rates = dict(zip(names, map(float, file.getSampleFrequencies()), strict=True))
            units = {name: file.getPhysicalDimension(k).strip() for k, name in enumerate(names)}
            onsets, _, texts = file.readAnnotations()
            start = file.getStartdatetime()
    except (OSError, ValueError) as error:
        raise ReadError(f"{path}: expected an EDF+ or BDF+ file: {error}") from None
    markers = [(float(onset), str(text).strip()) for onset, text in zip(onsets, texts, strict=True)]
    return Content(channels, start_time=np.datetime64(start, "us"), units=units, rates=rates, markers=markers)
