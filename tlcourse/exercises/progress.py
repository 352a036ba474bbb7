"""What the learner has done, in one JSON file on this machine. Nothing leaves it.

The file is `TLCOURSE_PROGRESS` if that is set, else `progress.json` in the user's data directory. It is
written beside and renamed, under a lock, so that two open notebooks lose nothing.
"""

import ast
import itertools
import json
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

import tlcourse
from tlcourse import curriculum, files

HINTS = 3  # of each exercise
_LOCK_SECONDS = 5


@dataclass(frozen=True)
class LessonProgress:
    """How far one lesson is: exercises solved and tried, hints and solutions seen, exercises in all."""

    lesson: str
    solved: int
    tried: int
    hints: int
    solutions: int
    total: int


def path() -> Path:
    """Return where the progress file is, whether or not it exists."""
    given = os.environ.get("TLCOURSE_PROGRESS")
    return (
        Path(given).expanduser() if given else Path(platformdirs.user_data_dir("tlcourse")) / "progress.json"
    )


def load() -> dict:
    """Return the record: `{"version", "lessons", "predictions"}`.

    `lessons` is slug → exercise → `{"solved": time or None, "tries", "hints", "solutions"}`, each
    where known. A damaged file is moved aside, with a warning that says where to, and an empty record is
    returned; so it is, with a warning, where the file cannot be read.
    """
    try:
        return _read(path())
    except _Damaged:
        pass
    except OSError as error:
        warnings.warn(f"Your progress in {path()} cannot be read: {error}", stacklevel=2)
        return _empty()
    return _with_lock(lambda content: None)


class _Damaged(ValueError):
    """The file is there, and is not a progress record."""


def _empty() -> dict:
    return {"version": 2, "lessons": {}, "predictions": {}}


def _read(file: Path) -> dict:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _empty()
    except (ValueError, RecursionError) as error:
        raise _Damaged(str(error)) from error
    if not _well_formed(content):
        raise _Damaged("not a progress record")
    return _renamed(_by_slug(content))


# Exercises that were called otherwise: slug → the old name → the one that it has now.
_FORMERLY = {"transfer_in_vision": {"head_size": "classifier_size"}}


def _renamed(content: dict) -> dict:
    """The record with exercises under the names that they have now; nothing of it is lost."""
    lessons = {}
    for slug, exercises in content["lessons"].items():
        into = lessons.setdefault(slug, {})
        for name, entry in exercises.items():
            now = _FORMERLY.get(slug, {}).get(name, name)
            into[now] = _added(into[now], entry) if now in into else entry
    return content | {"lessons": lessons}


# Up to version 1 of the file a lesson was known by its number.
_NUMBERED = {
    "00": "start_here",
    "01": "what_is_transfer_learning",
    "02": "transfer_in_vision",
    "03": "static_word_vectors",
    "04": "sequences_and_attention",
}


def _by_slug(content: dict) -> dict:
    """The record with slugs in the place of numbers; what is recorded under both is added up."""
    if content.get("version") != 1:
        return content
    lessons: dict[str, dict] = {}
    for key, exercises in content["lessons"].items():
        into = lessons.setdefault(_NUMBERED.get(key, key), {})
        for name, entry in exercises.items():
            into[name] = _added(into.get(name, {}), entry)
    predictions = {}
    for key, remembered in content["predictions"].items():
        number, dash, name = key.partition("-")
        slug = f"{_NUMBERED[number]}-{name}" if dash and number in _NUMBERED else key
        predictions.setdefault(slug, remembered)
    return content | {"version": 2, "lessons": lessons, "predictions": predictions}


def _added(one: dict, other: dict) -> dict:
    """Counts of both; solved when the first of them was."""
    both = one | other
    for counter in ("tries", "hints", "solutions"):
        if counter in both:
            both[counter] = one.get(counter, 0) + other.get(counter, 0)
    if solved := [entry["solved"] for entry in (one, other) if entry.get("solved")]:
        both["solved"] = min(solved)
    return both


def _well_formed(content: object) -> bool:
    def dict_of(value: object, inside: Callable[[object], bool]) -> bool:
        return isinstance(value, dict) and all(map(inside, value.values()))

    def exercise(value: object) -> bool:
        counts = (value.get(k, 0) for k in ("tries", "hints", "solutions")) if isinstance(value, dict) else ()
        return isinstance(value, dict) and all(isinstance(count, int) for count in counts)

    return (
        isinstance(content, dict)
        and dict_of(content.get("lessons"), lambda lesson: dict_of(lesson, exercise))
        and dict_of(content.get("predictions"), lambda p: dict_of(p, lambda text: isinstance(text, str)))
    )


def _with_lock(change: Callable[[dict], None]) -> dict:
    """Read, `change` in place, and write if that changed anything; return the record.

    A place that cannot be written to is a warning, never an error: the lesson goes on.
    """
    file = path()
    content = _empty()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{file}.lock", timeout=_LOCK_SECONDS):
            try:
                content = _read(file)
            except _Damaged:
                aside = _move_aside(file)
                warnings.warn(
                    f"Your progress file {file} could not be read. It is kept as {aside.name}, beside it; "
                    "a new one begins.",
                    stacklevel=4,
                )
            before = json.dumps(content, sort_keys=True)
            change(content)
            if json.dumps(content, sort_keys=True) != before:
                _write(file, content)
    except (OSError, filelock.Timeout) as error:
        warnings.warn(f"Your progress could not be saved in {file}: {error}", stacklevel=4)
    return content


def _move_aside(file: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in itertools.count(1):
        aside = file.with_name(f"{file.stem}.damaged-{stamp}-{number}{file.suffix}")
        if not aside.exists():
            os.replace(file, aside)
            return aside
    raise AssertionError("unreachable")


def _write(file: Path, content: dict) -> None:
    files.sweep(file.parent, file.name)  # the lock is ours: no living writer has left it
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    files.write_text(file, text, private=True)


def record(lesson: str, exercise: str, event: str) -> None:
    """Count one `event` of an exercise: `"try"` or `"solved"`.

    Raises:
        ValueError: the event is none of these.
    """
    if event not in ("try", "solved"):
        raise ValueError(f"event is {event!r}, but it is 'try' or 'solved'")

    def count(content: dict) -> None:
        entry = content["lessons"].setdefault(lesson, {}).setdefault(exercise, {})
        entry["tries"] = entry.get("tries", 0) + 1
        if event == "solved" and not entry.get("solved"):
            entry["solved"] = time.strftime("%Y-%m-%dT%H:%M:%S")

    _with_lock(count)


def record_help(lesson: str, exercise: str, *, hints: int = 0, solutions: int = 0) -> None:
    """Remember how many of an exercise's hints, or its solution, have been seen; each counts once."""

    def count(content: dict) -> None:
        entry = content["lessons"].setdefault(lesson, {}).setdefault(exercise, {})
        for counter, seen in (("hints", hints), ("solutions", solutions)):
            if seen > entry.get(counter, 0):
                entry[counter] = seen

    _with_lock(count)


def entry(lesson: str, exercise: str) -> dict:
    """Return what is recorded of one exercise, with zeros where nothing is."""
    found = load()["lessons"].get(lesson, {}).get(exercise, {})
    return {"solved": None, "tries": 0, "hints": 0, "solutions": 0, **found}


def record_prediction(key: str, *, question: str, chosen: str) -> None:
    """Remember a prediction, so that the lesson can recall it when it has measured the answer."""
    remembered = {"question": question, "chosen": chosen, "committed": time.strftime("%Y-%m-%dT%H:%M:%S")}
    _with_lock(lambda content: content["predictions"].update({key: remembered}))


def prediction(key: str) -> dict | None:
    """Return `{"question", "chosen", …}` as remembered under `key`, or None."""
    return load()["predictions"].get(key)


def exercise_names() -> dict[str, list[str]]:
    """Return slug → names of its exercises, read from the source, so without importing torch.

    A lesson that is planned has none yet: nobody could find them.
    """
    rooms = Path(tlcourse.__file__).parent / "lessons"
    names: dict[str, list[str]] = {}
    for lesson in (one for one in curriculum.LESSONS if not one.planned):
        room = rooms / lesson.slug
        # A module, or a package whose modules stand in the order of their names.
        for file in [room / "exercises.py", *sorted((room / "exercises").glob("*.py"))]:
            if file.is_file():
                tree = ast.parse(file.read_text(encoding="utf-8"))
                names.setdefault(lesson.slug, []).extend(n for node in tree.body for n in _declared(node))
    return names


def _declared(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef) and any(_calls(d, "exercise") for d in node.decorator_list):
        return [node.name]
    if isinstance(node, ast.Assign) and _calls(node.value, "question"):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _calls(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def summary() -> list[LessonProgress]:
    """Return how far each lesson with exercises is, in order."""
    lessons = load()["lessons"]
    rows = []
    for lesson, names in exercise_names().items():
        entries = [lessons.get(lesson, {}).get(name, {}) for name in names]
        rows.append(
            LessonProgress(
                lesson=lesson,
                solved=sum(bool(e.get("solved")) for e in entries),
                tried=sum(e.get("tries", 0) > 0 for e in entries),
                hints=sum(min(e.get("hints", 0), HINTS) for e in entries),  # older files counted each look
                solutions=sum(bool(e.get("solutions", 0)) for e in entries),
                total=len(names),
            )
        )
    return rows
