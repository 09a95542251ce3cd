"""The package as a newcomer meets it: help, examples, types, what it needs."""

from __future__ import annotations

import doctest
import importlib
import pydoc
import subprocess
import sys

import numpy as np
import pytest

import plethys


def test_help_tells_shapes_units_and_errors():
    text = pydoc.plain(pydoc.render_doc(plethys.analyze))
    for words in (
        "shape (n,)",
        "shape (n, 3)",
        "20 to 4000 Hz",
        "/min",
        "%",
        "TypeError",
        "ValueError",
        "ProcessError",
        ">>> ",
    ):
        assert words in text, words
    for name in (
        "samples",
        "sample_rate",
        "signal",
        "polarity",
        "calibration",
        "sensor_range",
        "dc_coupled",
        "motion",
        "time",
    ):
        assert f"\n    {name}\n" in text or f"{name}" in text.split("Parameters")[1].split("Returns")[0]


@pytest.mark.parametrize("name", plethys.__all__)
def test_everything_public_has_a_doc_string(name):
    thing = getattr(plethys, name)
    if name.isupper():
        return
    assert thing.__doc__
    if isinstance(thing, type):
        for member, value in vars(thing).items():
            if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                assert value.__doc__, f"{name}.{member}"


@pytest.mark.parametrize(
    "name",
    [
        "plethys",
        "plethys._stream",
        "plethys._thermal",
        "plethys._thermal_monitor",
        "plethys.datasets",
        "plethys.recording",
    ],
)
def test_the_examples_in_the_doc_strings_run(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert failed == 0
    assert tried > 0


def test_the_import_is_light():
    code = (
        "import sys, plethys; "
        "heavy = {'pandas', 'polars', 'pyarrow', 'matplotlib', 'scipy', 'pooch', 'typer', 'rich'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_figure_without_matplotlib_says_what_to_install(clean, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'plethys\[plot\]'"):
        plethys.analyze(clean).plot()


def test_a_figure_has_the_parts_it_should(tmp_path):
    pytest.importorskip("matplotlib")
    stream = plethys.datasets.synthetic(40.0, motion=[(14.0, 20.0)], noise_db=30.0)  # something to leave out
    result = plethys.analyze(stream, dc_coupled=False)
    assert not result.beats.accepted.all()
    figure = result.plot(tmp_path / "a.png", start=10.0, seconds=15.0)
    wave, amplitude, rate, perfusion = figure.axes
    labels = [text.get_text() for text in wave.get_legend().get_texts()]
    assert labels == ["onset", "systolic peak", "left out"]
    assert {text.get_text() for text in wave.texts} <= set(plethys.REASONS)
    assert wave.get_xlim() == (10.0, 25.0) and wave.yaxis_inverted()
    assert "amplitude" in amplitude.get_ylabel() and "/min" in rate.get_ylabel()
    assert [text.get_text() for text in perfusion.texts] == ["absent: NoDc"]
    assert (tmp_path / "a.png").stat().st_size > 20_000


@pytest.mark.parametrize("count", [0, 1, 100])
def test_a_figure_of_next_to_nothing(count, tmp_path):
    pytest.importorskip("matplotlib")
    plethys.analyze(np.full(count, np.nan), 100.0).plot(tmp_path / "a.png")


def test_states_and_reasons_are_the_closed_lists():
    assert plethys.REASONS[0] is None and "NoDc" in plethys.REASONS
    assert "TooShort" in plethys.STATES and "Tracking" in plethys.STATES
