"""ERNIE asked task by task: answers are those of its heads; another name changes the embedding alone."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.train.pretraining import task_questions
from tlcourse.train.pretraining.ernie_tasks import TASKS, ErnieTasks
from tlcourse.train.pretraining.masking import IGNORED

LENGTH = 48


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index()


@pytest.fixture(scope="module")
def objective(index):
    torch.manual_seed(0)
    config = ErnieConfig(
        vocab_size=100, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=LENGTH,
    )  # fmt: skip
    return ErnieTasks(ErnieForPreTraining(config).eval(), index)


@pytest.fixture(scope="module")
def batches(objective, index):
    return task_questions.ask(objective, index, rows=3, length=LENGTH, per_task=2)


def test_each_task_is_asked_as_often(batches):
    assert [task_questions.task_of(batch) for batch in batches] == [0, 1, 2, 3, 4] * 2


def test_another_seed_draws_other_rows(objective, index, batches):
    again = task_questions.ask(objective, index, 3, LENGTH, 2)
    other = task_questions.ask(objective, index, 3, LENGTH, 2, seed=1)
    assert all(np.array_equal(a["input_ids"], b["input_ids"]) for a, b in zip(batches, again, strict=True))
    assert not np.array_equal(batches[0]["input_ids"], other[0]["input_ids"])


def test_the_loss_is_what_training_would_have(objective, batches):
    # torch's cross-entropy over the objective's own forward pass.
    found = task_questions.losses(objective.model, batches)
    for task, name in enumerate(TASKS):
        total, count = 0.0, 0
        for batch in batches[task::5]:
            tensors = {k: torch.from_numpy(v) for k, v in batch.items() if k != "n_tokens"}
            with torch.no_grad():
                losses, _ = objective((), **tensors)
            total, count = total + losses[name][0].item(), count + int(losses[name][1])
        assert found[name] == pytest.approx(total / count, rel=1e-5)


def test_the_answers_are_those_of_the_batch(batches):
    for batch in batches:
        key = task_questions.TARGETS[task_questions.task_of(batch)]
        found = task_questions.right_answers(batch)
        assert found.tolist() == [t for t in batch[key].flatten().tolist() if t != IGNORED]


def test_what_is_right_is_the_first_guess(objective, batches):
    log_p, right = task_questions.answers(objective.model, batches[1])
    assert log_p.shape == right.shape == task_questions.right_answers(batches[1]).shape
    assert (np.exp(log_p[right]) > 0.5).all()  # of two answers
    assert (np.exp(log_p[~right]) <= 0.5).all()


def test_another_name_is_another_row_of_the_embedding(objective, batches):
    batch = batches[0]
    swapped = {**batch, "task_type_ids": np.full_like(batch["task_type_ids"], 3)}
    tensors = {k: torch.from_numpy(swapped[k]) for k in task_questions._INPUTS}
    with torch.no_grad():
        logits = objective.model(**tensors).predictions
    targets = torch.from_numpy(batch["masked"])
    expected = F.cross_entropy(logits[targets != IGNORED], targets[targets != IGNORED], reduction="none")
    named, _ = task_questions.answers(objective.model, batch, task_id=3)
    assert np.allclose(-named, expected.numpy(), atol=1e-5)
    own, _ = task_questions.answers(objective.model, batch)
    assert not np.allclose(named, own)
