"""The span head's answer."""

import numpy as np
import torch

from tlcourse.exercises.machinery import exercise


def _scores(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    size, longest = int(rng.integers(9, 14)), int(rng.integers(2, 5))
    first, last = rng.normal(scale=0.4, size=size), rng.normal(scale=0.4, size=size)
    late, early = int(rng.integers(size // 2 + 1, size)), int(rng.integers(0, size // 2 - 1))
    first[late] += 4.0  # the best two ends by themselves are the wrong way round
    last[early] += 4.0
    return first, last, longest


def _apart(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    return int(first.argmax()), int(last.argmax())


def _best(first: np.ndarray, last: np.ndarray, allowed: np.ndarray) -> tuple[int, int]:
    total = np.where(allowed, first[:, None] + last[None, :], -np.inf)
    i, j = np.unravel_index(total.argmax(), total.shape)
    return int(i), int(j)


def _gap(first: np.ndarray) -> np.ndarray:
    places = np.arange(len(first))
    return places[None, :] - places[:, None]


def _right(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    return _best(first, last, (_gap(first) >= 0) & (_gap(first) < longest))


def _no_limit(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    return _best(first, last, _gap(first) >= 0)


def _one_longer(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    return _best(first, last, (_gap(first) >= 0) & (_gap(first) <= longest))


def _never_one(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    return _best(first, last, (_gap(first) > 0) & (_gap(first) < longest))


def _either_way(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    return _best(first, last, abs(_gap(first)) < longest)


def _from_best_first(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    i = int(first.argmax())
    return i, i + int(last[i : i + longest].argmax())


def _from_best_last(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    j = int(last.argmax())
    start = max(0, j - longest + 1)
    return start + int(first[start : j + 1].argmax()), j


def _sorted_ends(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    i, j = sorted(_apart(first, last, longest))
    return i, j


def _cut_to_size(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    i, j = _apart(first, last, longest)
    return i, max(i, min(j, i + longest - 1))


def _none_above_zero(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int] | None:
    i, j = _right(first, last, longest)
    return (i, j) if first[i] + last[j] > 0 else None


def _end_outside(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    i, j = _right(first, last, longest)
    return i, j + 1


def _product(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    gap = _gap(first)
    total = np.where((gap >= 0) & (gap < longest), first[:, None] * last[None, :], -np.inf)
    i, j = np.unravel_index(total.argmax(), total.shape)
    return int(i), int(j)


@exercise(
    title="The best answer",
    inputs=_scores,
    special={
        "the best answer is one piece": (np.array([0.0, 3.0, 1.0]), np.array([1.0, 4.0, 0.5]), 3),
        "the best answer is as long as it may be": (np.array([5.0, 0.0, 0.0]), np.array([0.0, 0.0, 5.0]), 3),
        "the scores differ little": (np.array([0.3, 0.1, 0.2]), np.array([0.2, 0.4, 0.1]), 3),
        "one end is surer than the other": (np.array([5.0, 0.3, 2.0]), np.array([0.1, 0.2, 2.0]), 2),
        "no score is above zero": (np.array([-3.0, -1.0, -2.5]), np.array([-0.5, -1.5, -4.0]), 2),
        "the best answer is at the very end": (
            np.array([0.0, 0.0, 2.0, 6.0]),
            np.array([0.0, 1.0, 0.0, 6.0]),
            2,
        ),
    },
    equivalent={"result: absolute": "a place is never negative"},
    hints=(
        "The best first and the best last piece, each by itself, may be the wrong way round. Look at pairs.",
        "A pair (i, j) is allowed if i ≤ j and j − i < longest. Its score is first[i] + last[j].",
        "Two loops: i over all places, j from i to i + longest − 1, but within the text. Keep the best pair.",
    ),
    wrong=[
        (
            _apart,
            "You choose each end by itself: here the answer would end before it begins. Choose the pair.",
        ),
        (_no_limit, "The answer may be too long: it has `longest` pieces at most."),
        (_one_longer, "One piece too long: with i = j it has one piece already, so j − i < longest."),
        (_never_one, "An answer of one piece, i = j, is allowed."),
        (_either_way, "An answer cannot end before it begins: i ≤ j."),
        (
            _from_best_first,
            "You fix the best first piece: with a lower first, another pair may have the higher sum.",
        ),
        (
            _from_best_last,
            "You fix the best last piece: with a lower last, another pair may have the higher sum.",
        ),
        (
            _sorted_ends,
            "You choose each end by itself and put them in order: then a good last piece may stand first. "
            "Choose the pair.",
        ),
        (
            _cut_to_size,
            "You fix the best first piece and cut the answer to size: with a lower first, another pair may "
            "have the higher sum.",
        ),
        *(
            (as_array, "The pair is right: a tuple (i, j) is wanted, which `tuple(….tolist())` makes.")
            for as_array in (
                lambda first, last, longest: np.array(_right(first, last, longest)),
                lambda first, last, longest: torch.tensor(_right(first, last, longest)),
            )
        ),
        (
            _none_above_zero,
            "Your best score starts at 0, and all scores may be below: start at −∞, or with the first pair.",
        ),
        (_end_outside, "The last piece belongs to the answer: j itself, not j + 1."),
        (
            _product,
            "The scores are added: they are logarithms, up to a constant, of what would be multiplied.",
        ),
    ],
)
def best_answer(first: np.ndarray, last: np.ndarray, longest: int) -> tuple[int, int]:
    """Return the pair (i, j), i ≤ j and j − i < longest, with the highest first[i] + last[j].

    first, last: numpy arrays, (P,).
    """
    pairs = [(i, j) for i in range(len(first)) for j in range(i, min(i + longest, len(last)))]
    return max(pairs, key=lambda pair: first[pair[0]] + last[pair[1]])
