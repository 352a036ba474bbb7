"""Markdown whose numbers are computed by the cell that shows it."""

import textwrap
from collections.abc import Iterable

from IPython.display import display


def md(text: str) -> None:
    """Show `text` as Markdown; also readable where only plain text is."""
    text = textwrap.dedent(text).strip()
    display({"text/markdown": text, "text/plain": text}, raw=True)


def listed(items: Iterable[object], nothing: str = "none") -> str:
    """`a`, `a and b`, `a, b and c`; `nothing` where there is none."""
    *most, last = [*map(str, items)] or [nothing]
    return f"{', '.join(most)} and {last}" if most else last


def signed(value: float, spec: str = ".1f") -> str:
    """A number with its sign, a minus as it is printed: `+0.3`, `−1.2`."""
    return f"{value:+{spec}}".replace("-", "−")


def capitalised(text: str) -> str:
    """The text with a capital at its beginning, the rest as it is: names and formulas keep their letters."""
    return text[:1].upper() + text[1:]
