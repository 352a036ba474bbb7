"""Symbols and their numbers: there and back, and clear words when one is unknown."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data.symbols import BOS, EOS, FIRST, PAD, Symbols, pad

LETTERS = Symbols("cab")


@given(st.text("abc", max_size=9))
def test_there_and_back(word):
    numbers = LETTERS.encode(word)
    assert LETTERS.decode([BOS, *numbers, EOS, FIRST, PAD]) == tuple(word)
    assert all(FIRST <= n < len(LETTERS) for n in numbers)


def test_numbers_do_not_depend_on_the_order_given():
    assert LETTERS.encode("abc") == Symbols("bca").encode("abc") == [FIRST, FIRST + 1, FIRST + 2]


def test_an_unknown_symbol_is_named():
    with pytest.raises(ValueError, match="'é' is not one of the symbols a b c"):
        LETTERS.encode("caé")


def test_pad_fills_up_to_the_longest():
    torch.testing.assert_close(pad([[5], [3, 4]]), torch.tensor([[5, PAD], [3, 4]]))
