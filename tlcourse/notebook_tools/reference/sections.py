"""The sections of a built lesson: what is said under each heading, and the heading's anchor on the site."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tlcourse.notebook_tools.markdown import Block, blocks, plain
from tlcourse.notebook_tools.notebook_files import nbformat
from tlcourse.notebook_tools.source import LessonFiles

_TIME = re.compile(r"\s*(?:·\s*\d+ minutes|\(\d+ minutes[^)]*\))\s*$")
ANCHORED = 3  # levels of headings that docs/conf.py gives an anchor


@dataclass(frozen=True)
class Said:
    """A block of a lesson's text, and where it stands.

    Attributes:
        block: the text.
        section: the heading above it, without its minutes and marks.
        target: what a link from another page of the site leads to.
    """

    block: Block
    section: str
    target: str


def said(lesson: LessonFiles) -> Iterator[Said]:
    """Yield the blocks of a built lesson in order; not those above its first section."""
    from mdit_py_plugins.anchors.index import slugify

    notebook = nbformat.read(lesson.built, as_version=4)
    section, target, seen = "", "", Counter()
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for block in blocks(cell.source):
            if block.kind != "heading":
                if section:
                    yield Said(block, section, target)
            elif block.level <= ANCHORED:
                anchor = slugify(plain(block.source))
                number, seen[anchor] = seen[anchor], seen[anchor] + 1
                if block.level > 1:
                    section = plain(_TIME.sub("", block.source))
                    target = f"{lesson.name}.ipynb#{anchor}{f'-{number}' if number else ''}"
