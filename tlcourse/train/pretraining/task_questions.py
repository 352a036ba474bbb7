"""ERNIE's tasks as questions about text that no training reads, and what a model answers.

Each batch is made for one task; it is asked for that task alone. The task embedding says which it was made
for, unless another one is put in its place. Shapes: B rows of T pieces, N questions in a batch: rows, or
pieces of them.

Taught in lesson *ERNIE 2.0*.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from tlcourse.data.text_index import TextIndex
from tlcourse.train.pretraining.ernie_tasks import TASKS, ErnieTasks
from tlcourse.train.pretraining.masking import IGNORED
from tlcourse.train.pretraining.objectives import Batch, Reading

TARGETS = ("masked", "capital", "token_document", "order", "distance")  # of TASKS, by their names in a batch
_INPUTS = ("input_ids", "attention_mask", "token_type_ids", "task_type_ids", "positions")


def ask(
    objective: ErnieTasks, index: TextIndex, rows: int, length: int, per_task: int, seed: int = 0
) -> list[Batch]:
    """So many batches of each of the objective's tasks, in turn, from held-out documents.

    Raises ValueError if there is too little held-out text for one batch.
    """
    read = objective.reader(index, Reading(rows, length, seed=seed, held_out=True))
    return [read(step, 1.0) for step in range(per_task * objective.n_tasks)]


def task_of(batch: Batch) -> int:
    """Which of TASKS a batch was made for."""
    return int(batch["task_type_ids"][0, 0])


def right_answers(batch: Batch) -> np.ndarray:
    """What there is to be said, int64 (N,)."""
    targets = batch[TARGETS[task_of(batch)]]
    return targets[targets != IGNORED]


@torch.inference_mode()
def answers(model: nn.Module, batch: Batch, task_id: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """ln p of each right answer, and whether it is the first guess: float32 and bool, (N,).

    Args:
        task_id: the task that the embedding names; None for the one that the batch was made for.
    """
    task = task_of(batch)
    inputs = {name: torch.from_numpy(batch[name]) for name in _INPUTS}
    if task_id is not None:
        inputs["task_type_ids"] = torch.full_like(inputs["task_type_ids"], task_id)
    logits: Tensor = model(**inputs)[task]  # the heads are in the order of TASKS
    targets = torch.from_numpy(batch[TARGETS[task]])
    asked = targets != IGNORED
    log_p = logits[asked].log_softmax(dim=-1)  # (N, C)
    wanted = targets[asked]
    found = log_p.gather(1, wanted[:, None])[:, 0]
    return found.numpy(), (log_p.argmax(dim=-1) == wanted).numpy()


def losses(model: nn.Module, batches: Sequence[Batch], task_id: int | None = None) -> dict[str, float]:
    """Task → nats per question, each on the batches that were made for it."""
    found: dict[str, list[np.ndarray]] = {}
    for batch in batches:
        found.setdefault(TASKS[task_of(batch)], []).append(-answers(model, batch, task_id)[0])
    return {task: float(np.concatenate(parts).mean()) for task, parts in found.items()}
