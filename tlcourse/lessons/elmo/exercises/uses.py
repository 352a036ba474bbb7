"""The use of a word that is most like another."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _uses(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    n, size = int(rng.integers(8, 14)), int(rng.integers(4, 7))
    states = rng.normal(size=(n, size)) + 1.0
    place = int(rng.integers(1, n))
    like, long, against = rng.permutation([i for i in range(n) if i != place])[:3]
    states[like] = 0.3 * states[place] + 0.04 * rng.normal(size=size)
    states[long] = 6 * states[place] + 8 * rng.normal(size=size)
    states[against] = -states[place]
    return states, place


def _itself(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int((unit @ unit[place]).argmax())


def _dot(states: np.ndarray, place: int) -> int:
    score = states @ states[place]
    score[place] = -np.inf
    return int(score.argmax())


def _second_by_dot(states: np.ndarray, place: int) -> int:
    return int(np.argsort(-(states @ states[place]))[1])


def _second_from_below(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int(np.argsort(unit @ unit[place])[1])


_LENGTHS = (
    "A dot product grows with the length of the vectors. Divide each row by its own length "
    "(`axis=1, keepdims=True`), not all by one: the cosine."
)


def _farthest(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int((unit @ unit[place]).argmin())


def _euclid(states: np.ndarray, place: int) -> int:
    gap = np.linalg.norm(states - states[place], axis=1)
    gap[place] = np.inf
    return int(gap.argmin())


def _nearest_of_first(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    score = unit @ unit[0]
    score[0] = -np.inf
    return int(score.argmax())


def _shifted(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return int(np.delete(unit @ unit[place], place).argmax())


def _the_cosine(states: np.ndarray, place: int) -> float:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return float(np.delete(unit @ unit[place], place).max())


def _either_sign(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    score = np.abs(unit @ unit[place])
    score[place] = -np.inf
    return int(score.argmax())


def _columns_to_length_1(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=0, keepdims=True)
    score = unit @ unit[place]
    score[place] = -np.inf
    return int(score.argmax())


def _zero_for_itself(states: np.ndarray, place: int) -> int:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    score = unit @ unit[place]
    score[place] = 0
    return int(score.argmax())


@exercise(
    title="The nearest other use",
    inputs=_uses,
    equivalent={
        "result: absolute": "a row's number is never negative",
        "cosines.argmax() → _last_of_the_best(cosines.argmax)": "no two cosines are the same",
    },
    special={
        "the nearest comes after": (np.array([[0.0, 1.0], [1.0, 0.2], [2.0, 0.5], [-1.0, 0.1]]), 1),
        "all the others point away": (np.array([[1.0, 0.3], [-1.0, 0.4], [-0.5, -2.0], [-3.0, 0.2]]), 0),
    },
    hints=(
        "The cosine of two vectors is the dot product of what they are after dividing each by its length.",
        "Divide every row by its `np.linalg.norm` (`axis=1, keepdims=True`); then one product gives all the "
        "cosines with row `place`.",
        "The largest cosine is that of the use with itself. Write −∞ there before you ask for `argmax`.",
    ),
    wrong=[
        (_itself, "That is the use itself, with a cosine of 1. Leave it out."),
        (_dot, _LENGTHS),
        (_second_by_dot, _LENGTHS),
        (
            _second_from_below,
            "`argsort` goes up: the largest cosine stands at the end, and [1] is near the start.",
        ),
        (_farthest, "That is the use that is least like it: the largest cosine is wanted."),
        (_euclid, "That is the smallest distance. The cosine compares directions and not lengths."),
        (_nearest_of_first, "That is the nearest to row 0: compare with row `place`."),
        (_shifted, "With a row deleted, all after it have moved up by one: write −∞ there instead."),
        (_either_sign, "A cosine near −1 points the other way: take the largest, not the largest in size."),
        (_columns_to_length_1, "You divide each column by its length: a use is a row (`axis=1`)."),
        (
            _zero_for_itself,
            "All the others may have cosines below 0, and then 0 is the largest: write −∞ there.",
        ),
        (_the_cosine, "That is the cosine. Which row has it? `argmax`."),
    ],
)
def nearest_use(states: np.ndarray, place: int) -> int:
    """Return which other row of the numpy array states (N, H) has the largest cosine with row `place`."""
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    cosines = unit @ unit[place]
    cosines[place] = -np.inf
    return int(cosines.argmax())
