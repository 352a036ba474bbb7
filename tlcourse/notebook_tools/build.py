"""Builds `notebooks/NN_name.ipynb` from `notebooks/src/NN_name.py`: converted, executed, normalised."""

import copy
import tempfile
from pathlib import Path

from tlcourse import files
from tlcourse.notebook_tools.normalise import normalise
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.source import LessonError, LessonFiles, read


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write the notebook to `path`, which is never half a notebook."""
    nbformat.validate(notebook)
    files.write_text(path, nbformat.writes(notebook) + "\n")


def build(lesson: LessonFiles, watcher=None):
    """Execute the lesson under the `full` profile and store it; return (Execution, remarks).

    Where a cell fails or an output may not be stored, the stored notebook stays as it was, and what was
    executed is kept in `build/lessons/` to look at.

    Raises:
        LessonError: a cell or a widget failed, the kernel died, or an output may not be stored.
    """
    from tlcourse.notebook_tools.execute import execute
    from tlcourse.show.twins import notebook_widget_errors

    root, source = lesson.source.parents[2], read(lesson)
    with tempfile.TemporaryDirectory() as scratch:
        # Nobody's own profile, progress or IPython start-up may get into what everyone sees.
        env = {
            "TLCOURSE_PROFILE": "full",
            "TLCOURSE_PROGRESS": f"{scratch}/progress.json",
            "IPYTHONDIR": f"{scratch}/ipython",
        }
        done = execute(copy.deepcopy(source), cwd=lesson.built.parent, env=env, watcher=watcher)
    executed, kept = done.notebook, root / "build" / "lessons" / f"{lesson.name}.ipynb"
    try:
        if done.error:
            raise LessonError(
                f"{lesson.name}, in the cell that begins {done.failed_source()!r}: {done.error}"
            )
        if in_widgets := notebook_widget_errors(executed):
            raise LessonError(f"{lesson.name}, in a widget: {in_widgets[0]}")
        _restore(executed, source)
        remarks = normalise(executed, private=[Path.home(), root])
    except LessonError as error:
        files.write_text(kept, nbformat.writes(executed) + "\n")
        raise LessonError(f"{error} ({lesson.built.name} is left as it was; what ran is in {kept})") from None
    write(executed, lesson.built)
    return done, remarks


def _restore(executed: nbformat.NotebookNode, source: nbformat.NotebookNode) -> None:
    """Give the executed cells the tags that the source has: papermill adds its own metadata."""
    for mine, theirs in zip(executed.cells, source.cells, strict=True):
        mine.metadata, mine.id = theirs.metadata, theirs.id


def renew_prose(lesson: LessonFiles) -> None:
    """Give the stored notebook the texts of its source, and leave its code and what that gave as they are.

    Raises:
        LessonError: it is not built yet, or the code of the two differs, so that it has to be executed.
    """
    if not lesson.built.exists():
        raise LessonError(f"{lesson.built.name} is not built yet: tlcourse build {lesson.number}")
    stored, renewed = nbformat.read(lesson.built, as_version=4), read(lesson)
    executed, code = (
        [cell for cell in notebook.cells if cell.cell_type == "code"] for notebook in (stored, renewed)
    )
    if [(cell.source, cell.metadata) for cell in executed] != [(cell.source, cell.metadata) for cell in code]:
        raise LessonError(
            f"{lesson.built.name} has other code than its source: tlcourse build {lesson.number} executes it"
        )
    for new, old in zip(code, executed, strict=True):
        new.outputs, new.execution_count = old.outputs, old.execution_count
    stored.cells = renewed.cells
    write(stored, lesson.built)


def differences(lesson: LessonFiles) -> list[str]:
    """Return how the stored notebook differs from its source run to the end; [] if it does not."""
    if not lesson.built.exists():
        return [f"{lesson.built.name} is not built yet"]
    stored, source = nbformat.read(lesson.built, as_version=4), read(lesson)
    found = []
    if len(stored.cells) != len(source.cells):
        found.append(f"{len(stored.cells)} cells are stored, the source has {len(source.cells)}")
    for index, (mine, theirs) in enumerate(zip(stored.cells, source.cells, strict=False)):
        same = all(
            getattr(mine, part) == getattr(theirs, part) for part in ("cell_type", "source", "id", "metadata")
        )
        if not same:
            found.append(f"cell {index} differs from its source: {theirs.source.strip().splitlines()[:1]}")
            break
    found += [
        f"cell {index} was not executed"
        for index, cell in enumerate(stored.cells)
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
    ]
    return found
