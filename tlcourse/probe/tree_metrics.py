"""A tree as numbers, and how much of it was found: path lengths, depths, spanning trees, and four scores.

Hewitt and Manning 2019, "A Structural Probe for Finding Syntax in Word Representations"; what the paper
leaves open is as in the authors' code. Of N sentences, each of T words, a distance is predicted for each pair
of words, (T, T), or a depth for each word, (T,).

- *UUAS*: the share of a tree's edges, undirected and without names, that are in the minimum spanning tree of
  the predicted distances; both trees are over the words that are not punctuation.
- *DSpr*, *NSpr*: the rank correlation (Spearman's) of predicted with true distances, a word at a time, and of
  predicted with true depths, a sentence at a time; punctuation counts. The mean over the sentences of each
  length, then the mean over the lengths from 5 to 50 that occur.
- *Root %*: the share of sentences whose root is the least deep word that is not punctuation.

Taught in lesson *Probing for structure*.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from tlcourse.data.dependency_trees import ROOT, DependencyTree

SHORTEST, LONGEST = 5, 50  # sentences that a rank correlation is measured on, in words

Edge = tuple[int, int]  # two places, the smaller one first


def ancestors(heads: np.ndarray) -> np.ndarray:
    """Whether word j is on the way from word i to the root, both ends counted: bool (T, T).

    Args:
        heads: int (T,): the place of the word that each depends on, `ROOT` (−1) for one of them.

    Raises:
        ValueError: not one root, a head that is no place, or a circle.
    """
    heads = np.asarray(heads)
    n = len(heads)
    if (heads == ROOT).sum() != 1 or heads.min() < ROOT or heads.max() >= n:
        raise ValueError(f"heads is {heads.tolist()}, expected places up to {n - 1} and one root, {ROOT}")
    on_path = np.zeros((n, n), dtype=bool)
    at = np.arange(n)  # where each word's way has come to
    for _ in range(n):
        there = at != ROOT
        if not there.any():
            break
        on_path[there, at[there]] = True
        at = np.where(there, heads[at], ROOT)
    if (at != ROOT).any():
        raise ValueError(
            f"heads is {heads.tolist()}: word {int(np.argmax(at != ROOT))} never comes to a root"
        )
    return on_path


def tree_depths(heads: np.ndarray) -> np.ndarray:
    """How many edges lie between each word and the root: int64 (T,). Raises ValueError: not a tree."""
    return ancestors(heads).sum(axis=1) - 1


def tree_distances(heads: np.ndarray) -> np.ndarray:
    """How many edges lie between each two words: int64 (T, T). Raises ValueError: not a tree.

    The ways of two words to the root part above their last common ancestor: d(i, j) = (depth i − depth of the
    ancestor) + (depth j − depth of the ancestor).
    """
    on_path = ancestors(heads).astype(np.int64)
    depth = on_path.sum(axis=1) - 1
    last_common = on_path @ on_path.T - 1  # its depth, (T, T)
    return depth[:, None] + depth[None, :] - 2 * last_common


def spanning_tree(distances: np.ndarray, among: np.ndarray | None = None) -> set[Edge]:
    """The edges of the tree of least total length through all words, by Prim's algorithm.

    Args:
        distances: (T, T), symmetric.
        among: bool (T,), the words that it is to connect; all if not given.

    Returns:
        one edge less than there are words, none if there are no words.
    """
    distances = np.asarray(distances)
    places = np.arange(len(distances)) if among is None else np.flatnonzero(among)
    edges: set[Edge] = set()
    if not len(places):
        return edges
    length = distances[np.ix_(places, places)].astype(np.float64)
    nearest = np.zeros(len(places), dtype=np.int64)  # for each word outside, the nearest one in the tree
    reach = length[0].copy()  # and how far it is
    reach[0] = np.inf
    outside = np.ones(len(places), dtype=bool)
    outside[0] = False
    for _ in range(len(places) - 1):
        new = int(np.argmin(np.where(outside, reach, np.inf)))
        a, b = int(places[nearest[new]]), int(places[new])
        edges.add((min(a, b), max(a, b)))
        outside[new] = False
        closer = outside & (length[new] < reach)
        nearest[closer], reach[closer] = new, length[new][closer]
    return edges


def tree_edges(tree: DependencyTree) -> set[Edge]:
    """The tree's own edges between words that are not punctuation.

    Where a punctuation mark has dependents, which is rare, the spanning tree of the path lengths takes its
    place, as in the authors' code. Raises ValueError: not a tree.
    """
    words = np.flatnonzero(~tree.is_punctuation & (tree.heads != ROOT))
    heads = tree.heads[words]
    if len(words) == (~tree.is_punctuation).sum() - 1 and not tree.is_punctuation[heads].any():
        ancestors(tree.heads)  # refuses what is no tree
        ends = np.sort(np.stack([words, heads], axis=1), axis=1)
        return {(a, b) for a, b in ends.tolist()}
    return spanning_tree(tree_distances(tree.heads), ~tree.is_punctuation)


def found_edges(distances: np.ndarray, tree: DependencyTree) -> tuple[int, int]:
    """How many of a tree's edges the spanning tree of the predicted `distances` (T, T) has, and of how many.

    Raises ValueError: `distances` is of another sentence, or the tree is none.
    """
    _check("distances", distances, (len(tree.words),) * 2)
    true = tree_edges(tree)
    return len(true & spanning_tree(distances, ~tree.is_punctuation)), len(true)


def uuas(predicted: Sequence[np.ndarray], trees: Sequence[DependencyTree]) -> float:
    """The share of all sentences' edges that are found, from N predicted (T, T).

    Raises ValueError: a prediction does not fit its tree, or there are no edges.
    """
    right, total = (
        sum(column) for column in zip(*map(found_edges, predicted, _same(predicted, trees)), strict=True)
    )
    if not total:
        raise ValueError("these sentences have no edge: each has at most one word that is not punctuation")
    return right / total


def distance_spearman(predicted: Sequence[np.ndarray], trees: Sequence[DependencyTree]) -> float:
    """DSpr, from N predicted (T, T). A row of equal distances counts as a correlation of 0.

    Raises ValueError: a prediction does not fit its tree, or no sentence has 5 to 50 words.
    """
    by_length: dict[int, list[np.ndarray]] = {}
    for distances, tree in zip(predicted, _same(predicted, trees), strict=True):
        _check("distances", distances, (len(tree.words),) * 2)
        if SHORTEST <= len(tree.words) <= LONGEST:
            rows = _spearman(distances, tree_distances(tree.heads))
            by_length.setdefault(len(tree.words), []).append(rows)
    return _mean_over_lengths(by_length)


def depth_spearman(predicted: Sequence[np.ndarray], trees: Sequence[DependencyTree]) -> float:
    """NSpr, from N predicted (T,). Depths that are all equal count as a correlation of 0.

    Raises ValueError: a prediction does not fit its tree, or no sentence has 5 to 50 words.
    """
    by_length: dict[int, list[np.ndarray]] = {}
    for depths, tree in zip(predicted, _same(predicted, trees), strict=True):
        _check("depths", depths, (len(tree.words),))
        if SHORTEST <= len(tree.words) <= LONGEST:
            one = _spearman(np.asarray(depths)[None], tree_depths(tree.heads)[None])
            by_length.setdefault(len(tree.words), []).append(one)
    return _mean_over_lengths(by_length)


def root_accuracy(predicted: Sequence[np.ndarray], trees: Sequence[DependencyTree]) -> float:
    """Root %, as a share: from N predicted (T,). A sentence of punctuation alone has its least deep mark.

    Raises ValueError: a prediction does not fit its tree, or there are no sentences.
    """
    right = []
    for depths, tree in zip(predicted, _same(predicted, trees), strict=True):
        _check("depths", depths, (len(tree.words),))
        hidden = tree.is_punctuation & ~tree.is_punctuation.all()
        right.append(tree.heads[np.argmin(np.where(hidden, np.inf, depths))] == ROOT)
    if not right:
        raise ValueError("there are no sentences to find the root of")
    return float(np.mean(right))


def _spearman(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The rank correlation of each row of (N, T) with the same row of (N, T): (N,), 0 where a row is flat."""
    a, b = (rankdata(rows, axis=1) for rows in (one, other))
    a, b = (rows - rows.mean(axis=1, keepdims=True) for rows in (a, b))
    size = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return np.divide((a * b).sum(axis=1), size, out=np.zeros(len(a)), where=size > 0)


def _mean_over_lengths(by_length: dict[int, list[np.ndarray]]) -> float:
    if not by_length:
        raise ValueError(f"no sentence has {SHORTEST} to {LONGEST} words, which the rank correlation is over")
    return float(np.mean([np.concatenate(found).mean() for found in by_length.values()]))


def _same(predicted: Sequence[np.ndarray], trees: Sequence[DependencyTree]) -> Sequence[DependencyTree]:
    if len(predicted) != len(trees):
        raise ValueError(f"got {len(predicted)} predictions for {len(trees)} trees, expected one for each")
    return trees


def _check(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if np.shape(array) != shape:
        raise ValueError(
            f"{name} is {np.shape(array)}, expected {shape}, as the sentence has {shape[0]} words"
        )
