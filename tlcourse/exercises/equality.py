"""Whether two values are equal, for the many times that nobody asks what differs."""

import math

import numpy as np

from tlcourse.exercises.comparison import as_array, close, difference, is_tensor

_REAL = (int, float, np.integer, np.floating, np.bool_)


def same(expected: object, got: object, rtol: float = 1e-5, atol: float = 1e-6) -> bool:
    """Return whether `difference` finds none, without the cost of its sentence for numbers and arrays."""
    try:
        if isinstance(expected, _REAL) and isinstance(got, _REAL):
            return _same_numbers(expected, got, rtol, atol)
        if _is_array(expected) and _is_array(got) and expected.ndim and is_tensor(expected) == is_tensor(got):
            a, b = as_array(expected), as_array(got)
            if a.shape != b.shape or _family(a) != _family(b):
                return False
            return a.size == 0 or bool(close(a, b, rtol, atol).all())
    except Exception:  # as `difference`: what cannot be compared differs
        return False
    return difference(expected, got, rtol, atol) is None


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray) or is_tensor(value)


def _family(array: np.ndarray) -> str:
    """The kind of its numbers, signed or not."""
    return "i" if array.dtype.kind == "u" else array.dtype.kind


def _same_numbers(a: object, b: object, rtol: float, atol: float) -> bool:
    if not isinstance(a, (float, np.floating)) and not isinstance(b, (float, np.floating)):
        return int(a) == int(b)
    x, y = float(a), float(b)
    if math.isfinite(x) and math.isfinite(y):
        return abs(x - y) <= atol + rtol * max(abs(x), abs(y))
    return x == y or (math.isnan(x) and math.isnan(y))
