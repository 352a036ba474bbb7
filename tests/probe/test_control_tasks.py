"""Control tasks: a type has one answer, types are independent of one another, and drawn heads are a tree."""

from collections import Counter

import networkx as nx
import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from tlcourse.data.dependency_trees import DependencyTree
from tlcourse.probe import control_tasks, tree_metrics

WORDS = [f"word{i}" for i in range(3000)]
SHARES = np.array([0.5, 0.2, 0.0, 0.3])


def tree(words, marks=()):
    n = len(words)
    return DependencyTree(words, ["X"] * n, np.arange(-1, n - 1), ["dep"] * n, np.isin(np.arange(n), marks))


def test_a_type_has_one_tag_wherever_it_stands():
    one, other = control_tasks.control_tags([["the", "cat", "the"], ["cat", "The"]], SHARES)
    assert one[0] == one[2]
    assert one[1] == other[0]
    alone = control_tasks.control_tags([["cat"]], SHARES)
    assert alone[0][0] == one[1]


def test_tags_are_drawn_by_their_shares_and_each_seed_draws_anew():
    (tags,) = control_tasks.control_tags([WORDS], SHARES)
    counts = np.bincount(tags, minlength=4)
    assert counts[2] == 0
    assert chisquare(counts[[0, 1, 3]], 3000 * SHARES[[0, 1, 3]]).pvalue > 0.001
    (again,) = control_tasks.control_tags([WORDS], SHARES, seed=1)
    both = np.zeros((4, 4))
    np.add.at(both, (tags, again), 1)
    assert (
        chi2_contingency(both[np.ix_([0, 1, 3], [0, 1, 3])]).pvalue > 0.001
    )  # one says nothing of the other


def test_shares_that_are_none_are_refused():
    for shares in ([0.5, 0.4], [1.5, -0.5]):
        with pytest.raises(ValueError, match="adding up to 1"):
            control_tasks.control_tags([["a"]], np.array(shares))


def test_drawn_heads_are_a_tree_of_words_and_marks_are_its_leaves():
    rng = np.random.default_rng(0)
    for n in (1, 2, 3, 8, 30):
        words = [WORDS[i] for i in rng.integers(0, 50, size=n)]
        (found,) = control_tasks.control_trees([tree(words, marks=range(0, n, 3) if n > 1 else ())])
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from((i, int(h)) for i, h in enumerate(found.heads) if h >= 0)
        assert nx.is_tree(graph)
        assert (found.heads == -1).sum() == 1
        assert not np.isin(found.heads[found.heads >= 0], np.flatnonzero(found.is_punctuation)).any()
        assert len(tree_metrics.tree_edges(found)) == (~found.is_punctuation).sum() - 1


def test_each_type_attaches_as_it_was_drawn():
    sentence = ["a", *WORDS[:900], "z"]
    (found,) = control_tasks.control_trees([tree(sentence)])
    inner, place = found.heads[2:-1], np.arange(2, 901)
    where = np.select([inner == 0, inner == place - 1, inner == 901], ["first", "previous", "last"], "other")
    counts = Counter(where.tolist())
    assert set(counts) == set(control_tasks.BEHAVIOURS)
    assert chisquare([*counts.values()]).pvalue > 0.001
    swapped = ["a", *reversed(WORDS[:900]), "z"]
    (other,) = control_tasks.control_trees([tree(swapped)])
    behaviour = dict(zip(sentence[2:-1], where, strict=True))
    for i in range(2, 901):
        expected = {"first": 0, "previous": i - 1, "last": 901}
        if swapped[i] in behaviour:
            assert other.heads[i] == expected[behaviour[swapped[i]]]
    assert found.heads[[0, -1]].tolist() == [-1, 0]


def test_the_ceiling_knows_the_types_that_were_seen():
    train, test = [["a", "b"], ["c"]], [["a", "x"], ["b", "A"]]
    assert control_tasks.ceiling(train, test, chance=0.2) == pytest.approx(0.5 + 0.5 * 0.2)
    with pytest.raises(ValueError, match="no words"):
        control_tasks.ceiling(train, [], 0.1)
    assert control_tasks.selectivity(0.97, 0.7) == pytest.approx(0.27)
