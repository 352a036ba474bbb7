"""Two hidden words together, by the chain rule."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _alone_and_given(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n = int(rng.integers(4, 7))
    alone = -rng.uniform(3.0, 9.0, size=(n, 2)).round(2)
    return alone, (alone + rng.uniform(0.3, 2.5, size=(n, 2))).round(2)


def _at_once(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return np.repeat(alone.sum(axis=1, keepdims=True), 2, axis=1)


def _same_twice(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return alone + given


def _both_given(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return np.repeat(given.sum(axis=1, keepdims=True), 2, axis=1)


def _orders_swapped(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return (alone + given[:, ::-1])[:, ::-1]


def _mean_of_orders(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return (alone + given[:, ::-1]).mean(axis=1)


def _probabilities(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return np.exp(alone + given[:, ::-1])


def _multiplied(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return alone * given[:, ::-1]


def _gain(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return given[:, ::-1] - alone


def _sum_of_probabilities(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    return np.log(np.exp(alone) + np.exp(given[:, ::-1]))


@exercise(
    title="Both words, by the chain rule",
    inputs=_alone_and_given,
    special={
        "the second says nothing of the first": (np.array([[-3.0, -4.0]]), np.array([[-3.0, -1.0]])),
    },
    any_kind=True,
    equivalent={"result: a list": "the same numbers"},
    hints=(
        "log p(a, b) = log p(a) + log p(b given a): one that is said alone, and the *other* given it.",
        "Column 0 needs column 0 of `alone` and column 1 of `given`; column 1 the two others.",
        "`given[:, ::-1]` has its two columns swapped.",
    ),
    wrong=[
        (_at_once, "Both are said alone: so BERT does. One of the two has to be given the other."),
        (
            _same_twice,
            "You add a word alone and the *same* word given the other. One word alone, the other given it.",
        ),
        (_both_given, "Each is given the other: then none of them was predicted first."),
        (_orders_swapped, "The columns are swapped: column 0 begins with the first word."),
        (_mean_of_orders, "That is the mean of both orders: return a column for each."),
        (_probabilities, "These are probabilities: no `exp`, the logarithms are wanted."),
        (
            _sum_of_probabilities,
            "That is the logarithm of a sum: probabilities are multiplied, so their logarithms are added.",
        ),
        (_multiplied, "You multiply logarithms: where probabilities are multiplied, logarithms are added."),
        (_gain, "That is a difference: by the chain rule, the two logarithms are added."),
    ],
)
def joint(alone: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Return log p of both words, (N, 2): column 0 says the first word first, column 1 the second first.

    `alone` (N, 2): log p of the first word and of the second, both hidden. `given` (N, 2): log p of the first
    with the second in sight, and of the second with the first in sight.
    """
    return alone + given[:, ::-1]
