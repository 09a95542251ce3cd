"""WFDB records as recordings: a pulse channel, and beats from an annotation or from the ECG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .recordings import Recording, Special

PULSE = ("PLETH", "PPG", "BVP")
PRESSURE = ("ABP", "ART", "PRESSURE")
ECG = ("II", "ECG", "MLII", "I", "III", "V", "V5", "MCL", "MCL1", "AVR", "AVF", "AVL")
ANNOTATIONS = ("atr", "ecg", "qrs", "beat")
BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")


def read_wfdb_directory(folder: Path, name: str, special: Special) -> Iterator[Recording]:
    """The records under a folder that hold a pulse and something to compare it with."""
    for header in sorted(folder.rglob("*.hea")):
        recording = read_wfdb(header, name, special)
        if recording is not None:
            yield recording


def read_wfdb(header: Path, name: str, special: Special) -> Recording | None:
    """One record, or nothing where it has no pulse or no reference."""
    import wfdb

    record = wfdb.rdrecord(str(header.with_suffix("")))
    channels = {label.strip(" ,").upper(): k for k, label in enumerate(record.sig_name or ())}
    pulse = first_beginning(channels, PULSE)
    pressure = first_beginning(channels, PRESSURE)
    reference = read_reference(header, record, channels)
    if (pulse is None and pressure is None) or reference is None:
        return None
    return Recording(
        set=name,
        name=header.stem,
        samples=record.p_signal[:, pressure if pulse is None else pulse],
        sample_rate=float(record.fs),
        reference=reference,
        signal="pressure" if pulse is None else "ppg",
        lag_range=special.lag_range,
        scored_by=special.scored_by,
    )


def first_beginning(channels: dict[str, int], beginnings: tuple[str, ...]) -> int | None:
    return next((k for label, k in channels.items() if label.startswith(beginnings)), None)


def read_reference(header: Path, record, channels: dict[str, int]) -> np.ndarray | None:
    """Annotated beats where there are some, else those that XQRS finds in the best lead; s."""
    import wfdb

    for extension in ANNOTATIONS:
        if header.with_suffix(f".{extension}").exists():
            annotation = wfdb.rdann(str(header.with_suffix("")), extension)
            is_beat = np.array([symbol in BEAT_SYMBOLS for symbol in annotation.symbol], dtype=bool)
            return annotation.sample[is_beat] / record.fs
    lead = next((channels[label] for label in ECG if label in channels), None)
    if lead is None:
        return None
    return ecg_beats(record.p_signal[:, lead], float(record.fs))


def ecg_beats(ecg: np.ndarray, sample_rate: float) -> np.ndarray:
    """R peaks by wfdb's XQRS, s. One detector only: weaker than a reference that several agree on."""
    from wfdb.processing import xqrs_detect

    return np.asarray(xqrs_detect(np.nan_to_num(ecg), sample_rate, verbose=False), dtype=float) / sample_rate
