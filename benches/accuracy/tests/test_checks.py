"""The demands: what is met, what is not, and what was not run."""

from dataclasses import fields

import numpy as np
import pytest

from accuracy.checks import Measured, all_checks
from accuracy.evaluate import Summary
from accuracy.stability import Stream
from accuracy.synthetic import NoiseResult


def summary(case, detector="plethys", **values):
    defaults = {field.name: 0.0 for field in fields(Summary)}
    return Summary(**{**defaults, "case": case, "detector": detector, "scored_beats": 5000, **values})


def checks_of(*summaries, noise=(), streams=(), pulse_f1=None, asked_f1=None):
    table = {(s.case, s.detector): s for s in summaries}
    run = Measured(table, list(noise), list(streams), [], pulse_f1 or {}, asked_f1 or {})
    return {check.demand: check for check in all_checks(run)}


def test_what_was_not_run_stays_open():
    assert all(check.passed is None for check in checks_of().values())


@pytest.mark.parametrize(("f1", "met"), [(0.9925, True), (0.9924, False), (np.nan, False)])
def test_a_limit_is_a_limit(f1, met):
    assert checks_of(summary("bidmc", f1=f1))["bidmc: mean F1 ≥ 99.25 %"].passed is met


@pytest.mark.parametrize(("beats", "met"), [(500, True), (5000, False)])
def test_small_sets_leave_the_best_peer_a_point(beats, met):
    ours = summary("other", f1=0.965, scored_beats=beats)
    peers = [summary("other", "one", f1=0.972), summary("other", "two", f1=0.9)]
    (check,) = [c for d, c in checks_of(ours, *peers).items() if d.startswith("other: mean F1")]
    assert "one (97.20 %)" in check.demand
    assert check.passed is met


def test_a_set_scored_by_rate_compares_rates():
    cases = ("wrist_ppg_exercise", "wrist_ppg_exercise + motion")
    ours = [summary(case, mae=mae) for case, mae in zip(cases, (20.0, 5.0), strict=True)]
    checks = checks_of(*ours, summary(cases[0], "one", mae=12.0))
    (check,) = [c for d, c in checks.items() if d.startswith("wrist")]
    assert check.passed is True


def test_the_worst_hour_of_noise_counts():
    noise = [NoiseResult("white", "plethys", 60.0, (3, 61, 0), 1.0, ())]
    (check,) = [c for d, c in checks_of(noise=noise).items() if d.startswith("white")]
    assert check.passed is False


def test_noise_that_raised_is_not_silence():
    noise = [NoiseResult("white", "plethys", 60.0, (0, 0, 0), 1.0, ("ValueError: no",))]
    (check,) = [c for d, c in checks_of(noise=noise).items() if d.startswith("white")]
    assert check.passed is False


def test_one_late_pulse_is_too_many():
    quick = Stream("a", 10, 5.6, 0, 0, 0, np.zeros(3), np.array([0.1, 0.1, 0.1]))
    late = Stream("b", 10, 5.6, 0, 0, 0, np.zeros(1), np.array([0.31]))
    demand = "announced within 0.3 s of the peak (always)"
    assert checks_of(streams=[quick])[demand].passed is True
    assert checks_of(streams=[quick, late])[demand].passed is False
