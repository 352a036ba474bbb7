"""Where in a row a model predicts well: with a memory and without, in short rows and in long ones.

The texts are whole articles that no model of the zoo has read, cut into pieces. Shapes: A articles, B rows,
T pieces in a row, P predicted places.

Taught in lesson *XLNet*.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tlcourse.data.tokeniser import CLS, MASK, SEP
from tlcourse.models.language.bert import BertForPreTraining
from tlcourse.models.language.xlnet import XLNetForPreTraining
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.permutation import Permuted, permute

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PERMUTED, LEFT_TO_RIGHT = "in a random order", "from left to right"
ON, OFF, OTHER = "memory on", "memory off", "memory of another article"


def long_articles(tokenizer: "Tokenizer", texts: Sequence[str], length: int) -> np.ndarray:
    """The first `length` pieces of each text that has as many, int64 (A, length)."""
    cut = (tokenizer.encode(text, add_special_tokens=False).ids for text in texts)
    return np.array([ids[:length] for ids in cut if len(ids) >= length], dtype=np.int64)


def left_to_right(input_ids: np.ndarray) -> Permuted:
    """The order of a text as it stands, with every place predicted."""
    batch, length = input_ids.shape
    earlier = np.tri(length, k=-1, dtype=bool)
    places = np.broadcast_to(np.arange(length), input_ids.shape)
    return Permuted(places, input_ids, np.broadcast_to(earlier, (batch, length, length)))


@torch.inference_mode()
def with_and_without_memory(
    model: XLNetForPreTraining,
    articles: np.ndarray,
    length: int,
    order: str,
    seed: int,
    n_parts: int = 8,
    at_once: int = 16,
) -> dict[str, np.ndarray]:
    """`ON`, `OFF` and `OTHER` → the mean loss in each part of a row, nats (n_parts,); NaN where none fell.

    An article is read in rows of `length`, each with what the model remembers of the rows before. Measured is
    from the third row on, so that the memory has been filled. What is predicted, and from which pieces of the
    row, is the same in all three.

    Args:
        articles: (A, a multiple of `length`), three rows or more.
        order: `PERMUTED`, a sixth of the pieces as in the training, or `LEFT_TO_RIGHT`, all of them.

    Raises:
        ValueError: fewer than three rows, or a single article, which has no other one.
    """
    n_rows = articles.shape[1] // length
    if n_rows < 3 or len(articles) < 2:
        raise ValueError(
            f"articles has the shape {articles.shape}, expected two articles or more of at least "
            f"{3 * length} pieces, three rows"
        )
    rng = np.random.default_rng(seed)
    sums, counts = {way: np.zeros(n_parts) for way in (ON, OFF, OTHER)}, np.zeros(n_parts)
    for begin in range(0, len(articles) - 1, at_once):
        part = articles[min(begin, len(articles) - 2) : begin + at_once]  # a last one alone has no neighbour
        mems = None
        for row in range(n_rows):
            ids = part[:, row * length : (row + 1) * length]
            asked = permute(ids, rng) if order == PERMUTED else left_to_right(ids)
            if row >= 2:
                other = tuple(m.roll(1, dims=0) for m in mems)
                for way, memory in ((ON, mems), (OFF, None), (OTHER, other)):
                    loss = _losses(model, ids, asked, memory)
                    at = asked.positions[loss.mask] * n_parts // length
                    np.add.at(sums[way], at, loss.values)
                np.add.at(counts, at, 1)
            mems = model.transformer(torch.from_numpy(ids), mems=mems).mems
    with np.errstate(invalid="ignore"):
        return {way: total / counts for way, total in sums.items()}


@torch.inference_mode()
def by_share_in_sight(
    model: XLNetForPreTraining, rows: np.ndarray, seed: int, k: int = 6, at_once: int = 16
) -> np.ndarray:
    """The mean loss of the first 1/k of a random order, of the second, … of the last, nats (k,).

    All pieces of each row (B, T) are predicted, each from those earlier in the order.
    """
    rng, length = np.random.default_rng(seed), rows.shape[1]
    sums, counts = np.zeros(k), np.zeros(k)
    for begin in range(0, len(rows), at_once):
        ids = rows[begin : begin + at_once]
        rank = rng.random(ids.shape).argsort(axis=1).argsort(axis=1)
        earlier = rank[:, None, :] < rank[:, :, None]
        places = np.broadcast_to(np.arange(length), ids.shape)
        loss = _losses(model, ids, Permuted(places, ids, earlier), None)
        at = rank[loss.mask] * k // length
        np.add.at(sums, at, loss.values)
        np.add.at(counts, at, 1)
    return sums / counts


class _Loss:
    def __init__(self, logits: Tensor, targets: np.ndarray):
        wanted = torch.from_numpy(np.ascontiguousarray(targets))
        loss = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), ignore_index=IGNORED, reduction="none")
        self.mask = targets != IGNORED
        self.values = loss.view(wanted.shape).double().numpy()[self.mask]


def _losses(
    model: XLNetForPreTraining, ids: np.ndarray, asked: Permuted, mems: tuple[Tensor, ...] | None
) -> _Loss:
    places = torch.from_numpy(np.ascontiguousarray(asked.positions))
    may_attend = torch.from_numpy(np.ascontiguousarray(asked.may_attend))
    logits, _ = model(torch.from_numpy(ids), places, may_attend, mems=mems)
    return _Loss(logits, asked.targets)


def asked_at_the_end(articles: np.ndarray, n_last: int, seed: int) -> Permuted:
    """A sixth of the last `n_last` pieces of each article, in a random order; the rest is seen by all."""
    begin = articles.shape[1] - n_last
    last = permute(articles[:, begin:], np.random.default_rng(seed))
    there = last.targets != IGNORED
    positions = np.where(there, last.positions + begin, 0)
    may_attend = np.ones((len(articles), articles.shape[1], articles.shape[1]), dtype=bool)
    row, column = np.nonzero(there)
    may_attend[row, :, positions[row, column]] = False  # hidden from all …
    may_attend[:, begin:, begin:] = last.may_attend  # … but from those later in the order
    return Permuted(positions, last.targets, may_attend)


@torch.inference_mode()
def of_length(
    model: XLNetForPreTraining | BertForPreTraining,
    articles: np.ndarray,
    length: int,
    asked: Permuted,
    at_once: int = 16,
) -> float:
    """The mean loss, nats, of the same pieces near the end of each article, in rows of `length` to there.

    XLNet predicts them in their order, BERT all at once from [MASK], with [CLS] and [SEP] around the row.

    Raises:
        ValueError: BERT's table of positions ends before the row does.
    """
    cut = articles.shape[1] - length
    total = n = 0
    for begin in range(0, len(articles), at_once):
        part = slice(begin, begin + at_once)
        ids = articles[part, cut:]
        targets = asked.targets[part]
        positions = np.where(targets != IGNORED, asked.positions[part] - cut, 0)
        if isinstance(model, BertForPreTraining):
            found = _Loss(_from_masks(model, ids, positions, targets), targets)
        else:
            found = _losses(
                model, ids, Permuted(positions, targets, asked.may_attend[part, cut:, cut:]), None
            )
        total, n = total + found.values.sum(), n + len(found.values)
    return float(total / n)


def _from_masks(
    model: BertForPreTraining, ids: np.ndarray, positions: np.ndarray, targets: np.ndarray
) -> Tensor:
    ends = model.config.max_position_embeddings
    if ids.shape[1] + 2 > ends:
        raise ValueError(
            f"a row of {ids.shape[1]} pieces, [CLS] and [SEP] needs {ids.shape[1] + 2} positions; the table "
            f"of this model has {ends}: take rows of {ends - 2} pieces at most"
        )
    shown = ids.copy()
    row, column = np.nonzero(targets != IGNORED)
    shown[row, positions[row, column]] = MASK
    marks = np.full((len(ids), 1), CLS), np.full((len(ids), 1), SEP)
    states = model.bert(torch.from_numpy(np.hstack([marks[0], shown, marks[1]]))).last_hidden_state
    at = torch.from_numpy(positions + 1)[..., None].expand(-1, -1, states.shape[-1])
    return model.predictions(states.gather(1, at))
