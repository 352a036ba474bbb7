"""Exercise of lesson 04: one step of a beam search."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.sequences_and_attention.exercises.drawing import tensor


def _beginnings(rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """One beginning far ahead, so that it has two of the best continuations."""
    width, vocabulary = int(rng.integers(2, 5)), int(rng.integers(5, 9))
    total = -tensor(rng, width).abs().cumsum(0)
    return total, tensor(rng, width, vocabulary, scale=2.0).log_softmax(dim=-1)


def _each_its_own(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    return torch.arange(len(total)), log_p.argmax(dim=-1)


def _of_sums(of: Callable[[Tensor, Tensor], Tensor]) -> Callable:
    def wrong(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
        best = of(total, log_p).flatten().topk(len(total)).indices
        return best // log_p.shape[1], best % log_p.shape[1]

    return wrong


def _forgetful(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = log_p.flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]


def _probabilities_added(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p.exp()).flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]


def _two_probabilities_added(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total.exp()[:, None] + log_p.exp()).flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]


def _swapped(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices
    return best % log_p.shape[1], best // log_p.shape[1]


def _divided_by_the_width(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices
    return best // len(total), best % len(total)


def _only_the_first(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = log_p[0].topk(len(total)).indices
    return torch.zeros_like(best), best


def _least_likely(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    worst = (total[:, None] + log_p).flatten().topk(len(total), largest=False).indices
    return worst // log_p.shape[1], worst % log_p.shape[1]


def _unsorted(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices.sort().values
    return best // log_p.shape[1], best % log_p.shape[1]


@exercise(
    title="One step of a beam",
    inputs=_beginnings,
    hints=(
        "The log-probability of a beginning and one more symbol is a sum. Make all K × V sums, then take "
        "the K largest.",
        "`(total[:, None] + log_p).flatten().topk(K).indices` are places in a row of K × V numbers.",
        "In that row each beginning has V places, one after the other, V being `log_p.shape[1]`. So what "
        "do `//` and `%` by V tell you of a place?",
    ),
    wrong=[
        (
            _each_its_own,
            "Each beginning goes on with its own best symbol. But two of the K best may come from one "
            "beginning, and none from another: compare all K × V of them.",
        ),
        (
            _of_sums(lambda total, log_p: total[:, None] * log_p),
            "You multiply two logarithms. Probabilities multiply, so their logarithms add up.",
        ),
        (
            _of_sums(lambda total, log_p: total[:, None] - log_p),
            "You subtract. The log-probability of a beginning and one more symbol is the sum of the two.",
        ),
        (_forgetful, "You rank by the last symbol alone: add what the beginning has so far, `total`."),
        (_probabilities_added, "You add a probability to a log-probability: `log_p` is what adds up."),
        (
            _two_probabilities_added,
            "You add probabilities. They multiply: it is their logarithms, `total` and `log_p`, that add up.",
        ),
        (
            _swapped,
            "The two are swapped: `p // V` is the beginning, `p % V` the symbol; return the beginnings "
            "first.",
        ),
        (_divided_by_the_width, "A beginning has V places in the row, not K: divide by `log_p.shape[1]`."),
        (_least_likely, "You take the K least likely: the largest sums are wanted."),
        (
            lambda total, log_p: ((total[:, None] + log_p).flatten().topk(len(total)).indices,) * 2,
            "These are places in the row of K × V. Take them apart: which beginning, which symbol?",
        ),
        (_unsorted, "The right ones, in the wrong order: the likeliest comes first."),
        (_only_the_first, "You only go on from the first beginning: that is a beam of one."),
    ],
)
def beam_step(total: Tensor, log_p: Tensor) -> tuple[Tensor, Tensor]:
    """Return the K likeliest continuations, best first: whose each is (K,), and which symbol it adds (K,).

    `total` (K,) holds the log-probability of each beginning, `log_p` (K, V) that of each symbol after it.
    """
    best = (total[:, None] + log_p).flatten().topk(len(total)).indices
    return best // log_p.shape[1], best % log_p.shape[1]
