"""A power law of size, fitted to few points, and what it says of the next size, with an interval.

loss(N) = (N_c / N)^α, a straight line in logarithms (Kaplan et al. 2020, "Scaling Laws for Neural Language
Models", section 1.2, equation 1.1; N are the parameters that are not in the tables of pieces and places).
The interval is that of the text alone: the texts are drawn again with replacement, the same for all sizes,
and the law is fitted anew (a bootstrap; Efron 1979). What another seed of training would change is not in it.

Taught in lesson *GPT-2*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PowerLaw:
    """Made by `fit`: loss(N) = exp(intercept) · N^(−α)."""

    alpha: float
    intercept: float

    def at(self, size: float) -> float:
        """The loss at a size."""
        return float(np.exp(self.intercept - self.alpha * np.log(size)))


def fit(sizes: Sequence[float], losses: Sequence[float]) -> PowerLaw:
    """The straight line through (ln N, ln loss) by least squares.

    Raises:
        ValueError: fewer than two different sizes, or a number that has no logarithm.
    """
    x, y = np.asarray(sizes, dtype=float), np.asarray(losses, dtype=float)
    if x.shape != y.shape or len(np.unique(x)) < 2 or min(x.min(), y.min()) <= 0:
        raise ValueError(f"sizes {x.tolist()} and losses {y.tolist()}: two sizes at least, all above 0")
    slope, intercept = np.polyfit(np.log(x), np.log(y), 1)
    return PowerLaw(float(-slope), float(intercept))


@dataclass(frozen=True)
class Prediction:
    """What a law says of a size.

    Attributes:
        law: fitted to all the texts.
        value: the loss it says.
        low, high: 95% of the laws that were fitted to texts drawn again say something in between.
        alpha_low, alpha_high: the same for their exponent.
    """

    law: PowerLaw
    value: float
    low: float
    high: float
    alpha_low: float
    alpha_high: float

    def holds(self, measured: float) -> bool:
        """Whether what was measured lies in the interval."""
        return self.low <= measured <= self.high


def predict(
    sizes: Sequence[float], found: Sequence[np.ndarray], size: float, draws: int = 1000, seed: int = 0
) -> Prediction:
    """Fit to some sizes, and say the loss at another.

    Args:
        found: for each of the sizes, bits and bytes of the same N texts, (N, 2).
    """
    table = np.stack(found)  # (sizes, N, 2)
    total = table.sum(axis=1)
    law = fit(sizes, total[:, 0] / total[:, 1])
    rng, laws = np.random.default_rng(seed), []
    for _ in range(draws):
        drawn = table[:, rng.integers(table.shape[1], size=table.shape[1])].sum(axis=1)
        laws.append(fit(sizes, drawn[:, 0] / drawn[:, 1]))
    said, alphas = [one.at(size) for one in laws], [one.alpha for one in laws]
    return Prediction(
        law,
        law.at(size),
        *(float(v) for some in (said, alphas) for v in np.quantile(some, [0.025, 0.975])),
    )
