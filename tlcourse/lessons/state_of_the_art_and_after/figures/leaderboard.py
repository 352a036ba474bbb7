"""The leaderboard drawn: all cells, what nothing else beats, frozen against fine-tuned."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from tlcourse.lessons.state_of_the_art_and_after.board import BASELINE, MB, Board
from tlcourse.lessons.state_of_the_art_and_after.both_ways import FROZEN, TUNED
from tlcourse.lessons.state_of_the_art_and_after.deciding import undominated
from tlcourse.lessons.state_of_the_art_and_after.figures import names_beside
from tlcourse.show.differences import difference
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described
from tlcourse.show.prose import signed
from tlcourse.show.records import Records


def cells(board: Board, labels: int) -> Described:
    """Draw every score, coloured by its distance from the baseline; the best of a task is framed."""
    tasks, systems = board.tasks(labels), board.systems
    gain = np.full((len(systems), len(tasks)), np.nan)
    best = board.best_of(labels)
    fig, ax = plt.subplots(figsize=(1.45 * len(tasks) + 2.6, 0.42 * len(systems) + 1.7))
    for y, system in enumerate(systems):
        for x, task in enumerate(tasks):
            if (system, task, labels) not in board.found:
                ax.text(x, y, "–", ha="center", va="center", fontsize=13, color=COLOURS["grey"])
                continue
            ours = board.cell(system, task, labels)
            gap = difference(ours, board.cell(BASELINE, task, labels))
            gain[y, x] = 100 * gap.mean
            sure = system != BASELINE and gap.verdict in ("above", "below")
            if system == best[task]:
                frame = {"fill": False, "ec": "black", "lw": 2.5}
                ax.add_patch(plt.Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, **frame))
            ax.text(
                x, y, f"{100 * ours.mean:.0f}", ha="center", va="center", fontsize=13,
                weight="bold" if sure else "normal", color="white" if abs(gain[y, x]) > 17 else "black",
            )  # fmt: skip
    image = ax.imshow(np.ma.masked_invalid(gain), cmap="PuOr_r", vmin=-25, vmax=25, aspect="auto")
    ax.set_xticks(range(len(tasks)), [task.replace(" ", "\n", 1) for task in tasks])
    ax.set_yticks(range(len(systems)), systems)
    ax.tick_params(length=0)
    ax.xaxis.tick_top()
    ax.grid(False)
    ax.spines[:].set_visible(False)
    fig.colorbar(image, ax=ax, label=f"points above {BASELINE}", pad=0.02)
    return Described(fig, _told_cells(board, labels, gain))


def _told_cells(board: Board, labels: int, gain: np.ndarray) -> str:
    best = [f"{t}: {one} ({board.cell(one, t, labels).mean:.0%})" for t, one in board.best_of(labels).items()]
    empty = int(np.isnan(gain).sum())
    told = f" {empty} cells are empty." if empty else ""
    return (
        f"Scores of {gain.shape[0]} frozen systems on {gain.shape[1]} tasks with {labels:,} labels, coloured "
        f"by the distance from {BASELINE}. The best of each: {'; '.join(best)}.{told}"
    )


def front(board: Board, labels: int, batch: int = 1) -> Described:
    """Draw mean gain against milliseconds and memory; what no cheaper system beats is on the front."""
    ranked, tasks = board.ranked(labels)
    gains = {one: board.mean_gain(one, labels, tasks) for one in ranked}
    axes_of = {
        f"milliseconds a text, {'one by one' if batch == 1 else f'{batch} together'}": {
            one: float(board.costs[one].ms[batch].mean()) for one in ranked
        },
        "memory, MB": {one: board.costs[one].bytes / MB for one in ranked},
    }
    fig, axes = plt.subplots(1, 2, figsize=(13.5, 5.4), sharey=True)
    told, marks_of = [], []
    for ax, (what, costs) in zip(axes, axes_of.items(), strict=True):
        on = undominated({one: gains[one].mean for one in ranked}, costs)
        order = sorted(on, key=costs.__getitem__)
        xs, ys = [costs[one] for one in order], [100 * gains[one].mean for one in order]
        ax.step([*xs, xs[-1]], [*ys, ys[-1]], where="post", color="black", lw=1.5, zorder=1)
        for one in ranked:
            front_one = one in on
            ax.errorbar(
                costs[one], 100 * gains[one].mean, yerr=100 * gains[one].spread if front_one else None,
                ls="none", ms=9 if front_one else 7, marker="o" if front_one else "s",
                color=COLOURS["blue" if front_one else "grey"], mfc=COLOURS["blue"] if front_one else "white",
            )  # fmt: skip
        ax.axhline(0, color=COLOURS["grey"], ls=":", lw=1.5, zorder=0)
        ax.set(xscale="log", xlim=(min(costs.values()) * 0.7, max(costs.values()) * 3))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.set(xlabel=f"{what} (logarithmic)")
        told.append(f"By {what}: {', '.join(order)}")
        places = {one: (costs[one], 100 * gains[one].mean) for one in ranked}
        corners = ([x for x in xs for _ in range(2)][1:], [y for y in ys for _ in range(2)][:-1])
        marks_of.append((ax, places, on, [corners, (ax.get_xlim(), (0, 0))]))
    axes[0].set_ylabel(f"points above {BASELINE}")
    marks = [
        Line2D([], [], ls="none", marker="o", ms=9, color=COLOURS["blue"], label="on the front"),
        Line2D([], [], ls="none", marker="s", ms=9, mfc="white", color=COLOURS["grey"], label="not on it"),
    ]
    fig.legend(handles=marks, loc="outside upper center", ncols=2)
    for ax, places, on, lines in marks_of:
        bars = {one: 100 * gains[one].spread for one in on}
        names_beside.put(ax, places, bold=on, lift=9, bars=bars, lines=lines)
    return Described(
        fig,
        f"Mean points above {BASELINE} over {len(tasks)} tasks with {labels} labels, against cost. On the "
        f"front, the cheapest first. {'. '.join(told)}.",
    )


def both_ways(pairs: Records) -> Described:
    """Draw what fine-tuning adds, pair by pair: fine-tuned minus frozen, with its 95% interval.

    Args:
        pairs: lesson, system, task, labels, way, seed, score.
    """
    rows = []
    for (lesson, system, task, labels), group in pairs.by("lesson", "system", "task", "labels").items():
        ways = {way: group.where(way=way) for way in (FROZEN, TUNED)}
        gap = difference(ways[TUNED], ways[FROZEN], names=(TUNED, FROZEN))
        rows.append((labels, gap, f"{lesson} {system}: {task}", ways))
    rows.sort(key=lambda row: (str(row[0]) == "all", row[0] if row[0] != "all" else 0, row[1].mean))
    fig, ax = plt.subplots(figsize=(10.5, 0.34 * len(rows) + 1.9))
    told = []
    for y, (labels, gap, name, ways) in enumerate(rows):
        sure = gap.verdict in ("above", "below")
        low, high = max(gap.low, -0.12), min(gap.high, 0.4)
        ax.plot([100 * low, 100 * high], [y, y], color=COLOURS["grey"], lw=1.5, ls="-")
        colour = COLOURS["vermillion" if sure else "grey"]
        ax.plot(100 * gap.mean, y, "s" if sure else "o", ms=9, color=colour, mfc=colour if sure else "white")
        ax.text(
            1.01, y, f"{100 * ways[FROZEN].mean:.0f} → {100 * ways[TUNED].mean:.0f}",
            transform=ax.get_yaxis_transform(), va="center", fontsize=11,
        )  # fmt: skip
        told.append(f"{name}, {_many(labels)}: " + signed(100 * gap.mean, ".0f"))
        if y and labels != rows[y - 1][0]:
            ax.axhline(y - 0.5, color="black", lw=1, ls=":")
    ax.axvline(0, color="black", lw=1.5, ls="-")
    ax.set_yticks(range(len(rows)), [f"{name}, {_many(labels)}" for labels, _, name, _ in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(-13, 41)
    ax.set(xlabel="points that fine-tuning adds (line: 95% interval)")
    marks = [
        Line2D([], [], ls="none", marker="s", ms=9, color=COLOURS["vermillion"], label="more than luck"),
        Line2D([], [], ls="none", marker="o", ms=9, mfc="white", color=COLOURS["grey"], label="within luck"),
    ]
    fig.legend(handles=marks, loc="outside upper center", ncols=2)
    return Described(fig, f"Points that fine-tuning adds. {'; '.join(told)}.")


def _many(labels: int | str) -> str:
    return "all labels" if labels == "all" else f"{labels:,} labels"
