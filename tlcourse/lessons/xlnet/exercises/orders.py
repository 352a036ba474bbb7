"""From an order to what each place may see, and to what is predicted."""

from collections.abc import Sequence

import numpy as np

from tlcourse.exercises.machinery import exercise

Order = Sequence[int]


def _order(rng: np.random.Generator) -> tuple[list[int]]:
    """An order that is not its own inverse, so that places and ranks differ."""
    length = int(rng.integers(6, 9))
    order = rng.permutation(length)
    for _ in range(20):
        order = rng.permutation(length)
        if not np.array_equal(order, np.argsort(order)) and order[-1] != length - 1 and order[0] != 0:
            break
    return (order.tolist(),)


def _content(order: Order) -> np.ndarray:
    rank = np.argsort(order)
    return rank[None, :] <= rank[:, None]


def _no_self(order: Order) -> np.ndarray:
    rank = np.argsort(order)
    return rank[None, :] < rank[:, None]


def _later(order: Order) -> np.ndarray:
    return _content(order).T


def _numbers_as_ranks(order: Order) -> np.ndarray:
    o = np.asarray(order)
    return o[None, :] <= o[:, None]


def _reading_order(order: Order) -> np.ndarray:
    return np.tri(len(order), dtype=bool)


def _by_steps(order: Order) -> np.ndarray:
    return _content(order)[np.asarray(order)]


def _columns_by_steps(order: Order) -> np.ndarray:
    return _content(order)[:, np.asarray(order)]


def _inverse_of_content(order: Order) -> np.ndarray:
    return ~_content(order)


def _before_in_reading(order: Order) -> np.ndarray:
    return np.tri(len(order), k=-1, dtype=bool)


@exercise(
    title="From an order to the content mask",
    inputs=_order,
    special={
        "from left to right": ([0, 1, 2, 3],),
        "from right to left": ([4, 3, 2, 1, 0],),
        "a single piece": ([0],),
    },
    equivalent={
        "rank[None, :] < rank[:, None] → rank[None, :] <= rank[:, None]": "its own place is added anyway"
    },
    hints=(
        "`order[0]` is the place that comes first. Of two places, which comes earlier? You need for each "
        "place its rank: at which step it comes.",
        "`np.argsort(order)` turns “which place at step t” into “which step for place i”.",
        "With `rank` as a column and as a row, compare: place i may look at j if the rank of j is not "
        "larger.",
    ),
    wrong=[
        (_no_self, "The diagonal is missing: the content stream at a place sees the piece there, too."),
        (
            _later,
            "Rows and columns are swapped: row i is what place i may look at, the places that come earlier.",
        ),
        (
            _numbers_as_ranks,
            "You compare the numbers in `order`. They are places, first the one that comes first; needed "
            "is at which step each place comes.",
        ),
        (_reading_order, "That is from left to right: `order` does not count."),
        (
            _before_in_reading,
            "That is from left to right, and without the diagonal: `order` does not count, and the content "
            "stream at a place sees the piece there, too.",
        ),
        (_by_steps, "Row t is the place that comes at step t: row i is to be place i of the text."),
        (
            _columns_by_steps,
            "Column t is the place that comes at step t: column j is to be place j of the text.",
        ),
        (_inverse_of_content, "True and False are swapped: True says that it may look."),
    ],
)
def content_mask(order: Order) -> np.ndarray:
    """Return a NumPy bool array (T, T): at [i, j], may the content stream at place i look at place j?

    `order` has T places, the first one first. A place looks at those that come earlier, and at itself.
    """
    rank, itself = np.argsort(order), np.eye(len(order), dtype=bool)
    return (rank[None, :] < rank[:, None]) | itself


def _order_and_number(rng: np.random.Generator) -> tuple[list[int], int]:
    (order,) = _order(rng)
    n = int(rng.integers(2, 4))
    while order[-n:] == sorted(order[-n:]):
        (order,) = _order(rng)
    return order, n


def _queries(order: Order, places: Sequence[int]) -> np.ndarray:
    rank = np.argsort(order)
    return rank[None, :] < rank[np.asarray(places)][:, None]


def _with_itself(order: Order, n: int) -> np.ndarray:
    return _content(order)[np.asarray(order)[len(order) - n :]]


def _rows_of_the_content_mask(order: Order, n: int) -> np.ndarray:
    return _content(order)[len(order) - n :]


def _the_first(order: Order, n: int) -> np.ndarray:
    return _queries(order, order[:n])


def _by_place(order: Order, n: int) -> np.ndarray:
    return _queries(order, sorted(order[len(order) - n :]))


def _at_once(order: Order, n: int) -> np.ndarray:
    seen = np.ones((n, len(order)), dtype=bool)
    seen[:, np.asarray(order)[len(order) - n :]] = False
    return seen


def _all_rows(order: Order, n: int) -> np.ndarray:
    return _queries(order, range(len(order)))


def _turned_queries(order: Order, n: int) -> np.ndarray:
    return _queries(order, order[len(order) - n :]).T


def _last_places(order: Order, n: int) -> np.ndarray:
    return _queries(order, range(len(order) - n, len(order)))


def _ranks_of_numbers(order: Order, n: int) -> np.ndarray:
    o = np.asarray(order)
    return o[None, :] < o[o[len(o) - n :]][:, None]


def _columns_in_order(order: Order, n: int) -> np.ndarray:
    return np.tri(len(order), k=-1, dtype=bool)[len(order) - n :]


def _later_ones(order: Order, n: int) -> np.ndarray:
    return ~_queries(order, order[len(order) - n :])


@exercise(
    title="The query mask",
    inputs=_order_and_number,
    special={
        "from left to right, two": ([0, 1, 2, 3], 2),
        "all are predicted": ([2, 0, 1], 3),
        "one": ([3, 1, 0, 2], 1),
    },
    equivalent={
        "np.asarray(order) → order": "a slice of a list chooses rows as an array does",
        "len(order) - n → abs(len(order) - n)": "no more are predicted than there are",
    },
    hints=(
        "Which places are predicted? The last `n` in `order`, one row for each, in that order.",
        "Its row is that of the content mask, but for one place: what it has to predict.",
        "Compare the ranks of all places, as a row, with those of the predicted ones, as a column: "
        "strictly smaller may be looked at.",
    ),
    wrong=[
        (_with_itself, "A query sees the piece that it has to predict: its own place has to be closed."),
        (
            _rows_of_the_content_mask,
            "Two things: these are the last places of the *text*, where the last ones of the order are "
            "wanted; and each sees its own place, which has to be closed.",
        ),
        (_the_first, "These are the first of the order. Predicted are the last ones, which have seen most."),
        (_by_place, "The rows are sorted by place: they come as the order has them."),
        (
            _at_once,
            "None of these sees another one that is predicted. That is how BERT does it; here, later ones "
            "see those before them in the order.",
        ),
        (_all_rows, "That is a row for each place: only the last `n` of the order are predicted."),
        (_turned_queries, "Rows and columns are swapped: a row for each that is predicted."),
        (_last_places, "These are the last places of the text: the last ones of the *order* are predicted."),
        (_ranks_of_numbers, "You compare the numbers in `order`: needed is at which step each place comes."),
        (
            _columns_in_order,
            "Column t is the place that comes at step t: column j is to be place j of the text.",
        ),
        (_later_ones, "True and False are swapped: True says that it may look."),
    ],
)
def query_mask(order: Order, n: int) -> np.ndarray:
    """Return a NumPy bool array (n, T): what may each of the last `n` of `order` look at, in that order?

    It is predicted from the places that come earlier in `order`, and may not see itself.
    """
    rank, places = np.argsort(order), np.asarray(order)[len(order) - n :]
    return rank[None, :] < rank[places][:, None]


def _order_and_k(rng: np.random.Generator) -> tuple[list[int], int]:
    k = int(rng.integers(3, 5))
    length = k * int(rng.integers(2, 4)) + int(rng.integers(1, k))
    order = rng.permutation(length)
    n = length // k
    while (np.diff(order[-n:]) > 0).all():
        order = rng.permutation(length)
    return order.tolist(), k


def _first_part(order: Order, k: int) -> list[int]:
    return list(order[: max(1, len(order) // k)])


def _none_at_least(order: Order, k: int) -> list[int]:
    return list(order[-(len(order) // k) :])


def _how_many(order: Order, k: int) -> int:
    return max(1, len(order) // k)


def _rounded_up(order: Order, k: int) -> list[int]:
    return list(order[len(order) - -(-len(order) // k) :])


def _sorted_places(order: Order, k: int) -> list[int]:
    return sorted(order[len(order) - max(1, len(order) // k) :])


def _the_seen(order: Order, k: int) -> list[int]:
    return list(order[: len(order) - max(1, len(order) // k)])


def _the_last_k(order: Order, k: int) -> list[int]:
    return list(order[len(order) - k :])


def _of_the_text(order: Order, k: int) -> list[int]:
    return list(range(len(order) - max(1, len(order) // k), len(order)))


def _every_kth(order: Order, k: int) -> list[int]:
    return list(order[k - 1 :: k])


def _turned_list(order: Order, k: int) -> list[int]:
    return list(order[len(order) - max(1, len(order) // k) :])[::-1]


@exercise(
    title="Which are predicted?",
    inputs=_order_and_k,
    special={
        "ten, K = 6": (list(range(9, -1, -1)), 6),
        "fewer than K": ([2, 0, 1], 6),
        "exactly": ([5, 3, 1, 4, 0, 2], 3),
        "K = 1: all": ([1, 2, 0], 1),
    },
    any_kind=True,
    equivalent={
        "len(order) - n → abs(len(order) - n)": "no more are predicted than there are",
        "result: a list": "it is one already",
    },
    hints=(
        "A part of the list `order`: which end of it has seen most?",
        "The number is the length divided by K, rounded down, `//`, and 1 at least.",
        "A slice that begins where n are left, counted from the front of the list.",
    ),
    wrong=[
        (_first_part, "These come first in the order, and have seen least. The last ones are predicted."),
        (
            _none_at_least,
            "With fewer places than k, the length divided by k is 0, and `order[-0:]` is all of it: 1 at "
            "least.",
        ),
        (_how_many, "That is how many: the places themselves are wanted."),
        (_rounded_up, "You round up: the number is the length divided by k, rounded down."),
        (_sorted_places, "You sort by place: return them as the order has them."),
        (_the_seen, "These are the ones that are seen by all: the rest is predicted."),
        (_the_last_k, "These are the last k: it is the last 1/k, the length divided by k."),
        (_of_the_text, "These are the last places of the text: the last ones of the *order* are predicted."),
        (_every_kth, "That is every k-th of the order: the last part of it is predicted, in one piece."),
        (_turned_list, "They are in reverse: return them as the order has them."),
    ],
)
def predicted(order: Order, k: int) -> list[int]:
    """Return the places that are predicted, as `order` has them: its last 1/k, rounded down, 1 at least."""
    n = max(1, len(order) // k)
    return list(order[len(order) - n :])
