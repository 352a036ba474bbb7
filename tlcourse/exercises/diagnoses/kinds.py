"""Values of another kind than asked for: no array, another dtype, an axis too many or too few."""

import itertools

import numpy as np

from tlcourse.exercises.comparison import as_array, difference, is_scalar, is_tensor, kind
from tlcourse.exercises.diagnoses import Attempt


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray) or is_tensor(value)


def nothing(attempt: Attempt) -> str | None:
    if all(case.got is None for case in attempt.cases):
        return "Your function returns None: is there a `return`?"
    return None


def another_kind(attempt: Attempt) -> str | None:
    """A list for an array, numpy for torch, whole numbers for True and False; it says what to do."""
    case = attempt.cases[0]
    a, b = case.expected, case.got
    if _is_array(a) and _is_array(b) and is_tensor(a) == is_tensor(b):
        a, b = as_array(a), as_array(b)
        if a.shape != b.shape or _family(a) == _family(b):
            return None
        return f"{difference(a, b)} {_cast(_family(a), is_tensor(case.expected))}"
    if is_scalar(a) and _is_array(b) and as_array(b).size != 1:
        return _number_expected(attempt, as_array(b))
    if _name(a) != _name(b):
        return difference(a, b, attempt.rtol, attempt.atol)
    parts = zip(a, b, strict=True) if isinstance(a, tuple) and len(a) == len(b) else ()
    if any(_name(x) != _name(y) for x, y in parts):
        return difference(a, b, attempt.rtol, attempt.atol)
    return None


def _name(value: object) -> str:
    if is_scalar(value):
        return "number"
    return "list" if isinstance(value, (list, tuple)) else kind(value).split(" of shape")[0]


def _family(array: np.ndarray) -> str:
    return {"u": "i"}.get(array.dtype.kind, array.dtype.kind)


def _cast(family: str, torch: bool) -> str:
    ways = {"b": ("compare (`x == 1`) or `.astype(bool)`", "compare (`x == 1`) or `.bool()`"),
            "i": ("`.astype(int)` makes them whole", "`.long()` makes them whole"),
            "f": ("`.astype(float)` makes them floating-point", "`.float()` makes them "
            "floating-point")}  # fmt: skip
    return f"{ways[family][torch]}." if family in ways else ""


def _number_expected(attempt: Attempt, got: np.ndarray) -> str:
    where = _axes_like(attempt, got.shape)
    along = f", one for each entry along {where}" if where else ""
    return (
        f"One number is expected, but you return {got.size} of them, of shape {got.shape}{along}: a sum, a "
        "mean or a choice of one of them is missing."
    )


def _axes_like(attempt: Attempt, shape: tuple[int, ...]) -> str:
    """Which axis of which argument has the length of the only axis of `shape`."""
    if len(shape) != 1:
        return ""
    for name, arg in zip(attempt.names, attempt.cases[0].args, strict=False):
        if _is_array(arg) and shape[0] in arg.shape:
            return f"axis {tuple(arg.shape).index(shape[0])} of `{name}`"
    return ""


def another_shape(attempt: Attempt) -> str | None:
    """The axes in another order, one lost or kept, the result of the wrong axis."""
    pairs = [(case.expected, case.got) for case in attempt.cases]
    if not all(_is_array(a) and _is_array(b) for a, b in pairs):
        return None
    if all(a.shape == b.shape for a, b in pairs):
        return None
    case = attempt.cases[0]
    a, b = as_array(case.expected), as_array(case.got)
    head = f"The shape is {b.shape}, but {a.shape} is expected. "
    wanted, found = next((tuple(e.shape), tuple(g.shape)) for e, g in pairs if e.shape != g.shape)
    differs = f"The shape is {found}, but {wanted} is expected. "
    if len({tuple(g.shape) for _, g in pairs}) == 1 < len({tuple(e.shape) for e, _ in pairs}):
        return differs + "Yours is the same on every input: it has to follow what your function is given."
    if any(a.shape == b.shape for a, b in pairs):
        return differs + "On other inputs yours is right: which size of the arguments does it depend on?"
    for order in itertools.permutations(range(b.ndim)):
        if list(order) == sorted(order) or b.transpose(order).shape != a.shape:
            continue
        if all(attempt.same(as_array(e), as_array(g).transpose(order)) for e, g in pairs):
            return head + f"The values are right, with their axes in another order: {_reorder(order)}."
    if sorted(a.shape) == sorted(b.shape):
        return (
            head + "The same axes, in another order: is something transposed, or reduced over the other axis?"
        )
    if 1 in b.shape and tuple(n for n in b.shape if n != 1) == tuple(n for n in a.shape if n != 1):
        return head + "An axis of length 1 is left over: index it away or `squeeze` it (or drop keepdims)."
    if a.size == b.size:
        return head + "The number of values is right: the axes are cut or put together in another way."
    return head + (_reduction(attempt, a, b) or _one_axis(a, b) or "")


def _reorder(order: tuple[int, ...]) -> str:
    return (
        "transpose them"
        if len(order) == 2
        else f"`permute{order}` (numpy: `transpose{order}`) puts them right"
    )


def _one_axis(a: np.ndarray, b: np.ndarray) -> str:
    if b.ndim > a.ndim:
        return "There is an axis too many: is a sum, a mean or a choice along one of them missing?"
    if b.ndim < a.ndim:
        return "An axis is missing: did you reduce over one too many, or leave out a `[:, None]`?"
    axis = next(i for i, (m, n) in enumerate(zip(a.shape, b.shape, strict=True)) if m != n)
    gap = b.shape[axis] - a.shape[axis]
    if b.shape[axis] == 1:
        return (
            f"Along axis {axis} there is only one: a term with that axis is missing, or it is reduced away."
        )
    if abs(gap) == 1:
        return f"Along axis {axis} there is one {'too many' if gap > 0 else 'too few'}."
    return f"Axis {axis} has another length: which size of the arguments belongs there?"


def _reduction(attempt: Attempt, a: np.ndarray, b: np.ndarray) -> str:
    """Say which axis was reduced, where both shapes are an argument's with one axis left out."""
    for name, arg in zip(attempt.names, attempt.cases[0].args, strict=False):
        if not _is_array(arg):
            continue
        shape = tuple(arg.shape)
        without = [shape[:i] + shape[i + 1 :] for i in range(len(shape))]
        if a.shape in without and b.shape in without:
            wrong, right = without.index(b.shape), without.index(a.shape)
            return f"You reduce over axis {wrong} of `{name}` {shape}; it should be axis {right}."
        if a.shape in without and b.shape == shape:
            # Of a table that is as broad as high, the shapes do not tell which axis has to go.
            axis = "one of its axes" if without.count(a.shape) > 1 else f"axis {without.index(a.shape)}"
            return f"That is still the shape of `{name}`: reduce it over {axis}."
    return ""


DIAGNOSES = (nothing, another_kind, another_shape)
