"""Which pieces may come next."""

import math

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise


def _distribution(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    size = int(rng.integers(9, 14))
    p = rng.dirichlet(np.full(size, 0.8)) + 0.002
    return p / p.sum(), float(rng.uniform(0.5, 0.85))


def _without_the_last(probabilities: np.ndarray, p: float) -> np.ndarray:
    order = np.argsort(-probabilities)
    kept = order[np.cumsum(probabilities[order]) <= p]
    out = np.zeros_like(probabilities)
    out[kept] = probabilities[kept]
    return out / max(out.sum(), 1e-12)


def _up_to(probabilities: np.ndarray, p: float) -> np.ndarray:
    order = np.argsort(-probabilities)
    return _only(probabilities, order[np.cumsum(probabilities[order]) <= p])


def _below(probabilities: np.ndarray, p: float) -> np.ndarray:
    order = np.argsort(-probabilities)
    return _only(probabilities, order[np.cumsum(probabilities[order]) < p])


def _one_more(probabilities: np.ndarray, p: float) -> np.ndarray:
    order = np.argsort(-probabilities)
    n = int((np.cumsum(probabilities[order]) < p).sum()) + 2
    return _only(probabilities, order[:n])


def _only(probabilities: np.ndarray, kept: np.ndarray) -> np.ndarray:
    out = np.zeros_like(probabilities)
    out[kept] = probabilities[kept]
    return out / out.sum()


def _kept(probabilities: np.ndarray, p: float) -> np.ndarray:
    order = np.argsort(-probabilities, kind="stable")
    before = np.cumsum(probabilities[order]) - probabilities[order]
    return order[before < p]


def _not_divided(probabilities: np.ndarray, p: float) -> np.ndarray:
    out = np.zeros_like(probabilities)
    kept = _kept(probabilities, p)
    out[kept] = probabilities[kept]
    return out


def _sorted(probabilities: np.ndarray, p: float) -> np.ndarray:
    return np.sort(_only(probabilities, _kept(probabilities, p)))[::-1]


def _threshold(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _only(probabilities, np.flatnonzero(probabilities >= min(1 - p, probabilities.max())))


def _each_by_itself(probabilities: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """What is kept, divided by its sum; where that is nothing, NaN: whatever an attempt has there."""
    return _only(probabilities, np.flatnonzero(kept)) if kept.any() else 0 * probabilities + np.nan


def _from_the_rest(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _each_by_itself(probabilities, probabilities >= 1 - p)


def _above_the_rest(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _each_by_itself(probabilities, probabilities > 1 - p)


def _from_p(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _each_by_itself(probabilities, probabilities >= p)


def _with_ties(probabilities: np.ndarray, p: float) -> np.ndarray:
    last = probabilities[_kept(probabilities, p)].min()
    return _only(probabilities, np.flatnonzero(probabilities >= last))


def _top(probabilities: np.ndarray, k: int) -> np.ndarray:
    return _only(probabilities, np.argsort(-probabilities, kind="stable")[: max(k, 1)])


def _top_rounded(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _top(probabilities, round(p * len(probabilities)))


def _top_rounded_down(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _top(probabilities, int(p * len(probabilities)))


def _top_rounded_up(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _top(probabilities, math.ceil(p * len(probabilities)))


def _unlikeliest(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _only(probabilities, _kept_from(np.argsort(probabilities), probabilities, p))


def _kept_from(order: np.ndarray, probabilities: np.ndarray, p: float) -> np.ndarray:
    before = np.cumsum(probabilities[order]) - probabilities[order]
    return order[before < p]


def _unsorted(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _only(probabilities, _kept_from(np.arange(len(probabilities)), probabilities, p))


def _equal(probabilities: np.ndarray, p: float) -> np.ndarray:
    kept = _kept(probabilities, p)
    out = np.zeros_like(probabilities)
    out[kept] = 1 / len(kept)
    return out


def _softmax(probabilities: np.ndarray, p: float) -> np.ndarray:
    kept = _kept(probabilities, p)
    out = np.zeros_like(probabilities)
    out[kept] = np.exp(probabilities[kept])
    return out / out.sum()


def _divided_by_p(probabilities: np.ndarray, p: float) -> np.ndarray:
    return _not_divided(probabilities, p) / p


def _outside(probabilities: np.ndarray, p: float) -> np.ndarray:
    kept = _kept(probabilities, p)
    out = probabilities.copy()
    out[kept] = 0
    return out / max(out.sum(), 1e-12)


def _any_of_a_tie(value: object, probabilities: object, p: float) -> object:
    """Of equally likely pieces any may be kept: what they got, the largest first."""
    if not all(isinstance(x, np.ndarray) and x.dtype.kind == "f" for x in (value, probabilities)):
        return value
    if value.shape != probabilities.shape:
        return value
    out = value.copy()
    for one in np.unique(probabilities):
        tied = probabilities == one
        out[tied] = np.sort(value[tied])[::-1]
    return out


@exercise(
    title="The nucleus",
    inputs=_distribution,
    settled=_any_of_a_tie,
    equivalent={
        "probabilities[order].cumsum() - probabilities[order] → "
        "abs(probabilities[order].cumsum() - probabilities[order])": "what is summed is never negative",
        "result: absolute": "probabilities are never negative",
    },
    special={
        "one piece alone has p": (np.array([0.125, 0.75, 0.125]), 0.5),
        "the likeliest have p exactly": (np.array([0.125, 0.5, 0.25, 0.125]), 0.75),
        "a piece with probability 0": (np.array([0.5, 0.0, 0.3, 0.2]), 0.7),
        "equally likely pieces share the last place": (np.array([0.125, 0.25, 0.25, 0.25, 0.125]), 0.5),
        "p is 1": (np.array([0.25, 0.5, 0.25]), 1.0),
    },
    hints=(
        "Sort the pieces, the likeliest first, and go down until what you have adds up to p. Does the piece "
        "that takes you over p belong to it?",
        "`order = (-probabilities).argsort()`, and `probabilities[order].cumsum()` is what they have "
        "together, up to and with each. Without the piece itself it is that less its own.",
        "Keep those before which less than p has been collected. Put their probabilities into an array of "
        "zeros, at their own places, and divide by the sum.",
    ),
    wrong=[
        (
            _without_the_last,
            "The piece that takes the sum to p or over it is missing: with it, the nucleus has at least p.",
        ),
        *(
            (
                some,
                f"The piece that takes the sum to p or over it is missing; where one piece {alone} p, "
                "nothing is left, and 0 / 0 is NaN.",
            )
            for some, alone in ((_up_to, "alone has more than"), (_below, "alone has"))
        ),
        (
            _one_more,
            "One piece too many: stop as soon as p is reached. The nucleus is the smallest such set.",
        ),
        (_not_divided, "What is kept does not add up to 1: divide by its sum."),
        (_divided_by_p, "Divided by p. The nucleus has a bit more than p: divide by its own sum."),
        (_sorted, "The probabilities stand in sorted order: each has to be at its own piece's place."),
        *(
            (
                some,
                "You keep each piece that is likely enough by itself. The nucleus asks what pieces have "
                "*together*: sort, and add up.",
            )
            for some in (_threshold, _from_the_rest, _above_the_rest, _from_p)
        ),
        *(
            (
                some,
                "The number of pieces that you keep does not depend on their probabilities: that is top-k. "
                "How many the nucleus has depends on how fast they add up to p.",
            )
            for some in (_top_rounded, _top_rounded_down, _top_rounded_up)
        ),
        (
            _with_ties,
            "Where equally likely pieces share the last place, you keep all of them: the fewest that reach "
            "p are enough.",
        ),
        (_unlikeliest, "You collect the least likely pieces first: sort the other way round."),
        (_unsorted, "You collect them as they stand. The likeliest come first: sort."),
        (_equal, "Inside the nucleus all are equally likely here. They keep their proportions."),
        (_softmax, "They are probabilities already, no logits: no softmax, only divide by the sum."),
        (_outside, "That is the tail, what the nucleus leaves out."),
    ],
)
def nucleus(probabilities: ndarray, p: float) -> ndarray:
    """Return (V,): 0 for all but the fewest, likeliest pieces with p or more together; these add up to 1."""
    order = (-probabilities).argsort()
    before = probabilities[order].cumsum() - probabilities[order]
    kept = order[before < p]
    out = 0 * probabilities
    out[kept] = probabilities[kept]
    return out / out.sum()
