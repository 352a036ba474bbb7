"""What a check says, as text and as HTML; a mark and a word, never colour alone."""

import html
from dataclasses import dataclass, field

from tlcourse.exercises.marked_up import as_html

SOLVED, WRONG, NOT_ATTEMPTED = "solved", "wrong", "not attempted"
MARKS = {SOLVED: "✓", WRONG: "✗", NOT_ATTEMPTED: "○"}
_WORDS = {SOLVED: "Solved", WRONG: "Not yet", NOT_ATTEMPTED: "Not attempted yet"}
_COLOURS = {SOLVED: "#009E73", WRONG: "#D55E00", NOT_ATTEMPTED: "#6E6E6E"}


@dataclass(frozen=True)
class Verdict:
    """The result of one check: `status` is `"solved"`, `"wrong"` or `"not attempted"`.

    `message` says what is wrong, `detail` by how much where the message does not, `given` on which
    input, and `args` are that input itself. `named` is whether the message names the mistake, and does
    not only say how far off the values are.
    """

    status: str
    message: str
    detail: str = ""
    given: str = ""
    named: bool = False
    args: tuple | None = field(default=None, repr=False, compare=False)

    @classmethod
    def solved(cls, message: str) -> "Verdict":
        return cls(SOLVED, message)

    @classmethod
    def wrong(
        cls,
        message: str,
        detail: str = "",
        given: str = "",
        *,
        named: bool = False,
        args: tuple | None = None,
    ) -> "Verdict":
        return cls(WRONG, message, detail, given, named, args)

    @classmethod
    def not_attempted(cls, message: str) -> "Verdict":
        return cls(NOT_ATTEMPTED, message)

    def __repr__(self) -> str:
        lines = [f"{MARKS[self.status]} {_WORDS[self.status]}. {self.message}"]
        lines += [f"  {self.detail}"] if self.detail else []
        lines += [f"  on the input {self.given}"] if self.given else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        detail = f"<br>{as_html(self.detail)}" if self.detail else ""
        given = f"<br>on the input <code>{html.escape(self.given)}</code>" if self.given else ""
        return (
            f'<div role="status" style="border-left:4px solid {_COLOURS[self.status]}; padding-left:0.6em; '
            f'line-height:1.5"><b>{MARKS[self.status]} {_WORDS[self.status]}.</b> '
            f"{as_html(self.message)}{detail}{given}</div>"
        )


@dataclass(frozen=True)
class Note:
    """A hint or a solution, as Markdown that also reads as text."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text
