"""The Pythagorean embedding: for any tree, squared distances are networkx's path lengths."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA

from tlcourse.probe import pythagorean


def random_heads(seed: int, n: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    order, heads = rng.permutation(n), np.full(n, -1)
    for k in range(1, n):
        heads[order[k]] = order[rng.integers(k)]
    return heads


def path_lengths(heads: np.ndarray) -> np.ndarray:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(heads)))
    graph.add_edges_from((i, int(h)) for i, h in enumerate(heads) if h >= 0)
    return np.array(nx.floyd_warshall_numpy(graph, nodelist=range(len(heads))))


@settings(max_examples=40, deadline=None)
@given(st.builds(random_heads, st.integers(0, 2**32 - 1), st.integers(1, 15)))
def test_squared_distances_are_path_lengths(heads):
    points = pythagorean.embed(heads)
    assert points.shape == (len(heads), len(heads) - 1)
    np.testing.assert_allclose(pythagorean.squared_distances(points), path_lengths(heads))
    assert not points[heads == -1].any()


def test_a_sentence_worked_by_hand():
    points = pythagorean.embed(np.array([1, 2, -1, 2]))  # 0 hangs on 1, 1 and 3 on 2
    assert points.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_random_edges_are_nearly_as_good_and_better_in_more_dimensions():
    heads = random_heads(0, 20)
    true = path_lengths(heads)
    errors = []
    for width in (10, 100, 5000):
        points = pythagorean.random_branches(heads, width, seed=1)
        assert points.shape == (20, width)
        squared = pythagorean.squared_distances(points)
        np.testing.assert_allclose(squared, cdist(points, points, "sqeuclidean"), atol=1e-9)
        errors.append(np.abs(squared - true).max())
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.5


def test_a_drawing_is_sklearns_pca_turned_as_scipys_procrustes():
    points = np.random.default_rng(0).normal(size=(9, 5))
    flat, theirs = pythagorean.flattened(points), PCA(2).fit_transform(points)
    np.testing.assert_allclose(np.abs(flat), np.abs(theirs), atol=1e-9)
    like = np.random.default_rng(1).normal(size=(9, 2))
    turn, _ = orthogonal_procrustes(flat, like - like.mean(axis=0))
    np.testing.assert_allclose(pythagorean.flattened(points, like), flat @ turn, atol=1e-9)
    assert pythagorean.flattened(pythagorean.embed(np.array([-1, 0]))).shape == (2, 2)
    assert not pythagorean.flattened(np.zeros((1, 0))).any()


def test_what_is_no_tree_or_fits_no_drawing_is_refused():
    with pytest.raises(ValueError, match="one root"):
        pythagorean.embed(np.array([1, 0]))
    with pytest.raises(ValueError, match="width is 0"):
        pythagorean.random_branches(np.array([-1, 0]), 0)
    with pytest.raises(ValueError, match=r"expected \(2, 2\)"):
        pythagorean.flattened(np.eye(2), np.zeros((3, 2)))
