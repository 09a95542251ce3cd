"""The command `plethys thermal`."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from ._thermal import ThermalAnalysis, analyze_thermal
from ._thermal_read import ThermalRecording, read_thermal
from .recording import ReadError

_COURSE = ("first", "last", "lowest", "highest")


def thermal(
    files: Annotated[
        list[Path],
        typer.Argument(help="Frames or probes: .npy, .npz, .tif, .csv, .txt, FLIR .jpg.", metavar="FILE…"),
    ],
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="NAME=y0,y1,x0,x1 (rows y0 to below y1, columns x0 to below x1); NAME=x,y;x,y;x,y… (polygon); "
            "NAME=mirror:OTHER@X (mirror image across x); NAME=all. Default: the file's sites, or the whole frame.",
            metavar="NAME=PLACE",
        ),
    ] = None,
    difference: Annotated[
        list[str] | None, typer.Option(help="Right minus left, in the same frame.", metavar="NAME=RIGHT,LEFT")
    ] = None,
    gradient: Annotated[
        list[str] | None, typer.Option(help="Distal minus proximal, in the same frame.", metavar="NAME=DISTAL,PROXIMAL")
    ] = None,
    erode: Annotated[int, typer.Option(help="Pixels taken off the edge of each region.", min=0)] = 0,
    sample_rate: Annotated[
        float | None, typer.Option(help="Frames per second; above what the file says.", metavar="HZ")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="Cel, K, cK (counts of 0.01 K), dK, or K per count; above what the file says.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="Name of the array or column.")] = None,
    shape: Annotated[
        str | None, typer.Option(help="Rows and columns, where a line of text holds a frame.", metavar="ROWSxCOLUMNS")
    ] = None,
    time: Annotated[str | None, typer.Option(help="Name of the time column; 'none': there is none.")] = None,
    emissivity: Annotated[
        str | None,
        typer.Option(help="0.5 to 1 (skin 0.98), with --reflected; or 'camera': it has been applied already."),
    ] = None,
    reflected: Annotated[float | None, typer.Option(help="Apparent temperature of what the skin mirrors, °C.")] = None,
    reference: Annotated[
        str | None, typer.Option(help="Region of constant temperature, which is known or not.", metavar="NAME[=°C]")
    ] = None,
    baseline: Annotated[
        str | None, typer.Option(help="From when to when the person's own baseline goes, s.", metavar="START,END")
    ] = None,
    phase: Annotated[
        list[str] | None, typer.Option(help="A row for each region in this phase, s.", metavar="NAME=START,END")
    ] = None,
    phases: Annotated[
        Path | None, typer.Option(help="The same from a CSV file with the columns phase, start_s, stop_s.")
    ] = None,
    warm_up: Annotated[float | None, typer.Option(help="Time from the start that is flagged as warming up, s.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Regions follow the limb.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per recording and line.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw frame, temperatures and differences; of several, names are added.")
    ] = None,
    rows: Annotated[
        Path | None, typer.Option(help="Write each region in each frame as CSV; of several, names are added.")
    ] = None,
) -> None:
    """Measure the temperatures of regions in thermal frames, or of contact probes, and print a row for each.

    A recording that cannot be read does not stop the others. Exit codes: 0 done, 1 a recording is at fault, 2 the command
    line is.
    """
    options: dict[str, Any] = {
        "regions": _regions(region, erode),
        "differences": dict(_pair("--difference", text) for text in difference or ()),
        "gradients": dict(_pair("--gradient", text) for text in gradient or ()),
        "emissivity": _number_or(emissivity, "camera", "--emissivity"),
        "reflected": reflected,
        "reference": _reference(reference),
        "baseline": None if baseline is None else _numbers("--baseline", baseline, 2),
        "warm_up": warm_up,
        "follow": follow or None,
    }
    reading: dict[str, Any] = {
        "channel": channel,
        "sample_rate": sample_rate,
        "shape": _shape(shape),
        "unit": _unit(unit),
        "time": False if time == "none" else time,
    }
    spans = [_phase(text) for text in phase or ()]
    done: list[tuple[Path, ThermalAnalysis]] = []
    faults = 0
    err = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        spans += _phases(phases)
    except (OSError, ValueError) as error:
        err.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("thermal", total=len(files))
        for file in files:
            progress.update(task, description=file.name)
            try:
                recording = read_thermal(file, **reading)
                for note in recording.notes:
                    err.print(f"note: {file}: {note}", markup=False, highlight=False, soft_wrap=True)
                result = _one(recording, options)
                _write(result, file, plot, rows, many=len(files) > 1)
            except (OSError, ValueError, TypeError, KeyError) as error:
                faults += 1
                text = str(error.args[0]) if isinstance(error, KeyError) else str(error)
                said = text if str(file) in text else f"{file}: {text}"
                if as_json:
                    typer.echo(json.dumps({"file": str(file), "error": said}))
                else:
                    err.print(f"error: {said}", style="red", markup=False, highlight=False, soft_wrap=True)
            else:
                done.append((file, result))
                if as_json:
                    typer.echo(json.dumps({"file": str(file), **result.to_dict(), **_by_phase(result, spans)}))
            progress.advance(task)
    if done and not as_json:
        from .cli import _out

        _out().print(_grid(done, spans))
    raise typer.Exit(1 if faults else 0)


def _one(recording: ThermalRecording, options: dict[str, Any]) -> ThermalAnalysis:
    if recording.time is None and recording.sample_rate is None and len(recording) > 1:
        raise ReadError(f"{recording.path}: expected a rate or time stamps, got neither: give --sample-rate")
    return analyze_thermal(recording, **options)


def _write(result: ThermalAnalysis, file: Path, plot: Path | None, rows: Path | None, *, many: bool) -> None:
    def named(path: Path) -> Path:
        return path.with_name(f"{path.stem}-{file.stem}{path.suffix}") if many else path

    if plot is not None:
        result.plot(named(plot))
    if rows is not None:
        result.regions.to_csv(named(rows))


# ---------------------------------------------------------------------------------------------- the command line


def _fault(option: str, said: str) -> typer.BadParameter:
    return typer.BadParameter(said, param_hint=option)


def _numbers(option: str, text: str, count: int) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != count:
        raise _fault(option, f"expected {count} numbers with commas between, got {text!r}")
    return numbers


def _named(option: str, text: str, form: str) -> tuple[str, str]:
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        raise _fault(option, f"expected {form}, got {text!r}")
    return name.strip(), rest.strip()


def _regions(texts: list[str] | None, erode: int) -> list[tuple[str, Any]] | None:
    """In the order in which they were given; a name that comes twice is the kernel's to refuse."""
    if not texts:
        return None
    regions = []
    for text in texts:
        name, place = _named("--region", text, "NAME=y0,y1,x0,x1")
        shape: Any
        if place == "all":
            shape = None
        elif place.startswith("mirror:"):
            of, at, axis = place.removeprefix("mirror:").rpartition("@")
            if not at or not of:
                raise _fault("--region", f"expected NAME=mirror:OTHER@X, got {text!r}")
            shape = {"mirror": of, "axis": _numbers("--region", axis, 1)[0]}
        elif ";" in place:
            shape = [_numbers("--region", corner, 2) for corner in place.strip(";").split(";")]
        else:
            edges = _numbers("--region", place, 4)
            if any(edge != round(edge) for edge in edges):
                raise _fault("--region", f"expected whole numbers y0,y1,x0,x1, got {place!r}")
            shape = tuple(int(edge) for edge in edges)
        regions.append((name, {"region": shape, "erode": erode} if erode else shape))
    return regions


def _pair(option: str, text: str) -> tuple[str, tuple[str, str]]:
    name, pair = _named(option, text, "NAME=ONE,OTHER")
    parts = [part.strip() for part in pair.split(",")]
    if len(parts) != 2 or not all(parts):
        raise _fault(option, f"expected NAME=ONE,OTHER, got {text!r}")
    return name, (parts[0], parts[1])


Span = tuple[str, float, float]


def _phase(text: str) -> Span:
    name, span = _named("--phase", text, "NAME=START,END")
    start, end = _numbers("--phase", span, 2)
    if not start < end:
        raise _fault("--phase", f"expected a start before the end, got {text!r}")
    return name, start, end


def _phases(path: Path | None) -> list[Span]:
    if path is None:
        return []
    with path.open(newline="", encoding="utf-8-sig") as file:
        spans: list[Span] = []
        for line, row in enumerate(csv.DictReader(file), 2):
            try:
                spans.append((str(row["phase"]), float(row["start_s"]), float(row["stop_s"])))
            except (KeyError, TypeError, ValueError):
                raise ReadError(f"{path}, line {line}: expected phase, start_s and stop_s, got {row}") from None
    return spans


def _by_phase(result: ThermalAnalysis, spans: list[Span]) -> dict[str, Any]:
    return {"phases": {name: result.between(start, end) for name, start, end in spans}} if spans else {}


def _number_or(text: str | None, word: str, option: str) -> float | str | None:
    return text if text is None or text == word else _numbers(option, text, 1)[0]


def _reference(text: str | None) -> str | tuple[str, float] | None:
    if text is None or "=" not in text:
        return text
    name, known = _named("--reference", text, "NAME=°C")
    return name, _numbers("--reference", known, 1)[0]


def _shape(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    if (found := re.fullmatch(r"(\d+)[x×](\d+)", text)) is None:
        raise _fault("--shape", f"expected ROWSxCOLUMNS such as 24x32, got {text!r}")
    return int(found[1]), int(found[2])


def _unit(text: str | None) -> str | float | None:
    if text is None or text in ("Cel", "K", "cK", "dK"):
        return text
    try:
        return float(text)
    except ValueError:
        raise _fault("--unit", f"expected Cel, K, cK, dK or K per count, got {text!r}") from None


# ---------------------------------------------------------------------------------------------- the table


def _grid(done: list[tuple[Path, ThermalAnalysis]], spans: list[Span]) -> Grid:
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    grid.add_column("recording", overflow="fold")
    grid.add_column("region", overflow="fold")
    if spans:
        grid.add_column("phase", overflow="fold")
    for title in ("s", "frames", "left out", "mean", "first", "last", "lowest", "highest", "K/min"):
        grid.add_column(title, justify="right")
    grid.add_column("unit")
    grid.add_column("state")
    for file, result in done:
        for name in [*result.overview, *result.difference_overview]:
            unit = "°C" if name in result.overview else "K"
            for phase, start, end in spans:
                grid.add_row(
                    file.name, name, phase, *_cells(result, result.between(start, end)[name], end - start, unit)
                )
            if not spans:
                line = result.overview.get(name) or result.difference_overview[name]
                grid.add_row(file.name, name, *_cells(result, line, result.duration, unit))
    return grid


def _cells(result: ThermalAnalysis, line: dict[str, Any], duration: float, unit: str) -> list[str]:
    reason = line["left_out_reason"]
    return [
        f"{duration:.0f}",
        str(line["accepted"]),
        f"{line['left_out']} {reason}" if reason else str(line["left_out"]),
        _value(line["mean"], ".2f", line["reason"]),
        *(_value(line[key], ".2f") for key in _COURSE),
        _value(line["rate"], "+.3f"),
        unit,
        result.state if line["reason"] is None else f"{result.state}, {line['reason']}",
    ]


def _value(value: float | None, form: str, reason: str | None = None) -> str:
    return format(value, form) if value is not None else f"– {reason}" if reason else "–"
