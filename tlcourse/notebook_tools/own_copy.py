"""Where there is no clone: the lessons that a wheel brought along, copied into a folder to work in."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tlcourse import checkout
from tlcourse.notebook_tools.source import LessonError, course_root

FOLDER = "tlcourse-lessons"


def lessons_folder(ask: Callable[[str], bool], into: Path | None = None) -> Path:
    """Return the folder of the lessons to work in; copy them first where they are only in the package.

    Args:
        ask: whether to copy them, asked with the question; not where `into` says so already.
        into: where to copy them; `tlcourse-lessons` in the working folder where None.

    Raises:
        LessonError: there are none, or they are not to be copied, or the folder holds something else.
    """
    inside = checkout.brought()
    if into is None and (inside is None or checkout.above(Path.cwd()) or checkout.of_package() != inside):
        return course_root()
    if inside is None:
        raise LessonError("this installation has no lessons to copy: it was not made from a whole wheel.")
    asked, into = into is None, (into or Path(FOLDER)).expanduser().absolute()
    if checkout.above(into) == into.resolve():
        return into  # copied before: what was written in it stays
    if into.is_file() or (into.is_dir() and any(into.iterdir())):
        raise LessonError(f"{into} holds something else: name a new folder, tlcourse lab --copy-to FOLDER")
    if asked and not ask(f"The lessons are not here. Copy them to {into}?"):
        raise LessonError("nothing was copied. tlcourse lab --copy-to FOLDER copies the lessons there.")
    _copy(inside / "notebooks", into)
    return into


def _copy(notebooks: Path, into: Path) -> None:
    """Whole or not at all: into a folder beside it, which then gets its name."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=f".{into.name}-") as beside:
        whole = Path(beside, into.name)
        for file in (*notebooks.glob("*.ipynb"), *notebooks.glob("src/*.py")):
            place = whole / "notebooks" / file.relative_to(notebooks)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
        if into.is_dir():
            into.rmdir()  # empty, as was seen
        whole.rename(into)
