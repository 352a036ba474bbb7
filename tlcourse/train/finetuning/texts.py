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

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tlcourse.data.tasks import CLASSES, NUMBERS, SPANS, TAGS
from tlcourse.models.pretrained.text_encoders import Example, TextEncoder
from tlcourse.train import divergence
from tlcourse.train.finetuning import freezing, trainings
from tlcourse.train.finetuning.heads import Head, side_by_side
from tlcourse.train.finetuning.text_model import TextModel, TextRecipe
from tlcourse.train.labels import as_classes, as_numbers, as_spans, as_tags
from tlcourse.train.schedules import slanted_triangular

Targets = np.ndarray | Sequence[np.ndarray]
ENOUGH = 1000  # texts to take the centre and the spread of frozen states from


def finetune(
    encoder: TextEncoder,
    texts: Sequence[Sequence[Example]],
    targets: Targets,
    kind: str,
    n_outputs: int,
    recipe: TextRecipe | None = None,
    seed: int = 0,
    report: Callable[[dict[str, float]], None] = lambda line: None,
    head: Head | None = None,
    pieces_at_once: int | None = None,
) -> TextModel:
    """Train `encoder`, in place, and a new head on it; return both as they were at their best.

    Texts that were read already (`read_once.read`) train the head alone: the encoder stays frozen.

    Args:
        texts: N of them, each in one part or more, as the encoder's `parts` gives them; a pair or a sentence
            of words is one. A pass reads one part of each, drawn anew; an answer is the mean over all.
        targets: N classes or numbers, N arrays of tags, or (N, 2): first and last piece of each answer.
        n_outputs: how many classes or tags there are; 1 for a number, 2 for an answer's ends.
        report: gets the mean losses per target after each epoch: `loss`, and `held out` if any are.
        pieces_at_once: a batch that is padded to more is computed in parts, whose gradients add up: what is
            kept for the way back has to fit into memory. All at once if None.

    Raises:
        ValueError: fewer than ten examples, an unknown kind, pooling or layer, or targets that do not fit.
        FloatingPointError: the training diverges.
    """
    recipe = recipe or TextRecipe()
    if len(texts) < 10:
        raise ValueError(f"{len(texts)} labelled examples are too few to learn from: give ten or more")
    targets = _checked(targets, texts, kind, n_outputs)
    if texts[0][0].states is None:
        trainings.give_back_memory()  # gradients and Adam's averages are thrice as large as the model
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(texts))
    n_held = round(recipe.held_out * len(texts))
    held, rest = order[:n_held], order[n_held:]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = TextModel(encoder, kind, n_outputs, recipe, head)
        if texts[0][0].states is not None:
            some = [texts[i][0].states for i in order[:ENOUGH]]
            model.reading.standardise(side_by_side(some, model.reading.layers))
        if kind == NUMBERS:
            model.centre.fill_(float(np.mean(targets)))
            model.scale.fill_(float(np.std(targets)) or 1.0)
        best, best_state = math.inf, None
        for loss in _epochs(model, texts, targets, rest, recipe, rng, pieces_at_once):
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
    if texts[0][0].states is None:
        trainings.give_back_memory()
    return model.eval()


def _checked(targets: Targets, texts: Sequence[Sequence[Example]], kind: str, n_outputs: int) -> Targets:
    if kind == CLASSES:
        return as_classes(targets, len(texts), n_outputs, "targets")
    if kind == NUMBERS:
        return as_numbers(targets, len(texts))
    if kind == TAGS:
        n_words = [sum(len(part.places) for part in text) for text in texts]
        return as_tags(targets, n_words, n_outputs)
    if kind == SPANS:
        return as_spans(targets, [len(text[0].places) for text in texts])
    return targets  # the model says which kinds there are


def _epochs(
    model: TextModel,
    texts: Sequence[Sequence[Example]],
    targets: Targets,
    rows: np.ndarray,
    recipe: TextRecipe,
    rng: np.random.Generator,
    pieces_at_once: int | None,
) -> Iterator[float]:
    """Train, and yield the mean loss per target after each pass."""
    layers = model.layers()
    frozen = texts[0][0].states is not None
    lowest = "head" if frozen else recipe.lowest or next(iter(layers))
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
            whole = sum(len(targets[i]) for i in index) if model.kind == TAGS else len(index)
            for part in _that_fit(index, lengths, pieces_at_once):
                some = [read[i] for i in part]
                loss, n = _loss(model, model(some), targets, part, some)
                divergence.check_loss(loss.item(), step, recipe.learning_rate)
                (loss / whole).backward()  # gradients add up
                total, count = total + loss.item(), count + n
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()  # now: as large as the model, they would be there beside the next states
            step += 1
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


def _that_fit(index: np.ndarray, lengths: Sequence[int], most: int | None) -> list[np.ndarray]:
    """A batch in parts, none of which is padded to more than `most` pieces, if that is given."""
    size = max(1, most // max(lengths[i] for i in index)) if most else len(index)
    return [index[i : i + size] for i in range(0, len(index), size)]


def _loss(
    model: TextModel, logits: Tensor, targets: Targets, index: np.ndarray, parts: Sequence[Example]
) -> tuple[Tensor, int]:
    """The sum over the targets of the texts `index`, and how many they are."""
    if model.kind == SPANS:
        true = torch.as_tensor(np.asarray(targets)[index])  # (B, 2)
        each = zip(logits.split([len(part.places) for part in parts]), true, strict=True)
        return sum(F.cross_entropy(one.T, ends, reduction="sum") for one, ends in each) / 2, len(true)
    if model.kind == NUMBERS:
        true = torch.tensor(np.asarray(targets)[index], dtype=torch.float32)
        return F.mse_loss(logits[:, 0], (true - model.centre) / model.scale, reduction="sum"), len(true)
    true = np.concatenate([targets[i] for i in index]) if model.kind == TAGS else np.asarray(targets)[index]
    return F.cross_entropy(logits, torch.as_tensor(true), reduction="sum"), len(true)


@torch.no_grad()
def _mean_loss(
    model: TextModel, texts: Sequence[Sequence[Example]], targets: Targets, rows: np.ndarray
) -> float:
    some = [texts[i] for i in rows]
    loss, n = _loss(model, model.eval().answers(some), targets, rows, [text[0] for text in some])
    return loss.item() / n
