"""ULMFiT's second stage: a language model that has read general text reads the task's, without its labels.

Howard and Ruder 2018, section 3.2: discriminative rates, and a slanted triangle over the steps. The softmax
shares its weights with the embedding, so the two are one layer, the top one. `lm` is an ULMFiT that
predicts the next piece.
Shapes: B rows side by side, T pieces a row, of a stream of N pieces.

Taught in lesson *ULMFiT*.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tlcourse.data.packing import Rows
from tlcourse.data.tokeniser import SEP
from tlcourse.models.language.ulmfit import activation_regularisation
from tlcourse.models.pretrained.text_encoders import PieceEncoder
from tlcourse.threads import single_thread
from tlcourse.train import divergence
from tlcourse.train.finetuning import freezing
from tlcourse.train.finetuning.trainings import give_back_memory, share_one_heap
from tlcourse.train.schedules import slanted_triangular

BETAS = (0.7, 0.99)  # of Adam (section 4.1)


@dataclass(frozen=True)
class LmRecipe:
    """How the language model goes on reading.

    Attributes:
        learning_rate: the highest, of the top layer (0.004 in section 4.1).
        rate_factor: each layer below learns this many times slower; 1 for one rate.
        slanted: let the rate rise and fall in a slanted triangle; otherwise it stays as it is.
        passes: over the text.
        rows, length: how many streams are read side by side, and how many pieces of each a step.
        dropout: multiplier of AWD-LSTM's rates.
    """

    learning_rate: float = 4e-3
    rate_factor: float = 2.6
    slanted: bool = True
    passes: float = 1.0
    rows: int = 16
    length: int = 64
    dropout: float = 0.1
    weight_decay: float = 0.01


def piece_stream(encoder: PieceEncoder, texts: Sequence[str]) -> np.ndarray:
    """Texts one after the other, a [SEP] after each, as in pretraining: int64 (N,)."""
    encoded = encoder.tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return np.array([number for text in encoded for number in (*text.ids, SEP)], dtype=np.int64)


def layers_of(lm: nn.Module) -> dict[str, nn.Module]:
    """From the bottom up; the embedding stands on top, as its weights are the softmax's."""
    named = lm.encoder.named_layers()
    bottom = named.pop("embeddings")
    return {**named, "embedding and softmax": nn.ModuleList([bottom, lm.output_dropout, lm.decoder])}


def training_steps(lm: nn.Module, stream: np.ndarray, recipe: LmRecipe, seed: int = 0) -> Iterator[float]:
    """Train `lm` in place: each item taken from the iterator is one step, and its loss in nats a piece.

    Raises:
        ValueError: the stream is too short for a single step.
        FloatingPointError: the training diverges.
    """
    rng = np.random.default_rng(seed)
    if len(stream) <= recipe.rows * (recipe.length + 1):
        raise ValueError(f"{len(stream)} pieces are too few for {recipe.rows} rows of {recipe.length}")
    a_pass = len(Rows(stream, recipe.rows, recipe.length + 1, recipe.length))
    n_steps = max(1, math.ceil(a_pass * recipe.passes))
    layers = layers_of(lm)
    share_one_heap()
    optimizer = freezing.optimizer(
        layers, next(iter(layers)), recipe.learning_rate, recipe.rate_factor, recipe.weight_decay, BETAS
    )
    lm.encoder.scale_dropout(recipe.dropout)
    lm.output_dropout.p = recipe.dropout * lm.config.output_dropout
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        noise = torch.get_rng_state()
    for step in range(n_steps):
        if step % a_pass == 0:  # each pass begins elsewhere, without a state
            state, rows = None, Rows(np.roll(stream, -int(rng.integers(len(stream)))), recipe.rows,
                                     recipe.length + 1, recipe.length)  # fmt: skip
        lm.train()
        freezing.set_rates(optimizer, slanted_triangular(step, n_steps) if recipe.slanted else 1.0)
        with single_thread():  # an LSTM's steps are small
            with torch.random.fork_rng(devices=[]):  # what happens between two steps changes no dropout
                torch.set_rng_state(noise)
                loss, regularisation, state = _loss(lm, rows.at(step % a_pass), state)
                noise = torch.get_rng_state()
            divergence.check_loss(loss.item(), step, recipe.learning_rate)
            optimizer.zero_grad()
            (loss + recipe.dropout * regularisation).backward()
            nn.utils.clip_grad_norm_(lm.parameters(), 1.0)
            optimizer.step()
        yield loss.item()
    divergence.check_weights(lm, recipe.learning_rate)
    lm.zero_grad()
    lm.eval()
    del optimizer, loss, regularisation, state
    give_back_memory()


State = list[tuple[Tensor, Tensor]]


def _loss(lm: nn.Module, pieces: np.ndarray, state: State | None) -> tuple[Tensor, Tensor, State]:
    """(B, T + 1) pieces → the mean loss of the next piece, AWD-LSTM's regularisation, and the last state."""
    read = torch.from_numpy(pieces)
    logits, dropped, raw, state = lm(read[:, :-1], state)
    loss = F.cross_entropy(logits.flatten(0, 1), read[:, 1:].flatten())
    return loss, activation_regularisation(dropped, raw), [(h.detach(), c.detach()) for h, c in state]


@single_thread()
@torch.no_grad()
def mean_loss(lm: nn.Module, stream: np.ndarray, rows: int = 16, length: int = 64) -> float:
    """The loss of `lm` on a stream, in nats a piece; its exponential is the perplexity.

    Raises ValueError if the stream is too short.
    """
    lm.eval()
    steps = Rows(stream, rows, length + 1, length)
    if not len(steps):
        raise ValueError(f"{len(stream)} pieces are too few for {rows} rows of {length}")
    state, total = None, 0.0
    for step in range(len(steps)):
        loss, _, state = _loss(lm, steps.at(step), state)
        total += loss.item()
    return total / len(steps)
