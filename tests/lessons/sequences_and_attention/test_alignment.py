"""The pronunciation widget: what is typed is said or explained, the slider moves the picture."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tlcourse import show
from tlcourse.data.symbols import Symbols
from tlcourse.lessons.sequences_and_attention import alignment
from tlcourse.lessons.sequences_and_attention.alignment import told
from tlcourse.models.sequences.pronouncer import Pronouncer
from tlcourse.models.sequences.seq2seq import EncoderDecoder
from tlcourse.show.figures import shown_size

LETTERS, PHONEMES = Symbols("abcdefghijklmnopqrstuvwxyz"), Symbols(["AA", "B", "K", "D"])


@pytest.fixture
def pronouncer():
    torch.manual_seed(1)
    return Pronouncer(EncoderDecoder(len(LETTERS), len(PHONEMES), 6, 8), LETTERS, PHONEMES)


@pytest.fixture
def twin(pronouncer):
    twin = alignment.pronounce(pronouncer, ["cab", "phone"])
    assert twin.widget
    return twin


def test_the_slider_moves_the_picture_and_the_words(twin):
    word, phonemes, weights = twin.shown
    assert word == "cab"
    assert twin.controls["step"].max == twin.play.max == len(phonemes) > 1
    first = bytes(twin.picture.value)
    assert told(word, phonemes, weights, 1) in twin.words.value
    twin.controls["step"].value = 2
    assert bytes(twin.picture.value) != first
    assert shown_size(twin.picture.value) == shown_size(first), "the picture jumps from step to step"
    assert told(word, phonemes, weights, 2) in twin.words.value
    assert f"So far: {phonemes[0]} {phonemes[1]}" in twin.words.value
    assert twin.errors == []


def test_a_new_word_starts_at_its_first_phoneme(twin):
    twin.controls["step"].value = 2
    twin.controls["word"].value = "  Banana "
    assert twin.shown[0] == "banana"
    assert twin.controls["step"].value == twin.play.value == 1
    assert twin.controls["step"].max == len(twin.pronouncer.say(["banana"])["banana"])
    assert twin.errors == []


@pytest.mark.parametrize("text", ["", "r2d2", "naïve", "two words", "a" * 60, "<b>"])
def test_what_cannot_be_said_is_explained_and_the_picture_stays(twin, text):
    picture = bytes(twin.picture.value)
    twin.controls["word"].value = "zz"
    twin.controls["word"].value = text
    assert "✗" in twin.words.value
    assert "<b>" not in twin.words.value
    assert twin.errors == []
    twin.controls["word"].value = "cab"
    assert bytes(twin.picture.value) == picture
    assert "✗" not in twin.words.value


def test_a_model_that_says_nothing_is_no_error(pronouncer):
    with torch.no_grad():
        pronouncer.model.W_o.bias[2] = 1e4  # always EOS
    twin = alignment.pronounce(pronouncer, ["cab"])
    assert twin.widget
    assert "says nothing" in twin.words.value
    twin.controls["step"].value = 2
    show.png(twin.static())
    assert twin.errors == []


def test_a_callback_is_quick_and_a_second_look_quicker(twin):
    start = time.process_time()
    twin.controls["word"].value = "pronunciation"
    assert time.process_time() - start < 2  # about 0.2 s on an idle core; 10 times that on a busy machine
    assert twin._frame("pronunciation", 1) is twin._frame("pronunciation", 1)


def test_static_shows_every_word_and_its_alt_text_says_what_was_said(twin):
    figure = twin.static()
    assert [ax.get_title(loc="left") or ax.get_title() for ax in figure.axes] == ["cab", "phone"]
    said = twin.pronouncer.say(["cab", "phone"])
    assert all(f"{word}: {' '.join(phonemes)}" in twin.alt for word, phonemes in said.items())
    show.png(figure)


def test_the_picture_is_the_weights(pronouncer):
    shown = alignment.alignments(pronouncer, ["cab"])
    phonemes, weights = pronouncer.attend(["cab"])["cab"]
    np.testing.assert_allclose(shown.fig.axes[0].images[0].get_array(), weights, rtol=1e-6)
    assert f"cab said {' '.join(phonemes)}" in shown.alt


def test_told_names_the_letters_that_count():
    weights = np.array([[0.05, 0.6, 0.35]])
    assert told("the", ["DH"], weights, 1) == "Step 1 of 1: DH, looking at h 60%, e 35%."


@pytest.mark.parametrize("words", [[], ["a"] * 7])
def test_too_few_or_too_many_words_are_refused(pronouncer, words):
    with pytest.raises(ValueError, match="1 to 6 words"):
        alignment.pronounce(pronouncer, words)
    with pytest.raises(ValueError, match="1 to 6 words"):
        alignment.alignments(pronouncer, words)


@pytest.mark.parametrize("name", ["word", "play", "step", "picture"])
def test_only_what_colabs_ipywidgets_has_is_used(twin, name):
    widget = twin.controls.get(name) or getattr(twin, name)
    known = json.loads((Path(__file__).parents[2] / "ipywidgets_7_7_traits.json").read_text())["traits"]
    defaults = widget.trait_defaults()
    for trait in set(widget.keys) - set(known[type(widget).__name__]) - {"layout", "style"}:
        assert trait.startswith("_") or getattr(widget, trait) == defaults.get(trait), f"{trait} is new"


def test_the_slider_waits_until_it_is_let_go_and_follows_play(twin):
    assert not twin.controls["step"].continuous_update
    assert (twin.link.source, twin.link.target) == ((twin.play, "value"), (twin.controls["step"], "value"))
