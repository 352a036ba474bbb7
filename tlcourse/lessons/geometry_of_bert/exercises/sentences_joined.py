"""How near a word's vector lies to its own sense, beside the other."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _state_own_other(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    width = int(rng.integers(6, 10))
    shared = rng.uniform(0.5, 1.5, size=width)
    own, other = (shared + rng.normal(scale=0.5, size=width) for _ in range(2))
    share = rng.uniform(0.2, 0.8)
    state = share * own + (1 - share) * other + rng.normal(scale=0.15, size=width)
    sizes = rng.permutation([0.3, 1.7, 4.0]) * rng.uniform(0.8, 1.2, size=3)
    return state * sizes[0], own * sizes[1], other * sizes[2]


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _upside_down(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, other) / _cosine(state, own)


def _gap(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, own) - _cosine(state, other)


def _dots(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(state @ own / (state @ other))


def _distances(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(state - own) / np.linalg.norm(state - other))


def _distances_upside_down(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(state - other) / np.linalg.norm(state - own))


def _squared_distances(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(np.square(state - own).sum() / np.square(state - other).sum())


def _share(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, own) / (_cosine(state, own) + _cosine(state, other))


def _own_alone(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, own)


def _other_alone(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, other)


def _between_senses(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(own, other)


def _by_senses(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, own) / _cosine(own, other)


def _wrong_way_lengths(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(state @ own / (state @ other) * np.linalg.norm(own) / np.linalg.norm(other))


def _squared_lengths(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(state @ own / (state @ other) * (other @ other) / (own @ own))


def _product(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return _cosine(state, own) * _cosine(state, other)


def _one_minus(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return (1 - _cosine(state, own)) / (1 - _cosine(state, other))


def _angles(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(np.arccos(_cosine(state, own)) / np.arccos(_cosine(state, other)))


def _angles_upside_down(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return 1 / _angles(state, own, other)


def _larger_by_smaller(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    both = _pair(state, own, other)
    return max(both) / min(both)


def _gap_of_distances(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(np.linalg.norm(state - own) - np.linalg.norm(state - other))


def _own_length_alone(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(state @ own / np.linalg.norm(own) / (state @ other))


def _other_length_alone(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(state @ own / (state @ other) * np.linalg.norm(other))


def _pair(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    return _cosine(state, own), _cosine(state, other)


def _nearer(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> bool:
    return _cosine(state, own) > _cosine(state, other)


def _log_ratio(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    return float(np.log(_cosine(state, own) / _cosine(state, other)))


@exercise(
    title="Nearer to its own sense?",
    inputs=_state_own_other,
    special={
        "it lies as near to both": (np.array([1.0, 1.0]), np.array([2.0, 0.5]), np.array([0.25, 1.0])),
        "the other centroid is nearer": (np.array([0.2, 3.0]), np.array([1.0, 0.5]), np.array([0.1, 1.0])),
    },
    equivalent={
        "result: absolute": "with cosines above 0, so is their ratio",
        "a @ b → b @ a": "a dot product, either way",
        "np.linalg.norm(a) * np.linalg.norm(b) → np.linalg.norm(b)": "the length of `state` cancels",
        "cosine(state, own) → cosine(own, state)": "a cosine, either way",
        "cosine(state, other) → cosine(other, state)": "a cosine, either way",
    },
    hints=(
        "Twice the same question, with one centroid and with the other: in how nearly the same direction do "
        "they point?",
        "The cosine: the dot product over the product of the two lengths. One is then divided by the other.",
        "Above 1 is to say that the use lies nearer to its own sense: which cosine goes on top? (The length "
        "of "
        "`state` stands in both, and cancels.)",
    ),
    wrong=[
        (_upside_down, "The ratio is upside down: own over other, above 1 if it lies nearer to its own."),
        (_gap, "That is the difference of the cosines: their ratio is asked for."),
        (_dots, "Dot products grow with a centroid's length: divide by it, for the cosine."),
        (_distances, "These are distances, which are small where it is near: take cosines."),
        (
            _distances_upside_down,
            "These are distances, the other's over its own: take cosines, own over other.",
        ),
        (_squared_distances, "These are squared distances: take cosines."),
        (_share, "That is own / (own + other), which is 0.5 in the middle: own / other is 1 there."),
        (_own_alone, "That is the cosine with its own centroid: divide it by that with the other."),
        (_other_alone, "That is the cosine with the other's centroid: divide that with its own by it."),
        (_between_senses, "That is the cosine of the two centroids: `state` is to be compared with each."),
        (_by_senses, "You divide by the cosine of the two centroids: by that of `state` with the other."),
        (_wrong_way_lengths, "You multiply by the lengths: a cosine divides by them."),
        (_squared_lengths, "You divide by squared lengths: a root is missing."),
        (_product, "You multiply the two cosines: divide one by the other."),
        (_one_minus, "1 − cosine is a distance, small where it is near: take the cosines themselves."),
        (_angles, "These are angles, small where it is near: take the cosines themselves."),
        (_angles_upside_down, "These are angles, the other's over its own: take the cosines themselves."),
        (_larger_by_smaller, "You divide the larger by the smaller: own over other, which may be below 1."),
        (_gap_of_distances, "That is a difference of distances: a ratio of cosines is asked for."),
        (_own_length_alone, "The length of `other` is left out: the dot product with it is no cosine."),
        (_other_length_alone, "The length of `own` is left out: the dot product with it is no cosine."),
        (_pair, "Both cosines are there: divide the first by the second."),
        (_nearer, "You say whether it is nearer: how much, as a ratio, is asked for."),
        (_log_ratio, "That is the logarithm of the ratio: the ratio itself is asked for."),
    ],
)
def similarity_ratio(state: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    """Return cos(state, own) / cos(state, other): above 1 if a use lies nearer to its own sense.

    state (H,): the vector of the use. own, other (H,): the centroid of its own sense and that of the other.
    Both cosines are above 0.
    """

    def cosine(a, b):
        return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))

    return float(cosine(state, own) / cosine(state, other))
