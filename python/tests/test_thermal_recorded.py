"""Recorded temperatures and flows through `plethys thermal`: its figures against those of NumPy on the bare numbers of the file.

Each test runs on a folder that is made, whose truth is known, and where PLETHYS_DATA is set on the recorded one beside it.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import thermal_folder
from scipy import signal

import plethys

STEP = 0.02
"""Of the E4's sensor, °C."""


@pytest.fixture(scope="module", params=["made", "recorded"])
def folder(request, tmp_path_factory) -> Path:
    if request.param == "made":
        return thermal_folder.make(tmp_path_factory.mktemp("made"))
    return request.getfixturevalue("data")


def run(*arguments: object) -> tuple[list[dict[str, Any]], str]:
    """What the command says as JSON, one object a file, and what it says beside it."""
    command = [sys.executable, "-m", "plethys", "thermal", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def is_drawn(path: Path) -> bool:
    """Whether a picture holds data: coloured pixels, which axes and words do not have."""
    from matplotlib.image import imread

    picture = imread(path)[..., :3]
    return int((np.ptp(picture, axis=2) > 0.3).sum()) > 1000


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_phases_of_cooling(folder, tmp_path):
    source = folder / "cooling_skin_temperature"
    path = source / "s0001_skin_temperature_18site.csv"
    raw = rows_of(path)
    time = np.array([float(row["t_s"]) for row in raw])
    sites = {
        name.removesuffix("_C"): np.array([float(row[name] or "nan") for row in raw])
        for name in raw[0]
        if name != "t_s"
    }
    (found,), _ = run(
        path,
        "--phases",
        source / "s0001_phases.csv",
        "--warm-up",
        600,
        "--plot",
        tmp_path / "p.png",
        "--rows",
        tmp_path / "r.csv",
    )
    assert list(found["overview"]) == list(sites) and found["duration"] == time[-1] - time[0]
    # Empty cells are missing, each in its own site, and nothing else is lost.
    assert {name: line["left_out"] for name, line in found["overview"].items()} == {
        name: int(np.isnan(values).sum()) for name, values in sites.items()
    }
    assert sum(line["left_out"] for line in found["overview"].values()) > 10
    phases = [
        (row["phase"], float(row["start_s"]), float(row["stop_s"])) for row in rows_of(source / "s0001_phases.csv")
    ]
    assert list(found["phases"]) == [name for name, *_ in phases]
    for name, start, stop in phases:
        inside = (time >= start) & (time < stop)
        for site, values in sites.items():
            line, seen = found["phases"][name][site], values[inside & np.isfinite(values)]
            assert (line["accepted"], line["left_out"]) == (len(seen), int(inside.sum()) - len(seen))
            assert line["mean"] == pytest.approx(seen.mean(), abs=1e-9), (name, site)
            assert (line["lowest"], line["highest"]) == (seen.min(), seen.max())
            slope = np.polyfit(time[inside & np.isfinite(values)], seen, 1)[0]
            assert line["rate"] == pytest.approx(60 * slope, abs=1e-9)
    # What the cold does: the finger falls from phase to phase, by more than 8 K in all; the neck, which is not cooled, does not.
    mean = {site: [found["phases"][name][site]["mean"] for name, *_ in phases] for site in sites}
    assert (
        np.all(np.diff(mean["l_middle_finger"]) < 0) and mean["l_middle_finger"][0] - mean["l_middle_finger"][-1] > 8.0
    )
    assert all(33.0 < value < 37.5 for value in mean["neck_back"])
    # Sensors that are not yet on the skin are told by the warm-up: flagged, not dropped, and colder than the skin.
    table = [row for row in rows_of(tmp_path / "r.csv") if row["region"] == "l_middle_finger"]
    warming = np.array([row["warming"] == "true" for row in table])
    assert np.array_equal(warming, time - time[0] < 600) and float(table[0]["mean"]) < 23.0
    assert all(row["accepted"] == "true" for row in np.array(table)[warming])
    assert is_drawn(tmp_path / "p.png")


def test_wrist_sessions_of_an_e4(folder, tmp_path):
    paths = sorted((folder / "e4_wrist_temperature").glob("*.npz"))
    assert len(paths) == 3
    results, _ = run(*paths, "--bands", "--plot", tmp_path / "p.png")
    compared = 0
    for path, found in zip(paths, results, strict=True):
        with np.load(path) as archive:
            celsius, rate = archive["temp"].astype(float), float(archive["temp_fs"])
        line = found["overview"]["temp"]
        # Values that repeat, in steps of 0.02 °C, are readings of their own.
        assert (line["accepted"], line["left_out"], found["counts"]["repeated"]) == (len(celsius), 0, 0)
        assert line["mean"] == pytest.approx(celsius.mean(), abs=1e-9)
        assert (line["lowest"], line["highest"]) == (celsius.min(), celsius.max())
        assert found["duration"] == pytest.approx((len(celsius) - 1) / rate)
        # Power as in the spectrum of the same readings (Welch), where it is above that of a wave of the sensor's step; no pulse
        # is told of a temperature.
        assert found["oscillations"]["temp"]["step"] == 1.0
        bands = {band["name"]: band for band in found["oscillations"]["temp"]["bands"]}
        assert {name for name, band in bands.items() if band["reason"] == "NotComputable"} == {"respiratory", "cardiac"}
        seconds = celsius[: len(celsius) // 4 * 4].reshape(-1, 4).mean(axis=1)
        frequency, density = signal.welch(seconds, 1.0, nperseg=min(len(seconds), 1200), detrend="linear")
        for name in ("endothelial_no", "neurogenic", "myogenic"):
            band = bands[name]
            inside = (frequency >= band["low"]) & (frequency < band["high"])
            power = density[inside].sum() * (frequency[1] - frequency[0])
            if max(power, band["power"]) > STEP**2 / 2:
                compared += 1
                assert band["power"] == pytest.approx(power, rel=0.3), (path.name, name)
        assert is_drawn(tmp_path / f"p-{path.stem}.png") and is_drawn(tmp_path / f"p-{path.stem}-bands-temp.png")
    assert compared >= 2


def test_frames_of_a_hand_that_makes_shapes(folder, tmp_path):
    source = folder / "amg8833_hand"
    with np.load(source / "amg8833_hand.npz") as archive:
        frames = archive["frames_C"].astype(float)
    table = rows_of(source / "frames.csv")
    order = np.argsort([float(row["t_rel_s"]) for row in table], kind="stable")
    frames, labels = frames[order], np.array([row["label"] for row in table])[order]
    time = np.array([float(row["t_rel_s"]) for row in table])[order]
    path = source / "amg8833_hand.npz"
    told = ("--region", "palm=2,6,1,5", "--region", "rim=0,1,0,8", "--difference", "d=palm,rim")
    (found,), said = run(path, *told, "--rows", tmp_path / "r.csv", "--plot", tmp_path / "p.png")
    assert "frames put into the order of their stamps" in said
    assert found["counts"] == {
        "frames": len(frames), "repeated": 0, "backward": 0, "wrong_unit": 0, "shutters": 0, "bad_pixels": 0,
    }  # fmt: skip
    rows = [row for row in rows_of(tmp_path / "r.csv") if row["region"] == "palm"]
    palm = frames[:, 2:6, 1:5].reshape(len(frames), -1)
    assert [float(row["time"]) for row in rows] == [at - time[0] for at in time]
    for name, of in (("mean", palm.mean(1)), ("median", np.median(palm, 1)), ("p95", np.percentile(palm, 95, axis=1))):
        assert np.array([float(row[name]) for row in rows]) == pytest.approx(of, abs=1e-6), name
    # Sixteen pixels are few, and it is said; each shape of the hand is warmer than the wall at its best pixels.
    assert all(row["few_pixels"] == "true" and row["accepted"] == "true" for row in rows)
    assert set(labels) == {"rock", "paper", "scissors"}
    warmest = np.array([float(row["p95"]) for row in rows])
    for label in set(labels):
        assert 24.0 < np.median(warmest[labels == label]) < 29.5, label
    delta = (palm.mean(1) - frames[:, 0].mean(1)).mean()
    assert found["difference_overview"]["d"]["mean"] == pytest.approx(delta, abs=1e-6)
    assert delta > 1.0
    recording = plethys.read_thermal(path)
    assert recording.labels.tolist() == labels.tolist()
    # A pause between two shapes is told, and no series is claimed across it.
    pauses = plethys.analyze_thermal(recording, regions={"palm": (2, 6, 1, 5)}).events
    longest = np.diff(time).max()
    assert pauses.size[pauses.notice == "Gap"].max() == longest and longest > 20.0
    assert is_drawn(tmp_path / "p.png")


def test_laser_doppler_is_a_stream_of_flow(folder, tmp_path):
    paths = {path.stem: path for path in sorted((folder / "laser_doppler_hand").glob("*.npz"))}
    results, _ = run(*paths.values(), "--plot", tmp_path / "p.png")
    mean, cardiac = {}, {}
    for (name, path), found in zip(paths.items(), results, strict=True):
        with np.load(path) as archive:
            flux = archive["perfusion_pu"].astype(float)
        line = found["overview"]["perfusion_pu"]
        assert found["unit"] == "pu" and (line["accepted"], line["left_out"]) == (len(flux), 0)
        assert line["mean"] == pytest.approx(flux.mean(), rel=1e-9)
        assert (line["lowest"], line["highest"]) == (flux.min(), flux.max())
        mean[name] = line["mean"]
        bands = {band["name"]: band for band in found["oscillations"]["perfusion_pu"]["bands"]}
        # Half a minute tells the pulse and the breath, and nothing slower.
        assert {name for name, band in bands.items() if band["power"] is None} == {
            "endothelial", "endothelial_no", "neurogenic", "myogenic",
        }  # fmt: skip
        cardiac[name] = bands["cardiac"]
        assert is_drawn(tmp_path / f"p-{name}.png")
    assert mean["ldf_finger_after_ir_heat"] > mean["ldf_fingertip"] > 10 * abs(mean["ldf_hand_dorsum"])
    assert cardiac["ldf_fingertip"]["significant"] and cardiac["ldf_finger_after_ir_heat"]["significant"]
    assert cardiac["ldf_finger_after_ir_heat"]["power"] > cardiac["ldf_fingertip"]["power"]
    assert cardiac["ldf_hand_dorsum"]["power"] < 0.02 * cardiac["ldf_fingertip"]["power"]
    cuff = next(found for name, found in zip(paths, results, strict=True) if name == "ldf_finger_forearm_cuff")
    line = cuff["overview"]["perfusion_pu"]
    assert line["last"] < 0.5 * line["first"]  # the cuff closes
