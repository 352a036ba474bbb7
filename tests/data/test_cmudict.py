"""The pronouncing dictionary: nothing lost, nothing shared across the splits."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse import assets
from tlcourse.data import cmudict


def test_sizes(lexicon):
    assert len(lexicon.entries) == 125_571
    assert len(lexicon.pronunciations) == 117_493
    assert (len(lexicon.train_index), len(lexicon.valid_index), len(lexicon.test_index)) == (
        100_242,
        12_493,
        12_836,
    )
    everything = np.sort(np.r_[lexicon.train_index, lexicon.valid_index, lexicon.test_index])
    assert np.array_equal(everything, np.arange(len(lexicon.entries)))


def test_words_and_phonemes(lexicon):
    assert all(re.fullmatch("[a-z]+", word) for word, _ in lexicon.entries)
    phonemes = {phoneme for _, said in lexicon.entries for phoneme in said}
    listed = (assets.path("cmudict") / "cmudict.phones").read_text().split()[::2]
    assert phonemes == set(listed)
    assert len(phonemes) == 39
    assert lexicon.pronunciations["bake"] == [("B", "EY", "K")]


def test_a_word_with_several_pronunciations(lexicon):
    assert sorted(lexicon.pronunciations["read"]) == [("R", "EH", "D"), ("R", "IY", "D")]
    places = [i for i, (word, _) in enumerate(lexicon.entries) if word == "read"]
    assert places == [places[0], places[0] + 1]
    assert all(len(set(said)) == len(said) for said in lexicon.pronunciations.values())


def test_every_line_of_letters_is_there(lexicon):
    text = (assets.path("cmudict") / "cmudict.dict").read_text(encoding="utf-8")
    lines = re.findall(r"^([a-z]+)(?:\(\d\))? ([A-Z0-9 ]+?)(?: #.*)?$", text, re.MULTILINE)
    expected = {(word, tuple(re.sub(r"\d", "", said).split())) for word, said in lines}
    assert set(lexicon.entries) == expected


def test_stress_is_kept_if_asked(lexicon):
    stressed = cmudict.load(stress=True)
    assert ("record", ("R", "AH0", "K", "AO1", "R", "D")) in stressed.entries
    assert {(w, tuple(p.rstrip("012") for p in said)) for w, said in stressed.entries} == set(lexicon.entries)
    sides = {stressed.entries[i][0] for i in stressed.test_index}
    assert sides == {lexicon.entries[i][0] for i in lexicon.test_index}  # the same words are for testing


def test_no_word_and_no_family_is_in_two_splits(lexicon):
    parts = (lexicon.train_index, lexicon.valid_index, lexicon.test_index)
    words = [{lexicon.entries[i][0] for i in part} for part in parts]
    families = [{lexicon.family[i] for i in part} for part in parts]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not words[one] & words[other]
        assert not families[one] & families[other]


@pytest.mark.parametrize(
    "family",
    [
        "bake bakes baked baking baker bakers",
        "stop stops stopped stopping stopper",
        "city cities",
        "happy happier happily happiness",
        "walk walks walked walking walker",
        "read reads reading reader readers",
    ],
)
def test_inflections_are_one_family(lexicon, family):
    of_word = {word: name for (word, _), name in zip(lexicon.entries, lexicon.family, strict=True)}
    assert len({of_word[word] for word in family.split()}) == 1


def test_families_stay_small(lexicon):
    words = dict.fromkeys(lexicon.entries)
    sizes = np.unique([name for (_, _), name in zip(words, lexicon.family, strict=True)], return_counts=True)[
        1
    ]
    assert sizes.max() < 60
    assert np.median(sizes) == 1


@given(st.text("abcdeginrsty", min_size=1, max_size=12))
def test_what_a_word_may_come_from_is_shorter_and_no_stub(word):
    assert all(cmudict.SHORTEST_STEM <= len(base) < len(word) for base in cmudict.bases(word))


def test_the_split_is_pinned(lexicon):
    assert [lexicon.entries[i][0] for i in lexicon.test_index[:4]] == ["aaa", "aancor", "aarhus", "aback"]
