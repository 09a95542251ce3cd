"""FLIR radiometric JPEG: the temperatures that are read are those that the camera's Planck form gives."""

from __future__ import annotations

import flir_file
import numpy as np
import pytest

import plethys

pytest.importorskip("flyr")
REFLECTED = 22.0
FOOT = (20, 70, 30, 80)


def scene() -> np.ndarray:
    """°C of a warm foot in a room: from 22 to 34."""
    celsius = np.full((96, 128), 22.0)
    celsius[20:70, 30:80] = np.linspace(28.0, 34.0, 50)
    return celsius


def counts_of(celsius: np.ndarray, emissivity: float, transmission: float = 1.0) -> np.ndarray:
    """What arrives from skin of this temperature: its own radiation, what it mirrors, and that of the air."""
    own = emissivity * flir_file.radiation(celsius) + (1.0 - emissivity) * flir_file.radiation(REFLECTED)
    return np.round(transmission * own + (1.0 - transmission) * flir_file.radiation(22.0)).astype(np.uint16)


def half_a_count(emissivity: float) -> float:
    """What rounding to counts can take from the coldest of the scene, K."""
    return 0.5001 / (emissivity * float(np.diff(flir_file.radiation([21.5, 22.5]))[0]))


@pytest.mark.parametrize("as_png", [True, False])
def test_temperatures_are_those_of_the_planck_form(tmp_path, as_png):
    truth = scene()
    counts = counts_of(truth, 0.98)
    flir_file.write(tmp_path / "foot.jpg", counts, as_png=as_png)
    recording = plethys.read_thermal(tmp_path / "foot.jpg")
    assert (recording.shape, len(recording), recording.unit) == ((96, 128), 1, "Cel")
    assert recording.emissivity == pytest.approx(0.98) and recording.emissivity_applied_by == "camera"
    assert recording.start_time == np.datetime64("2026-11-20T09:10:00")
    assert np.abs(recording.frames[0] - truth).max() < half_a_count(0.98)
    read = plethys.analyze_thermal(recording, [0.0], {"foot": FOOT})
    assert read.overview["foot"]["mean"] == pytest.approx(31.0, abs=0.002)
    assert read.emissivity_applied_by == "camera"
    # The kernel makes the same of the bare counts.
    own = plethys.analyze_thermal(
        counts, [0.0], {"foot": FOOT}, unit=flir_file.PLANCK, emissivity=0.98, reflected=REFLECTED
    )
    assert own.overview["foot"]["mean"] == pytest.approx(read.overview["foot"]["mean"], abs=1e-4)


def test_what_the_camera_was_set_to_is_used(tmp_path):
    counts = counts_of(scene(), 0.9)
    flir_file.write(tmp_path / "right.jpg", counts, as_png=True, settings={"emissivity": 0.9})
    flir_file.write(tmp_path / "wrong.jpg", counts, as_png=True)
    right, wrong = (plethys.read_thermal(tmp_path / f"{name}.jpg") for name in ("right", "wrong"))
    assert np.abs(right.frames[0] - scene()).max() < half_a_count(0.9)
    assert (right.frames[0] - wrong.frames[0]).max() > 0.5
    # A metre of air takes 0.6 % (FLIR's formula, 50 % humidity at 22 °C), which the reader undoes within 0.05 K.
    water = 0.5 * np.exp(1.5587 + 0.06939 * 22 - 0.00027816 * 22**2 + 0.00000068455 * 22**3)
    paths = [np.exp(-(alpha + beta * np.sqrt(water))) for alpha, beta in ((0.006569, -0.002276), (0.01262, -0.00667))]
    transmission = 1.9 * paths[0] - 0.9 * paths[1]
    flir_file.write(
        tmp_path / "far.jpg", counts_of(scene(), 0.98, transmission), as_png=True, settings={"distance": 1.0}
    )
    assert np.abs(plethys.read_thermal(tmp_path / "far.jpg").frames[0] - scene()).max() < 0.05


def test_counts_that_are_no_temperature_are_missing_pixels(tmp_path):
    counts = counts_of(scene(), 0.98)
    counts[0, :5] = 0
    flir_file.write(tmp_path / "dead.jpg", counts, as_png=False)
    frame = plethys.read_thermal(tmp_path / "dead.jpg").frames[0]
    assert np.isnan(frame[0, :5]).all() and np.isfinite(frame[1:]).all()


def test_a_file_cut_short_is_no_thermogram(tmp_path):
    flir_file.write(tmp_path / "whole.jpg", counts_of(scene(), 0.98), as_png=False)
    content = (tmp_path / "whole.jpg").read_bytes()
    for kept in (100, 10_000, 24_000):
        (tmp_path / "cut.jpg").write_bytes(content[:kept])
        with pytest.raises(plethys.ReadError, match=r"cut\.jpg: expected a FLIR radiometric JPEG"):
            plethys.read_thermal(tmp_path / "cut.jpg")
