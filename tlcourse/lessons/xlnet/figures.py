"""The figures of lesson XLNet, drawn here so that its cells stay short."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

from tlcourse.lessons.xlnet import kept
from tlcourse.probe import loss_by_place
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records


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
) -> Figure:
    """Draw both masks, the row of the word that is asked for framed, and five guesses for it."""
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
        "a number: at which step the word comes · order: " + " → ".join(names[i] for i in order), fontsize=12
    )
    return fig


def gap_by_pmi(records: Records) -> Described:
    """Draw what the chain rule adds to the sum, by how much two words belong together."""
    gaps = records.where(measure="gap")
    kinds = gaps.values("pairs")
    fig, ax = plt.subplots(figsize=(9, 4.4))
    told = []
    names = {"BERT": "bert-mini, one filled in, then the other", "XLNet": "xlnet-mini, in both orders"}
    for (model, name), style in zip(names.items(), cycle(2), strict=True):
        found = [gaps.where(model=model, pairs=kind) for kind in kinds]
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.errorbar(
            range(len(kinds)), [one.mean for one in found], [one.spread for one in found], label=name,
            capsize=3, **line,
        )  # fmt: skip
        told.append(f"{name}: " + ", ".join(f"{one.mean:.2f}" for one in found))
    ax.axhline(0, color="black", lw=1.5, ls=":", label="bert-mini as it was trained: both at once")
    ax.set_xticks(range(len(kinds)), [_span(kind) for kind in kinds])
    ax.set(xlabel="PMI of the two words, in nats", ylabel="ln p(a, b) − [ln p(a) + ln p(b)]")
    ax.grid(axis="x", visible=False)
    fig.legend(loc="outside upper center", ncols=1)
    spans = ", ".join(_span(kind) for kind in kinds)
    return Described(
        fig,
        f"What the chain rule adds, in nats, for pairs with a PMI of {spans}. {'; '.join(told)}. Both "
        "at once: 0.",
    )


def _span(kind: str) -> str:
    low, _, high = kind.partition(" to ")
    if low == "-inf":
        return "below 0"
    return f"{low} and more" if high == "inf" else f"{low} to {high}"


def shift_by_layer(records: Records) -> Described:
    """Draw how far states move from pretraining to use, and how well a probe tells the two apart."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    measures = {
        "moved": "how far a state moves\n(1: as far as two words are apart)",
        "told apart": "a probe tells the two apart",
    }
    told = []
    for ax, (measure, label) in zip(axes, measures.items(), strict=True):
        rows = records.where(measure=measure)
        for way, style in zip(kept.SHIFTS, cycle(3), strict=True):
            one = rows.where(way=way)
            layers = sorted(one.values("layer"))
            found = [one.where(layer=layer) for layer in layers]
            line = {key: style[key] for key in ("color", "marker", "linestyle")}
            ax.errorbar(
                layers, [f.mean for f in found], [f.spread for f in found], capsize=3,
                label=kept.SHIFTS[way] if measure == "moved" else None, **line,
            )  # fmt: skip
            told.append(f"{measure}, {kept.SHIFTS[way]}: " + ", ".join(f"{f.mean:.2f}" for f in found))
        ax.set(xlabel="layer (0: the embeddings)", ylabel=label)
    axes[1].axhline(0.5, color="black", lw=1.5, ls=":", label="chance")
    axes[1].yaxis.set_major_formatter(lambda y, _: f"{y:.0%}")
    fig.legend(loc="outside upper center", ncols=2)
    return Described(fig, f"By layer, embeddings first. {'; '.join(told)}. Chance for the probe: 0.50.")


def memory_by_place(records: Records, length: int = 64) -> Described:
    """Draw the loss by place in the row: with the memory, without, and with another article's."""
    orders = {
        loss_by_place.PERMUTED: "a sixth predicted, in a random order",
        loss_by_place.LEFT_TO_RIGHT: "all predicted, from left to right",
    }
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4))
    told = []
    for ax, (order, title) in zip(axes, orders.items(), strict=True):
        rows = records.where(order=order)
        for way, style in zip(rows.values("memory"), cycle(3), strict=True):
            one = rows.where(memory=way)
            parts = sorted(one.values("part"))
            places = (np.array(parts) + 0.5) * length / len(parts)
            found = [one.where(part=part) for part in parts]
            line = {key: style[key] for key in ("color", "marker", "linestyle")}
            ax.errorbar(
                places, [f.mean for f in found], [f.spread for f in found], capsize=3,
                label=way if ax is axes[0] else None, **line,
            )  # fmt: skip
            told.append(f"{title}, {way}: " + ", ".join(f"{f.mean:.2f}" for f in found))
        ax.set(title=title, xlabel=f"place in a row of {length} pieces", ylabel="loss (nats a piece)")
    fig.legend(loc="outside upper center", ncols=3)
    return Described(fig, f"Loss by place in the row, from the first pieces to the last. {'; '.join(told)}.")


def by_length(records: Records, furthest: int) -> Described:
    """Draw the loss of the same pieces in longer and longer rows; the band is what XLNet's training had."""
    fig, ax = plt.subplots(figsize=(9, 4.2))
    told = []
    names = {"BERT": "bert-mini, one position for each place", "XLNet": "xlnet-mini, distances"}
    for (model, name), style in zip(names.items(), cycle(2), strict=True):
        rows = records.where(model=model)
        lengths = sorted(rows.values("length"))
        found = [rows.where(length=length) for length in lengths]
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.errorbar(
            lengths, [f.mean for f in found], [f.spread for f in found], label=name, capsize=3, **line
        )  # fmt: skip
        told.append(
            f"{name}: " + ", ".join(f"{f.mean:.2f} at {n}" for n, f in zip(lengths, found, strict=True))
        )
    end = max(records.where(model="BERT").values("length"))
    ax.axvline(end, color=COLOURS["grey"], lw=1.5, ls=":", label="bert-mini's table ends")
    ax.axvspan(
        0, furthest, color=COLOURS["light"], zorder=0, label="distances that xlnet-mini was trained on"
    )
    ax.set(xlim=(40, 530), xlabel="pieces in the row", ylabel="loss of the same pieces (nats)")
    fig.legend(loc="outside upper center", ncols=2)
    return Described(fig, f"Loss of the same pieces in rows of so many. {'; '.join(told)}.")
