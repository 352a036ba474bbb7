"""The map of words: hover texts, search, and an honest count of what the plane keeps."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from tlcourse.data.glove import Vectors
from tlcourse.lessons.static_word_vectors import vector_map
from tlcourse.lessons.static_word_vectors.vector_map import THEMES
from tlcourse.probe.word_vectors import WordSpace

GROUPS = {"a & b": ["a0", "a1", "a2", "a3"], "c": ["c0", "c1", "c2", "c3"]}


@pytest.fixture
def space() -> WordSpace:
    words = [*GROUPS["a & b"], *GROUPS["c"], "elsewhere"]
    return WordSpace(Vectors(words, np.random.default_rng(0).normal(size=(9, 6)).astype(np.float32)))


@pytest.fixture
def xy() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(8, 2))


@pytest.fixture
def twin(space, xy):
    return vector_map.word_map(space, GROUPS, xy, find="a1", n=3)


def test_every_word_can_be_hovered(twin):
    root = ElementTree.fromstring(twin.svg("a1"))  # well-formed, though it is only inline HTML
    titles = [t.text for t in root.iter() if t.tag == "title"]
    assert sorted(titles) == sorted([f"{w} ({g})" for g, words in GROUPS.items() for w in words])
    assert root.get("role") == "img"
    assert root.get("aria-label") == twin.alt


def test_search_marks_the_true_neighbours(twin, space):
    assert twin.widget
    twin.controls["word"].value = "c2"
    nearest = [w for w, _ in twin.nearest("c2")]
    cosine = {w: space["c2"] @ space[w] for words in GROUPS.values() for w in words if w != "c2"}
    assert nearest == sorted(cosine, key=cosine.get, reverse=True)[:3]
    marked = re.findall(r'class="w on".*?<title>(\w+)', twin.picture.value)
    assert sorted(marked) == sorted([*nearest, "c2"])
    assert twin.picture.value.count("<line") == 3
    assert all(word in twin.words.value for word in nearest)
    assert not twin.errors


def test_the_count_of_kept_neighbours_is_right(space):
    # A map that is a projection of nothing else: the true vectors' own first two dimensions.
    words = [w for group in GROUPS.values() for w in group]
    flat = WordSpace(Vectors(words, np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 3, 8)])))
    perfect = vector_map.word_map(flat, GROUPS, flat.directions, find="a0", n=1)
    assert perfect.kept("a0") == 1
    backwards = vector_map.word_map(flat, GROUPS, flat.directions[[0, 7, 6, 5, 4, 3, 2, 1]], find="a0", n=1)
    assert backwards.kept("a0") == 0


def test_words_off_the_map_and_unknown_ones(twin):
    assert twin.widget
    twin.controls["word"].value = "elsewhere"
    assert "not on the map" in twin.words.value
    assert twin.picture.value.count('class="w on"') == 3
    twin.controls["word"].value = "<b>nothing"
    assert "has no vector" in twin.words.value
    assert "<b>nothing" not in twin.words.value
    twin.controls["word"].value = ""
    assert re.sub("<[^>]*>", "", twin.words.value) == ""
    assert "<line" not in twin.picture.value
    assert not twin.errors


def test_the_static_twin_has_alt_text(twin):
    data, metadata = twin._repr_mimebundle_()
    assert data["image/png"]
    assert "a1" in metadata["image/png"]["alt"]


def test_bad_input_is_named(space, xy):
    with pytest.raises(ValueError, match="expected \\(8, 2\\)"):
        vector_map.word_map(space, GROUPS, xy[:5], find="a1")
    with pytest.raises(ValueError, match="'a0' is in the groups twice"):
        vector_map.word_map(space, {"x": ["a0", "a0"]}, xy[:2], find="a0")
    with pytest.raises(ValueError, match="'elsewhere' is not on the map"):
        vector_map.word_map(space, GROUPS, xy, find="elsewhere")


def test_no_theme_word_is_in_two_themes():
    words = [w for chosen in THEMES.values() for w in chosen]
    assert len(words) == len(set(words))
    assert len(THEMES) <= 8  # colours and shapes
