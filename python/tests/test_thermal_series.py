"""What is computed of a region's series: rewarming, oscillations, relative flow; their figures and their reasons."""

from __future__ import annotations

import numpy as np
import pytest

import plethys

TIME = np.arange(1500.0)


def probe(values: np.ndarray, rate: float = 1.0) -> plethys.ThermalAnalysis:
    return plethys.analyze_thermal(values, sample_rate=rate, regions={"toe": None})


def test_rewarming_finds_what_was_planted(tmp_path):
    rng = np.random.default_rng(4)
    course = 31.0 - 9.0 * np.exp(-np.maximum(TIME - 90.0, 0.0) / 300.0) + 0.03 * rng.standard_normal(1500)
    fit = probe(course).rewarming("toe", before=32.0)
    assert fit.reason is None
    for found, planted, within in ((fit.start, 22.0, 0.1), (fit.lag, 90, 5), (fit.tau, 300, 10), (fit.end, 31.0, 0.1)):
        assert found is not None and found[1] <= found[0] <= found[2]
        assert found[0] == pytest.approx(planted, abs=within)
    assert fit.max_slope[0] == pytest.approx(1.8, rel=0.05) and fit.recovered[0] == pytest.approx(89, abs=2)
    assert fit.plot(tmp_path / "r.png") and (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")
    early = probe(course[:300]).rewarming("toe")
    assert (early.tau, early.reason) == (None, "NotRewarmed")
    assert "NotRewarmed" in early.plot().axes[0].get_title(loc="left")


def test_oscillations_find_what_was_planted(tmp_path):
    rng = np.random.default_rng(5)
    wave = 31.0 + 0.1 * np.sin(2 * np.pi * 0.04 * TIME) + 0.01 * rng.standard_normal(1500)
    found = probe(wave).bands("toe")
    assert [band.name for band in found][2] == "neurogenic" and found.step == 1.0
    assert found["neurogenic"].power == pytest.approx(0.005, rel=0.05) and found["neurogenic"].significant
    assert not found["endothelial"].significant
    assert found["cardiac"].reason == "NotComputable" and found["cardiac"].power is None
    frequency, time, power, cone = found.scalogram(columns=100)
    assert power.shape == (len(frequency), len(time)) and len(cone) == len(time) <= 100
    inside = cone < 0.02
    assert np.abs(frequency[power[:, inside].mean(axis=1).argmax()] / 0.04 - 1) < 0.05
    found.plot(tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")
    short = probe(wave[:30]).bands("toe")
    assert {band.reason for band in short} == {"NotComputable"} and short.scalogram() is None and short.plot()
    assert found.to_dict()["bands"][2]["significant"]
    with pytest.raises(KeyError, match="no band is named 'fast'"):
        found["fast"]
    with pytest.raises(ValueError, match="surrogates must be from 19 to 999, or 0"):
        probe(wave).bands("toe", surrogates=3)
    with pytest.raises(ValueError, match=r"step must be from 0\.001 to 3600, got -1"):
        probe(wave).bands("toe", step=-1)
    with pytest.raises(KeyError, match="no region or difference is named 'heel'"):
        probe(wave).bands("heel")


def test_flow_is_fitted_to_a_reference_and_late_by_design(tmp_path):
    # A wave of 0.02 Hz through 1.5 mm of skin is 9.5 s late and damped 3.3 times; one of 0.01 Hz 13.5 s and 2.3 times.
    def through(frequency: float, depth: float) -> np.ndarray:
        kappa = depth * np.sqrt(np.pi * frequency / 1e-7)
        return np.exp(-kappa) * np.sin(2 * np.pi * frequency * TIME - kappa)

    rng = np.random.default_rng(6)
    drive = sum(np.sin(2 * np.pi * f * TIME) for f in (0.0085, 0.01, 0.0135, 0.02, 0.031))
    skin = 30.0 + sum(through(f, 1.5e-3) for f in (0.0085, 0.01, 0.0135, 0.02, 0.031))
    result = probe(skin + 0.002 * rng.standard_normal(1500))
    flow = result.flow("toe", ppg=(TIME, 5.0 + drive + 0.2 * rng.standard_normal(1500)))
    assert flow.reason is None and flow.depth == pytest.approx(1.5e-3, abs=2e-4) and flow.latency == 25.0
    assert flow.fit["significant"] and flow.fit["correlation"] > flow.fit["raw_correlation"] + 0.2
    inside = (flow.time > 300) & (flow.time < 1400)
    assert np.corrcoef(flow.flow[inside], np.interp(flow.time[inside], TIME, drive))[0, 1] > 0.95
    flow.plot(tmp_path / "f.png")
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert np.allclose(result.flow("toe", depth=flow.depth).flow, flow.flow)
    none = result.flow("toe", ppg=(TIME + 1e6, drive))
    assert (none.reason, len(none.flow)) == ("NoOverlap", 0)
    with pytest.raises(TypeError, match="ppg is missing"):
        result.flow("toe")
    with pytest.raises(ValueError, match="depth must be from"):
        result.flow("toe", depth=0.1)
    with pytest.raises(TypeError, match="ppg must be a Trend, a FlowSeries or a pair"):
        result.flow("toe", ppg=3)


def test_a_ppg_trend_is_a_reference():
    stream = plethys.datasets.synthetic(seconds=1200.0, sample_rate=64.0)
    trend = plethys.analyze(stream.samples, 64.0).trend(window=5.0, step=2.0)
    fit = probe(30.0 + 0.01 * np.sin(TIME / 9.0)).flow("toe", ppg=trend).fit
    assert fit["reason"] is None or fit["reason"] in plethys.THERMAL_REASONS


def test_levels_across_a_shutter_are_not_joined():
    rng = np.random.default_rng(8)
    stack = np.round(30.0 + 0.05 * rng.standard_normal((900, 16, 16)), 3)
    stack[300:] += 1.0
    time = np.arange(900.0)
    result = plethys.analyze_thermal(stack, time, {"foot": (2, 14, 2, 14)}, shutter=time == 300.0)
    at, values = result.comparable_series("foot")
    assert at[0] > 300.0 and at[-1] == 899.0 and values == pytest.approx(31.0, abs=0.1)
    assert result.absent == {"foot": "Unreferenced"}
    assert result.bands("foot").duration < 600.0


def test_measured_flow_is_read_and_has_its_pulse(data):
    flow = plethys.read_thermal(data / "laser_doppler_hand" / "ldf_fingertip.npz").to_flow()
    assert flow.unit == "pu" and flow.overview["mean"] == pytest.approx(611.7, abs=0.1)
    bands = flow.bands()
    assert bands["cardiac"].significant and not bands["respiratory"].significant
    assert bands["myogenic"].reason == "NotComputable"
    cuff = plethys.read_thermal(data / "laser_doppler_hand" / "ldf_finger_forearm_cuff.npz").to_flow()
    assert cuff.overview["last"] < 0.5 * cuff.overview["first"]
    with pytest.raises(ValueError, match="is no stream of flow"):
        plethys.read_thermal(data / "e4_wrist_temperature" / "e4_flirt.npz").to_flow()


def test_recorded_sets_have_their_quirks_handled(data):
    sites = plethys.read_thermal(data / "cooling_skin_temperature" / "s0001_skin_temperature_18site.csv")
    result = plethys.analyze_thermal(sites)
    assert sum(line["left_out"] for line in result.overview.values()) == 213  # empty cells
    assert set(result.regions.reason[~result.regions.accepted]) == {"Missing"}
    warm, cold = result.between(842, 1828), result.between(3900, 5000)
    assert warm["l_middle_finger"]["mean"] - cold["l_middle_finger"]["mean"] > 5.0
    hand = plethys.read_thermal(data / "amg8833_hand" / "amg8833_hand.npz")
    assert hand.labels[0] == "rock" and (np.diff(hand.time) > 0).all() and hand.unit == "Cel"
    frames = plethys.analyze_thermal(hand, regions={"hand": (2, 6, 1, 4)})
    assert frames.counts["backward"] == 0 and len(frames.regions) == 70
    assert 24.0 < np.median(frames.regions.p95) < 29.0  # the hand; its frames are shared with the wall
    wrist = plethys.analyze_thermal(plethys.read_thermal(data / "e4_wrist_temperature" / "e4_uniba.npz"))
    assert wrist.counts["repeated"] == 0 and wrist.overview["temp"]["mean"] == pytest.approx(31.65, abs=0.01)
