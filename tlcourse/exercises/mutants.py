"""Can an exercise's check be fooled? Every small change to its solution is handed in, and must not pass.

For who writes exercises: `python -m tlcourse.exercises.mutants elmo [NAME …]` prints, for each changed
solution, whether it is caught, and whether the message names the mistake or only says how far off it is.

A change that makes no difference on any input the exercise can draw (`y @ x` for `x @ y` of two vectors)
is declared beside the exercise, with its reason: `equivalent={"x @ y → y @ x": "a dot product"}`.
"""

import ast
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from tlcourse.exercises import misuses
from tlcourse.exercises.comparison import difference, is_tensor
from tlcourse.exercises.machinery import Exercise
from tlcourse.exercises.mutations import mutations
from tlcourse.exercises.questions import Question
from tlcourse.exercises.verdicts import SOLVED, Verdict

MORE_SEEDS = range(1000, 1100)
_STILLBORN = ("NameError", "UnboundLocalError", "IndentationError")


@dataclass(frozen=True)
class Mutant:
    """A changed solution: what was changed, and the function."""

    change: str
    function: Callable


@dataclass(frozen=True)
class Trial:
    """What the check said to a mutant, or why that does not count.

    Attributes:
        passed: the check took it for a solution.
        differs: where it passed, on how many of 100 further inputs it gives something else than the solution.
        reason: why it is declared to be equivalent, if it is.
    """

    mutant: Mutant
    verdict: Verdict
    differs: int
    reason: str

    @property
    def passed(self) -> bool:
        return self.verdict.status == SOLVED

    @property
    def fault(self) -> str | None:
        """What is wrong with the exercise, going by this mutant; None if nothing is."""
        if not self.passed:
            return "declared equivalent, but it is caught: delete the declaration" if self.reason else None
        if self.differs:
            return f"passes, but is wrong on {self.differs} of {len(MORE_SEEDS)} further inputs"
        return None if self.reason else "passes: draw inputs that tell it apart, or declare why none can"


# --- the mutants of a solution: changes to its code, to what it is given, to what it returns


def mutants(exercise: Exercise) -> Iterator[Mutant]:
    """Yield the changed solutions of an exercise."""
    tree = ast.parse(textwrap.dedent(exercise.source())).body[0]
    assert isinstance(tree, ast.FunctionDef)
    times: Counter[str] = Counter()
    for change, changed in mutations(tree):
        times[change] += 1
        nth = f" ({times[change]})" if times[change] > 1 else ""
        yield Mutant(change + nth, _compiled(changed, exercise.reference))
    names = exercise.parameters
    for number, name in enumerate(names):
        for what, change in misuses.OF_AN_ARGUMENT.items():
            yield Mutant(f"{name}: {what}", _given(exercise.reference, number, change))
    for first in range(len(names) - 1):
        yield Mutant(f"{names[first]} and {names[first + 1]} swapped", _swapped(exercise.reference, first))
    for what, change in misuses.OF_THE_RESULT.items():
        yield Mutant(f"result: {what}", _returning(exercise.reference, change))


def _compiled(tree: ast.FunctionDef, reference: Callable) -> Callable:
    scope = {**reference.__globals__, "_last_of_the_best": _last_of_the_best}
    exec(compile(ast.Module([tree], []), "<mutant>", "exec"), scope)
    return scope[tree.name]


def _last_of_the_best(argmax: Callable, *args: Any, **kwargs: Any) -> Any:
    """`argmax`, but of several equal ones the last."""
    if not args and not kwargs and (x := argmax.__self__).ndim == 1:
        return len(x) - 1 - (x.flip(0) if is_tensor(x) else x[::-1]).argmax()
    raise misuses.NotApplicable("argmax of more than one axis")


def _given(reference: Callable, number: int, change: Callable) -> Callable:
    def mutant(*args):
        changed = list(args)
        changed[number] = change(args[number])
        return reference(*changed)

    return mutant


def _swapped(reference: Callable, first: int) -> Callable:
    def mutant(*args):
        changed = list(args)
        changed[first : first + 2] = args[first + 1], args[first]
        if type(args[first]) is not type(args[first + 1]):
            raise misuses.NotApplicable("arguments of two kinds")
        return reference(*changed)

    return mutant


def _returning(reference: Callable, change: Callable) -> Callable:
    def mutant(*args):
        return change(reference(*args))

    return mutant


# --- trying them


def trials(exercise: Exercise) -> Iterator[Trial]:
    """Yield what the check says to each mutant of an exercise that can run at all."""
    for mutant in mutants(exercise):
        verdict = exercise.verdict(mutant.function)
        if any(word in repr(verdict) for word in ("NotApplicable", *_STILLBORN)):
            continue
        differs = _differs(exercise, mutant) if verdict.status == SOLVED else 0
        yield Trial(mutant, verdict, differs, exercise.equivalent.get(mutant.change, ""))


def _differs(exercise: Exercise, mutant: Mutant) -> int:
    """On how many further inputs a mutant that passed gives something else than the solution."""
    wrong = 0
    for seed in MORE_SEEDS:
        args, expected = exercise.case(seed)
        got = exercise.run(mutant.function, args, seed)
        wrong += bool(
            got.failure
            or got.changed != expected.changed
            or difference(expected.value, got.value, exercise.rtol, exercise.atol)
        )
    return wrong


def unknown_declarations(exercise: Exercise) -> list[str]:
    """Return the changes that are declared equivalent, but that no rule makes."""
    made = {mutant.change for mutant in mutants(exercise)}
    return [change for change in exercise.equivalent if change not in made]


def near_misses(question: Question) -> list[object]:
    """Return values near a question's answer, none of which may pass: one too many or few, its neighbours."""
    answer = question.answer(*question.example)
    near: list[object] = []
    if isinstance(answer, (int, np.integer)) and not isinstance(answer, bool):
        near += [answer + 1, answer - 1]
    choices = [*question.choices(*question.example)]
    if answer in choices:
        place = choices.index(answer)
        near += [place, *choices[max(place - 1, 0) : place], *choices[place + 1 : place + 2]]
    return [value for value in dict.fromkeys(near) if value != answer]


def report(exercise: Exercise) -> tuple[list[Trial], list[str]]:
    """Return the trials of an exercise and the lines that tell them."""
    tried = list(trials(exercise))
    caught = [t for t in tried if not t.passed]
    named = sum(t.verdict.named for t in caught)
    lines = [f"{exercise.name}: {len(tried)} mutants, {len(caught)} caught, {named} of them named"]
    for trial in tried:
        mark = "PASSED" if trial.passed else "named " if trial.verdict.named else "caught"
        told = trial.fault or trial.reason or " ".join(trial.verdict.message.split())
        lines.append(f"  {mark}  {trial.mutant.change}\n          {told}")
    lines += [f"  no such change: {change!r}" for change in unknown_declarations(exercise)]
    return tried, lines


def main(arguments: Sequence[str]) -> int:
    """Print the report of a lesson's exercises, or of those named; 1 if one can be fooled."""
    from tlcourse.exercises.classroom import exercises_of

    if not arguments:
        print("which lesson? python -m tlcourse.exercises.mutants SLUG [EXERCISE …]", file=sys.stderr)
        return 2
    lesson, *names = arguments
    found = exercises_of(import_module(f"tlcourse.lessons.{lesson}.exercises"))
    trouble, caught, named = 0, 0, 0
    for name, exercise in found.items():
        if (names and name not in names) or not isinstance(exercise, Exercise):
            continue
        tried, lines = report(exercise)
        print("\n".join(lines))
        trouble += sum(t.fault is not None for t in tried) + len(unknown_declarations(exercise))
        caught += sum(not t.passed for t in tried)
        named += sum(t.verdict.named for t in tried if not t.passed)
    print(f"{named} of {caught} caught mutants are named ({named / max(caught, 1):.0%}); {trouble} to mend")
    return int(trouble > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
