"""The rule drawn: what it says for each budget, and how it does on tasks that it has not seen."""

import itertools
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from scipy.ndimage import distance_transform_edt

from tlcourse.lessons.state_of_the_art_and_after.board import MB, Board
from tlcourse.lessons.state_of_the_art_and_after.deciding import Budget, affordable, choose, edges
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records

_PALE = ("#E8E8E8", "#BFD9EA", "#F6DFA8", "#B6E0D1", "#F2C9AE", "#E9CFDD", "#D5ECF8", "#C9C9C9")


def decision_map(board: Board, labels: Sequence[int], batch: int = 1) -> Described:
    """Draw the rule's choice over milliseconds and memory, a panel for each number of labels."""
    ms, mb = edges(board, batch)
    xs = np.geomspace(ms[0] * 0.8, ms[-1] * 3, 140)
    ys = np.geomspace(mb[0] * 0.8, mb[-1] * 2, 120)
    fig, axes = plt.subplots(1, len(labels), figsize=(6.6 * len(labels), 5.2), sharey=True, squeeze=False)
    told, names = [], []
    for ax, n in zip(axes[0], labels, strict=True):
        grid = np.full((len(ys), len(xs)), -1)
        for x, y in itertools.product(ms, mb):
            able = affordable(board, Budget(n, x, y * MB, batch))
            chosen = choose(board, able, n, board.tasks(n))
            if chosen is not None:
                if chosen not in names:
                    names.append(chosen)
                # From these limits on, until the next ones overwrite it.
                grid[np.ix_(ys >= y, xs >= x)] = names.index(chosen)
        _paint(ax, xs, ys, grid, names)
        ax.set(title=f"{n:,} labels", xlabel="milliseconds that a text may take (logarithmic)")
        told.append(f"With {n:,} labels: {', '.join(names[k] for k in np.unique(grid) if k >= 0)}")
    axes[0, 0].set_ylabel("memory, MB (logarithmic)")
    return Described(fig, f"What the rule chooses for each budget. {'. '.join(told)}.")


def _paint(ax: plt.Axes, xs: np.ndarray, ys: np.ndarray, grid: np.ndarray, names: Sequence[str]) -> None:
    colours = ListedColormap(["white", *_PALE])
    ax.pcolormesh(xs, ys, grid, cmap=colours, vmin=-1.5, vmax=len(_PALE) - 0.5, shading="nearest")
    ax.set(xscale="log", yscale="log")
    ax.grid(False)
    for k in np.unique(grid):
        if k < 0:
            continue
        ax.contour(xs, ys, (grid == k).astype(float), levels=[0.5], colors="black", linewidths=1)
        inside = np.pad(grid == k, 1)  # the frame is an edge, too
        deepest = np.argwhere(_deepest(inside))
        i, j = deepest[len(deepest) // 2] - 1
        wide, tall = (np.flatnonzero((grid == k).any(axis)).size / grid.shape[1 - axis] for axis in (0, 1))
        if wide * tall > 0.004:
            ax.text(
                xs[j], ys[i], names[k], ha="center", va="center", fontsize=12, weight="bold",
                rotation=90 if wide < 0.16 and tall > wide else 0,
            )  # fmt: skip
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _deepest(inside: np.ndarray) -> np.ndarray:
    """Where a region is farthest from its edge; a step across counts as a third of one up: names are wide."""
    depth = distance_transform_edt(inside, sampling=(1.0, 0.33))
    return depth == depth.max()


def regrets(rows: Records) -> Described:
    """Draw what each way of choosing loses on each task that was kept out.

    Args:
        rows: as `deciding.kept_out` returns them, without a limit.
    """
    ways, cells = rows.values("way"), [*rows.by("task", "labels")]
    fig, ax = plt.subplots(figsize=(10.5, 0.62 * len(cells) + 1.8))
    for look, way in zip(cycle(len(ways)), ways, strict=True):
        for y, (task, labels) in enumerate(cells):
            found = [r for r in rows if (r["way"], r["task"], r["labels"]) == (way, task, labels)]
            for row in found:
                offset = 0.21 * (ways.index(way) - (len(ways) - 1) / 2)
                ax.plot(
                    100 * row["score"], y + offset, ls="none", marker=look["marker"], ms=9,
                    color=look["color"], mfc=look["color"] if row["near"] else "white",
                )  # fmt: skip
    for y in range(0, len(cells), 2):
        ax.axhspan(y - 0.5, y + 0.5, color=COLOURS["light"], alpha=0.5, lw=0, zorder=0)
    best = [next(r["best"] for r in rows if (r["task"], r["labels"]) == cell) for cell in cells]
    ax.set_yticks(
        range(len(cells)),
        [f"{task}, {labels:,} labels (best: {one})" for (task, labels), one in zip(cells, best, strict=True)],
    )
    ax.set_ylim(len(cells) - 0.5, -0.5)
    ax.set(xlabel="regret: points behind the best on the task that was kept out")
    handles = [
        Line2D([], [], ls="none", ms=9, label=way, marker=look["marker"], color=look["color"])
        for look, way in zip(cycle(len(ways)), ways, strict=True)
    ]
    fig.legend(handles=handles, loc="outside upper center", ncols=len(ways))
    told = [
        f"{way}: {100 * np.mean([r['score'] for r in rows.where(way=way)]):.1f} points on average"
        for way in ways
    ]
    return Described(fig, f"Regret of each way to choose, task by task. {'; '.join(told)}.")
