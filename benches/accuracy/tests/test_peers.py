"""The peers' processes and cache, with a peer that every environment has."""

import sys
from pathlib import Path

import numpy as np
import pytest

from accuracy import peers
from accuracy.peers import Peer


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """A worker that answers like the real one: its peer counts the runs, fails or sleeps."""
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    monkeypatch.setattr(peers, "WORKER", script)
    return tmp_path


WORKER = """
import json, sys, time
import numpy as np
name = sys.argv[2]
for line in sys.stdin:
    path = line.strip()
    if name == "failing":
        print(json.dumps({"error": "ValueError: no pulse"}), flush=True)
        continue
    if name == "sleeping":
        time.sleep(30)
    if name == "dying":
        sys.exit(3)
    with open(__file__ + ".runs", "a") as runs:
        runs.write("x")
    np.save(path + ".beats.npy", np.arange(3.0))
    print(json.dumps({"seconds": 0.5}), flush=True)
"""


def peer(name, folder):
    return Peer(name, "1", Path(sys.executable), cache=folder / "cache")


def test_an_answer_is_asked_for_once(worker):
    samples = np.arange(100.0)
    one = peer("counting", worker)
    assert one.find(samples, 25.0).beats.tolist() == [0.0, 1.0, 2.0]
    assert one.find(samples, 25.0).seconds == 0.5
    one.find(samples + 1.0, 25.0)
    one.close()
    assert (worker / "worker.py.runs").read_text() == "xx"


def test_a_failure_is_an_answer_without_beats(worker):
    failing = peer("failing", worker)
    answer = failing.find(np.arange(100.0), 25.0)
    failing.close()
    assert answer.error == "ValueError: no pulse"
    assert len(answer.beats) == 0


def test_a_process_that_ends_is_a_failure(worker):
    dying = peer("dying", worker)
    assert dying.find(np.arange(100.0), 25.0).error == "its process ended"


def test_the_time_limit_holds_and_is_not_remembered(worker, monkeypatch):
    monkeypatch.setattr(peers, "TIME_LIMIT_S", 0.2)
    sleeping = peer("sleeping", worker)
    assert "no answer" in sleeping.find(np.arange(100.0), 25.0).error
    assert not list((worker / "cache").glob("*.json"))
