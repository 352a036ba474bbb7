"""Comparing values: equality has its laws, and every kind of difference its sentence."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tlcourse.exercises.comparison import difference, kind, short
from tlcourse.exercises.equality import same

numbers = (
    st.integers(-(10**6), 10**6) | st.floats(allow_nan=True, allow_infinity=True, width=32) | st.booleans()
)
arrays = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32, np.int64, np.bool_]),
    shape=hnp.array_shapes(min_dims=0, max_dims=3, max_side=4),
)
leaves = st.none() | numbers | st.text(max_size=5) | arrays
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.tuples(inner, inner)
    ),
    max_leaves=8,
)


@given(values)
def test_a_value_equals_itself(value):
    assert difference(value, value) is None


@given(values, values)
def test_equality_is_symmetric(a, b):
    assert (difference(a, b) is None) == (difference(b, a) is None)


CONFUSABLE = [
    *(None, 1, 1.0, True, 1 + 0j, "1", b"1", float("nan"), np.int64(1), np.float32(1), np.bool_(True)),
    *(np.array(1), np.array([1]), np.array([1.0]), np.array([[1.0]]), np.array([True]), np.array(["1"])),
    *(torch.tensor(1), torch.tensor([1]), torch.tensor([1.0]), torch.tensor([True]), np.array([1 + 1e-9])),
    *([1], (1,), [1.0], {1}, frozenset({1}), {1: 1}, {1: 1.0}, {"1": 1}, [[1]], [None], [], (), {}, set()),
]


@pytest.mark.parametrize("a", CONFUSABLE, ids=repr)
def test_equality_is_symmetric_among_look_alikes(a):
    for b in CONFUSABLE:
        assert (difference(a, b) is None) == (difference(b, a) is None), (a, b)


@pytest.mark.parametrize("a", CONFUSABLE, ids=repr)
def test_same_is_no_difference_among_look_alikes(a):
    for b in CONFUSABLE:
        assert same(a, b) == (difference(a, b) is None), (a, b)


@given(values, values)
def test_same_is_no_difference(a, b):
    assert same(a, b) == (difference(a, b) is None)
    assert same(a, a)


@given(arrays, st.floats(-1e-4, 1e-4))
def test_same_has_the_bounds_of_difference(a, step):
    b = a + step
    for rtol, atol in ((1e-5, 1e-6), (0.0, 0.0), (1e-3, 0.0)):
        assert same(a, b, rtol, atol) == (difference(a, b, rtol, atol) is None)


@given(values, values)
def test_it_never_raises_and_speaks_in_sentences(a, b):
    text = difference(a, b)
    assert text is None or (text.endswith(".") and (text[0].isupper() or text[0].isdigit()))


@given(hnp.arrays(np.float64, hnp.array_shapes(max_side=4), elements=st.floats(-100, 100)))
def test_arrays_agree_with_numpy(a):
    b = a + 1e-9
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert difference(a, b) is None


@given(hnp.arrays(np.float32, hnp.array_shapes(max_side=4), elements=st.floats(-100, 100, width=32)))
def test_tensors_are_compared_like_arrays(a):
    changed = a.copy()
    changed.flat[0] += 1
    assert difference(torch.tensor(a), torch.tensor(a)) is None
    assert difference(torch.tensor(a), torch.tensor(changed)) == difference(a, changed)


def test_small_numbers_are_not_shown_as_zero():
    assert short(np.array([2.3e-6, 0.5])) == "array([2.3e-06, 0.5])"
    assert short(np.array([1e-17, 0.5])) == "array([0. , 0.5])"


@given(values)
def test_short_is_short(value):
    assert len(short(value)) < 3000
    assert kind(value)


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2)), ["(3, 2)", "(2, 3)", "transposed"]),
        (np.zeros((2, 3)), np.zeros(6), ["(6,)", "reshape"]),
        (np.zeros((2, 3)), np.zeros(2), ["(2,)", "(2, 3)"]),
        (np.zeros(2), [0.0, 0.0], ["numpy array", "list", "np.asarray"]),
        (torch.zeros(2), np.zeros(2), ["torch tensor", "numpy array", "torch.as_tensor"]),
        (np.zeros(2), torch.zeros(2), ["numpy array", "torch tensor"]),
        (np.zeros(2), np.zeros(2, int), ["whole numbers", "floating-point"]),
        (torch.zeros(2, dtype=torch.long), torch.zeros(2), ["floating-point", "whole numbers", "int64"]),
        (np.ones(3), np.array([1, np.nan, np.nan]), ["2 of 3", "NaN", "[1]"]),
        (np.ones(3), np.array([1, 1, np.inf]), ["1 of 3 values is infinite", "[2]"]),
        (np.array([1.0, 2.0]), np.array([1.0, 2.5]), ["1 of 2", "0.5", "[1]", "2", "2.5"]),
        (np.array([True, False]), np.array([True, True]), ["1 of 2", "[1]"]),
        (np.array(["a", "b"]), np.array(["a", "c"]), ["[1]"]),
        (1.0, float("nan"), ["NaN"]),
        (1.0, np.ones(1), ["single number", ".item()"]),
        (1.0, "one", ["number", "text", "one"]),
        (0.5, 0.25, ["0.5", "0.25", "apart"]),
        (None, 3, ["None", "whole number"]),
        (3, None, ["whole number", "None"]),
        ("palace", "place", ["palace", "place", "index 1"]),
        ("ab", "abc", ["index 2"]),
        ("ab", 3, ["text", "whole number"]),
        ([1, 2], [1, 3], ["[1]", "2", "3"]),
        ([1, 2], [1], ["2 items", "1"]),
        ([1, 2], 5, ["list", "whole number"]),
        ({"a": 1}, {}, ["lacks", "'a'"]),
        ({"a": 1}, {"a": 1, "b": 2}, ["too many", "'b'"]),
        ({"a": {"b": [1.0, 2.0]}}, {"a": {"b": [1.0, 3.0]}}, ["['a']['b'][1]", "2", "3"]),
        ({1, 2}, {1, 3}, ["lacks 2"]),
        ({1}, {1, 3}, ["3", "not belong"]),
        ([1.0, 2.0], [1.0, ...], ["`...`", "[1]"]),
    ],
)
def test_each_difference_says_what_and_where(expected, got, words):
    text = difference(expected, got)
    assert text
    for word in words:
        assert word in text, text


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (1, np.int64(1)),
        (1.0, 1),
        (0.5, torch.tensor(0.5)),
        (0.5, np.array(0.5)),
        (True, np.bool_(True)),
        ((1, 2), [1, 2]),
        (np.zeros(2), np.zeros(2, np.float32)),
        (torch.zeros(2), torch.zeros(2, requires_grad=True)),
        (torch.zeros(2, dtype=torch.bfloat16), torch.zeros(2)),
        (np.array([np.nan, 1]), np.array([np.nan, 1])),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (10**30, 10**30),
    ],
)
def test_what_is_the_same_to_a_learner(expected, got):
    assert difference(expected, got) is None


def test_the_tolerance_is_that_of_the_exercise():
    assert difference(1.0, 1.01, rtol=0.02) is None
    assert difference(1.0, 1.01, rtol=0.001)
    assert difference(0.0, 0.01, atol=0.02) is None


def test_the_largest_difference_is_named():
    a = np.zeros((4, 5))
    b = a.copy()
    b[1, 2], b[3, 4] = 0.5, -7
    assert "The largest difference is 7, at index [3, 4]: expected 0, got -7." in difference(a, b)


def test_things_that_cannot_be_compared_differ():
    class Awkward:
        def __eq__(self, other):
            raise RuntimeError("no")

        def __hash__(self):
            return 0

    assert "cannot be compared" in difference(Awkward(), Awkward())


def test_a_list_within_itself_does_not_hang():
    a = [1]
    a.append(a)
    b = [1]
    b.append(b)
    assert difference(a, b)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (torch.ones(2, 3), [torch.ones(3), torch.ones(3)]),
        (torch.ones(2, 3), torch.ones(2, 3).unbind()),
        (torch.ones(2, 3), [np.ones(3), np.ones(3)]),
        (torch.ones(2, 3), np.ones((2, 3))),
        (torch.ones(2), [1.0, 1.0]),
        (np.ones((2, 3)), [np.ones(3), np.ones(3)]),
        (np.ones((2, 3)), [torch.ones(3), torch.ones(3)]),
        (np.ones(2), torch.ones(2)),
        (np.ones(2), torch.ones(2, requires_grad=True)),
        (np.ones(2), [1.0, 1.0]),
        (1.0, torch.ones(1)),
        (1.0, np.ones(1)),
    ],
)
def test_advice_works_when_it_is_followed(expected, got):
    advice = re.search(r"`([^`]+)`", difference(expected, got))[1]
    code = advice.replace("…", "got") if "…" in advice else f"got{advice}"
    assert difference(expected, eval(code, {"torch": torch, "np": np, "got": got})) is None


def test_what_no_conversion_can_mend_gets_no_such_advice():
    ragged = [torch.ones(3), torch.ones(2)]
    assert "different shapes" in difference(torch.ones(2, 3), ragged)
    assert "different lengths" in difference(np.ones((2, 3)), [[1, 2], [1]])
    assert "no numbers" in difference(np.ones(2), ["a", "b"])
    assert "name the axis" in difference(np.ones(2), 1.0)
    assert "apart" not in difference(3, 17), "indices have no distance"
    assert "largest difference" not in difference(np.array([1, 2]), np.array([1, 7]))
