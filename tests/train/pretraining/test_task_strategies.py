"""Strategies: each task gets the same in all; each batch has the loss of its own task."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.train.pretraining import task_strategies
from tlcourse.train.pretraining.ernie_tasks import TASKS
from tlcourse.train.pretraining.task_strategies import (
    AT_ONCE,
    CONTINUAL,
    KEPT,
    ONE_BY_ONE,
    STRATEGIES,
    SmallTraining,
)


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index(200)


@pytest.fixture(scope="module")
def training():
    config = ErnieConfig(
        vocab_size=100, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    return SmallTraining(config, 12_000, batch_tokens=128, learning_rate=3e-3, measured=4, held_out=3)


def run(training, index, way, seed=0):
    return [
        taken for taken, _ in task_strategies.train(training, index, STRATEGIES[way](training.n_tasks), seed)
    ]


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_every_task_gets_the_same_but_where_turns_are_equal(n):
    for way, schedule in STRATEGIES.items():
        table = schedule(n)
        assert table.sum() == pytest.approx(1)
        if way != KEPT:
            assert table.sum(0) == pytest.approx(np.full(n, 1 / n)), way


def test_one_after_the_other_and_all_at_once():
    assert STRATEGIES[ONE_BY_ONE](3) == pytest.approx(np.eye(3) / 3)
    assert STRATEGIES[AT_ONCE](4) == pytest.approx(np.full((1, 4), 0.25))


def test_tasks_are_read_in_their_stages(training, index):
    taken = run(training, index, ONE_BY_ONE)
    assert [t.progress for t in taken] == [0, 0.25, 0.5, 0.75, 1]
    for stage, (before, after) in enumerate(pairwise(taken)):
        read = [after.read[task] - before.read[task] for task in TASKS[:4]]
        # A batch reaches over the end of its stage: the next one's first may still be of it, and no other.
        assert read[stage] == max(read)
        assert sum(read) - read[stage] <= 1
    joint = run(training, index, AT_ONCE)[-1].read
    assert min(joint.values()) > 0.6 * max(joint.values())


def test_a_strategy_begins_with_the_weights_of_its_seed_and_ends_elsewhere(training, index):
    one, other = run(training, index, ONE_BY_ONE), run(training, index, CONTINUAL)
    assert one[0].losses == other[0].losses
    assert one[-1].losses != other[-1].losses
    assert run(training, index, ONE_BY_ONE, seed=1)[0].losses != one[0].losses


def test_it_is_the_same_again(training, index):
    assert run(training, index, AT_ONCE)[2].losses == run(training, index, AT_ONCE)[2].losses


def test_what_is_read_is_learned(training, index):
    taken = run(training, index, AT_ONCE)
    for task in ("knowledge masking", "capitalisation"):
        assert taken[-1].losses[task] < taken[0].losses[task] - 0.1


def test_only_the_loss_of_its_own_task_moves_the_model(training, index):
    # In the first stage only hidden words are read: the other heads keep their weights, but for their decay.
    torch.manual_seed(0)
    fresh = ErnieForPreTraining(training.config)
    steps = task_strategies.train(training, index, STRATEGIES[ONE_BY_ONE](4), seed=0)
    next(steps)
    _, model = next(steps)
    for name in ("token_document", "order", "distance"):
        assert torch.allclose(getattr(model, name).bias, getattr(fresh, name).bias), name
    assert not torch.allclose(model.predictions.decoder.bias, fresh.predictions.decoder.bias)


def test_a_schedule_of_another_number_of_tasks_is_refused(training, index):
    with pytest.raises(ValueError, match=r"shape \(3, 3\), expected \(stages, 4\)"):
        next(task_strategies.train(training, index, np.eye(3) / 3, seed=0))
