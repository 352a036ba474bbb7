"""What a label is worth, read off a learning curve."""

from collections.abc import Callable

import numpy as np

from tlcourse.exercises.machinery import exercise


def _curve_and_target(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    labels = 25 * 2 ** np.arange(int(rng.integers(4, 7)))
    scores = np.sort(rng.uniform(0.5, 0.8, size=len(labels)))
    k = int(rng.integers(0, len(labels) + 1))  # before the first budget, between two, or out of reach
    ends = np.concatenate([[scores[0] - 0.02], scores, [scores[-1] + 0.02]])
    return labels, scores, float(ends[k] + 0.3 * (ends[k + 1] - ends[k]))


_STRAIGHT_CURVE = np.array([25, 50, 100, 200]), np.array([0.5, 0.6, 0.7, 0.8])


def _in_base(log: Callable, power: Callable) -> Callable:
    def wrong(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
        return float("inf") if target > scores[-1] else float(power(np.interp(target, scores, log(labels))))

    return wrong


def _last_excluded(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float("inf") if target >= scores[-1] else labels_needed(labels, scores, target)


def _linear_labels(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    if target > scores[-1]:
        return float("inf")
    return float(np.interp(target, scores, labels))


def _clipped(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float(np.exp(np.interp(target, scores, np.log(labels))))


def _next_budget(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    reached = np.flatnonzero(scores >= target)
    return float(labels[reached[0]]) if len(reached) else float("inf")


def _budget_before(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    below = max(np.searchsorted(scores, target, "right") - 1, 0)
    return float("inf") if target > scores[-1] else float(labels[below])


def _nearest_budget(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    return float("inf") if target > scores[-1] else float(labels[np.argmin(np.abs(scores - target))])


def _line_goes_on(labels: np.ndarray, scores: np.ndarray, target: float, below: bool) -> float:
    """Extrapolates below the first score, and with `below` False above the last, too."""
    if below and target > scores[-1]:
        return float("inf")
    k = int(np.clip(np.searchsorted(scores, target), 1, len(scores) - 1))
    share = (target - scores[k - 1]) / (scores[k] - scores[k - 1])
    log = np.log(labels)
    return float(np.exp(log[k - 1] + share * (log[k] - log[k - 1])))


def _forgot_exp(labels: np.ndarray, scores: np.ndarray, target: float) -> float:
    if target > scores[-1]:
        return float("inf")
    return float(np.interp(target, scores, np.log(labels)))


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
        "even the first budget is enough": (*_STRAIGHT_CURVE, 0.4),
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
            _linear_labels,
            "You interpolate over the labels themselves. The budgets double, so the line is straight over "
            "their logarithm: interpolate there and take `np.exp` in the end.",
        ),
        (
            _clipped,
            "Where the curve never reaches the target, you return the last budget: `np.interp` stays at "
            "the edge. Nobody knows how many it would take; return `float('inf')`.",
        ),
        (
            _next_budget,
            "This is the next budget that was measured. Interpolate between it and the one before.",
        ),
        (
            _budget_before,
            "This is the budget before, which does not reach the target yet. Interpolate between it and the "
            "next one.",
        ),
        (
            _nearest_budget,
            "This is the measured budget whose score is nearest. Interpolate between the two around the "
            "target.",
        ),
        (
            lambda labels, scores, target: (
                labels_needed(labels, scores, target) if target >= scores[0] else float("inf")
            ),
            "Where even the first budget is enough, you return infinity. Return `labels[0]`; infinity is for "
            "a target above the last score.",
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
            lambda labels, scores, target: float(np.interp(target, scores, labels)),
            "Two things: the line is straight over the *logarithm* of the labels, and where the curve "
            "never reaches the target the answer is infinity.",
        ),
        (
            lambda labels, scores, target: float(labels[np.argmax(scores >= target)]),
            "This is the next budget that was measured: interpolate. And where none reaches the target, "
            "`argmax` of nothing but False is 0.",
        ),
        (_forgot_exp, "This is the logarithm of the answer: take `np.exp` of it."),
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
