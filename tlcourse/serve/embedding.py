"""Texts in, vectors out: an encoder of the course, the layers that are read and how they are pooled.

Shapes: N texts, T tokens, W width of the answer: H for one layer, more for several or for two ways of
pooling.
"""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from tlcourse.models.pretrained import encoders
from tlcourse.models.pretrained.text_encoders import Example
from tlcourse.serve.answer import Answer
from tlcourse.serve.pooling import pool

Texts = Sequence[str] | Sequence[Sequence[str]]
MARKED = 3  # tokens: the shortest text between two marks


class Embedder:
    """An encoder with a choice of layers and pooling.

    Raises:
        ValueError: there is no such model, layer or strategy, or `max_seq_len` is more than it can read.
        FileNotFoundError, AssetMissing: the model is not there; the message says what to do.
    """

    def __init__(
        self,
        model: str,
        layers: Sequence[int] = (-2,),
        pooling: str = "REDUCE_MEAN",
        normalise: bool = False,
        max_seq_len: int | None = None,
    ):
        self.encoder = encoders.load(model)
        self.layers, self.pooling, self.normalise = tuple(layers), pooling, normalise
        n = len(self.encoder.widths)
        for layer in self.layers:
            if not -n <= layer < n:
                raise ValueError(f"layer is {layer}, but {model} has −1, the last, to −{n}, its embeddings.")
        longest = self.encoder.max_length
        if max_seq_len is not None:
            if not MARKED <= max_seq_len <= longest:
                raise ValueError(
                    f"max_seq_len is {max_seq_len}, but {model} reads {MARKED} to {longest} tokens."
                )
            self.encoder.max_length = max_seq_len
        self.max_seq_len = self.encoder.max_length
        self.width = sum(self.encoder.widths[layer] for layer in self.layers)
        self.width *= 2 if pooling == "REDUCE_MEAN_MAX" else 1

    def __call__(self, texts: Texts, tokens: bool = False) -> Answer:
        """Embed texts, or texts that are cut into tokens already; what is too long loses its end.

        Raises TypeError for a single string.
        """
        cut = bool(texts) and not isinstance(texts[0], str)
        examples = self.encoder.given(texts) if cut else self.encoder.beginnings(texts)
        lengths = [len(example) for example in examples]
        shape = (len(examples), self.width)
        if self.pooling == "NONE":
            shape = (len(examples), max(lengths, default=0), self.width)
        vectors = np.zeros(shape, dtype=np.float32)
        for places in like_lengths(lengths):
            found = self._vectors([examples[i] for i in places])
            if self.pooling == "NONE":
                vectors[places, : found.shape[1]] = found
            else:
                vectors[places] = found
        names = [self.encoder.unit_names(example) for example in examples] if tokens else None
        return Answer(vectors, lengths, names)

    @torch.inference_mode()
    def _vectors(self, examples: list[Example]) -> np.ndarray:
        batch = self.encoder.batch(examples)
        states = self.encoder(batch)
        chosen = torch.cat([states[layer] for layer in self.layers], dim=-1)
        pooled = pool(chosen, batch["attention_mask"], self.pooling)
        return (F.normalize(pooled, dim=-1) if self.normalise else pooled).numpy()


def like_lengths(lengths: Sequence[int]) -> list[np.ndarray]:
    """Places in `lengths`, longest first, in groups whose shortest has at least half as many as the longest.

    Padding then never doubles the work, and texts of like length stay together.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable")
    groups: list[list[int]] = []
    for place in order:
        if groups and 2 * lengths[place] >= lengths[groups[-1][0]]:
            groups[-1].append(place)
        else:
            groups.append([place])
    return [np.array(group) for group in groups]
