"""What numpy, torch and Python raise is said in an exercise's terms, whatever its words are."""

import math
import operator

import numpy as np
import pytest
import torch

from tlcourse.exercises.machinery import exercise
from tlcourse.exercises.raised import explain, in_the_exercises_terms

a, b = np.ones((2, 3)), np.ones((4, 5))
t, u = torch.ones(2, 3), torch.ones(4, 5)
mask = torch.ones(2, 3, dtype=torch.bool)


def in_place_into_whole_numbers():
    x = np.ones(3, dtype=int)
    x /= 2


def in_place_into_whole_numbers_of_torch():
    x = torch.ones(3, dtype=torch.long)
    x /= 2


def larger_in_place():
    x = np.ones(3)
    x += np.ones((2, 3))


def larger_in_place_in_torch():
    x = torch.ones(3)
    x += torch.ones(2, 3)


def used_before_it_has_a_value():
    if a.sum() < 0:
        x = 1
    return x


def write_too_much():
    x = np.zeros(3)
    x[:] = np.ones(4)


CASES = [
    (lambda: a + b, "(2, 3) and (4, 5)"),
    (lambda: a.view(1, -1, 1, 1), "`view` with lengths is torch's"),
    (lambda: range(a[0].astype(int)), "`len(…)`"),
    (lambda: np.sum(a, keepdim=True), "numpy's is `keepdims`"),
    (lambda: np.linalg.norm(a, dim=1), "numpy's is `axis`"),
    (lambda: np.bincount([-1, 2]), "`np.unique(…, return_counts=True)`"),
    (lambda: min([]), "nothing to choose from"),
    (lambda: [one for one, other in a[0]], "names on the left"),
    (lambda: t + u, "lengths 3 and 5"),
    (lambda: t.expand(2, 5), "stretched"),
    (larger_in_place, "In place"),
    (larger_in_place_in_torch, "In place"),
    (write_too_much, "have to fit"),
    (lambda: a @ b, "matrix product"),
    (lambda: np.dot(a, b), "(2, 3) and (4, 5)"),
    (lambda: t @ u, "(2, 3) and (4, 5)"),
    (lambda: t @ torch.ones(5), "matrix product"),
    (lambda: torch.ones(3) @ torch.ones(4), "matrix product"),
    (lambda: torch.ones(2, 3, 4) @ torch.ones(2, 5, 4), "transpose"),
    (lambda: a @ 2.0, "plain number"),
    (lambda: torch.tensor(2.0) @ torch.tensor(2.0), "plain number"),
    (lambda: a.sum(axis=2), "no axis 2"),
    (lambda: t.sum(dim=2), "no axis 2"),
    (lambda: a[5], "entry 5 along axis 0"),
    (lambda: t[5], "entry 5 along axis 0"),
    (lambda: [1, 2][2], "the list doesn't have"),
    (lambda: a[0, 0, 0], "more indices"),
    (lambda: t[0, 0, 0], "more indices"),
    (lambda: a[np.ones(3, dtype=bool)], "own length"),
    (lambda: t[torch.ones(3, dtype=torch.bool)], "own lengths"),
    (lambda: a[0.5], "whole numbers, slices"),
    (lambda: a[np.array([0.5])], "whole numbers, slices"),
    (lambda: t[torch.tensor([0.5])], "whole numbers, slices"),
    (lambda: a.reshape(4, 2), "product of the lengths"),
    (lambda: t.view(4, 2), "product of the lengths"),
    (lambda: t.T.view(6), "reshape"),
    (lambda: a.transpose(0, 1, 2), "name each"),
    (lambda: t.permute(0, 1, 2), "name each"),
    (lambda: t @ torch.ones(3, 2, dtype=torch.double), "dtype"),
    (lambda: torch.ones(3, dtype=torch.long).mean(), "no mean of whole numbers"),
    (lambda: ~t, "True and False"),
    (lambda: ~a, "True and False"),
    (lambda: ~0.5, "True and False"),
    (lambda: t.masked_fill(torch.ones(2, 3), 0.0), "mask of True and False"),
    (lambda: 1 - mask, "can't be subtracted"),
    (lambda: -mask, "can't be subtracted"),
    (lambda: -(a > 0), "can't be subtracted"),
    (lambda: (a > 0) - (a > 1), "can't be subtracted"),
    (lambda: 1 if a > 0 else 0, "one True or False"),
    (lambda: 1 if t > 0 else 0, "one True or False"),
    (lambda: max(a, a), "one True or False"),
    (lambda: math.exp(a), "array of many"),
    (lambda: float(t), "array of many"),
    (lambda: a.sum / 2, "brackets"),
    (lambda: a.sum[0], "brackets"),
    (lambda: t.shape(0), "as if it were a function"),
    (lambda: a.softmax(0), "numpy's"),
    (lambda: a.unsqueeze(0), "numpy's"),
    (lambda: t.astype(float), "torch's"),
    (lambda: (2.0).sum(), "a number"),
    (lambda: np.softmax(a), "spelling"),
    (lambda: torch.softmax(a, dim=0), "wants tensors"),
    (lambda: torch.exp(2.0), "wants tensors"),
    (lambda: torch.exp([1.0]), "wants tensors"),
    (lambda: torch.stack([a, a]), "wants tensors"),
    (lambda: torch.ones(2, requires_grad=True).numpy(), "detach"),
    (in_place_into_whole_numbers, "fractions"),
    (in_place_into_whole_numbers_of_torch, "fractions"),
    (lambda: np.arange(3) ** -1, "negative power"),
    (lambda: np.exp(["a"]), "numbers"),
    (lambda: "a" + 1, "two kinds"),
    (lambda: operator.add(b"a", [1]), "a list of whole numbers"),
    (lambda: operator.add([1], b"a"), "a list of whole numbers"),
    (lambda: t[::-1], "flip"),
    (lambda: t.gather(1, torch.tensor([1, 2])), "index[:, None]"),
    (lambda: [1] / 2, "two kinds"),
    (lambda: np.array([]).max(), "nothing to choose"),
    (lambda: max([]), "nothing to choose"),
    (lambda: np.array([]).argmax(), "nothing to choose"),
    (lambda: t.topk(9), "more of the largest"),
    (lambda: not_there, "`not_there`"),  # noqa: F821
    (used_before_it_has_a_value, "`x` is used before"),
    (lambda: (lambda x: x)(), "other arguments"),
    (lambda: np.concatenate([]), "nothing to put together"),
    (lambda: torch.stack([]), "nothing to put together"),
    (lambda: np.stack([a, b]), "same shape"),
    (lambda: torch.stack([t, u]), "same shape"),
    (lambda: torch.cat([t, u]), "same shape"),
    (lambda: torch.cat([t[:, [0, 1, 1]][:, None], t]), "one of each"),
    (lambda: torch.cat([t, t.max(1)]), "`amax`"),
    (lambda: t - t.min(1), "`.values`"),
    (lambda: 1 / 0, "divide by 0"),
    (lambda: torch.tensor(1) // torch.tensor(0), "divide by 0"),
    (lambda: math.log(0), "logarithm of 0"),
    (lambda: math.sqrt(-1), "negative number"),
    (lambda: 1 < "a", "compared"),
    (lambda: [x for x, y in [(1, 2, 3)]], "number of names"),
    (lambda: list(3), "one value"),
    (lambda: list(reversed(3)), "one value"),
    (lambda: (3)[0], "no entries"),
    (lambda: {a}, "can't hold"),
    (lambda: {[1]}, "can't hold"),
    (lambda: mask.softmax(-1), "True and False"),
    (lambda: float([1]), "number"),
    (lambda: np.array([[1], [1, 2]]), "different lengths"),
    (lambda: t.topk(torch.ones(2)), "has to be"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "words"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_an_error_is_explained(code, words):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        code()
    message = f"{caught.type.__name__}: {caught.value}"
    assert words in explain(message), f"{message!r} is told as {explain(message)!r}"


def test_the_arguments_are_told_with_shape_and_dtype():
    text, known = in_the_exercises_terms("ValueError: something else", ("x", "mask", "k"), (a, mask, 3))
    assert not known
    assert "ValueError: something else" in text
    assert "`x` is a numpy array of shape (2, 3) (float64)" in text
    assert "`mask` is a torch tensor of shape (2, 3) (bool)" in text
    assert "`k` is a whole number" in text


def test_a_check_explains_and_shows_the_line():
    @exercise(title="x", inputs=lambda rng: (a, b), hints=("one", "two", "three"))
    def product(x, y):
        return x.sum() * y

    def attempt(x, y):
        return x @ y

    verdict = product.verdict(attempt)
    assert verdict.named
    assert verdict.message.startswith("A matrix product needs")
    assert "return x @ y" in verdict.message
    assert "`y` is a numpy array of shape (4, 5)" in verdict.message
