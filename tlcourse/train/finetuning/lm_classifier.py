"""ULMFiT's third stage: the language model's network becomes a classifier, layer by layer from the top.

Howard and Ruder 2018, section 3.3: concat pooling, two linear blocks, gradual unfreezing; with the
discriminative rates and the slanted triangle of section 3.2. A text is read whole or cut, and not piecewise
as in theirs (BPT3C). One triangle goes over all the steps, and the layers join in the first
half of them. Shapes: B texts of T pieces.

Taught in lesson *ULMFiT*.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tlcourse.models.language.ulmfit import ConcatPooling, LastState, PoolingClassifier
from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, PieceEncoder
from tlcourse.threads import single_thread
from tlcourse.train import divergence
from tlcourse.train.finetuning import freezing
from tlcourse.train.finetuning.lm_finetuning import BETAS
from tlcourse.train.finetuning.texts import shuffled_batches
from tlcourse.train.labels import as_classes
from tlcourse.train.schedules import slanted_triangular

POOLINGS = {"concat": ConcatPooling, "last": LastState}


@dataclass(frozen=True)
class ClassifierRecipe:
    """How the classifier is trained; each trick can be turned off.

    Attributes:
        learning_rate: the highest, of the new layers (0.01 in section 4.1).
        rate_factor: discriminative rates: each layer below learns this many times slower; 1 for one rate.
        slanted: a slanted triangle over the steps; otherwise the rate stays as it is.
        gradual: layers join from the top, one after the other; otherwise all learn from the start.
        joining: the share of the steps in which the layers join: each waits for an equal part of it.
        lowest: the lowest layer that ever learns; `head` leaves the language model as it is.
        pooling: `concat`, or `last` for the last state alone.
        epochs, min_steps: as many passes as give both.
        dropout: multiplier of AWD-LSTM's rates.
    """

    learning_rate: float = 1e-2
    rate_factor: float = 2.6
    slanted: bool = True
    gradual: bool = True
    joining: float = 0.5
    lowest: str = "embeddings"
    pooling: str = "concat"
    epochs: int = 8
    min_steps: int = 40
    batch_size: int = 16
    dropout: float = 0.1
    weight_decay: float = 0.01


class TextClassifier(nn.Module):
    """A language model's network, and the classifier on its last layer's states."""

    def __init__(self, encoder: PieceEncoder, num_labels: int, pooling: str = "concat", seed: int = 0):
        """`seed`: of the new layers' weights. Raises ValueError for an unknown pooling."""
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling is {pooling!r}, expected one of {', '.join(map(repr, POOLINGS))}")
        self.encoder = encoder
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.head = PoolingClassifier(encoder.widths[-1], num_labels, pooling=POOLINGS[pooling]())

    def layers(self) -> dict[str, nn.Module]:
        """From the bottom up: `embeddings`, `layer 1` …, `head`."""
        return self.encoder.layers() | {"head": self.head}

    def forward(self, examples: Sequence[Example]) -> Tensor:
        """B texts → logits (B, num_labels)."""
        batch = self.encoder.batch(examples)
        return self.head(self.encoder(batch)[-1], batch["attention_mask"])

    @single_thread()
    @torch.inference_mode()
    def predict(self, examples: Sequence[Example], batch_size: int = 32) -> np.ndarray:
        """The likeliest class of each text, int64 (N,)."""
        self.eval()
        found = np.empty(len(examples), dtype=np.int64)
        for index in batches_by_length([*map(len, examples)], batch_size):
            found[index] = self([examples[i] for i in index]).argmax(dim=1).numpy()
        return found


def last_pieces(encoder: PieceEncoder, texts: Sequence[str], most: int) -> list[Example]:
    """Each text between its marks, as `encoder` reads it; of a longer one the last `most` pieces alone.

    The end, because a review's verdict often stands there, and the last state has just read it.
    """
    before, _, after = encoder.marks
    room = most - len(before) - len(after)
    encoded = encoder.tokenizer.encode_batch(list(texts), add_special_tokens=False)
    found = [[*before, *text.ids[-room:], *after] for text in encoded]
    return [Example(units, [0] * len(units), []) for units in found]


def n_steps(n_texts: int, recipe: ClassifierRecipe) -> int:
    """How many steps a training on so many texts has."""
    a_pass = math.ceil(n_texts / recipe.batch_size)
    return a_pass * max(recipe.epochs, math.ceil(recipe.min_steps / a_pass))


def training_steps(
    model: TextClassifier,
    examples: Sequence[Example],
    labels: np.ndarray,
    recipe: ClassifierRecipe,
    seed: int = 0,
) -> Iterator[float]:
    """Train `model` in place: each item taken from the iterator is one step, and its loss in nats.

    Raises:
        ValueError: labels do not fit the texts or the classes, or there are fewer than two texts.
        FloatingPointError: the training diverges.
    """
    labels = torch.from_numpy(as_classes(labels, len(examples), model.head.block_2[-1].out_features))
    if len(examples) < 2:
        raise ValueError("a batch norm needs two texts or more to learn from")
    layers = model.layers()
    optimizer = freezing.optimizer(
        layers, recipe.lowest, recipe.learning_rate, recipe.rate_factor, recipe.weight_decay, BETAS
    )
    model.encoder.network.scale_dropout(recipe.dropout)
    rng, total = np.random.default_rng(seed), n_steps(len(examples), recipe)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        noise = torch.get_rng_state()
    batches: list[np.ndarray] = []
    for step in range(total):
        if not batches:
            batches = shuffled_batches(
                np.arange(len(examples)), [*map(len, examples)], recipe.batch_size, rng
            )
        index = batches.pop()
        if len(index) == 1:  # of which a batch norm learns nothing: one more
            index = np.append(index, rng.integers(len(examples)))
        if recipe.gradual:
            freezing.freeze_below(
                layers, freezing.thawed(layers, recipe.lowest, step / total / recipe.joining)
            )
        freezing.set_training(layers, batch_statistics=True)
        freezing.set_rates(optimizer, slanted_triangular(step, total) if recipe.slanted else 1.0)
        with single_thread():  # an LSTM's steps are small
            with torch.random.fork_rng(devices=[]):  # what happens between two steps changes no dropout
                torch.set_rng_state(noise)
                loss = F.cross_entropy(model([examples[i] for i in index]), labels[index])
                noise = torch.get_rng_state()
            divergence.check_loss(loss.item(), step, recipe.learning_rate)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
            optimizer.step()
        yield loss.item()
    divergence.check_weights(model, recipe.learning_rate)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    model.eval()
