"""Letter to sound without a neural network: align by EM, then look up each letter in its context.

The alignment gives every letter no phoneme, one or two, by EM (after Black, Lenzo and Pagel 1998). The
prediction is a table with back-off (after Van den Bosch and Daelemans 1993): the widest context that training
has seen decides. A baseline for lesson 04, and its yardstick for what attention looks at.

Shapes: N words of S letters, T phonemes, C chunks; a chunk is what one letter stands for.

Taught in lesson *Sequences and attention*.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from tlcourse.data.texts import as_texts

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST = 2  # phonemes that one letter may say: x says K S
WIDEST = 4  # letters of context on either side


class LetterToSound:
    """Fit on words and their phonemes; then `align` and `say`."""

    def __init__(
        self, entries: Sequence[tuple[str, tuple[str, ...]]], em_rounds: int = 5, smoothing: float = 0.1
    ):
        phonemes = sorted({phoneme for _, said in entries for phoneme in said})
        self.phoneme_number = {phoneme: i for i, phoneme in enumerate(phonemes)}
        self.chunks = [chunk for size in range(MOST + 1) for chunk in product(phonemes, repeat=size)]
        groups = self._by_lengths(entries)
        self.log_p = self._first_guess(groups)  # (26, C)
        for _ in range(em_rounds):  # hard EM: the best alignment under the present table gives the next table
            counts = np.full_like(self.log_p, smoothing / len(self.chunks))
            for letters, said in groups:
                np.add.at(counts, (letters, self._best(letters, said)), 1)
            self.log_p = np.log(counts / counts.sum(axis=1, keepdims=True))
        self.tables = self._count_contexts([(x, self._best(x, y)) for x, y in groups])

    def _by_lengths(
        self, entries: Sequence[tuple[str, tuple[str, ...]]]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Arrays (N, S) of letters and (N, T) of phonemes for each pair of lengths that can be aligned."""
        groups = defaultdict(list)
        for word, said in entries:
            if len(said) <= MOST * len(
                word
            ):  # "fbi" says 6 phonemes; an acronym that says more cannot be aligned
                row = [LETTERS.index(x) for x in word] + [self.phoneme_number[x] for x in said]
                groups[len(word), len(said)].append(row)
        arrays = {sizes: np.array(rows) for sizes, rows in groups.items()}
        return [(rows[:, :s], rows[:, s:]) for (s, _), rows in arrays.items()]

    def _first_guess(self, groups: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
        """A letter says what stands at about its place in the phonemes; mostly one, seldom none or two."""
        p = len(self.phoneme_number)
        counts = np.ones((len(LETTERS), p))
        for letters, said in groups:
            place = np.arange(letters.shape[1]) * said.shape[1] // letters.shape[1]
            np.add.at(counts, (letters, said[:, place]), 1)
        one = np.log(counts / counts.sum(axis=1, keepdims=True))
        two = (one[:, :, None] + one[:, None, :]).reshape(len(LETTERS), p * p)
        none = np.zeros((len(LETTERS), 1))
        return np.concatenate([none + np.log(0.1), one + np.log(0.89), two + np.log(0.01)], axis=1)

    def _chunk_numbers(self, said: np.ndarray, size: int) -> np.ndarray:
        """(N, T) phonemes → (N, T + 1 − size): the number of the chunk that starts at each place."""
        p, start = len(self.phoneme_number), 0
        number = np.zeros((len(said), said.shape[1] + 1 - size), dtype=int)
        for k in range(size):
            number = number * p + said[:, k : said.shape[1] + 1 - size + k]
            start += p**k
        return number + start

    def _best(self, letters: np.ndarray, said: np.ndarray) -> np.ndarray:
        """Viterbi: letters (N, S), phonemes (N, T) → the likeliest chunk number of each letter (N, S)."""
        n, n_letters = letters.shape
        n_said = said.shape[1]
        chunk = [self._chunk_numbers(said, size) for size in range(min(MOST, n_said) + 1)]
        score = np.full((n, n_said + 1), -np.inf)  # of the letters so far having said the first j phonemes
        score[:, 0] = 0.0
        choices = []
        for i in range(n_letters):
            options = np.full((len(chunk), n, n_said + 1), -np.inf)
            for size, numbers in enumerate(chunk):
                step = self.log_p[letters[:, i, None], numbers]
                options[size, :, size:] = score[:, : n_said + 1 - size] + step
            choices.append(options.argmax(axis=0))
            score = options.max(axis=0)
        rows, at = np.arange(n), np.full(n, n_said)
        best = np.empty((n, n_letters), dtype=int)
        for i in reversed(range(n_letters)):
            size = choices[i][rows, at]
            at = at - size
            for k, numbers in enumerate(chunk):
                best[size == k, i] = numbers[size == k, at[size == k]]
        return best

    def align(self, word: str, said: Sequence[str]) -> list[tuple[str, ...]] | None:
        """What each letter of `word` says: one chunk per letter; None if `said` is too long to be aligned."""
        groups = self._by_lengths([(word, tuple(said))])
        if not groups:
            return None
        return [self.chunks[number] for number in self._best(*groups[0])[0]]

    def _contexts(self, letters: np.ndarray, width: int) -> np.ndarray:
        """(N, S) letters → (N, S): each letter and `width` neighbours on either side, as one number."""
        padded = np.pad(letters + 1, ((0, 0), (width, width)))  # 0 stands for "outside the word"
        number = np.zeros_like(letters)
        for k in range(2 * width + 1):
            number = number * 27 + padded[:, k : k + letters.shape[1]]
        return number

    def _count_contexts(
        self, aligned: list[tuple[np.ndarray, np.ndarray]]
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each width all contexts seen, ascending, and the most frequent chunk of each."""
        tables = []
        chunk = np.concatenate([chunks.ravel() for _, chunks in aligned])
        for width in range(WIDEST + 1):
            context = np.concatenate([self._contexts(letters, width).ravel() for letters, _ in aligned])
            pair, count = np.unique(context * len(self.chunks) + chunk, return_counts=True)
            context_of, chunk_of = np.divmod(pair, len(self.chunks))
            order = np.lexsort((count, context_of))  # by context, and the most frequent chunk of each last
            last = np.append(np.diff(context_of[order]) > 0, True)
            tables.append((context_of[order][last], chunk_of[order][last]))
        return tables

    def say(self, words: Iterable[str], widest: int = WIDEST) -> dict[str, tuple[str, ...]]:
        """Each word and its phonemes: every letter as in the widest context seen in training, up to `widest`.

        `widest=0` is the plainest of all: each letter always says what it says most often.
        """
        by_length = defaultdict(list)
        for word in as_texts(words, "words"):
            by_length[len(word)].append(word)
        said = {}
        for group in by_length.values():
            letters = np.array([[LETTERS.index(x) for x in word] for word in group])
            chunk = np.zeros_like(letters)  # number 0, the empty chunk: a letter never seen stays silent
            for width, (contexts, best) in enumerate(self.tables[: widest + 1]):
                wanted = self._contexts(letters, width)
                at = np.searchsorted(contexts, wanted).clip(max=len(contexts) - 1)
                chunk = np.where(contexts[at] == wanted, best[at], chunk)
            for word, row in zip(group, chunk.tolist(), strict=True):
                said[word] = tuple(phoneme for number in row for phoneme in self.chunks[number])
        return said
