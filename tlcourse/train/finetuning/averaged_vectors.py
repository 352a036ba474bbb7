"""Training `models.vectors.averaged_vectors` on a few or many labelled texts.

Taught in lesson *Static word vectors*.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
import torch.nn.functional as F

from tlcourse.models.vectors.averaged_vectors import AveragedVectors
from tlcourse.threads import single_thread
from tlcourse.train import divergence
from tlcourse.train.labels import as_classes


@dataclass(frozen=True)
class VectorRecipe:
    """How to train; the same for all that are compared. Chosen on training sentences that were held out.

    No text is kept back to tell when to stop: of a hundred, twenty would tell little, and be missed.

    Attributes:
        learning_rate, weight_decay: Adam's, for the linear layer; rates fall linearly to 0.
        vector_rate: Adam's, for the vectors, where they are not frozen.
        passes, min_steps: so many passes over the texts, but no fewer steps than these.
    """

    learning_rate: float = 0.03
    weight_decay: float = 0.003
    vector_rate: float = 0.005
    batch_size: int = 32
    passes: int = 5
    min_steps: int = 300


@single_thread()
def fit(
    model: AveragedVectors,
    texts: Sequence[str],
    labels: np.ndarray,
    seed: int,
    recipe: VectorRecipe | None = None,
) -> AveragedVectors:
    """Train `model` in place on `texts` and integer `labels` (N,), and return it.

    Raises:
        ValueError: there is no text, or labels that do not give a class for each.
        FloatingPointError: the training diverges.
    """
    if len(texts) == 0:
        raise ValueError("there is no text: give at least one, with its label")
    labels = as_classes(labels, len(texts), model.linear.out_features)
    recipe = recipe or VectorRecipe()
    generator = torch.Generator().manual_seed(seed)
    encoded, target = model.encode(texts), torch.from_numpy(labels)
    groups = [
        {
            "params": model.linear.parameters(),
            "lr": recipe.learning_rate,
            "weight_decay": recipe.weight_decay,
        }
    ]
    if not model.frozen:
        groups.append({"params": model.vectors.parameters(), "lr": recipe.vector_rate})
    optimizer = torch.optim.Adam(groups)
    n_steps = max(recipe.min_steps, recipe.passes * math.ceil(len(texts) / recipe.batch_size))
    fall = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=n_steps)
    model.train()
    for step, rows in enumerate(islice(_batches(len(texts), recipe.batch_size, generator), n_steps)):
        optimizer.zero_grad()
        loss = F.cross_entropy(model([encoded[i] for i in rows]), target[rows])
        divergence.check_loss(loss.item(), step, recipe.learning_rate)
        loss.backward()
        optimizer.step()
        fall.step()
    divergence.check_weights(model, recipe.learning_rate)
    return model


def _batches(size: int, batch_size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Rows in random order, pass after pass, without end."""
    while True:
        yield from torch.randperm(size, generator=generator).split(batch_size)


@torch.no_grad()
def accuracy(model: AveragedVectors, texts: Sequence[str], labels: np.ndarray) -> float:
    """Return the share of `texts` whose highest score is at their label."""
    model.eval()
    return float((model(model.encode(texts)).argmax(1).numpy() == labels).mean())
