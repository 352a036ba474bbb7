"""Where the labels of points go so that no label covers another (lesson 03)."""

from collections.abc import Sequence

import numpy as np

SHIFTS = sorted(range(-120, 121, 4), key=abs)  # pixels up or down, the smallest first
GAP = 9  # pixels between a point and its label


def beside(
    points: np.ndarray, widths: Sequence[float], height: float, area: float, others: np.ndarray | None = None
) -> list[tuple[float, float]]:
    """Return, for each point, how far its label stands to the side (±GAP) and is shifted along y.

    A label to the right begins GAP from its point, one to the left ends there. Labels are placed in the order
    of y, each where it covers no earlier label, and as few points as can be.

    Args:
        points: (N, 2), pixels.
        widths: of the labels, pixels.
        height: of a label, pixels.
        area: the width in which labels have to stay, pixels.
        others: (M, 2), further points that had better stay visible.
    """
    marks = np.asarray(points, dtype=float) if others is None else np.concatenate([points, others])
    boxes: list[tuple[float, float, float, float]] = []
    found: dict[int, tuple[float, float]] = {}
    for i in np.argsort(points[:, 1], kind="stable"):
        places = [(side, shift) for shift in SHIFTS for side in (GAP, -GAP)]
        costs = [_cost(points[i], widths[i], height, place, boxes, marks, area) for place in places]
        found[int(i)] = places[int(np.argmin(costs))]
        boxes.append(_box(points[i], widths[i], height, found[int(i)]))
    return [found[i] for i in range(len(points))]


def _box(
    point: np.ndarray, width: float, height: float, place: tuple[float, float]
) -> tuple[float, float, float, float]:
    side, shift = place
    left = point[0] + side - (width if side < 0 else 0)
    return left, point[1] + shift - height / 2, left + width, point[1] + shift + height / 2


def _cost(
    point: np.ndarray,
    width: float,
    height: float,
    place: tuple[float, float],
    boxes: Sequence[tuple[float, float, float, float]],
    marks: np.ndarray,
    area: float,
) -> float:
    left, low, right, high = _box(point, width, height, place)
    covers = sum(left < r and right > q and low < h and high > b for q, b, r, h in boxes)
    x, y = marks.T
    hidden = int(((left < x) & (x < right) & (low < y) & (y < high)).sum())
    outside = left < 0 or right > area
    return 1000 * (covers + outside) + 12 * hidden + abs(place[1]) + (2 if place[0] < 0 else 0)
