"""What stands on a slide, cut so that it can be read from the back row: code, tables, lists, words.

The limits are those of a page of 1280 × 720 in the letters of `deck.css`. They are estimates, as the letters
of another machine run wider: what is still too much is made smaller by `deck.js`.
"""

import html
import re
from collections.abc import Iterator
from textwrap import wrap

from tlcourse.notebook_tools.markdown import as_html, items, plain, sentences

CODE_LINES = 20
TABLE_LINES = 17
TABLE_LETTERS = 112  # of all columns, side by side
LIST_LINES = 10
LINE_LETTERS = 88
WORDS_LETTERS = 420  # of a paragraph that is shown large

_ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)</t[dh]>", re.DOTALL)
_STYLE = re.compile(r' style="([^"]*)"')
_ALIGNED = re.compile(r"text-align:\s*(?:right|center)")


def code(text: str, language: str = "python", of: str = "", lines: int = CODE_LINES) -> str:
    """Code in colours; what is beyond the lines is counted and left to the lesson (or to the file `of`)."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language or "text")
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    every = text.strip("\n").split("\n")
    left = len(every) - lines
    shown = every if left <= 1 else every[:lines]  # one line more takes no more room than to say so
    drawn = highlight("\n".join(shown), lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    more = f'<p class="more">… and {left} lines more, in {of or "the lesson"}</p>' if left > 1 else ""
    return f'<pre class="code"><code>{drawn}</code></pre>{more}'


def styles() -> str:
    """The style sheet of the colours of code."""
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="a11y-high-contrast-light").get_style_defs("pre.code")


def tables(text: str) -> Iterator[str]:
    """Cut a table of `show.table` into tables that fit, each with its caption and its head."""
    head = re.search(r"<thead>.*?</thead>", text, re.DOTALL)
    before = text[: text.index("<tbody>")] if "<tbody>" in text else text[: head.end()] if head else ""
    rows = _ROW.findall(text[len(before) :])
    heights = _heights([_cells(head[0]) if head else [], *map(_cells, rows)])
    room = TABLE_LINES - heights[0]
    page: list[str] = []
    for row, height in zip(rows, heights[1:], strict=True):
        if page and height > room:
            yield _table(before, page)
            page, room = [], TABLE_LINES - heights[0]
        page.append(row)
        room -= height
    yield _table(before, page)


def _table(before: str, rows: list[str]) -> str:
    whole = f"{before if '<tbody>' in before else before + '<tbody>'}{''.join(rows)}</tbody></table>"
    return _STYLE.sub(_alignment, whole)


def _alignment(style: re.Match[str]) -> str:
    """Of an element's style only how it is aligned: sizes are the slides' own."""
    aligned = _ALIGNED.search(style[1])
    return f' style="{aligned[0]}"' if aligned else ""


def _cells(row: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in _CELL.findall(row)]


def _heights(rows: list[list[str]]) -> list[int]:
    """How many lines each row takes, if columns are as wide as what they hold, within what there is."""
    columns = max(map(len, rows), default=0)
    longest = [max((len(row[i]) for row in rows if i < len(row)), default=1) for i in range(columns)]
    room, widths = TABLE_LETTERS, dict.fromkeys(range(columns), 0)
    for left, index in zip(
        range(columns, 0, -1), sorted(range(columns), key=longest.__getitem__), strict=True
    ):
        widths[index] = max(
            8, min(longest[index], room // left)
        )  # the narrow ones leave their rest to the wide
        room -= widths[index]
    return [
        max((len(wrap(cell, widths[index])) for index, cell in enumerate(row)), default=0) or 1
        for row in rows
    ]


def lists(source: str) -> Iterator[str]:
    """Cut a list into lists that fit; a numbered one goes on with its numbers."""
    numbered = re.match(r"\s*\d+[.)]", source)
    page: list[str] = []
    room, first = LIST_LINES, 1
    for number, item in enumerate(items(source), start=1):
        height = len(wrap(plain(item), LINE_LETTERS)) or 1
        if page and height > room:
            yield _list(page, first if numbered else 0)
            page, room, first = [], LIST_LINES, number
        page.append(item)
        room -= height
    if page:
        yield _list(page, first if numbered else 0)


def _list(texts: list[str], first: int) -> str:
    inner = "".join(f"<li>{_unwrapped(text)}</li>" for text in texts)
    return f'<ol start="{first}">{inner}</ol>' if first else f"<ul>{inner}</ul>"


def _unwrapped(text: str) -> str:
    """HTML without the paragraph around it, where there is but one."""
    drawn = as_html(text).strip()
    one = re.fullmatch(r"<p>(.*)</p>", drawn, re.DOTALL)
    return one[1] if one and "<p>" not in one[1] else drawn


def words(paragraph: str, letters: int = WORDS_LETTERS) -> tuple[str, bool]:
    """The sentences of a paragraph that have room, as Markdown, one at least; whether that is all of it."""
    shown, every = [], sentences(paragraph)
    for sentence in every:
        if shown and len(plain(" ".join([*shown, sentence]))) > letters:
            break
        shown.append(sentence)
    return " ".join(shown), len(shown) == len(every)
