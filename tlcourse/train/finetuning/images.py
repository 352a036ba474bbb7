"""Fine-tuning: training a network that has learned before for another task.

Taught in lesson *Transfer in vision*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tlcourse.train import divergence
from tlcourse.train.finetuning import freezing
from tlcourse.train.finetuning.image_batches import Inputs
from tlcourse.train.labels import as_classes
from tlcourse.train.schedules import slanted_triangular


@dataclass(frozen=True)
class ImageRecipe:
    """How to fine-tune.

    Attributes:
        lowest: the lowest layer that learns; those below it are frozen.
        learning_rate: AdamW's highest, of the classifier.
        rate_factor: each layer below the classifier learns this many times slower than the one above it.
        gradual: let the layers join from the top, in equal shares of the steps.
        batch_statistics: batch norms of the layers that learn use the batch's mean and variance.
    """

    lowest: str = "stem"
    n_steps: int = 200
    batch_size: int = 16
    learning_rate: float = 3e-4
    rate_factor: float = 1.0
    gradual: bool = False
    batch_statistics: bool = False
    weight_decay: float = 1e-2


def training_steps(
    model: nn.Module,
    inputs: Inputs,
    labels: np.ndarray,
    index: np.ndarray,
    recipe: ImageRecipe,
    seed: int,
    start: str | None = None,
) -> Iterator[float]:
    """Train `model` in place: each item taken from the iterator is one step, and its loss.

    Args:
        inputs: what goes into the layer `start`, for all items.
        labels: int (N,), of all items.
        index: the items to learn from.
        start: run the model from this layer; all below it is frozen, and computed already.

    Raises:
        ValueError: a layer below `start` is to be trained, there is nothing to learn from, or labels are not
            numbers of classes that the model has.
        FloatingPointError: the training diverges.
    """
    layers = model.layers()
    labels = _checked(labels, index, layers, recipe.lowest, start)
    optimizer = freezing.optimizer(  # what is below `lowest` gets no gradient
        layers, recipe.lowest, recipe.learning_rate, recipe.rate_factor, recipe.weight_decay
    )
    optimizer.zero_grad()
    rng = np.random.default_rng(seed)
    targets, order = torch.from_numpy(labels), np.empty(0, dtype=int)
    for step in range(recipe.n_steps):
        if recipe.gradual:
            freezing.freeze_below(layers, freezing.thawed(layers, recipe.lowest, step / recipe.n_steps))
        freezing.set_training(layers, recipe.batch_statistics)  # batch norms: as remembered, or of the batch
        while len(order) < recipe.batch_size:
            order = np.concatenate([order, rng.permutation(index)])
        rows, order = order[: recipe.batch_size], order[recipe.batch_size :]
        freezing.set_rates(optimizer, slanted_triangular(step, recipe.n_steps))
        logits = model(inputs.batch(rows, rng), start=start)  # from `start` on: below, it is computed already
        if step == 0:
            as_classes(labels[index], n_classes=logits.shape[1])
        loss = F.cross_entropy(logits, targets[rows])
        divergence.check_loss(loss.item(), step, recipe.learning_rate)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()  # now: they would be there beside the next activations
        yield loss.item()
    divergence.check_weights(model, recipe.learning_rate)
    model.eval()


def _checked(
    labels: np.ndarray, index: np.ndarray, layers: Mapping[str, nn.Module], lowest: str, start: str | None
) -> np.ndarray:
    """The labels as numbers of classes, once it is clear that all can be trained as asked."""
    if lowest not in freezing.from_layer(layers, start or next(iter(layers))):
        raise ValueError(f"{lowest!r} is to be trained, but the inputs begin above it, at {start!r}")
    if len(index) == 0:
        raise ValueError("the index is empty: give at least one labelled item to learn from")
    labels = as_classes(labels)
    if not 0 <= np.min(index) <= np.max(index) < len(labels):
        raise ValueError(
            f"the index goes from {np.min(index)} to {np.max(index)}, but there are {len(labels)} labels"
        )
    return labels


@torch.inference_mode()
def probabilities(
    model: nn.Module, inputs: Inputs, index: np.ndarray, start: str | None = None, batch_size: int = 8
) -> np.ndarray:
    """The probability of class 1 for the items `index`, (len(index),), in evaluation mode."""
    model.eval()
    chunks = [index[i : i + batch_size] for i in range(0, len(index), batch_size)]
    return np.concatenate(
        [model(inputs.batch(rows), start=start).softmax(1)[:, 1].numpy() for rows in chunks]
    )
