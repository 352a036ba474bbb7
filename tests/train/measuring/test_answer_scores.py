"""SQuAD's two measures, on cases worked out by hand."""

import pytest

from tlcourse.train.measuring import answer_scores


@pytest.mark.parametrize(
    ("expected", "given", "exact", "f1"),
    [
        ("the Panthers", "Panthers", 1, 1),
        ("Denver Broncos", "the Denver team", 0, 0.5),
        ("1,000 m", "1000 m", 1, 1),
        ("Rank", "Google", 0, 0),
        ("a b b", "b b c", 0, 0.8),  # the article a does not count
        ("the", "", 1, 1),
        ("x", "", 0, 0),
    ],
)
def test_by_hand(expected, given, exact, f1):
    assert answer_scores.exact(expected, given) == exact
    assert answer_scores.f1(expected, given) == pytest.approx(f1)


def test_the_mean_over_questions():
    found = answer_scores.mean(["Rank", "a river"], ["rank", "road"])
    assert found == {"exact match": 0.5, "F1": 0.5}
    with pytest.raises(ValueError, match="shorter"):
        answer_scores.mean(["Rank"], [])
