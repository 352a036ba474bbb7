"""What the lesson measures live is what `benchmarks/elmo.py` measured, and its figures and sentences hold."""

import pytest

from tlcourse.data import tasks
from tlcourse.lessons.elmo import figures, in_words
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
    alt = figures.by_layer(made(one, two), ["tags"], LAYERS).alt
    assert "tags" in alt


def test_the_sentence_on_mixes_compares_with_the_mean_and_the_best_layer():
    told = in_words.of_mixes(made(0.8, 0.6))
    assert "the learned mix is above the mean, and above the best single layer, layer 1" in told
    assert "the mean is below that layer" in told


def test_labels_to_match_a_baseline():
    curves = Records(
        {"model": model, "labels": n, "seed": 0, "score": score}
        for model, scores in {"elmo-mini": (0.5, 0.8), "GloVe": (0.3, 0.5), "better": (0.6, 0.9)}.items()
        for n, score in zip((10, 100), scores, strict=True)
    )
    assert in_words.labels_to_match(curves, "GloVe", 100) == 10
    assert in_words.labels_to_match(curves, "better", 100) is None
    assert "it does not reach with 100" in in_words.of_labels(curves)
