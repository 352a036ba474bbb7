"""What Sphinx's pages lack for those who read them by keyboard or by ear, put in when all are written."""

from pathlib import Path
from typing import Any

_LACKING = {
    # A wide block scrolls sideways: with the keyboard, only if it can be reached with it.
    "<pre>": '<pre tabindex="0">',
    '<div class="output text_html">': '<div class="output text_html" tabindex="0">',
    # A heading has a level.
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    # Two landmarks of one kind have names.
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Lessons">',
    '<aside class="toc-drawer">': '<aside class="toc-drawer" aria-label="On this page">',
    '<aside class="toc-drawer no-toc">': '<aside class="toc-drawer no-toc" aria-label="On this page">',
}


def _complete(app: Any, exception: Exception | None) -> None:
    if exception is not None:
        return
    for page in Path(app.outdir).glob("*.html"):
        text = page.read_text("utf-8")
        for lacking, complete in _LACKING.items():
            text = text.replace(lacking, complete)
        page.write_text(text, "utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("build-finished", _complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
