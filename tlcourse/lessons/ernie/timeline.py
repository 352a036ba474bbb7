"""Put four tasks on a time line: what is read when, and what the measured trainings that come nearest did."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.lessons.ernie import figures
from tlcourse.show.explorer import Explorer, chooser, slider
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.records import Records
from tlcourse.train.pretraining.ernie_tasks import TASKS
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, KEPT, ONE_BY_ONE, STRATEGIES

NO_MORE, LITTLE, EQUAL = "are read no more", "get little, the new one most", "take turns as equals"
STARTS = tuple(round(0.05 * k, 2) for k in range(20))  # shares of the training
_OWN = "my own"
# What the controls stand at for each measured strategy.
_SET = {
    ONE_BY_ONE: (0.25, 0.5, 0.75, NO_MORE),
    AT_ONCE: (0.0, 0.0, 0.0, EQUAL),
    CONTINUAL: (0.1, 0.3, 0.6, LITTLE),
    KEPT: (0.15, 0.25, 0.4, EQUAL),
}
_GRID = np.linspace(0, 1, 201)[:-1] + 0.0025


def shares_at(starts: Sequence[float], old: str, moment: float) -> np.ndarray:
    """The share of the batches that each task has at a moment, (T,).

    Args:
        starts: of the tasks, from 0 to 1; the first one begins at 0.
        old: what becomes of the tasks that are there when a new one comes in: NO_MORE, LITTLE or EQUAL.
    """
    starts = np.asarray(starts)
    there = starts <= moment + 1e-9
    newest = there & (starts == starts[there].max())
    if old == NO_MORE:
        return newest / newest.sum()
    if old == EQUAL or not (there & ~newest).any():
        return there / there.sum()
    weight = np.where(newest, there.sum() + 1.0, there.astype(float))  # as in the paper's stages: 3 to 1, …
    return weight / weight.sum()


def table_of(starts: Sequence[float], old: str) -> np.ndarray:
    """(stages, tasks): the share of all training, as `task_strategies` has it."""
    bounds = [*sorted({0.0, *starts}), 1.0]
    return np.array([(end - begin) * shares_at(starts, old, begin) for begin, end in pairwise(bounds)])


def at(table: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """The share of the batches that each task has at these moments, (M, T)."""
    ends = np.cumsum(table.sum(1))
    stage = np.minimum(np.searchsorted(ends, moments, side="right"), len(table) - 1)
    shares = table / table.sum(1, keepdims=True)
    return shares[stage]


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """Of how many batches the task would have to change to make one time line of the other, from 0 to 1."""
    return float(np.abs(at(one, _GRID) - at(other, _GRID)).sum(1).mean() / 2)


class TimeLine(Explorer):
    """Made by `time_line`."""

    in_a_row = 2
    widest = "980px"

    def __init__(self, losses: Records, guess: Mapping[str, float]):
        self.losses, self.guess = losses, guess
        self.tasks = losses.values("task")
        self.tables = {way: STRATEGIES[way](len(self.tasks)) for way in losses.values("way")}
        self.alt = f"Four tasks on a time line. {self.told(**self._first())}"

    def _first(self) -> dict[str, object]:
        return {
            **dict(zip(("second", "third", "fourth", "old"), _SET[CONTINUAL], strict=True)),
            "moment": 1.0,
        }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        first = self._first()
        self.presets = chooser("Begin from:", [*self.tables, _OWN], CONTINUAL, width="26em")
        self.presets.observe(self.guard(self._take), "value")
        named = dict(zip(("second", "third", "fourth"), self.tasks[1:], strict=True))
        controls: dict[str, ipywidgets.Widget] = {
            key: slider(f"{task} from", STARTS, first[key], ".0%", width="28em")
            for key, task in named.items()
        }
        controls["old"] = chooser("Old tasks", [NO_MORE, LITTLE, EQUAL], first["old"], width="28em")
        controls["moment"] = slider(
            "Look at", [round(0.05 * k, 2) for k in range(21)], 1.0, ".0%", width="28em"
        )
        return controls

    def rows(self) -> list[ipywidgets.Widget]:
        return [self.presets, *super().rows()]

    def _take(self, _change: object = None) -> None:
        if self.presets.value in _SET:
            for key, value in zip(
                ("second", "third", "fourth", "old"), _SET[self.presets.value], strict=True
            ):
                self.controls[key].value = value

    def placed(self, second: float, third: float, fourth: float, old: str) -> tuple[np.ndarray, str, float]:
        """The table of shares, the measured strategy that is nearest, and how far it is."""
        table = table_of((0.0, second, third, fourth), old)
        nearest = min(self.tables, key=lambda way: distance(table, self.tables[way]))
        return table, nearest, distance(table, self.tables[nearest])

    def draw(self, second: float, third: float, fourth: float, old: str, moment: float) -> Figure:
        table, nearest, _ = self.placed(second, third, fourth, old)
        fig = plt.figure(figsize=(11, 5.4))
        grid = fig.add_gridspec(2, len(self.tasks), height_ratios=(1, 1.3))
        top = fig.add_subplot(grid[0, :])
        figures.time_line(top, table)
        top.axvline(moment, color="black", lw=2)
        top.set(title="your time line", ylabel="batches")
        top.legend(loc="upper left", bbox_to_anchor=(1.0, 1.05))
        for number, task in enumerate(self.tasks):
            ax = fig.add_subplot(grid[1, number])
            rows = self.losses.where(task=task, way=nearest)
            look = figures.WAYS[nearest]["color"]
            for one in rows.by("seed").values():
                ax.plot(one.values("done"), [row["score"] for row in one], color=look, lw=1, alpha=0.7)
            ax.axhline(self.guess[task], color=COLOURS["grey"], linestyle="--", lw=1.4)
            ax.axvline(moment, color="black", lw=2)
            later = [row["score"] for row in self.losses.where(task=task) if row["done"] >= 0.05]
            high = min(max(later), 2.2 * self.guess[task])
            ax.set(title=task, ylim=(0.95 * min(later), 1.05 * high))
            ax.title.set_fontsize(12)
            ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
        fig.supxlabel(
            f"loss of the nearest that was measured, “{nearest}”, each seed; dashed: one who guesses",
            fontsize=12,
        )
        return fig

    def told(self, second: float, third: float, fourth: float, old: str, moment: float) -> str:
        table, nearest, far = self.placed(second, third, fourth, old)
        now = at(table, np.array([min(moment, 0.999)]))[0]
        reads = ", ".join(f"{t} {s:.0%}" for t, s in zip(self.tasks, now, strict=True) if s > 0)
        whole = ", ".join(f"{t} {s:.0%}" for t, s in zip(self.tasks, table.sum(0), strict=True))
        moments = self.losses.where(way=nearest).values("done")
        close = min(moments, key=lambda d: abs(d - moment))
        losses = []
        for task in self.tasks:
            rows = self.losses.where(way=nearest, task=task)
            mean = {d: rows.where(done=d).mean for d in moments if d <= close}
            losses.append(f"{task} {mean[close]:.2f} (lowest until then {min(mean.values()):.2f})")
        measured = (
            f"This is “{nearest}”, as it was measured" if far < 0.03
            else f"Of what was measured “{nearest}” is nearest: {far:.0%} of its batches would change"
        )  # fmt: skip
        return (
            f"At {moment:.0%} the batches are {reads}. Of all the training: {whole}. {measured}. Its losses "
            f"at {close:.0%}, mean of its seeds: {', '.join(losses)}."
        )

    def static(self) -> Figure:
        return self.draw(**self._first())


def time_line(losses: Records, guess: Mapping[str, float]) -> TimeLine:
    """Put tasks on a time line and see what the nearest measured training did.

    Args:
        losses: of the strategies over time: `way`, `task`, `seed`, `done`.
        guess: task → the loss of one who guesses.

    Raises ValueError if the losses are of a strategy that nobody knows, or not of four tasks.
    """
    unknown = [way for way in losses.values("way") if way not in STRATEGIES]
    if unknown:
        raise ValueError(f"way is {unknown[0]!r}, expected one of {', '.join(map(repr, STRATEGIES))}")
    tasks = losses.values("task")
    if tasks != [*TASKS[:4]]:
        raise ValueError(
            f"the losses are of {', '.join(tasks)}, expected {', '.join(TASKS[:4])}, in this order"
        )
    return TimeLine(losses, guess)
