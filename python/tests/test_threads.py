"""Threads: the work runs without the interpreter lock, and one monitor is one thread's."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import plethys


@pytest.fixture(scope="module")
def long() -> np.ndarray:
    """Hours of a pulse: enough work to look at from another thread."""
    stream = plethys.datasets.synthetic(seconds=600.0, noise_db=30.0)
    return np.tile(stream.samples, 200)


def ticks_during(work) -> tuple[int, float]:
    """How often this thread woke up inside `work`, which runs in another, and how long that took, s."""
    span = {}

    def run() -> None:
        span["start"] = time.perf_counter()
        work()
        span["end"] = time.perf_counter()

    thread = threading.Thread(target=run)
    thread.start()
    ticks = []
    while thread.is_alive():
        time.sleep(0.005)
        ticks.append(time.perf_counter())
    thread.join()
    inside = [t for t in ticks if span["start"] + 0.05 < t < span["end"] - 0.05]
    return len(inside), span["end"] - span["start"]


def test_the_interpreter_lock_is_released(long):
    monitor = plethys.Monitor(125.0)
    for work in (lambda: plethys.analyze(long, 125.0), lambda: monitor.push(long)):
        ticks, seconds = ticks_during(work)
        assert seconds > 0.3, "too quick to tell"
        assert ticks > 5


def test_a_held_interpreter_lock_would_show():
    # One call into C that holds the lock all along.
    numbers = list(np.random.default_rng(0).random(3_000_000))
    ticks, seconds = ticks_during(lambda: sorted(numbers))
    assert seconds > 0.3, "too quick to tell"
    assert ticks <= 5


def test_a_shared_monitor_raises_and_goes_on(long):
    monitor = plethys.Monitor(125.0)
    thread = threading.Thread(target=monitor.push, args=(long,))
    thread.start()
    raised = []
    calls = [lambda: monitor.push(long[:10]), monitor.snapshot, monitor.reset, monitor.finish, lambda: monitor.latency]
    while thread.is_alive():
        for call in calls:
            try:
                if thread.is_alive():
                    call()
            except RuntimeError as error:
                raised.append(str(error))
            if len(raised) > 200:
                break
        time.sleep(0.001)
        if len(raised) >= len(calls):
            break
    thread.join(timeout=60)
    assert not thread.is_alive(), "a thread hangs"
    assert len(raised) >= len(calls)
    assert set(raised) == {
        "this Monitor is in use by another thread; a monitor belongs to one thread, make one for each"
    }
    monitor.reset()
    assert len(monitor.push(long[:5000])) > 20


def test_monitors_of_their_own_run_side_by_side(clean):
    expected = plethys.analyze(clean).beats.to_bytes()
    results = [b""] * 6

    def run(place: int) -> None:
        results[place] = plethys.analyze(clean.samples, 125.0).beats.to_bytes()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(results))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert results == [expected] * len(results)
