"""Where the lessons are, and how a `notebooks/src/NN_name.py` becomes a notebook without outputs."""

import hashlib
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tlcourse import checkout

BADGES = "<!-- badges -->"

COLAB_CLONE = "/content/tlcourse"
COLAB_TAG = "colab"

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class LessonError(RuntimeError):
    """A lesson cannot be found, read, built or run; the message is one line that says what to do."""


@dataclass(frozen=True)
class LessonFiles:
    """Where one lesson is: `number` is `"02"`, `name` is `"02_transfer_in_vision"`."""

    number: str
    name: str
    source: Path
    built: Path

    @property
    def slug(self) -> str:
        """What it is known by elsewhere: `"transfer_in_vision"`."""
        return self.name.removeprefix(f"{self.number}_")


def course_root(start: Path | None = None) -> Path:
    """Return the course's folder: the nearest at or above `start` (default: here) with `notebooks/src`.

    Where there is none, it is the checkout that this package was installed from (`pip install -e`).

    Raises:
        LessonError: neither holds the lessons.
    """
    start = (start or Path.cwd()).resolve()
    folder = checkout.above(start) or checkout.of_package()
    if folder and folder != checkout.brought():
        return folder
    there = "Change into your clone of the course and run the command there."
    if folder:
        there = "`tlcourse lab` copies them into a folder of yours; run the command there."
    raise LessonError(f"no lessons here: neither {start} nor a folder above it has notebooks/src. {there}")


def all_lessons(root: Path | None = None) -> list[LessonFiles]:
    """Return every lesson of the course in order."""
    folder = (root or course_root()) / "notebooks"
    return [
        LessonFiles(path.stem[:2], path.stem, path, folder / f"{path.stem}.ipynb")
        for path in sorted((folder / "src").glob("[0-9][0-9]_*.py"))
    ]


def find(names: list[str], root: Path | None = None) -> list[LessonFiles]:
    """Return the lessons that `names` mean, in order; all of them where `names` is empty.

    A name is a number (`2` or `02`), a stem (`02_transfer_in_vision`) or a path to the .py or .ipynb.

    Raises:
        LessonError: a name means no lesson.
    """
    lessons = all_lessons(root)
    if not names:
        return lessons
    by_key = {key: lesson for lesson in lessons for key in (lesson.number, lesson.name)}
    chosen = {}
    for name in names:
        stem = Path(name).stem
        lesson = by_key.get(stem.zfill(2) if stem.isdigit() else stem)
        if lesson is None:
            there = ", ".join(lesson.number for lesson in lessons) or "none yet"
            raise LessonError(f"there is no lesson {name!r}. The lessons are: {there}.")
        chosen[lesson.number] = lesson
    return [chosen[number] for number in sorted(chosen)]


def repository(root: Path) -> str:
    """Return the address of the course's repository: `[project.urls] Repository` in pyproject.toml."""
    with (root / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"].rstrip("/")


def badges(name: str, address: str) -> str:
    """Return the Markdown that stands for `<!-- badges -->`: text links; images would need the network."""
    slug, path = address.removeprefix("https://github.com/"), f"notebooks/{name}.ipynb"
    return (
        f"[Open in Colab](https://colab.research.google.com/github/{slug}/blob/main/{path}) · "
        f"[Open in Binder](https://mybinder.org/v2/gh/{slug}/main?urlpath=lab/tree/{path})"
    )


def colab_cell(address: str) -> str:
    """Return the code of the cell after the badges, the only one that may hold an address.

    Colab opens the notebook alone: the cell gets the clone, where the trained models lie, and has its
    `colab.py` do the rest. Run again, it does no harm; anywhere else, it does nothing.
    """
    return f"""\
import os

if "COLAB_RELEASE_TAG" in os.environ:  # on Colab, get the course; anywhere else, do nothing
    import runpy

    !test -d {COLAB_CLONE} || git clone --quiet --depth 1 {address} {COLAB_CLONE}
    runpy.run_path("{COLAB_CLONE}/colab.py", run_name="__main__")"""


def read(lesson: LessonFiles, address: str | None = None):
    """Return the lesson as a notebook with no outputs: badges and Colab's cell in place, ids from the text.

    Raises:
        LessonError: the file is not py:percent, or a cell carries metadata other than tags.
    """
    import jupytext

    if address is None:
        address = repository(lesson.source.parents[2])
    notebook = jupytext.read(lesson.source, fmt="py:percent")
    if not notebook.cells:
        raise LessonError(
            f"{lesson.source} has no cells: a lesson is a script in jupytext's py:percent format."
        )
    _put_colab_cell(notebook, address)
    seen = Counter()
    for cell in notebook.cells:
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's note on the blank lines of the .py
        if extra := set(cell.metadata) - {"tags"}:
            first = cell.source.strip().splitlines()[:1]
            raise LessonError(
                f"{lesson.source}: the cell that begins {first} has metadata {sorted(extra)}, "
                "but a lesson's cells carry only tags."
            )
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace(BADGES, badges(lesson.name, address))
        # By text, not by place: a cell put in between leaves the ids of the others, and so the diff, alone.
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    notebook.metadata = type(notebook.metadata)(kernelspec=dict(KERNELSPEC), language_info={"name": "python"})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _put_colab_cell(notebook, address: str) -> None:
    """Put Colab's cell after the one with the badges: a lesson without them is not opened on Colab."""
    import nbformat

    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown" and BADGES in cell.source:
            code = nbformat.v4.new_code_cell(colab_cell(address), metadata={"tags": [COLAB_TAG]})
            notebook.cells.insert(index + 1, code)
            return


def parameters_cell(notebook) -> str | None:
    """Return the source of the cell tagged `parameters`, or None."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", []):
            return cell.source
    return None


def parameter_names(notebook) -> set[str]:
    """Return the names that the notebook's parameters cell assigns."""
    return set(re.findall(r"^(\w+)\s*=(?!=)", parameters_cell(notebook) or "", re.MULTILINE))
