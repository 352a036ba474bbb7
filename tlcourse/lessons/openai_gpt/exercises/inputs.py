"""A pair of texts as two sequences."""

from collections.abc import Callable

import numpy as np

from tlcourse.exercises.machinery import exercise

List = list[int]


def _two_texts(rng: np.random.Generator) -> tuple[List, List, int, int, int]:
    a, b = int(rng.integers(2, 4)), int(rng.integers(4, 7))
    pieces = (rng.permutation(80)[: a + b] + 10).tolist()
    return pieces[:a], pieces[a:], 5, 6, 7


def _one_order(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *first, delimiter, *second, extract]]


def _same_twice(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *first, delimiter, *second, extract]] * 2


def _other_order_first(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *a, delimiter, *b, extract] for a, b in ((second, first), (first, second))]


def _turned_round(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    one = [start, *first, delimiter, *second, extract]
    return [one, one[::-1]]


def _letters_round(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    one = [start, *first, delimiter, *second, extract]
    return [one, [start, *second[::-1], delimiter, *first[::-1], extract]]


def _no_delimiter(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *a, *b, extract] for a, b in ((first, second), (second, first))]


def _no_extract(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *a, delimiter, *b] for a, b in ((first, second), (second, first))]


def _no_start(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[*a, delimiter, *b, extract] for a, b in ((first, second), (second, first))]


def _start_as_delimiter(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *a, start, *b, extract] for a, b in ((first, second), (second, first))]


def _extract_as_delimiter(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *a, extract, *b, extract] for a, b in ((first, second), (second, first))]


def _delimiter_at_end(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *a, delimiter, *b, delimiter] for a, b in ((first, second), (second, first))]


def _each_alone(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *first, extract], [start, *second, extract]]


def _marks_swapped(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[extract, *a, delimiter, *b, start] for a, b in ((first, second), (second, first))]


def _joined(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [start, *first, delimiter, *second, extract, start, *second, delimiter, *first, extract]


def _one_joined(first: List, second: List, start: int, delimiter: int, extract: int) -> List:
    return [start, *first, delimiter, *second, extract]


def _lists_inside(first: List, second: List, start: int, delimiter: int, extract: int) -> list[list]:
    return [[start, a, delimiter, b, extract] for a, b in ((first, second), (second, first))]


def _second_from_the_end(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    return [[start, *first, delimiter, *second, extract], [extract, *second, delimiter, *first, start]]


_PARTS = ("start", "first text", "delimiter", "second text", "extract")


def _lacks(which: int, part: str) -> tuple[Callable[..., list[List]], str]:
    """An answer that leaves out one part of one of the sequences, and what to say to it."""

    def answer(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
        found = []
        for i, (a, b) in enumerate(((first, second), (second, first))):
            parts = dict(zip(_PARTS, ([start], a, [delimiter], b, [extract]), strict=True))
            if i == which:
                del parts[part]
            found.append([piece for some in parts.values() for piece in some])
        return found

    return answer, f"The {part} is missing in the {('first', 'second')[which]} sequence: each has five parts."


@exercise(
    title="A pair that has no order",
    inputs=_two_texts,
    hints=(
        "A decoder reads from left to right: what stands first has not seen what stands second. How can both "
        "have seen the other, in two readings?",
        "Each reading has five parts: the start, a text, the delimiter, the other text, the extract. `*text` "
        "in a list puts its pieces in.",
        "A list of two lists. The second is like the first one with the two texts exchanged; the marks stay "
        "where they are, and the pieces of a text keep their order.",
    ),
    wrong=[
        (_one_order, "That is one order. Similarity has none, so the pair is read both ways: two sequences."),
        (_same_twice, "Both sequences have the same order: exchange the texts in the second."),
        (_other_order_first, "The two are the other way round: the first has `first` before `second`."),
        (_turned_round, "The second is the first one backwards, marks and pieces. Exchange the texts alone."),
        (_letters_round, "The pieces of the texts stand backwards in the second: a text keeps its order."),
        (_no_delimiter, "The delimiter is missing: nothing says where one text ends and the other begins."),
        (_no_extract, "The extract is missing: its state is what the classifier reads."),
        (_no_start, "The start is missing."),
        (_start_as_delimiter, "Between the texts stands the delimiter, not another start."),
        (
            _extract_as_delimiter,
            "Between the texts stands the delimiter; the extract comes once, at the end.",
        ),
        (_delimiter_at_end, "At the end stands the extract, not another delimiter."),
        (_each_alone, "Each text stands alone here: the model never sees the two together."),
        (_marks_swapped, "Start and extract are exchanged: the extract has to have read everything."),
        (_one_joined, "That is one sequence. A pair without an order is read both ways: a list of two."),
        (_lists_inside, "The texts are lists inside your lists: put in their pieces, `*first`."),
        (_second_from_the_end, "In the second, the marks have changed places: exchange the texts alone."),
        (_joined, "That is one long sequence. Return a list of two."),
        *(_lacks(which, part) for which in (0, 1) for part in _PARTS),
    ],
)
def both_orders(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    """Return two sequences, start text delimiter text extract: `first` before `second`, and the other way."""
    one = [start, *first, delimiter, *second, extract]
    other = [start, *second, delimiter, *first, extract]
    return [one, other]
