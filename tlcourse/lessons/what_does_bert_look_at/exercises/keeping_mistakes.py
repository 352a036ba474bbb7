"""Mistakes that people make when they choose the heads that stay, and what to say of them."""

from collections.abc import Callable

import numpy as np

Choose = Callable[[np.ndarray, float], np.ndarray]


def best(importance: np.ndarray, n: int) -> np.ndarray:
    """The `n` most important heads, bool (L, A)."""
    keep = np.zeros(importance.size, dtype=bool)
    keep[np.argsort(-importance, axis=None)[: max(n, 0)]] = True
    return keep.reshape(importance.shape)


def _number(importance: np.ndarray, share: float) -> int:
    return max(1, round(share * importance.size))


def _least_kept(importance: np.ndarray, share: float) -> np.ndarray:
    return best(-importance, _number(importance, share))


def _pruned(importance: np.ndarray, share: float) -> np.ndarray:
    return ~best(importance, _number(importance, share))


def _share_goes(importance: np.ndarray, share: float) -> np.ndarray:
    return ~best(-importance, _number(importance, share))


def _by_layer(importance: np.ndarray, share: float) -> np.ndarray:
    n = max(1, round(share * importance.shape[1]))
    return np.stack([best(row, n) for row in importance])


def _one_in_each_layer(importance: np.ndarray, share: float) -> np.ndarray:
    keep = best(importance, _number(importance, share))
    keep[np.arange(len(keep)), importance.argmax(axis=1)] = True
    return keep


def _none_left(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, round(share * importance.size))


def _rounded_down(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, max(1, int(share * importance.size)))


def _rounded_down_none_left(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, int(share * importance.size))


def _rounded_up(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, int(np.ceil(share * importance.size)))


def _above_share(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= share


def _above_share_of_largest(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= share * importance.max()


def _near_the_largest(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= (1 - share) * importance.max()


def _all_left(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, round(share * importance.size) or importance.size)


def _rounded_down_all_left(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, int(share * importance.size) or importance.size)


def _by_column(importance: np.ndarray, share: float) -> np.ndarray:
    n = max(1, round(share * len(importance)))
    return np.stack([best(column, n) for column in importance.T], axis=1)


def _above_quantile(importance: np.ndarray, share: float) -> np.ndarray:
    return importance > np.quantile(importance, 1 - share)


def _one_too_few(importance: np.ndarray, share: float) -> np.ndarray:
    return importance > np.sort(importance, axis=None)[-_number(importance, share)]


def _one_too_many(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, _number(importance, share) + 1)


def _quantile(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= np.quantile(importance, 1 - share)


def _quantile_goes(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= np.quantile(importance, share)


def _of_the_sum(importance: np.ndarray, share: float) -> np.ndarray:
    order = np.argsort(-importance, axis=None)
    return best(importance, 1 + int((importance.ravel()[order].cumsum() < share * importance.sum()).sum()))


def _of_layers(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, max(1, round(share * len(importance))))


def _of_one_layer(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, max(1, round(share * importance.shape[1])))


def _flat(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, _number(importance, share)).ravel()


def _places(importance: np.ndarray, share: float) -> np.ndarray:
    return np.argsort(importance, axis=None)[-_number(importance, share) :]


def _places_best_first(importance: np.ndarray, share: float) -> np.ndarray:
    return np.argsort(-importance, axis=None)[: _number(importance, share)]


def _values(importance: np.ndarray, share: float) -> np.ndarray:
    return importance * best(importance, _number(importance, share))


def _whole_layers(importance: np.ndarray, share: float) -> np.ndarray:
    n = max(1, round(share * len(importance)))
    keep = np.zeros(importance.shape, dtype=bool)
    keep[np.argsort(-importance.mean(axis=1))[:n]] = True
    return keep


def _ranks(importance: np.ndarray, share: float) -> np.ndarray:
    return (np.argsort(importance, axis=None) >= importance.size - _number(importance, share)).reshape(
        importance.shape
    )


def _threshold(importance: np.ndarray, share: float) -> np.ndarray:
    return importance >= np.sort(importance, axis=None)[-_number(importance, share)]


def _ordered_in_each_layer(importance: np.ndarray, share: float) -> np.ndarray:
    return np.argsort(importance)[-_number(importance, share) :]


def _best_of_each_row(importance: np.ndarray, share: float) -> np.ndarray:
    return np.stack([best(row, _number(importance, share)) for row in importance])


def _of_72(importance: np.ndarray, share: float) -> np.ndarray:
    return best(importance, max(1, round(72 * share)))


def _with_equals(choose: Choose) -> Choose:
    """The same mistake, made by a threshold: what is as important as one that stays, stays too."""

    def chosen(importance: np.ndarray, share: float) -> np.ndarray:
        return np.isin(importance, importance[choose(importance, share)])

    return chosen


_MASKS: list[tuple[Choose, str]] = [
    (_least_kept, "You keep the least important ones: `argsort` puts the smallest first."),
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
    (_all_left, "Where the number is 0, `[-n:]` is everything: one head is to stay, and no more."),
    (
        _rounded_down_all_left,
        "You round down, and with 0 `[-n:]` is everything: `round`, and one at least.",
    ),
    (
        _by_column,
        "You take that share of each column: the best of the whole network stay, whatever their column.",
    ),
    (_one_too_many, "One head too many is kept."),
    (_of_layers, "You take that share of the number of layers. Take it of all heads, `importance.size`."),
    (_of_one_layer, "You take that share of one layer's heads. Take it of all heads, `importance.size`."),
    (
        _best_of_each_row,
        "You keep so many of *each* layer. `axis=None` orders all heads together: keep the best of the "
        "whole network.",
    ),
    (_of_72, "You take that share of 72 heads. Take it of *this* table's, `importance.size`."),
]
_OTHERS: list[tuple[Choose, str]] = [
    (_pruned, "You mark what goes: True is for what stays."),
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
    (
        _above_quantile,
        "A quantile is not the count, and > loses the least where all stay: count the heads.",
    ),
    (_one_too_few, "One too few: the head at the threshold stays as well, ≥."),
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
        "You keep heads until they make up that share of all importance: it is a share of their *number*.",
    ),
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
        _threshold,
        "Where several are equally important, you keep more than the share. Take that many places of the "
        "order, not all from a threshold on.",
    ),
    (
        _ordered_in_each_layer,
        "`argsort` of a table orders each row by itself, and these are numbers within a row: "
        "`axis=None` orders all heads together.",
    ),
    (
        _ranks,
        "`argsort` gives, in order, where each head stands, and not the rank of each head: set those "
        "places True.",
    ),
]
MISTAKES = [(form, said) for choose, said in _MASKS for form in (choose, _with_equals(choose))] + _OTHERS
