"""A text encoder and its head, frozen or not: one network for every system of the course and kind of task.

Tricks of 2018 are options of its recipe: concat pooling (Howard and Ruder 2018, section 3.3), a learned mix
of the layers (Peters et al. 2018, section 3.2). What is put on the encoder is in `heads`.

Taught in lesson *To tune or not to tune*.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.tasks import CLASSES, NUMBERS, SPANS, TAGS
from tlcourse.models.language.elmo import ScalarMix
from tlcourse.models.language.ulmfit import ConcatPooling
from tlcourse.models.parts.transformer import initialise
from tlcourse.models.pretrained.minilm import BATCH_SIZE, batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder
from tlcourse.train.finetuning.heads import LIGHT, Head, LayerReading, Recurrent, best_span, padded


@dataclass(frozen=True)
class TextRecipe:
    """How to fine-tune.

    Attributes:
        learning_rate: AdamW's highest, of the new layers.
        rate_factor: each layer below learns this many times slower than the one above it; 1 for one rate.
        slanted: let the rate rise and fall, in slanted triangles; otherwise it stays as it is.
        lowest: the lowest layer that learns, by its name in the encoder's `layers()`; all learn if empty.
        gradual: let the layers join from the top, in equal shares of the steps.
        mix: read a learned mix of all layers instead of the last one.
        pooling: `concat`, the summary state with the maximum and the mean over the text; `summary`, that of
            [CLS] or of the last piece alone.
        dropout: in the network and before the classifier; an AWD-LSTM keeps its own.
        epochs, min_steps: as many passes as give both.
        held_out: share of the labels that decide after which epoch the model is best; with 0, the last is.
        bf16: compute in bfloat16 where autocast allows; twice as fast where the processor has it.
    """

    learning_rate: float = 5e-4
    rate_factor: float = 1.2
    slanted: bool = True
    lowest: str = ""
    gradual: bool = False
    mix: bool = False
    pooling: str = "concat"
    dropout: float = 0.1
    epochs: int = 4
    min_steps: int = 120
    batch_size: int = 16
    weight_decay: float = 0.01
    held_out: float = 0.0
    bf16: bool = False


class TextModel(nn.Module):
    """An encoder with a head: for a text or a pair, for each word, or for the two ends of an answer.

    Examples that were read already (`read_once.read`) have their states with them: the encoder is then not
    run, and does not learn.

    Attributes:
        reading, recurrent, linear: of the head; `recurrent` is None in a light one.
        centre, scale: of the numbers that are to be predicted; the linear layer's output is standardised.
    """

    def __init__(
        self, encoder: TextEncoder, kind: str, n_outputs: int, recipe: TextRecipe, head: Head | None = None
    ):
        """Raises ValueError for an unknown kind, pooling or reading, or a mix of layers of several widths."""
        super().__init__()
        if kind not in (CLASSES, NUMBERS, TAGS, SPANS) or recipe.pooling not in ("concat", "summary"):
            raise ValueError(
                f"kind is {kind!r}, expected {CLASSES!r}, {NUMBERS!r}, {TAGS!r} or {SPANS!r}; pooling is "
                f"{recipe.pooling!r}, expected 'concat' or 'summary'."
            )
        head = head or LIGHT
        if recipe.mix:
            head = replace(head, reading="weighted sum of all")
        self.encoder, self.kind, self.pooling = encoder, kind, recipe.pooling
        self.bf16 = recipe.bf16
        self.reading = LayerReading(head.reading, encoder.widths)
        width = self.reading.width
        self.recurrent = Recurrent(width, head.lstm_size) if head.lstm_size else None
        width = self.recurrent.width if self.recurrent else width
        self.concat, self.dropout = ConcatPooling(), nn.Dropout(recipe.dropout)
        pooled = 3 if kind in (CLASSES, NUMBERS) and recipe.pooling == "concat" else 1
        self.linear = nn.Linear(pooled * width, 2 if kind == SPANS else n_outputs)
        initialise(self.linear)
        self.register_buffer("centre", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))
        _set_dropout(encoder, recipe.dropout)

    @property
    def mix(self) -> ScalarMix | None:
        """ELMo's mix, where that is the reading."""
        return self.reading.mix

    def layers(self) -> dict[str, nn.Module]:
        """From the bottom up, the new ones last."""
        new = [self.reading, self.recurrent, self.dropout, self.linear]
        return self.encoder.layers() | {"head": nn.ModuleList(part for part in new if part is not None)}

    def states(self, examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
        """B examples → what the head reads, (B, P, width), and the mask (B, P).

        The P places are all units of a text, or only those that an example names: tagged words, a paragraph.
        """
        if examples[0].states is not None:
            read, mask = padded([example.states for example in examples], self.reading.layers)
            return self.reading(read), mask
        batch = self.encoder.batch(examples)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            every = self.encoder(batch)
        states = self.reading([every[k].float() for k in self.reading.layers])  # (B, T, width)
        if self.kind not in (TAGS, SPANS):
            return states, batch["attention_mask"]
        lengths = torch.tensor([len(example.places) for example in examples])
        mask = torch.arange(int(lengths.max())) < lengths[:, None]
        place = torch.zeros(mask.shape, dtype=torch.long)
        place[mask] = torch.tensor([place for example in examples for place in example.places])
        return states[torch.arange(len(states))[:, None], place], mask.long()

    def forward(self, examples: Sequence[Example]) -> Tensor:
        """B examples → logits (B, classes), standardised numbers (B, 1), (W, tags) for their W words, or
        (W, 2) for the first and last pieces of the answer among the W pieces of their paragraphs."""
        top, mask = self.states(examples)
        if self.recurrent is not None:
            top = self.recurrent(self.dropout(top), mask)
        if self.kind in (TAGS, SPANS):
            return self.linear(self.dropout(top[mask.bool()]))
        last = mask.sum(dim=1) - 1 if self.encoder.summary else torch.zeros(len(mask), dtype=torch.long)
        summary = top[torch.arange(len(top)), last]  # (B, H)
        if self.pooling == "concat":
            rest = self.concat(top, mask)[:, top.shape[-1] :]  # the maximum and the mean
            summary = torch.cat([summary, rest], dim=1)
        return self.linear(self.dropout(summary))

    def answers(self, texts: Sequence[Sequence[Example]], batch_size: int = BATCH_SIZE) -> Tensor:
        """Logits of texts, each the mean over its parts (N, classes); or of all words or pieces (W, …)."""
        parts = [part for text in texts for part in text]
        found: list[Tensor] = [torch.empty(0)] * len(parts)
        for index in batches_by_length([*map(len, parts)], batch_size):
            some = [parts[i] for i in index]
            sizes = [len(part.places) if self.kind in (TAGS, SPANS) else 1 for part in some]
            for i, logits in zip(index, self(some).split(sizes), strict=True):
                found[i] = logits
        ends = np.cumsum([len(text) for text in texts])
        means = [
            torch.stack(found[end - len(text) : end]).mean(0) for text, end in zip(texts, ends, strict=True)
        ]
        return torch.cat(means)

    @torch.inference_mode()
    def predict(self, texts: Sequence[Sequence[Example]]) -> np.ndarray:
        """A class or a number for each text, whose parts are given; a tag for each word of all texts; or
        (N, 2), the first and the last piece of each answer, numbered within its paragraph."""
        if not len(texts):
            return np.empty(0)
        logits = self.eval().answers(texts)
        if self.kind == NUMBERS:
            return (logits[:, 0] * self.scale + self.centre).numpy()
        if self.kind == SPANS:
            sizes = [len(part.places) for text in texts for part in text]
            return np.array([best_span(one) for one in logits.split(sizes)])
        return logits.argmax(1).numpy()


def _set_dropout(encoder: TextEncoder, p: float) -> None:
    """The zoo is pretrained without dropout; but without it, a few labels are learned by heart at once."""
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = p
        if hasattr(module, "attention_probs_dropout_prob"):
            module.attention_probs_dropout_prob = p
