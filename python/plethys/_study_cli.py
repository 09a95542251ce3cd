"""`plethys study new` and `plethys study run`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from . import _words
from .study import Report, Study

app = typer.Typer(help="Did the circulation change? A study file, and its report.", invoke_without_command=True)

_ENDINGS = (".html", ".pdf", ".json", ".csv")


class Release(str, Enum):
    """FHIR releases."""

    r5 = "R5"
    r4b = "R4B"


@app.callback()
def _study(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        context.fail("a command is missing")


@app.command("new")
def new_study(
    file: Annotated[Path, typer.Argument(metavar="[FILE]", help="Where to write it; '-' prints it.")] = Path(
        "study.toml"
    ),
) -> None:
    """Write a documented study file to start from.

    Exit codes: 0 done, 1 the file is there already or cannot be written, 2 the command line is at fault.
    """
    if str(file) == "-":
        typer.echo(Study.template(), nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(Study.template())
    except FileExistsError:
        _fail(f"{file} is there already: it is not overwritten")
    except OSError as error:
        _fail(f"{file}: {error.strerror or error}")
    typer.echo(f"{file}: fill it in, then: plethys study run {file}")


@app.command("run")
def run_study(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The study file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The report: .html, .pdf, .json or .csv.")] = Path(
        "report.html"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="Everything for machines too, beside the report.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The table too, beside the report.")] = False,
    as_pdf: Annotated[bool, typer.Option("--pdf", help="The page on paper too, beside the report.")] = False,
    fhir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="FHIR Observations too, as Observation.ndjson in this folder.")
    ] = None,
    fhir_release: Annotated[Release, typer.Option(help="Their release.")] = Release.r5,
) -> None:
    """Read the files of a study, analyse every channel, compare the phases, write the report.

    A file or channel that is at fault does not stop the others: it is named in the report and here. Exit codes: 0 done, 1 the
    study or its data are at fault, 2 the command line is.
    """
    if out.suffix.lower() not in _ENDINGS:
        raise typer.BadParameter(f"must end in {', '.join(_ENDINGS)}, got {out.name!r}", param_hint="--out")
    asked = {".json": as_json, ".csv": as_csv, ".pdf": as_pdf}
    paths = list(dict.fromkeys([out, *(out.with_suffix(ending) for ending, wanted in asked.items() if wanted)]))
    err = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        study = Study.read(file)
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
            task = progress.add_task("reading", total=None)
            report = study.run(
                lambda what, done, total: progress.update(task, description=what, completed=done, total=total or 1)
            )
            for path in paths:
                progress.update(task, description=f"writing {path.name}")
                report.save(path)
            if fhir is not None:
                progress.update(task, description="writing FHIR")
                paths.append(_write_fhir(report, fhir, fhir_release.value))
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        _fail(str(error))
    Console(width=None if err.is_terminal else 160).print(_grid(report))
    for problem in report.problems:
        err.print(f"error: {problem}", style="red", markup=False, highlight=False, soft_wrap=True)
    for path in paths:
        typer.echo(str(path))
    raise typer.Exit(1 if report.problems else 0)


def _fail(text: str) -> None:
    for line in text.splitlines() or [""]:
        typer.echo(f"error: {line}", err=True)
    raise typer.Exit(1)


def _write_fhir(report: Report, folder: Path, release: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "Observation.ndjson"
    lines = [observation.model_dump_json() for observation in report.fhir(release)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _grid(report: Report) -> Grid:
    grid = Grid(box=None, header_style="bold", pad_edge=False)
    for title, right in (("channel", 0), ("measure", 0), ("window", 0), ("level", 1), ("interval", 1), ("change", 1),
                         ("its interval", 1), ("verdict", 0)):  # fmt: skip
        grid.add_column(title, justify="right" if right else "left")
    for row in report.table.rows():
        digits = _words.decimals([row["median"]])
        ratio = row["scale"] == "ratio"
        if ratio:
            change = _words.percent(row["percent"])
            interval = _words.interval(row["percent_low"], row["percent_high"], 1, True, f"{_words.THIN}%")
        else:
            change = _words.number(row["change"], 2, True)
            interval = _words.interval(row["change_low"], row["change_high"], 2, True)
        grid.add_row(
            row["channel"],
            _words.measure(row["measure"]),
            row["window"],
            f"{_words.number(row['median'], digits)} {_words.unit(row['unit'])}"
            if row["median"] is not None
            else f"– {_words.reason(row['absent'])}",
            _words.interval(row["low"], row["high"], digits),
            change,
            interval,
            (row["verdict"] or "").replace("_", " "),
        )
    return grid
