"""Which texts of a stream are read together: until a batch is full, or its first text has waited enough."""

import numpy as np

from tlcourse.exercises.machinery import exercise

Batches = list[list[int]]


def _stream(rng: np.random.Generator) -> tuple[list[int], int, int]:
    """Whole milliseconds, so that a bound is met exactly; bursts and gaps, and a tie at the end of a wait."""
    max_batch, max_wait = int(rng.integers(3, 6)), int(rng.integers(4, 8))
    gaps = rng.choice([0, 1, 2, 5, 11], size=int(rng.integers(18, 26)), p=[0.3, 0.3, 0.15, 0.15, 0.1])
    arrived = np.cumsum(gaps).tolist()
    end = arrived[-1] + 3 * max_wait
    return [*arrived, end, end + max_wait - 1, end + max_wait, end + 2 * max_wait], max_batch, max_wait


def _cut(arrived: list[int], new) -> Batches:
    """Batches, with `new(batch, place)` saying whether a text begins another."""
    batches: Batches = []
    for place in range(len(arrived)):
        if not batches or new(batches[-1], place):
            batches.append([])
        batches[-1].append(place)
    return batches


def _since_the_last(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) == max_batch or arrived[i] > arrived[b[-1]] + max_wait)


def _never_full(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: arrived[i] > arrived[b[0]] + max_wait)


def _never_late(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) == max_batch)


def _tie_left_out(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) == max_batch or arrived[i] >= arrived[b[0]] + max_wait)


def _one_more(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) > max_batch or arrived[i] > arrived[b[0]] + max_wait)


def _one_fewer(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(
        arrived, lambda b, i: len(b) >= max(1, max_batch - 1) or arrived[i] > arrived[b[0]] + max_wait
    )


def _both(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) >= max_batch and arrived[i] > arrived[b[0]] + max_wait)


def _by_the_clock(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    step = max(max_wait, 1)
    return _cut(arrived, lambda b, i: len(b) == max_batch or arrived[i] // step != arrived[b[0]] // step)


def _from_the_first_of_all(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) == max_batch or arrived[i] > arrived[0] + max_wait)


def _not_since(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) == max_batch or arrived[i] > max_wait)


def _too_early(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return _cut(arrived, lambda b, i: len(b) == max_batch or arrived[i] < arrived[b[0]] + max_wait)


def _sizes(arrived: list[int], max_batch: int, max_wait: int) -> list[int]:
    return [len(batch) for batch in gathered(arrived, max_batch, max_wait)]


def _moments(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return [[arrived[i] for i in batch] for batch in gathered(arrived, max_batch, max_wait)]


def _last_lost(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return gathered(arrived, max_batch, max_wait)[:-1]


def _first_dropped(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return [batch[1:] for batch in gathered(arrived, max_batch, max_wait)]


def _from_one(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return [[i + 1 for i in batch] for batch in gathered(arrived, max_batch, max_wait)]


def _empty_first(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return [[], *gathered(arrived, max_batch, max_wait)]


def _clock_runs_on(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    """The clock is started when a wait is over, but not when a batch is full."""
    batches: Batches = []
    since = None
    for place, moment in enumerate(arrived):
        if since is None or moment > since + max_wait:
            batches.append([])
            since = moment
        elif len(batches[-1]) == max_batch:
            batches.append([])
        batches[-1].append(place)
    return batches


def _windows(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    """Fixed windows from the first arrival on."""
    step = max(max_wait, 1)
    return _cut(
        arrived,
        lambda b, i: (
            len(b) == max_batch or (arrived[i] - arrived[0]) // step != (arrived[b[0]] - arrived[0]) // step
        ),
    )


def _slices(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    """From each text on, whoever comes in time: batches overlap."""
    return [
        [j for j in range(i, len(arrived)) if arrived[j] <= arrived[i] + max_wait][:max_batch]
        for i in range(len(arrived))
    ]


def _alone(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    return [[place] for place in range(len(arrived))]


@exercise(
    title="Gather a batch",
    inputs=_stream,
    special={
        "a text comes at the very end of the wait": ([0, 5, 6], 4, 5),
        "more come at one moment than a batch holds": ([7, 7, 7, 7, 7], 2, 3),
        "a batch has one text": ([0, 0, 9], 1, 5),
        "nobody waits": ([0, 0, 1, 1], 3, 0),
        "no text": ([], 3, 5),
        "one text": ([4], 3, 5),
    },
    hints=(
        "Go through the texts in their order, and keep the batch that is open. When does a text not come "
        "into it any more?",
        "Two reasons close a batch: it has `max_batch` texts, or the text at hand arrived later than "
        "`max_wait` after the *first* of the batch.",
        "If `found` is the list that you make, `found[-1][0]` is the place of the open batch's first "
        "text. When "
        "one of the two reasons holds, or when there is none yet, append a new empty list; then append the "
        "place to the last list.",
    ),
    wrong=[
        (
            _since_the_last,
            "The wait is counted from the last text of the batch: in a steady stream its first would "
            "wait for ever. Count from the first.",
        ),
        (_never_full, "No batch is ever full: close it when it has `max_batch` texts."),
        (
            _never_late,
            "No batch closes before it is full: a lone text would wait for ever. Look at the clock.",
        ),
        (_tie_left_out, "Who arrives exactly `max_wait` after the first still comes along."),
        (_one_more, "A batch has one text too many: it is full when it has `max_batch`."),
        (_one_fewer, "A batch has one text too few: it is full when it has `max_batch`."),
        (_both, "One of the two reasons is enough to close a batch: *or*, not *and*."),
        (
            _by_the_clock,
            "Batches close at multiples of `max_wait`, whenever they began: count from the batch's own first "
            "text.",
        ),
        (
            _from_the_first_of_all,
            "The wait is counted from the first text of all: count from the batch's own.",
        ),
        (_not_since, "`max_wait` is compared with the clock itself: count from the batch's first text."),
        (
            _too_early,
            "A batch is closed while it may still wait, and kept open after it: the other way round.",
        ),
        (
            _clock_runs_on,
            "After a full batch the clock runs on: the next batch has a first text of its own, and waits "
            "from its "
            "arrival.",
        ),
        (
            _windows,
            "Windows of fixed length, from the first arrival on: a batch's wait begins with its first text.",
        ),
        (_slices, "The batches overlap: each text is in one batch only."),
        (_sizes, "These are the sizes: give the places of the texts in each batch."),
        (_moments, "These are moments: give the places of the texts in `arrived`."),
        (_last_lost, "The last batch is missing: what is open at the end is a batch, too."),
        (_first_dropped, "The text that begins a batch is missing from it."),
        (_from_one, "Places count from 0."),
        (_empty_first, "There is an empty batch: begin one only when a text goes into it."),
        (_alone, "Each text is alone: who arrives within `max_wait` of the batch's first comes along."),
    ],
)
def gathered(arrived: list[int], max_batch: int, max_wait: int) -> Batches:
    """Return the batches, each a list of places in `arrived` (ascending moments, in ms).

    A batch begins with the first text that is in none. It takes those that follow until it has `max_batch`,
    or until one arrives later than `max_wait` after the batch's first.
    """
    batches: Batches = []
    for place, moment in enumerate(arrived):
        if not batches or len(batches[-1]) == max_batch or moment > arrived[batches[-1][0]] + max_wait:
            batches.append([])
        batches[-1].append(place)
    return batches
