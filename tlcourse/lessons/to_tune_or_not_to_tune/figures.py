"""The figures of lesson To tune or not to tune, drawn here so that its cells stay short."""

import math
from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from tlcourse.show.differences import difference
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described
from tlcourse.show.records import Records

FROZEN, TUNED, HEAVY = COLOURS["blue"], COLOURS["vermillion"], COLOURS["orange"]
PAPER = "BERT-base under a BiLSTM; last row: fine-tuned (paper)"
# way → how it is drawn: squares are tuned, filled marks have a light head
LOOKS = {
    "frozen, light": {"marker": "o", "color": FROZEN, "mfc": FROZEN},
    "frozen, heavy": {"marker": "D", "color": FROZEN, "mfc": "white"},
    "tuned, light": {"marker": "s", "color": TUNED, "mfc": TUNED},
    "tuned, heavy": {"marker": "P", "color": TUNED, "mfc": "white"},
}


def four_heads() -> Described:
    """Draw one encoder four times, and which of its states each head reads: all as one, or each by itself."""
    heads = (
        ("a text", ["[CLS]", "a", "fine", "film", "[SEP]"], range(5), ["positive"]),
        ("a pair", ["[CLS]", "he", "ran", "[SEP]", "he", "sat", "[SEP]"], range(7), ["belong together"]),
        ("each word", ["[CLS]", "Lo", "##pez", "in", "Rome", "[SEP]"], (1, 3, 4), ["PER", "O", "LOC"]),
        (
            "an answer",
            ["[CLS]", "who", "?", "[SEP]", "it", "was", "Rank", "[SEP]"],
            (4, 5, 6),
            ["", "first? last?", ""],
        ),
    )
    fig, axes = plt.subplots(1, 4, figsize=(13.5, 3.3), width_ratios=[len(h[1]) + 1 for h in heads])
    for ax, (title, pieces, read, said) in zip(axes, heads, strict=True):
        n = len(pieces)
        ax.add_patch(plt.Rectangle((-0.5, 1), n, 1, fc=COLOURS["light"], ec="black"))
        ax.text(n / 2 - 0.5, 1.5, "encoder", ha="center", va="center", fontsize=12)
        for k, piece in enumerate(pieces):
            ax.text(k, 0.35, piece, ha="center", va="center", fontsize=12, rotation=60)
            ax.plot([k, k], [0.75, 1], color=COLOURS["grey"], lw=1, ls="-", marker="")
            used = k in read
            face = TUNED if used else "white"
            ax.plot(k, 2.3, "o", ms=9, mfc=face, mec=TUNED if used else COLOURS["grey"])
        places = read
        if len(said) == 1:  # one vector of all states
            ax.plot([0, n - 1], [2.58, 2.58], color="black", lw=1.5, ls="-", marker="")
            places = [(n - 1) / 2]
        for k, answer in zip(places, said, strict=True):
            ax.annotate("", (k, 2.98), (k, 2.48), arrowprops={"arrowstyle": "-|>", "color": "black"})
            ax.text(k, 3.1, answer, ha="center", va="bottom", fontsize=12)
        ax.set(xlim=(-0.8, n - 0.2), ylim=(-0.3, 3.6), title=title)
        ax.axis("off")
    return Described(
        fig,
        "The same encoder under four heads; filled circles are the states that a head reads. A text and a "
        "pair: all states, made one vector. Each word: the state of its first piece. An answer: the states "
        "of the paragraph's pieces, of which one is its first and one its last.",
    )


def readings(results: Records, paper: Mapping[str, float], test: str) -> Described:
    """Draw F1 by what is read from the frozen layers, and fine-tuned: ours beside the paper's BERT-base.

    Args:
        results: model, way, reading, head, seed, score, all labels.
        paper: reading, or "fine-tuned" → F1.
        test: what the F1 is of, for the axis.
    """
    rows = [*paper]
    fig, ax = plt.subplots(figsize=(9.5, 0.52 * len(rows) + 1.9))
    for y, name in enumerate(rows):
        ax.plot(paper[name], y, "*", ms=15, mfc="white", mec="black", ls="none")
        for looks, found in _of_reading(results, name):
            ax.errorbar(found.mean, y, xerr=found.spread, ls="none", ms=9, **looks)
    ax.set_yticks(
        range(len(rows)), [name if name != "fine-tuned" else "all layers fine-tuned" for name in rows]
    )
    ax.invert_yaxis()
    ax.axhline(len(rows) - 1.5, color=COLOURS["grey"], lw=1, ls=":", marker="")
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.set(xlabel=f"F1 over names, {test}")
    models = results.values("model")
    marks = {
        PAPER: {"marker": "*", "mfc": "white", "mec": "black", "ms": 14},
        f"{models[0]}, frozen, linear head": {**LOOKS["frozen, light"], "ms": 9},
        f"{models[0]}, frozen under a BiLSTM": {**LOOKS["frozen, heavy"], "ms": 9},
        f"{models[0]}, fine-tuned": {**LOOKS["tuned, light"], "ms": 9},
    }
    drawn = [looks for name in rows for looks, _ in _of_reading(results, name)]
    handles = [
        Line2D([], [], ls="none", label=label, **looks)
        for label, looks in marks.items()
        if label == PAPER or any(looks["marker"] == one["marker"] for one in drawn)
    ]
    fig.legend(handles=handles, loc="outside upper center", ncols=2)
    told = [
        f"{name}: paper {paper[name]:.1%}, ours "
        + (" and ".join(f"{found.mean:.1%}" for _, found in _of_reading(results, name)) or "not measured")
        for name in rows
    ]
    return Described(fig, f"F1 over names on {test} for each reading. {'; '.join(told)}.")


def _of_reading(results: Records, name: str) -> list[tuple[Mapping[str, object], Records]]:
    """The looks and the results of a row: frozen under each head, or fine-tuned."""
    if name == "fine-tuned":
        kept = [("tuned, light", [r for r in results if r["way"] == "fine-tuned"])]
    else:
        kept = [
            (look, [r for r in results if (r["way"], r["reading"], r["head"]) == ("frozen", name, head)])
            for look, head in (("frozen, light", "linear"), ("frozen, heavy", "BiLSTM"))
        ]
    return [(LOOKS[look], Records(rows)) for look, rows in kept if rows]


def how_far(results: Records, tests: Mapping[str, str]) -> Described:
    """Draw how F1 falls from the text that was learned from to another: a line for each way.

    Args:
        results: way, test, seed, score.
        tests: name of a test → what it is called here, the known kind of text first.
    """
    fig, ax = plt.subplots(figsize=(8, 4.4))
    told = []
    for way, rows in results.by("way").items():
        found = [rows.where(test=test) for test in tests]
        look = LOOKS["tuned, light" if way.startswith("fine-tuned") else "frozen, light"]
        if "BiLSTM" in way:
            look = LOOKS["frozen, heavy"]
        means, spreads = [one.mean for one in found], [one.spread for one in found]
        ax.errorbar(range(len(tests)), means, yerr=spreads, ms=9, ls="-", label=way, **look)
        told.append(f"{way} from {means[0]:.0%} to {means[-1]:.0%}")
    ax.set_xticks(range(len(tests)), tests.values())
    ax.set_xlim(-0.3, len(tests) - 0.7)
    ax.yaxis.set_major_formatter("{x:.0%}")
    ax.set(ylabel="F1 over names")
    ax.legend()
    return Described(fig, f"F1 on {' and '.join(tests.values())}: {'; '.join(told)}.")


def tune_or_not(grid: Records, metrics: Mapping[str, str]) -> Described:
    """Draw each way for each model, a panel for each task: mean and standard deviation over the seeds.

    Args:
        grid: model, task, way, seed, score; one number of labels.
        metrics: task → what a score is.
    """
    tasks, models = list(metrics), grid.values("model")
    rows = math.ceil(len(tasks) / 2)
    fig, axes = plt.subplots(rows, 2, figsize=(9.5, 3.1 * rows + 0.4), sharey=True, squeeze=False)
    for ax in axes.flat[len(tasks) :]:
        ax.axis("off")
    told = []
    for ax, task in zip(axes.flat, tasks, strict=False):
        for row, model in enumerate(models):
            ways = [way for way in LOOKS if any(_is_cell(r, task, model, way) for r in grid)]
            for place, way in enumerate(ways):
                found = grid.where(task=task, model=model, way=way)
                y = row + 0.2 * (place - (len(ways) - 1) / 2)
                ax.errorbar(found.mean, y, xerr=found.spread, ls="none", ms=8, **LOOKS[way])
                told.append(f"{task}, {model}, {way}: {found.mean:.0%}")
        ax.set(title=task, xlabel=metrics[task])
        ax.xaxis.set_major_formatter("{x:.0%}")
    axes[0, 0].set_yticks(range(len(models)), models)
    axes[0, 0].set_ylim(len(models) - 0.5, -0.5)
    there = [way for way in LOOKS if way in grid.values("way")]
    handles = [Line2D([], [], ls="none", label=way, ms=9, **LOOKS[way]) for way in there]
    fig.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return Described(fig, f"Scores by task, model and way. {'; '.join(told)}.")


def _is_cell(row: Mapping[str, object], task: str, model: str, way: str) -> bool:
    return (row["task"], row["model"], row["way"]) == (task, model, way)


def everywhere(results: Records) -> Described:
    """Draw what tuning adds to each system of the course so far: from frozen to fine-tuned, an arrow each.

    Args:
        results: system, task, way ("frozen" or "fine-tuned"), seed, score; one task for a system.
    """
    systems = results.values("system")
    tasks = [results.where(system=system).values("task")[0] for system in systems]
    fig, ax = plt.subplots(figsize=(9.5, 0.55 * len(systems) + 1.8))
    told = []
    for y, system in enumerate(systems):
        frozen, tuned = (results.where(system=system, way=way) for way in ("frozen", "fine-tuned"))
        ax.annotate(
            "", (tuned.mean, y), (frozen.mean, y), zorder=1,  # behind the marks, where they are close
            arrowprops={"arrowstyle": "-|>", "color": "black", "lw": 1.5, "shrinkA": 6, "shrinkB": 6},
        )  # fmt: skip
        for rows, way in ((frozen, "frozen, light"), (tuned, "tuned, light")):
            ax.errorbar(rows.mean, y, xerr=rows.spread, ls="none", ms=9, **LOOKS[way])
        gap = difference(tuned, frozen)
        verdict = gap.says(above="tuning helps", below="tuning harms", luck="within luck")
        ax.text(1.01, y, verdict, transform=ax.get_yaxis_transform(), va="center", fontsize=12)
        told.append(f"{system}, {tasks[y]}: {frozen.mean:.0%} frozen, {tuned.mean:.0%} fine-tuned, {verdict}")
        if y and tasks[y] != tasks[y - 1]:
            ax.axhline(y - 0.5, color=COLOURS["grey"], lw=1, ls=":", marker="")
    ax.set_yticks(range(len(systems)), [f"{s}: {t}" for s, t in zip(systems, tasks, strict=True)])
    ax.set_ylim(len(systems) - 0.5, -0.5)
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.set(xlabel="accuracy")
    names = {"frozen": LOOKS["frozen, light"], "fine-tuned": LOOKS["tuned, light"]}
    handles = [Line2D([], [], ls="none", label=name, ms=9, **looks) for name, looks in names.items()]
    fig.legend(handles=handles, loc="outside upper center", ncols=2)
    return Described(fig, f"Frozen and fine-tuned, system by system. {'; '.join(told)}.")
