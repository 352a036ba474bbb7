"""fastText: skip-gram on pieces of words (Bojanowski et al. 2017, arXiv 1607.04606).

A word's input vector is made of the vectors of its character n-grams, 3 to 6 letters of `<word>`, and of its
own (section 3.2). Pieces are hashed into buckets, so that any word has pieces, and thus a vector, even one
never seen.

The hash is the fastText program's, bit for bit: FNV-1a, with each byte widened as a *signed* char.

**Sum or mean.** The paper adds the pieces up (section 3.2); the program takes their mean over the n-grams and
the word, and so does this. gensim divides the same sum by the number of the n-grams alone while it trains.
All three change every piece by the whole gradient.

**The order of the text matters**, more than for word2vec. Words share their n-grams, so what is read
later bends the vectors of words that were read before; and in its order, the packaged text ends with reviews
and tweets. Training here shuffles blocks of the text in each epoch. gensim's fastText, which reads sentences
as they come, is as good if they are shuffled first, and clearly worse on WordSim-353 if not
(benchmarks/static_vectors.py); so is this one when its blocks are not shuffled.

Taught in lesson *Static word vectors*.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from tlcourse.models.vectors import word2vec

FNV_OFFSET, FNV_PRIME = 2166136261, 16777619


@dataclass(frozen=True)
class Settings(word2vec.Settings):
    """Names and defaults are gensim's, but for `bucket`: the program's 2,000,000 rows of 100 would be 800 MB.

    Attributes:
        min_n, max_n: the shortest and the longest n-gram, in characters, `<` and `>` included.
        bucket: rows of the n-gram table.
    """

    min_n: int = 3
    max_n: int = 6
    bucket: int = 200_000

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.min_n <= self.max_n or self.bucket < 1:
            raise ValueError(
                f"expected 1 ≤ min_n ≤ max_n and at least one bucket, got min_n={self.min_n}, "
                f"max_n={self.max_n}, bucket={self.bucket}"
            )


def fnv1a(data: bytes) -> int:
    """Return the 32-bit hash of `data` as the fastText program computes it (Dictionary::hash in
    dictionary.cc).

    The program casts each byte to int8 first, so a byte from 128 on comes with 24 leading ones: plain FNV-1a
    gives another number for every letter outside ASCII.
    """
    value = FNV_OFFSET
    for byte in data:
        value ^= byte if byte < 128 else byte | 0xFFFFFF00
        value = value * FNV_PRIME & 0xFFFFFFFF
    return value


def ngrams(word: str, min_n: int = 3, max_n: int = 6) -> list[str]:
    """Return the n-grams of `<word>`, by where they start, shorter ones first, but not `<` or `>` alone."""
    marked = f"<{word}>"
    return [
        marked[start : start + n]
        for start in range(len(marked))
        for n in range(min_n, max_n + 1)
        if start + n <= len(marked) and not (n == 1 and start in (0, len(marked) - 1))
    ]


def buckets(word: str, settings: Settings) -> list[int]:
    """Return the rows of the n-gram table that the pieces of `word` fall into."""
    return [fnv1a(piece.encode()) % settings.bucket for piece in ngrams(word, settings.min_n, settings.max_n)]


class FastText(word2vec.SkipGram):
    """Skip-gram whose input vector is the mean of a word's own vector and those of its n-grams.

    Attributes:
        input: float32 (V + bucket, D): own vectors, then the n-grams'; uniform in ±1/D at first.
        output: float32 (V, D): one per word, as in skip-gram.
        pieces, start: the rows of `input` that make up word i are `pieces[start[i] : start[i + 1]]`.
    """

    def __init__(self, words: list[str], settings: Settings, generator: torch.Generator):
        super().__init__(words, settings, generator)
        self.settings, self.index = settings, {word: i for i, word in enumerate(words)}
        size = (len(words) + settings.bucket, settings.vector_size)
        self.input = (torch.rand(size, generator=generator) * 2 - 1) / settings.vector_size
        rows = [np.array([i, *(len(words) + b for b in buckets(w, settings))]) for i, w in enumerate(words)]
        self.pieces = torch.from_numpy(np.concatenate(rows))
        self.start = torch.from_numpy(np.cumsum([0, *map(len, rows)]))

    def input_vectors(self, ids: Tensor) -> Tensor:
        """The mean of the pieces' vectors of words `ids` (…) → (…, D)."""
        distinct, where = ids.unique(return_inverse=True)  # a step has many tokens of few words
        rows, lengths = self._pieces_of(distinct)
        total = embedding_bag(
            rows, self.input, lengths.cumsum(0) - lengths, mode="sum"
        )  # "mean" is 5 times slower
        return (total / lengths[:, None])[where]

    def add_to_input(self, ids: Tensor, change: Tensor) -> None:
        """Add `change` (…, D) to every piece of words `ids`: all of it, not 1/n of it, as the program
        does.
        """
        distinct, where = ids.reshape(-1).unique(return_inverse=True)
        total = torch.zeros(len(distinct), change.shape[-1])
        word2vec.add_to_rows(total, where, change)
        rows, lengths = self._pieces_of(distinct)
        word2vec.add_to_rows(self.input, rows, total.repeat_interleave(lengths, 0))

    def _pieces_of(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """The rows of words `ids` (n,), one word after the other, and how many each has (n,)."""
        start = self.start[ids]
        lengths = self.start[ids + 1] - start
        first = lengths.cumsum(0) - lengths
        within = torch.arange(int(lengths.sum())) - first.repeat_interleave(lengths)
        return self.pieces[start.repeat_interleave(lengths) + within], lengths

    def vector(self, word: str) -> np.ndarray:
        """Return a vector for any word, float32 (D,): one of the vocabulary also uses its own row.

        Raises:
            ValueError: the word is so short that it has no n-gram, and it is not in the vocabulary.
        """
        rows = [len(self.words) + b for b in buckets(word, self.settings)]
        if (known := self.index.get(word)) is not None:
            rows.append(known)
        if not rows:
            raise ValueError(f"{word!r} has no n-gram of {self.settings.min_n} characters or more")
        return self.input[rows].mean(0).numpy()
