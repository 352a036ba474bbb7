"""From scores by distance to scores by key."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _scores(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    n_queries, n_remembered = int(rng.integers(3, 5)), int(rng.integers(2, 4))
    n_keys = n_queries + n_remembered
    return rng.normal(size=(n_queries, n_keys + n_queries)).round(2), n_keys


def _at(scores: np.ndarray, n_keys: int, first: int, step: int = -1) -> np.ndarray:
    """Row i of the result begins in column `first` + `step`·i, where there is one."""
    rows = []
    for i, row in enumerate(scores):
        columns = first + step * i + np.arange(n_keys)
        rows.append(row[np.clip(columns, 0, scores.shape[1] - 1)])
    return np.stack(rows)


def _not_moved(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return scores[:, :n_keys]


def _as_the_first(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return scores[:, len(scores) :]


def _to_the_right(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return _at(scores, n_keys, 0, step=1)


def _one_early(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return _at(scores, n_keys, len(scores) - 1)


def _backwards(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return _at(scores, n_keys, len(scores))[:, ::-1]


def _no_memory(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return _at(scores, n_keys, n_keys)


def _without_keys_remembered(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return _at(scores, n_keys, len(scores))[:, n_keys - len(scores) :]


def _absolute(scores: np.ndarray, n_keys: int) -> np.ndarray:
    """As if left and right were the same."""
    own = n_keys - len(scores) + np.arange(len(scores))
    away = np.abs(own[:, None] - np.arange(n_keys))
    return np.take_along_axis(scores, n_keys - away, axis=1)


def _nothing_to_the_right(scores: np.ndarray, n_keys: int) -> np.ndarray:
    own = n_keys - len(scores) + np.arange(len(scores))
    return np.where(np.arange(n_keys) <= own[:, None], _at(scores, n_keys, len(scores)), 0.0)


def _turned(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return _at(scores, n_keys, len(scores)).T


def _rolled(scores: np.ndarray, n_keys: int) -> np.ndarray:
    return np.stack([np.roll(row, i)[:n_keys] for i, row in enumerate(scores)])


@exercise(
    title="From distances to keys",
    inputs=_scores,
    special={
        "no memory": (np.arange(18.0).reshape(3, 6), 3),
        "one query, three keys": (np.array([[3.0, 2.0, 1.0, 0.0]]), 3),
    },
    any_kind=True,
    equivalent={
        "np.stack([scores[i, n_queries - i:n_queries - i + n_keys] for i in range(n_queries)]) → "
        "[scores[i, n_queries - i:n_queries - i + n_keys] for i in range(n_queries)]": "the same numbers",
        "result: a list": "the same numbers",
        "n_queries - i → abs(n_queries - i)": "no query has a number above theirs",
        "n_queries - i → abs(n_queries - i) (2)": "no query has a number above theirs",
    },
    hints=(
        "Query i is key M + i, with M = n_keys − T remembered. How far is it from key j?",
        "The distance is M + i − j, and column c is for the distance n_keys − c: so c = T − i + j.",
        "So row i of the result is a run of n_keys columns of row i, which begins in column T − i.",
    ),
    wrong=[
        (_not_moved, "Each row begins in the first column: where it begins depends on the query."),
        (_as_the_first, "Each row begins where the first query's does: a later query stands further on."),
        (
            _to_the_right,
            "The rows move to the wrong side: the later the query, the further away is the first key.",
        ),
        (
            _rolled,
            "The rows are rolled to the right, from the first column on: what falls out at one end comes in "
            "at the other, and query 0 begins in column T.",
        ),
        (_one_early, "One column too early: query 0 finds key 0 in column T."),
        (_backwards, "The keys are in reverse: column 0 is for the first key, the furthest away."),
        (_no_memory, "Query 0 begins in column n_keys: it stands after the memory, at key n_keys − T."),
        (_without_keys_remembered, "The keys that are remembered are missing: all n_keys are wanted."),
        (
            _absolute,
            "A key to the right has a negative distance, in a column beyond n_keys: left and right differ.",
        ),
        (_nothing_to_the_right, "Keys to the right have scores, too: their distances are negative."),
        (_turned, "Rows and columns are swapped: a row for each query."),
    ],
)
def by_key(scores: np.ndarray, n_keys: int) -> np.ndarray:
    """Return each query's scores by key, (T, n_keys), from its scores by distance, (T, n_keys + T).

    Column c is for the distance n_keys − c, from n_keys down to 1 − T. The queries are the last T of the
    keys: query i stands at key n_keys − T + i, and its distance from key j is its own place minus j.
    """
    n_queries = len(scores)
    return np.stack([scores[i, n_queries - i : n_queries - i + n_keys] for i in range(n_queries)])
