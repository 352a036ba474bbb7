"""Texts to be told apart have the same beginning and the same number of pieces."""

import numpy as np
import pytest
import torch

from tlcourse.models.language.sampling import Choice
from tlcourse.models.pretrained import writers, zoo
from tlcourse.probe import generated_text


@pytest.fixture(scope="module")
def begun():
    return generated_text.beginnings(0, 8)


@pytest.fixture(scope="module")
def texts(begun):
    return generated_text.continued(writers.load("gpt2-nano"), begun, Choice(temperature=0), 0)


def test_beginnings_are_drawn(begun):
    assert all(len(given.split()) == generated_text.GIVEN for given, _ in begun)
    assert begun == generated_text.beginnings(0, 8)
    assert begun != generated_text.beginnings(1, 8)


def test_pairs_have_one_length_and_one_beginning(begun, texts):
    generated, people, n_given = generated_text.pairs(begun, texts)
    assert generated.shape == people.shape == (8, n_given + generated_text.JUDGED)
    assert torch.equal(generated[:, :n_given], people[:, :n_given])
    assert not torch.equal(generated, people)


def test_a_text_that_is_too_short_is_left_out(begun, texts):
    generated, people, _ = generated_text.pairs(begun, ["too short", *texts[1:]])
    assert len(generated) == len(people) == 7


def test_the_likeliest_pieces_give_themselves_away_and_people_do_not(begun, texts):
    judge = zoo.load("gpt2-nano", heads=True)
    found = generated_text.detected(judge, generated_text.pairs(begun, texts), 0)
    assert found["log rank"] == 1
    assert set(found) == {"log rank", "entropy", "classifier", generated_text.CONTROL}
    assert 0 <= found[generated_text.CONTROL] <= 1


def test_what_is_cut_for_runs():
    text = "Well, " * 100
    assert len(generated_text.cut(text).split()) == generated_text.WORDS
    assert np.array_equal(generated_text.cut("Die Café-Bar").split(), ["die", "cafe", "-", "bar"])
