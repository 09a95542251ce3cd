"""The console command `plethys`.

Exit codes: 0 done, 1 the input is at fault, 2 the command line is.
"""

from __future__ import annotations

import json
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from . import __version__, _plethys, _study_cli, datasets
from ._stream import Analysis, analyze
from ._thermal_cli import thermal
from .recording import ReadError, read

app = typer.Typer(
    help="Peripheral circulation from raw sensor streams: pulses, amplitude, pulse rate, perfusion index.",
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
datasets_app = typer.Typer(help="Public recordings: list them, fetch them into the cache.", invoke_without_command=True)
app.add_typer(datasets_app, name="datasets")
app.add_typer(_study_cli.app, name="study")
app.command("thermal")(thermal)


class Signal(str, Enum):
    """Kinds of signal."""

    ppg = "ppg"
    pvr = "pvr"
    pressure = "pressure"


class Polarity(str, Enum):
    """Whether systole is a rise."""

    auto = "auto"
    upright = "upright"
    inverted = "inverted"


def _out() -> Console:
    # Where nobody looks, lines are not broken.
    return Console() if sys.stdout.isatty() else Console(width=180)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"plethys {__version__}")
        raise typer.Exit


def _needs_command(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        context.fail("a command is missing")


@app.callback()
def _main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    _needs_command(context)


@datasets_app.callback()
def _datasets(context: typer.Context) -> None:
    _needs_command(context)


@app.command("analyze")
def analyze_files(
    files: Annotated[list[Path], typer.Argument(help="Recordings: .csv, .tsv, .txt, .npy, .npz, .edf, .bdf.", metavar="FILE…")],
    sample_rate: Annotated[
        float | None, typer.Option(help="Samples per second; above what the file says.", metavar="HZ")
    ] = None,
    signal: Annotated[
        Signal | None, typer.Option(help="What the sensor is; default: what the file says, or ppg.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option("--channel", "--column", help="Name or number (from 0) of the column or array.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="Name or number of the time column; 'none': there is none.")] = None,
    polarity: Annotated[Polarity, typer.Option(help="Whether systole is a rise of the samples.")] = Polarity.auto,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per recording and line.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(help="Draw waveform, beats and trends; of several recordings, their names are added."),
    ] = None,
    beats: Annotated[Path | None, typer.Option(help="Write the beats as CSV; of several, names are added.")] = None,
) -> None:
    """Measure every pulse of recordings and print a row for each.

    A recording that cannot be read does not stop the others. Exit codes: 0 done, 1 a recording is at fault, 2 the command
    line is.
    """
    if sample_rate is not None:
        try:
            _plethys.Config(sample_rate, "ppg", "auto", None, None, None, None, False, False)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--sample-rate") from None
    rows: list[tuple[Path, Analysis]] = []
    faults = 0
    err = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("analyze", total=len(files))
        for file in files:
            progress.update(task, description=file.name)
            try:
                result = _one(file, sample_rate, signal, channel, time, polarity)
                _write(result, file, plot, beats, many=len(files) > 1)
            except (OSError, ValueError, TypeError) as error:
                faults += 1
                said = str(error) if str(file) in str(error) else f"{file}: {error}"
                if as_json:
                    typer.echo(json.dumps({"file": str(file), "error": said}))
                else:
                    progress.console.print(f"error: {said}", style="red", markup=False, highlight=False, soft_wrap=True)
            else:
                rows.append((file, result))
                if as_json:
                    typer.echo(json.dumps({"file": str(file), **result.to_dict()}))
            progress.advance(task)
    if rows and not as_json:
        _out().print(_grid(rows))
    raise typer.Exit(1 if faults else 0)


def _one(
    file: Path,
    sample_rate: float | None,
    signal: Signal | None,
    channel: str | None,
    time: str | None,
    polarity: Polarity,
) -> Analysis:
    def name_or_number(text: str | None) -> str | int | None:
        return int(text) if text is not None and text.isdecimal() else text

    place: str | int | bool | None = False if time == "none" else name_or_number(time)
    recording = read(file, name_or_number(channel), sample_rate, time=place)
    if recording.sample_rate is None and recording.time is None:
        raise ReadError(f"{file}: expected a sample rate or a time column, got neither: give --sample-rate")
    return analyze(recording, signal=None if signal is None else signal.value, polarity=polarity.value)


def _write(result: Analysis, file: Path, plot: Path | None, beats: Path | None, *, many: bool) -> None:
    def named(path: Path) -> Path:
        return path.with_name(f"{path.stem}-{file.stem}{path.suffix}") if many else path

    if plot is not None:
        result.plot(named(plot))
    if beats is not None:
        result.beats.to_csv(named(beats))


def _grid(rows: list[tuple[Path, Analysis]]) -> Grid:
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    grid.add_column("recording", overflow="fold")
    for title in ("s", "Hz", "beats", "left out", "pulse rate /min", "amplitude", "perfusion %", "quality"):
        grid.add_column(title, justify="right")
    grid.add_column("state")
    for file, result in rows:
        accepted = int(result.beats.accepted.sum())
        unit = result.units["amplitude"]
        grid.add_row(
            file.name,
            f"{result.duration:.1f}",
            f"{result.sample_rate:.5g}",
            str(accepted),
            str(len(result.beats) - accepted),
            _value(result, "pulse_rate", ".1f"),
            _value(result, "amplitude", ".4g") + (f" {unit}" if unit != "unstated" and result.amplitude else ""),
            _value(result, "perfusion_index", ".3g"),
            _value(result, "quality", ".2f"),
            result.state,
        )
    return grid


def _value(result: Analysis, name: str, form: str) -> str:
    value = getattr(result, name)
    return format(value, form) if value is not None else f"– {result.absent[name]}"


@datasets_app.command("list")
def list_datasets(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per dataset and line.")] = False,
) -> None:
    """List the public recordings that this field uses."""
    if as_json:
        for entry in datasets.list():
            fields: dict[str, Any] = {k: v for k, v in vars(entry).items() if k not in ("files", "package")}
            typer.echo(json.dumps({**fields, "fetchable": entry.fetchable}))
        return
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for title in ("name", "what", "Hz", "licence", "fetch"):
        grid.add_column(title, justify="right" if title == "Hz" else "left", overflow="fold")
    for entry in datasets.list():
        how = "yes" if entry.files else f"pip: {entry.package.name}" if entry.package else f"by hand: {entry.source}"
        rate = f"{entry.rate_hz:g}" if entry.rate_hz else "–"
        grid.add_row(entry.name, entry.what, rate, entry.licence or "see source", how)
    _out().print(grid)


@datasets_app.command("fetch")
def fetch_datasets(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="As `plethys datasets list` names them.")],
) -> None:
    """Fetch datasets into the cache, checked against their SHA-256, and print the paths of their files."""
    known = {entry.name for entry in datasets.list()}
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"no dataset is named {name!r}; there are {', '.join(sorted(known))}", param_hint="NAME"
            )
    faults = 0
    for name in names:
        try:
            for path in datasets.fetch(name, progress=True):
                typer.echo(str(path))
        except datasets.FetchError as error:
            faults += 1
            typer.echo(f"error: {error}", err=True)
    raise typer.Exit(1 if faults else 0)


def main() -> None:
    """Entry point of the console command."""
    app()


if __name__ == "__main__":
    main()
