"""The attention view: what is sent to the page is the attention, and each control says what it shows."""

import numpy as np
import pytest

from tlcourse import show
from tlcourse.models.pretrained import encoders
from tlcourse.probe import attention_maps
from tlcourse.show.attention_view import AttentionView, HeadCanvas

SENTENCE = "The quiet teacher saw the river ."


@pytest.fixture(scope="module")
def encoder(tiny_zoo):
    return encoders.load(tiny_zoo / "bert-mini")


@pytest.fixture
def view(encoder):
    found = show.attention(encoder, SENTENCE, layer=2, head=1)
    assert found.widget is found.widget
    return found


def sent(canvas) -> np.ndarray:
    layers, heads, n = canvas.shape
    return np.frombuffer(canvas.weights, np.uint8).reshape(layers, heads, n, n) / 255


def test_what_is_sent_is_the_attention(encoder, view):
    (expected,) = attention_maps.of_sentences(encoder, [SENTENCE.split()])
    np.testing.assert_allclose(sent(view.canvas), expected.weights, atol=1 / 255)
    assert view.canvas.units == ["[CLS]", *SENTENCE.split(), "[SEP]"]
    assert view.canvas.is_mark == [True, *[False] * 7, True]
    assert (view.canvas.layer, view.canvas.head) == (1, 0)


def test_another_sentence_another_head_and_a_single_word(view):
    view.canvas.isolated = 2
    assert "Layer 2, head 1: quiet looks at" in view.words.value
    view.box.value = "Mary liked an early story."
    assert view.canvas.isolated == -1
    assert view.canvas.units[1:3] == ["Mary", "liked"]
    view.canvas.head = 1
    assert "Layer 2, head 2: of a word" in view.words.value
    assert not view.errors


@pytest.mark.parametrize("typed", ["one", "", "word " * 31])
def test_a_sentence_that_cannot_be_shown_says_so_and_leaves_the_picture(view, typed):
    before = view.canvas.weights
    view.box.value = typed
    assert "2 to 30" in view.words.value
    assert view.canvas.weights == before
    assert not view.errors


def test_it_says_what_a_head_does():
    n = 5
    weights = np.zeros((1, 1, n, n), dtype=np.float32)
    weights[0, 0, np.arange(n), [0, 0, 1, 2, 4]] = 1  # to the previous word; the first one to [CLS]
    shown = attention_maps.AttentionMap(
        ["[CLS]", "a", "b", "c", "[SEP]"], np.array([True, False, False, False, True]), weights
    )
    said = AttentionView.told(shown, 0, 0)
    assert "to the previous word 100%" in said
    assert "to [CLS] 33%" in said


def test_a_head_that_is_not_there_is_refused(encoder):
    with pytest.raises(ValueError, match="head is 99, expected 1 to"):
        show.attention(encoder, SENTENCE, head=99)


def test_the_picture_without_a_front_end(view):
    data, _ = view._repr_mimebundle_()
    assert {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(data)
    assert "Layer 2, head 1" in data["text/plain"]


def test_the_module_loads_nothing_from_elsewhere():
    source = str(HeadCanvas._esm) + str(HeadCanvas._css)
    assert "import(" not in source
    assert "://" not in source.replace("http://www.w3.org/2000/svg", "")  # a name, not an address
