"""How many texts are inside a server, on average over time."""

from collections.abc import Callable

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise


def _visits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Some overtake others: the last to come is not the last to be answered."""
    n = int(rng.integers(6, 12))
    arrived = 2.5 + np.cumsum(rng.exponential(0.3, size=n))
    answered = arrived + rng.uniform(0.05, 1.5, size=n)
    answered[n // 2] = answered.max() + rng.uniform(0.3, 1.0)
    return arrived, answered


def _mean_wait(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).mean())


def _total(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum())


def _rate(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(len(arrived) / (answered.max() - arrived.min()))


def _over_arrivals(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() / max(1e-12, arrived.max() - arrived.min()))


def _until_the_end(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() / answered.max())


def _last_comer(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() / (answered[-1] - arrived[0]))


def _most(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(max(((arrived <= moment) & (answered > moment)).sum() for moment in arrived))


def _over_answers(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() / max(1e-12, answered.max() - answered.min()))


def _found(arrived: np.ndarray, answered: np.ndarray) -> float:
    """How many an arriving text finds, itself among them: a mean over texts, not over time."""
    return float(np.mean([((arrived <= moment) & (answered > moment)).sum() for moment in arrived]))


def _changes(arrived: np.ndarray, answered: np.ndarray) -> float:
    """The mean over the moments of change, each as much as another."""
    moments = np.sort(np.concatenate([arrived, answered]))[:-1]
    return float(np.mean([((arrived <= m) & (answered > m)).sum() for m in moments]))


def _now(arrived: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """How many are inside after each change, (2 N,)."""
    moments = np.concatenate([arrived, answered])
    return np.cumsum(np.repeat([1, -1], len(arrived))[np.argsort(moments, kind="stable")])


def _all_changes(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(_now(arrived, answered).mean())


def _changes_but_last(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(_now(arrived, answered)[:-1].mean())


def _median(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(np.median(_now(arrived, answered)))


def _peak(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(_now(arrived, answered).max())


def _arrivals_alone(arrived: np.ndarray, answered: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        return float((answered - arrived).sum() / np.float64(arrived.max() - arrived.min()))


def _mean_over_window(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).mean() / (answered.max() - arrived.min()))


def _shortest_window(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() / (answered.min() - arrived.min()))


def _between(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() / (answered.max() - arrived.max()))


def _turned(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered.max() - arrived.min()) / (answered - arrived).sum())


def _times(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float((answered - arrived).sum() * (answered.max() - arrived.min()))


def _window(arrived: np.ndarray, answered: np.ndarray) -> float:
    return float(answered.max() - arrived.min())


def _one_side(part) -> Callable[[np.ndarray, np.ndarray], float]:
    def mean(arrived: np.ndarray, answered: np.ndarray) -> float:
        return float(part(arrived, answered).sum() / (answered.max() - arrived.min()))

    return mean


@exercise(
    title="How many are inside",
    inputs=_visits,
    equivalent={
        "result: absolute": "no text is answered before it came",
        "answered - arrived → abs(answered - arrived)": "no text is answered before it came",
        "answered.max() - arrived.min() → abs(answered.max() - arrived.min())": "the last answer is "
        "later than the first arrival",
    },
    special={
        "one text": (np.array([1.0]), np.array([3.0])),
        "one after the other, without a pause": (np.array([2.0, 3.0, 5.0]), np.array([3.0, 5.0, 6.0])),
        "a pause in which nobody is inside": (np.array([0.5, 8.0]), np.array([1.5, 9.5])),
        "all come at once": (np.array([1.0, 1.0, 1.0]), np.array([2.0, 3.0, 5.0])),
        "the first is answered last": (np.array([0.0, 1.0, 2.0]), np.array([9.0, 2.0, 3.0])),
    },
    hints=(
        "Draw a bar for each text, from its arrival to its answer. At a moment, how many bars are there "
        "above it? And what is the area of all bars together?",
        "A mean over time is an area divided by a time. A text that is inside for half a second adds 1 × 0.5 "
        "to the area, whatever the others do.",
        "The area is the sum of all waits. Divide by the time from the first arrival to the last answer; the "
        "last answer need not be that of the last text.",
    ),
    wrong=[
        (_mean_wait, "That is the mean wait, in seconds: how many are inside at a time?"),
        (_total, "That is the sum of all waits: divide by the time that passed."),
        (_rate, "That is how many are answered in a second: how many are inside at a time?"),
        *(
            (function, "The time ends with the last arrival here: it goes on until the last answer.")
            for function in (_over_arrivals, _arrivals_alone)
        ),
        (_until_the_end, "The time begins at 0 here: it begins with the first arrival."),
        (
            _last_comer,
            "The last to come is not always the last to be answered: take the largest of `answered`.",
        ),
        *(
            (function, "That is the most that were ever inside: the average over time is asked.")
            for function in (_most, _peak)
        ),
        (_over_answers, "The time begins with the first answer here: it begins with the first arrival."),
        (
            _found,
            "That is what an arriving text finds, a mean over texts. Over time, a long pause counts for "
            "long.",
        ),
        *(
            (
                function,
                "Each change counts as much as another here: a number that lasts for long has to count for "
                "long.",
            )
            for function in (_changes, _all_changes, _changes_but_last)
        ),
        (_median, "That is the median of what there is after each change: the average over time is asked."),
        (_mean_over_window, "The mean of the waits is divided: the area is their *sum*."),
        (_shortest_window, "The time ends with the first answer here: it goes on until the last."),
        (_between, "The time begins with the last arrival here: it begins with the first."),
        (_times, "The sum of the waits is multiplied by the time: a mean over time is divided by it."),
        (
            _window,
            "That is the time from the first arrival to the last answer: how many are inside meanwhile?",
        ),
        (
            _one_side(lambda arrived, answered: answered),
            "The moments of the answers are summed: a wait is an answer's moment minus its arrival's.",
        ),
        (
            _one_side(lambda arrived, answered: arrived),
            "The moments of the arrivals are summed: a wait is an answer's moment minus its arrival's.",
        ),
        (
            _one_side(lambda arrived, answered: answered + arrived),
            "Moments are added: a wait is the answer's moment *minus* the arrival's.",
        ),
        (_turned, "Upside down: divide the sum of the waits by the time."),
    ],
)
def mean_inside(arrived: ndarray, answered: ndarray) -> float:
    """Return how many texts are inside, on average over the time from the first arrival to the last answer.

    arrived and answered (N,) are moments in seconds.
    """
    return float((answered - arrived).sum() / (answered.max() - arrived.min()))
