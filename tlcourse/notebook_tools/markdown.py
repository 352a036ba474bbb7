"""A lesson's Markdown in blocks, and as HTML: the dialect that the site reads, formulas as MathML."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tlcourse.notebook_tools.formulas import as_mathml

# Where a sentence ends: after a mark and what closes, before what can begin one; not after these.
_END = re.compile(r"(?<=[.!?:])(?P<closes>[\"”’)*_]*)\s+(?=[A-Z0-9“\"(*`$\[])")
_NO_END = re.compile(r"(?:\b(?:al|vs|cf|Fig|e\.g|i\.e|z\.B)|\b[A-Z])\.$|\.\.\.$")


@dataclass(frozen=True)
class Block:
    """A piece of a text that stands on its own.

    Attributes:
        kind: `heading`, `paragraph`, `list`, `formula`, `code`, `table` or `other`.
        source: its Markdown; of a heading, a formula and code, without the marks.
        level: of a heading, 1 to 6; else 0.
        language: of code, what stands behind the backticks.
    """

    kind: str
    source: str
    level: int = 0
    language: str = ""


_KINDS = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "math_block": "formula",
    "amsmath": "formula",
    "fence": "code",
    "code_block": "code",
    "table_open": "table",
}


@functools.cache
def _parser():
    from markdown_it import MarkdownIt
    from mdit_py_plugins.amsmath import amsmath_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def drawn(latex: str, options: dict) -> str:
        return as_mathml(latex, "block" if options["display_mode"] else "inline")

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(dollarmath_plugin, renderer=drawn, double_inline=True)
    return parser.use(amsmath_plugin, renderer=lambda latex: as_mathml(latex, "block"))


def as_html(text: str) -> str:
    """Markdown as HTML."""
    return _parser().render(text)


def inline_html(text: str) -> str:
    """Markdown without blocks as HTML without a paragraph around it."""
    return _parser().renderInline(text)


def plain(text: str) -> str:
    """Markdown without its marks."""
    text = re.sub(r"\[([^\]\n]*)\]\([^)\n]*\)", r"\1", text)
    return re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).strip()


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text in order."""
    lines = text.split("\n")
    for token in _parser().parse(text):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        kind = _KINDS.get(token.type, "other")
        source = "\n".join(lines[slice(*token.map)]).strip()
        if kind == "heading":
            yield Block(kind, source.lstrip("#").strip(), level=int(token.tag[1]))
        elif kind in ("formula", "code"):
            yield Block(
                kind, token.content.strip("\n"), language=token.info.strip() if kind == "code" else ""
            )
        else:
            yield Block(kind, source)


def items(source: str) -> list[str]:
    """The items of a list, each as Markdown without its mark."""
    tokens, lines = _parser().parse(source), source.split("\n")
    found = [token.map for token in tokens if token.type == "list_item_open" and token.level == 1]
    texts = ["\n".join(lines[slice(*place)]) for place in found]
    return [re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+", "", text).strip() for text in texts]


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph of Markdown, each with the mark that ends it; a formula is not cut."""
    text = " ".join(paragraph.split())
    closed = [match.span() for match in re.finditer(r"`[^`]*`|\$[^$]*\$|\([^()]*\)", text)]
    found, start = [], 0
    for match in _END.finditer(text):
        end = match.end("closes")
        inside = any(first < end < last for first, last in closed)
        if inside or _NO_END.search(text[start : match.start()]):
            continue
        found.append(text[start:end].strip())
        start = match.end()
    return [*found, text[start:].strip()] if text[start:].strip() else found
