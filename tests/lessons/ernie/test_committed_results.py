"""What the lesson shows is there with three seeds, and what it says of the trained models holds of them."""

import json

import pytest

from tlcourse import models
from tlcourse.data import tasks, tokeniser
from tlcourse.lessons.ernie import exercises, news, suite, two_masks
from tlcourse.lessons.ernie import in_words_of_strategies as of_strategies
from tlcourse.lessons.ernie.on_news import ERNIE
from tlcourse.models.pretrained import encoders, zoo
from tlcourse.show.records import Records, results_dir
from tlcourse.train.measuring import evaluate
from tlcourse.train.measuring.representations import States
from tlcourse.train.pretraining.ernie_tasks import TASKS
from tlcourse.train.pretraining.task_strategies import AT_ONCE, CONTINUAL, ONE_BY_ONE

SEEDS = {0, 1, 2}


def test_each_strategy_was_measured_three_times():
    ways = of_strategies.measured()
    assert {ONE_BY_ONE, AT_ONCE, CONTINUAL} <= set(ways)
    over_time, guess = of_strategies.over_time()
    assert set(guess) == set(TASKS[:4])
    for (way, task), rows in over_time.by("way", "task").items():
        assert set(rows.values("seed")) == SEEDS, (way, task)
        assert len(rows.values("done")) == 21
    for key, rows in of_strategies.final().by("way", "task").items():
        assert set(rows.values("seed")) == SEEDS, key
    for key, rows in of_strategies.frozen().by("way", "task").items():
        assert set(rows.values("seed")) == SEEDS, key


def test_with_one_seed_all_strategies_began_alike():
    over_time, _ = of_strategies.over_time()
    for (task, seed), rows in over_time.where(done=0.0).by("task", "seed").items():
        assert len({row["score"] for row in rows}) == 1, (task, seed)


def test_the_loss_on_the_way_is_near_the_one_on_more_text():
    over_time, _ = of_strategies.over_time()
    for (way, task, seed), rows in Records.load("ernie/final").by("way", "task", "seed").items():
        if way in over_time.values("way") and task != "sentence order":  # of which there is one in a row
            on_the_way = over_time.where(way=way, task=task, seed=seed, done=1.0).mean
            assert rows.mean == pytest.approx(on_the_way, rel=0.15), (way, task, seed)


def test_the_prediction_on_forgetting_is_what_was_measured():
    over_time, guess = of_strategies.over_time()
    capitals = over_time.where(way=ONE_BY_ONE, task="capitalisation")
    first, last = capitals.where(done=0.0), capitals.where(done=1.0)
    assert last.mean > guess["capitalisation"] - 0.02
    assert max(last.scores) < min(first.scores)
    assert exercises.forgotten.answer == 2


def test_each_pair_task_was_measured_three_times():
    for key, rows in suite.of_pairs().by("task", "model").items():
        assert set(rows.values("seed")) == SEEDS, key


@pytest.mark.timeout(300)
def test_the_prediction_on_a_hidden_piece_is_what_is_measured():
    tokens = tokeniser.load(zoo.folder_of("ernie-mini"))
    both = {name: models.load(name, heads=True) for name in ("bert-mini", "ernie-mini")}
    found = two_masks.same_pieces(both, news.index(tokens, 300, 100), 30, 64, [0])
    alone = found.where(hidden=two_masks.ALONE, kind=news.WORD)
    assert alone.where(model="bert-mini").mean < alone.where(model="ernie-mini").mean
    assert exercises.one_piece_hidden.answer == 1


@pytest.mark.timeout(400)
def test_a_part_measured_anew_agrees_within_the_spread():
    everything = json.loads((results_dir() / "zoo" / "tasks.json").read_text(encoding="utf-8"))
    kept = suite.of_zoo(everything).where(task="parts of speech (silver), 100 labels", model=ERNIE)
    found = evaluate.frozen(States(encoders.load(ERNIE), keep=False), tasks.load("parts of speech"), 100, 0)
    assert next(iter(found.scores.values())) == pytest.approx(kept.of_seed[0], abs=max(0.02, 2 * kept.spread))
