"""Errors as records: the groups are those that their names say, counted by hand."""

import numpy as np
import pytest

from tlcourse.lessons.sequences_and_attention import alignment_tables, error_records
from tlcourse.lessons.sequences_and_attention.error_records import LONG, PER, SHORT, WER
from tlcourse.show.records import Records
from tlcourse.train.measuring.error_rates import Errors

WORDS = ["abc", "abcde", "abcdef", "abcdefghi", "a" * 13, "a" * 20]
ERRORS = Errors(WORDS, edits=np.array([1, 0, 2, 3, 0, 4]), phonemes=np.array([2, 4, 5, 9, 10, 20]))


@pytest.mark.parametrize(
    ("measured", "expected"), [(PER, 10 / 50), (SHORT, 1 / 6), (LONG, 7 / 39), (WER, 4 / 6)]
)
def test_sums_over_words(measured, expected):
    records = error_records.of("m", 3, ERRORS)
    assert records.where(measured=measured, model="m").of_seed == {3: pytest.approx(expected)}


def test_by_length_and_everything_longer_is_together():
    records = error_records.of("m", None, ERRORS)
    places, curves = records.where(rate=PER).curves(over="letters")
    assert places == [3, 5, 6, 9, 13], "lengths that no word has are left out"
    np.testing.assert_allclose(curves["m"], [[1 / 2, 0, 2 / 5, 3 / 9, 4 / 30]])
    assert records.where(rate=WER, letters=13).mean == 0.5


def test_no_long_word_no_record():
    few = Errors(["abc"], edits=np.array([1]), phonemes=np.array([3]))
    assert error_records.of("m", 0, few).values("measured") == [PER, SHORT, WER]


def test_counting_is_told_without_seeds():
    rows = [{"model": name, "seed": None, "measured": error_records.PER, "score": 0.1} for name in "ab"]
    rows.append({"model": "a", "seed": None, "rate": error_records.PER, "letters": 4, "score": 0.9})
    told = alignment_tables.wrong_by_counting(Records(rows))
    assert told == [{"model": "a", "PER": 0.1}, {"model": "b", "PER": 0.1}]
