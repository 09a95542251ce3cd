"""The plots of a run: error distribution, coverage against error, Bland–Altman, reliability."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from .quality import reliability
from .rate import coverage_error
from .report import Run, pooled_quality, pooled_rate

SHOWN = ("bidmc", "bidmc ×1.5", "troika", "troika + motion")
LARGEST_ERROR_BPM = 20.0


def draw_all(run: Run, directory: Path) -> dict[str, Path]:
    """Every plot that the run has the data for: title to file."""
    ran = [case.name for case in run.cases if run.detectors_of(case.name)]
    cases = [name for name in ran if name in SHOWN] or ran[:1]
    plots = {
        "Distribution of the pulse-rate error": (error_distribution, "error-distribution.png"),
        "Coverage against error": (coverage_curve, "coverage-error.png"),
        "Bland–Altman": (bland_altman, "bland-altman.png"),
        "Reliability of the beat quality": (reliability_diagram, "reliability.png"),
    }
    drawn = {}
    for title, (draw, name) in plots.items():
        figure = draw(run, cases)
        if figure is not None:
            figure.suptitle(title)
            figure.savefig(directory / name, dpi=90)
            plt.close(figure)
            drawn[title] = directory / name
    return drawn


def _panels(count: int):
    """Panels two in a row."""
    rows, columns = -(-count // 2), min(count, 2)
    figure, axes = plt.subplots(
        rows, columns, figsize=(4.4 * columns, 3.4 * rows), squeeze=False, layout="constrained"
    )
    for unused in axes.flat[count:]:
        unused.remove()
    return figure, axes.flat[:count]


def error_distribution(run: Run, cases: list[str]):
    """The share of windows with an error up to x; those not answered never arrive."""
    figure, axes = _panels(len(cases))
    for axis, case in zip(axes, cases, strict=True):
        for detector in run.detectors_of(case):
            error, _, _ = pooled_rate(run.results[case, detector], _estimator(run, case, detector))
            known = np.sort(np.abs(error[np.isfinite(error)]))
            share = np.arange(1, len(known) + 1) / max(len(error), 1)
            axis.plot(known, share, label=detector, **_style(detector))
        axis.set(title=case, xlabel="error, bpm", xscale="log", xlim=(0.05, 50.0), ylim=(0, 1))
    axes[0].set_ylabel("share of 8 s windows")
    axes[0].legend(fontsize=7)
    return figure


def coverage_curve(run: Run, cases: list[str]):
    """plethys alone states a quality, so it alone can leave out its worst windows."""
    curves = []
    for case in cases:
        if (case, "plethys") in run.results:
            error, _, quality = pooled_rate(run.results[case, "plethys"], _estimator(run, case, "plethys"))
            if quality is not None and np.isfinite(error).any():
                curves.append((case, *coverage_error(error, quality)))
    if not curves:
        return None
    figure, axes = _panels(len(curves))
    for axis, (case, coverage, mae) in zip(axes, curves, strict=True):
        axis.plot(coverage, mae, **_style("plethys"), label="plethys")
        for detector in run.detectors_of(case):
            if detector != "plethys":
                summary = run.measured.summaries[case, detector]
                axis.plot(summary.answered, summary.mae, "o", ms=4, label=detector)
        axis.set(title=case, xlabel="share of windows answered", xlim=(0, 1.02))
        axis.set_ylim(bottom=0)
    axes[0].set_ylabel("MAE, bpm")
    axes[0].legend(fontsize=7)
    return figure


def bland_altman(run: Run, cases: list[str]):
    """plethys, or the SciPy lines where it was not run."""
    figure, axes = _panels(len(cases))
    for axis, case in zip(axes, cases, strict=True):
        detector = "plethys" if (case, "plethys") in run.results else run.detectors_of(case)[0]
        error, reference, _ = pooled_rate(run.results[case, detector], _estimator(run, case, detector))
        known = np.isfinite(error)
        error, reference = error[known], reference[known]
        axis.plot(reference + error / 2, error, ".", ms=1.5, alpha=0.4)
        if error.size:
            bias, spread = error.mean(), 1.96 * error.std()
            for level in (bias - spread, bias, bias + spread):
                axis.axhline(level, color="k", lw=0.8, ls="-" if level == bias else "--")
            axis.set_title(f"{case}, {detector}\n{bias:+.2f} ± {spread:.2f} bpm", fontsize=9)
        axis.set(xlabel="mean of both, bpm", ylim=(-LARGEST_ERROR_BPM, LARGEST_ERROR_BPM))
    axes[0].set_ylabel("estimate − reference, bpm")
    return figure


def reliability_diagram(run: Run, cases: list[str]):
    """The share of right beats against the quality stated."""
    shown = []
    for case in cases:
        results = run.results.get((case, "plethys"))
        if results and sum(len(r.quality) for r in results):
            shown.append((case, *pooled_quality(results)))
    if not shown:
        return None
    figure, axes = _panels(len(shown))
    for axis, (case, quality, right) in zip(axes, shown, strict=True):
        bins = reliability(quality, right)
        axis.plot([0, 1], [0, 1], color="0.7", lw=1)
        axis.plot([b.quality for b in bins], [b.right for b in bins], "o-", ms=4)
        for b in bins:
            axis.annotate(
                str(b.beats), (b.quality, b.right), fontsize=6, xytext=(3, -8), textcoords="offset points"
            )
        axis.set(title=case, xlabel="quality", xlim=(0, 1), ylim=(0, 1.02))
    axes[0].set_ylabel("share of right beats")
    return figure


def _estimator(run: Run, case: str, detector: str) -> str:
    return run.measured.summaries[case, detector].estimator


def _style(detector: str) -> dict:
    return {"color": "k", "lw": 2.0, "zorder": 3} if detector == "plethys" else {"lw": 1.0}
