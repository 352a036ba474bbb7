"""Words and numbers of the sentences that cells compute."""

import pytest

from tlcourse.show.prose import capitalised, listed, signed


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ((), "none"),
        ("a", "a"),
        ("ab", "a and b"),
        ([1, 2, 3], "1, 2 and 3"),
        ((n for n in "abcd"), "a, b, c and d"),
    ],
)
def test_what_is_listed_reads_as_a_sentence(items, said):
    assert listed(items) == said


def test_nothing_has_the_words_that_it_is_given():
    assert listed([], nothing="none of these") == "none of these"
    assert listed(["a"], nothing="none of these") == "a"


@pytest.mark.parametrize(
    ("value", "spec", "said"),
    [
        (0.25, ".1f", "+0.2"),
        (-1.23, ".1f", "\N{MINUS SIGN}1.2"),
        (0, ".0f", "+0"),
        (-0.5, ".2f", "\N{MINUS SIGN}0.50"),
    ],
)
def test_a_number_has_its_sign_as_it_is_printed(value, spec, said):
    assert signed(value, spec) == said


def test_only_the_first_letter_becomes_a_capital():
    assert [capitalised(text) for text in ("a probe on BERT", "TF-IDF", "")] == [
        "A probe on BERT",
        "TF-IDF",
        "",
    ]
