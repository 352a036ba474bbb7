"""Which heads stay."""

import numpy as np

from tlcourse.exercises.machinery import exercise
from tlcourse.lessons.what_does_bert_look_at.exercises.keeping_mistakes import MISTAKES, best


def _importance(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    layers, heads = (int(x) for x in rng.permutation([4, 5, 6, 7])[:2])
    importance = rng.gamma(1.2, size=(layers, heads)) * rng.uniform(0.3, 1.5, size=(layers, 1))
    share = (int(rng.integers(4, layers * heads - 4)) + rng.choice([-0.3, 0.3])) / (layers * heads)
    return importance / importance.max() * rng.uniform(0.6, 1.0), float(share)


def _settled(value: object, importance: np.ndarray, share: float) -> object:
    """Of masks that keep equally good heads, the one that the solution returns: ties may go either way."""
    if not (isinstance(value, np.ndarray) and value.dtype == bool and value.shape == importance.shape):
        return value
    kept = best(importance, int(value.sum()))
    return kept if np.array_equal(np.sort(importance[value]), np.sort(importance[kept])) else value


_MORE = np.sin(np.arange(30.0) ** 2).reshape(6, 5) + 1
_FEW = np.array([[0.3, 0.9, 0.1], [0.2, 0.7, 0.4]])


@exercise(
    title="Which heads stay",
    inputs=_importance,
    settled=_settled,
    special={
        "the share is less than one head": (_FEW, 0.05),
        "all heads stay": (_FEW, 1.0),
        "few heads stay": (_MORE, 0.11),
        "few heads go": (_MORE, 0.89),
        "all heads are equally important": (np.full((2, 3), 0.4), 0.5),
        "one layer loses all its heads": (np.array([[0.9, 0.8, 0.7, 0.6], [0.45, 0.4, 0.3, 0.2]]), 0.5),
    },
    hints=(
        "How many heads are to stay, of all layers together? Which are they, whatever layer they are in?",
        "`importance.size` is how many there are in all. `argsort(axis=None)` orders them as if they stood "
        "in one row, the least important first.",
        "Begin with one row of False, as many as there are heads; True at the last places of the order; then "
        "`reshape` it into layers. `max` keeps the number from being 0.",
    ),
    wrong=MISTAKES,
)
def keep_best(importance: np.ndarray, share: float) -> np.ndarray:
    """Return which heads stay, bool (L, H): of the whole network the most important ones, one head at least.

    Of importance (L, H), share · L · H heads stay, rounded to the nearest whole number.
    """
    n = max(1, round(share * importance.size))
    keep = np.zeros(importance.size, dtype=bool)
    keep[importance.argsort(axis=None)[-n:]] = True
    return keep.reshape(importance.shape)
