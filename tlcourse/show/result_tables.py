"""Records as a table: mean ± spread over the seeds, and a mark only where it is more than luck."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython.display import display

from tlcourse.show.differences import difference
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread
from tlcourse.show.tables import Bundle, Strong, as_table


def results(
    records: Records,
    rows: str = "labels",
    columns: str = "model",
    caption: str | None = None,
    spec: str = ".1%",
    best: str | None = "max",
    also: Mapping[str, Callable[[Any], object]] | None = None,
) -> None:
    """Show `records` as a table. Arguments and errors are those of `as_results`."""
    display(as_results(records, rows, columns, caption, spec, best, also), raw=True)


def as_results(
    records: Records,
    rows: str = "labels",
    columns: str = "model",
    caption: str | None = None,
    spec: str = ".1%",
    best: str | None = "max",
    also: Mapping[str, Callable[[Any], object]] | None = None,
) -> Bundle:
    """`records` as a table: a row for each value of one field, a column for each value of another.

    A cell is the mean ± the standard deviation over the seeds. The best of a row is bold (in plain text: a
    star) only if it is above *each* other cell of its row outside the spread, as
    `tlcourse.show.differences` has it; the caption says so.

    Args:
        rows, columns: fields of the records; whatever else differs but `seed` has to be chosen before.
        spec: format of a score, such as `".1%"` or `".2f"`.
        best: `"max"`, `"min"` for losses and errors, or None for no marks.
        also: further columns: name → a function of the row's value that gives the cell.

    Raises:
        ValueError: `best` is something else, or a cell holds several scores for a seed.
    """
    if best not in ("max", "min", None):
        raise ValueError(f"best is {best!r}, expected 'max', 'min' or None")
    cells = {key: group for key, group in records.by(rows, columns).items() if None not in key}
    names, marked, sizes = records.values(columns), False, {len(group.scores) for group in cells.values()}
    body: list[dict[str, object]] = []
    for value in records.values(rows):
        found = {name: cells[value, name] for name in names if (value, name) in cells}
        winner = _winner(found, best)
        marked = marked or winner is not None
        line: dict[str, object] = {rows: f"{value:,}" if isinstance(value, int) else value}
        for name in names:
            text = _told(found[name], spec, sizes) if name in found else "–"
            head = name if isinstance(name, str) else f"{columns} {name}"
            line[head] = Strong(text) if name == winner else text
        body.append(line | {name: cell(value) for name, cell in (also or {}).items()})
    return as_table(body, " ".join(filter(None, [caption and f"{caption}.", _legend(sizes, marked)])))


def _told(group: Records, spec: str, sizes: set[int]) -> str:
    scores = group.scores
    mean, spread = mean_and_spread(scores)
    told = f"{mean:{spec}} ± {spread:{spec.removeprefix('+')}}" if len(scores) > 1 else f"{mean:{spec}}"
    told = told.replace("-", "−")
    return told if len(sizes) == 1 else f"{told} (n={len(scores)})"


def _legend(sizes: set[int], marked: bool) -> str:
    told = "Mean ± standard deviation over the seeds (n)."
    if len(sizes) == 1:
        (n,) = sizes
        told = f"Mean ± standard deviation over {n} seeds." if n > 1 else "One seed."
    return told + (" Bold: better than every other in its row, outside the spread." if marked else "")


def _winner(found: Mapping[Any, Records], best: str | None) -> Any | None:
    """The name whose scores are better than each of the others' by more than luck; None without one."""
    if best is None or len(found) < 2:
        return None
    wanted, choose = ("above", max) if best == "max" else ("below", min)
    top = choose(found, key=lambda name: found[name].mean)
    others: Sequence[Records] = [group for name, group in found.items() if name != top]
    return top if all(difference(found[top], group).verdict == wanted for group in others) else None
