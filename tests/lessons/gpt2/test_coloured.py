"""The widget: ranks as the model gives them, typed or chosen, and an answer to what cannot be judged."""

import pytest

from tlcourse.lessons.gpt2 import coloured, four


@pytest.fixture(scope="module")
def sizes():
    return four.load(four.SMALL[:2])


@pytest.fixture
def twin(sizes):
    judges = {name: size.model for name, size in sizes.items()}
    texts = {"people": "The prime minister said that he would not resign.", "long": "so good " * 80}
    return coloured.show_ranks(judges, sizes["gpt2-nano"].tokenizer, texts)


def test_what_is_shown_first_is_a_text_of_people_judged_by_the_largest(twin):
    assert "gpt2-micro on people" in twin.alt
    assert twin.widget
    assert twin.picture.value[:4] == b"\x89PNG"
    assert not twin.errors


def test_typing_shows_what_was_typed(twin):
    assert twin.widget
    before = twin.picture.value
    twin.controls["text"].value = "The film was so good that the film was so good."
    assert twin.controls["source"].value == coloured.TYPED
    assert twin.picture.value != before
    assert "what you type" in twin.words.value
    assert not twin.errors


def test_another_judge_says_something_else(twin):
    assert twin.widget
    before = twin.words.value
    twin.controls["judge"].value = "gpt2-nano"
    assert twin.words.value != before


def test_a_repeated_text_is_no_surprise(twin):
    _, rank = twin.ranked("long", "gpt2-micro", "")
    assert (rank[-20:] <= 20).all()
    assert len(rank) == coloured.MOST


@pytest.mark.parametrize(("text", "said"), [("", "Type a few words"), ("word " * 200, "at most")])
def test_what_cannot_be_judged_is_told(twin, text, said):
    assert twin.widget
    twin.controls["text"].value = text
    twin.controls["source"].value = coloured.TYPED
    assert said in twin.words.value
    assert not twin.errors
