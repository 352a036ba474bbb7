"""What fits into the minutes that a learner gives: texts that are read, seeds, trainings.

Nothing is promised of a machine: what a step takes is measured on it, and the sizes follow.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

READING, FROZEN = (
    0.35,
    0.3,
)  # shares of the budget: MiniLM reading, linear models; the rest is for fine-tuning
REPORT = 0.05  # share that is left for the page
WORTH_TIMING = 0.1  # share that has to be left for a few steps to be timed
MOST_SEEDS, TUNED_SEEDS = 5, 3
FEWEST_STEPS = 40  # of fine-tuning; fewer teach a new head little


@dataclass
class Clock:
    """Attributes:
    seconds: the budget.
    started: when it began, as `now` tells it.
    """

    seconds: float
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.started = self.now()

    @property
    def spent(self) -> float:
        return self.now() - self.started

    @property
    def left(self) -> float:
        """For everything but the page."""
        return self.seconds * (1 - REPORT) - self.spent


def next_labels(
    counts: Sequence[int], done: Mapping[int, int], many: int, cost: Callable[[int], float], left: float
) -> int | None:
    """With how many labels to fine-tune next in `left` seconds; None if nothing more fits.

    What was begun is brought to `many` seeds. Then the most labels with which all of these fit: one seed with
    all labels could be luck. If none fits so often and nothing was done yet, as often as fits.

    Args:
        counts: numbers of labels.
        done: number of labels → how many seeds are done.
        cost: seconds of one training with so many labels, and its test.
    """
    begun = [n for n in counts if 0 < done.get(n, 0) < many]
    if begun:
        return begun[-1] if cost(begun[-1]) <= left else None
    for times in range(many, 0, -1) if not done else (many,):
        fitting = [n for n in counts if n not in done and times * cost(n) <= left]
        if fitting:
            return max(fitting)
    return None
