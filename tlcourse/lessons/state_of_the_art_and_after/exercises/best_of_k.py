"""How much of the best of k scores is luck."""

from collections.abc import Callable, Sequence
from math import comb

import numpy as np

from tlcourse.exercises.machinery import exercise


def _tries(rng: np.random.Generator) -> tuple[list[float], int]:
    scores = rng.uniform(0.6, 0.8, int(rng.integers(6, 9))).round(3)
    return scores.tolist(), int(rng.integers(2, 5))


def _with_replacement(scores: Sequence[float], k: int) -> float:
    n, ranked = len(scores), sorted(scores)
    return float(sum(s * ((i / n) ** k - ((i - 1) / n) ** k) for i, s in enumerate(ranked, start=1)))


def _exact(scores: Sequence[float], k: int) -> float:
    n, ranked = len(scores), sorted(scores)
    return float(sum(s * comb(i, k - 1) for i, s in enumerate(ranked)) / comb(n, k))


def _unsorted(scores: Sequence[float], k: int) -> float:
    return float(sum(s * comb(i, k - 1) for i, s in enumerate(scores)) / comb(len(scores), k))


def _one_more(scores: Sequence[float], k: int) -> float:
    ranked = sorted(scores)
    return float(sum(s * comb(i, k - 1) for i, s in enumerate(ranked, start=1)) / comb(len(scores), k))


def _k_for_k_less_one(scores: Sequence[float], k: int) -> float:
    ranked = sorted(scores)
    return float(sum(s * comb(i, k) for i, s in enumerate(ranked)) / comb(len(scores), k))


def _lowest(scores: Sequence[float], k: int) -> float:
    return -_exact([-s for s in scores], k)


def _first_k(scores: Sequence[float], k: int) -> float:
    return float(max(scores[:k]))


def _not_divided(scores: Sequence[float], k: int) -> float:
    return _exact(scores, k) * comb(len(scores), k)


def _sampled(scores: Sequence[float], k: int) -> float:
    rng = np.random.default_rng(0)
    return float(np.mean([max(rng.choice(scores, k, replace=False)) for _ in range(300)]))


def _by_k_th(scores: Sequence[float], k: int) -> float:
    return float(np.quantile(scores, k / (k + 1)))


def _weighed(weight: Callable[[int, int], float]) -> Callable:
    """The sum with another weight for the i-th lowest."""

    def told(scores: Sequence[float], k: int) -> float:
        ranked = sorted(scores)
        return float(sum(s * weight(i, k) for i, s in enumerate(ranked)) / comb(len(scores), k))

    return told


def _divided(by: Callable[[int, int], float]) -> Callable:
    """The sum divided by something else."""
    return lambda scores, k: _not_divided(scores, k) / by(len(scores), k)


def _from_one(scores: Sequence[float], k: int) -> float:
    return _exact(scores, k) + 1 / comb(len(scores), k)


@exercise(
    title="The best of k, by luck of the draw",
    inputs=_tries,
    special={
        "one is tried": ([0.7, 0.5, 0.9], 1),
        "all are tried": ([0.7, 0.5, 0.9], 3),
        "most are tried": ([0.71, 0.64, 0.78, 0.69, 0.62, 0.75, 0.66, 0.73], 6),
        "two have the same score": ([0.7, 0.7, 0.5, 0.6], 2),
        "scores are below zero": ([-0.3, -0.1, -0.2], 2),
    },
    equivalent={"k - 1 → abs(k - 1)": "k is at least 1"},
    hints=(
        "Sort the scores. Of all sets of k settings, in how many is the i-th lowest the best?",
        "If it is the best, the other k − 1 come from the lower ones: `comb(i, k − 1)` sets, counting i from "
        "0.",
        "There are `comb(N, k)` sets in all: the expected best is Σ scoreᵢ · comb(i, k − 1) / comb(N, k).",
    ),
    wrong=[
        (lambda scores, k: float(max(scores)), "That is the best of all: only k of them are tried."),
        (
            lambda scores, k: float(np.mean(scores)),
            "That is the mean: what one try gives. The best of k is higher.",
        ),
        (
            lambda scores, k: float(np.median(scores)),
            "That is the median of all: the best of k is asked for.",
        ),
        (
            lambda scores, k: _exact(sorted(set(scores)), min(k, len(set(scores)))),
            "Equal scores are different settings: a set drops one of them.",
        ),
        (_first_k, "That is the best of the first k: any k may be drawn, take the mean over all sets."),
        (
            _with_replacement,
            "You may draw the same setting twice, as Dodge et al. do: here k *different* ones are tried, so "
            "count "
            "sets with `comb`.",
        ),
        (
            _unsorted,
            "Sort the scores first: the i-th lowest is the best of a set whose others are all lower.",
        ),
        (_one_more, "The lowest has 0 lower ones, not 1: count from 0."),
        (_k_for_k_less_one, "Only the k − 1 others have to be lower: comb(i, k − 1)."),
        *(
            (
                _weighed(weight),
                "The weight of a score is in how many sets it is the best: comb(i, k − 1), with i lower "
                "ones.",
            )
            for weight in (
                lambda i, k: comb(k - 1, i),
                lambda i, k: comb(i, k + 1),
                lambda i, k: i,
                lambda i, k: k - 1,
                lambda i, k: 1,
            )
        ),
        *(
            (_divided(by), "Divide by the number of sets of k, which is comb(N, k).")
            for by in (lambda n, k: n, lambda n, k: k, lambda n, k: 1 / comb(n, k))
        ),
        (
            lambda scores, k: float(comb(len(scores), k)),
            "That is the number of sets: the scores are missing.",
        ),
        (_from_one, "Your sum starts at 1: start at 0."),
        (_lowest, "That is the expected *lowest* of k: sort the other way round."),
        (_not_divided, "Divide by the number of sets, comb(N, k)."),
        (_sampled, "That is close, from random draws: the exact mean over all sets of k is wanted."),
        (_by_k_th, "That is a quantile, which is near the expected best, and not it."),
        (
            lambda scores, k: float(np.mean(sorted(scores)[-k:])),
            "That is the mean of the k best: one set of all.",
        ),
        (
            lambda scores, k: float(sorted(scores)[-k]),
            "That is the k-th best: the best of k drawn ones is asked for.",
        ),
    ],
)
def expected_best(scores: Sequence[float], k: int) -> float:
    """Return the mean, over all sets of k different scores, of the best of the set; 1 ≤ k ≤ len(scores)."""
    ranked = sorted(scores)
    total = 0.0
    for i, score in enumerate(ranked):
        total += score * comb(i, k - 1)
    return total / comb(len(ranked), k)
