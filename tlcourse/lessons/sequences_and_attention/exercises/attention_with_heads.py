"""Exercises of lesson 04: scaled dot-product attention, and the heads that share it."""

import math

import numpy as np
from torch import Tensor

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.sequences_and_attention.exercises.drawing import tensor


def _query_key_value(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """All sizes differ, that of the values too."""
    queries, keys, size = int(rng.integers(2, 5)), int(rng.integers(5, 8)), int(rng.integers(8, 11))
    return tensor(rng, queries, size), tensor(rng, keys, size), tensor(rng, keys, size + 3)


def _unscaled(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T).softmax(dim=-1) @ value


def _by_the_size(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / query.shape[-1]).softmax(dim=-1) @ value


def _by_the_keys(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / math.sqrt(key.shape[0])).softmax(dim=-1) @ value


def _scaled_up(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T * math.sqrt(query.shape[-1])).softmax(dim=-1) @ value


def _over_the_queries(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / math.sqrt(query.shape[-1])).softmax(dim=0) @ value


def _no_softmax(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return query @ key.T / math.sqrt(query.shape[-1]) @ value


def _weights_alone(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return (query @ key.T / math.sqrt(query.shape[-1])).softmax(dim=-1)


@exercise(
    title="Scaled dot-product attention",
    inputs=_query_key_value,
    hints=(
        "Three steps: a score for every query and key, weights from the scores, a weighted sum of the "
        "values.",
        "`query @ key.T` holds all dot products, one row per query. Divide by the square root of a "
        "vector's length.",
        "`query @ key.T / math.sqrt(query.shape[-1])` are the scores. Two steps remain: each row's "
        "softmax, and what these weights mix.",
    ),
    wrong=[
        (_unscaled, "The scores are not divided by √D yet (D = the length of a query)."),
        (_by_the_size, "You divide by D. A sum of D random terms grows like √D, so divide by √D."),
        (
            _by_the_keys,
            "You divide by the root of how many keys there are. It is the length D of each that counts.",
        ),
        (
            lambda query, key, value: (query @ key.T / math.sqrt(len(query))).softmax(dim=-1) @ value,
            "You divide by the root of how many queries there are. It is the length D of each that counts.",
        ),
        (
            lambda query, key, value: (query @ key.T / math.sqrt(value.shape[-1])).softmax(dim=-1) @ value,
            "You divide by the root of a value's length. It is the length of queries and keys that counts.",
        ),
        (
            lambda query, key, value: (query @ key.T).softmax(dim=-1) / math.sqrt(query.shape[-1]) @ value,
            "You divide by √D after the softmax. Divide the scores before it.",
        ),
        (
            lambda query, key, value: (
                (query @ key.T / math.sqrt(query.shape[-1])).softmax(dim=-1).softmax(dim=-1) @ value
            ),
            "You take the softmax twice: once is enough.",
        ),
        (
            lambda query, key, value: (
                (query @ key.T / math.sqrt(query.shape[-1])).log_softmax(dim=-1) @ value
            ),
            "These are logarithms of the weights: `softmax`, not `log_softmax`.",
        ),
        (
            lambda query, key, value: (query @ key.T / math.sqrt(query.shape[-1])).sigmoid() @ value,
            "A sigmoid lets every key get up to 1. A softmax makes the keys share one weight.",
        ),
        (_scaled_up, "You multiply by √D. That makes large scores larger still: divide."),
        (
            _over_the_queries,
            "Your softmax runs over the queries. Each query shares its weight among the keys.",
        ),
        (_no_softmax, "There is no softmax yet: the weights of a query have to add up to 1."),
        (_weights_alone, "These are the weights. Attention returns what they mix: weights @ value."),
    ],
)
def scaled_dot_product(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Return softmax(query keyᵀ / √D) value, (T, V), of query (T, D), key (S, D) and value (S, V)."""
    scores = query @ key.T / math.sqrt(query.shape[-1])
    return scores.softmax(dim=-1) @ value


def _states_and_heads(rng: np.random.Generator) -> tuple[Tensor, int]:
    heads = int(rng.integers(2, 5))
    return tensor(rng, int(rng.integers(5, 8)), 3 * heads), heads


def _viewed(x: Tensor, heads: int) -> Tensor:
    return x.reshape(heads, x.shape[0], -1)


def _interleaved(x: Tensor, heads: int) -> Tensor:
    return x.view(x.shape[0], -1, heads).permute(2, 0, 1)


def _heads_last(x: Tensor, heads: int) -> Tensor:
    return _not_transposed(x, heads).transpose(1, 2)


def _not_transposed(x: Tensor, heads: int) -> Tensor:
    return x.view(x.shape[0], heads, -1)


@exercise(
    title="Split into heads",
    inputs=_states_and_heads,
    hints=(
        "Each row of x belongs to one position. Cut every row into `heads` pieces, then put the heads in "
        "front.",
        "`x.view(T, heads, D)` cuts the rows: the shape is (T, heads, D). Which two axes have to change "
        "places?",
        "`x.view(x.shape[0], heads, -1)` is (T, heads, D). Exchange the first two axes.",
    ),
    wrong=[
        (
            _viewed,
            "The shape is right, but the positions are mixed up: `view(heads, T, D)` cuts the numbers in "
            "the order in which they lie in memory. Cut each row first, then transpose.",
        ),
        (
            _interleaved,
            "A head gets numbers from all over a row. It should get one piece of it, in one run.",
        ),
        (
            _not_transposed,
            "Each row is cut right, but the shape is (T, heads, D): bring the heads to the front.",
        ),
        (
            _heads_last,
            "Each row is cut right, but you exchange the last two axes: (T, D, heads). The first two have to "
            "change places.",
        ),
    ],
)
def split_heads(x: Tensor, heads: int) -> Tensor:
    """Return (heads, T, D): row t of head h is the h-th piece of row t of x (T, H), D = H / heads numbers."""
    return x.view(x.shape[0], heads, -1).transpose(0, 1)
