"""Does attention look where the sound comes from? A comparison with an alignment that knows nothing of it.

The yardstick is the EM alignment of `models.sequences.letter_to_sound`, which gives every phoneme the one
letter that stands for it. `attended` is what `Pronouncer.attend` returns: word → (phonemes, weights
(phonemes, letters)).

Taught in lesson *Sequences and attention*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tlcourse.models.sequences.letter_to_sound import LetterToSound

Attended = Mapping[str, tuple[tuple[str, ...], np.ndarray]]


@dataclass(frozen=True)
class Agreement:
    """Shares of N phonemes for which a guess is the letter of the EM alignment, or a neighbour of it.

    Attributes:
        exact, near: the letter with the most weight.
        diagonal_exact, diagonal_near: the letter at the same relative place: a straight line.
        silent, sounding: how much weight a letter gets in sum, if the alignment gives it no phoneme, or some.
    """

    n: int
    exact: float
    near: float
    diagonal_exact: float
    diagonal_near: float
    silent: float
    sounding: float


def letter_of_each(table: LetterToSound, word: str, phonemes: tuple[str, ...]) -> np.ndarray | None:
    """(phonemes,): the place of the letter that says each phoneme; None where there is no alignment."""
    chunks = table.align(word, phonemes)
    return None if chunks is None else np.repeat(np.arange(len(word)), [len(chunk) for chunk in chunks])


def agreement(attended: Attended, table: LetterToSound) -> Agreement:
    """Compare where the weights are largest with the alignment of `table`, over all phonemes of all words.

    Raises:
        ValueError: not one of the words has an alignment.
    """
    found = list(_aligned(attended, table))
    if not found:
        raise ValueError("none of the words has both phonemes and an alignment to compare with")
    off = np.concatenate([np.abs(weights.argmax(axis=1) - place) for weights, place in found])
    diagonal = np.concatenate([np.abs(_diagonal(weights) - place) for weights, place in found])
    received = np.concatenate([weights.sum(axis=0) for weights, _ in found])
    sounds = np.concatenate([np.isin(np.arange(weights.shape[1]), place) for weights, place in found])
    shares = [float((gap <= most).mean()) for gap in (off, diagonal) for most in (0, 1)]
    silent, sounding = (float(received[of].mean()) if of.any() else float("nan") for of in (~sounds, sounds))
    return Agreement(len(off), *shares, silent, sounding)


def _aligned(attended: Attended, table: LetterToSound) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for word, (phonemes, weights) in attended.items():
        place = letter_of_each(table, word, phonemes) if phonemes else None
        if place is not None:
            yield weights, place


def _diagonal(weights: np.ndarray) -> np.ndarray:
    phonemes, letters = weights.shape
    return np.round((np.arange(phonemes) + 0.5) / phonemes * letters - 0.5).astype(int)


def weight_on(attended: Attended, letters: str, phoneme: str) -> tuple[int, np.ndarray]:
    """How much of each of `letters` is looked at while `phoneme` is written: words, mean weights (letters,).

    Over the words with `letters` in them once and the phoneme once: it is clear which belongs to which.
    """
    rows = []
    for word, (phonemes, weights) in attended.items():
        if word.count(letters) == 1 and phonemes.count(phoneme) == 1:
            start = word.index(letters)
            rows.append(weights[phonemes.index(phoneme), start : start + len(letters)])
    return len(rows), np.mean(rows, axis=0) if rows else np.full(len(letters), np.nan)


def forward_steps(attended: Attended) -> tuple[int, float]:
    """How many steps there are from one phoneme to the next, and in which share the weight moves right.

    Where the weight is means the mean place of a letter, weighted. The share is NaN where there is no step.
    """
    moves = [np.diff(weights @ np.arange(weights.shape[1])) for _, weights in attended.values()]
    moved = np.concatenate([*moves, np.empty(0)])
    return len(moved), float((moved > 0).mean()) if len(moved) else float("nan")
