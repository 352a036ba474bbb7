"""Learning curves from records, and a slider that reads off how many labels a representation is worth."""

from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from tlcourse.show.differences import difference
from tlcourse.show.explorer import Explorer, chooser, slider
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread
from tlcourse.train.measuring import label_efficiency


def _draw_curves(ax: plt.Axes, curves: Mapping[str, tuple[Sequence[float], np.ndarray]], spec: str) -> None:
    """A line with marks for each of `curves`, its places and (S, L), and its spread as a band.

    At a single place the band is a bar.
    """
    for (name, (along, rows)), look in zip(curves.items(), cycle(len(curves)), strict=True):
        mean, spread = mean_and_spread(rows)
        line = {key: look[key] for key in ("color", "marker", "linestyle")}
        ax.plot(along, mean, label=name, markevery=1, **line)
        ax.fill_between(along, mean - spread, mean + spread, color=look["color"], alpha=0.15, lw=0)
        if len(along) == 1:
            ax.errorbar(along, mean, spread, color=look["color"], alpha=0.4)
    places = sorted(set().union(*(along for along, _ in curves.values())))
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticklabels([f"{n:,}" for n in places])
    ax.yaxis.set_major_formatter(lambda value, _position: f"{value:{spec}}")


def learning_curve(
    records: Records,
    what: str,
    over: str = "labels",
    series: str = "model",
    baseline: tuple[str, float] | None = None,
    spec: str = ".0%",
    title: str = "",
    log: bool = True,
) -> Described:
    """Draw scores along `over`: mean and standard deviation over the seeds, a line for each of `series`.

    Each is drawn where it was measured, which need not be everywhere.

    Args:
        records: those to draw; whatever else differs but `seed` has to be chosen before.
        what: what a score is, such as `"balanced accuracy"`.
        over: a field of numbers.
        baseline: its name and its score, drawn as a level line: `("always “fine”", 0.53)`.
        spec: format of a score.
        log: `over` goes in factors, as numbers of labels do.

    Raises:
        ValueError: a series was not measured with the same seeds wherever it was measured.
    """
    curves = {}
    for name, group in records.by(series).items():
        along, found = group.curves(series, over)
        curves[name] = along, found[name]
    fig, ax = plt.subplots(figsize=(9, 4.8))
    ax.set_xscale("log" if log else "linear")  # before the places along it are set: it has its own
    _draw_curves(ax, curves, spec)
    ax.set(xlabel=over, ylabel=what, title=title)
    if baseline is not None:
        ax.axhline(
            baseline[1], color=COLOURS["grey"], linestyle=":", linewidth=2, label=baseline[0], marker=""
        )
    seeds = sorted({len(rows) for _, rows in curves.values()})
    told = f"{seeds[0]} seeds" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} seeds"
    ax.legend(title=f"band: ± standard deviation, {told}" if seeds[-1] > 1 else "one seed, no spread")
    return Described(fig, _told_curves(records, what, over, series, baseline, spec))


def _told_curves(
    records: Records, what: str, over: str, series: str, baseline: tuple[str, float] | None, spec: str
) -> str:
    """What a learning curve shows, in words."""
    every = sorted(records.values(over))
    told = []
    for name, group in records.by(series).items():
        first, *_, last = sorted(group.values(over)) * 2
        ends = [group.where(**{over: place}) for place in (first, last)]
        goes = "from"
        if first != last:
            goes = difference(ends[1], ends[0]).says(above="rises from", below="falls from", luck="goes from")
        where = "" if (first, last) == (every[0], every[-1]) else f" (over {first:,} to {last:,})"
        told.append(f"{name} {goes} {ends[0].mean:{spec}} to {ends[1].mean:{spec}}{where}")
    lines = f" {baseline[0]}: {baseline[1]:{spec}}." if baseline else ""
    span = f"{every[0]:,} to {every[-1]:,} {over}"
    return f"Curves of {what} over {span}, mean and spread: {'; '.join(told)}.{lines}"


def _round(labels: float) -> float:
    """To two digits: the seeds differ by more."""
    return float(f"{labels:.2g}")


class LabelsWorth(Explorer):
    """Curves over the number of labels, read off horizontally. Made by `labels_worth`."""

    def __init__(self, records: Records, baseline: str, start: tuple[str, int], what: str):
        self.labels, self.curves = records.curves()
        curves = self.curves
        self.baseline, self.start, self.what = baseline, start, what
        self.alt = (
            f"Learning curves: {what} over {self.labels[0]} to {self.labels[-1]:,} labels for "
            f"{', '.join(curves)}, mean and standard deviation over {len(curves[baseline])} seeds. "
            f"{self.told(*start)}"
        )

    def needed(self, representation: str, n_labels: int) -> np.ndarray:
        """The labels that the baseline needs to reach what the other has with `n_labels`: (S,)."""
        ours, base = self.curves[representation], self.curves[self.baseline]
        return label_efficiency.labels_worth(self.labels, ours, base, n_labels)

    def factor(self, representation: str, n_labels: int) -> str:
        """How many times as many labels the baseline needs: the median over the seeds, least and most."""
        factors = self.needed(representation, n_labels) / n_labels
        if np.isinf(np.median(factors)):
            return "more than we have"
        least, most = (f"{x:.1f}" if np.isfinite(x) else "∞" for x in (factors.min(), factors.max()))
        return f"{np.median(factors):.1f} ({least}–{most})"

    def _height(self, representation: str, n_labels: int) -> float:
        return float(self.curves[representation][:, self.labels.index(n_labels)].mean())

    def told(self, representation: str, n_labels: int) -> str:
        """The reading, in words."""
        needed = self.needed(representation, n_labels)
        middle = float(np.median(needed))
        reached = self._height(representation, n_labels)
        text = f"{representation} reaches {reached:.1%} with {n_labels:,} labels. {self.baseline} "
        if np.isinf(middle):
            return f"{text}does not get there with {self.labels[-1]:,}."
        least, most = (f"{x / n_labels:.1f}" if np.isfinite(x) else "∞" for x in (needed.min(), needed.max()))
        return (
            f"{text}gets there with about {_round(middle):,.0f}: {middle / n_labels:.1f} times as many "
            f"(median of {len(needed)} seeds; {least} to {most})."
        )

    def draw(self, representation: str, n_labels: int) -> Figure:
        fig, ax = plt.subplots(figsize=(9, 4.8))
        ax.set_xscale("log")
        _draw_curves(ax, {name: (self.labels, rows) for name, rows in self.curves.items()}, ".0%")
        self._read_off(ax, representation, n_labels)
        ax.set(xlabel="labels", ylabel=self.what, title=self._title(representation, n_labels))
        ax.legend(loc="lower right")
        return fig

    def _read_off(self, ax: plt.Axes, representation: str, n_labels: int) -> None:
        height = self._height(representation, n_labels)
        needed = min(float(np.median(self.needed(representation, n_labels))), self.labels[-1] * 1.25)
        arrow = {"arrowstyle": "-|>", "linewidth": 2.2, "color": "black", "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=(needed, height), xytext=(n_labels, height), arrowprops=arrow, zorder=5)
        foot = ax.get_ylim()[0]
        for x in (n_labels, needed):
            ax.plot([x, x], [foot, height], color=COLOURS["black"], linewidth=1.2, linestyle=":", marker="")
        ax.set_ylim(bottom=foot)

    def _title(self, representation: str, n_labels: int) -> str:
        middle = float(np.median(self.needed(representation, n_labels)))
        if np.isinf(middle):
            return f"{n_labels:,} labels with {representation}: out of reach for {self.baseline}"
        return f"{n_labels:,} labels with {representation} ≈ {_round(middle):,.0f} with {self.baseline}"

    def static(self) -> Figure:
        return self.draw(*self.start)

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        others = [name for name in self.curves if name != self.baseline]
        return {
            "n_labels": slider("labels", self.labels, self.start[1], ","),
            "representation": chooser("representation", others, self.start[0]),
        }


def labels_worth(
    records: Records,
    baseline: str = "TF-IDF",
    start: tuple[str, int] = ("MiniLM", 100),
    what: str = "balanced accuracy",
) -> LabelsWorth:
    """Show learning curves, and how many labels `baseline` needs for what another reaches with fewer.

    Args:
        records: of one task: model, labels, seed, score, the same seeds everywhere.
        baseline: the model that the others are read off against.
        start: the model and the number of labels that are read off first, and in the static twin.
        what: what a score is.

    Raises:
        ValueError: `baseline` or `start` was not measured, or not everywhere with the same seeds.
    """
    models, labels = records.values("model"), records.values("labels")
    if baseline not in models or start[0] not in models or start[0] == baseline or start[1] not in labels:
        raise ValueError(
            f"start is {start}, to be read off against {baseline!r}; measured were {', '.join(models)} "
            f"at {labels}"
        )
    return LabelsWorth(records, baseline, start, what)
