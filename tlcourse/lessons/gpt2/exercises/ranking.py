"""The rank of each piece of a text."""

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise


def _text(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, v = int(rng.integers(5, 9)), int(rng.integers(11, 17))
    return rng.normal(size=(n, v)), rng.integers(v, size=n)


def _shifted(logits: np.ndarray, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return logits[:-1], logits[:-1][np.arange(len(ids) - 1), ids[1:]][:, None]


def _later_rows(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    own = logits[1:][np.arange(len(ids) - 1), ids[1:]][:, None]
    return 1 + (logits[1:] > own).sum(axis=1)


def _dense(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    some, own = _shifted(logits, ids)
    return np.array([1 + len({x for x in row if x > one[0]}) for row, one in zip(some, own, strict=True)])


def _from_zero(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    some, own = _shifted(logits, ids)
    return (some > own).sum(axis=1)


def _at_least(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    some, own = _shifted(logits, ids)
    return (some >= own).sum(axis=1)


def _one_more(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    some, own = _shifted(logits, ids)
    return 1 + (some >= own).sum(axis=1)


def _from_below(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    some, own = _shifted(logits, ids)
    return 1 + (some < own).sum(axis=1)


def _not_shifted(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return 1 + (logits > logits[np.arange(len(ids)), ids][:, None]).sum(axis=1)


def _shifted_back(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return 1 + (logits[1:] > logits[1:][np.arange(len(ids) - 1), ids[:-1]][:, None]).sum(axis=1)


def _argsorted(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    order = np.argsort(-logits[:-1], axis=1)
    return 1 + order[np.arange(len(ids) - 1), ids[1:]]


def _ranks_of_all(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return 1 + np.argsort(np.argsort(-logits[:-1], axis=1), axis=1)


def _probabilities(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    p = np.exp(logits[:-1]) / np.exp(logits[:-1]).sum(axis=1, keepdims=True)
    return p[np.arange(len(ids) - 1), ids[1:]]


def _cut_short(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return _not_shifted(logits, ids)[:-1]


def _over_places(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    some, own = _shifted(logits, ids)
    return 1 + (some[:, ids[1:]] > own.T).sum(axis=0)


def _log(logits: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return np.log(1 + _from_zero(logits, ids))


@exercise(
    title="The rank of each piece",
    inputs=_text,
    any_kind=True,
    equivalent={
        "result: absolute": "a rank is never negative",
        "result: a list": "a list of ranks is as good",
        "np.array([1 + (row > one).sum() for row, one in zip(logits, own, strict=False)]) → "
        "[1 + (row > one).sum() for row, one in zip(logits, own, strict=False)]": "a list is as good",
    },
    special={
        "pieces as likely as each other": (
            np.array([[1.0, 1.0, 0.0], [0.5, 2.0, 2.0], [0.0, 0.0, 0.0], [9.0, 1.0, 2.0]]),
            np.array([2, 1, 2, 0]),
        ),
        "two as likely as each other above the piece": (
            np.array([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0], [1.0, 0.0, 2.0]]),
            np.array([0, 2, 0]),
        ),
        "each the likeliest": (np.array([[0.0, 3.0], [3.0, 0.0], [0.0, 1.0]]), np.array([1, 1, 0])),
        "two pieces": (np.array([[0.3, 0.1, 0.9], [0.2, 0.5, 0.1]]), np.array([0, 1])),
    },
    hints=(
        "How many pieces are likelier than the one that stands there? Lesson 07: which row predicts which "
        "piece?",
        "Row t is about the piece at t + 1: the rows but the last, and the pieces but the first. "
        "`logits[np.arange(n), ids]` takes one entry of each row.",
        "Count, in each row, the logits above that of its own piece; the likeliest has rank 1.",
    ),
    wrong=[
        (
            _later_rows,
            "Row t is about the piece at t + 1: the rows from the first to the last but one, not "
            "those after them.",
        ),
        (
            _dense,
            "Pieces as likely as each other are counted once: each piece above counts, 2, 2, "
            "1 has rank 3 last.",
        ),
        (_from_zero, "The likeliest piece has rank 0 here: ranks begin at 1."),
        (
            _at_least,
            "Of pieces that are as likely, all should have the better rank: count those *above*, plus 1.",
        ),
        (_one_more, "One too many: the piece itself is counted, and 1 is added."),
        (_from_below, "Counted from the other end: rank 1 is the likeliest piece."),
        (_not_shifted, "Row t predicts the piece at t + 1, not the one at t: the last row predicts none."),
        (_cut_short, "Row t predicts the piece at t + 1, not the one at t: shift the pieces, too."),
        (_shifted_back, "Shifted the other way: row t predicts the piece at t + 1."),
        (
            _argsorted,
            "argsort says which piece has a rank, not which rank a piece has: count the pieces "
            "above instead.",
        ),
        (_ranks_of_all, "These are the ranks of all pieces: pick that of the piece that stands there."),
        (_probabilities, "These are probabilities: how many pieces are likelier?"),
        (
            _over_places,
            "Compared with the other places of the text: compare with all pieces of the vocabulary.",
        ),
        (_log, "These are the logarithms of the ranks: the ranks themselves are asked."),
    ],
)
def ranks(logits: ndarray, ids: ndarray) -> ndarray:
    """Return int (T − 1,), the rank of each piece but the first: 1 is the likeliest; ties share the better.

    logits is (T, V), row t for the piece at t + 1; ids (T,) are the pieces.
    """
    own = [row[piece] for row, piece in zip(logits, ids[1:], strict=False)]
    return np.array([1 + (row > one).sum() for row, one in zip(logits, own, strict=False)])
