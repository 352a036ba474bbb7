"""The figures of lesson The geometry of BERT that show points: trees in space, and uses of a word."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.data.senseval import Senses
from tlcourse.probe import pythagorean
from tlcourse.probe.tree_metrics import spanning_tree, tree_distances
from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described

_HALO = [withStroke(linewidth=3, foreground="white")]
# A tree of four nodes, and its edges: who hangs on whom.
_NODES = ("root", "a", "b", "c")
_HEADS = np.array([ROOT, 0, 1, 0])


def tree_in_a_cube() -> Described:
    """Draw a small tree, and the same tree along the edges of a cube."""
    fig = plt.figure(figsize=(10, 4.4))
    flat = fig.add_subplot(1, 2, 1)
    at = {0: (1, 2), 1: (0, 1), 3: (2, 1), 2: (0, 0)}
    for node, head in enumerate(_HEADS):
        if head != ROOT:
            flat.plot(
                *zip(at[node], at[int(head)], strict=True), color=COLOURS["blue"], lw=2.5, linestyle="-"
            )
    for node, name in enumerate(_NODES):
        flat.text(*at[node], name, ha="center", va="center", fontsize=14,
                  bbox={"boxstyle": "round", "fc": "white", "ec": COLOURS["blue"]})  # fmt: skip
    flat.set(xlim=(-0.7, 2.7), ylim=(-0.4, 2.4), title="a tree")
    flat.axis("off")
    solid = fig.add_subplot(1, 2, 2, projection="3d")
    points = pythagorean.embed(_HEADS)
    corners = np.array(list(np.ndindex(2, 2, 2)))
    for i, one in enumerate(corners):
        for other in corners[i + 1 :]:
            if np.abs(one - other).sum() == 1:
                solid.plot(*zip(one, other, strict=True), color=COLOURS["light"], lw=1, linestyle="-")
    for node, head in enumerate(_HEADS):
        if head != ROOT:
            ends = zip(points[node], points[int(head)], strict=True)
            solid.plot(*ends, color=COLOURS["blue"], lw=3.5, linestyle="-")
    for point, name in zip(points, _NODES, strict=True):
        solid.scatter(*point, color=COLOURS["vermillion"], s=45)
        solid.text(*(point + 0.06), name, fontsize=14, path_effects=_HALO)
    solid.set_axis_off()
    solid.view_init(elev=18, azim=-62)
    solid.set_title("each edge a direction of its own")
    return Described(
        fig,
        "Left, a tree: a and c hang on the root, b on a. Right, the same tree along the edges of a cube: the "
        "root in a corner, a and c one edge from it in two directions, b one edge from a in the third.",
    )


def in_space(tree: DependencyTree, spaces: Mapping[str, np.ndarray], width: int, seed: int) -> Described:
    """Draw a sentence's words where some spaces have them, with the tree's edges; a panel for each space.

    The first is the exact layout, to which the others are turned; the second has random edges. An edge is
    thick where the shortest tree over the words has it too, which is how a tree is read off distances; dotted
    where it has not.

    Args:
        spaces: title → points (T, D); drawn are the first two principal components.
        width: of the random edges, which `seed` draws.
    """
    like = "the tree, exactly"
    panels = {
        like: pythagorean.embed(tree.heads),
        f"random edges, {width} numbers": pythagorean.random_branches(tree.heads, width, seed),
        **spaces,
    }
    # Words alone: a full stop has no place in a tree of meaning, and covers others.
    kept = np.flatnonzero(~tree.is_punctuation)
    first = pythagorean.flattened(panels[like][kept])
    fig, axes = plt.subplots(
        1 + (len(panels) - 1) // 2, 2, figsize=(12, 5.4 * (1 + (len(panels) - 1) // 2)), squeeze=False
    )
    told, labels_of = [], []
    path = tree_distances(tree.heads)[np.ix_(kept, kept)]
    for ax, (title, points) in zip(axes.flat, panels.items(), strict=False):
        flat = first if title == like else pythagorean.flattened(points[kept], first)
        place = {int(word): flat[n] for n, word in enumerate(kept)}
        shortest = spanning_tree(pythagorean.squared_distances(points), ~tree.is_punctuation)
        near = 0
        for word, head in enumerate(tree.heads):
            if int(word) in place and int(head) in place:
                close = (min(word, int(head)), max(word, int(head))) in shortest
                near += close
                ax.plot(*zip(place[word], place[int(head)], strict=True), marker="",
                        color=COLOURS["blue"] if close else COLOURS["orange"],
                        lw=2.4 if close else 1.6, linestyle="-" if close else ":")  # fmt: skip
        labels = [
            ax.text(*point, tree.words[word], ha="center", va="center", fontsize=11, path_effects=_HALO,
                    zorder=4, weight="bold" if tree.heads[word] == ROOT else "normal")
            for word, point in place.items()
        ]  # fmt: skip
        ax.plot(*np.array([*place.values()]).T, "o", ms=3, color=COLOURS["grey"], zorder=3)
        low, high = flat.min(axis=0), flat.max(axis=0)
        margin = 0.12 * (high - low).max()
        ax.set(
            title=title, xlim=(low[0] - margin, high[0] + margin), ylim=(low[1] - margin, high[1] + margin)
        )
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
        labels_of.append((ax, labels))
        squares = pythagorean.squared_distances(points[kept])
        upper = np.triu_indices(len(kept), 1)
        match = np.corrcoef(squares[upper], path[upper])[0, 1]
        told.append(
            f"{title}: {near} of {len(kept) - 1} edges are in the shortest tree, squared distances and path "
            f"lengths correlate at {match:.2f}"
        )
    for ax in list(axes.flat)[len(panels) :]:
        ax.axis("off")
    fig.canvas.draw()  # the layout is final now
    for ax, labels in labels_of:
        _part(ax, labels)
    return Described(fig, f"The tree of “{' '.join(tree.words)}” in {len(panels)} spaces. {'; '.join(told)}.")


def _part(ax: Axes, labels: Sequence[Text], rounds: int = 80) -> None:
    """Move labels up and down, in place, until none covers another, or for so many rounds."""
    boxes = np.array([label.get_window_extent().extents for label in labels])  # x0, y0, x1, y1 in pixels
    moved = np.zeros(len(labels))
    for _ in range(rounds):
        still = True
        for i, j in zip(*np.triu_indices(len(labels), 1), strict=True):
            (a0, b0, a1, b1), (c0, d0, c1, d1) = boxes[i], boxes[j]
            down, up = (i, j) if b0 + b1 <= d0 + d1 else (j, i)
            over = boxes[down, 3] - boxes[up, 1]
            if min(a1, c1) > max(a0, c0) and over > 0:
                for one, step in ((down, -over / 2 - 0.5), (up, over / 2 + 0.5)):
                    boxes[one, [1, 3]] += step
                    moved[one] += step
                still = False
        if still:
            break
    for label, step in zip(labels, moved, strict=True):
        x, y = ax.transData.transform(label.get_position())
        label.set_position(ax.transData.inverted().transform((x, y + step)))


def to_look_at(trees: Sequence[DependencyTree], shortest: int = 9, longest: int = 15) -> int:
    """Which of some trees to draw: of those of a length to be read, the deepest, which is least like a line.

    Where none has such a length, the shortest.
    """
    fit = [i for i, tree in enumerate(trees) if shortest <= len(tree.words) <= longest]
    if not fit:
        return min(range(len(trees)), key=lambda i: len(trees[i].words))
    return max(fit, key=lambda i: tree_distances(trees[i].heads).max())


def flat_uses(states: np.ndarray) -> np.ndarray:
    """(N, H) → (N, 2): the first two principal components of the states, each brought to length 1 before."""
    rows = np.asarray(states, dtype=np.float64)
    return pythagorean.flattened(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def uses_by_layer(states: np.ndarray, senses: Senses, layers: Sequence[int]) -> Described:
    """Draw the uses of a word in some layers of (N, L, H), a mark for each sense."""
    fig, axes = plt.subplots(1, len(layers), figsize=(4.1 * len(layers), 4.6), squeeze=False)
    for ax, layer in zip(axes[0], layers, strict=True):
        flat = flat_uses(states[:, layer])
        for number, (name, style) in enumerate(zip(senses.names, cycle(len(senses.names)), strict=True)):
            ax.scatter(*flat[senses.sense == number].T, s=42, color=style["color"], marker=style["marker"],
                       label=name, alpha=0.8)  # fmt: skip
        ax.set(title=f"layer {layer}" if layer else "the embeddings", xticks=[], yticks=[])
        ax.grid(False)
    handles, labels = axes[0][0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside lower center", ncols=3)
    counts = np.bincount(senses.sense, minlength=len(senses.names))
    told = ", ".join(f"{name} {n}" for name, n in zip(senses.names, counts, strict=True))
    return Described(
        fig,
        f"{len(senses.words)} uses of “{senses.word}” in layers {', '.join(map(str, layers))}, as points in "
        f"the plane, with a mark for each sense: {told}.",
    )
