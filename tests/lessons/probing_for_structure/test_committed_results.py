"""What the lesson shows is there, on gold trees, and with it what it was to show."""

import pytest

from tlcourse.lessons.probing_for_structure import (
    exercises,
    in_words,
    live,
    published,
    results,
    trees_in_words,
)
from tlcourse.show.records import Records

SEEDS = {0, 1, 2}


@pytest.fixture(scope="module")
def structural() -> Records:
    return Records.load("probing_for_structure/structural")


@pytest.fixture(scope="module")
def axes(structural) -> Records:
    return results.on_one_axis(structural, "UUAS", Records.load("probing_for_structure/control"))


def test_distilbert_and_minilm_were_measured_at_every_layer_three_times(axes):
    assert results.whole(axes, results.PUBLISHED) == [*results.PUBLISHED]
    for model in results.PUBLISHED:
        trained = axes.where(model=model, what=results.TRAINED)
        assert set(trained.values("layer")) == set(range(7))
        for rows in trained.by("layer").values():
            assert set(rows.values("seed")) == SEEDS


@pytest.mark.parametrize("model", results.PUBLISHED)
def test_they_are_above_each_baseline_outside_the_spread(axes, model, all_above):
    there = axes.where(model=model).values("what")
    assert {results.NO_MODEL, results.BILSTM, results.UNTRAINED} <= set(there)
    assert all_above(axes, [model])
    assert "selectivity" in trees_in_words.of_control_trees(axes, [model])


def test_of_the_zoo_is_kept_what_was_measured_three_times(structural, axes):
    mini = [model for model in structural.values("model") if model in results.ZOO]
    assert results.whole(axes, mini) == mini
    if mini:
        told = trees_in_words.of_objectives(structural, mini)
        assert all(model in told for model in mini)


def test_edge_probing_has_its_control(structural):
    edge = Records.load("probing_for_structure/edge")
    assert in_words.of_edge_ways(edge)
    assert in_words.places(edge, Records.load("probing_for_structure/mix_weights"))
    ours = {row[0]: row[3] for row in published._edge_rows(in_words.edge_ways(edge))}
    assert ours["edge probing: parts of speech"].count("mix") == 2
    assert ", untrained mix " in ours["edge probing: parts of speech"], "the twin is not a second mix"


def test_the_prediction_has_the_answer_that_was_measured(axes):
    trained = axes.where(model="distilbert", what=results.TRAINED)
    best = max(range(7), key=lambda layer: trained.where(layer=layer).mean)
    said = [best == 0, best == 1, 2 <= best <= 5, best == 6]
    assert said.index(True) == exercises.which_layer.answer


def test_lengths_of_states_were_chosen_with_the_lessons_settings():
    choose = Records.load("probing_for_structure/choose")
    by_norm: dict[float, list[float]] = {}
    for row in choose.where(measure="UUAS", rank=live.RANK, epochs=live.EPOCHS):
        by_norm.setdefault(row["mean_norm"], []).append(row["score"])
    most = max(map(len, by_norm.values()))
    means = {norm: sum(found) / most for norm, found in by_norm.items() if len(found) == most}
    assert max(means, key=means.__getitem__) == live.MEAN_NORM
    assert trees_in_words.of_lengths(choose, live.RANK, live.EPOCHS)
