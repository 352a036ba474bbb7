"""Which pieces a model has to predict, and what it sees in their place: BERT's choice and ERNIE's.

Shapes: B sequences, T pieces, P pieces to predict. All in numpy, from a given generator.

Taught in lesson *BERT*.
"""

from typing import NamedTuple

import numpy as np

from tlcourse.data.tokeniser import MASK, SPECIAL

IGNORED = -100  # marks a position without a target, as in torch's cross-entropy
FATES = (0.8, 0.1, 0.1)  # of the pieces to predict: [MASK], a random piece, as it is (section 3.1)

Fates = tuple[float, float, float]


class Masked(NamedTuple):
    input_ids: np.ndarray  # (B, T), corrupted
    positions: np.ndarray  # (B, P), 0 where there are fewer
    targets: np.ndarray  # (B, P), IGNORED where there are fewer


def n_to_predict(length: int, share: float) -> int:
    """P: the share of a full sequence, rounded as the authors' code rounds."""
    return max(1, round(share * length))


def mask_pieces(
    input_ids: np.ndarray,
    vocab_size: int,
    rng: np.random.Generator,
    share: float = 0.15,
    fates: Fates = FATES,
) -> Masked:
    """BERT (Devlin et al. 2019, section 3.1): 15 % of the pieces, [CLS], [SEP] and padding never.

    Of those, 80 % become [MASK], 10 % a random piece, 10 % stay as they are, or other shares: `fates`.
    """
    pieces = input_ids >= len(SPECIAL)
    order = np.argsort(np.where(pieces, rng.random(input_ids.shape), np.inf), axis=1)
    positions = order[:, : n_to_predict(input_ids.shape[1], share)]
    wanted = np.maximum(1, np.rint(share * pieces.sum(1))).astype(np.int64)
    chosen = np.arange(positions.shape[1]) < np.minimum(wanted, pieces.sum(1))[:, None]
    fate = rng.random(positions.shape)
    return _corrupt(input_ids, positions, chosen, fate, vocab_size, rng, fates)


def mask_units(
    input_ids: np.ndarray, unit: np.ndarray, vocab_size: int, rng: np.random.Generator, share: float = 0.15
) -> Masked:
    """ERNIE (Sun et al. 2020, "Knowledge Masking Task"): words, phrases and names are masked as a whole.

    `unit` (B, T) numbers the unit of each piece within its row, as in 0 0 1 2 2 2; pieces that may not be
    masked have −1. Units are taken in random order, but for those that do not fit any more, until 15 % of the
    pieces are chosen; all pieces of one share a fate. A unit longer than 15 % of its row is never chosen: in
    rows of 16 pieces, one of three or more.
    """
    positions = np.zeros((len(input_ids), n_to_predict(input_ids.shape[1], share)), dtype=np.int64)
    chosen = np.zeros(positions.shape, dtype=bool)
    fate = np.zeros(positions.shape)
    for i, row in enumerate(unit):
        units, sizes = np.unique(row[row >= 0], return_counts=True)
        wanted = min(max(1, round(share * sizes.sum())), positions.shape[1])
        n = 0
        for u in rng.permutation(len(units)):
            if n + sizes[u] > wanted:
                continue
            taken = slice(n, n + sizes[u])
            positions[i, taken] = np.flatnonzero(row == units[u])
            chosen[i, taken], fate[i, taken] = True, rng.random()
            n = taken.stop
            if n == wanted:
                break
    return _corrupt(input_ids, positions, chosen, fate, vocab_size, rng)


def _corrupt(
    input_ids: np.ndarray,
    positions: np.ndarray,
    chosen: np.ndarray,
    fate: np.ndarray,
    vocab_size: int,
    rng: np.random.Generator,
    fates: Fates = FATES,
) -> Masked:
    positions = np.where(chosen, positions, 0)
    original = np.take_along_axis(input_ids, positions, axis=1)
    random_pieces = rng.integers(len(SPECIAL), vocab_size, positions.shape)
    masked, other = fates[0], fates[0] + fates[1]
    shown = np.where(fate < masked, MASK, np.where(fate < other, random_pieces, original))
    corrupted = input_ids.copy()
    row = np.broadcast_to(np.arange(len(input_ids))[:, None], positions.shape)
    corrupted[row[chosen], positions[chosen]] = shown[chosen]
    return Masked(corrupted, positions, np.where(chosen, original, IGNORED))
