"""Fine-tuning a text encoder: one function for every system of the course and every kind of task.

The tricks of 2018 are options, each of which can be turned off: discriminative learning rates, slanted
triangular ones, gradual unfreezing and concat pooling (Howard and Ruder 2018, sections 3.2 and 3.3), a
learned mix of the layers (Peters et al. 2018, section 3.2). Held-out labels can decide after which epoch the
model is best; a hundred labels are better learned from, and the rate falls to nothing anyway. A text that is
too long to be read at once is learned one part at a time: with few labels, each pass then sees something new.

Taught in lesson *To tune or not to tune*.
"""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tlcourse.data.tasks import CLASSES, NUMBERS, TAGS
from tlcourse.models.language.elmo import ScalarMix
from tlcourse.models.language.ulmfit import ConcatPooling
from tlcourse.models.parts.transformer import initialise
from tlcourse.models.pretrained.minilm import batches_by_length
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder
from tlcourse.train import divergence
from tlcourse.train.finetuning import freezing
from tlcourse.train.labels import as_classes, as_numbers, as_tags
from tlcourse.train.schedules import slanted_triangular

Targets = np.ndarray | Sequence[np.ndarray]


@dataclass(frozen=True)
class TextRecipe:
    """How to fine-tune.

    Attributes:
        learning_rate: AdamW's highest, of the new layers.
        rate_factor: each layer below learns this many times slower than the one above it; 1 for one rate.
        slanted: let the rate rise and fall, in slanted triangles; otherwise it stays as it is.
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
    """An encoder with a new linear layer.

    Attributes:
        centre, scale: of the numbers that are to be predicted; the linear layer's output is standardised.
    """

    def __init__(self, encoder: TextEncoder, kind: str, n_outputs: int, recipe: TextRecipe):
        """Raises ValueError for an unknown kind or pooling, or a mix of layers that differ in width."""
        super().__init__()
        if kind not in (CLASSES, NUMBERS, TAGS) or recipe.pooling not in ("concat", "summary"):
            raise ValueError(
                f"kind is {kind!r}, expected {CLASSES!r}, {NUMBERS!r} or {TAGS!r}; pooling is "
                f"{recipe.pooling!r}, expected 'concat' or 'summary'."
            )
        if recipe.mix and len(set(encoder.widths)) > 1:
            raise ValueError(f"layers of {encoder.widths} numbers cannot be mixed: use mix=False.")
        self.encoder, self.kind, self.pooling = encoder, kind, recipe.pooling
        self.bf16 = recipe.bf16
        self.mix = ScalarMix(len(encoder.widths)) if recipe.mix else None
        self.concat, self.dropout = ConcatPooling(), nn.Dropout(recipe.dropout)
        width = encoder.widths[-1]
        self.linear = nn.Linear(
            3 * width if kind != TAGS and recipe.pooling == "concat" else width, n_outputs
        )
        initialise(self.linear)
        self.register_buffer("centre", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))
        _set_dropout(encoder, recipe.dropout)

    def layers(self) -> dict[str, nn.Module]:
        """From the bottom up, the new ones last."""
        new = [part for part in (self.mix, self.dropout, self.linear) if part is not None]
        return self.encoder.layers() | {"head": nn.ModuleList(new)}

    def forward(self, examples: Sequence[Example]) -> Tensor:
        """B examples → logits (B, classes), standardised numbers (B, 1), or (W, tags) for their W words."""
        batch = self.encoder.batch(examples)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            states = self.encoder(batch)
        top = (states[-1] if self.mix is None else self.mix(states)).float()  # (B, T, H)
        if self.kind == TAGS:
            row = torch.tensor([i for i, example in enumerate(examples) for _ in example.places])
            place = torch.tensor([place for example in examples for place in example.places])
            return self.linear(self.dropout(top[row, place]))
        mask = batch["attention_mask"]
        last = mask.sum(dim=1) - 1 if self.encoder.summary else torch.zeros(len(mask), dtype=torch.long)
        summary = top[torch.arange(len(top)), last]  # (B, H)
        if self.pooling == "concat":
            rest = self.concat(top, mask)[:, top.shape[-1] :]  # the maximum and the mean
            summary = torch.cat([summary, rest], dim=1)
        return self.linear(self.dropout(summary))

    def answers(self, texts: Sequence[Sequence[Example]], batch_size: int = 32) -> Tensor:
        """Logits of texts, each the mean over its parts (N, classes); or of all their words (W, tags)."""
        parts = [part for text in texts for part in text]
        found: list[Tensor] = [torch.empty(0)] * len(parts)
        for index in batches_by_length([*map(len, parts)], batch_size):
            some = [parts[i] for i in index]
            sizes = [len(part.places) if self.kind == TAGS else 1 for part in some]
            for i, logits in zip(index, self(some).split(sizes), strict=True):
                found[i] = logits
        ends = np.cumsum([len(text) for text in texts])
        means = [
            torch.stack(found[end - len(text) : end]).mean(0) for text, end in zip(texts, ends, strict=True)
        ]
        return torch.cat(means)

    @torch.inference_mode()
    def predict(self, texts: Sequence[Sequence[Example]]) -> np.ndarray:
        """A class or a number for each text, whose parts are given; or a tag for each word of all texts."""
        if not len(texts):
            return np.empty(0)
        logits = self.eval().answers(texts)
        if self.kind == NUMBERS:
            return (logits[:, 0] * self.scale + self.centre).numpy()
        return logits.argmax(1).numpy()


def _set_dropout(encoder: TextEncoder, p: float) -> None:
    """The zoo is pretrained without dropout; but without it, a few labels are learned by heart at once."""
    for module in encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = p
        if hasattr(module, "attention_probs_dropout_prob"):
            module.attention_probs_dropout_prob = p


def finetune(
    encoder: TextEncoder,
    texts: Sequence[Sequence[Example]],
    targets: Targets,
    kind: str,
    n_outputs: int,
    recipe: TextRecipe | None = None,
    seed: int = 0,
    report: Callable[[dict[str, float]], None] = lambda line: None,
) -> TextModel:
    """Train `encoder`, in place, and a new layer on it; return both as they were at their best.

    Args:
        texts: N of them, each in one part or more, as the encoder's `parts` gives them; a pair or a sentence
            of words is one. A pass reads one part of each, drawn anew; an answer is the mean over all.
        targets: N classes or numbers, or N arrays of tags.
        n_outputs: how many classes or tags there are; 1 for a number.
        report: gets the mean losses per target after each epoch: `loss`, and `held out` if any are.

    Raises:
        ValueError: fewer than ten examples, an unknown kind or pooling, or targets that do not fit the texts.
        FloatingPointError: the training diverges.
    """
    recipe = recipe or TextRecipe()
    if len(texts) < 10:
        raise ValueError(f"{len(texts)} labelled examples are too few to learn from: give ten or more")
    targets = _checked(targets, texts, kind, n_outputs)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(texts))
    n_held = round(recipe.held_out * len(texts))
    held, rest = order[:n_held], order[n_held:]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = TextModel(encoder, kind, n_outputs, recipe)
        if kind == NUMBERS:
            model.centre.fill_(float(np.mean(targets)))
            model.scale.fill_(float(np.std(targets)) or 1.0)
        best, best_state = math.inf, None
        for loss in _epochs(model, texts, targets, rest, recipe, rng):
            line = {"loss": loss}
            if n_held:
                line["held out"] = _mean_loss(model, texts, targets, held)
                if line["held out"] < best:
                    best, best_state = line["held out"], copy.deepcopy(model.state_dict())
            report(line)
    divergence.check_weights(model, recipe.learning_rate)
    if best_state is not None:
        model.load_state_dict(best_state)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return model.eval()


def _checked(targets: Targets, texts: Sequence[Sequence[Example]], kind: str, n_outputs: int) -> Targets:
    if kind == CLASSES:
        return as_classes(targets, len(texts), n_outputs, "targets")
    if kind == NUMBERS:
        return as_numbers(targets, len(texts))
    if kind == TAGS:
        n_words = [sum(len(part.places) for part in text) for text in texts]
        return as_tags(targets, n_words, n_outputs)
    return targets  # the model says which kinds there are


def _epochs(
    model: TextModel,
    texts: Sequence[Sequence[Example]],
    targets: Targets,
    rows: np.ndarray,
    recipe: TextRecipe,
    rng: np.random.Generator,
) -> Iterator[float]:
    """Train, and yield the mean loss per target after each pass."""
    layers = model.layers()
    lowest = next(iter(layers))
    optimizer = freezing.optimizer(
        layers, lowest, recipe.learning_rate, recipe.rate_factor, recipe.weight_decay
    )
    a_pass = math.ceil(len(rows) / recipe.batch_size)
    n_epochs = max(recipe.epochs, math.ceil(recipe.min_steps / a_pass))
    n_steps, step = a_pass * n_epochs, 0
    for _ in range(n_epochs):
        total, count = 0.0, 0
        read = [text[rng.integers(len(text))] for text in texts]
        lengths = [len(part) for part in read]
        for index in shuffled_batches(rows, lengths, recipe.batch_size, rng):
            if recipe.gradual:
                freezing.freeze_below(layers, freezing.thawed(layers, lowest, step / n_steps))
            freezing.set_training(layers, batch_statistics=True)
            freezing.set_rates(optimizer, slanted_triangular(step, n_steps) if recipe.slanted else 1.0)
            loss, n = _loss(model, model([read[i] for i in index]), targets, index)
            optimizer.zero_grad()
            divergence.check_loss(loss.item(), step, recipe.learning_rate)
            (loss / n).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            total, count, step = total + loss.item(), count + n, step + 1
        yield total / count


def shuffled_batches(
    rows: np.ndarray, lengths: Sequence[int], size: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Random batches of like length: the items of each sixteen batches are sorted, so that few are padded."""
    mixed = rng.permutation(rows)
    batches = []
    for start in range(0, len(mixed), 16 * size):
        block = mixed[start : start + 16 * size]
        block = block[np.argsort([lengths[i] for i in block], kind="stable")]
        batches += [block[i : i + size] for i in range(0, len(block), size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def _loss(model: TextModel, logits: Tensor, targets: Targets, index: np.ndarray) -> tuple[Tensor, int]:
    """The sum over the targets of the texts `index`, and how many they are."""
    if model.kind == NUMBERS:
        true = torch.tensor(np.asarray(targets)[index], dtype=torch.float32)
        return F.mse_loss(logits[:, 0], (true - model.centre) / model.scale, reduction="sum"), len(true)
    true = np.concatenate([targets[i] for i in index]) if model.kind == TAGS else np.asarray(targets)[index]
    return F.cross_entropy(logits, torch.as_tensor(true), reduction="sum"), len(true)


@torch.no_grad()
def _mean_loss(
    model: TextModel, texts: Sequence[Sequence[Example]], targets: Targets, rows: np.ndarray
) -> float:
    loss, n = _loss(model, model.eval().answers([texts[i] for i in rows]), targets, rows)
    return loss.item() / n
