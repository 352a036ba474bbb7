"""What the lesson measures with, beside scikit-learn's search, torch's own quantisation and sums by hand."""

import time
import warnings
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from torch import nn

from tlcourse.lessons.serving_embeddings import batches, clients, int8, layers, nearest
from tlcourse.lessons.serving_embeddings.articles import first_paragraph, found_first
from tlcourse.models.pretrained import encoders
from tlcourse.serve.embedding import Embedder


@pytest.fixture(scope="module")
def vectors():
    return nearest.unit(np.random.default_rng(0).normal(size=(600, 12)))


def test_exact_search_is_scikit_learns(vectors):
    reference = NearestNeighbors(n_neighbors=5, metric="cosine", algorithm="brute").fit(vectors)
    for query in vectors[:20]:
        assert nearest.exact(vectors, query, 5).tolist() == reference.kneighbors([query])[1][0].tolist()


def test_all_of_the_vectors_may_be_asked_for(vectors):
    assert sorted(nearest.exact(vectors[:4], vectors[0], 4)) == [0, 1, 2, 3]


@pytest.mark.parametrize("stored", nearest.STORED)
def test_a_graph_that_keeps_much_finds_nearly_all(vectors, stored):
    index = nearest.graph(vectors, stored)
    right, _ = nearest.timed(lambda query: nearest.exact(vectors, query, 10), vectors[:50])
    few, _ = nearest.timed(lambda query: nearest.walk(index, query, 10, 10), vectors[:50])
    many, seconds = nearest.timed(lambda query: nearest.walk(index, query, 10, 300), vectors[:50])
    assert nearest.recall(many, right) > (0.99 if stored == "float32" else 0.85)
    assert nearest.recall(many, right) >= nearest.recall(few, right)
    assert seconds > 0


def test_a_graph_of_a_column_major_table(vectors):
    assert len(nearest.graph(np.asfortranarray(vectors))) == len(vectors)


def test_another_kind_of_numbers(vectors):
    with pytest.raises(ValueError, match="stored is 'int4', expected one of float32, int8"):
        nearest.graph(vectors, "int4")


def test_recall_is_a_share_of_each_query():
    assert nearest.recall(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [4, 9]])) == 0.75


def test_unit_leaves_zeros():
    found = nearest.unit(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert found == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))


def test_whole_numbers_compute_what_torchs_own_quantisation_does():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 5, bias=False))
    states = torch.randn(9, 24)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        how = {nn.Linear: torch.ao.quantization.per_channel_dynamic_qconfig}
        theirs = torch.ao.quantization.quantize_dynamic(network, how)
    ours = int8.in_int8(network)
    with torch.inference_mode():
        near = (ours(states) - theirs(states)).abs().max()
        apart = (ours(states) - network(states)).abs().max()
    assert near < 0.02  # one step of the weights may be rounded the other way
    assert 0 < apart < 0.1
    assert type(network[0]) is nn.Linear


def test_rows_are_rounded_to_so_many_values():
    weight = torch.randn(7, 200)
    weight[3] = 0
    for bits in (2, 4, 8):
        found = int8.rounded_rows(weight, bits)
        assert max(len(row.unique()) for row in found) <= 2**bits - 1
        assert not found[3].any()
    assert (int8.rounded_rows(weight, 8) - weight).abs().max() <= weight.abs().max() / 127 / 2 + 1e-6
    in_all = int8.rounded_rows(weight, 8, one_scale=True)
    assert len(in_all.unique()) <= 255
    with pytest.raises(ValueError, match="bits is 1, expected 2 or more"):
        int8.rounded_rows(weight, 1)


def test_an_encoder_in_int8_is_smaller_and_close(tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    whole, rounded = int8.in_int8(encoder), int8.with_rounded_weights(encoder, 8)
    before, after = int8.megabytes(encoder), int8.megabytes(whole)
    assert after["tables"] == before["tables"]
    assert after["products"] < before["products"] / 2
    batch = encoder.batch(encoder.beginnings(["The old house.", "A river."]))
    with torch.inference_mode():
        states = [made(batch)[-1] for made in (encoder, whole, rounded)]
    assert torch.allclose(states[0], states[1], atol=0.2)
    assert torch.allclose(states[0], states[2], atol=0.05)
    assert not torch.equal(states[0], states[2])


def test_a_cost_is_found_again():
    sizes = [1, 2, 4, 8, 16, 32]
    cost = batches.Cost.fitted(sizes, [0.004 + 0.001 * b for b in sizes])
    assert (cost.once, cost.each) == pytest.approx((0.004, 0.001))
    assert cost.gain(1) == 1
    assert cost.gain(32) == pytest.approx(32 * 5 / 36)


def test_padding_is_counted():
    assert batches.padded_share([4, 1, 3], [[0, 1], [2]]) == pytest.approx(1 - 8 / 11)
    assert batches.padded_share([2, 2], [[0, 1]]) == 0
    assert batches.in_order_of_arrival(5, 2) == [[0, 1], [2, 3], [4]]


def test_texts_are_as_long_as_asked(tiny_zoo):
    encoder = Embedder(str(tiny_zoo / "bert-mini")).encoder
    rows = batches.measured(encoder, (8, 16), (1, 3), least=0.0)
    assert [(row["length"], row["at once"]) for row in rows] == [(8, 1), (8, 3), (16, 1), (16, 3)]
    assert all(row["score"] > 0 for row in rows)
    texts = ["one two", "one", "one two three"]
    assert batches.texts_a_second(Embedder(str(tiny_zoo / "bert-mini")), texts, [[0, 1], [2]]) > 0


@pytest.fixture(scope="module")
def slow():
    """Answers each request after 20 ms, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        yield lambda texts: pool.submit(time.sleep, 0.02)


def test_clients_in_turn_keep_as_many_inside_as_there_are(slow):
    found = clients.in_turn(slow, ["a", "b"], 6, seconds=0.6)
    assert found.inside == pytest.approx(found.per_second * found.waits.mean())
    assert 4 < found.inside <= 6.01
    assert (found.waits > 0.019).all()


def test_texts_of_one_request_count_each(slow):
    found = clients.in_turn(slow, ["a"], 1, seconds=0.1, at_once=3)
    assert len(found.waits) % 3 == 0


def test_little_holds_whatever_comes(slow):
    found = clients.at_random(slow, ["a"], rate=60, seconds=0.5, seed=3, inside=lambda: 1.0)
    assert len(found.waits) == 30
    assert found.inside == pytest.approx(found.per_second * found.waits.mean())
    assert set(found.counted) == {1.0}


def test_errors_reach_the_caller():
    def broken(texts):
        future = Future()
        future.set_exception(ValueError("no"))
        return future

    with pytest.raises(ValueError, match="no"):
        clients.in_turn(broken, ["a"], 2, seconds=0.05)
    with pytest.raises(RuntimeError, match="no text was answered"):
        clients.in_turn(broken, ["a"], 1, seconds=0.0)


def test_layers_are_the_servers_own_vectors(tiny_zoo):
    model, texts = str(tiny_zoo / "bert-mini"), ["The old house.", "Mary saw the river.", "a"]
    encoder = Embedder(model, max_seq_len=32).encoder
    read = layers.of_all_layers(encoder, texts)
    for pooling in layers.POOLINGS:
        for layer in (-1, -2):
            expected = Embedder(model, (layer,), pooling, max_seq_len=32)(texts).vectors
            assert read[layer, pooling] == pytest.approx(expected, abs=1e-5)
    assert set(layers.of_all_layers(encoder, texts, only=[-1])) == {(-1, p) for p in layers.POOLINGS}


def test_judges_know_what_is_alike():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, np.pi, size=100)
    first = np.tile([[1.0, 0.0]], (100, 1))
    second = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert layers.alike(first, second, -angle) == pytest.approx([1.0] * layers.PARTS)
    assert layers.alike(first, first, angle) == [0.0] * layers.PARTS
    table = rng.normal(size=(50, 20))
    assert layers.found(table, table) == [1.0] * layers.PARTS
    assert sum(map(len, layers.parts(53))) == 53


def test_who_ties_stands_before():
    cosines = np.array([[0.9, 0.9, 0.1], [0.2, 0.8, 0.1], [0.5, 0.1, 0.4]])
    assert found_first(cosines).tolist() == [False, True, False]
    assert found_first(cosines, first=2).tolist() == [True, True, True]


def test_the_first_paragraph_alone():
    assert first_paragraph("One  line\nand its end.\n\nAnother.") == "One line and its end."
    assert len(first_paragraph("word " * 100).split()) == 60
