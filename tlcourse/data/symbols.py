"""Sequences of symbols as tensors of numbers, and back: letters and phonemes for lesson 04."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

PAD, BOS, EOS = 0, 1, 2  # filling, "start writing", "the sequence ends here"; symbols count from 3
FIRST = 3


class Symbols:
    """A fixed, sorted set of symbols and their numbers."""

    def __init__(self, symbols: Iterable[str]):
        self.symbols = sorted(set(symbols))
        self._number = {symbol: number for number, symbol in enumerate(self.symbols, start=FIRST)}

    def __len__(self) -> int:
        """How many numbers there are, PAD, BOS and EOS included."""
        return FIRST + len(self.symbols)

    def encode(self, sequence: Iterable[str]) -> list[int]:
        """The numbers of `sequence`; ValueError names a symbol that is not in the set."""
        try:
            return [self._number[symbol] for symbol in sequence]
        except KeyError as error:
            raise ValueError(
                f"{error.args[0]!r} is not one of the symbols {' '.join(self.symbols)}"
            ) from None

    def decode(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """The symbols of `numbers` up to the first EOS; PAD and BOS stand for nothing."""
        found = []
        for number in numbers:
            if number == EOS:
                break
            if number >= FIRST:
                found.append(self.symbols[number - FIRST])
        return tuple(found)


def pad(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of different lengths → one tensor (rows, longest), filled up with PAD."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (longest - len(row))] for row in rows])
