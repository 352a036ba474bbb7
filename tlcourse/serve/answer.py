"""What became of texts: the vectors, and how much of each text was read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Answer:
    """What became of N texts, in their order.

    Attributes:
        vectors: float32, (N, W); with pooling NONE (N, T, W), zeros after the end of a text.
        lengths: tokens that were read of each, marks among them.
        tokens: what they were, if it was asked.
    """

    vectors: np.ndarray
    lengths: list[int]
    tokens: list[list[str]] | None = None


def merged(rows: Sequence[np.ndarray], padded_to: int | None = None) -> np.ndarray:
    """The vectors of the texts of a request, which came in parts: (W,) each → (N, W).

    (T, W) each, with a T of its own → (N, T, W), with zeros up to the longest or to `padded_to`.
    """
    if rows[0].ndim == 1:
        return np.stack(rows)
    longest = max(padded_to or 0, *(len(row) for row in rows))
    whole = np.zeros((len(rows), longest, rows[0].shape[1]), dtype=np.float32)
    for place, row in enumerate(rows):
        whole[place, : len(row)] = row
    return whole
