"""The figures of lesson BERT, drawn here so that its cells stay short."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records


def who_sees_whom(words: Sequence[str]) -> Described:
    """Draw for GPT, ELMo and BERT which words the state of each word has seen: rows see columns."""
    n = len(words)
    left = np.tril(np.ones((n, n), dtype=bool))
    panels = {
        "GPT: the left side": [(left, COLOURS["blue"], "")],
        "ELMo: two halves": [
            (left, COLOURS["blue"], ""),
            (left.T, COLOURS["vermillion"], "//"),
        ],
        "BERT: both sides, in each layer": [(np.ones((n, n), dtype=bool), COLOURS["green"], "")],
    }
    fig, axes = plt.subplots(1, 3, figsize=(11, 4.2), sharey=True)
    for ax, (title, masks) in zip(axes, panels.items(), strict=True):
        for number, (mask, colour, hatch) in enumerate(masks):
            high = 0.8 / len(masks)
            for i, j in np.argwhere(mask):
                corner = (j - 0.4, i - 0.4 + number * high)
                ax.add_patch(
                    plt.Rectangle(corner, 0.8, high, facecolor=colour, hatch=hatch, edgecolor="white", lw=0.5)
                )
        ax.set(xlim=(-0.6, n - 0.4), ylim=(n - 0.4, -0.6), title=title, xlabel="has seen")
        ax.set_xticks(range(n), words, rotation=60)
        ax.set_yticks(range(n), words)
        ax.grid(visible=False)
    axes[0].set_ylabel("the state of")
    return Described(
        fig,
        f"Three grids for the sentence '{' '.join(words)}': a row is a word's state, a column a word that it "
        "has seen. GPT: the lower triangle. ELMo: the lower triangle in one half of the vector, the upper in "
        "the other. BERT: every cell.",
    )


def by_kind(records: Records, models: Sequence[str]) -> Described:
    """Draw how many hidden words of each kind are guessed, a bar for each model; n: words in each draw."""
    kinds = records.values("kind")
    fig, ax = plt.subplots(figsize=(9, 0.55 * len(kinds) + 1.4))
    high, told = 0.8 / len(models), []
    for number, (model, style) in enumerate(zip(models, cycle(len(models)), strict=True)):
        found = [records.where(kind=kind, model=model) for kind in kinds]
        places = np.arange(len(kinds)) - 0.4 + (number + 0.5) * high
        means = [one.mean for one in found]
        ax.barh(
            places, means, high, xerr=[one.spread for one in found], color=style["color"],
            hatch=style["hatch"], edgecolor="white", label=model, error_kw={"lw": 1, "capsize": 2},
        )  # fmt: skip
        told.append(f"{model}: " + ", ".join(f"{k} {m:.0%}" for k, m in zip(kinds, means, strict=True)))
    asked = [np.mean([row["n"] for row in records.where(kind=kind)]) for kind in kinds]
    ax.set_yticks(range(len(kinds)), [f"{k} (n ≈ {n:.0f})" for k, n in zip(kinds, asked, strict=True)])
    ax.invert_yaxis()
    ax.set(xlabel="hidden words guessed (first guess)", xlim=(0, 1))
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    ax.grid(axis="y", visible=False)
    fig.legend(loc="outside upper center", ncols=len(models))
    return Described(fig, f"Share of hidden words guessed, by kind. {'; '.join(told)}.")


def layers(records: Records, models: Sequence[str], joined: str, what: str) -> Described:
    """Draw the score of a probe on each single layer, a line for each model; bars are the spread.

    A level line is what the model's layers give that are read together, the reading called `joined`.
    """
    fig, ax = plt.subplots(figsize=(9, 4.2))
    told = []
    for model, style in zip(models, cycle(len(models)), strict=True):
        rows = records.where(model=model, reading="one layer")
        places = sorted(rows.values("layer"))
        found = [rows.where(layer=place) for place in places]
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.errorbar(
            places, [one.mean for one in found], [one.spread for one in found], label=model, capsize=3, **line
        )
        told.append(f"{model}: " + ", ".join(f"{one.mean:.0%}" for one in found))
        everything = records.where(model=model)
        if joined in everything.values("reading"):
            mean = everything.where(reading=joined).mean
            ax.axhline(mean, color=line["color"], linestyle=":", label=f"{model}, {joined}")
            told.append(f"{joined}: {mean:.0%}")
    ax.set(xlabel="layer (0: the embeddings)", ylabel=what)
    ax.set_ylim(bottom=0)  # few points should look like few
    ax.yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    fig.legend(loc="outside upper center", ncols=2)
    return Described(fig, f"{what} from each single layer, embeddings first. {'; '.join(told)}.")


def guesses(
    words: Sequence[str], place: int, by_layer: Sequence[Sequence[tuple[str, float]]], right: str
) -> Figure:
    """Draw the guesses of each layer for a hidden word: a row a layer, the right one framed."""
    n = len(by_layer[0])
    fig, ax = plt.subplots(figsize=(9.5, 0.5 * len(by_layer) + 1.3))
    for layer, found in enumerate(by_layer):
        for rank, (piece, p) in enumerate(found):
            is_it = piece == right
            ax.add_patch(
                plt.Rectangle(
                    (rank - 0.46, layer - 0.42), 0.92, 0.84, facecolor=plt.get_cmap("Blues")(0.05 + 0.75 * p),
                    edgecolor="black" if is_it else "white", lw=2.5 if is_it else 0.5,
                )
            )  # fmt: skip
            ax.text(rank, layer, f"{piece}  {p:.0%}", ha="center", va="center", fontsize=12,
                    weight="bold" if is_it else "normal")  # fmt: skip
    names = ["embeddings", *(f"layer {k}" for k in range(1, len(by_layer)))]
    ax.set_yticks(range(len(by_layer)), names)
    ax.set_xticks(range(n), [f"guess {k + 1}" for k in range(n)])
    ax.xaxis.tick_top()
    ax.set(xlim=(-0.5, n - 0.5), ylim=(-0.5, len(by_layer) - 0.5))
    ax.grid(visible=False)
    ax.tick_params(length=0)
    shown = [*words[:place], "[MASK]", *words[place + 1 :]]
    ax.set_title(" ".join(shown) + f"   (hidden: {words[place]})", fontsize=12)
    return fig


def mapping(values: Mapping[str, float]) -> str:
    """`a 3 points, b −2 points`, the largest first."""
    ordered = sorted(values.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {100 * value:+.0f}".replace("-", "−") for name, value in ordered)
