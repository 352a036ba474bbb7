"""From the states of the tokens to a vector of the text: the strategies of bert-as-service, by its names.

Shapes: B texts, T tokens, H width. The marks around a text, such as [CLS] and [SEP], are tokens like the
others and take part, as there; padding never does.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from tlcourse.models.pretrained.minilm import mean_pool
from tlcourse.serve.settings import POOLING


def pool(states: Tensor, attention_mask: Tensor, strategy: str) -> Tensor:
    """(B, T, H) states and a (B, T) mask of 0 and 1 → (B, H); (B, 2 H) by REDUCE_MEAN_MAX.

    NONE leaves (B, T, H), with zeros where there is padding.

    Raises ValueError for an unknown strategy.
    """
    if strategy not in _STRATEGIES:
        raise ValueError(f"pooling is {strategy!r}, but it is one of {', '.join(POOLING)}.")
    return _STRATEGIES[strategy](states, attention_mask)


def _largest(states: Tensor, mask: Tensor) -> Tensor:
    return states.masked_fill(~mask.bool().unsqueeze(-1), -torch.inf).amax(dim=1)


def _last(states: Tensor, mask: Tensor) -> Tensor:
    return states[torch.arange(len(states)), mask.sum(dim=1) - 1]


_STRATEGIES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "NONE": lambda states, mask: states * mask.unsqueeze(-1),
    "REDUCE_MEAN": mean_pool,
    "REDUCE_MAX": _largest,
    "REDUCE_MEAN_MAX": lambda states, mask: torch.cat(
        [mean_pool(states, mask), _largest(states, mask)], dim=-1
    ),
    "CLS_TOKEN": lambda states, mask: states[:, 0],
    "LAST_TOKEN": _last,
}
