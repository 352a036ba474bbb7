"""Pieces by hand: joins are those of the formula, and words are cut as the `tokenizers` library does."""

from collections import Counter

import numpy as np
import pytest

from tlcourse.data import bbc_news
from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.bert import exercises, wordpieces


@pytest.fixture(scope="module")
def counts():
    news = bbc_news.load()
    words = [w.lower() for i in news.train_index[:20] for w in find_words(news.texts[i])]
    return Counter(w for w in words if w.isascii() and w.isalpha())


def test_the_first_join_is_the_pair_that_the_exercise_finds():
    counts = {"hugs": 5, "hug": 10, "pug": 6, "pun": 12, "bun": 4, "shrug": 7}
    letters = [([w[0], *("##" + c for c in w[1:])], n) for w, n in counts.items()]
    a, b = exercises.best_pair(letters)
    assert wordpieces.learn(counts, 1, least=1)[-1] == a + b.removeprefix("##")


def test_the_most_frequent_pair_is_joined_by_byte_pair_encoding():
    learned = wordpieces.learn({"hugs": 5, "hug": 10, "pug": 5}, 1, "byte-pair encoding", least=1)
    assert learned[-1] == "##ug"


def test_a_rare_pair_waits(counts):
    assert wordpieces.learn({"zq": 4, "ab": 9, "a": 3}, 5)[-1] == "ab"


def test_joined_takes_pairs_from_the_left():
    assert wordpieces.joined(["a", "##a", "##a"], "a", "##a") == ["aa", "##a"]
    assert wordpieces.joined(["x", "##a", "##b", "##a", "##b"], "##a", "##b") == ["x", "##ab", "##ab"]


@pytest.mark.parametrize("way", wordpieces.WAYS)
def test_the_exercises_solution_cuts_as_the_library_does(counts, way):
    vocabulary = wordpieces.learn(counts, 150, way)
    library = wordpieces.tokenizer(vocabulary)
    words = [*sorted(counts)[::7], "zebrafish", "qwxz", "naïve", "a"]
    for word in np.random.default_rng(0).permutation(words)[:300].tolist():
        assert exercises.wordpiece(word, set(vocabulary)) == library.encode(word).tokens, word
