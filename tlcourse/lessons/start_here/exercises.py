"""Exercises of lesson 00: one, to see how they work."""

import numpy as np

from tlcourse.exercises.machinery import exercise, prediction

raise_temperature = prediction(
    question="You raise the temperature from 0.1 to 1. What happens to the probability of the highest score?",
    options=[
        "It rises towards 1",
        "It falls: the probabilities become more alike",
        "Nothing: the order stays",
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


def _divided_afterwards(scores: np.ndarray, temperature: float) -> np.ndarray:
    exp = np.exp(scores)
    return exp / exp.sum() / temperature


@exercise(
    title="Softmax with a temperature",
    inputs=_scores_and_temperature,
    hints=(
        "The formula has three steps, one after the other. Which of them come before the sum?",
        "Divide by the temperature, take `np.exp` of the whole array, divide by its `.sum()`.",
        "`exp = np.exp(scores / temperature)`, and what you return is `exp` divided by its sum.",
    ),
    wrong=[
        (_no_temperature, "This is a softmax, but the temperature changes nothing: where does it come in?"),
        (_multiplied, "You multiply by the temperature. A high temperature should flatten: divide by it."),
        (_not_normalised, "The values do not add up to 1: divide by their sum."),
        (_divided_afterwards, "The temperature divides the scores, before the exponential, not the result."),
    ],
)
def soften(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return the probabilities softmax(scores / temperature), shape (n,)."""
    exp = np.exp(scores / temperature)
    return exp / exp.sum()
