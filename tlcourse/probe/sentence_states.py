"""What a frozen encoder makes of sentences that are cut into words: every layer, a vector for each word.

A word's vector is the mean over its pieces, as in Hewitt and Manning 2019; where a probe reads one piece
alone, as in ELMo's lesson, it is `tlcourse.probe.word_uses`. Each layer is kept on disk by itself, so that
one layer of a large treebank can be read without the others.
Shapes: N sentences of T words and P pieces, W words in all, layers of H numbers.

Taught in lesson *Probing for structure*.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch

from tlcourse import assets
from tlcourse.models.pretrained.minilm import Watch, batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, PieceEncoder, TextEncoder
from tlcourse.probe.attention_maps import unit_of_pieces
from tlcourse.probe.word_uses import check_places
from tlcourse.train.finetuning import trainings
from tlcourse.train.measuring import frozen_states

BATCH = 8  # few, as all layers of a batch of long sentences are in memory at once
_VERSION = 1  # part of the cache's key: raise it when the same sentences would get other states

Layers = list[list[np.ndarray]]  # for each layer, for each sentence, (T, H)


def averaging(encoder: TextEncoder, example: Example, words: Sequence[str]) -> np.ndarray:
    """What each piece counts in each word's mean: float32 (T, P), rows that add up to 1.

    Args:
        example: what `encoder.words` made of the sentence.

    Raises:
        ValueError: the sentence is too long to be read at once.
    """
    if isinstance(encoder, PieceEncoder):
        word = unit_of_pieces(encoder, example, words) - len(encoder.marks[0])  # marks are none of the words
        member = word == np.arange(len(words))[:, None]
    else:
        if len(example) < len(words) + 2:  # its two ends
            raise ValueError(f"a sentence of {len(words)} words is too long: {encoder.max_length} are read")
        member = np.arange(len(example)) == np.array(example.places)[:, None]
    return (member / member.sum(axis=1, keepdims=True)).astype(np.float32)


@torch.inference_mode()
def compute(
    encoder: TextEncoder,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[int] | None = None,
    only: Sequence[int] | None = None,
    progress: Watch = iter,
) -> Layers:
    """The states of words, float16: for each of `layers`, for each sentence, (T, H).

    Args:
        layers: which, 0 for the embeddings; all if not given.
        only: the place of one word in each sentence, whose state alone is kept, (1, H).
        progress: wraps the sequence of batches, to show how far it is.

    Raises:
        ValueError: there is no such layer, no word at such a place, or a sentence is too long to be read.
    """
    layers = _checked(encoder, layers)
    if only is not None:
        check_places(sentences, only)
    encoder.eval()
    examples = encoder.words(sentences)
    means = [averaging(encoder, *pair) for pair in zip(examples, sentences, strict=True)]
    if only is not None:
        means = [mean[place : place + 1] for mean, place in zip(means, only, strict=True)]
    found: Layers = [[np.zeros(0)] * len(examples) for _ in layers]
    trainings.give_back_memory()  # of what was done before; long sentences need much for a moment
    for index in progress(batches_by_length([*map(len, examples)], BATCH)):
        states = encoder(encoder.batch([examples[i] for i in index]))
        for of_layer, k in zip(found, layers, strict=True):
            layer = states[k].float().clamp(-6e4, 6e4).numpy()
            for row, i in enumerate(index):
                of_layer[i] = (means[i] @ layer[row, : len(examples[i])]).astype(np.float16)
    trainings.give_back_memory()
    return found


def cached(
    encoder: TextEncoder,
    sentences: Sequence[Sequence[str]],
    layers: Sequence[int] | None = None,
    only: Sequence[int] | None = None,
    progress: Watch = iter,
) -> Layers:
    """`compute`, once for the same weights, sentences and layer; then read from disk, page by page."""
    layers = _checked(encoder, layers)
    if only is not None:
        check_places(sentences, only)
    sentences = [list(words) for words in sentences]
    key = {
        "weights": frozen_states.fingerprint(encoder),
        "sentences": hashlib.sha256(repr(sentences).encode()).hexdigest(),
        "only": None if only is None else hashlib.sha256(repr([*map(int, only)]).encode()).hexdigest(),
        "version": _VERSION,
    }
    made: dict[int, list[np.ndarray]] = {}

    def make(k: int) -> dict[str, np.ndarray]:
        if k not in made:
            wanted = layers[layers.index(k) :]  # those before it are there
            made.update(zip(wanted, compute(encoder, sentences, wanted, only, progress), strict=True))
        return {"words": np.concatenate(made.pop(k))}

    ends = np.cumsum([len(words) if only is None else 1 for words in sentences])[:-1]
    return [
        np.split(
            assets.cached_arrays("sentence-states", {**key, "layer": k}, lambda k=k: make(k))["words"], ends
        )
        for k in layers
    ]


def _checked(encoder: TextEncoder, layers: Sequence[int] | None) -> list[int]:
    there = len(encoder.widths)
    wanted = list(range(there) if layers is None else layers)
    for k in wanted:
        if not 0 <= k < there:
            raise ValueError(f"layer {k} is not there: this encoder has layers 0 to {there - 1}")
    return wanted
