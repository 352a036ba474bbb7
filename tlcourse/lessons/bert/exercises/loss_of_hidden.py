"""The loss of what was hidden from BERT."""

import math

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _log_p_ids_chosen(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    length, size = int(rng.integers(7, 10)), int(rng.integers(11, 15))
    log_p = torch.from_numpy(rng.normal(scale=2.0, size=(length, size))).float().log_softmax(dim=-1)
    chosen = torch.zeros(length, dtype=torch.bool)
    chosen[torch.from_numpy(rng.permutation(length)[: int(rng.integers(2, 5))])] = True
    return log_p, torch.from_numpy(rng.permutation(size)[:length]), chosen


def _everywhere(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[torch.arange(len(ids)), ids].mean()


def _others(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[torch.arange(len(ids)), ids][~chosen].mean()


def _summed(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[torch.arange(len(ids)), ids][chosen].sum()


def _by_length(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -(log_p[torch.arange(len(ids)), ids] * chosen).mean()


def _sign(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return log_p[torch.arange(len(ids)), ids][chosen].mean()


def _probability(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p.exp()[torch.arange(len(ids)), ids][chosen].mean()


def _logarithm_twice(log_p: Tensor, ids: Tensor, chosen: Tensor) -> float:
    return math.nan  # ln of something negative; as an array it would stand for any one number


def _likeliest(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[chosen].max(dim=1).values.mean()


def _next(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[torch.arange(len(ids)), ids.roll(-1)][chosen].mean()


def _each(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[torch.arange(len(ids)), ids][chosen]


def _whole_rows(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[chosen].mean()


def _table_of_words(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    return -log_p[chosen][:, ids[chosen]].mean()


@exercise(
    title="The loss of what was hidden",
    inputs=_log_p_ids_chosen,
    special={
        "one chosen": (
            torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.25, 0.25, 0.5]]).log(),
            torch.tensor([2, 0, 1]),
            torch.tensor([False, True, False]),
        )
    },
    equivalent={
        "result: absolute": "a negative log-likelihood is never negative",
        "result: a list": "the list of one number",
    },
    hints=(
        "Of a row of `log_p`, one number counts: that of the piece that stands there. Not every row does.",
        "`log_p[chosen]` are the rows that count, `ids[chosen]` the pieces that belong there.",
        "`rows.gather(1, wanted[:, None])` picks one number from each row. Their mean, with the sign turned.",
    ),
    wrong=[
        (_everywhere, "Every place counts here. BERT's loss is of the chosen ones alone."),
        (_others, "These are the places that were *not* chosen."),
        (_summed, "That is the sum: the mean over the chosen places is wanted."),
        (_by_length, "You divide by the length of the text: by the number of chosen places."),
        (_sign, "A loss falls as things get better: turn the sign."),
        (_probability, "These are probabilities: `log_p` has the logarithms already, no `exp`."),
        (
            _logarithm_twice,
            "The loss is not a number. `log_p` are logarithms already: another log of them gives NaN, and so "
            "do 0 · (−∞) and a mean over nothing.",
        ),
        (_likeliest, "That is the likeliest piece of each row: the one that stands there is wanted."),
        (_next, "The piece at the place itself is predicted, not the next one."),
        (_each, "One loss for each chosen place: take their mean."),
        (_whole_rows, "All pieces of a row count here: only the one that stands there does."),
        (
            _table_of_words,
            "Each row is asked for the pieces of all places: only for its own. `gather`.",
        ),
    ],
)
def masked_loss(log_p: Tensor, ids: Tensor, chosen: Tensor) -> Tensor:
    """Return the mean of − ln p of the true pieces at the chosen places: log_p (T, V), ids, chosen (T,)."""
    wanted = log_p[chosen].gather(1, ids[chosen][:, None])
    return -wanted.mean()
