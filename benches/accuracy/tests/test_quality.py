"""Calibration and discrimination on cases whose answer is known."""

import numpy as np
import pytest

from accuracy.detectors import Answer
from accuracy.quality import auroc, calibration_error, deciles, judged_beats, reliability
from accuracy.recordings import Recording
from accuracy.score import score_beats


def test_calibrated_quality_has_no_error():
    quality = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) % 4 == 0, np.arange(400) % 4 != 0])
    assert calibration_error(quality, right) == pytest.approx(0.0)


def test_boasting_costs_its_distance():
    quality = np.full(100, 0.95)
    right = np.arange(100) < 70
    assert calibration_error(quality, right) == pytest.approx(0.25)


def test_errors_of_opposite_sign_do_not_cancel():
    quality = np.repeat([0.15, 0.85], 100)
    right = np.concatenate([np.arange(100) < 35, np.arange(100) < 65])
    assert calibration_error(quality, right) == pytest.approx(0.2)


def test_auroc_by_hand():
    assert auroc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == pytest.approx(0.75)
    assert auroc([0.9, 0.8, 0.2, 0.1], [True, True, False, False]) == 1.0
    assert auroc([0.1, 0.2, 0.8, 0.9], [True, True, False, False]) == 0.0


def test_ties_count_half():
    assert auroc([0.5, 0.5, 0.5, 0.5], [True, False, True, False]) == pytest.approx(0.5)


def test_without_wrong_beats_there_is_no_auroc():
    assert np.isnan(auroc([0.5, 0.6], [True, True]))


def test_quality_one_falls_in_the_last_step():
    bins = reliability([0.05, 1.0], [False, True])
    assert [b.beats for b in bins] == [1, 1]
    assert bins[-1].quality == 1.0


def test_deciles_are_equal_in_size_and_ordered():
    groups = deciles(np.linspace(0, 1, 100), np.ones(100, dtype=bool))
    assert [g.beats for g in groups] == [10] * 10
    assert np.all(np.diff([g.quality for g in groups]) > 0)


def test_left_out_beats_are_judged_after_the_accepted_ones():
    reference = np.arange(5.0, 15.0)
    accepted = np.delete(reference, 4) + 0.2
    # 9.2 is a beat that was left out although right; 6.1 doubles an accepted one.
    answer = Answer(
        accepted,
        rejected=np.array([6.1, 9.2]),
        quality=np.full(len(accepted), 0.9),
        rejected_quality=np.array([0.3, 0.4]),
    )
    recording = Recording("set", "record", np.zeros(2500), 125.0, reference)
    score = score_beats(answer.beats, reference, recording.duration)
    quality, right = judged_beats(answer, recording, score)
    assert right[quality == 0.9].all()
    assert right[quality == 0.4].tolist() == [True]
    assert right[quality == 0.3].tolist() == [False]
