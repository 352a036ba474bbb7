"""Phrases against gensim's scorer; names and long runs by hand."""

import numpy as np
import pytest
from gensim.models.phrases import npmi_scorer

from tlcourse.data.phrases import continues_unit, npmi


def test_npmi_equals_gensims():
    rng = np.random.default_rng(0)
    for first, second in rng.integers(50, 1000, size=(20, 2)):
        together = int(rng.integers(1, min(first, second)))
        expected = npmi_scorer(first, second, together, None, 0, 10_000)
        got = npmi(np.array([together]), np.array([first]), np.array([second]), 10_000)[0]
        assert got == pytest.approx(expected)


def units(*sentences, **options):
    vocabulary = ["<unk>", "</s>", *dict.fromkeys(word for s in sentences for word in s.split())]
    words = np.array([vocabulary.index(word) for s in sentences for word in s.split()])
    bounds = np.concatenate([[0], np.cumsum([len(s.split()) for s in sentences])])
    joined = continues_unit(words, bounds, vocabulary, **options)
    return "".join(("+" if j else " ") + vocabulary[w] for w, j in zip(words, joined, strict=True)).split()


def test_names_are_runs_of_capitals_inside_a_sentence():
    assert units("Old Mary Brown saw New York .", "Then John left", min_count=99) == [
        *("Old", "Mary+Brown", "saw", "New+York", ".", "Then", "John", "left")
    ]


def test_phrases_are_pairs_that_meet_more_often_than_by_chance():
    rng = np.random.default_rng(0)
    filler = [" ".join(rng.choice(list("abcdefgh"), 6)) for _ in range(200)]
    sentences = [f"{one} Of course {two}" for one, two in zip(filler, filler[::-1], strict=True)]
    sentences += [f"{one} of course {two}" for one, two in zip(filler, filler[::-1], strict=True)]
    found = set(units(*sentences, min_count=50))
    assert {"Of+course", "of+course"} <= found  # whatever their case
    assert {unit for unit in found if "+" in unit} == {"Of+course", "of+course"}


def test_long_runs_are_cut():
    assert units("we met Anna Bella Carla Dora Emma Fay", min_count=99) == [
        *("we", "met", "Anna+Bella+Carla+Dora", "Emma+Fay")
    ]


def test_units_end_with_the_sentence():
    assert units("we met Anna", "Bella came", min_count=99) == ["we", "met", "Anna", "Bella", "came"]
