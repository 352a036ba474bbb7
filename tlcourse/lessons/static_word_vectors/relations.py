"""Pairs of words in one relation, such as country and capital: do the steps between them run alike?"""

from collections.abc import Sequence

import numpy as np

from tlcourse.probe.word_vectors import WordSpace, unit


def stacked(space: WordSpace, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return the directions of all words of `pairs`, float32 (2P, D), pair by pair."""
    return np.stack([space[word] for pair in pairs for word in pair])


def plane(points: np.ndarray) -> np.ndarray:
    """Return `points` (N, D) on their first two principal components, (N, 2)."""
    centred = points - points.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return centred @ axes[:2].T


def likeness(points: np.ndarray) -> float:
    """Return the mean cosine of the steps in `points` (2P, D), from first to second, with each other."""
    steps = unit(points[1::2] - points[::2])
    return float((steps @ steps.T)[np.triu_indices(len(steps), 1)].mean())
