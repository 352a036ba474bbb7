"""The states of a frozen encoder, read once: whatever is then trained on them never runs it again.

A frozen encoder says the same of a text in each pass, and for each head. Its states take room instead of
time: (P, L, H) float16 for each text, in memory or in one file that is mapped into it.

Taught in lesson *To tune or not to tune*.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from tlcourse.models.pretrained.minilm import Watch, batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder


@torch.inference_mode()
def read(
    encoder: TextEncoder,
    texts: Sequence[Sequence[Example]],
    file: Path | None = None,
    progress: Watch = iter,
) -> list[list[Example]]:
    """The same texts, each part with its `states`: at its places where it has some, else of all its units.

    Args:
        file: where the states are kept, instead of in memory; one that is there already is not read anew.

    Raises:
        ValueError: the layers differ in width, or the file is of other texts.
    """
    if len(set(encoder.widths)) > 1:
        raise ValueError(f"layers of {encoder.widths} numbers do not fit into one array")
    parts = [part for text in texts for part in text]
    ends = np.cumsum([0, *(len(part.places) or len(part) for part in parts)])
    shape = (int(ends[-1]), len(encoder.widths), encoder.widths[0])
    if file is not None and file.exists():
        states = np.memmap(file, np.float16, "r")
        if states.size != np.prod(shape):
            raise ValueError(f"{file} has {states.size:,} numbers, expected {shape}: it is of other texts")
        states = states.reshape(shape)
    else:
        states = _compute(encoder, parts, ends, shape, file, progress)
    filled = iter(
        replace(part, states=states[start:end])
        for part, start, end in zip(parts, ends, ends[1:], strict=False)
    )
    return [[next(filled) for _ in text] for text in texts]


def _compute(
    encoder: TextEncoder,
    parts: Sequence[Example],
    ends: np.ndarray,
    shape: tuple[int, ...],
    file: Path | None,
    progress: Watch,
) -> np.ndarray:
    encoder.eval()
    into = np.empty(shape, np.float16)
    if file is not None:
        beside = file.with_suffix(".part")
        into = np.memmap(beside, np.float16, "w+", shape=shape)
    for index in progress(batches_by_length([*map(len, parts)], 16)):
        some = [parts[i] for i in index]
        layers = [layer.clamp(-6e4, 6e4).half() for layer in encoder(encoder.batch(some))]
        states = torch.stack(layers, dim=2)  # (B, T, L, H)
        for row, i in enumerate(index):
            place = parts[i].places or slice(len(parts[i]))
            into[ends[i] : ends[i + 1]] = states[row][place].numpy()
    if file is not None:
        into.flush()
        beside.rename(file)
    return into
