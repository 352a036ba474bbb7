"""Comparing a learner's value with the expected one, and saying what differs.

Numbers, text, lists, tuples, sets, dicts, numpy arrays and torch tensors, nested as they come. Two values
count as equal when `|a − b| ≤ atol + rtol · max(|a|, |b|)`: symmetric, unlike `numpy.isclose`.
"""

import math
import numbers
import reprlib
import sys
from collections.abc import Mapping, Set

import numpy as np

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")  # a tensor exists only where torch has been imported
    return torch is not None and isinstance(value, torch.Tensor)


def as_array(value: object) -> np.ndarray:
    if is_tensor(value):
        value = value.detach().cpu()
        if value.is_sparse:
            value = value.to_dense()
        if value.is_floating_point() and value.element_size() < 4:
            value = value.float()  # numpy has no bfloat16
        return value.numpy()
    try:
        return np.asarray(value)
    except ValueError:  # lists of several lengths
        return np.asarray(value, dtype=object)


def is_scalar(value: object) -> bool:
    if isinstance(value, (numbers.Number, np.bool_)):
        return True
    return (isinstance(value, np.ndarray) or is_tensor(value)) and value.ndim == 0


def kind(value: object) -> str:
    """Return what a value is, in a learner's words, with its shape: `"a numpy array of shape (3, 4)"`."""
    if value is None:
        return "None"
    if is_tensor(value):
        return f"a torch tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"a numpy array of shape {value.shape}"
    if isinstance(value, (bool, np.bool_)):
        return "True or False"
    if isinstance(value, numbers.Integral):
        return "a whole number"
    if isinstance(value, numbers.Real):
        return "a number"
    names = {str: "text", list: "a list", tuple: "a tuple", dict: "a dict", set: "a set"}
    if type(value) in names:
        return names[type(value)]
    return f"a {type(value).__name__}"


def short(value: object) -> str:
    """Return a representation of `value` that fits a line or two."""
    if is_tensor(value) or isinstance(value, np.ndarray):
        array = as_array(value)
        kind_of = "tensor" if is_tensor(value) else "array"
        if array.size <= 12:
            size = np.abs(array[array != 0]) if array.dtype.kind == "f" else np.ones(1)
            tiny = bool(((size > 1e-12) & (size < 1e-4)).any())  # not what rounding leaves of a zero
            how = {"float_kind": "{:.3g}".format} if tiny else None
            shown = np.array2string(array, precision=4, separator=", ", suppress_small=True, formatter=how)
            return f"{kind_of}({shown})"
        head = ", ".join(
            f"{x:.4g}" if array.dtype.kind == "f" else str(x) for x in array.ravel()[:4].tolist()
        )
        return f"{kind_of} {array.dtype} {array.shape} [{head}, …]"
    if isinstance(value, (float, np.floating)):
        return f"{value:.6g}"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, (list, tuple)):
        items = [short(v) for v in value[:6]] + (["…"] if len(value) > 6 else [])
        left, right = "()" if isinstance(value, tuple) else "[]"
        return f"{left}{', '.join(items)}{right}"
    if isinstance(value, Mapping):
        items = [f"{short(k)}: {short(v)}" for k, v in list(value.items())[:4]] + (
            ["…"] if len(value) > 4 else []
        )
        return f"{{{', '.join(items)}}}"
    return _SHORT.repr(value)


def difference(expected: object, got: object, rtol: float = 1e-5, atol: float = 1e-6) -> str | None:
    """Return what is wrong with `got`, as a sentence for the learner, or None if it equals `expected`.

    Never raises: a value that cannot be compared is one that differs.
    """
    try:
        return _difference(expected, got, rtol, atol, "")
    except Exception as error:
        return f"Expected {kind(expected)}, got {kind(got)}, which cannot be compared with it: {error}."


def _difference(expected: object, got: object, rtol: float, atol: float, where: str) -> str | None:
    """Compare one level; `where` is the way to this value from the outermost, such as `"['loss'][0]"`."""
    at = f" at {where}" if where else ""
    if got is Ellipsis and expected is not Ellipsis:
        return f"There is still a `...`{at} where {kind(expected)} belongs."
    if expected is None or got is None:
        return None if expected is got else f"Expected {kind(expected)}{at}, got {kind(got)}."
    if is_scalar(expected):
        return _scalar(expected, got, rtol, atol, at)
    if isinstance(expected, np.ndarray) or is_tensor(expected):
        return _array(expected, got, rtol, atol, at)
    if isinstance(expected, str):
        return _text(expected, got, at)
    if isinstance(expected, Mapping):
        return _mapping(expected, got, rtol, atol, where)
    if isinstance(expected, (list, tuple)):
        return _sequence(expected, got, rtol, atol, where)
    if isinstance(expected, Set):
        return _set(expected, got, at)
    if type(expected) is not type(got) or expected != got:
        return f"Expected {short(expected)}{at}, got {short(got)}."
    return None


def _scalar(expected: object, got: object, rtol: float, atol: float, at: str) -> str | None:
    if not is_scalar(got):
        if (isinstance(got, np.ndarray) or is_tensor(got)) and as_array(got).size == 1:
            return f"Expected a single number{at}, got {kind(got)}: `.item()` takes the number out of it."
        return f"Expected {kind(as_array(expected).item())}{at}, got {kind(got)}: {short(got)}."
    a, b = as_array(expected).item(), as_array(got).item()
    if isinstance(a, float) and isinstance(b, float) and math.isnan(b) and not math.isnan(a):
        return f"Got NaN (not a number){at} where {short(a)} is expected: look for 0/0, log(0) or ∞ − ∞."
    if close(np.asarray(a), np.asarray(b), rtol, atol).all():
        return None
    gap = f", {abs(a - b):.3g} apart" if isinstance(a, float) or isinstance(b, float) else ""
    return f"Expected {short(a)}{at}, got {short(b)}{gap}."


def close(a: np.ndarray, b: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    if a.dtype.kind in "biu" and b.dtype.kind in "biu":
        return a == b
    if a.dtype.kind not in "biufc" or b.dtype.kind not in "biufc":
        return np.asarray(a == b)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(np.subtract(a, b, dtype=np.result_type(a, b, np.float64))) <= atol + rtol * np.maximum(
            np.abs(a), np.abs(b)
        )
        finite = np.isfinite(a) & np.isfinite(b)
        return np.where(finite, near, (a == b) | (np.isnan(a) & np.isnan(b)))


def _array(expected: object, got: object, rtol: float, atol: float, at: str) -> str | None:
    wanted = "torch tensor" if is_tensor(expected) else "numpy array"
    if not (is_tensor(got) if is_tensor(expected) else isinstance(got, np.ndarray)):
        shape = tuple(expected.shape)
        return f"Expected a {wanted} of shape {shape}{at}, got {kind(got)}; {_conversion(expected, got)}"
    a, b = as_array(expected), as_array(got)
    if a.shape != b.shape:
        hint = ""
        if a.shape == b.shape[::-1]:
            hint = " It is the other way round: is something transposed?"
        elif sorted(a.shape) == sorted(b.shape) and 1 not in a.shape:  # else a reshape is right
            hint = " The axes stand in another order: a `transpose` moves them, a `reshape` mixes the values."
        elif a.size == b.size:
            hint = " The number of values is right: reshape, or check which axis you reduce over."
        return f"The shape is {b.shape}{at}, but {a.shape} is expected.{hint}"
    problem = _dtype(a, b, at)
    if problem or a.size == 0:
        return problem
    near = close(a, b, rtol, atol)
    if near.all():
        return None
    if b.dtype.kind == "f" and (strange := ~np.isfinite(b) & ~near).any():
        first = tuple(int(i) for i in np.argwhere(strange)[0])
        value = "NaN (not a number)" if np.isnan(b[first]) else "infinite"
        return (
            f"{int(strange.sum())} of {b.size} values {'is' if strange.sum() == 1 else 'are'} {value}{at}, "
            f"the first at index {_index(first)}, "
            f"where {short(a[first])} is expected: look for a division by 0, log(0), or an overflowing exp."
        )
    return _largest(a, b, near, at)


def _conversion(expected: object, got: object) -> str:
    """What makes the array or tensor asked for out of `got`; tried, before it is said."""
    to_torch = is_tensor(expected)
    if is_scalar(got):
        along = "dim" if to_torch else "axis"
        return f"return all of them, not one for all (to reduce along one axis, name the axis: `{along}=…`)."
    if isinstance(got, (list, tuple)) and got and all(is_tensor(g) or isinstance(g, np.ndarray) for g in got):
        shapes = {tuple(g.shape) for g in got}
        if len(shapes) > 1:
            return f"its members have different shapes ({', '.join(map(str, sorted(shapes)))})."
        if all(map(is_tensor, got)):
            return f"`torch.stack(…){'' if to_torch else '.numpy()'}` makes one of its members."
        stacked = "torch.from_numpy(np.stack(…))" if to_torch else "np.stack(…)"
        return f"`{stacked}` makes one of its members."
    if is_tensor(got):
        return "`.numpy()` makes one." if not got.requires_grad else "`.detach().numpy()` makes one."
    try:
        as_numbers = np.asarray(got)
    except ValueError:
        return "its members have different lengths."
    if as_numbers.dtype.kind not in "biuf":
        return "that holds no numbers."
    return "`torch.as_tensor(…)` makes one." if to_torch else "`np.asarray(…)` makes one."


def _dtype(a: np.ndarray, b: np.ndarray, at: str) -> str | None:
    families = {"b": "True/False", "i": "whole numbers", "u": "whole numbers", "f": "floating-point numbers",
                "c": "complex numbers", "U": "text", "S": "bytes", "O": "Python objects"}  # fmt: skip
    wanted, found = families.get(a.dtype.kind), families.get(b.dtype.kind)
    if wanted == found:
        return None
    return f"The values are {found} ({b.dtype}){at}, but {wanted} ({a.dtype}) are expected."


def _index(position: tuple[int, ...]) -> str:
    return "[" + ", ".join(map(str, position)) + "]"


def _largest(a: np.ndarray, b: np.ndarray, near: np.ndarray, at: str) -> str:
    count = f"{int((~near).sum())} of {a.size} values {'differs' if (~near).sum() == 1 else 'differ'}{at}"
    if a.dtype.kind in "fc" or b.dtype.kind in "fc":  # whole numbers are often indices: no distance
        gap = np.where(near, 0.0, np.abs(np.subtract(b, a, dtype=np.result_type(a, b, np.float64))))
        gap = np.where(np.isfinite(gap), gap, np.inf)
        worst = tuple(int(i) for i in np.unravel_index(int(gap.argmax()), gap.shape))
        return (
            f"{count}. The largest difference is {gap[worst]:.3g}, at index {_index(worst)}: expected "
            f"{short(a[worst])}, got {short(b[worst])}."
        )
    worst = tuple(int(i) for i in np.argwhere(~near)[0])
    return f"{count}, the first at index {_index(worst)}: expected {short(a[worst])}, got {short(b[worst])}."


def _text(expected: str, got: object, at: str) -> str | None:
    if not isinstance(got, str):
        return f"Expected text{at}, got {kind(got)}: {short(got)}."
    if expected == got:
        return None
    same = next((i for i, (x, y) in enumerate(zip(expected, got, strict=False)) if x != y), None)
    if same is None:
        same = min(len(expected), len(got))
    return f"Expected {short(expected)}{at}, got {short(got)}; they part at index {same}."


def _mapping(expected: Mapping, got: object, rtol: float, atol: float, where: str) -> str | None:
    at = f" at {where}" if where else ""
    if not isinstance(got, Mapping):
        return f"Expected a dict{at}, got {kind(got)}."
    if missing := [k for k in expected if k not in got]:
        return f"The dict{at} lacks the key {short(missing[0])}."
    if extra := [k for k in got if k not in expected]:
        return f"The dict{at} has a key too many: {short(extra[0])}."
    found = (_difference(expected[k], got[k], rtol, atol, f"{where}[{short(k)}]") for k in expected)
    return next((text for text in found if text), None)


def _sequence(expected: list | tuple, got: object, rtol: float, atol: float, where: str) -> str | None:
    at = f" at {where}" if where else ""
    if not isinstance(got, (list, tuple)):
        return f"Expected {kind(expected)} of {len(expected)}{at}, got {kind(got)}."
    if len(expected) != len(got):
        return f"Expected {len(expected)} items{at}, got {len(got)}."
    pairs = enumerate(zip(expected, got, strict=True))
    found = (_difference(e, g, rtol, atol, f"{where}[{i}]") for i, (e, g) in pairs)
    return next((text for text in found if text), None)


def _set(expected: Set, got: object, at: str) -> str | None:
    if not isinstance(got, Set):
        return f"Expected a set{at}, got {kind(got)}."
    if missing := expected - got:
        return f"The set{at} lacks {short(min(missing, key=repr))}."
    if extra := got - expected:
        return f"The set{at} holds {short(min(extra, key=repr))}, which does not belong there."
    return None
