"""Text as HTML: what a question or a verdict says, with its `code`, *stress* and line breaks."""

import html
import re

_CODE = re.compile(r"(`[^`\n]+`)")
_STRESS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")


def as_html(text: str) -> str:
    """Escape text and mark up what stands between backticks or, outside of these, between asterisks."""
    parts = _CODE.split(html.escape(text))
    marked = [
        f"<code>{part[1:-1]}</code>" if _CODE.fullmatch(part) else _STRESS.sub(r"<em>\1</em>", part)
        for part in parts
    ]
    return "".join(marked).replace("\n", "<br>")


def without_marks(text: str) -> str:
    """The same text where no HTML can stand, as beside a button: without asterisks and backticks."""
    parts = _CODE.split(text)
    return "".join(part[1:-1] if _CODE.fullmatch(part) else _STRESS.sub(r"\1", part) for part in parts)
