"""How often fastText finds the word behind a typo (lesson 03)."""

import numpy as np

from tlcourse.models.vectors.fasttext import FastText
from tlcourse.probe.word_vectors import WordSpace


def swapped(word: str, at: int) -> str:
    """Return `word` with the letters `at` and `at + 1` changing places."""
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def ranks(model: FastText, space: WordSpace, n: int = 300, seed: int = 0) -> np.ndarray:
    """Swap two letters in the middle of `n` words of 7 letters or more; return where the right word comes.

    Returns:
        int (at most n,): 1 for the nearest, up to 10; 0 if it is not among the ten nearest. A swap that gives
        another word of the vocabulary is left out.
    """
    rng = np.random.default_rng(seed)
    candidates = [w for w in space.words[300:4000] if len(w) >= 7 and w.isascii() and w.isalpha()]
    found = []
    for word in rng.permutation(candidates)[:n]:
        typo = swapped(str(word), int(rng.integers(2, len(word) - 3)))
        if typo not in space:
            near = [name for name, _ in space.nearest(model.vector(typo), 10)]
            found.append(near.index(word) + 1 if word in near else 0)
    return np.array(found)
