"""What the three traps did, and what occlusion shows, in words that are true whatever came out.

Each function returns Markdown.
"""

from collections.abc import Mapping

import numpy as np

from tlcourse.show.differences import difference
from tlcourse.show.records import Records

EDGE = 0.1  # of a picture's side: how broad its rim is


def batch_norms(results: Records) -> str:
    """ImageNet's statistics against the batch's, at each size of the batch.

    Args:
        results: batch, statistics (`"ImageNet's"` or `"the batch's"`), seed.
    """
    parts = []
    for size, rows in results.by("batch").items():
        cost = difference(
            rows.where(statistics="the batch's"),
            rows.where(statistics="ImageNet's"),
            names=("training with the batch's statistics", "training with ImageNet's"),
        )
        parts.append(f"In batches of {size}, {cost.sentence}.")
    return " ".join(parts)


def rates(results: Records, baseline: float) -> str:
    """One rate for all layers against discriminative rates, at each rate of the classifier.

    Args:
        results: rate, layers (`"the same for all"` or another), seed.
    """
    parts = []
    for rate, rows in results.by("rate").items():
        same, other = rows.by("layers").values()
        gain = difference(other, same, names=("a rate for each layer", "one rate for all"))
        gone = " One rate for all is left with always “fine”." if np.allclose(same.scores, baseline) else ""
        parts.append(f"At {rate:g}, {gain.sentence}.{gone}")
    return " ".join(parts)


def normalisations(results: Records) -> str:
    """What each wrong normalisation costs on the cells.

    Args:
        results: way, the right one first, and seed (a draw of labels).
    """
    right, *wrong = results.values("way")
    right = results.where(way=right)
    lost = {way: difference(results.where(way=way), right) for way in wrong}
    told = "\n".join(f"- *{way}*: {change}" for way, change in lost.items())
    worst, luck = max(-change.mean for change in lost.values()), right.spread
    size = (
        f"the largest loss, {100 * worst:.1f} points, is of the size that another draw of labels makes "
        f"(standard deviation {100 * luck:.1f} points)"
        if worst <= 2 * luck
        else f"the largest loss is {100 * worst:.1f} points, where another draw of labels changes "
        f"{100 * luck:.1f} (standard deviation)"
    )
    return f"On the cells, against the right one:\n\n{told}\n\nSo {size}."


def occlusion(evidence: Mapping[str, np.ndarray], said: Mapping[str, np.ndarray]) -> str:
    """How strong the evidence is, how much of it lies on the rim, and where a sure answer has none.

    Args:
        evidence: network → (N, height, width), the fall of the probability of a defect.
        said: network → its probability of a defect for each cell, (N,).
    """
    parts = []
    for name, maps in evidence.items():
        strongest = maps.flat[np.abs(maps).argmax()]
        parts.append(
            f"for the {name} network a {'fall' if strongest >= 0 else 'rise'} of {100 * abs(strongest):.0f} "
            f"points, and {_on_the_rim(maps):.0%} of all its changes lie on the rim"
        )
    rim = (
        f"(The rim is the outer tenth of each side, {1 - (1 - 2 * EDGE) ** 2:.0%} of the picture: more than "
        "that share, and a network looks at the frame more than elsewhere.)"
    )
    text = f"The greatest change that one patch makes is {'; '.join(parts)}. {rim}"
    name = [*evidence][-1]
    silent = [
        i + 1
        for i, (p, m) in enumerate(zip(said[name], evidence[name], strict=True))
        if p > 0.8 and m.max() < 0.1
    ]
    if not silent:
        return text
    cells = " and ".join(str(i) for i in silent)
    return (
        f"{text} On cell {cells} (from the left) nothing lights up, though the {name} network is sure: "
        "where evidence is spread over the whole picture, no single patch matters."
    )


def _on_the_rim(maps: np.ndarray) -> float:
    """The share of the absolute evidence within `EDGE` of a side."""
    rim = np.ones(maps.shape[1:], dtype=bool)
    height, width = (max(1, round(EDGE * size)) for size in rim.shape)
    rim[height:-height, width:-width] = False
    total = np.abs(maps).sum()
    return float(np.abs(maps)[:, rim].sum() / total) if total else 0.0
