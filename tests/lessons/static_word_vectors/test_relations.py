"""How alike the steps between pairs of words are, in a plane and in all dimensions."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from tlcourse.lessons.static_word_vectors import relations


def test_the_plane_is_that_of_principal_component_analysis():
    points = np.random.default_rng(0).normal(size=(9, 5))
    expected = PCA(2).fit_transform(points)
    assert np.abs(relations.plane(points)) == pytest.approx(np.abs(expected))


def test_likeness_is_the_mean_cosine_of_the_steps():
    start = np.random.default_rng(0).normal(size=(3, 2))
    steps = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]])  # cosines 0, 1 and 0
    points = np.stack([start, start + steps], axis=1).reshape(6, 2)
    assert relations.likeness(points) == pytest.approx(1 / 3, abs=1e-6)
