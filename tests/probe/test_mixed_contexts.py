"""The concatenation test: pairs differ in sense, places are the word's, ratios are scikit-learn's cosines."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from tlcourse.data.senseval import Senses
from tlcourse.models.pretrained import encoders
from tlcourse.probe import mixed_contexts, sentence_states
from tlcourse.probe.senses import NearestCentroid

WITHOUT = [["No", "such", "word", "."], ["Some", "plays", "fail"], ["a", "play"], ["Rain", "falls"]]


@pytest.fixture
def senses() -> Senses:
    words = [
        ["They", "play", "well", "."],
        ["A", "new", "play", "!"],
        ["The", "plays", "open", "in", "May"],
        ["play", "on"],
        ["long"] * 70 + ["play"],
    ]
    position = np.array([1, 2, 1, 0, 70])
    sense = np.array([0, 1, 1, 0, 2])
    none = np.zeros(0, dtype=np.int64)
    return Senses("play", [*"abcde"], words, position, sense, ("do", "drama", "x"), none, np.arange(5))


def test_two_sentences_are_joined_by_and():
    assert mixed_contexts.join(["I", "go", "."], ["You", "stay", "."]) == [
        "I",
        "go",
        "and",
        "You",
        "stay",
        ".",
    ]
    assert mixed_contexts.join(["."], ["You"]) == [".", "and", "You"]


def test_pairs_differ_in_sense_and_the_word_stands_where_it_is_said(senses):
    found = mixed_contexts.draw(senses, WITHOUT, n_pairs=30, seed=0)
    assert len(found.own) == len(found.other) == len(found.joined) == 60
    assert (found.own != found.other).all()
    np.testing.assert_array_equal(found.own[:30], found.other[30:])
    for k in range(60):
        for words, at in (
            (found.alone[k], found.at_alone[k]),
            (found.joined[k], found.at_joined[k]),
            (found.control[k], found.at_control[k]),
        ):
            assert words[at] in ("play", "plays")
        assert found.alone[k] in senses.words[:4]
        assert found.joined[k].count("and") == 1
        assert sum(w in ("play", "plays") for w in found.joined[k]) == 2
        assert sum(w in ("play", "plays") for w in found.control[k]) == 1
    assert found.joined[:30] == found.joined[30:]
    assert (found.at_joined[:30] < found.at_joined[30:]).all()
    again, other = (mixed_contexts.draw(senses, WITHOUT, 30, seed) for seed in (0, 1))
    assert again.control == found.control
    assert other.joined != found.joined


def test_ratios_are_of_the_two_centroids_cosines():
    rng = np.random.default_rng(0)
    x, sense = rng.random((30, 5)), rng.choice([1, 3], size=30)
    new, own = rng.random((8, 5)), np.array([1, 3] * 4)
    centroids = NearestCentroid(x, sense)
    cosines = cosine_similarity(new, [x[sense == 1].mean(axis=0), x[sense == 3].mean(axis=0)])
    expected = [c[0] / c[1] if o == 1 else c[1] / c[0] for c, o in zip(cosines, own, strict=True)]
    ratios = mixed_contexts.similarity_ratios(centroids, new, own, 4 - own)
    np.testing.assert_allclose(ratios, expected)
    assert mixed_contexts.misled(ratios) == (centroids.predict(new) != own).mean()


def test_all_contexts_are_measured_at_the_word(senses, tiny_zoo):
    encoder = encoders.load(tiny_zoo / "bert-mini")
    contexts = mixed_contexts.draw(senses, WITHOUT, 4)
    layers = sentence_states.compute(encoder, senses.words[:4], only=senses.position[:4])
    centroids = [NearestCentroid(np.concatenate(layer), senses.sense[:4]) for layer in layers]
    found = mixed_contexts.ratios_by_layer(encoder, contexts, centroids)
    assert {name: ratios.shape for name, ratios in found.items()} == dict.fromkeys(
        ("alone", "joined", "control"), (3, 8)
    )
    words, at = contexts.control[5], contexts.at_control[5]
    state = sentence_states.compute(encoder, [words])[2][0][at : at + 1]
    ratio = mixed_contexts.similarity_ratios(centroids[2], state, contexts.own[5:6], contexts.other[5:6])
    assert found["control"][2, 5] == pytest.approx(ratio[0], rel=1e-3)
    with pytest.raises(ValueError, match="centroids of 3 layers, expected 1"):
        mixed_contexts.ratios_by_layer(encoder, contexts, centroids, [0])


def test_what_cannot_be_paired_is_refused(senses):
    with pytest.raises(ValueError, match="different senses"):
        mixed_contexts.draw(senses, WITHOUT, 3, uses=np.array([0, 3]))
    with pytest.raises(ValueError, match="different senses"):
        mixed_contexts.draw(senses, WITHOUT, 3, uses=np.array([0, 4]))
    with pytest.raises(ValueError, match="for the control"):
        mixed_contexts.draw(senses, WITHOUT[1:3], 3)
    with pytest.raises(ValueError, match="sense 2 has no centroid"):
        mixed_contexts.similarity_ratios(
            NearestCentroid(np.eye(2), np.array([0, 1])), np.eye(2), np.array([0, 2]), np.array([1, 0])
        )
