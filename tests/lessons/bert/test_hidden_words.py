"""The widget: it follows what is typed, frames the right word, and answers nonsense in words."""

import pytest

from tlcourse.data import tokeniser
from tlcourse.lessons.bert import hidden_words
from tlcourse.models.pretrained import zoo


@pytest.fixture(scope="module")
def parts():
    return zoo.load("bert-mini", heads=True), tokeniser.load(zoo.folder_of("bert-mini"))


@pytest.fixture
def twin(parts):
    return hidden_words.hide_words(*parts)


def test_a_guess_for_each_layer(twin):
    words, right, found = twin.guessed("He did not know what to do .", 3)
    assert words[2] == right == "not"
    assert [len(guesses) for guesses in found] == [5] * 7
    assert found[-1][0][0] == "not"
    assert "is hidden" in twin.told("He did not know what to do .", 3)


def test_a_word_of_several_pieces_is_one_mask_and_has_no_right_guess(twin):
    _, right, _ = twin.guessed("It was antidisestablishmentarian .", 3)
    assert right == ""
    assert "several pieces" in twin.told("It was antidisestablishmentarian .", 3)


@pytest.mark.parametrize(
    ("sentence", "number", "said"),
    [("", 1, "no word"), ("One two .", 9, "no word number 9"), ("play " * 50, 2, "at most")],
)
def test_nonsense_gets_an_answer_not_an_error(twin, sentence, number, said):
    assert twin.widget
    twin.controls["number"].value = number
    twin.controls["sentence"].value = sentence
    assert said in twin.words.value
    assert not twin.errors


def test_an_example_fills_the_box_and_the_picture_follows(twin):
    assert twin.widget
    before = twin.picture.value
    example = list(hidden_words.EXAMPLES)[2]
    twin.examples.value = example
    assert (twin.controls["sentence"].value, twin.controls["number"].value) == (
        example,
        hidden_words.EXAMPLES[example],
    )
    assert twin.picture.value != before
    assert not twin.errors


def test_another_example_is_refused(parts):
    with pytest.raises(ValueError, match="expected one of"):
        hidden_words.hide_words(*parts, example="none")
