"""What a label is worth, read off a learning curve."""

from collections.abc import Callable

import numpy as np

from tlcourse.exercises.machinery import exercise


def _curve_and_target(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    labels = 25 * 2 ** np.arange(int(rng.integers(4, 7)))
    scores = np.sort(rng.uniform(0.5, 0.8, size=len(labels)))
    k = int(rng.integers(0, len(labels) + 1))  # before the first, between two, or out of reach
    ends = np.concatenate([[scores[0] - 0.02], scores, [scores[-1] + 0.02]])
    return labels, scores, float(ends[k] + 0.3 * (ends[k + 1] - ends[k]))


_STRAIGHT_CURVE = np.array([25, 50, 100, 200]), np.array([0.5, 0.6, 0.7, 0.8])


def _in_base(log: Callable, power: Callable) -> Callable:
    def wrong(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
        return float("inf") if target > scores[-1] else float(power(np.interp(target, scores, log(labels))))

    return wrong


def _last_excluded(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float("inf") if target >= scores[-1] else labels_needed(labels, scores, target)


def _line(ys: np.ndarray, scores: np.ndarray, target: float) -> float:
    """Read the straight lines between the points backwards; beyond the ends the outer ones go on."""
    k = int(np.clip(np.searchsorted(scores, target), 1, len(scores) - 1))
    return float(ys[k - 1] + (target - scores[k - 1]) / (scores[k] - scores[k - 1]) * (ys[k] - ys[k - 1]))


_STAYS, _GOES_ON, _INF, _NOTHING = "stays at the edge", "goes on", "infinity", "nothing"


def _whatever_the_edges(scale: Callable, message: str, clipped: str) -> list[tuple[Callable, str]]:
    """Lines over `scale(labels)`, with each way to treat a target below the first score or out of reach.

    Args:
        clipped: the message where a target out of reach gets what stands at the edge.
    """

    def made(low: str, high: str) -> Callable:
        def wrong(labels: np.ndarray, scores: np.ndarray, target: float) -> float | None:
            ys, below = scale(labels), target < scores[0]
            line = _line(ys, scores, target)
            if scores[0] <= target <= scores[-1]:
                return line
            edges = {_STAYS: float(ys[0 if below else -1]), _GOES_ON: line, _INF: float("inf")}
            return ({"the fewest labels": float(labels[0])} | edges).get(low if below else high)

        return wrong

    lows = (_STAYS, "the fewest labels", _GOES_ON, _INF, _NOTHING)
    highs = (_STAYS, _INF, _GOES_ON, _NOTHING)
    return [(made(low, high), clipped if high == _STAYS else message) for high in highs for low in lows]


def _clipped(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float(np.exp(np.interp(target, scores, np.log(labels))))


def _next_measured(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    reached = np.flatnonzero(scores >= target)
    return float(labels[reached[0]]) if len(reached) else float("inf")


def _measured_before(side: str, clipped: bool) -> Callable:
    def wrong(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
        below = max(np.searchsorted(scores, target, side) - 1, 0)
        return float("inf") if target > scores[-1] and not clipped else float(labels[below])

    return wrong


def _nearest_measured(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float("inf") if target > scores[-1] else float(labels[np.argmin(np.abs(scores - target))])


def _line_goes_on(labels: np.ndarray, scores: np.ndarray, target: float, below: bool) -> float:
    """Extrapolates below the first score, and with `below` False above the last, too."""
    if below and target > scores[-1]:
        return float("inf")
    k = int(np.clip(np.searchsorted(scores, target), 1, len(scores) - 1))
    share = (target - scores[k - 1]) / (scores[k] - scores[k - 1])
    log = np.log(labels)
    return float(np.exp(log[k - 1] + share * (log[k] - log[k - 1])))


def _axes_swapped(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    if target > scores[-1]:
        return float("inf")
    return float(np.exp(np.interp(target, np.log(labels), scores)))


@exercise(
    title="The labels that a score costs",
    inputs=_curve_and_target,
    special={
        "the target is the last score itself": (*_STRAIGHT_CURVE, 0.8),
        "the target lies between the last two scores": (*_STRAIGHT_CURVE, 0.76),
        "the target is never reached": (*_STRAIGHT_CURVE, 0.81),
        "even the fewest labels are enough": (*_STRAIGHT_CURVE, 0.4),
    },
    equivalent={"result: absolute": "there are no fewer than 0 labels"},
    hints=(
        "You know scores at given labels and want the labels at a given score: the curve is read backwards.",
        "`np.interp(x, xs, ys)` draws straight lines. The curve is straight over log labels, so let `ys` "
        "be logarithms.",
        "Where target > scores[-1] return `float('inf')`. Else look up the target among the scores, and "
        "let what is read off be `np.log(labels)`; in the end take `np.exp`.",
    ),
    wrong=[
        (
            _clipped,
            "Where the curve never reaches the target, you return the last of `labels`: `np.interp` "
            "stays at the edge. Nobody knows how many it would take; return `float('inf')`.",
        ),
        (
            _next_measured,
            "This is the next of `labels`. Interpolate between it and the one before.",
        ),
        *(
            (
                _measured_before(side, clipped),
                "This is the one of `labels` before, which does not reach the target yet. Interpolate "
                "between it and the next.",
            )
            for side in ("left", "right")
            for clipped in (False, True)
        ),
        (
            _nearest_measured,
            "This is the one of `labels` whose score is nearest. Interpolate between the two around the "
            "target.",
        ),
        (
            lambda labels, scores, target: (
                labels_needed(labels, scores, target) if target >= scores[0] else float("inf")
            ),
            "Where even the fewest labels are enough, you return infinity. Return `labels[0]`; infinity is "
            "for a target above the last score.",
        ),
        (
            lambda labels, scores, target: _line_goes_on(labels, scores, target, below=True),
            "Below the first score you let the line go on. Even `labels[0]` is enough there: return it.",
        ),
        (
            lambda labels, scores, target: _line_goes_on(labels, scores, target, below=False),
            "Outside the measured scores you let the line go on. Below the first, `labels[0]` is enough; "
            "above the last nobody knows, so return infinity.",
        ),
        (
            _last_excluded,
            "Where the target is the last score itself, the curve reaches it, with `labels[-1]`: only "
            "beyond it is infinity.",
        ),
        (
            _in_base(np.log2, np.exp),
            "You take the logarithm to the base 2, and `exp` in the end. The two have to fit: `np.log` and "
            "`np.exp`.",
        ),
        (
            _in_base(np.log10, np.exp),
            "You take the logarithm to the base 10, and `exp` in the end. The two have to fit: `np.log` "
            "and `np.exp`.",
        ),
        (
            _in_base(np.log, np.exp2),
            "You take 2 to a power in the end. What undoes `np.log` is `np.exp`.",
        ),
        (
            _in_base(np.log, lambda x: 10.0**x),
            "You take 10 to a power in the end. What undoes `np.log` is `np.exp`.",
        ),
        (
            lambda labels, scores, target: float(labels[np.argmax(scores >= target)]),
            "This is the next of `labels`: interpolate. And where none reaches the target, "
            "`argmax` of nothing but False is 0.",
        ),
        *_whatever_the_edges(
            np.asarray,
            "You interpolate over the labels themselves. The figure's axis is logarithmic, so the line is "
            "straight over `np.log(labels)`: interpolate there and take `np.exp` in the end.",
            clipped="Two things: the line is straight over the *logarithm* of the labels, and where the "
            "curve never reaches the target the answer is infinity.",
        ),
        *_whatever_the_edges(
            np.log,
            "This is the logarithm of the labels: take `np.exp` in the end.",
            clipped="Two things: this is the logarithm of the labels, so take `np.exp` in the end. And where "
            "the curve never reaches the target the answer is infinity.",
        ),
        (
            _axes_swapped,
            "`np.interp` wants (x, known x, known y). Here x is the score, and what is looked up are the "
            "labels.",
        ),
    ],
)
def labels_needed(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    """Return the labels at which an ascending curve reaches target: labels[0] at least, inf if never."""
    if target > scores[-1]:
        return float("inf")
    return float(np.exp(np.interp(target, scores, np.log(labels))))
