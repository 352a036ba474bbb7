"""Cloze questions are what they say: ten words of one kind from the story, the right one among them."""

import numpy as np
import pytest

from tlcourse.data import bbc_news, story_cloze
from tlcourse.data.story_cloze import Cloze
from tlcourse.data.tokeniser import find_words


@pytest.fixture(scope="module", params=story_cloze.KINDS)
def asked(request):
    return story_cloze.load(request.param)


def test_ten_choices_from_the_story_and_the_right_one_in_the_context(asked):
    assert len(asked) > 150
    for context, choices, after, right in zip(
        asked.contexts, asked.choices, asked.after, asked.right, strict=True
    ):
        assert len(set(choices)) == story_cloze.CHOICES
        there = set(find_words(context + " " + after))
        assert set(choices) <= there
        word = choices[right]
        before, _, begun = context.partition("\n")
        assert word in find_words(before)
        assert word not in find_words(begun + " " + after)
        assert len(find_words(before)) <= story_cloze.CONTEXT[0]


def test_names_have_capitals_and_nouns_have_none(asked):
    for choices in asked.choices:
        assert all(word[0].isupper() == (asked.kind == story_cloze.NAMES) for word in choices)


def test_the_place_of_the_right_one_says_nothing(asked):
    counts = np.bincount(asked.right, minlength=10)
    assert counts.min() > 0.4 * counts.mean()


def test_stories_are_test_articles(asked):
    news = bbc_news.load()
    tests = [" ".join(news.texts[i].split()) for i in news.test_index]
    some = [context.partition("\n")[0][-60:] for context in asked.contexts[:10]]
    assert all(any(end in text for text in tests) for end in some)


def test_the_sentence_alone_has_no_story(asked):
    assert all("\n" not in context for context in asked.sentence_alone().contexts)
    assert asked.sentence_alone().choices == asked.choices


def test_last_words_stand_in_the_context():
    asked = story_cloze.last_words()
    assert len(asked) > 150
    for context, choices, right in zip(asked.contexts, asked.choices, asked.right, strict=True):
        before = context.partition("\n")[0].lower()
        assert choices[right].lower() in find_words(before)
        assert choices[right].lower() not in story_cloze.FUNCTION_WORDS


def test_the_most_frequent_choice_by_hand():
    asked = Cloze("names", ["Ann saw Bob. Bob saw Cid.\nThen"], [["Ann", "Bob", "Cid"]], ["."], np.array([2]))
    assert story_cloze.most_frequent(asked).tolist() == [1]
    level = Cloze("names", ["Ann saw Bob.\nThen"], [["Bob", "Ann"]], ["."], np.array([0]))
    assert story_cloze.most_frequent(level).tolist() == [0]  # the last of two as frequent


def test_parts_and_unknown_kinds(asked):
    assert len(asked.part(5, 8)) == 3
    assert asked.part(5, 8).contexts == asked.contexts[5:8]
    with pytest.raises(ValueError, match="verbs"):
        story_cloze.load("verbs")
