"""What one reaches on ERNIE's tasks without a network: by the shares of the answers, and by counts of one
clue.

A loss of 0.9 nats says nothing by itself. Beside it stands what is reached by one who knows how frequent each
answer is (of an order of segments: how many segments there are, which the marks in the row tell), and by one
who has counted how often each answer goes with a single clue: the piece on the left of a masked one; the
piece itself; the first piece of a segment; how many rare pieces two passages share. Both read the batches
that the network reads, masks included.
Shapes: N questions, C answers.

Taught in lesson *ERNIE 2.0*.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import SEP, SPECIAL
from tlcourse.train.pretraining.ernie_tasks import (
    CAPITALISATION,
    DISTANCE,
    MASKING,
    ORDER,
    TASKS,
    TOKEN_IN_DOCUMENT,
)
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.objectives import Batch
from tlcourse.train.pretraining.task_questions import TARGETS, right_answers, task_of

PRIOR = 10.0  # how many observations the shares of all answers count for, where a clue was seen seldom
FREQUENT = 300  # pieces that two passages share by chance; the rarer ones count
MOST_SHARED = 6


@dataclass
class Table:
    """How often each answer goes with each clue.

    Attributes:
        n_answers: C.
        share: (C,), of the answers over all clues.
    """

    n_answers: int
    share: np.ndarray
    pairs: np.ndarray  # clue · C + answer, sorted, each once …
    counts: np.ndarray  # … and how often it occurs
    clues: np.ndarray  # sorted, each once …
    totals: np.ndarray  # … and how often it occurs

    @classmethod
    def of(cls, clues: np.ndarray, answers: np.ndarray, n_answers: int) -> "Table":
        """Count: `clues` and `answers` are whole numbers (N,)."""
        clues, answers = np.asarray(clues, dtype=np.int64), np.asarray(answers, dtype=np.int64)
        share = np.bincount(answers, minlength=n_answers) + 1e-2
        pairs = np.unique(clues * n_answers + answers, return_counts=True)
        return cls(n_answers, share / share.sum(), *pairs, *np.unique(clues, return_counts=True))

    def log_p(self, clues: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """ln p of these answers, given the clues, float64 (N,)."""
        clues, answers = np.asarray(clues, dtype=np.int64), np.asarray(answers, dtype=np.int64)
        together = _looked_up(self.pairs, self.counts, clues * self.n_answers + answers)
        seen = _looked_up(self.clues, self.totals, clues)
        return np.log((together + PRIOR * self.share[answers]) / (seen + PRIOR))


def _looked_up(keys: np.ndarray, values: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The values of the keys that are there, else 0."""
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)


class Guesses:
    """Both kinds of guess, learned from what a training reads."""

    def __init__(self, index: TextIndex, batches: Iterable[Batch], max_segments: int = 3):
        """`batches`: of the text that is trained on, of all tasks that will be asked."""
        self.orders = [p for n in range(1, max_segments + 1) for p in permutations(range(n))]
        frequency = np.bincount(_training_pieces(index), minlength=index.tokenizer.get_vocab_size())
        self.rare = np.argsort(np.argsort(-frequency)) >= FREQUENT
        clues: dict[int, list[np.ndarray]] = {}
        answers: dict[int, list[np.ndarray]] = {}
        first: list[tuple[int, bool]] = []
        for batch in batches:
            task = task_of(batch)
            answers.setdefault(task, []).append(right_answers(batch))
            clues.setdefault(task, []).append(self._clues(batch))
            if task == ORDER:
                first += [pair for row in self._segments(batch) for pair in row]
        sizes = {
            MASKING: len(frequency),
            CAPITALISATION: 2,
            TOKEN_IN_DOCUMENT: 2,
            ORDER: len(self.orders),
            DISTANCE: 3,
        }
        self.tables = {
            task: Table.of(np.concatenate(clues[task]), np.concatenate(answers[task]), sizes[task])
            for task in clues
        }
        if MASKING in self.tables:
            self.tables[MASKING] = _of_neighbours(index, len(frequency))
        if first:
            self.begins = Table.of(
                np.array([piece for piece, _ in first]), np.array([b for _, b in first]), 2
            )

    def by_share(self, batch: Batch) -> np.ndarray:
        """ln p of the right answers for one who knows their shares, (N,)."""
        task, answers = task_of(batch), right_answers(batch)
        if task == ORDER:
            return -np.log([_n_orders(len(self.orders[answer])) for answer in answers])
        return np.log(self.tables[task].share[answers])

    def by_answers(self, batch: Batch) -> np.ndarray:
        """The same for one who does not look at the row at all: of an order, not even at its marks."""
        return np.log(self.tables[task_of(batch)].share[right_answers(batch)])

    def by_counts(self, batch: Batch) -> np.ndarray:
        """ln p of the right answers for one who has counted a clue, (N,)."""
        if task_of(batch) == ORDER:
            return self._order(batch)
        return self.tables[task_of(batch)].log_p(self._clues(batch), right_answers(batch))

    def _clues(self, batch: Batch) -> np.ndarray:
        """A whole number for each question: what is looked at."""
        task, ids = task_of(batch), batch["input_ids"]
        if task == MASKING:
            left = np.take_along_axis(ids, np.maximum(batch["positions"] - 1, 0), axis=1)
            return left[batch["masked"] != IGNORED]
        if task in (CAPITALISATION, TOKEN_IN_DOCUMENT):
            return ids[batch[TARGETS[task]] != IGNORED]
        if task == ORDER:
            return np.zeros(len(right_answers(batch)), dtype=np.int64)
        return np.array([self._shared(row) for row in ids[batch["distance"] != IGNORED]], dtype=np.int64)

    def _shared(self, row: np.ndarray) -> int:
        """How many different rare pieces stand in both passages of a row, up to MOST_SHARED."""
        first, second = _between_marks(row)[:2]
        both = np.intersect1d(first, second)
        return min(int(self.rare[both].sum()), MOST_SHARED)

    def _segments(self, batch: Batch) -> list[list[tuple[int, bool]]]:
        """For each row: of each segment as it stands, its first piece, and whether it was the first."""
        found = []
        for row, answer in zip(batch["input_ids"], batch["order"], strict=True):
            parts = _between_marks(row)
            order = self.orders[answer]
            if len(order) > 1:
                found.append([(int(part[0]), place == 0) for part, place in zip(parts, order, strict=False)])
        return found

    def _order(self, batch: Batch) -> np.ndarray:
        """Which segment was the first is told by how it begins; of the others, any order is as likely."""
        found = []
        for row, answer in zip(batch["input_ids"], batch["order"], strict=True):
            parts, order = _between_marks(row), self.orders[answer]
            pieces = np.array([part[0] for part in parts[: len(order)]])
            odds = self.begins.log_p(pieces, np.ones_like(pieces)) - self.begins.log_p(
                pieces, np.zeros_like(pieces)
            )
            place = order.index(0)
            odds = np.append(odds, np.zeros(len(order) - len(odds)))  # cut off at the end of the row
            found.append(odds[place] - np.log(np.exp(odds).sum() * _n_orders(len(order) - 1)))
        return np.array(found)


def mean_losses(guess: Callable[[Batch], np.ndarray], batches: Sequence[Batch]) -> dict[str, float]:
    """Task → nats per question; `guess` is a method such as `Guesses.by_share`."""
    found: dict[str, list[np.ndarray]] = {}
    for batch in batches:
        found.setdefault(TASKS[task_of(batch)], []).append(-guess(batch))
    return {task: float(np.concatenate(parts).mean()) for task, parts in found.items()}


def _n_orders(n: int) -> int:
    return int(np.prod(np.arange(1, n + 1)))


def _between_marks(row: np.ndarray) -> list[np.ndarray]:
    """The pieces of each part of a row that ends in [SEP]."""
    ends = np.flatnonzero(row == SEP)
    starts = np.concatenate([[1], ends[:-1] + 1])
    return [row[a:b] for a, b in zip(starts, ends, strict=True)]


def _training_pieces(index: TextIndex) -> np.ndarray:
    """The pieces of all documents that are trained on."""
    trained = np.repeat(~np.asarray(index.held_out), np.diff(index.document_pieces))
    return np.asarray(index.pieces)[trained].astype(np.int64)


def _of_neighbours(index: TextIndex, vocab_size: int) -> Table:
    """How often each piece stands on the right of each; a piece of a text, not a mark."""
    pieces = _training_pieces(index)
    known = pieces >= len(SPECIAL)
    inside = known[1:] & known[:-1]
    return Table.of(pieces[:-1][inside], pieces[1:][inside], vocab_size)
