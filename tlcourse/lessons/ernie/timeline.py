"""Put four tasks on a time line: what is read when, and what the measured trainings that come nearest did."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

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

    widest = "900px"
    taking = False

    def __init__(self, losses: Records, guess: Mapping[str, float]):
        self.losses, self.guess = losses, guess
        self.tasks = losses.values("task")
        self.tables = {way: STRATEGIES[way](len(self.tasks)) for way in losses.values("way")}
        self.alt = f"Four tasks on a time line. {self.told(**self._first())}"

    def _first(self) -> dict[str, object]:
        return {
            **dict(zip(("second", "third", "fourth", "old"), _SET[ONE_BY_ONE], strict=True)),
            "moment": 0.6,
        }

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        first = self._first()
        self.presets = chooser("Begin from:", [*self.tables, _OWN], ONE_BY_ONE, width="26em")
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
        if self.presets.value not in _SET:
            return
        self.taking = True  # all controls are set before anything is drawn
        try:
            for key, value in zip(
                ("second", "third", "fourth", "old"), _SET[self.presets.value], strict=True
            ):
                self.controls[key].value = value
        finally:
            self.taking = False
        self.moved()

    def moved(self, change: Any = None) -> None:
        if self.taking:
            return
        if change is not None and change["owner"] is not self.controls["moment"]:
            self.presets.value = _OWN
        super().moved(change)

    def placed(self, second: float, third: float, fourth: float, old: str) -> tuple[np.ndarray, str, float]:
        """The table of shares, the measured strategy that is nearest, and how far it is."""
        table = table_of((0.0, second, third, fourth), old)
        nearest = min(self.tables, key=lambda way: distance(table, self.tables[way]))
        return table, nearest, distance(table, self.tables[nearest])

    def draw(self, second: float, third: float, fourth: float, old: str, moment: float) -> Figure:
        table, nearest, _ = self.placed(second, third, fourth, old)
        fig, (top, ax) = plt.subplots(2, 1, figsize=(9, 5.6), height_ratios=(1, 1.7), layout="none")
        fig.subplots_adjust(left=0.1, right=0.74, top=0.94, bottom=0.1, hspace=0.45)
        figures.time_line(top, table)
        top.set(title="your time line (black: the moment you look at)", ylabel="batches")
        top.legend(loc="upper left", bbox_to_anchor=(1.01, 1.05))
        for task in self.tasks:
            look = {key: figures.TASKS_DRAWN[task][key] for key in ("color", "linestyle")}
            for number, one in enumerate(self.losses.where(task=task, way=nearest).by("seed").values()):
                beside = [row["score"] - self.guess[task] for row in one]
                ax.plot(one.values("done"), beside, lw=1.6, label=None if number else task, **look)
        ax.axhline(0, color=COLOURS["grey"], linestyle="--", lw=1.4, label="one who guesses")
        for each in (top, ax):
            each.axvline(moment, color="black", lw=2)
        ax.set(xlim=(0, 1), ylim=(-0.4, 2.0), title=f"measured: “{nearest}”, each seed")
        ax.set(xlabel="share of the training", ylabel="loss above a guess’s, nats")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
        ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0))
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
