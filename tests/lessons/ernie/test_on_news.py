"""The tasks on news: what is shown is what is asked, and everybody is asked the same."""

from itertools import permutations

import pytest
import torch

from tlcourse.lessons.ernie import figures, on_news
from tlcourse.models.language.ernie import ErnieConfig, ErnieForPreTraining
from tlcourse.train.pretraining import task_questions
from tlcourse.train.pretraining.ernie_tasks import TASKS


@pytest.fixture(scope="module")
def index(made_text):
    return made_text.index(200)


@pytest.fixture(scope="module")
def asker(index):
    torch.manual_seed(0)
    config = ErnieConfig(
        vocab_size=100, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=48,
    )  # fmt: skip
    return on_news.Asker(ErnieForPreTraining(config).eval(), index, rows=4, length=48, counted=60)


def test_tasks_that_ask_of_rows_have_more_rows(asker):
    tasks = [task_questions.task_of(batch) for batch in asker.batches(2, seed=0)]
    assert [tasks.count(k) for k in range(5)] == [2, 2, 2, 8, 8]


def test_everybody_is_asked_the_same(asker):
    found = asker.reached(1, [0, 1])
    assert set(found.values("who")) == {on_news.ERNIE, on_news.SHARES, on_news.COUNTS}
    assert {key: len(rows) for key, rows in found.by("task", "who").items()} == {
        (task, who): 2 for task in TASKS for who in (on_news.ERNIE, on_news.SHARES, on_news.COUNTS)
    }
    untrained = found.where(task="sentence distance", who=on_news.ERNIE).mean
    assert untrained == pytest.approx(1.1, abs=0.1)  # ln 3


def test_with_its_own_name_a_task_is_as_it_was(asker):
    swapped, reached = asker.swapped(1, [0]), asker.reached(1, [0])
    for task in TASKS:
        own = swapped.where(task=task, named=task).mean
        assert own == pytest.approx(reached.where(task=task, who=on_news.ERNIE).mean)
    assert "knowledge masking: " in figures.swapped(swapped).alt


def test_an_example_for_each_task(asker):
    rows = asker.examples(0)
    assert [row["task"] for row in rows] == [*TASKS]
    assert all(row["what it has to say"] for row in rows)
    assert "[PAD]" not in " ".join(row["what the model sees"] for row in rows)
    order = rows[3]["what it has to say"].split("the segments were ")[1]
    assert rows[3]["what the model sees"].count("[SEP]") == order.count(",") + 1


def test_the_words_for_an_order():
    assert on_news.in_words_of_order(0) == "first"
    assert on_news.in_words_of_order(2) == "second, first"
    orders = [p for n in (1, 2, 3) for p in permutations(range(n))]
    assert on_news.in_words_of_order(orders.index((2, 0, 1))) == "third, first, second"


def test_what_rounds_to_nothing_has_no_sign():
    assert [figures._signed(x) for x in (0.004, -0.004, -0.006, 0.05)] == ["0.00", "0.00", "−0.01", "+0.05"]
