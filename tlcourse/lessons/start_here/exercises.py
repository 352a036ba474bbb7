"""Exercises of lesson 00: one, to see how they work."""

import numpy as np

from tlcourse.exercises.machinery import exercise, prediction

raise_temperature = prediction(
    question="You raise the temperature from 0.1 to 1. What happens to the probability of the highest score?",
    options=[
        "It rises, and the winner takes more",
        "It falls, and the others take more",
        "It stays, as the order does not change",
    ],
    answer=1,
    why=[
        "Dividing by a larger number brings the scores closer together, so the winner loses its lead.",
        "Divided by a larger number, the scores lie closer together, and so do the probabilities.",
        "The order stays. But exp turns differences of scores into ratios, and the differences shrink.",
    ],
)


def _scores_and_temperature(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    return rng.normal(scale=3.0, size=rng.integers(3, 8)), float(rng.uniform(0.3, 3.0))


def _no_temperature(scores: np.ndarray, temperature: float) -> np.ndarray:
    exp = np.exp(scores)
    return exp / exp.sum()


def _multiplied(scores: np.ndarray, temperature: float) -> np.ndarray:
    exp = np.exp(scores * temperature)
    return exp / exp.sum()


def _not_normalised(scores: np.ndarray, temperature: float) -> np.ndarray:
    return np.exp(scores / temperature)


def _by_the_largest(scores: np.ndarray, temperature: float) -> np.ndarray:
    exp = np.exp(scores / temperature)
    return exp / exp.max()


def _by_the_mean(scores: np.ndarray, temperature: float) -> np.ndarray:
    exp = np.exp(scores / temperature)
    return exp / exp.mean()


def _by_the_scores(scores: np.ndarray, temperature: float) -> np.ndarray:
    return np.exp(scores / temperature) / (scores / temperature).sum()


def _by_another_sum(scores: np.ndarray, temperature: float) -> np.ndarray:
    return np.exp(scores / temperature) / np.exp(scores).sum()


def _divided_inside(scores: np.ndarray, temperature: float) -> np.ndarray:
    return np.exp(scores / temperature / np.exp(scores / temperature).sum())


def _divided_afterwards(scores: np.ndarray, temperature: float) -> np.ndarray:
    exp = np.exp(scores)
    return exp / exp.sum() / temperature


def _linear(scores: np.ndarray, temperature: float) -> np.ndarray:
    return scores / temperature / (scores / temperature).sum()


_BY_ITS_SUM = (
    "The values do not add up to 1. Divide `np.exp(scores / temperature)` by the sum of that same array."
)


@exercise(
    title="Softmax with a temperature",
    inputs=_scores_and_temperature,
    equivalent={"result: absolute": "probabilities are never negative"},
    hints=(
        "The formula has three steps, one after the other. Which of them come before the sum?",
        "Divide by the temperature, take `np.exp` of the whole array, divide by its `.sum()`.",
        "Divide first and keep `np.exp` of that under a name; what you return is that array divided by its "
        "own `.sum()`.",
    ),
    wrong=[
        (
            _no_temperature,
            "This is a softmax without a temperature: it does not come in, or it cancels. Divide the scores "
            "by it *before* `np.exp`.",
        ),
        (_multiplied, "You multiply by the temperature. A high temperature should flatten: divide by it."),
        (_not_normalised, "The values do not add up to 1: divide by their sum."),
        *((function, _BY_ITS_SUM) for function in (_by_the_largest, _by_the_mean, _by_the_scores)),
        (_by_another_sum, f"{_BY_ITS_SUM} You sum `np.exp(scores)`, without the temperature."),
        (
            _divided_inside,
            "You divide by the sum inside `np.exp`. Close its bracket first, then divide by the sum.",
        ),
        (
            lambda scores, temperature: np.exp2(scores / temperature) / np.exp2(scores / temperature).sum(),
            "You raise 2 to a power. The softmax takes e: `np.exp`.",
        ),
        (_linear, "Without `np.exp` these are shares of the scores, not of their exponentials."),
        (_divided_afterwards, "The temperature divides the scores, before the exponential, not the result."),
    ],
)
def soften(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(scores / temperature) for scores of shape (n,): n probabilities that add up to 1."""
    exp = np.exp(scores / temperature)
    return exp / exp.sum()
