"""Figures of the vision lesson that show results: photographs, cells, depths, features in 2-D, heat maps."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import MultipleLocator

from tlcourse.data.solar_cells import SolarCells
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described
from tlcourse.show.records import Records
from tlcourse.show.spread import mean_and_spread

CLEAR = 0.25  # of the strongest change in the figure: from here on a contour is drawn


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


def _grey(images: np.ndarray, titles: Sequence[str], columns: int, alt: str) -> Described:
    """Draw grey images in rows of `columns`, each with a title."""
    rows = -(-len(images) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(2.3 * columns, 2.65 * rows), squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        ax.set_title(title, fontsize=12, fontweight="normal")
    return Described(fig, alt=alt)


def depth_curves(probed: Records, baseline: float) -> Described:
    """Draw a linear probe's accuracy by depth, a panel for each number of labels.

    Args:
        probed: depth, from the bottom up, labels, seed.
        baseline: accuracy of always answering the commoner class.
    """
    depths, sizes = probed.values("depth"), probed.values("labels")
    columns = 2 if len(sizes) == 4 else len(sizes)
    fig, axes = plt.subplots(
        -(-len(sizes) // columns),
        columns,
        figsize=(11, 3.4 * -(-len(sizes) // columns)),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    places = np.arange(len(depths))
    curves = {
        n: mean_and_spread(np.array([probed.where(labels=n, depth=d).scores for d in depths]).T)
        for n in sizes
    }
    told = []
    for ax, (labels, (mean, spread)) in zip(axes.flat, curves.items(), strict=True):
        for other, (values, _) in curves.items():
            if other != labels:
                ax.plot(places, values, color=COLOURS["light"], lw=1.5, ls="-", marker="", zorder=1)
        ax.errorbar(places, mean, yerr=spread, color=COLOURS["blue"], fmt="o-", capsize=4, zorder=3)
        best = int(mean.argmax())
        ax.plot(best, mean[best], "o", ms=18, mfc="none", mec=COLOURS["vermillion"], mew=2.5, zorder=4)
        ax.axhline(baseline, color=COLOURS["grey"], linestyle=":")
        ax.set(
            title=f"{labels:,} labels", xticks=places, xticklabels=[d.removeprefix("stage") for d in depths]
        )
        ax.tick_params(axis="x", labelsize=10)
        ax.margins(x=0.08)
        told.append(
            f"with {labels:,} labels {mean[0]:.0%} at the bottom, best {mean[best]:.0%} at {depths[best]}"
        )
    axes[0, -1].text(places[-1], baseline, "always “fine”", ha="right", va="bottom")
    for ax in axes[:, 0]:
        ax.set_ylabel("accuracy on unseen cells")
    for ax in axes[-1]:
        ax.set_xlabel("depth (numbers are stages)")
    axes[0, 0].yaxis.set_major_locator(MultipleLocator(0.05))
    axes[0, 0].yaxis.set_major_formatter("{x:.0%}")
    return Described(
        fig,
        alt="Accuracy of a linear probe by depth of the network, a panel for each number of labels, the best "
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
        _name_the_clouds(ax, xy, kind)
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, markerscale=2)
    return Described(
        fig,
        alt=f"Features of the solar cells in two dimensions at {', '.join(points)}. Each point is a cell: a "
        "triangle if of one crystal, a circle if of many, hollow and red where defective.",
    )


def _name_the_clouds(ax: Axes, xy: np.ndarray, kind: np.ndarray) -> None:
    """Write each kind of cell into the middle of its points, where the two have parted."""
    middles = {name: np.median(xy[kind == name], axis=0) for name in ("mono", "poly")}
    apart = np.linalg.norm(middles["mono"] - middles["poly"])
    if apart > 0.8 * xy.std(axis=0).mean():  # closer, the words would say that there are two clouds
        for name, (x, y) in middles.items():
            ax.text(x, y, name, ha="center", va="center", weight="bold", bbox={"fc": "white", "alpha": 0.8})


def looked_at(
    images: np.ndarray, evidence: Mapping[str, np.ndarray], said: Mapping[str, Sequence[float]]
) -> Described:
    """Draw images, and below each where covering it changes the answer, a row for each network.

    Where nothing changes the image shows through; the stronger the change, the stronger the colour.

    Args:
        images: uint8 (N, h, w).
        evidence: network → (N, height, width), of any size: how far the probability of a defect falls when
            the place is covered.
        said: network → its probability of a defect for each image.
    """
    fig, axes = plt.subplots(
        1 + len(evidence),
        len(images),
        figsize=(2.7 * len(images) + 0.9, 2.9 * (1 + len(evidence))),
        squeeze=False,
        layout="constrained",
    )
    limit = max(np.abs(maps).max() for maps in evidence.values()) or 1.0
    colours = ScalarMappable(Normalize(-100 * limit, 100 * limit), "PuOr_r")
    for column, image in enumerate(images):
        for ax in axes[:, column]:
            ax.imshow(image, cmap="gray", vmin=0, vmax=255)
        for row, (network, maps) in enumerate(evidence.items(), start=1):
            ax, change = axes[row, column], maps[column]
            place = {
                "extent": (-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5)
            }  # maps may be coarser
            heat = colours.to_rgba(100 * change)
            heat[..., 3] = 0.85 * np.sqrt(np.abs(change) / limit)
            ax.imshow(heat, **place)
            # In black and white the map's two ends look alike: a contour marks what speaks for a defect.
            if change.max() > CLEAR * limit:
                ax.contour(
                    change, levels=[CLEAR * limit], colors="black", origin="upper", linewidths=2, **place
                )
            ax.set_title(f"defect: {said[network][column]:.0%}", fontsize=12, fontweight="normal")
    for ax in axes.flat:
        ax.set(xticks=[], yticks=[])
        ax.grid(visible=False)
    for row, name in enumerate(["the cell", *evidence]):
        axes[row, 0].set_ylabel(name, fontsize=14)
    fig.colorbar(
        colours, ax=axes[1:, :], label="covered, the probability of a defect falls by … points", shrink=0.8
    )
    answers = ", ".join(f"{a:.0%} and {b:.0%}" for a, b in zip(*said.values(), strict=True))
    return Described(
        fig,
        alt=f"{len(images)} cells; below each, where covering it changes the answer of the "
        f"{' and of the '.join(evidence)} network, whose probabilities of a defect are {answers}.",
    )


def quadrants(results: Records, advice: Mapping[tuple[int, str], str]) -> Described:
    """Draw the four quadrants of few or many labels, similar or different source, each with its ways.

    Args:
        results: labels, source, way, seed.
        advice: (labels, source) → the way that is advised there.
    """
    sizes = sorted(results.values("labels"))
    sources = sorted(results.values("source"), reverse=True)  # the similar one on the left, as in the rule
    fig, axes = plt.subplots(
        len(sizes), len(sources), figsize=(11, 5.6), sharex=True, squeeze=False, layout="constrained"
    )
    told = []
    for (n, source), here in results.by("labels", "source").items():
        ax = axes[sizes.index(n), sources.index(source)]
        ways, advised = here.by("way"), advice[n, source]
        means, spread = zip(*((rows.mean, rows.spread) for rows in ways.values()), strict=True)
        for place, (name, mean, error) in enumerate(zip(ways, means, spread, strict=True)):
            mark = {"marker": "*", "ms": 18, "color": COLOURS["vermillion"]} if name == advised else {}
            style = {"marker": "o", "ms": 10, "color": COLOURS["blue"]} | mark
            ax.errorbar(mean, place, xerr=error, ls="none", capsize=5, **style)
            ax.text(mean, place - 0.22, f"{mean:.1%}", ha="center")
        ax.set(yticks=range(len(ways)), yticklabels=[*ways], ylim=(-0.6, len(ways) - 0.7))
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.set_title(f"{n} labels, {source}", fontsize=13)
        told.append(f"{n} labels, {source}: " + ", ".join(f"{w} {r.mean:.1%}" for w, r in ways.items()))
    scores = np.array([row["score"] for row in results])
    for ax in axes.flat:
        ax.set_xlim(scores.min() - 0.02, scores.max() + 0.02)
        ax.xaxis.set_major_locator(MultipleLocator(0.02 if np.ptp(scores) < 0.12 else 0.05))
        ax.xaxis.set_major_formatter("{x:.0%}")
    for ax in axes[-1]:
        ax.set_xlabel("accuracy on unseen mono cells")
    return Described(
        fig,
        alt=f"Accuracy of each way in 4 quadrants; a star marks CS231n's advice. {'. '.join(told)}.",
    )


def examples(cells: SolarCells, rng: np.random.Generator) -> Described:
    """Draw one cell of each kind and each label."""
    words = ("fine", "fine?", "defective?", "defective")
    shown = [
        (
            rng.choice(np.flatnonzero((cells.kind == kind) & np.isclose(cells.probability, p))),
            f"{kind}: {word}",
        )
        for kind in ("mono", "poly")
        for p, word in zip((0, 1 / 3, 2 / 3, 1), words, strict=True)
    ]
    index, titles = zip(*shown, strict=True)
    about = "Eight solar cells, four of one crystal and four of many, from surely fine to surely defective."
    return _grey(cells.images[list(index)], titles, 4, about)


def neighbours(cells: SolarCells, panel: int = 5, first: int = 25, n: int = 5) -> Described:
    """Draw n neighbours of one panel."""
    index = np.flatnonzero(cells.module == panel)[first : first + n]
    about = (
        "Neighbouring cells of one panel: the same grain runs through them, for they are slices of one block."
    )
    return _grey(cells.images[index], [f"cell {i}" for i in index], n, about)
