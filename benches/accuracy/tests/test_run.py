"""The command over a small directory of recordings, from files to report."""

import json

import numpy as np
import pytest

from accuracy.__main__ import main
from accuracy.detectors import Answer, ScipyLines, failed
from accuracy.recordings import Recording
from accuracy.report import table


@pytest.fixture
def directory(tmp_path):
    """Two minutes of plain pulses in one set of two records."""
    folder = tmp_path / "data" / "plain"
    folder.mkdir(parents=True)
    time = np.arange(0.0, 120.0, 0.008)
    for seed in range(2):
        random = np.random.default_rng(seed)
        beats = 0.5 + np.cumsum(random.normal(0.8, 0.03, 145))
        beats = beats[beats < 119.0]
        pulses = sum(np.exp(-0.5 * ((time - b - 0.3) / 0.1) ** 2) for b in beats)
        np.savez(folder / f"{seed}.npz", fs=125.0, ppg=pulses + 0.01 * random.standard_normal(len(time)))
        rows = "\n".join(f"{b:.4f},3" for b in beats)
        (folder / f"beats_{seed}.csv").write_text(f"ecg_r_t_s,votes\n{rows}\n")
    return tmp_path


def run(directory, *more):
    data, out = str(directory / "data"), str(directory / "out")
    return main(["--data", data, "--out", out, "--no-peers", "--quick", *more])


def test_a_run_writes_its_report(directory):
    assert run(directory, "--page", str(directory / "page.md")) == 0
    content = json.loads((directory / "out" / "accuracy.json").read_text())
    (lines,) = [s for s in content["summaries"] if s["detector"] == "SciPy lines"]
    assert lines["f1"] > 0.99
    assert lines["mae"] < 1.0
    assert 0.3 < lines["chance"] < lines["f1"] - 0.1
    page = (directory / "page.md").read_text()
    assert "**plain** (2 records" in page
    assert "](page/error-distribution.png)" in page
    assert (directory / "page" / "error-distribution.png").stat().st_size > 1000


def test_a_detector_that_fails_scores_zero(directory, monkeypatch):
    original = ScipyLines.analyze

    def failing(self, recording: Recording, motion=False, companion=False) -> Answer:
        return failed(ValueError("no")) if recording.name == "1" else original(self, recording)

    monkeypatch.setattr(ScipyLines, "analyze", failing)
    run(directory)
    content = json.loads((directory / "out" / "accuracy.json").read_text())
    (lines,) = [s for s in content["summaries"] if s["detector"] == "SciPy lines"]
    assert lines["failed"] == 1
    assert lines["worst_f1"] == 0.0
    assert 0.49 < lines["f1"] < 0.51


def test_no_directory_is_the_command_line_s_fault(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "absent")]) == 2
    assert "directory of recordings" in capsys.readouterr().err


def test_an_empty_directory_is_said(tmp_path, capsys):
    assert main(["--data", str(tmp_path), "--quick", "--no-peers"]) == 2
    assert "no recording" in capsys.readouterr().err


def test_tables_are_markdown():
    assert table(["", "a"], [["x", "1"], ["long", "22"]])[1] == "|------|---:|"
