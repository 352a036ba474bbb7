"""The sentence splitter on the cases that rules get wrong."""

import pytest

from tlcourse.data.sentences import split, words_of


@pytest.mark.parametrize(
    "sentences",
    [
        ["It rained.", "We went home!", "Why?", "Nobody knew…", "So it goes."],
        ["Mr. Smith met Dr. J. R. Ewing in St. Ives.", "They spoke at 5 p.m. about it."],
        ['"Go away!"', '"I will not," he said.', "(She did.)", "Then they left."],
        ["It cost 3.50 in all.", "2004 was a good year."],
        ["what is written small. goes on here and it does not end"],
        ["The U.S. Government waited."],
    ],
)
def test_sentences_are_found_again(sentences):
    assert split("  ".join(sentences)) == sentences


def test_the_words_of_each_sentence_and_no_sentence_over_a_line():
    assert words_of("He left. Why?\nNobody knew") == [["He", "left", "."], ["Why", "?"], ["Nobody", "knew"]]


def test_nothing_is_lost():
    text = 'He saw "The End."  Then he left… "What now?" she asked. No. 5 is alive'
    assert "".join(split(text)).replace(" ", "") == text.replace(" ", "")
    assert split("   ") == []
