"""Words that stand side by side more often than chance, and others, as frequent, that do not.

The pointwise mutual information of two neighbours a b is log( #(ab) · N / (#(a) · #(b)) ), with N words: how
much likelier b is after a than anywhere (Church and Hanks 1990; lesson *Static word vectors* has it for
windows). Counted in one text, found again in the sentences of another. Shapes: N words, P pairs.

Taught in lesson *XLNet*.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tlcourse.data.tokeniser import SPECIAL

if TYPE_CHECKING:
    from tokenizers import Tokenizer

HIGH, LOW = "high PMI", "control"


@dataclass(frozen=True)
class HiddenPair:
    """A sentence of which two neighbouring words are hidden; each of them is one piece.

    Attributes:
        pieces: numbers of the sentence's pieces, without marks.
        place: where the first of the two stands among them.
        pmi: of the two, in nats; −∞ where the counted text never has them side by side.
        frequencies: how often each of the two occurs there.
    """

    pieces: list[int]
    place: int
    pmi: float
    frequencies: tuple[int, int]

    @property
    def targets(self) -> tuple[int, int]:
        return self.pieces[self.place], self.pieces[self.place + 1]


@dataclass(frozen=True)
class Counts:
    """How often each word occurs, in small letters, and each two neighbours of a sentence."""

    words: Counter[str]
    pairs: Counter[tuple[str, str]]

    @cached_property
    def total(self) -> int:
        return self.words.total()

    def pmi(self, first: str, second: str) -> float:
        """In nats; −∞ for two that were never side by side."""
        together = self.pairs[first, second]
        if not together:
            return -math.inf
        return math.log(together * self.total / (self.words[first] * self.words[second]))


def count(sentences: Iterable[Sequence[str]]) -> Counts:
    """Count the words and neighbours of sentences that are cut into words."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        lower = [word.lower() for word in sentence]
        words.update(lower)
        pairs.update(pairwise(lower))
    return Counts(words, pairs)


def find(
    tokenizer: "Tokenizer",
    sentences: Sequence[Sequence[str]],
    counts: Counts,
    longest: int = 60,
    least: int = 5,
) -> Iterator[HiddenPair]:
    """All neighbours in `sentences` that are words of letters, one piece each, and not too rare.

    Args:
        longest: sentences of more pieces are passed over.
        least: words that were counted less often are passed over.
    """
    distinct = list({word: None for words in sentences for word in words})
    encoded = tokenizer.encode_batch(distinct, add_special_tokens=False)
    pieces_of = {word: one.ids for word, one in zip(distinct, encoded, strict=True)}
    for words in sentences:
        cut = [pieces_of[word] for word in words]
        pieces = [piece for ids in cut for piece in ids]
        if len(pieces) > longest:
            continue
        fit = [
            word.isalpha()
            and len(ids) == 1
            and ids[0] >= len(SPECIAL)
            and counts.words[word.lower()] >= least
            for word, ids in zip(words, cut, strict=True)
        ]
        place = 0
        for i in range(len(words) - 1):
            if fit[i] and fit[i + 1]:
                a, b = words[i].lower(), words[i + 1].lower()
                yield HiddenPair(pieces, place, counts.pmi(a, b), (counts.words[a], counts.words[b]))
            place += len(cut[i])


def matched(
    found: Sequence[HiddenPair],
    n: int,
    seed: int,
    high: float = 5.0,
    low: float = 0.0,
    caliper: float = 0.25,
) -> list[tuple[HiddenPair, HiddenPair]]:
    """Up to `n` times two: a pair with a PMI of `high` or more, and as frequent a control, `low` or less.

    Each two words are taken once, at one of their places by chance. In a control, the logarithms of both
    frequencies lie within `caliper` of those of its partner; a pair that has no such control is left out.
    """
    rng = np.random.default_rng(seed)
    once: dict[tuple[int, int], HiddenPair] = {}
    for i in rng.permutation(len(found)):
        once.setdefault(found[i].targets, found[i])
    each = list(once.values())
    each = [each[i] for i in rng.permutation(len(each))]  # without this, those that occur often come first
    ties = [pair for pair in each if pair.pmi >= high]
    controls = [pair for pair in each if pair.pmi <= low]
    if not ties or not controls:
        return []
    at = np.log([pair.frequencies for pair in controls])
    free = np.ones(len(controls), dtype=bool)
    chosen = []
    for pair in ties:
        if len(chosen) == n:
            break
        away = np.abs(at - np.log(pair.frequencies)).max(axis=1)
        away[~free] = np.inf
        nearest = int(away.argmin())
        if away[nearest] <= caliper:
            free[nearest] = False
            chosen.append((pair, controls[nearest]))
    return chosen
