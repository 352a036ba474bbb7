"""The simplest use of word vectors: a text is the mean of its words' vectors, and a linear layer reads it.

With vectors learned along with the classifier, this is the text classifier of Joulin et al. 2017 (arXiv
1607.01759), without its n-grams; with frozen ones, the plainest transfer there is.

Taught in lesson *Static word vectors*.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import tokenise
from tlcourse.data.texts import as_texts

SPREAD = 0.7  # the standard deviation of GloVe 6B 50d over its 10,000 most frequent words


class AveragedVectors(nn.Module):
    """Mean of word vectors → linear layer → class scores.

    Attributes:
        index: the row of each word; texts may hold others, which are skipped.
        vectors: EmbeddingBag, (len(index) + 1, D); the last row is zero and stands for a text without a known
            word.
        frozen: whether training leaves `vectors` as they are.
    """

    def __init__(self, words: Sequence[str], start: np.ndarray, n_classes: int, frozen: bool):
        super().__init__()
        if len(words) != len(start):
            raise ValueError(f"{len(words)} words but {len(start)} vectors: give one for each word")
        self.index = {word: row for row, word in enumerate(as_texts(words, "words"))}
        self.frozen = frozen
        table = torch.from_numpy(np.vstack([start, np.zeros((1, start.shape[1]))]).astype(np.float32))
        self.vectors = nn.EmbeddingBag.from_pretrained(
            table, freeze=frozen, mode="mean", padding_idx=len(words)
        )
        self.linear = nn.Linear(start.shape[1], n_classes)

    def encode(self, texts: Sequence[str]) -> list[Tensor]:
        """The rows of the known words of each text, at least one row each."""
        nothing = len(self.index)
        known = ([self.index[w] for w in tokenise(text) if w in self.index] for text in as_texts(texts))
        return [torch.tensor(rows or [nothing]) for rows in known]

    def forward(self, encoded: Sequence[Tensor]) -> Tensor:
        """Texts as `encode` gives them, B of them → scores (B, n_classes)."""
        lengths = torch.tensor([len(rows) for rows in encoded])
        return self.linear(self.vectors(torch.cat(list(encoded)), lengths.cumsum(0) - lengths))


def start_vectors(
    texts: Sequence[str], vectors: Vectors | None, size: int, seed: int
) -> tuple[list[str], np.ndarray]:
    """Return the words of `texts`, sorted, and a first vector for each, float32 (V, size).

    Taken from `vectors`, or zero for a word that they lack; drawn from a normal distribution with the spread
    of GloVe 6B's frequent words where `vectors` is None.

    Raises:
        ValueError: `vectors` are not of that `size`.
    """
    words = sorted({word for text in as_texts(texts) for word in tokenise(text)})
    if vectors is None:
        return words, np.random.default_rng(seed).normal(0, SPREAD, (len(words), size)).astype(np.float32)
    if vectors.matrix.shape[1] != size:
        raise ValueError(f"size is {size}, but the vectors have {vectors.matrix.shape[1]} dimensions")
    start = np.zeros((len(words), size), dtype=np.float32)
    for row, word in enumerate(words):
        if word in vectors:
            start[row] = vectors[word]
    return words, start
