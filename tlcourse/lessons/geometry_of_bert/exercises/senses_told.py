"""Which sense a word has: that of the nearest centroid."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _states_centroids(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, k, width = int(rng.integers(14, 18)), int(rng.integers(4, 6)), int(rng.integers(7, 10))
    centroids = rng.normal(size=(k, width)) + 0.8
    centroids *= rng.permutation(np.geomspace(0.4, 3.0, k))[:, None]  # long ones win by dot product
    kind = rng.permutation(np.resize(np.arange(k), n))
    unit = centroids / np.linalg.norm(centroids, axis=1, keepdims=True)
    states = unit[kind] * 2 + rng.normal(scale=0.6, size=(n, width))
    states[0] = rng.normal(scale=0.3, size=width) - 2.0 * unit.sum(axis=0)  # all its cosines are below 0
    return states * rng.uniform(0.4, 2.5, size=(n, 1)), centroids


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _cosines(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _unit(states) @ _unit(centroids).T


def _dot(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (states @ centroids.T).argmax(axis=1)


def _squares(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return ((states[:, None] - centroids) ** 2).sum(axis=-1)


def _euclid(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _squares(states, centroids).argmin(axis=1)


def _unit_states_euclid(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _squares(_unit(states), centroids).argmin(axis=1)


def _farthest(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _cosines(states, centroids).argmin(axis=1)


def _farthest_euclid(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _squares(states, centroids).argmax(axis=1)


def _in_size(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.abs(_cosines(states, centroids)).argmax(axis=1)


def _nearest_state(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _cosines(states, centroids).argmax(axis=0)


def _the_cosine(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _cosines(states, centroids).max(axis=1)


def _all_cosines(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return _cosines(states, centroids)


def _by_squared_length(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (states @ centroids.T / (centroids**2).sum(axis=1)).argmax(axis=1)


def _by_column(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (states @ (centroids / np.linalg.norm(centroids, axis=0)).T).argmax(axis=1)


def _by_columns(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    scores = states / np.linalg.norm(states, axis=0) @ (centroids / np.linalg.norm(centroids, axis=0)).T
    return scores.argmax(axis=1)


def _in_blocks(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return np.abs(states[:, None] - centroids).sum(axis=-1).argmin(axis=1)


def _times_length(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return (states @ centroids.T * np.linalg.norm(centroids, axis=1)).argmax(axis=1)


def _the_centroid(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    return centroids[_cosines(states, centroids).argmax(axis=1)]


def _centred(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    middle = centroids.mean(axis=0)
    return _cosines(states - middle, centroids - middle).argmax(axis=1)


@exercise(
    title="The nearest centroid",
    inputs=_states_centroids,
    special={
        "the longest centroid is not the nearest": (
            np.array([[1.0, 0.1], [0.1, 2.0], [1.0, 0.8]]),
            np.array([[0.5, 0.0], [3.0, 4.0]]),
        ),
    },
    equivalent={"result: absolute": "places are never negative"},
    hints=(
        "Near means: in nearly the same direction, however long. What does a dot product make of a long "
        "centroid?",
        "The cosine is the dot product of two vectors of length 1. Divide each row by its length; "
        "`keepdims=True` keeps the column to divide by.",
        "States (N, H) times centroids (K, H), one of them transposed, are N rows of K cosines. Which place "
        "of "
        "each row is asked for?",
    ),
    wrong=[
        (_dot, "A long centroid wins by its length here: divide each by its own, the cosine is asked for."),
        (_euclid, "You go by Euclidean distance: the cosine is asked for, which has no regard to length."),
        (_unit_states_euclid, "States are of length 1 now, centroids are not: bring both to length 1."),
        (_farthest, "That is the farthest: the largest cosine is the nearest."),
        (_farthest_euclid, "That is the farthest, by Euclidean distance: the largest cosine is asked for."),
        (_in_size, "A cosine of −0.9 is far, not near: no absolute value."),
        (_nearest_state, "You choose a state for each centroid: a centroid for each state is asked for."),
        (_the_cosine, "That is the cosine: which centroid has it? `argmax` says the place."),
        (_all_cosines, "All the cosines are there, (N, K): which is the largest in each row?"),
        (_by_squared_length, "You divide by the squared length: a root is missing."),
        (_by_column, "You bring columns to length 1, one number of all centroids: a centroid is a row."),
        (_by_columns, "You bring columns to length 1, of states and of centroids: each vector is a row."),
        (
            _in_blocks,
            "You go by absolute differences: the cosine is asked for, which has no regard to length.",
        ),
        (_times_length, "You multiply by the length: divide by it."),
        (_the_centroid, "That is the centroid itself: its number, 0 to K − 1, is asked for."),
        (_centred, "You subtract the middle of the centroids first: take the cosine of what is given."),
    ],
)
def nearest_centroid(states: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """Return, for each state, which centroid has the largest cosine with it: int (N,), 0 to K − 1.

    states (N, H), centroids (K, H); none of them is 0. How long they are makes no difference.
    """
    directions = centroids / np.linalg.norm(centroids, axis=1, keepdims=True)
    return (states @ directions.T).argmax(axis=1)
