"""Several continuations of one context, scored with a single pass over it.

A candidate answer is read after its context, and ten candidates have the same context: read ten times, it is
nine times too many. Here all stand in one row, first the context, then each continuation, at the places that
it would have right after the context; a mask lets a piece see the context and what stands before it in its
own continuation, and no other. A decoder gives each the same log-probability as if it were read alone.
Shapes: C pieces of the context, K continuations, T = C + all that is read of them, V vocabulary.

Taught in lesson *GPT-2*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tlcourse.probe.zero_shot import LanguageModel


@dataclass(frozen=True)
class Scores:
    """What `log_probabilities` finds for K continuations.

    Attributes:
        sums: float64 (K,), log-probability of the whole continuation, in nats.
        counts: int64 (K,), how many pieces it has.
        likeliest: bool (K,): is each of its pieces the likeliest one at its place?
    """

    sums: np.ndarray
    counts: np.ndarray
    likeliest: np.ndarray

    @property
    def means(self) -> np.ndarray:
        """float64 (K,): log-probability per piece."""
        return self.sums / self.counts


def branches(n_context: int, lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Places and mask of a row that holds a context, then continuations of these lengths.

    Returns:
        int64 (T,): the place of each piece; each continuation goes on where the context ends.
        bool (T, T): may the piece of this row look at that of this column?
    """
    parts = [torch.arange(n_context), *(n_context + torch.arange(n) for n in lengths)]
    owner = torch.cat([torch.full((len(part),), k) for k, part in enumerate(parts)])  # 0: the context
    may_look = (owner[None, :] == 0) | (owner[None, :] == owner[:, None])
    return torch.cat(parts), may_look.tril()


@torch.inference_mode()
def log_probabilities(
    model: LanguageModel, context: str, continuations: Sequence[str], banned: Tensor | None = None
) -> Scores:
    """The log-probability of each continuation of a context, all in one pass.

    What does not fit is cut from the beginning of the context.

    Args:
        banned: bool (V,), pieces that no continuation may begin with: the others share their probability.

    Raises:
        ValueError: there is no continuation, one of them has no piece, or the model cannot be asked so.
    """
    if model.branched is None:
        raise ValueError("this model has no `branched`: make it with zero_shot.of_gpt or of_transformers.")
    after = [model.encode(text) for text in continuations]
    if not after or not all(after):
        raise ValueError(f"continuations are {list(continuations)!r}: expected one or more texts, none empty")
    room = model.longest - max(map(len, after)) + 1
    if room < 1:
        raise ValueError(f"a continuation has {max(map(len, after))} pieces, the model reads {model.longest}")
    before = [*model.start, *model.encode(context)][-room:]
    lengths = [len(pieces) - 1 for pieces in after]  # nothing is asked after the last
    places, may_look = branches(len(before), lengths)
    ids = torch.tensor(before + [piece for pieces in after for piece in pieces[:-1]])
    logits = model.branched(ids, places, may_look, torch.arange(len(before) - 1, len(ids))).float()
    if banned is not None:
        logits[0] = logits[0].masked_fill(banned, -torch.inf)
    total = logits.logsumexp(dim=-1)
    likeliest = logits.argmax(dim=-1)
    sums, is_likeliest, begin = [], [], 1
    for pieces, n in zip(after, lengths, strict=True):
        rows = [0, *range(begin, begin + n)]
        wanted = torch.tensor(pieces)
        sums.append(float((logits[rows, wanted] - total[rows]).double().sum()))
        is_likeliest.append(bool((likeliest[rows] == wanted).all()))
        begin += n
    return Scores(np.array(sums), np.array([len(pieces) for pieces in after]), np.array(is_likeliest))
