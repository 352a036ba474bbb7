"""What the learner has done, in one JSON file on this machine. Nothing leaves it.

The file is ``TLCOURSE_PROGRESS`` if that is set, else ``progress.json`` in the user's data directory. It is
written beside and renamed, under a lock, so that two open notebooks lose nothing.
"""

import ast
import contextlib
import json
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

_LOCK_SECONDS = 5
_EMPTY = {"version": 1, "lessons": {}, "predictions": {}}


@dataclass(frozen=True)
class LessonProgress:
    """How far one lesson is: exercises solved and tried, hints and solutions asked for, exercises in all."""

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
    """Return the record: ``{"version", "lessons", "predictions"}``.

    ``lessons`` is lesson → exercise → ``{"solved": time or None, "tries", "hints", "solutions"}``, each
    where known.

    A damaged file is moved aside, with a warning that says where to, and an empty record is returned.
    """
    file = path()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if not _well_formed(content):
            raise ValueError("not a progress record")
    except FileNotFoundError:
        return json.loads(json.dumps(_EMPTY))
    except (ValueError, UnicodeDecodeError):
        aside = file.with_name(f"{file.stem}.damaged-{time.strftime('%Y%m%d-%H%M%S')}{file.suffix}")
        with contextlib.suppress(OSError):
            os.replace(file, aside)
        warnings.warn(
            f"Your progress file {file} could not be read. It is kept as {aside}; a new one begins.",
            stacklevel=2,
        )
        return json.loads(json.dumps(_EMPTY))
    return content


def _well_formed(content: object) -> bool:
    return (
        isinstance(content, dict)
        and isinstance(content.get("lessons"), dict)
        and isinstance(content.get("predictions"), dict)
        and all(
            isinstance(lesson, dict) and all(isinstance(entry, dict) for entry in lesson.values())
            for lesson in content["lessons"].values()
        )
    )


@contextlib.contextmanager
def _changing() -> Iterator[dict]:
    """Load, let the caller change, write. A place that cannot be written to is a warning, never an error."""
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{file}.lock", timeout=_LOCK_SECONDS):
            content = load()
            yield content
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(content, stream, indent=1, sort_keys=True, ensure_ascii=False)
                os.replace(name, file)
            except BaseException:
                os.unlink(name)
                raise
    except (OSError, filelock.Timeout) as error:
        warnings.warn(f"Your progress could not be saved in {file}: {error}", stacklevel=3)


def record(lesson: str, exercise: str, event: str) -> None:
    """Count one ``event`` of an exercise: ``"try"``, ``"solved"``, ``"hint"`` or ``"solution"``.

    Raises:
        ValueError: the event is none of these.
    """
    counters = {"try": "tries", "solved": "tries", "hint": "hints", "solution": "solutions"}
    if event not in counters:
        raise ValueError(f"event is {event!r}, but it is one of {', '.join(counters)}")
    with _changing() as content:
        entry = content["lessons"].setdefault(lesson, {}).setdefault(exercise, {})
        entry[counters[event]] = entry.get(counters[event], 0) + 1
        if event == "solved" and not entry.get("solved"):
            entry["solved"] = time.strftime("%Y-%m-%dT%H:%M:%S")


def entry(lesson: str, exercise: str) -> dict:
    """Return what is recorded of one exercise, with zeros where nothing is."""
    found = load()["lessons"].get(lesson, {}).get(exercise, {})
    return {"solved": None, "tries": 0, "hints": 0, "solutions": 0, **found}


def record_prediction(key: str, *, question: str, chosen: str, answer: str) -> None:
    """Remember a prediction, so that the end of the lesson can recall it."""
    with _changing() as content:
        content["predictions"][key] = {"question": question, "chosen": chosen, "answer": answer}


def prediction(key: str) -> dict | None:
    """Return ``{"question", "chosen", "answer"}`` as remembered under ``key``, or None."""
    return load()["predictions"].get(key)


def exercise_names() -> dict[str, list[str]]:
    """Return lesson → names of its exercises, read from the source, so without importing torch."""
    names = {}
    for file in sorted(Path(__file__).parent.glob("lesson[0-9][0-9].py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names[file.stem.removeprefix("lesson")] = [name for node in tree.body for name in _declared(node)]
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
                hints=sum(e.get("hints", 0) for e in entries),
                solutions=sum(e.get("solutions", 0) for e in entries),
                total=len(names),
            )
        )
    return rows
