"""REDUCE_MEAN_MAX: the mean and the largest of each number, side by side."""

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise


def _states_and_mask(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """All sizes differ; numbers mostly below 0, so that a 0 of the padding would be the largest."""
    batch, length, width = int(rng.integers(3, 5)), int(rng.integers(6, 9)), int(rng.integers(9, 12))
    states = torch.from_numpy(rng.normal(loc=-1.5, size=(batch, length, width)).astype(np.float32))
    place = torch.arange(length)[None, :]
    begin, end = torch.zeros(batch, 1), torch.full((batch, 1), length)
    begin[0] = int(rng.integers(2, length - 1))
    end[-1] = int(rng.integers(2, length - 1))
    return states, ((place >= begin) & (place < end)).long()


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


def _max(states: Tensor, mask: Tensor) -> Tensor:
    return states.masked_fill(mask.unsqueeze(-1) == 0, -torch.inf).max(dim=1).values


def _of(mean: Tensor, largest: Tensor) -> Tensor:
    return torch.cat([mean, largest], dim=-1)


def _no_mask(states: Tensor, mask: Tensor) -> Tensor:
    return _of(states.mean(dim=1), states.max(dim=1).values)


def _padding_in_the_max(states: Tensor, mask: Tensor) -> Tensor:
    return _of(_mean(states, mask), states.max(dim=1).values)


def _zeros_in_the_max(states: Tensor, mask: Tensor) -> Tensor:
    return _of(_mean(states, mask), (states * mask.unsqueeze(-1)).max(dim=1).values)


def _over_length(states: Tensor, mask: Tensor) -> Tensor:
    return _of((states * mask.unsqueeze(-1)).mean(dim=1), _max(states, mask))


def _padding_in_the_mean(states: Tensor, mask: Tensor) -> Tensor:
    return _of(states.mean(dim=1), _max(states, mask))


def _sum(states: Tensor, mask: Tensor) -> Tensor:
    return _of((states * mask.unsqueeze(-1)).sum(dim=1), _max(states, mask))


def _turned(states: Tensor, mask: Tensor) -> Tensor:
    return _of(_max(states, mask), _mean(states, mask))


def _stacked(states: Tensor, mask: Tensor) -> Tensor:
    return torch.stack([_mean(states, mask), _max(states, mask)], dim=1)


def _one_under_the_other(states: Tensor, mask: Tensor) -> Tensor:
    return torch.cat([_mean(states, mask), _max(states, mask)], dim=0)


def _mean_alone(states: Tensor, mask: Tensor) -> Tensor:
    return _mean(states, mask)


def _max_alone(states: Tensor, mask: Tensor) -> Tensor:
    return _max(states, mask)


def _smallest(states: Tensor, mask: Tensor) -> Tensor:
    lowest = states.masked_fill(mask.unsqueeze(-1) == 0, torch.inf).min(dim=1).values
    return _of(_mean(states, mask), lowest)


def _added(states: Tensor, mask: Tensor) -> Tensor:
    return _mean(states, mask) + _max(states, mask)


def _first_n(states: Tensor, mask: Tensor) -> Tensor:
    rows = [s[:n] for s, n in zip(states, mask.sum(dim=1).tolist(), strict=True)]
    return torch.stack([torch.cat([r.mean(dim=0), r.max(dim=0).values]) for r in rows])


def _padding_alone(states: Tensor, mask: Tensor) -> Tensor:
    return mean_max(states, 1 - mask)


def _largest_token(states: Tensor, mask: Tensor) -> Tensor:
    size = states.norm(dim=-1).masked_fill(mask == 0, -1.0)
    return _of(_mean(states, mask), states[torch.arange(len(states)), size.argmax(dim=1)])


def _by_batch(states: Tensor, mask: Tensor) -> Tensor:
    total = (states * mask.unsqueeze(-1)).sum(dim=1) / mask.sum()
    return _of(total, _max(states, mask))


def _real_ones_masked(states: Tensor, mask: Tensor) -> Tensor:
    return _of(_mean(states, mask), states.masked_fill(mask.unsqueeze(-1) == 1, -torch.inf).amax(dim=1))


def _by_size(states: Tensor, mask: Tensor) -> Tensor:
    return _of(_mean(states, mask), (states * mask.unsqueeze(-1)).abs().amax(dim=1))


def _not_zeroed(states: Tensor, mask: Tensor) -> Tensor:
    return _of(states.sum(dim=1) / mask.sum(dim=1, keepdim=True), _max(states, mask))


def _multiplied(states: Tensor, mask: Tensor) -> Tensor:
    real = mask.unsqueeze(-1)
    return _of((states * real).sum(dim=1) * real.sum(dim=1), _max(states, mask))


def _divided_twice(states: Tensor, mask: Tensor) -> Tensor:
    return _of(
        _over_length(states, mask)[:, : states.shape[-1]] / mask.sum(dim=1, keepdim=True), _max(states, mask)
    )


@exercise(
    title="The mean and the largest",
    inputs=_states_and_mask,
    special={
        "all tokens are real": (
            torch.tensor([[[-1.0, 2.0, 0.5], [-3.0, 1.0, -0.5]]]),
            torch.ones(1, 2, dtype=torch.long),
        ),
        "one token is real": (
            torch.tensor([[[5.0, -2.0, 4.0], [-3.0, -1.0, -7.0], [9.0, 9.0, 9.0]]]),
            torch.tensor([[0, 1, 0]]),
        ),
        "the padding holds the largest numbers": (
            torch.tensor([[[-1.0, -2.0], [-4.0, -1.5], [8.0, 9.0]]]),
            torch.tensor([[1, 1, 0]]),
        ),
    },
    hints=(
        "The mean is lesson 01's. Of the largest: what has to stand in the padding's place so that it is "
        "never chosen?",
        "A 0 is no good: all real numbers may be below it. `states.masked_fill(where, value)` puts a value "
        "wherever `where` is True; −∞ is below everything.",
        "`mask.bool().unsqueeze(-1)` is True for real tokens, `~` turns it. Mean over the real ones, `.amax("
        "dim=1)` of the filled states, and `torch.cat([…, …], dim=-1)` puts both side by side.",
    ),
    wrong=[
        (_no_mask, "The padding takes part in both: the mask is not used."),
        (_padding_in_the_max, "The mean is right. In the largest, the padding takes part."),
        (
            _zeros_in_the_max,
            "The mean is right. In the largest, the padding became 0, which is more than all real "
            "numbers that are negative: fill it with −∞.",
        ),
        (
            _over_length,
            "The largest is right. The mean is divided by T: divide by the number of real tokens.",
        ),
        (_padding_in_the_mean, "The largest is right. In the mean, the padding takes part."),
        (_sum, "The largest is right. The other half is a sum: divide by the number of real tokens."),
        (_turned, "Both halves are right, in the other order: the mean comes first."),
        (
            _stacked,
            "Both are right, but stacked along a new axis: `torch.cat(…, dim=-1)` puts them side by side, "
            "(B, 2 H).",
        ),
        (
            _one_under_the_other,
            "Both are right, but one text is under the other: join them along the last axis.",
        ),
        (_mean_alone, "The mean is right: the largest is missing beside it."),
        (_max_alone, "The largest is right: the mean is missing before it."),
        (_smallest, "The mean is right. The other half are the smallest: take the largest."),
        (_added, "The two are added: put them side by side, (B, 2 H)."),
        (
            _first_n,
            "You take the first n tokens, n being the number of real ones. But the first text is padded "
            "on the left: the mask says *where* they are.",
        ),
        (_padding_alone, "This is of the padding: where the mask is 1 the tokens are real."),
        (
            _largest_token,
            "You take one token, that with the longest vector: the largest is taken for each number by "
            "itself.",
        ),
        (
            _real_ones_masked,
            "The mean is right. In the largest, you masked the real tokens: mask the padding.",
        ),
        (
            _by_size,
            "The mean is right. The other half is the largest *size*: −3 is less than 1, so no absolute "
            "value.",
        ),
        (
            _not_zeroed,
            "The largest is right. In the mean, the padding is summed, too: only its number is left out.",
        ),
        (
            _multiplied,
            "The largest is right. The sum is multiplied by the number of real tokens: divide by it.",
        ),
        (_divided_twice, "The largest is right. The mean is divided twice: sum, then divide once."),
        (_by_batch, "You divide by the real tokens of the whole batch: each text has its own number."),
    ],
)
def mean_max(states: Tensor, mask: Tensor) -> Tensor:
    """Return (B, 2 H): the mean, then the largest of each number, of the tokens with mask 1.

    states is (B, T, H), mask (B, T) of 0 and 1.
    """
    real = mask.bool().unsqueeze(-1)
    mean = (states * real).sum(dim=1) / real.sum(dim=1)
    largest = states.masked_fill(~real, -torch.inf).amax(dim=1)
    return torch.cat([mean, largest], dim=-1)
