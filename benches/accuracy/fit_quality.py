"""Fits the quality of settled pulses (core/src/beat/settled/quality.rs).

Says how well it holds on recordings left out.

    PLETHYS_DATA=… python benches/accuracy/fit_quality.py

The quality is the product of two logistic functions. The first tells streams with a pulse from noise and
is fitted to that alone; the second tells right pulses from wrong ones, the first being given. A pulse is
right if the strict score of `score.py` pairs it with a reference beat. Recordings (patients) are left out
as a whole in eight groups. The running pulse learns by quality, so that coefficients and features depend
on each other a little: after a change of the features, fit, build and fit again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from accuracy.explained import Explained, run_example

STREAM = ("skew", "slope frequency", "lately periodic")
OWN = ("rhythm", "unlike", "unlike around", "roughness", "periodic", "loud")
# How much each family of recordings counts in all, as a share: for whether the stream carries a pulse,
STREAM_SHARES = {
    "bidmc": 0.15, "bidmc_x1.5": 0.15, "bidmc_x0.7": 0.15, "troika": 0.4, "welltory_phone_ppg": 0.2,
    "physionet2015": 0.03, "pyphysio_medical": 0.03, "mimic_abp": 0.03, "synthetic": 0.3,
    "moved": 0.05, "noise": 0.25, "walk": 0.02,
}  # fmt: skip
# and for whether a pulse is right. In the interrupted ones half of what is found is noise behind good pulses.
OWN_SHARES = {
    "bidmc": 0.3, "bidmc_x1.5": 0.3, "bidmc_x0.7": 0.3, "troika": 0.3, "welltory_phone_ppg": 0.15,
    "physionet2015": 0.06, "pyphysio_medical": 0.03, "mimic_abp": 0.03, "synthetic": 0.3, "interrupted": 0.06,
    "moved": 0.1,
}  # fmt: skip
NO_PULSE = ("noise", "walk")
TOTAL = 15_000.0
RIDGE = 1.0
GROUPS = 8
ACCEPT = 0.5


class Pulses:
    """The scored pulses of all streams, one after the other."""

    def __init__(self, streams: list[Explained]) -> None:
        self.streams = [stream for stream in streams if len(stream.peak)]
        keep, right = zip(*(self.judged(stream) for stream in self.streams), strict=True)
        self.keep = keep
        sizes = [int(k.sum()) for k in keep]
        self.ends = np.cumsum(sizes)[:-1]
        self.family = np.repeat([stream.family for stream in self.streams], sizes)
        self.record = np.repeat([stream.name for stream in self.streams], sizes)
        self.right = np.concatenate([r[k] for r, k in zip(right, keep, strict=True)]).astype(float)
        features = np.concatenate([s.features[k] for s, k in zip(self.streams, keep, strict=True)])
        self.stream, self.own = np.split(features, [len(STREAM)], axis=1)

    @staticmethod
    def judged(stream: Explained):
        """Which pulses are scored, and which of all are right."""
        if not len(stream.reference):
            return np.ones(len(stream.peak), bool), np.zeros(len(stream.peak), bool)
        return stream.whole.scored, stream.whole.matched >= 0

    def weight(self, shares: dict[str, float]) -> np.ndarray:
        weight = np.zeros(len(self.right))
        for family, share in shares.items():
            own = self.family == family
            if own.any():
                weight[own] = share * TOTAL / own.sum()
        # Rare, and irregular by nature.
        weight[np.char.startswith(self.record, "atrial_fibrillation")] *= 4.0
        return weight

    def fit(self, among) -> tuple[np.ndarray, np.ndarray]:
        """Intercept and weights of both functions, from the pulses `among` all."""
        weight = self.weight(STREAM_SHARES)
        use = among & (weight > 0)
        carries = (~np.isin(self.family[use], NO_PULSE)).astype(float)
        of_stream = fit(self.stream[use], carries, weight[use], np.ones(use.sum()))
        weight = self.weight(OWN_SHARES)
        use = among & (weight > 0)
        given = logistic(of_stream, self.stream[use])
        return of_stream, fit(self.own[use], self.right[use], weight[use], given)

    def quality(self, coefficients, of) -> np.ndarray:
        of_stream, of_own = coefficients
        return logistic(of_stream, self.stream[of]) * logistic(of_own, self.own[of])


def fit(features, right, weight, given) -> np.ndarray:
    """Coefficients of `given` × logistic, by Fisher's scoring."""
    scale = features.std(0) + 1e-9
    design = np.c_[np.ones(len(features)), features / scale]
    ridge = RIDGE * np.r_[1e-9, np.ones(features.shape[1])]
    coefficients = np.zeros(design.shape[1])
    for _ in range(100):
        own = 1.0 / (1.0 + np.exp(-np.clip(design @ coefficients, -40, 40)))
        quality = np.clip(given * own, 1e-12, 1 - 1e-12)
        gradient = design.T @ (weight * (right - quality) / (1 - quality) * (1 - own)) - ridge * coefficients
        information = weight * quality * (1 - own) ** 2 / (1 - quality)
        step = np.linalg.solve((design.T * information) @ design + np.diag(ridge), gradient)
        coefficients += step * min(1.0, 2.0 / np.abs(step).max())
        if np.abs(step).max() < 1e-8:
            break
    return coefficients / np.r_[1.0, scale]


def logistic(coefficients, features) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(coefficients[0] + features @ coefficients[1:], -40, 40)))


def calibration_error(probability, right) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((10 * probability).astype(int), 9)
    gap = np.abs(np.bincount(bins, probability, 10) - np.bincount(bins, right, 10))
    return float(gap.sum() / len(right))


def auroc(probability, right) -> float:
    _, inverse, counts = np.unique(probability, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - 0.5 * (counts - 1))[inverse]
    good = right.sum()
    bad = len(right) - good
    return float((rank[right == 1].sum() - good * (good + 1) / 2) / (good * bad)) if good and bad else np.nan


def report(pulses: Pulses, quality) -> None:
    """Calibration and acceptance by family, and what is accepted of noise."""
    f1, a_minute = {}, []
    for stream, keep, own in zip(pulses.streams, pulses.keep, np.split(quality, pulses.ends), strict=True):
        accepted = np.zeros(len(stream.peak), bool)
        accepted[keep] = own >= ACCEPT
        if len(stream.reference):
            both = stream.f1(np.ones(len(stream.peak), bool)), stream.f1(accepted)
            f1.setdefault(stream.family, []).append(both)
        else:
            a_minute.append((60 * accepted.sum() / stream.duration, stream.name))
    print(f"{'':20s} pulses  right  calibration error  AUROC  F1 of all  F1 of accepted (worst)")
    for family, pairs in f1.items():
        own = pulses.family == family
        q, r = quality[own], pulses.right[own]
        found, accepted = 100 * np.mean(pairs, axis=0)
        print(
            f"{family:20s} {len(r):6d} {r.mean():6.4f} {calibration_error(q, r):18.4f} {auroc(q, r):6.3f}"
            f" {found:10.2f} {accepted:15.2f} ({100 * min(a for _, a in pairs):.1f})"
        )
    print(
        "noise, accepted a minute:", ", ".join(f"{name} {rate:.2f}" for rate, name in sorted(a_minute)[::-1])
    )


def main() -> None:
    pulses = Pulses(run_example(sys.argv[1:]))
    coefficients = pulses.fit(np.ones(len(pulses.right), bool))
    for names, values in zip((STREAM, OWN), coefficients, strict=True):
        print(" ".join(f"{value:.2f}" for value in values), " intercept,", ", ".join(names))
    print("\nas fitted")
    report(pulses, pulses.quality(coefficients, slice(None)))

    groups = np.unique(pulses.record)
    np.random.default_rng(0).shuffle(groups)
    left_out = np.zeros(len(pulses.right))
    for k in range(GROUPS):
        out = np.isin(pulses.record, groups[k::GROUPS])
        left_out[out] = pulses.quality(pulses.fit(~out), out)
    print("\nrecordings left out")
    report(pulses, left_out)


if __name__ == "__main__":
    main()
