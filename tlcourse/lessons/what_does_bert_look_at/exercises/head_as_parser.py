"""A head read as a parser."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _between(rng: np.random.Generator) -> np.ndarray:
    n = int(rng.integers(6, 9))
    between = rng.gamma(0.8, size=(n, n)) + 0.01
    some = rng.permutation(n)[: n // 2]
    between[some, some] += between.sum(axis=1)[some]  # as many look at themselves most
    return between / between.sum(axis=1, keepdims=True) * rng.uniform(0.3, 0.9, size=(n, 1))


def _others(between: np.ndarray) -> np.ndarray:
    return np.where(np.eye(len(between), dtype=bool), -np.inf, between)


def _itself_too(between: np.ndarray) -> np.ndarray:
    return between.argmax(axis=1)


def _zero_on_the_diagonal(between: np.ndarray) -> np.ndarray:
    return (between * (1 - np.eye(len(between)))).argmax(axis=1)


def _most_attending(between: np.ndarray) -> np.ndarray:
    return _others(between).argmax(axis=0)


def _itself(between: np.ndarray) -> np.ndarray:
    return np.arange(len(between))


def _itself_too_by_column(between: np.ndarray) -> np.ndarray:
    return between.argmax(axis=0)


def _least(between: np.ndarray) -> np.ndarray:
    return np.where(np.eye(len(between), dtype=bool), np.inf, between).argmin(axis=1)


def _least_itself_too(between: np.ndarray) -> np.ndarray:
    return between.argmin(axis=1)


def _weights(between: np.ndarray) -> np.ndarray:
    return _others(between).max(axis=1)


def _second(between: np.ndarray) -> np.ndarray:
    return np.argsort(-between, axis=1)[:, 1]


def _second_of_others(between: np.ndarray) -> np.ndarray:
    return np.argsort(-_others(between), axis=1)[:, 1]


def _deleted(between: np.ndarray) -> np.ndarray:
    return np.array([np.delete(row, i).argmax() for i, row in enumerate(between)])


def _both_ways(between: np.ndarray) -> np.ndarray:
    return _others(between + between.T).argmax(axis=1)


def _only_before(between: np.ndarray) -> np.ndarray:
    return np.where(np.tri(len(between), k=-1, dtype=bool), between, -np.inf).argmax(axis=1)


def _only_after(between: np.ndarray) -> np.ndarray:
    return np.where(np.tri(len(between), dtype=bool), -np.inf, between).argmax(axis=1)


def _marked(between: np.ndarray) -> np.ndarray:
    return _others(between) == _others(between).max(axis=1, keepdims=True)


def _as_offsets(between: np.ndarray) -> np.ndarray:
    return _others(between).argmax(axis=1) - np.arange(len(between))


def _diagonal_off_each_row(between: np.ndarray) -> np.ndarray:
    return (between - np.diag(between)).argmax(axis=1)


def _first_left_out(between: np.ndarray) -> np.ndarray:
    return _others(np.where(np.arange(len(between)) == 0, 0, between)).argmax(axis=1)


def _ends_left_out(between: np.ndarray) -> np.ndarray:
    ends = np.isin(np.arange(len(between)), (0, len(between) - 1))
    return _others(np.where(ends, 0, between)).argmax(axis=1)


def _one_for_all(between: np.ndarray) -> int:
    return int(_others(between).argmax())


def _none_where_itself(between: np.ndarray) -> np.ndarray:
    most = between.argmax(axis=1)
    return np.where(most == np.arange(len(between)), -1, most)


@exercise(
    title="A head as a parser",
    inputs=_between,
    special={
        "the sentence has two words": (np.array([[0.6, 0.2], [0.1, 0.3]]),),
        "a word looks at nothing but itself": (np.array([[1.0, 0.0], [0.3, 0.7]]),),
    },
    equivalent={"result: absolute": "places are never negative"},
    hints=(
        "Row i is what word i gives to each word. Its own place in that row, i, must not win.",
        "Work on a copy in which no word can win its own row: what would have to stand on the diagonal?",
        "On the diagonal of the copy goes what is smaller than any weight. Then the place of the largest in "
        "each row: along which axis?",
    ),
    wrong=[
        (_itself_too, "A word may look at itself most: here it is not to count. Leave the diagonal out."),
        (_itself, "Each word finds itself: on the diagonal belongs what is smaller than any weight, −∞."),
        (
            _zero_on_the_diagonal,
            "0 is a weight, too. Where a word looks at itself alone, a 0 on the diagonal is as much as the "
            "others have. Put something smaller there, −∞.",
        ),
        (_most_attending, "You say who looks at the word most (its column): whom does it look at (its row)?"),
        (
            _itself_too_by_column,
            "Two things: take the largest in each row, not column; and leave the diagonal out.",
        ),
        (_least, "That is the word which it looks at least."),
        (
            _least_itself_too,
            "That is the word which it looks at least, itself perhaps: argmax, and leave the diagonal out.",
        ),
        (_weights, "These are the weights: which word has it? `argmax` says the place."),
        (_second, "The second largest is right only where a word looks at itself most."),
        (_second_of_others, "That is the second of the others: they are without the word itself already."),
        (
            _deleted,
            "With the word itself deleted, the places behind it are one too low: put it out of reach, "
            "and keep its place.",
        ),
        (_both_ways, "You add up both directions: only what the word gives counts, its row."),
        (_only_before, "You look to the left alone: the head of a word may stand on either side."),
        (_only_after, "You look to the right alone: the head of a word may stand on either side."),
        (_marked, "You mark the largest in each row: the place itself is asked for, as a number."),
        (_as_offsets, "You say how many words away it stands: say its place in the sentence."),
        (
            _diagonal_off_each_row,
            "`np.diag(between)` is a row of numbers, and it comes off each row: change the diagonal alone.",
        ),
        (_first_left_out, "You leave out the first word, as if it were a mark: these are words alone."),
        (
            _ends_left_out,
            "You leave out the first and the last word, as if they were marks: these are words alone.",
        ),
        (_one_for_all, "That is one place for the whole table: one for each row is asked for."),
        (
            _none_where_itself,
            "Where a word looks at itself most you give −1: the largest of the others is asked for.",
        ),
    ],
)
def most_attended(between: np.ndarray) -> np.ndarray:
    """Return, for each word, the place of the other word that it looks at most: int (W,).

    `between` (W, W) is the attention between words, W ≥ 2: row = from, column = to. A word's attention to
    itself does not count. `between` itself stays as it is.
    """
    others = between.copy()
    np.fill_diagonal(others, -np.inf)
    return others.argmax(axis=1)
