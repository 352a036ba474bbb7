"""Formulas as MathML, which browsers draw by themselves: no script, no fonts; read aloud as formulas."""

import re

# The environments of several lines that amsmath has → those of which MathML has a counterpart.
_LINES = (("{align}", "{aligned}"), ("{align*}", "{aligned}"))


def as_mathml(latex: str, display: str) -> str:
    """`display` is `"inline"` or `"block"`."""
    from latex2mathml.converter import convert

    for theirs, ours in _LINES:
        latex = latex.replace(theirs, ours)
    return convert(re.sub(r"\s+", " ", latex).strip(), display=display)
