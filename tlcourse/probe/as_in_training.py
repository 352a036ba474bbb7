"""How far states move from what a model sees in its pretraining to what it sees afterwards.

BERT's pretraining has [MASK] in the text, which no text has later; XLNet's has places that may not be seen,
by its order, and later all are seen (Yang et al. 2019, section 2.1). The same words of the same rows are read
both ways, and of the words that were not chosen for prediction, so that stand there both times, the states
are compared: by their distance, and by a linear probe that has to tell the two apart. Shapes: B rows of T
pieces, L layers of H.

Taught in lesson *XLNet*.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from tlcourse.data.tokeniser import CLS, SEP, SPECIAL
from tlcourse.models.language.bert import BertForPreTraining
from tlcourse.models.language.xlnet import XLNetForPreTraining
from tlcourse.train.measuring import linear_probe
from tlcourse.train.pretraining.masking import IGNORED, mask_pieces
from tlcourse.train.pretraining.permutation import permute

BERT_MASKED, BERT_RANDOM = "BERT: 80/10/10", "BERT: random pieces, no [MASK]"
BERT_HALF = "BERT: 80/10/10 against random pieces"
XLNET_ORDER = "XLNet: places out of sight"


class TwoReadings(NamedTuple):
    """States of one word of each row, in two readings of it, float32 (L, B, H) each."""

    in_training: np.ndarray
    afterwards: np.ndarray


def _words_left(ids: np.ndarray, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(B,): a place of each row that is text and was not chosen, by chance."""
    free = np.where((ids >= len(SPECIAL)) & ~chosen, rng.random(ids.shape), -1.0)
    return free.argmax(axis=1)


def _chosen(positions: np.ndarray, targets: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    chosen = np.zeros(shape, dtype=bool)
    row, column = np.nonzero(targets != IGNORED)
    chosen[row, positions[row, column]] = True
    return chosen


@torch.inference_mode()
def of_bert(
    model: BertForPreTraining, rows: np.ndarray, seed: int, against: str = BERT_MASKED
) -> TwoReadings:
    """Rows of text (B, T), read with 15 % of their pieces corrupted, and as they are.

    Args:
        against: `BERT_MASKED`, as in its pretraining; `BERT_RANDOM`, where each of the same pieces becomes a
            random one, so that as much is missing and no [MASK] is there; `BERT_HALF`, one against the other.
    """
    rng = np.random.default_rng(seed)
    ids = np.hstack([np.full((len(rows), 1), CLS), rows, np.full((len(rows), 1), SEP)])
    size = model.config.vocab_size
    masked = mask_pieces(ids, size, rng)
    chosen = _chosen(masked.positions, masked.targets, ids.shape)
    noise = np.where(chosen, rng.integers(len(SPECIAL), size, ids.shape), ids)
    first, second = {
        BERT_MASKED: (masked.input_ids, ids),
        BERT_RANDOM: (noise, ids),
        BERT_HALF: (masked.input_ids, noise),
    }[against]
    at = _words_left(ids, chosen, rng)

    def read(shown: np.ndarray) -> tuple[torch.Tensor, ...]:
        return model.bert(torch.from_numpy(shown)).hidden_states

    return TwoReadings(_states(read, first, at), _states(read, second, at))


@torch.inference_mode()
def of_xlnet(model: XLNetForPreTraining, rows: np.ndarray, seed: int) -> TwoReadings:
    """Rows of text (B, T), read by the content stream in a random order, and with all in sight."""
    rng = np.random.default_rng(seed)
    end = np.full((len(rows), 1), SEP), np.full((len(rows), 1), CLS)
    ids = np.hstack([rows, *end])
    segments = np.zeros_like(ids)
    segments[:, -1] = 2
    permuted = permute(ids, rng)
    at = _words_left(ids, _chosen(permuted.positions, permuted.targets, ids.shape), rng)
    of_row = {"in order": permuted.may_attend, "all": np.ones_like(permuted.may_attend)}

    def read(number: np.ndarray, way: str) -> tuple[torch.Tensor, ...]:
        inputs = (torch.from_numpy(array[number]) for array in (ids, segments, of_row[way]))
        tokens, kinds, may_attend = inputs
        return model.transformer(tokens, token_type_ids=kinds, may_attend=may_attend).hidden_states

    numbers = np.arange(len(ids))
    return TwoReadings(
        *(_states(lambda some, way=way: read(some, way), numbers, at) for way in ("in order", "all"))
    )


def _states(
    read: Callable[[np.ndarray], tuple[torch.Tensor, ...]],
    rows: np.ndarray,
    at: np.ndarray,
    at_once: int = 32,
) -> np.ndarray:
    """(L, B, H): of each row the state at its place `at`."""
    parts = []
    for begin in range(0, len(rows), at_once):
        part = slice(begin, begin + at_once)
        states = read(rows[part])
        place = torch.from_numpy(at[part])
        parts.append(np.stack([h[torch.arange(len(place)), place].numpy() for h in states]))
    return np.concatenate(parts, axis=1)


def shift(readings: TwoReadings) -> np.ndarray:
    """How far the states of a word move, as a share of the distance between two words' states: float64 (L,).

    Cosine distances; the second is the mean over words of different rows, read afterwards.
    """
    found = []
    for before, after in zip(*readings, strict=True):
        a, b = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (before, after))
        moved = 1 - (a * b).sum(axis=1).mean()
        n = len(b)
        apart = 1 - ((b.sum(axis=0) ** 2).sum() - n) / (n * (n - 1))
        found.append(moved / apart)
    return np.array(found)


def told_apart(readings: TwoReadings, layer: int, seed: int, penalty: float = 0.01) -> float:
    """How often a linear probe says rightly which reading a state is from, on rows that it was not fitted to.

    Half of the rows are for fitting, both readings of each; 0.5 is chance.
    """
    n = readings.afterwards.shape[1]
    order = np.random.default_rng(seed).permutation(n)
    fitted, tested = order[: n // 2], order[n // 2 :]

    def both(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        states = [reading[layer, rows] for reading in readings]
        return np.concatenate(states), np.repeat([0, 1], len(rows))

    probe = linear_probe.fit(*both(fitted), penalties=(penalty,))
    states, labels = both(tested)
    return float((probe.predict(states) == labels).mean())
