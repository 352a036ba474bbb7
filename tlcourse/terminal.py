"""What the command prints, so that every terminal, and every file it is redirected to, can hold it."""

import codecs
import sys
import unicodedata

# Signs of ours that have a plain twin; the two marks have to stay apart.
_PLAIN = {
    "✓": "ok",
    "✗": "NO",
    "→": "->",
    "←": "<-",
    "↔": "<->",
    "·": "-",
    "…": "...",
    "–": "-",
    "—": "-",
    "−": "-",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "±": "+-",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "ρ": "rho",
}


def plain(text: str) -> str:
    """Return `text` in ASCII: signs by their twins, letters without their accents, else `?`."""
    found = []
    for letter in text:
        if letter in _PLAIN:
            found.append(_PLAIN[letter])
        else:  # é is e and an accent; a half of a surrogate pair, from a file name that is not UTF-8, nothing
            found.append(
                unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode("ascii") or "?"
            )
    return "".join(found)


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error("tlcourse.plain", _replace)


def make_safe() -> None:
    """Have stdout and stderr write plain twins for what their encoding lacks, instead of raising.

    The encoding stays what it is: a file that is redirected to is in the encoding that was asked for. Windows
    redirects in that of the system (cp1252 in Western Europe), which has no ✓.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where it is None (no console), or a notebook's
            stream.reconfigure(errors="tlcourse.plain")


def console(stderr: bool = False):
    """Return a rich console that prints text as it is: no markup, no emoji, nothing wrapped by itself."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False, soft_wrap=True)


def bars(console):
    """Return progress bars that count cells."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("cells"))
    return Progress(*columns, TimeElapsedColumn(), console=console)
