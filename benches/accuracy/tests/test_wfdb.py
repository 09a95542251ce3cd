"""WFDB records and archives, written here and read back."""

import zipfile

import numpy as np
import pytest
import wfdb

from accuracy.catalogue import read_cache
from accuracy.recordings import read_sets
from accuracy.score import score_beats

RATE = 125.0
BEATS = np.arange(0.5, 59.5, 0.8)
TIME = np.arange(0.0, 60.0, 1.0 / RATE)


def bumps(times, width):
    return sum(np.exp(-0.5 * ((TIME - t) / width) ** 2) for t in times)


def write_record(folder, name, labels, signals):
    folder.mkdir(exist_ok=True)
    wfdb.wrsamp(
        name,
        fs=RATE,
        units=["mV"] * len(labels),
        sig_name=labels,
        p_signal=np.column_stack(signals),
        fmt=["16"] * len(labels),
        write_dir=str(folder),
    )


@pytest.fixture
def signals():
    return [bumps(BEATS + 0.3, 0.1), bumps(BEATS, 0.01)]


def test_beats_come_from_the_ecg(tmp_path, signals):
    write_record(tmp_path / "set", "one", ["PLETH,", "II,"], signals)
    (recording,) = read_sets(tmp_path)
    assert recording.signal == "ppg"
    assert recording.samples == pytest.approx(signals[0], abs=1e-3)
    assert score_beats(BEATS + 0.3, recording.reference, 60.0).f1 > 0.98


def test_annotated_beats_are_preferred(tmp_path, signals):
    write_record(tmp_path / "set", "one", ["ABP", "II"], signals)
    samples = np.round(BEATS * RATE).astype(int)
    symbols = ["N"] * len(samples)
    symbols[3] = "+"
    wfdb.wrann("one", "atr", samples, symbol=symbols, write_dir=str(tmp_path / "set"))
    (recording,) = read_sets(tmp_path)
    assert recording.signal == "pressure"
    assert recording.reference == pytest.approx(np.delete(samples, 3) / RATE)


def test_without_a_pulse_or_a_reference_there_is_no_recording(tmp_path, signals):
    write_record(tmp_path / "set", "one", ["RESP", "II"], signals)
    write_record(tmp_path / "set", "two", ["PLETH", "RESP"], signals)
    assert list(read_sets(tmp_path)) == []


def test_archives_of_a_cache_are_read(tmp_path, signals):
    write_record(tmp_path / "files", "one", ["PLETH", "II"], signals)
    table = np.column_stack([TIME, *signals])
    np.savetxt(
        tmp_path / "files" / "af_001_data.csv", table, delimiter=",", header="Time,PPG,ECG", comments=""
    )
    (tmp_path / "cache" / "mimic").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "cache" / "mimic" / "all.zip", "w") as archive:
        for path in (tmp_path / "files").iterdir():
            archive.write(path, f"inside/{path.name}")
    recordings = {r.name: r for r in read_cache(tmp_path / "cache")}
    assert set(recordings) == {"one", "af_001"}
    assert {r.set for r in recordings.values()} == {"mimic"}
    assert recordings["af_001"].sample_rate == pytest.approx(RATE)
    for recording in recordings.values():
        assert score_beats(BEATS + 0.3, recording.reference, 60.0).f1 > 0.98
