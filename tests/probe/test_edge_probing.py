"""The edge probe: pooling as a plain loop, F1 as scikit-learn's, and it finds what was put into a layer."""

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score

from tlcourse.probe import edge_probing, layer_places
from tlcourse.probe.edge_probing import CAT, LEX, MIX, TOP, EdgeProbe, ReadTask
from tlcourse.probe.edge_tasks import EdgeTask


def made(pairs: bool = False, n: int = 60, layers: int = 3, seed: int = 0) -> ReadTask:
    """Five words a sentence; the label of a span is a side in layer 1, that of a pair whether sides agree."""
    rng = np.random.default_rng(seed)
    states = [[rng.normal(size=(5, 8)).astype(np.float16) for _ in range(n)] for _ in range(layers)]
    sentence = np.repeat(np.arange(n), 5)
    place = np.tile(np.arange(5), n)
    sign = rng.random(5 * n) > 0.5
    for one, of_sentence in zip(states[1], np.split(sign, n), strict=True):
        one[:, 0] += 6 * of_sentence - 3
    first = np.stack([place, place + 1], axis=1)
    other = (place + 2) % 5
    second = np.stack([other, other + 1], axis=1)
    label = sign == sign[sentence * 5 + other] if pairs else sign
    task = EdgeTask(
        "made",
        [["w"] * 5] * n,
        sentence,
        (first, second) if pairs else (first,),
        label.astype(np.int64),
        ("no", "yes"),
        np.arange(n - 20),
        np.arange(n - 20, n),
    )
    return ReadTask.of(task, states)


def test_a_span_is_the_mean_of_its_words_by_attention_and_padding_does_not_count():
    torch.manual_seed(0)
    probe = EdgeProbe(3, 8, 2, n_spans=2, reading=TOP).eval()
    layers = torch.randn(4, 5, 3, 8)
    lengths = [1, 5, 3, 2]
    there = torch.arange(5) < torch.tensor(lengths)[:, None]
    found = probe.pool(1, layers, there)
    for e, n in enumerate(lengths):
        words = [probe.projections[1](layers[e, i, -1]) for i in range(n)]
        weights = np.exp([probe.attentions[1](word).item() for word in words])
        mean = sum(float(w) * word for w, word in zip(weights / weights.sum(), words, strict=True))
        torch.testing.assert_close(found[e], mean, atol=1e-5, rtol=1e-4)


def test_what_is_read_of_the_layers():
    layers = torch.randn(4, 3, 8)
    read = {name: EdgeProbe(3, 8, 2, reading=name).read(layers) for name in edge_probing.READINGS}
    torch.testing.assert_close(read[LEX], layers[:, 0])
    torch.testing.assert_close(read[TOP], layers[:, 2])
    torch.testing.assert_close(read[CAT], torch.cat([layers[:, 2], layers[:, 0]], dim=1))
    torch.testing.assert_close(read[MIX], layers.mean(dim=1))  # before training


def test_the_words_of_a_span_are_those_of_its_sentence():
    read = made(n=25)
    task = read.task
    spans = (np.array([[1, 4], [0, 1], [2, 5]]),)
    other = EdgeTask(
        "x", task.words, np.array([0, 3, 24]), spans, np.zeros(3, int), ("a",), *[np.arange(3)] * 2
    )
    ((states, there),) = ReadTask(other, read.states, read.begins).spans(np.array([2, 0]))
    assert there.tolist() == [[True] * 3] * 2
    np.testing.assert_array_equal(states[0], read.states[122:125].astype(np.float32))
    np.testing.assert_array_equal(states[1], read.states[1:4].astype(np.float32))
    assert ReadTask(other, read.states, read.begins).spans(np.array([0, 1]))[0][1].sum(dim=1).tolist() == [
        3,
        1,
    ]


def test_f1_is_scikit_learns():
    rng = np.random.default_rng(0)
    logits, label = rng.normal(size=(50, 4)), rng.integers(4, size=50)
    theirs = f1_score(np.eye(4)[label], logits > 0, average="micro")
    assert edge_probing.micro_f1(logits, label) == pytest.approx(theirs)
    assert edge_probing.micro_f1(-np.ones((3, 4)), np.zeros(3, int)) == 0


def test_a_mix_finds_the_layer_that_knows_and_the_context_free_one_does_not():
    read = made()
    train, test = read.task.train_index, read.task.test_index
    mix = edge_probing.fit(read, train, MIX, steps=100)
    assert edge_probing.score(mix, read, test) > 0.9
    assert mix.shares.argmax() == 1
    assert layer_places.concentration(mix.shares) > 0
    lex = edge_probing.fit(read, train, LEX, steps=50)
    assert edge_probing.score(lex, read, test) < 0.65
    with pytest.raises(ValueError, match="no mix"):
        _ = lex.shares


def test_layer_by_layer_the_score_comes_where_the_answer_is(monkeypatch):
    read = made()
    fit = edge_probing.fit
    monkeypatch.setattr(edge_probing, "fit", lambda *given: fit(*given, steps=50))
    found = edge_probing.cumulative_scores(read, read.task.train_index, read.task.test_index)
    assert len(found) == 3
    assert layer_places.expected_layer(found) == pytest.approx(1, abs=0.2)


def test_a_pair_is_read_as_two():
    read = made(pairs=True, n=120, layers=2)
    probe = edge_probing.fit(read, read.task.train_index, TOP, steps=150)
    assert edge_probing.score(probe, read, read.task.test_index) > 0.8


def test_a_seed_says_everything():
    read = made(n=30)
    one, same, other = (edge_probing.fit(read, np.arange(20), CAT, seed, steps=2) for seed in (0, 0, 1))
    rows = np.arange(10)
    np.testing.assert_array_equal(*(edge_probing.predict(probe, read, rows) for probe in (one, same)))
    assert not np.allclose(*(edge_probing.predict(probe, read, rows) for probe in (one, other)))


def test_what_does_not_fit_is_refused():
    read = made(n=25)
    with pytest.raises(ValueError, match="ten or more"):
        edge_probing.fit(read, np.arange(9))
    with pytest.raises(ValueError, match="expected one of 'lex'"):
        EdgeProbe(3, 8, 2, reading="all")
    with pytest.raises(ValueError, match="not of the 25 sentences"):
        ReadTask.of(read.task, [[np.zeros((5, 8))] * 24])
