"""`python -m accuracy`: plethys and its peers over a directory of recordings, scored in one run."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .cases import Case, read_cases
from .detectors import Detector, Plethys, ScipyLines
from .evaluate import Chance, RecordResult, Summary, run_case, summarise
from .peers import Peer, installed_peers

REPOSITORY = Path(__file__).resolve().parents[3]


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    if options.data is None:
        print("No recordings: give --data DIR or set PLETHYS_DATA.", file=sys.stderr)
        return 2
    if not options.data.is_dir():
        print(f"{options.data} is not a directory of recordings.", file=sys.stderr)
        return 2
    cases = read_cases(options.data, tuple(options.sets or ()), options.quick)
    detectors = choose_detectors(options)
    runs = list(run_all(cases, detectors))
    for detector in detectors:
        if isinstance(detector, Peer):
            detector.close()
    return 0 if runs else 1


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="accuracy", description=__doc__)
    stored = os.environ.get("PLETHYS_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(stored) if stored else None,
        help="directory of recordings, one folder per set (default: $PLETHYS_DATA)",
    )
    parser.add_argument("--sets", nargs="+", metavar="SET", help="only these sets")
    parser.add_argument("--no-peers", action="store_true", help="leave out the peers in .peers")
    parser.add_argument(
        "--peers",
        type=Path,
        default=REPOSITORY / ".peers",
        metavar="DIR",
        help="where make_peers.py put the peers (default: .peers)",
    )
    parser.add_argument("--quick", action="store_true", help="each set as it is, without its copies")
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


def run_all(cases: list[Case], detectors: list[Detector]):
    """Each case through each detector; what the peers cannot take is for plethys alone."""
    chance = Chance()
    for case in cases:
        for detector in detectors:
            if case.takes_helpers and detector.name != Plethys.name:
                continue
            results = run_case(detector, case, chance)
            summary = summarise(case, detector, results)
            announce(summary, results)
            yield case, detector, results, summary


def announce(summary: Summary, results: list[RecordResult]) -> None:
    print(
        f"{summary.case:32} {summary.detector:20} F1 {100 * summary.f1:6.2f}"
        f"  worst {100 * summary.worst_f1:6.2f}"
        f" ({summary.worst_record})  rate {summary.mae:5.2f} bpm  answered {100 * summary.answered:5.1f} %"
        f"  {summary.seconds:6.1f} s",
        flush=True,
    )
    for result in results:
        if result.error:
            print(f"    {result.record}: {result.error}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
