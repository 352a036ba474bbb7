"""A slide: what the room sees, and what its teacher reads."""

import html
from dataclasses import dataclass, field

from tlcourse.notebook_tools.markdown import inline_html, plain


@dataclass
class Slide:
    """One slide; its parts are HTML, but for the heading.

    Attributes:
        kind: `title`, `section`, `figure`, `table`, `code`, `formula`, `list`, `words`, `question`, `answer`,
            `turn` or `hints`: how it is laid out.
        heading: Markdown.
        body: what is shown under it.
        lead: a sentence or two between heading and body, Markdown.
        notes: what the teacher reads, a piece of HTML each.
    """

    kind: str
    heading: str
    body: str = ""
    lead: str = ""
    notes: list[str] = field(default_factory=list)

    def html(self) -> str:
        """The slide as reveal.js takes it."""
        level = 1 if self.kind == "title" else 2
        lead = f'<p class="lead">{inline_html(self.lead)}</p>' if self.lead else ""
        body = f'<div class="body">{self.body}</div>' if self.body else ""
        notes = f'<aside class="notes">{"".join(self.notes)}</aside>' if self.notes else ""
        name = html.escape(plain(self.heading), quote=True)
        heading = f"<h{level}>{inline_html(self.heading)}</h{level}>"
        return (
            f'<section class="{self.kind}" aria-label="{name}">'
            f'<div class="page">{heading}{lead}{body}</div>{notes}</section>'
        )
