"""The figures of lesson OpenAI GPT, drawn here so that its cells stay short."""

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from tlcourse.lessons.openai_gpt.real_pairs import DELIMITER, EXTRACT, START, TEXT
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

_FACE = {START: COLOURS["light"], DELIMITER: COLOURS["light"], TEXT: "white", EXTRACT: COLOURS["vermillion"]}
_EDGE = {
    START: COLOURS["grey"],
    DELIMITER: COLOURS["grey"],
    TEXT: COLOURS["blue"],
    EXTRACT: COLOURS["vermillion"],
}
_WIDTH = {START: 0.75, DELIMITER: 1.05, TEXT: 3.2, EXTRACT: 0.95}


def input_transformations(rows: Sequence[tuple[str, Sequence[Sequence[tuple[str, str]]], str]]) -> Described:
    """Draw the paper's figure 1, right, with real examples: a box for each mark and text of each sequence."""
    n = sum(len(sequences) for _, sequences, _ in rows) + 0.5 * (len(rows) - 1)
    fig, ax = plt.subplots(figsize=(12.5, 0.72 * n + 0.9))
    y, told = 0.0, []
    for task, sequences, answer in rows:
        middle = y - 0.5 * (len(sequences) - 1)
        ax.text(-0.15, middle, task, ha="right", va="center", fontsize=13, weight="bold")
        for sequence in sequences:
            x = _boxes(ax, sequence, y)
            ax.plot([x, 10.1], [y, y], color=COLOURS["vermillion"], lw=1.2, marker="", ls="-")
            y -= 1
        if len(sequences) > 1:
            ax.plot(
                [10.1, 10.1],
                [y + 1, y + len(sequences)],
                color=COLOURS["vermillion"],
                lw=1.2,
                marker="",
                ls="-",
            )
        how = {1: "", 2: "added, then "}.get(len(sequences), "softmax over them: ")
        ax.text(10.25, middle, f"→ {how}{answer}", va="center", fontsize=12)
        told.append(f"{task}: {len(sequences)} sequence{'s' * (len(sequences) > 1)} of "
                    f"{' '.join(kind for kind, _ in sequences[0])}, {how}{answer}")  # fmt: skip
        y -= 0.5
    ax.set(xlim=(-2.1, 13), ylim=(y + 0.9, 0.6))
    ax.axis("off")
    return Described(fig, f"Four tasks as sequences of pieces with real texts. {'; '.join(told)}.")


def _boxes(ax: plt.Axes, sequence: Sequence[tuple[str, str]], y: float) -> float:
    x = 0.0
    for kind, text in sequence:
        width = _WIDTH[kind]
        if kind == TEXT and len(sequence) == 3:  # a single text has the room of two
            width = 2 * _WIDTH[TEXT] + _WIDTH[DELIMITER] + 0.2
        filled = kind == EXTRACT
        ax.add_patch(
            Rectangle((x, y - 0.36), width, 0.72, facecolor=_FACE[kind], edgecolor=_EDGE[kind], lw=1.4)
        )
        lines = textwrap.wrap(text or kind, 32 if width < 5 else 80)
        shown = "\n".join(lines[:2]) + (" …" if len(lines) > 2 else "")
        ax.text(x + width / 2, y, shown, ha="center", va="center", fontsize=9.2 if text else 11,
                color="white" if filled else "black")  # fmt: skip
        x += width + 0.1
    return x


def causal(pieces: Sequence[str], weights: torch.Tensor) -> Described:
    """Draw attention weights (T, T), averaged over heads: row t looks at 0 … t, the rest is hidden."""
    fig, ax = plt.subplots(figsize=(6.2, 5.4))
    n = len(pieces)
    shown = np.ma.masked_array(weights.numpy(), np.triu(np.ones((n, n), dtype=bool), 1))
    ax.imshow(shown, cmap="Blues", vmin=0, vmax=1)
    for row in range(n):
        for column in range(n):
            if column > row:
                ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="#EEEEEE", hatch="///",
                                       edgecolor="#BBBBBB", lw=0))  # fmt: skip
            elif weights[row, column] >= 0.1:
                dark = weights[row, column] > 0.5
                ax.text(column, row, f"{weights[row, column]:.0%}", ha="center", va="center", fontsize=9,
                        color="white" if dark else "black")  # fmt: skip
    ax.set_xticks(range(n), pieces, rotation=45, ha="right")
    ax.set_yticks(range(n), pieces)
    ax.set(xlabel="looked at", ylabel="who looks")
    ax.grid(visible=False)
    return Described(
        fig,
        f"Attention of {n} pieces, rows look at columns. All above the diagonal is hatched: hidden. The last "
        f"row looks at all {n}, the first at itself alone.",
    )


def layers(records: Records, names: Mapping[int, str], counts: Records | None = None) -> Described:
    """Draw accuracy over what is taken over, a line per task, and counts: the paper's figure 2, left."""
    fig, ax = plt.subplots(figsize=(9, 4.6))
    told = []
    for (task, rows), style in zip(
        records.by("task").items(), cycle(len(records.values("task"))), strict=True
    ):
        places = sorted(rows.values("layers"))
        found = [mean_and_spread(np.array(rows.where(layers=k).scores)) for k in places]
        mean, spread = (np.array(part) for part in zip(*found, strict=True))
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        labels = rows.values("labels")[0]
        ax.errorbar(places, mean, spread, label=f"{task}, {labels} labels", markevery=1, capsize=4, **line)
        told.append(
            f"{task}: "
            + ", ".join(f"{' '.join(names[k].split())} {m:.0%}" for k, m in zip(places, mean, strict=True))
        )
    for row in [] if counts is None else [counts]:
        ax.axhline(
            row.mean, color=COLOURS["grey"], linestyle=":", lw=2, marker="", label="TF-IDF of the same texts"
        )
        told.append(f"TF-IDF {row.mean:.0%}")
    measured = sorted(records.values("layers"))
    ax.set_xticks(measured, [names[k] for k in measured])
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.set(xlabel="taken over from pretraining; the rest is random", ylabel="accuracy")
    ax.legend(title="mean ± standard deviation, 3 seeds", loc="lower right")
    return Described(fig, f"Accuracy by what is taken over. {'; '.join(told)}.")


def zero_shot(records: Records, chance: Mapping[str, float], ends: Sequence[str]) -> Described:
    """Draw zero-shot scores along a pretraining, a panel per task: the paper's figure 2, right.

    Args:
        records: task, model, tokens, seed, score; what is not one of `ends` is the line.
        ends: models that have read more, each with its name, at the right.
    """
    tasks = [task for task in chance if task in records.values("task")]
    fig, axes = plt.subplots(1, len(tasks), figsize=(3.5 * len(tasks), 4.8))
    told = []
    for ax, task in zip(np.atleast_1d(axes), tasks, strict=True):
        rows = records.where(task=task)
        line = Records(row for row in rows if row["model"] not in ends)
        places = sorted(line.values("tokens"))
        found = [mean_and_spread(np.array(line.where(tokens=k).scores)) for k in places]
        mean, spread = (np.array(part) for part in zip(*found, strict=True))
        x = np.arange(len(places))
        ax.plot(x, mean, color=COLOURS["blue"], marker="o", linestyle="-", label="small GPT, 3 seeds")
        ax.fill_between(x, mean - spread, mean + spread, color=COLOURS["blue"], alpha=0.2, lw=0)
        ax.axhline(chance[task], color=COLOURS["grey"], linestyle=":", lw=2, marker="", label="chance")
        styles = (("vermillion", "D"), ("orange", "s"), ("black", "*"), ("purple", "P"))
        ticks = [_short(k) for k in places]
        there = [name for name in ends if name in rows.values("model")]
        ax.axvline(len(places) - 0.5, color=COLOURS["grey"], lw=1, marker="", ls="-")  # no time from here on
        for i, (name, (colour, marker)) in enumerate(zip(ends, styles, strict=False)):
            if name not in there:
                ticks.append("not asked")  # its place stays, so that the panels align
                continue
            score = rows.where(model=name).mean
            ax.plot(
                [len(places) + i], [score], color=COLOURS[colour], marker=marker, ms=10, ls="", label=name
            )
            ticks.append(name)
        ax.set_xticks(range(len(ticks)), ticks, rotation=90)
        ax.set_xlim(-0.5, len(ticks) - 0.5)
        ax.set_title(task)
        ax.set(xlabel="pieces read, and who read more")
        ax.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))  # no tick at 27.5%
        spec = ".2f" if task == "acceptability" else ".0%"
        ax.yaxis.set_major_formatter(lambda value, _, spec=spec: f"{value:{spec}}")
        last = ", ".join(f"{name} {rows.where(model=name).mean:{spec}}" for name in there)
        told.append(
            f"{task}, chance {chance[task]:{spec}}: from {mean[0]:{spec}} to {mean[-1]:{spec}}; {last}"
        )
    np.atleast_1d(axes)[0].set_ylabel("accuracy (acceptability: correlation)")
    handles, labels = np.atleast_1d(axes)[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return Described(fig, f"Zero-shot scores by pieces read. {'; '.join(told)}.")


def _short(tokens: int) -> str:
    for unit, size in (("T", 10**12), ("M", 10**6), ("k", 10**3)):
        if tokens >= size:
            return f"{tokens / size:.0f} {unit}"
    return str(tokens)


def repetition(curves: Mapping[str, np.ndarray]) -> Described:
    """Draw how likely a sentence's pieces are the k-th time: name → (phrases, times), their mean."""
    fig, ax = plt.subplots(figsize=(8, 4.2))
    told = []
    for (name, rows), style in zip(curves.items(), cycle(len(curves)), strict=True):
        mean = rows.mean(axis=0)
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.plot(range(1, len(mean) + 1), mean, label=name, markevery=1, **line)
        told.append(f"{name}: {mean[0]:.2f} the first time, {mean[-1]:.2f} the last")
    ax.set(xlabel="sentence number", ylabel="mean probability of its pieces")
    ax.set_ylim(bottom=0)
    ax.legend()
    return Described(fig, f"Mean probability of the pieces of sentences in a row. {'; '.join(told)}.")
