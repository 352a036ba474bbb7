"""Values by their numbers alone: whatever kind of array holds them, and with gaps that any number fills."""

from collections.abc import Iterator

import numpy as np

from tlcourse.exercises.comparison import as_array, is_scalar, is_tensor, kind, short


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


def no_numbers(expected: object, got: object, where: str = "") -> str | None:
    """Return why `got` cannot be read as numbers, where `expected` is an array of them; or None."""
    if isinstance(expected, tuple) and isinstance(got, (tuple, list)) and len(expected) == len(got):
        told = (no_numbers(e, g, f" at [{i}]") for i, (e, g) in enumerate(zip(expected, got, strict=True)))
        return next(filter(None, told), None)
    if not isinstance(expected, np.ndarray) or (isinstance(got, np.ndarray) and got.dtype.kind in "iuf"):
        return None
    shape = f" of shape {expected.shape}" if expected.ndim > 1 else ""
    wanted = f"{'nested lists' if shape else 'a list'} or an array of numbers{shape}"
    if got is Ellipsis:
        return f"There is still a `...`{where} where {wanted} belongs."
    return f"Expected {wanted}{where}, but got {kind(got)}{_why_not(got)}."


def _why_not(got: object) -> str:
    """Why a value is no array of numbers, where it nearly is one."""
    if is_scalar(got):
        return ": return all of them, not one for all"
    if not isinstance(got, (list, tuple, np.ndarray)):
        return ""
    array = as_array(got)
    if array.dtype.kind == "b":
        return " with True and False in it: they are no numbers here"
    if strange := [one for one in _members(got) if not is_scalar(one) or isinstance(one, bool)]:
        return f" with {short(strange[0])} in it"
    return " whose members have different lengths"


def _members(value: object) -> Iterator[object]:
    """What is in nested lists, at the bottom."""
    for one in value.ravel().tolist() if isinstance(value, np.ndarray) else value:
        if isinstance(one, (list, tuple)) or (isinstance(one, np.ndarray) and one.ndim):
            yield from _members(one)
        else:
            yield one
