"""The figures of lesson ELMo, drawn here so that its cells stay short."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

# A line for each direction: name, colour, which way the arrows go.
_FORWARD, _BACKWARD = ("forward", COLOURS["blue"], 1), ("backward", COLOURS["vermillion"], -1)


def two_directions(words: Sequence[str], after: Sequence[str], before: Sequence[str]) -> Described:
    """Draw a biLM over a sentence: two stacks that share the token layer, and what each expects.

    Args:
        words: T of them.
        after: T: what the forward stack expects after each word.
        before: T: what the backward stack expects before each.
    """
    fig, ax = plt.subplots(figsize=(1.35 * len(words) + 1.6, 4.6))
    height = {
        "token": 0.0,
        ("forward", 1): 1.25,
        ("forward", 2): 2.1,
        ("backward", 1): -1.25,
        ("backward", 2): -2.1,
    }
    for k, word in enumerate(words):
        _box(ax, k, height["token"], word, "white", "black")
        for name, colour, way in (_FORWARD, _BACKWARD):
            for layer in (1, 2):
                y = height[name, layer]
                _box(ax, k, y, "", colour, colour)
                below = height["token"] if layer == 1 else height[name, 1]
                sign = 1 if name == "forward" else -1
                _arrow(ax, (k, below + sign * 0.26), (k, y - sign * 0.26), COLOURS["grey"])
                if 0 <= k + way < len(words):
                    _arrow(ax, (k + way * 0.4, y), (k + way * 0.6, y), colour)
            said = after[k] if name == "forward" else before[k]
            ax.text(
                k, height[name, 2] + sign * 0.5, said, ha="center", va="center", color=colour, fontsize=12
            )
    left = -0.75
    for y, text, colour in (
        (2.6, "expects next:", COLOURS["blue"]), (2.1, "layer 2 →", COLOURS["blue"]),
        (1.25, "layer 1 →", COLOURS["blue"]),
        (0, "token layer", "black"), (-1.25, "← layer 1", COLOURS["vermillion"]),
        (-2.1, "← layer 2", COLOURS["vermillion"]), (-2.6, "expects before:", COLOURS["vermillion"]),
    ):  # fmt: skip
        ax.text(left, y, text, ha="right", va="center", color=colour, fontsize=12)
    ax.set(xlim=(-2.2, len(words) - 0.4), ylim=(-2.9, 2.9))
    ax.axis("off")
    told = ", ".join(f"“{a}” after “{w}”" for w, a in zip(words, after, strict=True))
    back = ", ".join(f"“{b}” before “{w}”" for w, b in zip(words, before, strict=True))
    return Described(
        fig,
        f"The sentence '{' '.join(words)}' in the middle. Above it two layers of states with arrows from "
        "left to right, below it two with arrows from right to left. "
        f"The upper expects {told}. The lower expects {back}.",
    )


def _box(ax: plt.Axes, x: float, y: float, text: str, face: str, edge: str) -> None:
    ax.add_patch(
        plt.Rectangle(
            (x - 0.4, y - 0.26), 0.8, 0.52, facecolor=face, edgecolor=edge, alpha=0.75 if not text else 1
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=12)


def _arrow(ax: plt.Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    ax.annotate(
        "",
        end,
        start,
        arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.4, "shrinkA": 0, "shrinkB": 0},
    )


def mixes(shares: Records, tasks: Sequence[str], layers: Sequence[str]) -> Described:
    """Draw the share of each layer in the mix that each task learned: a bar per task, mean over the seeds."""
    fig, ax = plt.subplots(figsize=(9, 0.62 * len(tasks) + 1.6))
    told = []
    begins = np.zeros(len(tasks))
    for layer, style in zip(layers, cycle(len(layers)), strict=True):
        found = [shares.where(task=task, layer=layer) for task in tasks]
        means = np.array([one.mean for one in found])
        ax.barh(
            tasks,
            means,
            left=begins,
            color=style["color"],
            hatch=style["hatch"],
            edgecolor="white",
            label=layer,
        )
        for y, (mean, one, begin) in enumerate(zip(means, found, begins, strict=True)):
            if mean > 0.12:
                ax.text(
                    begin + mean / 2, y, f"{mean:.0%} ± {one.spread:.0%}", ha="center", va="center",
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5}, fontsize=11,
                )  # fmt: skip
        begins += means
        told.append(
            f"{layer}: " + ", ".join(f"{task} {mean:.0%}" for task, mean in zip(tasks, means, strict=True))
        )
    for k in range(1, len(layers)):
        label = "start: the same for each" if k == 1 else None
        ax.axvline(k / len(layers), color="black", lw=1.5, linestyle="--", marker="", label=label)
    ax.invert_yaxis()
    ax.set(
        xlim=(0, 1),
        xlabel=f"share of the mix, s: mean ± standard deviation over {len(found[0].scores)} seeds",
    )
    ax.grid(visible=False)
    fig.legend(loc="outside upper center", ncols=len(layers) + 1)
    return Described(
        fig,
        f"The learned mix of {len(layers)} layers, a bar for each task. {'; '.join(told)}. Dashed lines show "
        "the equal shares that every mix starts with.",
    )


def by_layer(results: Records, tasks: Sequence[str], layers: Sequence[str]) -> Described:
    """Draw what a probe on each layer gets right, less what it gets from the token layer: a line per task."""
    fig, ax = plt.subplots(figsize=(9, 4.6))
    told = []
    for task, style in zip(tasks, cycle(len(tasks)), strict=True):
        rows = np.array([results.where(task=task, reading=layer).scores for layer in layers])  # (L, S)
        mean, spread = mean_and_spread(100 * (rows - rows[0]), axis=1)
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.errorbar(range(len(layers)), mean, spread, label=task, markevery=1, capsize=3, **line)
        told.append(f"{task}: {', '.join(f'{value:+.1f}' for value in mean[1:])}")
    ax.axhline(0, color=COLOURS["grey"], lw=1, marker="")
    ax.set_xticks(range(len(layers)), layers)
    ax.set(ylabel="accuracy, points above\nthe token layer")
    n = len(rows[0])
    fig.legend(loc="outside right center", title=f"bar: ± standard\ndeviation, {n} seed{'s' * (n > 1)}")
    return Described(
        fig,
        f"Points above the token layer that a probe gains from {', '.join(layers[1:])}. {'; '.join(told)}.",
    )


def similarity(
    cosines: Sequence[float], layers: Sequence[str], title: str, beside: Sequence[float], name: str
) -> Figure:
    """Draw the cosine of two uses of a word, a bar for each layer, and a mark at another pair's to compare.

    Args:
        cosines: of each layer.
        layers: their names.
        title: which word, and its sentences.
        beside: of each layer, the other pair's cosine.
        name: what the other pair is.
    """
    fig, ax = plt.subplots(figsize=(7, 2.7))
    ax.barh(list(layers), cosines, color=COLOURS["blue"], height=0.6)
    ax.plot(
        beside,
        list(layers),
        color="black",
        linestyle="",
        marker="|",
        markersize=22,
        markeredgewidth=2.5,
        label=name,
    )
    for y, cosine in enumerate(cosines):  # in a column, where no mark is near
        told = f"{cosine:.2f}".replace("-", "−")
        ax.text(1.18, y, told, ha="right", va="center", fontsize=12, color=COLOURS["blue"])
    ax.axvline(0, color="black", lw=1, marker="")
    ax.invert_yaxis()
    ax.set(xlim=(min(-0.3, *cosines), 1.2), xlabel="cosine, after taking away the layer's mean state")
    ax.set_title(title, fontsize=11, loc="left")
    ax.grid(axis="y", visible=False)
    fig.legend(loc="outside lower center", fontsize=11, markerscale=0.6)
    return fig
