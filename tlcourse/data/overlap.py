"""Runs of words that texts share: near-duplicates and leaked test sets among millions of words.

A text is compared by its n-grams of lower-case words, 13 words long as in Brown et al. 2020 (GPT-3, appendix
C). Each n-gram is one 64-bit number, so that a corpus is an array; the chance that any two of a hundred
million n-grams are mistaken for each other is less than one in a thousand.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tlcourse.data import near_duplicates
from tlcourse.data.texts import as_texts

N = 13  # words in a run
SHORTEST = 8  # a text of 8 to 12 words counts as shared if all of it occurs; a shorter one says nothing

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no information is lost in multiplying


class Words(dict[str, int]):
    """Word → a 64-bit number, always the same for the same word."""

    def __missing__(self, word: str) -> int:
        digest = hashlib.blake2b(word.encode("utf-8"), digest_size=8).digest()
        self[word] = int.from_bytes(digest, "big")
        return self[word]

    def numbers(self, text: str) -> np.ndarray:
        """The numbers of the text's words: uint64 (W,)."""
        found = near_duplicates.words(text)
        return np.fromiter(map(self.__getitem__, found), dtype=np.uint64, count=len(found))


def ngrams(words: np.ndarray, n: int) -> np.ndarray:
    """uint64 (W,) → uint64 (W − n + 1,), or none: the number of each run of n words."""
    if len(words) < n:
        return words[:0]
    total = np.zeros(len(words) - n + 1, dtype=np.uint64)
    for i in range(n):
        total = total * _BASE + words[i : len(words) - n + 1 + i]
    return total ^ (total >> np.uint64(29))


class Evaluation:
    """The n-grams of everything that models are evaluated on, by the name of the evaluation set."""

    def __init__(self, sets: Mapping[str, Iterable[str]], words: Words):
        self.names = tuple(sets)
        self.n_texts: dict[str, int] = {}
        found: dict[int, dict[str, list[np.ndarray]]] = {n: {} for n in range(SHORTEST, N + 1)}
        for name, texts in sets.items():
            self.n_texts[name] = 0
            for text in as_texts(texts, f"sets[{name!r}]"):
                self.n_texts[name] += 1
                numbers = words.numbers(text)
                if len(numbers) >= SHORTEST:
                    n = min(N, len(numbers))
                    found[n].setdefault(name, []).append(ngrams(numbers, n))
        self.by_name = {
            n: {name: np.unique(np.concatenate(grams)) for name, grams in sets.items()}
            for n, sets in found.items()
            if sets
        }
        self.all = {n: np.unique(np.concatenate([*sets.values()])) for n, sets in self.by_name.items()}

    def shared_with(self, numbers: np.ndarray) -> list[str]:
        """The names of the sets that share a run of words with a text, given by its words' numbers."""
        shared = set()
        for n, everything in self.all.items():
            own = ngrams(numbers, n)
            own = own[_found(own, everything)]  # nearly always none
            if len(own):
                shared.update(name for name, grams in self.by_name[n].items() if _found(own, grams).any())
        return [name for name in self.names if name in shared]


def _found(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """bool (len(values),): which values are in `among`, which is sorted and not empty?"""
    return among[np.minimum(np.searchsorted(among, values), len(among) - 1)] == values


def repeated(texts: Sequence[np.ndarray], share: float = 0.5) -> np.ndarray:
    """bool (len(texts),): has more than `share` of the text's 13-grams occurred in the texts before it?

    Texts are given by their words' numbers. One of fewer than 13 words is repeated if it occurs as a whole.
    Copies within one text do not count.
    """
    grams, owner = [], []
    for i, numbers in enumerate(texts):
        own = np.unique(ngrams(numbers, min(N, max(1, len(numbers)))))
        grams.append(own)
        owner.append(np.full(len(own), i))
    if not texts:
        return np.zeros(0, dtype=bool)
    all_grams, all_owners = np.concatenate(grams), np.concatenate(owner)
    order = np.argsort(all_grams, kind="stable")  # of equal ones the earliest text comes first
    first = np.ones(len(order), dtype=bool)
    first[1:] = all_grams[order][1:] != all_grams[order][:-1]
    again = np.zeros(len(order), dtype=bool)
    again[order] = ~first
    n_again = np.bincount(all_owners[again], minlength=len(texts))
    n_all = np.bincount(all_owners, minlength=len(texts))
    return n_again > share * n_all
