"""Exercises of lesson 04: what a position may look at."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.sequences_and_attention.exercises.drawing import tensor


def _length(rng: np.random.Generator) -> tuple[int]:
    return (int(rng.integers(2, 9)),)


def _future(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).triu()


def _not_itself(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril(-1)


def _one_too_many(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool).tril(1)


def _everything(length: int) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool)


@exercise(
    title="A causal mask",
    inputs=_length,
    hints=(
        "Draw it for three positions: row = who looks, column = what is looked at. Row 0 may see column 0 "
        "alone.",
        "`.tril()` keeps the lower left triangle of a matrix, `.triu()` the upper right one, both with the "
        "diagonal.",
        "`torch.ones(length, length, dtype=torch.bool)` is all True. Keep one of its two triangles: the "
        "one that leaves row 0 a single True.",
    ),
    wrong=[
        (_future, "Here every position sees itself and the future. It is the past that it may see."),
        (
            _not_itself,
            "A position may see itself, too: the diagonal has to be True. Row 0 sees nothing here.",
        ),
        (_one_too_many, "Off by one: every position also sees the next one, the one it has to predict."),
        (_everything, "This mask hides nothing."),
    ],
)
def causal_mask(length: int) -> Tensor:
    """Return a bool tensor (length, length), True where position i (row) may look at position j (column)."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def _scores_and_mask(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    shape = int(rng.integers(2, 5)), int(rng.integers(5, 8))
    mask = torch.from_numpy(rng.random(shape) < 0.5)
    mask[:, 0], mask[:, -1] = True, False  # every row has something to see, and something not to see
    return tensor(rng, *shape, scale=2.0), mask


def _masked_afterwards(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1) * mask


def _minus_one(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -1.0).softmax(dim=-1)


def _zeroed(scores: Tensor, mask: Tensor) -> Tensor:
    return (scores * mask).softmax(dim=-1)


def _inverted(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(mask, -torch.inf).softmax(dim=-1)


def _down_the_columns(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=0)


def _unmasked(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1)


@exercise(
    title="A softmax that cannot see what is masked",
    inputs=_scores_and_mask,
    equivalent={"result: absolute": "weights are never negative"},
    hints=(
        "Which score does a softmax turn into a weight of exactly 0?",
        "`scores.masked_fill(where, value)` writes `value` wherever `where` is True. `~mask` is True where "
        "mask is not.",
        "Write `-torch.inf` where the mask is False; then each row is to add up to 1: a softmax, over "
        "which axis?",
    ),
    wrong=[
        (
            _masked_afterwards,
            "You mask after the softmax: the hidden keys have taken their share already, so a row no "
            "longer adds up to 1. Mask the scores.",
        ),
        (
            _minus_one,
            "exp(−1) is 0.37, not 0: the hidden keys still get weight. Which score gives exactly 0?",
        ),
        (_zeroed, "A score of 0 is a score like any other: exp(0) = 1, so the hidden keys get weight."),
        (_inverted, "The mask is the wrong way round: True means that a key may be seen."),
        (_down_the_columns, "Your columns add up to 1. Each query (row) shares its weight among the keys."),
        (_unmasked, "The mask changes nothing yet: hidden keys get weight."),
    ],
)
def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Return weights (T, S): each row a softmax of its scores (T, S) where mask (T, S) is True, else 0."""
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
