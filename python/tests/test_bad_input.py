"""DESIGN's table of bad input, row by row, and what it accepts."""

from __future__ import annotations

import numpy as np
import pytest

import plethys


@pytest.fixture(scope="module")
def stream() -> plethys.datasets.Synthetic:
    return plethys.datasets.synthetic(seconds=20.0, sample_rate=100.0, quantisation=1.0, noise_db=40.0)


# ------------------------------------------------------------------------------------------ sample rates and words


@pytest.mark.parametrize("rate", [0.0, -100.0, float("nan"), 19.9, 4000.1, float("inf")])
def test_sample_rates_that_cannot_be_are_named_with_their_range(rate):
    for call in (lambda: plethys.Monitor(rate), lambda: plethys.analyze(np.zeros(10), rate)):
        with pytest.raises(ValueError, match=r"sample_rate must be from 20 to 4000, got") as caught:
            call()
        assert not isinstance(caught.value, plethys.ProcessError)


@pytest.mark.parametrize("rate", ["100", None, [100.0], True, 1j])
def test_sample_rates_that_are_no_numbers(rate):
    with pytest.raises(TypeError, match="sample_rate must be a number"):
        plethys.Monitor(rate)


def test_a_missing_sample_rate_is_said():
    with pytest.raises(TypeError, match="sample_rate is missing"):
        plethys.analyze(np.zeros(10))


@pytest.mark.parametrize(
    ("keywords", "error", "words"),
    [
        ({"signal": "eeg"}, ValueError, 'signal must be one of "ppg", "pvr", "pressure", got "eeg"'),
        ({"signal": 5}, TypeError, "signal must be text, got int"),
        ({"polarity": "up"}, ValueError, 'polarity must be one of "auto", "upright", "inverted", got "up"'),
        (
            {"calibration": {"scale": 0.0, "unit": "V"}},
            ValueError,
            "calibration.scale must be finite and not zero, got 0",
        ),
        ({"calibration": {"unit": "V"}}, TypeError, "no scale"),
        ({"calibration": {"scale": 1.0, "unit": "V", "gain": 2}}, TypeError, "'gain'"),
        ({"calibration": {"scale": "1", "unit": "V"}}, TypeError, "calibration.scale must be a number, got str"),
        ({"calibration": (1.0, 0.0, "x" * 25)}, ValueError, "calibration.unit takes at most 24 bytes of text, got 25"),
        ({"calibration": 2.0}, TypeError, "calibration must be a mapping"),
        ({"sensor_range": (5.0, 5.0)}, ValueError, "sensor_range must increase, got 5 before 5"),
        ({"sensor_range": 5.0}, TypeError, "sensor_range must be two numbers"),
        ({"dc_coupled": 1}, TypeError, "dc_coupled must be True or False, got int"),
    ],
)
def test_what_a_stream_is_told_is_checked_by_both(keywords, error, words):
    for call in (lambda: plethys.Monitor(100.0, **keywords), lambda: plethys.analyze(np.zeros(10), 100.0, **keywords)):
        with pytest.raises(error) as caught:
            call()
        assert words in str(caught.value)


# ------------------------------------------------------------------------------------------ samples that say little


@pytest.mark.parametrize("count", [0, 1, 2, 299])
def test_recordings_under_three_seconds_are_too_short_and_no_error(count):
    result = plethys.analyze(np.sin(np.arange(count)), 100.0)
    assert (len(result.beats), result.state) == (0, "TooShort")
    assert result.pulse_rate is result.amplitude is result.perfusion_index is result.quality is None
    assert result.absent["pulse_rate"] == "TooShort"


def test_nan_is_missing_and_infinity_is_out_of_range(stream):
    samples = stream.samples.copy()
    samples[500:503] = np.nan
    samples[900], samples[901] = np.inf, -np.inf
    result = plethys.analyze(samples, 100.0)
    assert result.counts["missing"] == 3
    assert result.counts["out_of_range"] == 2
    assert result.beats.accepted.sum() > 15
    assert result.beats.bridged.any()


@pytest.mark.parametrize(
    ("samples", "states"),
    [
        (np.zeros(2000), {"Flat"}),
        (np.full(2000, 7.5), {"Flat"}),
        (np.full(2000, np.nan), {"Missing"}),
        (np.full(2000, np.inf), {"Missing"}),
    ],
)
def test_streams_without_a_signal_have_no_accepted_beat_and_the_state_says_why(samples, states):
    result = plethys.analyze(samples, 100.0)
    assert not result.beats.accepted.any()
    assert result.state in states
    assert result.pulse_rate is None


def test_a_stream_at_its_rail_says_so():
    result = plethys.analyze(np.full(2000, 1023), 100.0, sensor_range=(0, 1023))
    assert not result.beats.accepted.any()
    assert result.state == "Rail"
    assert result.counts["clipped"] == 2000


def test_partly_clipped_beats_stand_without_their_amplitude(stream):
    low = np.quantile(stream.samples, 0.06)  # systole is a fall: the peaks are cut
    result = plethys.analyze(np.maximum(stream.samples, low), 100.0, sensor_range=(low, 1e6), polarity="inverted")
    accepted = result.beats[result.beats.accepted]
    assert len(accepted) > 15
    assert accepted.clipped.all()
    assert np.isnan(accepted.amplitude).all() and np.isnan(accepted.perfusion_index).all()
    assert set(accepted.reason) == {"Clipped"}
    assert result.absent["amplitude"] == "Clipped"
    assert result.pulse_rate == pytest.approx(72.0, abs=1.0)


@pytest.mark.parametrize("bad", [1e308, -1e308, 1e30, 5e-324])
def test_spikes_give_no_panic_and_no_nan_and_the_stream_recovers(stream, bad):
    samples = stream.samples.copy()
    samples[800] = bad
    samples[1000:1003] = -bad
    result = plethys.analyze(samples, 100.0)
    later = result.beats.peak[result.beats.accepted] > 15.0
    assert later.sum() >= 4  # of 5 s at 72 bpm
    for name in ("pulse_rate", "amplitude", "perfusion_index", "quality"):
        value = getattr(result, name)
        assert value is None or np.isfinite(value)
    without = result.beats.accepted & np.isnan(result.beats.onset)
    # The recording begins with the foot of its first pulse.
    assert without.sum() <= 1 and (result.beats.reason[without] == "Missing").all()
    assert np.isfinite(result.beats.peak).all() and np.isfinite(result.beats.quality).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9, 1e290])
def test_huge_and_tiny_streams_do_not_panic(stream, scale):
    result = plethys.analyze(stream.samples * scale, 100.0)
    assert np.isfinite(result.beats.peak).all()


# ------------------------------------------------------------------------------------------ arrays that are refused


class Awkward:
    def __array__(self, dtype=None, copy=None):
        raise ValueError("no array here")


REFUSED = [
    (np.zeros((500, 2)), "shape (500, 2)"),
    (np.zeros((1, 500)), "shape (1, 500)"),
    (np.array(5.0), "shape ()"),
    (5.0, "float of shape ()"),
    ("ppg.csv", "got str"),
    (b"\x00\x01", "got bytes"),
    (np.array(["1", "2"]), "text"),
    (["1", "2"], "text"),
    (np.zeros(5, complex), "complex numbers"),
    ([1 + 2j], "complex numbers"),
    (np.array([1.0, None]), "Python objects"),
    ([1.0, None, 2.0], "Python objects"),
    (np.zeros(5, bool), "truth values"),
    (np.zeros(5, "datetime64[s]"), "dates"),
    (np.zeros(5, "timedelta64[s]"), "time spans"),
    (np.zeros(5, [("a", "f8")]), "records"),
    ([[1.0, 2.0], [3.0]], "got list"),
    ({"ppg": [1.0]}, "got dict"),
    (None, "NoneType"),
    (Awkward(), "Awkward"),
    ((x for x in range(5)), "generator"),
]


@pytest.mark.parametrize(("value", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_no_stream_of_numbers_raises_a_type_error_that_says_what_came(value, said):
    monitor = plethys.Monitor(100.0)
    for call in (lambda: plethys.analyze(value, 100.0), lambda: monitor.push(value)):
        with pytest.raises(TypeError) as caught:
            call()
        assert str(caught.value).startswith("samples must be one dimension of real numbers")
        assert said in str(caught.value)


def test_frames_of_pandas_and_polars_are_refused_and_their_columns_are_taken(stream):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    expected = plethys.analyze(stream.samples, 100.0).beats
    for frame in (pandas.DataFrame({"ppg": stream.samples}), polars.DataFrame({"ppg": stream.samples})):
        with pytest.raises(TypeError, match=r"shape \(2000, 1\)"):
            plethys.analyze(frame, 100.0)
        assert plethys.analyze(frame["ppg"], 100.0).beats == expected


# ------------------------------------------------------------------------------------------ arrays that are taken


@pytest.mark.parametrize("dtype", ["f8", "f4", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_every_type_of_the_kernel_passes_without_a_copy_and_gives_the_same_beats(stream, dtype):
    low, high = stream.samples.min(), stream.samples.max()
    small = np.round(100 * (stream.samples - low) / (high - low))  # fits into every type
    typed = small.astype(dtype)
    assert plethys._convert.samples(typed) is typed
    typed.flags.writeable = False
    assert plethys._convert.samples(typed) is typed
    expected = plethys.analyze(small, 100.0)
    assert expected.beats.accepted.sum() > 15
    assert plethys.analyze(typed, 100.0).beats == expected.beats
    monitor = plethys.Monitor(100.0)
    settled = [len(monitor.push(part)) for part in np.split(typed, 20)] + [len(monitor.finish())]
    assert sum(settled) == len(expected.beats)


def test_the_full_range_of_wide_integers_is_taken():
    assert plethys.analyze(np.array([2**64 - 1, 0], np.uint64), 100.0).counts["samples"] == 2


def layouts(samples: np.ndarray) -> dict[str, object]:
    both = np.stack([samples, samples[::-1]], axis=1)
    odd = np.frombuffer(b"\0" + samples.astype("<f8").tobytes(), np.uint8)[1:].view("<f8")
    return {
        "column of a matrix": both[:, 0],
        "reversed": samples[::-1][::-1],
        "big-endian": samples.astype(">f8"),
        "big-endian integers": samples.astype(">i4"),
        "unaligned": odd,
        "list": samples.tolist(),
        "tuple": tuple(samples.tolist()),
        "longdouble": samples.astype(np.longdouble),
        "array.array": __import__("array").array("d", samples),
        "memoryview": memoryview(samples),
        "masked without a mask": np.ma.masked_array(samples),
        "ndarray subclass": samples.view(type("Sub", (np.ndarray,), {})),
    }


@pytest.mark.parametrize("layout", list(layouts(np.zeros(1))))
def test_other_layouts_are_copied_and_give_the_same_beats(stream, layout):
    expected = plethys.analyze(stream.samples, 100.0).beats
    assert plethys.analyze(layouts(stream.samples)[layout], 100.0).beats == expected


def test_half_floats_are_taken(stream):
    small = ((stream.samples - stream.samples.mean()) / 10).astype(np.float16)
    assert plethys.analyze(small, 100.0).beats == plethys.analyze(small.astype(float), 100.0).beats


def test_memory_mapped_files_are_not_copied(stream, tmp_path):
    np.save(tmp_path / "x.npy", stream.samples)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.shares_memory(plethys._convert.samples(mapped), mapped)
    assert plethys.analyze(mapped, 100.0).beats == plethys.analyze(stream.samples, 100.0).beats


def missing_everywhere(samples: np.ndarray, gone: np.ndarray) -> dict[str, object]:
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    cells = [None if g else int(s) for s, g in zip(samples, gone, strict=True)]
    floats = [None if g else float(s) for s, g in zip(samples, gone, strict=True)]
    return {
        "masked": np.ma.masked_array(samples, gone),
        "masked integers": np.ma.masked_array(samples.astype(int), gone),
        "pandas": pandas.Series(floats, dtype="float64"),
        "pandas Int64": pandas.Series(cells, dtype="Int64"),
        "pandas Float64": pandas.Series(floats, dtype="Float64"),
        "pandas pyarrow": pandas.Series(cells, dtype="int64[pyarrow]"),
        "polars": polars.Series(floats),
        "polars integers": polars.Series(cells),
        "pyarrow": pyarrow.array(floats),
        "pyarrow chunked": pyarrow.chunked_array([cells[:50], cells[50:]]),
    }


@pytest.mark.parametrize("kind", list(missing_everywhere(np.zeros(60), np.zeros(60, bool))))
def test_what_is_masked_or_null_is_missing(stream, kind):
    gone = np.zeros(2000, bool)
    gone[[300, 301, 1200]] = True
    plain = np.where(gone, np.nan, stream.samples)
    result = plethys.analyze(missing_everywhere(stream.samples, gone)[kind], 100.0)
    assert result.counts["missing"] == 3
    assert result.beats == plethys.analyze(plain, 100.0).beats


# ------------------------------------------------------------------------------------------ what comes alongside


def test_what_comes_alongside_must_have_the_right_shape_and_length():
    samples = np.zeros(500)
    for keywords, error, words in [
        (
            {"motion": np.zeros(500)},
            TypeError,
            "motion must be real numbers of shape (n, 3), got numpy.ndarray of shape (500,)",
        ),
        ({"motion": np.zeros((500, 2))}, TypeError, "shape (500, 2)"),
        ({"motion": np.zeros((500, 3), complex)}, TypeError, "complex"),
        (
            {"motion": np.zeros((499, 3))},
            plethys.ProcessError,
            "motion must have one entry per sample: expected 500, got 499",
        ),
        ({"companion": np.zeros((500, 1))}, TypeError, "companion must be one dimension"),
        (
            {"companion": np.zeros(3)},
            plethys.ProcessError,
            "companion must have one entry per sample: expected 500, got 3",
        ),
        ({"time": np.zeros((500, 1))}, TypeError, "time must be one dimension of seconds"),
        ({"time": ["a"] * 500}, TypeError, "time must be one dimension of seconds"),
        ({"time": np.arange(3.0)}, plethys.ProcessError, "time must have one entry per sample: expected 500, got 3"),
        ({"time": np.full(500, np.nan)}, plethys.ProcessError, "time must be a finite number of seconds"),
    ]:
        with pytest.raises(error) as caught:
            plethys.analyze(samples, 100.0, **keywords)
        assert words in str(caught.value)


def test_a_monitor_takes_alongside_what_it_was_built_for():
    with pytest.raises(plethys.ProcessError, match="motion"):
        plethys.Monitor(100.0).push(np.zeros(5), motion=np.zeros((5, 3)))
    with pytest.raises(plethys.ProcessError, match="companion"):
        plethys.Monitor(100.0).push(np.zeros(5), companion=np.zeros(5))
    with pytest.raises(TypeError, match="motion must be True or False"):
        plethys.Monitor(100.0, motion=np.zeros((5, 3)))
    monitor = plethys.Monitor(100.0)
    with pytest.raises(TypeError, match=r"one dimension of seconds"):
        monitor.push(np.zeros(2), time=np.array(["2026-01-01", "2026-01-02"], "datetime64[s]"))


def test_stamps_from_which_no_rate_follows_are_said():
    with pytest.raises(ValueError, match=r"time must increase, got 0 before 0$"):
        plethys.analyze(np.zeros(5), time=np.zeros(5))
    with pytest.raises(ValueError, match=r"sample_rate must be from 20 to 4000, got 1$"):
        plethys.analyze(np.zeros(5), time=np.arange(5.0))


def test_a_finished_monitor_takes_no_samples_and_a_refused_push_changes_nothing(stream):
    monitor = plethys.Monitor(100.0)
    monitor.push(stream.samples[:1000])
    with pytest.raises(TypeError):
        monitor.push("no samples")
    with pytest.raises(plethys.ProcessError):
        monitor.push(np.zeros(5), companion=np.zeros(5))
    monitor.push(stream.samples[1000:])
    monitor.finish()
    assert monitor.snapshot().counts["samples"] == 2000
    with pytest.raises(plethys.ProcessError, match="the monitor is finished") as caught:
        monitor.push(np.zeros(5))
    assert isinstance(caught.value, ValueError)
    assert len(monitor.finish()) == 0
    monitor.reset()
    assert len(monitor.push(stream.samples)) > 10
