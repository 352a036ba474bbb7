"""Formulas as MathML, which browsers draw by themselves: no script, no fonts; read aloud as formulas."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert

# The environments of several lines that amsmath has → those of which MathML has a counterpart.
_LINES = (("{align}", "{aligned}"), ("{align*}", "{aligned}"))


def as_mathml(latex: str, display: str) -> str:
    """`display` is `"inline"` or `"block"`."""
    for theirs, ours in _LINES:
        latex = latex.replace(theirs, ours)
    return convert(re.sub(r"\s+", " ", latex).strip(), display=display)


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(as_mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    drawn = as_mathml(node.astext(), "block")
    translator.body.append(
        f'<div class="formula" tabindex="0" role="group" aria-label="formula">{drawn}</div>'
    )
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
