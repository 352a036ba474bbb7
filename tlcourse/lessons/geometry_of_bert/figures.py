"""The figures of lesson The geometry of BERT that are made of records."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt

from tlcourse.lessons.geometry_of_bert import kept
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.line_series import curve
from tlcourse.show.records import Records

_LOOKS = {
    kept.TRAINED: {"color": COLOURS["blue"], "marker": "o", "linestyle": "-"},
    kept.UNTRAINED: {"color": COLOURS["vermillion"], "marker": "s", "linestyle": "--"},
    kept.FIRST: {"color": COLOURS["black"], "linestyle": ":"},
    kept.GLOVE: {"color": COLOURS["green"], "linestyle": "-."},
}
_CONTEXTS = {
    "alone": ("by itself", {"color": COLOURS["blue"], "marker": "o", "linestyle": "-"}),
    "control": (
        "joined with a sentence without the word",
        {"color": COLOURS["grey"], "marker": "X", "linestyle": "-."},
    ),
    "joined": (
        "joined with the other sense",
        {"color": COLOURS["vermillion"], "marker": "s", "linestyle": "--"},
    ),
}


def senses_by_layer(panels: Mapping[str, Records], measure: str) -> Described:
    """Draw a panel for each of some records: trained layers, the untrained twin's, and what has no layers.

    Args:
        panels: title → as `kept.by_layer` makes them.
    """
    fig, axes = plt.subplots(1, len(panels), figsize=(5.6 * len(panels), 4.8), sharey=True, squeeze=False)
    told, handles = [], {}
    for ax, (title, rows) in zip(axes[0], panels.items(), strict=True):
        said = []
        for what, of_what in rows.by("what").items():
            if what in (kept.FIRST, kept.GLOVE):
                ax.axhline(of_what.mean, lw=2, label=what, marker="", **_LOOKS[what])
                said.append(f"{what} {of_what.mean:.2f}")
            else:
                said.append(curve(ax, of_what, "layer", what, _LOOKS[what], ".2f"))
        told.append(f"{title}: {'; '.join(said)}")
        ax.set(title=title, xlabel="layer (0: the embeddings)", ylim=(0, 1))
        handles |= dict(zip(*ax.get_legend_handles_labels()[::-1], strict=True))
    axes[0][0].set_ylabel(measure)
    axes[0][0].yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
    fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return Described(fig, f"{measure} by layer. {'. '.join(told)}.")


def path_lengths(rows: Records, exact: str) -> Described:
    """Draw squared distances over path lengths; a thin line where both are the same.

    Args:
        rows: as `live.by_path_length` makes them.
        exact: what the thin line is called.
    """
    fig, ax = plt.subplots(figsize=(8, 5))
    names = rows.values("space")
    told = []
    for name, style in zip(names, cycle(len(names)), strict=True):
        look = {key: style[key] for key in ("color", "marker", "linestyle")}
        told.append(curve(ax, rows.where(space=name), "edges", name, look, ".2f"))
    edges = sorted(rows.values("edges"))
    ax.plot(edges, edges, color=COLOURS["black"], linestyle="-", lw=1, marker="", label=exact)
    ax.set(xlabel="edges between two words of the tree", ylabel="mean squared distance")
    ax.set_xticks(edges)
    ax.legend()
    return Described(fig, f"Mean squared distance by path length, from one edge up. {'; '.join(told)}.")


def joined(rows: Records, models: Sequence[str]) -> Described:
    """Draw the similarity ratio, and the share that is misled, by layer: alone, joined, and the control.

    Args:
        rows: fields `model`, `context`, `measure`, `layer`, `seed`: means over the words.
    """
    fig, axes = plt.subplots(
        2, len(models), figsize=(5.6 * len(models), 7.6), sharex="col", sharey="row", squeeze=False
    )
    told = []
    for column, model in zip(axes.T, models, strict=True):
        of_model = rows.where(model=model)
        for ax, measure in zip(column, ("ratio", "misled"), strict=True):
            said = [
                curve(ax, of_model.where(context=context, measure=measure), "layer", name, look, ".2f")
                for context, (name, look) in _CONTEXTS.items()
            ]
            told.append(f"{model}, {measure}: {'; '.join(said)}")
        column[0].axhline(1, color=COLOURS["black"], lw=1, linestyle=":", marker="")
        column[0].set_title(model)
        column[1].set_xlabel("layer (0: the embeddings)")
    axes[0][0].set_ylabel("similarity ratio, mean")
    axes[1][0].set_ylabel("nearer to the other sense")
    axes[1][0].yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3)
    return Described(fig, f"Two rows of curves by layer. {'. '.join(told)}.")
