"""Lines of records over a number, such as a layer: a mark for each mean, a bar for the spread over seeds."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records


def curve(ax: Axes, rows: Records, over: str, label: str, look: Mapping[str, object], spec: str) -> str:
    """Draw one line with its bars; return what it says in words, means formatted by `spec`."""
    places = sorted(rows.values(over))
    found = [rows.where(**{over: place}) for place in places]
    ax.errorbar(
        places, [one.mean for one in found], [one.spread for one in found], label=label, capsize=3, **look
    )
    return f"{label}: " + ", ".join(f"{one.mean:{spec}} at {p}" for p, one in zip(places, found, strict=True))


def lines(
    rows: Records,
    over: str,
    series: str,
    what: str,
    xlabel: str,
    log: bool = False,
    level: tuple[str, float] | None = None,
) -> Described:
    """Draw a line for each of `series` along `over`, of scores between 0 and 1, in percent.

    Args:
        rows: records with these fields, `seed` and `score`.
        what: the scores' name.
        log: doubling steps are equally far apart.
        level: name and height of a line across the figure, which is what the others are compared with.

    Raises:
        ValueError: there is nothing to draw.
    """
    names = rows.values(series) if len(rows) else []
    if not names:
        raise ValueError(f"there are no records to draw {what!r} of, expected one or more with {series!r}")
    fig, ax = plt.subplots(figsize=(9, 4.8))
    told = []
    for name, style in zip(names, cycle(len(names)), strict=True):
        look = {key: style[key] for key in ("color", "marker", "linestyle")}
        told.append(curve(ax, rows.where(**{series: name}), over, str(name), look, ".0%"))
    if level is not None:
        ax.axhline(level[1], lw=2, marker="", label=level[0], color=COLOURS["black"], linestyle=":")
        told.append(f"{level[0]}: {level[1]:.0%}")
    if log:
        ax.set_xscale("log", base=2)
    every = sorted(rows.values(over))
    ax.set_xticks(every, [str(place) for place in every])
    ax.minorticks_off()
    ax.set(xlabel=xlabel, ylabel=what)
    ax.yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
    fig.legend(loc="outside lower center", ncols=3)
    return Described(fig, f"{what} by {xlabel}. {'; '.join(told)}.")
