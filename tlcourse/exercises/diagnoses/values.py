"""Numbers of the right shape that are wrong all in one way: the sign, a factor, a logarithm, the order."""

import math
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tlcourse.exercises.comparison import as_array, close, is_scalar, is_tensor
from tlcourse.exercises.diagnoses import Attempt

Pair = tuple[np.ndarray, np.ndarray]  # expected, got: the same shape
Change = Callable[[np.ndarray], np.ndarray]


def _softmax(x: np.ndarray) -> np.ndarray:
    if x.ndim == 0:
        return x
    exp = np.exp(x - x.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


# What makes the learner's value of the right one → what to say.
OF_THE_RIGHT_VALUE: tuple[tuple[Change, str], ...] = (
    (np.negative, "The sign is turned round everywhere: a minus is missing or too many, or a difference is the wrong "
     "way round."),
    (np.abs, "You return absolute values: the sign should stay."),
    (lambda a: 1 - a, "Each value is 1 minus the right one: you return the share (or probability) of the opposite."),
    (lambda a: 1 / a, "Each value is 1 divided by the right one: a fraction is the wrong way up."),
    (np.log, "You return the logarithm of the right value: an `exp` is missing (or a `log` too many)."),
    (np.log2, "You return the logarithm, to the base 2, of the right value: 2 to its power would be right."),
    (np.log10, "You return the logarithm, to the base 10, of the right value."),
    (np.exp, "You return `exp` of the right value: a logarithm is missing (or an `exp` too many)."),
    (np.sqrt, "You return the square root of the right value."),
    (np.square, "You return the square of the right value: a square root is missing."),
    (_softmax, "You take a softmax of what is right already: once is enough."),
    (lambda a: np.cumsum(a, axis=-1), "You add up along the last axis as you go (a cumulative sum): return each by "
     "itself."),
    (np.round, "Your values are rounded (or whole-number division was used): keep the decimals."),
    (np.floor, "Your values are cut to whole numbers: keep the decimals."),
    (lambda a: np.maximum(a, 0), "You cut negative values at 0: they should stay."),
    (lambda a: np.minimum(a, 1), "You cut at 1: larger values should stay."),
)  # fmt: skip
# What makes the right value of the learner's.
OF_YOUR_VALUE: tuple[tuple[Change, str], ...] = (
    (np.abs, "The sizes are right, the signs are not: an absolute value is missing."),
    (lambda b: np.maximum(b, 0), "All is right but what should be 0 at least: your values go below. Cut them off at 0."),
    (lambda b: np.minimum(b, 1), "All is right but what should be 1 at most: yours goes above. Cut it off at 1."),
    (_softmax, "These are scores still: a softmax over the last axis is missing."),
    (np.exp, "You return the logarithm of the right value: an `exp` is missing."),
    (np.sqrt, "You return the square of the right value: a square root is missing."),
)  # fmt: skip


def in_the_sizes(attempt: Attempt) -> str | None:
    """Of a tuple, the first value that is wrong everywhere alike; else the value itself."""
    for where, pairs in _parts(attempt):
        if all(_equal(a, b, attempt) for a, b in pairs):
            continue
        for named in (*_ORDERS, *_CHANGES):
            if sentence := named(pairs, attempt):
                return f"{where}{sentence}"
        return None
    return None


def _parts(attempt: Attempt) -> Iterator[tuple[str, list[Pair]]]:
    """Yield (which part of the result it is, its pairs) for all the parts that are numbers of the same
    shape."""
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


def _equal(a: np.ndarray, b: np.ndarray, attempt: Attempt) -> bool:
    if a.shape != b.shape:
        return False
    return bool(close(np.asarray(a), np.asarray(b), max(attempt.rtol, 1e-5), attempt.atol).all())


def _everywhere(pairs: list[Pair], change: Change, attempt: Attempt, of_yours: bool = False) -> bool:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return all(
                _equal(a, change(b), attempt) if of_yours else _equal(change(a), b, attempt) for a, b in pairs
            )
        except Exception:
            return False


def _is_bool(pairs: list[Pair]) -> bool:
    return all(a.dtype == bool and b.dtype == bool for a, b in pairs)


# --- right values in another place


def _transposed(pairs: list[Pair], attempt: Attempt) -> str | None:
    if all(a.ndim >= 2 for a, _ in pairs) and _everywhere(pairs, lambda a: a.swapaxes(-1, -2), attempt):
        return "The values are right but transposed: rows and columns have changed places."
    return None


def _reversed(pairs: list[Pair], attempt: Attempt) -> str | None:
    for axis in range(min(a.ndim for a, _ in pairs)):
        if _everywhere(pairs, lambda a, axis=axis: np.flip(a, axis), attempt):
            along = f" along axis {axis}" if pairs[0][0].ndim > 1 else ""
            return f"The values are right, in the wrong order{along}: the last stands first. Turn them round."
    return None


def _shifted(pairs: list[Pair], attempt: Attempt) -> str | None:
    for axis in range(min(a.ndim for a, _ in pairs)):
        for step in (1, -1):

            def cut(x: np.ndarray, which: int, axis: int = axis, step: int = step) -> np.ndarray:
                keep = slice(0, -1) if (which == 0) == (step == 1) else slice(1, None)
                return x[(slice(None),) * axis + (keep,)]

            enough = all(a.shape[axis] > 2 and len(np.unique(cut(a, 0))) > 1 for a, _ in pairs)
            if enough and all(_equal(cut(a, 0), cut(b, 1), attempt) for a, b in pairs):
                along = f" along axis {axis}" if pairs[0][0].ndim > 1 else ""
                return f"The values are right, but shifted by one{along}: yours come one place too {_LATE[step]}."
    return None


_LATE = {1: "late", -1: "early"}


def _another_order(pairs: list[Pair], attempt: Attempt) -> str | None:
    varied = all(len(np.unique(a)) > 2 for a, _ in pairs)
    if varied and _everywhere([(np.sort(a.ravel()), np.sort(b.ravel())) for a, b in pairs], np.copy, attempt):
        return "The values are the right ones, in the wrong places: look at the order, or at which axis is which."
    return None


# --- True and False


def _complement(pairs: list[Pair], attempt: Attempt) -> str | None:
    if _is_bool(pairs) and _everywhere(pairs, np.logical_not, attempt):
        return (
            "True and False have changed places. (PyTorch's own masks often mark with True what is *hidden*; "
            "here it is the other way round.)"
        )
    return None


def _some_missing(pairs: list[Pair], attempt: Attempt) -> str | None:
    if not _is_bool(pairs):
        return None
    odd = [(a & ~b, b & ~a) for a, b in pairs]
    for which, word in ((0, "False"), (1, "True")):
        if any(o[1 - which].any() for o in odd) or not any(o[which].any() for o in odd):
            continue
        for offset in (0, 1, -1):
            if all(o[which].ndim == 2 and _equal(o[which], np.eye(*o[which].shape, offset, dtype=bool), attempt)
                   for o in odd):  # fmt: skip
                where = {0: "on the diagonal", 1: "just above the diagonal", -1: "just below the diagonal"}[
                    offset
                ]
                return f"All is right but {where}: there you have {word} where it should be {word != 'True'}."
        beyond = "False where it should be True" if which == 0 else "True where it should be False"
        return (
            f"Your mask is wrong in one way only: in some places it is {beyond}, never the other way round."
        )
    return None


# --- the same change everywhere


def _changed(pairs: list[Pair], attempt: Attempt) -> str | None:
    if _is_bool(pairs):
        return None
    for change, sentence in OF_THE_RIGHT_VALUE:
        if _everywhere(pairs, change, attempt):
            return sentence
    for change, sentence in OF_YOUR_VALUE:
        if _everywhere(pairs, change, attempt, of_yours=True):
            return sentence
    return None


_KNOWN_FACTORS = {
    100.0: "a percentage, where a share (0 to 1) is asked for",
    0.01: "a share, where a percentage is asked for",
    1 / math.log(2): "a logarithm to the base 2, where the natural one (`log`) is asked for",
    math.log(2): "a natural logarithm, where the one to the base 2 is asked for",
    1 / math.log(10): "a logarithm to the base 10, where the natural one (`log`) is asked for",
    math.log(10): "a natural logarithm, where the one to the base 10 is asked for",
    2.0: "something counts twice, or a mean of two is missing",
    0.5: "something is halved, or counts half",
}


def _constant_factor(pairs: list[Pair], attempt: Attempt) -> str | None:
    if _is_bool(pairs) or (ratio := _one(pairs, lambda a, b: b / a)) is None:
        return None
    if ratio == 0 or not _everywhere(pairs, lambda a: a * ratio, attempt):
        return None
    known = next(
        (text for factor, text in _KNOWN_FACTORS.items() if math.isclose(ratio, factor, rel_tol=1e-4)), ""
    )
    return f"Every value is {ratio:.4g} times the right one{': ' + known if known else ''}."


def _constant_offset(pairs: list[Pair], attempt: Attempt) -> str | None:
    if _is_bool(pairs) or (gap := _one(pairs, lambda a, b: b - a)) is None:
        return None
    if not _everywhere(pairs, lambda a: a + gap, attempt):
        return None
    if abs(gap) == 1 and all(a.dtype.kind in "iu" for a, _ in pairs):
        return f"Off by one: you are one too {'high' if gap > 0 else 'low'} everywhere."
    return f"Every value is {abs(gap):.4g} too {'large' if gap > 0 else 'small'}."


def _one(pairs: list[Pair], of: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> float | None:
    """The one number that `of(expected, got)` is everywhere, going by the largest value; None if not
    finite."""
    largest = max((float(a.flat[i]), float(b.flat[i])) for a, b in pairs if a.size
                  for i in [int(np.abs(np.where(np.isfinite(a), a, 0)).argmax())])  # fmt: skip
    with np.errstate(all="ignore"):
        value = float(of(np.float64(largest[0]), np.float64(largest[1])))
    return value if math.isfinite(value) else None


def _not_normalised(pairs: list[Pair], attempt: Attempt) -> str | None:
    """Right values add up to 1 along an axis; these do not."""
    if not all(a.dtype.kind == "f" and a.ndim for a, _ in pairs):
        return None

    def sums_to_one(arrays: list[np.ndarray], axis: int) -> bool:
        return all(
            x.ndim > axis and x.shape[axis] > 1 and np.allclose(x.sum(axis=axis), 1, atol=1e-4)
            for x in arrays
        )

    with np.errstate(all="ignore"):
        wanted = [i for i in range(pairs[0][0].ndim) if sums_to_one([a for a, _ in pairs], i)]
        found = [i for i in range(pairs[0][0].ndim) if sums_to_one([b for _, b in pairs], i)]
    if not wanted or set(wanted) & set(found):
        return None
    if found:
        return f"Your values add up to 1 along axis {found[0]}. It should be along axis {wanted[0]}."
    if all(np.isclose(b.sum(), 1, atol=1e-4) for _, b in pairs):
        return f"All your values together add up to 1. It should be so along axis {wanted[0]}, for each entry of its own."
    along = f" along axis {wanted[0]}" if pairs[0][0].ndim > 1 else ""
    return f"Your values do not add up to 1{along}."


_ORDERS = (_complement, _transposed, _reversed, _shifted)
_CHANGES = (_changed, _constant_factor, _constant_offset, _not_normalised, _some_missing, _another_order)

DIAGNOSES = (in_the_sizes,)
