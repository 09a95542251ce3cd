"""A study with both feet in one thermal frame, beside pulses on the same clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import plethys

RATE = 2.0  # frames per second
MINUTE = 60.0
STUDY = """
[study]
title = "feet in one frame"

[[recording]]
id = "camera"
file = "feet.npz"

[[recording]]
id = "finger"
file = "finger.npz"

[[channel]]
id = "contralateral foot"
signal = "thermal"
site = "foot"
side = "right"
role = "contralateral"
region = [6, 18, 3, 13]
recordings = ["camera"]

[[channel]]
id = "treated foot"
signal = "thermal"
site = "foot"
side = "left"
role = "treated"
region = [6, 18, 19, 29]
recordings = ["camera"]

[[channel]]
id = "finger"
signal = "ppg"
role = "remote"
column = "ppg"
recordings = ["finger"]

[[phase]]
id = "baseline"
kind = "baseline"
start = "00:00"
end = "10:00"

[[phase]]
id = "massage"
kind = "intervention"
start = "10:00"
end = "25:00"

[[phase]]
id = "follow"
kind = "follow_up"
start = "25:00"
end = "55:00"
"""


class Truth:
    """What the feet really did, and the frames of an uncooled camera over them."""

    def __init__(self, seed: int, *, shutters: bool) -> None:
        rng = np.random.default_rng(seed)
        self.time = np.arange(int(55 * MINUTE * RATE)) / RATE
        wave = 0.1 * np.sin(2 * np.pi * 0.012 * self.time + rng.uniform(0, 6))
        warmed = np.clip((self.time - 12 * MINUTE) / (10 * MINUTE), 0.0, 1.0)
        self.right = 30.5 + 0.8 * warmed + wave
        self.left = 30.7 + 0.2 * warmed + 0.08 * np.sin(2 * np.pi * 0.015 * self.time)
        phase = rng.uniform(0, 2 * np.pi, 3)
        periods = np.array([12.0, 25.0, 60.0]) * MINUTE
        drift = 0.3 * np.sin(2 * np.pi * self.time[:, None] / periods + phase).sum(axis=1)
        if shutters:
            period = np.floor(self.time / (3 * MINUTE)).astype(int)
            drift = drift + 0.4 * rng.standard_normal(period[-1] + 1)[period]
        slope = 0.005 * np.sin(2 * np.pi * self.time / 1800.0)  # 10 mK between the feet at most
        frames = 22.0 + drift[:, None, None] + 0.1 * rng.standard_normal((len(self.time), 24, 32))
        frames[:, 4:20, 1:15] += (self.right - 22.0 + slope)[:, None, None]
        frames[:, 4:20, 17:31] += (self.left - 22.0 - slope)[:, None, None]
        self.frames = np.round(frames, 2).astype(np.float32)

    def delta(self, start: float, end: float) -> float:
        """Mean right minus left of a window, K."""
        inside = (self.time >= start) & (self.time < end)
        return float((self.right - self.left)[inside].mean())

    def write(self, folder: Path, **more) -> Path:
        np.savez(folder / "feet.npz", frames_C=self.frames, fs=RATE, **more)
        pulse = plethys.datasets.synthetic(seconds=55 * MINUTE, sample_rate=32.0, noise_db=30.0)
        np.savez(folder / "finger.npz", fs=32.0, ppg=pulse.samples)
        (folder / "study.toml").write_text(STUDY)
        return folder / "study.toml"


def rows(report: plethys.Report, table: str, **wanted) -> list[dict]:
    return [r for r in report.tables[table].rows() if all(r[k] == v for k, v in wanted.items())]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_change_of_the_side_difference_is_the_true_one(tmp_path, seed):
    truth = Truth(seed, shutters=True)
    report = plethys.Study.read(truth.write(tmp_path)).run()
    base = truth.delta(0, 10 * MINUTE)
    sides = rows(report, "asymmetries", measure="temperature")
    compared = 0
    for row in sides:
        start, end = (rows(report, "windows", window=row["window"])[0][key] for key in ("start", "end"))
        assert row["difference"] == pytest.approx(truth.delta(start, end), abs=0.05)
        if row["change"] is not None:
            assert row["change"] == pytest.approx(truth.delta(start, end) - base, abs=0.05)
            compared += 1
    assert compared >= 3
    # The camera's level has moved: the side difference stands, a change of one foot alone is not judged.
    assert {r["unit"] for r in sides} == {"Cel"}
    assert rows(report, "problems", code="unreferenced")
    alone = rows(report, "changes", channel="contralateral foot")
    assert alone and {(r["verdict"], r["why"]) for r in alone} == {("unsupported", "unreferenced")}
    # Pulses are in the same tables, on the same clock.
    assert {r["window"] for r in rows(report, "levels", channel="finger")} >= {r["window"] for r in sides}
    page = report.to_html()
    assert "right foot" in page and 'src="data:image/png;base64,' in page


@pytest.mark.parametrize("seed", [1, 2])
def test_the_full_source_study_tells_the_feet_beside_the_pulses(tmp_path, seed):
    """Baseline, massage, two hours: PVR, PPG and both feet before one camera, from files; pulses at 40 Hz, to be made sooner."""
    source = plethys.datasets.source_study(seed, 40.0, thermal=True)
    report = plethys.Study.read(source.write(tmp_path)).run()
    assert report.problems == []
    feet = source.thermal

    def true(window: str) -> float:
        (row,) = rows(report, "windows", window=window)
        inside = (feet.time >= row["start"]) & (feet.time < row["end"])
        return float((feet.right - feet.left)[inside].mean())

    for window in ("follow_up:first", "follow_up:last"):
        (sides,) = rows(report, "asymmetries", measure="temperature", window=window)
        assert sides["change"] == pytest.approx(true(window) - true("baseline"), abs=0.05)
        assert sides["change_low"] < sides["change"] < sides["change_high"]
        # The plate between the feet keeps the camera's level: each foot is judged on its own, too.
        for foot in ("foot_left", "foot_right"):
            (alone,) = rows(report, "changes", channel=foot, window=window)
            assert alone["verdict"] == "claimed"
        # The pulses of all six sensors are in the same tables.
        assert len(rows(report, "levels", measure="pulse_rate", window=window)) == 6


def test_a_reference_that_is_none_is_a_fault(tmp_path):
    path = Truth(5, shutters=False).write(tmp_path)
    wrong = STUDY.replace('file = "feet.npz"', 'file = "feet.npz"\nreference_temperature = 30.0')
    path.write_text(wrong)
    with pytest.raises(plethys.StudyError, match="needs reference_region"):
        plethys.Study.read(path)
    path.write_text(STUDY.replace('file = "finger.npz"', 'file = "finger.npz"\nreference_region = [0, 4, 0, 4]'))
    with pytest.raises(plethys.StudyError, match=r"line 12, .*reference_region: .*no thermal channel with a region"):
        plethys.Study.read(path)
    path.write_text(wrong.replace("reference_temperature = 30.0", "reference_region = [0, 99, 0, 4]"))
    report = plethys.Study.read(path).run()
    assert any("lies outside the frame" in text for text in report.problems)


def test_without_shutters_a_foot_alone_is_judged(tmp_path):
    truth = Truth(3, shutters=False)
    report = plethys.Study.read(truth.write(tmp_path)).run()
    assert not rows(report, "problems")
    alone = rows(report, "changes", channel="contralateral foot", window="follow:last")
    assert alone[0]["change"] == pytest.approx(0.8, abs=0.7) and alone[0]["why"] != "unreferenced"
    levels = rows(report, "levels", channel="contralateral foot", window="baseline")
    assert levels[0]["unit"] == "Cel" and 29.0 < levels[0]["median"] < 32.0


def test_what_is_wrong_with_frames_is_a_problem_and_the_rest_goes_on(tmp_path):
    path = Truth(4, shutters=False).write(tmp_path)
    path.write_text(STUDY.replace("region = [6, 18, 3, 13]", "region = [6, 99, 3, 13]"))
    report = plethys.Study.read(path).run()
    assert any("lies outside the frame" in text for text in report.problems)
    assert rows(report, "levels", channel="finger")
    (tmp_path / "feet.npz").write_bytes(b"PK no")
    path.write_text(STUDY)
    report = plethys.Study.read(path).run()
    assert any("feet.npz: expected a NumPy archive" in text for text in report.problems)
    (tmp_path / "feet.npz").unlink()
    report = plethys.Study.read(path).run()
    assert {r["code"] for r in rows(report, "problems")} == {"missing_file"}
    assert rows(report, "levels", channel="finger")
