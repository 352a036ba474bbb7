"""The way of a text through the server, drawn."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described

_HIGH = 0.62


def _box(ax: Axes, x: float, y: float, width: float, text: str, colour: str, high: float = _HIGH) -> None:
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - high / 2),
            width,
            high,
            boxstyle="round,pad=0.04",
            facecolor=colour,
            edgecolor="black",
            linewidth=1.4,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=12)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], text: str = "") -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "lw": 1.6, "color": "black"})
    if text:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + 0.16)
        ax.text(*middle, text, ha="center", va="bottom", fontsize=11)


def way_of_a_text() -> Described:
    """Clients, the ventilator, workers, the sink, and back; one way only."""
    fig: Figure
    fig, ax = plt.subplots(figsize=(11, 3.9))
    ax.set(xlim=(0, 12.4), ylim=(-0.1, 4.1))
    ax.axis("off")
    clients, workers = (3.3, 2.1, 0.9), (3.3, 2.1, 0.9)
    for y in clients:
        _box(ax, 1.0, y, 1.5, "client", "white")
        _arrow(ax, (1.85, y), (3.0, 2.1 + 0.2 * (y - 2.1)))
    _box(ax, 4.3, 2.1, 2.1, "ventilator\n(a queue: cuts,\ngathers, sends)", "#D6EAF8", 1.5)
    for number, y in enumerate(workers, 1):
        _box(ax, 7.2, y, 1.7, f"worker {number}\n(the model)", "#FCE8C8", 0.8)
        _arrow(ax, (5.45, 2.1 + 0.3 * (y - 2.1)), (6.25, y))
        _arrow(ax, (8.15, y), (8.95, 2.1 + 0.3 * (y - 2.1)))
    _box(ax, 10.0, 2.1, 1.9, "sink\n(puts together,\nanswers)", "#D5F0E3", 1.5)
    ax.plot(
        [10.0, 10.0, 1.0, 1.0], [1.25, 0.12, 0.12, 0.5], color=COLOURS["black"], lw=1.6, ls="-", marker=""
    )
    ax.annotate("", (1.0, 0.55), (1.0, 0.12), arrowprops={"arrowstyle": "-|>", "lw": 1.6, "color": "black"})
    ax.text(2.45, 3.35, "texts, to\nthe first port", ha="left", va="center", fontsize=11)
    ax.text(5.6, 0.22, "vectors, from the second port: each to whom it is for", ha="center", fontsize=11)
    ax.text(5.85, 3.75, "batches", ha="center", fontsize=11)
    ax.text(8.6, 3.75, "vectors", ha="center", fontsize=11)
    return Described(
        fig,
        "Three clients send texts to the ventilator, a queue; it sends batches to three workers, each with a "
        "model of its own; these send vectors to the sink, which puts requests together and answers the "
        "clients. All arrows go one way.",
    )
