"""The figures of lesson 03, drawn here so that its cells stay short."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from tlcourse.probe.word_vectors import Section, WordSpace
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.spread import mean_and_spread


def window(words: Sequence[str], center: int, reach: int, noise: Sequence[str]) -> Figure:
    """Draw the window around word number `center`: which words pull it, which noise words push it."""
    fig, ax = plt.subplots(figsize=(11, 3.2))
    x, places = 0.0, []
    for word in words:
        width = 0.35 + 0.16 * len(word)
        places.append((x, width))
        x += width + 0.12
    for i, (word, (left, width)) in enumerate(zip(words, places, strict=True)):
        near = 0 < abs(i - center) <= reach
        colour = COLOURS["blue"] if i == center else COLOURS["sky"] if near else COLOURS["light"]
        ax.add_patch(plt.Rectangle((left, 0), width, 0.6, color=colour))
        ax.text(
            left + width / 2, 0.3, word, ha="center", va="center", fontsize=13,
            color="white" if i == center else "black", fontweight="bold" if i == center else "normal",
        )  # fmt: skip
        if near:
            start, end = (places[j][0] + places[j][1] / 2 for j in (center, i))
            bend = -0.45 if end > start else 0.45
            ax.add_patch(
                FancyArrowPatch((start, 0.62), (end, 0.62), connectionstyle=f"arc3,rad={bend}",
                                arrowstyle="-|>", mutation_scale=14, color=COLOURS["blue"])
            )  # fmt: skip
    middle = places[center][0] + places[center][1] / 2
    ax.text(middle, 1.75, "predict these: scores up", ha="center", color=COLOURS["blue"], fontsize=13)
    step = 1.6
    for i, word in enumerate(noise):
        at = middle + (i - (len(noise) - 1) / 2) * step
        ax.text(at, -1.0, word, ha="center", va="center", fontsize=13, color=COLOURS["vermillion"])
        ax.plot([middle, at], [-0.03, -0.8], color=COLOURS["vermillion"], ls=":", marker="", lw=1.4)
    ax.text(
        middle, -1.55, "noise words, drawn from the vocabulary: scores down", ha="center",
        color=COLOURS["vermillion"], fontsize=13,
    )  # fmt: skip
    ax.set(xlim=(-0.1, x), ylim=(-1.8, 2.0))
    ax.axis("off")
    return fig


def factorisation(panels: Mapping[str, tuple[str, np.ndarray, str, np.ndarray]]) -> Figure:
    """Draw, for each title, what was trained (y) against what it should be by the counts (x), as densities.

    Args:
        panels: title → label of x, x (N,), label of y, y (N,); two panels side by side.
    """
    rows = -(-len(panels) // 2)
    fig, axes = plt.subplots(rows, 2, figsize=(9, 4.4 * rows), squeeze=False)
    for ax, (name, (counted, x, trained, y)) in zip(axes.flat, panels.items(), strict=False):
        low, high = np.quantile(np.concatenate([x, y]), (0.001, 0.999))
        ax.hexbin(x, y, gridsize=45, extent=(low, high, low, high), bins="log", cmap="Blues")
        ax.plot([low, high], [low, high], color=COLOURS["black"], ls="--", lw=1.2, marker="")
        ax.set(xlim=(low, high), ylim=(low, high), xlabel=counted, ylabel=trained)
        ax.set_title(f"{name}: r = {np.corrcoef(x, y)[0, 1]:.2f}")
        ax.grid(False)
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    return fig


def sections(results: Mapping[str, Sequence[Section]]) -> Figure:
    """Draw analogy accuracy by section, one bar for each of the `results`."""
    names = [s.name for s in next(iter(results.values()))]
    fig, ax = plt.subplots(figsize=(10, 0.42 * len(names) + 1.4))
    height = 0.8 / len(results)
    for k, ((label, found), style) in enumerate(zip(results.items(), cycle(len(results)), strict=True)):
        y = np.arange(len(names)) + (k - (len(results) - 1) / 2) * height
        values = [100 * s.accuracy for s in found]
        ax.barh(y, values, height, color=style["color"], hatch=style["hatch"], edgecolor="white", label=label)
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set(xlabel="correct, %", xlim=(0, 100))
    ax.grid(axis="y", visible=False)
    if len(results) > 1:
        fig.legend(loc="outside lower center", ncols=len(results))
    return fig


def relation(space: WordSpace, pairs: Sequence[tuple[str, str]]) -> Figure:
    """Draw pairs such as (country, capital) on their two principal components, one arrow a pair."""
    both = np.stack([space[word] for pair in pairs for word in pair])
    centred = both - both.mean(0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    xy = (centred @ axes[:2].T).reshape(-1, 2, 2)
    fig, ax = plt.subplots(figsize=(9, 6))
    for (left, right), (start, end) in zip(pairs, xy, strict=True):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": COLOURS["grey"], "ls": "--"})
        for word, at, colour in ((left, start, "blue"), (right, end, "vermillion")):
            weight = "bold" if colour == "blue" else "normal"
            ax.text(*at, f" {word}", color=COLOURS[colour], fontweight=weight, va="center", fontsize=13)
    ax.scatter(*xy[:, 0].T, color=COLOURS["blue"], marker="o")
    ax.scatter(*xy[:, 1].T, color=COLOURS["vermillion"], marker="s")
    ax.margins(0.12)
    ax.set(xlabel="first principal component", ylabel="second")
    return fig


def label_curves(results: Mapping[str, Mapping[int, Sequence[float]]], chance: float) -> Figure:
    """Draw test accuracy against the number of labels, mean and standard deviation over seeds."""
    fig, ax = plt.subplots(figsize=(9, 5))
    for (name, by_size), style in zip(results.items(), cycle(len(results)), strict=True):
        sizes = list(by_size)
        mean, spread = zip(*(mean_and_spread(100 * np.array(by_size[n])) for n in sizes), strict=True)
        line = {k: style[k] for k in ("color", "marker", "linestyle")}
        ax.errorbar(sizes, mean, spread, label=name, markevery=1, **line)
    ax.axhline(100 * chance, color=COLOURS["grey"], lw=1.2, marker="")
    ax.text(
        sizes[-1],
        100 * chance + 0.2,
        "always the commoner label",
        color=COLOURS["grey"],
        ha="right",
        va="bottom",
    )
    ax.set_xscale("log")
    ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
    ax.minorticks_off()
    ax.set(xlabel="labelled sentences", ylabel="test accuracy, %")
    fig.legend(loc="outside right center")
    return fig


def leanings(before: Mapping[str, float], after: Mapping[str, float], left: str, right: str) -> Figure:
    """Draw where words lie along a direction, before and after it was taken out."""
    names = sorted(before, key=before.get)
    fig, ax = plt.subplots(figsize=(9, 0.36 * len(names) + 1.4))
    for y, name in enumerate(names):
        ax.plot([before[name], after[name]], [y, y], color=COLOURS["light"], ls="-", marker="", zorder=1)
    ax.scatter(
        [before[n] for n in names], range(len(names)), color=COLOURS["blue"], marker="o", label="before"
    )
    ax.scatter(
        [after[n] for n in names], range(len(names)), color=COLOURS["orange"], marker="s", label="after"
    )
    ax.axvline(0, color=COLOURS["grey"], lw=1, marker="")
    ax.set_yticks(range(len(names)), names)
    ax.set_xlabel(f"← {left}      component along the gender direction      {right} →")
    ax.grid(axis="y", visible=False)
    fig.legend(loc="outside upper right", ncols=2)
    return fig
