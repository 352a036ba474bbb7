"""The loss on documents that no training reads, on the same text and the same targets for everybody.

A run measures it as it goes, a model's card for the weights that were exported, and the trigram model that
left-to-right models are compared with is asked for the same pieces.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from tlcourse.data.text_index import TextIndex
from tlcourse.train.pretraining.objectives import Batch, Objective, Reading
from tlcourse.train.pretraining.recipes import PretrainingRecipe

MAX_TOKENS = 100_000


def batches(
    objective: Objective,
    index: TextIndex,
    recipe: PretrainingRecipe,
    processes: int = 1,
    max_tokens: int = MAX_TOKENS,
) -> Iterator[Batch]:
    """What the model is asked to predict, at the length of the recipe's last phase; nothing without text.

    A batch has as many rows as `processes` can share, and masks are drawn in the same way each time. Where
    several tasks take turns, each is asked on as many tokens as a single one.
    """
    pieces = np.diff(index.document_pieces)[np.asarray(index.held_out)].sum()
    length = recipe.lengths[-1][1]
    rows = int(min(recipe.batch_tokens // length, pieces // (2 * length)))
    rows -= rows % processes
    if not rows:
        return
    read = objective.reader(index, Reading(rows, length, seed=0, held_out=True))
    n_steps = max(1, int(min(max_tokens, pieces) // (rows * length)))
    for step in range(n_steps * objective.n_tasks):
        yield read(step, 1.0)


def as_tensors(objective: Objective, batch: Batch) -> dict[str, Tensor]:
    """A batch as `objective` takes it, on the device of its model."""
    device = next(objective.parameters()).device
    arrays = objective.collate(batch)
    return {name: torch.from_numpy(a).to(device) for name, a in arrays.items() if name != "n_tokens"}


@torch.no_grad()
def losses(
    objective: Objective,
    index: TextIndex,
    recipe: PretrainingRecipe,
    processes: int = 1,
    own: Callable[[Batch], dict[str, Tensor]] | None = None,
    total: Callable[[Tensor], float] = Tensor.item,
    max_tokens: int = MAX_TOKENS,
) -> dict[str, float]:
    """Mean loss per target, in nats, by the name of the loss; {} where no text is held out.

    Args:
        processes: how many share each batch.
        own: the rows of this process, as tensors; one process takes them all.
        total: the sum of a number over the processes.
    """
    objective.eval()
    device = next(objective.parameters()).device
    carry, sums = None, {}
    for batch in batches(objective, index, recipe, processes, max_tokens):
        if carry is None:
            start = objective.initial_carry(len(batch["n_tokens"]) // processes)
            carry = tuple(tensor.to(device) for tensor in start)
        found, carry = objective(carry, **(own(batch) if own else as_tensors(objective, batch)))
        for name, (loss, count) in found.items():
            a, b = sums.get(name, (0.0, 0.0))
            sums[name] = a + total(loss), b + total(count)
    return {name: loss / count for name, (loss, count) in sums.items() if count}
