"""A CSV of any size as a sample of its records: streamed once, with the line on which each one begins."""

import csv
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tlcourse.trial import dialect as dialects
from tlcourse.trial.dialect import Dialect
from tlcourse.trial.encoding import Decoding
from tlcourse.trial.refusals import TrialError, counted

MOST_ROWS = 20_000  # records that are kept; more are drawn from
HEAD = 2_000  # lines that tell the dialect and the columns
LONGEST_FIELD = 1_000_000  # characters; a longer one is a quote that never closes
_LONGEST_LINE = 10 * LONGEST_FIELD

Record = tuple[int, list[str]]  # the line on which it begins, and its fields


@dataclass(frozen=True)
class Head:
    """The first records of a file, which tell how to read the rest."""

    dialect: Dialect
    records: list[Record]


@dataclass
class Seen:
    """What was met on the way through a file: counts, and the first line of each kind; 0 for none."""

    records: int = 0
    short: int = 0
    long: int = 0
    first_ragged: int = 0
    nul_lines: int = 0


def look(path: Path, decoding: Decoding) -> Head:
    """Read the first lines of a file.

    Raises:
        TrialError: it has one column only, or a field without end.
    """
    lines = list(itertools.islice(_lines(path, decoding, Seen()), HEAD + 1))
    lines = lines or [""]
    whole = len(lines) <= HEAD
    dialect = dialects.choose(path.name, lines[:HEAD], whole)
    return Head(dialect, list(itertools.islice(records(path, decoding, dialect, Seen()), HEAD // 2)))


def records(path: Path, decoding: Decoding, dialect: Dialect, seen: Seen) -> Iterator[Record]:
    """All records but empty ones, ragged ones too; `seen` counts what was met.

    Raises:
        TrialError: a field has no end.
    """
    last: list[str] = []  # the lines of the record that is being read

    def noted() -> Iterator[str]:
        for line in itertools.islice(_lines(path, decoding, seen), dialect.skip, None):
            last.append(line)
            yield line

    with _long_fields():
        reader, begin = dialect.reader(noted()), 1 + dialect.skip
        while True:
            last.clear()
            try:
                row = next(reader, None)
            except csv.Error as error:
                raise _no_end(path, begin, str(error)) from None
            if row is None:
                return
            n_lines = len(last)
            if n_lines > 1 and _open(last, dialect):
                raise _no_end(path, begin, "the file ends inside it")
            if any(field.strip() for field in row):
                yield begin, row
            begin += n_lines


def _open(lines: list[str], dialect: Dialect) -> bool:
    """Whether the record of these lines ends inside a quote."""
    try:
        list(csv.reader(lines, delimiter=dialect.delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _no_end(path: Path, line: int, why: str) -> TrialError:
    return TrialError(
        f"{path.name}: the record that begins in line {line} has no end ({why}): a quote was opened there "
        'and not closed; close it, or double it ("") where it belongs to the text'
    )


def sample(
    path: Path,
    decoding: Decoding,
    dialect: Dialect,
    take: Callable[[list[str]], list[str]],
    header: bool,
    seed: int,
) -> tuple[list[Record], Seen]:
    """The records of as many fields as most have, at most `MOST_ROWS` drawn from all; in file order.

    Drawn as in algorithm R of Vitter 1985: each record has the same chance, and none is counted before.

    Args:
        take: the fields of a record that are kept.
        header: the first record holds names, and is left out.
    """
    rng, seen, kept = random.Random(seed), Seen(), []
    for line, row in itertools.islice(records(path, decoding, dialect, seen), int(header), None):
        row = _fitted(row, dialect.width)
        if len(row) != dialect.width:
            seen.short += len(row) < dialect.width
            seen.long += len(row) > dialect.width
            seen.first_ragged = seen.first_ragged or line
            continue
        seen.records += 1
        if len(kept) < MOST_ROWS:
            kept.append((line, take(row)))
        elif (place := rng.randrange(seen.records)) < MOST_ROWS:
            kept[place] = (line, take(row))
    return sorted(kept, key=lambda one: one[0]), seen


def _fitted(row: list[str], width: int) -> list[str]:
    """Without empty fields past the last column, as a delimiter at the end of each line leaves them."""
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    return row


def ragged_note(seen: Seen, width: int) -> str | None:
    """What was left out because it does not fit the header. Raises TrialError if that is most of it."""
    n = seen.short + seen.long
    if not n:
        return None
    kinds = [
        f"{counted(k, 'record')} with {what} fields"
        for k, what in ((seen.short, "fewer"), (seen.long, "more"))
        if k
    ]
    told = f"{' and '.join(kinds)} than the {width} of most lines, the first in line {seen.first_ragged}"
    if n > seen.records:
        raise TrialError(
            f"most records do not fit: {told}. Put quotes around texts that hold the sign between fields"
        )
    return f"Left out: {told}."


def _lines(path: Path, decoding: Decoding, seen: Seen) -> Iterator[str]:
    """The lines with their ends, whatever these are, without NUL characters."""
    with path.open(encoding=decoding.name, errors=decoding.errors, newline="") as file:
        for number in itertools.count(1):
            line = file.readline(_LONGEST_LINE)
            if not line:
                return
            if len(line) >= _LONGEST_LINE and line[-1] not in "\r\n":
                raise TrialError(
                    f"{path.name}: line {number} is longer than {_LONGEST_LINE:,} characters: this is no "
                    "table of texts; write one text on each line"
                )
            if "\0" in line:
                seen.nul_lines += 1
                line = line.replace("\0", "")
            yield line


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let csv read fields as long as texts get; its limit is the process's, so it is put back."""
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
