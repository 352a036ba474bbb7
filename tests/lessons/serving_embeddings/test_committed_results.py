"""What was measured is whole, obeys Little's law, and comes out again where that is cheap."""

import numpy as np
import pytest

from tlcourse.data import glove, stsb
from tlcourse.lessons.serving_embeddings import int8, layers, load_dial, nearest
from tlcourse.models.pretrained import encoders
from tlcourse.show.records import Records


def kept(name: str) -> Records:
    return Records.load(f"serving_embeddings/{name}")


def test_each_choice_of_layer_was_judged_in_all_parts():
    judged = kept("layers")
    parts = set(range(layers.PARTS))
    for model in ("bert-mini", "distilbert", "minilm"):
        for task in ("alike", "found"):
            some = judged.where(model=model, task=task)
            cells = some.by("layer", "pooling")
            assert len(cells) == 7 * (len(layers.POOLINGS) + 1)
            assert all(set(rows.values("seed")) == parts for rows in cells.values())
    for name in ("TF-IDF", "GloVe, averaged"):
        assert set(judged.where(model=name, task="alike").values("seed")) == parts


@pytest.mark.parametrize("name", ["load", "search", "batches", "ray"])
def test_three_rounds(name):
    for key, rows in kept(name).by("measure").items():
        assert set(rows.values("seed")) == {0, 1, 2}, key


def test_littles_law_holds_in_each_cell_of_the_load():
    """A client waits all the time. It is a little less at the end, when clients stop one by one."""
    load = kept("load")
    for (clients, at_once, length), rows in load.by("clients", "at once", "length").items():
        for seed in rows.values("seed"):
            one = rows.where(seed=seed)
            rate, wait = (one.where(measure=m).mean for m in (load_dial.RATE, load_dial.WAIT))
            inside = clients * at_once
            assert 0.5 * inside < rate * wait < 1.02 * inside, (clients, at_once, length, seed)


def test_the_size_in_int8_comes_out_again():
    encoder = encoders.load("minilm")
    for way, some in (("float32", encoder), ("int8", int8.in_int8(encoder))):
        for part, size in int8.megabytes(some).items():
            rows = kept("int8").where(way=way, measure="megabytes", part=part)
            assert size == pytest.approx(rows.mean, abs=0.01)


def test_shared_words_are_judged_again(gold):
    data = gold(stsb.load)
    first, second = ([some[i] for i in data.test_index] for some in (data.first, data.second))
    read = [np.concatenate([*layers.tf_idf([*first, *second], some)]) for some in (first, second)]
    again = layers.alike(*read, data.score[data.test_index])
    judged = kept("layers").where(model="TF-IDF", task="alike")
    assert again == pytest.approx([judged.of_seed[seed] for seed in range(layers.PARTS)], abs=1e-3)


def test_a_graph_finds_as_much_again():
    words = nearest.unit(glove.load().matrix)
    words = words[np.random.default_rng(0).permutation(len(words))]
    queries, vectors = words[:200], words[200:16_200]
    graph = nearest.graph(vectors[np.random.default_rng(7).permutation(16_000)])
    mixed = vectors[np.random.default_rng(7).permutation(16_000)]
    right, _ = nearest.timed(lambda query: nearest.exact(mixed, query, 10), queries)
    found, _ = nearest.timed(lambda query: nearest.walk(graph, query, 10, 32), queries)
    rows = kept("search").where(
        what="words", vectors=16_000, way="graph, float32", keeps=32, measure="recall"
    )
    assert nearest.recall(found, right) == pytest.approx(rows.mean, abs=0.04)  # another order of putting in
