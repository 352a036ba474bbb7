"""Tokens, word numbers, sentences."""

from collections import Counter

import numpy as np
import pytest
from gensim.corpora import Dictionary
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data import running_text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The film’s END: 3.5 stars!", ["the", "film's", "end", "stars"]),
        ("naïve café ÅSE", ["naïve", "café", "åse"]),
        ("well-known, don't 'quote'", ["well", "known", "don't", "quote"]),
        ("", []),
        ("42 _ --", []),
    ],
)
def test_words(text, words):
    assert running_text.tokenise(text) == words


def test_a_word_is_one_string_however_often_it_comes():
    first, second = running_text.tokenise("film Film")
    assert first is second


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=9), min_size=1, max_size=20), st.integers(1, 4))
def test_encoding_keeps_what_is_frequent_and_where_it_stood(sentences, min_count):
    counts = Counter(w for s in sentences for w in s)
    if not any(n >= min_count for n in counts.values()):
        with pytest.raises(ValueError, match="lower min_count"):
            running_text.encode(sentences, min_count)
        return
    text = running_text.encode(sentences, min_count)
    assert dict(zip(text.words, text.counts.tolist(), strict=True)) == {
        w: n for w, n in counts.items() if n >= min_count
    }
    assert sorted(text.counts, reverse=True) == text.counts.tolist()
    assert text.raw_tokens == sum(counts.values())
    for number, sentence in enumerate(sentences):
        kept = [text.words[i] for i in text.ids[text.sentence == number]]
        assert kept == [w for w in sentence if counts[w] >= min_count]
    assert (np.diff(text.sentence) >= 0).all()


def test_counts_are_gensims():
    sentences = [["a", "b", "a"], ["b", "a", "c"]]
    theirs = Dictionary(sentences)
    text = running_text.encode(sentences, min_count=1)
    assert {w: theirs.cfs[theirs.token2id[w]] for w in text.words} == dict(
        zip(text.words, text.counts.tolist(), strict=True)
    )
    assert text.index["a"] == 0
    assert len(text) == 6
