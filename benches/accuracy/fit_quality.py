"""Fits the quality of settled pulses (core/src/beat/settled/quality.rs).

Says how well it holds on recordings left out.

    PLETHYS_DATA=… cargo run --release -p plethys-benches --example quality_features > features.txt
    python benches/accuracy/fit_quality.py features.txt

Logistic regression by Newton's method. A pulse is right if the strict score of `score.py` pairs it with a
reference beat. Recordings (patients) are left out as a whole in eight groups; streams of noise count as
recordings without beats.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from accuracy.score import score_beats

NAMES = ("rhythm", "height spread", "unlike", "unlike around", "roughness", "skew", "aperiodic and unlike")
# How much each family of recordings counts in all, as a share.
SHARES = {
    "bidmc": 0.3, "bidmc_x1.5": 0.3, "bidmc_x0.7": 0.3, "troika": 0.25, "welltory_phone_ppg": 0.12,
    "physionet2015": 0.06, "pyphysio_medical": 0.02, "mimic_abp": 0.03, "synthetic": 0.3, "noise": 1.05,
}  # fmt: skip
TOTAL = 15_000.0
RIDGE = 1.0
GROUPS = 8
ACCEPT = 0.5


def read(path: Path):
    """Family, recording, duration, features and rightness of each scored pulse."""
    families, records, times, features, right = [], [], [], [], []
    durations: dict[tuple[str, str], float] = {}

    def close(head, reference, exclude, pulses):
        name, family, duration, low, high = head[0], head[1], *map(float, head[2:])
        durations[family, name] = duration
        if not pulses:
            return
        pulses = np.array(pulses)
        if reference:
            score = score_beats(pulses[:, 0], reference, duration, exclude, (low, high))
            keep, hit = score.scored, score.matched >= 0
        else:
            keep, hit = np.ones(len(pulses), bool), np.zeros(len(pulses), bool)
        families.extend([family] * int(keep.sum()))
        records.extend([name] * int(keep.sum()))
        times.extend(pulses[keep, 0])
        features.extend(pulses[keep, 1:])
        right.extend(hit[keep])

    head, reference, exclude, pulses = None, [], [], []
    for line in path.open():
        kind, *rest = line.split()
        if kind == "record":
            if head:
                close(head, reference, exclude, pulses)
            head, reference, exclude, pulses = rest, [], [], []
        elif kind == "reference":
            reference.append(float(rest[0]))
        elif kind == "exclude":
            exclude.append((float(rest[0]), float(rest[1])))
        else:
            pulses.append([float(value) for value in rest])
    close(head, reference, exclude, pulses)
    return np.array(families), np.array(records), np.array(features), np.array(right, float), durations


def fit(features, right, weight) -> np.ndarray:
    """Intercept and weights."""
    scale = features.std(0) + 1e-9
    design = np.c_[np.ones(len(features)), features / scale]
    ridge = RIDGE * np.r_[1e-9, np.ones(features.shape[1])]
    coefficients = np.zeros(design.shape[1])
    for _ in range(50):
        probability = quality(coefficients, design)
        gradient = design.T @ (weight * (right - probability)) - ridge * coefficients
        hessian = (design.T * (weight * probability * (1 - probability))) @ design + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        coefficients += step
        if np.abs(step).max() < 1e-8:
            break
    return coefficients / np.r_[1.0, scale]


def quality(coefficients, design) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-np.clip(design @ coefficients, -40, 40)))


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


def main() -> None:
    families, records, features, right, durations = read(Path(sys.argv[1]))
    weight = np.zeros(len(right))
    for family, share in SHARES.items():
        own = families == family
        if own.any():
            weight[own] = share * TOTAL / own.sum()
    weight[np.char.startswith(records, "atrial_fibrillation")] *= 4.0  # rare, and irregular by nature

    coefficients = fit(features, right, weight)
    print(f"intercept {coefficients[0]:.2f}")
    for name, value in zip(NAMES, coefficients[1:], strict=True):
        print(f"{value:8.2f}  {name}")

    groups = np.unique(records)
    np.random.default_rng(0).shuffle(groups)
    left_out = np.zeros(len(right))
    for k in range(GROUPS):
        out = np.isin(records, groups[k::GROUPS])
        known = fit(features[~out], right[~out], weight[~out])
        left_out[out] = quality(known, np.c_[np.ones(out.sum()), features[out]])

    print(
        "\nrecordings left out: pulses, share right, calibration error, AUROC, "
        "right ones not accepted, wrong ones accepted"
    )
    for family in SHARES:
        own = families == family
        if not own.any():
            continue
        q, r = left_out[own], right[own]
        if family == "noise":
            for name in np.unique(records[own]):
                accepted = (left_out[own & (records == name)] >= ACCEPT).sum()
                print(f"{name:28s} {60 * accepted / durations[family, name]:.2f} accepted a minute")
            continue
        lost = np.mean(q[r == 1] < ACCEPT)
        kept = np.mean(q[r == 0] >= ACCEPT) if (r == 0).any() else np.nan
        print(
            f"{family:28s} {len(r):6d} {r.mean():.4f} {calibration_error(q, r):.4f} "
            f"{auroc(q, r):.3f} {lost:.4f} {kept:.2f}"
        )


if __name__ == "__main__":
    main()
