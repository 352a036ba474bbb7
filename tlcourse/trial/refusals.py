"""What is said of a file that cannot be tried: one line that names what was met and what to do about it."""


class TrialError(ValueError):
    """The file cannot be tried as it is, or not with these options."""


def shown(value: str, most: int = 40) -> str:
    """`value` in quotes for a message: on one line, at most `most` characters."""
    text = " ".join(value.split())
    text = "".join(letter if letter.isprintable() else "·" for letter in text)
    return f"“{text if len(text) <= most else text[: most - 1] + '…'}”"


def listed(values: list[str], most: int = 8) -> str:
    """Names one after the other, the first `most` of them."""
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(shown(value) for value in values[:most]) + more


def counted(n: int, one: str, many: str | None = None) -> str:
    """`1 text`, `1,200 texts`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
