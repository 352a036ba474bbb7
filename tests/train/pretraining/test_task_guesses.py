"""Guesses without a network: what they count is what is there, and they are probabilities."""

from collections import Counter
from itertools import pairwise
from math import factorial, log

import numpy as np
import pytest
from sklearn.metrics import log_loss

from tlcourse.data.tokeniser import SEP
from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.train.pretraining import task_guesses, task_questions
from tlcourse.train.pretraining.ernie_tasks import CAPITALISATION, DISTANCE, MASKING, ORDER, TASKS, ErnieTasks
from tlcourse.train.pretraining.objectives import Reading
from tlcourse.train.pretraining.task_guesses import PRIOR, Guesses, Table
from tlcourse.train.pretraining.task_strategies import joint_schedule

LENGTH = 48


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index(200)


@pytest.fixture(scope="module")
def objective(index):
    config = ErnieConfig(
        vocab_size=100, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=LENGTH,
    )  # fmt: skip
    objective = ErnieTasks(ErnieForPreTraining(config), index)
    objective.schedule = joint_schedule(5)
    return objective


@pytest.fixture(scope="module")
def learned(objective, index):
    read = objective.reader(index, Reading(8, LENGTH, seed=0))
    return [read(step, 0.0) for step in range(150)]


@pytest.fixture(scope="module")
def guesses(learned, index):
    return Guesses(index, learned)


@pytest.fixture(scope="module")
def asked(objective, index):
    return task_questions.ask(objective, index, 8, LENGTH, per_task=3)


def test_a_table_is_counts_and_a_prior():
    clues, answers = np.array([5, 5, 5, 9]), np.array([0, 0, 1, 1])
    table = Table.of(clues, answers, 2)
    share = (np.array([2, 2]) + 0.01) / 4.02
    assert table.share == pytest.approx(share)
    assert np.exp(table.log_p([5, 5], [0, 1])) == pytest.approx(
        (np.array([2, 1]) + PRIOR * share) / (3 + PRIOR)
    )
    assert np.exp(table.log_p([7, 7], [0, 1])) == pytest.approx(share)  # a clue that was never seen


def test_a_tables_answers_add_up_to_one():
    rng = np.random.default_rng(0)
    table = Table.of(rng.integers(0, 9, 300), rng.integers(0, 6, 300), 6)
    for clue in (0, 4, 8, 50):
        assert np.exp(table.log_p(np.full(6, clue), np.arange(6))).sum() == pytest.approx(1)


def test_the_share_of_capitals_is_that_of_the_text(guesses, learned, asked):
    labels = np.concatenate(
        [b["capital"].ravel() for b in learned if task_questions.task_of(b) == CAPITALISATION]
    )
    share = (labels == 1).sum() / (labels >= 0).sum()
    batch = asked[CAPITALISATION]
    right = task_questions.right_answers(batch)
    expected = log_loss(right, np.full(len(right), share), labels=[0, 1])
    assert -guesses.by_share(batch).mean() == pytest.approx(expected, abs=1e-3)


def test_an_order_is_guessed_from_the_number_of_segments(guesses, asked):
    batch = asked[ORDER]
    for row, log_p in zip(batch["input_ids"], guesses.by_share(batch), strict=True):
        assert log_p == pytest.approx(-log(factorial(int((row == SEP).sum()))))


def test_who_does_not_look_at_the_marks_knows_the_classes_alone(guesses, learned, asked):
    labels = np.concatenate([b["order"] for b in learned if task_questions.task_of(b) == ORDER])
    share = (np.bincount(labels, minlength=9) + 0.01) / (len(labels) + 0.09)
    found = guesses.by_answers(asked[ORDER])
    assert found == pytest.approx(np.log(share[asked[ORDER]["order"]]))


def test_the_orders_of_a_row_add_up_to_one(guesses, asked):
    for batch in (b for b in asked if task_questions.task_of(b) == ORDER):
        for i, row in enumerate(batch["input_ids"]):
            n = int((row == SEP).sum())
            first = sum(factorial(k) for k in range(1, n))
            one = {"input_ids": row[None], "task_type_ids": batch["task_type_ids"][i : i + 1]}
            p = [
                np.exp(guesses._order({**one, "order": np.array([first + k])})[0])
                for k in range(factorial(n))
            ]
            assert sum(p) == pytest.approx(1)


def test_a_hidden_piece_is_guessed_from_the_one_on_its_left(guesses, index, asked):
    pieces = np.asarray(index.pieces).astype(int)
    held_out = np.repeat(np.asarray(index.held_out), np.diff(index.document_pieces))
    text = pieces[~held_out].tolist()
    pairs, single = Counter(pairwise(text)), Counter(text[:-1])
    left, right = max(pairs, key=pairs.get)
    p = np.exp(guesses.tables[MASKING].log_p([left], [right]))[0]
    assert p == pytest.approx(pairs[left, right] / single[left], abs=0.05)
    found = task_guesses.mean_losses(guesses.by_counts, asked)
    assert found["knowledge masking"] < task_guesses.mean_losses(guesses.by_share, asked)["knowledge masking"]


def test_a_word_that_is_always_written_with_a_capital_is_known(guesses, asked):
    losses = task_guesses.mean_losses(guesses.by_counts, asked)
    shares = task_guesses.mean_losses(guesses.by_share, asked)
    assert losses["capitalisation"] < 0.8 * shares["capitalisation"]
    assert set(losses) == set(shares) == set(TASKS)


def test_rare_pieces_that_two_passages_share_are_counted(guesses):
    guesses = Guesses.__new__(Guesses)
    guesses.rare = np.arange(100) >= 50
    row = np.array([2, 60, 61, 7, SEP, 61, 7, 60, 60, SEP, 0, 0])
    assert guesses._shared(row) == 2  # 60 and 61; 7 is frequent
    assert guesses._shared(np.array([2, 60, SEP, 62, SEP])) == 0


def test_of_a_distance_without_a_target_nothing_is_asked(guesses, asked):
    for batch in (b for b in asked if task_questions.task_of(b) == DISTANCE):
        assert len(guesses.by_counts(batch)) == (batch["distance"] >= 0).sum()
