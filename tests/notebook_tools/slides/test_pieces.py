"""What is cut into pieces for slides is all there, in order, and none is too large."""

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.notebook_tools import markdown
from tlcourse.notebook_tools.slides import pieces


def rows_of(html: str) -> list[str]:
    return re.findall(r"<tr>(.*?)</tr>", html.split("<tbody>")[1], re.DOTALL)


def table(rows: list[list[str]]) -> str:
    """HTML as `show.table` writes it."""
    head = '<thead><tr><th scope="col" style="padding:1em; text-align:left">a column</th></tr></thead>'
    cells = ["".join(f'<td style="padding:1em">{escape(text)}</td>' for text in row) for row in rows]
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    caption = '<caption style="x:y">What it is</caption>'
    return f'<table style="font-size:100%">{caption}{head}<tbody>{body}</tbody></table>'


@given(st.lists(st.lists(st.text("ab< ", max_size=200), min_size=3, max_size=3), min_size=1, max_size=40))
def test_a_table_keeps_its_rows_and_each_piece_has_the_head(rows):
    html = table(rows)
    cut = list(pieces.tables(html))
    plain = re.sub(r' style="[^"]*"', "", html)
    assert [row for piece in cut for row in rows_of(piece)] == rows_of(plain)
    for piece in cut:
        assert piece.count("<thead>") == piece.count("</table>") == piece.count("What it is") == 1


def test_a_long_table_is_cut_and_a_short_one_is_not():
    assert len(list(pieces.tables(table([[str(n)] for n in range(5)])))) == 1
    assert len(list(pieces.tables(table([[str(n)] for n in range(60)])))) > 2


def test_numbers_stay_to_the_right():
    (cut,) = pieces.tables(
        '<table><thead><tr><th style="text-align:right; color:red">n</th></tr></thead>'
        '<tbody><tr><td style="padding:1em; text-align:right">7</td></tr></tbody></table>'
    )
    assert cut.count('style="text-align:right"') == 2
    assert "color" not in cut


@given(st.lists(st.integers(1, 300), min_size=1, max_size=30), st.booleans())
def test_a_list_keeps_its_items_and_its_numbers(lengths, numbered):
    marks = [f"{i + 1}." if numbered else "-" for i in range(len(lengths))]
    source = "\n".join(
        f"{mark} {'word ' * length}end{i}"
        for i, (mark, length) in enumerate(zip(marks, lengths, strict=True))
    )
    cut = list(pieces.lists(source))
    assert re.findall(r"end\d+", "".join(cut)) == [f"end{i}" for i in range(len(lengths))]
    if numbered:
        assert [int(n) - 1 for n in re.findall(r'start="(\d+)"', "".join(cut))] == [
            int(re.search(r"end(\d+)", one)[1]) for one in cut
        ]


@pytest.mark.parametrize("length", [1, pieces.CODE_LINES, pieces.CODE_LINES + 1, pieces.CODE_LINES + 30])
def test_code_is_limited_and_says_what_is_left_out(length):
    drawn = pieces.code("\n".join(f"x{i} = {i}" for i in range(length)), of="tlcourse/files.py")
    shown = len(re.findall(r"x\d+", re.sub(r"<[^>]+>", "", drawn.split("</pre>")[0])))
    left = re.search(r"and (\d+) lines more, in tlcourse/files.py", drawn)
    assert shown + (int(left[1]) if left else 0) == length
    assert shown <= pieces.CODE_LINES + 1


def test_code_of_no_language_is_shown_as_it_is():
    assert "a &lt; b" in pieces.code("a < b", "no-such-language")
    assert "a &lt; b" in pieces.code("a < b", "")


def test_words_are_whole_sentences():
    long = " ".join(f"This is sentence number {i} of the paragraph." for i in range(40))
    shown, whole = pieces.words(long)
    assert not whole
    assert long.startswith(shown)
    assert shown.endswith(".")
    assert len(markdown.plain(shown)) <= pieces.WORDS_LETTERS
    assert pieces.words("Short.") == ("Short.", True)
    assert pieces.words("endless " * 200)[1], "one sentence is never cut"
