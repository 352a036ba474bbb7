"""The figures of lesson Probing for structure that are made of records."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tlcourse.lessons.probing_for_structure import results
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described
from tlcourse.show.records import Records

_TRAINED = {"color": COLOURS["blue"], "marker": "o", "linestyle": "-"}
# What there is besides trained layers → its look.
_LEVELS = {
    results.DECAY: {"color": COLOURS["green"], "linestyle": "-."},
    results.BILSTM: {"color": COLOURS["purple"], "linestyle": "--"},
    results.NO_MODEL: {"color": COLOURS["black"], "linestyle": ":"},  # last: it may lie on another
}
_POINTS = {
    results.UNTRAINED: {"color": COLOURS["vermillion"], "marker": "s"},
    results.CONTROL: {"color": COLOURS["grey"], "marker": "X"},
}


def by_layer(rows: Records, models: Sequence[str], measure: str) -> Described:
    """Draw a panel for each model: its trained layers, and all that they are compared with.

    Args:
        rows: as `results.on_one_axis` makes them.
    """
    fig, axes = plt.subplots(1, len(models), figsize=(5.6 * len(models), 4.8), sharey=True, squeeze=False)
    told = []
    for ax, model in zip(axes[0], models, strict=True):
        told.append(f"{model}: {_panel(ax, rows.where(model=model))}")
        ax.set(title=model, xlabel="layer (0: the embeddings)")
    axes[0][0].set_ylabel(measure)
    axes[0][0].yaxis.set_major_formatter(lambda y, _: f"{100 * y:g}%")
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3)
    return Described(fig, f"{measure} by layer, and what it is compared with. {'; '.join(told)}.")


def _panel(ax: Axes, rows: Records) -> str:
    trained = rows.where(what=results.TRAINED)
    layers = sorted(trained.values("layer"))
    found = [trained.where(layer=layer) for layer in layers]
    ax.errorbar(layers, [one.mean for one in found], [one.spread for one in found], label=results.TRAINED,
                capsize=3, **_TRAINED)  # fmt: skip
    told = [f"trained layers {', '.join(f'{one.mean:.0%}' for one in found)}"]
    for what, look in _LEVELS.items():
        if what in rows.values("what"):
            level = rows.where(what=what).mean
            ax.axhline(level, lw=2, label=what, marker="", **look)
            told.append(f"{what} {level:.0%}")
    for what, look in _POINTS.items():
        if what in rows.values("what"):
            points = rows.where(what=what)
            places = sorted(points.values("layer"))
            at = [points.where(layer=place) for place in places]
            ax.errorbar(places, [one.mean for one in at], [one.spread for one in at], label=what, capsize=3,
                        markersize=10, linestyle=":" if len(at) > 1 else "", **look)  # fmt: skip
            said = [f"{one.mean:.0%} (layer {k})" for k, one in zip(places, at, strict=True)]
            told.append(f"{what} {', '.join(said)}")
    ax.set_xticks(layers)
    return ", ".join(told)
