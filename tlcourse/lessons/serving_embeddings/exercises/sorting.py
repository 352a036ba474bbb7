"""Texts of like length in one batch, so that little is padded."""

from collections.abc import Callable

import numpy as np

from tlcourse.exercises.machinery import exercise

Batches = list[list[int]]


def _lengths(rng: np.random.Generator) -> tuple[list[int], int]:
    """With ties, and a last batch that is not full."""
    size = int(rng.integers(3, 6))
    n = size * int(rng.integers(4, 7)) + int(rng.integers(1, size))
    return rng.integers(3, 14, size=n).tolist(), size


def _parts(order: list[int], size: int) -> Batches:
    return [order[i : i + size] for i in range(0, len(order), size)]


def _shortest_first(lengths: list[int], size: int) -> Batches:
    return _parts(sorted(range(len(lengths)), key=lambda i: lengths[i]), size)


def _ties_turned(lengths: list[int], size: int) -> Batches:
    return _parts(sorted(range(len(lengths)), key=lambda i: lengths[i])[::-1], size)


def _as_they_come(lengths: list[int], size: int) -> Batches:
    return _parts([*range(len(lengths))], size)


def _sorted_inside(lengths: list[int], size: int) -> Batches:
    return [sorted(part, key=lambda i: -lengths[i]) for part in _as_they_come(lengths, size)]


def _the_lengths(lengths: list[int], size: int) -> Batches:
    return _parts(sorted(lengths, reverse=True), size)


def _many_parts(lengths: list[int], size: int) -> Batches:
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    return [part.tolist() for part in np.array_split(order, size)]


def _last_lost(lengths: list[int], size: int) -> Batches:
    return [part for part in sorted_batches(lengths, size) if len(part) == size]


def _flat(lengths: list[int], size: int) -> list[int]:
    return sorted(range(len(lengths)), key=lambda i: -lengths[i])


def _ranks(lengths: list[int], size: int) -> Batches:
    order = _flat(lengths, size)
    return _parts([order.index(i) for i in range(len(lengths))], size)


def _overlapping(lengths: list[int], size: int) -> Batches:
    order = _flat(lengths, size)
    return [order[i : i + size] for i in range(len(order))]


def _dealt(lengths: list[int], size: int) -> Batches:
    order = _flat(lengths, size)
    n = -(-len(order) // size)
    return [order[i::n] for i in range(n)]


def _by_place(lengths: list[int], size: int) -> Batches:
    return _parts([*range(len(lengths))][::-1], size)


def _unstable(lengths: list[int], size: int) -> Batches:
    """numpy's own order of ties, which is none in particular."""
    return _parts(np.argsort(-np.array(lengths, dtype=int)).tolist(), size)


def _looked_up(lengths: list[int], size: int) -> Batches:
    return _parts([lengths.index(n) for n in sorted(lengths, reverse=True)], size)


def _even_parts(lengths: list[int], size: int) -> Batches:
    order = _flat(lengths, size)
    n = max(1, -(-len(order) // size))
    return [part.tolist() for part in np.array_split(np.array(order, dtype=int), n)] if order else []


def _sorted_again(lengths: list[int], size: int) -> Batches:
    return [sorted(batch) for batch in sorted_batches(lengths, size)]


def _from(first: int) -> Callable[[list[int], int], Batches]:
    def batches(lengths: list[int], size: int) -> Batches:
        order = _flat(lengths, size)
        return [order[i : i + size] for i in range(first, len(order), size)]

    return batches


def _ends_at(end: Callable[[int, int], int]) -> Callable[[list[int], int], Batches]:
    def batches(lengths: list[int], size: int) -> Batches:
        order = _flat(lengths, size)
        return [order[i : end(i, size)] for i in range(0, len(order), size)]

    return batches


@exercise(
    title="Batches by length",
    inputs=_lengths,
    special={
        "all are as long": ([7, 7, 7, 7], 3),
        "the last batch is full": ([5, 9, 2, 9], 2),
        "fewer texts than a batch holds": ([4, 6], 5),
        "a batch has one text": ([3, 8, 5], 1),
        "no text": ([], 4),
    },
    hints=(
        "Which order of the places puts texts of like length beside each other? And how do you cut a list "
        "into parts?",
        "`sorted(range(len(lengths)), key=…)` gives places; of equal ones, it keeps the earlier first. What "
        "key puts the longest first?",
        "Sort the places by `-lengths[i]`, and take slices of `size`: they begin at 0, `size`, 2 · `size` …",
    ),
    wrong=[
        (_shortest_first, "The shortest come first: put the longest first."),
        (
            _ties_turned,
            "Of equally long texts the later one comes first here: turning a sorted list round turns its "
            "ties, too. Sort by the negative length.",
        ),
        (_as_they_come, "These are batches in the order of arrival: sort the places by length first."),
        (_sorted_inside, "Sorted only inside each batch, where it saves nothing: sort first, then cut."),
        (
            _the_lengths,
            "These are the lengths: give the places of the texts, so that they can be found again.",
        ),
        (_many_parts, "`size` is how many texts a batch has, not how many batches there are."),
        (_last_lost, "The last batch is missing: it may have fewer than `size` texts."),
        (_flat, "The order is right: cut it into batches of `size`."),
        (_ranks, "These are ranks, how many are longer than each: give the places in the order of length."),
        (_overlapping, "The batches overlap: the next one begins `size` further, not one further."),
        (
            _dealt,
            "Dealt out like cards, each batch has long and short ones: cut the sorted list into slices.",
        ),
        (
            _unstable,
            'Of equally long texts any may come first here: `np.argsort(…, kind="stable")`, or '
            "`sorted`, keeps the "
            "earlier first.",
        ),
        (
            _looked_up,
            "`lengths.index` finds the first text of a length each time: of equally long ones, the same "
            "place twice.",
        ),
        (_even_parts, "Parts of about equal size: each batch but the last has `size` texts."),
        (
            _sorted_again,
            "The batches are right; inside them the longest comes first, too, not the lowest place.",
        ),
        (_from(1), "The longest text is in no batch: the first slice begins at 0."),
        (_from(-1), "The first slice begins at −1, which is the end of the list: begin at 0."),
        (
            _ends_at(lambda i, size: size),
            "Each slice ends at `size`: the one that begins at i ends at i + size.",
        ),
        (_ends_at(lambda i, size: i), "Each slice ends where it begins: it ends at i + size."),
        (_ends_at(lambda i, size: i - size), "A slice that begins at i ends at i + size, not before it."),
        (_by_place, "Sorted by place, not by length: the key has to look up `lengths[i]`."),
    ],
)
def sorted_batches(lengths: list[int], size: int) -> Batches:
    """Return batches, lists of `size` places in `lengths`: longest first; of equally long ones, the earlier.

    The last batch may have fewer.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    return [order[i : i + size] for i in range(0, len(order), size)]
