"""Where to freeze, with how many labels: what accuracy that gives and what it costs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MultipleLocator, NullFormatter

from tlcourse.lessons.transfer_in_vision.sketches import draw_layers
from tlcourse.show.explorer import Explorer, slider
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.spread import mean_and_spread
from tlcourse.show.tables import mean_sd

COLUMNS = ("lowest", "labels", "seed", "accuracy", "seconds")


class FreezingCosts(Explorer):
    """Made by `freezing_costs`."""

    words_first = True
    widest = "820px"

    def __init__(self, results: Sequence[Mapping[str, object]], layers: Sequence[str], baseline: float):
        self.layers, self.baseline = list(layers), baseline
        runs = defaultdict(list)
        for row in results:
            runs[row["lowest"], row["labels"]].append((row["accuracy"], row["seconds"]))
        # (lowest, labels) → accuracies and seconds, one for each seed
        self.runs = {place: np.array(found, dtype=float).T for place, found in runs.items()}
        tried = {row["lowest"] for row in results}
        self.lowest = [name for name in self.layers[::-1] if name in tried]  # from the cheapest on
        self.labels = sorted({row["labels"] for row in results})
        # Measured on fewer splits than the others: no point of their lines.
        most = max(accuracies.shape[1] for accuracies in self.runs.values())
        self.apart = {name for (name, _), found in self.runs.items() if found.shape[1] == 1 < most}
        best = max(self.runs, key=lambda place: self.runs[place][0].mean())
        self.alt = (
            "Accuracy against seconds of training, one line for each number of labels, one point for each "
            f"place where freezing ends ({', '.join(self.lowest)}). The best of all: {self.told(*best)}"
        )

    def told(self, lowest: str, labels: int) -> str:
        if (lowest, labels) not in self.runs:
            return f"{lowest} with {labels:,} labels was not tried here."
        accuracies, seconds = self.runs[lowest, labels]
        alone = " (one seed)" if len(accuracies) == 1 else ""
        return (
            f"{self._learns(lowest)} With {labels:,} labels: accuracy {mean_sd(accuracies, '.1%')}{alone}, "
            f"{seconds.mean():.1f} s of training."
        )

    def _learns(self, lowest: str) -> str:
        at = self.layers.index(lowest)
        if at == len(self.layers) - 1:
            return f"Only the {lowest} learns."
        return "The whole network learns." if at == 0 else f"{lowest} and all above it learn."

    def _curves(self, ax: plt.Axes, chosen: tuple[str, int] | None) -> None:
        lines = {}
        markers = dict(zip(self.lowest, "osD^vP*X", strict=False))
        for labels, style in zip(self.labels, cycle(len(self.labels)), strict=True):
            names = [name for name in self.lowest if (name, labels) in self.runs]
            points = {}
            for name in names:
                (accuracies, seconds), hollow = self.runs[name, labels], name in self.apart
                (accuracy, spread), mark = mean_and_spread(accuracies), {"marker": markers[name], "ms": 9}
                if hollow:
                    ax.plot(seconds.mean(), accuracy, mfc="white", mec=style["color"], mew=2, **mark)
                    continue
                points[seconds.mean()] = accuracy
                ax.errorbar(seconds.mean(), accuracy, yerr=spread, color=style["color"], ls="none", **mark)
            line = {key: style[key] for key in ("color", "linestyle")}
            lines[f"{labels:,} labels"] = ax.plot(*zip(*points.items(), strict=True), marker="", **line)[0]
        if chosen in self.runs:
            accuracy, seconds = self.runs[chosen].mean(axis=1)
            ax.plot(seconds, accuracy, "o", ms=24, mfc="none", mec=COLOURS["vermillion"], mew=3)
        ax.axhline(self.baseline, color=COLOURS["grey"], linestyle=":")
        ax.text(
            0.01, self.baseline, "always “fine”", transform=ax.get_yaxis_transform(), ha="left", va="bottom"
        )
        ax.set(
            xscale="log",
            xlabel="seconds of training (logarithmic)",
            ylabel="accuracy on unseen cells",
        )
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_locator(MultipleLocator(0.05))
        ax.yaxis.set_major_formatter("{x:.0%}")
        marks = {
            f"lowest: {name}{', one split' * (name in self.apart)}": Line2D(
                [],
                [],
                color="black",
                mfc="white" if name in self.apart else "black",
                marker=markers[name],
                ls="none",
                ms=9,
            )
            for name in self.lowest
        }
        handles = dict(reversed(lines.items())) | marks  # lines in the order in which they lie
        ax.legend([*handles.values()], [*handles], loc="center left", bbox_to_anchor=(1.01, 0.5))

    def static(self) -> Figure:
        fig, ax = plt.subplots(figsize=(10, 5))
        self._curves(ax, None)
        return fig

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        lowest = self.lowest[::-1]
        return {
            "lowest": slider("lowest layer that learns", lowest, lowest[-1], width="32em"),
            "labels": slider("labels", self.labels, self.labels[-1], ",", width="22em"),
        }

    def draw(self, lowest: str, labels: int) -> Figure:
        fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.6), width_ratios=[1, 4])
        draw_layers(left, self.layers, self.layers.index(lowest))
        self._curves(right, (lowest, labels))
        return fig


def freezing_costs(
    results: Sequence[Mapping[str, object]], layers: Sequence[str], baseline: float
) -> FreezingCosts:
    """Show what each depth of freezing gives and costs, for each number of labels.

    Args:
        results: one dict per training, with `lowest` (the lowest layer that learned), `labels`, `seed`,
            `accuracy` and `seconds`.
        layers: all layers of the network, from the bottom up.
        baseline: the accuracy of always answering the commoner class.

    Raises:
        ValueError: a key is missing, there are no rows, or a row names an unknown layer.
    """
    missing = [c for c in COLUMNS if any(c not in row for row in results)]
    if missing or not results:
        raise ValueError(
            f"results need rows with {', '.join(COLUMNS)}; "
            + (f"{missing[0]!r} is missing" if missing else "there are no rows")
        )
    unknown = {row["lowest"] for row in results} - set(layers)
    if unknown:
        raise ValueError(f"results name the layer {min(unknown)!r}, the network has {', '.join(layers)}")
    return FreezingCosts(results, layers, baseline)
