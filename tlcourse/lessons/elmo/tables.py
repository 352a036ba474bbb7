"""The rows of lesson ELMo's tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tlcourse.data import glove
from tlcourse.data.tokeniser import find_words
from tlcourse.lessons.elmo import characters
from tlcourse.models.language.elmo import BiLM
from tlcourse.models.pretrained.text_encoders import TextEncoder
from tlcourse.probe.word_uses import Uses, layer_states
from tlcourse.probe.word_vectors import WordSpace

Rows = list[dict[str, Any]]


def in_glove(words: Sequence[str], n: int) -> Rows:
    """The `n` words nearest to each in GloVe."""
    space = WordSpace(glove.load())
    return [
        {"word": w, "nearest in GloVe": ", ".join(near for near, _ in space.neighbours(w, n))} for w in words
    ]


def by_letters(models: Mapping[str, BiLM], words: Sequence[str], known: Sequence[str], n: int) -> Rows:
    """For each word the `n` nearest of the `known` ones, by each model; and whether GloVe's table has it."""
    found = {name: characters.nearest(model, words, known, n) for name, model in models.items()}
    in_table = glove.load().index
    return [
        {"word": w}
        | {name: ", ".join(near[w]) for name, near in found.items()}
        | {"in GloVe": "yes" if w.lower() in in_table else "no"}
        for w in words
    ]


def moved(encoder: TextEncoder, before: Sequence[str], after: Sequence[str]) -> Rows:
    """How far each word's states move when `before` becomes `after`: the largest change of any number."""
    change = np.abs(layer_states(encoder, [before]) - layer_states(encoder, [after]))  # (T, L, 2P)
    forward, backward = np.split(change, 2, axis=-1)
    columns = {
        "token layer": forward[:, 0],  # which is in both halves
        "forward, layer 2": forward[:, 2],
        "backward, layer 2": backward[:, 2],
    }
    return [
        {"word": word} | {name: f"{size[k].max():.2f}" for name, size in columns.items()}
        for k, word in enumerate(before)
    ]


def neighbours(
    encoder: TextEncoder, uses: Mapping[str, Uses], questions: Sequence[tuple[str, str]], layer: int, n: int
) -> Rows:
    """For each (word, sentence) the `n` nearest uses of that word, with their cosines."""
    rows = []
    for word, sentence in questions:
        words = find_words(sentence)
        (states,) = layer_states(encoder, [words], [[w.lower() for w in words].index(word)])
        for which, cosine in uses[word].nearest(states, layer, n):
            rows.append(
                {
                    "sentence": sentence,
                    "nearest use": _around(uses[word].sentences[which], uses[word].places[which]),
                    "cosine": f"{cosine:.2f}",
                }
            )
    return rows


def _around(words: Sequence[str], place: int, reach: int = 6) -> str:
    """A use with a few words on either side."""
    begin, end = max(0, place - reach), place + reach + 1
    return f"{'… ' if begin else ''}{' '.join(words[begin:end])}{' …' if end < len(words) else ''}"
