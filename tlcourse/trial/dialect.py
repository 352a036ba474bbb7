"""How the fields of a CSV are told apart: by which sign, and whether quotes hold a field together.

Tried are the four common signs, with quotes and without; that one is taken with which most lines have
equally many fields.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tlcourse.trial.refusals import TrialError, counted

DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
SEP_LINE = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)  # Excel's own first line
_LONG_RECORD = 200  # lines
_CLEAR = 0.98  # share of lines that have to agree before quotes are taken as ordinary characters


@dataclass(frozen=True)
class Dialect:
    """Attributes:
    delimiter: what stands between two fields.
    quoted: whether quotes hold a field together; else they are ordinary characters.
    width: how many fields most lines have.
    skip: lines before the first one of the table.
    """

    delimiter: str
    quoted: bool
    width: int
    skip: int = 0

    def reader(self, lines: Iterable[str]) -> Iterator[list[str]]:
        quoting = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        return csv.reader(lines, delimiter=self.delimiter, quoting=quoting)

    @property
    def told(self) -> str:
        sign = DELIMITERS.get(self.delimiter, f"“{self.delimiter}”")
        quotes = (
            "" if self.quoted else "; its quotes do not pair up, so they were read as ordinary characters"
        )
        return f"Its fields are separated by {sign}{quotes}."


def choose(name: str, head: list[str], whole: bool) -> Dialect:
    """Tell the dialect from the first lines of a file.

    Args:
        name: of the file, for messages.
        head: lines with their ends.
        whole: these are all the lines there are.

    Raises:
        TrialError: every line is one field, whatever separates it.
    """
    said = SEP_LINE.fullmatch(head[0])
    skip, signs = (1, [said[1]]) if said else (0, [*DELIMITERS])
    lines = [line.replace("\0", "") for line in head[skip:]]
    found = [one for one in (_best_of(sign, lines, whole) for sign in signs) if one.width > 1]
    if not found:
        raise _one_column(name, head)
    best = max(found, key=lambda one: one.share + 0.5 * one.header)
    return Dialect(best.delimiter, best.quoted, best.width, skip)


@dataclass(frozen=True)
class _Reading:
    """How well a dialect fits: records, the share with as many fields as most, whether the first has them."""

    delimiter: str
    quoted: bool
    records: int
    share: float
    width: int
    header: bool


def _best_of(sign: str, lines: list[str], whole: bool) -> _Reading:
    """With quotes, unless every line is a whole record without them and quotes would swallow some."""
    quoted, plain = (_read(Dialect(sign, with_quotes, 0), lines, whole) for with_quotes in (True, False))
    swallowed = quoted.records < plain.records and plain.share >= _CLEAR and plain.width > 1
    if quoted.records and (not swallowed or _paired(lines, sign, whole)):
        return quoted
    return plain


def _paired(lines: list[str], sign: str, whole: bool) -> bool:
    """Whether every quote that opens a field closes it; the last record may have been cut."""
    reader, begin = csv.reader(lines, delimiter=sign, strict=True), 0
    try:
        for _ in reader:
            begin = reader.line_num
    except csv.Error as error:
        return "unexpected end" in str(error) and not whole and len(lines) - begin < _LONG_RECORD
    return True


def _read(dialect: Dialect, lines: list[str], whole: bool) -> _Reading:
    try:
        rows = [row for row in dialect.reader(lines) if any(row)]
    except csv.Error:  # a field without end
        rows = []
    if not whole and len(rows) > 1:
        rows.pop()  # it may have been cut
    if not rows:
        return _Reading(dialect.delimiter, dialect.quoted, 0, 0.0, 0, False)
    width, many = Counter(map(len, rows)).most_common(1)[0]
    return _Reading(
        dialect.delimiter, dialect.quoted, len(rows), many / len(rows), width, len(rows[0]) == width
    )


def _one_column(name: str, head: list[str]) -> TrialError:
    if any(line.lstrip().startswith("__label__") for line in head[:20]):
        return TrialError(
            f"{name} is in fastText's form (__label__…), not a CSV: write two columns, text and label"
        )
    return TrialError(
        f"{name} has one column in {counted(len(head), 'line')} looked at, but a text and its label are two: "
        "separate them by commas, tabs or semicolons, and put quotes around texts that hold such a sign"
    )
