"""analyze and Monitor: the same beats, whole or in chunks of any size."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plethys
from plethys import _plethys


def collect(monitor: plethys.Monitor, chunks) -> tuple[bytes, bytes, bytes]:
    """Everything that a monitor hands out, as bytes per column, in the order of the tables."""
    beats, rates, pulses = [], [], []

    def keep(settled: plethys.Beats) -> None:
        beats.append(settled)
        rates.append(monitor.rates)
        pulses.append(monitor.pulses)

    for chunk in chunks:
        keep(monitor.push(chunk))
    keep(monitor.finish())
    return joined(beats), joined(rates), np.concatenate(pulses).tobytes()


def joined(tables: list[plethys.Table]) -> bytes:
    arrays = [np.concatenate([table._arrays[name] for table in tables]) for name in tables[0].columns]
    return b"".join(array.tobytes() for array in arrays)


def whole(result: plethys.Analysis) -> tuple[bytes, bytes, bytes]:
    return result.beats.to_bytes(), result.rates.to_bytes(), result.pulses.tobytes()


def test_a_clean_stream_gives_back_what_was_put_in(clean):
    result = plethys.analyze(clean)
    assert result.state == "Tracking"
    assert result.polarity == "inverted"
    assert result.pulse_rate == pytest.approx(72.0, abs=0.5)  # bpm
    assert result.perfusion_index == pytest.approx(2.0, rel=0.03)  # %
    assert result.amplitude == pytest.approx(1000.0, rel=0.01)  # counts
    assert result.sample_rate == 125.0
    assert result.duration == pytest.approx(40.0)
    assert result.absent == {}
    assert result.counts["samples"] == 5000
    assert 0.0 < result.latency <= 6.0
    truth = clean.truth.beats
    found = result.beats.peak[result.beats.accepted]
    settled = truth.peak[(truth.peak > 4.0) & (truth.peak < 37.0)]
    nearest = np.abs(settled[:, None] - found[None, :]).min(axis=1)
    assert nearest.max() < 0.010  # s


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.integers(0, 5000), max_size=40), seed=st.integers(0, 50))
def test_chunks_of_any_size_give_the_same_bytes(cuts, seed):
    stream = plethys.datasets.synthetic(
        seconds=40.0, seed=seed, noise_db=30.0, variability=True, gaps=[(9.0, 9.2), (20.0, 22.0)], clip=(0.0, 0.01)
    )
    result = plethys.analyze(stream)
    monitor = plethys.Monitor(sample_rate=125.0)
    assert collect(monitor, np.split(stream.samples, sorted(cuts))) == whole(result)


def test_one_sample_at_a_time_gives_the_same_bytes_and_reset_starts_anew(clean):
    monitor = plethys.Monitor(sample_rate=125.0)
    expected = whole(plethys.analyze(clean))
    for _ in range(2):
        assert collect(monitor, np.split(clean.samples, len(clean.samples))) == expected
        assert monitor.finished
        monitor.reset()
        assert not monitor.finished
        assert len(monitor.pulses) == len(monitor.rates) == 0


def test_two_different_streams_do_not_give_the_same_bytes(clean):
    other = plethys.datasets.synthetic(seconds=40.0, noise_db=40.0, quantisation=1.0, seed=6)
    assert whole(plethys.analyze(clean)) != whole(plethys.analyze(other))


def test_chunks_with_everything_alongside_give_the_same_bytes():
    stream = plethys.datasets.synthetic(
        seconds=40.0, seed=2, noise_db=30.0, motion=[(15.0, 25.0)], jitter=(0.001, 0.01, 0.0)
    )
    second = 0.5 * stream.samples
    result = plethys.analyze(stream.samples, 125.0, motion=stream.motion, companion=second, time=stream.time)
    monitor = plethys.Monitor(125.0, motion=True, companion=True)
    beats, rates = [], []
    for part in np.array_split(np.arange(len(stream)), 37):
        beats.append(monitor.push(stream.samples[part], stream.time[part], stream.motion[part], second[part]))
        rates.append(monitor.rates)
    beats.append(monitor.finish())
    rates.append(monitor.rates)
    assert joined(beats) == result.beats.to_bytes()
    assert joined(rates) == result.rates.to_bytes()


def test_a_stretched_clock_stretches_time_only(clean):
    fast, slow = plethys.analyze(clean.samples, 125.0), plethys.analyze(clean.samples, time=np.arange(5000) / 100.0)
    assert slow.sample_rate == pytest.approx(100.0)
    assert slow.pulse_rate == pytest.approx(0.8 * fast.pulse_rate, rel=0.01)


def test_dates_are_taken_as_time_stamps(clean):
    pandas = pytest.importorskip("pandas")
    dates = pandas.date_range("2026-03-01T12:00", periods=5000, freq="8ms", tz="Europe/Berlin")
    by_dates = plethys.analyze(clean.samples, time=dates)
    by_seconds = plethys.analyze(clean.samples, time=np.arange(5000) * 0.008)
    assert by_dates.sample_rate == pytest.approx(125.0)
    assert by_dates.pulse_rate == pytest.approx(by_seconds.pulse_rate, rel=1e-6)


def test_a_pulse_comes_soon_after_its_peak_and_a_beat_within_the_latency(clean):
    monitor = plethys.Monitor(sample_rate=125.0)
    assert monitor.latency <= 6.0
    delays = []
    for i in range(0, 5000, 5):
        monitor.push(clean.samples[i : i + 5])
        now = (i + 4) / 125.0
        if now > 8.0:
            delays += (now - monitor.pulses).tolist()
    assert delays and max(delays) <= 0.3 + 5 / 125.0  # s; and the chunk


def test_a_snapshot_says_what_the_stream_is_now(clean):
    monitor = plethys.Monitor(sample_rate=125.0)
    before = monitor.snapshot()
    assert (before.time, before.state, before.pulse_rate, before.polarity) == (0.0, "TooShort", None, "auto")
    assert set(before.absent) == {"pulse_rate", "perfusion_index", "amplitude", "quality"}
    assert set(before.absent.values()) <= set(plethys.REASONS)
    monitor.push(clean.samples)
    now = monitor.snapshot()
    assert now.state == "Tracking" and now.state in plethys.STATES
    assert now.pulse_rate == pytest.approx(72.0, abs=0.5)
    assert now.absent == {}
    assert now.counts["samples"] == 5000


def test_calibration_gives_units_and_values(clean):
    calibration = {"scale": 0.001, "offset": 2.0, "unit": "V", "date": "2026-01-31"}
    result = plethys.analyze(clean, calibration=calibration)
    assert result.units["amplitude"] == result.beats.units["amplitude"] == "V"
    assert result.beats.units["max_slope"] == "V/s"
    assert result.amplitude == pytest.approx(0.001 * plethys.analyze(clean).amplitude, rel=1e-9)
    assert plethys.analyze(clean, calibration=(0.001, 2.0, "V")).amplitude == result.amplitude
    assert plethys.analyze(clean).units["amplitude"] == "unstated"


def test_a_pressure_has_no_perfusion_index():
    stream = plethys.datasets.synthetic(seconds=30.0, signal="pressure", noise_db=40.0)
    result = plethys.analyze(stream)
    assert result.signal == "pressure"
    assert result.perfusion_index is None
    assert result.absent["perfusion_index"] == "NotApplicable"
    assert np.isnan(result.beats.perfusion_index).all()


def test_dc_coupling_is_the_callers_word(clean):
    assert plethys.analyze(clean, dc_coupled=False).absent["perfusion_index"] == "NoDc"
    assert plethys.analyze(clean, dc_coupled=True).perfusion_index == pytest.approx(2.0, rel=0.03)


def test_a_trend_has_a_row_per_complete_window(clean):
    trend = plethys.analyze(clean).trend(window=10.0, step=5.0)
    assert isinstance(trend, plethys.Trend)
    np.testing.assert_allclose(trend.time, np.arange(5.0, 36.0, 5.0))
    assert trend.pulse_rate[1:-1] == pytest.approx(72.0, abs=0.5)
    with pytest.raises(ValueError, match="window"):
        plethys.analyze(clean).trend(window=0.0)
    with pytest.raises(TypeError, match="step must be a number"):
        plethys.analyze(clean).trend(step="5")


def test_the_summary_is_plain_values(clean):
    import json

    values = json.loads(json.dumps(plethys.analyze(clean).to_dict()))
    assert values["pulse_rate"] == plethys.analyze(clean).pulse_rate
    assert values["beats_accepted"] > 40


def test_representations_say_what_came_out(clean):
    result = plethys.analyze(clean, dc_coupled=False)
    assert "Tracking" in repr(result) and "absent: NoDc" in repr(result)
    assert "<table>" in result._repr_html_()
    assert repr(plethys.Monitor(100.0)) == "Monitor(ppg, 100 Hz): TooShort"


def test_an_analysis_goes_through_pickle_as_it_is() -> None:
    stream = plethys.datasets.synthetic(seconds=30.0, sample_rate=100.0, signal="pvr", amplitude=0.8)
    told = {"sample_rate": 100.0, "signal": "pvr", "calibration": (2.0, 1.0, "mm[Hg]", "2026-11-22")}
    one = plethys.analyze(stream.samples, **told, sensor_range=(-500.0, 500.0), cuff=(130.0, 40.0))
    other = pickle.loads(pickle.dumps(one))
    assert other == one and other is not one
    assert other.beats == one.beats and other.rates == one.rates and len(one.beats) > 20
    assert not other.beats.peak.flags.writeable
    np.testing.assert_array_equal(other.pulses, one.pulses)
    np.testing.assert_array_equal(other.samples, one.samples)
    assert other.to_dict() == one.to_dict() and repr(other) == repr(one)
    assert other.trend(10.0, 5.0) == one.trend(10.0, 5.0)
    beat, again = one.ensemble(), other.ensemble()
    assert beat is not None and again is not None
    np.testing.assert_array_equal(again.median, beat.median)
    assert plethys.analyze(stream.samples, **told) != one
    assert pickle.loads(pickle.dumps(plethys.analyze([1.0] * 10, sample_rate=25.0))).state == "TooShort"
    stamped = plethys.analyze(stream.samples, **told, time=np.arange(3000) / 100.0)
    assert pickle.loads(pickle.dumps(stamped)).ensemble() is None


def test_what_another_version_pickled_is_refused() -> None:
    stored = plethys.analyze([1.0] * 1000, sample_rate=100.0)._raw.stored()
    with pytest.raises(ValueError, match=r"plethys 9\.9\.9 stored"):
        _plethys.restored("9.9.9", *stored[1:])
    damaged = (stored[2][0], stored[2][1][1:], stored[2][2])
    with pytest.raises(ValueError, match="damaged"):
        _plethys.restored(*stored[:2], damaged, *stored[3:])


def test_analyses_come_back_from_other_processes() -> None:
    streams = [plethys.datasets.synthetic(seconds=15.0, sample_rate=100.0, pulse_rate=rate) for rate in (60.0, 90.0)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        for stream, result in zip(streams, pool.map(plethys.analyze, streams), strict=True):
            assert result == plethys.analyze(stream)
