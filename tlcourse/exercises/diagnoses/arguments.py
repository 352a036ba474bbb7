"""What an attempt makes of its arguments: one not used, turned round, swapped with another, or returned.

Most of these ask the solution what it gives for other arguments: if it is what the attempt gave, on every
input, then that is how the attempt takes its arguments.
"""

import itertools
import math
from collections.abc import Callable, Iterator

import numpy as np

from tlcourse.exercises.comparison import as_array, is_scalar, is_tensor
from tlcourse.exercises.diagnoses import Attempt, Case

Change = Callable[[object], object]


class Unfit(TypeError):
    """The change makes no sense for such an argument."""


def _array(value: object):
    if not (isinstance(value, np.ndarray) or is_tensor(value)):
        raise Unfit
    return value


def numeric(value: object):
    """A number that is not True or False, or an array of such."""
    if isinstance(value, (bool, np.bool_)) or not (
        is_scalar(value) or isinstance(value, np.ndarray) or is_tensor(value)
    ):
        raise Unfit
    if as_array(value).dtype.kind not in "iuf":
        raise Unfit
    return value


def _fraction(value: object):
    if as_array(numeric(value)).dtype.kind != "f":
        raise Unfit
    return value


def _mask(value: object):
    array = as_array(_array(value))
    if array.dtype.kind == "b" or (array.dtype.kind in "iu" and np.isin(array, (0, 1)).all()):
        return value
    raise Unfit


def _whole(value: object):
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise Unfit
    return value


def _inverted(value: object):
    return ~_mask(value) if as_array(value).dtype.kind == "b" else 1 - _mask(value)


def _flipped(value: object, axis: int):
    return value.flip(axis) if is_tensor(value) else np.flip(value, axis)


def _square_transposed(value: object):
    if _array(value).ndim != 2 or value.shape[0] != value.shape[1]:
        raise Unfit
    return value.T


def _of(name: str) -> Change:
    def change(value: object):
        value = _fraction(value)
        with np.errstate(all="ignore"):
            return getattr(value, name)() if is_tensor(value) else getattr(np, name)(value)

    return change


def _unfit() -> None:
    raise Unfit


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit
    return value


# How an attempt may take an argument → what to say; {0} is the argument's name.
OF_AN_ARGUMENT: tuple[tuple[Change, str], ...] = (
    (lambda v: _mask(v) * 0 + 1 if as_array(v).dtype.kind != "b" else _mask(v) | True,
     "`{0}` makes no difference yet: you get what would be right if nothing were masked."),
    (_inverted, "You take `{0}` the wrong way round. (PyTorch's own masks often mark with True what is "
     "hidden; here it marks what counts.)"),
    (lambda v: _flipped(_mask(v), -1), "You take `{0}` from the other side: it need not begin with what "
     "counts."),
    (lambda v: ~_mask(v) if as_array(v).dtype.kind != "b" else _unfit(),
     "`~` of whole numbers is no opposite (`~1` is −2): `1 - {0}`, or make it True and False with `{0} == 1` "
     "first."),
    (lambda v: _fraction(v) * 0, "You get what would be right if `{0}` were 0: it is not used yet, or "
     "cancels out."),
    (lambda v: _fraction(v) * 0 + 1, "You get what would be right if `{0}` were 1: it has no effect yet."),
    (lambda v: -numeric(v), "You take `{0}` with the wrong sign: a minus is missing, or one too many."),
    (lambda v: 1 / _fraction(v), "You multiply by `{0}` where you should divide, or the other way round."),
    (_square_transposed, "You read `{0}` transposed: its rows as columns."),
    (lambda v: _flipped(_array(v), 0), "You read `{0}` from its end: the last first."),
    (_of("log"), "You take the logarithm of `{0}`, where it is asked for as it is."),
    (_of("exp"), "You take `exp` of `{0}`, where it is asked for as it is."),
    (_of("sqrt"), "You take the root of `{0}`, where it is asked for as it is."),
    (_of("square"), "You take the square of `{0}`: a root is missing."),
    (_of("abs"), "You take the absolute value of `{0}`, and lose its sign."),
    (lambda v: _fraction(v) * math.log(2), "You work to the base 2 (`exp2`, `log2`); the natural base is "
     "meant."),
    (_of("round"), "You round `{0}`: its decimals count."),
    (lambda v: 1 - _fraction(v), "You take 1 − `{0}` for `{0}`."),
    (lambda v: _whole(v) + 1, "You get what would be right if `{0}` were one larger: off by one."),
    (lambda v: _whole(v) - 1, "You get what would be right if `{0}` were one smaller: off by one."),
    (lambda v: _whole(v) * 0 + 1, "You get what would be right if `{0}` were 1: it has no effect yet."),
    (lambda v: _text(v).lower(), "You turn `{0}` into lower case: capitals should stay."),
    (lambda v: _text(v).upper(), "You turn `{0}` into capitals: it should stay as it is."),
)  # fmt: skip


def returned_as_it_is(attempt: Attempt) -> str | None:
    """One of the arguments itself for an answer, or a part of it."""
    for number, name in enumerate(attempt.names):
        if all(attempt.same(case.args[number], case.got) for case in attempt.cases):
            return f"You return `{name}` itself, as it came in."
    return _one_of_its_words(attempt)


def _one_of_its_words(attempt: Attempt) -> str | None:
    """A whole number for an answer that is always one of the whole numbers asked with."""
    cases = attempt.cases
    asked = [[a for a in case.args if isinstance(a, (int, np.integer))] for case in cases]
    if len(asked[0]) < 2 or not all(is_scalar(c.got) for c in cases):
        return None
    if all(c.got in a and c.expected not in a for c, a in zip(cases, asked, strict=True)):
        return "Your answer is one of the question's own words: they are ruled out."
    return None


def taken_otherwise(attempt: Attempt) -> str | None:
    """The right result of an argument that was changed: see `OF_AN_ARGUMENT`."""
    for which, (change, sentence) in enumerate(OF_AN_ARGUMENT):
        for number, name in enumerate(attempt.names):
            key = ("otherwise", which, number)
            if _solves_for(attempt, key, lambda args, n=number, c=change: _with(args, n, c(args[n]))):
                return sentence.format(name)
    return None


def swapped(attempt: Attempt) -> str | None:
    """Two arguments that have changed places."""
    first = attempt.cases[0].args
    for i, j in itertools.combinations(range(len(attempt.names)), 2):
        if type(first[i]) is not type(first[j]) or np.ndim(first[i]) != np.ndim(first[j]):
            continue
        if _solves_for(
            attempt, ("swapped", i, j), lambda args, i=i, j=j: _with(_with(args, i, args[j]), j, args[i])
        ):
            return f"`{attempt.names[i]}` and `{attempt.names[j]}` have changed places."
    return None


def taken_for_another(attempt: Attempt) -> str | None:
    """One argument used in the place of another."""
    for i, j in itertools.permutations(range(len(attempt.names)), 2):
        if _solves_for(attempt, ("another", i, j), lambda args, i=i, j=j: _with(args, i, args[j])):
            return f"You use `{attempt.names[j]}` where `{attempt.names[i]}` belongs."
    return None


def _with(args: tuple, number: int, value: object) -> tuple:
    return (*args[:number], value, *args[number + 1 :])


_FAILS = (TypeError, ValueError, RuntimeError, AttributeError, IndexError, ArithmeticError)


def _solves_for(attempt: Attempt, key: tuple, change: Callable[[tuple], tuple]) -> bool:
    """Whether the attempt gave, on every input, what the solution gives on the changed one.

    `key` tells this change from all others.
    """
    try:
        return all(
            attempt.same(_solved(attempt, (*key, number), case, change), case.got)
            for number, case in enumerate(attempt.cases)
        )
    except _FAILS:
        return False


def _solved(attempt: Attempt, key: tuple, case: Case, change: Callable[[tuple], tuple]) -> object:
    """What the solution gives on a changed case, or raises: found once, as no attempt makes a difference."""
    if key not in attempt.memo:
        try:
            attempt.memo[key] = attempt.solve(change(case.args)), None
        except _FAILS as error:
            attempt.memo[key] = None, error.with_traceback(None)
    value, error = attempt.memo[key]
    if error is not None:
        raise error
    return value


def makes_no_difference(attempt: Attempt) -> str | None:
    """An argument that changes the solution's result, but not the attempt's."""
    for number, name in enumerate(attempt.names):
        moved = [_moved(attempt, case, number) for case in attempt.cases if not case.label]
        if moved and all(answer is False for answer in moved):
            return f"`{name}` makes no difference to what you return, and it should."
    return None


def _moved(attempt: Attempt, case: Case, number: int) -> bool | None:
    """Whether the attempt's result moves with an argument; None where that cannot be told."""
    told = None
    for other in _others(attempt, case, number):
        args = _with(case.args, number, other)
        try:
            if attempt.same(attempt.solve(args), case.expected):
                continue
            if not attempt.same(attempt.repeat(args), case.got):
                return True
            told = False
        except ValueError:  # the solution or the attempt fails on it
            continue
    return told


def _others(attempt: Attempt, case: Case, number: int) -> Iterator[object]:
    """Other values for an argument: of the same kind and shape."""
    value = case.args[number]
    for change in (
        _inverted,
        lambda v: _fraction(v) * 0.7,
        lambda v: _fraction(v) ** 2,
        lambda v: _whole(v) + 1,
    ):
        try:
            yield change(value)
        except (Unfit, ValueError):  # the second for a list of arrays that differ in length
            continue
    for other in attempt.cases:
        if not attempt.same(other.args[number], value):
            yield other.args[number]


DIAGNOSES = (returned_as_it_is, swapped, taken_otherwise, taken_for_another)
LATE = (makes_no_difference,)
