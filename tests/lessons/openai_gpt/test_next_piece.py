"""The widget: the text grows by what is chosen or drawn, and nonsense gets an answer."""

import pytest

from tlcourse.data import tokeniser
from tlcourse.lessons.openai_gpt import next_piece
from tlcourse.models.pretrained import zoo


@pytest.fixture(scope="module")
def model():
    return zoo.load("gpt-mini", heads=True)


@pytest.fixture
def twin(model):
    return next_piece.grow(model, tokeniser.load(zoo.folder_of("gpt-mini")), "He was born in the United")


def test_what_is_chosen_goes_on_the_text_and_the_bars_follow(twin):
    assert twin.widget
    before = twin.picture.value
    assert "states" in twin.pick.options
    twin.pick.value = "states"
    assert twin.controls["text"].value == "He was born in the United states"
    assert twin.picture.value != before
    assert twin.pick.value == next_piece._CHOOSE
    assert not twin.errors


def test_ten_are_drawn_and_the_beginning_comes_back(twin):
    assert twin.widget
    twin.buttons["Draw ten"].click()
    grown = twin.controls["text"].value
    assert grown.startswith("He was born in the United ")
    assert "[" not in grown  # no marks
    twin.buttons["Start again"].click()
    assert twin.controls["text"].value == "He was born in the United"
    assert not twin.errors


def test_a_narrower_cut_leaves_fewer_pieces(twin):
    counts = {}
    for cut in next_piece.CUTS:
        twin.likely("The film was", 1.0, cut)
        counts[cut] = int((twin.drawn > 0).sum())
    everything, top, nucleus, narrow = counts.values()
    assert everything > nucleus > narrow
    assert top == 10


def test_a_text_that_is_too_long_is_told_and_one_without_a_word_begins_anywhere(twin):
    assert twin.widget
    twin.controls["text"].value = "very " * 200
    assert "at most" in twin.words.value
    twin.controls["text"].value = ""
    assert "ikeliest next" in twin.words.value
    assert not twin.errors


def test_pieces_join_as_words_do():
    assert next_piece.joined("the walk", ["##ing", "man", "."]) == "the walking man ."
