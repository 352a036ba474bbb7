"""Mean and spread over seeds: the one place that says what stands on either side of the ±."""

from collections.abc import Sequence

import numpy as np


def mean_and_spread(values: Sequence[float] | np.ndarray, axis: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean over `axis`, the seeds, and the sample standard deviation (over n − 1) beside it.

    One seed alone has no spread: it is given as 0, so that a figure can be drawn.

    Raises:
        ValueError: there are no values.
    """
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        raise ValueError("no values to take a mean of; give one for each seed")
    return array.mean(axis=axis), array.std(axis=axis, ddof=int(array.shape[axis] > 1))
