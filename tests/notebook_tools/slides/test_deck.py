"""The deck: one file that needs nothing else, with what the teachers' page says of its lesson."""

import re
from html.parser import HTMLParser

import pytest

from tlcourse.notebook_tools.slides import deck, teachers
from tlcourse.notebook_tools.slides.slide import Slide
from tlcourse.notebook_tools.source import LessonError, find

PAGE = """\
# Teaching

## What learners believe, and what shows them otherwise

| lesson | belief | what shows otherwise |
|---|---|---|
| 01 | It is *so* | the figure |
| 02 | It is other | the table |

## To talk about

- Anything?

| lesson | question |
|---|---|
| 01 | Why `so`? |

## Later

| 01 | not | this |
"""


def test_a_table_is_found_by_lesson():
    assert teachers.rows(PAGE, teachers.BELIEFS, "01") == [["It is *so*", "the figure"]]
    assert teachers.rows(PAGE, teachers.TALK, "01") == [["Why `so`?"]]
    assert teachers.rows(PAGE, teachers.TALK, "02") == []
    with pytest.raises(ValueError, match="no heading that begins with '## Nowhere'"):
        teachers.rows(PAGE, "## Nowhere", "01")


def test_each_lesson_after_the_first_has_beliefs_and_questions(root):
    page = (root / "docs" / "teaching.md").read_text("utf-8")
    for lesson in find([], root)[1:]:
        assert len(teachers.rows(page, teachers.BELIEFS, lesson.number)) == 3, lesson.number
        assert len(teachers.rows(page, teachers.TALK, lesson.number)) >= 2, lesson.number


def test_a_deck_is_one_file_that_loads_nothing(root, tmp_path):
    (path,) = deck.write(find(["08"], root), root, tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["08_bert.html"]
    page = path.read_text("utf-8")
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"<(link|iframe|script|object)\b", body)
    assert all(source.startswith("data:image/png") for source in re.findall(r'src="([^"]{0,40})', body))
    assert not re.search(r"@import|url\((?!['\"]?data:)", body)
    assert "MIT licensed" in page, "reveal.js says whose it is"
    assert "It is GPT" not in body
    assert "BERT is GPT in both directions" in body, "what learners believe"


class Elements(HTMLParser):
    """The names of a page's elements, and of those that were not closed."""

    def __init__(self):
        super().__init__()
        self.names, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_script_cannot_end_its_element():
    page = deck.page([[Slide("words", "A </script> in words", "<p>so</p>")]])
    found = Elements()
    found.feed(page)
    assert found.names.count("script") == 3
    assert found.names.count("section") == 1
    assert found.open == []
    assert "A &lt;/script&gt; in words" in page


def test_a_lesson_that_was_not_built_is_named(root, tmp_path):
    lesson = find(["01"], root)[0]
    missing = type(lesson)(lesson.number, lesson.name, lesson.source, tmp_path / "none.ipynb")
    with pytest.raises(LessonError, match="tlcourse build 01"):
        deck.write([missing], root, tmp_path / "out")


def test_what_is_not_installed_is_named(root, tmp_path, monkeypatch):
    monkeypatch.setattr(deck, "_MADE_WITH", ("no_such_package",))
    with pytest.raises(
        LessonError, match=r"no_such_package is not installed: pip install 'tlcourse\[site\]'"
    ):
        deck.write(find(["01"], root), root, tmp_path)
