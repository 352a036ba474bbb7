"""`tlcourse build`: from a script to an executed notebook, or to nothing changed."""

import nbformat
import pytest

from tlcourse.notebook_tools import build as building
from tlcourse.notebook_tools.source import LessonError, find

CELLS = """\
# %% [markdown]
# # Title <!-- badges -->

# %%
import ipywidgets
print(profile, os.path.basename(os.getcwd()), os.path.exists(os.environ["TLCOURSE_PROGRESS"]))
ipywidgets.IntSlider()
"""


def test_builds_under_full_in_the_notebooks_folder(course, monkeypatch):
    monkeypatch.setenv("TLCOURSE_PROFILE", "fast")
    (lesson,) = find([], course({"00_a": CELLS}))
    done, remarks = building.build(lesson)
    assert done.error is None
    assert done.peak_bytes > 20e6
    stored = nbformat.read(lesson.built, as_version=4)
    nbformat.validate(stored)
    stream, result = stored.cells[3].outputs
    assert stream.text == "full notebooks False\n"
    assert set(result.data) == {"text/plain"}
    assert len(remarks) == 1, "the bare widget is remarked on"
    assert [cell.execution_count for cell in stored.cells if cell.cell_type == "code"] == [1, 2, 3]
    assert building.differences(lesson) == []
    first = lesson.built.read_bytes()
    building.build(lesson)
    assert lesson.built.read_bytes() == first, "built again, it is the same file"


BAD_WIDGET = "import ipywidgets\nwith ipywidgets.Output() as out:\n    raise KeyError(1)\nout\n"


@pytest.mark.parametrize("cells", ["1 / 0\n", "print(os.path.expanduser('~'))\n", BAD_WIDGET])
def test_what_may_not_be_stored_leaves_the_notebook_alone(course, cells):
    folder = course({"00_a": f"# %%\n{cells}"})
    (lesson,) = find([], folder)
    lesson.built.write_text("as it was")
    with pytest.raises(LessonError, match=r"left as it was.*build/lessons/00_a.ipynb"):
        building.build(lesson)
    assert lesson.built.read_text() == "as it was"
    assert (
        nbformat.read(folder / "build" / "lessons" / "00_a.ipynb", as_version=4).cells[1].execution_count == 2
    )
    assert sorted(path.name for path in lesson.built.parent.iterdir()) == ["00_a.ipynb", "src"]


@pytest.fixture
def built(course):
    """A lesson with a notebook that matches it, without running a kernel."""
    folder = course({"00_a": "# %%\nx = 1\n\n# %%\ny = 2\n"})
    (lesson,) = find([], folder)
    notebook = building.read(lesson)
    for count, cell in enumerate(notebook.cells, 1):
        cell.execution_count = count
    building.write(notebook, lesson.built)
    assert building.differences(lesson) == []
    return lesson


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda cells: cells[1].update(source="x = 3"), "cell 1 differs"),
        (lambda cells: cells[1].update(metadata={"tags": ["exercise"]}), "cell 1 differs"),
        (lambda cells: cells[2].update(execution_count=None), "cell 2 was not executed"),
        (lambda cells: cells.pop(), "2 cells are stored, the source has 3"),
    ],
)
def test_differences_are_named(built, change, said):
    notebook = nbformat.read(built.built, as_version=4)
    change(notebook.cells)
    building.write(notebook, built.built)
    assert said in " ".join(building.differences(built))


def test_not_built_is_said(built):
    built.built.unlink()
    assert building.differences(built) == ["00_a.ipynb is not built yet"]


def test_prose_is_renewed_and_what_the_code_gave_stays(built):
    notebook = nbformat.read(built.built, as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="1\n")]
    building.write(notebook, built.built)
    built.source.write_text(built.source.read_text() + "\n# %% [markdown]\n# One text more.\n")
    building.renew_prose(built)
    renewed = nbformat.read(built.built, as_version=4)
    assert renewed.cells[1].outputs == notebook.cells[1].outputs
    assert renewed.cells[-1].source == "One text more."
    assert building.differences(built) == []


def test_where_code_has_changed_prose_alone_is_not_renewed(built):
    before = built.built.read_bytes()
    built.source.write_text(built.source.read_text().replace("y = 2", "y = 3"))
    with pytest.raises(LessonError, match="tlcourse build 00"):
        building.renew_prose(built)
    assert built.built.read_bytes() == before
    built.built.unlink()
    with pytest.raises(LessonError, match="not built yet"):
        building.renew_prose(built)
