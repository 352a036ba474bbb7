"""What the lesson shows is there, and what it measures live agrees with it."""

import pytest

from tlcourse.lessons.to_tune_or_not_to_tune import (
    beside_the_papers,
    in_words,
    in_words_of_names,
    kept,
    live,
    published,
)
from tlcourse.train.finetuning.heads import Head
from tlcourse.train.finetuning.texts import TextRecipe

READINGS = [one for one in published.BERT_BASE if one != "fine-tuned"]


def test_every_reading_was_measured_with_all_sentences_and_three_seeds():
    rows = kept.load("frozen").where(model="distilbert", labels="all", head="linear")
    for test in ("valid", "test", "wikigold"):
        for reading in READINGS:
            assert set(rows.where(reading=reading, test=test).values("seed")) == {0, 1, 2}, (reading, test)


def test_the_fine_tuned_network_was_asked_all_three():
    rows = kept.load("tuned").where(model="distilbert", labels="all")
    assert {"valid", "test", "wikigold"} <= set(rows.values("test"))


def test_each_way_of_the_grid_has_three_seeds_and_seconds():
    grid = kept.load("grid")
    assert len(grid) == len(kept.load("grid_seconds"))
    for cell, found in grid.by("model", "task", "way", "labels").items():
        assert set(found.values("seed")) == {0, 1, 2}, cell


def test_the_one_figure_begins_with_vision():
    rows = kept.running_experiment()
    assert rows.values("system")[0] == kept.SYSTEMS["EfficientNet"]
    for system, found in rows.by("system", "way").items():
        assert set(found.values("seed")) == {0, 1, 2}, system


def test_every_sentence_can_be_said_of_the_committed_results():
    news, grid = kept.load("frozen", "tuned").where(model="distilbert"), kept.load("grid")
    results = news.where(labels="all")
    metrics = in_words.measured_in(grid)
    said = [
        in_words_of_names.of_readings(results),
        in_words_of_names.of_labels(news),
        in_words_of_names.of_tuning(results),
        in_words_of_names.of_the_paper(results),
        in_words.of_answers(kept.load("answers")),
        in_words.of_grid(grid, metrics),
        in_words.of_heads(grid, metrics),
        in_words.of_costs(kept.load("grid_seconds")),
        in_words.of_everywhere(kept.running_experiment()),
    ]
    assert all(said)
    assert "nan" not in " ".join(said)
    assert len(beside_the_papers.paper_rows(results, grid)) >= 3


@pytest.mark.timeout(400)
def test_a_part_measured_anew_agrees_within_the_spread():
    kept_one = kept.load("grid").where(model="minilm", task="sentiment", way="frozen, light", labels=100)
    recipe = TextRecipe(learning_rate=3e-3, epochs=1, min_steps=200)
    heads = {"frozen, light": Head("weighted sum of all")}
    now = live.on_states("sentiment", heads, 100, 500, [0], recipe)
    assert now.mean == pytest.approx(kept_one.of_seed[0], abs=max(0.02, 2 * kept_one.spread))
