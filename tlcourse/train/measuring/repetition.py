"""How much of a text has stood in it before, and whether repeating makes a language model expect more.

The second is what Holtzman et al. 2020, section 4.2, show: the more often a phrase has been repeated, the
likelier the model finds it, so that a text that takes the likeliest piece each time does not get out.

Taught in lesson *OpenAI GPT*.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor


def repeated(ids: Sequence[int], n: int = 4) -> float:
    """The share of the runs of `n` pieces that have stood in the text before; 0 for a shorter text."""
    runs = [tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


@torch.inference_mode()
def expected(
    logits: Callable[[Tensor], Tensor], start: Sequence[int], phrases: Sequence[Sequence[int]]
) -> np.ndarray:
    """The mean probability of each phrase's pieces where they follow each other after `start`, (N,).

    `logits`: (1, T) → (1, T, V), position t for the piece at t + 1.
    """
    ids = [*start, *(piece for phrase in phrases for piece in phrase)]
    log_p = logits(torch.tensor([ids]))[0, :-1].log_softmax(dim=-1)
    p = log_p.gather(1, torch.tensor(ids)[1:, None])[len(start) - 1 :, 0].exp()
    return np.array([part.mean().item() for part in p.split([len(phrase) for phrase in phrases])])
