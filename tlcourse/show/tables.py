"""Tables that read as HTML and as plain text, and the table that sets a paper's figures beside ours."""

import html
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from IPython.display import display

from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

Format = str | Callable[[object], str]
Formats = Format | Mapping[str, Format] | None
Rows = Iterable[Mapping[str, object]] | Mapping[str, Sequence[object]]
Bundle = dict[str, str]  # MIME type → the table


class Strong(str):
    """Text of a cell that stands out: bold, and with a star where there is only plain text."""


def mean_sd(values: Sequence[float], spec: str = ".3g") -> str:
    """Return `mean ± sd (n=…)` of `values`, one per seed.

    `sd` is the sample standard deviation (over n − 1). `spec` is a format specification such as
    `".1%"` or `".2f"`. One value alone has no spread and gets none.

    Raises:
        ValueError: there are no values.
    """
    array = np.asarray(list(values), dtype=float)
    if array.size == 0:
        raise ValueError("mean_sd got no values; give one figure per seed")
    if array.size == 1:
        return format(array[0], spec)
    mean, spread = mean_and_spread(array)
    return f"{mean:{spec}} ± {spread:{spec.removeprefix('+')}} (n={array.size})"


def _cell(value: object, form: Format | None) -> str:
    if callable(form):
        return form(value)
    if isinstance(value, Strong):
        return value
    if isinstance(value, Records):
        value = value.scores
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, numbers.Number):
        if form:
            return form.format(value) if "{" in form else format(value, form)
        return f"{value:,}" if isinstance(value, numbers.Integral) else f"{value:.3g}"
    if isinstance(value, (list, tuple, np.ndarray)) and len(value) and _all_numbers(value):
        return mean_sd(value, form.strip("{:}") if form else ".3g")
    return str(value)


def _all_numbers(values: Iterable[object]) -> bool:
    return all(isinstance(v, numbers.Number) and not isinstance(v, bool) for v in values)


def _columns(rows: object) -> dict[str, list[object]]:
    """Name → cells, from each kind of rows that `table` takes."""
    if isinstance(rows, Mapping):
        return {str(name): list(column) for name, column in rows.items()}
    rows = list(rows)
    if not rows:
        raise ValueError("show.table got no rows")
    if not all(isinstance(row, Mapping) for row in rows):
        raise TypeError("show.table takes a list of dicts (column → value) or a dict of columns")
    names = dict.fromkeys(name for row in rows for name in row)
    return {str(name): [row.get(name) for row in rows] for name in names}


def _render(columns: list[str], body: list[list[str]], right: list[bool], caption: str | None) -> Bundle:
    """One table as HTML and as text, from cells that are already text. Everything is escaped here."""
    align = ["right" if r else "left" for r in right]
    cell = "padding:0.3em 0.8em; vertical-align:top; white-space:normal;"
    head = "".join(
        f'<th scope="col" style="{cell} text-align:{a}; border-bottom:2px solid currentColor">'
        f"{html.escape(c)}</th>"
        for c, a in zip(columns, align, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td style="{cell} text-align:{a}">{_marked(c)}</td>' for c, a in zip(row, align, strict=True)
        )
        + "</tr>"
        for row in body
    )
    title = (
        '<caption style="caption-side:top; text-align:left; font-weight:bold; padding:0.3em 0.8em; '
        'width:max-content; max-width:60em">'
        f"{html.escape(caption)}</caption>"
        if caption
        else ""
    )
    page = (
        f'<table style="font-size:100%; border-collapse:collapse; margin:0 0 0.9em 0">{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
    )
    return {"text/html": page, "text/plain": _plain(columns, body, right, caption)}


def _marked(cell: str) -> str:
    return f"<b>{html.escape(cell)}</b>" if isinstance(cell, Strong) else html.escape(cell)


def _plain(columns: list[str], body: list[list[str]], right: list[bool], caption: str | None) -> str:
    body = [[f"{c}*" if isinstance(c, Strong) else c for c in row] for row in body]
    widths = [max(len(row[i]) for row in [columns, *body]) for i in range(len(columns))]
    rule = ["─" * w for w in widths]
    lines = [
        "  ".join(
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in [columns, rule, *body]
    ]
    return "\n".join(([caption] if caption else []) + lines)


def table(rows: Rows, caption: str | None = None, formats: Formats = None) -> None:
    """Show `rows` as a tidy table. Arguments and errors are those of `as_table`."""
    display(as_table(rows, caption, formats), raw=True)


def as_table(rows: Rows, caption: str | None = None, formats: Formats = None) -> Bundle:
    """`rows` as a tidy table, in HTML and in plain text.

    Args:
        rows: a list of dicts (column → value) or a dict of columns. A cell may be text, a number, or records
            or a list of numbers, one per seed, which become `mean ± sd (n=…)`.
        caption: printed above.
        formats: a format for every number (`".1%"`), or one per column name; a callable gets the value.

    Raises:
        TypeError: `rows` is of another kind.
        ValueError: there are no rows, or `formats` names a column that is not there.
    """
    columns = _columns(rows)
    if not columns:
        raise ValueError("show.table got no columns")
    if isinstance(formats, Mapping):
        unknown = [k for k in formats if str(k) not in columns]
        if unknown:
            raise ValueError(f"formats names {unknown[0]!r}, but the columns are {', '.join(columns)}")
        forms = [{str(k): v for k, v in formats.items()}.get(c) for c in columns]
    else:
        forms = [formats] * len(columns)
    cells = [[_cell(v, form) for v in column] for column, form in zip(columns.values(), forms, strict=True)]
    right = [all(isinstance(v, numbers.Number) or v is None for v in column) for column in columns.values()]
    return _render([*columns], [list(row) for row in zip(*cells, strict=True)], right, caption)


_COMPARE = ("what", "paper", "source", "ours", "why")


def compare(rows: Iterable[Mapping[str, object] | Sequence[object]], caption: str | None = None) -> None:
    """Show "paper says / we get / why they differ".

    Args:
        rows: dicts or tuples with `what`, `paper` (the paper's figure), `source` (paper and section),
            `ours` (a float, text, a `show.difference`, or one figure per seed, as records or a list,
            which becomes `mean ± sd`) and `why`; a dict may have a `format` such as `".1%"` for its
            two figures.
        caption: printed above.

    Raises:
        ValueError: a row lacks one of the five, or is empty where it has to speak.
    """
    body = []
    for row in rows:
        if not isinstance(row, Mapping):
            if len(row) != len(_COMPARE):
                raise ValueError(
                    f"a row of show.compare is ({', '.join(_COMPARE)}); got {len(row)} items: {row!r}"
                )
            row = dict(zip(_COMPARE, row, strict=True))
        missing = [k for k in _COMPARE if row.get(k) is None or row.get(k) == ""] if row else list(_COMPARE)
        unknown = set(row) - {*_COMPARE, "format"}
        if missing or unknown:
            problem = f"lacks {missing[0]!r}" if missing else f"has an unknown {min(unknown)!r}"
            raise ValueError(f"a row of show.compare {problem}; it needs {', '.join(_COMPARE)}: {row!r}")
        form = row.get("format")
        paper = f"{_cell(row['paper'], form)}  ({row['source']})"
        body.append([str(row["what"]), paper, _cell(row["ours"], form), str(row["why"])])
    if not body:
        raise ValueError("show.compare got no rows")
    display(_render(["", "paper says", "we get", "why they differ"], body, [False] * 4, caption), raw=True)
