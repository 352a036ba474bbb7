"""Runs of words that were read before, against sets of tuples."""

import numpy as np

from tests import made_text
from tlcourse.data import near_duplicates, runs_of_words
from tlcourse.data.runs_of_words import Asked

READ = ["the cat sat on the mat and slept", "a dog sat on the mat"]
ASKED = ["the cat sat on a chair", "on the mat, and slept!", "sat on", "entirely other words here now"]


def runs(text, n):
    found = near_duplicates.words(text)
    return [tuple(found[i : i + n]) for i in range(len(found) - n + 1)]


def test_shares_are_those_of_sets():
    asked = Asked(ASKED, 3)
    asked.look_in_texts(READ)
    read = {run for text in READ for run in runs(text, 3)}
    for text, share in zip(ASKED, asked.shares(), strict=True):
        own = runs(text, 3)
        assert np.isnan(share) if not own else share == np.mean([run in read for run in own])


def test_nothing_asked_and_nothing_read():
    assert np.isnan(Asked(["one"], 4).shares()).all()
    assert Asked(["one two three four"], 4).shares().tolist() == [0]


def test_the_index_says_the_same_as_its_texts_whatever_the_parts():
    index = made_text.index()
    texts = [d.text for d in (*made_text.documents(30, 0, "made"), *made_text.documents(30, 1, "other"))]
    whole = [" ".join(texts)]
    some = [text for text in texts if len(text.split()) > 8][:5]
    assert some
    for at_once in (37, 10_000):
        asked = Asked([*some, "words that no text of it has in a row"], 4)
        for part in runs_of_words.of_index(index, asked.words, at_once):
            asked.look_in(part)
        by_text = Asked([*some, "words that no text of it has in a row"], 4)
        by_text.look_in_texts(whole)
        assert asked.shares().tolist() == by_text.shares().tolist()
        assert asked.shares()[0] == 1
        assert asked.shares()[-1] == 0
