"""The course's BBC news as ERNIE reads it: pieces, words with capitals, units, and which articles none has
read.
"""

from typing import TYPE_CHECKING

import numpy as np

from tlcourse.data import text_index, text_sources
from tlcourse.data.text_index import CAPITAL, STARTS_UNIT, STARTS_WORD, TextIndex

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WORD, NAME, PHRASE = "a word of several pieces", "a name of several words", "a phrase of several words"


def index(tokenizer: "Tokenizer", n_train: int | None = None, n_test: int | None = None) -> TextIndex:
    """BBC's articles, or so many of each part; those of the test part, which no model of the zoo read, are
    held out.

    Raises AssetMissing if the news is not fetched.
    """
    train, test = ([*text_sources.bbc(test=part)] for part in (False, True))
    train, test = _some(train, n_train), _some(test, n_test)
    return text_index.build([*train, *test], tokenizer, [document.name for document in test])


def _some(documents: list, n: int | None) -> list:
    """So many, at random: they stand in order of their topics."""
    if n is None:
        return documents
    return [documents[i] for i in np.random.default_rng(0).permutation(len(documents))[:n]]


def kind_of(flags: np.ndarray) -> str | None:
    """What a unit of several pieces is, by the flags of its pieces; None if it is one piece."""
    if len(flags) < 2:
        return None
    words = int(((flags & STARTS_WORD) > 0).sum())
    if words == 1:
        return WORD
    return NAME if ((flags & CAPITAL) > 0).all() else PHRASE


def unit_numbers(flags: np.ndarray) -> np.ndarray:
    """The number of each piece's unit, from 0, int64: the units of a stretch of text."""
    starts = (np.asarray(flags) & STARTS_UNIT) > 0
    return np.cumsum(starts) - starts[0].astype(np.int64)
