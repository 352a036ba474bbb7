"""The course's own folder: a clone of its repository, which holds the lessons and the trained models.

The package lies in that folder where it was installed with `pip install -e`. Installed without, as on
Binder and Colab, it lies elsewhere, and the folder is looked for from where the notebook runs. The wheel
that `make wheel` makes brings the lessons, their results and the trained models along, inside the package.
"""

from pathlib import Path


def above(start: Path) -> Path | None:
    """Return the nearest folder at or above `start` that is the course's; None if there is none."""
    start = start.resolve()
    return next(filter(_is_the_course, (start, *start.parents)), None)


def of_package() -> Path | None:
    """Return the course's folder that this package lies in, or else the one that lies in it.

    None if it was installed without `-e`, from a wheel that has no lessons.
    """
    folder = Path(__file__).resolve().parents[1]
    return folder if _is_the_course(folder) else brought()


def brought() -> Path | None:
    """Return the folder in the package that a wheel brought along: to be read and copied, not worked in."""
    folder = Path(__file__).resolve().parent / "course"
    return folder if _is_the_course(folder) else None


def _is_the_course(folder: Path) -> bool:
    return (folder / "notebooks" / "src").is_dir()
