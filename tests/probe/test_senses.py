"""Senses by nearest centroid, as scikit-learn has it; the semantic probe, its loss as a loop over pairs."""

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.neighbors import NearestCentroid as TheirCentroids

from tlcourse.data.glove import Vectors
from tlcourse.data.senseval import Senses
from tlcourse.models.pretrained import encoders
from tlcourse.probe import senses


def made(n: int = 120, width: int = 12, seed: int = 0, apart: float = 1.5):
    """Uses in three senses, of which the first is the most frequent; they differ in three of the numbers."""
    rng = np.random.default_rng(seed)
    sense = rng.choice(3, size=n, p=[0.5, 0.3, 0.2])
    x = rng.normal(size=(n, width))
    x[:, :3] += apart * np.eye(3)[sense]
    return x.astype(np.float32), sense


def uses(words, position, sense, test=()) -> Senses:
    index = np.arange(len(words))
    test = np.array(test, dtype=np.int64)
    names = tuple(f"S{k}" for k in range(max(sense) + 1))
    ids = [f"u{i}" for i in index]
    return Senses(
        "play", ids, words, np.array(position), np.array(sense), names, np.setdiff1d(index, test), test
    )


def test_the_nearest_centroid_is_scikit_learns_on_unit_vectors():
    (x, sense), (new, _) = made(), made(seed=1)
    ours = senses.NearestCentroid(x, sense)
    theirs = TheirCentroids().fit(x, sense)
    np.testing.assert_allclose(ours.centroids, theirs.centroids_, rtol=1e-5)
    np.testing.assert_allclose(ours.cosines(new), cosine_similarity(new, theirs.centroids_), atol=1e-6)
    np.testing.assert_array_equal(ours.predict(new), cosine_similarity(new, theirs.centroids_).argmax(axis=1))


def test_centroids_that_know_frequencies_are_a_softmax_with_its_best_temperature():
    x, sense = made(400, apart=0.8)
    ours = senses.WeighedCentroids(x, sense)
    plain = senses.NearestCentroid(x, sense)
    np.testing.assert_allclose(ours.shares, np.bincount(sense) / 400)

    def log_likelihood(tau: float) -> float:
        scores = torch.from_numpy(tau * plain.cosines(x) + np.log(ours.shares))
        return -torch.nn.functional.cross_entropy(scores, torch.from_numpy(sense)).item()

    best = max(ours.STRENGTHS, key=log_likelihood)
    assert ours.strength == best
    new, of_new = made(400, seed=1, apart=0.8)
    expected = (best * plain.cosines(new) + np.log(ours.shares)).argmax(axis=1)
    np.testing.assert_array_equal(ours.predict(new), expected)
    assert (ours.predict(new) == of_new).mean() > (plain.predict(new) == of_new).mean()


def test_frequencies_alone_are_the_first_sense_where_states_say_nothing():
    rng = np.random.default_rng(0)
    sense = rng.choice(3, size=3000, p=[0.2, 0.7, 0.1])
    told = senses.WeighedCentroids(rng.normal(size=(3000, 6)), sense).predict(rng.normal(size=(200, 6)))
    assert (told == 1).mean() > 0.95


def test_a_sense_keeps_its_number_where_others_are_missing():
    found = senses.NearestCentroid(np.array([[1.0, 0], [0, 1]]), np.array([4, 2]))
    assert found.names.tolist() == [2, 4]
    assert found.predict(np.array([[2.0, 0.1], [0, 3]])).tolist() == [4, 2]


def test_the_score_is_f1_and_the_first_sense_is_the_baseline():
    x, sense = made(200, apart=2.5)
    some = uses([["play"]] * 200, [0] * 200, sense, test=range(150, 200))
    layers = np.stack([np.random.default_rng(5).normal(size=x.shape), x], axis=1)
    blind, sees = senses.score_by_layer(layers, some)
    told = senses.NearestCentroid(x[:150], sense[:150]).predict(x[150:])
    assert sees == pytest.approx(f1_score(sense[150:], told, average="micro"))
    assert senses.first_sense(sense[:150]) == 0
    baseline = senses.first_sense_score(some)
    assert baseline == (sense[150:] == 0).mean()
    assert blind < baseline < sees


def test_context_means_leave_the_word_out():
    vectors = Vectors(["play", "we", "well", "now"], np.eye(4, dtype=np.float32))
    some = uses([["We", "play", "well", "?", "now"], ["Play"], ["x", "play"]], [1, 0, 1], [0, 1, 0])
    found = senses.context_means(some, vectors)
    np.testing.assert_allclose(found[0], [0, 1 / 3, 1 / 3, 1 / 3], rtol=1e-6)
    assert not found[1:].any()
    np.testing.assert_allclose(senses.context_means(some, vectors, window=1)[0], [0, 0.5, 0.5, 0])


def test_the_states_of_uses_are_the_words_own(tiny_zoo, tmp_path, monkeypatch):
    monkeypatch.setenv("TLCOURSE_CACHE", str(tmp_path / "derived"))
    encoder = encoders.load(tiny_zoo / "bert-mini")
    some = uses([["We", "play", "."], ["Play", "on"]], [1, 0], [0, 1])
    found = senses.use_states(encoder, some)
    assert found.shape == (2, 3, 32)
    layers = senses.sentence_states.compute(encoder, some.words)
    np.testing.assert_array_equal(found[1, 2], layers[2][1][0].astype(np.float32))
    np.testing.assert_array_equal(senses.use_states(encoder, some, [1])[:, 0], found[:, 1])


def test_fewer_uses_keep_their_side():
    some = uses([[f"w{i}", "play"] for i in range(20)], [1] * 20, [0, 1] * 10, test=range(15, 20))
    found = senses.fewer(some, 12, seed=1)
    assert len(found.words) == len(found.ids) == len(found.sense) == 12
    for part, inside in ((found.train_index, range(15)), (found.test_index, range(15, 20))):
        assert {int(found.words[i][0][1:]) for i in part} <= set(inside)
    assert len(found.train_index) + len(found.test_index) == 12
    assert all(int(w[0][1:]) % 2 == s for w, s in zip(found.words, found.sense, strict=True))
    assert senses.fewer(some, 99).ids == some.ids
    some.words[4].append(".")
    assert "u4" not in senses.fewer(some, 99, most_words=2).ids


def test_mean_cosines_are_a_plain_loop_over_pairs_of_one_word():
    x, sense = made(20)
    word = np.arange(20) % 2
    same, different = [], []
    for i in range(20):
        for j in range(i):
            if word[i] == word[j]:
                cosine = x[i] @ x[j] / np.linalg.norm(x[i]) / np.linalg.norm(x[j])
                (same if sense[i] == sense[j] else different).append(cosine)
    found = senses.mean_cosines(*map(torch.as_tensor, (x, sense, word)))
    assert [f.item() for f in found] == pytest.approx([np.mean(same), np.mean(different)], abs=1e-6)


def test_a_trained_map_parts_senses_better_than_a_random_one_and_no_further_than_the_clamp():
    (x, sense), (new, answer) = made(200), made(300, seed=1)
    random = senses.SemanticProbe(12, 3, seed=0)
    trained = senses.fit_semantic_probe(x, sense, 3, clamp=0.3, steps=150)
    scores = []
    for probe in (random, trained):
        centroids = senses.NearestCentroid(probe.transform(x), sense)
        scores.append((centroids.predict(probe.transform(new)) == answer).mean())
    assert scores[1] > scores[0] + 0.1
    before = senses.mean_cosines(*map(torch.as_tensor, (x, sense, np.zeros_like(sense))))
    gaps = []
    for clamp in (0.05, 0.3, 2.0):  # the last one holds nothing back
        probe = senses.fit_semantic_probe(x, sense, 12, clamp=clamp, steps=150)
        same, different = senses.mean_cosines(
            torch.as_tensor(probe.transform(x)), *map(torch.as_tensor, (sense, np.zeros_like(sense)))
        )
        gaps.append((same - before[0]).item() - (different - before[1]).item())
    assert 0 < gaps[0] < gaps[1] < gaps[2]


def test_a_seed_draws_the_same_map():
    x, sense = made()
    one, same, other = (senses.fit_semantic_probe(x, sense, 4, seed, steps=3) for seed in (0, 0, 1))
    assert torch.equal(one.b, same.b)
    assert not torch.equal(one.b, other.b)
    assert one.transform(x).shape == (120, 4)


def test_what_does_not_fit_is_refused():
    x, sense = made()
    with pytest.raises(ValueError, match="two senses or more"):
        senses.fit_semantic_probe(x, np.zeros_like(sense), 4)
    with pytest.raises(ValueError, match="m is 13, expected 1 to 12"):
        senses.fit_semantic_probe(x, sense, 13)
    with pytest.raises(ValueError, match="expected"):
        senses.fit_semantic_probe(x, sense[:-1], 4)
    with pytest.raises(ValueError, match="expected"):
        senses.NearestCentroid(x, sense[:-1])
    with pytest.raises(ValueError, match="no uses"):
        senses.first_sense(np.zeros(0, dtype=np.int64))
