"""Errors of Python, numpy and torch, said in an exercise's terms: its arguments, their shapes and dtypes."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from tlcourse.exercises.comparison import as_array, is_tensor, kind

Explain = Callable[[re.Match], str]

_BROADCAST = (
    "The shapes {0} and {1} don't go together: counted from the last axis, lengths have to be equal, or "
    "one of them 1. `x[:, None]` puts in an axis of length 1, `keepdims=True` keeps one that is reduced."
)
_MATMUL = (
    "A matrix product needs the last axis of the left factor to be as long as the first but last of the "
    "right; here they are {0} and {1}. Is a transpose missing, or the order the other way round?"
)


def _shape(text: str) -> str:
    numbers = re.findall(r"\d+", text)
    return f"({', '.join(numbers)}{',' if len(numbers) == 1 else ''})"


def _product(text: str) -> str:
    return f"({', '.join(text.split('x'))})"


# What the message looks like → what to say of it.
_EXPLANATIONS: tuple[tuple[str, str | Explain], ...] = (
    (r"torch\.return_types\.(max|min)\b",  # before all others: it turns up in many messages
     lambda m: f"torch's `{m[1]}` along an axis returns two things, the values and where they stand: take "
     f"`.values`, or use `a{m[1]}`."),
    (r"Tensors must have same number of dimensions: got (\d+) and (\d+)",
     lambda m: f"What is put together has to have as many axes: here {m[1]} and {m[2]}. (`x[:, places]` "
     "takes all the places from every row; `x[torch.arange(len(x)), places]` takes one of each.)"),
    (r"operands could not be broadcast together with shapes (\([\d,]*\)) (\([\d,]*\))",
     lambda m: _BROADCAST.format(_shape(m[1]), _shape(m[2]))),
    (r"could not broadcast input array from shape (\([\d,]*\)) into shape (\([\d,]*\))",
     lambda m: f"You write values of shape {_shape(m[1])} into a place of shape {_shape(m[2])}: they have "
     "to fit."),
    (r"non-broadcastable output operand with shape (\([\d,]*\)) doesn't match the broadcast shape "
     r"(\([\d,]*\))",
     lambda m: f"In place, {_shape(m[1])} can't become {_shape(m[2])}: make a new array (`x = x + y`, not "
     "`x += y`)."),
    (r"output with shape (\[[\d, ]*\]) doesn't match the broadcast shape (\[[\d, ]*\])",
     lambda m: f"In place, {_shape(m[1])} can't become {_shape(m[2])}: make a new tensor (`x = x + y`, not "
     "`x += y`)."),
    (r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension "
     r"(\d+)",
     lambda m: f"Along axis {m[3]} the two tensors have lengths {m[1]} and {m[2]}: counted from the last "
     "axis, lengths have to be equal, or one of them 1. `x[:, None]` puts in an axis of length 1, "
     "`keepdim=True` keeps one that is reduced."),
    (r"The expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\)",
     lambda m: f"An axis of length {m[2]} can't be stretched to {m[1]}: only one of length 1 can."),
    (r"(?:matmul|dot).*\(size (\d+) is different from (\d+)\)",
     lambda m: _MATMUL.format(f"{m[2]} long", f"{m[1]} long")),
    (r"shapes (\([\d,]*\)) and (\([\d,]*\)) not "
     r"aligned", lambda m: _MATMUL.format(_shape(m[1]), _shape(m[2]))),
    (r"mat1 and mat2 shapes cannot be multiplied \((\d+x\d+) and (\d+x\d+)\)",
     lambda m: _MATMUL.format(_product(m[1]), _product(m[2]))),
    (r"size mismatch, got input \((\d+)\), mat \((\d+x\d+)\), vec \((\d+)\)",
     lambda m: _MATMUL.format(_product(m[2]), f"({m[3]},)")),
    (r"inconsistent tensor size, expected tensor \[(\d+)\] and src \[(\d+)\]",
     lambda m: _MATMUL.format(f"({m[1]},)", f"({m[2]},)")),
    (r"Expected size for first two dimensions of batch2 tensor", "In a product of batches, the batches and "
     "the axis that is summed over have to be equally long: is a transpose missing?"),
    (r"matmul: Input operand \d does not have enough dimensions", "`@` is for arrays of one axis or more: "
     "one factor is a plain number. Multiply with `*`."),
    (r"both arguments to matmul need to be at least 1D", "`@` is for tensors of one axis or more: one "
     "factor is a plain number. Multiply with `*`."),
    (r"\[[\d, ]*\] is not in list", "No list is equal to a tuple: where the entries are tuples, look for "
     "`tuple(…)`."),
    (r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
     lambda m: f"There is no axis {m[1]}: the array has {m[2]}, counted from 0."),
    (r"Dimension out of range \(expected to be in range of \[(-?\d+), (-?\d+)\], but got (-?\d+)\)",
     lambda m: f"There is no axis {m[3]}: this tensor's axes are {m[1]} to {m[2]}."),
    (r"index (-?\d+) is out of bounds for (?:axis|dimension) (\d+) with size (\d+)",
     lambda m: f"You ask for entry {m[1]} along axis {m[2]}, which has {m[3]}: they are counted from 0."),
    (r"(list|tuple|string) index out of range", lambda m: f"You ask for an entry that the {m[1]} doesn't "
     "have: they are counted from 0, so the last is at length − 1."),
    (r"too many indices for (?:array|tensor)", "You give more indices than there are axes."),
    (r"boolean index did not match indexed array along (?:axis|dimension) (\d+); size of axis is (\d+) but "
     r"size of "
     r"corresponding boolean axis is (\d+)",
     lambda m: f"A mask chooses along an axis of its own length: axis {m[1]} has {m[2]} entries, the mask "
     f"{m[3]}."),
    (r"The shape of the mask (\[[\d, ]*\]) at index (\d+) does not match the shape of the indexed tensor "
     r"(\[[\d, ]*\])",
     lambda m: f"A mask chooses along axes of its own lengths: it is {_shape(m[1])}, the tensor "
     f"{_shape(m[3])}."),
    (r"step must be greater than zero", "torch's tensors can't be cut with a step below 0, as `[::-1]`: "
     "`.flip(0)` turns one round along axis 0."),
    (r"Index tensor must have the same number of dimensions as (?:input|self) tensor", "`gather` wants as "
     "many axes in the index as in the tensor: `index[:, None]` puts one in."),
    (r"can't concat \w+ to bytes|can only concatenate \w+ \(not \"bytes\"\)", "Bytes and a list don't add "
     "up: `list(…)` makes a list of whole numbers of the bytes."),
    (r"arrays used as indices must be of integer|only integers, slices|tensors used as indices must be|"
     r"indices must be integers",
     "What stands in the square brackets has to be whole numbers, slices or True/False: yours is something "
     "else, perhaps floating-point."),
    (r"cannot reshape array of size (\d+) into shape (\([\d,]*\))",
     lambda m: f"{m[1]} values can't be laid out as {_shape(m[2])}: the product of the lengths has to be "
     f"{m[1]}."),
    (r"shape '(\[[-\d, ]*\])' is invalid for input of size (\d+)",
     lambda m: f"{m[2]} values can't be laid out as {m[1]}: the product of the lengths has to be {m[2]}."),
    (r"view size is not compatible", "`view` can't cut a tensor whose values lie in another order, as "
     "after a transpose: use `reshape`."),
    (r"view\(\) takes from \d to \d positional", "`view` with lengths is torch's, and this array is numpy's: "
     "`reshape` lays it out anew, and `[:, None]` puts an axis in."),
    (r"axes don't match array|number of dimensions in the tensor input does not match|repeated axis|"
     r"permute\(sparse_coo\)", "To put axes in another order, name each of them once."),
    (r"(?:must have same dtype|expected m1 and m2 to have the same dtype|expected scalar type (\w+) but "
     r"found (\w+))",
     "Two tensors of different dtype are multiplied: turn one into the other's, `x.float()` or "
     "`x.to(y.dtype)`."),
    (r"mean\(\): (?:could not infer output dtype|.*must be either a floating point)",
     "torch takes no mean of whole numbers or True/False: `.float()` first."),
    (r"bitwise_not|operator\.invert|'invert' not supported|bad operand type for unary ~",
     "`~` turns True into False, and needs True and False (a bool dtype): compare first, `~(mask == 1)`, "
     "or `1 - mask`."),
    (r"masked_fill_? only supports boolean masks", "`masked_fill` wants a mask of True and False: `mask == "
     "0`."),
    (r"(?:with|on) a bool tensor is not supported|numpy boolean (?:negative|subtract)",
     "True and False can't be "
     "subtracted: `~mask` is the opposite of a mask, `mask.float()` (numpy: `mask.astype(float)`) makes it "
     "1 and 0."),
    (r"(?:truth|Boolean) value of (?:an array|Tensor) with more than one",
     "An `if` (or `and`, `or`, `max`, `min` of Python) needs one True or False; this is an array of many. "
     "Use `.any()`, `.all()`, `&`, `|`, or `np.maximum` and `np.where`, which work value by value. "
     "(`a == 1 & b == 1` is such a case: `&` binds closer than `==`, so each comparison wants parentheses.)"),
    (r"only (?:length-1|0-dimensional|size-1) arrays can be converted|"
     r"elements cannot be converted to Scalar|only one element tensors",
     "One number is needed here (`float`, `int` or a function of `math`), but this is an array of many. "
     "numpy's and torch's own functions work on all values at once."),
    (r"only integer scalar arrays can be converted to a scalar index", "One whole number is needed here "
     "(in `range`, as an index), but this is an array of many: `len(…)` says how long it is."),
    (r"unsupported operand type.*'(?:builtin_function_or_method|method|function)'",
     "You calculate with a function that has not been called: the brackets `()` are missing."),
    (r"'(?:builtin_function_or_method|method|function)' object is not (?:subscriptable|iterable)",
     "You use a function that has not been called: the brackets `()` are missing."),
    (r"'([\w.]+)' object is not callable",
     lambda m: f"You call a value ({m[1]}) as if it were a function: is an operator missing before the "
     "bracket?"),
    (r"'numpy\.(?:ndarray|\w+)' object has no attribute '(\w+)'",
     lambda m: f"A numpy array has no `.{m[1]}`. The arguments here are numpy's: use `np.…`; torch's "
     "tensors are other things."),
    (r"'Tensor' object has no attribute '(\w+)'",
     lambda m: f"A torch tensor has no `.{m[1]}`. The arguments here are torch's: look for its own method "
     "(`.to`, `.unsqueeze`, `.permute`)."),
    (r"'(\w+)' object has no attribute '(\w+)'", lambda m: f"This is {_a(m[1])}, which has no `.{m[2]}`."),
    (r"module '(\w+)' has no attribute '(\w+)'", lambda m: f"{m[1]} has no `{m[2]}`: check its spelling."),
    (r"(?:must be Tensor, not|expected Tensor as element|to be a Tensor|received an invalid combination of "
     r"arguments)",
     "torch's function got something that it can't work with: it wants tensors (not numbers, lists or "
     "numpy arrays), and `dim` where numpy has `axis`. `torch.tensor(…)` makes a tensor of a number or a "
     "list."),
    (r"Can't call numpy\(\) on Tensor that requires grad|requires grad is being used in an in-place",
     "This tensor keeps track of gradients: `.detach()` first."),
    (r"Cannot cast ufunc '(\w+)' output from", "In place, whole numbers can't become fractions: make a new "
     "array (`x = x / y`, not `x /= y`)."),
    (r"result type \w+ can't be cast to", "In place, whole numbers can't become fractions: make a new "
     "tensor (`x = x / y`, not `x /= y`)."),
    (r"negative integer powers", "Whole numbers can't be raised to a negative power in numpy: begin with a "
     "float (`2.0`)."),
    (r"ufunc '?(\w+)'? (?:not supported|did not contain a loop)", lambda m: f"`np.{m[1]}` got values that "
     "are no numbers."),
    (r"(?:unsupported operand type\(s\) for|can only concatenate|bad operand type for)",
     "These two kinds of values can't be put together by this operator: look at what each is."),
    (r"zero-size array|argmax of an empty|(?:max|min)\(\) (?:arg is an empty|iterable argument is empty)|"
     r"Expected reduction dim",
     "There is nothing to choose from: on this input the selection is empty."),
    (r"selected index k out of range", "You ask for more of the largest than there are along that axis."),
    (r"name '(\w+)' is not defined", lambda m: f"`{m[1]}` has not been given a value, or not been "
     "imported, before this line."),
    (r"cannot access local variable '(\w+)'|local variable '(\w+)' referenced",
     lambda m: f"`{m[1] or m[2]}` is used before it has got a value: on this input the line that sets it "
     "was not reached."),
    (r"not implemented for '(\w+)'", lambda m: f"torch does not do this with {_DTYPES.get(m[1], m[1])}: "
     "`.float()` first."),
    (r"invalid shape dimension", "An axis can't have a negative length: only one −1 is allowed, for the "
     "one to be found."),
    (r"argument '(\w+)' (?:\(position \d+\) )?must be (?:an? )?(\w+)(?: or \w+)?, not (\w+)",
     lambda m: f"`{m[1]}` has to be {_a(m[2])}, and you give {_a(m[3])}."),
    (r"(?:float|int)\(\) argument must be|could not convert string", "This can't be turned into a number: "
     "it is a list, text or something else that holds no single number."),
    (r"inhomogeneous shape", "Parts of different lengths can't make a table: join them end to end "
     "(`np.concatenate`), or reduce each of them first (a mean, a sum)."),
    (r"object too deep for desired array|object of too small depth", "A function got an array where it "
     "wants a single number or a row of them: are the arguments in the right order?"),
    (r"unexpected keyword argument '(dim|keepdim)'", lambda m: f"`{m[1]}` is torch's word; numpy's is "
     f"`{_NUMPYS[m[1]]}`."),
    (r"'list' argument must have no negative elements", "`np.bincount` counts whole numbers from 0 up, and "
     "there are some below: `np.unique(…, return_counts=True)` counts any."),
    (r"missing \d+ required positional|takes no keyword argument|takes \d+ positional argument|unexpected "
     r"keyword argument|got multiple values",
     "A function is called with other arguments than it takes."),
    (r"need at least one array|expects a non-empty TensorList", "There is nothing to put together: on this "
     "input the list is empty."),
    (r"all (?:the )?input array(?:s must have the same shape| dimensions)|stack expects each tensor to be "
     r"equal size|"
     r"Sizes of tensors must match", "What is put together has to have the same shape."),
    (r"division by zero|ZeroDivisionError", "You divide by 0 on this input: which case makes that 0?"),
    (r"math domain error|expected a positive input", "`math` knows no logarithm of 0 and no root of a "
     "negative number: on this input that comes up."),
    (r"maximum recursion depth", "Your function calls itself without end."),
    (r"not supported between instances", "These two kinds of values can't be compared."),
    (r"not enough values to unpack|too many values to unpack|cannot unpack non-iterable",
     "The number of names on the left is not the "
     "number of values on the right."),
    (r"object is not (?:iterable|reversible)", "This is one value, where several are expected."),
    (r"'(?:list|tuple|ndarray|str|dict)' object cannot be interpreted as an integer",
     "These are several values, where a whole number is expected: is it `len(…)` of them that you want?"),
    (r"object (?:is not subscriptable|does not support item assignment)", "This value has no entries to "
     "index."),
    (r"unhashable type", "A set or a dict can't hold what can change, such as a list or an array: use "
     "text, numbers or a tuple."),
)  # fmt: skip
_COMPILED = [(re.compile(pattern, re.DOTALL), text) for pattern, text in _EXPLANATIONS]


_NUMPYS = {"dim": "axis", "keepdim": "keepdims"}
_DTYPES = {"Bool": "True and False", "Long": "whole numbers", "Int": "whole numbers"}


def _a(name: str) -> str:
    kinds = {"int": "a whole number", "float": "a number", "str": "text", "NoneType": "None"}
    return kinds.get(name, f"a {name}")


def explain(message: str) -> str:
    """Return what an error's message means, in a sentence or two; empty for one that is not known."""
    for pattern, text in _COMPILED:
        if match := pattern.search(message):
            return text if isinstance(text, str) else text(match)
    return ""


def in_the_exercises_terms(message: str, names: Sequence[str], args: tuple) -> tuple[str, bool]:
    """Return what to tell the learner of an error, and whether its cause is known.

    Args:
        message: `Type: message` and, on a second line, the line of the learner's code.
        names, args: the exercise's arguments on which it was raised.
    """
    explained = explain(message)
    known = explained or "Your code raised an error:"
    shapes = ", ".join(f"`{name}` is {_told(arg)}" for name, arg in zip(names, args, strict=False))
    return f"{known}\n{message}\nHere {shapes}.", bool(explained)


def _told(arg: object) -> str:
    if isinstance(arg, np.ndarray) or is_tensor(arg):
        dtype = as_array(arg).dtype
        return f"{kind(arg)} ({dtype})"
    return kind(arg)
