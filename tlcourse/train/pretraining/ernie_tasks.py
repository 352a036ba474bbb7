"""ERNIE 2.0's pretraining tasks, and continual multi-task learning, which brings them in one by one.

Sun et al. 2020, sections "Pre-training Tasks" and "Continual Pre-training". Each batch is made for one task,
whose number is in its task embedding; its loss is that task's and, always, that of the masked words.
Shapes: B rows of T pieces, P masked positions per row.

Taught in lesson *ERNIE 2.0*.
"""

from itertools import pairwise, permutations

import numpy as np
from torch import Tensor

from tlcourse.data.packing import Epochs, passages
from tlcourse.data.text_index import CAPITAL, STARTS_UNIT, TextIndex
from tlcourse.data.tokeniser import CLS, PAD, SEP
from tlcourse.train.pretraining.masking import IGNORED, mask_units
from tlcourse.train.pretraining.objectives import (
    Batch,
    Carry,
    Losses,
    Objective,
    Reader,
    Reading,
    cross_entropy,
)

TASKS = ("knowledge masking", "capitalisation", "token in document", "sentence order", "sentence distance")
MASKING, CAPITALISATION, TOKEN_IN_DOCUMENT, ORDER, DISTANCE = range(len(TASKS))
NEXT_TO_EACH_OTHER, SAME_DOCUMENT, TWO_DOCUMENTS = range(3)  # classes of sentence distance

SENTENCE = 16  # pieces, about as many as a sentence has
DRAWS = 3  # sentences to begin at, of which the one with most after it is taken: less padding

Span = tuple[int, int]  # the first piece and the one after the last


def continual_schedule(n_tasks: int) -> np.ndarray:
    """The paper's. (stages, tasks): the share of all training that each task gets in each stage.

    All add up to 1. Stage s brings in task s and goes on with the earlier ones. Every task gets the same in
    total, N; a task that is not new gets N / (n_tasks + 1) in each stage, a new one what is then left to it.
    For four tasks and N = 50,000 that is 20, 30, 40 and 50 thousand steps for a new task and 10 thousand for
    an old one.
    """
    stage, task = np.indices((n_tasks, n_tasks))
    later = 1 / (n_tasks + 1)
    new = 1 - (n_tasks - 1 - task) * later
    return np.where(stage == task, new, np.where(stage > task, later, 0.0)) / n_tasks


def kept_schedule(n_tasks: int, last: float = 0.6) -> np.ndarray:
    """Ours, and the one that is used: as `continual_schedule`, but what is there takes turns as equals.

    Stage s brings in task s, and each of the s + 1 tasks gets as much of it. In the paper's schedule the
    newest of five has six batches of ten in the last stage and each of the others one, and our first ERNIE,
    which read so, told the order of sentences worse again when their distance came in. Here no task, once it
    is there, ever has less than one in n_tasks. The price is that they do not get the same in total: the
    stages before the last are short, of the same length each, and the `last` is long, so that the last task
    gets `last` / n_tasks of all and the one before it a little more.
    """
    stage, task = np.indices((n_tasks, n_tasks))
    length = np.full(n_tasks, (1 - last) / max(1, n_tasks - 1))
    length[-1] = last if n_tasks > 1 else 1.0
    return np.where(task <= stage, (length / np.arange(1, n_tasks + 1))[:, None], 0.0)


def task_at(progress: float, schedule: np.ndarray, rng: np.random.Generator) -> int:
    """The task of a batch, when the share `progress` of the training is done."""
    stage = int(np.searchsorted(np.cumsum(schedule.sum(1)), progress, side="right"))
    shares = schedule[min(stage, len(schedule) - 1)]
    return int(rng.choice(len(shares), p=shares / shares.sum()))


def lay_out(index: TextIndex, rows: list[list[Span]], length: int) -> tuple[np.ndarray, np.ndarray]:
    """[CLS] span [SEP] span [SEP] … → `input_ids`, and which piece of the text each is, −1 for the marks.

    Both int64 (B, T). Spans that do not fit are cut at the end of the row.
    """
    ids = np.full((len(rows), length), PAD, dtype=np.int64)
    where = np.full_like(ids, -1)
    for row, place, spans in zip(ids, where, rows, strict=True):
        row[0], end = CLS, 1
        for first, last in spans:
            n = min(last - first, length - end - 1)
            row[end : end + n] = index.pieces[first : first + n]
            place[end : end + n] = np.arange(first, first + n)
            row[end + n] = SEP
            end += n + 1
            if end >= length - 1:
                break
    return ids, where


def window(first: int, last: int, end: int, room: int, rng: np.random.Generator) -> Span:
    """The passage from `first` to `last` and what follows up to `end`, as far as there is room.

    A passage that is longer than that is cut anywhere: otherwise, short rows would only ever read the
    beginnings of long sentences.
    """
    start = first + int(rng.integers(max(0, last - first - room) + 1))
    return start, min(start + room, end)


def shuffled_segments(bounds: np.ndarray, longest: int, rng: np.random.Generator) -> tuple[list[Span], int]:
    """A passage in 1 to `longest` segments in random order, and the class of that order.

    `bounds` (n + 1,) are where its sentences begin. The classes are the orders of one segment, then those of
    two, and so on, Σ n! in all.
    """
    n_segments = int(rng.integers(1, min(longest, len(bounds) - 1) + 1))
    inner = np.sort(rng.choice(np.arange(1, len(bounds) - 1), n_segments - 1, replace=False))
    cuts = [int(bounds[i]) for i in (0, *inner, len(bounds) - 1)]
    segments = list(pairwise(cuts))
    fewer = sum(len(list(permutations(range(n)))) for n in range(1, n_segments))
    orders = list(permutations(range(n_segments)))
    chosen = int(rng.integers(len(orders)))
    return [segments[i] for i in orders[chosen]], fewer + chosen


class ErnieTasks(Objective):
    """The five tasks, in the order of TASKS.

    Attributes:
        schedule: (stages, tasks), the share of all training that each task gets in each stage.
    """

    n_tasks = len(TASKS)
    ignores_length = False  # each task begins after a share of the training
    schedule: np.ndarray = kept_schedule(len(TASKS))

    def reader(self, index: TextIndex, reading: Reading) -> Reader:
        longest = self.model.config.max_segments
        room = reading.length - 1 - longest

        def make(epoch: int):
            order = reading.order(index, epoch)
            return passages(index, order, room, reading.rows, reading.generator(1, epoch))

        epochs = Epochs(make)

        def batch(step: int, progress: float = 0.0) -> Batch:
            found, within = epochs.at(step)
            rng = reading.generator(2, step)
            task = step % self.n_tasks if reading.held_out else task_at(progress, self.schedule, rng)
            return self.make_batch(index, found.at(within), task, reading.length, rng)

        return batch

    def make_batch(
        self, index: TextIndex, chosen: np.ndarray, task: int, length: int, rng: np.random.Generator
    ) -> Batch:
        """Passages (B, 3) → a batch for one task; the other tasks' targets are IGNORED."""
        rows: list[list[Span]] = []
        order = np.full(len(chosen), IGNORED)
        distance = np.full(len(chosen), IGNORED)
        for i, passage in enumerate(chosen):
            bounds = np.asarray(index.sentence_pieces[passage[0] : passage[1] + 1])
            if task == ORDER:
                spans, order[i] = shuffled_segments(bounds, self.model.config.max_segments, rng)
            elif task == DISTANCE:
                spans, distance[i] = two_passages(index, passage, chosen, length, rng)
            else:
                end = int(index.document_pieces[passage[2] + 1])
                spans = [window(int(bounds[0]), int(bounds[-1]), end, length - 2, rng)]
            rows.append(spans)
        ids, where = lay_out(index, rows, length)
        text = where >= 0
        flags = np.where(text, index.flags[np.maximum(where, 0)], 0)

        capital = np.full_like(ids, IGNORED)
        if task == CAPITALISATION:
            capital[text] = (flags[text] & CAPITAL) > 0
        token_document = np.full_like(ids, IGNORED)
        if task == TOKEN_IN_DOCUMENT:
            for i, (_, _, document) in enumerate(chosen):
                token_document[i, text[i]] = recurs(index, ids[i, text[i]], where[i, text[i]], document)
        segments = np.zeros_like(ids)
        if task == DISTANCE:
            segments = np.minimum(np.cumsum(ids == SEP, axis=1) - (ids == SEP), 1) * (ids != PAD)

        unit = np.where(text, np.cumsum((flags & STARTS_UNIT) > 0, axis=1), -1)
        masked = mask_units(ids, unit, self.vocab_size, rng)
        return {
            "input_ids": masked.input_ids,
            "attention_mask": (ids != PAD).astype(np.int64),
            "token_type_ids": segments,
            "task_type_ids": np.full_like(ids, task),
            "positions": masked.positions,
            "masked": masked.targets,
            "capital": capital,
            "token_document": token_document,
            "order": order,
            "distance": distance,
            "n_tokens": (ids != PAD).sum(1),
        }

    def forward(
        self,
        carry: Carry,
        masked: Tensor,
        capital: Tensor,
        token_document: Tensor,
        order: Tensor,
        distance: Tensor,
        **inputs: Tensor,
    ) -> tuple[Losses, Carry]:
        logits = self.model(**inputs)
        targets = (masked, capital, token_document, order, distance)
        losses = map(cross_entropy, logits, targets)
        return dict(zip(TASKS, losses, strict=True)), carry


def two_passages(
    index: TextIndex, passage: np.ndarray, others: np.ndarray, length: int, rng: np.random.Generator
) -> tuple[list[Span], int]:
    """The first sentences of a passage or their end, a second span, and the class of their distance.

    The second span is what follows; or sentences of the same document that neither follow nor precede; or
    sentences of a document of another passage among `others` (n, 3). One of each is drawn, all are cut to
    what the shortest of them has, and only then one is taken: neither lengths nor padding tell the class.
    A few pieces more are cut, or the one that ends where its document ends would be known by its full stop.
    Without all three, or with hardly a piece in one, there is no second span and the class is IGNORED.
    """
    first, last, document = passage
    cut = first + (1 if last - first < 3 else int(rng.integers(1, last - first)))

    def span(one: int, other: int) -> Span:
        return int(index.sentence_pieces[one]), int(index.sentence_pieces[other])

    def pieces(span: Span) -> int:
        return span[1] - span[0]

    start, stop = span(first, cut)
    room = length - 3
    begin, end = int(index.documents[document]), int(index.documents[document + 1])
    apart = [*range(begin, first - 1), *range(cut + 1, end)]
    elsewhere = others[others[:, 2] != document, 2]
    alone = [(max(start, stop - room), stop)]
    if cut == end or not apart or not len(elsewhere):
        return alone, IGNORED
    another = int(rng.choice(elsewhere))
    another_end = int(index.documents[another + 1])
    same = [span(one, first - 1 if one < first else end) for one in rng.choice(apart, DRAWS)]
    other = [span(one, another_end) for one in rng.integers(index.documents[another], another_end, DRAWS)]
    candidates = {
        NEXT_TO_EACH_OTHER: span(cut, end),
        SAME_DOCUMENT: max(same, key=pieces),
        TWO_DOCUMENTS: max(other, key=pieces),
    }
    shortest = min(map(pieces, candidates.values())) - int(rng.integers(1, SENTENCE))
    if shortest < 1:
        return alone, IGNORED
    n_second = min(shortest, max(room // 2, room - (stop - start)))
    kind = int(rng.integers(len(candidates)))
    second = candidates[kind][0]
    # The first span is cut at its beginning: what follows is next to it.
    return [(max(start, stop - (room - n_second)), stop), (second, second + n_second)], kind


def recurs(index: TextIndex, pieces: np.ndarray, where: np.ndarray, document: int) -> np.ndarray:
    """Does each piece of a passage occur in the rest of its document? bool (n,)."""
    first, end = index.document_pieces[document], index.document_pieces[document + 1]
    before, after = index.pieces[first : where.min()], index.pieces[where.max() + 1 : end]
    return np.isin(pieces, np.concatenate([before, after]))
