"""Exercises of lesson 04: what a position may look at."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.sequences_and_attention.exercises.drawing import tensor

_ALMOST_HIDDEN = (
    "What you write where the mask is False is low, but other scores can be lower: then the hidden keys get "
    "weight. Which score gives exactly 0, whatever the others are?"
)


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


def _to_be_added(length: int) -> Tensor:
    return torch.full((length, length), -torch.inf).triu(1)


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
        (
            _to_be_added,
            "This is what is added to the scores: 0 where one may look, −∞ where not. The mask is True where "
            "one may look, and False elsewhere: where is yours 0?",
        ),
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


def _hidden_ahead(shift: float) -> tuple[Tensor, Tensor]:
    """Scores around `shift`, those of the hidden keys 30 above it: what is not quite hidden shows."""
    scores, mask = _scores_and_mask(np.random.default_rng(5))
    return scores + shift + 30.0 * ~mask, mask


def _masked_afterwards(scores: Tensor, mask: Tensor) -> Tensor:
    return scores.softmax(dim=-1) * mask


def _filled_with(value: float) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda scores, mask: scores.masked_fill(~mask, value).softmax(dim=-1)


def _with_added(value: float) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda scores, mask: (scores + value * ~mask).softmax(dim=-1)


def _overflowing(scores: Tensor, mask: Tensor) -> Tensor:
    weights = scores.exp() * mask
    return weights / weights.sum(dim=-1, keepdim=True)


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
    special={
        "all scores are far below 0": _hidden_ahead(-150.0),
        "all scores are far above 0": _hidden_ahead(150.0),
    },
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
            _filled_with(-1.0),
            "exp(−1) is 0.37, not 0: the hidden keys still get weight. Which score gives exactly 0?",
        ),
        (_zeroed, "A score of 0 is a score like any other: exp(0) = 1, so the hidden keys get weight."),
        (_inverted, "The mask is the wrong way round: True means that a key may be seen."),
        (_down_the_columns, "Your columns add up to 1. Each query (row) shares its weight among the keys."),
        (_unmasked, "The mask changes nothing yet: hidden keys get weight."),
        *(
            (wrong(low), _ALMOST_HIDDEN)
            for low in (-5.0, -10.0, -15.0, -20.0, -30.0)
            for wrong in (_filled_with, _with_added)
        ),
        (
            _overflowing,
            "`exp` of a large score is infinite, and that of a very low one 0: such rows give NaN. `softmax` "
            "takes care of that.",
        ),
    ],
)
def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Return weights (T, S): each row a softmax of its scores (T, S) where mask (T, S) is True, else 0."""
    return scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
