"""A deck in one file: reveal.js, its speaker view, style and figures inside; nothing is fetched."""

import html
import importlib.util
import re
from importlib.resources import files as package_files
from pathlib import Path

from tlcourse import files
from tlcourse.notebook_tools.asked import Asked
from tlcourse.notebook_tools.markdown import as_html, inline_html, plain
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.slides import pieces, teachers
from tlcourse.notebook_tools.slides.cutting import cut
from tlcourse.notebook_tools.slides.slide import Slide
from tlcourse.notebook_tools.source import LessonError, LessonFiles

_MADE_WITH = (
    "sphinx_revealjs",
    "markdown_it",
    "mdit_py_plugins",
    "latex2mathml",
    "pygments",
    "a11y_pygments",
)


def write(lessons: list[LessonFiles], root: Path, out: Path) -> list[Path]:
    """Write the deck of each lesson to `out`/NN_name.html; return the files.

    Raises:
        LessonError: a lesson has not been built, or what the slides are made with is not installed.
    """
    for package in _MADE_WITH:
        if importlib.util.find_spec(package) is None:
            raise LessonError(f"{package} is not installed: pip install 'tlcourse[site]', or make setup")
    written = []
    for lesson in lessons:
        path = out / f"{lesson.name}.html"
        files.write_text(path, page(columns(lesson, root)))
        written.append(path)
    return written


def columns(lesson: LessonFiles, root: Path) -> list[list[Slide]]:
    """The slides of a lesson, with what the teachers' page has of it at the end.

    Raises:
        LessonError: the lesson has not been built.
    """
    if not lesson.built.exists():
        raise LessonError(f"{lesson.built.name} is missing; build it: tlcourse build {lesson.number}")
    notebook = nbformat.read(lesson.built, as_version=4)
    teaching = (root / "docs" / "teaching.md").read_text("utf-8")
    return [*cut(notebook, Asked(lesson.slug)), *_of_teachers(teaching, lesson.number)]


def _of_teachers(page: str, number: str) -> list[list[Slide]]:
    slides = []
    if beliefs := teachers.rows(page, teachers.BELIEFS, number):
        shown = "".join(f"<li>{inline_html(belief)}</li>" for belief, _ in beliefs)
        notes = ["<p>All of these are widely held, and the lesson shows otherwise. What to point at:</p>"]
        notes += [as_html(f"*{belief}* → {shows}") for belief, shows in beliefs]
        slides.append([Slide("list", "Who would still say so?", f"<ul>{shown}</ul>", notes=notes)])
    if questions := teachers.rows(page, teachers.TALK, number):
        shown = "".join(f"<li>{inline_html(question)}</li>" for (question,) in questions)
        slides.append([Slide("list", "To talk about", f"<ul>{shown}</ul>")])
    return slides


def page(slides: list[list[Slide]]) -> str:
    """The deck as one HTML page."""
    reveal, own = _reveal(), package_files("tlcourse.notebook_tools.slides")
    css = [(reveal / "dist" / "reveal.css").read_text("utf-8"), (own / "deck.css").read_text("utf-8")]
    scripts = [
        (reveal / "dist" / "reveal.js").read_text("utf-8"),
        (reveal / "plugin" / "notes" / "notes.js").read_text("utf-8"),
        (own / "deck.js").read_text("utf-8"),
    ]
    shown = "\n".join(_column(column) for column in slides)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(plain(slides[0][0].heading))}</title>
<style>{"".join(css)}{pieces.styles()}</style></head><body>
<div class="reveal"><div class="slides">
{shown}
</div></div>
{"".join(f"<script>{_inside(script)}</script>" for script in scripts)}
</body></html>
"""


def _column(slides: list[Slide]) -> str:
    inner = "\n".join(slide.html() for slide in slides)
    return inner if len(slides) == 1 else f"<section>\n{inner}\n</section>"


def _inside(script: str) -> str:
    """A script that may stand in a page: what looks like its end is written otherwise."""
    script = re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.MULTILINE)
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _reveal() -> Path:
    """The folder of reveal.js: sphinx-revealjs brings it, whole and with its licence."""
    return Path(importlib.util.find_spec("sphinx_revealjs").origin).parent / "_static" / "revealjs"
