"""What counts as a change between one live run and the next."""

import numpy as np

from accuracy.stability import changes, differs


def test_the_same_beats_are_no_change():
    beats = np.array([1.0, 2.0, 3.0])
    assert changes(beats, beats + 0.004, 0.0, 4.0) == 0


def test_moved_vanished_and_late_beats_count_once_each():
    before = np.array([1.0, 2.0, 3.0])
    assert changes(before, np.array([1.0, 2.05, 3.0]), 0.0, 4.0) == 1
    assert changes(before, np.array([1.0, 3.0]), 0.0, 4.0) == 1
    assert changes(before, np.array([1.0, 2.0, 2.5, 3.0]), 0.0, 4.0) == 1


def test_only_the_stretch_seen_by_both_counts():
    assert changes(np.array([0.5, 2.0]), np.array([2.0, 9.5]), 1.0, 9.0) == 0


def test_bits_are_compared_and_absent_equals_absent():
    a = np.array([1.0, np.nan, 2.0])
    assert not differs(a, a.copy()).any()
    assert differs(a, np.array([1.0, np.nan, np.nextafter(2.0, 3.0)])).tolist() == [False, False, True]
