"""`plethys thermal`: what is printed, drawn and written, and how it ends."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plethys", "thermal", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("thermal")
    rng = np.random.default_rng(2)
    stack = 22.0 + 0.05 * rng.standard_normal((400, 24, 32))
    stack[:, 6:18, 2:12] += 9.0 + np.linspace(0.0, 1.0, 400)[:, None, None]
    stack[:, 6:18, 20:30] += 9.0
    np.savez(folder / "feet.npz", frames_C=stack.astype(np.float32), fs=2.0)
    np.save(folder / "counts.npy", np.round((stack + 273.15) / 0.01).astype(np.uint16))
    (folder / "sites.csv").write_text(
        "t_s,toe_C,shin_C\n" + "".join(f"{60 * k},{30 - k / 10},33.0\n" for k in range(30))
    )
    (folder / "bad.csv").write_text("t_s,toe_C\n0,30\n60,warm\n")
    (folder / "phases.csv").write_text("phase,start_s,stop_s\nbefore,0,600\nafter,600,1800\n")
    return folder


FEET = ("--region", "right=6,18,2,12", "--region", "left=mirror:right@16", "--difference", "side=right,left")


def test_a_table_is_printed(files):
    done = run(files / "feet.npz", *FEET)
    assert done.returncode == 0, done.stderr
    head, *rows = done.stdout.splitlines()
    assert head.split()[:4] == ["recording", "region", "s", "frames"]
    assert [row.split()[1] for row in rows] == ["right", "left", "side"]
    assert "31.50" in rows[0] and "31.00" in rows[1] and "0.50" in rows[2] and "K" in rows[2]


def test_json_holds_the_numbers(files):
    done = run(files / "feet.npz", *FEET, "--json", "--phase", "first=0,100")
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)
    side = values["difference_overview"]["side"]
    assert side["rate"] == pytest.approx(1.0 / 200 * 60, rel=0.01)
    assert values["phases"]["first"]["side"]["accepted"] == 200
    assert (values["rows"], values["columns"], values["state"]) == (24, 32, "WarmingUp")


def test_counts_polygons_emissivity_and_reference_reach_the_kernel(files):
    told = ("--sample-rate", 2, "--region", "foot=2,6;12,6;12,18;2,18", "--json")
    missing = run(files / "counts.npy", *told)
    assert missing.returncode == 1 and "unit is missing" in json.loads(missing.stdout)["error"]
    plain = json.loads(run(files / "counts.npy", *told, "--unit", "cK").stdout)
    assert plain["overview"]["foot"]["mean"] == pytest.approx(31.5, abs=0.01)
    applied = json.loads(
        run(files / "counts.npy", *told, "--unit", "cK", "--emissivity", 0.98, "--reflected", 22).stdout
    )
    assert 0.1 < applied["overview"]["foot"]["mean"] - plain["overview"]["foot"]["mean"] < 0.3
    assert applied["emissivity_applied_by"] == "plethys"
    fixed = run(files / "counts.npy", *told, "--unit", "cK", "--region", "wall=0,5,0,32", "--reference", "wall=25")
    assert json.loads(fixed.stdout)["overview"]["foot"]["mean"] == pytest.approx(34.5, abs=0.05)


def test_phases_come_from_a_file(files):
    done = run(files / "sites.csv", "--gradient", "leg=toe,shin", "--phases", files / "phases.csv")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()[1:]
    assert [row.split()[1:3] for row in rows] == [[a, b] for a in ("toe", "shin", "leg") for b in ("before", "after")]
    done = run(files / "sites.csv", "--phases", files / "bad.csv")
    assert done.returncode == 1 and "bad.csv, line 2: expected phase, start_s and stop_s" in done.stderr


def test_pictures_and_rows_are_written(files, tmp_path):
    done = run(files / "feet.npz", files / "sites.csv", "--plot", tmp_path / "p.png", "--rows", tmp_path / "r.csv")
    assert done.returncode == 0, done.stderr
    for name in ("p-feet.png", "p-sites.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
    with open(tmp_path / "r-sites.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60 and rows[0]["region"] == "toe" and float(rows[0]["mean"]) == 30.0


def test_a_bad_file_does_not_stop_the_others(files):
    done = run(files / "bad.csv", files / "gone.npy", files / "sites.csv")
    assert done.returncode == 1
    assert (
        "bad.csv, line 3: expected a number in column 'toe_C', got 'warm'" in done.stderr and "gone.npy" in done.stderr
    )
    assert "sites.csv" in done.stdout and "Traceback" not in done.stderr
    twice = run(files / "feet.npz", "--region", "a=0,9,0,9", "--region", "a=1,9,1,9")
    assert twice.returncode == 1 and 'region "a" has the name of another region' in twice.stderr
    outside = run(files / "feet.npz", "--region", "a=0,99,0,9")
    assert outside.returncode == 1 and 'feet.npz: region "a" lies outside the frame' in outside.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.npz", "--region", "foot"],
        ["x.npz", "--region", "foot=1,2,3"],
        ["x.npz", "--region", "foot=0.5,2,3,4"],
        ["x.npz", "--region", "foot=mirror:toe"],
        ["x.npz", "--difference", "side=right"],
        ["x.npz", "--unit", "F"],
        ["x.npz", "--shape", "24"],
        ["x.npz", "--baseline", "0"],
        ["x.npz", "--phase", "a=5,1"],
        ["x.npz", "--emissivity", "skin"],
        ["x.npz", "--colour", "red"],
    ],
)
def test_a_command_line_at_fault_exits_with_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2 and done.stdout == ""
    assert "Traceback" not in done.stderr and "sage: " in done.stderr
