"""Getting a sequence out of a decoder: greedily, or with a beam.

The model gives p(y_i | y_1 … y_{i−1}, x). Writing the likeliest symbol at every step (greedy) need not give
the likeliest sequence; a beam keeps the K likeliest beginnings instead of one (Sutskever et al. 2014,
section 3.2). Shapes: B words, S source symbols, T steps, K beginnings per word, V vocabulary.

Taught in lesson *Sequences and attention*.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from tlcourse.data.symbols import BOS, EOS
from tlcourse.models.sequences.seq2seq import Encoded, EncoderDecoder

MOST_STEPS = 40  # the longest pronunciation of the CMU dictionary has 28


class Decoded(NamedTuple):
    """What was written for B words."""

    symbols: Tensor  # (B, T): the ids, EOS, and again EOS where other words go on
    log_probability: Tensor  # (B,): of the symbols up to and with the first EOS
    weights: Tensor | None = None  # (B, T, S): what each step attended to (greedy, with attention)


@torch.no_grad()
def greedy(model: EncoderDecoder, source: Tensor, max_steps: int = MOST_STEPS) -> Decoded:
    """Write the likeliest symbol and feed it back in, until every word of `source` (B, S) has its EOS."""
    encoded, state = model.encode(source)
    y = torch.full((len(source),), BOS)
    written, looked, total = [], [], torch.zeros(len(source))
    for _ in range(max_steps):
        finished = y == EOS
        if finished.all():
            break
        embedded = model.target_embedding(y)
        state, context, weights = model.step(embedded, state, encoded)
        best, following = model.readout(state, embedded, context).log_softmax(-1).max(-1)
        y = torch.where(finished, EOS, following)
        total += torch.where(finished, 0.0, best)
        written.append(y)
        looked.append(weights)
    return Decoded(torch.stack(written, 1), total, torch.stack(looked, 1) if model.attention else None)


@torch.no_grad()
def beam(
    model: EncoderDecoder, source: Tensor, width: int, alpha: float = 0.0, max_steps: int = MOST_STEPS
) -> Decoded:
    """Keep the `width` likeliest beginnings of every word of `source` (B, S), and return its best ending.

    The best ending has the highest log p / length^`alpha`: 0 ranks by probability, which every further symbol
    lowers; 1 ranks by log-probability per symbol (Wu et al. 2016, section 7, have a smoother form).

    Raises:
        ValueError: `width` is less than 1.
    """
    if width < 1:
        raise ValueError(f"width={width!r}, but a beam has to keep at least one beginning")
    n = len(source)
    encoded, state = model.encode(source)
    encoded = Encoded(*(part if part is None else part.repeat_interleave(width, 0) for part in encoded))
    state = state.repeat_interleave(width, 0)  # rows: the beginnings of word 0, then those of word 1 …
    first_row = torch.arange(n).unsqueeze(1) * width  # (B, 1)
    written = torch.full((n * width, 1), BOS)
    total = torch.full((n, width), -torch.inf)  # log p of each beginning
    total[:, 0] = 0.0  # at the start there is one, the empty one; its copies must not win
    length = torch.zeros(n * width)
    for _ in range(max_steps):
        y = written[:, -1]
        finished = y == EOS
        if finished.all():
            break
        embedded = model.target_embedding(y)
        state, context, _ = model.step(embedded, state, encoded)
        log_p = model.readout(state, embedded, context).log_softmax(-1)  # (B·K, V)
        log_p[finished] = -torch.inf
        log_p[finished, EOS] = 0.0  # a finished sequence goes on as itself, at no cost
        joint = total.unsqueeze(-1) + log_p.view(n, width, -1)  # (B, K, V)
        total, best = joint.flatten(1).topk(width)  # over all beginnings of a word and all symbols: (B, K)
        rows = (first_row + best // log_p.shape[1]).flatten()
        written = torch.cat([written[rows], (best % log_p.shape[1]).view(-1, 1)], dim=1)
        length = (length + ~finished)[rows]
        state = state[rows]
    ended = (written[:, -1] == EOS).view(n, width)
    score = torch.where(ended, total, -torch.inf) / length.view(n, width) ** alpha
    score[~ended.any(1)] = total[~ended.any(1)]  # none came to an end in max_steps
    rows = first_row.squeeze(1) + score.argmax(1)
    return Decoded(written[rows, 1:], total.flatten()[rows])
