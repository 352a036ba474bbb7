"""Right values in the wrong place: transposed, reversed, shifted; True and False exchanged."""

import numpy as np

from tlcourse.exercises.diagnoses import Attempt
from tlcourse.exercises.diagnoses.pairs import Pair, equal, everywhere, is_bool


def _transposed(pairs: list[Pair], attempt: Attempt) -> str | None:
    if all(a.ndim >= 2 for a, _ in pairs) and everywhere(pairs, lambda a: a.swapaxes(-1, -2), attempt):
        return "The values are right but transposed: rows and columns have changed places."
    return None


def _reversed(pairs: list[Pair], attempt: Attempt) -> str | None:
    for axis in range(min(a.ndim for a, _ in pairs)):
        if everywhere(pairs, lambda a, axis=axis: np.flip(a, axis), attempt):
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
            if enough and all(equal(cut(a, 0), cut(b, 1), attempt) for a, b in pairs):
                along = f" along axis {axis}" if pairs[0][0].ndim > 1 else ""
                late = "late" if step == 1 else "early"
                return f"The values are right, but shifted by one{along}: yours come one place too {late}."
    return None


def _another_order(pairs: list[Pair], attempt: Attempt) -> str | None:
    varied = all(len(np.unique(a)) > 2 for a, _ in pairs)
    if varied and everywhere([(np.sort(a.ravel()), np.sort(b.ravel())) for a, b in pairs], np.copy, attempt):
        return "The values are the right ones, in the wrong places: look at the order, or at the axes."
    return None


def _complement(pairs: list[Pair], attempt: Attempt) -> str | None:
    if is_bool(pairs) and everywhere(pairs, np.logical_not, attempt):
        return (
            "True and False have changed places. (PyTorch's own masks often mark with True what is "
            "*hidden*; here it is the other way round.)"
        )
    return None


_DIAGONALS = {0: "on the diagonal", 1: "just above the diagonal", -1: "just below the diagonal"}


def _some_missing(pairs: list[Pair], attempt: Attempt) -> str | None:
    if not is_bool(pairs):
        return None
    odd = [(a & ~b, b & ~a) for a, b in pairs]
    for which, word in ((0, "False"), (1, "True")):
        if any(o[1 - which].any() for o in odd) or not any(o[which].any() for o in odd):
            continue
        for offset, where in _DIAGONALS.items():
            line = [np.eye(*o[which].shape, offset, dtype=bool) for o in odd if o[which].ndim == 2]
            if len(line) == len(odd) and all(
                equal(o[which], diagonal, attempt) for o, diagonal in zip(odd, line, strict=True)
            ):
                return f"All is right but {where}: there you have {word} where it should be {word != 'True'}."
        beyond = "False where it should be True" if which == 0 else "True where it should be False"
        return (
            f"Your mask is wrong in one way only: in some places it is {beyond}, never the other way round."
        )
    return None


EARLY = (_complement, _transposed, _reversed, _shifted)
LATE = (_some_missing, _another_order)
