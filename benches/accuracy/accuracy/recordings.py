"""Recordings with a reference, read from a directory in the layout of `PLETHYS_DATA`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from .score import LAG_RANGE_S

PULSATION_BAND_HZ = (0.7, 4.0)


@dataclass(frozen=True)
class Recording:
    """One stream with its reference beats."""

    set: str
    name: str
    samples: np.ndarray
    sample_rate: float  # Hz
    reference: np.ndarray  # s from the first sample, ascending
    exclude: tuple[tuple[float, float], ...] = ()  # s, not scored
    signal: str = "ppg"
    time: np.ndarray | None = field(default=None, repr=False)  # s, where samples carry their own stamps
    motion: np.ndarray | None = field(default=None, repr=False)  # (n, 3)
    companion: np.ndarray | None = field(default=None, repr=False)
    lag_range: tuple[float, float] = LAG_RANGE_S
    scored_by: tuple[str, ...] = ("beats", "rate")
    inverted: bool = False  # the signal is known to fall in systole

    @property
    def duration(self) -> float:
        if self.time is not None:
            return float(self.time[-1] - self.time[0])
        return len(self.samples) / self.sample_rate

    def stretched(self, factor: float) -> Recording:
        """The same samples at a rate declared `factor` times lower: all times grow by `factor`."""
        return replace(
            self,
            name=f"{self.name} ×{factor:g}",
            sample_rate=self.sample_rate / factor,
            reference=self.reference * factor,
            exclude=tuple((a * factor, b * factor) for a, b in self.exclude),
            time=None if self.time is None else self.time * factor,
            lag_range=(self.lag_range[0] * factor, self.lag_range[1] * factor),
        )

    def starting_at(self, start: float) -> Recording:
        """The recording without its first `start` seconds."""
        first = round(start * self.sample_rate)
        cut = first / self.sample_rate
        return replace(
            self,
            name=f"{self.name} from {start:g} s",
            samples=self.samples[first:],
            reference=self.reference[self.reference >= cut] - cut,
            exclude=tuple((a - cut, b - cut) for a, b in self.exclude if b > cut),
            motion=None if self.motion is None else self.motion[first:],
            companion=None if self.companion is None else self.companion[first:],
        )


@dataclass(frozen=True)
class Special:
    """What the files of one set do not say themselves."""

    channel: str = "ppg"
    signal: str = "ppg"
    pulsating: tuple[str, ...] = ()  # choose the channel with the most pulsation
    motion: str | None = None
    companion: str | None = None
    lag_range: tuple[float, float] = LAG_RANGE_S
    clock_offset: float = 0.0  # s, added to the reference's times
    scored_by: tuple[str, ...] = ("beats", "rate")
    stretches: tuple[float, ...] = ()  # copies stretched in time
    starts: tuple[float, ...] = ()  # copies that start later, s


SPECIAL = {
    "bidmc": Special(stretches=(1.5, 0.7)),
    "mimic_abp": Special(channel="abp", signal="pressure"),
    "troika": Special(channel="ppg1", motion="acc", companion="ppg2", starts=(80.0, 150.0)),
    # The RR intervals start about 1 s before the video.
    "welltory_phone_ppg": Special(pulsating=("ppg_r", "ppg_g", "ppg_b"), lag_range=(-2.0, 5.0)),
    # Its ECG clock is 4.6 s off (its README), not exactly: the rate is scored, beats are for information.
    "wrist_ppg_exercise": Special(
        motion="acc_low_noise", lag_range=(-10.0, 10.0), clock_offset=4.6, scored_by=("rate",)
    ),
}


def read_sets(directory: Path, only: tuple[str, ...] = ()) -> Iterator[Recording]:
    """Every recording with a reference under `directory`, set by set."""
    for folder in sorted(p for p in directory.iterdir() if p.is_dir()):
        if only and folder.name not in only:
            continue
        yield from read_set(folder, SPECIAL.get(folder.name, Special()))


def read_set(folder: Path, special: Special) -> Iterator[Recording]:
    """The recordings of one set: those that have reference beats."""
    if any(folder.glob("*.hea")):
        from .wfdb_records import read_wfdb_directory

        yield from read_wfdb_directory(folder, folder.name, special)
    for path in sorted(folder.glob("*.npz")):
        reference = read_reference(folder, path.stem)
        if reference is not None:
            yield read_npz(path, special, reference)


def read_npz(path: Path, special: Special, reference: np.ndarray) -> Recording:
    """One `<record>.npz` with the tables beside it."""
    with np.load(path) as arrays:
        time = arrays["t_ms"] / 1000.0 if "t_ms" in arrays else None
        sample_rate = float(arrays["fs"])
        channel = special.channel
        if special.pulsating:
            channels = [name for name in special.pulsating if name in arrays]
            channel = max(channels, key=lambda name: pulsation(arrays[name], sample_rate))
        return Recording(
            set=path.parent.name,
            name=path.stem,
            samples=arrays[channel],
            sample_rate=sample_rate,
            reference=reference + special.clock_offset,
            exclude=tuple(
                (start + special.clock_offset, end + special.clock_offset)
                for start, end in read_exclude(path.parent, path.stem)
            ),
            signal=special.signal,
            time=None if time is None else time - time[0],
            motion=arrays.get(special.motion),
            companion=arrays.get(special.companion),
            lag_range=special.lag_range,
            scored_by=special.scored_by,
        )


def pulsation(samples, sample_rate: float) -> float:
    """Standard deviation in 0.7 to 4 Hz: which channel of a camera carries the pulse."""
    samples = np.nan_to_num(np.asarray(samples, dtype=float))
    spectrum = np.fft.rfft(samples - samples.mean())
    frequency = np.fft.rfftfreq(len(samples), 1.0 / sample_rate)
    band = (frequency >= PULSATION_BAND_HZ[0]) & (frequency <= PULSATION_BAND_HZ[1])
    return float(np.sqrt(np.sum(np.abs(spectrum[band]) ** 2)) / len(samples))


def read_reference(folder: Path, record: str) -> np.ndarray | None:
    """Reference beats in s: stored beats, or the ends of stored RR intervals."""
    beats = folder / f"beats_{record}.csv"
    if beats.exists():
        return read_columns(beats)[0]
    intervals = folder / f"rr_reference_{record}.csv"
    if intervals.exists():
        return np.concatenate([[0.0], np.cumsum(read_columns(intervals)[0] / 1000.0)])
    return None


def read_exclude(folder: Path, record: str) -> tuple[tuple[float, float], ...]:
    path = folder / f"exclude_{record}.csv"
    if not path.exists():
        return ()
    start, end = read_columns(path)[:2]
    return tuple(zip(start.tolist(), end.tolist(), strict=True))


def read_columns(path: Path) -> list[np.ndarray]:
    """The columns of a CSV file with one header line, as numbers."""
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    return [np.array([float(row[k]) for row in rows[1:]]) for k in range(len(rows[0]))]
