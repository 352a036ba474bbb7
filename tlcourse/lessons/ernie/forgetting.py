"""Two tasks learned one after the other, and at once, small enough to be done while one waits."""

from collections.abc import Sequence

import numpy as np

from tlcourse.data.text_index import TextIndex
from tlcourse.models.language.ernie import ErnieConfig
from tlcourse.show.records import Records
from tlcourse.train.finetuning.trainings import give_back_memory
from tlcourse.train.pretraining import task_strategies
from tlcourse.train.pretraining.ernie_tasks import CAPITALISATION, TASKS, TOKEN_IN_DOCUMENT
from tlcourse.train.pretraining.task_strategies import AT_ONCE, ONE_BY_ONE, SmallTraining

FIRST, SECOND = TASKS[CAPITALISATION], TASKS[TOKEN_IN_DOCUMENT]
_SCHEDULES = {
    ONE_BY_ONE: np.array([[0, 0.5, 0], [0, 0, 0.5]]),  # hidden words, the first of TASKS, have no turn
    AT_ONCE: np.array([[0, 0.5, 0.5]]),
}


def forget(index: TextIndex, tokens: int, seeds: Sequence[int], length: int = 64) -> Records:
    """Losses on test articles by `way`, `task`, `seed` and `done`, the share of the training.

    Args:
        tokens: pieces that each training reads.
        length: of a row.
    """
    config = ErnieConfig(
        vocab_size=index.tokenizer.get_vocab_size(),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=256,
        max_position_embeddings=length,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    training = SmallTraining(config, tokens, n_tasks=3, learning_rate=3e-3, measured=8, held_out=4)
    rows = []
    for way, schedule in _SCHEDULES.items():
        for seed in seeds:
            for taken, _model in task_strategies.train(training, index, schedule, seed):
                rows += [
                    {"way": way, "task": task, "seed": seed, "done": taken.progress, "score": loss}
                    for task, loss in taken.losses.items()
                    if task in (FIRST, SECOND)
                ]
            give_back_memory()
    return Records(rows)
