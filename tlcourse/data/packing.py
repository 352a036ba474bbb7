"""The order in which pretraining reads a text, and the sequences it makes of it.

Everything here is a function of the text and a random generator, so a run that is resumed reads what it
would have read. Shapes: B rows of T pieces.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from tlcourse.data.text_index import TextIndex
from tlcourse.data.tokeniser import CLS, PAD, SEP


class Sized(Protocol):
    def __len__(self) -> int: ...


E = TypeVar("E", bound=Sized)


class Epochs(Generic[E]):
    """Step → which pass over the text it is in, and which step of that pass it is.

    A pass is made when it is reached. Raises ValueError if it is shorter than one step.
    """

    def __init__(self, make: Callable[[int], E]):
        self.make, self.first, self.number = make, 0, 0
        self.current: E | None = None

    def at(self, step: int) -> tuple[E, int]:
        """The pass that holds `step`, and the step within it."""
        if self.current is None or step < self.first:
            self.first, self.number, self.current = 0, 0, self._made(0)
        while step >= self.first + len(self.current):
            self.first += len(self.current)
            self.number += 1
            self.current = self._made(self.number)
        return self.current, step - self.first

    def _made(self, number: int) -> E:
        made = self.make(number)
        if not len(made):
            raise ValueError(
                "the text is too short for a single batch: take fewer or shorter rows, or more text."
            )
        return made


def document_order(
    index: TextIndex, repeats: Mapping[str, float], rng: np.random.Generator, held_out: bool = False
) -> np.ndarray:
    """One pass: which documents it reads, in which order, int64.

    `repeats` says how often a pass reads each source: with 2.0 it reads each document twice, with 0.4 two in
    five of them. Sources that are not named are read once. Raises ValueError for a source that the text does
    not have.
    """
    unknown = set(repeats) - set(index.sources)
    if unknown:
        raise ValueError(
            f"the text has no source {', '.join(sorted(unknown))}; it has {', '.join(index.sources)}."
        )
    times = np.array([repeats.get(name, 1.0) for name in index.sources])
    chosen = np.flatnonzero(np.asarray(index.held_out) == held_out)
    wanted = times[index.source[chosen]]
    copies = np.floor(wanted + rng.random(len(chosen))).astype(np.int64)  # 0.4: 1 with probability 0.4
    return rng.permutation(np.repeat(chosen, copies))


@dataclass(frozen=True)
class Rows:
    """A stream cut into B rows that are read side by side: what row b reads at step s goes on at step s + 1.

    So a state that is carried from step to step belongs to the text that follows (Transformer-XL, section
    3.2; AWD-LSTM, section 4). Each step moves on by `stride` and reads `length` entries, of which the
    last may be read again.
    """

    stream: np.ndarray
    rows: int
    length: int
    stride: int

    def __len__(self) -> int:
        return max(0, (len(self.stream) // self.rows - self.length) // self.stride + 1)

    def at(self, step: int) -> np.ndarray:
        """(B, length)."""
        start = np.arange(self.rows)[:, None] * (len(self.stream) // self.rows) + step * self.stride
        return self.stream[start + np.arange(self.length)]


def piece_stream(index: TextIndex, order: np.ndarray) -> np.ndarray:
    """The documents in `order`, one after the other, each followed by [SEP]: uint16."""
    first, end = index.document_pieces[order], index.document_pieces[order + 1]
    separator = np.array([SEP], dtype=np.uint16)
    parts = [part for a, b in zip(first, end, strict=True) for part in (index.pieces[a:b], separator)]
    return np.concatenate(parts)


def word_stream(index: TextIndex, order: np.ndarray) -> np.ndarray:
    """The documents in `order` as words, each sentence followed by `</s>` (word 1): uint32."""
    parts = []
    for document in order:
        bounds = index.sentence_words[index.documents[document] : index.documents[document + 1] + 1]
        words = index.words[bounds[0] : bounds[-1]]
        parts.append(np.insert(words, np.asarray(bounds[1:]) - bounds[0], 1))
    return np.concatenate(parts)


@dataclass(frozen=True)
class Pairs:
    """Spans of pieces, A and B: where they begin and end, int64 (n, 2); is B from elsewhere? bool (n,)."""

    a: np.ndarray
    b: np.ndarray
    is_random: np.ndarray
    rows: int = 1

    def __len__(self) -> int:
        """Steps of `rows` pairs."""
        return len(self.a) // self.rows

    def at(self, step: int) -> slice:
        return slice(step * self.rows, (step + 1) * self.rows)


def sentence_pairs(
    index: TextIndex,
    order: np.ndarray,
    length: int,
    rows: int,
    rng: np.random.Generator,
    packed: bool = False,
) -> Pairs:
    """BERT's training pairs (Devlin et al. 2019, appendix A.2), as the authors' code makes them.

    Sentences of a document are taken until they fill a sequence; A is some of them from the start. Half
    of the time B is the rest; otherwise it is as many sentences of another document, from a random one on,
    and the rest is read next. Both are cut, each piece at the front or at the end by chance, to fit `length`
    with [CLS] and two [SEP], so that their lengths tell little of whether B follows. They do tell a little
    where a document ends: what is left of it can be shorter than what is taken of another. Where one sentence
    fills the sequence there is no rest, and B is always from elsewhere: in short sequences that is most of
    them. The authors also make one sequence in ten shorter, at random; here all have `length`.

    With `packed`, not theirs, a row that is not full goes on in the document after B, and if that ends,
    begins earlier in that of A: in the middle of a sentence, too.
    """
    room = length - 3
    starts = np.asarray(index.sentence_pieces)
    enough = np.searchsorted(starts, starts[:-1] + room)  # the sentence at whose beginning the room is full
    documents = np.asarray(index.documents)
    pairs = []
    for document in order.tolist():
        sentence, last = int(documents[document]), int(documents[document + 1])
        while sentence < last:
            stop = min(int(enough[sentence]), last)
            in_a = 1 if stop - sentence < 3 else int(rng.integers(1, stop - sentence))
            is_random = stop - sentence == 1 or rng.random() < 0.5
            a = starts[sentence], starts[sentence + in_a]
            if is_random:
                other = _elsewhere(order, document, rng)
                first = int(rng.integers(documents[other], documents[other + 1]))
                full = int(np.searchsorted(starts, starts[first] + room - (a[1] - a[0])))
                b = starts[first], starts[min(max(full, first + 1), documents[other + 1])]
                sentence += in_a
            else:
                b = starts[sentence + in_a], starts[stop]
                sentence = stop
            in_a, in_b = fit(int(a[1] - a[0]), int(b[1] - b[0]), room)
            a, b = _part(a, in_a, rng), _part(b, in_b, rng)
            if packed:
                end = starts[documents[(other if is_random else document) + 1]]
                b = b[0], min(b[0] + room - in_a, end)
                a = max(a[1] - (room - (b[1] - b[0])), starts[documents[document]]), a[1]
            pairs.append((*a, *b, is_random))
    shuffled = np.array(pairs, dtype=np.int64)[rng.permutation(len(pairs))]
    return Pairs(shuffled[:, 0:2], shuffled[:, 2:4], shuffled[:, 4].astype(bool), rows)


def _part(span: tuple[int, int], n: int, rng: np.random.Generator) -> tuple[int, int]:
    """`n` pieces of a span; of the others each is dropped at the front or at the end by chance."""
    first = span[0] + int(rng.binomial(span[1] - span[0] - n, 0.5))
    return first, first + n


def _elsewhere(order: np.ndarray, document: int, rng: np.random.Generator) -> int:
    """A random document other than this one, if there is one."""
    for _ in range(10):
        other = int(order[rng.integers(len(order))])
        if other != document:
            break
    return other


def fit(a: int, b: int, room: int) -> tuple[int, int]:
    """Shorten the longer of two lengths until both fit the room."""
    a = min(a, max(room - b, room - room // 2))
    return a, min(b, room - a)


def join(index: TextIndex, a: np.ndarray, b: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """[CLS] A [SEP] B [SEP] and padding: `input_ids` and `token_type_ids`, int64 (B, T) each."""
    ids = np.full((len(a), length), PAD, dtype=np.int64)
    segments = np.zeros_like(ids)
    for row, segment, (a0, a1), (b0, b1) in zip(ids, segments, a, b, strict=True):
        middle, end = a1 - a0 + 2, a1 - a0 + b1 - b0 + 3
        row[0] = CLS
        row[1 : middle - 1] = index.pieces[a0:a1]
        row[middle - 1] = SEP
        row[middle : end - 1] = index.pieces[b0:b1]
        row[end - 1] = SEP
        segment[middle:end] = 1
    return ids, segments


@dataclass(frozen=True)
class Passages:
    """Runs of sentences of one document, int64 (n, 3): the first, the one after the last, the document."""

    sentences: np.ndarray
    rows: int

    def __len__(self) -> int:
        """Steps of `rows` passages."""
        return len(self.sentences) // self.rows

    def at(self, step: int) -> np.ndarray:
        """int64 (rows, 3)."""
        return self.sentences[step * self.rows : (step + 1) * self.rows]


def passages(index: TextIndex, order: np.ndarray, room: int, rows: int, rng: np.random.Generator) -> Passages:
    """Each document cut into runs of sentences that fit into `room` pieces; a longer sentence is alone."""
    starts = np.asarray(index.sentence_pieces)
    too_many = np.searchsorted(starts, starts[:-1] + room, side="right") - 1  # the first that does not fit
    documents = np.asarray(index.documents)
    found = []
    for document in order.tolist():
        sentence, last = int(documents[document]), int(documents[document + 1])
        while sentence < last:
            stop = min(max(int(too_many[sentence]), sentence + 1), last)
            found.append((sentence, stop, document))
            sentence = stop
    return Passages(np.array(found, dtype=np.int64)[rng.permutation(len(found))], rows)
