"""One row for a context and several continuations."""

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise


def _row(rng: np.random.Generator) -> tuple[int, list[int]]:
    n_context = int(rng.integers(2, 5))
    return n_context, [int(n) for n in rng.permutation([1, 2, 3, 4])[: int(rng.integers(2, 5))]]


def _owner(n_context: int, lengths: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(lengths) + 1), [n_context, *lengths])


def _causal(n_context: int, lengths: list[int]) -> np.ndarray:
    n = n_context + sum(lengths)
    return np.tril(np.ones((n, n), dtype=bool))


def _causal_hidden(n_context: int, lengths: list[int]) -> np.ndarray:
    return ~_causal(n_context, lengths)


def _looks_ahead(n_context: int, lengths: list[int]) -> np.ndarray:
    owner = _owner(n_context, lengths)
    return (owner[None] == 0) | (owner[None] == owner[:, None])


def _no_context(n_context: int, lengths: list[int]) -> np.ndarray:
    owner = _owner(n_context, lengths)
    return np.tril(owner[None] == owner[:, None])


def _transposed(n_context: int, lengths: list[int]) -> np.ndarray:
    return np.tril(_looks_ahead(n_context, lengths)).T


def _context_alone(n_context: int, lengths: list[int]) -> np.ndarray:
    owner = _owner(n_context, lengths)
    return np.tril(np.broadcast_to(owner[None] == 0, (len(owner), len(owner))))


def _hidden(n_context: int, lengths: list[int]) -> np.ndarray:
    return ~np.tril(_looks_ahead(n_context, lengths))


def _not_itself(n_context: int, lengths: list[int]) -> np.ndarray:
    return np.tril(_looks_ahead(n_context, lengths), -1)


def _ahead_in_context(n_context: int, lengths: list[int]) -> np.ndarray:
    mask = np.tril(_looks_ahead(n_context, lengths))
    mask[:n_context, :n_context] = True
    return mask


def _context_sees_all(n_context: int, lengths: list[int]) -> np.ndarray:
    mask = np.tril(_looks_ahead(n_context, lengths))
    mask[:n_context] = True
    return mask


def _whole_branch(n_context: int, lengths: list[int]) -> np.ndarray:
    mask = _looks_ahead(n_context, lengths)
    mask[:n_context] = np.tril(mask)[:n_context]
    return mask


@exercise(
    title="Who may look at whom",
    inputs=_row,
    special={
        "one continuation: an ordinary causal mask": (3, [2]),
        "a context of one piece": (1, [2, 1]),
        "continuations of one length": (2, [2, 2, 2]),
        "no continuation": (3, []),
    },
    hints=(
        "First a plain causal mask. Which of its entries are wrong, now that several continuations stand "
        "behind each other?",
        "Take the first continuation's columns, from `n_context` on. Its own rows may look there; which rows "
        "must not? Then the second's.",
        "`np.tri(n, dtype=bool)` lets each look at all before it. For each continuation, what "
        "stands below its "
        "own rows, in its "
        "own columns, becomes False.",
    ),
    wrong=[
        (_causal, "A plain causal mask: here the second continuation reads the first. They must not meet."),
        (
            _causal_hidden,
            "Turned round: True is for what may be seen. And the continuations must not meet, as "
            "they do in a "
            "plain causal mask.",
        ),
        (_looks_ahead, "Nobody is kept from looking ahead: it has to be causal, too, `np.tril`."),
        (_no_context, "No continuation sees the context: it is what they go on from."),
        (_transposed, "Transposed: the row looks, the column is looked at."),
        (
            _context_alone,
            "A continuation sees the context, and nothing of itself: its own earlier pieces, too.",
        ),
        (_hidden, "Turned round: True is for what may be seen."),
        (_not_itself, "No piece sees itself: the diagonal belongs to it."),
        (_ahead_in_context, "The context looks ahead in itself: inside it, the mask is causal as well."),
        (_context_sees_all, "The context sees the continuations: it comes before them."),
        (_whole_branch, "A continuation looks ahead in itself: inside it, the mask is causal as well."),
    ],
)
def shared_mask(n_context: int, lengths: list[int]) -> ndarray:
    """Return bool (T, T), T = n_context + sum(lengths): may the piece of this row look at this column's?"""
    n = n_context + sum(lengths)
    mask = np.tri(n, dtype=bool)
    begin = n_context
    for length in lengths:
        end = begin + length
        mask[end:, begin:end] = False
        begin = end
    return mask
