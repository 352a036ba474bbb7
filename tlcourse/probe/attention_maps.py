"""Attention between words: what a network's heads look at, with pieces put together again.

A word may be several pieces. Clark et al. 2019, section 4.1: attention *to* a word is the sum over its
pieces, attention *from* a word the mean over them, so that what each word gives out still adds up to 1.
Shapes: L layers of A heads, T pieces, U units, which are the words and the marks around them.

Taught in lesson *What does BERT look at*.
"""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.models.pretrained.text_encoders import Batch, Example, PieceEncoder, TextEncoder
from tlcourse.train.finetuning import trainings

_AT_ONCE = 16


@dataclass(frozen=True)
class AttentionMap:
    """Who looks at whom in one sentence.

    Attributes:
        units: the marks and the words, in the order in which they stand.
        is_mark: bool (U,): such as [CLS] and [SEP].
        weights: float32 (L, A, U, U): row = from, column = to; each row adds up to 1.
    """

    units: list[str]
    is_mark: np.ndarray
    weights: np.ndarray

    @property
    def between_words(self) -> np.ndarray:
        """(L, A, W, W): the words alone; what goes to the marks is missing, so rows add up to less than 1."""
        words = np.flatnonzero(~self.is_mark)
        return self.weights[:, :, words[:, None], words]


@torch.inference_mode()
def of_sentences(encoder: TextEncoder, sentences: Sequence[Sequence[str]]) -> list[AttentionMap]:
    """The attention of every head in each sentence, which is given as words.

    Raises:
        ValueError: the network has no attention, or a sentence is too long to be read at once.
    """
    trainings.give_back_memory()  # of what was done before: maps need much, of a batch between pieces most
    maps = [found for _, found in sorted(_found(encoder, sentences), key=lambda pair: pair[0])]
    trainings.give_back_memory()
    return maps


def _found(encoder: TextEncoder, sentences: Sequence[Sequence[str]]) -> Iterator[tuple[int, AttentionMap]]:
    encoder.eval()
    examples = encoder.words(sentences)
    belongs = [
        unit_of_pieces(encoder, example, words) for example, words in zip(examples, sentences, strict=True)
    ]
    for index in batches_by_length([*map(len, examples)], _AT_ONCE):
        maps = torch.stack(_attentions(encoder, encoder.batch([examples[i] for i in index]))).numpy()
        for row, i in enumerate(index):
            n = len(examples[i])
            units, is_mark = _units(encoder, sentences[i])
            yield int(i), AttentionMap(units, is_mark, joined(maps[:, row, :, :n, :n], belongs[i]))


def _attentions(encoder: TextEncoder, batch: Batch) -> tuple[torch.Tensor, ...]:
    """Of each layer (B, A, T, T)."""
    takes = inspect.signature(encoder.network.forward).parameters
    if "need_weights" not in takes:
        raise ValueError(
            f"{type(encoder.network).__name__} gives no attention maps; take a Transformer of the course, "
            "such as bert-mini, minilm or distilbert."
        )
    inputs = {name: value for name, value in batch.items() if name in takes}
    return encoder.network(**inputs, need_weights=True).attentions


def unit_of_pieces(encoder: PieceEncoder, example: Example, words: Sequence[str]) -> np.ndarray:
    """int64 (T,): which unit each piece belongs to; each mark is a unit of its own.

    Raises ValueError if the sentence was cut: then its last words have no pieces.
    """
    before, _, after = (len(marks) for marks in encoder.marks)
    places = np.asarray(example.places)
    first = encoder.reading.word_at == "first"
    inside = len(example) - after  # where the marks behind the text begin
    begins = places if first else np.concatenate([[before], places[:-1] + 1])
    ends = np.concatenate([places[1:], [inside]]) if first else places + 1
    if (ends <= begins).any() or ends[-1] != inside or len(example) == encoder.max_length:
        raise ValueError(
            f"a sentence of {len(words)} words is too long: {encoder.max_length} pieces are read at once. It "
            f"begins with {' '.join(words[:6])!r}."
        )
    lengths = [*[1] * before, *(ends - begins), *[1] * after]
    return np.repeat(np.arange(len(lengths)), lengths)


def _units(encoder: PieceEncoder, words: Sequence[str]) -> tuple[list[str], np.ndarray]:
    before, after = encoder.reading.before, encoder.reading.after
    is_mark = [*[True] * len(before), *[False] * len(words), *[True] * len(after)]
    return [*before, *words, *after], np.array(is_mark)


def joined(weights: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """(…, T, T) between pieces → (…, U, U) between units.

    The sum over the pieces that are looked at, the mean over those that look.
    """
    member = (unit == np.arange(unit.max() + 1)[:, None]).astype(np.float32)  # (U, T)
    looking = member / member.sum(axis=1, keepdims=True)
    return looking @ weights @ member.T
