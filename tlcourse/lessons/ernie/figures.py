"""The figures of lesson ERNIE 2.0, drawn here so that its cells stay short."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.train.pretraining.ernie_tasks import TASKS
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, KEPT, ONE_BY_ONE

# Strategy → how its line is drawn, everywhere the same.
WAYS = dict(zip((ONE_BY_ONE, AT_ONCE, CONTINUAL, KEPT), cycle(4), strict=True))
TASKS_DRAWN = dict(zip(TASKS, cycle(len(TASKS)), strict=True))


def one_encoder() -> Described:
    """Draw what goes in (four vectors added), one encoder, and the heads: two kinds of questions."""
    fig, ax = plt.subplots(figsize=(9.5, 4.0))
    places = (0.9, 3.3, 5.7, 8.1)
    for x, name in zip(places, ("piece", "segment", "position", "task (new)"), strict=True):
        _box(ax, x, 0, 1.8, name, COLOURS["orange"] if "new" in name else COLOURS["light"])
        ax.annotate("", (x, 1.45), (x, 0.72), arrowprops={"arrowstyle": "->"})
    for x in (2.1, 4.5, 6.9):
        ax.text(x, 0.35, "+", ha="center", va="center", fontsize=16)
    _box(ax, 4.5, 1.45, 9.0, "one encoder, BERT's", COLOURS["sky"])
    heads = dict(zip((0.8, 2.6, 4.4, 6.4, 8.2), TASKS, strict=True))
    for x, name in heads.items():
        _box(ax, x, 2.9, 1.7, name.replace(" ", "\n", 1), COLOURS["light"] if x < 5 else "white")
        ax.annotate("", (x, 2.9), (x, 2.17), arrowprops={"arrowstyle": "->"})
    ax.text(2.6, 3.75, "asked of each piece", ha="center", fontsize=12)
    ax.text(7.3, 3.75, "asked of [CLS], for the whole row", ha="center", fontsize=12)
    ax.set(xlim=(-0.1, 9.2), ylim=(-0.1, 4.05))
    ax.axis("off")
    return Described(
        fig,
        "ERNIE 2.0: the vectors of piece, segment, position and task (new, orange) are added and go into "
        "one encoder, BERT's. On top are five heads. Three ask of each piece: what is hidden here, is it "
        "written with a capital, does it come again in the document. Two ask of the whole row: in which "
        "order are the segments, how far apart are the two passages.",
    )


def _box(ax: Axes, x: float, y: float, width: float, text: str, colour: str) -> None:
    ax.add_patch(plt.Rectangle((x - width / 2, y), width, 0.75, facecolor=colour, edgecolor="black", lw=1))
    ax.text(x, y + 0.37, text, ha="center", va="center", fontsize=11)


def bars(
    records: Records, groups: str, series: str, what: str, guess: Mapping[str, float] | None = None
) -> Described:
    """Draw scores as bars: a group for each value of a field, a bar for each of another; thin: the spread."""
    names, models = records.values(groups), records.values(series)
    fig, ax = plt.subplots(figsize=(8.5, 3.9))
    width, told = 0.8 / len(models), []
    for number, (model, look) in enumerate(zip(models, cycle(len(models)), strict=True)):
        found = [records.where(**{groups: name, series: model}) for name in names]
        places = np.arange(len(names)) - 0.4 + (number + 0.5) * width
        ax.bar(
            places, [one.mean for one in found], width, yerr=[one.spread for one in found],
            color=look["color"], hatch=look["hatch"], edgecolor="white", label=model,
            error_kw={"lw": 1.2, "capsize": 3},
        )  # fmt: skip
        for place, one in zip(places, found, strict=True):
            ax.text(place, one.mean + one.spread, f"{one.mean:.2f}", ha="center", va="bottom", fontsize=11)
        told.append(
            f"{model}: " + ", ".join(f"{n} {one.mean:.2f}" for n, one in zip(names, found, strict=True))
        )
    ax.set_xticks(range(len(names)), names)
    ax.set(ylabel=what)
    ax.margins(y=0.12)
    ax.grid(axis="x", visible=False)
    fig.legend(loc="outside upper center", ncols=len(models))
    return Described(fig, f"{what}, by {groups}. {'; '.join(told)}.")


def swapped(records: Records) -> Described:
    """Draw how much each task's loss changes when the embedding names another task: rows asked, columns
    named.
    """
    table = np.array([[records.where(task=t, named=n).mean for n in TASKS] for t in TASKS])
    change = table - np.diag(table)[:, None]
    most = max(0.3, float(np.abs(change).max()))  # what is small is to look small
    fig, ax = plt.subplots(figsize=(8.5, 4.6))
    ax.imshow(change, cmap="PuOr", vmin=-most, vmax=most, aspect="auto")
    for i, j in np.ndindex(change.shape):
        text = f"{table[i, j]:.2f}" if i == j else _signed(change[i, j])
        ax.text(j, i, text, ha="center", va="center", fontsize=12, weight="bold" if i == j else "normal",
                color="white" if abs(change[i, j]) > 0.7 * most else "black")  # fmt: skip
    short = [name.replace(" ", "\n", 1) for name in TASKS]
    ax.set_xticks(range(len(TASKS)), short)
    ax.set_yticks(range(len(TASKS)), TASKS)
    ax.set(xlabel="the task that the embedding names", ylabel="the task that is asked")
    ax.grid(visible=False)
    ax.tick_params(length=0)
    told = "; ".join(
        f"{t}: {', '.join(_signed(change[i, j]) for j in range(len(TASKS)) if j != i)}"
        for i, t in enumerate(TASKS)
    )
    return Described(
        fig,
        "A square of five tasks by five. On the diagonal (bold) the loss with the right task named; beside "
        "it how much it "
        f"changes with each other one, in nats. {told}.",
    )


def _signed(change: float) -> str:
    """`+0.05`, `−0.01`, or `0.00` for what rounds to it."""
    return signed(change, ".2f") if abs(change) >= 0.005 else "0.00"


def stages(tables: Mapping[str, np.ndarray]) -> Described:
    """Draw of which tasks the batches are, over the training: a panel for each strategy."""
    fig, axes = plt.subplots(1, len(tables), figsize=(11.5, 3.3), sharey=True)
    for ax, (name, table) in zip(np.atleast_1d(axes), tables.items(), strict=True):
        time_line(ax, table)
        ax.set_title(name, fontsize=12)
        ax.set_xlabel("share of the training")
    np.atleast_1d(axes)[0].set_ylabel("batches")
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=4)
    return Described(
        fig,
        "Which tasks the batches are of, as the training goes on, a panel for each strategy. "
        + "; ".join(f"{name}: {_told_stages(table)}" for name, table in tables.items())
        + ".",
    )


def time_line(ax: Axes, table: np.ndarray) -> None:
    """Fill one panel: the share of the batches that each task has, over the training."""
    ends = np.concatenate([[0], np.cumsum(table.sum(1))])
    shares = table / np.maximum(table.sum(1, keepdims=True), 1e-12)
    for stage, (begin, end) in enumerate(pairwise(ends)):
        below = 0.0
        for task in range(table.shape[1]):
            look, height = TASKS_DRAWN[TASKS[task]], shares[stage, task]
            ax.add_patch(
                plt.Rectangle(
                    (begin, below), end - begin, height, facecolor=look["color"], hatch=look["hatch"],
                    edgecolor="white", lw=0.5, label=TASKS[task] if stage == len(table) - 1 else None,
                )
            )  # fmt: skip
            below += height
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    ax.grid(visible=False)


def _told_stages(table: np.ndarray) -> str:
    length = table.sum(1)
    parts = [f"{length[s]:.0%} with {', '.join(_shares(table[s]))}" for s in range(len(table))]
    return ", then ".join(parts)


def _shares(row: np.ndarray) -> list[str]:
    return [f"{TASKS[t]} {share / row.sum():.0%}" for t, share in enumerate(row) if share > 0]


def over_time(
    records: Records, ways: Sequence[str], guess: Mapping[str, float], now: float | None = None
) -> Described:
    """Draw the held-out losses of the tasks over the training; thick: the mean of the seeds, thin: each of
    them.

    Args:
        guess: task → the loss of one who guesses, the dashed line.
        now: a moment that is marked, if given.
    """
    tasks = records.values("task")
    fig, axes = plt.subplots(1, len(tasks), figsize=(12, 3.9))
    told = []
    for ax, task in zip(axes, tasks, strict=True):
        ends, later = [], []
        for way in ways:
            rows = records.where(task=task, way=way)
            look = {key: WAYS[way][key] for key in ("color", "linestyle")}
            for one in rows.by("seed").values():
                ax.plot(one.values("done"), [row["score"] for row in one], lw=0.7, alpha=0.45, **look)
            done = rows.values("done")
            mean = [rows.where(done=d).mean for d in done]
            ax.plot(done, mean, label=way, **look)
            ends.append(f"{way} {mean[-1]:.2f} (lowest {min(mean):.2f})")
            later += mean[len(mean) // 4 :]
        ax.axhline(guess[task], color=COLOURS["grey"], linestyle="--", lw=1.4, label="one who guesses")
        if now is not None:
            ax.axvline(now, color="black", lw=1)
        high = max(guess[task], *later) * 1.1  # what is before anything was learned may be off the panel
        low = min(guess[task], *(row["score"] for row in records.where(task=task)))
        ax.set(ylim=(low - 0.05 * (high - low), high), title=task, xlabel="share of the training")
        ax.title.set_fontsize(12)
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
        told.append(f"{task}, one who guesses {guess[task]:.2f}: at the end {', '.join(ends)}")
    axes[0].set_ylabel("loss on unread text, nats")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(ways) + 1)
    return Described(fig, f"Loss over the training, a panel for each task. {'; '.join(told)}.")
