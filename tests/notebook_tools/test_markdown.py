"""A lesson's text in blocks and sentences."""

import pytest

from tlcourse.notebook_tools import markdown
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.source import all_lessons


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("As Devlin et al. (2019) say. Then", ["As Devlin et al. (2019) say.", "Then"]),
        ("So it is (see J. Smith. He knows). Next.", ["So it is (see J. Smith. He knows).", "Next."]),
        ("Is it? **Yes.** It is:", ["Is it?", "**Yes.**", "It is:"]),
        ("With $p = 0.5$. And `a. B` too.", ["With $p = 0.5$.", "And `a. B` too."]),
        ("It has 3.5 points, e.g. Rome. End", ["It has 3.5 points, e.g. Rome.", "End"]),
        ("He said “so.” Then he went.", ["He said “so.”", "Then he went."]),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert markdown.sentences(text) == expected


def paragraphs():
    for lesson in all_lessons():
        notebook = nbformat.read(lesson.built, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                yield from (block for block in markdown.blocks(cell.source) if block.kind == "paragraph")


def test_sentences_lose_and_add_nothing():
    for block in paragraphs():
        assert " ".join(markdown.sentences(block.source)) == " ".join(block.source.split())


def test_blocks():
    text = """\
# Title

Some *words*
over two lines:

$$\\sum_i x_i$$

1. one
2. two,
   in two lines

```python
x = 1
```

| a | b |
|---|---|
| 1 | 2 |
"""
    found = [(block.kind, block.level, block.language) for block in markdown.blocks(text)]
    assert found == [
        ("heading", 1, ""),
        ("paragraph", 0, ""),
        ("formula", 0, ""),
        ("list", 0, ""),
        ("code", 0, "python"),
        ("table", 0, ""),
    ]
    title, words, formula, numbered, code, _ = markdown.blocks(text)
    assert (title.source, formula.source, code.source) == ("Title", "\\sum_i x_i", "x = 1")
    assert words.source == "Some *words*\nover two lines:"
    assert markdown.items(numbered.source) == ["one", "two,\n   in two lines"]


def test_formulas_are_drawn():
    drawn = markdown.as_html("of $x_1$:\n\n$$\\frac{a}{b}$$")
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">' in drawn
    assert 'display="block"' in drawn
    assert "<mfrac>" in drawn


def test_plain_words_have_no_marks():
    assert (
        markdown.plain("*One* [link](there) of `snake_case` and **two**") == "One link of snake_case and two"
    )
