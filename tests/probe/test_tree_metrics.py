"""Trees as numbers, against networkx and scipy; the scores, against counts by hand and the authors' loops."""

from collections import defaultdict

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import shortest_path
from scipy.stats import spearmanr

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe import tree_metrics

#            the dog chased the cat .
SENTENCE = [1, 2, -1, 4, 2, 2]


def tree(heads, punctuation=()) -> DependencyTree:
    n = len(heads)
    marks = np.isin(np.arange(n), punctuation)
    return DependencyTree([f"w{i}" for i in range(n)], ["X"] * n, np.array(heads), [], marks)


def random_heads(rng: np.random.Generator, n: int) -> np.ndarray:
    """Each word but the first of a random order depends on one that came before it."""
    order = rng.permutation(n)
    heads = np.full(n, -1)
    for k in range(1, n):
        heads[order[k]] = order[rng.integers(k)]
    return heads


heads = st.integers(0, 2**32 - 1).flatmap(
    lambda seed: st.integers(1, 12).map(lambda n: random_heads(np.random.default_rng(seed), n))
)


def graph_of(heads) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(heads)))
    graph.add_edges_from((i, int(h)) for i, h in enumerate(heads) if h >= 0)
    return graph


def test_a_sentence_worked_by_hand():
    assert tree_metrics.tree_depths(SENTENCE).tolist() == [2, 1, 0, 2, 1, 1]
    assert tree_metrics.tree_distances(SENTENCE)[0].tolist() == [0, 1, 2, 4, 3, 3]
    marked = tree(SENTENCE, punctuation=[5])
    assert tree_metrics.tree_edges(marked) == {(0, 1), (1, 2), (3, 4), (2, 4)}


@settings(max_examples=40, deadline=None)
@given(heads)
def test_distances_and_depths_are_those_of_networkx_and_scipy(heads):
    graph = graph_of(heads)
    found = tree_metrics.tree_distances(heads)
    theirs = dict(nx.all_pairs_shortest_path_length(graph))
    assert all(found[i, j] == theirs[i][j] for i in graph for j in graph)
    np.testing.assert_array_equal(found, shortest_path(nx.to_numpy_array(graph), unweighted=True))
    np.testing.assert_array_equal(tree_metrics.tree_depths(heads), found[np.flatnonzero(heads == -1)[0]])


@settings(max_examples=40, deadline=None)
@given(heads)
def test_the_spanning_tree_of_a_trees_own_distances_is_the_tree(heads):
    edges = {(min(i, h), max(i, h)) for i, h in enumerate(heads.tolist()) if h >= 0}
    assert tree_metrics.spanning_tree(tree_metrics.tree_distances(heads)) == edges


@pytest.mark.parametrize("seed", range(8))
def test_spanning_trees_are_those_of_networkx(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 15))
    points = rng.normal(size=(n, 3))
    distances = ((points[:, None] - points) ** 2).sum(axis=-1)
    among = rng.random(n) < 0.7
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        (i, j, distances[i, j]) for i in range(n) for j in range(i) if among[i] and among[j]
    )
    theirs = {(min(e), max(e)) for e in nx.minimum_spanning_edges(graph, data=False)}
    assert tree_metrics.spanning_tree(distances, among) == theirs


def test_two_words_at_distance_0_are_still_connected():
    distances = np.array([[0, 0, 5], [0, 0, 5], [5, 5, 0]])
    assert (0, 1) in tree_metrics.spanning_tree(distances)
    assert len(tree_metrics.spanning_tree(distances)) == 2
    assert tree_metrics.spanning_tree(distances, np.zeros(3, dtype=bool)) == set()


def authors_edges(matrix, is_punctuation):
    """Kruskal's algorithm, as the paper's code goes about it: pairs by distance, words joined into sets."""
    group = list(range(len(matrix)))
    pairs = [
        (matrix[i][j], i, j)
        for i in range(len(matrix))
        for j in range(len(matrix))
        if not (is_punctuation[i] or is_punctuation[j])
    ]
    edges = set()
    for _, i, j in sorted(pairs, key=lambda pair: pair[0]):
        if group[i] != group[j]:
            old = group[i]
            group = [group[j] if g == old else g for g in group]
            edges.add(tuple(sorted((i, j))))
    return edges


@pytest.fixture
def predicted_and_trees():
    rng = np.random.default_rng(3)
    trees, distances, depths = [], [], []
    for n in (1, 4, 6, 6, 6, 9, 12, 12, 55):
        heads = random_heads(rng, n)
        leaves = np.setdiff1d(np.arange(n), heads)
        trees.append(tree(heads, leaves[: len(leaves) // 3] if n > 1 else ()))
        noise = rng.normal(size=(n, n))
        distances.append(
            tree_metrics.tree_distances(heads) + np.abs(noise + noise.T) * ~np.eye(n, dtype=bool)
        )
        depths.append(tree_metrics.tree_depths(heads) + rng.normal(size=n))
    return distances, depths, trees


def test_uuas_is_an_independent_count(predicted_and_trees):
    distances, _, trees = predicted_and_trees
    right = total = 0
    for matrix, one in zip(distances, trees, strict=True):
        true = authors_edges(tree_metrics.tree_distances(one.heads), one.is_punctuation)
        right += len(true & authors_edges(matrix, one.is_punctuation))
        total += len(true)
    assert 0.3 < right / total < 1
    assert tree_metrics.uuas(distances, trees) == right / total


def test_rank_correlations_are_the_authors_mean_of_means_over_lengths(predicted_and_trees):
    distances, depths, trees = predicted_and_trees
    rows, sentences = defaultdict(list), defaultdict(list)
    for matrix, depth, one in zip(distances, depths, trees, strict=True):
        true = tree_metrics.tree_distances(one.heads)
        if 5 <= len(true) <= 50:
            rows[len(true)] += [spearmanr(a, b).statistic for a, b in zip(matrix, true, strict=True)]
            sentences[len(true)].append(spearmanr(depth, tree_metrics.tree_depths(one.heads)).statistic)
    dspr, nspr = (np.mean([np.mean(found) for found in by.values()]) for by in (rows, sentences))
    assert tree_metrics.distance_spearman(distances, trees) == pytest.approx(dspr)
    assert tree_metrics.depth_spearman(depths, trees) == pytest.approx(nspr)


def test_a_flat_prediction_correlates_with_nothing():
    one = tree(SENTENCE)
    assert tree_metrics.depth_spearman([np.ones(6)], [one]) == 0
    assert tree_metrics.distance_spearman([np.ones((6, 6))], [one]) == 0


def test_the_root_is_the_least_deep_word_that_is_no_mark():
    trees = [tree(SENTENCE, [5]), tree(SENTENCE, [5]), tree([1, -1], [0, 1])]
    depths = [np.array([2, 1, 0.5, 2, 1, 0]), np.array([0, 1, 2, 2, 1, 1]), np.array([3, 2])]
    assert tree_metrics.root_accuracy(depths, trees) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("heads", "said"),
    [([-1, -1], "one root"), ([1, 0], "one root"), ([-1, 2, 1], "word 1 never"), ([-1, 5], "up to 1")],
)
def test_what_is_no_tree_is_refused(heads, said):
    with pytest.raises(ValueError, match=said):
        tree_metrics.tree_distances(np.array(heads))


def test_what_does_not_fit_is_refused():
    one = tree(SENTENCE)
    with pytest.raises(ValueError, match=r"expected \(6, 6\)"):
        tree_metrics.uuas([np.zeros((5, 5))], [one])
    with pytest.raises(ValueError, match="2 predictions for 1 trees"):
        tree_metrics.root_accuracy([np.zeros(6)] * 2, [one])
    with pytest.raises(ValueError, match="no edge"):
        tree_metrics.uuas([np.zeros((1, 1))], [tree([-1])])
    with pytest.raises(ValueError, match="5 to 50"):
        tree_metrics.depth_spearman([np.zeros(1)], [tree([-1])])
