"""A head as a parser: the word that it looks at most is taken for the word's head in the sentence's tree.

Clark et al. 2019, section 4.2, after the authors' code: a word's attention to itself and to marks is
ignored, both directions are tried (from dependent to head, and from head to dependent), and what stands a
fixed number of words away is the baseline. Which head, and which offset, is best for a relation is chosen
here on trees of their own; the paper chooses and reports on the same. Shapes: L layers of A heads, W words.

Taught in lesson *What does BERT look at*.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tlcourse.data.dependency_trees import ROOT, DependencyTree

OFFSETS = (-3, -2, -1, 1, 2, 3)
ALL = "all"  # of all relations together, punctuation left out
DIRECTIONS = ("dependent to head", "head to dependent")


def most_attended(between_words: np.ndarray) -> np.ndarray:
    """(…, W, W) → int64 (2, …, W): the other word that each word looks at most, and that looks most at it.

    Raises ValueError for a sentence of one word: there is no other.
    """
    if between_words.shape[-1] < 2:
        raise ValueError("the sentence has one word, expected two or more: there is no other to look at")
    others = between_words.copy()
    diagonal = np.arange(others.shape[-1])
    others[..., diagonal, diagonal] = -np.inf
    return np.stack([others.argmax(axis=-1), others.swapaxes(-1, -2).argmax(axis=-1)])


def at_offset(n_words: int, offset: int) -> np.ndarray:
    """int64 (W,): the word that stands `offset` words on; −2, which is no word, where there is none."""
    place = np.arange(n_words) + offset
    return np.where((place >= 0) & (place < n_words), place, -2)


@dataclass(frozen=True)
class Counts:
    """How often each predictor was right, by relation.

    Attributes:
        n: words of each relation.
        right: int64 of any shape, one number for each predictor, by relation.
    """

    n: dict[str, int]
    right: dict[str, np.ndarray]

    def accuracy(self, relation: str) -> np.ndarray:
        return self.right[relation] / self.n[relation]


def count(predictions: Iterable[np.ndarray], trees: Sequence[DependencyTree]) -> Counts:
    """Compare predicted heads (…, W) of each sentence with its tree; roots and punctuation are left out."""
    n: dict[str, int] = {}
    right: dict[str, np.ndarray] = {}
    for predicted, tree in zip(predictions, trees, strict=True):
        hits = predicted == tree.heads
        for word in np.flatnonzero((tree.heads != ROOT) & ~tree.is_punctuation):
            for relation in (ALL, *(tree.relations[word : word + 1])):
                n[relation] = n.get(relation, 0) + 1
                right[relation] = right.get(relation, 0) + hits[..., word].astype(np.int64)
    return Counts(n, right)


@dataclass(frozen=True)
class Choice:
    """For one relation: the predictor that was best where it was chosen, and how it does elsewhere."""

    relation: str
    layer: int  # from 1
    head: int  # from 0, as in the paper
    direction: str
    accuracy: float
    offset: int
    baseline: float
    n: int  # words of the relation that were tested


def best_heads(
    maps: Sequence[np.ndarray],
    trees: Sequence[DependencyTree],
    test_maps: Sequence[np.ndarray],
    test_trees: Sequence[DependencyTree],
    relations: Sequence[str] = (),
) -> list[Choice]:
    """Choose a head, its direction, and an offset for each relation on some trees; test them on others.

    Args:
        maps, test_maps: (L, A, W, W) between the words of each tree.
        relations: all that both have, if none are given.
    """
    chosen_on, tested = (count(map(most_attended, m), t) for m, t in ((maps, trees), (test_maps, test_trees)))
    offsets, tested_offsets = (
        count((np.stack([at_offset(len(tree.words), o) for o in OFFSETS]) for tree in t), t)
        for t in (trees, test_trees)
    )
    found = []
    for relation in relations or [name for name in chosen_on.n if name in tested.n]:
        if relation not in chosen_on.n or relation not in tested.n:
            raise ValueError(
                f"the relation {relation!r} does not occur in the trees; they have {sorted(tested.n)}"
            )
        scores = chosen_on.accuracy(relation)  # (2, L, A)
        direction, layer, head = np.unravel_index(scores.argmax(), scores.shape)
        offset = int(offsets.accuracy(relation).argmax())
        found.append(
            Choice(
                relation,
                int(layer) + 1,
                int(head),
                DIRECTIONS[direction],
                float(tested.accuracy(relation)[direction, layer, head]),
                OFFSETS[offset],
                float(tested_offsets.accuracy(relation)[offset]),
                tested.n[relation],
            )
        )
    return found
