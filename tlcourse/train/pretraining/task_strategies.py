"""Three ways to give a model several tasks, at the same cost: one after the other, all at once, continually.

Sun et al. 2020, "Continual Pre-training", whose figure 2 and whose last table compare the three. Small
trainings for that comparison: each batch has the loss of its own task alone, so that what a model does not
read any more, it can forget. Shapes: B rows of T pieces.

Taught in lesson *ERNIE 2.0*.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from tlcourse.data.text_index import TextIndex
from tlcourse.models.parts.transformer import TransformerConfig
from tlcourse.models.pretrained import zoo
from tlcourse.train import schedules
from tlcourse.train.pretraining.ernie_tasks import TASKS, ErnieTasks, continual_schedule, kept_schedule
from tlcourse.train.pretraining.held_out import as_tensors
from tlcourse.train.pretraining.objectives import Batch, Reading
from tlcourse.train.pretraining.task_questions import ask, losses, task_of

ONE_BY_ONE, AT_ONCE, CONTINUAL, KEPT = (
    "one after the other",
    "all at once",
    "continual",
    "continual, equal turns",
)


def sequential_schedule(n_tasks: int) -> np.ndarray:
    """(stages, tasks): each stage is one task alone; what came before is read no more."""
    return np.eye(n_tasks) / n_tasks


def joint_schedule(n_tasks: int) -> np.ndarray:
    """(1, tasks): a single stage, in which all take turns from the start."""
    return np.full((1, n_tasks), 1 / n_tasks)


STRATEGIES: dict[str, Callable[[int], np.ndarray]] = {
    ONE_BY_ONE: sequential_schedule,
    AT_ONCE: joint_schedule,
    CONTINUAL: continual_schedule,
    KEPT: kept_schedule,
}


@dataclass(frozen=True)
class SmallTraining:
    """What all ways of one comparison share.

    Attributes:
        config: the model's; its positions are as many as a row has places.
        tokens: pieces that are read in all, padding not counted.
        n_tasks: the first so many of TASKS.
        batch_tokens: places in a batch.
        measured: how often, evenly over the training, held-out losses are taken; once more before it.
        held_out: batches of each task that they are taken on.
    """

    config: TransformerConfig  # ERNIE's
    tokens: int
    n_tasks: int = 4
    batch_tokens: int = 512
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.01
    warmup: float = 0.02
    decay: float = 0.1
    max_grad_norm: float = 1.0
    measured: int = 20
    held_out: int = 16


@dataclass
class Taken:
    """The held-out losses at one moment of a training."""

    progress: float  # share of the training that is done
    tokens: int
    losses: dict[str, float]  # task → nats per target
    read: dict[str, int] = field(default_factory=dict)  # task → batches until now


def train(
    training: SmallTraining, index: TextIndex, schedule: np.ndarray, seed: int
) -> Iterator[tuple[Taken, nn.Module]]:
    """Train a model from random weights; gives its held-out losses as it goes, and the model.

    A task that the schedule never reads is not asked.

    With the same seed, two schedules begin with the same weights and read the text in the same order.

    Raises:
        ValueError: the schedule is not of `n_tasks` tasks.
    """
    if np.ndim(schedule) != 2 or np.shape(schedule)[1] != training.n_tasks:
        raise ValueError(
            f"the schedule has the shape {np.shape(schedule)}, expected (stages, {training.n_tasks}): a "
            "column for each task."
        )
    torch.manual_seed(seed)
    model = zoo.build(training.config)
    objective = ErnieTasks(model, index)
    objective.n_tasks, objective.schedule = training.n_tasks, schedule
    optimizer = torch.optim.AdamW(
        model.parameters(), training.learning_rate, training.betas, weight_decay=training.weight_decay
    )
    length = training.config.max_position_embeddings
    read = objective.reader(index, Reading(training.batch_tokens // length, length, seed=seed))
    asked = [b for b in questions(objective, index, training) if schedule[:, task_of(b)].any()]
    step = tokens = 0
    batches = dict.fromkeys(TASKS[: training.n_tasks], 0)
    for part in range(training.measured + 1):
        until = training.tokens * part // training.measured
        model.train()
        while tokens < until:
            batch = read(step, tokens / training.tokens)
            task = TASKS[int(batch["task_type_ids"][0, 0])]
            rate = schedules.trapezoid(
                tokens,
                training.tokens,
                round(training.warmup * training.tokens),
                round(training.decay * training.tokens),
            )
            for group in optimizer.param_groups:
                group["lr"] = training.learning_rate * rate
            found, _ = objective((), **as_tensors(objective, batch))
            loss, count = found[task]
            (loss / count.clamp(min=1)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), training.max_grad_norm)
            optimizer.step()
            optimizer.zero_grad()
            step, tokens = step + 1, tokens + int(batch["n_tokens"].sum())
            batches[task] += 1
        model.eval()
        yield Taken(part / training.measured, tokens, losses(model, asked), dict(batches)), model


def questions(objective: ErnieTasks, index: TextIndex, training: SmallTraining) -> list[Batch]:
    """What every way and seed is asked on the way: the same text, the same masks."""
    length = training.config.max_position_embeddings
    return ask(objective, index, training.batch_tokens // length, length, training.held_out)
