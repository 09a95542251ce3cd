"""Real recordings: HeartPy's examples, and where PLETHYS_DATA is set, those."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import plethys
from plethys import demo


def in_chunks(recording: plethys.Recording, result: plethys.Analysis, sizes: np.ndarray) -> plethys.Monitor:
    """Checks that a monitor fed in chunks of these sizes, over and over, hands out the result's beats bit for bit."""
    monitor = plethys.Monitor(result.sample_rate, signal=result.signal)
    cuts = np.cumsum(np.resize(sizes, len(recording)))
    cuts = cuts[cuts < len(recording)]
    stamps = [None] * (len(cuts) + 1) if recording.time is None else np.split(recording.time, cuts)
    beats = [
        monitor.push(chunk, time=time) for chunk, time in zip(np.split(recording.samples, cuts), stamps, strict=True)
    ]
    beats.append(monitor.finish())
    for name in result.beats.columns:
        whole = result.beats._arrays[name]
        assert np.concatenate([table._arrays[name] for table in beats]).tobytes() == whole.tobytes(), name
    return monitor


def test_heartpys_recordings_have_beats_live_and_in_one_call(heartpy):
    for recording, rate in zip(heartpy, (60.0, None, None), strict=True):
        result = plethys.analyze(recording)
        assert result.state == "Tracking"
        assert result.beats.accepted.sum() > 0.3 * result.duration
        if rate:  # 24 s of rest, which HeartPy's own documentation puts at 61 bpm
            assert result.pulse_rate == pytest.approx(rate, abs=4.0)
        in_chunks(recording, result, np.array([1, 7, 250, 3, 1000]))


def test_every_recording_with_a_pulse_is_the_same_live_and_in_one_call(data):
    rng = np.random.default_rng(20)
    count = 0
    for source, recording, _ in demo.recordings(data):
        result = plethys.analyze(recording)
        in_chunks(recording, result, rng.integers(1, 3000, 50))
        assert np.isfinite(result.beats.peak).all() and (np.diff(result.beats.peak) > 0).all(), (source, recording.name)
        assert set(result.beats.reason) <= set(plethys.REASONS)
        count += 1
    assert count >= 3


def test_companions_in_the_package_of_recorded_data_read_as_they_are(data):
    recording = plethys.read(data / "bidmc" / "bidmc_01.npz")
    assert (recording.sample_rate, recording.channel, len(recording)) == (125.0, "ppg", 60001)
    with np.load(data / "bidmc" / "bidmc_01.npz") as archive:
        assert plethys.analyze(archive["ppg"], 125.0).beats == plethys.analyze(recording).beats


def run_demo(tmp_path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if name != "PLETHYS_DATA"}
    return subprocess.run(
        [sys.executable, "-m", "plethys.demo", "--output", str(tmp_path / "out"), *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        env={**known, **environment},
    )


def test_the_demo_prints_and_draws_heartpys_recordings(tmp_path):
    done = run_demo(tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("heartpy_data", "heartpy_data2", "heartpy_data3"):
        assert name in done.stdout
        assert (tmp_path / "out" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert "PLETHYS_DATA is not set" in done.stdout
    assert str(tmp_path / "out") in done.stdout


def test_the_demo_covers_the_recorded_data(tmp_path, data):
    done = run_demo(tmp_path, "--no-plots", PLETHYS_DATA=str(data))
    assert done.returncode == 0, done.stderr
    assert "bidmc_26" in done.stdout
    assert not (tmp_path / "out").exists()


def test_the_demo_says_when_the_folder_is_not_there(tmp_path):
    done = run_demo(tmp_path, PLETHYS_DATA=str(tmp_path / "nowhere"))
    assert done.returncode == 1 and "names no folder" in done.stderr
