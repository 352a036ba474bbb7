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


def _percent(p: float) -> str:
    """As the bars say it: a softmax gives neither 0 nor 1, so neither is said."""
    if p < 0.005:
        return "<1%"
    return ">99%" if p >= 0.995 else f"{p:.0%}"


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
            f"At temperature {temperature:g}, “{self.names[top]}” gets {_percent(p[top])}; "
            f"the entropy is {entropy(p):.2f} of at most {np.log2(len(p)):.2f} bits."
        )

    def reached(self, name: str, share: float) -> str:
        """Say at which stop of the slider, from left to right, `name` first gets a probability of `share`."""
        got = [probabilities(self.scores, t)[self.names.index(name)] for t in _LIVE]
        stop = next((i for i, p in enumerate(got) if p >= share), None)
        if stop is None:
            return f"*{name}* reaches {share:.0%} at no stop of the slider."
        before = (
            f" At {_LIVE[stop - 1]:g}, one stop before, it has {_percent(got[stop - 1])}." if stop else ""
        )
        return f"*{name}* first reaches {share:.0%} at {_LIVE[stop]:g}, with {_percent(got[stop])}.{before}"

    def _head(self, fig: Figure) -> None:
        fig.suptitle(self.title, x=0.01, ha="left", fontsize=14, weight="bold")

    def _bars(self, ax: plt.Axes, t: float) -> None:
        p = probabilities(self.scores, t)
        bars = ax.barh(self.names, p, color=COLOURS["sky"], edgecolor=COLOURS["black"])
        ax.bar_label(bars, [_percent(x) for x in p], padding=4)
        ax.set(
            xlim=(0, 1.2),
            title=f"temperature {t:g}\nentropy {entropy(p):.2f} of {np.log2(len(p)):.2f} bits",
            xlabel="probability",
        )
        ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        ax.set_ylim(len(p) - 0.5, -0.5)  # the first on top; inverting would turn shared axes back and forth
        ax.grid(axis="y", visible=False)

    def static(self) -> Figure:
        fig, axes = plt.subplots(1, len(_STATIC), figsize=(10.5, 0.4 * len(self.names) + 2.3), sharey=True)
        self._head(fig)
        for ax, t in zip(axes, _STATIC, strict=True):
            self._bars(ax, t)
        return fig

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        return {"temperature": slider("temperature", _LIVE, 0.1, "g", width="28em")}

    def draw(self, temperature: float) -> Figure:
        fig, ax = plt.subplots(figsize=(6, 0.4 * len(self.names) + 2.1))
        self._head(fig)
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
