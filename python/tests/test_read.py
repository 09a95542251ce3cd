"""Reading recordings: what is taken from a file, and what is said about one that cannot be read."""

from __future__ import annotations

import io

import numpy as np
import pytest

import plethys
from plethys._files import READERS


@pytest.fixture
def write(tmp_path):
    def written(name: str, text: str | bytes):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


# ------------------------------------------------------------------------------------------ text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "ppg\n1\n2.5\n-3e2\n"),
        ("a.csv", "1\n2.5\n-3e2\n"),
        ("a.csv", "1\r\n2.5\r\n-3e2"),
        ("a.csv", "1\n2.5\n-3e2\n\n\n"),
        ("a.txt", "1\n2.5\n-3e2\n"),
        ("a.txt", "  1  \n  2.5\n -3e2\n"),
        ("a.csv", '"ppg"\n"1"\n"2.5"\n"-3e2"\n'),
        ("a.csv", "# made today\nppg\n1\n2.5\n-3e2\n"),
        ("a.csv", b"\xef\xbb\xbfppg\n1\n2.5\n-3e2\n"),
        ("a.csv", "ppg\n1\n2.5\n-3e2\n".encode("utf-16")),
        ("A.CSV", "ppg\n1\n2.5\n-3e2\n"),
    ],
)
def test_one_column(write, name, text):
    recording = plethys.read(write(name, text), sample_rate=100)
    np.testing.assert_array_equal(recording.samples, [1.0, 2.5, -300.0])
    assert recording.sample_rate == 100.0
    assert recording.time is None
    assert recording.name.lower() == "a"


@pytest.mark.parametrize(
    "text",
    [
        "t,ppg,label\n0.00,5,x\n0.01,,x\n0.02,7,x\n",
        "t;ppg;label\n0,00;5,0;x\n0,01;nan;x\n0,02;7,0;x\n",
        "sep=;\nt;ppg;label\n0.00;5;x\n0.01;NA;x\n0.02;7;x\n",
        "t\tppg\tlabel\n0.00\t5\tx\n0.01\t\tx\n0.02\t7\tx\n",
        "t, ppg, label\n0.00, 5, x\n0.01, , x\n0.02, 7, x\n",
        "t_ms,PPG,label\n0,5,x\n10,NaN,x\n20,7,x\n",
        "timestamp,ppg,label\n1700000000000,5,x\n1700000000010,nan,x\n1700000000020,7,x\n",
        "date,ppg,label\n2026-01-31 12:00:00.000,5,x\n2026-01-31 12:00:00.010,,x\n2026-01-31 12:00:00.020,7,x\n",
        "time,ppg,label\n2026-01-31T12:00:00.000Z,5,x\n2026-01-31T12:00:00.010Z,,x\n2026-01-31T12:00:00.020Z,7,x\n",
    ],
)
def test_several_columns_with_time_missing_cells_and_words(write, text):
    recording = plethys.read(write("a.csv", text))
    np.testing.assert_array_equal(recording.samples, [5.0, np.nan, 7.0])
    assert recording.sample_rate == pytest.approx(100.0, rel=1e-6)
    assert recording.time is None  # even stamps say the rate and nothing else
    assert recording.signal == "ppg"
    assert recording.channel.lower() == "ppg"


def test_an_empty_line_is_a_missing_sample_and_not_left_out(write):
    recording = plethys.read(write("a.csv", "1\n2\n\n4\n"), sample_rate=50)
    np.testing.assert_array_equal(recording.samples, [1, 2, np.nan, 4])


def test_units_from_a_second_header_line(write):
    text = rows("Timestamp,PPG_A13", "ms,mV", "0,5.5", "8,6", "16,7")
    recording = plethys.read(write("a.csv", text))
    assert recording.unit == "mV"
    assert recording.sample_rate == 125.0


@pytest.mark.parametrize(("step", "scale"), [(0.016, 1.0), (16, 1e-3), (16_000, 1e-6), (16_000_000, 1e-9)])
def test_the_unit_of_stamps_is_the_one_that_gives_a_pulse_streams_rate(write, step, scale):
    text = rows("timer,hr", *(f"{k * step:.10g},{k % 7}" for k in range(30)))
    assert plethys.read(write("a.csv", text)).sample_rate == pytest.approx(62.5)


def test_rounded_stamps_are_even_and_jittered_ones_are_kept(write):
    rng = np.random.default_rng(1)
    stamps = np.arange(400) / 64.0
    rounded = rows("t_s,ppg", *(f"{t:.3f},{k}" for k, t in enumerate(stamps)))
    even = plethys.read(write("a.csv", rounded))
    assert even.time is None and even.sample_rate == pytest.approx(64.0, rel=1e-4)
    jittered = stamps + rng.normal(0, 0.004, 400)
    kept = plethys.read(write("b.csv", rows("t_s,ppg", *(f"{t!r},{k}" for k, t in enumerate(jittered.tolist())))))
    assert kept.sample_rate is None
    np.testing.assert_allclose(kept.time, jittered - jittered[0], atol=1e-12)
    assert plethys.read(write("b.csv", rounded), time=False, channel="ppg", sample_rate=32.0).sample_rate == 32.0


def test_a_dropped_sample_keeps_the_stamps(write):
    stamps = np.delete(np.arange(100), 50) * 10
    recording = plethys.read(write("a.csv", rows("t_ms,ppg", *(f"{t},1" for t in stamps))))
    assert recording.time is not None and recording.time[50] == pytest.approx(0.51)


def test_start_time(write):
    text = rows(
        "datetime,hr",
        "2016-11-24 13:58:58.081000,326",
        "2016-11-24 13:58:58.097000,327",
        "2016-11-24 13:58:58.113000,3",
    )
    recording = plethys.read(write("a.csv", text))
    assert recording.start_time == np.datetime64("2016-11-24T13:58:58.081")
    assert recording.sample_rate == 62.5
    unix = rows("unix_s,ppg", "1700000000.00,1", "1700000000.02,1", "1700000000.04,1")
    assert plethys.read(write("b.csv", unix), time="unix_s").start_time == np.datetime64("2023-11-14T22:13:20")


def test_channels_are_chosen_by_name_number_or_kind(write):
    path = write("a.csv", rows("time,ecg,pleth,abp", "0.00,1,2,3", "0.01,4,5,6", "0.02,7,8,9"))
    assert plethys.read(path).channel == "pleth"
    assert plethys.read(path, channel="ECG").samples.tolist() == [1, 4, 7]
    assert plethys.read(path, channel=2).channel == "abp"
    assert plethys.read(path, channel="abp").signal == "pressure"
    recording = plethys.read(path)
    assert recording["abp"].samples.tolist() == [3, 6, 9] and recording["abp"].signal == "pressure"
    with pytest.raises(KeyError, match="it has ecg, pleth, abp"):
        recording["emg"]
    with pytest.raises(plethys.ReadError, match="channel of ecg, pleth, abp, got 'emg'"):
        plethys.read(path, channel="emg")
    with pytest.raises(plethys.ReadError, match="channel number from 0 to 2, got 3"):
        plethys.read(path, channel=3)
    with pytest.raises(plethys.ReadError, match="which channel: channel= one of a, b"):
        plethys.read(write("b.csv", "a,b\n1,2\n3,4\n"), sample_rate=100)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "ppg\n1\n2\nx7\n4\n", "a.csv, line 4: expected a number in column 'ppg', got 'x7'"),
        ("a.csv", "t_s,ppg\n0,1\n0.01,2\n0.02\n0.03,4\n", "a.csv, line 4: expected 2 cells, got 1"),
        ("a.csv", "t_s,ppg\n0,1\n0.01,2\nnow,3\n0.03,4\n", "line 4: expected a number in column 't_s', got 'now'"),
        (
            "a.csv",
            "date,ppg\n2026-01-01T00:00:00,1\n2026-13-01T00:00:00,2\n",
            "line 3: expected an ISO 8601 date in column 'date'",
        ),
        ("a.csv", "", "the file is empty"),
        ("a.csv", "\n \n", "the file is empty"),
        ("a.csv", "no,numbers\nhere,at all\n", "expected rows of numbers within the first 100 lines"),
        ("a.csv", b"PK\x03\x04\0\0\0\0", "expected text, byte 4 is not"),
        ("a.csv", "t_s,ppg\n5,1\n5,2\n5,3\n", "a.csv"),
        ("a.csv", "time,ppg\n1,1\n2,2\n3,3\n", "20 to 4000 samples per second in column 'time', got a step of 1"),
        ("a.csv", "time,ppg\n1,1\n1,2\n1,3\n", "time stamps that increase in column 'time'"),
        ("a.wav", "0", "expected a file that ends in .csv, .tsv, .txt, .npy, .npz, .edf, .bdf, got '.wav'"),
        ("a.edf", "0", "expected an EDF+ or BDF+ file"),
        ("a", "0", "got 'no ending'"),
        ("a.npy", "not numpy", "expected a NumPy array file, byte 0"),
        ("a.npz", "not a zip", "expected a NumPy archive (zip)"),
        ("a.npz", b"PK\x03\x04 cut off", "expected a NumPy archive (zip)"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_line_and_expectation(write, name, content, said):
    path = write(name, content)
    try:
        recording = plethys.read(path)
        plethys.analyze(recording)
    except ValueError as error:
        if said != name:
            assert isinstance(error, plethys.ReadError)
            assert said in str(error)
            assert str(path) in str(error)
    else:
        pytest.fail("read without complaint")


def test_files_that_are_not_there_or_are_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gone\.csv"):
        plethys.read(tmp_path / "gone.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(plethys.ReadError, match="got a directory"):
        plethys.read(tmp_path / "folder.csv")


def test_the_fast_and_the_careful_way_read_the_same(write):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 2)) * 10.0 ** rng.integers(-8, 8, size=(500, 2))
    plain = rows("a,ppg", *(f"{a!r},{b!r}" for a, b in values.tolist()))
    careful = plain.replace("\n", ",\n", 1).replace("\n", ",\n").replace(",,\n", ",\n")  # an empty third column
    fast = plethys.read(write("a.csv", plain), "ppg", 100.0)
    slow = plethys.read(write("b.csv", careful), "ppg", 100.0)
    np.testing.assert_array_equal(fast.samples, values[:, 1])
    np.testing.assert_array_equal(slow.samples, values[:, 1])


# ------------------------------------------------------------------------------------------ NumPy


def test_npy(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(5, dtype=">i2"))
    recording = plethys.read(tmp_path / "a.npy", sample_rate=50)
    np.testing.assert_array_equal(recording.samples, np.arange(5))
    assert recording.sample_rate == 50.0
    np.save(tmp_path / "b.npy", np.arange(10).reshape(5, 2))
    np.testing.assert_array_equal(
        plethys.read(tmp_path / "b.npy", channel=1, sample_rate=50).samples, np.arange(1, 10, 2)
    )
    np.save(tmp_path / "c.npy", np.zeros(5, complex))
    with pytest.raises(plethys.ReadError, match=r"c\.npy: .*complex"):
        plethys.read(tmp_path / "c.npy")
    np.save(tmp_path / "d.npy", np.zeros((2, 2, 2)))
    with pytest.raises(plethys.ReadError, match=r"\(2, 2, 2\)"):
        plethys.read(tmp_path / "d.npy")
    np.save(tmp_path / "e.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(plethys.ReadError, match=r"e\.npy"):
        plethys.read(tmp_path / "e.npy")
    whole = (tmp_path / "b.npy").read_bytes()
    (tmp_path / "f.npy").write_bytes(whole[:-9])
    with pytest.raises(plethys.ReadError, match=r"f\.npy: expected a NumPy array"):
        plethys.read(tmp_path / "f.npy")


def test_npz_in_the_layout_of_the_recorded_data(tmp_path):
    ppg, acc = np.arange(100, dtype="f4"), np.zeros((100, 3))
    np.savez(tmp_path / "a.npz", fs=64.0, ppg=ppg, ecg=ppg + 1, acc=acc, temp=np.zeros(20), temp_fs=4.0)
    recording = plethys.read(tmp_path / "a.npz")
    assert (recording.sample_rate, recording.channel, recording.signal) == (64.0, "ppg", "ppg")
    assert set(recording.channels) == {"ppg", "ecg", "acc"}  # the temperature has another rate
    assert recording.channels["acc"].shape == (100, 3)
    assert recording["ecg"].samples[0] == 1.0
    with pytest.raises(plethys.ReadError, match="shape"):
        plethys.read(tmp_path / "a.npz", channel="acc")
    rng = np.random.default_rng(0)
    stamps = np.cumsum(rng.integers(30, 40, 100))
    np.savez_compressed(tmp_path / "b.npz", fs=28.6, t_ms=stamps, ppg_r=ppg, ppg_g=ppg)
    recording = plethys.read(tmp_path / "b.npz")
    assert (recording.channel, recording.sample_rate) == ("ppg_r", 28.6)
    np.testing.assert_allclose(recording.time, (stamps - stamps[0]) / 1000)
    content = (tmp_path / "b.npz").read_bytes()
    (tmp_path / "c.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(plethys.ReadError, match=r"c\.npz"):
        plethys.read(tmp_path / "c.npz")


def test_an_archive_with_one_bad_array_says_which(tmp_path):
    np.savez(tmp_path / "a.npz", fs=64.0, ppg=np.arange(1000.0))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[len(content) // 2] ^= 0xFF
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(plethys.ReadError, match=r"a\.npz: expected a readable array 'ppg'"):
        plethys.read(tmp_path / "a.npz")


# ------------------------------------------------------------------------------------------ recordings


def test_analyze_takes_rate_stamps_kind_and_calibration_from_a_recording():
    stream = plethys.datasets.synthetic(seconds=20.0, sample_rate=60.0, signal="pressure", jitter=(0.002, 0.02, 0.001))
    result = plethys.analyze(stream)
    assert result.signal == "pressure"
    assert result.beats == plethys.analyze(stream.samples, 60.0, "pressure", time=stream.time).beats
    assert result.beats != plethys.analyze(stream.samples, 60.0, "pressure").beats
    assert plethys.analyze(stream, signal="ppg").signal == "ppg"
    plain = plethys.Recording(stream.samples, 60.0, calibration=(2.0, 0.0, "V"))
    assert plethys.analyze(plain).units["amplitude"] == "V"
    assert "60 Hz" in repr(plain) and len(plain) == len(stream)


def test_round_trip_through_text(write):
    stream = plethys.datasets.synthetic(seconds=20.0, noise_db=30.0)
    out = io.StringIO()
    out.write("time_s,ppg\n")
    for k, value in enumerate(stream.samples.tolist()):
        out.write(f"{k / 125!r},{value!r}\n")
    assert plethys.analyze(plethys.read(write("a.csv", out.getvalue()))).beats == plethys.analyze(stream).beats


def test_the_message_lists_every_reader():
    with pytest.raises(plethys.ReadError) as caught:
        plethys.read("walk.wav")
    assert all(ending in str(caught.value) for ending in READERS)
