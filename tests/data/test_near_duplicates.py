"""Near-duplicates: the fast search against the comparison of all pairs."""

from itertools import combinations

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data.near_duplicates import jaccard, joined, shingles, similar_pairs, words

sets = st.lists(st.frozensets(st.integers(0, 12), max_size=8), max_size=25)


@given(sets, st.sampled_from([0.1, 0.3, 1 / 3, 0.5, 0.6, 2 / 3, 0.9, 1.0]))
def test_the_prefix_filter_loses_no_pair_and_adds_none(sets, threshold):
    all_pairs = [
        (i, j)
        for (i, a), (j, b) in combinations(enumerate(sets), 2)
        if a | b and len(a & b) / len(a | b) >= threshold - 1e-12
    ]
    assert similar_pairs(sets, threshold) == all_pairs


@given(st.frozensets(st.integers(0, 20)), st.frozensets(st.integers(0, 20)))
def test_jaccard_is_a_symmetric_share(a, b):
    assert jaccard(a, b) == jaccard(b, a)
    assert 0 <= jaccard(a, b) <= 1
    assert jaccard(a, a) == (1 if a else 0)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.data())
def test_joined_groups_are_connected_components(groups, data):
    index = st.integers(0, len(groups) - 1)
    pairs = data.draw(st.lists(st.tuples(index, index), max_size=10))
    numbers = joined(groups, pairs)
    graph = networkx.Graph(pairs)
    graph.add_nodes_from(range(len(groups)))
    graph.add_edges_from((i, j) for i, j in combinations(range(len(groups)), 2) if groups[i] == groups[j])
    components = {frozenset(c) for c in networkx.connected_components(graph)}
    assert {frozenset(np.flatnonzero(numbers == n).tolist()) for n in set(numbers.tolist())} == components
    assert sorted(set(numbers.tolist())) == list(range(len(components)))


def test_words_and_shingles():
    assert words("It's 2 o'CLOCK — naïve_x!") == ["it", "s", "2", "o", "clock", "naïve", "x"]
    assert shingles(["a", "b", "c"], 2) == {("a", "b"), ("b", "c")}
    assert shingles(["a"], 5) == {("a",)}
    assert shingles([], 5) == frozenset()


@pytest.mark.parametrize("threshold", [0, -1, 1.1])
def test_a_threshold_is_a_similarity(threshold):
    with pytest.raises(ValueError, match="similarity in"):
        similar_pairs([], threshold)
