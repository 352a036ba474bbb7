"""What a batch costs: seconds by how many texts it has and how long they are, and what is padded in it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tlcourse.models.pretrained.text_encoders import Example, TextEncoder
from tlcourse.serve.embedding import Embedder

FILLER = "the"  # one piece in every vocabulary here


def of_length(encoder: TextEncoder, length: int) -> Example:
    """A text of `length` pieces, marks among them. Raises ValueError if the filler is not one piece."""
    before, _, after = encoder.marks
    (example,) = encoder.beginnings([" ".join([FILLER] * (length - len(before) - len(after)))])
    if len(example) != length:
        raise ValueError(
            f"the text has {len(example)} pieces, expected {length}: {FILLER!r} is not one piece"
        )
    return example


def seconds(encoder: TextEncoder, length: int, size: int, least: float = 0.1) -> float:
    """Seconds that one core computes for a batch of `size` texts of `length` pieces: a mean over `least`
    seconds or more."""
    batch = encoder.batch([of_length(encoder, length)] * size)
    with torch.inference_mode():
        encoder(batch)
        started, n = time.thread_time(), 0
        while n == 0 or time.thread_time() - started < least:
            encoder(batch)
            n += 1
    return (time.thread_time() - started) / n


def measured(
    encoder: TextEncoder, lengths: Sequence[int], sizes: Sequence[int], seed: int = 0, least: float = 0.1
) -> list[dict[str, object]]:
    """Records: length, texts at once, and as score the seconds of the batch. On one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return [
            {
                "length": length,
                "at once": size,
                "seed": seed,
                "score": seconds(encoder, length, size, least),
            }
            for length in lengths
            for size in sizes
        ]
    finally:
        torch.set_num_threads(threads)


@dataclass(frozen=True)
class Cost:
    """Seconds of a batch of b texts: `once` + b · `each`."""

    once: float
    each: float

    @classmethod
    def fitted(cls, sizes: Sequence[int], times: Sequence[float]) -> "Cost":
        """By least squares of the relative errors, so that small batches count as much as large ones."""
        sizes, times = np.asarray(sizes, dtype=float), np.asarray(times, dtype=float)
        table = np.stack([np.ones_like(sizes), sizes], axis=1) / times[:, None]
        once, each = np.linalg.lstsq(table, np.ones_like(times), rcond=None)[0]
        return cls(float(once), float(each))

    def gain(self, size: int) -> float:
        """Texts a second of batches of `size`, divided by those of single texts."""
        return size * (self.once + self.each) / (self.once + size * self.each)


def padded_share(lengths: Sequence[int], batches: Sequence[Sequence[int]]) -> float:
    """Of all that is computed, the share that is padding, if each batch is as long as its longest text."""
    computed = sum(len(batch) * max(lengths[i] for i in batch) for batch in batches)
    return 1 - sum(lengths[i] for batch in batches for i in batch) / computed


def in_order_of_arrival(n: int, size: int) -> list[list[int]]:
    """Places 0 … n − 1 in batches of `size`."""
    return [list(range(i, min(i + size, n))) for i in range(0, n, size)]


def texts_a_second(
    embedder: Embedder, texts: Sequence[str], batches: Sequence[Sequence[int]], watch: Callable = iter
) -> float:
    """Texts that one core embeds in a second, in these batches; each padded to its longest text."""
    encoder = embedder.encoder
    examples = encoder.beginnings(list(texts))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        started = time.thread_time()
        with torch.inference_mode():
            for places in watch(batches):
                encoder(encoder.batch([examples[i] for i in places]))
        return len(texts) / (time.thread_time() - started)
    finally:
        torch.set_num_threads(threads)
