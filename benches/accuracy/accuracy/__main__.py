"""`python -m accuracy`: plethys and its peers over a directory of recordings, scored in one run."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

import numpy as np

from .cases import Case, make_cases
from .catalogue import read_cache
from .checks import Measured, all_checks
from .detectors import Detector, Plethys, ScipyLines
from .evaluate import Chance, RecordResult, Summary, run_case, summarise
from .peers import Peer, installed_peers
from .recordings import read_sets
from .report import Run, as_json, markdown
from .score import score_beats
from .stability import Rerun, Stream, rerun, stream
from .synthetic import PREFIX, run_noise, stress_cases

REPOSITORY = Path(__file__).resolve().parents[3]


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    if options.data is None or not options.data.is_dir():
        given = "set PLETHYS_DATA or give --data DIR" if options.data is None else f"{options.data} is none"
        print(f"accuracy: a directory of recordings is needed: {given}", file=sys.stderr)
        return 2
    sets = tuple(options.sets or ())
    cases = make_cases(read_sets(options.data, sets), options.quick)
    if options.catalogue:
        cases += make_cases(read_cache(options.catalogue, sets), quick=True)
    detectors = choose_detectors(options)
    synthetic = not options.quick and (not sets or "synthetic" in sets) and detectors[0].name == Plethys.name
    if synthetic:
        cases += stress_cases(options.first_seed)
    if not cases:
        print(f"accuracy: {options.data} holds no recording with reference beats", file=sys.stderr)
        return 2
    try:
        run = run_everything(cases, detectors, options.first_seed if synthetic else None, options.quick)
    finally:
        for detector in detectors:
            if isinstance(detector, Peer):
                detector.close()
    write(run, options)
    failed = [check for check in run.checks if check.passed is False]
    return 1 if options.strict and failed else 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="accuracy", description=__doc__)
    stored = os.environ.get("PLETHYS_DATA")
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        default=Path(stored) if stored else None,
        help="directory of recordings, one folder per set (default: $PLETHYS_DATA)",
    )
    add("--sets", nargs="+", metavar="SET", help="only these sets; 'synthetic' for the stress sets")
    add(
        "--catalogue",
        type=Path,
        metavar="DIR",
        help="also the archives in this cache of `plethys datasets fetch`",
    )
    add("--no-peers", action="store_true", help="leave out the peers in .peers")
    add(
        "--peers",
        type=Path,
        default=REPOSITORY / ".peers",
        metavar="DIR",
        help="where make_peers.py put the peers (default: .peers)",
    )
    add("--first-seed", type=int, default=0, metavar="N", help="synthetic sets with the seeds from N on")
    add("--quick", action="store_true", help="each set as it is: no copies, no noise, no streaming")
    add(
        "--out",
        type=Path,
        default=REPOSITORY / "target" / "accuracy",
        metavar="DIR",
        help="where the report goes (default: target/accuracy)",
    )
    add("--page", type=Path, metavar="FILE", help="write the report as a page of the documentation too")
    add("--strict", action="store_true", help="exit with 1 if a demand is not met")
    return parser.parse_args(arguments)


def choose_detectors(options: argparse.Namespace) -> list[Detector]:
    detectors: list[Detector] = []
    try:
        detectors.append(Plethys())
    except ImportError as error:
        print(f"plethys is left out: {error}", file=sys.stderr)
    detectors.append(ScipyLines())
    if not options.no_peers:
        detectors += installed_peers(options.peers)
    return detectors


def run_everything(cases: list[Case], detectors: list[Detector], noise_seed: int | None, quick: bool) -> Run:
    results: dict[tuple[str, str], list[RecordResult]] = {}
    asked = {case.name: case.asked_f1 for case in cases if case.asked_f1 is not None}
    measured = Measured({}, [], [], [], {}, asked)
    chance = Chance()
    for case in cases:
        for detector in detectors:
            if case.takes_helpers and detector.name != Plethys.name:
                continue
            found = run_case(detector, case, chance)
            summary = summarise(case, detector, found)
            announce(summary, found)
            results[case.name, detector.name] = found
            measured.summaries[case.name, detector.name] = summary
    if not quick:
        run_live([case for case in cases if not case.name.startswith(PREFIX)], detectors, measured)
    if noise_seed is not None:
        for detector in detectors[:2]:
            measured.noise += run_noise(detector, noise_seed)
    return Run(cases, detectors, results, measured, all_checks(measured), command_line())


def run_live(cases: list[Case], detectors: list[Detector], measured: Measured) -> None:
    """Streams through plethys, and two minutes of re-runs for the others."""
    plethys = next((d for d in detectors if isinstance(d, Plethys)), None)
    for case in cases if plethys else ():
        scores = []
        for recording in case.recordings:
            streamed = stream(plethys.module, recording, case.motion, case.companion)
            measured.streams.append(streamed)
            scores.append(
                score_beats(
                    streamed.pulse_time,
                    recording.reference,
                    recording.duration,
                    recording.exclude,
                    recording.lag_range,
                ).f1
            )
        measured.pulse_f1[case.name] = float(np.mean(scores))
        announce_streams(case, measured.streams[-len(scores) :], measured.pulse_f1[case.name])
    if cases:
        for detector in detectors:
            if detector is not plethys:
                measured.reruns.append(rerun(detector, cases[0].recordings[0]))
                announce_rerun(measured.reruns[-1])


def announce(summary: Summary, results: list[RecordResult]) -> None:
    print(
        f"{summary.case:32} {summary.detector:20} F1 {100 * summary.f1:6.2f}"
        f"  worst {100 * summary.worst_f1:6.2f} ({summary.worst_record})  rate {summary.mae:5.2f} bpm"
        f"  answered {100 * summary.answered:5.1f} %  {summary.seconds:6.1f} s",
        flush=True,
    )
    for result in results:
        if result.error:
            print(f"    {result.record}: {result.error}", flush=True)


def announce_streams(case: Case, streams: list[Stream], pulse_f1: float) -> None:
    delays = np.concatenate([s.pulse_delay for s in streams])
    told = f"median {np.median(delays):.3f} s, longest {delays.max():.3f} s" if delays.size else "none"
    print(
        f"{case.name:32} streamed: {sum(s.changes for s in streams)} changes in"
        f" {sum(s.beats for s in streams)} beats; pulses F1 {100 * pulse_f1:.2f}, announced after {told}",
        flush=True,
    )


def announce_rerun(result: Rerun) -> None:
    print(f"{'re-run each second':32} {result.detector:20} {result.shown} changes", flush=True)


def command_line() -> str:
    return " ".join(["python -m accuracy", *sys.argv[1:]])


def write(run: Run, options: argparse.Namespace) -> None:
    """The report, its figures and, where asked for, the documentation page with copies of the figures."""
    from .plots import draw_all  # matplotlib takes a second that a look at the numbers need not wait for

    options.out.mkdir(parents=True, exist_ok=True)
    figures = draw_all(run, options.out)
    report = options.out / "accuracy.md"
    report.write_text(markdown(run, {title: path.name for title, path in figures.items()}))
    (options.out / "accuracy.json").write_text(as_json(run))
    print(f"written: {report}, accuracy.json and {len(figures)} plots beside it")
    if options.page:
        folder = options.page.with_suffix("")
        folder.mkdir(parents=True, exist_ok=True)
        for path in figures.values():
            shutil.copy(path, folder / path.name)
        beside = {title: f"{folder.name}/{path.name}" for title, path in figures.items()}
        options.page.write_text(markdown(run, beside))
        print(f"written: {options.page}")
    print_checks(run)


def print_checks(run: Run) -> None:
    word = {True: "met", False: "NOT MET", None: "not run"}
    for check in run.checks:
        print(f"{word[check.passed]:8} {check.line}  {check.demand}: {check.measured}")


if __name__ == "__main__":
    raise SystemExit(main())
