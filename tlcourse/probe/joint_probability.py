"""Two hidden neighbours: what a model says of each, of one once the other is known, and of both together.

By the chain rule log p(a, b) = log p(a) + log p(b | a) = log p(b) + log p(a | b), each of them given the
sentence around. Who predicts both at once says log p(a) + log p(b), as if neither told of the other: BERT
(Yang et al. 2019, sections 2.1 and 2.6). Shapes: N pairs, T pieces, V vocabulary size.

Taught in lesson *XLNet*.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.tokeniser import CLS, MASK, PAD, SEP, SPECIAL
from tlcourse.models.language.bert import BertForPreTraining
from tlcourse.models.language.xlnet import XLNetForPreTraining
from tlcourse.probe.neighbours import HiddenPair

AT_ONCE = 64  # sentences


class PairLogP(NamedTuple):
    """ln p of the two pieces that stand there, float64 (N, 2): the first of each pair, then the second.

    Attributes:
        alone: with both hidden.
        given: with the other one in sight.
    """

    alone: np.ndarray
    given: np.ndarray

    @property
    def at_once(self) -> np.ndarray:
        """log p(a) + log p(b): both are said without a look at the other, (N,)."""
        return self.alone.sum(axis=1)

    @property
    def one_by_one(self) -> np.ndarray:
        """log p(a, b) by the chain rule, the mean of both orders, (N,)."""
        return (self.alone + self.given[:, ::-1]).sum(axis=1) / 2

    @property
    def gap(self) -> np.ndarray:
        """What the chain rule adds to the sum: (N,), 0 where neither tells of the other."""
        return self.one_by_one - self.at_once


def of_bert(model: BertForPreTraining, pairs: Sequence[HiddenPair]) -> PairLogP:
    """From [MASK] at both places; and from [MASK] at one, with the other piece filled in."""
    return _by_length(lambda some: _bert(model, some), pairs)


@torch.inference_mode()
def _bert(model: BertForPreTraining, pairs: Sequence[HiddenPair]) -> np.ndarray:
    """(4, n): ln p of a and of b with both hidden, of a given b, of b given a."""
    ids, mask = _padded([[CLS, *pair.pieces, SEP] for pair in pairs])
    first = torch.tensor([1 + pair.place for pair in pairs])
    row = torch.arange(len(pairs))
    a, b = ids[row, first].clone(), ids[row, first + 1].clone()

    def states(hidden: Sequence[Tensor]) -> Tensor:
        shown = ids.clone()
        for place in hidden:
            shown[row, place] = MASK
        return model.bert(shown, mask).last_hidden_state

    both = states([first, first + 1])
    asked = [
        (both, first, a),
        (both, first + 1, b),
        (states([first]), first, a),
        (states([first + 1]), first + 1, b),
    ]
    return np.stack([_log_p(model.predictions(h[row, at]), piece) for h, at, piece in asked])


def of_xlnet(model: XLNetForPreTraining, pairs: Sequence[HiddenPair]) -> PairLogP:
    """From the query stream, in both orders: the sentence, then the first, then the second; and the other."""
    return _by_length(lambda some: _xlnet(model, some), pairs)


@torch.inference_mode()
def _xlnet(model: XLNetForPreTraining, pairs: Sequence[HiddenPair]) -> np.ndarray:
    ids, mask = _padded([[*pair.pieces, SEP, CLS] for pair in pairs])
    segments = torch.zeros_like(ids)
    segments[torch.arange(len(pairs)), mask.sum(dim=1) - 1] = 2
    first = torch.tensor([pair.place for pair in pairs])
    places = torch.stack([first, first + 1], dim=1)  # (n, 2)
    pieces = ids.gather(1, places)
    found = []
    for earlier in (0, 1):  # which of the two comes first in the order
        may_attend = _hide(mask.bool(), places, earlier)
        logits, _ = model(ids, places, may_attend, segments)
        found.append([_log_p(logits[:, k], pieces[:, k]) for k in (0, 1)])
    (a, b_given), (a_given, b) = found
    return np.stack([a, b, a_given, b_given])


def _hide(known: Tensor, places: Tensor, earlier: int) -> Tensor:
    """(n, T) which are pieces → (n, T, T): none sees the two places, but the later one sees the earlier."""
    row = torch.arange(len(places))
    visible = known.clone()
    visible[row[:, None], places] = False
    may_attend = visible[:, None, :].repeat(1, known.shape[1], 1)
    may_attend[row, places[:, 1 - earlier], places[:, earlier]] = True
    return may_attend


def _log_p(logits: Tensor, pieces: Tensor) -> np.ndarray:
    """(n, V) and the pieces that stand there (n,) → ln p (n,); marks are no answer."""
    logits = logits.clone()
    logits[:, : len(SPECIAL)] = -torch.inf
    return logits.log_softmax(dim=-1).gather(1, pieces[:, None])[:, 0].double().numpy()


def _by_length(
    measure: Callable[[Sequence[HiddenPair]], np.ndarray], pairs: Sequence[HiddenPair]
) -> PairLogP:
    """Sentences of like length together, so that little is padding; → in the order of `pairs`."""
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].pieces))
    parts = [order[i : i + AT_ONCE] for i in range(0, len(pairs), AT_ONCE)]
    found = np.empty((4, len(pairs)))
    for part in parts:
        found[:, part] = measure([pairs[i] for i in part])
    a, b, a_given, b_given = found
    return PairLogP(np.stack([a, b], axis=1), np.stack([a_given, b_given], axis=1))


def _padded(ids: list[list[int]]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, ids))
    batch = torch.tensor([row + [PAD] * (longest - len(row)) for row in ids])
    return batch, torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
