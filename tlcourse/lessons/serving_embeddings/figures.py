"""The figures of lesson Serving embeddings, drawn here so that its cells stay short."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from tlcourse.lessons.serving_embeddings.batches import Cost
from tlcourse.lessons.serving_embeddings.clients import Visits
from tlcourse.lessons.serving_embeddings.layers import CENTRED
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

WIDTHS = {"sentences": 384, "words": 50}  # numbers of a vector, in `search.json`
TASKS = {"alike": "pairs that people rated", "found": "headline finds its article"}
_POOLED = {
    "REDUCE_MEAN": "mean",
    "REDUCE_MAX": "max",
    "CLS_TOKEN": "[CLS]",
    CENTRED: "mean, centred",
}  # the mean and the largest side by side lie between the two

_STEPS = (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_TICKS = (0.03, 0.1, 0.3, 1, 3)  # milliseconds


def _look(style: Mapping[str, object]) -> dict[str, object]:
    return {key: style[key] for key in ("color", "marker", "linestyle")}


def batches(measured: Records) -> Described:
    """Draw texts a second, and how long a batch takes, by texts at once: a line for each length."""
    fig, axes = plt.subplots(1, 2, figsize=(11, 4.6))
    lengths, sizes = measured.values("length"), sorted(measured.values("at once"))
    told = []
    for length, style in zip(lengths, cycle(len(lengths)), strict=True):
        cells = [measured.where(**{"length": length, "at once": size}).scores for size in sizes]
        seconds, spread = mean_and_spread(np.array(cells), axis=1)
        rates = [mean_and_spread(size / np.array(cell)) for size, cell in zip(sizes, cells, strict=True)]
        axes[0].errorbar(sizes, *zip(*rates, strict=True), label=f"{length} tokens", **_look(style))
        axes[1].errorbar(sizes, 1000 * seconds, 1000 * spread, **_look(style))
        told.append(
            f"{length} tokens: {rates[0][0]:.0f} texts a second one by one, {rates[-1][0]:.0f} in batches of "
            f"{sizes[-1]}, which take {1000 * seconds[-1]:.0f} ms"
        )
    for ax, what in zip(axes, ("texts a second", "milliseconds of a batch"), strict=True):
        ax.set_xscale("log", base=2)
        ax.set_yscale("log")
        ax.set_xticks(sizes, [str(size) for size in sizes])
        low, high = ax.get_ylim()
        ticks = [tick for tick in _STEPS if low <= tick <= high]
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.minorticks_off()
        ax.set(xlabel="texts at once", ylabel=what)
    axes[0].set_title("Throughput")
    axes[1].set_title("Latency")
    fig.legend(loc="outside upper center", ncols=len(lengths))
    return Described(fig, f"One core. {'; '.join(told)}.")


def costs(fitted: Mapping[int, Cost], size: int) -> list[dict[str, object]]:
    """Rows of a table: what a batch costs once, what each text costs, and what `size` at once gain."""
    return [
        {
            "tokens": f"{length}",
            "once, ms": f"{1000 * cost.once:.1f}",
            "each text, ms": f"{1000 * cost.each:.1f}",
            f"gain of {size} at once, by the fit": f"{cost.gain(size):.1f} times",
        }
        for length, cost in fitted.items()
    ]


def visits(found: Visits, n: int = 24) -> Described:
    """Draw when the first texts came and were answered, and how many are inside at each moment."""
    order = np.argsort(found.arrived)[:n]
    arrived, answered = found.arrived[order], found.answered[order]
    end = answered.max()
    every = np.sort(np.concatenate([found.arrived, found.answered]))
    moments = every[every <= end]
    inside = np.array([((found.arrived <= m) & (found.answered > m)).sum() for m in moments])
    fig, (above, below) = plt.subplots(2, 1, figsize=(9, 5.6), sharex=True, height_ratios=(2, 1))
    above.hlines(np.arange(len(order)), arrived, answered, color=COLOURS["blue"], lw=5, ls="-")
    above.set(ylabel="text", title=f"the first {len(order)} of {len(found.arrived)} texts")
    above.title.set_fontsize(12)
    above.invert_yaxis()
    below.step(moments, inside, where="post", color=COLOURS["vermillion"], ls="-", marker="")
    below.fill_between(moments, inside, step="post", color=COLOURS["vermillion"], alpha=0.2, lw=0)
    below.set(xlabel="seconds", ylabel="inside, of all", ylim=(0, None))
    return Described(
        fig,
        f"Above, a bar for each of {len(order)} texts from its arrival to its answer; below, how many are "
        f"inside: between {inside.min()} and {inside.max()}.",
    )


def layers(records: Records, baselines: Sequence[str]) -> Described:
    """Draw how good the vectors of each layer are: a column for each model, a row for each judge."""
    models = [name for name in records.values("model") if name not in baselines]
    fig, axes = plt.subplots(len(TASKS), len(models), figsize=(12.5, 7.2), sharey="row", squeeze=False)
    told = []
    for row, (task, title) in zip(axes, TASKS.items(), strict=True):
        for ax, model in zip(row, models, strict=True):
            some = records.where(task=task, model=model)
            places = sorted(some.values("layer"))
            best = (-1.0, "")
            for pooling, style in zip(_POOLED, cycle(len(_POOLED)), strict=True):
                cells = [some.where(layer=layer, pooling=pooling).scores for layer in places]
                mean, spread = mean_and_spread(np.array(cells), axis=1)
                ax.errorbar(places, mean, spread, label=_POOLED[pooling], **_look(style))
                best = max(best, (mean.max(), f"{_POOLED[pooling]} of layer {places[int(mean.argmax())]}"))
            for name, line in zip(baselines, (":", "--"), strict=False):
                level = records.where(task=task, model=name).mean
                ax.axhline(level, color=COLOURS["grey"], ls=line, marker="", label=name)
            ax.set_xticks(places, [f"−{-p}" for p in places])
            if task == "alike":
                ax.set_title(model)
            told.append(f"{model}, {title}: best {best[1].replace('layer -', 'layer −')} with {best[0]:.2f}")
        row[0].set_ylabel(title)
    for ax in axes[-1]:
        ax.set_xlabel("layer")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=len(handles))
    return Described(fig, f"Scores by layer, −1 the last. {'; '.join(told)}.")


def searches(records: Records) -> Described:
    """Draw recall over the time of a query: a panel for each number of vectors."""
    places = [*records.by("what", "vectors")]
    columns = 3
    size = -(-len(places) // columns), columns
    fig, axes = plt.subplots(*size, figsize=(12.5, 3.5 * size[0]), sharex=True, sharey=True)
    told = []
    for ax, (what, n) in zip(np.ravel(axes), places, strict=False):
        some = records.where(what=what, vectors=n)
        seconds = some.where(way="exact", measure="seconds").mean
        ax.plot(
            [1000 * seconds], [1], color=COLOURS["black"], marker="*", ms=15, ls="", label="compare with all"
        )
        graphs = [way for way in some.values("way") if way != "exact"]
        for way, style in zip(graphs, cycle(len(graphs)), strict=True):
            walked = some.where(way=way, measure=["seconds", "recall"])
            keeps = sorted(walked.values("keeps"))
            times = [1000 * walked.where(keeps=k, measure="seconds").mean for k in keeps]
            found = [walked.where(keeps=k, measure="recall").mean for k in keeps]
            ax.plot(times, found, label=way, **_look(style))
            if way == graphs[0]:
                told.append(
                    f"{n:,} {what}: exact {1000 * seconds:.2f} ms; the graph "
                    + ", ".join(f"{r:.0%} in {t:.2f} ms" for r, t in zip(found, times, strict=True))
                )
        ax.set_xscale("log")
        ax.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
        ax.minorticks_off()
        ax.set_title(f"{n:,} {what} of {WIDTHS[what]} numbers", fontsize=12)
    for ax in np.ravel(axes)[len(places) :]:
        ax.axis("off")
    fig.supxlabel("milliseconds of a query")
    fig.supylabel("recall of the 10 nearest")
    marks = {}
    for ax in np.ravel(axes):
        marks |= {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    fig.legend(marks.values(), marks.keys(), loc="outside upper center", ncols=3)
    return Described(fig, f"Recall by time. {'; '.join(told)}.")


def rounded(records: Records) -> Described:
    """Draw what is left when weights are rounded to fewer bits, with one scale for each row or for all."""
    fig, axes = plt.subplots(1, len(TASKS), figsize=(11, 4.4))
    told = []
    for ax, (task, title) in zip(axes, TASKS.items(), strict=True):
        some = records.where(task=task, way="weights rounded")
        bits = sorted(some.values("bits"), reverse=True)
        for scale, style in zip(some.values("scale"), cycle(len(some.values("scale"))), strict=True):
            cells = np.array([some.where(bits=n, scale=scale).scores for n in bits])
            mean, spread = mean_and_spread(cells, axis=1)
            ax.errorbar(bits, mean, spread, label=f"a scale for {scale}", **_look(style))
            told.append(
                f"{title}, {scale}: "
                + ", ".join(f"{m:.2f} at {n} bits" for m, n in zip(mean, bits, strict=True))
            )
        level = records.where(task=task, way="float32").mean
        ax.axhline(level, color=COLOURS["grey"], ls=":", marker="", label="float32")
        ax.invert_xaxis()
        ax.set(xlabel="bits of a weight", title=title)
        ax.set_xticks(bits)
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=3)
    return Described(fig, f"Scores by bits of a weight; float32 is the dotted line. {'; '.join(told)}.")
