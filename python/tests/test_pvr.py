"""Pulse volume recordings: contour, averaged beat, calibration, cuff, category."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import plethys


@pytest.fixture(scope="module")
def stream() -> plethys.datasets.Synthetic:
    return plethys.datasets.synthetic(seconds=40.0, sample_rate=200.0, signal="pvr", amplitude=0.8, pulse_rate=64.0)


def test_the_averaged_beat_is_the_beat(stream: plethys.datasets.Synthetic) -> None:
    result = plethys.analyze(stream)
    beat = result.ensemble(5.0, 35.0)
    assert beat is not None and beat.beats >= 30
    assert beat.amplitude == pytest.approx(0.8, rel=0.005)
    assert beat.cycle == pytest.approx(60 / 64, abs=0.002)
    assert beat.notch == "clear"
    assert beat.mean_height == pytest.approx(float(np.nanmedian(result.beats.mean_height)), abs=0.3)
    assert len(beat.time) == len(beat.median) == len(beat.lower) == len(beat.upper)
    assert np.all(beat.lower <= beat.median) and np.all(beat.median <= beat.upper)
    assert result.ensemble(5.0, 6.0) is None
    assert "clear" in repr(beat)


def test_the_other_polarity_and_counts_give_the_same_averaged_beat(stream: plethys.datasets.Synthetic) -> None:
    scale, offset, unit = plethys.two_point((60_000.0, 0.0), (20_000.0, 100.0))
    counts = np.rint((stream.samples - offset) / scale).astype(np.int32)
    result = plethys.analyze(counts, sample_rate=200.0, signal="pvr", calibration=(scale, offset, unit))
    beat, plain = result.ensemble(5.0, 35.0), plethys.analyze(stream).ensemble(5.0, 35.0)
    assert beat is not None and plain is not None
    assert beat.amplitude == pytest.approx(plain.amplitude, abs=0.005)
    np.testing.assert_allclose(np.interp(plain.time, beat.time, beat.median), plain.median, atol=0.01)


def test_beats_off_the_cuffs_target_are_left_out(stream: plethys.datasets.Synthetic) -> None:
    leaking = stream.samples - np.linspace(0, 12, len(stream.samples))
    result = plethys.analyze(leaking, sample_rate=200.0, signal="pvr", cuff=65.0)
    off = result.beats.reason == "CuffPressure"
    assert 15 < off.sum() < 30 and not result.beats.accepted[off].any()
    on = result.beats.accepted & np.isfinite(result.beats.foot)  # the recording begins after the first one's foot
    assert np.all(result.beats.foot[off] < 60) and np.all(result.beats.foot[on] >= 60) and on.sum() > 15
    wide = plethys.analyze(leaking, sample_rate=200.0, signal="pvr", cuff=(65.0, 20.0))
    assert not (wide.beats.reason == "CuffPressure").any()
    with pytest.raises(ValueError, match=r"cuff\.tolerance"):
        plethys.analyze(leaking, sample_rate=200.0, signal="pvr", cuff=(65.0, 0.0))
    with pytest.raises(TypeError, match="cuff"):
        plethys.analyze(leaking, sample_rate=200.0, signal="pvr", cuff="tight")  # type: ignore[arg-type]


def test_a_category_needs_all_that_it_rests_on() -> None:
    assert plethys.pvr_category(0.81, 0.002, "clear", "ankle", True) == (1, None)
    assert plethys.pvr_category(0.81, 0.002, "clear", "calf", True) == (3, None)
    assert plethys.pvr_category(0.004, 0.002, None, "ankle", True) == (5, None)
    assert plethys.pvr_category(0.81, 0.002, "clear", "finger", True) == (None, "NotStated")
    assert plethys.pvr_category(0.81, 0.002, "clear", "ankle", False) == (None, "CuffPressure")
    with pytest.raises(ValueError, match="scale"):
        plethys.two_point((100.0, 0.0), (100.0, 100.0))


def test_a_cuff_channel_says_what_it_lost_and_when_it_was_inflated() -> None:
    seconds = np.arange(0, 180, 0.05)
    lost = 65 - 0.05 * (seconds % 120)
    cuff = plethys.cuff_readings(lost, 20.0)
    assert len(cuff.time) == 90 and np.isnan(cuff.leak[:7]).all()
    assert cuff.leak[55] == pytest.approx(3.0, abs=0.01) and cuff.leaks[55]
    assert cuff.time[cuff.inflating].tolist() == [121.0] and not cuff.holds[cuff.inflating].any()
    assert cuff.holds[10] and not cuff.holds[55]
    live = plethys.CuffMonitor(20.0)
    for _ in range(2):
        pieces = [live.push(piece) for piece in np.split(lost, [1, 700, 2555])]
        for name in vars(cuff):
            np.testing.assert_array_equal(np.concatenate([getattr(piece, name) for piece in pieces]), getattr(cuff, name))
        live.reset()
    with pytest.raises(ValueError, match=r"sample.rate"):
        plethys.cuff_readings(lost, 1.0)
    with pytest.raises(ValueError, match="tolerance"):
        plethys.CuffMonitor(20.0, tolerance=0.0)
    with pytest.raises(TypeError, match="one dimension"):
        plethys.cuff_readings(np.zeros((3, 3)), 20.0)


def test_a_height_has_its_deflection_on_a_chart() -> None:
    assert plethys.deflection(0.75) == 15.0 and plethys.deflection(0.75, gain=40) == 30.0
    with pytest.raises(ValueError, match="gain"):
        plethys.deflection(0.75, gain=0.0)


def test_millilitres_need_an_injection() -> None:
    assert plethys.millilitres(0.5, (1.0, 12.5)) == (pytest.approx(0.04), None)
    assert plethys.millilitres(0.5, (1.0, 0.0)) == (None, "NotStated")


def recorded(folder: str) -> Path:
    root = os.environ.get("PLETHYS_DATA")
    if not root or not (Path(root) / folder).is_dir():
        pytest.skip("PLETHYS_DATA is not set: no recorded data")
    return Path(root) / folder


@pytest.mark.parametrize(
    "name", ["cuff_02", "cuff_03", "cuff_04", "cuff_05", "cuff_06", "cuff_07", "cuff_0804", "cuff_testdata"]
)
def test_pulses_are_found_through_the_deflation_of_a_cuff(name: str, tmp_path: Path) -> None:
    file = np.load(recorded("oscillometric_cuff") / f"{name}.npz")
    if "volt" in file.files:
        scale = 50 * 7.50062 * 2.5
        samples, calibration = file["volt"], (scale, -scale * float(np.median(file["volt"][:500])), "mm[Hg]")
    else:
        samples, calibration = file["raw_mmHg"], (1.0, 0.0, "mm[Hg]")
    result = plethys.analyze(samples, sample_rate=float(file["fs"]), signal="pressure", calibration=calibration)
    assert result.polarity == "upright"
    beats = result.beats
    # Strokes of the pump are no pulses. In one record each is let off by half before the next, as a pulse falls.
    pumping = beats.peak < np.nanargmax(samples) / float(file["fs"])
    strokes = pumping & (beats.amplitude > 2.0)
    assert np.sum(strokes & beats.accepted) <= (5 if name == "cuff_testdata" else 0)
    assert np.sum(pumping & (beats.reason == "CuffPressure")) >= 5
    # From 110 mmHg, where every eye sees them, down to the release at about 50.
    seen = (beats.foot < 110) & (beats.foot > 55) & (beats.peak > beats.peak[np.nanargmax(beats.foot)])
    peaks = beats.peak[seen]
    assert len(peaks) >= 15
    assert np.diff(peaks).max() < 1.8 * np.median(np.diff(peaks))
    inside = seen & beats.accepted
    assert inside.sum() >= 0.9 * seen.sum()
    # Rising to one broad summit and falling again: the envelope that oscillometry reads.
    heights = beats.amplitude_corrected[inside]
    assert 1.5 < np.nanmax(heights) < 4.5
    result.plot(tmp_path / "envelope.png")
    assert len(result.plot().axes) == 5


def test_arterial_pressure_is_a_pulse_stream() -> None:
    folder = recorded("mimic_abp")
    file = np.load(folder / "03700181.npz")
    result = plethys.analyze(
        file["abp"], sample_rate=float(file["fs"]), signal="pressure", calibration=(1.0, 0.0, "mm[Hg]")
    )
    reference = np.loadtxt(folder / "beats_03700181.csv", delimiter=",", skiprows=1, usecols=0)
    peaks = result.beats.peak[result.beats.accepted]
    near = np.abs(peaks[:, None] - 0.4 - reference[None, :]).min(axis=1) < 0.15
    assert near.sum() >= 0.99 * len(reference) and near.mean() > 0.99
    mean = result.beats.foot + 0.01 * result.beats.mean_height * result.beats.amplitude_corrected
    assert np.nanmedian(mean) == pytest.approx(float(np.nanmean(file["abp"])), abs=0.5)
    beat = result.ensemble()
    assert beat is not None and beat.notch == "clear"
