"""What a notebook holds as `check`: its lesson's exercises, with their hints and solutions."""

import difflib
import html
from importlib import import_module
from types import ModuleType

from IPython import get_ipython

from tlcourse import curriculum
from tlcourse.exercises import prediction, progress
from tlcourse.exercises.machinery import Exercise, Prediction, Question
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
    return found


def predictions_of(module: ModuleType) -> dict[str, Prediction]:
    """Return name → prediction of a lesson's module, in the order in which they stand there."""
    return {name: value for name, value in vars(module).items() if isinstance(value, Prediction)}


class Check:
    """One exercise in a notebook: call it with your attempt; `.hint()` and `.solution()` help."""

    def __init__(self, lesson: str, exercise: Exercise | Question, solutions: bool):
        self._lesson, self._exercise, self._solutions = lesson, exercise, solutions
        self._hints_given = 0
        self._last: str | None = None
        self.__doc__ = f"{exercise.title}. Call with your attempt; .hint() and .solution() help."

    def __call__(self, attempt: object, *context: object) -> Verdict:
        """Check an attempt and show what is right or wrong with it."""
        name = self._exercise.name
        if isinstance(self._exercise, Exercise) and context:
            return Verdict.wrong(f"Pass the function alone: `check.{name}({name})`.")
        verdict = self._exercise.verdict(attempt, *context)
        if self._solutions:
            if verdict.status == NOT_ATTEMPTED:
                answer = self._exercise.answer(*context)
                _put_in_notebook(name, attempt, answer)
                verdict = self._exercise.verdict(answer, *context)
        elif verdict.status != NOT_ATTEMPTED:
            progress.record(self._lesson, name, "solved" if verdict.status == SOLVED else "try")
        self._last = verdict.status
        return verdict

    def hint(self) -> Note:
        """Return the next of the three hints."""
        hints = self._exercise.hints
        number = min(self._hints_given, len(hints) - 1)
        self._hints_given += 1
        if not self._solutions:
            progress.record(self._lesson, self._exercise.name, "hint")
        last = " There is no further hint; `.solution()` shows the code." if number == len(hints) - 1 else ""
        return Note(f"**Hint {number + 1} of {len(hints)}.** {hints[number]}{last}")

    def solution(self, *context: object) -> Note:
        """Return the solution's code; it is counted in your progress."""
        if not self._solutions:
            progress.record(self._lesson, self._exercise.name, "solution")
        code = (
            self._exercise.source(*context)
            if isinstance(self._exercise, Question)
            else self._exercise.source()
        )
        explain = getattr(self._exercise, "explain", "")
        after = f"\n\n{explain}" if explain else ""
        return Note(f"**{self._exercise.title}**\n\n```python\n{code}\n```{after}")

    def status(self) -> str:
        """Return `"solved"`, `"wrong"` (tried) or `"not attempted"`, as of now or as remembered."""
        if self._last in (SOLVED, WRONG):
            return self._last
        entry = progress.entry(self._lesson, self._exercise.name)
        return SOLVED if entry["solved"] else WRONG if entry["tries"] else NOT_ATTEMPTED

    def __repr__(self) -> str:
        name = self._exercise.name
        ways = f"check.{name}({name}) · .hint() · .solution()"
        return f"{MARKS[self.status()]} {name}: {self._exercise.title}. {ways}"


class Lesson:
    """The exercises of one lesson; `check.<TAB>` lists them, `check` alone shows how far you are."""

    def __init__(self, slug: str, module: ModuleType, solutions: bool):
        self._slug = slug
        self._predictions = predictions_of(module)
        self._checks = {name: Check(slug, e, solutions) for name, e in exercises_of(module).items()}

    def __getattr__(self, name: str) -> Check:
        checks = self.__dict__.get("_checks", {})
        if name in checks:
            return checks[name]
        if name.startswith("_"):
            raise AttributeError(name)
        near = difflib.get_close_matches(name, checks, n=1, cutoff=0.4)
        meant = f" Did you mean {near[0]!r}?" if near else ""
        raise AttributeError(
            f"lesson {self.__dict__.get('_slug')} has no exercise {name!r}.{meant} "
            f"It has: {', '.join(checks)}"
        )

    def predict(self, name: str) -> object:
        """Return the question `name` as a widget: choose, commit, and only then see the answer.

        Raises:
            KeyError: the lesson asks no such question.
        """
        asked = self._asked(name)
        return prediction.predict(asked.question, asked.options, asked.answer, asked.why, self._key(name))

    def recall(self, name: str) -> None:
        """Show what you predicted at `predict(name)`, and what came out.

        Raises:
            KeyError: the lesson asks no such question.
        """
        self._asked(name)
        prediction.recall(self._key(name))

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
        return f"{curriculum.lesson(self._slug).title}: {solved} of {len(self._checks)} exercises solved"


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


def start(lesson: str, solutions: bool = False) -> Lesson:
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
    return Lesson(lesson, module, solutions)
