"""Edit distance by its definition and its laws; error rates by hand."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlcourse.train.measuring.error_rates import count_errors, edit_distance

WORDS = st.text("abc", max_size=6)


def by_definition(a, b):
    """Every way of turning a into b, from the last symbol backwards."""

    @cache
    def distance(i, j):
        if not i or not j:
            return i + j
        return min(
            distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + (a[i - 1] != b[j - 1])
        )

    return distance(len(a), len(b))


@settings(deadline=None)
@given(WORDS, WORDS, WORDS)
def test_edit_distance_is_the_definition_and_a_metric(a, b, c):
    assert edit_distance(a, b) == by_definition(a, b) == edit_distance(b, a)
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)


def test_rates_by_hand():
    accepted = {"read": [("R", "IY", "D"), ("R", "EH", "D")], "ox": [("AA", "K", "S")], "of": [("AH", "V")]}
    guesses = {"read": ("R", "EH", "D"), "ox": ("AA", "K", "Z", "Z"), "of": ("V",)}
    errors = count_errors(guesses, accepted)
    assert errors.edits.tolist() == [0, 2, 1]  # the second way to say read is as good as the first
    assert errors.per() == pytest.approx(3 / 8)
    assert errors.wer() == pytest.approx(2 / 3)
    short = errors.length == 2
    assert errors.per(short) == pytest.approx(3 / 5)
    assert errors.wer(short) == 1.0


def test_the_nearest_pronunciation_counts_even_where_it_is_shorter():
    errors = count_errors({"x": ("A",)}, {"x": [("A", "B", "C"), ("B",)]})
    np.testing.assert_array_equal([errors.edits, errors.phonemes], [[1], [1]])


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="got no words"):
        count_errors({}, {})
    with pytest.raises(ValueError, match="no accepted pronunciation of 'ox'"):
        count_errors({"ox": ("AA",)}, {"of": [("AH",)]})
