"""The figures of lesson XLNet, drawn here so that its cells stay short."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

from tlcourse.lessons.xlnet import kept
from tlcourse.probe import loss_by_place
from tlcourse.show.differences import difference
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread


def _grid(ax: plt.Axes, names: Sequence[str], mask: np.ndarray, title: str, says: str) -> None:
    """A row is who looks, a column what is looked at; filled: may look, hatched: its own place."""
    n = len(names)
    own = mask & np.eye(n, dtype=bool)
    cells = {"blue": (mask & ~own, ""), "sky": (own, "///")}
    for colour, (some, hatch) in cells.items():
        boxes = [plt.Rectangle((j - 0.42, i - 0.42), 0.84, 0.84) for i, j in np.argwhere(some)]
        ax.add_collection(
            PatchCollection(boxes, facecolor=COLOURS[colour], hatch=hatch, edgecolor="white", lw=0.5)
        )
    ax.set(xlim=(-0.6, n - 0.4), ylim=(n - 0.4, -0.6), title=title, xlabel=says)
    ax.set_xticks(range(n), names, rotation=60)
    ax.set_yticks(range(n), names)
    ax.grid(visible=False)
    ax.tick_params(length=0)


def both_streams(
    names: Sequence[str],
    order: Sequence[int],
    asked: int,
    content: np.ndarray,
    query: np.ndarray,
    guesses: Sequence[tuple[str, float]],
    p: float,
    whole: float,
) -> Figure:
    """Draw both masks, the row of the word that is asked for framed, and five guesses for it.

    `p` is the probability of the word itself, `whole` log p of all words in this order.
    """
    steps = np.argsort(order)
    labels = [f"{name}  {step + 1}" for name, step in zip(names, steps, strict=True)]
    fig, axes = plt.subplots(1, 3, figsize=(11, 4.2), width_ratios=(1, 1, 0.8))
    _grid(axes[0], labels, content, "content stream", "filled: may look; hatched: its own place")
    _grid(axes[1], labels, query, "query stream", "filled: may look")
    axes[1].set_yticks([])
    n = len(names)
    for ax in axes[:2]:
        ax.add_patch(
            plt.Rectangle(
                (-0.55, asked - 0.5), n + 0.1, 1, fill=False, edgecolor=COLOURS["vermillion"], lw=2.5
            )
        )
    rows = list(guesses)
    if names[asked] not in [piece for piece, _ in rows]:
        rows.append((names[asked], p))
    right = [piece == names[asked] for piece, _ in rows]
    bars = axes[2].barh(
        range(len(rows)), [q for _, q in rows], height=0.7,
        color=[COLOURS["vermillion" if one else "grey"] for one in right],
    )  # fmt: skip
    for bar, (_, q), one in zip(bars, rows, right, strict=True):
        bar.set_hatch("///" if one else "")
        axes[2].text(q + 0.01, bar.get_y() + 0.35, f"{q:.1%}", va="center", fontsize=11)
    axes[2].set_yticks(range(len(rows)), [f"{piece} ◀" if one else piece for (piece, _), one in
                                          zip(rows, right, strict=True)])  # fmt: skip
    axes[2].invert_yaxis()
    axes[2].set(
        xlim=(0, max(0.2, 1.25 * max(q for _, q in rows))), xlabel="probability",
        title=f"at “{names[asked]}” (◀)?",
    )  # fmt: skip
    axes[2].xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes[2].grid(axis="y", visible=False)
    fig.suptitle(
        f"order: {' → '.join(names[i] for i in order)} · log p of all together: −{-whole:.1f}\na number "
        "beside a word: at which step it comes",
        fontsize=12,
    )
    return fig


def seen_in_orders(words: Sequence[str], asked: int, orders: Mapping[str, Sequence[int]]) -> Described:
    """Draw for each order from which words the asked one is predicted: a row an order, the text as it "
    "stands."""
    fig, ax = plt.subplots(figsize=(9, 0.8 * len(orders) + 0.9))
    told = []
    for row, (name, order) in enumerate(orders.items()):
        step = list(order).index(asked)
        for at, place in enumerate(order):
            seen = at < step
            ax.add_patch(
                plt.Rectangle(
                    (place - 0.45, row - 0.36), 0.9, 0.72, facecolor=COLOURS["sky"] if seen else "white",
                    hatch="" if seen or place == asked else "///",
                    edgecolor=COLOURS["vermillion"] if place == asked else COLOURS["light"],
                    lw=3 if place == asked else 1,
                )
            )  # fmt: skip
            ax.text(place, row, f"{words[place]}  {at + 1}", ha="center", va="center", fontsize=13)
        told.append(f"{name}: from {', '.join(words[i] for i in sorted(order[:step])) or 'nothing'}")
    ax.set(xlim=(-0.6, len(words) - 0.4), ylim=(len(orders) - 0.5, -0.5))
    ax.set_yticks(range(len(orders)), list(orders))
    ax.set_xticks([])
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.set_xlabel("a number: its step · framed: predicted · filled: in sight · hatched: not yet", fontsize=12)
    return Described(fig, f"From which words '{words[asked]}' is predicted. {'; '.join(told)}.")


def gap_by_pmi(records: Records) -> Described:
    """Draw what the chain rule adds to the sum, by how much two words belong together."""
    gaps = records.where(measure="gap")
    kinds = gaps.values("pairs")
    fig, ax = plt.subplots(figsize=(9, 4.4))
    told = []
    names = {"BERT": "bert-mini, one by one", "XLNet": "xlnet-mini, one by one"}
    for (model, name), style in zip(names.items(), cycle(2), strict=True):
        found = [gaps.where(model=model, pairs=kind) for kind in kinds]
        _line(ax, range(len(kinds)), [one.scores for one in found], style, name)
        told.append(f"{name}: " + ", ".join(f"{one.mean:.2f}" for one in found))
    ax.axhline(0, color="black", lw=1.5, ls=":", label="bert-mini, at once")
    ax.set_xticks(range(len(kinds)), [kept.span(kind) for kind in kinds])
    ax.set(xlabel="PMI of the two words, in nats", ylabel="gap (nats)")
    ax.grid(axis="x", visible=False)
    fig.legend(loc="outside upper center", ncols=1)
    spans = ", ".join(kept.span(kind) for kind in kinds)
    return Described(
        fig,
        f"What the chain rule adds, in nats, for pairs with a PMI of {spans}. {'; '.join(told)}. Both at "
        "once: 0.",
    )


def shift_by_layer(records: Records) -> Described:
    """Draw how far states move from pretraining to use, and how well a probe tells the two apart."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    measures = {
        "moved": ("moved by", "share of the distance\nbetween two words' states"),
        "told apart": ("told apart", "the probe is right"),
    }
    told = []
    for ax, (measure, (title, label)) in zip(axes, measures.items(), strict=True):
        rows = records.where(measure=measure)
        for way, style in zip(kept.SHIFTS, cycle(3), strict=True):
            one = rows.where(way=way)
            layers = sorted(one.values("layer"))
            found = [one.where(layer=layer) for layer in layers]
            name = kept.SHIFTS[way] if measure == "moved" else None
            _line(ax, layers, [f.scores for f in found], style, name)
            told.append(f"{measure}, {kept.SHIFTS[way]}: " + ", ".join(f"{f.mean:.2f}" for f in found))
        ax.set(title=title, xlabel="layer (0: the embeddings)", ylabel=label)
    axes[0].yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    axes[1].axhline(0.5, color="black", lw=1.5, ls=":", label="chance")
    axes[1].yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    fig.legend(loc="outside upper center", ncols=2)
    return Described(fig, f"By layer, embeddings first. {'; '.join(told)}. Chance for the probe: 0.50.")


def memory_by_place(records: Records, length: int = 64) -> Described:
    """Draw what a memory takes off the loss, by place in the row: the article's own, and another's."""
    orders = {
        loss_by_place.PERMUTED: "a sixth predicted, in a random order",
        loss_by_place.LEFT_TO_RIGHT: "all predicted, from left to right",
    }
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    told = []
    for ax, (order, title) in zip(axes, orders.items(), strict=True):
        rows = records.where(order=order)
        parts = sorted(rows.values("part"))
        places = (np.array(parts) + 0.5) * length / len(parts)
        off = [rows.where(memory=loss_by_place.OFF, part=part) for part in parts]
        for way, style in zip((loss_by_place.ON, loss_by_place.OTHER), cycle(2), strict=True):
            less = [
                difference(without, rows.where(memory=way, part=part), share=False).of_seed
                for part, without in zip(parts, off, strict=True)
            ]
            _line(ax, places, less, style, way if ax is axes[0] else None)
            told.append(f"{title}, {way}: " + ", ".join(f"{one.mean():.2f}" for one in less))
        ax.axhline(0, color="black", lw=1.5, ls=":", label="memory off" if ax is axes[0] else None)
        ax.set(title=title, xlabel=f"place in a row of {length} pieces", ylabel="nats off the loss")
    fig.legend(loc="outside upper center", ncols=3)
    return Described(
        fig,
        f"What a memory takes off the loss, from the first pieces of a row to the last. {'; '.join(told)}.",
    )


def by_length(records: Records, furthest: int) -> Described:
    """Draw how the loss of the same pieces changes in longer rows; the band is what XLNet's training had."""
    fig, ax = plt.subplots(figsize=(9, 4.2))
    told = []
    names = {"BERT": "bert-mini, one position for each place", "XLNet": "xlnet-mini, distances"}
    for (model, name), style in zip(names.items(), cycle(2), strict=True):
        rows = records.where(model=model)
        lengths = sorted(rows.values("length"))
        shortest = rows.where(length=lengths[0])
        more = [difference(rows.where(length=n), shortest, share=False).of_seed for n in lengths]
        _line(ax, lengths, more, style, name)
        changes = ", ".join(f"{one.mean():+.2f} at {n}" for n, one in zip(lengths, more, strict=True))
        told.append(f"{name}: {changes}")
    end = max(records.where(model="BERT").values("length"))
    ax.axvline(end, color=COLOURS["grey"], lw=1.5, ls=":", label="here bert-mini's positions end")
    ax.axvspan(
        0, furthest, color=COLOURS["light"], zorder=0, label="distances that xlnet-mini was trained on"
    )
    ax.set(xlim=(40, 530), xlabel="pieces in the row", ylabel="loss, against rows of 64 (nats)")
    fig.legend(loc="outside upper center", ncols=2)
    return Described(
        fig,
        f"How the loss of the same pieces changes, against rows of {lengths[0]} pieces. {'; '.join(told)}.",
    )


def _line(
    ax: plt.Axes,
    places: Sequence[float] | np.ndarray,
    of_seeds: Sequence[np.ndarray],
    style: dict[str, object],
    label: str | None,
) -> None:
    """Means with their standard deviation over the seeds."""
    found = [mean_and_spread(one) for one in of_seeds]
    look = {key: style[key] for key in ("color", "marker", "linestyle")}
    ax.errorbar(places, [m for m, _ in found], [s for _, s in found], label=label, capsize=3, **look)
