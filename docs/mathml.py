"""Sphinx's formulas as MathML: `tlcourse.notebook_tools.formulas`."""

from typing import Any

from docutils import nodes

from tlcourse.notebook_tools.formulas import as_mathml


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
