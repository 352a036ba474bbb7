"""XLNet's task: pieces in a random order, with a memory of what was read before (Yang et al. 2019).

Shapes: B rows of T pieces, P predicted positions per row.

Taught in lesson *XLNet*.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.packing import piece_stream
from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import CLS, SEP, SPECIAL
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.objectives import (
    Batch,
    Carry,
    Losses,
    Objective,
    Reader,
    Reading,
    cross_entropy,
    stream_reader,
)


class PermutedPieces(Objective):
    """XLNet: pieces in a random order, with a memory of what was read before (Yang et al. 2019, section 2).

    A row is [text; A; SEP; B; SEP; CLS]. Its text, `reuse_len` pieces, goes on where the row's text stopped a
    step ago, and is what the memory keeps; A follows it, and half of the time B follows A. Where the authors
    cut A and B at sentences, this cuts anywhere; they read half of the rows backwards (section 3.1), here all
    go forwards. What is read as A and B is read again as text a step later, so the text may not see them: the
    memory would have seen what it helps to predict.
    """

    def reader(self, index: TextIndex, reading: Reading) -> Reader:
        reused = self.model.config.reuse_len
        if reused is None or reused + 5 > reading.length:
            raise ValueError(
                f"reuse_len is {reused}; for rows of {reading.length} pieces it must be a number up to "
                f"{reading.length - 5}, so that there is room for A and B after the text."
            )
        at = stream_reader(piece_stream, index, reading, n_extra=0, stride=reused)

        def batch(step: int, progress: float = 0.0) -> Batch:
            rng = reading.generator(2, step)
            ids, segments = arrange_two_segments(at(step), reused, rng)
            permuted = permute(ids, rng, n_reused=reused)
            return {
                "input_ids": ids,
                "token_type_ids": segments,
                "positions": permuted.positions,
                "targets": permuted.targets,
                "may_attend": permuted.may_attend,
                "n_tokens": np.full(len(ids), reading.length),
            }

        return batch

    def initial_carry(self, rows: int) -> Carry:
        """A memory of zeros, as in the authors' code."""
        config = self.model.config
        return tuple(
            torch.zeros(rows, config.mem_len, config.hidden_size) for _ in range(config.num_hidden_layers)
        )

    def forward(self, carry: Carry, targets: Tensor, **inputs: Tensor) -> tuple[Losses, Carry]:
        logits, mems = self.model(**inputs, mems=carry or None)
        return {"permuted piece": cross_entropy(logits, targets)}, mems or ()


def arrange_two_segments(
    text: np.ndarray, n_text: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of running text (B, T) → [text; A; SEP; B; SEP; CLS] and its segments 0, 0, 0, 1, 1, 2."""
    batch, length = text.shape
    ids, segments = text.copy(), np.zeros_like(text)
    room = length - n_text - 3
    for i in range(batch):
        in_a = int(rng.integers(1, room))
        in_b = room - in_a
        b = text[i, n_text + in_a : n_text + room]
        if batch > 1 and rng.random() < 0.5:  # another row is another place in the text
            b = text[(i + int(rng.integers(1, batch))) % batch, :in_b]
        separator = n_text + in_a
        ids[i, separator] = SEP
        ids[i, separator + 1 : length - 2] = b
        ids[i, length - 2 :] = SEP, CLS
        segments[i, separator + 1 : length - 1] = 1
        segments[i, length - 1] = 2
    return ids, segments


class Permuted(NamedTuple):
    positions: np.ndarray  # (B, P), 0 where there are fewer
    targets: np.ndarray  # (B, P), IGNORED where there are fewer
    may_attend: np.ndarray  # bool (B, T, T)


def permute(
    input_ids: np.ndarray, rng: np.random.Generator, k: int = 6, longest_span: int = 5, n_reused: int = 0
) -> Permuted:
    """XLNet (Yang et al. 2019, sections 2.3 and 3.1): the last 1/K of a random order is predicted.

    Targets are spans of 1 to 5 pieces, each in a context of K times its length. What is not a target comes
    first in the order and is seen by all; a target is seen by the targets that come later.

    The first `n_reused` pieces are those that the memory keeps. As in the authors' code they are ordered
    apart from the rest: they see nothing of it, as the next step predicts it, and the rest sees them all.
    """
    batch, length = input_ids.shape
    targets = np.zeros((batch, length), dtype=bool)
    for row in targets:
        cursor = 0
        while cursor < length:
            span = int(rng.integers(1, longest_span + 1))
            start = cursor + int(rng.integers(0, k * span - span + 1))
            row[start : start + span] = True
            cursor += k * span
    targets &= input_ids >= len(SPECIAL)
    n = max(1, length // k)
    order = np.where(targets, rng.random(targets.shape), -1.0)
    last_n = np.sort(order, axis=1)[:, -n][:, None]  # of more than n targets, n stay
    targets &= order >= last_n
    order = np.where(targets, order, -1.0)

    earlier = order[:, None, :] < order[:, :, None]  # (B, T, T): the key comes earlier than the query
    may_attend = ~targets[:, None, :] | (earlier & targets[:, :, None])
    may_attend[:, :n_reused, n_reused:] = False
    may_attend[:, n_reused:, :n_reused] = True
    positions = np.argsort(~targets, axis=1, kind="stable")[:, :n]
    chosen = np.take_along_axis(targets, positions, axis=1)
    original = np.take_along_axis(input_ids, positions, axis=1)
    return Permuted(np.where(chosen, positions, 0), np.where(chosen, original, IGNORED), may_attend)
