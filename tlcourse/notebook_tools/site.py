"""The site: the built lessons as pages with search, to be read in a browser, without a network.

Nothing is executed: a page shows what the stored notebook holds. What belongs to running it, and not to
reading, is folded away or left out.
"""

import base64
import copy
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tlcourse import curriculum
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.reference import glossary, room, symbols
from tlcourse.notebook_tools.source import COLAB_TAG, LessonError, LessonFiles, all_lessons, repository
from tlcourse.show.records import Records

FOLDED = "hide-input"  # MyST-NB's tag: the cell's code opens with a click
FIGURES = "_static/figures"
_LESSON = re.compile(r"\b([Ll]essons? )(\d\d)\b|(?<=\()(\d\d)(?=\))")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$|\[[^\]\n]*\]\([^)\n]*\))", re.DOTALL)


def build(root: Path, into: Path) -> list[str]:
    """Write the site of the course in `root` into the folder `into`; return the names of the lessons' pages.

    What was in the folder is replaced once the new site is whole.

    Raises:
        LessonError: a lesson has not been built, Sphinx is missing or fails, or `into` holds something else.
    """
    if into.exists() and any(into.iterdir()) and not (into / "searchindex.js").exists():
        raise LessonError(f"{into} holds something that is no site; name another folder, or empty that one")
    lessons = all_lessons(root)
    with tempfile.TemporaryDirectory() as scratch:
        source, made = Path(scratch) / "source", Path(scratch) / "site"
        shutil.copytree(root / "docs", source)
        for lesson in lessons:
            write_page(lesson, {one.number: one.name for one in lessons}, source)
        write_index(lessons, repository(root), source)
        measured = Records.load("classroom/memory")
        fill(source / "teaching.md", minutes=minutes_table(lessons), room=room.sentence(measured))
        fill(source / "jupyterhub.md", memory=room.page(), repository=repository(root))
        fill(source / "glossary.md", terms=glossary.page(root, lessons))
        fill(source / "symbols.md", symbols=symbols.page(root, lessons))
        _run_sphinx(source, made)
        into.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(into, ignore_errors=True)
        shutil.move(made, into)
    return [f"{lesson.name}.html" for lesson in lessons]


def _run_sphinx(source: Path, made: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        str(source),
        str(made),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "No module named sphinx" in done.stderr:
        raise LessonError("Sphinx is not installed: pip install 'tlcourse[site]', or make setup")
    if done.returncode:
        raise LessonError(f"Sphinx could not make the site:\n{done.stderr.strip()}")


def write_page(lesson: LessonFiles, pages: dict[str, str], into: Path) -> None:
    """Write the notebook that Sphinx reads, and its figures as files.

    Args:
        pages: number of a lesson → name of its page.

    Raises:
        LessonError: the lesson has not been built.
    """
    if not lesson.built.exists():
        raise LessonError(f"{lesson.built.name} is missing; build it: tlcourse build {lesson.number}")
    notebook = nbformat.read(lesson.built, as_version=4)
    page = as_page(notebook, lesson.number, pages)
    for name, image in figures(notebook, lesson.number):
        path = into / FIGURES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image)
    nbformat.write(page, into / f"{lesson.name}.ipynb")


def figures(notebook: nbformat.NotebookNode, number: str) -> Iterator[tuple[str, bytes]]:
    """Each figure's file name and PNG, in the order in which they stand in the notebook."""
    for count, output in enumerate(_outputs_with_figures(notebook)):
        yield f"{number}-{count:02}.png", base64.b64decode(output.data["image/png"])


def _outputs_with_figures(notebook: nbformat.NotebookNode) -> Iterator[nbformat.NotebookNode]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                yield output


def as_page(notebook: nbformat.NotebookNode, number: str, pages: dict[str, str]) -> nbformat.NotebookNode:
    """The notebook as it is read: no Colab cell, set-up folded, figures with alt text, lessons linked."""
    page = copy.deepcopy(notebook)
    page.cells = [cell for cell in page.cells if COLAB_TAG not in cell.metadata.get("tags", [])]
    code = [cell for cell in page.cells if cell.cell_type == "code"]
    for cell in code[:2]:  # the parameters and the imports
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), FOLDED]
    for count, output in enumerate(_outputs_with_figures(page)):
        facts = output.metadata.get("image/png", {})
        size = "".join(f' {side}="{facts[side]}"' for side in ("width", "height") if side in facts)
        alt = html.escape(facts.get("alt", ""), quote=True)
        source = f"{FIGURES}/{number}-{count:02}.png"
        output.data = {"text/html": f'<img src="{source}" alt="{alt}" loading="lazy"{size}>'}
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source, number, pages)
    return page


def linked(text: str, number: str, pages: dict[str, str]) -> str:
    """Make a link of each lesson that is named by its number, outside code, formulas and links.

    Not of the lesson itself, nor of one that has no page.
    """

    def link(match: re.Match[str]) -> str:
        named = match[2] or match[3]
        if named == number or named not in pages:
            return match[0]
        return f"[{match[0]}]({pages[named]}.ipynb)"

    parts = _CODE.split(text)
    return "".join(part if _CODE.fullmatch(part) else _LESSON.sub(link, part) for part in parts)


def minutes(notebook: nbformat.NotebookNode) -> tuple[int, int]:
    """What the lesson says that it takes, of a reader's time: all of it, and its core.

    Raises:
        LessonError: it does not say so.
    """
    text = " ".join(notebook.cells[0].source.split())
    whole = re.search(r"\*\*Time\*\* (\d+) minutes", text)
    if not whole:
        raise LessonError(
            f"the lesson that begins {text[:40]!r} does not say its time: **Time** 80 minutes …"
        )
    core = re.search(r"a core of (\d+)|the core without the optional sections? (\d+)", text)
    return int(whole[1]), int(core[1] or core[2]) if core else int(whole[1])


def minutes_table(lessons: list[LessonFiles]) -> str:
    """How long each lesson takes, as a table in Markdown."""
    rows = ["| lesson | core | all |", "|---|---:|---:|"]
    for lesson in lessons:
        whole, core = minutes(nbformat.read(lesson.built, as_version=4))
        rows.append(f"| [{curriculum.lesson(lesson.slug).title}]({lesson.name}.ipynb) | {core} | {whole} |")
    return "\n".join(rows)


def fill(page: Path, **fields: str) -> None:
    """Put text into the places of a page that are marked by a name in braces."""
    text = page.read_text("utf-8")
    for name, value in fields.items():
        text = text.replace(f"{{{name}}}", value)
    page.write_text(text, "utf-8")


def write_index(lessons: list[LessonFiles], address: str, into: Path) -> None:
    """Fill the front page in: the lessons by part of the talk, each with the question that it answers."""
    built = {lesson.slug: lesson for lesson in lessons}
    parts = []
    for section in curriculum.SECTIONS:
        rows = [one for one in curriculum.LESSONS if one.section == section and one.slug in built]
        if rows:
            items = "\n".join(
                f"- [{one.number} · {one.title}]({built[one.slug].name}.ipynb): {one.question}"
                for one in rows
            )
            parts.append(f"## {section}\n\n{items}")
    fill(
        into / "index.md",
        repository=address,
        lessons="\n\n".join(parts),
        pages="\n".join(one.name for one in lessons),
    )
