"""Naming a mistake by a property of the wrong values: the sign, the axis, a factor, what was left out.

A diagnosis is said only if it holds on *every* input that the exercise was tried on. The first that holds is
said; `comparison` is left for what none explains.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tlcourse.exercises.equality import same

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Case:
    """One input of an exercise, the value expected for it and the value that came.

    `label` says what is special about the input (`"the target is the last score"`); empty for a random
    one.
    """

    args: tuple
    expected: object
    got: object
    label: str = ""


@dataclass(frozen=True)
class Attempt:
    """All that a diagnosis may look at: the cases, the solution and the attempt, both safe to call.

    `solve` and `repeat` return what the solution and the learner's function make of other arguments, or
    raise `ValueError` where they fail on them. `memo` keeps what the solution gives for changed arguments:
    all attempts at an exercise may share it, as they have the same cases.
    """

    names: tuple[str, ...]
    cases: Sequence[Case]
    solve: Callable[[tuple], object]
    repeat: Callable[[tuple], object]
    rtol: float = 1e-5
    atol: float = 1e-6
    memo: dict = field(default_factory=dict, repr=False, compare=False)

    def same(self, a: object, b: object) -> bool:
        return same(a, b, self.rtol, self.atol)


Diagnosis = Callable[[Attempt], str | None]


def diagnose(attempt: Attempt) -> str | None:
    """Return the sentence that names the mistake, or None."""
    from tlcourse.exercises.diagnoses import arguments, cases, gathered, kinds, terms, values

    early = (*kinds.DIAGNOSES, *values.EARLY, *cases.EARLY, *arguments.DIAGNOSES, *gathered.DIAGNOSES)
    for named in (*early, *values.DIAGNOSES, *terms.DIAGNOSES, *arguments.LATE, *values.LATE, *cases.LATE):
        try:
            sentence = named(attempt)
        except Exception:  # whatever a learner returns: the check goes on, without a name for the mistake
            _LOG.exception("%s failed on %r", named.__name__, attempt.cases[0].got)
            continue
        if sentence:
            return sentence
    return None
