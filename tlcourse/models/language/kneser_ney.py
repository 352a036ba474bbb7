"""Counting instead of learning: the n-gram model that left-to-right language models are compared with.

Interpolated Kneser–Ney with three discounts per order, "modified" as in Chen and Goodman 1998 ("An Empirical
Study of Smoothing Techniques for Language Modeling", section 3):

    p(w | h) = (c(h w) − D(c(h w))) / c(h) + γ(h) p(w | h without its first word)

γ(h) hands on what the discounts took. Below the highest order c counts contexts, not occurrences: how many
different pieces stand before h w (Kneser and Ney 1995). The last to be asked is the uniform distribution.
`nltk.lm` has the same sums, but goes through all contexts for each word; this sorts once.
Shapes: N tokens of the text, M words to be predicted, V words of the vocabulary.

Taught in lesson *GPT-2*.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class _Order:
    """The n-grams of one order, sorted, and what their contexts need.

    Attributes:
        grams: (G,) the n-gram as a number in base V.
        kept: float (G,): (count − discount) / count of the context.
        contexts: (C,) the n-gram without its last word.
        handed_on: float (C,): γ.
    """

    grams: np.ndarray
    kept: np.ndarray
    contexts: np.ndarray
    handed_on: np.ndarray


class KneserNey:
    """An n-gram model of word numbers 0 … V − 1."""

    def __init__(
        self,
        text: np.ndarray,
        vocab_size: int,
        order: int = 3,
        discounts: tuple[tuple[float, float, float], ...] | None = None,
    ):
        """Count `text`, integers (N,).

        Args:
            discounts: for each order from 1 on, what is taken from a count of 1, of 2, of 3 and more;
                estimated from the counts of counts where None (Chen and Goodman 1998, equation 26).

        Raises ValueError for a text shorter than `order`, a word outside the vocabulary, or n-grams too long
        to be numbered.
        """
        text = np.asarray(text).astype(np.int64)
        if len(text) < order or text.min() < 0 or text.max() >= vocab_size:
            raise ValueError(
                f"the text has {len(text)} words; expected {order} or more, each from 0 to {vocab_size - 1}."
            )
        if vocab_size**order >= 2**63:
            raise ValueError(f"{order} words of {vocab_size} do not fit into 64 bits: take a lower order.")
        self.vocab_size, self.order = vocab_size, order
        numbers = np.zeros(len(text) - order + 1, dtype=np.int64)
        for i in range(order):
            numbers = numbers * vocab_size + text[i : len(numbers) + i]
        grams, counts = np.unique(numbers, return_counts=True)
        self.orders: list[_Order] = []  # from 1 on
        for n in range(order, 0, -1):
            given = discounts[n - 1] if discounts else _discounts(counts)
            self.orders.insert(0, _order(grams, counts, vocab_size, np.array([0.0, *given])))
            grams, counts = np.unique(grams % vocab_size ** (n - 1), return_counts=True)

    def probability(self, contexts: np.ndarray, words: np.ndarray) -> np.ndarray:
        """p(word | context): float64 (M,).

        Args:
            contexts: (M, order − 1), what stands before each word, the nearest last; −1 where nothing does.
            words: (M,).
        """
        contexts, words = np.asarray(contexts, dtype=np.int64), np.asarray(words, dtype=np.int64)
        p = np.full(len(words), 1 / self.vocab_size)
        context, there = np.zeros_like(words), np.ones(len(words), dtype=bool)
        for n, table in enumerate(self.orders, start=1):
            if n > 1:
                before = contexts[:, self.order - n]  # one more word to the left
                there &= before >= 0
                context = context + before * self.vocab_size ** (n - 2)
            at, known = _find(context, table.contexts)
            gram, seen = _find(context * self.vocab_size + words, table.grams)
            lower = np.where(seen, table.kept[gram], 0.0) + table.handed_on[at] * p
            p = np.where(there & known, lower, p)
        return p

    def loss(self, rows: np.ndarray, n_given: int = 1) -> tuple[float, int]:
        """Rows (B, n_given + T) of text → sum of −ln p over the last T of each row, and how many they are.

        What stands before a row is not known, as for a model that reads it.
        """
        rows = np.asarray(rows, dtype=np.int64)
        padded = np.pad(rows, ((0, 0), (self.order - 1, 0)), constant_values=-1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.order, axis=1)
        windows = windows[:, n_given:]  # (B, T, order)
        windows = windows.reshape(-1, self.order)
        p = self.probability(windows[:, :-1], windows[:, -1])
        return float(-np.log(p).sum()), p.size


def _order(grams: np.ndarray, counts: np.ndarray, vocab_size: int, discount: np.ndarray) -> _Order:
    contexts, first = np.unique(grams // vocab_size, return_index=True)
    total = np.add.reduceat(counts, first)
    taken = np.minimum(discount[np.minimum(counts, 3)], counts)
    owner = np.repeat(np.arange(len(contexts)), np.diff([*first, len(grams)]))
    return _Order(grams, (counts - taken) / total[owner], contexts, np.add.reduceat(taken, first) / total)


def _discounts(counts: np.ndarray) -> tuple[float, float, float]:
    """D_k = k − (k + 1) Y n_{k+1} / n_k with Y = n_1 / (n_1 + 2 n_2); n_k n-grams occur k times.

    Where a text is so small or so regular that some n_k is 0, the usual constant: 0.75 for all.
    """
    n1, n2, n3, n4 = (int((counts == k).sum()) for k in (1, 2, 3, 4))
    if not (n1 and n2 and n3):
        return 0.75, 0.75, 0.75
    y = n1 / (n1 + 2 * n2)
    found = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3)
    return tuple(float(np.clip(d, 0.0, k)) for k, d in enumerate(found, start=1))


def _find(values: np.ndarray, among: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each value stands in the sorted `among`, and whether it does."""
    at = np.minimum(np.searchsorted(among, values), len(among) - 1)
    return at, among[at] == values
