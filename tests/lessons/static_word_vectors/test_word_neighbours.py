"""The neighbours widget: what it computes, what it shows, and what it says to nonsense."""

import re

import numpy as np
import pytest

from tlcourse.data.glove import Vectors
from tlcourse.lessons.static_word_vectors import word_neighbours
from tlcourse.probe.word_vectors import WordSpace


@pytest.fixture
def space() -> WordSpace:
    rng = np.random.default_rng(0)
    words = ["king", "queen", "man", "woman", *(f"w{i}" for i in range(40))]
    matrix = rng.normal(size=(44, 12)).astype(np.float32)
    matrix[1] = matrix[0] - matrix[2] + matrix[3]
    return WordSpace(Vectors(words, matrix))


@pytest.fixture
def twin(space):
    return word_neighbours.neighbours(space, "king - man + woman", examples=("w1", "w2 - w3"), n=6)


def words_shown(twin) -> list[str]:
    assert twin.widget
    return re.findall(r"padding-right:0.6em\">([^<]+)</td>", twin.picture.value)


def test_it_shows_the_nearest_words_and_follows_every_control(twin, space):
    direction, words = space.evaluate("king - man + woman")
    assert words_shown(twin) == [w for w, _ in space.nearest(direction, 6, without=words)]
    twin.controls["hide"].value = False
    assert words_shown(twin) == [w for w, _ in space.nearest(direction, 6)]
    twin.controls["n"].value = 9
    assert len(words_shown(twin)) == 9
    twin.example.value = "w1"
    assert twin.controls["expression"].value == "w1"
    assert words_shown(twin) == [w for w, _ in space.nearest(space["w1"], 9)]
    assert not twin.errors


@pytest.mark.parametrize(
    ("typed", "said"),
    [("zebra", "not one of the 44 words"), ("king +", "not understood"), ("", "not understood")],
)
def test_nonsense_gets_an_answer_not_an_error(twin, typed, said):
    assert twin.widget
    twin.controls["expression"].value = typed
    assert said in twin.words.value
    assert not twin.errors
    twin.controls["expression"].value = "w5"
    assert words_shown(twin)


def test_what_is_typed_is_escaped(twin):
    assert twin.widget
    twin.controls["expression"].value = "<img src=x onerror=alert(1)>"
    assert "<img" not in twin.picture.value + twin.words.value


def test_the_strips_show_the_sum(twin, space):
    rows = dict(twin._strips("king - man + woman", "queen"))
    assert list(rows) == ["king", "− man", "+ woman", "= the sum", "≈ queen"]
    np.testing.assert_allclose(rows["= the sum"], rows["king"] + rows["− man"] + rows["+ woman"], atol=1e-6)
    assert list(dict(twin._strips("w1", "w2"))) == ["w1", "≈ w2"]


def test_the_static_twin_has_alt_text(twin):
    data, metadata = twin._repr_mimebundle_()
    assert data["image/png"]
    assert "king - man + woman" in metadata["image/png"]["alt"]


def test_bad_examples_are_refused(space):
    with pytest.raises(KeyError, match="zebra"):
        word_neighbours.neighbours(space, "king", examples=("zebra",))
