"""What a check says, as text and as HTML; a mark and a word, never colour alone."""

import html
import re
from dataclasses import dataclass

SOLVED, WRONG, NOT_ATTEMPTED = "solved", "wrong", "not attempted"
MARKS = {SOLVED: "✓", WRONG: "✗", NOT_ATTEMPTED: "○"}
_WORDS = {SOLVED: "Solved", WRONG: "Not yet", NOT_ATTEMPTED: "Not attempted yet"}
_COLOURS = {SOLVED: "#009E73", WRONG: "#D55E00", NOT_ATTEMPTED: "#6E6E6E"}


@dataclass(frozen=True)
class Verdict:
    """The result of one check: ``status`` is ``"solved"``, ``"wrong"`` or ``"not attempted"``."""

    status: str
    message: str
    given: str = ""

    @classmethod
    def solved(cls, message: str) -> "Verdict":
        return cls(SOLVED, message)

    @classmethod
    def wrong(cls, message: str, given: str = "") -> "Verdict":
        return cls(WRONG, message, given)

    @classmethod
    def not_attempted(cls, message: str) -> "Verdict":
        return cls(NOT_ATTEMPTED, message)

    def __repr__(self) -> str:
        text = f"{MARKS[self.status]} {_WORDS[self.status]}. {self.message}"
        return f"{text}\n  on the input {self.given}" if self.given else text

    def _repr_html_(self) -> str:
        message = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(self.message)).replace("\n", "<br>")
        given = f"<br>on the input <code>{html.escape(self.given)}</code>" if self.given else ""
        return (
            f'<div role="status" style="border-left:4px solid {_COLOURS[self.status]}; padding-left:0.6em; '
            f'line-height:1.5"><b>{MARKS[self.status]} {_WORDS[self.status]}.</b> {message}{given}</div>'
        )


@dataclass(frozen=True)
class Note:
    """A hint or a solution, as Markdown that also reads as text."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text
