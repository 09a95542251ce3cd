"""The console command, as a process of its own: what it prints, and its exit codes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import plethys


def run(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-m", "plethys", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=100,
        env={**os.environ, "NO_COLOR": "1", **environment},
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    stream = plethys.datasets.synthetic(seconds=30.0, noise_db=40.0)
    np.savez(folder / "good.npz", fs=125.0, ppg=stream.samples, acc=np.zeros((3750, 3)))
    lines = [f"{k / 125:.3f},{value:.1f},0" for k, value in enumerate(stream.samples.tolist())]
    (folder / "good.csv").write_text("time_s,ppg,marker\n" + "\n".join(lines))
    (folder / "bare.txt").write_text("\n".join(f"{value:.1f}" for value in stream.samples.tolist()))
    (folder / "bad.csv").write_text("ppg\n1\n2\nthree\n")
    return folder


def test_a_table_is_printed(files):
    done = run("analyze", files / "good.npz", files / "good.csv")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""
    rows = done.stdout.splitlines()
    assert rows[0].split()[:4] == ["recording", "s", "Hz", "beats"]
    assert rows[1].startswith("good.npz") and rows[2].startswith("good.csv")
    assert " 72.0 " in rows[1] and " 72.0 " in rows[2]


def test_json_is_one_object_per_line_with_the_numbers_of_analyze(files):
    done = run("analyze", files / "good.npz", "--json")
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    result = plethys.analyze(plethys.read(files / "good.npz"))
    assert json.loads(line) == {"file": str(files / "good.npz"), **result.to_dict()}


def test_options_reach_the_analysis(files):
    done = run(
        "analyze", files / "bare.txt", "--sample-rate", 250, "--signal", "pvr", "--polarity", "inverted", "--json"
    )
    values = json.loads(done.stdout)
    assert (values["sample_rate"], values["signal"], values["polarity"]) == (250.0, "pvr", "inverted")
    assert values["pulse_rate"] == pytest.approx(144.0, abs=1.0)
    marker = json.loads(run("analyze", files / "good.csv", "--column", "marker", "--json").stdout)
    assert marker["state"] == "Flat"
    by_number = json.loads(run("analyze", files / "good.csv", "--channel", "1", "--json").stdout)
    assert by_number["state"] == "Flat"
    without_time = run(
        "analyze", files / "good.csv", "--time", "none", "--channel", "ppg", "--sample-rate", 125, "--json"
    )
    assert json.loads(without_time.stdout)["pulse_rate"] == pytest.approx(72.0, abs=0.5)


def test_beats_and_figures_are_written(files, tmp_path):
    done = run("analyze", files / "good.npz", "--beats", tmp_path / "b.csv", "--plot", tmp_path / "p.png")
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "b.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(plethys.analyze(plethys.read(files / "good.npz")).beats)
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    done = run("analyze", files / "good.npz", files / "good.csv", "--beats", tmp_path / "c.csv")
    assert done.returncode == 0 and (tmp_path / "c-good.csv").exists()


def test_a_bad_file_does_not_stop_the_others(files):
    done = run("analyze", files / "bad.csv", files / "gone.csv", files / "good.npz", files / "bare.txt")
    assert done.returncode == 1
    assert "bad.csv, line 4: expected a number in column 'ppg', got 'three'" in done.stderr
    assert "gone.csv" in done.stderr
    assert "bare.txt: expected a sample rate or a time column, got neither: give --sample-rate" in done.stderr
    assert "Traceback" not in done.stderr
    assert "good.npz" in done.stdout
    done = run("analyze", files / "bad.csv", files / "good.npz", "--json")
    assert done.returncode == 1
    bad, good = map(json.loads, done.stdout.splitlines())
    assert "line 4" in bad["error"] and good["pulse_rate"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze"],
        ["analyse", "x.csv"],
        ["analyze", "x.csv", "--sample-rate", "5"],
        ["analyze", "x.csv", "--sample-rate", "fast"],
        ["analyze", "x.csv", "--signal", "eeg"],
        ["analyze", "x.csv", "--colour", "red"],
        ["datasets", "fetch"],
        ["datasets", "fetch", "no_such_set"],
        ["datasets"],
        ["study"],
        ["study", "run"],
        ["study", "run", "study.toml", "--out", "report.docx"],
        ["study", "run", "study.toml", "--fhir-release", "R3"],
        [],
    ],
)
def test_a_command_line_at_fault_exits_with_2(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert "sage: " in done.stderr


def test_datasets_are_listed_and_fetched():
    done = run("datasets", "list")
    assert done.returncode == 0 and "bidmc" in done.stdout
    entries = [json.loads(line) for line in run("datasets", "list", "--json").stdout.splitlines()]
    assert {entry["name"] for entry in entries} >= {"bidmc", "heartpy"}
    done = run("datasets", "fetch", "heartpy")
    assert done.returncode == 0
    assert all(Path(line).exists() for line in done.stdout.splitlines())
    done = run("datasets", "fetch", "capnobase")
    assert done.returncode == 1 and "by hand" in done.stderr


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> Path:
    study = plethys.datasets.source_study(3, 125.0, baseline=150.0, massage=60.0, follow_up=300.0, hold=60.0)
    return study.write(tmp_path_factory.mktemp("session"))


def test_a_study_is_run_into_every_form_of_report(session, tmp_path):
    out = tmp_path / "report.html"
    done = run("study", "run", session, "--out", out, "--json", "--csv", "--fhir", tmp_path / "fhir")
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == ""
    report = plethys.Study.read(session).run()
    assert out.read_text() == report.to_html()
    assert out.with_suffix(".json").read_text() == report.to_json() + "\n"
    assert len(out.with_suffix(".csv").read_text().splitlines()) == len(report.table) + 1
    lines = (tmp_path / "fhir" / "Observation.ndjson").read_text().splitlines()
    assert len(lines) == len(report.tables["levels"])
    assert "pvr_left_ankle" in done.stdout and "follow_up" in done.stdout and str(out) in done.stdout


def test_a_study_with_a_fault_is_reported_all_the_same_and_exits_with_1(session, tmp_path):
    text = session.read_text().replace('file = "ppg.npz"', 'file = "gone.npz"')
    study = session.with_name("fault.toml")
    study.write_text(text)
    done = run("study", "run", study, "--out", tmp_path / "r.html")
    assert done.returncode == 1 and "gone.npz: No such file" in done.stderr
    assert (tmp_path / "r.html").exists() and "pvr_left_ankle" in done.stdout
    study.write_text(text.replace("duration = 300", 'duration = "soon"'))
    done = run("study", "run", study, "--out", tmp_path / "s.html")
    assert done.returncode == 1 and "fault.toml: line " in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "s.html").exists()
    assert run("study", "run", tmp_path / "none.toml").returncode == 1


def test_a_new_study_file_is_one_that_can_be_read(tmp_path):
    done = run("study", "new", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "study.toml").read_text() == plethys.Study.template()
    assert len(plethys.Study.read(tmp_path / "study.toml").channels) >= 2
    done = run("study", "new", cwd=tmp_path)
    assert done.returncode == 1 and "is there already" in done.stderr
    assert run("study", "new", "-").stdout == plethys.Study.template()


def test_help_and_version():
    assert run("--version").stdout.strip() == f"plethys {plethys.__version__}"
    for arguments in (["--help"], ["analyze", "--help"], ["datasets", "--help"]):
        done = run(*arguments)
        assert done.returncode == 0 and "Usage" in done.stdout


def test_the_console_script_is_installed(files):
    script = Path(sys.executable).with_name("plethys")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=100)
    assert done.stdout.strip() == f"plethys {plethys.__version__}"
