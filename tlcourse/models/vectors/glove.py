"""GloVe: global vectors (Pennington, Socher and Manning 2014, EMNLP).

Count once how often word j stands near word i (X_ij, section 3), then fit the logarithm of the counts
(equation 8):

    J = Σ_{X_ij > 0} f(X_ij) (w_i·w̃_j + b_i + b̃_j − log X_ij)²,        f(x) = min(1, (x / x_max)^¾)

by AdaGrad, one entry at a time in the authors' program, a batch of shuffled entries at a time here. What one
keeps is w + w̃ (section 4.2).

The program sums the squares of rate × gradient, from 1 on, where textbook AdaGrad sums those of the gradient:
its steps are larger, and stay so for longer. This does as the program does.

Taught in lesson *Static word vectors*.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import scipy.sparse
import torch
from torch import Tensor

from tlcourse.data.glove import Vectors
from tlcourse.data.running_text import RunningText
from tlcourse.threads import single_thread

ENTRIES_AT_ONCE = 50_000  # 120 MB for 300 dimensions


@dataclass(frozen=True)
class Settings:
    """As in the paper's section 4.2, apart from `x_max` and `epochs`.

    Attributes:
        vector_size: D.
        x_max: counts from here on weigh 1. The paper's 100 suits its 6,000M tokens, 10 our million.
        epochs: passes over the entries; the paper has 50 for vectors of fewer than 300 dimensions, 100 for
            larger ones. The default is a compromise with the time it takes: after 10 passes over our million
            words the fit is far from done, after 40 nearly.
        learning_rate: AdaGrad's.
        batch_size: entries whose gradients are taken at once.
    """

    vector_size: int = 100
    x_max: float = 10.0
    epochs: int = 15
    learning_rate: float = 0.05
    batch_size: int = 4096
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("vector_size", "epochs", "batch_size", "x_max", "learning_rate"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected a positive number")


def cooccurrences(
    text: RunningText, window: int = 10, weight: Callable[[int], float] = lambda distance: 1 / distance
) -> scipy.sparse.csr_array:
    """Return X, sparse float64 (V, V), symmetric: each pair of tokens counts `weight(distance)`.

    GloVe's weight is 1 / distance (section 4.2). No pair crosses the end of a sentence.

    Raises:
        ValueError: `window` is less than 1.
    """
    if window < 1:
        raise ValueError(f"window is {window!r}, expected a number of words from 1 on")
    size = len(text.words)
    counts = scipy.sparse.csr_array((size, size))
    for distance in range(1, window + 1):
        together = text.sentence[distance:] == text.sentence[:-distance]
        left, right = text.ids[:-distance][together], text.ids[distance:][together]
        value = np.full(len(left), float(weight(distance)))
        counts = counts + scipy.sparse.coo_array((value, (left, right)), shape=(size, size)).tocsr()
    return counts + counts.T.tocsr()


def weighting(x: Tensor, x_max: float) -> Tensor:
    """f(x) = min(1, (x / x_max)^¾): rare counts are noise, very frequent ones must not drown the rest
    (equation 9).
    """
    return (x / x_max).pow(0.75).clamp(max=1)


class GloVe:
    """Two vectors and two biases per word, and AdaGrad's sums of squared gradients.

    The tables have two columns more than D: a row of `word` is [w_i, b_i, 1] and a row of `context` [w̃_j, 1,
    b̃_j], so that their dot product is the whole of w_i·w̃_j + b_i + b̃_j. The ones stay ones: their sum of
    squares is infinite.

    Attributes:
        word, context: float32 (V, D + 2).
        history: the mean of f(x)·residual² per entry, one for each pass.
    """

    def __init__(self, words: list[str], vector_size: int, generator: torch.Generator):
        shape = (len(words), vector_size + 2)
        self.words, self.history = words, []
        self.word, self.context = (
            (torch.rand(shape, generator=generator) - 0.5) / vector_size for _ in range(2)
        )
        self.word_squares, self.context_squares = torch.ones(shape), torch.ones(shape)
        for table, squares, column in (
            (self.word, self.word_squares, -1),
            (self.context, self.context_squares, -2),
        ):
            table[:, column] = 1
            squares[:, column] = torch.inf

    def step(self, i: Tensor, j: Tensor, x: Tensor, settings: Settings) -> Tensor:
        """One AdaGrad step on the entries X_ij = x, each (B,); return Σ f(x)·residual² as it was before."""
        w, c = self.word.index_select(0, i), self.context.index_select(0, j)  # (B, D + 2)
        residual = (w * c).sum(-1) - x.log()
        weighted = weighting(x, settings.x_max) * residual
        pull = (settings.learning_rate * weighted)[:, None]  # the 2 of the square is left to the rate
        for table, squares, rows, other in (
            (self.word, self.word_squares, i, c),
            (self.context, self.context_squares, j, w),
        ):
            change = pull * other
            scale = squares.index_select(0, rows).rsqrt_()
            table.index_add_(0, rows, scale.mul_(change).neg_())
            squares.index_add_(0, rows, change.square_())
        return weighted @ residual

    def vectors(self) -> Vectors:
        """w + w̃ for each word, float32 (V, D)."""
        return Vectors(self.words, (self.word + self.context)[:, :-2].numpy())


def loss(model: GloVe, counts: scipy.sparse.sparray, x_max: float) -> float:
    """Return J over all the entries of `counts`, a block of them at a time: there are millions."""
    entries = counts.tocoo()
    total = 0.0
    for first in range(0, entries.nnz, ENTRIES_AT_ONCE):
        block = slice(first, first + ENTRIES_AT_ONCE)
        i, j = (torch.from_numpy(a[block].astype(np.int64)) for a in (entries.row, entries.col))
        x = torch.from_numpy(entries.data[block])
        residual = (model.word[i].double() * model.context[j].double()).sum(-1) - x.log()
        total += (weighting(x, x_max) * residual.square()).sum().item()
    return total


@single_thread()
def train(
    words: list[str],
    counts: scipy.sparse.sparray,
    settings: Settings,
    watch: Callable[[Iterable[int]], Iterable[int]] = iter,
) -> GloVe:
    """Fit vectors to `counts`, sparse (V, V), by AdaGrad over its entries in random order.

    Args:
        watch: wraps the iteration over epochs, to show progress.

    Raises:
        ValueError: `counts` is not V × V, or has an entry that is not positive.
        FloatingPointError: the loss is no longer finite.
    """
    if counts.shape != (len(words), len(words)):
        raise ValueError(
            f"counts is {counts.shape}, expected one row and column for each of {len(words)} words"
        )
    entries = counts.tocoo()
    if len(entries.data) == 0 or entries.data.min() <= 0:
        raise ValueError("counts needs entries, all of them positive: log X is fitted")
    generator = torch.Generator().manual_seed(settings.seed)
    i, j = torch.from_numpy(entries.row.astype(np.int64)), torch.from_numpy(entries.col.astype(np.int64))
    x = torch.from_numpy(entries.data.astype(np.float32))
    model = GloVe(words, settings.vector_size, generator)
    for epoch in watch(range(settings.epochs)):
        total = 0.0
        for batch in torch.randperm(len(x), generator=generator).split(settings.batch_size):
            total += model.step(i[batch], j[batch], x[batch], settings).item()
        model.history.append(total / len(x))
        if not np.isfinite(total):
            raise FloatingPointError(
                f"after epoch {epoch + 1} the loss is {total}: lower learning_rate (now "
                f"{settings.learning_rate})"
            )
    return model
