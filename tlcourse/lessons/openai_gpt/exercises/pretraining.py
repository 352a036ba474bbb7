"""The loss of pretraining."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _batch(rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    rows, longest, size = int(rng.integers(2, 4)), int(rng.integers(5, 8)), int(rng.integers(9, 13))
    logits = torch.from_numpy(rng.normal(scale=2.0, size=(rows, longest, size))).float()
    ids = torch.from_numpy(rng.integers(1, size, size=(rows, longest)))
    lengths = torch.full((rows,), longest)
    lengths[1:] = torch.from_numpy(rng.integers(2, longest - 1, size=rows - 1))
    mask = (torch.arange(longest) < lengths[:, None]).long()
    return logits, ids * mask, mask


def _unshifted(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    return F.cross_entropy(logits[mask.bool()], ids[mask.bool()])


def _shifted_back(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    real = mask[:, 1:].bool()
    return F.cross_entropy(logits[:, 1:][real], ids[:, :-1][real])


def _padding_too(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())


def _mask_of_reader(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    real = mask[:, :-1].bool()
    return F.cross_entropy(logits[:, :-1][real], ids[:, 1:][real])


def _sum(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    real = mask[:, 1:].bool()
    return F.cross_entropy(logits[:, :-1][real], ids[:, 1:][real], reduction="sum")


def _over_all(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    return _sum(logits, ids, mask) / mask.sum()


def _over_places(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    return _sum(logits, ids, mask) / mask[:, 1:].numel()


def _mean_of_rows(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    losses = F.cross_entropy(logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")
    return ((losses * mask[:, 1:]).sum(dim=1) / mask[:, 1:].sum(dim=1)).mean()


def _no_logarithm(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    p = logits[:, :-1].softmax(dim=-1).gather(2, ids[:, 1:, None]).squeeze(2)
    return -p[mask[:, 1:].bool()].mean()


def _no_softmax(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    picked = logits[:, :-1].gather(2, ids[:, 1:, None]).squeeze(2)
    return -picked[mask[:, 1:].bool()].mean()


def _sign(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    real = mask[:, 1:].bool()
    return -F.cross_entropy(logits[:, :-1][real], ids[:, 1:][real])


def _softmax_twice(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    real = mask[:, 1:].bool()
    return F.cross_entropy(logits.softmax(dim=-1)[:, :-1][real], ids[:, 1:][real])


def _over_rows(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    return _sum(logits, ids, mask) / len(logits)


@exercise(
    title="The loss of the next piece",
    inputs=_batch,
    equivalent={
        "result: absolute": "a mean of −log p is never negative",
        "result: a list": "the list of one number",
    },
    hints=(
        "Take the row `[5, 7, 9, 0]` with mask `[1, 1, 1, 0]`. Which positions have something to predict, "
        "and what? There are two.",
        "`logits[:, :-1]` are the predictions that have a next piece, `ids[:, 1:]` are those pieces. Whether "
        "such a piece is a real one, `mask[:, 1:]` says.",
        "Select with a bool mask, `x[real]`, on both sides; then "
        "`torch.nn.functional.cross_entropy(predictions, pieces)` takes softmax, logarithm and mean.",
    ),
    wrong=[
        (_unshifted, "Position t has read piece t already: its logits are for piece t + 1. Shift by one."),
        (_shifted_back, "Shifted the wrong way: position t predicts piece t + 1, here it predicts t − 1."),
        (_padding_too, "Padding is among the targets. Leave out what the mask says is no piece."),
        (
            _mask_of_reader,
            "The mask is that of the position that predicts. What counts is whether the piece that is "
            "predicted is real: `mask[:, 1:]`.",
        ),
        (_sum, "That is the sum. Take the mean over all pieces that are predicted."),
        (_over_all, "Divided by all real pieces; but the first one of each row is predicted by nothing."),
        (_over_places, "Divided by all places: the padding counts in the denominator."),
        (
            _mean_of_rows,
            "That is the mean of each row's mean. Here each piece counts once, so a short row counts less.",
        ),
        (_no_logarithm, "That is the mean probability: the loss has −log p."),
        (_no_softmax, "Logits are no log-probabilities yet: `log_softmax` over the last axis makes them so."),
        (
            _softmax_twice,
            "`cross_entropy` takes logits: the softmax is done inside, so here it is done twice.",
        ),
        (_over_rows, "The sum is divided by the number of rows. Divide by the number of pieces predicted."),
        (_sign, "A loss falls as things get better: turn the sign."),
    ],
)
def next_piece_loss(logits: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """Return the mean −log p of the next piece: logits (B, T, V), ids (B, T), mask (B, T) 0 = padding."""
    real = mask[:, 1:].bool()
    return torch.nn.functional.cross_entropy(logits[:, :-1][real], ids[:, 1:][real])
