"""What the tests share: a clean stream with known truth, and recorded data where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import plethys


@pytest.fixture(scope="session")
def clean() -> plethys.datasets.Synthetic:
    """40 s of a clean, quantised PPG at 125 Hz, 72 bpm, perfusion index 2 %, systole a fall of the samples."""
    return plethys.datasets.synthetic(seconds=40.0, noise_db=40.0, quantisation=1.0, seed=5)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of recorded data."""
    if not os.environ.get("PLETHYS_DATA"):
        pytest.skip("PLETHYS_DATA is not set: no recorded data")
    folder = Path(os.environ["PLETHYS_DATA"])
    assert folder.is_dir(), f"PLETHYS_DATA names no folder: {folder}"
    return folder


@pytest.fixture(scope="session")
def heartpy() -> list[plethys.Recording]:
    """HeartPy's example recordings, a development dependency."""
    return plethys.datasets.heartpy()
