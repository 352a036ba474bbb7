"""Names beside the marks of a scatter plot, moved until none lies on another."""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt

from tlcourse.show.figure_style import COLOURS

SIZE = 11  # points
_WIDE, _HIGH = 0.62 * SIZE, 1.25 * SIZE  # of a letter; of a line
_STEPS = [0.25 * _HIGH * k for k in range(-14, 15)]  # up and down


def put(
    ax: plt.Axes,
    places: Mapping[str, tuple[float, float]],
    bold: Collection[str] = (),
    pale: Collection[str] = (),
    lift: float = 0.0,
    bars: Mapping[str, float] | None = None,
    lines: Sequence[tuple[Sequence[float], Sequence[float]]] = (),
) -> None:
    """Write each name right of its mark, or as near to that as is free; a thin line leads to it if far.

    The limits and scales of `ax` have to be set before.

    Args:
        places: name → where its mark is, in data.
        bars: name → half the height of the bar through its mark, in data; no name is put on one.
        lines: the corners (x, y) of lines, level or upright, in data; no name is put on one.
        lift: points that a bold name stands above its mark, so that a line from there stays free.
    """
    if ax.figure.get_layout_engine() is not None:
        ax.figure.draw_without_rendering()  # so that the layout is settled
    to_points = 72 / ax.figure.dpi
    marks = {name: to_points * ax.transData.transform(place) for name, place in places.items()}
    right = to_points * ax.bbox.x1
    taken = [(x - 5, x + 5, y - 5, y + 5) for x, y in marks.values()]
    for name, half in (bars or {}).items():
        (x, high), (_, low) = (
            to_points * ax.transData.transform((places[name][0], places[name][1] + side * half))
            for side in (1, -1)
        )
        taken.append((x - 2, x + 2, low, high))
    for line in lines:
        corners = [to_points * ax.transData.transform(at) for at in zip(*line, strict=True)]
        for (x0, y0), (x1, y1) in pairwise(corners):
            taken.append((x0 - 1, x1 + 1, min(y0, y1) - 1, max(y0, y1) + 1))
    for name, (x, y) in sorted(marks.items(), key=lambda item: -item[1][1]):
        width, up = _WIDE * len(name), lift if name in bold else 0.0
        spots = [
            (dx, dy)
            for dy in sorted(_STEPS, key=lambda dy: abs(dy - up))
            for dx in (9.0, -9.0 - width)
            if x + dx + width < right + 30
        ]
        dx, dy = next((spot for spot in spots if _free(taken, x, y, *spot, width)), spots[0])
        taken.append((x + dx, x + dx + width, y + dy - _HIGH / 2, y + dy + _HIGH / 2))
        nearer = (float(dx < 0), 0.5)  # the end of the name that is nearer to the mark
        thread = {"arrowstyle": "-", "color": COLOURS["grey"], "lw": 0.7, "relpos": nearer}
        ax.annotate(
            name, places[name], xytext=(dx, dy), textcoords="offset points", ha="left", va="center",
            fontsize=SIZE, weight="bold" if name in bold else "normal",
            color=COLOURS["grey"] if name in pale else "black",
            arrowprops=thread if abs(dy) > up + 8 else None,
        )  # fmt: skip


def _free(
    taken: Collection[tuple[float, float, float, float]],
    x: float,
    y: float,
    dx: float,
    dy: float,
    width: float,
) -> bool:
    left, low = x + dx, y + dy - _HIGH / 2
    return not any(
        left < x1 and left + width > x0 and low < y1 and low + _HIGH > y0 for x0, x1, y0, y1 in taken
    )
