"""What a function draws is returned, and a cell shows it: nothing that a cell draws is lost on the way.

A described figure or a widget shows itself as the last expression of its cell alone. Elsewhere, or inside a
loop, it has to be given to `show.figure` or `display`.
"""

import ast
from pathlib import Path

import pytest

import tlcourse
from tlcourse.notebook_tools.source import COLAB_TAG, all_lessons, read

PACKAGE = Path(tlcourse.__file__).parent
ROOMS = ("show", "lessons", "exercises", "probe")


def modules():
    return [
        ast.parse(p.read_text(encoding="utf-8")) for room in ROOMS for p in PACKAGE.glob(f"{room}/**/*.py")
    ]


def shown_by_themselves() -> set[str]:
    """The functions that return a described figure or a twin."""
    classes = {
        node.name: node for tree in modules() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }
    kinds = {"Described", "Twin"}
    while (
        new := {
            name
            for name, node in classes.items()
            if {base.id for base in node.bases if isinstance(base, ast.Name)} & kinds
        }
        - kinds
    ):
        kinds |= new
    functions = (node for tree in modules() for node in tree.body if isinstance(node, ast.FunctionDef))
    return {f.name for f in functions if isinstance(f.returns, ast.Name) and f.returns.id in kinds}


def lost(cell: str, names: set[str]) -> list[str]:
    """The calls whose figure nobody sees."""
    tree = ast.parse(cell)
    last = tree.body[-1] if tree.body else None
    return [
        node.value.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and node is not last
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and node.value.func.attr in names
    ]


def test_the_functions_are_found():
    names = shown_by_themselves()
    assert {
        "course_map",
        "depth_curves",
        "labels_worth",
        "freezing_costs",
        "pronounce",
        "learning_curve",
    } <= names
    assert lost("figures.course_map()\nx = 1", names) == ["course_map"]
    assert lost("for x in y:\n    figures.course_map()", names) == ["course_map"]
    assert lost("x = 1\nfigures.course_map()", names) == []
    assert lost("show.figure(figures.course_map())\nx = 1", names) == []


@pytest.mark.parametrize("lesson", all_lessons(PACKAGE.parent), ids=lambda lesson: lesson.name)
def test_no_figure_is_lost(lesson):
    names = shown_by_themselves()
    for cell in read(lesson).cells:
        if cell.cell_type == "code" and COLAB_TAG not in cell.metadata.get("tags", []):
            assert lost(cell.source, names) == [], cell.source


def test_no_function_of_a_lesson_shows_what_it_draws():
    for path in PACKAGE.glob("lessons/**/*.py"):
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        shows = {"figure", "display"} & {call.func.id for call in calls if isinstance(call.func, ast.Name)}
        assert not shows, f"{path.name} shows a figure itself: return Described(fig, alt)"
