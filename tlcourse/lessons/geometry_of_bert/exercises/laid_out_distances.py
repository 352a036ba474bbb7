"""Squared distances between points."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _points(rng: np.random.Generator) -> np.ndarray:
    n, width = int(rng.integers(6, 9)), int(rng.integers(3, 6))
    return rng.normal(size=(n, width)) * rng.uniform(0.5, 2.0, size=width) + rng.normal(size=width)


def _steps(points: np.ndarray) -> np.ndarray:
    return points[:, None] - points[None]


def _distances(points: np.ndarray) -> np.ndarray:
    return np.sqrt((_steps(points) ** 2).sum(axis=-1))


def _mean(points: np.ndarray) -> np.ndarray:
    return (_steps(points) ** 2).mean(axis=-1)


def _in_blocks(points: np.ndarray) -> np.ndarray:
    return np.abs(_steps(points)).sum(axis=-1)


def _sum_squared(points: np.ndarray) -> np.ndarray:
    return _steps(points).sum(axis=-1) ** 2


def _sum_alone(points: np.ndarray) -> np.ndarray:
    return _steps(points).sum(axis=-1)


def _not_summed(points: np.ndarray) -> np.ndarray:
    return _steps(points) ** 2


def _products(points: np.ndarray) -> np.ndarray:
    return points @ points.T


def _centred_products(points: np.ndarray) -> np.ndarray:
    centred = points - points.mean(axis=0)
    return centred @ centred.T


def _one_product(points: np.ndarray) -> np.ndarray:
    lengths = (points**2).sum(axis=1)
    return lengths[:, None] + lengths - points @ points.T


def _plus_products(points: np.ndarray) -> np.ndarray:
    lengths = (points**2).sum(axis=1)
    return lengths[:, None] + lengths + 2 * points @ points.T


def _difference_of_lengths(points: np.ndarray) -> np.ndarray:
    lengths = (points**2).sum(axis=1)
    return lengths[:, None] - lengths


def _difference_of_lengths_squared(points: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(points, axis=1)
    return (lengths[:, None] - lengths) ** 2


def _cosine_distances(points: np.ndarray) -> np.ndarray:
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    return 1 - unit @ unit.T


def _of_unit_vectors(points: np.ndarray) -> np.ndarray:
    return _not_summed(points / np.linalg.norm(points, axis=1, keepdims=True)).sum(axis=-1)


def _between_columns(points: np.ndarray) -> np.ndarray:
    return _not_summed(points.T).sum(axis=-1)


def _half(points: np.ndarray) -> np.ndarray:
    return np.triu(_not_summed(points).sum(axis=-1))


def _other_half(points: np.ndarray) -> np.ndarray:
    return np.tril(_not_summed(points).sum(axis=-1))


def _largest(points: np.ndarray) -> np.ndarray:
    return _not_summed(points).max(axis=-1)


def _to_the_mean(points: np.ndarray) -> np.ndarray:
    return ((points - points.mean(axis=0)) ** 2).sum(axis=1)


def _neighbours(points: np.ndarray) -> np.ndarray:
    return (np.diff(points, axis=0) ** 2).sum(axis=1)


def _over_points(points: np.ndarray) -> np.ndarray:
    return ((points[:, None] - points) ** 2).sum(axis=0)


@exercise(
    title="Squared distances",
    inputs=_points,
    special={
        "a tree is laid out": (np.array([[1.0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 1, 1]]),),
        "two points fall together": (np.array([[1.0, 2], [1, 2], [3, -1]]),),
    },
    equivalent={
        "points[:, None] - points → points - points[:, None]": "squared, the sign goes",
        "points[:, None] - points → abs(points[:, None] - points)": "squared, the sign goes",
        "result: absolute": "squares are never negative",
        "result: transposed": "as far from i to j as from j to i",
    },
    hints=(
        "From each point to each other: what is the step between them, number by number?",
        "`points[:, None]` is (n, 1, d). Subtract `points` from it: (n, n, d), the step from each to each.",
        "Square the steps, then add up: along which axis do the d numbers of one step lie? No root.",
    ),
    wrong=[
        (_distances, "That is the distance: its square is asked for, so no root."),
        (_over_points, "You add up over the points: add up over the coordinates, the last axis."),
        (_mean, "You take the mean over the coordinates: add them up."),
        (_in_blocks, "You add up absolute differences: add up their squares."),
        (_sum_squared, "You add up first, and square the sum: square each, then add up."),
        (_sum_alone, "You add up the differences: square each of them first."),
        (_not_summed, "The squares are there: now add them up over the coordinates, the last axis."),
        (_products, "These are dot products: for a distance, subtract first."),
        (
            _centred_products,
            "These are dot products of what is centred: for a distance, subtract one point from the other.",
        ),
        (_one_product, "‖x − y‖² = ‖x‖² + ‖y‖² − 2·x·y: the 2 is missing."),
        (_plus_products, "‖x − y‖² = ‖x‖² + ‖y‖² − 2·x·y: the products are subtracted."),
        (
            _difference_of_lengths,
            "That is the difference of two squared lengths, not the squared length of a difference.",
        ),
        (
            _difference_of_lengths_squared,
            "You compare lengths: two points of the same length may lie far apart.",
        ),
        (_cosine_distances, "That is 1 − cosine: the points' lengths count here."),
        (_of_unit_vectors, "You bring the points to length 1 first: their lengths count here."),
        (_between_columns, "These are distances between columns, (d, d): a point is a row."),
        (_half, "Below the diagonal all is 0: the way back is as long as the way there."),
        (_other_half, "Above the diagonal all is 0: the way there is as long as the way back."),
        (_largest, "You take the largest of the squares: add them up."),
        (
            _to_the_mean,
            "That is how far each lies from the mean of all: from each to each is asked for, (n, n).",
        ),
        (_neighbours, "That is how far each lies from the next: from each to each is asked for, (n, n)."),
    ],
)
def squared_distances(points: np.ndarray) -> np.ndarray:
    """Return ‖points[i] − points[j]‖² for all i and j, (n, n), of points (n, d)."""
    steps = points[:, None] - points
    return (steps**2).sum(axis=-1)
