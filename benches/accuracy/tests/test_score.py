"""Matching, lag and chance on cases whose answer is known."""

import numpy as np
import pytest

from accuracy.score import best_lag, chance_f1, flat_intervals, match, score_beats, score_public


def beats(count=100, interval=0.8, first=1.0):
    random = np.random.default_rng(1)
    return first + np.cumsum(interval * (1 + 0.1 * random.standard_normal(count)))


def test_the_reference_itself_scores_one():
    reference = beats()
    score = score_beats(reference + 0.3, reference, 90.0)
    assert score.f1 == 1.0
    assert score.lag == pytest.approx(0.3, abs=1e-6)
    assert score.timing_error == pytest.approx(0.0, abs=1e-9)


def test_one_found_beat_serves_one_reference_beat():
    assert match([1.0], [0.9, 1.1]).tolist() == [0]
    assert match([0.9, 1.1], [1.0]).tolist() == [0, -1]


def test_pairs_are_as_many_as_possible():
    # Nearest first would give 1.0 to 1.01 and leave 0.90 and 1.14 alone.
    assert match([1.0, 1.14], [0.88, 1.01]).tolist() == [0, 1]


def test_the_tolerance_is_150_ms():
    reference = beats()
    late = reference.copy()
    late[50] += 0.16
    score = score_beats(late, reference, 90.0, lag_range=(0.0, 0.0))
    assert (score.hits, score.found) == (score.reference - 1, score.reference)
    late[50] -= 0.02
    assert score_beats(late, reference, 90.0, lag_range=(0.0, 0.0)).f1 == 1.0


def test_misses_and_inventions_are_counted_apart():
    reference = np.arange(5.0, 95.0, 1.0)
    found = np.sort(np.concatenate([np.delete(reference, [10, 20, 30]), [7.5, 8.5]]))
    score = score_beats(found, reference, 100.0, lag_range=(0.0, 0.0))
    assert score.sensitivity == pytest.approx(87 / 90)
    assert score.ppv == pytest.approx(87 / 89)
    assert score.f1 == pytest.approx(2 * 87 / (90 + 89))


def test_edges_and_excluded_stretches_count_neither_way():
    reference = np.arange(0.5, 100.0, 1.0)
    found = np.concatenate([reference[:40], [41.1, 41.3], reference[45:], [99.9]])
    score = score_beats(found, reference, 100.0, exclude=[(40.0, 45.0)], lag_range=(0.0, 0.0))
    assert score.f1 == 1.0
    assert score.reference == 100 - 4 - 5


def test_a_pair_across_the_edge_is_not_a_miss_and_an_invention():
    reference = np.array([1.95, 3.0, 4.0, 5.0])
    score = score_beats(reference + 0.1, reference, 20.0, lag_range=(0.0, 0.0))
    assert (score.hits, score.reference, score.found) == (3, 3, 3)


def test_nothing_found_scores_zero():
    score = score_beats([], beats(), 90.0)
    assert score.f1 == 0.0
    assert score.ppv == 0.0


@pytest.mark.parametrize("lag", [0.0, 0.123, 0.5, 0.98])
def test_the_lag_is_found_in_irregular_beats(lag):
    reference = beats()
    assert best_lag(reference + lag, reference) == pytest.approx(lag, abs=1e-6)


def test_the_lag_search_stays_within_its_range():
    reference = beats()
    assert 0.0 <= best_lag(reference + 4.6, reference) <= 1.0
    assert best_lag(reference + 4.6, reference, (-10.0, 10.0)) == pytest.approx(4.6, abs=1e-6)


@pytest.mark.parametrize("interval", [1.2, 0.8, 0.4])
def test_chance_without_a_lag_is_the_share_of_time_within_the_tolerance(interval):
    reference = np.arange(0.3, 36000.0, interval)
    assert chance_f1(reference, 36000.0, lag_range=(0.0, 0.0)) == pytest.approx(0.3 / interval, abs=0.04)


def test_chance_is_repeatable():
    assert chance_f1(beats(), 90.0) == chance_f1(beats(), 90.0)


def test_the_public_rule_lets_one_beat_serve_two():
    reference = np.array([5.0, 6.0, 6.2, 8.0, 9.1, 10.3])
    found = np.array([5.0, 6.1, 8.0, 9.1, 10.3])
    assert score_public(found, reference, 20.0).hits == 6
    assert score_beats(found, reference, 20.0).hits == 5


def test_flat_stretches():
    samples = np.sin(np.arange(1000) / 20.0)
    samples[300:400] = 0.5
    assert flat_intervals(samples, 100.0) == [(pytest.approx(3.0), pytest.approx(3.99))]
    assert flat_intervals(samples, 1000.0) == []
