"""What a stored notebook keeps."""

import base64
from pathlib import Path

import nbformat.v4 as v4
import pytest

from tlcourse.notebook_tools.normalise import MAX_OUTPUT_BYTES, WIDGET_VIEW, normalise
from tlcourse.notebook_tools.source import LessonError

PNG = base64.b64encode(b"\x89PNG").decode()


def notebook(*outputs, tags=()):
    cell = v4.new_code_cell("show()", outputs=list(outputs), execution_count=3)
    cell.metadata = v4.new_notebook().metadata | {"tags": list(tags), "papermill": {"duration": 1.5}}
    return v4.new_notebook(
        cells=[cell],
        metadata={"widgets": {"state": 1}, "language_info": {"name": "python", "version": "3.11"}},
    )


def outputs_of(book, private=()):
    normalise(book, list(private))
    return book.cells[0].outputs


def display(**data):
    return v4.new_output(
        "display_data", data={name.replace("__", "/"): value for name, value in data.items()}
    )


def test_widgets_go_and_twins_stay():
    twin = v4.new_output(
        "display_data",
        data={WIDGET_VIEW: {"model_id": "1"}, "image/png": PNG, "text/plain": "a plot"},
        metadata={"image/png": {"alt": "a plot"}},
    )
    bare = v4.new_output("display_data", data={WIDGET_VIEW: {"model_id": "2"}})
    book = notebook(twin, bare)
    (output,) = outputs_of(book)
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.metadata == {"image/png": {"alt": "a plot"}}
    assert "widgets" not in book.metadata
    assert book.metadata.language_info == {"name": "python"}


def test_timings_go_and_tags_and_counts_stay():
    book = notebook(tags=["exercise"])
    normalise(book, [])
    assert book.cells[0].metadata == {"tags": ["exercise"]}
    assert book.cells[0].execution_count == 3


def test_terminal_text_reads_as_it_ends():
    parts = ["10%\r 50", "%\r100%\n", "\x1b[31mred\x1b[0m\n", "<f at 0x7f3a5c1d2e80>\n"]
    (stream,) = outputs_of(notebook(*(v4.new_output("stream", name="stdout", text=part) for part in parts)))
    assert stream.text == "100%\nred\n<f>\n"


def test_normalise_is_idempotent():
    book = notebook(
        v4.new_output("stream", name="stdout", text="a\rb\x1b[1mc\n"),
        display(text__plain="<x at 0xdeadbeef>"),
    )
    normalise(book, [])
    once = str(book)
    normalise(book, [])
    assert str(book) == once


@pytest.mark.parametrize(
    "output",
    [
        v4.new_output("stream", name="stdout", text="in /home/ada/course/x.py"),
        v4.new_output("display_data", data={"text/html": "<b>/home/ada</b>"}),
        v4.new_output("execute_result", data={"text/plain": "PosixPath('/home/ada')"}),
    ],
)
def test_a_folder_of_this_machine_is_refused(output):
    with pytest.raises(LessonError, match=r"cell 0 \(show\(\)\).*names /home/ada"):
        normalise(notebook(output), [Path("/home/ada")])


def test_other_folders_and_pictures_are_not_taken_for_it():
    fine = v4.new_output("stream", name="stdout", text="/home/adam /x/home/ada2")
    picture = v4.new_output(
        "display_data", data={"image/png": "abc/home/ada/xyz"}, metadata={"image/png": {"alt": "x"}}
    )
    assert normalise(notebook(fine, picture), [Path("/home/ada")]) == []


def test_a_large_output_is_refused():
    with pytest.raises(LessonError, match=f"at most {MAX_OUTPUT_BYTES:,}"):
        normalise(notebook(display(text__html="x" * MAX_OUTPUT_BYTES)), [])


def test_an_error_is_refused_unless_the_cell_is_there_to_raise():
    error = v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    with pytest.raises(LessonError, match="ValueError: no"):
        normalise(notebook(error), [])
    normalise(notebook(error, tags=["raises-exception"]), [])


def test_remarks_on_warnings_alt_text_and_bare_widgets():
    remarks = normalise(
        notebook(
            v4.new_output("stream", name="stderr", text="UserWarning: old"),
            display(image__png=PNG, text__plain="<Figure>"),
            display(text__plain="IntSlider(value=3)"),
        ),
        [],
    )
    assert ["stderr" in remarks[0], "alt text" in remarks[1], "static twin" in remarks[2]] == [True] * 3
