"""Questions whose answer is a value to find: how it is checked, and which near misses are named."""

import inspect
import numbers
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tlcourse.exercises import attempts
from tlcourse.exercises.comparison import difference, kind, short
from tlcourse.exercises.verdicts import Verdict


def three_hints(title: str, hints: Sequence[str]) -> tuple[str, ...]:
    if len(hints) != 3 or not all(isinstance(h, str) and h.strip() for h in hints):
        raise ValueError(
            f"exercise {title!r} needs three hints (a nudge, a bigger one, nearly there), got {hints!r}"
        )
    return tuple(hints)


@dataclass
class Question:
    """A value to find. Made by `question`; its name is the module's variable."""

    title: str
    answer_or_rule: object
    hints: tuple[str, ...]
    wrong: list[tuple] = field(default_factory=list)
    explain: str | Callable[[Any], str] = ""
    rtol: float = 1e-5
    atol: float = 1e-6
    example: tuple = ()
    among: Callable[..., Sequence] | None = None
    name: str = ""

    def __post_init__(self) -> None:
        self.hints = three_hints(self.title, self.hints)

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
        """Return the solution as code that a notebook can run; with `context`, the answer too."""
        if not callable(self.answer_or_rule):
            return f"{self.name} = {self.answer()!r}"
        code = textwrap.dedent(inspect.getsource(self.answer_or_rule)).strip()
        value = f"  # {self.answer(*context)!r}" if context else ""
        return f"{code}\n\n\n{self.name} = {self.answer_or_rule.__name__}({', '.join(self.context)}){value}"

    def why(self, *context: Any) -> str:
        """Return what there is to say about the answer; nothing if that depends on a context not given."""
        if not callable(self.explain):
            return self.explain
        return self.explain(self.answer(*context)) if len(context) == len(self.context) else ""

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
            return Verdict.solved(f"{self.title}: {self.why(*context) or 'right.'}")
        known = next((entry[1] for entry in self.wrong if self._matches(entry[0], attempt)), None)
        if known := known or self._near_miss(expected, attempt, context):
            return Verdict.wrong(known, named=True)
        # The expected value is the answer itself: say what kind of thing is asked for, not which.
        if _family(expected) == _family(attempt):
            return Verdict.wrong(f"{short(attempt)} is not it.")
        return Verdict.wrong(
            f"The answer is {kind(expected)}; yours is {kind(attempt)}: {short(attempt)}."
            f"{_split_by_a_comma(expected, attempt)}",
            named=True,
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


def _split_by_a_comma(expected: object, attempt: object) -> str:
    """Say that 12,345 is two numbers in Python, where it looks as if one was meant."""
    split = isinstance(attempt, tuple) and len(attempt) > 1 and all(type(part) is int for part in attempt)
    if not isinstance(expected, numbers.Integral) or not split:
        return ""
    return " A comma makes several numbers of one: write its digits without any."


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
    explain: str | Callable[[Any], str] = "",
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
        explain: said when the value is right; a callable gets the value, where what is to be said depends on
            it.
        rtol, atol: how near a number has to be.
        example: what a test passes after the attempt, where `answer` needs it.
        among: computes, from the same context, the ordered values that the answer is one of. Near misses are
            then named: the index for the value, one too early, one too late.

    Raises:
        ValueError: there are not three hints.
    """
    return Question(title, answer, tuple(hints), list(wrong), explain, rtol, atol, tuple(example), among)
