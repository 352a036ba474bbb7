"""A table of weights in whole numbers of one byte, and a scale for each of its rows."""

from collections.abc import Callable

import numpy as np
from numpy import ndarray  # the lesson, where the solutions may be read, has no np

from tlcourse.exercises.machinery import exercise

Rounded = tuple[np.ndarray, np.ndarray]


def _weights(rng: np.random.Generator) -> ndarray:
    """Rows of very different sizes; the largest of a row is sometimes negative."""
    rows, columns = int(rng.integers(5, 8)), int(rng.integers(9, 13))
    sizes = np.exp(rng.uniform(-3, 2, size=(rows, 1)))
    return rng.normal(size=(rows, columns)) * sizes


def _whole(scaled: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(scaled), -128, 127).astype(np.int8)


def _largest(weights: np.ndarray, axis: int | None = 1) -> np.ndarray:
    found = np.abs(weights).max(axis=axis, keepdims=axis is not None)
    return np.where(found > 0, found, 127.0)


def _one_scale(weights: ndarray) -> Rounded:
    scale = _largest(weights, None) / 127
    return _whole(weights / scale), np.full(len(weights), float(scale))


def _one_number(weights: ndarray) -> tuple[np.ndarray, float]:
    scale = float(_largest(weights, None) / 127)
    return _whole(weights / scale), scale


def _by_column(weights: ndarray) -> Rounded:
    scale = _largest(weights, 0) / 127
    return _whole(weights / scale), scale[0]


def _cut_off(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 127
    return (weights / scale).astype(np.int8), scale[:, 0]


def _floored(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 127
    return np.floor(weights / scale).astype(np.int8), scale[:, 0]


def _to_128(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 128
    scale = np.where(np.abs(weights).max(axis=1, keepdims=True) > 0, scale, 1.0)
    return np.rint(weights / scale).astype(np.int64).astype(np.int8), scale[:, 0]


def _to_128_clipped(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 128
    scale = np.where(np.abs(weights).max(axis=1, keepdims=True) > 0, scale, 1.0)
    return _whole(weights / scale), scale[:, 0]


def _to_255(weights: ndarray) -> Rounded:
    span = weights.max(axis=1, keepdims=True) - weights.min(axis=1, keepdims=True)
    scale = np.where(span > 0, span / 255, 1.0)
    return _whole(weights / scale), scale[:, 0]


def _without_sign(weights: ndarray) -> Rounded:
    largest = weights.max(axis=1, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1.0)
    return _whole(weights / scale), scale[:, 0]


def _upside_down(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 127
    return _whole(weights / scale), 1 / scale[:, 0]


def _kept_axis(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 127
    return _whole(weights / scale), scale


def _as_floats(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 127
    return np.rint(weights / scale), scale[:, 0]


def _back_again(weights: ndarray) -> Rounded:
    scale = _largest(weights) / 127
    return np.rint(weights / scale) * scale, scale[:, 0]


def _zero_scale(weights: ndarray) -> Rounded:
    largest = np.abs(weights).max(axis=1)
    scale = largest / 127
    with np.errstate(all="ignore"):
        return _whole(np.nan_to_num(weights / scale[:, None])), scale


def _no_sign(weights: ndarray) -> Rounded:
    whole, scale = int8_rows(weights)
    return whole.astype(np.uint8), scale


def _turned(weights: ndarray) -> Rounded:
    return int8_rows(weights)[::-1]


def _alone(weights: ndarray) -> np.ndarray:
    return int8_rows(weights)[0]


def _the_largest(weights: ndarray) -> Rounded:
    largest = _largest(weights)
    return _whole(127 * weights / largest), largest[:, 0]


def _times_127(weights: ndarray) -> Rounded:
    return _whole(127 * weights), np.full(len(weights), 1 / 127)


def _standard(weights: ndarray) -> Rounded:
    spread = weights.std(axis=1, keepdims=True)
    scale = np.where(spread > 0, spread / 127, 1.0)
    return _whole(weights / scale), scale[:, 0]


def _scaled_by(find) -> Callable[[np.ndarray], Rounded]:
    """With another scale (R,); what does not fit into a byte goes wrong as it does for a learner."""

    def rounded(weights: np.ndarray) -> Rounded:
        largest = np.abs(weights).max(axis=1)
        scale = np.where(largest > 0, find(weights, largest), 1.0)
        with np.errstate(all="ignore"):
            whole = np.rint(weights / scale[:, None]).astype(np.int8)
        return whole, np.where(largest > 0, scale, np.nan)  # of a row of zeros, whatever it is

    return rounded


def _multiplied(weights: ndarray) -> Rounded:
    scale = _scaled_by(lambda weights, largest: largest / 127)(weights)[1]
    with np.errstate(all="ignore"):
        return np.rint(weights * scale[:, None]).astype(np.int8), scale


def _undivided(weights: ndarray) -> Rounded:
    return np.rint(weights).astype(np.int8), int8_rows(weights)[1]


def _signed(weights: ndarray) -> Rounded:
    largest = weights.max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(weights / scale[:, None]).astype(np.int8), scale


_HALF = "One side of a row would not fit: take the largest *absolute* value, whatever its sign."


@exercise(
    title="Weights of one byte",
    inputs=_weights,
    special={
        "a row of zeros": (np.array([[0.0, 0.0, 0.0], [1.1, -2.0, 0.3]]),),
        "the largest is negative": (np.array([[-1.27, 0.5, 1.0, 0.024]]),),
        "a row has one number": (np.array([[3.0], [-0.002]]),),
        "values beside a half": (np.array([[127.0, 0.6, -0.6, 0.4, -0.4, 63.7]]),),
    },
    hints=(
        "One byte with a sign holds whole numbers from −128 to 127. By what do you divide a row so that its "
        "largest becomes 127?",
        "The scale of a row is its largest absolute value, divided by 127: then `weights / scale[:, None]` "
        "lies between −127 and 127. What would a row of zeros do?",
        "`np.abs(weights).max(axis=1)`, `np.where(largest > 0, …, 1.0)` for the rows of zeros, `np.rint(…)` "
        "for the nearest whole number, `.astype(np.int8)`. Return both.",
    ),
    wrong=[
        (
            _one_scale,
            "One scale for the whole table: the small rows lose nearly everything. Each row has its own.",
        ),
        (_one_number, "One scale for the whole table: return one for each row, (R,)."),
        (_by_column, "A scale for each column: each row has its own."),
        (_cut_off, "`.astype(np.int8)` cuts off what stands behind the point: take the nearest, `np.rint`."),
        (_floored, "Rounded down: take the nearest whole number, `np.rint`."),
        (_to_128, "The largest becomes 128, which one byte cannot hold: it turns into −128. Divide by 127."),
        (_to_128_clipped, "The largest should become 127, not 128: divide it by 127."),
        (
            _to_255,
            "The whole span is spread over 255 steps, but zero has no place of its own: the largest absolute "
            "value becomes 127.",
        ),
        (_without_sign, _HALF),
        (_signed, _HALF),
        (
            _scaled_by(lambda weights, largest: largest),
            "The largest becomes 1 here, and nearly all others 0: a step is the largest, *divided by 127*.",
        ),
        (
            _scaled_by(lambda weights, largest: 127 / np.where(largest > 0, largest, 1)),
            "The scale is upside down: the largest, divided by 127; not 127 divided by it.",
        ),
        (
            _scaled_by(lambda weights, largest: largest / 126),
            "The largest becomes 126: a byte goes on to 127.",
        ),
        (
            _scaled_by(lambda weights, largest: np.full(len(weights), 127.0)),
            "All rows are divided by 127: by the row's largest, divided by 127.",
        ),
        (
            _scaled_by(lambda weights, largest: np.abs(weights).min(axis=1) / 127),
            "The *smallest* becomes 127, and the others do not fit into a byte: take the largest.",
        ),
        (_multiplied, "You multiply by the scale: divide by it to get whole numbers."),
        (_undivided, "The weights themselves are rounded: divide each row by its scale first."),
        (_upside_down, "The scale is upside down: `q * scale` has to give the weights back."),
        (_kept_axis, "The scales are (R, 1): return (R,), one for each row."),
        (_as_floats, "The numbers are whole, but not of one byte each: `.astype(np.int8)`."),
        (_back_again, "These are the rounded weights: return the whole numbers, and the scales beside them."),
        (_zero_scale, "A row of zeros has scale 0 here: give it scale 1, so that nobody divides by 0."),
        (_no_sign, "uint8 has no sign: −1 becomes 255. int8 holds −128 to 127."),
        (_turned, "The whole numbers come first, then the scales."),
        (_alone, "The scales are missing: without them nobody can turn the numbers back."),
        (
            _the_largest,
            "The whole numbers are right. The scale is that of *one step*: the largest, divided by 127.",
        ),
        (
            _times_127,
            "All are multiplied by 127: a weight above 1 does not fit. Divide each row by its largest.",
        ),
        (_standard, "Divided by the standard deviation: the largest of a row does not fit into a byte then."),
    ],
)
def int8_rows(weights: ndarray) -> Rounded:
    """Return whole numbers, int8 (R, C), and the scale of each row, (R,): `q * scale[:, None]` ≈ weights.

    The largest absolute value of a row becomes 127 or −127. A row of zeros has scale 1.
    """
    largest = np.abs(weights).max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.rint(weights / scale[:, None]).astype(np.int8), scale
