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
import numbers
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tlcourse.exercises import attempts, diagnoses, raised
from tlcourse.exercises.comparison import difference, kind, short
from tlcourse.exercises.verdicts import Verdict

SEEDS = (0, 1, 2, 3, 4)


def _check_hints(title: str, hints: Sequence[str]) -> tuple[str, ...]:
    if len(hints) != 3 or not all(isinstance(h, str) and h.strip() for h in hints):
        raise ValueError(
            f"exercise {title!r} needs three hints (a nudge, a bigger one, nearly there), got {hints!r}"
        )
    return tuple(hints)


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

    def __post_init__(self) -> None:
        self.hints = _check_hints(self.title, self.hints)
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
                f"Pass the function itself, without calling it: `check.{self.name}({self.name})`. "
                f"You passed {short(attempt)}."
            )
        cases = self.cases()
        if problem := attempts.arity_problem(attempt, cases[0][0]):
            return Verdict.wrong(problem, named=True)
        got = []
        for number, (args, _, _) in enumerate(cases):
            outcome = attempts.run(attempt, args, number)
            if outcome.failure:
                told, known = raised.in_the_exercises_terms(outcome.failure, self.parameters, args)
                return Verdict.wrong(told, given=self._given(args), named=known, args=args)
            got.append(outcome)
        for (args, expected, _), outcome in zip(cases, got, strict=True):
            if problem := self._problem(expected, outcome):
                with attempts.quiet():
                    named = self._known_mistake(cases, got) or self._diagnosis(attempt, cases, got)
                message, detail = (named, problem) if named else (problem, "")
                detail = "" if detail and detail in message else detail
                return Verdict.wrong(message, detail, self._given(args), named=bool(named), args=args)
        return Verdict.solved(f"{self.title}: right on {len(cases)} inputs.")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    def cases(self) -> list[tuple[tuple, attempts.Outcome, str]]:
        """Return (arguments, what the solution gives, what is special about them) for all that is tried."""
        drawn = [(*self.case(seed), "") for seed in SEEDS]
        special = [
            (args, attempts.run(self.reference, args, len(SEEDS) + number), label)
            for number, (label, args) in enumerate(self.special.items())
        ]
        return drawn + special

    def case(self, seed: int) -> tuple[tuple, attempts.Outcome]:
        """Return the arguments drawn from a seed, and what the solution gives for them."""
        args = self.inputs(np.random.default_rng(seed))
        if not isinstance(args, tuple):
            args = (args,)
        return args, attempts.run(self.reference, args, seed)

    def _given(self, args: tuple) -> str:
        pairs = zip(self.parameters, args, strict=False)
        return ", ".join(f"{name} = {short(value)}" for name, value in pairs)

    def _problem(self, expected: attempts.Outcome, got: attempts.Outcome) -> str | None:
        """Return what is wrong with what the attempt did on one input, or None."""
        if got.value is None and expected.value is not None:
            return "Your function returns None: is there a `return`?"
        if text := difference(expected.value, got.value, self.rtol, self.atol):
            return text
        if got.changed is not None and expected.changed is None:
            return f"The result is right, but {self._changes(got.changed)}"
        return None

    def _changes(self, number: int) -> str:
        return (
            f"your code changes its argument `{self.parameters[number]}` in place, which would surprise the caller: "
            "work on a copy, or use an operation that makes a new value."
        )

    def _diagnosis(self, attempt: Callable, cases: list, got: list[attempts.Outcome]) -> str | None:
        """Return the sentence that names the mistake by a property of the values, if there is one."""
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
                outcome = attempts.run(function, args, 0)
                if outcome.failure:
                    raise ValueError(outcome.failure)
                return outcome.value

            return call

        return diagnoses.diagnose(
            diagnoses.Attempt(
                self.parameters, tried, caller(self.reference), caller(attempt), self.rtol, self.atol
            )
        )

    def _same(self, a: object, b: object) -> bool:
        return difference(a, b, self.rtol, self.atol) is None

    def _known_mistake(self, cases: list, got: list[attempts.Outcome]) -> str | None:
        """Return the message of the first known mistake that gives the same values on every input."""
        for mistake, message in self.wrong:
            made = [attempts.run(mistake, args, number) for number, (args, _, _) in enumerate(cases)]
            if all(
                m.failure is None
                and m.changed == g.changed
                and difference(m.value, g.value, self.rtol, self.atol) is None
                for m, g in zip(made, got, strict=True)
            ):
                return message
        return None


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
) -> Callable[[Callable], Exercise]:
    """Declare the decorated function as the solution of an exercise.

    Args:
        title: a few words, for the list of exercises.
        inputs: makes the arguments from a random generator; vary the shapes, all sizes different, so that no
            attempt is right by luck.
        hints: three: a nudge, a bigger one, nearly there.
        wrong: (function, message) for each mistake that people make; the message is shown when an attempt
            gives the same values as that function on every input.
        special: what is special → arguments that are always tried besides: a bound that is met, a tie, the
            "none" of the docstring. The words follow "not where": `"the target is the last score"`.
        equivalent: change → why it makes no difference, for `mutants`.
        rtol, atol: how near the values have to be.

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
    )


@dataclass
class Question:
    """A value to find. Made by `question`; its name is the module's variable."""

    title: str
    answer_or_rule: object
    hints: tuple[str, ...]
    wrong: list[tuple] = field(default_factory=list)
    explain: str = ""
    rtol: float = 1e-5
    atol: float = 1e-6
    example: tuple = ()
    among: Callable[..., Sequence] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        self.hints = _check_hints(self.title, self.hints)

    def answer(self, *context: Any) -> object:
        """Return the right value; `context` is what the answer depends on, as passed to the check."""
        return self.answer_or_rule(*context) if callable(self.answer_or_rule) else self.answer_or_rule

    @property
    def context(self) -> tuple[str, ...]:
        """The names of what the answer depends on, passed to the check after the attempt."""
        rule = self.answer_or_rule
        return tuple(inspect.signature(rule).parameters) if callable(rule) else ()

    def choices(self, *context: Any) -> Sequence:
        """Return the values, in order, that the answer is one of; empty if it may be any."""
        return list(self.among(*context)) if self.among else []

    def source(self, *context: Any) -> str:
        """Return the solution as code that a notebook can run; with `context`, the answer as a value too."""
        if not callable(self.answer_or_rule):
            return f"{self.name} = {self.answer()!r}"
        code = textwrap.dedent(inspect.getsource(self.answer_or_rule)).strip()
        value = f"  # {self.answer(*context)!r}" if context else ""
        return f"{code}\n\n\n{self.name} = {self.answer_or_rule.__name__}({', '.join(self.context)}){value}"

    def verdict(self, attempt: object, *context: Any) -> Verdict:
        """Check a value; never raises for what the value is."""
        if missing := attempts.stub_line(attempt):
            return Verdict.not_attempted(missing)
        if len(context) != len(self.context):
            names = [self.name, *self.context]
            return Verdict.wrong(
                f"The check needs {len(names)} values: `check.{self.name}({', '.join(names)})`."
            )
        expected = self.answer(*context)
        if difference(expected, attempt, self.rtol, self.atol) is None:
            return Verdict.solved(
                f"{self.title}: {self.explain}" if self.explain else f"{self.title}: right."
            )
        known = next((entry[1] for entry in self.wrong if self._matches(entry[0], attempt)), None)
        if known := known or self._near_miss(expected, attempt, context):
            return Verdict.wrong(known, named=True)
        # The expected value is the answer itself: say what kind of thing is asked for, not which.
        if _family(expected) == _family(attempt):
            return Verdict.wrong(f"{short(attempt)} is not it.")
        return Verdict.wrong(
            f"The answer is {kind(expected)}; yours is {kind(attempt)}: {short(attempt)}.", named=True
        )

    def _near_miss(self, expected: object, attempt: object, context: tuple) -> str | None:
        """Say that the attempt is an index for a value, or one too early or too late."""
        if _family(expected) != "number" or _family(attempt) != "number":
            return None
        choices = self.choices(*context)
        if attempt in choices and expected in choices:
            gap = choices.index(attempt) - choices.index(expected)
            if abs(gap) == 1:
                return f"Close: {short(attempt)} is one too {'late' if gap > 0 else 'early'}."
            return f"{short(attempt)} is too {'late' if gap > 0 else 'early'}."
        if choices and expected in choices and attempt == choices.index(expected):
            return "That is the place where the answer stands, counted from 0. What stands there?"
        if choices and expected in choices:
            return f"{short(attempt)} is none of the values to choose from: {', '.join(map(short, choices))}."
        if isinstance(expected, numbers.Integral) and attempt - expected in (1, -1):
            return f"Off by one: {short(attempt)} is one too {'many' if attempt > expected else 'few'}."
        return None

    def _matches(self, pattern: object, attempt: object) -> bool:
        try:
            if callable(pattern):
                return bool(pattern(attempt))
            return difference(pattern, attempt, self.rtol, self.atol) is None
        except Exception:
            return False


def _family(value: object) -> str:
    """Return the kind of a value, where a whole number is a number and a list a tuple."""
    if isinstance(value, numbers.Number) and not isinstance(value, bool):
        return "number"
    return "tuple" if isinstance(value, list) else type(value).__name__


def question(
    *,
    title: str,
    answer: object,
    hints: Sequence[str],
    wrong: Sequence[tuple] = (),
    explain: str = "",
    rtol: float = 1e-5,
    atol: float = 1e-6,
    example: tuple = (),
    among: Callable[..., Sequence] | None = None,
) -> Question:
    """Declare a question whose answer is a value.

    Args:
        title: a few words, for the list of exercises.
        answer: the value, or a callable that computes it from what is passed after the attempt:
            `check.best_depth(best_depth, accuracies)` calls `answer(accuracies)`.
        hints: three: a nudge, a bigger one, nearly there.
        wrong: (value, message), or (predicate, message, a value it is true of: for the tests).
        explain: said when the value is right, and with the solution.
        rtol, atol: how near a number has to be.
        example: what a test passes after the attempt, where `answer` needs it.
        among: computes, from the same context, the ordered values that the answer is one of. Near misses are
            then named: the index for the value, one too early, one too late.

    Raises:
        ValueError: there are not three hints.
    """
    return Question(title, answer, tuple(hints), list(wrong), explain, rtol, atol, tuple(example), among)


@dataclass(frozen=True)
class Prediction:
    """A multiple-choice question to answer before the lesson does. Made by `prediction`."""

    question: str
    options: tuple[str, ...]
    answer: int
    why: tuple[str, ...] | str


def prediction(*, question: str, options: Sequence[str], answer: int, why: Sequence[str] | str) -> Prediction:
    """Declare a question that a notebook asks with `check.predict("name")`, its answer out of sight.

    Args:
        question: one question.
        options: two or more answers.
        answer: the index of the right one.
        why: the feedback, one text per option, or one for all.
    """
    return Prediction(question, tuple(options), answer, why if isinstance(why, str) else tuple(why))
