"""Uses of a word: the same word in many sentences, each with its own vector in every layer.

Shapes: N uses, L layers of H numbers.

Taught in lesson *ELMo*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.train.measuring import frozen_states


def check_places(sentences: Sequence[Sequence[str]], places: Sequence[int]) -> None:
    """Raises ValueError if there is not a place for each sentence, or one is not in it."""
    if len(places) != len(sentences):
        raise ValueError(f"got {len(places)} places for {len(sentences)} sentences, expected one for each")
    for words, place in zip(sentences, places, strict=True):
        if not 0 <= place < len(words):
            raise ValueError(f"place is {place}, but the sentence has {len(words)} words, from 0")


@torch.inference_mode()
def layer_states(
    encoder: TextEncoder, sentences: Sequence[Sequence[str]], places: Sequence[int] | None = None
) -> np.ndarray:
    """float32 (N, L, H): every word's states, one sentence after the other, or one word's of each sentence.

    Args:
        places: of each sentence, which word; all of its words if not given.

    Raises:
        ValueError: not a place for each sentence, or one that is not in it.
    """
    examples = encoder.words(sentences)
    if places is not None:
        check_places(sentences, places)
    found = frozen_states.compute(encoder, [[one] for one in examples], of_words=True)
    names = sorted((n for n in found), key=lambda name: int(name.split()[1]))
    states = np.stack([found[name] for name in names], axis=1).astype(np.float32)
    if places is None:
        return states
    begins = np.cumsum([0, *map(len, sentences[:-1])])
    return states[begins + np.asarray(places)]


def cosines(vector: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The cosine of a vector (H,) with each row of (N, H), (N,)."""
    lengths = np.linalg.norm(others, axis=1) * np.linalg.norm(vector)
    return others @ vector / np.maximum(lengths, 1e-9)


@dataclass(frozen=True)
class Uses:
    """Where a word is used.

    Attributes:
        word: in small letters.
        sentences: N lists of words.
        places: N: where it stands.
        states: float32 (N, L, H).
    """

    word: str
    sentences: list[list[str]]
    places: list[int]
    states: np.ndarray

    def nearest(self, states: np.ndarray, layer: int, n: int) -> list[tuple[int, float]]:
        """The `n` uses whose state in a layer has the largest cosine with that of `states` (L, H)."""
        near = cosines(states[layer], self.states[:, layer])
        return [(int(i), float(near[i])) for i in np.argsort(-near)[:n]]


def find_uses(encoder: TextEncoder, word: str, sentences: Sequence[Sequence[str]], most: int = 400) -> Uses:
    """The first use of `word` in each sentence that has it, `most` sentences at most.

    Raises ValueError if no sentence has the word.
    """
    lower = word.lower()
    found = [(list(s), [w.lower() for w in s].index(lower)) for s in sentences if lower in map(str.lower, s)]
    if not found:
        raise ValueError(f"none of the {len(sentences)} sentences has the word {word!r}; try another")
    some, places = map(list, zip(*found[:most], strict=True))
    return Uses(lower, some, places, layer_states(encoder, some, places))
