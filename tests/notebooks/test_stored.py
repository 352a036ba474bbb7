"""The notebooks as they are stored: built from their sources, executed, small, readable, complete."""

import ast
import html
import json
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import nbformat
import pytest

from tlcourse import exercises
from tlcourse.exercises import classroom
from tlcourse.notebook_tools.build import differences
from tlcourse.notebook_tools.normalise import MAX_OUTPUT_BYTES, WIDGET_VIEW, normalise
from tlcourse.notebook_tools.source import (
    COLAB_TAG,
    all_lessons,
    colab_cell,
    course_root,
    parameters_cell,
    repository,
)

ROOT = Path(__file__).resolve().parents[2]
LESSONS = all_lessons(ROOT)
PARAMETERS = """\
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False"""


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.name)
def lesson(request):
    return request.param


@pytest.fixture
def notebook(lesson):
    return nbformat.read(lesson.built, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [(cell, output) for cell in code_cells(notebook) for output in cell.outputs]


def test_there_is_a_notebook_for_each_lesson_and_no_other():
    stored = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert course_root(ROOT) == ROOT
    assert stored == {lesson.name for lesson in LESSONS}
    numbers = [lesson.number for lesson in LESSONS]
    assert numbers == [f"{i:02}" for i in range(len(numbers))], "a lesson is missing, or two have one number"


def test_matches_its_source(lesson):
    assert differences(lesson) == []


def test_is_valid_and_normalised(notebook):
    nbformat.validate(notebook)
    before = json.dumps(notebook)
    normalise(notebook, private=[Path.home(), ROOT])
    assert json.dumps(notebook) == before, "not written by tlcourse build"


def test_ran_from_top_to_bottom_without_an_error(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1))
    for cell, output in outputs(notebook):
        assert output.output_type != "error", f"{output.ename}: {output.evalue} in {cell.source[:80]}"
        assert output.get("name") != "stderr", f"stderr in {cell.source[:80]}: {output.text[:200]}"


def test_outputs_are_small_and_need_no_front_end(notebook):
    for _, output in outputs(notebook):
        assert len(json.dumps(output)) <= MAX_OUTPUT_BYTES
        data = output.get("data", {})
        assert WIDGET_VIEW not in data
        assert "application/javascript" not in data
        assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", data.get("text/html", "")), (
            "needs the network"
        )
        assert "<script" not in data.get("text/html", "")


def test_every_picture_has_alt_text(notebook):
    for cell, output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert len(alt.split()) >= 5, f"no alt text worth its name ({alt!r}) in {cell.source[:80]}"
        for tag in re.findall(r"<img\b[^>]*>", output.get("data", {}).get("text/html", "")):
            assert re.search(r"alt=.\S", tag), f"a picture without alt text in {cell.source[:80]}"


def test_no_address_in_code_but_in_colabs_cell(notebook):
    first, *others = code_cells(notebook)
    assert first.source == colab_cell(repository(ROOT))
    assert first.metadata.get("tags") == [COLAB_TAG]
    assert first.outputs == []
    for cell in others:
        assert "://" not in cell.source, cell.source
        assert COLAB_TAG not in cell.metadata.get("tags", [])


def test_parameters_are_those_of_every_lesson(notebook):
    assert parameters_cell(notebook) == PARAMETERS
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1


def test_code_is_short_enough_to_read_aloud(notebook):
    for cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 30, cell.source


def test_anatomy(lesson, notebook):
    """A lesson's eight parts, as far as a program can see them."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    headings = [line for source in prose for line in source.splitlines() if re.match(r"#{1,4} ", line)]
    assert headings[0].startswith(f"# {lesson.number} · ")
    assert prose[0].count("**") >= 4, "promise, time, what you need, what you will be able to"
    assert "colab.research.google.com" in prose[0]
    assert "mybinder.org" in prose[0]
    places = []
    for part in ("predict first", "paper says", "what to remember"):
        found = [i for i, heading in enumerate(headings) if part in heading.lower()]
        if lesson.slug != "start_here":  # which shows the parts, in a small lesson of its own
            assert found, f"no heading with {part!r}"
            places.append(found[0])
    assert places == sorted(places), "the parts stand in another order"
    tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
    least = 1 if lesson.slug == "start_here" else 4
    assert tags.count("exercise") >= least
    assert lesson.slug in exercises.lessons_with_exercises()


def test_every_exercise_of_the_lesson_is_in_it(lesson, notebook):
    from tlcourse.exercises.progress import exercise_names

    code = "\n".join(cell.source for cell in code_cells(notebook))
    for name in exercise_names()[lesson.slug]:
        assert re.search(rf"check\.{name}\(", code), f"{name} is not checked in the lesson"


def test_what_the_solutions_use_is_imported_in_the_lesson(lesson):
    """Else the learner's own code, written after the hints, ends in a NameError."""
    module = import_module(f"tlcourse.lessons.{lesson.name[3:]}.exercises")
    imported = {
        alias.asname or alias.name
        for node in ast.parse(lesson.source.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for name, exercise in classroom.exercises_of(module).items():
        function = getattr(exercise, "reference", None) or exercise.answer_or_rule
        around = getattr(function, "__globals__", {})  # nothing around a plain value
        names = [n for n in ast.walk(ast.parse(exercise.source())) if isinstance(n, ast.Name)]
        own = {n.id for n in names if isinstance(n.ctx, ast.Store)}
        modules = {n.id for n in names if isinstance(around.get(n.id), ModuleType)} - own
        assert modules <= imported, f"{name} needs {', '.join(modules - imported)}"
    used = {n for hint in hints_of(module) for n in re.findall(r"\b(np|torch|math)\.\w", hint)}
    assert used <= imported, f"the hints speak of {', '.join(used - imported)}"


def hints_of(module):
    return [hint for exercise in classroom.exercises_of(module).values() for hint in exercise.hints]


def test_no_answer_stands_at_a_prediction(lesson, notebook):
    """Neither in what the question's cell shows nor in the state of its widget."""
    slug = lesson.name[3:]
    check = exercises.start(slug)
    predictions = classroom.predictions_of(import_module(f"tlcourse.lessons.{slug}.exercises"))
    for name, asked in predictions.items():
        cell = next(c for c in code_cells(notebook) if f'check.predict("{name}")' in c.source)
        shown = json.dumps([cell.outputs, notebook.metadata.get("widgets", {})], ensure_ascii=False)
        assert not any(why in shown for _, why in asked.reasons()), name
        assert html.escape(check.predict(name).options[0]) in shown
