"""The drawings of lesson 01: Ng's sketch of what drives commercial success, Ruder's taxonomy of transfer."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.text import Text

from tlcourse.show.figure_style import COLOURS, cycle
from tlcourse.show.figures import Described

# (name, height at 2016, height at the right edge, steepness), by eye: the original has no numbers either.
_DRIVERS = (
    ("supervised learning", 0.62, 0.95, 1.1),
    ("transfer learning", 0.22, 0.78, 1.9),
    ("unsupervised learning", 0.13, 0.42, 1.7),
    ("reinforcement learning", 0.07, 0.22, 1.5),
)


def ng_drivers() -> Described:
    """Draw Ng's sketch of the drivers of commercial success (NIPS 2016 tutorial), redrawn as a sketch."""
    with plt.rc_context({"path.sketch": (1.2, 120, 3)}):  # a wobbling line says: drawn by hand
        fig, ax = plt.subplots(figsize=(8.5, 4.6))
        time = np.linspace(0, 2, 200)  # 1 is the year 2016
        for (name, now, end, power), look in zip(_DRIVERS, cycle(len(_DRIVERS)), strict=True):
            later = now + (end - now) * np.maximum(time - 1, 0) ** 1.15
            height = np.where(time < 1, now * time**power, later)
            ax.plot(time, height, color=look["color"], linestyle=look["linestyle"], linewidth=3, marker="")
            ax.text(2.03, height[-1], name, va="center")
        ax.axvline(1, color=COLOURS["grey"], linewidth=1.2, linestyle="--", marker="")
        ax.text(1.02, 0.97, "2016: the talk.\nFrom here on: a forecast", va="top", color=COLOURS["grey"])
        ax.set(xlabel="time →", ylabel="commercial success →", xlim=(0, 2), ylim=(0, 1.02))
        ax.set(xticks=[], yticks=[], title="A sketch, not a measurement")
    return Described(
        fig,
        alt="A hand-drawn sketch without numbers, after Andrew Ng's tutorial at NIPS 2016: success over "
        "time. Supervised learning is highest. Transfer learning is second and, right of a line at 2016, "
        "climbs most steeply. Unsupervised learning and reinforcement learning lie below.",
    )


_BOX = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": "black", "linewidth": 1.2}
_HERE = {**_BOX, "facecolor": "#DCEBF5", "linewidth": 2.8}

# name -> (x, y, text, box)
_NODES = {
    "root": (0.02, 0.5, "transfer\nlearning", _BOX),
    "transductive": (
        0.2,
        0.78,
        "transductive\nthe task stays, the domain changes;\nlabels in the source only",
        _BOX,
    ),
    "inductive": (0.2, 0.24, "inductive\nthe task changes;\nlabels in the target", _BOX),
    "adaptation": (0.62, 0.91, "domain adaptation\nhere: train on movies, test on tweets", _HERE),
    "lingual": (0.62, 0.66, "cross-lingual learning\nthe domain is another language", _BOX),
    "multi": (0.62, 0.39, "multi-task learning\nthe tasks are learned together", _BOX),
    "sequential": (
        0.62,
        0.11,
        "sequential transfer learning\nhere: MiniLM's training, then ratings;\nlater: most of this course",
        _HERE,
    ),
}
_EDGES = (
    ("root", "transductive"),
    ("root", "inductive"),
    ("transductive", "adaptation"),
    ("transductive", "lingual"),
    ("inductive", "multi"),
    ("inductive", "sequential"),
)


def transfer_taxonomy() -> Described:
    """Draw Ruder's taxonomy of transfer learning for NLP (2019, section 3.1.3), and where this lesson is."""
    fig, ax = plt.subplots(figsize=(11.5, 4.8))
    ax.set_axis_off()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    boxes = {
        name: ax.text(x, y, text, va="center", fontsize=12.5, bbox=box, linespacing=1.35)
        for name, (x, y, text, box) in _NODES.items()
    }
    fig.canvas.draw()  # now the boxes have sizes
    to_data = ax.transData.inverted()

    def corners(text: Text) -> np.ndarray:  # ((left, bottom), (right, top)) of its box
        return to_data.transform(text.get_bbox_patch().get_window_extent())

    for above, below in _EDGES:
        (_, bottom), (right, top) = corners(boxes[above])
        (left, floor), (_, ceiling) = corners(boxes[below])
        ax.annotate(
            "",
            xy=(left, (floor + ceiling) / 2),
            xytext=(right, (bottom + top) / 2),
            zorder=2,  # below the boxes, where it begins
            arrowprops={"arrowstyle": "-|>", "color": COLOURS["grey"], "linewidth": 1.6},
        )
    return Described(
        fig,
        alt="A tree, after Ruder 2019. Transfer learning is transductive (the task stays, the domain "
        "changes, labels in the source only) or inductive (the task changes, labels in the target). "
        "Transductive are domain adaptation, such as training on movies and testing on tweets, and "
        "cross-lingual learning. Inductive are multi-task learning, the tasks learned together, and "
        "sequential transfer learning: MiniLM's training, then ratings. This lesson does domain adaptation "
        "and sequential transfer.",
    )
