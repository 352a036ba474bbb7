"""Control tasks: what a probe learns by heart, from word to answer, when there is nothing else to learn.

Hewitt and Liang 2019, "Designing and Interpreting Probes with Control Tasks", section 2. A control task has
the outputs of the linguistic task, but the answer for a word depends on the word's type alone (*structure*),
and each type's answer is drawn at random (*randomness*). *Selectivity* is the accuracy on the linguistic task
minus that on its control task: a probe that is as good at both says little about the states.

A type is a word as it is spelt. Its draw depends on it and on the seed, not on the other words, so that the
training and the test sentences may be given one after the other.

Taught in lesson *Probing for structure*.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.data.splits import lot

_LOTS = 2**64  # `lot` gives a number below this

FIRST, PREVIOUS, LAST = "first", "previous", "last"
BEHAVIOURS = (FIRST, PREVIOUS, LAST)  # where a word of a type attaches


def control_tags(sentences: Sequence[Sequence[str]], shares: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """The control task of tagging (section 2.1): each word's type has one tag, drawn by `shares`.

    Args:
        sentences: N lists of T words.
        shares: (K,), how often each of K tags is to be drawn: the tags' shares of the training words, so that
            the control task has about the same tags as the linguistic one (their footnote 2).

    Returns:
        for each sentence int64 (T,).

    Raises:
        ValueError: a share is below 0, or they do not add up to 1.
    """
    shares = np.asarray(shares, dtype=np.float64)
    if shares.ndim != 1 or (shares < 0).any() or not np.isclose(shares.sum(), 1):
        raise ValueError(f"shares is {shares.tolist()}, expected one for each tag, adding up to 1")
    return [np.array([_draw(word, shares, f"tag {seed}") for word in words]) for words in sentences]


def control_trees(trees: Sequence[DependencyTree], seed: int = 0) -> list[DependencyTree]:
    """A control task for the structural probe: the same sentences with heads that the words' types say.

    After section 2.2, in which a type attaches to itself, to the first or to the last word of its sentence,
    each with chance 1/3. A probe of distances needs a tree, which this is not; so here a type attaches to
    the first word, to the previous one or to the last. The first word is the root, and the last one attaches
    to it: whatever the draws, that is a tree. Only words that are not punctuation are counted, marks hang on
    the first word. Relations are left out.
    """
    return [replace(tree, heads=_drawn_heads(tree, seed), relations=[]) for tree in trees]


def _drawn_heads(tree: DependencyTree, seed: int) -> np.ndarray:
    counted = np.flatnonzero(~tree.is_punctuation)
    if not len(counted):
        counted = np.arange(len(tree.words))
    first, last = counted[0], counted[-1]
    heads = np.full(len(tree.words), first)
    thirds = np.full(3, 1 / 3)
    for previous, place in pairwise(counted):
        behaviour = BEHAVIOURS[_draw(tree.words[place], thirds, f"head {seed}")]
        if place != last:
            heads[place] = {FIRST: first, PREVIOUS: previous, LAST: last}[behaviour]
    heads[first] = ROOT
    return heads


def _draw(word: str, shares: np.ndarray, salt: str) -> int:
    """An index into `shares`, always the same for a word and a salt."""
    at = np.searchsorted(shares.cumsum(), lot(word, salt) / _LOTS, side="right")
    return int(min(at, np.flatnonzero(shares)[-1]))  # the sum may be a little less than 1


def selectivity(linguistic: float, control: float) -> float:
    """Accuracy on the linguistic task minus accuracy on its control task (section 2.3)."""
    return linguistic - control


def ceiling(train: Sequence[Sequence[str]], test: Sequence[Sequence[str]], chance: float) -> float:
    """The best accuracy that control tags allow: types that were seen are known, the others are guessed.

    Args:
        train, test: lists of words.
        chance: of a guess; for the most frequent tag, its share.

    Raises:
        ValueError: there are no words to test on.
    """
    known = {word for words in train for word in words}
    seen = [word in known for words in test for word in words]
    if not seen:
        raise ValueError("there are no words to test on")
    share = float(np.mean(seen))
    return share + (1 - share) * chance
