"""Which inputs an attempt is right on, and which not: the special case of a docstring, a constant."""

import numpy as np

from tlcourse.exercises.comparison import difference, is_scalar, short
from tlcourse.exercises.diagnoses import Attempt, Case


def _right(attempt: Attempt, case: Case) -> bool:
    return attempt.same(case.expected, case.got)


def only_where_special(attempt: Attempt) -> str | None:
    """Right on all random inputs, wrong on one that stands for a sentence of the docstring."""
    wrong = [case for case in attempt.cases if not _right(attempt, case)]
    if not wrong or not all(case.label for case in wrong):
        return None
    first = wrong[0]
    what = difference(first.expected, first.got, attempt.rtol, attempt.atol)
    return f"Right on ordinary inputs, but not where {first.label}. {what}"


def only_where_the_answer_is(attempt: Attempt) -> str | None:
    """Right but where the answer is one value, such as infinity or 0."""
    wrong = [case for case in attempt.cases if not _right(attempt, case)]
    right = [case for case in attempt.cases if _right(attempt, case)]
    if not right or not all(is_scalar(c.expected) and is_scalar(c.got) for c in attempt.cases):
        return None
    for side, sentence in (
        (
            "expected",
            "Right where the answer is not {0}. Where it should be {0}, yours is {1}: one case is missing.",
        ),
        ("got", "Right but where you return {0}: there the answer is another, such as {1}."),
    ):
        values = {short(getattr(case, side)) for case in wrong}
        if len(values) == 1 and not values & {short(getattr(case, side)) for case in right}:
            other = "got" if side == "expected" else "expected"
            return sentence.format(values.pop(), short(getattr(wrong[0], other)))
    return None


def constant(attempt: Attempt) -> str | None:
    """The same value for every input."""
    first = attempt.cases[0].got
    if len(attempt.cases) < 2 or not all(attempt.same(first, case.got) for case in attempt.cases):
        return None
    if all(attempt.same(attempt.cases[0].expected, case.expected) for case in attempt.cases):
        return None
    return f"You return {short(first)} whatever comes in."


def all_zero(attempt: Attempt) -> str | None:
    """Nothing but zeros, of the right shape."""
    try:
        zeros = [not np.any(np.asarray(case.got)) for case in attempt.cases]
        expected = [not np.any(np.asarray(case.expected)) for case in attempt.cases]
    except (TypeError, ValueError, RuntimeError):
        return None
    if all(zeros) and not any(expected):
        return "All your values are 0 (or False), on every input: nothing gets through."
    return None


EARLY = (only_where_special, constant, all_zero)
LATE = (only_where_the_answer_is,)
