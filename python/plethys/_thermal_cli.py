"""The command `plethys thermal`."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from ._thermal import analyze_thermal
from ._thermal_analysis import ThermalAnalysis
from ._thermal_read import ThermalRecording, read_thermal
from ._thermal_series import FlowSeries, Oscillations, Rewarming
from .recording import ReadError

Span = tuple[str, float, float]
"""A phase: its name, start and end, s."""
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
    bands: Annotated[
        bool,
        typer.Option("--bands", help="Oscillations of each region and difference, band by band; of a flow always."),
    ] = False,
    rewarming: Annotated[
        str | None,
        typer.Option(help="The cold ended at FROM, s; BEFORE it the skin had so many °C.", metavar="FROM[,BEFORE]"),
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
    cold = _cold(rewarming)
    done: list[tuple[Path, _Result]] = []
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
                result = _one(recording, options, bands, cold)
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
                    typer.echo(json.dumps({"file": str(file), **result.to_dict(spans)}))
            progress.advance(task)
    if done and not as_json:
        from .cli import _out

        out = _out()
        out.print(_grid(done, spans))
        for grid in (_band_grid(done), _rewarming_grid(done)):
            if grid.row_count:
                out.print()
                out.print(grid)
    raise typer.Exit(1 if faults else 0)


@dataclass
class _Result:
    """What came of one file."""

    series: ThermalAnalysis | FlowSeries
    oscillations: list[Oscillations]
    rewarmings: list[Rewarming]

    def to_dict(self, spans: list[Span]) -> dict[str, Any]:
        values = self.series.to_dict()
        if self.oscillations:
            values["oscillations"] = {found.name: found.to_dict() for found in self.oscillations}
        if self.rewarmings:
            hidden = ("region", "time", "temperature")
            values["rewarming"] = {
                fit.region: {name: value for name, value in vars(fit).items() if name not in hidden}
                for fit in self.rewarmings
            }
        if spans and isinstance(self.series, ThermalAnalysis):
            values["phases"] = {name: self.series.between(start, end) for name, start, end in spans}
        return values


def _one(
    recording: ThermalRecording, options: dict[str, Any], with_bands: bool, cold: tuple[float, float | None] | None
) -> _Result:
    if recording.time is None and recording.sample_rate is None and len(recording) > 1:
        raise ReadError(f"{recording.path}: expected a rate or time stamps, got neither: give --sample-rate")
    if recording.is_flow:
        flow = recording.to_flow()
        return _Result(flow, [flow.bands()], [])
    result = analyze_thermal(recording, **options)
    names = [*result.overview, *result.difference_overview]
    found = [result.bands(name) for name in names] if with_bands else []
    fits = [] if cold is None else [result.rewarming(name, *cold) for name in result.overview]
    return _Result(result, found, fits)


def _write(result: _Result, file: Path, plot: Path | None, rows: Path | None, *, many: bool) -> None:
    def named(path: Path, more: str = "") -> Path:
        middle = (f"-{file.stem}" if many else "") + (f"-{more}" if more else "")
        return path.with_name(f"{path.stem}{middle}{path.suffix}")

    if plot is not None:
        result.series.plot(named(plot))
        for found in result.oscillations:
            found.plot(named(plot, f"bands-{found.name}"))
        for fit in result.rewarmings:
            fit.plot(named(plot, f"rewarming-{fit.region}"))
    if rows is not None:
        if isinstance(result.series, FlowSeries):
            raise ValueError("a stream of flow has no regions to write")
        result.series.regions.to_csv(named(rows))


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


def _cold(text: str | None) -> tuple[float, float | None] | None:
    if text is None:
        return None
    numbers = _numbers("--rewarming", text, text.count(",") + 1)
    if len(numbers) > 2:
        raise _fault("--rewarming", f"expected FROM or FROM,BEFORE, got {text!r}")
    return numbers[0], numbers[1] if len(numbers) == 2 else None


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


def _new_grid(names: tuple[str, ...], numbers: tuple[str, ...]) -> Grid:
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for title in names:
        grid.add_column(title, overflow="fold")
    for title in numbers:
        grid.add_column(title, justify="right")
    return grid


def _grid(done: list[tuple[Path, _Result]], spans: list[Span]) -> Grid:
    numbers = ("s", "frames", "left out", "mean", "first", "last", "lowest", "highest", "per min")
    grid = _new_grid(("recording", "region", *(("phase",) if spans else ())), numbers)
    grid.add_column("unit")
    grid.add_column("state")
    for file, result in done:
        series = result.series
        if isinstance(series, FlowSeries):
            phase = ("all",) if spans else ()
            grid.add_row(file.name, series.name, *phase, *_cells("", series.overview, series.duration, series.unit))
            continue
        for name in [*series.overview, *series.difference_overview]:
            unit = "°C" if name in series.overview else "K"
            for phase_name, start, end in spans:
                line = series.between(start, end)[name]
                grid.add_row(file.name, name, phase_name, *_cells(series.state, line, end - start, unit))
            if not spans:
                line = series.overview.get(name) or series.difference_overview[name]
                grid.add_row(file.name, name, *_cells(series.state, line, series.duration, unit))
    return grid


def _cells(state: str, line: dict[str, Any], duration: float, unit: str) -> list[str]:
    reason = line["left_out_reason"]
    return [
        f"{duration:.0f}",
        str(line["accepted"]),
        f"{line['left_out']} {reason}" if reason else str(line["left_out"]),
        _value(line["mean"], ".2f", line["reason"]),
        *(_value(line[key], ".2f") for key in _COURSE),
        _value(line["rate"], "+.3f"),
        unit,
        ", ".join(word for word in (state, line["reason"]) if word),
    ]


def _band_grid(done: list[tuple[Path, _Result]]) -> Grid:
    grid = _new_grid(("recording", "of", "band"), ("Hz", "power", "red noise", "times"))
    grid.add_column("unit")
    for file, result in done:
        for found in result.oscillations:
            unit = {"Cel": "K²", "K": "K²", "1": ""}.get(found.unit, f"{found.unit}²")
            for band in found.bands:
                times = band.power / band.threshold if band.power is not None and band.threshold else None
                grid.add_row(
                    file.name,
                    found.name,
                    band.name,
                    f"{band.low:g}-{band.high:g}",
                    _value(band.power, ".3g", band.reason),
                    _value(band.threshold, ".3g"),
                    _value(times, ".2f") + (" *" if band.significant else ""),
                    unit,
                )
    return grid


def _rewarming_grid(done: list[tuple[Path, _Result]]) -> Grid:
    grid = _new_grid(("recording", "region"), ("T₀ °C", "lag s", "τ s", "T∞ °C", "steepest K/min", "recovered %"))
    grid.add_column("reason")
    for file, result in done:
        for fit in result.rewarmings:
            numbers = (fit.start, fit.lag, fit.tau, fit.end, fit.max_slope, fit.recovered)
            forms = (".2f", ".0f", ".0f", ".2f", ".2f", ".0f")
            cells = [
                "–" if number is None else f"{number[0]:{form}} ({number[1]:{form}} to {number[2]:{form}})"
                for number, form in zip(numbers, forms, strict=True)
            ]
            grid.add_row(file.name, fit.region, *cells, fit.reason or "")
    return grid


def _value(value: float | None, form: str, reason: str | None = None) -> str:
    return format(value, form) if value is not None else f"– {reason}" if reason else "–"
