"""From the states of a text's tokens to one vector for it."""

import numpy as np
import torch

from tlcourse.exercises.machinery import exercise


def _states_and_mask(rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """All sizes differ; the first row is padded on the left, the last on the right."""
    batch, length, width = int(rng.integers(2, 4)), int(rng.integers(6, 9)), int(rng.integers(4, 6))
    states = torch.from_numpy(rng.normal(size=(batch, length, width)).astype(np.float32))
    place = torch.arange(length)[None, :]
    begin, end = torch.zeros(batch, 1), torch.full((batch, 1), length)
    begin[0] = int(rng.integers(2, length - 1))
    end[-1] = int(rng.integers(2, length - 1))
    return states, ((place >= begin) & (place < end)).long()


def _with_zeros() -> tuple[torch.Tensor, torch.Tensor]:
    """Real tokens with values of 0: they count all the same."""
    states, mask = _states_and_mask(np.random.default_rng(11))
    states = states.clone()
    states[:, :, 0] *= torch.arange(states.shape[1]) % 2  # every other token
    return states, mask


def _pool_from_the_left(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return torch.stack([s[:n].mean(dim=0) for s, n in zip(states, mask.sum(dim=1).tolist(), strict=True)])


def _pool_all(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states.mean(dim=1)


def _pool_over_length(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).mean(dim=1)


def _pool_sum(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).sum(dim=1)


def _pool_first(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states[:, 0]


def _pool_real(states: torch.Tensor, mask: torch.Tensor, part: slice) -> torch.Tensor:
    return torch.stack([s[m.bool()][part].mean(dim=0) for s, m in zip(states, mask, strict=True)])


def _pool_batch_total(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return (states * mask.unsqueeze(-1)).sum(dim=1) / mask.sum()


def _pool_max(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    return states.masked_fill(mask.unsqueeze(-1) == 0, -torch.inf).max(dim=1).values


@exercise(
    title="Mean pooling with a mask",
    inputs=_states_and_mask,
    special={"a state holds zeros": _with_zeros()},
    equivalent={
        "mask.unsqueeze(-1).to(states.dtype) → mask.unsqueeze(-1)": "torch multiplies whole numbers with "
        "fractions, too",
    },
    hints=(
        "Padding has states too, and they mean nothing. How can a factor of 0 or 1 take them out of a sum?",
        "`mask.unsqueeze(-1)` is (B, T, 1), so it multiplies states (B, T, H). How many tokens are real in "
        "each row?",
        "`(states * mask.unsqueeze(-1)).sum(dim=1)` is the sum of the real ones. Divide it by how many "
        "they are in each row; that has to be (B, 1), which `keepdim=True` does.",
    ),
    wrong=[
        (_pool_all, "You average over the padding too: the mask is not used."),
        (
            _pool_over_length,
            "The sum is right, but you divide by T, the padded length. Divide by the number of real tokens.",
        ),
        (
            _pool_sum,
            "This is the sum: long sentences would get long vectors. Divide by the number of real tokens.",
        ),
        (
            _pool_from_the_left,
            "You average the first n states, n being the number of real tokens. But the first row is "
            "padded on the left: the mask says *where* the real ones are.",
        ),
        (
            lambda states, mask: torch.stack(
                [s[m.bool()].mean(dim=0) for s, m in zip(states, 1 - mask, strict=True)]
            ).nan_to_num(),
            "This is the mean of the padding. Where the mask is 1 the tokens are real.",
        ),
        (_pool_first, "This takes the first token's state. It is a pooling too, but not the mean."),
        (
            _pool_batch_total,
            "You divide by the real tokens of the whole batch. Each sentence has its own number: sum over "
            "`dim=1`.",
        ),
        (
            lambda states, mask: _pool_sum(states, mask) / (mask.sum(dim=1, keepdim=True) + 1),
            "The sum is right, but you divide by one too many. Divide by the number of real tokens.",
        ),
        (
            lambda states, mask: _pool_real(states, mask, slice(None, -1)),
            "The last real token is left out. Where the mask is 1, the token counts.",
        ),
        (
            lambda states, mask: _pool_real(states, mask, slice(1, None)),
            "The first real token is left out. Where the mask is 1, the token counts.",
        ),
        (
            lambda states, mask: (
                (states * mask.unsqueeze(-1)).sum(dim=1) / (states * mask.unsqueeze(-1) != 0).sum(dim=1)
            ),
            "You count the values that are not 0. A real token may have a 0, too: the mask says how many "
            "there are.",
        ),
        (
            lambda states, mask: torch.stack([s[m].mean(dim=0) for s, m in zip(states, mask, strict=True)]),
            "An index of 0 and 1 takes the first and the second token, again and again. Made a bool, "
            "`mask.bool()`, it picks the tokens where it is 1.",
        ),
        (
            lambda states, mask: states.sum(dim=1) / mask.sum(dim=1, keepdim=True),
            "You divide by the number of real tokens, but your sum holds the padding, too.",
        ),
        (_pool_max, "This is max pooling: the largest value of each feature. Take the mean."),
    ],
)
def mean_pool(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Average the states (B, T, H) of the real tokens, those where mask (B, T) is 1, to (B, H)."""
    weights = mask.unsqueeze(-1).to(states.dtype)  # (B, T, 1)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)
