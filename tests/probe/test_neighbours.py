"""Neighbours: PMI as nltk counts it, places that are right, and controls that are as frequent."""

import math

import numpy as np
import pytest
from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

from tlcourse.data import bbc_news, sentences, tokeniser
from tlcourse.data.tokeniser import find_words
from tlcourse.models.pretrained import zoo
from tlcourse.probe import neighbours


@pytest.fixture(scope="module")
def tokens():
    return tokeniser.load(zoo.folder_of("bert-mini"))


@pytest.fixture(scope="module")
def texts():
    news = bbc_news.load()
    return [[s for i in some[:60] for s in sentences.words_of(news.texts[i])]
            for some in (news.train_index, news.test_index)]  # fmt: skip


def test_pmi_is_that_of_nltk():
    words = find_words("new york is a city and new york is big and a new city is in york")
    counts = neighbours.count([words])
    finder = BigramCollocationFinder.from_words(words)
    for pair in (("new", "york"), ("york", "is"), ("a", "city")):
        theirs = finder.score_ngram(BigramAssocMeasures.pmi, *pair)  # bits
        assert counts.pmi(*pair) == pytest.approx(theirs * math.log(2))


def test_never_together_is_minus_infinity_and_sentences_do_not_touch():
    counts = neighbours.count([["He", "left"], ["York", "won"]])
    assert counts.pmi("left", "york") == -math.inf
    assert counts.pmi("he", "left") > 0


def test_what_is_found_stands_where_it_says(tokens, texts):
    read, unread = texts
    counts = neighbours.count(read)
    found = list(neighbours.find(tokens, unread, counts))
    assert len(found) > 500
    for pair in found[::50]:
        a, b = (tokens.id_to_token(piece) for piece in pair.targets)
        assert pair.frequencies == (counts.words[a], counts.words[b])
        assert pair.pmi == counts.pmi(a, b)
        assert min(pair.frequencies) >= 5
        assert len(pair.pieces) <= 60
        assert (a + b).isalpha()


def test_words_of_several_pieces_and_long_sentences_are_passed_over(tokens):
    words = ["the", "antidisestablishmentarian", "the", "city"]
    counts = neighbours.count([words] * 9)
    found = list(neighbours.find(tokens, [words, ["the"] * 70], counts))
    assert [[tokens.id_to_token(p) for p in pair.targets] for pair in found] == [["the", "city"]]
    assert found[0].place == len(found[0].pieces) - 2


def test_controls_are_as_frequent_and_each_pair_comes_once(tokens, texts):
    read, unread = texts
    found = list(neighbours.find(tokens, unread, neighbours.count(read)))
    matched = neighbours.matched(found, 40, seed=0)
    assert len(matched) == 40
    for tied, control in matched:
        assert tied.pmi >= 5
        assert control.pmi <= 0
        assert np.abs(np.log(tied.frequencies) - np.log(control.frequencies)).max() <= 0.25
    for side in zip(*matched, strict=True):
        assert len({pair.targets for pair in side}) == 40
    again, other = (neighbours.matched(found, 40, seed) for seed in (0, 1))
    assert again == matched
    assert other != matched


def test_without_a_control_there_is_nothing():
    alone = neighbours.HiddenPair([9, 10, 11], 0, 7.0, (20, 20))
    assert neighbours.matched([alone], 5, 0) == []
    far = neighbours.HiddenPair([12, 13], 0, -1.0, (2000, 20))
    assert neighbours.matched([alone, far], 5, 0) == []
