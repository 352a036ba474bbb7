"""What a learner may hand in of their progress, and what a teacher reads of a class's.

A learner's file holds the name that they gave and, for each exercise, whether it is solved, how many tries
and hints it took, and whether the solution was looked at: no times, no predictions, nothing of the machine.
Nothing is sent: the learner writes the file, looks at it, and hands it in or does not.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tlcourse import files
from tlcourse.exercises import progress

FORMAT = "tlcourse progress, version 1"
MOST_BYTES = 1_000_000  # a file is some kilobytes
MOST_LETTERS = 80  # of a name
_COUNTS = ("tries", "hints")
_FLAGS = ("solved", "solution_seen")


class HandedInError(ValueError):
    """A file that cannot be written, or is no progress that was handed in; the message says what to do."""


@dataclass(frozen=True)
class Learner:
    """One file: `exercises` is lesson → exercise → `{"solved", "solution_seen", "tries", "hints"}`."""

    name: str
    exercises: dict[str, dict[str, dict[str, bool | int]]]

    def solved(self, lesson: str) -> int:
        """How many of a lesson's exercises are solved."""
        return sum(bool(one["solved"]) for one in self.exercises.get(lesson, {}).values())


@dataclass(frozen=True)
class Stumbled:
    """An exercise as a class did it: how many tried it, solved it, and looked at the solution before that."""

    lesson: str
    exercise: str
    tried: int
    solved: int
    shown: int


def export(name: str, into: Path) -> None:
    """Write this machine's progress, under a name, as a file to hand in.

    Raises:
        HandedInError: no name, too long a one, or a file that is there already and is not such a file.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_LETTERS:
        raise HandedInError(f"the name is {name!r}, expected 1 to {MOST_LETTERS} letters: --name 'Ada L.'")
    if into.exists():
        try:
            read(into)
        except HandedInError:
            raise HandedInError(
                f"{into} is there already, and is something else; name another file"
            ) from None
    record, exercises = progress.load()["lessons"], {}
    for lesson, names in progress.exercise_names().items():
        entries = {one: record.get(lesson, {}).get(one, {}) for one in names}
        exercises[lesson] = {
            one: {
                "solved": bool(entry.get("solved")),
                "solution_seen": bool(entry.get("solutions", 0)),
                "tries": entry.get("tries", 0),
                "hints": min(entry.get("hints", 0), progress.HINTS),
            }
            for one, entry in entries.items()
        }
    content = {"format": FORMAT, "name": name, "exercises": exercises}
    files.write_text(into, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read(file: Path) -> Learner:
    """Read one file.

    Raises:
        HandedInError: it is not what `export` writes.
    """
    try:
        if file.stat().st_size > MOST_BYTES:
            raise HandedInError(f"{file.name} is larger than such a file ever is")
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, HandedInError):
            raise
        raise HandedInError(f"{file.name} cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise HandedInError(f"{file.name} was not written by `tlcourse progress --export`")
    name, exercises = content.get("name"), content.get("exercises")
    if not isinstance(name, str) or not name.strip() or len(name) > MOST_LETTERS or not _whole(exercises):
        raise HandedInError(f"{file.name} is damaged: ask for it again")
    return Learner(" ".join(name.split()), exercises)


def _whole(exercises: object) -> bool:
    def entry(one: object) -> bool:
        return (
            isinstance(one, dict)
            and all(isinstance(one.get(flag), bool) for flag in _FLAGS)
            and all(type(one.get(count)) is int and one[count] >= 0 for count in _COUNTS)
        )

    return isinstance(exercises, dict) and all(
        isinstance(lesson, dict) and all(map(entry, lesson.values())) for lesson in exercises.values()
    )


def read_class(folder: Path) -> tuple[list[Learner], list[str]]:
    """Every learner of the folder's `*.json`, by name, and what is wrong with the other files, a line each.

    Of two files with one name, neither is chosen: both are shown, the second as “name (file)”.

    Raises:
        HandedInError: there is no such folder, or no file in it.
    """
    if not folder.is_dir():
        raise HandedInError(f"{folder} is no folder; put the files that were handed in into one")
    found = sorted(folder.glob("*.json"))
    if not found:
        raise HandedInError(
            f"{folder} has no .json file in it; learners make them: tlcourse progress --export"
        )
    learners, wrong, names = [], [], set()
    for file in found:
        try:
            one = read(file)
        except HandedInError as error:
            wrong.append(str(error))
            continue
        if one.name in names:
            one = Learner(f"{one.name} ({file.name})", one.exercises)
        names.add(one.name)
        learners.append(one)
    return sorted(learners, key=lambda one: one.name.casefold()), wrong


def stumbled(learners: Sequence[Learner], most: int = 5) -> list[Stumbled]:
    """The exercises that most of those who tried did not solve by themselves, the worst first."""
    counted: dict[tuple[str, str], list[dict]] = {}
    for one in learners:
        for lesson, exercises in one.exercises.items():
            for name, entry in exercises.items():
                if entry["tries"] or entry["solution_seen"]:
                    counted.setdefault((lesson, name), []).append(entry)
    rows = [
        Stumbled(
            lesson,
            name,
            tried=len(entries),
            solved=sum(bool(entry["solved"]) for entry in entries),
            shown=sum(bool(entry["solution_seen"]) for entry in entries),
        )
        for (lesson, name), entries in counted.items()
    ]
    rows = [row for row in rows if row.solved < row.tried or row.shown]
    return sorted(rows, key=lambda row: (row.solved - row.shown - row.tried, row.lesson, row.exercise))[:most]
