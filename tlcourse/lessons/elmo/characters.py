"""What the character encoder makes of a word by itself: the words it is nearest to, known or not."""

from collections.abc import Sequence

import numpy as np
import torch

from tlcourse.models.language.elmo import BiLM, character_ids
from tlcourse.probe.word_uses import cosines


@torch.inference_mode()
def spelt(bilm: BiLM, words: Sequence[str]) -> np.ndarray:
    """The token layer's vector of each word, float32 (N, P): of its characters alone."""
    ids = character_ids(words, bilm.config.max_characters)
    return torch.cat([bilm.tokens(part) for part in ids.split(512)]).numpy()


def nearest(bilm: BiLM, words: Sequence[str], known: Sequence[str], n: int) -> dict[str, list[str]]:
    """For each word, the `n` nearest of the `known` ones by cosine, itself left out."""
    vectors = spelt(bilm, known)
    found = {}
    for word, vector in zip(words, spelt(bilm, words), strict=True):
        order = np.argsort(-cosines(vector, vectors))
        found[word] = [known[i] for i in order if known[i] != word][:n]
    return found


def misspell(word: str, rng: np.random.Generator) -> str:
    """Swap two neighbouring letters inside a word, not its first and not its last, that differ.

    Raises ValueError for a word that has no such letters.
    """
    places = [i for i in range(1, len(word) - 2) if word[i] != word[i + 1]]
    if not places:
        raise ValueError(f"{word!r} has no two different letters inside to swap: give a longer word")
    i = int(rng.choice(places))
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def found_again(bilm: BiLM, words: Sequence[str], seeds: Sequence[int]) -> list[float]:
    """The share of misspelt words whose nearest among `words` is the word that was meant, for each seed."""
    vectors, shares = spelt(bilm, words), []
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        wrong = spelt(bilm, [misspell(word, rng) for word in words])
        wrong /= np.linalg.norm(wrong, axis=1, keepdims=True)
        shares.append(float(((wrong @ unit.T).argmax(axis=1) == np.arange(len(words))).mean()))
    return shares
