"""Phoneme and word error rate: how far what was said is from what should have been said.

Taught in lesson *Sequences and attention*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


def edit_distance(guess: Sequence, reference: Sequence) -> int:
    """Fewest insertions, deletions, substitutions that make `reference` of `guess` (Levenshtein 1966)."""
    above = list(range(len(reference) + 1))
    for i, symbol in enumerate(guess, start=1):
        row = [i]
        for j, wanted in enumerate(reference, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (symbol != wanted)))
        above = row
    return above[-1]


@dataclass(frozen=True)
class Errors:
    """The errors of N words, so that any group of them can be summed.

    Attributes:
        words: the N words.
        edits: (N,) edits to the nearest of the word's accepted pronunciations.
        phonemes: (N,) length of that pronunciation.
    """

    words: list[str]
    edits: np.ndarray
    phonemes: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """(N,) letters of each word."""
        return np.array([len(word) for word in self.words])

    def per(self, chosen: np.ndarray | slice = slice(None)) -> float:
        """Phoneme error rate: all edits divided by all phonemes; it can be above 1."""
        return float(self.edits[chosen].sum() / self.phonemes[chosen].sum())

    def wer(self, chosen: np.ndarray | slice = slice(None)) -> float:
        """Word error rate: the share of words with at least one wrong phoneme."""
        return float((self.edits[chosen] > 0).mean())


def count_errors(
    guesses: Mapping[str, Sequence[str]], accepted: Mapping[str, Sequence[Sequence[str]]]
) -> Errors:
    """Compare each guessed pronunciation with the nearest of those that are `accepted` for the word.

    The nearest is what Toshniwal and Livescu 2016 count, too: a word with two pronunciations is right in
    either.

    Raises:
        ValueError: there is nothing to count, or a word without an accepted pronunciation.
    """
    if not guesses:
        raise ValueError("count_errors got no words: give one guessed pronunciation per word")
    edits, phonemes = [], []
    for word, guess in guesses.items():
        if not accepted.get(word):
            raise ValueError(f"no accepted pronunciation of {word!r} to compare {' '.join(guess)!r} with")
        distance, length = min(
            (edit_distance(guess, reference), len(reference)) for reference in accepted[word]
        )
        edits.append(distance)
        phonemes.append(length)
    return Errors(list(guesses), np.array(edits), np.array(phonemes))
