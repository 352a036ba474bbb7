"""Agreement of attention with an alignment, on words whose alignment is known."""

import numpy as np
import pytest

from tlcourse.models.sequences.letter_to_sound import LetterToSound
from tlcourse.probe.letter_alignment import agreement, forward_steps, letter_of_each, weight_on

SPELT = {"a": ("AE",), "t": ("T",), "h": (), "x": ("K", "S")}


def entry(word):
    return word, tuple(phoneme for letter in word for phoneme in SPELT[letter])


@pytest.fixture(scope="module")
def table():
    words = ["at", "ta", "tat", "hat", "that", "ax", "tax", "xat", "taxa", "hatha", "atha", "ahta"]
    return LetterToSound([entry(word) for word in words])


def looking_at(word, places):
    """Weights that look at one place for each phoneme."""
    return entry(word)[1], np.eye(len(word))[list(places)]


def test_each_phoneme_has_its_letter(table):
    assert letter_of_each(table, *entry("hatx")).tolist() == [1, 2, 3, 3]
    assert letter_of_each(table, "at", ("T",) * 5) is None


def test_agreement_by_hand(table):
    attended = {
        "hat": looking_at("hat", [1, 2]),  # right both times; a straight line says 0 or 1, then 2
        "tax": looking_at("tax", [1, 1, 2, 1]),  # one letter late, right, right, one early
    }
    found = agreement(attended, table)
    assert found.n == 6
    assert found.exact == pytest.approx(4 / 6)
    assert found.near == 1.0
    assert found.silent == 0.0  # the h of hat
    assert found.sounding == pytest.approx(6 / 5)


def test_a_straight_line_agrees_with_words_that_are_spelt_as_they_sound(table):
    even = np.full((3, 3), 1 / 3)
    found = agreement({"tat": (entry("tat")[1], even)}, table)
    assert found.diagonal_exact == 1.0
    assert found.exact == pytest.approx(1 / 3)  # argmax of equal weights is the first letter


def test_weight_on_letters_counts_only_words_in_which_it_is_clear():
    attended = {
        "xat": (("K", "S", "AE", "T"), np.array([[0.5, 0.5, 0], [0.7, 0.2, 0.1], [0, 1, 0], [0, 0, 1]])),
        "tax": (("T", "AE", "S"), np.array([[1, 0, 0], [0, 1, 0], [0, 0.1, 0.9]])),
        "xx": (("K", "S", "K", "S"), np.ones((4, 2)) / 2),
    }
    n, weights = weight_on(attended, "x", "S")
    assert n == 2
    np.testing.assert_allclose(weights, [(0.7 + 0.9) / 2])
    n, weights = weight_on(attended, "xa", "K")
    np.testing.assert_allclose(weights, [0.5, 0.5])
    assert weight_on(attended, "q", "K")[0] == 0


def test_nothing_to_compare_is_said(table):
    with pytest.raises(ValueError, match="none of the words"):
        agreement({"at": ((), np.empty((0, 2)))}, table)


def test_forward_steps_count_moves_of_the_mean_place():
    weights = np.array([[1.0, 0, 0], [0, 0.5, 0.5], [0, 1, 0]])
    n, share = forward_steps({"abc": (("A", "B", "C"), weights), "a": (("A",), np.ones((1, 1)))})
    assert (n, share) == (2, 0.5)
    n, share = forward_steps({"abc": ((), np.empty((0, 3)))})
    assert n == 0
    assert np.isnan(share)
