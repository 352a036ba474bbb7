"""Trees as pictures: one beside its distances, two over and under the same words."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Arc

from tlcourse.data.dependency_trees import ROOT, DependencyTree
from tlcourse.probe.tree_metrics import Edge, tree_depths, tree_distances
from tlcourse.show.figure_style import COLOURS
from tlcourse.show.figures import Described

# “that” hangs on “chased”, and “chased”, which says which dog it is, on “dog”.
_WORDS = ["The", "dog", "that", "chased", "the", "cat", "barked"]
EXAMPLE = DependencyTree(
    _WORDS, [], np.array([1, 6, 3, 1, 5, 3, ROOT]), [], np.zeros(len(_WORDS), dtype=bool)
)


def tree_and_distances(tree: DependencyTree = EXAMPLE) -> Described:
    """Draw a tree by the depths of its words, and beside it how many edges lie between each two."""
    depths, distances = tree_depths(tree.heads), tree_distances(tree.heads)
    n = len(tree.words)
    fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), width_ratios=(1.25, 1))
    for word, head in enumerate(tree.heads.tolist()):
        if head != ROOT:
            left.plot(
                [head, word], [depths[head], depths[word]], color=COLOURS["grey"], lw=2, ls="-", marker=""
            )
    for word, text in enumerate(tree.words):
        left.text(word, depths[word], text, ha="center", va="center", fontsize=13,
                  bbox={"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "black"})  # fmt: skip
    left.set(xlim=(-0.6, n - 0.4), ylim=(depths.max() + 0.5, -0.5), ylabel="depth: edges up to the root",
             title="A sentence's tree")  # fmt: skip
    left.set_xticks(range(n), [str(i + 1) for i in range(n)])
    left.set_yticks(range(depths.max() + 1))
    left.set_xlabel("place in the sentence")
    left.grid(axis="x", visible=False)
    right.imshow(distances, cmap="Blues", vmin=0, vmax=1.6 * distances.max())
    for i in range(n):
        for j in range(n):
            right.text(j, i, str(distances[i, j]), ha="center", va="center", fontsize=13,
                       weight="bold" if distances[i, j] == 1 else "normal")  # fmt: skip
    right.set_xticks(range(n), tree.words, rotation=50)
    right.set_yticks(range(n), tree.words)
    right.grid(visible=False)
    right.set_title("Edges between two words")
    far = max((abs(word - head), word, head) for word, head in enumerate(tree.heads.tolist()) if head != ROOT)
    return Described(
        fig,
        f"Left, the tree of “{' '.join(tree.words)}”, the root on top. Right, a table of how many edges lie "
        f"between each two words; the ones, bold, are the tree's edges. “{tree.words[far[1]]}” and "
        f"“{tree.words[far[2]]}” stand {far[0]} words apart and are one edge apart.",
    )


def _arcs(ax: plt.Axes, edges: set[Edge], shared: set[Edge], side: int, colour: str) -> int:
    """Arcs over (side 1) or under (−1) the words, thick if both trees have them. The widest one's width."""
    for i, j in edges:
        both = (i, j) in shared
        ax.add_patch(
            Arc(((i + j) / 2, 0.9 * side), j - i, 1.6 * (j - i) ** 0.75, theta1=0 if side > 0 else 180,
                theta2=180 if side > 0 else 360, color=colour, lw=2.6 if both else 1.5,
                linestyle="-" if both else (0, (4, 2)))
        )  # fmt: skip
    return max((j - i for i, j in edges), default=1)


def two_trees(words: Sequence[str], found: set[Edge], parser: set[Edge] | None, title: str) -> Figure:
    """Draw what a probe found under the words, and over them the parser's tree, if there is one."""
    shared = found if parser is None else found & parser
    fig, ax = plt.subplots(figsize=(max(7.0, 0.62 * len(words) + 1.5), 4.6 if parser is not None else 3.0))
    deep = _arcs(ax, found, shared, -1, COLOURS["vermillion"])
    high = 0
    if parser is not None:
        high = _arcs(ax, parser, shared, 1, COLOURS["blue"])
    for i, word in enumerate(words):
        ax.text(i, 0, word, ha="center", va="center", fontsize=12, rotation=28)
    top, bottom = 0.9 + 0.85 * high**0.75, 0.9 + 0.85 * deep**0.75
    ax.set(xlim=(-1, len(words)), ylim=(-bottom, top if parser is not None else 0.9))
    ax.axis("off")
    ax.set_title(title, fontsize=12)
    if parser is not None:
        ax.text(-0.9, top, "parser", color=COLOURS["blue"], weight="bold", va="top")
    ax.text(-0.9, -bottom, "probe", color=COLOURS["vermillion"], weight="bold", va="bottom")
    return fig
