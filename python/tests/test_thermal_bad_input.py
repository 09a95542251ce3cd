"""Bad thermal input: an error, or a marked frame, that names it; nothing else is lost."""

from __future__ import annotations

import re

import numpy as np
import pytest

import plethys

FOOT = {"foot": (2, 10, 2, 10)}


def stack(frames: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    return np.round(31.0 + 0.1 * rng.standard_normal((frames, 24, 32)), 3), np.arange(frames) / 2.0


def raises(kind: type[Exception], said: str):
    return pytest.raises(kind, match=re.escape(said))


def test_a_frame_of_another_shape_is_refused_and_the_stream_goes_on():
    frames, time = stack()
    monitor = plethys.ThermalMonitor((24, 32), FOOT)
    rows = [monitor.push(frames[:20], time[:20])]
    with raises(plethys.ProcessError, "frames must be 24 x 32, got 32 x 24"):
        monitor.push(frames[20].T, time[20])
    with raises(plethys.ProcessError, "frames must be 24 x 32, got 12 x 32"):
        monitor.push(frames[:, :12], time)
    rows += [monitor.push(frames[20:], time[20:]), monitor.finish()]
    expected = plethys.analyze_thermal(frames, time, FOOT).regions
    assert b"".join(r._arrays["mean"].tobytes() for r in rows) == expected.mean.tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e308, -400.0])
def test_pixels_that_are_no_temperatures_are_left_out(bad):
    frames, time = stack()
    frames[10, 2:10, 2:10] = bad  # the whole region, once
    frames[20, 3, 3] = bad  # one pixel of it
    result = plethys.analyze_thermal(frames, time, FOOT)
    rows = result.regions
    assert np.isnan(rows.mean[10]) and rows.reason[10] == "Missing" and not rows.accepted[10]
    assert rows.count[20] == 63 and rows.accepted[20]
    others = np.delete(np.arange(40), [10, 20])
    assert np.allclose(rows.mean[others], frames[others, 2:10, 2:10].mean((1, 2)), atol=1e-9)
    assert np.isfinite(rows.mean[rows.accepted]).all()
    assert result.overview["foot"]["left_out_reason"] == "Missing"


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        ({"foot": (2, 25, 2, 10)}, 'region "foot" lies outside the frame'),
        ({"foot": (2, 10, -1, 10)}, 'region "foot" lies outside the frame'),
        ({"foot": [(0.0, 0.0), (40.0, 0.0), (0.0, 10.0)]}, 'region "foot" lies outside the frame'),
        ({"foot": [(0.0, 0.0), (np.nan, 0.0), (0.0, 10.0)]}, 'region "foot" lies outside the frame'),
        ({"foot": [(0.0, 0.0), (4.0, 0.0)]}, 'region "foot" is a polygon of fewer than three corners'),
        ({"foot": (10, 10, 2, 10)}, 'region "foot" is empty'),
        ({"foot": np.zeros((24, 32), bool)}, 'region "foot" is empty'),
        ({"foot": {"region": (2, 6, 2, 6), "erode": 2}}, 'region "foot" is empty'),
        ({"foot": np.ones((24, 31), bool)}, 'region "foot" is a mask of another size than the frame'),
        ([("foot", (2, 10, 2, 10)), ("foot", (3, 9, 3, 9))], 'region "foot" has the name of another region'),
        ({"foot": {"mirror": "toe", "axis": 16.0}}, 'region "foot" mirrors a region that is not there before it'),
        ({"": (2, 10, 2, 10)}, 'region "" has no name'),
        ({"a name of far more than 24 bytes": (2, 10, 2, 10)}, "region takes at most 24 bytes of text, got 32"),
        ({}, "number of regions must be from 1 to 64, got 0"),
    ],
)
def test_regions_that_cannot_be_used_are_named(regions, said):
    frames, time = stack()
    with raises(ValueError, said):
        plethys.analyze_thermal(frames, time, regions)
    with raises(ValueError, said):
        plethys.ThermalMonitor((24, 32), regions)


@pytest.mark.parametrize(
    "region", ["foot", 3, (1, 2, 3), {"box": (0, 1, 0, 1)}, [("a", "b")], object(), (0.5, 3, 0, 3)]
)
def test_what_is_no_region_is_a_type_error(region):
    with pytest.raises(TypeError, match="region 'foot' must be"):
        plethys.ThermalMonitor((24, 32), {"foot": region})


def test_differences_need_two_regions():
    with raises(ValueError, 'region "toe" is not one of the regions'):
        plethys.ThermalMonitor((24, 32), FOOT, differences={"side": ("foot", "toe")})
    with raises(ValueError, 'region "foot" is subtracted from itself'):
        plethys.ThermalMonitor((24, 32), FOOT, differences={"side": ("foot", "foot")})
    with raises(TypeError, "differences['side'] must be two names of regions"):
        plethys.ThermalMonitor((24, 32), FOOT, differences={"side": "foot"})
    with raises(ValueError, 'region "toe" is not one of the regions'):
        plethys.ThermalMonitor((24, 32), FOOT, reference="toe")


def test_stamps_that_go_back_leave_their_frame_out():
    frames, time = stack()
    back = time.copy()
    back[15] = time[12]
    back[16] = time[14]
    result = plethys.analyze_thermal(frames, back, FOOT)
    assert result.counts["backward"] == 2
    told = result.events[result.events.notice == "BackwardStamp"]
    assert told.time.tolist() == [time[12], time[14]] and told.size.tolist() == [1.0, 0.0]
    assert len(result.regions) == 38
    expected = plethys.analyze_thermal(np.delete(frames, [15, 16], axis=0), np.delete(time, [15, 16]), FOOT)
    assert result.regions.mean.tobytes() == expected.regions.mean.tobytes()


def test_stamps_that_are_no_numbers_are_refused_before_anything_goes_in():
    frames, time = stack()
    monitor = plethys.ThermalMonitor((24, 32), FOOT)
    bad = time.copy()
    bad[30] = np.nan
    with raises(plethys.ProcessError, "time must be a finite number of seconds, got NaN at stamp 30"):
        monitor.push(frames, bad)
    assert monitor.snapshot().counts["frames"] == 0
    with raises(plethys.ProcessError, "expected 40, got 39"):
        monitor.push(frames, time[:39])
    with raises(plethys.ProcessError, "shutter must have one entry per sample: expected 40, got 3"):
        monitor.push(frames, time, shutter=[True, False, True])
    with raises(TypeError, "time must be one dimension of seconds"):
        monitor.push(frames, "now")
    with raises(TypeError, "time is missing"):
        plethys.analyze_thermal(frames, regions=FOOT)
    with raises(ValueError, "sample_rate must be above 0 and at most 200 Hz, got 0"):
        plethys.analyze_thermal(frames, sample_rate=0)


def test_counts_where_degrees_were_said():
    frames, time = stack()
    counts = np.round((frames + 273.15) / 0.01).astype(np.uint16)
    with raises(ValueError, "unit is missing: frames of uint16 are counts"):
        plethys.analyze_thermal(counts, time, FOOT)
    # Numbers that are counts under the name of °C: most of the frame is out of range, each frame says so.
    marked = plethys.analyze_thermal(counts, time, FOOT, unit="Cel")
    assert marked.counts["wrong_unit"] == 40 and marked.absent == {"foot": "WrongUnit"}
    assert marked.events.notice.tolist() == ["WrongUnit"] and not marked.regions.accepted.any()
    with raises(plethys.ProcessError, "the monitor takes counts (u16), got temperatures (f32, f64)"):
        plethys.analyze_thermal(frames, time, FOOT, unit="cK")
    with raises(ValueError, "frames of counts must be from 0 to 65535, got 0 to 70000"):
        plethys.analyze_thermal(np.array([[[0, 70_000]]]), 0.0, unit="cK")
    monitor = plethys.ThermalMonitor((24, 32), FOOT, unit="cK")
    with raises(plethys.ProcessError, "the monitor takes counts (u16)"):
        monitor.push(frames[0], 0.0)
    assert len(monitor.push(counts, time)) > 0
    half = frames.copy()
    half[20:] = counts[20:]
    mixed = plethys.analyze_thermal(half, time, FOOT)
    assert mixed.regions.accepted[:20].all() and (mixed.regions.reason[20:] == "WrongUnit").all()


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ("frames.npy", "frames must be frames of real numbers"),
        (np.zeros((2, 3, 4, 5)), "frames must be frames of real numbers"),
        (np.zeros((4, 4, 4), complex), "got complex numbers"),
        (np.array([[None, 1.0]]), "got Python objects"),
        ([[1.0, 2.0], [3.0]], "frames must be frames of real numbers"),
    ],
)
def test_what_is_no_frame_is_a_type_error(frames, said):
    with raises(TypeError, said):
        plethys.analyze_thermal(frames, sample_rate=8.0)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"emissivity": 0.98}, "reflected is missing"),
        ({"reflected": 22.0}, "emissivity is missing"),
        ({"emissivity": 0.2, "reflected": 22.0}, "emissivity must be from 0.5 to 1, got 0.2"),
        ({"emissivity": "skin"}, "emissivity must be a number from 0.5 to 1, or 'camera', got 'skin'"),
        ({"unit": "F"}, "unit must be 'Cel'"),
        ({"unit": 5.0}, "kelvin_per_count must be from 0.001 to 1, got 5"),
        ({"unit": {"r1": 1.0}}, "r2 is missing"),
        ({"warm_up": -1}, "warm_up must be from 0 to 86400, got -1"),
        ({"baseline": (5.0, 1.0)}, "baseline"),
        ({"shutter_rule": "sometimes"}, "shutter_rule must be one of none, telemetry, detect"),
        ({"bad_pixels": [(30, 0)]}, "row of a bad pixel must be from 0 to 23, got 30"),
    ],
)
def test_settings_out_of_range_are_named(told, said):
    with raises(ValueError, said):
        plethys.ThermalMonitor((24, 32), FOOT, **told)


def test_shapes_out_of_range_are_named():
    with raises(ValueError, "rows must be from 1 to 1280, got 0"):
        plethys.ThermalMonitor((0, 32))
    with raises(ValueError, "rows must be a whole number from 0, got -3"):
        plethys.ThermalMonitor((-3, 32))
    with raises(TypeError, "shape must be (rows, columns), got 5"):
        plethys.ThermalMonitor(5)
    with raises(ValueError, "follow"):
        plethys.ThermalMonitor((8, 8), follow=True)


def test_nothing_at_all_is_no_error():
    empty = plethys.analyze_thermal(np.zeros((0, 24, 32)), sample_rate=8.0, regions=FOOT)
    assert (empty.state, len(empty.regions), empty.absent) == ("TooShort", 0, {"foot": "TooShort"})
    one = plethys.analyze_thermal(np.full((24, 32), 30.0), regions=FOOT)
    assert one.overview["foot"]["mean"] == 30.0


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"regions": "foot"}, "regions must be a mapping of name to place, or pairs of both, got str"),
        ({"regions": {"foot"}}, "regions must be a mapping of name to place, or pairs of both, got set"),
        ({"regions": [(0, 4, 0, 4)]}, "regions must be pairs of a name and a place, got (0, 4, 0, 4)"),
        ({"differences": [("a", "b")]}, "differences must be a mapping of name to two names of regions, got list"),
        ({"reference": 30}, "reference must be a region and its °C, got 30"),
        ({"baseline": 600}, "baseline must be its start and end, s, got 600"),
        ({"bad_pixels": [3]}, "bad_pixels must be (row, column) each, got 3"),
        ({"bad_pixels": 3}, "bad_pixels must be (row, column) each, got 3"),
    ],
)
def test_arguments_of_another_form_say_the_form(told, said):
    with pytest.raises(TypeError, match=re.escape(said)):
        plethys.analyze_thermal(np.full((3, 24, 32), 30.0), sample_rate=1.0, **told)


def test_a_frame_that_is_not_there_is_not_drawn(tmp_path):
    result = plethys.analyze_thermal(np.full((3, 24, 32), 30.0), sample_rate=1.0)
    with pytest.raises(ValueError, match="frame must be one of the 3 frames, from 0 on, got 9"):
        result.plot(frame=9)
    empty = plethys.analyze_thermal(np.empty((0, 24, 32)), sample_rate=1.0)
    assert len(empty.plot(tmp_path / "empty.png").axes) == 1
