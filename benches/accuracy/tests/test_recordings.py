"""Reading a directory of recordings, and the copies made of it."""

import numpy as np
import pytest

from accuracy.cases import make_cases
from accuracy.detectors import for_peers
from accuracy.recordings import Recording, pulsation, read_sets


@pytest.fixture
def directory(tmp_path):
    write(tmp_path / "bidmc", "one", ppg=np.sin(np.arange(3000) / 20.0))
    troika = {"ppg1": np.arange(3000.0), "ppg2": np.ones(3000), "acc": np.zeros((3000, 3))}
    write(tmp_path / "troika", "two", **troika)
    (tmp_path / "no_reference").mkdir()
    np.savez(tmp_path / "no_reference" / "three.npz", fs=100.0, ppg=np.zeros(1000))
    return tmp_path


def write(folder, name, **channels):
    folder.mkdir()
    np.savez(folder / f"{name}.npz", fs=100.0, **channels)
    (folder / f"beats_{name}.csv").write_text("ecg_r_t_s,votes\n1.0,3\n2.5,2\n20.0,3\n")
    (folder / f"exclude_{name}.csv").write_text("start_s,end_s\n5.0,7.5\n")


def test_records_with_a_reference_are_read(directory):
    recordings = {r.name: r for r in read_sets(directory)}
    assert set(recordings) == {"one", "two"}
    assert recordings["one"].reference.tolist() == [1.0, 2.5, 20.0]
    assert recordings["one"].exclude == ((5.0, 7.5),)
    assert recordings["two"].motion.shape == (3000, 3)
    assert recordings["two"].companion is not None


def test_cases_of_a_set_are_its_copies(directory):
    names = [case.name for case in make_cases(read_sets(directory))]
    assert names[:3] == ["bidmc", "bidmc ×1.5", "bidmc ×0.7"]
    assert "troika + motion, from 80 s" in names
    assert [case.name for case in make_cases(read_sets(directory, ("bidmc",)), quick=True)] == ["bidmc"]


def test_stretching_moves_all_times():
    recording = Recording("s", "r", np.zeros(3000), 100.0, np.array([1.0, 2.0]), ((3.0, 4.0),))
    stretched = recording.stretched(1.5)
    assert stretched.duration == pytest.approx(45.0)
    assert stretched.reference.tolist() == [1.5, 3.0]
    assert stretched.exclude == ((4.5, 6.0),)
    assert stretched.lag_range == (0.0, 1.5)


def test_starting_later_moves_the_reference():
    recording = Recording("s", "r", np.arange(3000.0), 100.0, np.array([1.0, 12.0]), ((9.0, 11.0),))
    later = recording.starting_at(10.0)
    assert later.samples[0] == 1000.0
    assert later.reference.tolist() == [2.0]
    assert later.exclude == ((-1.0, 1.0),)


def test_pulsation_sees_the_pulse_and_not_the_drift():
    time = np.arange(900) / 30.0
    pulse = 0.5 * np.sin(2 * np.pi * 1.2 * time)
    drift = 50.0 * np.sin(2 * np.pi * 0.05 * time)
    assert pulsation(pulse, 30.0) > 3 * pulsation(0 * time + 255.0, 30.0)
    assert pulsation(pulse + drift, 30.0) == pytest.approx(pulsation(pulse, 30.0), rel=0.2)


def test_peers_get_an_even_grid_without_gaps():
    time = np.array([0.0, 0.03, 0.07, 0.1, 0.2])
    recording = Recording("s", "r", np.array([0.0, 3.0, np.nan, 10.0, 20.0]), 30.0, np.empty(0), time=time)
    samples, sample_rate = for_peers(recording)
    assert sample_rate == 60.0
    assert samples == pytest.approx(100.0 * np.arange(len(samples)) / 60.0)
