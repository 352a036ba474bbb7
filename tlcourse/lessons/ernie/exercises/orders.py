"""The class of an order of segments."""

from itertools import permutations
from math import factorial

import numpy as np

from tlcourse.exercises.machinery import exercise


def _order(rng: np.random.Generator) -> tuple[list[int]]:
    return (rng.permutation(int(rng.integers(3, 5))).tolist(),)


def _place(order: list[int]) -> int:
    return list(permutations(range(len(order)))).index(tuple(order))


def _within(order: list[int]) -> int:
    return _place(order)


def _behind_its_own(order: list[int]) -> int:
    return _place(order) + sum(factorial(n) for n in range(1, len(order) + 1))


def _from_none(order: list[int]) -> int:
    return _place(order) + sum(factorial(n) for n in range(len(order)))


def _one_before(order: list[int]) -> int:
    return _place(order) + factorial(len(order) - 1)


def _how_many(order: list[int]) -> int:
    return sum(factorial(n) for n in range(1, len(order) + 1))


def _inverse(order: list[int]) -> int:
    return _place(np.argsort(order).tolist()) + sum(factorial(n) for n in range(1, len(order)))


def _backwards(order: list[int]) -> int:
    return _place(order[::-1]) + sum(factorial(n) for n in range(1, len(order)))


def _lengths(order: list[int]) -> int:
    return _place(order) + sum(range(1, len(order)))


def _skips_one(order: list[int]) -> int:
    return _place(order) + sum(factorial(n) for n in range(2, len(order)))


def _minus(order: list[int]) -> int:
    return sum(factorial(n) for n in range(1, len(order))) - _place(order)


def _no_order(order: list[int]) -> int:
    return sum(factorial(n) for n in range(1, len(order)))


@exercise(
    title="The class of an order",
    inputs=_order,
    special={
        "one segment": ([0],),
        "two, as they were": ([0, 1],),
        "two, exchanged": ([1, 0],),
        "three, turned on": ([1, 2, 0],),
        "three, turned back": ([2, 0, 1],),
        "four, turned": ([3, 2, 1, 0],),
    },
    equivalent={"result: absolute": "a class is never negative"},
    hints=(
        "There are 1! orders of one segment, 2! of two, and so on. How many classes come before the first "
        "of yours?",
        "`permutations(range(n))` gives the orders of n segments in their order; `list(…).index(…)` says the "
        "place of one. It gives tuples, and yours is a list.",
        "The place among the orders of as many segments, plus n! for each smaller n, from 1 up.",
    ),
    wrong=[
        (_within, "That is the place among the orders of as many segments: those of fewer come before."),
        (_behind_its_own, "You also count the orders of as many segments: only those of fewer come before."),
        (
            _from_none,
            "One too high: classes are counted from 0, and 0! = 1, the order of no segments, is none.",
        ),
        (_one_before, "You count the orders of one segment fewer alone: all smaller numbers come before."),
        (_how_many, "That is how many classes there are up to here. Which one is this order?"),
        (_inverse, "You look up where each segment went; `order` says which segment stands at each place."),
        (_backwards, "You look up the order read from the end."),
        (_lengths, "Of n segments there are n! orders, not n."),
        (_skips_one, "The order of a single segment is a class too: begin with 1!."),
        (_minus, "You take the place away from what comes before: it is added."),
        (_no_order, "That is the first class of so many segments: the order itself does not count yet."),
    ],
)
def order_class(order: list[int]) -> int:
    """Return the class of an order: of one segment 0; of two, as they were 1, exchanged 2; of three 3 to 8;
    and so on.

    `order` says which segment stands at each place: [1, 0] has the second one first. Orders of as many
    segments come as `permutations(range(n))` gives them.
    """
    fewer = sum(factorial(n) for n in range(1, len(order)))
    return fewer + list(permutations(range(len(order)))).index(tuple(order))
