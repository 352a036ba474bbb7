"""The lesson's figures: the idea as a sketch, errors by the length of the word, and what √D is for."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from tlcourse.lessons.sequences_and_attention.error_records import LONGEST, SHORTEST
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records

_LETTERS, _PHONEMES = list("phone"), ["F", "OW", "N"]
_LOOKS = np.array([[0.5, 0.4, 0.1, 0.0, 0.0], [0.0, 0.1, 0.7, 0.0, 0.2], [0.0, 0.0, 0.1, 0.8, 0.1]])
_READ, _CARRY, _WRITE = 1.0, 2.35, 3.5  # heights: the encoder, what it passes on, the decoder


def bottleneck() -> Described:
    """Draw the two encoder–decoders of the lesson side by side: a sketch, its weights made up."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 5))
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
            ax.text(_place(i), _WRITE + 0.67, phoneme, ha="center", fontsize=17, weight="bold")
            _arrow(ax, (_place(i), _WRITE + 0.28), (_place(i), _WRITE + 0.62))
        for i in range(len(_PHONEMES) - 1):
            _arrow(ax, (_place(i) + 0.32, _WRITE), (_place(i + 1) - 0.32, _WRITE))
            _arrow(ax, (_place(i) + 0.26, _WRITE + 0.7), (_place(i + 1) - 0.2, _WRITE + 0.3), line="--")
        ax.text(-0.75, _READ, "encoder\nreads", ha="right", va="center")
        ax.text(-0.75, _WRITE, "decoder\nwrites", ha="right", va="center")
        ax.set(title=title, xlim=(-2.0, 4.6), ylim=(-0.05, 4.6))
        ax.axis("off")
    ax = axes[0]
    _box(ax, 2, _CARRY, "$c$", colour=COLOURS["orange"])
    for end in (0, len(_LETTERS) - 1):
        _arrow(ax, (end, _READ + 0.28), (2 + 0.14 * (end - 2), _CARRY - 0.3))
    for i in range(len(_PHONEMES)):
        _arrow(ax, (2, _CARRY + 0.3), (_place(i), _WRITE - 0.3))
        _box(axes[1], _place(i), _CARRY, f"$c_{i + 1}$", colour=COLOURS["orange"])
        _arrow(axes[1], (_place(i), _CARRY + 0.3), (_place(i), _WRITE - 0.3))
    for i, j in np.argwhere(_LOOKS > 0):
        axes[1].plot(
            [j, _place(i)], [_READ + 0.28, _CARRY - 0.28], color=COLOURS["blue"], marker="", linestyle="-",
            linewidth=8 * _LOOKS[i, j], alpha=0.75, solid_capstyle="butt",
        )  # fmt: skip
    return Described(
        fig,
        "Two sketches of the word phone becoming F OW N. Left: the vectors of the first and the last letter "
        "go into one vector c, which alone feeds the three steps that write. Right: each step has a vector c "
        "of its own, with lines from the letter vectors, thick from those it looks at: for F from p and h, "
        "for OW from o and e, for N from n. In both, a step also gets the state and the phoneme before.",
    )


def _line(look: dict[str, object]) -> dict[str, object]:
    """What a line of few points takes of a series' style."""
    return {key: look[key] for key in ("color", "marker", "linestyle")} | {"markevery": 1}


def errors_by_length(errors: Records, models: Sequence[str]) -> Described:
    """Draw PER and WER over the letters of a word, a line for each of `models`: the mean over its seeds.

    The bands go from the lowest seed to the highest.

    Args:
        errors: as `error_records.of` makes them.
    """
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    looks = dict(zip(models, cycle(len(models)), strict=True))
    for ax, rate in zip(axes, ("PER", "WER"), strict=True):
        for name, look in looks.items():
            places, curves = errors.where(rate=rate, model=name).curves(over="letters")
            rows = curves[name]
            ax.plot(places, rows.mean(axis=0), label=name, **_line(look))
            ax.fill_between(places, rows.min(axis=0), rows.max(axis=0), color=look["color"], alpha=0.2, lw=0)
        ax.set(xlabel=f"letters in the word ({LONGEST}: and more)", ylim=(0, None))
        ax.yaxis.set_major_formatter(lambda value, _position: f"{value:.0%}")
    axes[0].set(title="Phonemes wrong", ylabel="phoneme error rate")
    axes[1].set(title="Words wrong", ylabel="word error rate")
    axes[0].legend()
    return Described(fig, _told_by_length(errors, models))


def _told_by_length(errors: Records, models: Sequence[str]) -> str:
    told = []
    for name in models:
        places, curves = errors.where(rate="PER", model=name).curves(over="letters")
        at = dict(zip(places, curves[name].mean(axis=0), strict=True))
        some = [n for n in (SHORTEST, 6, 9, LONGEST) if n in at]
        told.append(f"{name} {', '.join(f'{at[n]:.0%} at {n}' for n in some)}")
    return (
        f"Phoneme and word error rate against letters in the word. Phoneme errors: {'; '.join(told)} letters."
    )


def softmax_by_size(
    sizes: Sequence[int], plain: Sequence[tuple[float, float]], divided: Sequence[tuple[float, float]]
) -> Described:
    """Draw what a softmax of dot products does as vectors get longer, not divided and divided by √D.

    Args:
        sizes: D.
        plain, divided: for each size, the mean weight of the largest key and the norm of ∂weights/∂scores.
    """
    fig, axes = plt.subplots(1, 2, figsize=(11, 3.8))
    for label, values, look in zip(("not divided", "divided by √D"), (plain, divided), cycle(2), strict=True):
        for ax, measured in zip(axes, zip(*values, strict=True), strict=True):
            ax.plot(sizes, measured, label=label, **_line(look))
    axes[0].set(title="Weight of the largest of 16", ylim=(0, 1.05), ylabel="mean weight")
    axes[1].set(title="How much a score can still move it", ylim=(0, None), ylabel="norm of ∂weights/∂scores")
    for ax in axes:
        ax.set(xscale="log", xlabel="D, length of query and keys", xticks=sizes, xticklabels=sizes)
        ax.minorticks_off()
    axes[0].legend(loc="center right")
    ends = [
        f"from {values[0][k]:.2f} at D = {sizes[0]} to {values[-1][k]:.2f} at {sizes[-1]}"
        for k in (0, 1)
        for values in (plain, divided)
    ]
    return Described(
        fig,
        f"Left: the largest of 16 weights goes {ends[0]} without division, {ends[1]} with it. Right: the "
        f"gradient of the weights goes {ends[2]} without division, {ends[3]} with it.",
    )


def _place(i: int) -> float:
    return 0.8 + 1.2 * i


def _box(ax: plt.Axes, x: float, y: float, text: str, colour: str = "white") -> None:
    ax.add_patch(plt.Rectangle((x - 0.3, y - 0.28), 0.6, 0.56, facecolor=colour, edgecolor="black", zorder=2))
    ax.text(x, y, text, ha="center", va="center", fontsize=14, zorder=3)


def _arrow(
    ax: plt.Axes, start: tuple[float, float], end: tuple[float, float], style: str = "->", line: str = "-"
) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": style, "linewidth": 1.4, "linestyle": line})
