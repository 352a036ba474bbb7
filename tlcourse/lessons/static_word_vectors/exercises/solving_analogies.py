"""What the vectors answer: a is to b as c is to which word?"""

from collections.abc import Callable

import numpy as np

from tlcourse.exercises.machinery import exercise


def _vectors_and_question(rng: np.random.Generator) -> tuple[np.ndarray, int, int, int]:
    """Vectors in which each known mistake gives another answer than the right one."""
    while True:
        n, size = int(rng.integers(30, 60)), int(rng.integers(3, 6))
        vectors = rng.normal(size=(n, size))
        a, b, c = (int(i) for i in rng.choice(n, 3, replace=False))
        vectors[[a, b, c]] = vectors[a] + 0.4 * rng.normal(size=(3, size))  # near each other: each could win
        vectors *= rng.lognormal(0, 1.0, size=(n, 1))
        right = _solve(vectors, a, b, c)
        ruled_out = _without_a(vectors, a, b, c), _without_b(vectors, a, b, c), _without_c(vectors, a, b, c)
        if ruled_out == (a, b, c) and all(wrong(vectors, a, b, c) != right for wrong in _TARGETS):
            return vectors, a, b, c


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _best(scores: np.ndarray, without: list[int]) -> int:
    scores = scores.copy()
    scores[without] = -np.inf
    return int(scores.argmax())


def _solve(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    return _best(u @ (u[b] - u[a] + u[c]), [a, b, c])


def _question_words_allowed(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    return _best(u @ (u[b] - u[a] + u[c]), [])


def _not_normalised(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    return _best(vectors @ (vectors[b] - vectors[a] + vectors[c]), [a, b, c])


def _normalised_after(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    return _best(_unit(vectors) @ (vectors[b] - vectors[a] + vectors[c]), [a, b, c])


def _wrong_way(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    return _best(u @ (u[a] - u[b] + u[c]), [a, b, c])


def _farthest(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    return _best(-(u @ (u[b] - u[a] + u[c])), [a, b, c])


def _without(*left_out: str) -> Callable:
    """3CosAdd that rules out only some of the question's words."""

    def wrong(vectors: np.ndarray, a: int, b: int, c: int) -> int:
        u = _unit(vectors)
        return _best(u @ (u[b] - u[a] + u[c]), [{"a": a, "b": b, "c": c}[name] for name in left_out])

    return wrong


def _target(of: Callable) -> Callable:
    """The nearest word to another target, the question's words ruled out."""

    def wrong(vectors: np.ndarray, a: int, b: int, c: int) -> int:
        u = _unit(vectors)
        return _best(u @ of(u[a], u[b], u[c]), [a, b, c])

    return wrong


_without_a, _without_b, _without_c = _without("b", "c"), _without("a", "c"), _without("a", "b")
_no_c, _all_added = _target(lambda a, b, c: b - a), _target(lambda a, b, c: a + b + c)
_c_subtracted, _swapped_c = _target(lambda a, b, c: b - a - c), _target(lambda a, b, c: a + b - c)
_nearest_to_c, _absolute = _target(lambda a, b, c: c), _target(lambda a, b, c: abs(b - a) + c)


def _euclidean(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    return _best(-np.linalg.norm(vectors - (vectors[b] - vectors[a] + vectors[c]), axis=1), [a, b, c])


def _rows_not_normalised(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    return _best(vectors @ (u[b] - u[a] + u[c]), [a, b, c])


def _multiplied(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    """3CosMul (Levy and Goldberg 2014b)."""
    u = _unit(vectors)
    to_a, to_b, to_c = (1 + u @ u[[a, b, c]].T).T / 2
    return _best(to_b * to_c / (to_a + 0.001), [a, b, c])


def _zero_is_no_floor(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    scores = u @ (u[b] - u[a] + u[c])
    scores[[a, b, c]] = 0
    return int(scores.argmax())


def _rows_deleted(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = _unit(vectors)
    return int(np.delete(u @ (u[b] - u[a] + u[c]), [a, b, c]).argmax())


def _all_others_behind() -> tuple[np.ndarray, int, int, int]:
    """Every word that may answer has a negative cosine with the sum."""
    towards = np.array([[1.0, 0.1, 0.0], [0.9, 0.3, 0.2], [1.0, -0.1, 0.3]])  # a, b, c
    behind = [[-1.0, 0.4, 0.2], [-0.3, -0.9, -0.6], [-0.7, 0.5, -0.8], [-1.0, -0.5, 0.4]]
    return np.concatenate([behind[:2], towards, behind[2:]]), 2, 3, 4


def _by_column(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    u = vectors / np.linalg.norm(vectors, axis=0, keepdims=True)
    return _best(u @ (u[b] - u[a] + u[c]), [a, b, c])


_RULING_OUT = (_question_words_allowed, _without_a, _without_b, _without_c)
_TARGETS = (
    _not_normalised,
    _wrong_way,
    _farthest,
    _no_c,
    _all_added,
    _c_subtracted,
    _swapped_c,
    _nearest_to_c,
    _rows_not_normalised,
    _multiplied,
    _rows_deleted,
)


@exercise(
    title="a is to b as c is to ?",
    inputs=_vectors_and_question,
    special={"every word that may answer has a negative cosine": _all_others_behind()},
    equivalent={
        "scores.argmax() → _last_of_the_best(scores.argmax)": "no two words have the same cosine",
        "b and c swapped": "b − a + c is the same either way",
        "result: absolute": "a row is never negative",
    },
    hints=(
        "Divide each row by its length first; then a dot product is a cosine.",
        "The target is b − a + c. One matrix product gives its score with every word.",
        "With the rows brought to length 1, the scores are `directions @ (…)`. Set those of rows a, b and "
        "c to −np.inf before you take `argmax`.",
    ),
    wrong=[
        (_without_a, "`a` itself may still win: all three of the question's words are ruled out."),
        (_without_b, "`b` itself may still win: all three of the question's words are ruled out."),
        (_without_c, "`c` itself may still win: all three of the question's words are ruled out."),
        (
            _question_words_allowed,
            "The answer is one of a, b and c. By the protocol these three are ruled out: the nearest is "
            "nearly always one.",
        ),
        (_not_normalised, "Long vectors win: bring all rows to length 1 before you add and compare."),
        (
            _normalised_after,
            "You compare by cosine, but add the raw vectors: 3CosAdd brings a, b and c to length 1 before "
            "adding them.",
        ),
        (
            _rows_not_normalised,
            "The sum is right. Divide the candidates by their length too: else long vectors win.",
        ),
        (
            _zero_is_no_floor,
            "0 is no floor: cosines may be negative, and then one of these three wins. Take −np.inf.",
        ),
        (
            _rows_deleted,
            "Deleting three rows shifts those behind them: your number is that of another row. Set the three "
            "scores to −np.inf instead.",
        ),
        (
            _multiplied,
            "This multiplies cosines (3CosMul). 3CosAdd adds them: the cosine with b − a + c.",
        ),
        (
            lambda vectors, a, b, c: vectors[_solve(vectors, a, b, c)],
            "The right row, but its vector. Return the row's *number*.",
        ),
        (
            lambda vectors, a, b, c: _unit(vectors)[_solve(vectors, a, b, c)],
            "The right row, but its vector at length 1. Return the row's *number*.",
        ),
        (_wrong_way, "The difference is turned round: from a to b is b − a."),
        (_no_c, "`c` is missing from the target: the difference b − a has to start from c."),
        (_all_added, "You add all three. From a to b is a difference: b − a."),
        (_c_subtracted, "You subtract c. The step from a to b starts at c: add it."),
        (_swapped_c, "The wrong word is subtracted: it is b − a + c."),
        (_nearest_to_c, "This is the nearest word to c. The step from a to b is missing."),
        (_absolute, "The sign of b − a matters: it says which way to go. No absolute value here."),
        (
            _euclidean,
            "You look for the smallest distance. 3CosAdd compares by cosine, with all rows at length 1.",
        ),
        (_by_column, "You bring the columns to length 1. Each *row* is a word: `axis=1`."),
        (_farthest, "This finds the farthest word. The largest cosine is the nearest."),
    ],
)
def solve_analogy(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    """Return the number d of the row of `vectors` (V, D) that is to row c as row b is to row a (3CosAdd)."""
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = directions @ (directions[b] - directions[a] + directions[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())
