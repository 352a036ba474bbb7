"""What a frozen encoder makes of texts, as arrays: computed once, then read from the cache.

For each text, the mean and the maximum over its pieces, however long it is: what cannot be read at once is
read in parts. For each tagged word, its own state. Both at four heights, from the embeddings to the top, as
what a task needs is not always at the top (Peters et al. 2018, section 5.3). Shapes: N texts, W words, H the
width of a layer.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from tlcourse import assets
from tlcourse.models.pretrained.minilm import Watch, batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder

HEIGHTS = 4
_VERSION = 1  # part of the cache's key: raise it when the same examples would get other arrays

Arrays = dict[str, np.ndarray]


def heights(n_states: int, n: int = HEIGHTS) -> list[int]:
    """Which states are kept: `n` of them, or all, evenly from the embeddings to the top."""
    return sorted({round(i) for i in np.linspace(0, n_states - 1, min(n, n_states))})


@torch.inference_mode()
def compute(
    encoder: TextEncoder,
    texts: Sequence[Sequence[Example]],
    of_words: bool,
    progress: Watch = iter,
    bf16: bool = False,
    n_heights: int = HEIGHTS,
) -> Arrays:
    """float16 arrays by name: `mean 0`, `max 0` … (N, H), or `word 0` … (W, H); the last number is the top's.

    Args:
        texts: the parts of each, one or more.
        of_words: a row for each place of each part, one after the other.
        progress: wraps the sequence of batches, to show how far it is.
        bf16: compute in bfloat16 where autocast allows; twice as fast where the processor has it.
        n_heights: how many states are kept, evenly from the embeddings to the top.
    """
    encoder.eval()
    kept = heights(len(encoder.widths), n_heights)
    parts = [part for text in texts for part in text]
    rows: list[dict[str, np.ndarray]] = [{}] * len(parts)
    for index in progress(batches_by_length([*map(len, parts)], 16)):
        batch = encoder.batch([parts[i] for i in index])
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            states = encoder(batch)
        mask = batch["attention_mask"].bool().unsqueeze(-1)  # (B, T, 1)
        found: dict[str, torch.Tensor] = {}
        for name, k in enumerate(kept):
            state = states[k].float()  # (B, T, H)
            if of_words:
                found[f"word {name}"] = state
            else:
                found[f"mean {name}"] = state.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1)
                found[f"max {name}"] = state.masked_fill(~mask, -torch.inf).amax(dim=1)
        halves = {name: value.clamp(-6e4, 6e4).half().numpy() for name, value in found.items()}
        for row, i in enumerate(index):
            place = parts[i].places if of_words else slice(None)
            rows[i] = {name: value[row][place] for name, value in halves.items()}
    join = np.concatenate if of_words else np.stack
    arrays = {name: join([row[name] for row in rows]) for name in rows[0]}
    return arrays if of_words else _of_whole_texts(arrays, texts)


def _of_whole_texts(arrays: Arrays, texts: Sequence[Sequence[Example]]) -> Arrays:
    """A row for each part → a row for each text; in the mean a part weighs as much as it is long."""
    begins = np.cumsum([0, *(len(text) for text in texts[:-1])])
    lengths = np.array([len(part) for text in texts for part in text], dtype=np.float32)[:, None]
    shares = lengths / np.repeat(np.add.reduceat(lengths, begins), [*map(len, texts)], axis=0)
    return {
        name: np.maximum.reduceat(array, begins)
        if name.startswith("max")
        else np.add.reduceat(array * shares, begins).astype(np.float16)
        for name, array in arrays.items()
    }


def cached(
    encoder: TextEncoder,
    texts: Sequence[Sequence[Example]],
    of_words: bool,
    weights: str | None = None,
    progress: Watch = iter,
    bf16: bool = False,
) -> Arrays:
    """`compute`, once for the same weights and texts.

    Args:
        weights: `fingerprint` of the encoder, if it is known already.
    """
    digest = hashlib.sha256()
    for text in texts:
        digest.update(repr([(part.units, part.segments, part.places) for part in text]).encode())
    key = {
        "weights": weights or fingerprint(encoder),
        "texts": digest.hexdigest(),
        "of_words": of_words,
        "heights": HEIGHTS,
        "bf16": bf16,
        "version": _VERSION,
    }
    return assets.cached_arrays(
        "frozen-states", key, lambda: compute(encoder, texts, of_words, progress, bf16)
    )


def fingerprint(model: nn.Module) -> str:
    """A hash of all parameters, the same for the same weights."""
    digest = hashlib.sha256()
    for name, parameter in model.named_parameters():
        digest.update(name.encode())
        digest.update(parameter.detach().contiguous().numpy().view(np.uint8))
    return digest.hexdigest()
