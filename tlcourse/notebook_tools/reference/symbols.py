"""The symbols of the lessons' formulas: what each means, and in which lesson (`docs/symbols.toml`)."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tlcourse import curriculum
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.source import LessonError, LessonFiles

_FORMULA = re.compile(r"\$\$(.*?)\$\$|\$([^$]+?)\$", re.DOTALL)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


@dataclass(frozen=True)
class Symbol:
    """A symbol's meaning: see the head of `docs/symbols.toml`. No lesson means every lesson."""

    sign: str
    means: str
    lessons: tuple[str, ...]
    formula: str


def symbols(root: Path) -> list[Symbol]:
    """The symbols of the course, in the order of `docs/symbols.toml`; not those of planned lessons."""
    found = []
    for one in tomllib.loads((root / "docs" / "symbols.toml").read_text("utf-8"))["symbol"]:
        named = one.get("lesson", [])
        named = (named,) if isinstance(named, str) else tuple(named)
        lessons = tuple(slug for slug in named if not curriculum.lesson(slug).planned)
        if lessons or not named:
            found.append(Symbol(one["sign"], one["means"], lessons, one.get("formula", one["sign"])))
    return found


def formulas(lesson: LessonFiles, displayed: bool = False) -> list[str]:
    """The LaTeX of a built lesson's formulas; only those on a line of their own if `displayed`."""
    notebook = nbformat.read(lesson.built, as_version=4)
    text = "\n\n".join(_CODE.sub("", cell.source) for cell in notebook.cells if cell.cell_type == "markdown")
    return [block or inline for block, inline in _FORMULA.findall(text) if block or not displayed]


def page(root: Path, lessons: list[LessonFiles]) -> str:
    """The symbols as a table in Markdown of the site.

    Raises:
        LessonError: a symbol's lesson is not there, or has no such formula.
    """
    by_slug = {lesson.slug: lesson for lesson in lessons}
    rows = ["| symbol | means | in |", "|---|---|---|"]
    for one in symbols(root):
        for slug in one.lessons:
            if slug not in by_slug:
                raise LessonError(f"docs/symbols.toml: {one.sign!r} is of {slug!r}, which is no built lesson")
            if not any(one.formula in formula for formula in formulas(by_slug[slug])):
                raise LessonError(
                    f"docs/symbols.toml: no formula of {by_slug[slug].name} has {one.formula!r}, by which "
                    f"{one.sign!r} was found; say what the lesson writes now"
                )
        among = sorted(one.lessons, key=lambda slug: by_slug[slug].number)
        links = ", ".join(f"[{curriculum.lesson(slug).title}]({by_slug[slug].name}.ipynb)" for slug in among)
        sign = one.sign.replace("|", r"\lvert ", 1).replace("|", r"\rvert ")
        rows.append(f"| ${sign}$ | {one.means} | {links or 'all'} |")
    return "\n".join(rows)
