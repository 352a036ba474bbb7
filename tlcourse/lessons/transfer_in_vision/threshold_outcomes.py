"""A threshold slider that moves images between the four outcomes of a yes/no decision."""

import html
import io
from dataclasses import dataclass

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from PIL import Image

from tlcourse.show.explorer import Explorer, slider
from tlcourse.show.figure_style import COLOURS

_LIVE = tuple(round(0.05 * i, 2) for i in range(1, 20))
_THUMBNAIL, _ACROSS, _DOWN = 128, 3, 2  # pixels at most, and images of each outcome


@dataclass(frozen=True)
class Outcomes:
    """How many images fall into each of the four outcomes, and the rates made of them."""

    found: int  # true positives
    missed: int  # false negatives
    alarms: int  # false positives
    passed: int  # true negatives

    @property
    def accuracy(self) -> float:
        return (self.found + self.passed) / (self.found + self.missed + self.alarms + self.passed)

    @property
    def precision(self) -> float:
        """Share of the alarms, true or false, that are true; nan where there is no alarm."""
        return self.found / (self.found + self.alarms) if self.found + self.alarms else float("nan")

    @property
    def recall(self) -> float:
        """Share of the defective that are found; nan where nothing is defective."""
        return self.found / (self.found + self.missed) if self.found + self.missed else float("nan")


def outcomes(probability: np.ndarray, label: np.ndarray, threshold: float) -> Outcomes:
    """Count the outcomes when every image with `probability` at or above `threshold` raises an alarm."""
    alarm, defective = probability >= threshold, label == 1
    return Outcomes(
        found=int((alarm & defective).sum()),
        missed=int((~alarm & defective).sum()),
        alarms=int((alarm & ~defective).sum()),
        passed=int((~alarm & ~defective).sum()),
    )


class ThresholdOutcomes(Explorer):
    """Made by `threshold`."""

    words_first = True
    widest = "820px"

    def __init__(self, images: np.ndarray, probability: np.ndarray, label: np.ndarray, positive: str):
        step = -(-images.shape[1] // _THUMBNAIL)
        self.small = images[:, ::step, ::step]
        self.probability, self.label, self.positive = probability, label, positive
        self.alt = (
            f"Four groups of cells, by whether they are {positive} and whether the network says so, at a "
            f"threshold of 0.5, above them the histogram of its probabilities. {self.told(0.5)}"
        )

    def told(self, threshold: float) -> str:
        o = outcomes(self.probability, self.label, threshold)
        precision = f"{o.precision:.1%}" if o.found + o.alarms else "undefined, as there is no alarm"
        return (
            f"Threshold {threshold:.2f}: {o.found} {self.positive} found, {o.missed} missed, {o.alarms} "
            f"false alarms, {o.passed} rightly passed. Accuracy {o.accuracy:.1%}, precision {precision}, "
            f"recall {o.recall:.1%}."
        )

    def _groups(self, t: float) -> list[tuple[str, np.ndarray, str]]:
        """Title, images and colour of the four outcomes, row by row."""
        o, alarm = outcomes(self.probability, self.label, t), self.probability >= t
        groups = (
            (f"✓ {self.positive}, found: {o.found}", alarm & (self.label == 1), "blue"),
            (f"✗ {self.positive}, missed: {o.missed}", ~alarm & (self.label == 1), "vermillion"),
            (f"✗ false alarm: {o.alarms}", alarm & (self.label == 0), "vermillion"),
            (f"✓ rightly passed: {o.passed}", ~alarm & (self.label == 0), "blue"),
        )
        return [(title, self._mosaic(np.flatnonzero(chosen), t), c) for title, chosen, c in groups]

    def _histogram(self, ax: plt.Axes, t: float) -> None:
        bins = np.linspace(0, 1, 41)
        fine, bad = (self.probability[self.label == c] for c in (0, 1))
        ax.hist(fine, bins, color=COLOURS["sky"], label=f"not {self.positive}")
        ax.hist(bad, bins, histtype="step", color=COLOURS["black"], hatch="///", label=self.positive)
        ax.axvline(t, color=COLOURS["vermillion"], linestyle="-", linewidth=3)
        ax.set(xlim=(0, 1), yscale="symlog", yticks=[1, 10, 100], ylabel="cells (log)")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_title(
            f"threshold {t:.2f}: an alarm to the right of the line", fontsize=12, fontweight="normal"
        )
        ax.legend(loc="lower right", bbox_to_anchor=(1, 0.98), ncols=2)
        ax.grid(visible=False)

    def _mosaic(self, index: np.ndarray, t: float) -> np.ndarray:
        """The images nearest to the threshold, the nearest first, on white."""
        nearest = index[np.argsort(np.abs(self.probability[index] - t), kind="stable")][: _ACROSS * _DOWN]
        side, gap = self.small.shape[1], 3
        canvas = np.full((_DOWN * (side + gap) - gap, _ACROSS * (side + gap) - gap), 255, np.uint8)
        for place, i in enumerate(nearest):
            y, x = (side + gap) * np.array(divmod(place, _ACROSS))
            canvas[y : y + side, x : x + side] = self.small[i]
        return canvas

    def static(self) -> Figure:
        fig = plt.figure(figsize=(10.5, 9.6))
        grid = fig.add_gridspec(3, 2, height_ratios=[1, 2.4, 2.4])
        self._histogram(fig.add_subplot(grid[0, :]), 0.5)
        for place, (title, mosaic, colour) in enumerate(self._groups(0.5)):
            ax = fig.add_subplot(grid[1 + place // 2, place % 2])
            ax.imshow(mosaic, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            ax.set(xticks=[], yticks=[])
            ax.set_title(title, color=COLOURS[colour])
            ax.grid(visible=False)
            for side in ax.spines.values():
                side.set(visible=True, color=COLOURS[colour], linewidth=2.5)
        return fig

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {"threshold": slider("threshold", _LIVE, 0.5, ".2f", width="30em")}

    def draw(self, threshold: float) -> Figure:
        fig, ax = plt.subplots(figsize=(8.2, 1.7))
        self._histogram(ax, threshold)
        return fig

    def build(self) -> ipywidgets.Widget:
        self.titles = [ipywidgets.HTML() for _ in range(4)]
        # The cells as pictures of their own: to draw them with the histogram would take most of a second.
        self.mosaics = [
            ipywidgets.Image(format="png", layout=ipywidgets.Layout(width="98%")) for _ in range(4)
        ]
        boxes = []
        for title, mosaic, (_, _, colour) in zip(self.titles, self.mosaics, self._groups(0.5), strict=True):
            frame = ipywidgets.Layout(
                width="400px", margin="4px", padding="4px", border=f"2.5px solid {COLOURS[colour]}"
            )
            boxes.append(ipywidgets.VBox([title, mosaic], layout=frame))
        rows = [ipywidgets.HBox(boxes[:2]), ipywidgets.HBox(boxes[2:])]
        return ipywidgets.VBox([super().build(), *rows])

    def moved(self, change: object = None) -> None:
        super().moved(change)
        groups = self._groups(self.chosen()["threshold"])
        for title, picture, (words, mosaic, _) in zip(self.titles, self.mosaics, groups, strict=True):
            title.value = f"<b>{html.escape(words)}</b>"
            picture.value = _encode(mosaic)


def _encode(picture: np.ndarray) -> bytes:
    """PNG bytes of a grey picture, uint8 (h, w)."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="png", compress_level=1)
    return buffer.getvalue()


def threshold(
    images: np.ndarray, probability: np.ndarray, label: np.ndarray, positive: str = "defective"
) -> ThresholdOutcomes:
    """Show which images a threshold makes an alarm of, those nearest to it first.

    Args:
        images: uint8 (N, h, w), grey.
        probability: (N,), of the positive class.
        label: (N,), 1 for positive.
        positive: what the positive class is called.

    Raises:
        ValueError: the three differ in length, or one class is missing.
    """
    if not len(images) == len(probability) == len(label):
        raise ValueError(
            f"one probability and one label for each image, please: got {len(images)} images, "
            f"{len(probability)} probabilities, {len(label)} labels"
        )
    if set(np.unique(label)) != {0, 1}:
        raise ValueError(f"labels are 0 and 1, with both present; got {np.unique(label).tolist()}")
    return ThresholdOutcomes(images, np.asarray(probability), np.asarray(label), positive)
