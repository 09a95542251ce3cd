"""Thermal frames: what a stack gives, a monitor gives bit for bit; tables, events, regions, pictures."""

from __future__ import annotations

import inspect
import pickle
import threading

import numpy as np
import pytest

import plethys

REGIONS = {
    "right": (6, 18, 2, 12),
    "left": {"mirror": "right", "axis": 16.0},
    "heel": {"region": [(20.0, 4.0), (30.0, 4.0), (30.0, 20.0), (20.0, 20.0)], "erode": 1},
}
TOLD = {"regions": REGIONS, "differences": {"side": ("right", "left")}, "baseline": (0.0, 10.0)}


def scene(frames: int = 200, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Two feet on a cool background as °C in steps of 0.01 K, with stamps of 8 Hz; the right one warms by 0.5 K."""
    rng = np.random.default_rng(seed)
    stack = 22.0 + 0.1 * rng.standard_normal((frames, 24, 32))
    warming = np.linspace(0.0, 0.5, frames)[:, None, None]
    stack[:, 6:18, 2:12] += 9.0 + warming
    stack[:, 6:18, 20:30] += 9.0
    return np.round(stack, 2), np.arange(frames) / 8.0


def tables(result) -> list[bytes]:
    kinds = (result.regions, result.means, result.differences, result.difference_means, result.events)
    return [table.to_bytes() for table in kinds]


def pushed(monitor: plethys.ThermalMonitor, stack, time, size: int) -> list[bytes]:
    kinds = ("means", "differences", "difference_means", "events")
    got: list[list[bytes]] = [[] for _ in range(5)]
    names: list[list[str]] = [[] for _ in range(5)]
    parts: list[list[plethys.Table]] = [[] for _ in range(5)]

    def take(rows) -> None:
        for place, table in enumerate((rows, *(getattr(monitor, kind) for kind in kinds))):
            parts[place].append(table)

    for start in range(0, len(stack), size):
        part = slice(start, start + size)
        take(monitor.push(stack[part] if size > 1 else stack[start], time[part] if size > 1 else time[start]))
    take(monitor.finish())
    for place, several in enumerate(parts):
        names[place] = several[0].columns
        got[place] = [np.concatenate([t._arrays[name] for t in several]).tobytes() for name in names[place]]
    return [b"".join(columns) for columns in got]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("kind", ["f8", "f4", "u2"])
def test_a_monitor_gives_what_the_stack_gives(kind, size):
    stack, time = scene()
    told = dict(TOLD)
    if kind == "u2":
        stack = np.round((stack + 273.15) / 0.01).astype(np.uint16)
        told["unit"] = "cK"
    stack = stack.astype(kind)
    expected = tables(plethys.analyze_thermal(stack, time, **told))
    assert len(expected[0]) > 1000
    assert pushed(plethys.ThermalMonitor((24, 32), **told), stack, time, size) == expected


def test_the_monitor_takes_what_the_one_call_takes():
    """Both lists of keywords are written out, for help() and editors; they must not drift apart."""
    call = inspect.signature(plethys.analyze_thermal).parameters
    live = inspect.signature(plethys.ThermalMonitor.__init__).parameters
    pushed = inspect.signature(plethys.ThermalMonitor.push).parameters
    own = {"self", "shape"}  # of the monitor; the frames of the call have theirs
    assert set(live) - own == set(call) - {"frames", "time", "sample_rate", "shutter", "counter", "uptime"}
    assert {"time", "shutter", "counter", "uptime"} < set(pushed)
    for name in set(live) - own - {"unit"}:
        assert (live[name].default, live[name].annotation) == (call[name].default, call[name].annotation), name


def test_memory_layout_makes_no_difference():
    stack, time = scene(60)
    expected = tables(plethys.analyze_thermal(stack, time, **TOLD))
    turned = np.ascontiguousarray(stack.transpose(2, 1, 0)).transpose(2, 1, 0)
    assert not turned.flags.c_contiguous
    wide = np.zeros((60, 24, 64))
    wide[:, :, ::2] = stack
    for same in (turned, wide[:, :, ::2], stack.astype(">f8"), stack.tolist(), np.ma.masked_array(stack)):
        assert tables(plethys.analyze_thermal(same, time, **TOLD)) == expected
    assert tables(plethys.analyze_thermal(stack, time, **{**TOLD, "differences": None}))[0] == expected[0]
    assert tables(plethys.analyze_thermal(stack + 0.01, time, **TOLD)) != expected


def test_frames_are_not_copied():
    stack, time = scene(50)
    for frames in (stack, stack.astype(np.float32), stack[:, ::-1]):
        assert np.shares_memory(plethys.analyze_thermal(frames, time, **TOLD).frames, frames)
    counts = np.full((50, 24, 32), 30_615, np.uint16)
    result = plethys.analyze_thermal(counts, time, {"foot": (2, 20, 2, 20)}, unit="cK", skip_repeated=False)
    assert np.shares_memory(result.frames, counts)
    assert result.overview["foot"]["mean"] == pytest.approx(33.0, abs=1e-9)


def test_regions_differences_and_their_change():
    stack, time = scene(400)
    result = plethys.analyze_thermal(stack, time, **TOLD)
    assert result.names == ["right", "left", "heel"]
    assert set(result.regions.region) == {"right", "left", "heel"}
    right = result.regions[result.regions.region == "right"]
    assert np.allclose(right.mean, stack[:, 6:18, 2:12].mean(axis=(1, 2)), atol=1e-9)
    assert np.allclose(right.sd, stack[:, 6:18, 2:12].std(axis=(1, 2), ddof=1), atol=1e-9)
    assert np.allclose(right.p95, np.quantile(stack[:, 6:18, 2:12].reshape(400, -1), 0.95, axis=1), atol=1e-9)
    assert (right.count == 120).all()
    assert result.mask("right").sum() == 120 and result.mask("left")[6:18, 20:30].all()
    assert (result.mask("heel").sum(), result.mask("heel").shape) == (112, (24, 32))
    side = result.differences
    assert np.allclose(side.delta, stack[:, 6:18, 2:12].mean((1, 2)) - stack[:, 6:18, 20:30].mean((1, 2)), atol=1e-9)
    base = side.delta[time < 10.0].mean()
    assert result.baselines["side"] == pytest.approx(base, abs=1e-9)
    late = time > 10.0
    assert np.allclose(side.change[late], side.delta[late] - base, atol=1e-9)
    assert np.isnan(side.change[time < 10.0]).all() and set(side.reason[time < 10.0]) == {"NoBaseline"}
    line = result.difference_overview["side"]
    assert line["last"] - line["first"] == pytest.approx(0.25, abs=0.02)
    assert result.regions.units["mean"] == "Cel"
    assert (result.difference_means.units["mean"], result.differences.units["delta"]) == ("K", "K")


def test_series_and_windows():
    stack, time = scene(400)
    result = plethys.analyze_thermal(stack, time, **TOLD)
    at, mean = result.series("right")
    assert np.array_equal(at, time) and np.allclose(mean, result.regions.mean[result.regions.region == "right"])
    at, mean = result.series("side", 10.0)
    assert at.tolist() == [5.0, 15.0, 25.0, 35.0, 45.0]
    with pytest.raises(KeyError, match="no region or difference is named 'toe'; there are right, left, heel, side"):
        result.series("toe")
    with pytest.raises(ValueError, match="window must be 1, 10 or 60 s, got 5"):
        result.series("right", 5)
    assert result.between(0.0, 10.0)["right"]["accepted"] == 80


def test_a_probe_is_a_frame_of_one_pixel():
    readings = np.round(32.0 + 0.1 * np.sin(np.arange(400) / 40.0), 2)
    result = plethys.analyze_thermal(readings, sample_rate=4.0, regions={"wrist": None})
    assert np.allclose(result.regions.mean, readings)
    monitor = plethys.ThermalMonitor((1, 1), {"wrist": None})
    rows = [monitor.push(reading, k / 4.0) for k, reading in enumerate(readings.tolist())]
    rows.append(monitor.finish())
    assert b"".join(r._arrays["mean"].tobytes() for r in rows) == result.regions.mean.tobytes()


def test_emissivity_and_encodings_are_the_kernels():
    frame = np.full((1, 4, 4), 33.0)
    region = {"skin": None}
    plain = plethys.analyze_thermal(frame, 0.0, region)
    assert plain.emissivity_applied_by == "nobody" and plain.overview["skin"]["mean"] == 33.0
    applied = plethys.analyze_thermal(frame, 0.0, region, emissivity=0.98, reflected=22.0)
    assert applied.overview["skin"]["mean"] == pytest.approx(33.2124, abs=1e-4)
    assert (applied.emissivity_applied_by, applied.emissivity) == ("plethys", (0.98, 22.0, 1.0, 22.0))
    assert plethys.analyze_thermal(frame, 0.0, region, emissivity="camera").emissivity_applied_by == "camera"
    kelvin = plethys.analyze_thermal(frame + 273.15, 0.0, region, unit="K")
    assert kelvin.overview["skin"]["mean"] == pytest.approx(33.0, abs=1e-9)
    for unit, count in (("cK", 30_615), ("dK", 3061), (0.04, 7654)):
        counts = np.full((1, 4, 4), count, np.uint16)
        assert plethys.analyze_thermal(counts, 0.0, region, unit=unit).overview["skin"]["mean"] == pytest.approx(
            33, abs=0.06
        )
    planck = {"r1": 21106.77, "r2": 0.012545258, "b": 1501.0, "f": 1.0, "o": -7340.0}
    counts = np.full((1, 4, 4), 17_000, np.uint16)
    mean = plethys.analyze_thermal(counts, 0.0, region, unit=planck).overview["skin"]["mean"]
    kelvin = 1501.0 / np.log(21106.77 / (0.012545258 * (17_000 - 7340.0)) + 1.0)
    assert mean == pytest.approx(kelvin - 273.15, abs=1e-9)


def test_telemetry_and_events():
    stack, time = scene(200)
    shut = (time >= 10.0) & (time < 10.5)
    stack[time >= 10.5] += 0.3
    result = plethys.analyze_thermal(stack, time, {"foot": (6, 18, 2, 12)}, shutter=shut)
    assert result.counts["shutters"] >= 1 and not result.comparable
    assert "Shutter" in set(result.events.notice)
    assert result.absent["foot"] == "Unreferenced" and result.overview["foot"]["rate"] is None
    assert set(result.regions.reason[~result.regions.accepted]) == {"Shutter"}
    referenced = plethys.analyze_thermal(
        stack, time, {"foot": (6, 18, 2, 12), "plate": (0, 5, 0, 32)}, shutter=shut, reference="plate"
    )
    assert referenced.comparable and referenced.overview["foot"]["rate"] is None  # 25 s
    assert referenced.overview["foot"]["last"] - referenced.overview["foot"]["first"] == pytest.approx(0.25, abs=0.05)
    again = plethys.analyze_thermal(stack, time, {"foot": (6, 18, 2, 12)}, counter=np.arange(200) // 2)
    assert again.counts["repeated"] == 100


def test_tables_go_everywhere():
    stack, time = scene(100)
    result = plethys.analyze_thermal(stack, time, **TOLD)
    frame = result.to_pandas()
    assert list(frame.region[:3]) == ["right", "left", "heel"] and frame.attrs["units"]["mean"] == "Cel"
    polars = result.to_polars()
    assert polars["mean"].to_list() == result.regions.mean.tolist()
    assert polars["reason"].null_count() == len(polars)
    import pyarrow

    table = pyarrow.table(result.differences)
    assert table.schema.field("delta").metadata[b"unit"] == b"K"
    copy = pickle.loads(pickle.dumps(result.regions))
    assert copy == result.regions and copy.region[1] == "left"
    assert result.regions[::3].region.tolist() == ["right"] * 100
    assert "right" in repr(result.regions) and "ThermalRegions: 300 rows" in repr(result.regions)
    assert (result.regions.codes("region")[:3] == [0, 1, 2]).all()
    with pytest.raises(KeyError):
        result.regions.codes("mean")


def test_a_snapshot_is_the_stream_now():
    stack, time = scene(20)
    monitor = plethys.ThermalMonitor((24, 32), **TOLD)
    assert monitor.snapshot().state == "TooShort" and monitor.snapshot().time is None
    monitor.push(stack, time)
    now = monitor.snapshot()
    assert now.time == time[-1] and now.state in plethys.THERMAL_STATES
    assert now.temperatures["right"] == pytest.approx(stack[-1, 6:18, 2:12].mean(), abs=1e-9)
    assert now.counts["frames"] == 20 and now.noise == pytest.approx(0.1, rel=0.2)
    monitor.finish()
    with pytest.raises(plethys.ProcessError, match="finished"):
        monitor.push(stack[0], 100.0)
    monitor.reset()
    assert monitor.snapshot().time is None
    assert len(monitor.push(stack, time)) > 0
    assert "24 x 32" in repr(monitor) and monitor.latency == 1.0


def test_a_shared_monitor_raises_and_goes_on():
    monitor = plethys.ThermalMonitor((120, 160), follow=True)
    stack = (np.random.default_rng(1).random((200, 120, 160)) * 10 + 20).astype(np.float32)
    thread = threading.Thread(target=monitor.push, args=(stack, np.arange(200.0)))
    thread.start()
    raised = set()
    while thread.is_alive():
        try:
            monitor.snapshot()
        except RuntimeError as error:
            raised.add(str(error))
    thread.join()
    assert raised == {
        "this ThermalMonitor is in use by another thread; a monitor belongs to one thread, make one for each"
    }
    assert monitor.snapshot().counts["frames"] == 200


def test_figures_are_drawn(tmp_path):
    stack, time = scene(300)
    result = plethys.analyze_thermal(stack, time, **TOLD)
    figure = result.plot(tmp_path / "a.png", frame=0)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert "temperature [°C]" in labels and "ΔT [K]" in labels and "°C" in labels
    probe = plethys.analyze_thermal(np.linspace(30.0, 31.0, 900), sample_rate=1.0)
    assert [axes.get_xlabel() for axes in probe.plot().axes] == ["time [min]"]
    nothing = plethys.analyze_thermal(np.full((5, 24, 32), np.nan), np.arange(5.0), {"foot": (0, 5, 0, 5)})
    assert nothing.absent == {"foot": "Missing"}
    legends = [
        text.get_text() for axes in nothing.plot().axes if axes.get_legend() for text in axes.get_legend().get_texts()
    ]
    assert legends == ["foot: Missing"]
