"""The answer book: every exercise solved, with what the run itself found out."""

import re
from html import unescape

import pytest

from tlcourse.notebook_tools import answers
from tlcourse.notebook_tools.asked import Asked
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.run import Run
from tlcourse.notebook_tools.source import all_lessons, find

NAMES = [lesson.name for lesson in all_lessons()]


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> str:
    return answers.write(NAMES, tmp_path_factory.mktemp("book")).read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_exercise_is_there_with_its_solution_and_hints(book, name):
    part = re.search(rf'<h2 id="{name}">.*?(?=<h2 |</body>)', book, re.DOTALL)[0]
    asked = Asked(name.split("_", 1)[1])
    text = re.sub(r"[`*]", "", unescape(re.sub(r"<[^>]+>", "", part)))
    wanted = [part for one in asked.exercises.values() for part in (one.source(), *one.hints)]
    missing = [words for words in wanted if re.sub(r"[`*]", "", words.split("\n")[0]) not in text]
    assert not missing
    assert part.count("✓</li>") == len(asked.predictions)


def test_the_page_needs_nothing_else(book):
    assert not re.search(r"<(script|link|img)\b|http", book.split("<h2")[0])
    targets = re.findall(r'<a href="#([^"]+)"', book)
    assert targets == NAMES
    assert all(f'id="{target}"' in book for target in targets)


def test_what_a_run_found_out_is_quoted(tmp_path):
    cells = [nbformat.v4.new_code_cell("check.soften(soften)")]
    solved = nbformat.v4.new_output("execute_result", {"text/plain": "✓ Solved. Right on 7 inputs."})
    cells[0].outputs = [solved]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "00_start_here.ipynb")
    page = answers.write(["00_start_here"], tmp_path).read_text("utf-8")
    assert "✓ Solved. Right on 7 inputs." in page
    assert 'href="00_start_here.html"' in page


def test_a_run_with_solutions_leaves_the_book(course):
    name = "00_start_here"
    code = (
        "# %%\nfrom tlcourse import exercises\n\ncheck = exercises.start('start_here', solutions=solutions)\n"
    )
    cells = f"{code}\n# %%\ndef soften(scores, temperature): ...\n\n# %%\ncheck.soften(soften)\n"
    folder = course({name: cells})
    for solutions in (True, False):
        Run(find([], folder), folder / "out", profile="fast", solutions=solutions).start()
        page = (folder / "out" / "index.html").read_text("utf-8")
        assert (folder / "out" / answers.PAGE).exists() == solutions
        assert ("answers.html" in page) == solutions
        if solutions:
            assert "✓ Solved." in (folder / "out" / answers.PAGE).read_text("utf-8")


def test_lessons_that_ask_nothing_leave_no_book(tmp_path):
    assert answers.write(["00_a_lesson_of_your_own"], tmp_path) is None
    assert not list(tmp_path.iterdir())
