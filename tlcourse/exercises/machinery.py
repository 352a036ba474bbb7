"""Declaring exercises: what is asked, how it is checked, which hints there are, which mistakes are known.

A lesson's module holds the solutions; decorated, they become the reference that attempts are compared with::

    @exercise(title="Scale by a temperature", inputs=make_inputs, hints=(…, …, …), wrong=[(f, "message"), …])
    def soften(logits, temperature): ...

    deepest = question(title="Which layer transfers best?", answer=3, hints=(…, …, …), wrong=[(4, "message")])

    freezing = prediction(question="…?", options=["…", "…"], answer=1, why=["…", "…"])
"""

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tlcourse.exercises import attempts, diagnoses, raised
from tlcourse.exercises.any_kind import as_floats, filled, no_numbers
from tlcourse.exercises.comparison import difference, short
from tlcourse.exercises.equality import same
from tlcourse.exercises.prediction import prediction
from tlcourse.exercises.questions import question, three_hints
from tlcourse.exercises.verdicts import Verdict

__all__ = ["Exercise", "exercise", "prediction", "question"]

SEEDS = (0, 1, 2, 3, 4)


@dataclass
class Exercise:
    """A function to write. Calling it runs the solution. Made by `exercise`."""

    reference: Callable
    title: str
    inputs: Callable[[np.random.Generator], tuple]
    hints: tuple[str, ...]
    wrong: list[tuple[Callable, str]] = field(default_factory=list)
    special: Mapping[str, tuple] = field(default_factory=dict)
    equivalent: Mapping[str, str] = field(default_factory=dict)
    rtol: float = 1e-5
    atol: float = 1e-6
    any_kind: bool = False
    settled: Callable[..., object] | None = None
    _cases: list = field(default_factory=list, init=False, repr=False, compare=False)
    _made: dict = field(default_factory=dict, init=False, repr=False, compare=False)
    _memo: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.hints = three_hints(self.title, self.hints)
        functools.update_wrapper(self, self.reference)

    @property
    def name(self) -> str:
        return self.reference.__name__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.reference(*args, **kwargs)

    def source(self) -> str:
        """Return the solution's code, without the decorator."""
        text = textwrap.dedent(inspect.getsource(self.reference))
        first = ast.parse(text).body[0].lineno
        return "\n".join(text.splitlines()[first - 1 :])

    def answer(self) -> Callable:
        """Return what the learner's name stands for once solved: the solution itself."""
        return self.reference

    def verdict(self, attempt: object) -> Verdict:
        """Check an attempt; never raises for what the attempt is or does."""
        if missing := attempts.stub_line(attempt):
            return Verdict.not_attempted(missing)
        if not callable(attempt):
            return Verdict.wrong(
                f"Pass the function itself, without calling it: `check.{self.name}({self.name})`. You "
                f"passed {short(attempt)}."
            )
        cases = self.cases()
        if problem := attempts.arity_problem(attempt, cases[0][0]):
            return Verdict.wrong(problem, named=True)
        got = []
        for number, (args, _, _) in enumerate(cases):
            outcome = self.run(attempt, args, number)
            if outcome.failure:
                told, known = raised.in_the_exercises_terms(outcome.failure, self.parameters, args)
                return Verdict.wrong(told, given=self._given(args), named=known, args=args)
            got.append(outcome)
        for (args, expected, _), outcome in zip(cases, got, strict=True):
            if problem := self._problem(expected, outcome):
                with attempts.quiet():
                    named = self._known_mistake(cases, got) or self._diagnosis(attempt, cases, got)
                message, detail = (named, problem) if named else (problem, "")
                detail = "" if detail.split(". ")[0] in message else detail  # it says the same
                return Verdict.wrong(message, detail, self._given(args), named=bool(named), args=args)
        return Verdict.solved(f"{self.title}: right on {len(cases)} inputs.")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    def cases(self) -> list[tuple[tuple, attempts.Outcome, str]]:
        """Return (arguments, what the solution gives, what is special about them) for all that is tried."""
        if not self._cases:  # the same for every attempt, which gets a copy
            drawn = [(*self.case(seed), "") for seed in SEEDS]
            special = [
                (args, self.run(self.reference, args, len(SEEDS) + number), label)
                for number, (label, args) in enumerate(self.special.items())
            ]
            self._cases = drawn + special
        return self._cases

    def case(self, seed: int) -> tuple[tuple, attempts.Outcome]:
        """Return the arguments drawn from a seed, and what the solution gives for them."""
        args = self.inputs(np.random.default_rng(seed))
        if not isinstance(args, tuple):
            args = (args,)
        return args, self.run(self.reference, args, seed)

    def run(self, function: Callable, args: tuple, seed: int) -> attempts.Outcome:
        """Return what a function does on these arguments; its value as compared: `any_kind`, `settled`."""
        outcome = attempts.run(function, args, seed)
        if self.settled:
            outcome.value = self.settled(outcome.value, *args)
        if self.any_kind:
            outcome.value = as_floats(outcome.value)
        return outcome

    def _given(self, args: tuple) -> str:
        pairs = zip(self.parameters, args, strict=False)
        return ", ".join(f"{name} = {short(value)}" for name, value in pairs)

    def _problem(self, expected: attempts.Outcome, got: attempts.Outcome) -> str | None:
        """Return what is wrong with what the attempt did on one input, or None."""
        if self.any_kind and (text := no_numbers(expected.value, got.value)):
            return text
        if text := difference(expected.value, got.value, self.rtol, self.atol):
            return text
        if got.changed is not None and expected.changed is None:
            return f"The result is right, but {self._changes(got.changed)}"
        return None

    def _changes(self, number: int) -> str:
        return (
            f"your code changes its argument `{self.parameters[number]}` in place, which would surprise "
            "the caller: work on a copy, or use an operation that makes a new value."
        )

    def _diagnosis(self, attempt: Callable, cases: list, got: list[attempts.Outcome]) -> str | None:
        """Return the sentence that names the mistake by a property of the values, if there is one."""
        pairs = [(e.value, o.value) for (_, e, _), o in zip(cases, got, strict=True) if o.value is not None]
        if self.any_kind and (told := next(filter(None, (no_numbers(*pair) for pair in pairs)), None)):
            return told
        changed = next((o.changed for (_, e, _), o in zip(cases, got, strict=True)
                        if o.changed is not None and e.changed is None), None)  # fmt: skip
        if changed is not None:
            right = all(self._same(e.value, o.value) for (_, e, _), o in zip(cases, got, strict=True))
            told = self._changes(changed)
            return f"The result is right, but {told}" if right else told[0].upper() + told[1:]
        tried = [
            diagnoses.Case(args, expected.value, outcome.value, label)
            for (args, expected, label), outcome in zip(cases, got, strict=True)
        ]

        def caller(function: Callable) -> Callable[[tuple], object]:
            def call(args: tuple) -> object:
                outcome = self.run(function, args, 0)
                if outcome.failure:
                    raise ValueError(outcome.failure)
                return outcome.value

            return call

        return diagnoses.diagnose(
            diagnoses.Attempt(
                self.parameters,
                tried,
                caller(self.reference),
                caller(attempt),
                self.rtol,
                self.atol,
                self._memo,
            )
        )

    def _same(self, a: object, b: object) -> bool:
        return same(a, b, self.rtol, self.atol)

    def _known_mistake(self, cases: list, got: list[attempts.Outcome]) -> str | None:
        """Return the message of the first known mistake that gives the same values on every input."""
        for which, (_, message) in enumerate(self.wrong):
            if all(self._as_made(which, number, cases, o) for number, o in enumerate(got)):
                return message
        return None

    def _as_made(self, which: int, number: int, cases: list, got: attempts.Outcome) -> bool:
        """Whether a known mistake gives this on an input; what it gives is found once."""
        if (which, number) not in self._made:
            self._made[which, number] = self.run(self.wrong[which][0], cases[number][0], number)
        made = self._made[which, number]
        return (
            made.failure is None
            and made.changed == got.changed
            and self._same(filled(made.value, got.value), got.value)
        )


def exercise(
    *,
    title: str,
    inputs: Callable[[np.random.Generator], tuple],
    hints: Sequence[str],
    wrong: Sequence[tuple[Callable, str]] = (),
    special: Mapping[str, tuple] | None = None,
    equivalent: Mapping[str, str] | None = None,
    rtol: float = 1e-5,
    atol: float = 1e-6,
    any_kind: bool = False,
    settled: Callable[..., object] | None = None,
) -> Callable[[Callable], Exercise]:
    """Declare the decorated function as the solution of an exercise.

    Args:
        title: a few words, for the list of exercises.
        inputs: makes the arguments from a random generator; vary the shapes, all sizes different, so that no
            attempt is right by luck.
        hints: three: a nudge, a bigger one, nearly there.
        wrong: (function, message) for each mistake that people make; the message is shown when an attempt
            gives the same values as that function on every input. NaN in an array stands for any one number:
            what a learner put there where there is none.
        special: what is special → arguments that are always tried besides: a bound that is met, a tie, the
            "none" of the docstring. The words follow "not where": `"the target is the last score"`.
        equivalent: change → why it makes no difference, for `mutants`.
        rtol, atol: how near the values have to be.
        any_kind: an array, a tensor and nested lists of the same numbers, whole or not, are all right: for an
            exercise in which the kind of array is not the point.
        settled: (value, *arguments) → one value for all that are right, such as where a tie may go either
            way; it gets whatever an attempt returns, and must not raise.

    Raises:
        ValueError: there are not three hints.
    """
    return lambda function: Exercise(
        function,
        title,
        inputs,
        tuple(hints),
        list(wrong),
        dict(special or {}),
        dict(equivalent or {}),
        rtol,
        atol,
        any_kind,
        settled,
    )
