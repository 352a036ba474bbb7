"""Training :class:`~tlcourse.models.averaged_vectors.AveragedVectors` on a few or many labelled texts."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from tlcourse.models.averaged_vectors import AveragedVectors
from tlcourse.models.single_thread import single_thread


@dataclass(frozen=True)
class Recipe:
    """How to train; the same for all that are compared.

    Attributes:
        learning_rate: Adam's, for the linear layer.
        vector_rate: Adam's, for the vectors, where they are not frozen.
        held_out: the part of the labelled texts that tells when to stop, instead of training on it.
        patience: stop after so many passes without a better held-out loss.
    """

    learning_rate: float = 0.01
    vector_rate: float = 0.01
    batch_size: int = 64
    max_epochs: int = 60
    patience: int = 4
    held_out: float = 0.2


@single_thread()
def fit(
    model: AveragedVectors, texts: Sequence[str], labels: np.ndarray, seed: int, recipe: Recipe | None = None
) -> AveragedVectors:
    """Train `model` in place on `texts` and integer `labels` (N,), and return it as it was at its best
    held-out loss.

    Raises:
        ValueError: there are fewer than ten texts.
    """
    if len(texts) < 10:
        raise ValueError(
            f"{len(texts)} texts are too few to hold some out and train on the rest: give ten or more"
        )
    recipe = recipe or Recipe()
    order = torch.randperm(len(texts), generator=(generator := torch.Generator().manual_seed(seed)))
    encoded, target = model.encode(texts), torch.as_tensor(labels)
    n_held = max(1, round(recipe.held_out * len(texts)))
    held, rest = order[:n_held], order[n_held:]
    groups = [{"params": model.linear.parameters(), "lr": recipe.learning_rate}]
    if not model.frozen:
        groups.append({"params": model.vectors.parameters(), "lr": recipe.vector_rate})
    optimizer = torch.optim.Adam(groups)
    loss = nn.CrossEntropyLoss()
    best, best_state, waited = np.inf, copy.deepcopy(model.state_dict()), 0
    for _ in range(recipe.max_epochs):
        model.train()
        for rows in rest[torch.randperm(len(rest), generator=generator)].split(recipe.batch_size):
            optimizer.zero_grad()
            loss(model([encoded[i] for i in rows]), target[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            now = loss(model([encoded[i] for i in held]), target[held]).item()
        if now < best:
            best, best_state, waited = now, copy.deepcopy(model.state_dict()), 0
        elif (waited := waited + 1) == recipe.patience:
            break
    model.load_state_dict(best_state)
    return model


@torch.no_grad()
def accuracy(model: AveragedVectors, texts: Sequence[str], labels: np.ndarray) -> float:
    """Return the share of `texts` whose highest score is at their label."""
    model.eval()
    return float((model(model.encode(texts)).argmax(1).numpy() == labels).mean())
