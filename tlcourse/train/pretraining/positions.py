"""New positions, as rows grow longer."""

import torch
from torch import nn

from tlcourse.models.parts.embeddings import TransformerEmbeddings


@torch.no_grad()
def begin_as_copies(model: nn.Module, optimizer: torch.optim.Optimizer, seen: int, length: int) -> None:
    """Positions from `seen` up to `length` become copies of those before, and so do their Adam moments.

    What attention has learned to look for in its neighbourhood is then there from the first step on, as for
    Longformer, which began with RoBERTa's positions, eight times over (Beltagy et al. 2020, section 5).
    """
    copied = torch.arange(seen, length) % seen
    for module in model.modules():
        if isinstance(module, TransformerEmbeddings):
            table = module.position.weight  # (max_position_embeddings, H)
            for values in (table, *optimizer.state[table].values()):
                if values.shape == table.shape:  # all but Adam's count of steps
                    values[seen:length] = values[copied.to(values.device)]
