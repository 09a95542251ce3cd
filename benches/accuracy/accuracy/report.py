"""A run as Markdown tables and as JSON."""

from __future__ import annotations

import datetime
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from .cases import Case
from .checks import Check, Measured
from .detectors import Detector
from .evaluate import RecordResult, Summary
from .quality import Bin, deciles, reliability
from .synthetic import PREFIX

BEATS_NOTE = """\
F1 in %, ±150 ms after one constant lag per record, one found beat to one reference beat; means over
records, failed records count 0. *Above chance*: F1 minus that of a train which knows the mean rate and
nothing else. *Public*: the rules of Charlton et al. 2022 (nearest beat, lag within ±10 s), median and
quartiles over records. *Peak*, *onset*: median distance of the hits from their median delay
to the ECG; the body's own delay moves too, so this is no lower than that."""

RATE_NOTE = """\
Against the ECG's rate in the same window; MAE and RMSE in bpm, means over records. plethys answers with its
rate rows and its trend; for the others the intervals of a window are averaged, by mean or by median,
whichever does better on the set. *Record*: median over records of the error of the record's median rate."""

STREAM_NOTE = """\
plethys, one sample per push over {count} recordings, beside one call of `analyze`. Late: over `latency()`
after what ends the beat. Differing: rows of beats or rates that are not the same in every bit."""

STREAM_COLUMNS = {
    "beats": "settled beats",
    "late": "late",
    "out_of_order": "behind a later beat",
    "different": "differing rows",
}

RERUN_NOTE = """\
The others re-run on the last 10 s once a second, over two minutes of the first recording: beats that move by
over 10 ms, vanish, or appear where an earlier run had shown none."""

SYNTHETIC_NOTE = """\
Five recordings of ten minutes each, F1 in % against the pulses that the generator planted and that are
visible. The light falls in systole; the peers, which have no notion of polarity, get it turned over."""

QUALITY_NOTE = """\
Every settled beat that is scored, also those left out. Calibration error: the mean distance of the share of
right beats from the quality, over ten steps of quality. AUROC: the chance that a right beat has a higher
quality than a wrong one."""

METHOD = """\
- Reference: ECG beats. The first and last 2 s and the stretches in which the reference is doubtful are not
  scored. The lag is searched within 0 to 1 s (welltory −2 to 5 s, wrist_ppg_exercise ±10 s).
- plethys gets the samples as they are, with missing ones and with their own time stamps. The peers take
  neither: missing samples are interpolated for them, jittered ones resampled to 60 Hz.
- Nothing is set per record. A copy ×1.5 is the same samples declared 1.5 times slower.
- Windows of 8 s every 2 s, and of 60 s; a window is left out if it touches a doubtful stretch, holds fewer
  than three reference beats or a reference pause over 2.5 s. A record with fewer than five windows of 8 s
  does not enter the means of the rate (s1_walk of wrist_ppg_exercise: half of its reference is doubtful).
"""


@dataclass
class Run:
    """Everything that one run of the benchmark found."""

    cases: list[Case]
    detectors: list[Detector]
    results: dict[tuple[str, str], list[RecordResult]]
    measured: Measured
    checks: list[Check]
    command: str

    def detectors_of(self, case: str) -> list[str]:
        return [detector for (name, detector) in self.results if name == case]


def markdown(run: Run, figures: dict[str, str]) -> str:
    """The whole report. `figures` maps a plot's title to its path as seen from the page."""
    parts = [
        "# Accuracy on recorded data",
        "",
        *_preamble(run),
        "",
        "## Demands",
        "",
        *_checks(run.checks),
        "",
        "## Beats",
        "",
        BEATS_NOTE,
        "",
        *_beat_tables(run),
        "## Pulse rate",
        "",
        RATE_NOTE,
        "",
        *_rate_tables(run),
    ]
    if any(case.name.startswith(PREFIX) for case in run.cases):
        parts += ["## Synthetic sets", "", SYNTHETIC_NOTE, "", *_synthetic_table(run), ""]
    if run.measured.noise:
        parts += ["## Streams without a pulse", "", *_noise_table(run), ""]
    parts += ["## Never taken back", "", *_stability_tables(run), ""]
    parts += ["## Quality", "", *_quality_tables(run), ""]
    if figures:
        parts += ["## Figures", ""]
        for title, path in figures.items():
            parts += [f"![{title}]({path})", ""]
    parts += ["## Method", "", METHOD]
    return "\n".join(parts)


def _preamble(run: Run) -> list[str]:
    versions = ", ".join(f"{d.name} {d.version}" for d in run.detectors)
    now = datetime.datetime.now(datetime.timezone.utc)
    python = f"Python {platform.python_version()}"
    return [
        f"Written by `{run.command}` on {now:%Y-%m-%d} (UTC), on {machine()}, {python}.",
        f"Versions: {versions}.",
    ]


def machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def _checks(checks: list[Check]) -> list[str]:
    word = {True: "yes", False: "**no**", None: "–"}
    met = sum(check.passed is True for check in checks)
    ran = sum(check.passed is not None for check in checks)
    rows = [[c.line, c.demand, c.measured, word[c.passed]] for c in checks]
    return [f"{met} of {ran} are met.", "", *table(["", "demand", "measured", "met"], rows)]


def _beat_tables(run: Run) -> list[str]:
    head = [
        "",
        "F1",
        "worst",
        "median",
        "sens.",
        "PPV",
        "above chance",
        "public",
        "peak ms",
        "onset ms",
        "failed",
    ]
    lines = []
    for case in recorded(run):
        summaries = [run.measured.summaries[case.name, name] for name in run.detectors_of(case.name)]
        if not summaries:
            continue
        lines += [_case_title(case, summaries[0]), "", *table(head, [_beat_row(s) for s in summaries]), ""]
    return lines


def recorded(run: Run) -> list[Case]:
    return [case for case in run.cases if not case.name.startswith(PREFIX)]


def _case_title(case: Case, summary: Summary) -> str:
    note = "" if "beats" in case.scored_by else "; its clocks differ: by rate only, beats for information"
    records = "1 record" if summary.records == 1 else f"{summary.records} records"
    chance = f"chance {percent(summary.chance)}"
    return f"**{case.name}** ({records}, {summary.scored_beats} scored beats, {chance}{note})"


def _beat_row(s: Summary) -> list[str]:
    low, high = s.public_quartiles
    return [
        s.detector,
        percent(s.f1),
        percent(s.worst_f1),
        percent(s.median_f1),
        percent(s.sensitivity),
        percent(s.ppv),
        percent(s.above_chance),
        f"{percent(s.public_f1)} ({percent(low, 1)}–{percent(high, 1)})",
        number(1000 * s.peak_error, 0),
        number(1000 * s.onset_error, 0),
        str(s.failed or ""),
    ]


def _rate_tables(run: Run) -> list[str]:
    head = [
        "",
        "by",
        "MAE 8 s",
        "worst",
        "RMSE",
        "MAPE %",
        "answered %",
        "best half",
        "MAE 60 s",
        "RMSE 60 s",
        "record",
    ]
    lines = []
    for case in recorded(run):
        summaries = [run.measured.summaries[case.name, name] for name in run.detectors_of(case.name)]
        if not summaries:
            continue
        lines += [f"**{case.name}**", "", *table(head, [_rate_row(s) for s in summaries]), ""]
    return lines


def _rate_row(s: Summary) -> list[str]:
    return [
        s.detector,
        s.estimator,
        number(s.mae),
        number(s.worst_mae),
        number(s.rmse),
        number(s.mape),
        percent(s.answered, 1),
        number(s.best_half_mae),
        number(s.long_mae),
        number(s.long_rmse),
        number(s.pulse_rate_error),
    ]


def _noise_table(run: Run) -> list[str]:
    rows = [
        [n.name, n.detector, f"{n.minutes:g}", " ".join(map(str, n.accepted)), number(n.worst_per_minute)]
        for n in run.measured.noise
    ]
    return table(["stream", "", "minutes", "accepted beats, by seed", "a minute, worst"], rows)


def _synthetic_table(run: Run) -> list[str]:
    """F1 of each detector on each stress set."""
    cases = [case for case in run.cases if case.name.startswith(PREFIX)]
    detectors = [d.name for d in run.detectors if any((c.name, d.name) in run.results for c in cases)]
    rows = []
    for case in cases:
        found = [run.measured.summaries.get((case.name, name)) for name in detectors]
        asked = "–" if case.asked_f1 is None else f"{100 * case.asked_f1:g}"
        worst = percent(found[0].worst_f1) if found[0] else "–"
        chance = percent(next(s.chance for s in found if s), 1)
        cells = [percent(s.f1) if s else "–" for s in found]
        rows.append([case.name.removeprefix(PREFIX), asked, *cells, worst, chance])
    return table(["set", "asked", *detectors, f"worst of {detectors[0]}", "chance"], rows)


def _stability_tables(run: Run) -> list[str]:
    streams, reruns = run.measured.streams, run.measured.reruns
    lines = []
    if streams:
        total = {name: sum(getattr(s, name) for s in streams) for name in STREAM_COLUMNS}
        lines += [STREAM_NOTE.format(count=len(streams)), ""]
        lines += table(list(STREAM_COLUMNS.values()), [[str(total[name]) for name in STREAM_COLUMNS]])
        lines += [""]
    if reruns:
        rows = [
            [r.detector, *(map(str, (r.shown, r.settled)) if r.is_usable else "––"), str(r.failed or "")]
            for r in reruns
        ]
        head = ["", "changes", "first and last second not shown", f"failed, of {reruns[0].runs} runs"]
        lines += [RERUN_NOTE, "", *table(head, rows)]
    return lines or ["Not run."]


def _quality_tables(run: Run) -> list[str]:
    lines = []
    rows = [
        [case, number(s.calibration_error, 3), number(s.auroc, 3), number(s.best_half_mae), number(s.mae)]
        for (case, _), s in run.measured.summaries.items()
        if np.isfinite(s.calibration_error) and not case.startswith(PREFIX)
    ]
    if not rows:
        return ["No detector here states a quality."]
    lines += [
        QUALITY_NOTE,
        "",
        *table(["", "calibration error", "AUROC", "MAE, best half", "MAE, all"], rows),
        "",
    ]
    for (case, detector), results in run.results.items():
        quality, right = pooled_quality(results)
        if detector == "plethys" and len(quality) and case in ("bidmc", "troika + motion"):
            lines += [
                f"**{case}, by decile of quality**",
                "",
                *_decile_table(deciles(quality, right), results),
                "",
            ]
    return lines


def pooled_quality(results: list[RecordResult]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([r.quality for r in results]), np.concatenate([r.right for r in results])


def pooled_rate(
    results: list[RecordResult], estimator: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Errors, reference rates and, where stated, qualities of all 8 s windows of a case."""
    error = np.concatenate([r.rate[estimator].error for r in results])
    reference = np.concatenate([r.windows.rate for r in results])
    if any(r.rate_quality is None for r in results):
        return error, reference, None
    return error, reference, np.concatenate([r.rate_quality for r in results])


def _decile_table(groups: list[Bin], results: list[RecordResult]) -> list[str]:
    error, _, quality = pooled_rate(results, next(iter(results[0].rate)))
    known = np.isfinite(error) & np.isfinite(quality)
    order = np.argsort(quality[known], kind="stable")
    parts = np.array_split(np.abs(error[known])[order], len(groups))
    rows = [
        [
            str(k + 1),
            str(g.beats),
            number(g.quality, 3),
            percent(g.right),
            number(p.mean() if p.size else np.nan),
        ]
        for k, (g, p) in enumerate(zip(groups, parts, strict=True))
    ]
    return table(["decile", "beats", "mean quality", "right %", "MAE of its windows, bpm"], rows)


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table, its columns padded so that it reads as text too."""
    widths = [max(len(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in (head, *rows)
    ]
    rule = "|" + "|".join("-" * (w + 1) + ("-" if k == 0 else ":") for k, w in enumerate(widths)) + "|"
    return [lines[0], rule, *lines[1:]]


def percent(share: float, digits: int = 2) -> str:
    return number(100 * share, digits)


def number(value: float, digits: int = 2) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "–"


def as_json(run: Run) -> str:
    """The run for machines; NaN becomes null."""
    content = {
        "command": run.command,
        "machine": machine(),
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "versions": {d.name: d.version for d in run.detectors},
        "checks": [vars(check) for check in run.checks],
        "summaries": [s.as_dict() for s in run.measured.summaries.values()],
        "records": [
            {"case": case, "detector": detector, **_record(result)}
            for (case, detector), results in run.results.items()
            for result in results
        ],
        "noise": [asdict(n) for n in run.measured.noise],
        "reliability": {
            case: [vars(b) for b in reliability(*pooled_quality(results))]
            for (case, detector), results in run.results.items()
            if detector == "plethys" and sum(len(r.quality) for r in results)
        },
        "streams": [
            {
                "record": s.record,
                "beats": s.beats,
                "late": s.late,
                "out_of_order": s.out_of_order,
                "different": s.different,
            }
            for s in run.measured.streams
        ],
        "reruns": [vars(r) for r in run.measured.reruns],
    }
    return json.dumps(_plain(content), indent=1)


def _record(result: RecordResult) -> dict:
    return {
        "record": result.record,
        "error": result.error,
        "seconds": result.seconds,
        "f1": result.beats.f1,
        "sensitivity": result.beats.sensitivity,
        "ppv": result.beats.ppv,
        "lag": result.beats.lag,
        "scored_beats": result.beats.reference,
        "chance": result.chance,
        "public_f1": result.public.f1,
        "peak_error": result.beats.timing_error,
        "onset_error": result.onset_error,
        "pulse_rate_error": result.pulse_rate_error,
        "rate": {
            how: {"mae": s.mae, "rmse": s.rmse, "mape": s.mape, "answered": s.answered}
            for how, s in result.rate.items()
        },
    }


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    if isinstance(value, np.generic):
        return value.item()
    return value
