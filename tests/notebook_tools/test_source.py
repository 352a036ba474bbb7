"""Lessons found, read and given their badges and ids."""

import os
import runpy

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from tlcourse import checkout
from tlcourse.notebook_tools.source import (
    BADGES,
    COLAB_CLONE,
    LessonError,
    all_lessons,
    badges,
    colab_cell,
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
    _, title, colab, code = notebook.cells
    assert title.source == "# Title\n\n" + badges("02_middle", "https://github.com/someone/a-course")
    assert "github/someone/a-course/blob/main/notebooks/02_middle.ipynb" in title.source
    assert (
        "mybinder.org/v2/gh/someone/a-course/main?urlpath=lab/tree/notebooks/02_middle.ipynb" in title.source
    )
    assert (colab.source, colab.metadata.tags) == (
        colab_cell("https://github.com/someone/a-course"),
        ["colab"],
    )
    assert (code.source, code.metadata.tags, code.outputs) == ("x = 1", ["exercise"], [])


def test_a_lesson_without_badges_is_not_opened_on_colab(course):
    notebook = read(find([], course({"00_a": "# %%\nx = 1\n"}))[0])
    assert [cell for cell in notebook.cells if "COLAB" in cell.source] == []


def test_anywhere_but_on_colab_the_cell_does_nothing(monkeypatch):
    shell = InteractiveShell()
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    monkeypatch.setattr(shell, "system", None)  # a command would raise
    monkeypatch.setattr(runpy, "run_path", None)
    before = os.getcwd(), os.environ.copy()
    done = shell.run_cell(colab_cell("https://github.com/someone/a-course"))
    assert (done.success, done.result) == (True, None)
    assert (os.getcwd(), os.environ.copy()) == before


def test_on_colab_the_cell_clones_once_and_runs_what_is_in_the_clone(monkeypatch, tmp_path):
    """With git's place taken by a program that notes how it was called and makes what a clone would have."""
    clone, log, programs = tmp_path / "content" / "tlcourse", tmp_path / "log", tmp_path / "bin"
    programs.mkdir()
    (programs / "git").write_text(
        f'#!/bin/sh\necho "$*" >>{log}\nmkdir -p {clone}\n'
        f'echo "import os; os.chdir({str(tmp_path)!r})" >{clone}/colab.py\n'
    )
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    monkeypatch.chdir(programs)
    code = colab_cell("https://github.com/someone/a-course").replace(COLAB_CLONE, str(clone))
    for _ in range(2):
        assert InteractiveShell().run_cell(code).success
    assert os.getcwd() == str(tmp_path)
    asked = f"clone --quiet --depth 1 https://github.com/someone/a-course {clone}"
    assert log.read_text().splitlines() == [asked]
    (clone / "colab.py").write_text("raise RuntimeError('see above')")
    assert isinstance(InteractiveShell().run_cell(code).error_in_exec, RuntimeError)


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
