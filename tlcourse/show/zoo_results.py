"""The zoo's results in one figure: a panel per test set and a row per model, frozen or fine-tuned."""

from collections.abc import Collection, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from tlcourse.models.pretrained.zoo import ZOO
from tlcourse.show.figure_style import COLOURS, style
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

_NAMES = {"counts": "counts (TF-IDF)", "glove": "GloVe", "minilm": "MiniLM", "smollm2": "SmolLM2"}
_ORDER = ["counts", "glove", *ZOO, "minilm", "smollm2"]
_COUNTS = {"marker": "D", "color": "black", "mfc": "black"}
# (weights, way) → how it is drawn: shape says how it was used, filled says that it was pretrained.
_LOOKS = {
    ("trained", "frozen"): {"marker": "o", "color": COLOURS["blue"], "mfc": COLOURS["blue"]},
    ("trained", "fine-tuned"): {"marker": "s", "color": COLOURS["vermillion"], "mfc": COLOURS["vermillion"]},
    ("random", "frozen"): {"marker": "o", "color": COLOURS["grey"], "mfc": "white"},
    ("random", "fine-tuned"): {"marker": "s", "color": COLOURS["grey"], "mfc": "white"},
}
_LABELS = {
    ("trained", "frozen"): "pretrained, frozen",
    ("trained", "fine-tuned"): "pretrained, fine-tuned",
    ("random", "frozen"): "random weights, frozen",
    ("random", "fine-tuned"): "random weights, trained",
}


def records(results: Mapping[str, Any]) -> Records:
    """The results as records: model, weights, way, task, test, labels ("100", "1000", "all"), seed, score."""
    fields = ("model", "weights", "way", "task", "labels", "seed")
    return Records(
        {**{field: cell[field] for field in fields}, "test": test, "score": score}
        for cell in results["cells"]
        for test, score in cell["scores"].items()
    )


def summary(results: Mapping[str, Any], labels: str) -> dict[tuple[str, ...], np.ndarray]:
    """(task, test, model, weights, way) → the scores with so many labels, seed by seed."""
    return {key: np.array([*of_seed.values()]) for key, of_seed in _by_seed(results, labels).items()}


def _by_seed(results: Mapping[str, Any], labels: str) -> dict[tuple[str, ...], dict[int, float]]:
    """(task, test, model, weights, way) → seed → score, from the lowest seed up."""
    found = records(results).by("labels").get(labels, Records([]))
    return {key: group.of_seed for key, group in found.by("task", "test", "model", "weights", "way").items()}


def gains(results: Mapping[str, Any], labels: str) -> list[dict[str, Any]]:
    """What pretraining is worth: each model beside its twin of random weights, and beside counts.

    Returns a row for each test set, model and way, with `trained`, `random` and `counts` as (mean, standard
    deviation over seeds), `beats random`: every seed is above every seed of random weights, and
    `beats counts`: it is better with the same labels, for every seed that both were measured with. What was
    not measured is None.
    """
    scores = _by_seed(results, labels)
    rows = []
    for (task, test, model, weights, way), trained in scores.items():
        if weights != "trained" or model == "counts":
            continue
        random = scores.get((task, test, model, "random", way), {})
        counts = scores.get((task, test, "counts", "trained", "frozen"), {})
        row = {"task": task, "test": test, "model": model, "way": way}
        for name, of_seed in (("trained", trained), ("random", random), ("counts", counts)):
            row[name] = mean_and_spread([*of_seed.values()]) if of_seed else None
        row["beats random"] = min(trained.values()) > max(random.values()) if random else None
        both = trained.keys() & counts.keys()
        row["beats counts"] = all(trained[seed] > counts[seed] for seed in both) if both else None
        rows.append(row)
    return rows


def gain_lines(results: Mapping[str, Any], labels: str) -> list[str]:
    """What `gains` finds, to be read: a line for each test set, model and way."""
    lines = []
    for row in gains(results, labels):
        parts = []
        for name in ("trained", "random", "counts"):
            if row[name] is not None:
                beaten = {True: " (beaten)", False: " (not beaten)"}.get(row.get(f"beats {name}"), "")
                parts.append(f"{name} {row[name][0]:.3f} ± {row[name][1]:.3f}{beaten}")
        what = f"{labels} labels · {row['task']}: {row['test']} · {row['model']} {row['way']}"
        lines.append(f"{what} · {', '.join(parts)}")
    return lines


def zoo_scores(
    results: Mapping[str, Any],
    labels: str = "100",
    tasks: Collection[str] | None = None,
    columns: int = 3,
) -> Figure:
    """What `benchmarks/zoo.py` measured with so many labels: mean and standard deviation over the seeds.

    Args:
        labels: "100", "1000" or "all", as in the results.
        tasks: those to draw; all that were measured if None.

    Raises:
        ValueError: nothing was measured with so many labels, or none of the tasks was.
    """
    scores = summary(results, labels)
    if scores and tasks is not None:
        there = sorted({key[0] for key in scores})
        scores = {key: values for key, values in scores.items() if key[0] in tasks}
        if not scores:
            raise ValueError(f"tasks is {tasks}, but the results have {', '.join(there)}")
    if not scores:
        there = sorted({cell["labels"] for cell in results["cells"]})
        raise ValueError(f"labels is {labels!r}, but the results have {', '.join(there) or 'no cells'}")
    panels = list(dict.fromkeys(key[:2] for key in scores))
    models = sorted({key[2] for key in scores}, key=_ORDER.index)
    style()
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    size = (4.4 * columns + 1.2, rows * (0.34 * len(models) + 1.3) + 0.7)
    fig, axes = plt.subplots(rows, columns, figsize=size, sharey=True, squeeze=False)
    used = [look for look in _LOOKS if any(key[3:] == look for key in scores)]
    for ax, panel in zip(axes.flat, panels, strict=False):
        _panel(ax, panel, scores, models, used)
        ax.set(title=f"{panel[0]}: {panel[1]}", xlabel=results["tasks"][panel[0]]["metrics"][panel[1]])
    for ax in axes.flat[len(panels) :]:
        ax.axis("off")
    for ax in axes[:, 0]:
        ax.set_yticks(range(len(models)), [_NAMES.get(name, name) for name in models])
    axes[0, 0].set_ylim(len(models) - 0.5, -0.5)
    handles = [Line2D([], [], linestyle="", label=_LABELS[look], **_LOOKS[look]) for look in used]
    handles.append(Line2D([], [], linestyle="--", lw=1.2, label="counts of the labelled texts", **_COUNTS))
    fig.legend(handles=handles, loc="outside upper center", ncols=3, title=f"{labels} labels")
    return fig


def _panel(
    ax: plt.Axes,
    panel: tuple[str, ...],
    scores: Mapping[tuple[str, ...], np.ndarray],
    models: list[str],
    used: list[tuple[str, str]],
) -> None:
    offsets = {look: 0.16 * (i - (len(used) - 1) / 2) for i, look in enumerate(used)}
    for row, model in enumerate(models):
        for look in used:
            values = scores.get((*panel, model, *look))
            if values is not None:
                mean, spread = mean_and_spread(values)
                y, drawn = (row, _COUNTS) if model == "counts" else (row + offsets[look], _LOOKS[look])
                ax.errorbar(mean, y, xerr=spread, capsize=0, markersize=6, ls="", **drawn)
    counts = scores.get((*panel, "counts", "trained", "frozen"))
    if counts is not None:
        ax.axvline(counts.mean(), color="black", linestyle="--", linewidth=1.2, zorder=0)
    ax.tick_params(axis="y", length=0)
