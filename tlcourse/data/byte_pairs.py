"""Byte-level byte pair encoding, by hand: GPT-2's way to cut any text into pieces (section 2.2).

The text is cut into words by kind of character, a blank staying with the word after it; each word is its
bytes in UTF-8; and the most frequent pair of neighbours becomes a piece of its own, again and again (Sennrich
et al. 2016). All 256 bytes are pieces, so that no text has anything unknown in it, and nothing is lost:
`decode` gives the very text back. The pieces are numbered as GPT-2 numbers its own: first the bytes that are
printed as they are, then the others, then what was joined.

GPT-2's rule for words has Unicode's letters and numbers; here they are those of Python's `re`, which counts a
few signs, such as ½, among letters.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tlcourse.data.texts import as_texts

WORDS = re.compile(r"'(?:[stmd]|re|ve|ll)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
_SHOWN = [*range(33, 127), *range(161, 173), *range(174, 256)]
BYTES = [bytes([b]) for b in [*_SHOWN, *(b for b in range(256) if b not in _SHOWN)]]  # number → byte
Pair = tuple[int, int]


def words(text: str) -> list[str]:
    """A text cut by kind of character; put together again, the parts are the text."""
    return WORDS.findall(text)


def joined(numbers: Sequence[int], pair: Pair, new: int) -> list[int]:
    """The same, `new` in the place of each `pair` of neighbours, from left to right."""
    found, i = [], 0
    while i < len(numbers):
        if tuple(numbers[i : i + 2]) == pair:
            found.append(new)
            i += 2
        else:
            found.append(numbers[i])
            i += 1
    return found


@dataclass(frozen=True)
class BytePairs:
    """What was learnt: the pairs, in the order in which they were joined.

    Attributes:
        pairs: of numbers; the pair at i is piece 256 + i.
    """

    pairs: tuple[Pair, ...]

    @cached_property
    def pieces(self) -> list[bytes]:
        """Number → the bytes of the piece."""
        found = list(BYTES)
        for a, b in self.pairs:
            found.append(found[a] + found[b])
        return found

    @cached_property
    def _order(self) -> dict[Pair, int]:
        return {pair: i for i, pair in enumerate(self.pairs)}

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {byte: i for i, byte in enumerate(BYTES)}

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces: in each word, what was learnt first is joined first."""
        return [number for word in words(text) for number in self._encode_word(word)]

    def _encode_word(self, word: str) -> list[int]:
        numbers = [self._numbers[bytes([b])] for b in word.encode("utf-8")]
        last = len(self.pairs)
        for _ in range(len(numbers) - 1):
            first = min(self._order.get(pair, last) for pair in pairwise(numbers))
            if first == last:
                break
            numbers = joined(numbers, self.pairs[first], 256 + first)
        return numbers

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of pieces; what is not whole characters becomes �."""
        return b"".join(self.pieces[number] for number in numbers).decode("utf-8", errors="replace")

    def shown(self, number: int) -> str:
        """A piece to be read: its text, a blank as ␣; or its bytes, if it is part of a sign."""
        try:
            return self.pieces[number].decode("utf-8").replace(" ", "␣")
        except UnicodeDecodeError:
            return " ".join(f"{b:02X}" for b in self.pieces[number])


def learn(texts: Iterable[str], n_pairs: int) -> BytePairs:
    """Join the most frequent pair `n_pairs` times; of pairs as frequent, the one with the lower numbers.

    Raises:
        ValueError: the texts have not so many pairs that occur at all.
        TypeError: `texts` is a single string.
    """
    counts = Counter(word for text in as_texts(texts) for word in words(text))
    number = {byte: i for i, byte in enumerate(BYTES)}
    cut = [([number[bytes([b])] for b in word.encode("utf-8")], n) for word, n in counts.items()]
    frequency: Counter[Pair] = Counter()
    where: dict[Pair, set[int]] = {}
    for i, (numbers, n) in enumerate(cut):
        _count(frequency, where, i, numbers, n)
    pairs: list[Pair] = []
    for step in range(n_pairs):
        pair = min(frequency, key=lambda p: (-frequency[p], p), default=None)
        if pair is None or frequency[pair] < 1:
            raise ValueError(f"n_pairs is {n_pairs}; these texts have no pair left after {step}.")
        pairs.append(pair)
        for i in list(where[pair]):
            numbers, n = cut[i]
            _count(frequency, where, i, numbers, -n)
            cut[i] = joined(numbers, pair, 256 + step), n
            _count(frequency, where, i, cut[i][0], n)
        del frequency[pair]
    return BytePairs(tuple(pairs))


def _count(
    frequency: Counter[Pair], where: dict[Pair, set[int]], i: int, numbers: Sequence[int], n: int
) -> None:
    for pair in pairwise(numbers):
        frequency[pair] += n
        if n > 0:
            where.setdefault(pair, set()).add(i)
