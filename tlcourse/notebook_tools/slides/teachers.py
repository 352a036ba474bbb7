"""What the teachers' page says of a lesson: what learners believe of it, and what to talk about."""

import re

BELIEFS = "## What learners believe"
TALK = "## To talk about"


def rows(page: str, heading: str, number: str) -> list[tuple[str, ...]]:
    """The rows of the table under the heading that begins so, of this lesson, without its number.

    Raises:
        ValueError: the page has no such heading.
    """
    found = re.search(rf"^{re.escape(heading)}.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"docs/teaching.md has no heading that begins with {heading!r}; put it back")
    cells = [
        tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        for line in found[0].splitlines()
        if line.startswith("|")
    ]
    return [rest for first, *rest in cells if first == number]
