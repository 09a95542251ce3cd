"""Thermal files: what is read of each kind, with its unit and emissivity, and what is said of those that cannot be."""

from __future__ import annotations

import builtins
import re

import numpy as np
import pytest

import plethys

RNG = np.random.default_rng(11)
ARRAY = np.round(30.0 + RNG.standard_normal((6, 24, 32)), 2)


def raises(said: str):
    return pytest.raises(plethys.ReadError, match=re.escape(said))


def test_numpy_stacks(tmp_path):
    np.save(tmp_path / "stack.npy", ARRAY)
    recording = plethys.read_thermal(tmp_path / "stack.npy", sample_rate=4.0)
    assert isinstance(recording.frames, np.memmap) and recording.shape == (24, 32) and recording.unit is None
    assert plethys.analyze_thermal(recording).overview["all"]["mean"] == pytest.approx(ARRAY.mean(), abs=1e-9)
    np.savez(tmp_path / "named.npz", frames_C=ARRAY, t_ms=np.arange(6) * 125, fs=8.0, label=np.arange(6))
    recording = plethys.read_thermal(tmp_path / "named.npz")
    assert recording.unit == "Cel" and recording.time.tolist() == [0.0, 0.125, 0.25, 0.375, 0.5, 0.625]
    counts = np.round((ARRAY + 273.15) * 100).astype(np.uint16)
    np.savez(tmp_path / "told.npz", stack=counts, fs=8.0, unit="cK", emissivity=0.98, emissivity_applied_by="camera")
    recording = plethys.read_thermal(tmp_path / "told.npz")
    assert (recording.unit, recording.sample_rate, recording.emissivity) == ("cK", 8.0, 0.98)
    assert plethys.analyze_thermal(recording).emissivity_applied_by == "camera"
    np.savez(tmp_path / "bare.npz", stack=counts, fs=8.0)
    with pytest.raises(ValueError, match="unit is missing"):
        plethys.analyze_thermal(plethys.read_thermal(tmp_path / "bare.npz"))
    assert plethys.read_thermal(tmp_path / "bare.npz", unit="cK").unit == "cK"


def test_probes_in_numpy_archives(tmp_path):
    np.savez(tmp_path / "e4.npz", fs=64.0, bvp=np.zeros(640), temp=np.full(40, 31.5), temp_fs=4.0, temp_offset_s=0.0)
    recording = plethys.read_thermal(tmp_path / "e4.npz")
    assert (recording.sample_rate, recording.unit, len(recording), recording.is_probe) == (4.0, "Cel", 40, True)
    np.savez(tmp_path / "two.npz", temp_left=np.zeros(4), temp_right=np.zeros(4), fs=1.0)
    with raises("expected to be told which array: channel= one of temp_left, temp_right"):
        plethys.read_thermal(tmp_path / "two.npz")
    assert list(plethys.read_thermal(tmp_path / "two.npz", channel="temp_left").regions) == ["temp_left"]
    np.savez(tmp_path / "flow.npz", perfusion_pu=np.full(400, 560.0), fs=100.0)
    flow = plethys.read_thermal(tmp_path / "flow.npz")
    assert flow.is_flow and flow.unit == "pu"
    with pytest.raises(ValueError, match=r"flow is a stream of flow \(pu\), not of temperature"):
        plethys.analyze_thermal(flow)


def test_frames_are_put_into_the_order_of_their_stamps(tmp_path):
    np.savez(tmp_path / "hand.npz", frames_C=np.arange(4.0)[:, None, None] + np.full((4, 8, 8), 25.0))
    (tmp_path / "frames.csv").write_text("frame,label,t_rel_s\n0,paper,100\n1,paper,104\n2,rock,0\n3,rock,3\n")
    recording = plethys.read_thermal(tmp_path / "hand.npz")
    assert recording.time.tolist() == [0.0, 3.0, 100.0, 104.0]
    assert recording.frames[:, 0, 0].tolist() == [27.0, 28.0, 25.0, 26.0]
    assert recording.labels.tolist() == ["rock", "rock", "paper", "paper"]
    assert recording.notes == ("frames put into the order of their stamps in frames.csv",)
    (tmp_path / "frames.csv").write_text("frame,label,t_rel_s\n0,paper,100\n")
    with raises("frames.csv: expected a line for each of 4 frames, got 1"):
        plethys.read_thermal(tmp_path / "hand.npz")


def test_tiff_stacks(tmp_path):
    tifffile = pytest.importorskip("tifffile")
    counts = np.round((ARRAY + 273.15) * 100).astype(np.uint16)
    told = {"temperature_unit": "cK", "sample_rate": 8.7, "emissivity": 0.98, "emissivity_applied_by": "camera"}
    tifffile.imwrite(tmp_path / "told.tif", counts, photometric="minisblack", metadata=told)
    recording = plethys.read_thermal(tmp_path / "told.tif")
    assert recording.frames.dtype == np.uint16 and np.array_equal(recording.frames, counts)
    assert (recording.unit, recording.sample_rate, recording.emissivity) == ("cK", 8.7, 0.98)
    result = plethys.analyze_thermal(recording, regions={"foot": (2, 20, 2, 20)})
    assert result.overview["foot"]["mean"] == pytest.approx(ARRAY[:, 2:20, 2:20].mean(), abs=0.01)
    tifffile.imwrite(tmp_path / "float.tiff", ARRAY.astype(np.float32), photometric="minisblack")
    recording = plethys.read_thermal(tmp_path / "float.tiff", sample_rate=1.0)
    assert plethys.analyze_thermal(recording).overview["all"]["mean"] == pytest.approx(ARRAY.mean(), abs=1e-5)
    tifffile.imwrite(tmp_path / "imagej.tif", counts, imagej=True, metadata={"finterval": 0.5})
    assert plethys.read_thermal(tmp_path / "imagej.tif").sample_rate == 2.0
    tifffile.imwrite(tmp_path / "photo.tif", np.zeros((24, 32, 3), np.uint8), photometric="rgb")
    with raises("a picture in colours holds no temperatures"):
        plethys.read_thermal(tmp_path / "photo.tif")
    tifffile.imwrite(tmp_path / "grey.tif", np.zeros((24, 32), np.uint8), photometric="minisblack")
    with raises("expected 16-bit counts or floats, got uint8"):
        plethys.read_thermal(tmp_path / "grey.tif")
    (tmp_path / "cut.tif").write_bytes((tmp_path / "told.tif").read_bytes()[:100])
    with raises("cut.tif: expected a TIFF stack"):
        plethys.read_thermal(tmp_path / "cut.tif")
    (tmp_path / "foreign.tif").write_bytes(b"no picture at all")
    with raises("foreign.tif: expected a TIFF stack"):
        plethys.read_thermal(tmp_path / "foreign.tif")


def dump(path, frames, *, header=False, time=None, end="\n"):
    lines = []
    if header:
        lines.append(",".join((["time_ms"] if time is not None else []) + [f"p{k}" for k in range(frames[0].size)]))
    for k, frame in enumerate(frames):
        cells = ([f"{time[k]}"] if time is not None else []) + [f"{pixel:.2f}" for pixel in frame.ravel()]
        lines.append(",".join(cells))
    path.write_text(end.join(lines) + end)


@pytest.mark.parametrize("shape", [(8, 8), (24, 32)])
def test_frame_dumps_a_line_each(tmp_path, shape):
    frames = ARRAY[:, : shape[0], : shape[1]]
    dump(tmp_path / "bare.csv", frames)
    recording = plethys.read_thermal(tmp_path / "bare.csv", sample_rate=2.0)
    assert np.array_equal(recording.frames, frames) and recording.unit == "Cel"
    dump(tmp_path / "head.csv", frames, header=True, time=[0, 500, 1000, 1500, 2000, 2500])
    recording = plethys.read_thermal(tmp_path / "head.csv")
    assert np.array_equal(recording.frames, frames) and recording.time.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    dump(tmp_path / "stamped.csv", frames, time=np.arange(6) * 0.5)
    assert plethys.read_thermal(tmp_path / "stamped.csv").time.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    dump(tmp_path / "trailing.csv", frames, end=",\n")  # each line ends in a delimiter
    assert np.array_equal(plethys.read_thermal(tmp_path / "trailing.csv", sample_rate=2.0).frames, frames)


def test_frame_dumps_of_other_shapes_and_with_holes(tmp_path):
    frames = ARRAY[:, :10, :12]
    dump(tmp_path / "odd.csv", frames)
    recording = plethys.read_thermal(tmp_path / "odd.csv", shape=(10, 12), sample_rate=1.0)
    assert np.array_equal(recording.frames, frames)
    with raises("expected 10 x 11 = 110 pixels in a line, got 120"):
        plethys.read_thermal(tmp_path / "odd.csv", shape=(10, 11))
    with raises("expected at most 64 sites"):
        plethys.read_thermal(tmp_path / "odd.csv")
    dump(tmp_path / "hole.csv", ARRAY[:, :8, :8])
    lines = (tmp_path / "hole.csv").read_text().splitlines()
    lines[2] = "," + lines[2].partition(",")[2]
    (tmp_path / "hole.csv").write_text("\n".join(lines))
    assert np.isnan(plethys.read_thermal(tmp_path / "hole.csv", sample_rate=1.0).frames[2, 0, 0])
    lines[3] = "hot," + lines[3].partition(",")[2]
    (tmp_path / "hole.csv").write_text("\n".join(lines))
    with raises("hole.csv, line 4: expected a number in column '0', got 'hot'"):
        plethys.read_thermal(tmp_path / "hole.csv")
    lines[3] = "31.0,31.0"
    (tmp_path / "hole.csv").write_text("\n".join(lines))
    with raises("hole.csv, line 4: expected 64 cells, got 2"):
        plethys.read_thermal(tmp_path / "hole.csv")


def test_frames_as_blocks_of_lines(tmp_path):
    frames = ARRAY[:3, :5, :6]
    text = "\n\n".join("\n".join(" ".join(f"{p:.2f}" for p in row) for row in frame) for frame in frames)
    (tmp_path / "blocks.txt").write_text(text + "\n")
    recording = plethys.read_thermal(tmp_path / "blocks.txt", sample_rate=1.0)
    assert np.array_equal(recording.frames, frames)
    (tmp_path / "blocks.txt").write_text(text + "\n30.0 31.0\n")
    with raises("blocks.txt, line 18: expected 6 pixels as in the first line, got 2"):
        plethys.read_thermal(tmp_path / "blocks.txt")


def test_tables_of_probes(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("t_s,toe_C,shin_C,note\n0,30.5,32.5,on\n60,,32.4,on\n120,30.1,32.3,off\n")
    recording = plethys.read_thermal(path)
    assert list(recording.regions) == ["toe", "shin"] and recording.time.tolist() == [0.0, 60.0, 120.0]
    result = plethys.analyze_thermal(recording, gradients={"leg": ("toe", "shin")})
    assert result.overview["toe"]["left_out_reason"] == "Missing" and result.overview["toe"]["accepted"] == 2
    assert result.differences.delta[[0, 2]] == pytest.approx([-2.0, -2.2]) and np.isnan(result.differences.delta[1])
    assert result.differences.reason[1] == "Partner"
    assert recording.notes == ()
    path.write_text("time,probe\n2026-11-22T10:00:00,30.5\n2026-11-22T10:00:30,30.6\n")
    recording = plethys.read_thermal(path)
    assert recording.notes == ("taken for °C, which no name says: probe; name one as channel, or say the unit",)
    assert plethys.read_thermal(path, channel="probe").notes == plethys.read_thermal(path, unit="Cel").notes == ()
    assert recording.time.tolist() == [0.0, 30.0] and recording.start_time == np.datetime64("2026-11-22T10:00:00")
    path.write_text("t_s,toe_C\n0,30.5\n60,warm\n")
    with raises("sites.csv, line 3: expected a number in column 'toe_C', got 'warm'"):
        plethys.read_thermal(path)
    path.write_text("30.5\n30.6\n30.7\n")
    recording = plethys.read_thermal(path, sample_rate=0.1)
    assert list(recording.regions) == ["probe"] and recording.frames.ravel().tolist() == [30.5, 30.6, 30.7]


def test_empatica_e4(tmp_path):
    path = tmp_path / "TEMP.csv"
    path.write_text("1574621345.00\n4.00\n31.21\n31.23\n31.23\n")
    recording = plethys.read_thermal(path)
    assert (recording.sample_rate, recording.frames.ravel().tolist()) == (4.0, [31.21, 31.23, 31.23])
    assert recording.start_time == np.datetime64("2019-11-24T18:49:05")
    assert len(plethys.analyze_thermal(recording).regions) == 3
    path.write_text("1574621345.00\n4.00\n31.21\nhot\n31.23\n")
    with raises("TEMP.csv, line 4: expected a temperature in °C, got 'hot'"):
        plethys.read_thermal(path)


def test_flir_jpeg(tmp_path, monkeypatch):
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 no temperatures here")
    (tmp_path / "text.jpg").write_text("no picture")
    with raises("text.jpg: expected a JPEG file, byte 0 does not start one"):
        plethys.read_thermal(tmp_path / "text.jpg")
    importing = builtins.__import__

    def without(name, *rest, **named):
        if name in ("flyr", "tifffile"):
            raise ImportError(name)
        return importing(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with raises("photo.jpg: a FLIR radiometric JPEG needs flyr: pip install 'plethys[flir]'"):
        plethys.read_thermal(tmp_path / "photo.jpg")
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    with raises("a.tif: a TIFF stack needs tifffile: pip install 'plethys[tiff]'"):
        plethys.read_thermal(tmp_path / "a.tif")
    monkeypatch.undo()
    pytest.importorskip("flyr")
    with raises("photo.jpg: expected a FLIR radiometric JPEG, this one holds no temperatures that can be read"):
        plethys.read_thermal(tmp_path / "photo.jpg")


def test_foreign_files(tmp_path):
    with raises("expected a file that ends in .npy, .npz, .tif"):
        plethys.read_thermal(tmp_path / "clip.seq")
    with pytest.raises(FileNotFoundError):
        plethys.read_thermal(tmp_path / "gone.csv")
    (tmp_path / "d.npy").mkdir()
    with raises("d.npy: expected a file, got a directory"):
        plethys.read_thermal(tmp_path / "d.npy")
    (tmp_path / "bad.npy").write_bytes(b"\0" * 50)
    with raises("bad.npy: expected a NumPy array file, byte 0 does not start one"):
        plethys.read_thermal(tmp_path / "bad.npy")
    (tmp_path / "bad.npz").write_bytes(b"PK no")
    with raises("bad.npz: expected a NumPy archive"):
        plethys.read_thermal(tmp_path / "bad.npz")
    np.save(tmp_path / "four.npy", np.zeros((2, 2, 2, 2)))
    with raises("expected the array of shape (time, row, column), (row, column) or (time), got (2, 2, 2, 2)"):
        plethys.read_thermal(tmp_path / "four.npy")
    (tmp_path / "empty.csv").write_text("")
    with raises("empty.csv: expected rows of numbers, the file is empty"):
        plethys.read_thermal(tmp_path / "empty.csv")
    (tmp_path / "binary.csv").write_bytes(b"1,2\0\x01")
    with raises("binary.csv: expected text, byte 3 is not"):
        plethys.read_thermal(tmp_path / "binary.csv")
