"""Synthetic recordings that stress one thing each, and streams that hold no pulse at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .cases import Case
from .detectors import Detector
from .recordings import Recording

SEEDS = range(5)
MINUTES = 10.0
NOISE_RATE_HZ = 125.0
NOISE_SEED = 20220601


@dataclass(frozen=True)
class NoiseResult:
    """Accepted beats in a stream without a pulse."""

    name: str
    detector: str
    minutes: float
    accepted: int
    allowed_per_minute: float
    error: str | None

    @property
    def per_minute(self) -> float:
        return self.accepted / self.minutes


def pulseless(minutes: float = 60.0) -> Iterator[tuple[Recording, float]]:
    """Streams without a pulse, each with the accepted beats per minute that are tolerated."""
    count = round(minutes * 60.0 * NOISE_RATE_HZ)
    white = np.random.default_rng(NOISE_SEED).standard_normal(count)
    yield _stream("white noise", white), 1.0
    yield _stream("1/f noise", one_over_f(white)), 1.0
    yield _stream("constant", np.full(count, 1234.5)), 0.0
    yield _stream("zeros", np.zeros(count)), 0.0


def one_over_f(white: np.ndarray) -> np.ndarray:
    """Noise whose power falls with 1/f, from white noise; unit variance."""
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0.0
    pink = np.fft.irfft(spectrum, len(white))
    return pink / pink.std()


def _stream(name: str, samples: np.ndarray) -> Recording:
    return Recording("pulseless", name, samples, NOISE_RATE_HZ, np.empty(0))


def run_noise(detector: Detector, minutes: float = 60.0) -> list[NoiseResult]:
    results = []
    for recording, allowed in pulseless(minutes):
        answer = detector.analyze(recording)
        results.append(
            NoiseResult(recording.name, detector.name, minutes, len(answer.beats), allowed, answer.error)
        )
    return results


def synthetic_cases() -> list[Case]:
    """The stress sets. Empty until `plethys.datasets.synthetic` exists."""
    try:
        from plethys.datasets import synthetic  # noqa: F401
    except ImportError:
        return []
    return []
