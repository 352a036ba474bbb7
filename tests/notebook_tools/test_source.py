"""Lessons found, read and given their badges and ids."""

import nbformat
import pytest

from tlcourse import checkout
from tlcourse.notebook_tools.source import (
    BADGES,
    LessonError,
    all_lessons,
    badges,
    course_root,
    find,
    parameter_names,
    parameters_cell,
    read,
)


def test_root_is_found_from_below_and_lessons_are_in_order(course):
    folder = course({"10_late": "", "02_middle": "", "00_first": ""})
    assert course_root(folder / "notebooks" / "src") == folder
    assert [lesson.number for lesson in all_lessons(folder)] == ["00", "02", "10"]


@pytest.mark.parametrize(
    "name", ["2", "02", "02_middle", "notebooks/src/02_middle.py", "/far/away/02_middle.ipynb"]
)
def test_a_lesson_has_many_names(course, name):
    folder = course({"00_first": "", "02_middle": ""})
    assert [lesson.name for lesson in find([name], folder)] == ["02_middle"]


def test_names_are_put_in_order_once_each(course):
    folder = course({"00_first": "", "02_middle": ""})
    assert [lesson.number for lesson in find(["2", "0", "02"], folder)] == ["00", "02"]


def test_without_lessons_it_is_said_where_they_were_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(checkout, "of_package", lambda: None)
    with pytest.raises(LessonError, match=f"neither {tmp_path} nor a folder above it"):
        course_root(tmp_path)


def test_unknown_lesson_is_named_with_those_there_are(course):
    with pytest.raises(LessonError, match=r"'7'.*00, 02"):
        find(["7"], course({"00_first": "", "02_middle": ""}))


def test_read_replaces_badges_and_keeps_the_rest(course):
    folder = course(
        {"02_middle": f'# %% [markdown]\n# # Title\n#\n# {BADGES}\n\n# %% tags=["exercise"]\nx = 1\n'}
    )
    notebook = read(find(["2"], folder)[0])
    nbformat.validate(notebook)
    _, title, code = notebook.cells
    assert title.source == "# Title\n\n" + badges("02_middle", "https://github.com/someone/a-course")
    assert "github/someone/a-course/blob/main/notebooks/02_middle.ipynb" in title.source
    assert (
        "mybinder.org/v2/gh/someone/a-course/main?urlpath=lab/tree/notebooks/02_middle.ipynb" in title.source
    )
    assert (code.source, code.metadata.tags, code.outputs) == ("x = 1", ["exercise"], [])


def test_colab_gets_a_clone_that_the_lesson_runs_in():
    """The trained models lie in the clone, not in the package; run again, the cell does no harm."""
    lines = badges("x", "https://github.com/someone/a-course").split("```")[1].strip().splitlines()
    clone, change, install, *_, fetch = lines
    place = clone.split()[-1]
    assert clone == f"!git clone -q --depth 1 https://github.com/someone/a-course {place}"
    assert place.startswith("/")
    assert change == f"%cd -q {place}"
    assert install == "!pip install -q --no-deps ."
    assert fetch == "!tlcourse fetch"


def test_badges_need_no_network_to_read():
    assert "![" not in badges("x", "https://github.com/a/b")
    assert "<img" not in badges("x", "https://github.com/a/b")


def test_cell_ids_depend_on_text_alone(course):
    """A cell put in leaves the ids of all others, so a diff shows one cell; equal cells differ."""
    before = read(find([], course({"00_a": "# %%\nx = 1\n\n# %%\ny = 2\n\n# %%\nx = 1\n"}))[0])
    after = read(
        find([], course({"00_a": "# %%\nx = 1\n\n# %%\nnew = 0\n\n# %%\ny = 2\n\n# %%\nx = 1\n"}))[0]
    )
    ids = [cell.id for cell in before.cells]
    assert len(set(ids)) == len(ids)
    assert [cell.id for cell in after.cells if "new" not in cell.source] == ids


def test_other_metadata_than_tags_is_refused(course):
    folder = course({"00_a": '# %% colour="red"\nx = 1\n'})
    with pytest.raises(LessonError, match=r"x = 1.*colour.*only tags"):
        read(find([], folder)[0])


def test_parameters(course):
    notebook = read(find([], course({"00_a": "# %%\nother = 1\n"}))[0])
    assert parameter_names(notebook) == {"profile", "seed", "solutions"}
    assert parameters_cell(notebook).startswith("import os")
