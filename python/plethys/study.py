"""Did the circulation change? A study from its file to its report.

    study = plethys.Study.read("study.toml")
    report = study.run()
    report.save("report.html")

`plethys study new` writes a documented study file to start from. What a study is, and how its numbers come about, is told
in docs/study.md; everything is computed in the kernel (Rust: `plethys::study`), here files are read and figures drawn.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _convert, _plethys
from ._figures import Average
from ._files import Content, ReadError, clock_of, read_content, stream_of
from ._markers import read_markers
from ._page import Pictures, render
from ._plethys import StudyError
from ._results import Results
from ._study_thermal import Framed, is_framed, measure, take

if TYPE_CHECKING:
    import pandas

__all__ = ["Report", "Study", "StudyError"]

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, int, int], None]

_TRACE_SECONDS = 8.0
_NO_CLOCK = "expected a sample rate or a column of times, got neither: give sample_rate in the study file"


@dataclass
class _Taken:
    """One analysed channel of one recording, kept for the figures."""

    channel: str
    recording: str
    samples: npt.NDArray[Any]
    time: Floats | None
    raw: _plethys.Analysis


class Study:
    """What is compared with what: recordings, channels, phases, settings.

    Made from a study file, `Study.read("study.toml")`, or from its text, `Study(text, folder)`. Raises `StudyError`, which
    lists every fault with line and key, for a file that contradicts itself.
    """

    def __init__(self, text: str, folder: str | os.PathLike[str] = ".") -> None:
        self._raw = _plethys.Study(text)
        self.folder = Path(folder)
        """The folder that the names of files start from."""

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Study:
        """Read a study file; names of files in it start from its folder.

        Raises
        ------
        StudyError
            For a file that is no study or contradicts itself; the message names line, column and key of every fault. A
            ValueError.
        OSError
            For a file that is not there or may not be opened.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise StudyError(f"{path}: expected text, byte {error.start} is not UTF-8") from None
        try:
            return cls(text, path.parent)
        except StudyError as error:
            named = StudyError("\n".join(f"{path}: {line}" for line in str(error).splitlines()))
            named.faults = error.faults
            raise named from None

    @staticmethod
    def template() -> str:
        """A documented study file to start from."""
        return _plethys.study_template()

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self._raw.facts()["title"])

    @property
    def recordings(self) -> list[dict[str, Any]]:
        """The recordings: id, file, visit, start (s of study time), sample_rate (Hz) …"""
        return self._raw.recordings()

    @property
    def channels(self) -> list[dict[str, Any]]:
        """The channels: id, signal, column, recordings, unit …"""
        return self._raw.channels()

    def run(self, progress: Progress | None = None) -> Report:
        """Read the files, analyse every channel, compare the phases.

        `progress(what, done, total)` is told of each step. A file or channel that cannot be had is a row of
        `report.tables["problems"]`, and everything else goes on. The work is done by as many threads as there are processors.
        """
        data = _plethys.Measurements()
        recordings, channels = self._raw.recordings(), self._raw.channels()
        held = {r["id"]: [c for c in channels if r["id"] in c["recordings"]] for r in recordings}
        total, done = sum(map(len, held.values())), 0
        tell = progress or (lambda what, done, total: None)
        taken: list[_Taken] = []
        frames: list[Future[Framed]] = []
        jobs: list[tuple[str, Future[_Taken | None]]] = []
        with ThreadPoolExecutor() as pool:
            for recording in recordings:
                tell(f"reading {recording['id']}", done, total)
                jobs += self._start(pool, data, recording, held[recording["id"]], frames)
                done = total - sum(not job.done() for _, job in jobs) if len(jobs) == total else done
            for done, (name, job) in enumerate(jobs, 1):
                tell(f"analysing {name}", done - 1, total)
                if (result := job.result()) is not None:
                    taken.append(result)
        tell("comparing", total, total)
        raw = self._raw.run(data)
        with ThreadPoolExecutor() as pool:
            averages = list(pool.map(lambda stream: self._averages(raw, stream), taken))
        framed = [job.result() for job in frames if job.exception() is None]
        return Report(raw, self._raw, taken, [average for own in averages for average in own], framed)

    def _averages(self, raw: _plethys.Report, stream: _Taken) -> list[Average]:
        """The averaged beats of a channel, which the kernel takes into the report and gives for the figures."""
        shapes = raw.add_shapes(
            self._raw, stream.channel, stream.recording, stream.raw, stream.samples, stream.time is None
        )
        return [Average(stream.channel, window, beats, *columns) for window, beats, columns in shapes]

    def _start(
        self,
        pool: ThreadPoolExecutor,
        data: _plethys.Measurements,
        recording: Mapping[str, Any],
        channels: list[dict[str, Any]],
        frames: list[Future[Framed]],
    ) -> list[tuple[str, Future[_Taken | None]]]:
        """Reads a recording and sets its channels to work."""
        name = recording["id"]
        self._markers(data, recording)
        if recording["file"] is None:
            if channels:
                data.add_failure("missing_file", None, name, f'recording "{name}": no file is named')
            return []
        path = self.folder / recording["file"]
        digest = pool.submit(_sha256, path)
        framed = [c for c in channels if is_framed(c)]
        channels = [c for c in channels if not is_framed(c)]
        jobs: list[tuple[str, Future[_Taken | None]]] = []
        if framed:
            job = pool.submit(measure, recording, framed, path)
            frames.append(job)
            for c in framed:
                jobs.append((f"{c['id']} of {name}", pool.submit(self._region, data, recording, c, path, job, digest)))
            if not channels:
                return jobs
        try:
            content = read_content(path, recording["time_column"])
        except OSError as error:
            code = "missing_file" if isinstance(error, FileNotFoundError) else "unreadable_file"
            digest.cancel()
            data.add_failure(code, None, name, f'recording "{name}": {path}: {error.strerror or error}')
            return jobs
        except (ValueError, ImportError, MemoryError) as error:
            digest.cancel()
            data.add_failure("unreadable_file", None, name, f'recording "{name}": {error}')
            return jobs
        for time, label in content.markers:
            data.add_marker(name, time, label)
        return jobs + [
            (f"{c['id']} of {name}", pool.submit(self._channel, data, recording, c, path, content, digest))
            for c in channels
        ]

    def _region(
        self,
        data: _plethys.Measurements,
        recording: Mapping[str, Any],
        channel: Mapping[str, Any],
        path: Path,
        frames: Future[Framed],
        digest: Future[str],
    ) -> None:
        """Takes the region of one thermal channel, once the recording's frames are measured."""
        where = f'recording "{recording["id"]}", channel "{channel["id"]}"'
        try:
            take(data, self._raw, frames.result(), channel, digest.result())
        except OSError as error:
            code = "missing_file" if isinstance(error, FileNotFoundError) else "unreadable_file"
            data.add_failure(code, channel["id"], recording["id"], f"{where}: {path}: {error.strerror or error}")
        except (ValueError, TypeError, ImportError, MemoryError) as error:
            data.add_failure("unusable_channel", channel["id"], recording["id"], f"{where}: {error}")

    def _markers(self, data: _plethys.Measurements, recording: Mapping[str, Any]) -> None:
        if recording["events"] is None:
            return
        path = self.folder / recording["events"]
        try:
            for time, label in read_markers(path):
                data.add_marker(recording["id"], time, label)
        except (OSError, ReadError) as error:
            text = f"{path}: {error.strerror}" if isinstance(error, OSError) else str(error)
            data.add_failure("unreadable_events", None, recording["id"], f'recording "{recording["id"]}": {text}')

    def _channel(
        self,
        data: _plethys.Measurements,
        recording: Mapping[str, Any],
        channel: Mapping[str, Any],
        path: Path,
        content: Content,
        digest: Future[str],
    ) -> _Taken | None:
        """Analyses one channel of one recording, in a thread of its own."""
        where = f'recording "{recording["id"]}", channel "{channel["id"]}"'

        def fail(code: str, text: str) -> None:
            data.add_failure(code, channel["id"], recording["id"], f"{where}: {text}")

        column = _column(content, channel["column"])
        if column is None:
            known = ", ".join(content.channels)
            fail("missing_column", f"{path} has no column {channel['column']!r}; it has {known}")
            return None
        try:
            samples = stream_of(path, content, column)
            # The study's rate counts where the file says none; where they differ, the kernel says so.
            rate, stamps = clock_of(content, column, None)
            rate = rate or recording["sample_rate"]
            if channel["pulse"]:
                cuff = None
                if channel["cuff_column"] is not None:
                    place = _column(content, channel["cuff_column"])
                    if place is None:
                        fail(
                            "missing_column", f"{path} has no column {channel['cuff_column']!r} of the cuff's pressure"
                        )
                        return None
                    cuff = _convert.floats(stream_of(path, content, place), channel["cuff_column"])
                return self._pulses(data, recording, channel, samples, rate, stamps, digest.result(), cuff)
            self._values(data, recording, channel, samples, rate, stamps, digest.result())
        except (ValueError, TypeError, OSError) as error:
            fail("unusable_channel", str(error))
        return None

    def _pulses(
        self,
        data: _plethys.Measurements,
        recording: Mapping[str, Any],
        channel: Mapping[str, Any],
        samples: npt.NDArray[Any],
        rate: float | None,
        stamps: Floats | None,
        digest: str,
        cuff: Floats | None,
    ) -> _Taken:
        if rate is None:
            if stamps is None:
                raise ReadError(_NO_CLOCK)
            rate = _plethys.estimate_sample_rate(stamps)
        config = self._raw.config(channel["id"], rate)
        raw = _plethys.analyze(samples, config, stamps)
        if cuff is not None:
            # A cuff channel of its own has as many samples or fewer over the same time.
            raw = self._raw.with_cuff(channel["id"], raw, cuff, rate, len(samples))
        data.add_beats(self._raw, channel["id"], recording["id"], raw, digest)
        return _Taken(channel["id"], recording["id"], samples, stamps, raw)

    def _values(
        self,
        data: _plethys.Measurements,
        recording: Mapping[str, Any],
        channel: Mapping[str, Any],
        samples: npt.NDArray[Any],
        rate: float | None,
        stamps: Floats | None,
        digest: str,
    ) -> None:
        if stamps is None:
            if rate is None:
                raise ReadError(_NO_CLOCK)
            stamps = np.arange(len(samples)) / rate
        finite = stamps[np.isfinite(stamps)]
        duration = float(finite[-1] - finite[0]) if len(finite) else 0.0
        measure = channel["measures"][0] if channel["measures"] else _measure_of(channel)
        values = _convert.floats(samples, channel["column"])
        data.add_values(
            self._raw,
            channel["id"],
            recording["id"],
            measure,
            np.ascontiguousarray(stamps),
            values,
            duration,
            rate,
            digest,
        )

    def __repr__(self) -> str:
        facts = self._raw.facts()
        return f"Study {facts['title'] or 'without a title'}: {len(self.recordings)} recordings, {len(self.channels)} channels"


def _measure_of(channel: Mapping[str, Any]) -> str:
    return "temperature" if channel["signal"] == "thermal" else "value"


def _column(content: Content, wanted: str) -> str | None:
    """The column of that name; capitals do not matter where it is the only one."""
    if wanted in content.channels:
        return wanted
    folded = [name for name in content.channels if name.lower() == wanted.lower()]
    return folded[0] if len(folded) == 1 else None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return ""  # the reader of the file says why
    return digest.hexdigest()


class Report:
    """What a study answers; made by `Study.run`.

    `table` has a row for each channel, measure and window, with level, change and verdict; `tables` holds every table by name:
    phases, windows, channels, sources, levels, rejections, changes, differences, asymmetries, durations, course, shapes (averaged
    beats), findings, problems.
    """

    def __init__(
        self,
        raw: _plethys.Report,
        study: _plethys.Study,
        taken: list[_Taken],
        averages: list[Average],
        framed: list[Framed],
    ) -> None:
        self._raw, self._study, self._taken, self._averages = raw, study, taken, averages
        self._framed = framed
        self._facts = raw.facts()
        self.tables: dict[str, Results] = {name: Results(name, columns, cells) for name, columns, cells in raw.tables()}
        """Every table by name."""

    @property
    def title(self) -> str:
        """Title of the study."""
        return str(self._facts["title"])

    @property
    def facts(self) -> dict[str, Any]:
        """What is no table: title, subject, start, note, version, settings_hash, input_hash, seed, alpha."""
        return dict(self._facts)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of the study with its settings, and of all series that went in."""
        return {"settings": self._facts["settings_hash"], "input": self._facts["input_hash"]}

    @property
    def problems(self) -> list[str]:
        """What went wrong with the data, one sentence each; everything else stands."""
        return [str(text) for text in self.tables["problems"]["text"]]

    @property
    def findings(self) -> list[str]:
        """What may not be concluded, one sentence each."""
        return [str(text) for text in self.tables["findings"]["text"]]

    @property
    def table(self) -> Results:
        """A row for each channel, measure and window: who, when, level, change, verdict."""
        return self.tables["summary"]

    def to_pandas(self) -> pandas.DataFrame:
        """`table` as a pandas DataFrame."""
        return self.table.to_pandas()

    def to_json(self) -> str:
        """Everything as one JSON object; the same bytes from every language."""
        return self._raw.json()

    def to_html(self) -> str:
        """The report as one self-contained page."""
        tables = {name: table.rows() for name, table in self.tables.items()}
        return render(self._facts, tables, self._pictures())

    def fhir(self, release: str = "R5") -> list[Any]:
        """The phase values as FHIR Observations; needs the extra `plethys[fhir]`.

        `release` is "R5" or "R4B". A list of `fhir.resources` models, validated by that library; `.model_dump_json()` of each is
        the resource.
        """
        from ._fhir import observations

        return observations(self, release)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the report; the ending of `path` says as what.

        `.html`: the page; `.pdf`: the page on paper, through Chromium (the environment's CHROMIUM, or one that is installed) or
        WeasyPrint; `.json`: everything, for machines; `.csv`: `table`.

        Raises ValueError for another ending, RuntimeError where there is nothing to print with, OSError where the file cannot be
        written.
        """
        path = Path(path)
        ending = path.suffix.lower()
        if ending == ".html":
            path.write_text(self.to_html(), encoding="utf-8")
        elif ending == ".json":
            path.write_text(self.to_json() + "\n", encoding="utf-8")
        elif ending == ".csv":
            self.table.to_csv(path)
        elif ending == ".pdf":
            from ._pdf import print_page

            print_page(self.to_html(), path)
        else:
            raise ValueError(f"expected a file that ends in .html, .pdf, .json or .csv, got {path.name!r}")

    def _pictures(self) -> Pictures:
        from ._pictures import pictures

        return pictures(self, self._study, self._taken, self._averages, self._framed)

    def __repr__(self) -> str:
        judged = self.tables["changes"]
        claimed = int((judged["verdict"] == "claimed").sum())
        return (
            f"Report on {self.title or 'a study'}: {len(self.tables['levels'])} levels, {len(judged)} changes, "
            f"{claimed} claimed, {len(self.problems)} problems"
        )
