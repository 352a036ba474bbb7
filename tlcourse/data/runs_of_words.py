"""Which runs of words of a text have been read before: how GPT-2's authors look for what is merely repeated.

Radford et al. 2019, section 4: runs of eight words, in lower case, letters and figures alone. They keep the
runs of the training text in Bloom filters; here the runs of the few texts that are asked about are kept, and
the training text goes by once.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from tlcourse.data.overlap import Words, ngrams
from tlcourse.data.text_index import TextIndex

RUN = 8


class Asked:
    """The runs of `n` words of some texts, and which of them were met."""

    def __init__(self, texts: Sequence[str], n: int = RUN):
        self.n, self.words = n, Words()
        self.runs = [ngrams(self.words.numbers(text), n) for text in texts]
        self.all = np.unique(np.concatenate([np.zeros(0, dtype=np.uint64), *self.runs]))
        self.met = np.zeros(len(self.all), dtype=bool)

    def look_in(self, numbers: np.ndarray) -> None:
        """Note which runs occur in a text, given by its words' numbers (uint64, from `words`)."""
        if not len(self.all):
            return
        runs = ngrams(numbers, self.n)
        at = np.minimum(np.searchsorted(self.all, runs), len(self.all) - 1)
        self.met[at[self.all[at] == runs]] = True

    def look_in_texts(self, texts: Iterable[str]) -> None:
        """The same for each of some texts; no run goes from one to the next."""
        for text in texts:
            self.look_in(self.words.numbers(text))

    def shares(self) -> np.ndarray:
        """float64 (N,): the share of each text's runs that were met; NaN for a text that has none."""
        found = []
        for runs in self.runs:
            met = self.met[np.searchsorted(self.all, runs)] if len(runs) else runs
            found.append(met.mean() if len(runs) else np.nan)
        return np.array(found)


def of_index(index: TextIndex, words: Words, at_once: int = 2_000_000) -> Iterator[np.ndarray]:
    """The training text as numbers of `words`, uint64, a part at a time; parts overlap by a run.

    Signs are left out, as everywhere here. What stands at the border of two documents is read on: a run there
    would be one that no text has, and is met by nobody.
    """
    number = np.array([words[w.lower()] if w.isalnum() else 0 for w in index.vocabulary], dtype=np.uint64)
    kept = np.array([w.isalnum() for w in index.vocabulary])
    rest = np.zeros(0, dtype=np.uint64)
    for begin in range(0, len(index.words), at_once):
        part = np.asarray(index.words[begin : begin + at_once])
        part = np.concatenate([rest, number[part[kept[part]]]])
        yield part
        rest = part[-RUN:]
