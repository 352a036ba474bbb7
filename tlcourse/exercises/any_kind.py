"""Values by their numbers alone: whatever kind of array holds them, and with gaps that any number fills."""

import numpy as np

from tlcourse.exercises.comparison import as_array, is_tensor


def as_floats(value: object) -> object:
    """Return an array, a tensor or nested lists of numbers as float64 of their shape; all else as it is."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = as_array(value)
        return array.astype(np.float64) if array.ndim and array.dtype.kind in "iuf" else value
    if not isinstance(value, (list, tuple)):
        return value
    try:
        array = np.asarray([as_floats(one) for one in value])
    except ValueError:  # lists of several lengths
        return value
    return array.astype(np.float64) if array.dtype.kind in "iuf" else value


def filled(pattern: object, value: object) -> object:
    """Return `pattern` with what `value` has in place of its NaNs, if that is one number for all of them."""
    if isinstance(pattern, tuple) and isinstance(value, tuple) and len(pattern) == len(value):
        return tuple(map(filled, pattern, value))
    if not all(isinstance(one, np.ndarray) or is_tensor(one) for one in (pattern, value)):
        return pattern
    made, got = as_array(pattern), as_array(value)
    if made.shape != got.shape or made.dtype.kind != "f" or got.dtype.kind not in "iuf":
        return pattern
    gaps = np.isnan(made)
    if not gaps.any() or (got[gaps] != got[gaps].flat[0]).any():
        return pattern
    whole = np.where(gaps, got, made)
    return whole if isinstance(pattern, np.ndarray) else pattern.new_tensor(whole)
