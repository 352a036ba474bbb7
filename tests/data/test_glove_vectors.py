"""GloVe: the vectors belong to the words."""

import numpy as np
import pytest

from tlcourse.data import glove


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_shape_and_order(vectors):
    assert vectors.matrix.shape == (400_000, 50)
    assert vectors.matrix.dtype == np.float32
    assert vectors.words[:5] == ["the", ",", ".", "of", "to"]  # by frequency, as in the published file
    assert len(vectors) == len(set(vectors.words)) == 400_000


def test_the_published_values(vectors):
    # the first numbers of the line "the" in Stanford's glove.6B.50d.txt
    assert np.allclose(vectors["the"][:4], [0.418, 0.24968, -0.41242, 0.1217], atol=1e-6)


def test_likeness(vectors):
    assert cosine(vectors["king"], vectors["queen"]) > 0.7 > cosine(vectors["king"], vectors["carrot"])
    queen = vectors["king"] - vectors["man"] + vectors["woman"]
    assert cosine(queen, vectors["queen"]) > 0.8


def test_a_word_without_a_vector(vectors):
    assert "qwertzuiop" not in vectors
    with pytest.raises(KeyError):
        vectors["qwertzuiop"]


def test_index_and_words_agree(vectors):
    assert all(vectors.index[vectors.words[row]] == row for row in (0, 17, 399_999))


def test_a_limit_takes_the_most_frequent(vectors):
    few = glove.load(limit=1000)
    assert few.words == vectors.words[:1000]
    assert np.array_equal(few.matrix, vectors.matrix[:1000])
    with pytest.raises(ValueError, match="limit is 0"):
        glove.load(limit=0)


def test_it_loads_in_a_moment(vectors, seconds):
    assert seconds(glove.load) < 1
