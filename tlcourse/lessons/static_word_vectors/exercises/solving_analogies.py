"""What the vectors answer: a is to b as c is to which word?"""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _vectors_and_question(rng: np.random.Generator) -> tuple[np.ndarray, int, int, int]:
    """Vectors in which each known mistake gives another answer than the right one."""
    while True:
        n, size = int(rng.integers(30, 60)), int(rng.integers(3, 6))
        vectors = rng.normal(size=(n, size)) * rng.lognormal(0, 1.0, size=(n, 1))
        a, b, c = (int(i) for i in rng.choice(n, 3, replace=False))
        answers = [solve(vectors, a, b, c) for solve in (_solve, *_ANALOGY_MISTAKES)]
        if len(set(answers)) == len(answers):
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


_ANALOGY_MISTAKES = (_question_words_allowed, _not_normalised, _normalised_after, _wrong_way, _farthest)


@exercise(
    title="a is to b as c is to ?",
    inputs=_vectors_and_question,
    hints=(
        "Divide each row by its length first; then a dot product is a cosine.",
        "The target is b − a + c. One matrix product gives its score with every word.",
        "Set the scores of rows a, b and c to −np.inf before you take `argmax`, and return an `int`.",
    ),
    wrong=[
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
        (_wrong_way, "The difference is turned round: from a to b is b − a."),
        (_farthest, "This finds the farthest word. The largest cosine is the nearest."),
    ],
)
def solve_analogy(vectors: np.ndarray, a: int, b: int, c: int) -> int:
    """Return the row d of `vectors` (V, D) that is to row c as row b is to row a (3CosAdd)."""
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    scores = directions @ (directions[b] - directions[a] + directions[c])
    scores[[a, b, c]] = -np.inf
    return int(scores.argmax())
