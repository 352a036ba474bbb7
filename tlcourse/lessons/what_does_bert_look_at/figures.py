"""The figures of lesson What does BERT look at, drawn here so that its cells stay short."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from tlcourse.lessons.what_does_bert_look_at import habits, relations
from tlcourse.lessons.what_does_bert_look_at.agreement import Looks
from tlcourse.probe.attention_maps import AttentionMap
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.prose import signed
from tlcourse.show.records import Records

Axes = plt.Axes
LITTLE, LOOKS = 0.10, 1 / 3  # of the verb's attention


def maps(shown: AttentionMap, heads: Mapping[str, tuple[int, int]]) -> Described:
    """The maps of some heads in one sentence, side by side; layers and heads from 0."""
    fig, axes = plt.subplots(1, len(heads), figsize=(4.3 * len(heads), 4.6), sharey=True)
    n = len(shown.units)
    for ax, (name, (layer, head)) in zip(axes, heads.items(), strict=True):
        ax.imshow(shown.weights[layer, head], cmap="Blues", vmin=0, vmax=1)
        ax.set_title(f"{name}\nlayer {layer + 1}, head {head + 1}", fontsize=13)
        ax.set_xticks(range(n), shown.units, rotation=90)
        ax.set_yticks(range(n), shown.units)
        ax.set(xlabel="is looked at")
        ax.grid(visible=False)
    axes[0].set_ylabel("looks")
    told = ", ".join(f"{name}: layer {layer + 1}, head {head + 1}" for name, (layer, head) in heads.items())
    return Described(
        fig,
        f"Maps of {len(heads)} heads for “{' '.join(shown.units)}”, the darker the more ({told}). Those of a "
        "neighbour show a diagonal beside the middle, that of a mark a vertical line.",
    )


def where_layers_look(results: Records, models: Mapping[str, str]) -> Described:
    """A bar for each layer, cut into the places that its heads' attention goes to; a panel for each model."""
    fig, axes = plt.subplots(1, len(models), figsize=(4.1 * len(models), 3.7), sharey=True)
    told = []
    styles = {
        "[CLS]": (COLOURS["vermillion"], "\\\\"),
        "[SEP]": (COLOURS["blue"], "//"),
        "itself": (COLOURS["yellow"], ""),
        "the word before": (COLOURS["sky"], ".."),
        "the word after": (COLOURS["green"], "xx"),
        habits.REST: (COLOURS["light"], ""),
    }
    for ax, (model, shown) in zip(np.atleast_1d(axes), models.items(), strict=True):
        shares = habits.by_layer(results, model)
        left = np.zeros(len(shares[habits.REST]))
        for name, values in shares.items():
            colour, hatch = styles[name]
            ax.barh(
                np.arange(len(left)) + 1, values, left=left, color=colour, hatch=hatch, edgecolor="white",
                label=name,
            )  # fmt: skip
            left = left + values
        ax.set(title=shown, xlim=(0, 1), xlabel="share of a word's attention")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
        ax.set_yticks(np.arange(len(left)) + 1)
        ax.grid(visible=False)
        marks = (f"{mark} {', '.join(f'{v:.0%}' for v in shares[mark])}" for mark in ("[CLS]", "[SEP]"))
        told.append(f"{shown}, by layer: {'; '.join(marks)}")
    np.atleast_1d(axes)[0].set_ylabel("layer")
    np.atleast_1d(axes)[0].invert_yaxis()
    handles, names = np.atleast_1d(axes)[0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=len(names))
    return Described(fig, f"Where the attention of each layer's heads goes. {'. '.join(told)}.")


def habits_of_heads(results: Records, model: str, shown: str) -> Described:
    """Four grids, layer × head: what goes to the word before, the word after, [CLS] and [SEP]."""
    names = {
        habits.PREVIOUS: "to the word before", habits.NEXT: "to the word after",
        habits.FIRST: "to [CLS]", habits.LAST: "to [SEP]",
    }  # fmt: skip
    fig, axes = plt.subplots(2, 2, figsize=(11, 6.6))
    told = []
    for ax, (statistic, name) in zip(axes.flat, names.items(), strict=True):
        shares = habits.table(results, model, statistic)
        image = _grid(ax, shares, name)
        for layer, head in np.argwhere(shares > habits.HALF):
            ax.text(head, layer, f"{100 * shares[layer, head]:.0f}", ha="center", va="center", color="white")
        told.append(f"{name}: {int((shares > habits.HALF).sum())} heads over half")
    fig.colorbar(
        image, ax=axes, shrink=0.6, format=lambda x, _: f"{x:.0%}", label="share of a word's attention"
    )
    return Described(
        fig,
        f"Four grids of {shown}'s heads, layers down, heads across; the darker, the more. {'; '.join(told)}.",
    )


def _grid(ax: Axes, values: np.ndarray, title: str, most: float = 1.0):
    image = ax.imshow(values, cmap="Blues", vmin=0, vmax=most, aspect="auto")
    layers, heads = values.shape
    ax.set_xticks(range(heads), range(1, heads + 1))
    ax.set_yticks(range(layers), range(1, layers + 1))
    ax.set(title=title, xlabel="head", ylabel="layer")
    ax.grid(visible=False)
    return image


def heads_as_parsers(results: Records, models: Mapping[str, str]) -> Described:
    """Bars: the chosen head and the best fixed offset, by relation; a dot for twins with random weights."""
    fig, axes = plt.subplots(1, len(models), figsize=(6.0 * len(models), 5.2), sharey=True)
    told = []
    for ax, (model, shown) in zip(np.atleast_1d(axes), models.items(), strict=True):
        found = relations.of_model(results, model)
        place = np.arange(len(found))
        for number, (label, style) in enumerate(zip(("a head", "best fixed offset"), cycle(2), strict=True)):
            values = [one.offset if number else one.head for one in found.values()]
            ax.barh(
                place + 0.4 * number - 0.2, values, 0.4, color=style["color"], hatch=style["hatch"],
                edgecolor="white", label=label,
            )  # fmt: skip
        if f"{model}, untrained" in results.values("model"):
            blind = relations.untrained(results, model)
            for row, relation in enumerate(found):
                ax.plot(blind[relation], [row - 0.2] * len(blind[relation]), "D", color="black", ms=5,
                        mfc="white", label="" if row else "a head with random weights")  # fmt: skip
        for row, one in enumerate(found.values()):
            ax.text(max(one.head, one.offset) + 0.01, row - 0.2, one.label, va="center")
        ax.set_yticks(
            place, [f"{name}: {relations.MEANS[name]}\n{one.words:,} words" for name, one in found.items()]
        )
        ax.set(title=shown, xlim=(0, 1.12), xlabel="found")
        ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
        ax.set_xlim(left=-0.02)  # a diamond may stand at 0
        ax.grid(axis="y", visible=False)
        told.append(
            f"{shown}: "
            + ", ".join(f"{o.relation} {o.head:.0%} against {o.offset:.0%}" for o in found.values())
        )
    np.atleast_1d(axes)[0].invert_yaxis()
    handles, names = np.atleast_1d(axes)[0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=len(names))
    return Described(
        fig,
        f"For each relation the share found by the chosen head and by the best offset. {'. '.join(told)}.",
    )


def single_heads(each_off: Records, one_head: Records, no_head: Records | None = None) -> Described:
    """Points of accuracy lost or won, a dot for each head: when it goes alone, and when it alone stays."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True, sharex=True)
    titles = ("this head off", "all others of its layer off")
    told = []
    for ax, results, title in zip(axes, (each_off, one_head), titles, strict=True):
        change = changes(results)  # (L, A), mean over the seeds, in points
        layers, heads = change.shape
        shift = np.linspace(-0.28, 0.28, heads)
        ax.axhline(0, color=COLOURS["grey"], lw=1.5)
        ax.plot(np.arange(layers)[:, None] + 1 + shift, change, "o", color=COLOURS["blue"], ms=5)
        ax.set(title=title, xlabel="layer", xticks=range(1, layers + 1))
        told.append(f"{title}: from {change.min():+.1f} to {change.max():+.1f}".replace("-", "−"))
    if no_head is not None:
        none = layer_changes(no_head, one_head)
        axes[1].plot(
            np.arange(len(none)) + 1, none, "X", color=COLOURS["vermillion"], ms=9, label="none left"
        )
        axes[1].legend(loc="best")
        told.append("none left: " + ", ".join(signed(v) for v in none))
    axes[0].set_ylabel("accuracy, change in points")
    return Described(fig, f"Change of accuracy in points, a dot for each head. {'; '.join(told)}.")


def changes(results: Records) -> np.ndarray:
    """(L, A): mean over the seeds of the score minus that of all heads, in points."""
    single = [row for row in results if row["layer"] != "all"]
    whole = results.where(layer="all").of_seed
    shape = (1 + max(row["layer"] for row in single), 1 + max(row["head"] for row in single))
    total = np.zeros(shape)
    for row in single:
        total[row["layer"], row["head"]] += 100 * (row["score"] - whole[row["seed"]]) / len(whole)
    return total


def layer_changes(no_head: Records, one_head: Records) -> np.ndarray:
    """(L,): the same for layers without any head."""
    whole = one_head.where(layer="all").of_seed
    total = np.zeros(1 + max(row["layer"] for row in no_head))
    for row in no_head:
        total[row["layer"]] += 100 * (row["score"] - whole[row["seed"]]) / len(whole)
    return total


def pruning_curve(
    results: Records, orders: Mapping[str, str], always: float, at: float | None = None
) -> Described:
    """Accuracy against the share of heads that are gone, a line for each order; bars are the spread."""
    fig, ax = plt.subplots(figsize=(8.5, 4.6))
    draw_curve(ax, results, orders, always, at)
    fig.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    n = len(results.values("seed"))
    ax.set_title(f"bars: ± standard deviation, {n} seeds", loc="left", fontsize=11, weight="normal")
    told = []
    for order, shown in orders.items():
        rows = results.where(order=order)
        shares = sorted(rows.values("share"))
        told.append(
            f"{shown}: " + ", ".join(f"{s:.0%} gone {rows.where(share=s).mean:.0%}" for s in shares[::2])
        )
    return Described(
        fig,
        f"Accuracy by share of heads taken out, bars are ± standard deviation. {'; '.join(told)}. Always "
        f"the same answer {always:.0%}.",
    )


def draw_curve(
    ax: Axes, results: Records, orders: Mapping[str, str], always: float, at: float | None = None
) -> None:
    for (order, shown), style in zip(orders.items(), cycle(len(orders)), strict=True):
        rows = results.where(order=order)
        shares = sorted(rows.values("share"))
        found = [rows.where(share=share) for share in shares]
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.errorbar(
            shares, [f.mean for f in found], [f.spread for f in found], label=shown, capsize=3, **line
        )
    ax.axhline(always, color=COLOURS["grey"], ls=":", label="always the same answer")
    if at is not None:
        ax.axvline(at, color="black", lw=3, alpha=0.6)
    ax.set(xlabel="share of the heads that are gone", ylabel="accuracy")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda x, _: f"{x:.0%}")


def looks_and_matters(found: Looks) -> Described:
    """A dot for each head: how much the verb looks at its subject, and what is lost without the head.

    Heads that do little of either are small and grey.
    """
    looks, lost = found.looks.mean(axis=0), 100 * found.matters.mean(axis=0)
    fig, ax = plt.subplots(figsize=(8.5, 4.8))
    idle = (looks < LITTLE) & (np.abs(lost) < 1)
    for layer, style in zip(range(len(looks)), cycle(len(looks)), strict=True):
        some = ~idle[layer]
        ax.plot(
            looks[layer][some], lost[layer][some], linestyle="none", marker=style["marker"],
            color=style["color"], label=f"layer {layer + 1}",
        )  # fmt: skip
    ax.plot(looks[idle], lost[idle], "o", color=COLOURS["grey"], ms=3, label="little of either")
    ax.axhline(0, color=COLOURS["grey"], lw=1.5)
    named = {
        _most(looks): "looks most",
        _most(np.where(looks < LITTLE, lost, -np.inf)): "looks little, is missed",
    }
    steady = (looks > LOOKS) & (found.always > LOOKS)  # not only where the subject is the verb's neighbour
    if (lost[steady] < 0).any():
        named[_most(np.where(steady, -lost, -np.inf))] = "looks, and is not missed"
    near = (looks > LOOKS) & (found.always < LITTLE)
    if near.any():
        named[_most(np.where(near, looks, -np.inf))] = "looks at the neighbour"
    for (layer, head), what in named.items():
        right = looks[layer, head] > 0.7
        ax.annotate(
            f"{layer + 1}·{head + 1}: {what}", (looks[layer, head], lost[layer, head]),
            xytext=(-9 if right else 9, -4), textcoords="offset points", weight="bold",
            ha="right" if right else "left",
        )  # fmt: skip
    ax.set(
        xlabel="share of the verb's attention that goes to the subject",
        ylabel="points of probability lost\nwithout this head",
    )
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    fig.legend(loc="outside right upper")
    told = "; ".join(
        f"layer {at[0] + 1} head {at[1] + 1} {what}: it gives the subject {looks[at]:.0%}, and without it "
        f"{lost[at]:.1f} points of probability are lost".replace("-", "−")
        for at, what in named.items()
    )
    return Described(fig, f"A dot for each of {looks.size} heads. Of those named, {told}.")


def _most(values: np.ndarray) -> tuple[int, int]:
    layer, head = np.unravel_index(values.argmax(), values.shape)
    return int(layer), int(head)
