"""Changes to what a solution is given and to what it returns, as learners get them wrong: for `mutants`.

Each takes a value and returns the changed one, or raises `NotApplicable`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from tlcourse.exercises.comparison import is_tensor


class NotApplicable(TypeError):
    """The change makes no sense for a value of this kind."""


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray) or is_tensor(value):
        return value
    raise NotApplicable("not an array")


def _numeric(value: Any) -> Any:
    """A number, or an array of them; never True and False."""
    if isinstance(value, (bool, np.bool_)):
        raise NotApplicable("True or False")
    if isinstance(value, (int, float, np.number)):
        return value
    if "bool" in str(_array(value).dtype):
        raise NotApplicable("True and False")
    return value


def _floats(value: Any) -> Any:
    value = _numeric(value)
    if isinstance(value, float) or "float" in str(getattr(value, "dtype", "")):
        return value
    raise NotApplicable("whole numbers")


def _mask(value: Any) -> Any:
    array = np.asarray(_array(value))
    if array.dtype == bool or (array.dtype.kind in "iu" and np.isin(array, (0, 1)).all()):
        return value
    raise NotApplicable("not a mask")


def _flipped(value: Any, axis: int = -1) -> Any:
    return value.flip(axis) if is_tensor(value) else np.flip(value, axis)


def _several(value: Any) -> Any:
    if isinstance(value, (list, tuple, str)) and len(value) > 1:
        return value
    if _array(value).ndim and len(value) > 1:
        return value
    raise NotApplicable("one value")


def _matrix(value: Any) -> Any:
    if _array(value).ndim < 2:
        raise NotApplicable("no matrix")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotApplicable("not text")
    return value


def _reversed(value: Any) -> Any:
    value = _several(value)
    return value[::-1] if isinstance(value, (list, tuple, str)) else _flipped(value, 0)


def _rolled(value: Any) -> Any:
    value = _several(value)
    if isinstance(value, (list, tuple)):
        return type(value)([*value[1:], value[0]])
    return value.roll(1, 0) if is_tensor(value) else np.roll(_array(value), 1, 0)


def _changed_in_place(value: Any) -> Any:
    value = _several(_numeric(value))
    value += 1
    return value - 1


def _of_exp(value: Any, function: str) -> Any:
    value = _floats(value)
    return getattr(value, function)() if is_tensor(value) else getattr(np, function)(value)


OF_AN_ARGUMENT: dict[str, Callable[[Any], Any]] = {
    "changed in place": _changed_in_place,
    "a mask from the other side": lambda v: _flipped(_mask(v)),
    "a mask inverted": lambda v: ~_mask(v) if "bool" in str(_mask(v).dtype) else 1 - v,
    "lower case": lambda v: _text(v).lower(),
    "ignored (as if 1)": lambda v: _floats(v) * 0 + 1,
    "transposed": lambda v: _matrix(v).T if _matrix(v).shape[0] == v.shape[-1] and v.ndim == 2 else _not(v),
    "rounded": lambda v: v.round() if not isinstance(_floats(v), float) else round(v),
}
OF_THE_RESULT: dict[str, Callable[[Any], Any]] = {
    "sign": lambda v: -_numeric(v),
    "absolute": lambda v: abs(_numeric(v)),
    "complement": lambda v: 1 - _floats(v),
    "inverted": lambda v: ~_mask(v) if "bool" in str(_mask(v).dtype) else _not(v),
    "× 100": lambda v: _floats(v) * 100,
    "÷ 2": lambda v: _floats(v) / 2,
    "+ 1": lambda v: _numeric(v) + 1,
    "− 1": lambda v: _numeric(v) - 1,
    "exp": lambda v: _of_exp(v, "exp"),
    "log": lambda v: _of_exp(v, "log"),
    "root": lambda v: _of_exp(v, "sqrt"),
    "square": lambda v: _floats(v) ** 2,
    "transposed": lambda v: _matrix(v).swapaxes(-1, -2),
    "reversed": _reversed,
    "shifted by one": _rolled,
    "the first alone": lambda v: _several(v)[:1],
    "without the last": lambda v: _several(v)[:-1],
    "summed over the first axis": lambda v: _matrix(v).sum(0),
    "÷ its sum over the first axis": lambda v: _floats(_matrix(v)) / v.sum(0),
    "softmax once more": lambda v: np.exp(_several(_floats(v))) / np.exp(v).sum(-1, keepdims=True),
    "a list": lambda v: _array(v).tolist(),
    "forgotten": lambda v: None,
}  # fmt: skip


def _not(value: Any) -> Any:
    raise NotApplicable(str(type(value)))
