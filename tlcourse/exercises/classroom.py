"""What a notebook holds as `check`: its lesson's exercises, with their hints and solutions."""

import copy
import dataclasses
import difflib
import html
from importlib import import_module
from types import ModuleType

from IPython import get_ipython
from IPython.display import display

from tlcourse import curriculum
from tlcourse.exercises import ask_first, prediction, progress
from tlcourse.exercises.machinery import Exercise
from tlcourse.exercises.prediction import Prediction
from tlcourse.exercises.questions import Question
from tlcourse.exercises.verdicts import MARKS, NOT_ATTEMPTED, SOLVED, WRONG, Note, Verdict


def lessons_with_exercises() -> list[str]:
    """The slugs of the lessons that have exercises, in the course's order."""
    return [*progress.exercise_names()]


def exercises_of(module: ModuleType) -> dict[str, Exercise | Question]:
    """Return name → exercise of a lesson's module or package, in the order in which they stand there."""
    found: dict[str, Exercise | Question] = {}
    for name, value in vars(module).items():
        if isinstance(value, Exercise) and value.reference.__module__.startswith(module.__name__):
            found[value.name] = value
        elif isinstance(value, Question):
            value.name = name
            found[name] = value
    if all(isinstance(one, Exercise) for one in found.values()):  # imports stand in another order than files
        return dict(sorted(found.items(), key=lambda item: _stands(item[1])))
    return found


def _stands(exercise: Exercise) -> tuple[str, int]:
    """Where it is written: its module, and the line there."""
    return exercise.reference.__module__, exercise.reference.__code__.co_firstlineno


def predictions_of(module: ModuleType) -> dict[str, Prediction]:
    """Return name → prediction of a lesson's module, in the order in which they stand there."""
    return {name: value for name, value in vars(module).items() if isinstance(value, Prediction)}


_NOTHING = object()  # nothing was passed to a check; None is an attempt


class CheckedExercise:
    """One exercise in a notebook: call it with your attempt; `.hint()` and `.solution()` help.

    `.input` holds the arguments on which your last attempt went wrong: `f(*check.f.input)` replays it.
    """

    def __init__(self, lesson: str, exercise: Exercise | Question, solutions: bool):
        self._lesson, self._exercise, self._solutions = lesson, exercise, solutions
        self._hints_given = 0
        self._last: str | None = None
        self._solved = False
        self._input: tuple | None = None
        self.__doc__ = f"{exercise.title}. Call with your attempt; .hint() and .solution() help."

    def __call__(self, attempt: object = _NOTHING, *context: object) -> Verdict:
        """Check an attempt and show what is right or wrong with it."""
        name = self._exercise.name
        if attempt is _NOTHING:
            given = ", ".join([name, *getattr(self._exercise, "context", ())])
            return Verdict.wrong(f"Pass what you want to have checked: `check.{name}({given})`.")
        if isinstance(self._exercise, Exercise) and context:
            return Verdict.wrong(f"Pass the function alone: `check.{name}({name})`.")
        verdict, shown = self._exercise.verdict(attempt, *context), False
        if self._solutions:
            if verdict.status == NOT_ATTEMPTED:
                answer, shown = self._exercise.answer(*context), True
                _put_in_notebook(name, attempt, answer)
                verdict = self._exercise.verdict(answer, *context)
        elif verdict.status != NOT_ATTEMPTED:
            progress.record(self._lesson, name, "solved" if verdict.status == SOLVED else "try")
        self._last = verdict.status
        self._solved |= verdict.status == SOLVED and not shown
        if verdict.status == WRONG and not verdict.named:
            help_ = f"`check.{name}.hint()` gives a hint."
            verdict = dataclasses.replace(verdict, detail=f"{verdict.detail} {help_}".strip())
        if verdict.args is not None:
            self._input = verdict.args
            where = f"{verdict.given}  (`{name}(*check.{name}.input)` replays it)"
            verdict = dataclasses.replace(verdict, given=where)
        return verdict

    @property
    def input(self) -> tuple:
        """The arguments on which the last attempt went wrong (before that, an example): a copy.

        Raises:
            AttributeError: the question asks for a value, so there are no arguments.
        """
        if isinstance(self._exercise, Question):
            raise AttributeError(f"{self._exercise.name} asks for a value: there is no input to replay")
        return copy.deepcopy(self._input if self._input is not None else self._exercise.case(0)[0])

    def hint(self) -> Note:
        """Return the next of the three hints."""
        hints = self._exercise.hints
        number = min(self._hints_given, len(hints) - 1)
        self._hints_given += 1
        if not self._solutions:
            progress.record_help(self._lesson, self._exercise.name, hints=number + 1)
        last = " There is no further hint; `.solution()` shows the code." if number == len(hints) - 1 else ""
        return Note(f"**Hint {number + 1} of {len(hints)}.** {hints[number]}{last}")

    def solution(self, *context: object) -> Note:
        """Return the solution's code; it is counted in your progress.

        `context` is what is passed to the check after the attempt, if you want to see the value as well.
        """
        if not self._solutions:
            progress.record_help(self._lesson, self._exercise.name, solutions=1)
        code = self._exercise.source(*context)
        explain = self._exercise.why(*context) if isinstance(self._exercise, Question) else ""
        after = f"\n\n{explain}" if explain else ""
        return Note(f"**{self._exercise.title}**\n\n```python\n{code}\n```{after}")

    def status(self) -> str:
        """Return `"solved"`, `"wrong"` (tried) or `"not attempted"`: once solved, solved for good."""
        entry = progress.entry(self._lesson, self._exercise.name)
        if self._solved or entry["solved"]:
            return SOLVED
        return WRONG if self._last == WRONG or entry["tries"] else NOT_ATTEMPTED

    def works(self) -> bool:
        """Return whether the attempt that was checked last, in this session, was right: it can be used."""
        return self._last == SOLVED

    def __repr__(self) -> str:
        name = self._exercise.name
        given = ", ".join([name, *getattr(self._exercise, "context", ())])
        ways = f"check.{name}({given}) · check.{name}.hint() · check.{name}.solution()"
        return f"{MARKS[self.status()]} {name}: {self._exercise.title}. {ways}"


class Classroom:
    """The exercises of one lesson; `check.<TAB>` lists them, `check` alone shows how far you are."""

    def __init__(self, slug: str, module: ModuleType, solutions: bool):
        self._slug, self._solutions = slug, solutions
        self._predictions = predictions_of(module)
        self._checks = {name: CheckedExercise(slug, e, solutions) for name, e in exercises_of(module).items()}

    def __getattr__(self, name: str) -> CheckedExercise:
        checks = self.__dict__.get("_checks", {})
        if name in checks:
            return checks[name]
        if name.startswith("_"):
            raise AttributeError(name)
        near = difflib.get_close_matches(name, checks, n=1, cutoff=0.4)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise AttributeError(
            f"lesson {self.__dict__.get('_slug')} has no exercise {name!r}.{meant} It has: "
            f"{', '.join(checks)}"
        )

    def predict(self, name: str) -> ask_first.AskFirst:
        """Return the question `name` as a widget: choose and commit; `recall` shows the answer.

        Raises:
            KeyError: the lesson asks no such question.
        """
        return ask_first.AskFirst(self._asked(name), self._key(name))

    def recall(self, name: str) -> None:
        """Show what you predicted at `predict(name)`, what came out, and the reasons.

        Raises:
            KeyError: the lesson asks no such question.
        """
        display(prediction.recalled(self._asked(name), self._key(name)))

    def _asked(self, name: str) -> Prediction:
        if name not in self._predictions:
            there = ", ".join(self._predictions) or "none"
            raise KeyError(f"lesson {self._slug} asks no question {name!r}; it asks: {there}")
        return self._predictions[name]

    def _key(self, name: str) -> str:
        return f"{self._slug}-{name}"

    def __dir__(self) -> list[str]:
        return sorted([*self._checks, "predict", "recall"])

    def __repr__(self) -> str:
        lines = [f"  {check!r}" for check in self._checks.values()]
        return "\n".join([self._headline(), *lines])

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(repr(check))}</li>" for check in self._checks.values())
        return f'<p>{html.escape(self._headline())}</p><ul style="list-style:none">{items}</ul>'

    def _headline(self) -> str:
        solved = sum(check.status() == SOLVED for check in self._checks.values())
        shown = " (solutions that are shown do not count)" if self._solutions else ""
        title = curriculum.lesson(self._slug).title
        return f"{title}: {solved} of {len(self._checks)} exercises solved{shown}"


def _put_in_notebook(name: str, attempt: object, answer: object) -> None:
    """Bind the solution in the notebook, so that later cells use it."""
    shell = get_ipython()
    if shell is None:
        return
    shell.user_ns[name] = answer
    if callable(attempt):
        for other, value in list(shell.user_ns.items()):
            if value is attempt and not other.startswith("_"):
                shell.user_ns[other] = answer


def start(lesson: str, solutions: bool = False) -> Classroom:
    """Return the exercises of a lesson, for a notebook's first cell: `check = exercises.start("elmo")`.

    Args:
        lesson: its slug, as in `notebooks/NN_<slug>.ipynb`.
        solutions: put the solution in the place of every exercise not attempted; nothing is then recorded
        as progress.

    Raises:
        ValueError: there is no such lesson.
    """
    available = lessons_with_exercises()
    if lesson not in available:
        raise ValueError(
            f"no exercises for lesson {lesson!r}; there are some for {', '.join(available) or 'none yet'}"
        )
    module = import_module(f"tlcourse.lessons.{lesson}.exercises")
    return Classroom(lesson, module, solutions)
