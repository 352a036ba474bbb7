"""Text in, the states of every layer out: one way into all systems, frozen or to be fine-tuned.

Each system reads a text as in its pretraining, between the marks that its own module names; ELMo reads spelt
words, each sentence with its end. Shapes: B texts, T pieces or words, H width of a layer.
"""

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data import sentences, tokeniser
from tlcourse.data.packing import fit
from tlcourse.data.texts import as_pairs, as_sentences, as_texts
from tlcourse.models.language.elmo import BiLM, character_ids
from tlcourse.models.language.system import Marks

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_LENGTH = 256  # pieces, or words for ELMo, that are read at once
_END = "</s>"  # ELMo's last word of a sentence


@dataclass(frozen=True)
class Example:
    """A text as a model reads it."""

    units: list  # numbers of pieces, or words as strings
    segments: list[int]
    places: list[int]  # where each word stands, if it was given as words: its first piece, or its last
    states: np.ndarray | None = field(default=None, repr=False)  # (P, L, H), if it was read already

    def __len__(self) -> int:
        return len(self.units)


Batch = dict[str, Tensor]


class TextEncoder(nn.Module, ABC):
    """A network together with its way of reading.

    `parts`, `pairs` and `words` raise TypeError for a single string in place of several texts.

    Attributes:
        network: without its pretraining heads.
        widths: of the states, embeddings first.
        summary: the place of the state that a classifier reads, 0 or −1: [CLS], or the last one.
    """

    def __init__(self, network: nn.Module, widths: Sequence[int], summary: int, max_length: int):
        super().__init__()
        self.network, self.widths, self.summary = network, tuple(widths), summary
        self.max_length = max_length

    @abstractmethod
    def parts(self, texts: Sequence[str]) -> list[list[Example]]:
        """All of each text, in as few parts of about equal length as can be read at once."""

    @abstractmethod
    def beginnings(self, texts: Sequence[str]) -> list[Example]:
        """Of each text as much as can be read at once; the rest is left out."""

    @abstractmethod
    def pairs(self, first: Sequence[str], second: Sequence[str]) -> list[Example]:
        """Pairs of texts as the network reads them; the ends of long ones are left out."""

    @abstractmethod
    def words(self, sentences: Sequence[Sequence[str]]) -> list[Example]:
        """Sentences that are cut into words already; `places` says where each word's state is."""

    def given(self, sentences: Sequence[Sequence[str]]) -> list[Example]:
        """As `words`, but what is a piece of the vocabulary already, such as `##ing`, is read as it is."""
        return self.words(sentences)

    @abstractmethod
    def unit_names(self, example: Example) -> list[str]:
        """What was read: each piece, or each word, as a string."""

    @abstractmethod
    def batch(self, examples: Sequence[Example]) -> Batch:
        """Examples side by side, padded on the right to the longest: `attention_mask` (B, T) and the rest."""

    def forward(self, batch: Batch) -> tuple[Tensor, ...]:
        """→ the states, embeddings first: (B, T, widths[k]) each."""
        return self.network.states(**batch)

    def layers(self) -> dict[str, nn.Module]:
        """From the bottom up, for freezing and rates; together they hold all that is to be trained."""
        return self.network.named_layers()


class PieceEncoder(TextEncoder):
    """All systems but ELMo: numbers of pieces, segments where the network has them."""

    def __init__(
        self,
        network: nn.Module,
        tokenizer: "Tokenizer",
        marks: Marks,
        max_length: int = MAX_LENGTH,
        widths: Sequence[int] | None = None,
    ):
        """`widths`: of the states, where the configuration does not say them.

        Raises ValueError if the tokeniser lacks one of the `marks`.
        """
        super().__init__(network, widths or network.config.widths, marks.summary, max_length)
        self.tokenizer, self.reading = tokenizer, marks
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self.marks = tuple(
            [self._number(piece) for piece in some] for some in (marks.before, marks.between, marks.after)
        )
        self.unknown = tokenizer.token_to_id(tokeniser.SPECIAL[tokeniser.UNK])
        self.piece_cache: dict[str, list[int]] = {}

    def _number(self, piece: str) -> int:
        number = self.tokenizer.token_to_id(piece)
        if number is None:
            raise ValueError(f"this tokeniser has no {piece}, which {type(self.network).__name__} reads.")
        return number

    @property
    def _room(self) -> int:
        """For the pieces of a single text, between its marks."""
        return self.max_length - len(self.marks[0]) - len(self.marks[2])

    def parts(self, texts: Sequence[str]) -> list[list[Example]]:
        return [
            [self._arranged(part) for part in cut_evenly(ids, self._room)]
            for ids in self._pieces(as_texts(texts))
        ]

    def beginnings(self, texts: Sequence[str]) -> list[Example]:
        return [self._arranged(ids[: self._room]) for ids in self._pieces(as_texts(texts))]

    def pairs(self, first: Sequence[str], second: Sequence[str]) -> list[Example]:
        left, right = as_pairs(first, second)
        both = zip(self._pieces(left), self._pieces(right), strict=True)
        return [self._arranged(a, b) for a, b in both]

    def questions(
        self, questions: Sequence[str], paragraphs: Sequence[str]
    ) -> list[tuple[Example, list[tuple[int, int]]]]:
        """Pairs whose `places` are the paragraph's pieces; with each, which characters a piece is of it.

        The end of a long question, and of a paragraph that then has no room, is left out.
        """
        first, second = as_pairs(questions, paragraphs)
        encoded = self.tokenizer.encode_batch(second, add_special_tokens=False)
        before, between, after = self.marks
        room = self.max_length - len(before) - len(between) - len(after)
        found = []
        for a, b in zip(self._pieces(first), encoded, strict=True):
            a = a[: room // 2]
            n = min(len(b.ids), room - len(a))
            begin = len(before) + len(a) + len(between)
            example = self._arranged(a, b.ids[:n])
            found.append((replace(example, places=[*range(begin, begin + n)]), b.offsets[:n]))
        return found

    def _pieces(self, texts: list[str]) -> list[list[int]]:
        return [e.ids for e in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _arranged(self, a: list[int], b: list[int] | None = None) -> Example:
        before, between, after = self.marks
        if b is None:
            units = [*before, *a, *after]
            segments = [0] * len(units)
        else:
            in_a, in_b = fit(len(a), len(b), self.max_length - len(before) - len(between) - len(after))
            left = [*before, *a[:in_a], *between]
            units = [*left, *b[:in_b], *after]
            segments = [0] * len(left) + [1] * (len(units) - len(left))
        if self.reading.last_segment is not None:
            segments[-1] = self.reading.last_segment
        return Example(units, segments, [])

    def words(self, sentences: Sequence[Sequence[str]]) -> list[Example]:
        sentences = as_sentences(sentences)
        new = sorted({word for words in sentences for word in words} - self.piece_cache.keys())
        self.piece_cache.update(
            zip(new, self._pieces([self.reading.blank + word for word in new]), strict=True)
        )
        return [self._tagged(words) for words in sentences]

    def given(self, sentences: Sequence[Sequence[str]]) -> list[Example]:
        sentences = as_sentences(sentences)
        known = {word: self.tokenizer.token_to_id(word) for words in sentences for word in words}
        new = [word for word, number in known.items() if number is None]
        cut = dict(zip(new, self._pieces([self.reading.blank + word for word in new]), strict=True))
        pieces = {w: cut[w] or [self.unknown] if n is None else [n] for w, n in known.items()}
        return [
            self._arranged([n for word in words for n in pieces[word]][: self._room]) for words in sentences
        ]

    def unit_names(self, example: Example) -> list[str]:
        return [self.tokenizer.id_to_token(number) for number in example.units]

    def _tagged(self, words: Sequence[str]) -> Example:
        before, room = self.marks[0], self._room
        first = self.reading.word_at == "first"
        ids, places = [], []
        for word in words:
            pieces = self.piece_cache[word] or [self.unknown]  # of a word of signs that have no piece
            ids += pieces
            places.append(len(ids) - len(pieces) if first else len(ids) - 1)
        example = self._arranged(ids[:room])
        return replace(example, places=[len(before) + min(place, room - 1) for place in places])

    def batch(self, examples: Sequence[Example]) -> Batch:
        longest = max(map(len, examples))
        ids = torch.zeros(len(examples), longest, dtype=torch.long)
        segments, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for i, example in enumerate(examples):
            ids[i, : len(example)] = torch.tensor(example.units)
            segments[i, : len(example)] = torch.tensor(example.segments)
            mask[i, : len(example)] = 1
        return {"input_ids": ids, "token_type_ids": segments, "attention_mask": mask}


class WordEncoder(TextEncoder):
    """ELMo: words with their capitals, spelt. A text begins where a sentence ended, as in pretraining."""

    def __init__(self, network: BiLM, max_length: int = MAX_LENGTH):
        super().__init__(network, network.config.widths, -1, max_length)
        self.spelt: dict[str, Tensor] = {}

    def parts(self, texts: Sequence[str]) -> list[list[Example]]:
        room = self.max_length - 1
        return [
            [self._arranged(part) for part in cut_evenly(_sentence_words(text), room)]
            for text in as_texts(texts)
        ]

    def beginnings(self, texts: Sequence[str]) -> list[Example]:
        return [self._arranged(_sentence_words(text)[: self.max_length - 1]) for text in as_texts(texts)]

    def unit_names(self, example: Example) -> list[str]:
        return list(example.units)

    def pairs(self, first: Sequence[str], second: Sequence[str]) -> list[Example]:
        found = []
        for text, other in zip(*as_pairs(first, second), strict=True):
            a, b = _sentence_words(text), _sentence_words(other)
            in_a, in_b = fit(len(a), len(b), self.max_length - 1)
            found.append(self._arranged(a[:in_a], b[:in_b]))
        return found

    def _arranged(self, a: list[str], b: Sequence[str] = ()) -> Example:
        return Example([_END, *a, *b], [0] * (1 + len(a)) + [1] * len(b), [])

    def words(self, sentences: Sequence[Sequence[str]]) -> list[Example]:
        room = self.max_length - 2
        found = []
        for words in as_sentences(sentences):
            units = [_END, *words[:room], _END]
            places = [min(1 + place, len(units) - 1) for place in range(len(words))]
            found.append(Example(units, [0] * len(units), places))
        return found

    def batch(self, examples: Sequence[Example]) -> Batch:
        size = self.network.config.max_characters
        new = sorted({word for example in examples for word in example.units} - self.spelt.keys())
        self.spelt.update(zip(new, character_ids(new, size), strict=True))
        longest = max(map(len, examples))
        characters = torch.zeros(len(examples), longest, size, dtype=torch.long)
        mask = torch.zeros(len(examples), longest, dtype=torch.long)
        for i, example in enumerate(examples):
            characters[i, : len(example)] = torch.stack([self.spelt[word] for word in example.units])
            mask[i, : len(example)] = 1
        return {"characters": characters, "attention_mask": mask}


def _sentence_words(text: str) -> list[str]:
    return [word for words in sentences.words_of(text) for word in (*words, _END)]


def cut_evenly(units: list, room: int) -> list[list]:
    """All of it, in as few parts as have room, of lengths that differ by one at most."""
    n = max(1, math.ceil(len(units) / room))
    ends = [len(units) * i // n for i in range(n + 1)]
    return [units[start:end] for start, end in itertools.pairwise(ends)]
