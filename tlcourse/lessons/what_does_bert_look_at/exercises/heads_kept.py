"""Which heads stay."""

import numpy as np

from tlcourse.exercises.machinery import exercise


def _importance(rng: np.random.Generator) -> tuple[np.ndarray, float]:
    layers, heads = (int(x) for x in rng.permutation([4, 5, 6, 7])[:2])
    importance = rng.gamma(1.2, size=(layers, heads)) * rng.uniform(0.3, 1.5, size=(layers, 1))
    share = (int(rng.integers(4, layers * heads - 4)) + rng.choice([-0.3, 0.3])) / (layers * heads)
    return importance / importance.max() * rng.uniform(0.6, 1.0), float(share)


def _best(importance: np.ndarray, n: int) -> np.ndarray:
    keep = np.zeros(importance.size, dtype=bool)
    keep[np.argsort(-importance, axis=None)[: max(n, 0)]] = True
    return keep.reshape(importance.shape)


def _number(importance: np.ndarray, share: float) -> int:
    return max(1, round(share * importance.size))


def _least_kept(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(-importance, _number(importance, share))


def _pruned(importance: np.ndarray, share: float) -> np.ndarray:
    return ~_best(importance, _number(importance, share))


def _share_goes(importance: np.ndarray, share: float) -> np.ndarray:
    return ~_best(-importance, _number(importance, share))


def _by_layer(importance: np.ndarray, share: float) -> np.ndarray:
    n = max(1, round(share * importance.shape[1]))
    return np.stack([_best(row, n) for row in importance])


def _one_in_each_layer(importance: np.ndarray, share: float) -> np.ndarray:
    keep = _best(importance, _number(importance, share))
    keep[np.arange(len(keep)), importance.argmax(axis=1)] = True
    return keep


def _none_left(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, round(share * importance.size))


def _rounded_down(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, max(1, int(share * importance.size)))


def _rounded_down_none_left(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, int(share * importance.size))


def _rounded_up(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, int(np.ceil(share * importance.size)))


def _above_share(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= share


def _above_share_of_largest(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= share * importance.max()


def _near_the_largest(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= (1 - share) * importance.max()


def _all_left(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, round(share * importance.size) or importance.size)


def _rounded_down_all_left(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, int(share * importance.size) or importance.size)


def _by_column(importance: np.ndarray, share: float) -> np.ndarray:
    n = max(1, round(share * len(importance)))
    return np.stack([_best(column, n) for column in importance.T], axis=1)


def _above_quantile(importance: np.ndarray, share: float) -> np.ndarray:
    return importance > np.quantile(importance, 1 - share)


def _one_too_few(importance: np.ndarray, share: float) -> np.ndarray:
    return importance > np.sort(importance, axis=None)[-_number(importance, share)]


def _one_too_many(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, _number(importance, share) + 1)


def _quantile(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= np.quantile(importance, 1 - share)


def _quantile_goes(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= np.quantile(importance, share)


def _of_the_sum(importance: np.ndarray, share: float) -> np.ndarray:
    order = np.argsort(-importance, axis=None)
    return _best(importance, 1 + int((importance.ravel()[order].cumsum() < share * importance.sum()).sum()))


def _of_layers(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, max(1, round(share * len(importance))))


def _of_one_layer(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, max(1, round(share * importance.shape[1])))


def _flat(importance: np.ndarray, share: float) -> np.ndarray:
    return _best(importance, _number(importance, share)).ravel()


def _places(importance: np.ndarray, share: float) -> np.ndarray:
    return np.argsort(importance, axis=None)[-_number(importance, share) :]


def _places_best_first(importance: np.ndarray, share: float) -> np.ndarray:
    return np.argsort(-importance, axis=None)[: _number(importance, share)]


def _values(importance: np.ndarray, share: float) -> np.ndarray:
    return importance * _best(importance, _number(importance, share))


def _whole_layers(importance: np.ndarray, share: float) -> np.ndarray:
    n = max(1, round(share * len(importance)))
    keep = np.zeros(importance.shape, dtype=bool)
    keep[np.argsort(-importance.mean(axis=1))[:n]] = True
    return keep


def _ranks(importance: np.ndarray, share: float) -> np.ndarray:
    return (np.argsort(importance, axis=None) >= importance.size - _number(importance, share)).reshape(
        importance.shape
    )


_MORE = np.sin(np.arange(30.0) ** 2).reshape(6, 5) + 1
_FEW = np.array([[0.3, 0.9, 0.1], [0.2, 0.7, 0.4]])


@exercise(
    title="Which heads stay",
    inputs=_importance,
    special={
        "the share is less than one head": (_FEW, 0.05),
        "all heads stay": (_FEW, 1.0),
        "few heads stay": (_MORE, 0.11),
        "few heads go": (_MORE, 0.89),
        "one layer loses all its heads": (np.array([[0.9, 0.8, 0.7, 0.6], [0.45, 0.4, 0.3, 0.2]]), 0.5),
    },
    hints=(
        "How many heads are to stay, of all layers together? Which are they, whatever layer they are in?",
        "`importance.size` is how many there are in all. `argsort(axis=None)` orders them as if they stood "
        "in "
        "one row, the least important first.",
        "Begin with one row of False, as many as there are heads; True at the last places of the order; then "
        "`reshape` it into layers. `max` keeps the number from being 0.",
    ),
    wrong=[
        (_least_kept, "You keep the least important ones: `argsort` puts the smallest first."),
        (_pruned, "You mark what goes: True is for what stays."),
        (_share_goes, "That share of the heads goes here: it is the share that stays."),
        (
            _by_layer,
            "You take that share of each layer: the best of the whole network stay, some layers keep more.",
        ),
        (_one_in_each_layer, "You keep one head in each layer at least: a layer may lose all of its heads."),
        (_none_left, "No head is left where the share is less than one: keep one at least."),
        (_rounded_down, "You round down: `round` the number to the nearest."),
        (
            _rounded_down_none_left,
            "You round down, to no head at all where the share is small: `round`, and one at least.",
        ),
        (_rounded_up, "You round up: `round` the number to the nearest."),
        (
            _above_share,
            "You compare the importance with the share: it is a share of the heads, the most important ones.",
        ),
        (
            _above_share_of_largest,
            "You keep what has that share of the largest importance: it is a share of the *number* of heads.",
        ),
        (
            _near_the_largest,
            "You keep what comes near the largest importance: it is a share of the *number* of heads.",
        ),
        (_all_left, "Where the number is 0, `[-n:]` is everything: one head is to stay, and no more."),
        (
            _rounded_down_all_left,
            "You round down, and with 0 `[-n:]` is everything: `round`, and one at least.",
        ),
        (
            _by_column,
            "You take that share of each column: the best of the whole network stay, whatever their column.",
        ),
        (
            _above_quantile,
            "A quantile is not the count, and > loses the least where all stay: count the heads.",
        ),
        (_one_too_few, "One too few: the head at the threshold stays as well, ≥."),
        (_one_too_many, "One head too many is kept."),
        (
            _quantile,
            "A quantile lies between two heads: the number kept is not always the rounded one. Count them.",
        ),
        (
            _quantile_goes,
            "That share goes here, by a quantile: it is the share that stays; and count the heads.",
        ),
        (
            _of_the_sum,
            "You keep heads until they make up that share of all importance: it is a share of their "
            "*number*.",
        ),
        (_of_layers, "You take that share of the number of layers: of the number of all heads."),
        (_of_one_layer, "You take that share of one layer's heads: of all heads, `importance.size`."),
        (_flat, "The heads stand in one row: `reshape` them into layers, (L, H)."),
        (
            _places,
            "These are the places of the heads, as numbers: a table of True and False is asked for, (L, H).",
        ),
        (
            _places_best_first,
            "These are the places of the heads, best first: a table of True and False is asked for, (L, H).",
        ),
        (_values, "You return the importance of what stays: True and False are asked for."),
        (_whole_layers, "You keep whole layers: single heads are kept, whatever layer they are in."),
        (
            _ranks,
            "`argsort` gives, in order, where each head stands, and not the rank of each head: set those "
            "places True.",
        ),
    ],
)
def keep_best(importance: np.ndarray, share: float) -> np.ndarray:
    """Return which heads stay, bool (L, H): of the whole network the most important ones, one head at least.

    Of importance (L, H), share · L · H heads stay, rounded to the nearest whole number.
    """
    n = max(1, round(share * importance.size))
    keep = np.zeros(importance.size, dtype=bool)
    keep[importance.argsort(axis=None)[-n:]] = True
    return keep.reshape(importance.shape)
