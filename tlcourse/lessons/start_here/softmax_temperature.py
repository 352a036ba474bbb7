"""A slider on the temperature of a softmax: from one winner to all alike."""

from collections.abc import Mapping, Sequence

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.show.explorer import Explorer, slider
from tlcourse.show.figure_style import COLOURS

_LIVE = (0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)
_STATIC = (0.1, 0.3, 1.0)  # from 0.1 to 1, as the prediction asks


def probabilities(scores: Sequence[float], temperature: float) -> np.ndarray:
    """Return softmax(scores / temperature), shape (n,), without overflow."""
    scaled = np.asarray(scores, dtype=float) / temperature
    exp = np.exp(scaled - scaled.max())
    return exp / exp.sum()


def entropy(p: np.ndarray) -> float:
    """Return the entropy of `p` in bits: 0 for one sure winner, log2(n) for n alike."""
    positive = p[p > 0]
    return float(-(positive * np.log2(positive)).sum())


class SoftmaxTemperature(Explorer):
    """Bars of probability that a temperature sharpens or flattens. Made by `temperature`."""

    widest = "560px"

    def __init__(self, scores: Mapping[str, float], title: str):
        self.names, self.scores, self.title = list(scores), list(scores.values()), title
        self.alt = f"Bars of probability at three temperatures, for: {title} " + " ".join(
            self.told(t) for t in _STATIC
        )

    def told(self, temperature: float) -> str:
        p = probabilities(self.scores, temperature)
        top = int(p.argmax())
        return (
            f"At temperature {temperature:g}, “{self.names[top]}” gets {p[top]:.0%}; "
            f"the entropy is {entropy(p):.2f} of at most {np.log2(len(p)):.2f} bits."
        )

    def _bars(self, ax: plt.Axes, t: float) -> None:
        p = probabilities(self.scores, t)
        bars = ax.barh(self.names, p, color=COLOURS["sky"], edgecolor=COLOURS["black"])
        ax.bar_label(bars, [f"{x:.0%}" for x in p], padding=4)
        ax.set(
            xlim=(0, 1.15),
            title=f"temperature {t:g}\nentropy {entropy(p):.2f} bits",
            xlabel="probability",
            xticks=[0, 0.5, 1],
        )
        ax.set_ylim(len(p) - 0.5, -0.5)  # the first on top; inverting would turn shared axes back and forth
        ax.grid(axis="y", visible=False)

    def static(self) -> Figure:
        fig, axes = plt.subplots(1, len(_STATIC), figsize=(10.5, 0.4 * len(self.names) + 1.9), sharey=True)
        for ax, t in zip(axes, _STATIC, strict=True):
            self._bars(ax, t)
        return fig

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {"temperature": slider("temperature", _LIVE, 0.2, "g", width="28em")}

    def draw(self, temperature: float) -> Figure:
        fig, ax = plt.subplots(figsize=(6, 0.4 * len(self.names) + 1.7))
        self._bars(ax, temperature)
        return fig


def temperature(scores: Mapping[str, float], title: str) -> SoftmaxTemperature:
    """Show how a temperature turns `scores` (name → score) into probabilities.

    Raises:
        ValueError: fewer than two scores.
    """
    if len(scores) < 2:
        raise ValueError(f"a softmax needs two or more scores, got {dict(scores)!r}")
    return SoftmaxTemperature(scores, title)
