"""TREC-6: questions, and what kind of thing each asks for (Li and Roth 2002; Voorhees and Tice 2000).

NLTK's corpus `qc`, with the authors' split: 5,452 questions to learn from, 500 to test on. Of the kinds the
six coarse ones are read, as in Howard and Ruder 2018, section 4.1. A question that stands twice on the
training side, or on both, is read once, on the test side where it has one.
"""

from dataclasses import dataclass

import numpy as np

from tlcourse import assets
from tlcourse.data.text_sources import nltk_files, spaced

NAMES = ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")


@dataclass(frozen=True)
class Questions:
    """N questions.

    Attributes:
        texts: N questions, as running text.
        label: int64 (N,): an index into `names`.
        names: of the kinds: abbreviation, description, entity, human, location, number.
        train_index, test_index: int64, the authors' split.
    """

    texts: list[str]
    label: np.ndarray
    names: tuple[str, ...]
    train_index: np.ndarray
    test_index: np.ndarray


def load() -> Questions:
    """All questions, each once.

    Raises:
        AssetMissing: not fetched yet.
    """
    files = {name.rpartition("/")[2]: text for name, text in nltk_files(assets.path("qc").parents[1], "qc")}
    found: dict[str, tuple[int, bool]] = {}
    for name, is_test in (("test.txt", True), ("train.txt", False)):
        for line in files[name].splitlines():
            kind, _, question = line.partition(" ")
            found.setdefault(spaced(question.strip()), (NAMES.index(kind.partition(":")[0]), is_test))
    label, is_test = (np.array(column) for column in zip(*found.values(), strict=True))
    return Questions([*found], label, NAMES, np.flatnonzero(~is_test), np.flatnonzero(is_test))
