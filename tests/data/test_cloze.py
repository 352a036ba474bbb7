"""Blanks: each answer stands where it is said to, and its question no longer has it."""

import numpy as np
import pytest

from tlcourse.data import bbc_news, cloze


@pytest.fixture(scope="module")
def data():
    return cloze.load()


def test_each_answer_stands_where_it_is_said_to_and_not_in_the_question(data):
    assert len(data.questions) > 800
    for i, (question, answer, start) in enumerate(zip(data.questions, data.answers, data.start, strict=True)):
        assert data.paragraphs[data.paragraph[i]][start : start + len(answer)] == answer
        assert cloze.BLANK in question
        assert answer not in question.replace(cloze.BLANK, "").split()


def test_the_split_is_that_of_the_articles(data):
    news = bbc_news.load()
    sides = [{news.names[i] for i in index} for index in (news.train_index, news.test_index)]
    for index, side in zip((data.train_index, data.test_index), sides, strict=True):
        assert {data.articles[i] for i in index} <= side
    assert not set(data.train_index) & set(data.test_index)
    assert np.array_equal(np.sort([*data.train_index, *data.test_index]), np.arange(len(data.questions)))


def test_a_paragraph_without_two_names_asks_nothing():
    assert cloze.ask("The firm said that Rank will sell.", ["Then Rank did."]) is None
    asked = cloze.ask(
        "The firm said that Rank and later Google will sell.", ["Nobody knew.", "Then Google did."]
    )
    assert asked == ("Then … did.", "Google", 34)
