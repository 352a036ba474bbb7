"""Which way to take: a task, a model, so many labels, and so many seconds."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from tlcourse.lessons.to_tune_or_not_to_tune.figures import LOOKS
from tlcourse.lessons.to_tune_or_not_to_tune.in_words import measured_in
from tlcourse.show.differences import difference
from tlcourse.show.explorer import Explorer, chooser, slider
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.records import Records

BUDGETS = (2, 5, 10, 20, 50, 100, 200)  # seconds
SHOWN = 10  # of them, at first and where nothing can be moved


class Choices(Explorer):
    """Made by `choose`."""

    def __init__(self, scores: Records, seconds: Records):
        self.scores, self.seconds = scores, seconds
        self.metrics = {task: f"{measure}, {task}" for task, measure in measured_in(scores).items()}
        self.tasks, self.models = scores.values("task"), scores.values("model")
        self.labels = sorted(scores.values("labels"))
        said = (f"{m}: {self.told(self.tasks[0], m, self.labels[0], SHOWN)}" for m in self.models)
        self.alt = "Scores against seconds of training, a mark for each way to use a model. " + " ".join(said)

    def ways(self, task: str, model: str, labels: int) -> dict[str, tuple[Records, float]]:
        """Way → its scores over the seeds, and its mean seconds."""
        key = {"task": task, "model": model, "labels": labels}
        rows = [row for row in self.scores if key.items() <= row.items()]
        return {
            way: (found, float(np.mean([r["score"] for r in self.seconds.where(way=way, **key)])))
            for way, found in Records(rows).by("way").items()
        }

    def told(self, task: str, model: str, labels: int, budget: int) -> str:
        ways = self.ways(task, model, labels)
        if not ways:
            return f"{model} was not measured on {task} with {labels:,} labels."
        within = {way: found for way, (found, took) in ways.items() if took <= budget}
        if not within:
            way, (_, took) = min(ways.items(), key=lambda item: item[1][1])
            return f"Nothing here is done within {budget} s: the quickest, “{way}”, takes {took:.0f} s."
        best = max(within, key=lambda way: within[way].mean)
        found, took = ways[best]
        said = f"Within {budget} s take “{best}”: {found.mean:.1%} ± {found.spread:.1%}, {took:.0f} s."
        level = [
            way
            for way in within
            if way != best and difference(within[best], within[way]).verdict in ("luck", "once")
        ]
        if level:
            quick = min(level, key=lambda way: ways[way][1])
            said += f" Within luck of it: “{'”, “'.join(level)}”"
            said += f"; “{quick}” takes {ways[quick][1]:.0f} s." if ways[quick][1] < took else "."
        dear = [way for way in ways if way not in within and ways[way][0].mean > found.mean]
        if dear:
            said += f" With more time there is “{max(dear, key=lambda way: ways[way][0].mean)}”."
        return said

    def _draw(self, ax: plt.Axes, task: str, model: str, labels: int, budget: int) -> None:
        for way, (found, took) in self.ways(task, model, labels).items():
            looks = {**LOOKS[way], "alpha": 0.3 if took > budget else 1}
            ax.errorbar(took, found.mean, yerr=found.spread, ms=11, ls="none", label=way, **looks)
        ax.axvspan(budget, 1000, color=COLOURS["light"], alpha=0.6, lw=0)
        ax.text(budget * 1.05, 0.02, "too slow", transform=ax.get_xaxis_transform(), va="bottom")
        ax.set_xscale("log")
        ax.set(
            xlim=(1, 300), xlabel="seconds of training on one core (logarithmic)", ylabel=self.metrics[task]
        )
        ax.xaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))  # whole points
        ax.set_title(f"{model}, {labels:,} labels")

    def static(self) -> Figure:
        fig, axes = plt.subplots(
            1, len(self.models), figsize=(5.2 * len(self.models), 4), sharey=True, squeeze=False
        )
        for ax, model in zip(axes[0], self.models, strict=True):
            self._draw(ax, self.tasks[0], model, self.labels[0], SHOWN)
        shown = [way for way in LOOKS if way in self.scores.values("way")]
        handles = [Line2D([], [], ls="none", label=way, ms=11, **LOOKS[way]) for way in shown]  # none pale
        fig.legend(handles=handles, loc="outside upper center", ncols=len(handles))
        return fig

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {
            "task": chooser("task", self.tasks, self.tasks[0]),
            "model": chooser("model", self.models, self.models[0]),
            "labels": slider("labels", self.labels, self.labels[0], ","),
            "budget": slider("seconds you have", BUDGETS, SHOWN),
        }

    def draw(self, task: str, model: str, labels: int, budget: int) -> Figure:
        fig, ax = plt.subplots(figsize=(8, 4.2))
        self._draw(ax, task, model, labels, budget)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        return fig


def choose(scores: Records, seconds: Records) -> Choices:
    """Show which way to take; both have task, model, way, labels and seed, the second seconds as its score.

    Raises:
        ValueError: a way has a score and no seconds.
    """
    fields = ("task", "model", "way", "labels", "seed")
    timed = {tuple(row[f] for f in fields) for row in seconds}
    for row in scores:
        if tuple(row[f] for f in fields) not in timed:
            raise ValueError(f"there are no seconds for {row!r}")
    return Choices(scores, seconds)
