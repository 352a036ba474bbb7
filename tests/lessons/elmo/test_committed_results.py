"""What the lesson measures live is what `benchmarks/elmo.py` measured, and its figures and sentences hold."""

import pytest

from tlcourse.data import tasks
from tlcourse.lessons.elmo import figures, in_words, published, results, tables
from tlcourse.models.pretrained import zoo
from tlcourse.models.pretrained.text_encoders import WordEncoder
from tlcourse.probe.layer_by_layer import LAYERS, READINGS, ByLayer, reader
from tlcourse.show.records import Records


@pytest.mark.timeout(300)
def test_a_part_measured_anew_agrees_within_the_spread():
    kept = Records.load("elmo/sentiment").where(model="elmo-mini", reading="layer 1")
    film = ByLayer(tasks.load("sentiment"), reader(WordEncoder(zoo.load("elmo-mini"))), [0], 1000)
    score, _ = film.measure(READINGS["layer 1"], 1000, 0, free=False)
    assert score == pytest.approx(kept.of_seed[0], abs=max(0.02, 2 * kept.spread))


@pytest.mark.parametrize("name", ["parts_of_speech", "sentiment", "senses"])
def test_every_reading_has_three_seeds(name):
    for reading in READINGS:
        rows = Records.load(f"elmo/{name}").where(model="elmo-mini", reading=reading)
        assert set(rows.values("seed")) == {0, 1, 2}, (name, reading)
    for seed in range(3):
        shares = Records.load(f"elmo/mixes_of_{name}").where(model="elmo-mini", seed=seed)
        assert sum(row["score"] for row in shares) == pytest.approx(len(shares) / len(LAYERS), abs=1e-3)


def made(one: float, two: float) -> Records:
    scores = {"token layer": 0.5, "layer 1": one, "layer 2": two, "mean": 0.7, "mix": 0.9}
    scores[results.TWIN] = 0.6
    return Records(
        {"task": "tags", "reading": reading, "seed": seed, "score": score + 0.001 * seed * number}
        for number, (reading, score) in enumerate(scores.items())
        for seed in (-1, 0, 1)
    )


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [(0.8, 0.7, "layer 1 is better"), (0.7, 0.8, "layer 2 is better"), (0.7, 0.7, "told apart")],
)
def test_the_sentence_on_layers_says_what_came_out(one, two, said):
    assert said in in_words.of_layers(made(one, two))
    assert "The paper has" not in in_words.of_layers(made(one, two))  # it measured other tasks
    alt = figures.by_layer(made(one, two), ["tags"], LAYERS).alt
    assert "tags" in alt


def test_the_sentence_on_mixes_compares_the_mean_with_the_top_and_the_mix_with_the_mean():
    told = in_words.of_mixes(made(0.8, 0.6))
    assert "the mean is above the top layer (+10.0 points), the learned mix above the mean (+20.0)" in told
    assert "On tags is the learned mix above the plain mean by more than luck." in told
    assert "the mean is below the top layer" in in_words.of_mixes(made(0.6, 0.8))
    level = Records({**row, "score": 0.7} for row in made(0.8, 0.6))
    assert "On none of these tasks is the learned mix" in in_words.of_mixes(level)


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        (0.8, 0.7, "on senses ours has it the other way round"),
        (0.7, 0.8, "on senses ours agrees"),
        (0.7, 0.7, "on senses our two layers cannot be told apart"),
    ],
)
def test_our_order_of_the_layers_stands_beside_the_papers(one, two, said):
    rows = Records({**row, "task": "senses"} for row in made(one, two))
    assert in_words.of_layers(rows).endswith(f"layer 2 ahead on senses: {said}.")


def test_what_training_is_worth_and_that_the_twin_may_know_senses():
    tags = made(0.8, 0.6)
    assert "the learned mix is above the random twin's (+30.0 points)" in in_words.of_training(tags, 0.5)
    senses = Records({**row, "task": "senses"} for row in tags)
    assert "the twin gets 60.0%" in in_words.of_training(senses, 0.5)
    assert "The token layer" not in in_words.of_training(senses, 0.5)
    assert "The token layer (50.0%) tells *line* from *lines*" in in_words.of_training(senses, 0.4)
    assert "the twin gets" not in in_words.of_training(senses, 0.7)


def test_labels_to_match_a_baseline():
    curves = Records(
        {"model": model, results.SENTENCES: n, "seed": 0, "score": score}
        for model, scores in {"elmo-mini": (0.5, 0.8), "GloVe": (0.3, 0.5), "better": (0.6, 0.9)}.items()
        for n, score in zip((10, 100), scores, strict=True)
    )
    assert in_words.labels_to_match(curves, "GloVe", 100) == 10
    assert in_words.labels_to_match(curves, "better", 100) is None
    told = in_words.of_labels(curves)
    assert "`elmo-mini` needs **10** for GloVe and **more than 100** for better, of the sizes" in told


@pytest.mark.parametrize(
    ("two", "said"),
    [(0.6, "on senses layer 2 ends ahead of the others (60%)"), (0.2, "On senses no layer ends ahead")],
)
def test_the_sentence_on_shares_says_which_layer_is_ahead_by_more_than_luck(two, said):
    rest = (1 - two) / 2
    shares = Records(
        {"task": "senses", "layer": layer, "seed": seed, "score": share + 0.001 * seed * (share == two)}
        for layer, share in zip(LAYERS, (rest, rest, two), strict=True)
        for seed in (-1, 0, 1)
    )
    assert said.lower() in in_words.of_shares(shares).lower()


def test_the_papers_figures_stand_beside_ours():
    kept = results.by_reading()
    assert kept.values("reading") == [*READINGS, "random twin, mix"]
    assert len(kept.where(reading="random twin, mix").values("task")) == 3
    rows = published.paper_rows(kept, results.shares(), results.beside_baselines())
    assert all("Peters et al. 2018" in source for _, _, source, _, _ in rows)
    tagged = kept.where(task="parts of speech", reading="layer 1").mean
    assert any(ours.startswith(f"{tagged:.1%} / ") for *_, ours, _ in rows)


def test_a_word_that_changes_moves_what_is_read_after_it_in_each_direction():
    rows = tables.moved(WordEncoder(zoo.load("elmo-mini")), ["He", "went", "home"], ["He", "came", "home"])
    still = [[size == "0.00" for name, size in row.items() if name != "word"] for row in rows]
    assert still == [[True, True, False], [False, False, False], [True, False, True]]


def test_neighbours_are_told_as_rows():
    (row,) = tables.in_glove(["play"], 3)
    assert row["nearest in GloVe"].count(",") == 2
    models = {"one": zoo.load("elmo-mini", heads=True)}
    row, other = tables.by_letters(models, ["walkings", "Walk"], ["walk", "talk", "zebra"], 2)
    assert (row["in GloVe"], other["in GloVe"]) == ("no", "yes")
    assert set(row["one"].split(", ")) == {"walk", "talk"}
