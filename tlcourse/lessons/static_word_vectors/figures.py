"""The figures of lesson 03; each comes with an alt text that says what it shows."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke

from tlcourse.lessons.static_word_vectors import relations
from tlcourse.lessons.static_word_vectors.factorisation import Panel
from tlcourse.lessons.static_word_vectors.label_places import beside
from tlcourse.probe.word_vectors import Section, WordSpace
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described


def window(words: Sequence[str], center: int, reach: int, noise: Sequence[str]) -> Described:
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
    near = [w for i, w in enumerate(words) if 0 < abs(i - center) <= reach]
    return Described(
        fig,
        f"The sentence '{' '.join(words)}'. Arrows go from '{words[center]}' to {', '.join(near)}: their "
        f"scores go up. Dotted lines go to noise words below ({', '.join(noise)}), whose scores go down.",
    )


def factorisation(panels: Sequence[Panel]) -> Described:
    """Draw what was trained (y) against what it should be by the counts (x), two panels side by side.

    The darker a place, the more pairs lie there, by the logarithm; on the dashed line both would be equal.
    """
    rows = -(-len(panels) // 2)
    fig, axes = plt.subplots(rows, 2, figsize=(9, 4.4 * rows), squeeze=False)
    for ax, panel in zip(axes.flat, panels, strict=False):
        low, high = np.quantile(np.concatenate([panel.x, panel.y]), (0.001, 0.999))
        ax.hexbin(
            panel.x, panel.y, gridsize=45, extent=(low, high, low, high), bins="log", cmap="Blues", mincnt=1
        )
        ax.plot([low, high], [low, high], color=COLOURS["black"], ls="--", lw=1.2, marker="")
        ax.set(xlim=(low, high), ylim=(low, high), xlabel=panel.counted, ylabel=panel.trained)
        ax.set_title(f"{panel.title}: r = {panel.r:.2f}")
        ax.grid(False)
    for ax in axes.flat[len(panels) :]:
        ax.set_axis_off()
    told = ", ".join(f"{panel.title} r = {panel.r:.2f}" for panel in panels)
    return Described(
        fig,
        "Density plots of what was trained against what was counted, clouds along a dashed diagonal: "
        f"{told}.",
    )


def sections(results: Mapping[str, Sequence[Section]]) -> Described:
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
    largest = sorted(list(results.values())[-1], key=lambda s: -np.nan_to_num(s.accuracy))
    ends = " and ".join(f"{s.name} {s.accuracy:.0%}" for s in (largest[0], largest[-1]))
    return Described(
        fig,
        f"Bars of analogy accuracy for {len(names)} sections, by size of the vocabulary; in the largest "
        "one the "
        f"highest and the lowest are {ends}.",
    )


def relation(space: WordSpace, pairs: Sequence[tuple[str, str]], left: str, right: str) -> Described:
    """Draw pairs such as (country, capital) on their first two principal components, an arrow for each pair.

    Args:
        left, right: what the first and the second words of the pairs are, for the legend.
    """
    xy = relations.plane(relations.stacked(space, pairs))
    fig, ax = plt.subplots(figsize=(9, 6.4))
    for start, end in xy.reshape(-1, 2, 2):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": COLOURS["grey"], "ls": "--"})
    ax.scatter(*xy[::2].T, color=COLOURS["blue"], marker="o", label=left)
    ax.scatter(*xy[1::2].T, color=COLOURS["vermillion"], marker="s", label=right)
    ax.margins(0.15)
    ax.set(xlabel="first principal component", ylabel="second principal component")
    fig.legend(loc="outside upper center", ncols=2)
    _label(ax, xy, [word for pair in pairs for word in pair])
    return Described(
        fig,
        f"{len(pairs)} {left} and {right} in the plane of two principal components, joined by arrows. The "
        f"arrows' directions have a mean cosine of {relations.likeness(xy):.2f} with each other.",
    )


def _label(ax: plt.Axes, xy: np.ndarray, words: Sequence[str]) -> None:
    """Write every second word of `words` in the colour of its kind, where no label covers another."""
    fig = ax.figure
    fig.draw_without_rendering()  # so that the layout is settled, and pixels mean something
    scale = 72 / fig.dpi  # pixels to points
    pixels = ax.transData.transform(xy)
    places = beside(pixels, [10 * len(w) / scale * 0.72 for w in words], 17 / scale, fig.bbox.width)
    for i, (word, at, (side, shift)) in enumerate(zip(words, xy, places, strict=True)):
        colour = COLOURS["vermillion" if i % 2 else "blue"]
        ax.annotate(
            word, at, (side * scale, shift * scale), textcoords="offset points", color=colour, fontsize=13,
            va="center", ha="left" if side > 0 else "right", fontweight="normal" if i % 2 else "bold",
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.7} if abs(shift) > 14 else None,
            path_effects=[withStroke(linewidth=3, foreground="white")],
        )  # fmt: skip


def leanings(before: Mapping[str, float], after: Mapping[str, float], left: str, right: str) -> Described:
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
    spread = max(map(abs, after.values()))
    return Described(
        fig,
        f"{len(names)} words along the gender direction. Before, they spread from {names[0]} on the side of "
        f"'{left}' to {names[-1]} on the side of '{right}'; afterwards all lie within {spread:.2f} of zero.",
    )
