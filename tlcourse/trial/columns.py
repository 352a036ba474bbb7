"""Which column holds the texts and which the labels: named, told by their names, or by what is in them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tlcourse.trial.refusals import TrialError, listed, shown
from tlcourse.trial.table import Record

# As data sets call them; the first that is there is taken.
TEXT_NAMES = (
    "text", "texts", "sentence", "review", "content", "body", "comment", "message", "tweet", "document",
    "article", "description", "question", "utterance", "abstract", "summary", "headline", "title", "phrase",
    "snippet",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "class", "category", "target", "sentiment", "topic", "intent", "emotion", "polarity",
    "stance", "rating", "score", "stars", "grade", "tag", "y",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


@dataclass(frozen=True)
class Columns:
    """Attributes:
    names: of all columns; numbered where the file has no header.
    text, label: their places.
    header: whether the first record holds the names.
    note: what was assumed, a sentence.
    """

    names: list[str]
    text: int
    label: int
    header: bool
    note: str


def choose(
    name: str,
    head: Sequence[Record],
    width: int,
    text: str | None = None,
    label: str | None = None,
    header: bool | None = None,
) -> Columns:
    """Find the two columns.

    Args:
        name: of the file, for messages.
        head: its first records.
        width: how many columns there are.
        text, label: a name, or a place counted from 1.
        header: whether the first record holds names; None to be told by what is in it.

    Raises:
        TrialError: there is no such column, or which one is meant cannot be told.
    """
    rows = [row for _, row in head if len(row) == width]
    if not rows:
        raise TrialError(f"{name}: no line has the {width} fields that most have: is it a CSV?")
    short = head[0][1]
    if len(short) == width - 1 and header is not False:  # as R writes it: no name for the numbers of the rows
        rows, header = [["", *short], *rows], True
    first, rest = [field.strip() for field in rows[0]], rows[1:]
    has = _has_header(first, rest, [text, label]) if header is None else header
    names = first if has else [f"column {i}" for i in range(1, width + 1)]
    names = [one or f"column {i}" for i, one in enumerate(names, start=1)]
    cells = [[row[i] for row in (rest if has else rows)] for i in range(width)]
    at_text = None if text is None else _named(name, "--text", text, names)
    at_label = None if label is None else _named(name, "--label", label, names)
    if at_text is not None and at_text == at_label:
        raise TrialError(f"{name}: --text and --label are the same column, {shown(names[at_text])}: name two")
    told = [] if has else ["It has no line of column names"]
    if at_text is None:
        at_text = _text_column(name, names, cells, at_label)
        told.append(f"the texts are in column {shown(names[at_text])}")
    if at_label is None:
        at_label = _label_column(name, names, cells, at_text)
        told.append(f"the labels are in column {shown(names[at_label])}")
    note = f"Taken for granted: {'; '.join(told)}." if told else ""
    return Columns(names, at_text, at_label, has, note)


def _has_header(first: list[str], rest: list[list[str]], named: list[str | None]) -> bool:
    """Whether the first record names the columns, by what stands below it."""
    known = {*TEXT_NAMES, *LABEL_NAMES}
    if any(one.casefold() in known for one in first) or any(n and n in first for n in named):
        return True
    columns = [[row[i].strip() for row in rest] for i in range(len(first))]
    for cell, column in zip(first, columns, strict=True):
        if not _NUMBER.fullmatch(cell) and column and all(map(_NUMBER.fullmatch, column)):
            return True  # a word above numbers
    if len(set(first)) < len(first) or max(map(len, first)) > 60:
        return False  # no two columns have one name, and no name is a sentence
    for cell, column in zip(first, columns, strict=True):
        if _NUMBER.fullmatch(cell) or (cell and column.count(cell) > 1):
            return False  # a number, or a label that comes again
    return True


def _named(name: str, option: str, wanted: str, names: list[str]) -> int:
    """The place of a column that was asked for by its name, or by its place counted from 1."""
    for same in (lambda one: one == wanted, lambda one: one.casefold() == wanted.strip().casefold()):
        places = [i for i, one in enumerate(names) if same(one)]
        if len(places) > 1:
            numbers = " or ".join(f"{option} {i + 1}" for i in places)
            raise TrialError(f"{name} has several columns called {shown(wanted)}: say which, {numbers}")
        if places:
            return places[0]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    raise TrialError(f"{name} has no column {shown(wanted)} for {option}; its columns are {listed(names)}")


def _by_name(names: list[str], known: Sequence[str], taken: int | None) -> int | None:
    lower = [one.casefold() for one in names]
    for one in known:
        if lower.count(one) == 1 and lower.index(one) != taken:
            return lower.index(one)
    return None


def _text_column(name: str, names: list[str], cells: list[list[str]], taken: int | None) -> int:
    found = _by_name(names, TEXT_NAMES, taken)
    if found is not None:
        return found
    lengths = {
        i: sum(map(len, column)) / max(1, len(column))
        for i, column in enumerate(cells)
        if i != taken and not all(_NUMBER.fullmatch(cell.strip() or "0") for cell in column)
        if names[i].casefold() not in LABEL_NAMES
    }
    if not lengths:
        raise TrialError(
            f"{name} has no column of texts, only numbers: its columns are {listed(names)}; name the CSV "
            "that has texts"
        )
    longest = sorted(lengths, key=lengths.__getitem__, reverse=True)
    alike = [names[i] for i in longest if lengths[i] > 0.5 * lengths[longest[0]]]
    if len(alike) > 1 and len(names) > 2:
        raise TrialError(
            f"{name}: which column holds the texts? {listed(alike)} could: say --text {names[longest[0]]!r}"
        )
    return longest[0]


def _label_column(name: str, names: list[str], cells: list[list[str]], text: int) -> int:
    others = [i for i in range(len(names)) if i != text]
    found = _by_name(names, LABEL_NAMES, text)
    if found is not None:
        return found
    if len(others) == 1:
        return others[0]
    few = [i for i in others if _repeats(cells[i])]
    if len(few) != 1:
        among = [names[i] for i in few or others]
        raise TrialError(
            f"{name}: which column holds the labels? {listed(among)} could: say --label {among[0]!r}, for "
            "example"
        )
    return few[0]


def _repeats(column: list[str]) -> bool:
    """Whether values come again as labels do, and there is more than one."""
    counts = Counter(cell.strip() for cell in column if cell.strip())
    return 1 < len(counts) <= max(2, 0.2 * sum(counts.values()))
