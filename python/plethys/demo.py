"""`python -m plethys.demo`: the main job, on real recordings and on a whole study.

Analyses HeartPy's example recordings (and, where `PLETHYS_DATA` names a folder of recordings, every pulse recording in it),
prints what came out and how long it took, and draws waveform, beats and trends. Then runs the source study from its files, which
are made the first time, and writes its report.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from . import __version__, _words, datasets
from ._stream import Analysis, analyze
from .recording import ReadError, Recording, read
from .study import Study

FIGURES_AT_MOST = 9  # drawing takes longer than analysing
STUDY_SEED = 1


def recordings(data: Path | None) -> Iterator[tuple[str, Recording, bool]]:
    """Source, recording, and whether it is drawn: HeartPy's, and the first of each folder of `data`."""
    for recording in datasets.heartpy():
        yield "heartpy", recording, True
    if data is None:
        return
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        drawn = False
        for path in sorted(folder.glob("*.npz")):
            try:
                recording = read(path)
            except ReadError:
                continue  # temperatures, frames, flows: no pulse stream in it
            if recording.signal is not None and not path.stem.startswith("heartpy"):
                yield folder.name, recording, not drawn
                drawn = True


def main(arguments: list[str] | None = None) -> int:
    """Runs the demo; 0 when every recording was analysed."""
    parser = argparse.ArgumentParser(prog="python -m plethys.demo", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder for the figures")
    parser.add_argument("--no-plots", action="store_true", help="only the table: no figures, no study")
    options = parser.parse_args(arguments)
    data = Path(os.environ["PLETHYS_DATA"]) if os.environ.get("PLETHYS_DATA") else None
    if data is not None and not data.is_dir():
        print(f"PLETHYS_DATA names no folder: {data}", file=sys.stderr)
        return 1

    grid = Grid(box=None, header_style="bold", pad_edge=False)
    grid.add_column("recording")
    for title in ("s", "Hz", "beats", "left out", "rate /min", "amplitude", "perfusion index", "ms"):
        grid.add_column(title, justify="right")
    signal_s = work_s = 0.0
    drawn: list[tuple[str, Analysis]] = []
    count = 0
    for source, recording, draw in recordings(data):
        begin = time.perf_counter()
        result = analyze(recording)
        elapsed = time.perf_counter() - begin
        signal_s, work_s, count = signal_s + result.duration, work_s + elapsed, count + 1
        name = recording.name if recording.name.startswith(source) else f"{source}_{recording.name}"
        accepted = int(result.beats.accepted.sum())
        grid.add_row(
            name,
            f"{result.duration:.1f}",
            f"{result.sample_rate:.5g}",
            str(accepted),
            str(len(result.beats) - accepted),
            _say(result, "pulse_rate", ".1f"),
            _say(result, "amplitude", ".4g"),
            _say(result, "perfusion_index", ".3g", " %"),
            f"{1000 * elapsed:.1f}",
        )
        if draw and not options.no_plots and len(drawn) < FIGURES_AT_MOST:
            drawn.append((name, result))
    console = Console() if sys.stdout.isatty() else Console(width=140)
    console.print(grid)
    print(
        f"\n{count} recordings, {signal_s / 60:.1f} min of signal in {work_s:.2f} s: {signal_s / work_s:.0f} times real time"
    )
    if data is None:
        print("PLETHYS_DATA is not set: HeartPy's recordings only")
    if drawn:
        options.output.mkdir(parents=True, exist_ok=True)
        for name, result in drawn:
            result.plot(options.output / f"{name}.png")
        print(f"{len(drawn)} figures are in {options.output.resolve()}")
    if not options.no_plots:
        study(options.output / "study")
    return 0


def study(folder: Path) -> None:
    """The source study: its files, which are kept from one demo to the next, then its report."""
    made = f"plethys {__version__}, seed {STUDY_SEED}, with thermography\n"
    stamp, file = folder / "made-by.txt", folder / "study.toml"
    print("\nThe source study: the right leg is massaged; PVR and PPG of both legs and a finger, 2 h 25 min at 250 Hz,")
    print("both feet before a thermal camera")
    if not (file.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == made):
        print("  making its raw streams, once ...", flush=True)
        datasets.source_study(STUDY_SEED, thermal=True).write(folder)
        stamp.write_text(made, encoding="utf-8")
    begin = time.perf_counter()
    report = Study.read(file).run()
    page = folder / "report.html"
    report.save(page)
    elapsed = time.perf_counter() - begin
    for row in report.table.rows():
        if row["signal"] == "pvr" and row["measure"] == "amplitude" and row["kind"] != "intervention":
            change = ""
            if row["percent"] is not None:
                ends = _words.interval(row["percent_low"], row["percent_high"], 1, True)
                change = f", {_words.percent(row['percent'])} ({ends})"
            level = _words.interval(row["low"], row["high"])
            print(f"  {row['channel']:16} {row['window']:16} {row['median']:.2f} mmHg ({level}){change}")
    for row in report.tables["asymmetries"].rows():
        if row["measure"] == "temperature" and row["change"] is not None and row["window"].startswith("follow_up"):
            ends = _words.interval(row["change_low"], row["change_high"], 2, True)
            now, moved = (_words.number(row[key], 2, True) for key in ("difference", "change"))
            print(f"  right minus left foot, {row['window']:14} {now} °C, changed by {moved} ({ends})")
    for problem in report.problems:
        print(f"  {problem}")
    print(f"  from files to report in {elapsed:.1f} s; the report: {page.resolve()}")


def _say(result: Analysis, name: str, form: str, unit: str = "") -> str:
    value = getattr(result, name)
    return format(value, form) + unit if value is not None else f"– {result.absent[name]}"


if __name__ == "__main__":
    sys.exit(main())
