"""Learning curves, and a slider that reads off how many labels a representation is worth."""

from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import png
from tlcourse.show.twins import Twin
from tlcourse.train.measuring import label_efficiency


def _round(labels: float) -> float:
    """To two digits: the seeds differ by more."""
    return float(f"{labels:.2g}")


class LabelsWorth(Twin):
    """Curves over the number of labels, read off horizontally. Made by :func:`labels_worth`."""

    def __init__(
        self,
        labels: Sequence[int],
        curves: Mapping[str, np.ndarray],
        baseline: str,
        start: tuple[str, int],
        what: str,
    ):
        self.labels, self.curves = list(labels), dict(curves)
        self.baseline, self.start, self.what = baseline, start, what
        self.alt = (
            f"Learning curves: {what} over {self.labels[0]} to {self.labels[-1]:,} labels for "
            f"{', '.join(curves)}, mean and standard deviation over {len(curves[baseline])} seeds. "
            f"{self.told(*start)}"
        )

    def needed(self, representation: str, n_labels: int) -> np.ndarray:
        """The labels that the baseline needs to reach what the other has with ``n_labels``: (S,)."""
        ours, base = self.curves[representation], self.curves[self.baseline]
        return label_efficiency.labels_worth(self.labels, ours, base, n_labels)

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

    def _draw(self, representation: str, n_labels: int) -> Figure:
        fig, ax = plt.subplots(figsize=(9, 4.8))
        for (name, rows), look in zip(self.curves.items(), cycle(len(self.curves)), strict=True):
            mean, spread = rows.mean(axis=0), rows.std(axis=0, ddof=int(len(rows) > 1))
            line = {key: look[key] for key in ("color", "marker", "linestyle")}
            ax.plot(self.labels, mean, label=name, markevery=1, **line)
            ax.fill_between(self.labels, mean - spread, mean + spread, color=look["color"], alpha=0.15, lw=0)
        self._read_off(ax, representation, n_labels)
        ax.set(xscale="log", xlabel="labels", ylabel=self.what, title=self._title(representation, n_labels))
        ax.xaxis.set_major_locator(FixedLocator(self.labels))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticklabels([f"{n:,}" for n in self.labels])
        ax.yaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
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
        return self._draw(*self.start)

    def build(self) -> ipywidgets.Widget:
        style, layout = {"description_width": "initial"}, ipywidgets.Layout(width="24em")
        self.slider = ipywidgets.SelectionSlider(
            options=[(f"{n:,}", n) for n in self.labels],
            value=self.start[1],
            description="labels",
            continuous_update=False,
            style=style,
            layout=layout,
        )
        self.chooser = ipywidgets.Dropdown(
            options=[name for name in self.curves if name != self.baseline],
            value=self.start[0],
            description="representation",
            style=style,
            layout=layout,
        )
        self.picture = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="720px"))
        self.words = ipywidgets.HTML()
        for control in (self.slider, self.chooser):
            control.observe(self.guard(self._moved), "value")
        self._moved()
        return ipywidgets.VBox([ipywidgets.HBox([self.slider, self.chooser]), self.picture, self.words])

    def _moved(self, _change: object = None) -> None:
        self.picture.value = png(self._draw(self.chooser.value, self.slider.value))
        self.words.value = f'<div role="status">{self.told(self.chooser.value, self.slider.value)}</div>'


def labels_worth(
    labels: Sequence[int],
    curves: Mapping[str, np.ndarray],
    baseline: str = "TF-IDF",
    start: tuple[str, int] = ("MiniLM", 100),
    what: str = "balanced accuracy",
) -> LabelsWorth:
    """Show learning curves, and how many labels ``baseline`` needs for what another reaches with fewer.

    Args:
        labels: L budgets, ascending.
        curves: representation → (S, L), as `label_efficiency.learning_curve` returns them.
        baseline: the representation that the others are read off against.
        start: the representation and the budget that are read off first, and in the static twin.
        what: what the curves measure.

    Raises:
        ValueError: a curve has not one column a budget, or ``baseline`` or ``start`` was not measured.
    """
    for name, rows in curves.items():
        if rows.shape[1:] != (len(labels),):
            raise ValueError(f"the curve of {name} has shape {rows.shape} for {len(labels)} budgets")
    if baseline not in curves or start[0] not in curves or start[0] == baseline or start[1] not in labels:
        raise ValueError(
            f"start is {start}, to be read off against {baseline!r}; measured were {', '.join(curves)} "
            f"at {list(labels)}"
        )
    return LabelsWorth(labels, curves, baseline, start, what)
