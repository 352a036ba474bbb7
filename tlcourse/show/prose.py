"""Markdown whose numbers are computed by the cell that shows it."""

import textwrap

from IPython.display import display


def md(text: str) -> None:
    """Show `text` as Markdown; also readable where only plain text is."""
    text = textwrap.dedent(text).strip()
    display({"text/markdown": text, "text/plain": text}, raw=True)
