"""The progress line: everything passes through, one tidy line remains."""

import nbformat
import pytest
from nbclient import NotebookClient

from tlcourse import show
from tlcourse.show.progress_line import _line


def test_everything_passes_through(capsys):
    assert list(show.progress(range(5), "numbers")) == [0, 1, 2, 3, 4]
    assert list(show.progress(iter("abc"), "letters", total=3)) == ["a", "b", "c"]
    err = capsys.readouterr().err
    assert [line.split(" in ")[0] for line in err.splitlines()] == ["numbers: 5", "letters: 3"]


def test_stopping_early_is_said(capsys):
    for item in show.progress(range(10), "numbers"):
        if item == 3:
            break
    assert capsys.readouterr().err.startswith("numbers: 3/10 done, stopped after")


def test_an_error_passes_through(capsys):
    with pytest.raises(ZeroDivisionError):
        [1 / item for item in show.progress([1, 0], "divisions")]
    assert "stopped after" in capsys.readouterr().err


def test_the_line_says_how_long_is_left():
    assert _line("features", 5, 20, 10.0).endswith("5/20 · 10.0 s, about 30.0 s left")
    assert _line("features", 0, 20, 0.0).endswith("0/20 · 0.0 s")
    assert _line("features", 7, None, 90.0) == "features: 7 after 1 min 30 s"
    assert _line("features", 0, 0, 0.0) == "features: 0 after 0.0 s"


def test_one_line_remains_in_a_notebook():
    source = (
        "import time\nfrom tlcourse import show\n"
        "for i in show.progress(range(4), 'steps'):\n    time.sleep(0.3)"
    )
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    (output,) = book.cells[0].outputs
    assert output.data["text/plain"].startswith("steps: 4 in 1.")
