"""Figures of the vision lesson that show results: photographs, cells, depths, features in 2-D, heat maps."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MultipleLocator

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described
from tlcourse.show.spread import mean_and_spread


def photographs(images: Sequence[np.ndarray], answers: Sequence[Mapping[str, float]]) -> Described:
    """Draw photographs, each with the network's answers, name → probability, the best first."""
    fig, axes = plt.subplots(
        1, 2 * len(images), figsize=(9.5, 2.3), width_ratios=[1.25, 1] * len(images), layout="constrained"
    )
    for image, answer, left, right in zip(images, answers, axes[::2], axes[1::2], strict=True):
        left.imshow(image)
        left.axis("off")
        bars = right.barh(list(answer), list(answer.values()), color=COLOURS["sky"], edgecolor="black")
        right.bar_label(bars, [f"{p:.0%}" for p in answer.values()], padding=3)
        right.set(xlim=(0, 1.25), xticks=[])
        right.invert_yaxis()
        right.grid(visible=False)
    told = "; ".join(", ".join(f"{name} {p:.0%}" for name, p in answer.items()) for answer in answers)
    return Described(
        fig, alt=f"{len(images)} photographs and the network's five most probable classes for each: {told}."
    )


def cells(images: np.ndarray, titles: Sequence[str], columns: int, alt: str) -> Described:
    """Draw grey images in rows of `columns`, each with a title."""
    rows = -(-len(images) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(2.3 * columns, 2.65 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        ax.set_title(title, fontsize=12, fontweight="normal")
    return Described(fig, alt=alt)


def depth_curves(depths: Sequence[str], scores: Mapping[int, np.ndarray], baseline: float) -> Described:
    """Draw a linear probe's accuracy by depth, for each number of labels.

    Args:
        scores: labels → (seeds, depths).
        baseline: accuracy of always answering the commoner class.
    """
    fig, ax = plt.subplots(figsize=(9, 4.8))
    places = np.arange(len(depths))
    told = []
    for (labels, values), style in zip(scores.items(), cycle(len(scores)), strict=True):
        mean, spread = mean_and_spread(values)
        line = {key: style[key] for key in ("color", "marker", "linestyle")}
        ax.errorbar(places, mean, yerr=spread, label=f"{labels:,} labels", **line)
        best = int(mean.argmax())
        ax.plot(best, mean[best], "o", ms=20, mfc="none", mec=style["color"], mew=2.5)
        told.append(
            f"with {labels:,} labels {mean[0]:.0%} at the bottom, best {mean[best]:.0%} at {depths[best]}"
        )
    ax.axhline(baseline, color=COLOURS["grey"], linestyle=":")
    ax.text(len(depths) - 0.6, baseline, "always “fine”", ha="right", va="bottom")
    ax.set(ylabel="accuracy on unseen cells", xticks=places, xticklabels=depths)
    ax.yaxis.set_major_locator(MultipleLocator(0.05))
    ax.yaxis.set_major_formatter("{x:.0%}")
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], names[::-1], loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set_xlabel("← edges          depth          things →")
    return Described(
        fig,
        alt="Accuracy of a linear probe by depth of the network, a line for each number of labels, the best "
        f"depth of each circled: {'; '.join(told)}. Always answering “fine” gives {baseline:.0%}.",
    )


def feature_plane(points: Mapping[str, np.ndarray], label: np.ndarray, kind: np.ndarray) -> Described:
    """Draw features in two dimensions at several depths: colour for defective, marker for the kind of cell.

    Args:
        points: depth → (N, 2).
        label: 1 for defective, (N,).
        kind: `"mono"` or `"poly"`, (N,).
    """
    fig, axes = plt.subplots(1, len(points), figsize=(4.1 * len(points), 4.4))
    for ax, (depth, xy) in zip(axes, points.items(), strict=True):
        for name, marker in (("mono", "^"), ("poly", "o")):
            for value, colour, word in ((0, "sky", "fine"), (1, "vermillion", "defective")):
                chosen = (kind == name) & (label == value)
                ax.scatter(
                    *xy[chosen].T,
                    s=16,
                    marker=marker,
                    facecolor=COLOURS[colour] if value == 0 else "none",
                    edgecolor=COLOURS[colour],
                    alpha=0.55 if value == 0 else 0.9,
                    label=f"{name}, {word}",
                )
        ax.set(title=depth, xticks=[], yticks=[])
        ax.grid(visible=False)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, markerscale=2)
    return Described(
        fig,
        alt=f"Features of the solar cells in two dimensions at {', '.join(points)}. Each point is a cell: a "
        "triangle if of one crystal, a circle if of many, hollow and red where defective.",
    )


def looked_at(
    images: np.ndarray, evidence: Mapping[str, np.ndarray], titles: Mapping[str, Sequence[str]], alt: str
) -> Described:
    """Draw images in a column, and beside each where covering it changes the answer, for several networks.

    Args:
        images: uint8 (N, h, w).
        evidence: network → (N, height, width), of any size: how far the probability of a defect falls when
            the place is covered.
        titles: network → what it says to each image.
    """
    fig, axes = plt.subplots(
        1 + len(evidence), len(images), figsize=(2.6 * len(images), 2.9 * (1 + len(evidence))), squeeze=False
    )
    limit = max(np.abs(maps).max() for maps in evidence.values()) or 1.0
    for column, image in enumerate(images):
        axes[0, column].imshow(image, cmap="gray", vmin=0, vmax=255)
        for row, (network, maps) in enumerate(evidence.items(), start=1):
            ax = axes[row, column]
            ax.imshow(image, cmap="gray", vmin=0, vmax=255, alpha=0.45)
            place = {
                "extent": (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
            }  # maps may be coarser
            ax.imshow(maps[column], cmap="PuOr_r", vmin=-limit, vmax=limit, alpha=0.65, **place)
            # In black and white the map's two ends look alike: a contour marks what speaks for a defect.
            if maps[column].max() > 0.25 * limit:
                ax.contour(
                    maps[column],
                    levels=[0.25 * limit],
                    colors="black",
                    origin="upper",
                    linewidths=1.5,
                    **place,
                )
            ax.set_title(titles[network][column], fontsize=12, fontweight="normal")
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    for row, name in enumerate(["the cell", *evidence]):
        axes[row, 0].set_ylabel(name)
    return Described(fig, alt=alt)


def quadrants(scores: Mapping[tuple[str, str], Mapping[str, Sequence[float]]], advice: Mapping) -> Described:
    """Draw the four quadrants of much or little data, similar or different source, each with its strategies.

    Args:
        scores: (row title, column title) → strategy → accuracies, one per seed; four quadrants.
        advice: the same keys → the strategy that is advised there.
    """
    rows, columns = (list(dict.fromkeys(key[i] for key in scores)) for i in (0, 1))
    fig, axes = plt.subplots(len(rows), len(columns), figsize=(11, 5.6), sharex=True, squeeze=False)
    told = []
    for (row, column), by_strategy in scores.items():
        ax = axes[rows.index(row), columns.index(column)]
        names, runs = list(by_strategy), by_strategy.values()
        means, spread = zip(*(mean_and_spread(scores) for scores in runs), strict=True)
        advised = advice[row, column]
        bars = ax.barh(
            [f"★ {name}" if name == advised else name for name in names],
            means,
            xerr=spread,
            color=[COLOURS["orange"] if name == advised else COLOURS["light"] for name in names],
            edgecolor="black",
            capsize=4,
        )
        ax.bar_label(bars, [f"{m:.1%}" for m in means], padding=6)
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.set_title(f"{row}, {column}", fontsize=13)
        told.append(
            f"{row}, {column}: " + ", ".join(f"{n} {m:.1%}" for n, m in zip(names, means, strict=True))
        )
    all_scores = np.concatenate([v for by in scores.values() for v in by.values()])
    for ax in axes.flat:
        ax.set_xlim(max(0, all_scores.min() - 0.05), min(1, all_scores.max() + 0.06))
        ax.xaxis.set_major_formatter("{x:.0%}")
    return Described(
        fig,
        alt=f"Accuracy of each strategy in 4 quadrants; a star marks CS231n's advice. {'. '.join(told)}.",
    )
