"""The figures of lesson ULMFiT, drawn here so that its cells stay short."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from tlcourse.lessons.ulmfit.rates_drawn import LAYERS
from tlcourse.show.differences import difference
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.prose import signed
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

_BLUE, _ORANGE, _GREEN = COLOURS["blue"], COLOURS["orange"], COLOURS["green"]
_STAGES = (
    ("1 · a language model\nof general text", "news, novels, reviews …", "predicts the next piece", _BLUE),
    ("2 · goes on with\nthe task's text", "the task's texts, no labels", "predicts the next piece", _ORANGE),
    ("3 · becomes\na classifier", "a few texts with labels", "predicts the label", _GREEN),
)

# One colour and mark for a way in each figure of forgetting.
_WATCHED = ("ULMFiT", "one rate for all layers", "all layers at once", "full: no trick")


def three_stages() -> Described:
    """Draw the network three times: what it reads, what it predicts, and which parts are new."""
    fig, ax = plt.subplots(figsize=(11, 4.9))
    for stage, (title, reads, predicts, colour) in enumerate(_STAGES):
        x = 4.2 * stage
        for height, name in enumerate(LAYERS[:-1]):
            _box(ax, x, 0.9 * height, name, colour, alpha=0.35)
        top = "two linear blocks (new)" if stage == 2 else "softmax (embeddings' weights)"
        _box(ax, x, 0.9 * 4 + 0.15, top, "white" if stage == 2 else colour, alpha=0.35)
        ax.text(x + 1.4, -0.55, reads, ha="center", va="top", style="italic")
        ax.text(x + 1.4, 4.65, predicts, ha="center", va="bottom")
        ax.text(x + 1.4, 5.25, title, ha="center", va="bottom", weight="bold", fontsize=13)
        if stage:
            arrow = {"arrowstyle": "-|>", "lw": 2, "color": "black"}
            ax.annotate("", (x - 0.1, 1.7), (x - 1.3, 1.7), arrowprops=arrow)
            ax.text(
                x - 0.7,
                1.9,
                "all weights" if stage == 1 else "all but the\nsoftmax",
                ha="center",
                va="bottom",
            )
    ax.set(xlim=(-0.3, 11.5), ylim=(-1.1, 6.4))
    ax.axis("off")
    return Described(
        fig,
        "Three stacks of embeddings and three LSTM layers. The first reads general text and predicts the "
        "next piece; its weights go to the second, which does the same with the task's text; all but the "
        "softmax, which has the embeddings' weights, go to the third, where two new linear blocks predict "
        "the label.",
    )


def _box(ax: plt.Axes, x: float, y: float, text: str, colour: str, alpha: float) -> None:
    ax.add_patch(plt.Rectangle((x, y), 2.8, 0.75, facecolor=colour, edgecolor="none", alpha=alpha))
    dashed = "--" if colour == "white" else "-"
    ax.add_patch(plt.Rectangle((x, y), 2.8, 0.75, fill=False, edgecolor="black", lw=1.2, linestyle=dashed))
    ax.text(x + 1.4, y + 0.375, text, ha="center", va="center", fontsize=12 if len(text) < 25 else 10.5)


def ablation(records: Records, ways: Sequence[str], against: str = "ULMFiT") -> Described:
    """Draw what is lost in points without a trick: a dot for each seed, a bar for their mean.

    A filled bar is outside the spread, a hollow one within luck.
    """
    fig, ax = plt.subplots(figsize=(9, 0.48 * len(ways) + 1.5))
    whole, told = records.where(way=against), []
    for y, way in enumerate(ways):
        gap = difference(records.where(way=way), whole)
        outside = gap.verdict in ("above", "below")
        ax.barh(
            y, 100 * gap.mean, height=0.62, edgecolor=_BLUE, facecolor=_BLUE if outside else "white",
            alpha=0.55 if outside else 1, lw=1.4,
        )  # fmt: skip
        ax.plot(100 * gap.of_seed, np.full(len(gap.of_seed), y), "o", color="black", ms=5, ls="")
        points = signed(100 * gap.mean)
        told.append(f"{way} {points}{'' if outside else ' (within luck)'}")
    ax.axvline(0, color="black", lw=1, marker="")
    ax.set_yticks(range(len(ways)), ways)
    ax.invert_yaxis()
    ax.set(xlabel=f"points above (+) or below (−) {against}, same labels")
    ax.grid(axis="y", visible=False)
    return Described(
        fig, f"Points of accuracy gained or lost against {against}, means over the seeds: {'; '.join(told)}."
    )


def forgetting(records: Records, n_pieces: int | None = None) -> Described:
    """Draw the loss on news while a classifier trains; of three ways or more, nearer without the worst.

    Args:
        n_pieces: of a vocabulary: draw the loss of a model that holds all of them for equally likely.
    """
    rows, told = records.by("way"), []
    most = max(rows, key=lambda way: rows[way].where(done=1.0).mean)
    two = len(rows) > 2
    fig, axes = plt.subplots(1, 1 + two, figsize=(11 if two else 8, 5), squeeze=False)
    whole, *nearer = axes[0]
    for way, look in zip(_WATCHED, cycle(len(_WATCHED)), strict=True):
        if way not in rows:
            continue
        along, found = rows[way].curves("way", "done")
        mean, spread = mean_and_spread(found[way])
        line = {key: look[key] for key in ("color", "marker", "linestyle")}
        for ax in (whole,) if way == most else (whole, *nearer):
            ax.plot(along, mean, label=way, **line)
            ax.fill_between(along, mean - spread, mean + spread, color=look["color"], alpha=0.15, lw=0)
        told.append(f"{way} from {mean[0]:.2f} to {mean[-1]:.2f}")
    level = ""
    if n_pieces:
        level = f" All pieces equally likely: {np.log(n_pieces):.2f}."
        style = {"color": COLOURS["grey"], "linestyle": ":", "marker": ""}
        whole.axhline(np.log(n_pieces), label="all pieces equally likely", **style)
    n = len(records.values("seed"))
    told_of_band = f"band: ± standard deviation, {n} draws" if n > 1 else "one draw, no spread"
    handles, names = whole.get_legend_handles_labels()
    fig.legend(handles, names, loc="outside lower center", ncols=len(names), title=told_of_band)
    whole.set(xlabel="done", ylabel="loss on news, nats a piece")
    for ax in nearer:
        ax.set(xlabel="done")
        ax.set_title(f"nearer, without {most}", fontsize=12)
    return Described(fig, f"Loss on news in nats a piece, over the share done: {'; '.join(told)}.{level}")


def few_labels(records: Records) -> Described:
    """Draw the accuracy of each way, a dot for each draw of the labels; a part for each number of labels."""
    sizes, ways = sorted(records.values("labels")), records.values("way")
    fig, axes = plt.subplots(1, len(sizes), figsize=(11, 0.5 * len(ways) + 1.5), sharex=True, sharey=True)
    told = []
    for n, ax in zip(sizes, np.atleast_1d(axes), strict=True):
        for y, way in enumerate(ways):
            scores = 100 * records.where(labels=n, way=way).scores
            ax.plot(scores, np.full(len(scores), y), "o", color=_BLUE, ms=7, ls="", alpha=0.7)
            ax.plot([scores.mean()] * 2, [y - 0.3, y + 0.3], color="black", lw=2.5, ls="-", marker="")
            told.append(
                f"{way} with {n} labels {scores.mean():.0f} ({scores.min():.0f} to {scores.max():.0f})"
            )
        ax.set(xlabel="accuracy in %", title=f"{n:,} labels")
        ax.grid(axis="y", visible=False)
    ax.set_yticks(range(len(ways)), ways)
    ax.invert_yaxis()
    return Described(
        fig, f"Accuracy in %, the mean and the least to the most of the draws: {'; '.join(told)}."
    )
