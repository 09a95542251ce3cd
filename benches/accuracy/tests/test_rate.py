"""Window rates and their errors on cases whose answer is known."""

import numpy as np
import pytest

from accuracy.rate import (
    best_half_mae,
    coverage_error,
    rate_from_beats,
    rate_from_rows,
    reference_rate,
    score_rate,
)


def test_steady_beats_give_their_rate():
    windows = reference_rate(np.arange(0.0, 60.0, 0.75), 60.0)
    assert windows.rate == pytest.approx(80.0)
    assert windows.centre[0] == 4.0
    assert np.diff(windows.start) == pytest.approx(2.0)


def test_excluded_and_paused_windows_are_left_out():
    beats = np.arange(0.0, 60.0, 1.0)
    all_windows = reference_rate(beats, 60.0)
    assert len(reference_rate(beats, 60.0, exclude=[(30.0, 31.0)]).rate) == len(all_windows.rate) - 4
    paused = beats[(beats < 20.0) | (beats > 23.0)]
    assert len(reference_rate(paused, 60.0).rate) < len(all_windows.rate)


@pytest.mark.parametrize(("how", "expected"), [("median", 60.0), ("mean", 60.0 * 7 / 8), ("split", 60.0)])
def test_a_missed_pulse_and_the_three_estimators(how, expected):
    windows = reference_rate(np.arange(0.0, 9.5, 1.0), 9.0, window=9.0)
    beats = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 8.0])
    assert rate_from_beats(beats, windows, how)[0] == pytest.approx(expected)


def test_too_few_beats_are_no_answer():
    windows = reference_rate(np.arange(0.0, 20.0, 1.0), 20.0)
    assert np.isnan(rate_from_beats([1.0, 2.0], windows)).all()


def test_rows_answer_for_the_windows_at_their_centre():
    rate = rate_from_rows([3.0, 4.0, 5.0], [50.0, 60.0, np.nan], [4.0, 5.0, 6.0])
    assert rate[0] == 60.0
    assert np.isnan(rate[1:]).all()


def test_errors_over_the_answered_windows():
    score = score_rate([61.0, 57.0, np.nan, 60.0], [60.0, 60.0, 60.0, 60.0])
    assert score.mae == pytest.approx(4 / 3)
    assert score.rmse == pytest.approx(np.sqrt(10 / 3))
    assert score.mape == pytest.approx(100 * 4 / 180)
    assert score.answered == 0.75


def test_no_answer_at_all_has_no_error():
    score = score_rate([np.nan, np.nan], [60.0, 60.0])
    assert np.isnan(score.mae)
    assert score.answered == 0.0


def test_coverage_goes_from_the_best_window_to_all():
    coverage, mae = coverage_error([1.0, -3.0, np.nan, 8.0], [0.9, 0.5, 0.99, 0.1])
    assert coverage.tolist() == [0.25, 0.5, 0.75]
    assert mae == pytest.approx([1.0, 2.0, 4.0])
    assert best_half_mae([1.0, -3.0, np.nan, 8.0], [0.9, 0.5, 0.99, 0.1]) == 2.0
