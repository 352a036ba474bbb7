"""The right values and the learner's as pairs of arrays, and whether a change makes one of the other."""

import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tlcourse.exercises.comparison import as_array, close, is_scalar, is_tensor
from tlcourse.exercises.diagnoses import Attempt

Pair = tuple[np.ndarray, np.ndarray]  # expected, got: the same shape
Change = Callable[[np.ndarray], np.ndarray]


def parts(attempt: Attempt) -> Iterator[tuple[str, list[Pair]]]:
    """Yield (which part of the result it is, its pairs) for all parts that are numbers of the same shape."""
    values = [(case.expected, case.got) for case in attempt.cases]
    if all(isinstance(a, tuple) and isinstance(b, (tuple, list)) and len(a) == len(b) for a, b in values):
        count = {len(a) for a, _ in values}
        for i in range(count.pop() if len(count) == 1 else 0):
            if pairs := _numbers([(a[i], b[i]) for a, b in values]):
                yield f"In the {('first', 'second', 'third', 'fourth')[i] if i < 4 else i} value: ", pairs
    elif pairs := _numbers(values):
        yield "", pairs


def _numbers(values: Sequence[tuple[object, object]]) -> list[Pair]:
    """The pairs as arrays; none if they are no numbers or of unequal shape."""
    pairs = []
    for a, b in values:
        if not (_numeric(a) and _numeric(b)):
            return []
        first, second = as_array(a), as_array(b)
        if first.dtype.kind not in "biuf" or second.dtype.kind not in "biuf" or first.shape != second.shape:
            return []
        pairs.append((first, second))
    return pairs


def _numeric(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(is_scalar, value))
    return is_scalar(value) or isinstance(value, np.ndarray) or is_tensor(value)


def equal(a: np.ndarray, b: np.ndarray, attempt: Attempt) -> bool:
    if a.shape != b.shape:
        return False
    return bool(close(np.asarray(a), np.asarray(b), max(attempt.rtol, 1e-5), attempt.atol).all())


def everywhere(pairs: list[Pair], change: Change, attempt: Attempt, of_yours: bool = False) -> bool:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return all(
                equal(a, change(b), attempt) if of_yours else equal(change(a), b, attempt) for a, b in pairs
            )
        except Exception:
            return False


def is_bool(pairs: list[Pair]) -> bool:
    return all(a.dtype == bool and b.dtype == bool for a, b in pairs)
