"""A pair of texts as one sequence, and a question answered without a label."""

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
        (_joined, "That is one long sequence. Return a list of two."),
        *(_lacks(which, part) for which in (0, 1) for part in _PARTS),
    ],
)
def both_orders(first: List, second: List, start: int, delimiter: int, extract: int) -> list[List]:
    """Return two sequences, start text delimiter text extract: `first` before `second`, and the other way."""
    one = [start, *first, delimiter, *second, extract]
    other = [start, *second, delimiter, *first, extract]
    return [one, other]


def _answers(rng: np.random.Generator) -> tuple[np.ndarray, int, np.ndarray]:
    n, context, longest = int(rng.integers(3, 5)), int(rng.integers(3, 5)), int(rng.integers(10, 13))
    log_p = -rng.exponential(scale=2.0, size=(n, longest))
    log_p[:, :context] = -rng.exponential(scale=2.0, size=context)
    return log_p, context, rng.integers(context + 2, longest, size=n)


def _by_sum(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context:n].sum() for row, n in zip(log_p, lengths, strict=True)]))


def _with_context(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[:n].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _with_padding(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(log_p[:, n_context:].mean(axis=1).argmax())


def _least(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmin([row[n_context:n].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _one_late(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context + 1 : n].mean() for row, n in zip(log_p, lengths, strict=True)]))


def _first_piece(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(log_p[:, n_context].argmax())


def _last_piece(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n - 1] for row, n in zip(log_p, lengths, strict=True)]))


def _by_length(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    return int(np.argmax([row[n_context:n].sum() / n for row, n in zip(log_p, lengths, strict=True)]))


def _the_score(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> float:
    return max(row[n_context:n].mean() for row, n in zip(log_p, lengths, strict=True))


_unlikely_context = np.array([[-20.0, -20, -1, -1, 0, 0], [-20.0, -20, -1.5, -1.5, -1.5, -1.5]])
_three = np.array([[-1.0, -3, -2, -2, -2, -2], [-1.0, -3, -3, -2, 0, 0], [-1.0, -3, -2.2, -1.5, -1.6, 0]])


@exercise(
    title="Answer without a label",
    inputs=_answers,
    equivalent={
        "True → False": "there is a length for each row",
        "result: absolute": "a number of an answer is never negative",
    },
    special={
        "a short answer that is not the likeliest per piece": (_three, 2, np.array([6, 4, 5])),
        "a context that is unlikely": (_unlikely_context, 2, np.array([4, 6])),
        "a context of one piece": (_three[:, 1:], 1, np.array([5, 3, 4])),
        "equally likely answers": (np.array([[-9.0, -2, -1, 0], [-9.0, -1, -1, -1]]), 1, np.array([3, 4])),
        "two that are the same": (np.array([[-9.0, -2, -1], [-9.0, -1, -2]]), 1, np.array([3, 3])),
    },
    hints=(
        "Row k of `log_p` is context, answer k, padding. Which of its places belong to the answer?",
        "`log_p[k, n_context:lengths[k]]` are the pieces of answer k. A long answer has more of them: sum or "
        "mean?",
        "Make a list of the means, one for each row, and return `int(np.argmax(means))`.",
    ),
    wrong=[
        (_by_sum, "You sum. Each further piece makes a sum smaller, so the shortest answer wins: the mean."),
        (_with_context, "The context's pieces are among them. It is the same for all: from `n_context` on."),
        (_with_padding, "Padding is among them: answer k ends before `lengths[k]`."),
        (_least, "That is the least likely answer: argmax."),
        (_one_late, "The first piece of the answer is missing: it stands at `n_context`."),
        (_first_piece, "Only the answer's first piece counts here. Take the mean over all of its pieces."),
        (_last_piece, "Only the answer's last piece counts here. Take the mean over all of its pieces."),
        (
            _by_length,
            "Divided by the length with the context: the answer has `lengths[k] - n_context` pieces.",
        ),
        (_the_score, "That is how likely the best answer is. Return which one it is, its number."),
    ],
)
def best_answer(log_p: np.ndarray, n_context: int, lengths: np.ndarray) -> int:
    """Return which answer has the highest mean log-probability per piece; of two as good, the first.

    Row k of log_p (K, T) is the context of `n_context` pieces, then answer k, up to lengths[k], then padding.
    """
    means = [row[n_context:n].mean() for row, n in zip(log_p, lengths, strict=True)]
    return int(np.argmax(means))
