"""A lesson cut into slides: all of it is there, on a slide or in the notes, but for the solutions."""

import base64
import re
from html import unescape

import pytest

from tlcourse.notebook_tools import markdown
from tlcourse.notebook_tools.asked import Asked
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.slides import deck
from tlcourse.notebook_tools.slides.cutting import cut
from tlcourse.notebook_tools.source import COLAB_TAG, all_lessons

LESSONS = all_lessons()
new = nbformat.v4


def text_of(html: str) -> str:
    """What is read of HTML, without its blanks."""
    html = re.sub(r"<math.*?</math>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", html)))


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.number)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def notebook(lesson):
    return nbformat.read(lesson.built, as_version=4)


@pytest.fixture(scope="module")
def columns(lesson, root):
    return deck.columns(lesson, root)


@pytest.fixture(scope="module")
def slides(columns):
    return [slide for column in columns for slide in column]


def test_each_figure_has_its_slide_with_its_alt_text(notebook, slides):
    drawn = [
        (base64.b64decode(output.data["image/png"]), output.metadata["image/png"]["alt"])
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    shown = [re.search(r'base64,([^"]+)" alt="([^"]*)"', one.body) for one in slides if one.kind == "figure"]
    assert [(base64.b64decode(one[1]), unescape(one[2])) for one in shown] == drawn
    assert sum(one.body.count("<img") for one in slides) == len(drawn)


def test_every_paragraph_is_on_a_slide_or_in_the_notes(notebook, slides):
    said = text_of(" ".join(slide.html() for slide in slides))
    for cell in notebook.cells[1:]:
        if cell.cell_type == "markdown":
            for block in markdown.blocks(cell.source):
                if block.kind in ("paragraph", "list", "table") and not block.source.startswith("[Open in"):
                    for part in [block.source] if block.kind == "paragraph" else markdown.items(block.source):
                        lead = re.match(
                            r"\*\*(.+?)\*\*[:.]?\s*", part, re.DOTALL
                        )  # may have become a heading
                        part = part[lead.end() :] if lead else part
                        assert text_of(markdown.as_html(part)) in said, part


def test_every_table_is_shown_whole(notebook, slides):
    shown = text_of(" ".join(slide.body for slide in slides))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            for row in re.findall(r"<tr>.*?</tr>", html, re.DOTALL):
                assert text_of(row) in shown


def test_each_question_is_asked_before_it_is_answered(lesson, columns):
    kinds = [slide.kind for column in columns for slide in column]
    asked = Asked(lesson.slug).predictions
    assert kinds.count("question") == kinds.count("answer") == len(asked)
    assert kinds.index("question") < kinds.index("answer")
    for slide in (slide for column in columns for slide in column if slide.kind == "question"):
        (prediction,) = (one for one in asked.values() if one.question == slide.lead)
        assert "✓" not in slide.body
        assert f"<b>{'ABCDEFGH'[prediction.answer]}</b>" in "".join(slide.notes)


def test_each_exercise_has_its_hints_and_not_its_solution(lesson, slides):
    exercises = Asked(lesson.slug).exercises
    turns = [slide for slide in slides if slide.kind == "turn"]
    hints = [slide for slide in slides if slide.kind == "hints"]
    assert len(hints) == len(exercises)
    assert 1 <= len(turns) <= len(exercises)
    assert all(slide.body.count('class="fragment"') == 3 for slide in hints)
    said = text_of(" ".join(slide.html() for slide in slides))
    for name, exercise in exercises.items():
        if not callable(exercise):
            continue
        body = re.split(r'"""', exercise.source())[-1]
        assert text_of(f"<pre>{body}</pre>") not in said or not body.strip(), name


def test_every_slide_has_a_heading_and_something_to_say(columns):
    for column in columns:
        for slide in column:
            assert slide.heading
            assert slide.body or slide.lead or slide.notes or slide.kind == "section"


def test_the_minutes_add_up(notebook, slides):
    total = 0
    for slide in slides:
        for found in re.findall(r"<b>(\d+) minutes</b>: from (\d+) to (\d+)", "".join(slide.notes)):
            minutes, before, after = map(int, found)
            assert (before, after) == (total, total + minutes)
            total = after
    headings = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    said = re.findall(r"^## .*?(\d+) minutes", headings, re.MULTILINE)
    assert total == sum(map(int, said))


def made(*cells) -> list[list]:
    start = [
        new.new_markdown_cell(
            "# 08 · A lesson\n**It promises.**\n\n**Time** 9 minutes · **You need** nothing"
        ),
        new.new_code_cell("colab()", metadata={"tags": [COLAB_TAG]}),
        new.new_code_cell("seed = 0", metadata={"tags": ["parameters"]}),
        new.new_code_cell("import this"),
    ]
    return cut(new.new_notebook(cells=[*start, *cells]), Asked("no room of its own"))


def test_a_section_is_a_column():
    (title,), (first,), (second,) = made(
        new.new_markdown_cell("## One · 3 minutes\nText.\n\n## Two (4 minutes)\nMore.")
    )
    assert (title.heading, title.lead) == ("08 · A lesson", "**It promises.**")
    assert "You need" in title.body
    assert "9 minutes" in "".join(title.notes)
    assert (first.heading, first.lead, second.heading) == ("One", "Text.", "Two")
    assert "from 3 to 7" in "".join(second.notes)


def test_prose_becomes_notes_and_its_last_sentence_leads():
    words = new.new_markdown_cell("## One\nHow it begins.\n\nLong talk. See here:")
    figure = new.new_output("display_data", {"image/png": "AAAA"}, metadata={"image/png": {"alt": "a & b"}})
    _, (section, shown) = made(words, new.new_code_cell("draw()", outputs=[figure]))
    assert section.lead == "How it begins."
    assert (shown.kind, shown.lead) == ("figure", "See here:")
    assert shown.notes == ["<p>Long talk. See here:</p>\n", "<p><b>In words:</b> a &amp; b</p>"]
    assert 'alt="a &amp; b"' in shown.body


def test_what_a_formula_means_stands_under_it():
    _, (_, formula) = made(
        new.new_markdown_cell(
            "## One\nHow it begins.\n\n$$x + y$$\n\n$x$ is one thing. And $y$ too. A long story."
        )
    )
    assert formula.kind == "formula"
    assert "<math" in formula.body
    assert "And" in formula.body
    assert "A long story" not in formula.body
    assert "A long story" in "".join(formula.notes)


def test_a_heading_without_words_is_one_slide_with_what_follows():
    _, column = made(new.new_markdown_cell("## One\n1. a\n2. b"))
    assert [(slide.kind, slide.heading) for slide in column] == [("list", "One")]


def test_printed_words_stand_under_the_code():
    printed = new.new_output("stream", name="stdout", text="a < 3\n")
    _, (_, slide) = made(
        new.new_markdown_cell("## One\nBegins."), new.new_code_cell("print('a < 3')", outputs=[printed])
    )
    assert slide.kind == "code"
    assert "a &lt; 3</pre>" in slide.body


def test_a_call_that_shows_nothing_has_no_slide():
    _, column = made(new.new_markdown_cell("## One\nBegins."), new.new_code_cell("x = load()"))
    assert len(column) == 1
