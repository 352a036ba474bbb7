"""XQuAD: each answer stands where it is said to, and no article is on both sides."""

import pytest

from tlcourse.data import xquad


@pytest.fixture(scope="module")
def data(gold):
    return gold(xquad.load)


def test_it_is_whole(data):
    assert len(data.questions) == 1190
    assert len(data.paragraphs) == len(set(data.paragraphs)) == 240
    assert len(set(data.articles)) == 48
    assert data.questions[0] == "How many points did the Panthers defense surrender?"
    assert (data.answers[0], data.articles[0]) == ("308", "Super_Bowl_50")


def test_each_answer_stands_where_it_is_said_to(data):
    for i, (answer, start) in enumerate(zip(data.answers, data.start, strict=True)):
        assert data.paragraphs[data.paragraph[i]][start : start + len(answer)] == answer


def test_it_is_split_by_article(data, apart):
    assert (len(data.train_index), len(data.test_index)) == (899, 291)
    article = [data.articles[p] for p in data.paragraph]
    assert apart(article, data.train_index, data.test_index)
