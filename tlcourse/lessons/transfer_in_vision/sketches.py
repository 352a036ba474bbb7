"""Figures of the vision lesson that show no result of ours: ILSVRC by year, and the ways to transfer."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described

# Top-5 error in % of the winner of each year, and a trained human's, as reported in summaries
# (Russakovsky et al. 2015 and the yearly results).
ILSVRC = {2010: 28.2, 2011: 25.8, 2012: 15.3, 2013: 11.7, 2014: 6.7, 2015: 3.57, 2016: 2.99, 2017: 2.25}
HUMAN = 5.1


def ilsvrc() -> Described:
    """Draw the ImageNet challenge: the winner's error by year."""
    fig, ax = plt.subplots(figsize=(8.5, 4))
    years, errors = list(ILSVRC), list(ILSVRC.values())
    before = [year < 2012 for year in years]
    bars = ax.bar(
        years,
        errors,
        color=[COLOURS["light"] if early else COLOURS["blue"] for early in before],
        edgecolor=COLOURS["black"],
        hatch=["///" if early else "" for early in before],
    )
    ax.axhline(HUMAN, color=COLOURS["vermillion"], linestyle="--", zorder=0)
    white = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # the line stays behind the numbers
    ax.bar_label(bars, [f"{e:g}" for e in errors], padding=3, bbox=white)
    ax.text(2017.6, HUMAN + 0.7, f"a trained person: about {HUMAN}", color=COLOURS["vermillion"], ha="right")
    ax.annotate(
        "the first deep network (AlexNet)", (2012, 17.8), (2012.6, 22), arrowprops={"arrowstyle": "->"}
    )
    ax.set(ylabel="top-5 error, %", xticks=years, xlim=(2009.4, 2017.6), ylim=(0, 31))
    ax.grid(axis="x", visible=False)
    told = ", ".join(f"{year} {error}" for year, error in ILSVRC.items())
    return Described(
        fig,
        alt=f"Bars of the top-5 error in percent of each year's ILSVRC winner, as reported: {told}. The "
        f"bars fall steeply in 2012, with the first deep network, and since 2015 are below a person's.",
    )


def two_ways(layers: list[str]) -> Described:
    """Draw the network three times: as a feature extractor, with its top fine-tuned, and fine-tuned whole."""
    ways = {
        "feature extractor": len(layers) - 1,
        "fine-tune the top": layers.index("stage6"),
        "fine-tune all": 0,
    }
    fig, axes = plt.subplots(1, 3, figsize=(9, 4.6))
    for ax, (title, lowest) in zip(axes, ways.items(), strict=True):
        draw_layers(ax, layers, lowest)
        ax.set_title(title)
    return Described(
        fig,
        alt="Three copies of the network as a stack of layers, from the stem at the bottom to the classifier "
        "at the top. As a feature extractor only the classifier learns, and all else is frozen; with the top "
        "fine-tuned stage 6 and all above it learn; fine-tuned whole, every layer learns.",
    )


def draw_layers(ax: plt.Axes, layers: list[str], lowest: int) -> None:
    """Draw the layers as a stack, those from index `lowest` up as learning, those below as frozen."""
    for i, name in enumerate(layers):
        learns = i >= lowest
        box = FancyBboxPatch(
            (0.1, i),
            2.3,
            0.62,
            boxstyle="round,pad=0.06",
            facecolor=COLOURS["orange"] if learns else "white",
            edgecolor=COLOURS["black"] if learns else COLOURS["grey"],
            linestyle="-" if learns else ":",
        )
        ax.add_patch(box)
        ax.text(1.25, i + 0.3, name, ha="center", va="center", color="black" if learns else COLOURS["grey"])
    ax.text(2.62, (lowest + len(layers)) / 2 - 0.2, "learns", rotation=90, va="center")
    if lowest:
        ax.text(2.62, lowest / 2 - 0.2, "frozen", rotation=90, va="center", color=COLOURS["grey"])
    ax.set(xlim=(0, 3.1), ylim=(-0.3, len(layers)))
    ax.axis("off")
