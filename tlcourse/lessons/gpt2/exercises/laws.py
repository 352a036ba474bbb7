"""What a power law says of the next size."""

from collections.abc import Callable

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise


def _points(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float]:
    sizes = np.cumprod(rng.uniform(2.0, 4.0, size=int(rng.integers(3, 6)))) * 0.13
    losses = (rng.uniform(10, 1000) / sizes) ** rng.uniform(0.1, 0.3) * rng.uniform(
        0.97, 1.03, size=len(sizes)
    )
    return sizes, losses, float(sizes[-1] * rng.uniform(3, 20))


def _straight(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.polyval(np.polyfit(sizes, losses, 1), size))


def _log_of_sizes(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.polyval(np.polyfit(np.log(sizes), losses, 1), np.log(size)))


def _log_of_losses(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.polyval(np.polyfit(sizes, np.log(losses), 1), size)))


def _no_exp(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.polyval(np.polyfit(np.log(sizes), np.log(losses), 1), np.log(size)))


def _last_two(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.polyval(np.polyfit(np.log(sizes[-2:]), np.log(losses[-2:]), 1), np.log(size))))


def _first_two(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return _no_exp_of(sizes[:2], losses[:2], size)


def _no_exp_of(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.polyval(np.polyfit(np.log(sizes), np.log(losses), 1), np.log(size))))


def _exchanged(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    intercept, slope = np.polyfit(np.log(sizes), np.log(losses), 1)
    with np.errstate(all="ignore"):
        return float(np.exp(intercept + slope * np.log(size)))


def _ends(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(
        np.exp(np.polyval(np.polyfit(np.log(sizes[[0, -1]]), np.log(losses[[0, -1]]), 1), np.log(size)))
    )


def _size_not_logged(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    slope, intercept = np.polyfit(np.log(sizes), np.log(losses), 1)
    with np.errstate(all="ignore"):
        return float(np.exp(intercept + slope * size))


def _growing(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    slope, intercept = np.polyfit(np.log(sizes), np.log(losses), 1)
    return float(np.exp(intercept - slope * np.log(size)))


def _exponent(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(-np.polyfit(np.log(sizes), np.log(losses), 1)[0])


def _swapped(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    slope, intercept = np.polyfit(np.log(losses), np.log(sizes), 1)
    return float(np.exp((np.log(size) - intercept) / slope))


def _interpolated(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.interp(np.log(size), np.log(sizes), np.log(losses))))


def _base_two(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.polyval(np.polyfit(np.log2(sizes), np.log2(losses), 1), np.log2(size))))


def _bases(x: object, y: object, back: object) -> Callable[[np.ndarray, np.ndarray, float], float]:
    """The law with a logarithm of its own for each step."""

    def law(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
        slope, intercept = np.polyfit(x[0](sizes), y(losses), 1)
        return float(back(intercept + slope * x[1](size)))

    return law


def _without_intercept(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.polyfit(np.log(sizes), np.log(losses), 1)[0] * np.log(size)))


def _without_slope(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    return float(np.exp(np.polyfit(np.log(sizes), np.log(losses), 1)[1] + np.log(size)))


def _divided(sizes: np.ndarray, losses: np.ndarray, size: float) -> float:
    slope, intercept = np.polyfit(np.log(sizes), np.log(losses), 1)
    return float(np.exp(intercept + slope / np.log(size)))


_MIXED = "Logarithms of two bases in one law: take np.log everywhere, and np.exp to go back."


@exercise(
    title="The next size",
    inputs=_points,
    equivalent={
        "result: absolute": "an exponential is never negative",
    },
    special={
        "an exact law": (np.array([1.3, 5.2, 20.8]), np.array([4.0, 2.0, 1.0]), 83.2),
        "two sizes": (np.array([0.7, 1.6]), np.array([2.0, 1.8]), 8.4),
        "a size in between": (np.array([1.6, 3.4, 9.0]), np.array([2.0, 1.8, 1.7]), 5.5),
        "a loss that grows": (np.array([0.1, 0.2, 0.9]), np.array([1.0, 1.1, 1.5]), 2.6),
    },
    hints=(
        "(N_c / N)^α is a curve. Of what is it a straight line?",
        "ln loss = α ln N_c − α ln N: a straight line of ln N. `np.polyfit(x, y, 1)` gives slope "
        "and intercept.",
        "Fit ln losses over ln sizes, take the line at ln size, and go back from the logarithm.",
    ),
    wrong=[
        (_straight, "A straight line through the losses themselves: a power law is one of the logarithms."),
        (_log_of_sizes, "Only the sizes are in logarithms: the losses too."),
        (_log_of_losses, "Only the losses are in logarithms, which is an exponential law: the sizes too."),
        (_no_exp, "That is the logarithm of the loss: np.exp goes back."),
        (_last_two, "Only the last two sizes count here: fit the line to all of them."),
        (_first_two, "Only the first two sizes count here: fit the line to all of them."),
        (_exchanged, "Slope and intercept have changed places: np.polyfit gives the slope first."),
        (_ends, "Only the first and the last size count here: fit the line to all of them."),
        (_size_not_logged, "The line is taken at the size itself: take it at its logarithm."),
        (_growing, "The sign of the slope is turned: np.polyfit's slope is −α already."),
        (_exponent, "That is α: the loss at `size` is asked."),
        (
            _swapped,
            "The line is fitted the other way round, sizes over losses: the errors are those of the losses.",
        ),
        (_interpolated, "np.interp does not go on beyond the last size: fit a line, np.polyfit."),
        (_base_two, "Logarithms to base 2, but np.exp to go back: use one base."),
        *(
            (_bases(x, y, back), _MIXED)
            for x, y, back in (
                ((np.log2, np.log), np.log, np.exp),
                ((np.log10, np.log), np.log, np.exp),
                ((np.log, np.log2), np.log, np.exp),
                ((np.log, np.log10), np.log, np.exp),
                ((np.log, np.log), np.log10, np.exp),
                ((np.log, np.log), np.log, np.exp2),
                ((np.log10, np.log10), np.log10, np.exp),
                ((np.log, np.log), np.log, lambda value: 10**value),
            )
        ),
        (_without_intercept, "The intercept is missing: a line is intercept + slope · x."),
        (_without_slope, "The slope is missing: a line is intercept + slope · x."),
        (_divided, "The slope is divided by the logarithm of the size: a line is intercept + slope · x."),
    ],
)
def next_size(sizes: ndarray, losses: ndarray, size: float) -> float:
    """Return the loss at `size` of the power law fitted, by least squares of logarithms, to all points."""
    slope, intercept = np.polyfit(np.log(sizes), np.log(losses), 1)
    return float(np.exp(intercept + slope * np.log(size)))
