"""Choosing the next piece: the likeliest one, or one drawn at a temperature, among k or from the nucleus.

Top-k: Fan et al. 2018, section 5.4. Nucleus, and what each of them does to a text: Holtzman et al. 2020.
Shapes: B sequences, T pieces, V vocabulary size. Logits and log-probabilities are treated alike.

Taught in lesson *OpenAI GPT*.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Choice:
    """How a piece is chosen. `temperature=0` takes the likeliest piece each time, whatever the rest says.

    Attributes:
        temperature: logits are divided by it: below 1 likely pieces become likelier.
        top_k: draw among the k likeliest alone; None among all.
        top_p: draw from the nucleus alone, the likeliest pieces that have `top_p` of the probability.

    Raises ValueError for a value that nothing can be drawn with.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if not self.temperature >= 0:
            raise ValueError(f"temperature is {self.temperature}, expected 0 or more.")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k is {self.top_k}, expected 1 or more, or None for all pieces.")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p is {self.top_p}, expected more than 0 and at most 1, or None.")


def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """(…, V) → the same, −∞ for all but the k largest; what is as large as the last of them stays, too."""
    smallest_kept = logits.topk(min(k, logits.shape[-1])).values[..., -1:]
    return logits.masked_fill(logits < smallest_kept, -torch.inf)


def keep_nucleus(logits: Tensor, p: float) -> Tensor:
    """(…, V) → the same, −∞ outside the nucleus: the fewest pieces that together have probability p or more.

    Holtzman et al. 2020, section 3.1, equation 2. The likeliest piece always stays.
    """
    probabilities, order = logits.softmax(dim=-1).sort(dim=-1, descending=True, stable=True)
    before = probabilities.cumsum(dim=-1) - probabilities  # what those that are likelier have together
    outside = torch.empty_like(before, dtype=torch.bool).scatter_(-1, order, before >= p)
    return logits.masked_fill(outside, -torch.inf)


def distribution(logits: Tensor, choice: Choice) -> Tensor:
    """(…, V) → the probabilities (…, V) that a piece is drawn with: temperature, then top k, then nucleus."""
    if choice.temperature == 0:
        likeliest = logits.argmax(dim=-1, keepdim=True)
        return torch.zeros_like(logits).scatter_(-1, likeliest, 1.0)
    logits = logits / choice.temperature
    if choice.top_k is not None:
        logits = keep_top_k(logits, choice.top_k)
    if choice.top_p is not None:
        logits = keep_nucleus(logits, choice.top_p)
    return logits.softmax(dim=-1)


@torch.no_grad()
def continued(
    next_logits: Callable[[Tensor], Tensor],
    input_ids: Tensor,
    max_new_tokens: int,
    choice: Choice | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Continue (B, T) to (B, T + max_new_tokens), one piece after the other.

    Args:
        next_logits: (B, T) → (B, V), for the piece after the last.
        generator: of the draws; at temperature 0 nothing is drawn.
    """
    choice = choice or Choice()
    for _ in range(max_new_tokens):
        probabilities = distribution(next_logits(input_ids), choice)
        if choice.temperature == 0:
            chosen = probabilities.argmax(dim=-1, keepdim=True)
        else:
            chosen = torch.multinomial(probabilities, 1, generator=generator)
        input_ids = torch.cat([input_ids, chosen], dim=1)
    return input_ids
