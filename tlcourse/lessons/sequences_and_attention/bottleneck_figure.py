"""The idea of lesson 04 in one figure: everything through one vector, or every step looks for itself."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.show.figure_style import COLOURS

_LETTERS, _PHONEMES = list("phone"), ["F", "OW", "N"]
_LOOKS = np.array([[0.5, 0.4, 0.1, 0.0, 0.0], [0.0, 0.1, 0.7, 0.0, 0.2], [0.0, 0.0, 0.1, 0.8, 0.1]])
_READ, _WRITE = 1.0, 3.2  # heights of the two networks


def bottleneck() -> Figure:
    """Draw the two encoder–decoders of the lesson side by side: a sketch, its weights made up."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.6))
    for ax, title in zip(
        axes, ("One vector carries it all", "Attention: look again at every step"), strict=True
    ):
        for j, letter in enumerate(_LETTERS):
            _box(ax, j, _READ, f"$h_{j + 1}$")
            ax.text(j, _READ - 0.85, letter, ha="center", fontsize=17, family="monospace")
        for j in range(len(_LETTERS) - 1):
            _arrow(ax, (j + 0.32, _READ), (j + 0.68, _READ), style="<->")
        for i, phoneme in enumerate(_PHONEMES):
            _box(ax, _place(i), _WRITE, f"$s_{i + 1}$")
            ax.text(_place(i), _WRITE + 0.55, phoneme, ha="center", fontsize=17, weight="bold")
        for i in range(len(_PHONEMES) - 1):
            _arrow(ax, (_place(i) + 0.32, _WRITE), (_place(i + 1) - 0.32, _WRITE))
        ax.text(-0.75, _READ, "reads", ha="right", va="center")
        ax.text(-0.75, _WRITE, "writes", ha="right", va="center")
        ax.set(title=title, xlim=(-1.7, 4.6), ylim=(-0.05, 4.2))
        ax.axis("off")
    ax = axes[0]
    _box(ax, 2, 2.1, "$c$", colour=COLOURS["orange"])
    for end in (0, len(_LETTERS) - 1):
        _arrow(ax, (end, _READ + 0.28), (2 + 0.14 * (end - 2), 1.8))
    for i in range(len(_PHONEMES)):
        _arrow(ax, (2, 2.4), (_place(i), _WRITE - 0.3))
    for i, j in np.argwhere(_LOOKS > 0):
        axes[1].plot(
            [j, _place(i)], [_READ + 0.28, _WRITE - 0.28], color=COLOURS["blue"], marker="", linestyle="-",
            linewidth=8 * _LOOKS[i, j], alpha=0.75, solid_capstyle="butt",
        )  # fmt: skip
    return fig


def _place(i: int) -> float:
    return 0.8 + 1.2 * i


def _box(ax: plt.Axes, x: float, y: float, text: str, colour: str = "white") -> None:
    ax.add_patch(plt.Rectangle((x - 0.3, y - 0.28), 0.6, 0.56, facecolor=colour, edgecolor="black", zorder=2))
    ax.text(x, y, text, ha="center", va="center", fontsize=14, zorder=3)


def _arrow(ax: plt.Axes, start: tuple[float, float], end: tuple[float, float], style: str = "->") -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": style, "linewidth": 1.4})
