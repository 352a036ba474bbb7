"""The STS benchmark: pairs of sentences and how alike in meaning they are, from 0 to 5 (Cer et al. 2017).

Captions of pictures and videos, headlines and forum posts, chosen from the shared tasks of 2012 to 2017.
"""

import csv
from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import unseen

PARTS = ("train", "dev", "test")


@dataclass(frozen=True)
class SimilarPairs:
    """Attributes:
    first, second: N sentences each.
    score: float64 (N,), the mean of several people's, from 0 (nothing in common) to 5 (the same).
    train_index: int64; without the pairs that occur in the other parts, either way round.
    valid_index, test_index: int64.
    """

    first: list[str]
    second: list[str]
    score: np.ndarray
    train_index: np.ndarray
    valid_index: np.ndarray
    test_index: np.ndarray


def load() -> SimilarPairs:
    """The 8,628 pairs, in the benchmark's own three parts.

    Raises:
        AssetMissing: not fetched yet.
    """
    folder = assets.path("stsb")
    rows, ends = [], []
    for part in PARTS:
        with (folder / f"stsb-en-{part}.csv").open(encoding="utf-8", newline="") as file:
            rows += csv.reader(file)
        ends.append(len(rows))
    train, valid, test = np.split(np.arange(len(rows)), ends[:-1])
    pairs = [frozenset(row[:2]) for row in rows]
    return SimilarPairs(
        [row[0] for row in rows],
        [row[1] for row in rows],
        np.array([float(row[2]) for row in rows]),
        unseen(train, np.concatenate([valid, test]), pairs),
        valid,
        test,
    )
