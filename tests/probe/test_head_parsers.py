"""Heads as parsers, on trees drawn by hand."""

import numpy as np
import pytest

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.probe import head_parsers

# the dog saw a cat .   the → dog, dog → saw, saw is the root, a → cat, cat → saw, . → saw
TREE = DependencyTree(
    ["the", "dog", "saw", "a", "cat", "."],
    ["DET", "NOUN", "VERB", "DET", "NOUN", "PUNCT"],
    np.array([1, 2, ROOT, 4, 2, 2]),
    ["det", "nsubj", "root", "det", "obj", "punct"],
    np.array([False] * 5 + [True]),
)


def maps() -> np.ndarray:
    """(2, 2, 6, 6): a head that sees what each word depends on, one turned round, two that are blind."""
    rng = np.random.default_rng(0)
    heads = np.where(TREE.heads == ROOT, 2, TREE.heads)
    knows = np.full((6, 6), 0.01)
    knows[np.arange(6), heads] = 0.4
    knows[np.arange(6), np.arange(6)] = 0.5  # looks at itself most: that does not count
    blind = rng.dirichlet(np.ones(6), size=(6, 6))[:2]
    return np.stack([[knows, blind[0]], [knows.T, blind[1]]]).astype(np.float32)


def test_the_head_that_knows_is_found_in_its_direction():
    found = {c.relation: c for c in head_parsers.best_heads([maps()], [TREE], [maps()], [TREE])}
    assert set(found) == {"all", "det", "nsubj", "obj"}  # neither root nor punct
    assert (found["all"].layer, found["all"].head, found["all"].accuracy) == (1, 0, 1.0)
    assert found["all"].direction == "dependent to head"
    assert found["all"].n == 4
    counts = head_parsers.count([head_parsers.most_attended(maps())], [TREE])
    assert counts.accuracy("all")[1, 1, 0] == 1.0  # the turned one, read the other way round
    assert counts.n == {"all": 4, "det": 2, "nsubj": 1, "obj": 1}


def test_the_best_offset_of_each_relation():
    found = {c.relation: c for c in head_parsers.best_heads([maps()], [TREE], [maps()], [TREE])}
    assert (found["det"].offset, found["det"].baseline) == (1, 1.0)
    assert (found["obj"].offset, found["obj"].baseline) == (-2, 1.0)
    assert found["all"].baseline == 3 / 4
    assert head_parsers.at_offset(4, -1).tolist() == [-2, 0, 1, 2]
    assert head_parsers.at_offset(4, 2).tolist() == [2, 3, -2, -2]


def test_it_is_chosen_on_some_trees_and_tested_on_others():
    turned = maps()[::-1].copy()  # there, the other layer is the one that knows
    (found,) = head_parsers.best_heads([maps()], [TREE], [turned], [TREE], ["obj"])
    assert (found.layer, found.head) == (1, 0)
    expected = head_parsers.count([head_parsers.most_attended(turned)], [TREE]).accuracy("obj")[0, 0, 0]
    assert found.accuracy == expected


def test_unknown_relations_and_sentences_of_one_word_are_refused():
    with pytest.raises(ValueError, match="'iobj'"):
        head_parsers.best_heads([maps()], [TREE], [maps()], [TREE], ["iobj"])
    with pytest.raises(ValueError, match="one word"):
        head_parsers.most_attended(np.ones((1, 1)))
