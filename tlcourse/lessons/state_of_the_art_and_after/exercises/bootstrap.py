"""How much of a difference between two systems is the luck of the test texts."""

from collections.abc import Callable

import numpy as np

from tlcourse.exercises.machinery import exercise


def _answers(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, b = int(rng.integers(30, 40)), int(rng.integers(200, 260))
    a = rng.uniform(size=n) < 0.78
    other = np.where(rng.uniform(size=n) < 0.7, a, rng.uniform(size=n) < 0.5)
    return a.astype(int), other.astype(int), rng.integers(0, n, (b, n))


def _gaps(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> np.ndarray:
    return (a[draws] - b[draws]).mean(axis=1)


def _interval(values: np.ndarray, low: float = 2.5, high: float = 97.5) -> tuple[float, float]:
    return float(np.percentile(values, low)), float(np.percentile(values, high))


def _unpaired(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean(axis=1) - b[np.roll(draws, 1, axis=0)].mean(axis=1))


def _turned_draws(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean(axis=1) - b[draws[::-1]].mean(axis=1))


def _a_turned(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws[::-1]].mean(axis=1) - b[draws].mean(axis=1))


def _b_whole(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean(axis=1) - b.mean())


def _a_whole(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a.mean() - b[draws].mean(axis=1))


def _by_text(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval((a[draws] - b[draws]).mean(axis=0))


def _one_sided(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(_gaps(a, b, draws), 5, 95)


def _shares(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(_gaps(a, b, draws), 0.025, 0.975)


def _turned(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(-_gaps(a, b, draws))


def _high_first(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    low, high = _interval(_gaps(a, b, draws))
    return high, low


def _only_a(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean(axis=1))


def _summed(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval((a[draws] - b[draws]).sum(axis=1))


def _apart(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    first, second = _interval(a[draws].mean(axis=1)), _interval(b[draws].mean(axis=1))
    return first[0] - second[0], first[1] - second[1]


def _normal(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    gaps = _gaps(a, b, draws)
    return float(gaps.mean() - 1.96 * gaps.std()), float(gaps.mean() + 1.96 * gaps.std())


def _ends(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    gaps = _gaps(a, b, draws)
    return float(gaps.min()), float(gaps.max())


def _percent(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    low, high = _interval(_gaps(a, b, draws))
    return 100 * low, 100 * high


def _sizes(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(abs(_gaps(a, b, draws)))


def _absolute_each(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(abs(a[draws] - b[draws]).mean(axis=1))


def _no_draws(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a - b)


def _centred(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(_gaps(a, b, draws) - (a - b).mean())


def _over_all(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean() - b[draws].mean(axis=1))


def _over_all_of_b(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean(axis=1) - b[draws].mean())


def _sum_of_a(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].sum(axis=1) - b[draws].mean(axis=1))


def _sum_of_b(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    return _interval(a[draws].mean(axis=1) - b[draws].sum(axis=1))


def _other_ends(low: float, high: float) -> Callable:
    return lambda a, b, draws: _interval(_gaps(a, b, draws), low, high)


@exercise(
    title="A paired bootstrap",
    any_kind=True,
    inputs=_answers,
    special={
        "both are right on the same texts": (
            np.array([1, 0, 1, 1]),
            np.array([1, 0, 1, 1]),
            np.array([[0, 1, 2, 3], [3, 3, 1, 0]]),
        ),
        "the second is better": (
            np.array([0, 0, 1, 0, 0]),
            np.array([1, 0, 1, 1, 1]),
            np.random.default_rng(0).integers(0, 5, (40, 5)),
        ),
        "one draw": (np.array([1, 0, 1]), np.array([0, 0, 1]), np.array([[0, 0, 2]])),
    },
    hints=(
        "`a[draws]` has the answers of the first system on each drawn test set: (B, N). What about the "
        "second?",
        "The same texts for both: `a[draws] − b[draws]`. The mean over the texts gives B differences.",
        "`np.percentile(values, [2.5, 97.5])` are the ends that leave out 2.5 % on each side.",
    ),
    wrong=[
        *(
            (
                function,
                "Each system gets its own texts: use the same row of `draws` for both, so that hard texts "
                "are hard for both. That is what *paired* means.",
            )
            for function in (_unpaired, _turned_draws, _a_turned)
        ),
        *(
            (
                function,
                "One system is tested on all texts, the other on drawn ones: `a[draws]` and `b[draws]`, the "
                "same texts for both.",
            )
            for function in (_b_whole, _a_whole)
        ),
        *(
            (
                function,
                "`.mean()` without an axis is over all draws, one number: take it over the texts of each "
                "draw.",
            )
            for function in (_over_all, _over_all_of_b)
        ),
        *(
            (function, "You take a sum where a mean over the texts belongs.")
            for function in (_sum_of_a, _sum_of_b)
        ),
        *(
            (_other_ends(*ends), "Leave out 2.5 % on each side: the percentiles are 2.5 and 97.5.")
            for ends in ((5, 97.5), (0, 97.5), (2.5, 95), (2.5, 100), (2.5, 0), (1, 99), (0.5, 99.5))
        ),
        (
            _by_text,
            "You take the mean over the draws: (N,) values. The mean over the texts of a draw gives one for "
            "each draw.",
        ),
        (_one_sided, "From 5 to 95 lie 90 %: for 95 % leave out 2.5 on each side."),
        (_shares, "`np.percentile` counts in percent: 2.5 and 97.5."),
        (_turned, "The other way round: the first minus the second."),
        (_high_first, "The lower end first."),
        (_only_a, "That is the first system's own score: the difference is wanted."),
        (_summed, "Those are sums: a mean over the texts is a difference of two accuracies."),
        (
            _apart,
            "You take the ends of each system and subtract those: subtract on each draw, then take the ends.",
        ),
        (
            _normal,
            "That is the mean ± 1.96 standard deviations: the percentiles of the differences are wanted.",
        ),
        (_ends, "Those are the lowest and the highest difference: leave out 2.5 % on each side."),
        (_percent, "Shares are wanted, not percentages."),
        (_sizes, "You drop the sign: an interval that could hold 0 no longer does."),
        (_absolute_each, "You drop the sign on each text: that is how often they disagree."),
        (_no_draws, "You don't use the draws: each row of them is a test set of its own."),
        (_centred, "You subtract the measured difference: the interval is to lie around it."),
        (
            lambda a, b, draws: _interval(np.median(a[draws] - b[draws], axis=1)),
            "You take the median over the texts, nearly always 0: the mean is wanted.",
        ),
    ],
)
def paired_bootstrap(a: np.ndarray, b: np.ndarray, draws: np.ndarray) -> tuple[float, float]:
    """Return the pair (low, high): percentiles 2.5 and 97.5, over the draws, of a's accuracy minus b's.

    a, b: numpy arrays of 0 and 1, (N,): was the system right on each text? draws: (B, N), each row a test set
    of N places among the texts, drawn with replacement.
    """
    differences = a[draws].mean(axis=1) - b[draws].mean(axis=1)
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(low), float(high)
